"""What the studies run: ways to pretrain, tasks to fine-tune on, and which models are compared.

``tools/findings.py`` runs them. A number changed here makes the results made with the old one void; it says
so. Rates and sizes were chosen in trials with one seed, for the pretrainings by the loss of TLM and by how
many sentences find their translation after it, for the fine-tunings by English validation data; the numbers
of updates so that the study ``paper`` takes about 80 minutes on two cores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

from stages import SHORT, Stage

from xlmtut.microworld import languages
from xlmtut.pretraining import Objective

__all__ = ["PARTS", "STUDIES", "TINY", "Arm", "Cell", "Plan", "Tuning", "cells", "model_names"]

FROZEN = "-frozen"  # ends the name of a fine-tuning that keeps the embeddings and the lower layers

# English and five languages of four other scripts and four other families, from rich in text to poor.
LANGUAGES = ("en", "de", "ru", "zh", "ar", "sw")
# A language with little text, a related one that shares its script, and one that shares nothing with it.
RELATIVES = ("bg", "ru", "zh")

PARTS: dict[str, tuple[str, ...]] = {
    "xnli, words compared": ("restatement", "modifier", "role_swap"),
    "xnli, word meaning": (
        *("hypernym", "cohyponym", "antonym", "synonym"),
        *("containment", "action", "attitude"),
    ),
}
"""Pairs of the inference task, by phenomenon: those decided by whether premise and hypothesis have the same
words in the same roles, and those decided by what different words mean."""


@dataclass(frozen=True)
class Arm:
    """A way to get an encoder.

    Attributes
    ----------
    name : str
    objectives : tuple of str
        Empty: there is no pretraining here.
    checkpoint : str
        A shipped checkpoint to start from instead. Without it and without objectives, the fine-tuning starts
        from scratch.
    short, steps : int
        Updates: first `short` ones of MLM on short rows (``tools/stages.py`` says why), then `steps` in which
        the objectives take turns.
    languages : tuple of str
        Pretrained on. TLM pairs the first with each other one.
    vocabulary : tuple of str
        Languages of the vocabulary, which arms that are compared share.
    sentences : int
        Text of the largest language there is; the others have the microworld's share of it.
    pairs : int
        Translations for each pair of languages.
    overlap : float
        The share of words that fake English keeps.
    alpha : float
        Smoothing of the language sampling.
    keep : str
        Held-out perplexity, such as ``"ppl/bg"``, whose best weights are kept; the last weights if empty.
    tuned : bool
        Whether the encoder is fine-tuned and its sentences retrieved, or only its perplexity counts.
    vocabulary_size, length, batch_tokens : int
    lr : float
        Highest learning rate, after a tenth of the updates.
    shape : tuple of pairs
        Fields of :class:`~xlmtut.config.XLMConfig` that differ from ``mini``.
    held_out, retrieved : int
        Sentences per language whose loss is measured; sentences to find among each other.
    """

    name: str
    objectives: tuple[Objective, ...] = ()
    short: int = 400
    steps: int = 0
    checkpoint: str = ""
    languages: tuple[str, ...] = LANGUAGES
    vocabulary: tuple[str, ...] = LANGUAGES
    sentences: int = 30_000
    pairs: int = 6000
    overlap: float = 0.0
    alpha: float = 0.7
    keep: str = ""
    tuned: bool = True
    vocabulary_size: int = 6000
    length: int = 64
    batch_tokens: int = 1024
    lr: float = 2e-3
    shape: tuple[tuple[str, Any], ...] = (("dropout", 0.0), ("attention_dropout", 0.0))
    held_out: int = 500
    retrieved: int = 1000

    @property
    def stages(self) -> tuple[Stage, ...]:
        """How it is pretrained."""
        main = Stage(self.objectives, self.steps, self.length, self.batch_tokens)
        return (Stage(("mlm",), self.short, SHORT, self.batch_tokens), main) if self.short else (main,)

    @property
    def pretrained(self) -> bool:
        """Whether there is a pretrained encoder to start from."""
        return bool(self.objectives or self.checkpoint)


@dataclass(frozen=True)
class Tuning:
    """How an encoder is fine-tuned on the English labels of a task.

    Attributes
    ----------
    task : str
    steps : int
        Updates, each on new rows. From scratch it may take three times as many, and stops when English has
        stopped improving.
    validation, test : int
        Rows of each language to predict.
    batch_size : int
    lr : float
        Highest learning rate, after a tenth of the updates.
    checkpoints : int
        At how many steps, evenly spaced, the rows are predicted. A model from scratch is given up after as
        many without improvement.
    """

    task: str
    steps: int = 240
    validation: int = 150
    test: int = 300
    batch_size: int = 32
    lr: float = 5e-4
    checkpoints: int = 8

    @property
    def train(self) -> int:
        """English rows to train on: none is seen twice but from scratch."""
        return self.steps * self.batch_size


@dataclass(frozen=True)
class Plan:
    """A study.

    Attributes
    ----------
    name : str
    arms : tuple of Arm
    tunings : tuple of Tuning
    seeds : tuple of int
        Each arm is pretrained and fine-tuned once with each.
    frozen_layers : int or None
        Each pretrained encoder is fine-tuned a second time, keeping so many lower layers and the embeddings;
        None: it is not.
    compared : tuple of pairs of str
        Models of which the first is tested against the second, on every task that both have.
    """

    name: str
    arms: tuple[Arm, ...]
    tunings: tuple[Tuning, ...]
    seeds: tuple[int, ...]
    frozen_layers: int | None
    compared: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """One run: a pretraining, the retrieval of sentences, or a fine-tuning.

    Attributes
    ----------
    arm : Arm
    seed : int
    tuning : Tuning or None
        Of a fine-tuning.
    frozen : int or None
        Lower layers that it keeps, with the embeddings; None for none.
    kind : {"pretraining", "retrieval", "fine-tuning"}
    """

    arm: Arm
    seed: int
    kind: Literal["pretraining", "retrieval", "fine-tuning"]
    tuning: Tuning | None = None
    frozen: int | None = None

    @property
    def model(self) -> str:
        """Name of the model that it trains or uses."""
        return self.arm.name + (FROZEN if self.frozen is not None else "")

    @property
    def name(self) -> str:
        """Where its results are: arm, seed, and what is done."""
        if self.tuning is None:
            return f"{self.arm.name}/{self.seed}/{self.kind}"
        return f"{self.arm.name}/{self.seed}/{self.tuning.task}{FROZEN if self.frozen is not None else ''}"

    @property
    def pretraining(self) -> Cell | None:
        """The cell whose model it starts from, if the study makes it."""
        if self.kind == "pretraining" or not self.arm.objectives:
            return None
        return Cell(self.arm, self.seed, "pretraining")

    @property
    def updates(self) -> int:
        """Updates of the weights, at most."""
        if self.tuning is not None:
            return self.tuning.steps * (1 if self.arm.pretrained else 3)
        return self.arm.short + self.arm.steps if self.kind == "pretraining" else 0

    @property
    def work(self) -> float:
        """How long it takes, against other cells of its kind."""
        return {"pretraining": self.arm.batch_tokens * self.updates, "fine-tuning": self.updates}.get(
            self.kind, 1
        )


def cells(plan: Plan) -> list[Cell]:
    """All cells, in the order in which they are run: the first seed is complete before the second begins."""
    found = []
    for seed in plan.seeds:
        found += [Cell(arm, seed, "pretraining") for arm in plan.arms if arm.objectives]
        for arm in (arm for arm in plan.arms if arm.tuned):
            found.append(Cell(arm, seed, "retrieval"))
            keeps = arm.pretrained and plan.frozen_layers is not None
            frozen = (None, plan.frozen_layers) if keeps else (None,)
            found += [Cell(arm, seed, "fine-tuning", *how) for how in product(plan.tunings, frozen)]
    return found


def model_names(plan: Plan) -> list[str]:
    """The models that the study makes."""
    return list(dict.fromkeys(cell.model for cell in cells(plan)))


_LOW = Arm(
    "bg",
    objectives=("clm",),
    short=0,
    steps=400,
    languages=("bg",),
    vocabulary=RELATIVES,
    sentences=8000,  # 2,000 of Bulgarian
    alpha=0.0,  # as many updates of Bulgarian whatever is added, on average
    keep="ppl/bg",
    tuned=False,
    vocabulary_size=3000,
    batch_tokens=1024,
    lr=1e-3,
    shape=(),  # with dropout: so little text is read many times
    held_out=2000,
)

PAPER = Plan(
    "paper",
    arms=(
        Arm("scratch"),
        Arm("mlm", ("mlm",), steps=1800),
        # The paper's comparison: TLM is added, and the updates of MLM are the same.
        Arm("mlm-tlm", ("mlm", "tlm", "tlm"), steps=5400),
        # As many updates in all as MLM alone.
        Arm("mlm-tlm-equal", ("mlm", "tlm", "tlm"), steps=1800),
        _LOW,
        replace(_LOW, name="bg-ru", languages=("bg", "ru"), steps=800),
        replace(_LOW, name="bg-zh", languages=("bg", "zh"), steps=800),
    ),
    tunings=(
        # Multiples of 36: as many of each of the 12 phenomena with each of the 3 labels.
        Tuning("xnli", steps=2400, validation=144, test=504),
        Tuning("sentiment"),
        Tuning("topic"),
        Tuning("ner", steps=160),
    ),
    seeds=(0, 1, 2),
    frozen_layers=2,
    compared=(
        ("mlm", "scratch"),
        ("mlm-tlm", "mlm"),
        ("mlm-tlm-equal", "mlm"),
        ("mlm-tlm", "mlm-tlm-equal"),
        ("mlm-frozen", "mlm"),
        ("mlm-tlm-frozen", "mlm-tlm"),
        ("mlm-tlm-frozen", "mlm-frozen"),
        ("mlm-tlm-equal-frozen", "mlm-frozen"),
        ("bg-ru", "bg"),
        ("bg-zh", "bg"),
        ("bg-ru", "bg-zh"),
    ),
)

_LANGUAGES_15 = ("en", *(code for code in languages() if code != "en"))

SHIPPED = Plan(
    "shipped",
    arms=tuple(
        Arm(name, checkpoint=name, languages=_LANGUAGES_15, vocabulary=_LANGUAGES_15)
        for name in ("mini-mlm", "mini-mlm-tlm")
    ),
    tunings=(Tuning("xnli", steps=2400, validation=144, test=504), Tuning("ner", steps=160)),
    seeds=(0, 1, 2),
    frozen_layers=None,
    compared=(("mini-mlm-tlm", "mini-mlm"),),
)

# K et al. (2020): what remains when two languages share their structure, but not their words?
_ANCHORS = Arm("anchors-0", ("mlm",), steps=1000, languages=("en", "fake"), vocabulary=("en", "fake"))

ANCHORS = Plan(
    "anchors",
    arms=(_ANCHORS, replace(_ANCHORS, name="anchors-50", overlap=0.5)),
    tunings=(Tuning("sentiment"), Tuning("topic")),
    seeds=(0,),
    frozen_layers=None,
    compared=(("anchors-50", "anchors-0"),),
)

STUDIES = {plan.name: plan for plan in (PAPER, SHIPPED, ANCHORS)}


def _tiny(name: str, *objectives: Objective, steps: int = 0, **changes: Any) -> Arm:
    sizes: dict[str, Any] = {
        "vocabulary_size": 400,
        "length": 32,
        "batch_tokens": 128,
        "sentences": 120,
        "short": 4,
    }
    sizes |= {"pairs": 20, "held_out": 10, "retrieved": 20, "shape": _SHAPE, "languages": ("en", "de")}
    return Arm(name, objectives, steps=steps, **{**sizes, "vocabulary": ("en", "de"), **changes})


_SHAPE = (("n_layers", 2), ("emb_dim", 16), ("n_heads", 2))
_SIZES: dict[str, int] = {"validation": 12, "test": 24, "steps": 8, "batch_size": 8}

TINY = Plan(
    "tiny",
    arms=(
        _tiny("scratch"),
        _tiny("mlm", "mlm", steps=20),
        _tiny("mlm-tlm", "mlm", "tlm", steps=40),
        _tiny(
            "bg",
            "clm",
            short=0,
            steps=10,
            languages=("bg",),
            vocabulary=("bg", "ru"),
            keep="ppl/bg",
            tuned=False,
        ),
        _tiny(
            "bg-ru",
            "clm",
            short=0,
            steps=20,
            languages=("bg", "ru"),
            vocabulary=("bg", "ru"),
            keep="ppl/bg",
            tuned=False,
        ),
    ),
    tunings=(Tuning("xnli", **_SIZES), Tuning("ner", **_SIZES)),
    seeds=(0, 1),
    frozen_layers=1,
    compared=(("mlm-tlm", "mlm"), ("mlm-tlm-frozen", "mlm-tlm"), ("bg-ru", "bg")),
)
"""The same study so small that it takes seconds: it shows that the program works, and nothing else."""

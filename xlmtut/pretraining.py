"""Pretraining: batches of one objective and one language after the other, as XLM was trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from xlmtut.bpe import sampling_probabilities
from xlmtut.corpora import Corpus, Passes, pair_corpus, text_corpus
from xlmtut.metrics import perplexity
from xlmtut.model import XLMLanguageModel
from xlmtut.objectives import IGNORED, Batch, clm, mlm, sample_language
from xlmtut.randomness import Use, generator
from xlmtut.training import Draw, Loop, TrainingResult, train
from xlmtut.training_options import TrainingOptions

if TYPE_CHECKING:
    from xlmtut.config import XLMConfig
    from xlmtut.tokenizer import Tokenizer

__all__ = ["language_model_loss", "pretrain"]

Objective = Literal["clm", "mlm", "tlm"]
OBJECTIVES: tuple[Objective, ...] = ("clm", "mlm", "tlm")
Texts: TypeAlias = Mapping[str, Iterable[str]]
Pairs: TypeAlias = Mapping[tuple[str, str], Iterable[tuple[str, str]]]


def pretrain(
    model: XLMLanguageModel,
    tokenizer: Tokenizer,
    monolingual: Texts,
    parallel: Pairs | None = None,
    *,
    options: TrainingOptions,
    objectives: Sequence[Objective] = ("mlm",),
    length: int = 256,
    batch_tokens: int = 4096,
    alpha: float = 0.7,
    validation: Mapping[str | tuple[str, str], Iterable[str] | Iterable[tuple[str, str]]] | None = None,
) -> TrainingResult:
    """Pretrain a model on text, and on translations, of several languages.

    An update is one batch of one objective in one language, or one pair of languages. The objectives take
    turns; the language is drawn with smoothed probabilities.

    Parameters
    ----------
    model : XLMLanguageModel
        Trained in place. ``"clm"`` needs a causal one.
    tokenizer : Tokenizer
    monolingual : mapping from language to sentences
        In the order of the text. Needed for ``"clm"`` and ``"mlm"``.
    parallel : mapping from pairs of languages to pairs of sentences
        Needed for ``"tlm"``. Pairs longer than the model's positions lose their ends, with a warning.
    options : TrainingOptions
        Updates, learning rate, seed, folder …
    objectives : sequence of {"clm", "mlm", "tlm"}
        ``("mlm", "tlm")`` alternates. Its updates of MLM have the batches of ``("mlm",)`` alone.
    length : int
        Tokens of the rows that the text is cut into. TLM pairs have the length they have.
    batch_tokens : int
        Tokens of an update, padding included, at most.
    alpha : float
        Smoothing of the language sampling: 1 keeps the sizes of the corpora, 0 makes all languages equal.
    validation : mapping from language, or pair of languages, to sentences, or pairs
        Held-out text; its perplexity is ``ppl/en``, ``ppl/en-fr``, and over all tokens ``ppl``. The masks are
        the same in every validation.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ValueError
        If a language is empty or unknown to the tokenizer or the model, a batch cannot hold a row or a pair,
        the objectives do not fit the model or the data, or the folder holds another run.
    FloatingPointError
        If a loss is not finite; the message names the update and the language.
    OSError
        If a state cannot be written.

    Notes
    -----
    Lample and Conneau (2019), sections 3 and 5.1. With several processes (``accelerate launch``), each
    computes a part of every batch.
    """
    if not isinstance(model, XLMLanguageModel):
        raise ValueError(f"the model is a {type(model).__name__}; expected an XLMLanguageModel")
    config, objectives = model.transformer.config, tuple(objectives)
    _check(config, tokenizer, objectives, length)
    if options.validate_at and not validation:
        raise ValueError("validate_at is set, but there is no validation text; pass some")

    def prepare(key: str | tuple[str, str], text: Iterable[Any]) -> Corpus:
        for language in (key,) if isinstance(key, str) else key:
            _check_language(language, config, tokenizer)
        if isinstance(key, str):
            return text_corpus(tokenizer, key, text, length=length, batch_tokens=batch_tokens)
        limit = min(tokenizer.max_length, config.max_position_embeddings)
        return pair_corpus(tokenizer, key, text, max_length=limit, batch_tokens=batch_tokens)

    sources: dict[Objective, list[Corpus]] = {}
    for objective in dict.fromkeys(objectives):
        data: Mapping[Any, Iterable[Any]] | None = parallel if objective == "tlm" else monolingual
        if not data:
            wanted = "pairs of sentences" if objective == "tlm" else "sentences"
            raise ValueError(f"objectives has {objective!r}, but there are no {wanted}; pass some")
        sources[objective] = [prepare(key, text) for key, text in data.items()]
    held_out = [prepare(key, text) for key, text in (validation or {}).items()]

    shares = {
        objective: sampling_probabilities({corpus.name: corpus.size for corpus in corpora}, alpha)
        for objective, corpora in sources.items()
    }
    corpora = {corpus.name: corpus for group in sources.values() for corpus in group}
    passes = {name: Passes(corpus.order, options.seed, i) for i, (name, corpus) in enumerate(corpora.items())}

    def predict(batch: Batch, objective: Objective, chance: torch.Generator) -> Batch:
        if objective == "clm":
            return clm(batch)
        return mlm(batch, mask_id=tokenizer.mask_token_id, vocab_size=len(tokenizer), generator=chance)

    def draw(update: int) -> Draw:
        cycle, turn = divmod(update, len(objectives))
        objective = objectives[turn]
        # How often this objective has had its turn: its updates do not depend on the other objectives.
        number = cycle * objectives.count(objective) + objectives[:turn].count(objective)
        chance = generator(options.seed, Use.UPDATE, OBJECTIVES.index(objective), number)
        name = sample_language(shares[objective], chance)
        batch = corpora[name].read(passes[name].next())
        return Draw(predict(batch, objective, chance), objective, name)

    def validate(loop: Loop) -> dict[str, float]:
        sums: dict[str, tuple[float, int]] = {}
        for i, corpus in enumerate(held_out):
            chance = generator(0, Use.VALIDATION, i)  # the same masks, whatever the seed of the run
            batches = (predict(corpus.read(item), hidden, chance) for item in corpus.order(chance))
            losses, labels = zip(*map(loop.evaluate, batches), strict=True)
            sums[corpus.name] = sum(losses), sum(labels)
        scores = {f"ppl/{name}": perplexity(*total) for name, total in sums.items()}
        return scores | {"ppl": perplexity(*map(sum, zip(*sums.values(), strict=True)))}

    hidden: Objective = "clm" if config.causal else "mlm"
    settings = {
        "model": asdict(config),
        "objectives": list(objectives),
        "length": length,
        "batch_tokens": batch_tokens,
        "alpha": alpha,
        "text": {corpus.name: corpus.fingerprint for corpus in corpora.values()},
        "validation text": {corpus.name: corpus.fingerprint for corpus in held_out},
    }
    return train(
        model,
        draw,
        language_model_loss,
        options,
        corpora=passes,
        settings=settings,
        metrics=["ppl", *(f"ppl/{corpus.name}" for corpus in held_out)],
        validate=validate,
        tokenizer=tokenizer,
        description="pretrain",
    )


def language_model_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Sum of the cross-entropies of the labels; logits are computed only where there is one."""
    labels = batch["labels"].flatten()
    positions = (labels != IGNORED).nonzero().squeeze(1)  # (k,)
    inputs = {name: values for name, values in batch.items() if name != "labels"}
    logits = model(**inputs, positions=positions).logits  # (k, vocab_size)
    return F.cross_entropy(logits, labels[positions], reduction="sum")


def _check(config: XLMConfig, tokenizer: Tokenizer, objectives: tuple[Objective, ...], length: int) -> None:
    """Refuse objectives and sizes that the model cannot do."""
    if not objectives:
        raise ValueError("objectives is empty; expected one or more of clm, mlm, tlm")
    for objective in objectives:
        if objective not in OBJECTIVES:
            raise ValueError(f"objectives has {objective!r}; expected clm, mlm or tlm")
        if (objective == "clm") != config.causal:
            kind = "causal" if config.causal else "not causal"
            raise ValueError(
                f"objectives has {objective!r}, but the model is {kind}; build it with another config"
            )
    if len(tokenizer) > config.vocab_size:
        raise ValueError(f"the tokenizer has {len(tokenizer)} tokens; the model has only {config.vocab_size}")
    if not 2 <= length <= config.max_position_embeddings:
        raise ValueError(
            f"length is {length}; expected 2 to {config.max_position_embeddings}, the model's positions"
        )


def _check_language(language: str, config: XLMConfig, tokenizer: Tokenizer) -> None:
    """Refuse a language that the tokenizer and the model do not both have under one number."""
    if language not in tokenizer.lang2id:
        raise ValueError(f"no language {language!r} in the vocabulary; it has {', '.join(tokenizer.lang2id)}")
    ours, theirs = tokenizer.lang2id[language], config.lang2id.get(language)
    if config.has_lang_embeddings and (ours >= config.n_langs or theirs not in (None, ours)):
        raise ValueError(
            f"language {language!r} is number {ours} of the tokenizer and {theirs} of the model; build the"
            " model with the tokenizer's lang2id"
        )

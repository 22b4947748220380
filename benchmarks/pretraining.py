"""Pretraining throughput: ``xt.pretrain`` against transformers' own route.

Run ``python -m benchmarks.pretraining``. The other side is ``XLMWithLMHeadModel`` with ``Trainer`` and
``DataCollatorForLanguageModeling``. Both train a ``mini`` model, with dropout, once on the same text: the
same tokens in as many updates, by the same fused Adam with the same learning rates and clipping. A run is
timed whole; ours also tokenises, the other begins with ids. In the packed cases the other side is given full
rows; in the padded one it gets sentences, as in its tutorials, while ours packs the same sentences. Before
that, both loops are given the same masked batches and must have one loss curve.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import transformers
from torch import Tensor
from torch.utils.data import SequentialSampler

import xlmtut as xt
from benchmarks.common import Comparison, compare, print_table, use_one_core, write_result
from benchmarks.models import LOAD
from benchmarks.texts import sentences
from xlmtut.corpora import text_corpus
from xlmtut.objectives import Batch, mlm, stream_batch
from xlmtut.pretraining import language_model_loss, pretrain
from xlmtut.training import Draw, train
from xlmtut.training_options import TrainingOptions

LR, CLIP, PREDICTED = 1e-3, 5.0, 0.15
VOCABULARY, SENTENCES = 6000, 20_000  # learned tokens, from so many sentences
CHECKED, TOLERANCE = 5, 2e-4  # updates, and how far losses may differ: transformers logs four digits
Row = dict[str, Tensor]


@dataclass(frozen=True)
class Case:
    """What is trained on.

    Attributes
    ----------
    name : str
    updates, rows, length : int
        Updates; rows of a batch and their tokens.
    vocab_size : int
        Rows of the softmax. The ids of the text stay below :data:`VOCABULARY`.
    padded : bool
        Whether the other side gets padded sentences instead of full rows.
    """

    name: str
    updates: int
    rows: int
    length: int
    vocab_size: int = VOCABULARY
    padded: bool = False


CASES = {
    "cpu": [
        Case("packed, rows of 256", 20, 16, 256),
        Case("packed, rows of 64", 20, 64, 64),
        Case("packed, rows of 256, vocabulary 95,000", 8, 4, 256, vocab_size=95_000),
        Case("rows of 256 against padded sentences", 20, 16, 256, padded=True),
    ],
    "cuda": [
        Case("packed, rows of 256", 300, 64, 256),
        Case("packed, rows of 256, vocabulary 95,000", 100, 64, 256, vocab_size=95_000),
        Case("rows of 256 against padded sentences", 300, 64, 256, padded=True),
    ],
}
ROUNDS = 3


class InOrder(transformers.Trainer):  # type: ignore[misc]
    """Trainer that takes the rows as they come."""

    def _get_train_sampler(self, *_: Any) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)


class Collator(transformers.DataCollatorForLanguageModeling):  # type: ignore[misc]
    """transformers' collator, and the language of every token, which it does not pad."""

    def torch_call(self, examples: list[Row]) -> Row:
        batch: Row = super().torch_call(examples)
        batch["langs"] = torch.zeros_like(batch["input_ids"])
        return batch


def vocabulary(n: int) -> xt.Tokenizer:
    """A vocabulary learned from n sentences."""
    return xt.Tokenizer.learn({"en": sentences("en", n)}, vocab_size=VOCABULARY, max_length=256)


def reference_run(
    model: torch.nn.Module, rows: Sequence[Row], batch: int, collator: Any, log: bool = False
) -> list[float]:
    """Train for one epoch with Trainer; the losses, if it logs them."""
    cuda = torch.cuda.is_available()
    with tempfile.TemporaryDirectory() as folder:
        arguments = transformers.TrainingArguments(
            folder,
            num_train_epochs=1,
            per_device_train_batch_size=batch,
            learning_rate=LR,
            max_grad_norm=CLIP,
            report_to=[],
            disable_tqdm=True,
            save_strategy="no",
            logging_strategy="steps" if log else "no",
            logging_steps=1,
            use_cpu=not cuda,
            bf16=cuda,
        )
        optimizer = torch.optim.Adam(model.to(xt.device()).parameters(), lr=LR, fused=True)
        keywords = {"train_dataset": rows, "data_collator": collator, "optimizers": (optimizer, None)}
        trainer = InOrder(model, arguments, **keywords)
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
    return [line["loss"] for line in trainer.state.log_history if "loss" in line]


def our_options(updates: int) -> TrainingOptions:
    """Trainer's schedule is linear, too."""
    return TrainingOptions(updates, lr=LR, clip=CLIP, schedule="linear")


def our_run(case: Case, tok: xt.Tokenizer, text: list[str]) -> None:
    """Train on the text once with ``xt.pretrain``."""
    pretrain(
        build(case),
        tok,
        {"en": text},
        options=our_options(case.updates),
        length=case.length,
        batch_tokens=case.length * case.rows,
    )


def build(case: Case, **changes: float) -> xt.XLMLanguageModel:
    """A ``mini`` model with random weights, the same each time."""
    torch.manual_seed(0)
    return xt.XLMLanguageModel(
        xt.XLMConfig.preset("mini", vocab_size=case.vocab_size, lang2id={"en": 0}, **changes)
    )


def reference_model(model: xt.XLMLanguageModel) -> torch.nn.Module:
    """The same model in transformers, with the same weights."""
    theirs = transformers.XLMWithLMHeadModel(transformers.XLMConfig(**vars(model.transformer.config)))
    theirs.load_state_dict(model.state_dict())
    return theirs  # type: ignore[no-any-return]


def check(case: Case, tok: xt.Tokenizer, ids: Tensor) -> dict[str, float | bool]:
    """Assert that both loops have one loss curve on given batches, without dropout."""
    model = build(case, dropout=0.0, attention_dropout=0.0)
    theirs = reference_model(model)
    chance = torch.Generator().manual_seed(0)
    masks = {"mask_id": tok.mask_token_id, "vocab_size": len(tok), "generator": chance}
    batches: list[Batch] = [mlm(stream_batch(part, lang=0), rate=PREDICTED, **masks) for part in ids.split(4)]
    ours = train(
        model,
        lambda update: Draw(batches[update], "mlm", "en"),
        language_model_loss,
        our_options(len(batches)),
        corpora={},
        settings={},
        metrics=[],
        validate=lambda loop: {},
        tokenizer=tok,
        description="check",
    ).history["loss"]
    rows = [
        {k: batch[k][i] for k in ("input_ids", "langs", "labels")}
        for batch in batches
        for i in range(len(batch["labels"]))
    ]
    expected = reference_run(theirs, rows, 4, transformers.default_data_collator, log=True)
    difference = max(abs(a - b) for a, b in zip(ours, expected, strict=True))
    assert difference <= TOLERANCE, (ours.tolist(), expected)
    return {"holds": True, "loss": difference, "loss_tolerance": TOLERANCE}


def text_of(tok: xt.Tokenizer, tokens: int) -> list[str]:
    """As many sentences as give that many tokens, each closed by ``</s>``, or a few less."""

    def fitting() -> Iterator[str]:
        left = tokens
        for sentence in sentences("en", tokens // 5):
            left -= len(tok.ids([sentence], lang="en")[0]) + 1
            if left < 0:
                return
            yield sentence

    return list(fitting())


def measure(case: Case, tok: xt.Tokenizer) -> tuple[Comparison, dict[str, Any]]:
    """Time one case; also say what it was."""
    text = text_of(tok, case.updates * case.rows * case.length)
    corpus = text_corpus(tok, "en", text, length=case.length, batch_tokens=case.rows * case.length)
    starts = torch.cat(list(corpus.order(torch.Generator().manual_seed(0))))
    packed = corpus.read(starts)["input_ids"]
    equality = check(case, tok, packed[: 4 * CHECKED])
    rows: list[Row] = [{"input_ids": row} for row in packed]
    batch, tokens = case.rows, packed.numel()
    details: dict[str, Any] = {"equality": equality}
    if case.padded:
        rows = [{"input_ids": torch.tensor([*ids, tok.sep_token_id])} for ids in tok.ids(text, lang="en")]
        batch = -(-len(rows) // case.updates)
        groups = [rows[i : i + batch] for i in range(0, len(rows), batch)]
        lengths = [[len(row["input_ids"]) for row in group] for group in groups]
        details["positions_padded"] = sum(max(group) * len(group) for group in lengths)
    with tempfile.TemporaryDirectory() as folder:
        tok.save(folder)
        theirs = transformers.XLMTokenizer.from_pretrained(folder)
    collator = Collator(theirs, mlm_probability=PREDICTED)
    comparison = compare(
        case.name,
        "tokens",
        tokens,
        partial(our_run, case, tok, text),
        lambda: reference_run(reference_model(build(case)), rows, batch, collator),
        rounds=ROUNDS,
        clock=time.perf_counter if torch.cuda.is_available() else time.process_time,
    )
    return comparison, {**vars(case), "tokens": tokens, "sentences": len(text), **details}


def main() -> None:
    """Check, measure, print, write."""
    device = xt.device().type
    if device == "cpu":
        use_one_core()
    tok = vocabulary(SENTENCES)
    results = [measure(case, tok) for case in CASES[device]]
    comparisons = [comparison for comparison, _ in results]
    print_table(comparisons)
    path = write_result(
        "pretraining" if device == "cpu" else f"pretraining-{device}",
        comparisons,
        command="python -m benchmarks.pretraining",
        reference="transformers.XLMWithLMHeadModel, Trainer and DataCollatorForLanguageModeling",
        load_average=LOAD,
        cases=[case for _, case in results],
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()

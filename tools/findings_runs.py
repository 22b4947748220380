"""The three kinds of runs of the findings study: what each does, and the tables that it leaves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd
import torch
from findings_plan import Arm, Cell
from held_out import batch_losses
from stages import pretrain_in_stages
from torch import nn

from xlmtut.alignment import center_languages, retrieve
from xlmtut.checkpoints import Head, load_model, save_model
from xlmtut.config import XLMConfig
from xlmtut.corpora import text_corpus
from xlmtut.finetuning import finetune
from xlmtut.frames import check_predictions
from xlmtut.measures import find_measure
from xlmtut.microworld import rows
from xlmtut.model import XLM, XLMClassifier, XLMLanguageModel, XLMTokenClassifier
from xlmtut.prediction import sentence_vectors
from xlmtut.tasks import task as find_task
from xlmtut.tokenizer import Tokenizer, load_tokenizer
from xlmtut.training_options import TrainingOptions

__all__ = ["run_cell"]

_BIN = 20  # updates that a point of a committed loss curve averages
_LEARNED_FROM = 5000  # sentences of each language from which the vocabulary is learned

Tables = dict[str, pd.DataFrame]


def run_cell(cell: Cell, model_folder: Path) -> Tables:
    """Run a cell; its tables, by file name.

    Parameters
    ----------
    cell : Cell
    model_folder : Path
        Where the pretraining of its arm and seed keeps its state and its model.

    Returns
    -------
    dict of DataFrame
        ``curve.csv``: losses of training. A pretraining has ``validation.csv`` (perplexities on the way) and
        ``losses.parquet`` (held-out loss of every row of tokens), the others ``predictions.parquet``, and
        classifications ``scores.parquet`` (the last test predictions, with probabilities).
    """
    runs = {"pretraining": _pretraining, "retrieval": _retrieval, "fine-tuning": _fine_tuning}
    return runs[cell.kind](cell, model_folder)


def _pretraining(cell: Cell, folder: Path) -> Tables:
    arm, tokenizer = cell.arm, _vocabulary(cell.arm)
    torch.manual_seed(cell.seed)
    model = XLMLanguageModel(_config(arm, tokenizer))
    points = _evenly(arm.steps, 8)
    history, validation = pretrain_in_stages(
        model,
        tokenizer,
        {code: _text(code, "train", arm.sentences, arm.overlap) for code in arm.languages},
        _translations(arm) if "tlm" in arm.objectives else None,
        arm.stages,
        lr=arm.lr,
        alpha=arm.alpha,
        seed=cell.seed,
        folder=folder,
        # It never stops: with `keep`, the best weights are kept.
        last={"validate_at": points, "stop_on": arm.keep, "patience": len(points) + 1},
        validation={code: _text(code, "validation", arm.held_out, arm.overlap) for code in arm.languages},
    )
    save_model(model, folder)
    tokenizer.save(folder)
    return {
        "curve.csv": _curve(history),
        "validation.csv": validation.round(3),
        "losses.parquet": _held_out_losses(model, tokenizer, arm),
    }


def _retrieval(cell: Cell, folder: Path) -> Tables:
    """The sentence of every other language that is nearest to each English one, twice: see the tasks."""
    arm, tokenizer = cell.arm, _vocabulary(cell.arm)
    torch.manual_seed(cell.seed)
    encoder = XLM(_config(arm, tokenizer)).eval()
    if arm.pretrained:
        encoder = cast(XLM, load_model(arm.checkpoint or folder))
    read = {code: _rows("retrieval", code, "test", arm.retrieved, arm.overlap) for code in arm.languages}
    vectors = {
        code: sentence_vectors(encoder, tokenizer, [row["text"] for row in read[code]], code)[-1]
        for code in arm.languages
    }
    source, *targets = arm.languages
    ids = [row["id"] for row in read[source]]
    parts = []
    for task, found in (("retrieval", vectors), ("retrieval, centred", center_languages(vectors))):
        for code in targets:
            nearest = [ids[i] for i in retrieve(found[source], found[code])[:, 0]]
            parts.append(
                pd.DataFrame(
                    {"id": ids, "language": code, "task": task, "split": "test", "model": cell.model}
                    | {"seed": cell.seed, "step": arm.steps, "label": ids, "prediction": nearest}
                )
            )
    return {"predictions.parquet": check_predictions(pd.concat(parts, ignore_index=True))}


def _fine_tuning(cell: Cell, folder: Path) -> Tables:
    arm, tuning, tokenizer = cell.arm, cell.tuning, _vocabulary(cell.arm)
    assert tuning is not None
    task = find_task(tuning.task)
    torch.manual_seed(cell.seed)  # of the new head, or of the whole model
    model: nn.Module
    if arm.pretrained:
        model = load_model(arm.checkpoint or folder, head=cast(Head, task.head), num_labels=len(task.labels))
    else:
        kind = {"classification": XLMClassifier, "token": XLMTokenClassifier}[task.head]
        model = kind(_config(arm, tokenizer), len(task.labels))
    metric = find_measure(None, task.name, task.labels).name
    options = TrainingOptions(
        steps=cell.updates,
        lr=tuning.lr,
        warmup=cell.updates // 10,
        seed=cell.seed,
        validate_at=_evenly(cell.updates, tuning.checkpoints * cell.updates // tuning.steps),
        stop_on="" if arm.pretrained else f"{metric}/{arm.languages[0]}",
        patience=tuning.checkpoints,
    )
    data = {"train": _rows(task.name, arm.languages[0], "train", tuning.train)}
    for split, size in (("validation", tuning.validation), ("test", tuning.test)):
        data[split] = [
            row for code in arm.languages for row in _rows(task.name, code, split, size, arm.overlap)
        ]
    result = finetune(
        model,
        tokenizer,
        data,
        task,
        options=options,
        languages=arm.languages[:1],
        batch_size=tuning.batch_size,
        freeze=cell.frozen,
        splits=("validation", "test"),
        model_name=cell.model,
    )
    found = result.predictions
    assert found is not None
    # Probabilities would be nine tenths of the files: they are kept of the end, where a row has one class.
    tables = {"curve.csv": _curve(result.history)}
    tables["predictions.parquet"] = check_predictions(found.drop(columns="scores"))
    if task.head == "classification":
        last = found[(found["split"] == "test") & (found["step"] == found["step"].max())]
        tables["scores.parquet"] = check_predictions(last.reset_index(drop=True))
    return tables


def _evenly(steps: int, points: int) -> list[int]:
    """That many updates, evenly spaced; the last is the last."""
    return [steps * (i + 1) // points for i in range(points)]


def _curve(history: pd.DataFrame) -> pd.DataFrame:
    """The mean losses of every few updates, by objective, how many it has had, and the seconds until then."""
    history = history.assign(updates=history.groupby("objective").cumcount() + 1)
    blocks = history.groupby([(history["step"] - 1) // _BIN, "objective"], sort=False)
    kept = {"step": "last", "updates": "last", "loss": "mean", "seconds": "last"}
    curve = blocks.agg(kept).reset_index("objective")
    return curve[["step", "objective", "updates", "loss", "seconds"]].round({"loss": 4, "seconds": 1})


def _held_out_losses(model: XLMLanguageModel, tokenizer: Tokenizer, arm: Arm) -> pd.DataFrame:
    """The loss of every row of tokens of the test text; rows and masks are those of all arms compared."""
    found: list[dict[str, Any]] = []
    for code in arm.languages:
        text = _text(code, "test", arm.held_out, arm.overlap)
        corpus = text_corpus(tokenizer, code, text, length=arm.length, batch_tokens=arm.length)
        for i, (loss, labels) in enumerate(batch_losses(model, tokenizer, corpus)):
            found.append({"language": code, "row": i, "labels": labels, "loss": round(loss, 4)})
    return pd.DataFrame(found)


def _config(arm: Arm, tokenizer: Tokenizer) -> XLMConfig:
    return XLMConfig.preset(
        "mini",
        vocab_size=len(tokenizer),
        lang2id=tokenizer.lang2id,
        causal="clm" in arm.objectives,
        **dict(arm.shape),
    )


@cache
def _rows(task: str, code: str, split: Any, size: int, overlap: float = 0.0) -> list[dict[str, Any]]:
    return [*rows(task, code, split, size, overlap=overlap)]


@cache
def _text(code: str, split: Any, size: int, overlap: float) -> list[str]:
    return [row["text"] for row in rows("lm", code, split, size, overlap=overlap)]


def _translations(arm: Arm) -> dict[tuple[str, str], list[tuple[str, str]]]:
    source, *targets = arm.languages
    return {(source, code): _pairs(source, code, arm.pairs) for code in targets}


@cache
def _pairs(source: str, target: str, size: int) -> list[tuple[str, str]]:
    return [(row["source"], row["target"]) for row in rows("mt", f"{source}-{target}", "train", size)]


def _vocabulary(arm: Arm) -> Tokenizer:
    """The vocabulary of all arms with these languages, from equally long samples of their text."""
    if arm.checkpoint:
        return load_tokenizer(arm.checkpoint)
    return _learn(arm.vocabulary, arm.sentences, arm.vocabulary_size, arm.overlap)


@cache
def _learn(codes: tuple[str, ...], sentences: int, size: int, overlap: float) -> Tokenizer:
    return Tokenizer.learn(
        {code: _text(code, "train", sentences, overlap)[:_LEARNED_FROM] for code in codes}, size
    )

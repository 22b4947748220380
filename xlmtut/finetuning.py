"""Fine-tuning: a pretrained encoder with a head, trained on the labels of one language, or of some."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from xlmtut.checks import check_count
from xlmtut.corpora import Passes, fingerprint
from xlmtut.encoding import Encoded, collate, encode, labelled_task
from xlmtut.frames import read_predictions, save_predictions
from xlmtut.measures import Measure, find_measure
from xlmtut.model import XLM, XLMClassifier, XLMSpanQA, XLMTokenClassifier
from xlmtut.objectives import Batch
from xlmtut.optimisation import frozen
from xlmtut.prediction import predict
from xlmtut.processes import Loss
from xlmtut.tasks import Task
from xlmtut.training import Draw, Loop, TrainingResult, train
from xlmtut.training_options import TrainingOptions

if TYPE_CHECKING:
    from xlmtut.tokenizer import Tokenizer

__all__ = ["finetune", "predictions_file"]

_POOL = 50  # batches whose rows are sorted by length together


def finetune(
    model: nn.Module,
    tokenizer: Tokenizer,
    dataset: Mapping[str, Any],
    task: Task | str,
    *,
    options: TrainingOptions,
    languages: Sequence[str] = ("en",),
    batch_size: int = 16,
    freeze: int | None = None,
    max_length: int = 256,
    splits: Sequence[str] = ("validation",),
    model_name: str = "model",
) -> TrainingResult:
    """Train a model with a head on a task, and predict on the way.

    Parameters
    ----------
    model : nn.Module
        With the task's head, for example ``xt.load_model(name, head="classification", num_labels=3)``.
        Trained in place.
    tokenizer : Tokenizer
    dataset : mapping from split to rows
        From :func:`~xlmtut.tasks.load_task`.
    task : Task or str
        With classes, tags or answers.
    options : TrainingOptions
        Updates, learning rate, seed, folder … After the updates `validate_at` all `splits` are predicted.
    languages : sequence of str
        Only rows in these are trained on: English alone for zero-shot transfer.
    batch_size : int
        Rows of an update. Rows of similar length share a batch.
    freeze : int, optional
        Keep the embeddings and this many of the lowest layers as they are; 0 the embeddings alone.
    max_length : int
        Longest sequence; see :func:`~xlmtut.encoding.encode`.
    splits : sequence of str
        What is predicted, in all its languages. The task's headline metric on the first makes the validation
        table: a column per language, such as ``accuracy/en``, and their mean, ``accuracy``.
    model_name : str
        Written into the predictions.

    Returns
    -------
    TrainingResult
        With ``predictions``, one row per row of a split and validation. With a folder, those of an update are
        also in a file of it, see :func:`predictions_file`.

    Raises
    ------
    ValueError
        If the model's head does not fit the task, there are no rows in a language, a split is missing, or the
        folder holds another run.
    FloatingPointError
        If a loss is not finite; the message names the update and the languages.
    OSError
        If a state cannot be written.

    Notes
    -----
    Lample and Conneau (2019), section 5.1: the encoder and a linear classifier of its first state are trained
    on English pairs and tested in 15 languages.
    """
    from accelerate.utils import broadcast_object_list

    task = labelled_task(task)
    check_count("batch_size", batch_size)
    _check_head(model, task)
    positions = _encoder(model).config.max_position_embeddings
    if max_length > positions:
        raise ValueError(f"max_length is {max_length}; expected at most {positions}, the model's positions")
    missing = [split for split in ("train", *splits) if split not in dataset]
    if missing or not splits:
        raise ValueError(f"no split {missing or splits}; the data have {', '.join(map(str, dataset))}")
    encoded = encode(tokenizer, _rows_in(dataset["train"], languages), task, max_length=max_length)
    held_out = {split: list(dataset[split]) for split in splits}
    lengths = torch.tensor([len(one) for one in encoded])
    names = {index: language for language, index in tokenizer.lang2id.items()}

    def order(generator: torch.Generator) -> list[Tensor]:
        shuffled = torch.randperm(len(encoded), generator=generator)
        pools = (
            pool[lengths[pool].argsort(stable=True)] for pool in torch.split(shuffled, batch_size * _POOL)
        )
        batches = [batch for pool in pools for batch in torch.split(pool, batch_size)]
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]

    passes = Passes(order, options.seed, 0)

    def draw(update: int) -> Draw:
        batch = [encoded[i] for i in passes.next().tolist()]
        inputs, labels = collate(batch, tokenizer)
        inside = sorted({names[one.lang] for one in batch})
        return Draw({**inputs, "labels": labels}, task.name, " ".join(inside))

    measure = find_measure(None, task.name, task.labels)
    frames: dict[int, pd.DataFrame] = {}

    def validate(loop: Loop) -> dict[str, float]:
        scores: list[Any] = [None]
        if loop.accelerator.is_main_process:
            of_split = partial(
                predict,
                model,
                tokenizer,
                held_out,
                task,
                model_name=model_name,
                seed=options.seed,
                step=loop.step,
                max_length=max_length,
                progress=False,
            )
            parts = [of_split(split=split) for split in splits]
            frames[loop.step] = pd.concat(parts, ignore_index=True)
            if options.folder is not None:
                save_predictions(frames[loop.step], predictions_file(options.folder, loop.step))
            scores = [_scores(parts[0], measure)]
        return dict(broadcast_object_list(scores)[0])

    scored = dict.fromkeys(row["language"] for row in held_out[splits[0]])
    with frozen(model, freeze):
        result = train(
            model,
            draw,
            _LOSSES[task.head],
            options,
            corpora={"train": passes},
            settings={
                "model": asdict(_encoder(model).config),
                "task": task.name,
                "languages": list(languages),
                "batch_size": batch_size,
                "freeze": freeze,
                "max_length": max_length,
                "splits": list(splits),
                "training rows": _fingerprint(encoded),
            },
            metrics=[measure.name, *(f"{measure.name}/{language}" for language in scored)],
            validate=validate,
            tokenizer=tokenizer,
            description=f"fine-tune {task.name}",
        )
    if options.folder is not None and len(result.validation):
        for step in set(result.validation["step"]) - frames.keys():  # predicted before this process began
            frames[step] = read_predictions(predictions_file(options.folder, step))
    if frames:
        result.predictions = pd.concat([frames[step] for step in sorted(frames)], ignore_index=True)
    return result


def predictions_file(folder: str | os.PathLike[str], step: int) -> Path:
    """Where the predictions after an update are kept.

    Examples
    --------
    >>> predictions_file("runs/xnli", 500).name
    'predictions-000500.parquet'
    """
    return Path(folder) / f"predictions-{step:06d}.parquet"


def _classification_loss(model: nn.Module, batch: Batch) -> Tensor:
    logits, labels = model(**_inputs(batch)).logits, batch["labels"]  # (batch, classes), (batch,)
    return F.cross_entropy(logits, labels, reduction="sum")


def _token_loss(model: nn.Module, batch: Batch) -> Tensor:
    logits, labels = model(**_inputs(batch)).logits, batch["labels"]  # (batch, length, tags), (batch, length)
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")


def _span_loss(model: nn.Module, batch: Batch) -> Tensor:
    output, labels = model(**_inputs(batch)), batch["labels"]  # (batch, 2): first and last token
    return F.cross_entropy(output.start_logits, labels[:, 0], reduction="sum") + F.cross_entropy(
        output.end_logits, labels[:, 1], reduction="sum"
    )


def _inputs(batch: Batch) -> Batch:
    return {name: values for name, values in batch.items() if name != "labels"}


# Of every head: its class, and the sum of the losses of a batch's labels (IGNORED ones have none).
_LOSSES: dict[str, Loss] = {"classification": _classification_loss, "token": _token_loss, "qa": _span_loss}
_HEADS = {"classification": XLMClassifier, "token": XLMTokenClassifier, "qa": XLMSpanQA}


def _check_head(model: nn.Module, task: Task) -> None:
    """Refuse a model without the task's head, or with another number of classes."""
    if not isinstance(model, _HEADS[task.head]):
        raise ValueError(
            f"the model is a {type(model).__name__}; task {task.name!r} needs a {_HEADS[task.head].__name__}"
        )
    if isinstance(model, XLMClassifier | XLMTokenClassifier):
        last = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
        if last.out_features != len(task.labels):
            raise ValueError(
                f"the model has {last.out_features} classes; task {task.name!r} has {len(task.labels)}"
            )


def _encoder(model: nn.Module) -> XLM:
    return next(module for module in model.modules() if isinstance(module, XLM))


def _rows_in(rows: Any, languages: Sequence[str]) -> list[Any]:
    """The rows in some languages; each must have some."""
    kept = [row for row in rows if row["language"] in languages]
    absent = set(languages) - {row["language"] for row in kept}
    if absent or not languages:
        found = ", ".join(dict.fromkeys(row["language"] for row in rows))
        raise ValueError(f"no training rows in {sorted(absent) or 'any language'}; the data have {found}")
    return kept


def _fingerprint(encoded: Sequence[Encoded]) -> str:
    """Of the tokens and the labels of all rows."""
    ids = torch.tensor(list(chain.from_iterable(one.input_ids for one in encoded)), dtype=torch.int32)
    labels = [np.atleast_1d(np.asarray(one.labels)) for one in encoded]
    return fingerprint(ids, torch.from_numpy(np.concatenate(labels)))


def _scores(frame: pd.DataFrame, measure: Measure) -> dict[str, float]:
    """The metric of every language, and their mean."""
    scores = {}
    for language, part in frame.groupby("language", sort=False):
        sums = np.asarray(measure.contributions(list(part["label"]), list(part["prediction"]), str(language)))
        scores[f"{measure.name}/{language}"] = float(measure.value(sums.sum(axis=0).astype(float)))
    return {measure.name: float(np.mean(list(scores.values()))), **scores}

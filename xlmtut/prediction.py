"""A model run over data: one prediction per row of a task, so that evaluating never needs the model again.

And one vector per sentence and layer, for :mod:`xlmtut.alignment`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from xlmtut.alignment import mean_pool
from xlmtut.batching import token_batches
from xlmtut.encoding import Encoded, collate, context_words, encode, labelled_task
from xlmtut.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

    from xlmtut.model import XLM
    from xlmtut.tokenizer import Tokenizer

__all__ = ["predict", "sentence_vectors"]

LONGEST_ANSWER = 30  # pieces, as in the usual SQuAD scripts

Row = Mapping[str, Any]


def predict(
    model: nn.Module,
    tokenizer: Tokenizer,
    dataset: Any,
    task: Task | str,
    *,
    split: str = "test",
    model_name: str,
    seed: int = 0,
    step: int = 0,
    batch_tokens: int = 4096,
    max_length: int = 256,
    progress: bool = True,
) -> pd.DataFrame:
    """Run a model over a task: one prediction for each row, to be evaluated without the model.

    Parameters
    ----------
    model : nn.Module
        With the task's head; it runs where its parameters are, without dropout, and is left as it was.
    tokenizer : Tokenizer
    dataset : DatasetDict, Dataset or sequence of rows
        From :func:`~xlmtut.tasks.load_task`.
    task : Task or str
    split : str
        Which part of a DatasetDict; written into the predictions.
    model_name : str
    seed, step : int
        Seed of the fine-tuning run and the update at which the model was taken: written into the predictions.
    batch_tokens : int
        Positions of a batch at most, padding included.
    max_length : int
        See :func:`~xlmtut.encoding.encode`.
    progress : bool
        Show a progress bar.

    Returns
    -------
    pandas.DataFrame
        A row per row of the data set, in its order: ``id, language, task, split, model, seed, step, label,
        prediction, scores``. Classification: names of labels, and the probability of each class in the order
        of ``task.labels``. Tokens: lists of tags, and the probability of each tag predicted. Questions: all
        answers that count as right, the text predicted, and its probability.

    Raises
    ------
    ValueError
        As :func:`~xlmtut.encoding.encode`; if there is no such split, no row, a row longer than
        `batch_tokens`, or a head that does not fit the task.
    """
    import pandas as pd

    task = labelled_task(task)
    rows = _rows(dataset, split)
    encoded = encode(tokenizer, rows, task, max_length=max_length)
    outputs = _run(model, tokenizer, encoded, task, batch_tokens, progress)
    read = {"classification": _read_classes, "token": _read_tags, "qa": _read_answers}[task.head]
    answers: list[list[Any]] = [[] for _ in rows]  # of the windows of each row
    for one, output in zip(encoded, outputs, strict=True):
        answers[one.row].append((one, output))
    predictions, scores = zip(
        *(read(row, windows, task) for row, windows in zip(rows, answers, strict=True)), strict=True
    )
    return pd.DataFrame(
        {
            "id": [str(row["id"]) for row in rows],
            "language": [row["language"] for row in rows],
            "task": task.name,
            "split": split,
            "model": model_name,
            "seed": seed,
            "step": step,
            "label": [_label(row, task) for row in rows],
            "prediction": list(predictions),
            "scores": list(scores),
        }
    )


def sentence_vectors(
    encoder: XLM,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    lang: str,
    *,
    max_length: int | None = None,
    batch_size: int = 200,
) -> NDArray[np.float32]:
    """The mean hidden state of every sentence, after every layer.

    Parameters
    ----------
    encoder : XLM
    tokenizer : Tokenizer
    texts : sequence of str
        Of one language.
    lang : str
    max_length : int, optional
        Tokens of a sentence at most, see :class:`~xlmtut.tokenizer.Tokenizer`.
    batch_size : int
        Sentences that are encoded at once.

    Returns
    -------
    array, (n_layers + 1, n, dim), float32
        The embeddings first, the last layer last: ``[-1]`` is what :mod:`xlmtut.alignment` compares, all of
        it what :func:`~xlmtut.alignment.cka_by_layer` takes.

    Raises
    ------
    ValueError
        If there is no text, or as the tokenizer.
    """
    if not texts:
        raise ValueError(f"texts in {lang!r} is empty; expected one or more")
    device, parts = next(encoder.parameters()).device, []
    with _evaluating(encoder):
        for start in range(0, len(texts), batch_size):
            batch = tokenizer(texts[start : start + batch_size], lang=lang, max_length=max_length).to(device)
            states = encoder(**batch, output_hidden_states=True).hidden_states
            parts.append(torch.stack([mean_pool(layer, batch["attention_mask"]) for layer in states]).cpu())
    return torch.cat(parts, dim=1).numpy()


def _rows(dataset: Any, split: str) -> list[Row]:
    if isinstance(dataset, Mapping):
        if split not in dataset:
            raise ValueError(f"split is {split!r}; the data have {', '.join(map(str, dataset))}")
        dataset = dataset[split]
    rows = list(dataset)
    if not rows:
        raise ValueError("the data set has no rows; expected one or more")
    return rows


def _label(row: Row, task: Task) -> str | list[str]:
    target = row[task.target]
    if task.head == "classification":
        return task.labels[target]
    if task.head == "token":
        return [task.labels[tag] for tag in target]
    return list(dict.fromkeys(target["text"]))  # annotators agree often


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(was_training)


def _run(
    model: nn.Module,
    tokenizer: Tokenizer,
    encoded: Sequence[Encoded],
    task: Task,
    batch_tokens: int,
    progress: bool,
) -> list[Tensor]:
    """What the head says of every encoded row, without padding: float32, on the CPU."""
    device = next(model.parameters()).device
    outputs: list[Tensor] = [torch.empty(0)] * len(encoded)
    batches = token_batches([len(one) for one in encoded], batch_tokens)
    bar = tqdm(
        batches,
        desc=f"predict {task.name}",
        unit="batch",
        disable=not progress,
        mininterval=30.0 if os.environ.get("CI") else 0.1,
        leave=False,
    )
    with _evaluating(model):
        for batch in bar:
            inputs, _ = collate([encoded[i] for i in batch], tokenizer, device)
            logits = _logits(model(**inputs), task).float().cpu()
            for i, row in zip(batch, logits, strict=True):
                outputs[i] = row if task.head == "classification" else row[: len(encoded[i])]
    return outputs


def _logits(output: Any, task: Task) -> Tensor:
    """Logits (batch, classes), (batch, length, tags) or (batch, length, 2) for start and end."""
    if task.head == "qa":
        if output.start_logits is None:
            raise ValueError(f"the model has no question-answering head; task {task.name!r} needs one")
        return torch.stack([output.start_logits, output.end_logits], dim=-1)
    logits: Tensor | None = output.logits
    dimensions = 2 if task.head == "classification" else 3
    if logits is None or logits.ndim != dimensions or logits.shape[-1] != len(task.labels):
        got = "no logits" if logits is None else f"logits of shape {tuple(logits.shape)}"
        raise ValueError(
            f"the model gives {got}; task {task.name!r} needs a {task.head} head with"
            f" {len(task.labels)} labels"
        )
    return logits


def _read_classes(row: Row, windows: list[tuple[Encoded, Tensor]], task: Task) -> tuple[str, list[float]]:
    probabilities = windows[0][1].softmax(dim=-1)
    return task.labels[int(probabilities.argmax())], probabilities.tolist()


def _read_tags(row: Row, windows: list[tuple[Encoded, Tensor]], task: Task) -> tuple[list[str], list[float]]:
    tags: list[str] = []
    scores: list[float] = []
    for one, logits in windows:
        best = logits[[first for first, _ in one.words]].softmax(dim=-1).max(dim=-1)
        tags += [task.labels[k] for k in best.indices.tolist()]
        scores += best.values.tolist()
    return tags, scores


def _read_answers(row: Row, windows: list[tuple[Encoded, Tensor]], task: Task) -> tuple[str, list[float]]:
    """The best span of whole words over all windows, and its share of the probability of all spans."""
    spans = context_words(row["context"], row["language"])
    found: list[tuple[float, int, int]] = []
    totals = []
    for one, logits in windows:
        firsts, lasts = (torch.tensor(column) for column in zip(*one.words, strict=True))
        sums = logits[firsts, 0][:, None] + logits[lasts, 1][None, :]  # (words, words): from, to
        pieces = lasts[None, :] - firsts[:, None] + 1
        too_long = (pieces > LONGEST_ANSWER) & ~torch.eye(len(pieces), dtype=torch.bool)
        sums = sums.masked_fill((pieces < 1) | too_long, float("-inf"))
        begin, end = divmod(int(sums.argmax()), len(one.words))
        found.append((float(sums[begin, end]), one.first_word + begin, one.first_word + end))
        totals.append(sums.flatten().logsumexp(dim=0))
    score, begin, end = max(found)
    total = float(torch.stack(totals).logsumexp(dim=0))
    return row["context"][spans[begin][0] : spans[end][1]], [float(torch.tensor(score - total).exp())]

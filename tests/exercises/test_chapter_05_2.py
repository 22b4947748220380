"""Right and wrong answers to the exercises of section 5.2."""

from __future__ import annotations

import torch
import torch.nn.functional as F

CHOSEN = 64 * 255 * 0.15
SHARES = torch.tensor([500_000.0, 20_000.0, 500.0]) / 520_500


def _drawn(alpha):
    return float((SHARES**alpha / (SHARES**alpha).sum())[-1])


def _clm_labels(ids):
    return [-100 if label == 2 else label for label in (*ids[1:], 2)]


def _sums(model, batches):
    """Over all batches: losses of the examples, and whether each is right."""
    losses = [F.cross_entropy(model(b), b["labels"], reduction="none") for b in batches]
    return losses, [(model(b).argmax(dim=1) == b["labels"]).float() for b in batches]


def _evaluate(model, batches):
    losses, right = map(torch.cat, _sums(model, batches))
    return losses.mean(), right.mean().item()


def _means_of_means(model, batches):
    return tuple(torch.stack([part.mean() for part in parts]).mean() for parts in _sums(model, batches))


def _accuracy_of_means(model, batches):
    return _evaluate(model, batches)[0], _means_of_means(model, batches)[1]


def _with(change):
    return lambda model, batches: change(*_evaluate(model, batches))


RIGHT = [
    ("05_2-1", _clm_labels),
    ("05_2-1", lambda ids: torch.tensor(_clm_labels(ids))),
    ("05_2-2", 0.8 * CHOSEN),
    ("05_2-2", 1958),
    ("05_2-3", _drawn(0.5) / _drawn(1)),
    ("05_2-4", _evaluate),
    ("05_2-4", lambda model, batches: list(_evaluate(model, batches))),
    ("05_2-5", "C"),
]

WRONG = [
    ("05_2-1", lambda ids: ids, "predict themselves"),
    ("05_2-1", lambda ids: [-100, *ids[:-1]], "the other way"),
    ("05_2-1", lambda ids: [*ids[1:], -100], "padding"),
    ("05_2-1", lambda ids: [*[i if i != 2 else -100 for i in ids[1:]], 1], "nothing after it"),
    ("05_2-1", lambda ids: ids[1:], "Each position has one"),
    ("05_2-1", lambda ids: [-100] * len(ids), "position by position"),
    ("05_2-2", 64 * 256 * 0.15 * 0.8, "never chosen"),
    ("05_2-2", CHOSEN, "become the mask"),
    ("05_2-2", 64 * 255 * 0.8, "in the first place"),
    ("05_2-2", 255 * 0.15 * 0.8, "one row"),
    ("05_2-2", 1000, "Multiply"),
    ("05_2-3", _drawn(1) / _drawn(0.5), "wrong way round"),
    ("05_2-3", _drawn(0.5), "is a probability"),
    ("05_2-3", float(SHARES[-1] ** -0.5), "Normalise"),
    ("05_2-3", _drawn(0.7) / _drawn(1), "0.7"),
    ("05_2-3", 2, "to the power"),
    ("05_2-4", _means_of_means, "mean of batch means"),
    ("05_2-4", _accuracy_of_means, "still a mean"),
    ("05_2-4", _with(lambda loss, accuracy: (26 * loss, accuracy)), "is a sum"),
    ("05_2-4", _with(lambda loss, accuracy: (accuracy, loss)), "other order"),
    ("05_2-4", _with(lambda loss, accuracy: loss), "two numbers"),
    ("05_2-4", _with(lambda loss, accuracy: (loss, 26 * accuracy)), "is a share"),
    ("05_2-4", _with(lambda loss, accuracy: (loss, 100 * accuracy)), "between 0 and 1"),
    ("05_2-4", _with(lambda loss, accuracy: (loss, 1 - accuracy)), "largest logit"),
    ("05_2-4", _with(lambda loss, accuracy: (loss + 1, accuracy)), "divide once"),
    ("05_2-5", "a", "loaded BERT"),
    ("05_2-5", "b", "which language"),
    ("05_2-5", "d", "which data"),
]

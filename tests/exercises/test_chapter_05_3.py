"""Right and wrong answers to the exercises of section 5.3."""

from __future__ import annotations

import torch


def _length(gradients):
    return torch.cat([gradient.flatten() for gradient in gradients]).norm()


def _clip(gradients, limit):
    factor = min(1.0, float(limit / _length(gradients)))
    return [factor * gradient for gradient in gradients]


def _always_scaled(gradients, limit):
    return [gradient * limit / _length(gradients) for gradient in gradients]


def _each_alone(gradients, limit):
    return [gradient * min(1.0, float(limit / gradient.norm())) for gradient in gradients]


def _right_length_only(gradients, limit):
    if _length(gradients) <= limit:
        return gradients
    return _always_scaled([gradient + 1 for gradient in gradients], limit)


def _cells(lengths, batches):
    return [len(batch) * max(lengths[i] for i in batch) for batch in batches]


def _padding_share(lengths, batches):
    return 1 - sum(lengths[i] for batch in batches for i in batch) / sum(_cells(lengths, batches))


def _mean_of_shares(lengths, batches):
    shares = [_padding_share(lengths, [batch]) for batch in batches]
    return sum(shares) / len(shares)


RIGHT = [
    ("05_3-1", 2),
    ("05_3-2", _clip),
    ("05_3-2", lambda gradients, limit: tuple(_clip(gradients, limit))),
    ("05_3-3", _padding_share),
    ("05_3-4", "c"),
    ("05_3-5", 5e-4 * 901 / 1801),
    ("05_3-5", 2.5014e-4),
]

WRONG = [
    ("05_3-1", 15, "takes no part"),
    ("05_3-1", 1, "right for MLM"),
    ("05_3-1", 0, "added at the input"),
    ("05_3-1", 7, "occur in the batch"),
    ("05_3-2", lambda gradients, limit: gradients, "came back with length 13"),
    ("05_3-2", _always_scaled, "unchanged"),
    ("05_3-2", _each_alone, "joint length"),
    ("05_3-2", _right_length_only, "direction is not"),
    ("05_3-2", lambda gradients, limit: [g.clamp(-limit, limit) for g in gradients], "each number"),
    ("05_3-2", lambda gradients, limit: gradients[0], "one tensor for each"),
    ("05_3-2", lambda gradients, limit: gradients[::-1], "shape"),
    ("05_3-3", lambda lengths, batches: 1 - _padding_share(lengths, batches), "What is the rest"),
    ("05_3-3", lambda lengths, batches: sum(_cells(lengths, batches)) - sum(lengths), "Divide by all"),
    ("05_3-3", _mean_of_shares, "differ in size"),
    ("05_3-3", lambda lengths, batches: 1 - sum(lengths) / (5 * 8), "its own longest"),
    ("05_3-3", lambda lengths, batches: 100 * _padding_share(lengths, batches), "in percent"),
    ("05_3-3", lambda lengths, batches: 0.1, "rows times"),
    ("05_3-4", "a", "twice"),
    ("05_3-4", "b", "in pieces"),
    ("05_3-4", "d", "Later batches"),
    ("05_3-5", 5e-4, "begun to fall"),
    ("05_3-5", 901 / 1801, "highest rate"),
    ("05_3-5", 5e-4 * 901 / 2001, "not with the run"),
    ("05_3-5", 5e-4 * 900 / 1801, "What is left"),
    ("05_3-5", 5e-4 * (200 / 1100) ** 0.5, "inverse_sqrt"),
    ("05_3-5", 1e-4, "is left of the rate"),
]

"""Right and wrong answers to the exercises of chapter 2."""

from __future__ import annotations

import torch

import xlmtut as xt


def padding_only(mask: torch.Tensor) -> torch.Tensor:
    return xt.padding_mask(mask).expand(-1, 1, mask.shape[1], -1)


def causal_only(mask: torch.Tensor) -> torch.Tensor:
    return xt.causal_mask(mask.shape[1]).expand(len(mask), 1, -1, -1)


def both(mask: torch.Tensor) -> torch.Tensor:
    return xt.padding_mask(mask) & xt.causal_mask(mask.shape[1])


def strict(mask: torch.Tensor) -> torch.Tensor:
    """A position does not see itself, except the first, which has nothing else."""
    causal = xt.causal_mask(mask.shape[1]).tril(-1)
    causal[0, 0] = True
    return xt.padding_mask(mask) & causal


def dot(k: int, d: int) -> torch.Tensor:
    return (k * 10000 ** (-torch.arange(0, d, 2) / d)).cos().sum()


RIGHT = [
    ("02-1", 4),
    ("02-1", torch.tensor([4.0])),
    ("02-2", "a"),
    ("02-2", " A "),
    ("02-3", both),
    ("02-4", lambda k, d: dot(k, d) / (d / 2)),
    (
        "02-4",
        lambda k, d: sum(__import__("math").cos(k * 10000 ** (-2 * i / d)) for i in range(d // 2)) * 2 / d,
    ),
    ("02-5", "c"),
    ("02-6", ("encoder layer norm", "cross-attention")),
    ("02-6", ["Encoder layer norm", "cross-attention"]),
]

WRONG = [
    ("02-1", 2.8, "unscaled"),
    ("02-1", 8, "swapped"),
    ("02-1", 6, "plain mean"),
    ("02-1", 0.75 * 1.0986, "averaged the scores"),
    ("02-1", 5, "exponentials"),
    ("02-2", "b", "shrink"),
    ("02-2", "c", "two terms"),
    ("02-3", both(torch.ones(1, 2, dtype=torch.long)), "function itself"),
    ("02-3", padding_only, "ahead"),
    ("02-3", causal_only, "padding"),
    ("02-3", strict, "itself"),
    ("02-3", lambda mask: ~both(mask), "upside down"),
    ("02-3", lambda mask: both(mask).mT, "rows"),
    ("02-3", lambda mask: both(mask).long(), "boolean"),
    ("02-3", lambda mask: both(mask)[:, 0], "shape"),
    ("02-4", dot, "dot product"),
    ("02-4", lambda k, d: dot(k, d) / d, "How many frequencies"),
    ("02-4", lambda k, d: 0.3, "distance zero"),
    ("02-4", lambda k, d: (k * 10000 ** (-torch.arange(d // 2) / d)).cos().mean(), "exponents"),
    ("02-5", "a", "counterpart"),
    ("02-5", "b", "second word"),
    ("02-6", ("cross-attention", "encoder layer norm"), "wrong way"),
    ("02-6", ("encoder", "cross-attention"), "not finished"),
    ("02-6", ("encoder layer norm", "decoder"), "keys and values"),
    ("02-6", ("decoder", "cross-attention"), "start in the encoder"),
    ("02-6", "cross-attention", "pair"),
]

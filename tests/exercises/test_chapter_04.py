"""Right and wrong answers to the exercises of chapter 4."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor


def softmax_backward(a: Tensor, a_bar: Tensor) -> Tensor:
    return a * (a_bar - (a * a_bar).sum(dim=-1, keepdim=True))


RIGHT = [
    ("04-1", [3, 2]),
    ("04-1", torch.tensor([3.0, 2.0])),
    ("04-1", np.array([3.0, 2.0])),
    ("04-2", 48),
    ("04-2", math.sqrt(64 * 36)),
    ("04-3", softmax_backward),
    ("04-3", lambda a, a_bar: a * a_bar - a * (a * a_bar).sum(-1, keepdim=True)),
    ("04-4", "c"),
    ("04-4", " C "),
    ("04-5", lambda d: 16 * d**2 + 19 * d),
    ("04-5", lambda d: 2 * (4 * d * d + 4 * d) + 8 * d * d + 5 * d + 6 * d),
    ("04-6", math.log(9) / math.log(99)),
    ("04-6", 0.478),
]

WRONG = [
    ("04-1", [0.75, 0.25], "mean of the values"),
    ("04-1", [3.6, 0.8], "divide"),
    ("04-1", [4, 0], "best score"),
    ("04-1", [2, 4], "same weight"),
    ("04-1", [4 * math.log(3), 0], "softmax is missing"),
    ("04-1", [1, 2], "root of d_k"),
    ("04-1", [3, 2, 0], "shape"),
    ("04-1", "3, 2", "text"),
    ("04-2", 8, "variance 1"),
    ("04-2", 64 * 36, "variance by its square"),
    ("04-2", 6, "one product"),
    ("04-2", 8 * 36, "root last"),
    ("04-2", math.sqrt(64 * 13), "added"),
    ("04-2", 1, "one product"),
    ("04-3", lambda a, a_bar: a * a_bar, "diag"),
    ("04-3", lambda a, a_bar: a * (1 - a) * a_bar, "other entries"),
    ("04-3", lambda a, a_bar: a * (a_bar - a_bar.sum(-1, keepdim=True)), "not weighted"),
    ("04-3", lambda a, a_bar: a * (a_bar - (a * a_bar).sum()), "all rows together"),
    ("04-3", lambda a, a_bar: a_bar, "autograd"),
    ("04-3", lambda a, a_bar: (a * a_bar).sum(-1), "shape"),
    ("04-3", lambda a, a_bar: None, "return"),
    ("04-3", torch.ones(3), "function itself"),
    ("04-4", "a", "off the diagonal"),
    ("04-4", "b", "first word"),
    ("04-4", "d", "square"),
    ("04-5", lambda d: 12 * d**2 + 13 * d, "encoder layer"),
    ("04-5", lambda d: 16 * d**2 + 17 * d, "how many normalisations"),
    ("04-5", lambda d: 16 * d**2 + 13 * d, "biases too"),
    ("04-5", lambda d: 16 * d**2 + 15 * d, "biases"),
    ("04-5", lambda d: 16 * d**2, "Biases"),
    ("04-5", lambda d: 16 * d**2 + 10 * d, "vectors again"),
    ("04-5", lambda d: 15 * d**2 + 18 * d, "four maps"),
    ("04-5", lambda d: d, "matrices, then vectors"),
    ("04-5", 66_752, "function itself"),
    ("04-6", 0.5, "9.1%"),
    ("04-6", 1, "1.0%"),
    ("04-6", 1.5, "between 0"),
    ("04-6", "0.478", "text"),
]

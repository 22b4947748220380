"""Right and wrong answers to the exercises of section 5.1."""

from __future__ import annotations

import random

import numpy as np
import torch

N = 571_696_960 / 1e9


def _own_generator(n, seed):
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()


def _own_python_generator(n, seed):
    numbers = list(range(n))
    random.Random(seed).shuffle(numbers)
    return numbers


def _global_torch(n, seed):
    torch.manual_seed(seed)
    return torch.randperm(n).tolist()


def _global_numpy(n, seed):
    np.random.seed(seed)  # noqa: NPY002 - the mistake to be found
    return np.random.permutation(n)  # noqa: NPY002


def _global_python(n, seed):
    random.seed(seed)
    return random.sample(range(n), n)


def _unseeded(n, seed):
    return torch.randperm(n).tolist()


def _one_seed(n, seed):
    return _own_generator(n, 0)


RIGHT = [
    ("05_1-1", 4 * N + 12 * N / 10),
    ("05_1-1", 2.97),
    ("05_1-2", _own_generator),
    ("05_1-2", _own_python_generator),
    ("05_1-2", lambda n, seed: np.random.default_rng(seed).permutation(n)),
    ("05_1-3", "b"),
    ("05_1-4", " C"),
]

WRONG = [
    ("05_1-1", 16 * N, "nothing were frozen"),
    ("05_1-1", 1.6 * N, "in memory too"),
    ("05_1-1", 4 * N, "what the weights take"),
    ("05_1-1", 4.4 * N, "Gradients are not all"),
    ("05_1-1", 4.8 * N, "One thing is missing"),
    ("05_1-1", 5.6 * N, "twice"),
    ("05_1-1", 5200 * N, "not in gigabytes"),
    ("05_1-1", 5.2 * N * 1e9 / 2**30, "10⁹"),
    ("05_1-1", 1, "How many more"),
    ("05_1-2", _unseeded, "nothing but the seed"),
    ("05_1-2", _one_seed, "use the seed"),
    ("05_1-2", lambda n, seed: list(range(n)), "Two seeds"),
    ("05_1-2", _global_torch, "PyTorch"),
    ("05_1-2", _global_numpy, "NumPy"),
    ("05_1-2", _global_python, "Python"),
    ("05_1-2", lambda n, seed: [0] * n, "each number"),
    ("05_1-3", "a", "first losses"),
    ("05_1-3", "c", "order of adding"),
    ("05_1-3", "d", "figure"),
    ("05_1-4", "a", "not the model"),
    ("05_1-4", "b", "names the source"),
    ("05_1-4", "d", "Changes are allowed"),
]

"""Random generators that follow from one seed: one for every use, so that none disturbs another."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import torch

__all__ = ["Use", "derived_seed", "generator"]


class Use(IntEnum):
    """What random numbers are drawn for."""

    PASS = 0  # the order of a pass over a corpus
    UPDATE = 1  # the language and the masks of an update
    DROPOUT = 2
    VALIDATION = 3


def derived_seed(seed: int, use: Use, first: int = 0, second: int = 0) -> int:
    """A seed for one use, told apart by up to two more numbers: a pass, an update, a process …"""
    return int(np.random.SeedSequence((seed, use, first, second)).generate_state(1)[0])


def generator(seed: int, use: Use, first: int = 0, second: int = 0) -> torch.Generator:
    """A generator for one use; see :func:`derived_seed`.

    Examples
    --------
    >>> first, again, other = (torch.rand(1, generator=generator(0, Use.PASS, n)) for n in (1, 1, 2))
    >>> torch.equal(first, again), torch.equal(first, other)
    (True, False)
    """
    return torch.Generator().manual_seed(derived_seed(seed, use, first, second))

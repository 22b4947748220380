"""Generators of their own for every use of one seed."""

from __future__ import annotations

from itertools import product

from xlmtut.randomness import Use, derived_seed, generator


def test_every_use_and_every_number_has_its_own_seed() -> None:
    keys = list(product((0, 1, 2**32 - 1), Use, range(6), range(6)))
    assert len({derived_seed(*key) for key in keys}) == len(keys)


def test_seeds_are_the_same_everywhere_and_fit_numpy() -> None:
    assert derived_seed(0, Use.DROPOUT, 3, 1) == derived_seed(0, Use.DROPOUT, 3, 1)
    assert derived_seed(7, Use.UPDATE, 10**9) < 2**32
    assert generator(7, Use.UPDATE, 4).initial_seed() == derived_seed(7, Use.UPDATE, 4)

"""Token-budget batches: every sequence once, none over the budget, little padding."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmtut.batching import token_batches

lengths_and_budget = st.lists(st.integers(1, 50), max_size=200).flatmap(
    lambda lengths: st.tuples(st.just(lengths), st.integers(max(lengths, default=1), 300))
)


def positions(lengths: list[int], batches: list[list[int]]) -> int:
    """Rows times columns of all batches: what a model computes, padding included."""
    return sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)


@given(lengths_and_budget, st.booleans())
def test_every_sequence_is_in_one_batch_within_the_budget(case: tuple[list[int], int], sort: bool) -> None:
    lengths, budget = case
    batches = token_batches(lengths, budget, sort=sort)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(batch and positions(lengths, [batch]) <= budget for batch in batches)


@given(lengths_and_budget)
def test_a_batch_closes_only_when_the_next_sequence_does_not_fit(case: tuple[list[int], int]) -> None:
    lengths, budget = case
    for sort in (True, False):
        batches = token_batches(lengths, budget, sort=sort)
        for batch, following in pairwise(batches):
            assert positions(lengths, [[*batch, following[0]]]) > budget


def test_sorting_starts_with_the_longest_and_the_given_order_is_kept() -> None:
    lengths = random.Random(0).choices(range(1, 50), k=300)
    in_order = [i for batch in token_batches(lengths, 400, sort=False) for i in batch]
    by_length = [lengths[i] for batch in token_batches(lengths, 400) for i in batch]
    assert in_order == list(range(300))
    assert by_length == sorted(lengths, reverse=True)


def test_sorting_saves_most_of_the_padding() -> None:
    rng = random.Random(0)
    lengths = [min(200, max(2, round(rng.lognormvariate(3, 0.6)))) for _ in range(1000)]
    given_order = positions(lengths, token_batches(lengths, 2000, sort=False)) / sum(lengths)
    by_length = positions(lengths, token_batches(lengths, 2000)) / sum(lengths)
    assert given_order > 2
    assert by_length < 1.15


def test_bad_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="sequence 1 has 9 tokens and the budget is 8; raise it or truncate"):
        token_batches([3, 9], budget=8)
    with pytest.raises(ValueError, match="the length of sequence 0 is 0; expected at least 1"):
        token_batches([0, 9], budget=20)
    assert token_batches([], budget=20) == []

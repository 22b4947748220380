"""Word alignment: mutual choices, pooling of tokens into words, the alignment error rate by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from xlmtut.word_links import (
    alignment_scores,
    attention_alignment,
    pool_attention,
    pool_words,
    word_alignment,
)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_links_are_mutual_choices(m: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(m, 5)), rng.normal(size=(n, 5))
    cosines = cosine_similarity(source, target)
    expected = {
        (i, j)
        for i in range(m)
        for j in range(n)
        if cosines[i, j] == cosines[i].max() and cosines[i, j] == cosines[:, j].max()
    }
    assert word_alignment(source, target) == expected
    assert expected  # the most similar pair of all is always mutual
    assert {(j, i) for i, j in word_alignment(target, source)} == expected


def test_a_reordered_sentence_is_aligned() -> None:
    source = np.eye(4)
    assert word_alignment(source, source[[2, 0, 3]]) == {(2, 0), (0, 1), (3, 2)}


def test_attention_links_one_way_and_both_ways() -> None:
    forward = torch.tensor([[0.1, 0.7, 0.2], [0.2, 0.5, 0.3]])
    backward = torch.tensor([[0.6, 0.4], [0.3, 0.7], [0.5, 0.5]])
    assert attention_alignment(forward) == {(0, 1), (1, 1)}
    assert attention_alignment(forward, backward) == {(1, 1)}
    assert attention_alignment(forward, [[0, 1], [0, 1], [1, 0]]) == {(1, 1)}


def test_tokens_are_pooled_into_words() -> None:
    words = [None, 0, 0, 1, None]
    states = torch.arange(10.0).reshape(5, 2)
    assert pool_words(states, words).tolist() == [[3, 4], [6, 7]]
    weights = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    # From a word of two tokens: the mean of its rows. To a word of two tokens: the sum of its columns.
    pooled = pool_attention(weights, [0, 0], [0, 1, 1, None])
    np.testing.assert_allclose(pooled, [[0.25, 0.5]])


def test_pooled_attention_keeps_its_sum() -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(6), size=5)
    pooled = pool_attention(weights, [0, 0, 1, 1, 2], [0, 1, 1, 2, 3, 3])
    assert pooled.shape == (3, 4)
    np.testing.assert_allclose(pooled.sum(axis=1), 1)


def test_alignment_scores_by_hand() -> None:
    sure = [{(0, 0), (1, 1)}, {(0, 1)}]
    possible = [{(1, 2)}, set()]
    predictions = [{(0, 0), (1, 2), (3, 3)}, {(0, 1)}]
    # |A| = 4, |S| = 3, |A∩S| = 2, |A∩P| = 3
    assert alignment_scores(sure, predictions, possible) == pytest.approx((3 / 4, 2 / 3, 1 - 5 / 7))
    assert alignment_scores(sure, sure) == (1, 1, 0)
    assert alignment_scores(sure, [set(), set()]) == (0, 0, 1)


links = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


@given(st.lists(st.tuples(links, links), min_size=1, max_size=4))
def test_without_possible_links_aer_is_one_minus_f1(corpus: list[tuple[set[Any], set[Any]]]) -> None:
    sure, predictions = [s | {(9, 9)} for s, _ in corpus], [a for _, a in corpus]
    precision, recall, aer = alignment_scores(sure, predictions)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    assert aer == pytest.approx(1 - f1)
    assert alignment_scores(sure, predictions, [set() for _ in sure]) == (precision, recall, aer)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="words has 2 entries; expected 3, one per token"):
        pool_words(np.ones((3, 2)), [0, 1])
    with pytest.raises(ValueError, match=r"words holds the words \[0, 2\]; expected 0, 1, … without a gap"):
        pool_words(np.ones((2, 2)), [0, 2])
    with pytest.raises(ValueError, match=r"keys holds the words \[\]"):
        pool_attention(np.ones((1, 2)), [0], [None, None])
    with pytest.raises(ValueError, match="keys has 1 entries; expected 2"):
        pool_attention(np.ones((1, 2)), [0], [0])
    with pytest.raises(ValueError, match="vectors have 2 and 3 dimensions"):
        word_alignment(np.ones((1, 2)), np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"target\[0\] is zero"):
        word_alignment(np.ones((1, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"backward has shape \(1, 2\); expected \(2, 1\) after forward"):
        attention_alignment(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match=r"forward\[0\] is not finite"):
        attention_alignment([[np.nan, 1.0]])
    with pytest.raises(ValueError, match="sure holds no link in any sentence; expected at least one"):
        alignment_scores([set()], [{(0, 0)}])
    with pytest.raises(ValueError, match="found 1 sure and 2 predictions and 1 possible; expected as many"):
        alignment_scores([{(0, 0)}], [set(), set()])

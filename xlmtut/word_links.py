"""Words of a sentence linked to those of its translation, by hidden states or attention, and scored."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import numpy as np

from xlmtut.rows import Matrix, check_dimensions, check_lengths, check_matrix, unit_rows

__all__ = [
    "AlignmentScores",
    "alignment_scores",
    "attention_alignment",
    "pool_attention",
    "pool_words",
    "word_alignment",
]

Links = AbstractSet[tuple[int, int]]


def pool_words(states: Any, words: Sequence[int | None]) -> Matrix:
    """One vector per word: the mean over its tokens.

    Parameters
    ----------
    states : array or Tensor, (tokens, dim)
    words : sequence of int or None, (tokens,)
        The word that each token belongs to, from 0; None for tokens of no word, and of the other sentence.

    Returns
    -------
    array, (words, dim)

    Raises
    ------
    ValueError
        If the lengths differ or a word has no token.

    Examples
    --------
    >>> pool_words([[9.0], [1.0], [3.0], [5.0]], [None, 0, 0, 1]).ravel()
    array([2., 5.])
    """
    array = check_matrix("states", states)
    member = _membership("words", words, len(array))
    mean: Matrix = member @ array / member.sum(axis=1, keepdims=True)
    return mean


def pool_attention(weights: Any, queries: Sequence[int | None], keys: Sequence[int | None]) -> Matrix:
    """Attention between words: summed over the tokens of the key, averaged over those of the query.

    Parameters
    ----------
    weights : array or Tensor, (tokens, tokens)
        Attention of one head or the mean of several, a row per query. Of a translation pair read as one
        sequence, or of a decoder over its encoder, (target tokens, source tokens).
    queries, keys : sequence of int or None
        The word that each row and each column belongs to, as in :func:`pool_words`.

    Returns
    -------
    array, (query words, key words)
        Rows sum to the attention that stays within these keys (Clark et al. 2019, section 4.1).

    Raises
    ------
    ValueError
        If the lengths differ or a word has no token.
    """
    array = check_matrix("weights", weights)
    return pool_words(array, queries) @ _membership("keys", keys, array.shape[1]).T


def word_alignment(source: Any, target: Any) -> set[tuple[int, int]]:
    """Words of a sentence and of its translation that are each other's most similar, by cosine.

    SimAlign's "Argmax" (Jalili Sabet et al. 2020): the intersection of both directions. It finds
    one-to-one links only, so recall is bounded where the gold alignment has others.

    Parameters
    ----------
    source, target : array or Tensor, (m, dim) and (n, dim)
        A vector per word; see :func:`pool_words`.

    Returns
    -------
    set of (source word, target word)

    Raises
    ------
    ValueError
        If an array is not (words, dim), has a value that is not finite or a row of zeros, or the dimensions
        differ.

    Examples
    --------
    >>> sorted(word_alignment([[1, 0], [0, 1]], [[0, 1], [1, 0], [1, 1]]))
    [(0, 1), (1, 0)]
    """
    x, y = unit_rows("source", source), unit_rows("target", target)
    check_dimensions(x, y)
    return attention_alignment(x @ y.T, y @ x.T)


def attention_alignment(forward: Any, backward: Any = None) -> set[tuple[int, int]]:
    """Words linked by attention: each query word with the key word it attends to most.

    Parameters
    ----------
    forward : array or Tensor, (m, n)
        Attention of the words of one sentence, the queries, to those of the other (:func:`pool_attention`).
    backward : array or Tensor, (n, m), optional
        Attention in the other direction. Only links of both directions stay. A decoder has one direction.

    Returns
    -------
    set of (row of `forward`, column of `forward`)

    Raises
    ------
    ValueError
        If an array is not a matrix of finite numbers or the shapes do not fit.

    Examples
    --------
    >>> sorted(attention_alignment([[0.7, 0.3], [0.6, 0.4]]))
    [(0, 0), (1, 0)]
    >>> sorted(attention_alignment([[0.7, 0.3], [0.6, 0.4]], [[0.9, 0.1], [0.2, 0.8]]))
    [(0, 0)]
    """
    there = check_matrix("forward", forward)
    links = {(i, int(j)) for i, j in enumerate(there.argmax(axis=1))}
    if backward is None:
        return links
    back = check_matrix("backward", backward)
    if back.shape != there.shape[::-1]:
        raise ValueError(f"backward has shape {back.shape}; expected {there.shape[::-1]} after forward")
    return links & {(int(i), j) for j, i in enumerate(back.argmax(axis=1))}


class AlignmentScores(NamedTuple):
    """Precision, recall and alignment error rate, 0 … 1; of the last, less is better."""

    precision: float
    recall: float
    aer: float


def alignment_scores(
    sure: Sequence[Links], predictions: Sequence[Links], possible: Sequence[Links] | None = None
) -> AlignmentScores:
    """Alignments of a corpus against the gold ones (Och & Ney 2003).

    Precision is the share of the predicted links that are possible, recall the share of the sure links that
    are predicted. AER is 1 − (a + b) / (c + d), with a predicted links that are sure, b that are possible, c
    predicted and d sure links, counted over all sentences. Sure links are possible too.
    Without possible links AER is 1 − F1.

    Parameters
    ----------
    sure, predictions : sequence of sets of (source word, target word), one per sentence pair
    possible : sequence of sets, optional
        Links that are no error and need not be found; the sure ones are added. Left out, only the sure ones.

    Raises
    ------
    ValueError
        If lengths differ or there is no sure link at all. Without a prediction, precision is 0.

    Examples
    --------
    >>> alignment_scores([{(0, 0), (1, 1)}], [{(0, 0), (1, 2)}], [{(1, 2)}])
    AlignmentScores(precision=1.0, recall=0.5, aer=0.25)
    """
    maybe = sure if possible is None else possible
    check_lengths(sure=sure, predictions=predictions, possible=maybe)
    n_sure = sum(map(len, sure))
    if not n_sure:
        raise ValueError("sure holds no link in any sentence; expected at least one")
    n_predicted = sum(map(len, predictions))
    in_sure = sum(len(a & s) for a, s in zip(predictions, sure, strict=True))
    in_possible = sum(len(a & (s | p)) for a, s, p in zip(predictions, sure, maybe, strict=True))
    return AlignmentScores(
        in_possible / n_predicted if n_predicted else 0.0,
        in_sure / n_sure,
        1 - (in_sure + in_possible) / (n_predicted + n_sure),
    )


def _membership(name: str, words: Sequence[int | None], n_tokens: int) -> Matrix:
    """1 where a token (column) belongs to a word (row)."""
    if len(words) != n_tokens:
        raise ValueError(f"{name} has {len(words)} entries; expected {n_tokens}, one per token")
    used = {word for word in words if word is not None}
    if used != {*range(len(used))} or not used:
        raise ValueError(f"{name} holds the words {sorted(used)}; expected 0, 1, … without a gap")
    member = np.zeros((len(used), n_tokens), dtype=np.float32)
    for token, word in enumerate(words):
        if word is not None:
            member[word, token] = 1
    return member

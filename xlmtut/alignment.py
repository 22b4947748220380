"""How well a model's languages are aligned: sentence retrieval, hubness, CKA.

All functions take vectors that were computed before. Row i of every language is the same sentence.
Similarities of n × n sentences are computed in blocks, so memory grows with n and not with n². Words are
aligned in :mod:`xlmtut.word_links`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.stats
from numpy.typing import NDArray
from torch import Tensor

from xlmtut.rows import Matrix, check_dimensions, check_lengths, check_matrix, unit_rows

__all__ = [
    "center_languages",
    "cka",
    "cka_by_layer",
    "hubness",
    "mean_pool",
    "retrieval_accuracy",
    "retrieve",
]

Score = Literal["cosine", "margin", "csls"]

_BLOCK = 2**23  # similarities in a block: 32 MB in float32, a few times that while they are scored


def mean_pool(hidden_states: Tensor, attention_mask: Tensor) -> Tensor:
    """The mean of each sentence's hidden states, padding left out.

    Parameters
    ----------
    hidden_states : Tensor, (batch, length, dim)
    attention_mask : Tensor, (batch, length)
        1 or True for tokens. Set special tokens to 0 to leave them out too.

    Returns
    -------
    Tensor, (batch, dim), float32

    Raises
    ------
    ValueError
        If the shapes do not fit or a row has no token.

    Examples
    --------
    >>> import torch
    >>> states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])
    >>> mean_pool(states, torch.tensor([[1, 1, 0]]))
    tensor([[2., 3.]])
    """
    if hidden_states.ndim != 3 or attention_mask.shape != hidden_states.shape[:2]:
        states, mask = tuple(hidden_states.shape), tuple(attention_mask.shape)
        raise ValueError(
            f"hidden_states are {states} and attention_mask {mask}; expected (b, l, d) and (b, l)"
        )
    keep = attention_mask.bool()
    tokens = keep.sum(dim=1)
    if not tokens.all():
        row = int((tokens == 0).nonzero()[0])
        raise ValueError(f"attention_mask leaves row {row} no token; expected at least one to average")
    return hidden_states.float().masked_fill(~keep[:, :, None], 0.0).sum(dim=1) / tokens[:, None]


def center_languages(embeddings: Mapping[str, Any]) -> dict[str, Matrix]:
    """Each language's embeddings less their mean.

    The mean over many sentences says little of what they mean and much of which language they are in. Without
    it the same model may retrieve better.

    Parameters
    ----------
    embeddings : mapping from language code to array or Tensor (n, dim)

    Raises
    ------
    ValueError
        If an array is not (n, dim) or has a value that is not finite.
    """
    arrays = {language: check_matrix(language, array) for language, array in embeddings.items()}
    return {language: array - array.mean(axis=0) for language, array in arrays.items()}


def retrieve(
    source: Any, target: Any, *, top: int = 1, score: Score = "cosine", k: int = 4
) -> NDArray[np.intp]:
    """The most similar target sentences of each source sentence.

    Parameters
    ----------
    source, target : array or Tensor, (n, dim) and (m, dim)
    top : int
        How many targets to return, the best first.
    score : {"cosine", "margin", "csls"}
        ``"margin"``: cos(x, y) / ((r(x) + r(y)) / 2), where r is the mean cosine of a sentence to its `k`
        nearest in the other language (Artetxe & Schwenk 2019, ratio). ``"csls"``:
        2 cos(x, y) − r(x) − r(y) (Conneau et al. 2018, Word translation without parallel data, section 2.3).
        Both discount targets that are near to everything. XTREME scores Tatoeba by cosine.
    k : int
        Neighbours of r: 4 in Artetxe & Schwenk, 10 in Conneau et al. The cosine alone has no use for it.

    Returns
    -------
    array of int, (n, top)
        Rows of `target`.

    Raises
    ------
    ValueError
        If an array is not (n, dim), has a value that is not finite or a row of zeros; if the dimensions
        differ; if `top` or `k` is more than the sentences there are; if the cosines of neighbours are so low
        that a denominator of the margin is not positive.

    Examples
    --------
    >>> english, french = [[1, 0], [0, 1], [1, 1]], [[1, 0.1], [0.2, 1], [1, 0.9]]
    >>> retrieve(english, french).ravel()
    array([0, 1, 2])
    """
    return _retrieve(unit_rows("source", source), unit_rows("target", target), top, score, k)


def retrieval_accuracy(embeddings: Mapping[str, Any], *, score: Score = "cosine", k: int = 4) -> pd.DataFrame:
    """Share of the sentences whose most similar sentence in another language is their translation.

    Parameters
    ----------
    embeddings : mapping from language code to array or Tensor (n, dim)
        Row i is the same sentence in every language.
    score, k
        As in :func:`retrieve`.

    Returns
    -------
    DataFrame of float, (languages, languages)
        From the row's language into the column's; the diagonal is NaN. Guessing gives 1/n, so tables of
        different n are not comparable.

    Raises
    ------
    ValueError
        As :func:`retrieve`; if there are fewer than two languages or they differ in the number of sentences.

    Examples
    --------
    >>> retrieval_accuracy({"en": [[1, 0], [0, 1]], "fr": [[2, 1], [1, 2]], "de": [[0, 1], [1, 0]]})
    target   en   fr   de
    source
    en      NaN  1.0  0.0
    fr      1.0  NaN  0.0
    de      0.0  0.0  NaN
    """
    _check_languages("embeddings", embeddings)
    arrays = {language: unit_rows(language, array) for language, array in embeddings.items()}
    check_lengths(**arrays)
    names = [*arrays]
    table = pd.DataFrame(np.nan, index=pd.Index(names, name="source"), columns=pd.Index(names, name="target"))
    for source, target in permutations(names, 2):
        best = _retrieve(arrays[source], arrays[target], 1, score, k)[:, 0]
        table.loc[source, target] = np.mean(best == np.arange(len(best)))
    return table


def hubness(found: Any, n_targets: int) -> float:
    """Skewness of how often each target is found: high when a few hubs are near to everything.

    Parameters
    ----------
    found : array of int, (n, k)
        What :func:`retrieve` found with ``top=k``; k is usually 10.
    n_targets : int
        Number of targets, those never found included.

    Returns
    -------
    float
        The skewness of the k-occurrences N_k (Radovanović et al. 2010); 0 when every target is
        found equally often.

    Raises
    ------
    ValueError
        If nothing was found or an index is not a row of the targets.

    Examples
    --------
    >>> hubness([[0], [1], [2]], 3), round(hubness([[0], [0], [0], [0]], 4), 3)
    (0.0, 1.155)
    """
    indices = np.asarray(found)
    if not indices.size or indices.dtype.kind not in "iu":
        raise ValueError(f"found has shape {indices.shape} of {indices.dtype}; expected indices (n, k)")
    outside = indices[(indices < 0) | (indices >= n_targets)]
    if outside.size:
        raise ValueError(f"found holds {outside[0]}; expected rows of the targets, 0 to {n_targets - 1}")
    counts = np.bincount(indices.ravel(), minlength=n_targets)
    return 0.0 if (counts == counts[0]).all() else float(scipy.stats.skew(counts))


def cka(x: Any, y: Any) -> float:
    """Linear CKA (centred kernel alignment) of two representations of the same sentences, from 0 to 1.

    ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), columns centred, Frobenius norms (Kornblith et al. 2019, section 3). Turning or
    scaling a representation changes nothing: CKA asks whether two spaces have the same shape, retrieval
    whether they lie in the same place. With fewer sentences than dimensions it is high for *any* two
    representations: take several times as many.

    Parameters
    ----------
    x, y : array or Tensor, (n, dim) and (n, other dim)

    Raises
    ------
    ValueError
        If an array is not (n, dim), has a value that is not finite or has only equal rows; if the numbers of
        sentences differ.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
    >>> round(cka(x, 3 * x[:, ::-1] + 1), 6)
    1.0
    """
    first, second = _kernel_unit("x", x), _kernel_unit("y", y)
    check_lengths(x=first, y=second)
    return _cka(first, second)


def cka_by_layer(states: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Linear CKA of every pair of languages in every layer.

    Parameters
    ----------
    states : mapping from language code to one array or Tensor (n, dim) per layer
        Vectors of the same sentences in every language.

    Returns
    -------
    DataFrame of float, (layers, pairs)
        The columns have two levels, the languages of the pair.

    Raises
    ------
    ValueError
        As :func:`cka`; if there are fewer than two languages or they differ in the number of layers.
    """
    _check_languages("states", states)
    check_lengths(**{f"layers of {language}": layers for language, layers in states.items()})
    pairs = [*combinations(states, 2)]
    rows = []
    for layer, arrays in enumerate(zip(*states.values(), strict=True)):
        units = {
            language: _kernel_unit(f"layer {layer} of {language}", array)
            for language, array in zip(states, arrays, strict=True)
        }
        check_lengths(**units)
        rows.append([_cka(units[first], units[second]) for first, second in pairs])
    columns = pd.MultiIndex.from_tuples(pairs, names=["first", "second"])
    return pd.DataFrame(rows, columns=columns).rename_axis(index="layer")


def _retrieve(x: Matrix, y: Matrix, top: int, score: Score, k: int) -> NDArray[np.intp]:
    check_dimensions(x, y)
    if not 1 <= top <= len(y):
        raise ValueError(f"top is {top}; expected 1 to {len(y)}, the number of targets")
    adjust = _adjustment(x, y, score, k)
    found = np.empty((len(x), top), dtype=np.intp)
    for rows, cosines in _blocks(x, y):
        found[rows] = _best(adjust(rows, cosines), top)
    return found


def _adjustment(x: Matrix, y: Matrix, score: Score, k: int) -> Callable[[slice, Matrix], Matrix]:
    """What turns a block of cosines into scores."""
    if score == "cosine":
        return lambda rows, cosines: cosines
    if score not in ("margin", "csls"):
        raise ValueError(f"score is {score!r}; expected cosine, margin or csls")
    if not 1 <= k <= min(len(x), len(y)):
        raise ValueError(f"k is {k}; expected 1 to {min(len(x), len(y))}, the sentences of each language")
    of_x, of_y = _neighbourhood(x, y, k), _neighbourhood(y, x, k)
    if score == "csls":
        return lambda rows, cosines: 2 * cosines - of_x[rows, None] - of_y
    lowest = of_x.min() + of_y.min()
    if lowest <= 0:
        raise ValueError(f"the margin's denominator falls to {lowest / 2:.3g}; expected above 0, use csls")
    return lambda rows, cosines: 2 * cosines / (of_x[rows, None] + of_y)


def _neighbourhood(x: Matrix, y: Matrix, k: int) -> Matrix:
    """Mean cosine of each row of x to its k nearest of y: (n,)."""
    return np.concatenate(
        [np.partition(cosines, -k, axis=1)[:, -k:].mean(axis=1) for _, cosines in _blocks(x, y)]
    )


def _blocks(x: Matrix, y: Matrix) -> Iterator[tuple[slice, Matrix]]:
    """Cosines of some rows of x with all of y, (block, m), and which rows."""
    size = max(1, _BLOCK // len(y))
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        yield rows, x[rows] @ y.T


def _best(scores: Matrix, top: int) -> NDArray[np.intp]:
    """Columns of the highest scores of each row, the best first."""
    if top == 1:
        best: NDArray[np.intp] = scores.argmax(axis=1)[:, None]
        return best
    columns = np.argpartition(scores, -top, axis=1)[:, -top:]
    order = np.argsort(-np.take_along_axis(scores, columns, axis=1), axis=1)
    best = np.take_along_axis(columns, order, axis=1)
    return best


def _cka(x: Matrix, y: Matrix) -> float:
    return float(np.square(y.T @ x).sum())


def _kernel_unit(name: str, values: Any) -> Matrix:
    """Columns centred, scaled so that ‖XᵀX‖ is 1."""
    array = check_matrix(name, values).astype(np.float64)
    if not np.ptp(array, axis=0).any():
        raise ValueError(f"{name} has only equal rows; expected representations that differ")
    array -= array.mean(axis=0)
    unit: Matrix = array / np.sqrt(np.linalg.norm(array.T @ array))
    return unit


def _check_languages(name: str, arrays: Mapping[str, Any]) -> None:
    if len(arrays) < 2:
        raise ValueError(f"{name} has the languages {[*arrays]}; expected at least two")

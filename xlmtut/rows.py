"""Checks of rows: labels, probabilities, likelihoods, texts and vectors that come from a file or a model.

Each refuses with one line that names the first row at fault, so that nothing is dropped or averaged silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_classes",
    "check_dimensions",
    "check_lengths",
    "check_likelihoods",
    "check_matrix",
    "check_probabilities",
    "check_texts",
    "unit_rows",
]

Matrix = NDArray[np.floating[Any]]


def check_lengths(**sequences: Sized) -> None:
    """Refuse sequences that are empty or of different lengths."""
    lengths = {name: len(sequence) for name, sequence in sequences.items()}
    if not all(lengths.values()):
        empty = next(name for name, length in lengths.items() if not length)
        raise ValueError(f"{empty} is empty; expected at least one row")
    if len(set(lengths.values())) > 1:
        found = " and ".join(f"{length} {name}" for name, length in lengths.items())
        raise ValueError(f"found {found}; expected as many of each, row by row")


def check_texts(name: str, texts: Sequence[str]) -> None:
    """Refuse one string or a dict in place of a sequence of strings, and a row that is not a string."""
    if isinstance(texts, str | Mapping) or not isinstance(texts, Iterable):
        kind = type(texts).__name__
        raise ValueError(f"{name} is a {kind}, {texts!r:.60}; expected a sequence of strings")
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"{name}[{row}] is {text!r}; expected a string")


def check_classes(
    labels: ArrayLike, predictions: ArrayLike, classes: Sequence[Any] | None
) -> tuple[NDArray[Any], NDArray[Any], list[Any]]:
    """Labels and predictions as arrays of one kind, and the classes: those given, or those seen, sorted."""
    arrays = {"labels": _classes("labels", labels), "predictions": _classes("predictions", predictions)}
    check_lengths(**arrays)
    kinds = [("strings" if array.dtype.kind == "U" else "integers") for array in arrays.values()]
    if kinds[0] != kinds[1]:
        raise ValueError(f"labels are {kinds[0]} and predictions {kinds[1]}; expected one kind")
    known = np.union1d(arrays["labels"], arrays["predictions"]).tolist() if classes is None else [*classes]
    if len(set(known)) < len(known) or not known:
        raise ValueError(f"classes are {known}; expected at least one, each once")
    for name, array in arrays.items():
        outside = ~np.isin(array, known)
        if outside.any():
            row = int(outside.argmax())
            raise ValueError(f"{name}[{row}] is {array[row].item()!r}; expected one of the classes {known}")
    return arrays["labels"], arrays["predictions"], known


def check_probabilities(scores: Any) -> NDArray[np.float64]:
    """Scores as an array (n, classes) of probabilities whose rows sum to 1, within 0.01."""
    try:
        array = np.asarray([*scores], dtype=np.float64)  # a column of lists is no array yet
    except (TypeError, ValueError):
        raise ValueError(
            "scores are no table of numbers; expected a probability per class in each row"
        ) from None
    if array.ndim != 2 or array.shape[1] < 2 or not len(array):
        raise ValueError(f"scores have shape {array.shape}; expected (n, classes), a probability per class")
    for problem, bad in {
        "has a NaN": np.isnan(array).any(axis=1),
        "leaves 0 … 1": ((array < 0) | (array > 1)).any(axis=1),
        "does not sum to 1": np.abs(array.sum(axis=1) - 1) > 0.01,
    }.items():
        if bad.any():
            row = int(bad.argmax())
            raise ValueError(f"scores[{row}] {problem}: {array[row].tolist()}; expected probabilities")
    return array


def check_likelihoods(
    nll_sum: ArrayLike, tokens: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of negative log-likelihoods and what they sum over, as arrays (n,)."""
    sums = np.atleast_1d(np.asarray(nll_sum, dtype=np.float64))
    counts = np.atleast_1d(np.asarray(tokens, dtype=np.float64))
    check_lengths(nll_sum=sums, tokens=counts)
    for name, array, bad, expected in (
        ("nll_sum", sums, ~(np.isfinite(sums) & (sums >= 0)), "a finite sum of -log probabilities, ≥ 0"),
        ("tokens", counts, ~(np.isfinite(counts) & (counts >= 1)), "at least 1"),
    ):
        if bad.any():
            row = int(bad.argmax())
            raise ValueError(f"{name}[{row}] is {array[row]:g}; expected {expected}")
    return sums, counts


def check_matrix(name: str, values: Any) -> Matrix:
    """A float32 or float64 array (n, dim) of finite numbers, from an array or a tensor."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = values if values.dtype == torch.float64 else values.float()  # NumPy knows no bfloat16
    array = np.asarray(values)
    if array.ndim != 2 or not array.size or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} has shape {array.shape} of {array.dtype}; expected numbers (n, dim)")
    array = array.astype(np.result_type(array.dtype, np.float32), copy=False)
    bad = ~np.isfinite(array).all(axis=1)
    if bad.any():
        raise ValueError(f"{name}[{int(bad.argmax())}] is not finite; expected no NaN and no infinity")
    return array


def unit_rows(name: str, values: Any) -> Matrix:
    """The rows of a matrix, each divided by its length."""
    array = check_matrix(name, values)
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    if not norms.all():
        raise ValueError(f"{name}[{int(norms.argmin())}] is zero; expected a vector with a direction")
    units: Matrix = array / norms
    return units


def check_dimensions(x: Matrix, y: Matrix) -> None:
    """Refuse vectors of two different spaces."""
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"vectors have {x.shape[1]} and {y.shape[1]} dimensions; expected the same")


def _classes(name: str, values: ArrayLike) -> NDArray[Any]:
    """An array of int or str; whole floats, which a column with a gap once was, become int."""
    array = np.asarray(values)
    if array.dtype.kind == "U" and not hasattr(values, "dtype"):
        array = np.asarray(values, dtype=object)  # or NumPy would turn a NaN among strings into "nan"
    if array.ndim != 1:
        raise ValueError(f"{name} have shape {array.shape}; expected (n,), one class per row")
    missing = pd.isna(array)
    if missing.any():
        raise ValueError(f"{name}[{missing.argmax()}] is missing; expected a class in every row")
    if array.dtype.kind in "iu":
        return array
    if array.dtype.kind in "bf":
        split = array != np.round(array)
        if split.any():
            row = int(split.argmax())
            raise ValueError(f"{name}[{row}] is {array[row]:g}; expected a class: an integer or a string")
        return array.astype(np.int64)
    for kind, dtype in ((str, np.str_), (int | np.integer, np.int64)):
        if all(isinstance(value, kind) for value in array):
            return array.astype(dtype)
    kinds = sorted({type(value).__name__ for value in array})
    raise ValueError(f"{name} hold {' and '.join(kinds)}; expected integers or strings, all of one kind")

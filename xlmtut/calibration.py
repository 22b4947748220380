"""Calibration: is a model that is sure of its predictions right to be?

References come first, then probabilities; a NaN or a row that does not sum to 1 is an error that names it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xlmtut.checks import check_count
from xlmtut.rows import check_classes, check_probabilities

__all__ = ["expected_calibration_error", "reliability_curve"]


def reliability_curve(labels: ArrayLike, scores: ArrayLike, *, bins: int = 15) -> pd.DataFrame:
    """Accuracy against confidence: of the predictions made with about 80 %, are 80 % right?

    The confidence of a prediction is the probability of its top class (the first, if several tie). Bins have
    equal width and are closed on the right, (lower, upper], as in Guo et al. (2017), section 2.

    Parameters
    ----------
    labels : array of int, (n,)
        Class ids, the columns of `scores`.
    scores : array of float, (n, classes)
        Probabilities; each row sums to 1 (within 0.01, so that rounded or bf16 values pass).
    bins : int

    Returns
    -------
    DataFrame, (bins, 5)
        ``lower``, ``upper``, ``count``, ``confidence`` (mean) and ``accuracy`` per bin; the last two are NaN
        where no prediction falls. Look at the counts before the curve: a bin of five examples says nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit, a score is NaN or no probability, or a label is no column of `scores`.

    Examples
    --------
    >>> curve = reliability_curve([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], bins=2)
    >>> curve.round(2)
       lower  upper  count  confidence  accuracy
    0    0.0    0.5      0         NaN       NaN
    1    0.5    1.0      3         0.8      0.67
    """
    check_count("bins", bins)
    probabilities = check_probabilities(scores)
    n_classes = probabilities.shape[1]
    targets, predictions, _ = check_classes(labels, probabilities.argmax(axis=1), range(n_classes))
    confidence, correct = probabilities.max(axis=1), targets == predictions
    edges = np.linspace(0, 1, bins + 1)
    which = np.searchsorted(edges[1:-1], confidence, side="left")
    count = np.bincount(which, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0/0 of an empty bin is the NaN that is promised
        return pd.DataFrame(
            {
                "lower": edges[:-1],
                "upper": edges[1:],
                "count": count,
                "confidence": np.bincount(which, confidence, minlength=bins) / count,
                "accuracy": np.bincount(which, correct, minlength=bins) / count,
            }
        )


def expected_calibration_error(labels: ArrayLike, scores: ArrayLike, *, bins: int = 15) -> float:
    """Mean distance between confidence and accuracy: of the bins, weighted with their counts.

    A single number that depends on the bins and, on few examples, is above 0 even for a perfectly calibrated
    model: compare only values with the same `bins` and about the same n.

    Parameters
    ----------
    labels : array of int, (n,)
    scores : array of float, (n, classes)
        Probabilities.
    bins : int
        Guo et al. (2017) use 15.

    Raises
    ------
    ValueError
        As :func:`reliability_curve`.

    Examples
    --------
    >>> round(expected_calibration_error([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], bins=2), 3)
    0.133
    """
    curve = reliability_curve(labels, scores, bins=bins)
    distance = (curve["accuracy"] - curve["confidence"]).abs().fillna(0.0)
    return float((curve["count"] * distance).sum() / curve["count"].sum())

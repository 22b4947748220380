"""Calibration: equal to scikit-learn, by hand, errors naming rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve

from xlmtut import calibration


def random_scores(n: int, classes: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.ones(classes), size=n)
    return rng.integers(0, classes, size=n), scores


@pytest.mark.parametrize(("n", "classes", "bins"), [(500, 3, 15), (40, 2, 7), (3, 5, 1), (300, 2, 10)])
def test_reliability_equals_scikit_learn(n: int, classes: int, bins: int) -> None:
    labels, scores = random_scores(n, classes, seed=n)
    curve = calibration.reliability_curve(labels, scores, bins=bins)
    correct, confidence = labels == scores.argmax(axis=1), scores.max(axis=1)
    share, mean = calibration_curve(correct, confidence, n_bins=bins)
    filled = curve[curve["count"] > 0]
    np.testing.assert_allclose(filled["accuracy"], share)
    np.testing.assert_allclose(filled["confidence"], mean)
    assert curve["count"].sum() == n
    # The ECE by its definition, one example at a time.
    error = 0.0
    for lower, upper in zip(curve["lower"], curve["upper"], strict=True):
        inside = (confidence > lower) & (confidence <= upper)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    assert calibration.expected_calibration_error(labels, scores, bins=bins) == pytest.approx(error)


def test_calibration_by_hand_and_bins_closed_on_the_right() -> None:
    scores = [[0.5, 0.5], [0.75, 0.25], [1.0, 0.0], [0.3, 0.7]]
    curve = calibration.reliability_curve([0, 0, 1, 1], pd.Series(scores), bins=4)
    assert curve["count"].tolist() == [0, 1, 2, 1]  # 0.5 and 0.75 are the upper ends of their bins
    assert curve["accuracy"].isna().tolist() == [True, False, False, False]
    # |1 - 0.5| / 4 + |1 - 0.725| * 2 / 4 + |0 - 1| / 4
    assert calibration.expected_calibration_error([0, 0, 1, 1], scores, bins=4) == pytest.approx(0.5125)
    assert calibration.expected_calibration_error([0, 1], [[1.0, 0.0], [0.0, 1.0]]) == 0


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 0], [[0.5, 0.5], [np.nan, 0.5]], r"scores\[1\] has a NaN: \[nan, 0.5\]; expected probabilities"),
        ([0, 0], [[0.5, 0.5], [2.0, -1.0]], r"scores\[1\] leaves 0 … 1"),
        ([0], [[0.2, 0.2]], r"scores\[0\] does not sum to 1"),
        ([0, 1], [0.2, 0.8], r"scores have shape \(2,\); expected \(n, classes\)"),
        ([0, 1], [[0.5, 0.5], [1.0]], "scores are no table of numbers; expected a probability per class"),
        ([], [], r"scores have shape \(0,\)"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], r"labels\[1\] is 2; expected one of the classes \[0, 1\]"),
        ([0], [[0.5, 0.5], [0.5, 0.5]], "found 1 labels and 2 predictions"),
    ],
)
def test_scores_that_are_no_probabilities_are_refused(labels: Any, scores: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        calibration.expected_calibration_error(labels, scores)
    with pytest.raises(ValueError, match=message):
        calibration.reliability_curve(labels, scores)


def test_bins_must_be_positive() -> None:
    with pytest.raises(ValueError, match="bins is 0; expected at least 1"):
        calibration.reliability_curve([0], [[1.0, 0.0]], bins=0)

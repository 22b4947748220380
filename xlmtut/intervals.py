"""Confidence intervals: Wilson's for a rate, the bootstrap for any other function of sums over examples.

Accuracy, F1, BLEU: each is a function of sums over the examples of a test set (of right answers; of true
positives, predictions and labels; of matching n-grams). To resample a test set is to count how often each
example is drawn, and the sums of the resample are those counts times what each example contributes: one
matrix product gives thousands of resamples, and the metric is computed from sums alone.

Examples are drawn whole. An example that exists in 15 languages is drawn in all of them or not at all,
because its translations are not independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest, norm

from xlmtut.checks import check_count

__all__ = ["Bootstrap", "Sample", "bootstrap", "wilson"]

Array = NDArray[np.float64]
Estimate = Callable[[Array], Array]  # sums (…, series, k) -> values (…, outputs)

_CHUNK = 2**20  # counts held at once: 8 MB


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a rate.

    The textbook interval p ± 1.96·√(p(1 − p)/n) fails near 0 and 1 (Brown, Cai & DasGupta 2001, who recommend
    this one); Wilson's (1927) stays inside 0 … 1 and is never empty, not even if every answer is right.

    Parameters
    ----------
    successes, n : int
        Right answers, and answers.
    confidence : float

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        If there are no answers or more right ones than answers.

    Examples
    --------
    An accuracy of 75 % on XNLI's 5,010 pairs, and 10 right answers of 10:

    >>> [round(100 * end, 1) for end in wilson(3757, 5010)]
    [73.8, 76.2]
    >>> [round(100 * end, 1) for end in wilson(10, 10)]
    [72.2, 100.0]
    """
    check_count("n", n)
    if not 0 <= successes <= n:
        raise ValueError(f"successes is {successes}; expected 0 to n = {n}")
    interval = binomtest(int(successes), int(n)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


class Sample:
    """A test set as resampling sees it: what each example contributes to each sum.

    Parameters
    ----------
    groups : sequence of arrays of float, (examples, series, k)
        `k` sums for each series; a series is what gets a value of its own, such as one language. The series
        of a group have examples in common and are resampled together; an example that a series lacks
        contributes zeros. Groups have no examples in common and are resampled apart.

    Raises
    ------
    ValueError
        If there are no groups, or one is empty, has other sums than the rest, or holds a NaN.

    Examples
    --------
    Two languages, three examples, the sums being right answers and answers:

    >>> sample = Sample([[[[1, 1], [1, 1]], [[1, 1], [0, 1]], [[0, 1], [0, 1]]]])
    >>> sample.sums().tolist()
    [[2.0, 3.0], [1.0, 3.0]]
    """

    def __init__(self, groups: Sequence[ArrayLike]) -> None:
        self.groups = [np.ascontiguousarray(group, dtype=np.float64) for group in groups]
        if not self.groups:
            raise ValueError("groups is empty; expected one array or more")
        for i, group in enumerate(self.groups):
            if group.ndim != 3 or not group.size or group.shape[2] != self.groups[0].shape[2]:
                raise ValueError(f"groups[{i}] has shape {group.shape}; expected (examples, series, k)")
            if not np.isfinite(group).all():
                example = int(np.argwhere(~np.isfinite(group))[0, 0])
                raise ValueError(f"groups[{i}][{example}] holds a NaN; expected finite contributions")

    @property
    def n(self) -> int:
        """Number of examples: what is drawn."""
        return sum(map(len, self.groups))

    def sums(self) -> Array:
        """The sums of the test set itself, (series, k)."""
        return np.concatenate([group.sum(axis=0) for group in self.groups])

    def resampled(self, resamples: int, rng: np.random.Generator) -> Array:
        """The sums of test sets drawn from this one with replacement, (resamples, series, k)."""
        return np.concatenate([_resample(group, resamples, rng) for group in self.groups], axis=1)

    def left_out(self, estimate: Estimate) -> list[Array]:
        """For each group: the values without each of its examples in turn, (examples, outputs)."""
        total, start, values = self.sums(), 0, []
        for group in self.groups:
            series = slice(start, start + group.shape[1])
            parts = []
            for part in np.array_split(group, math.ceil(len(group) * total.size / _CHUNK)):
                sums = np.repeat(total[None], len(part), axis=0)
                sums[:, series] -= part
                parts.append(estimate(sums))
            values.append(np.concatenate(parts))
            start += group.shape[1]
        return values


def _resample(group: Array, resamples: int, rng: np.random.Generator) -> Array:
    n, series, k = group.shape
    flat = group.reshape(n, series * k)
    rows = max(1, min(resamples, _CHUNK // n))
    counts = np.empty((rows, n))
    sums = np.empty((resamples, series * k))
    for start in range(0, resamples, rows):
        draws = rng.integers(0, n, size=(min(rows, resamples - start), n), dtype=np.int32)
        for row, drawn in enumerate(draws):
            counts[row] = np.bincount(drawn, minlength=n)
        np.matmul(counts[: len(draws)], flat, out=sums[start : start + len(draws)])
    return sums.reshape(resamples, series, k)


@dataclass(frozen=True)
class Bootstrap:
    """Values with their bootstrap distribution.

    Attributes
    ----------
    value : array of float, (outputs,)
        On the test set itself.
    resampled : array of float, (resamples, outputs)
        On the resamples.
    acceleration : array of float, (outputs,)
        How fast the standard error changes with the value, from leaving out one example at a time.
    """

    value: Array
    resampled: Array
    acceleration: Array

    @property
    def standard_error(self) -> Array:
        """Standard deviation over the resamples, (outputs,)."""
        return np.asarray(self.resampled.std(axis=0, ddof=1))

    def interval(self, confidence: float = 0.95) -> tuple[Array, Array]:
        """BCa intervals (Efron 1987): percentiles of the resamples, corrected for bias and skewness.

        Returns
        -------
        low, high : array of float, (outputs,)
            NaN where every resample has the same value: there is nothing to judge the uncertainty by.
        """
        low, high = np.full((2, len(self.value)), np.nan)
        z = norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
        bias = self._bias()
        for i in np.flatnonzero(self._varies()):
            shifted = bias[i] + z
            levels = norm.cdf(bias[i] + shifted / (1 - self.acceleration[i] * shifted))
            low[i], high[i] = np.quantile(self.resampled[:, i], levels)
        return low, high

    def p_value(self, null: float = 0.0) -> Array:
        """Two-sided p-values of the hypothesis that the true value is `null`, (outputs,).

        The interval turned round: p is below 5 % where the 95 % interval leaves out `null`. Where all
        resamples have one value it is 1 or 0: that value is `null` or not.
        """
        below = _share_below(self.resampled, np.full_like(self.value, null))
        distance = norm.ppf(below) - self._bias()
        stretched = np.maximum(1 + self.acceleration * distance, 1e-9)
        level = norm.cdf(distance / stretched - self._bias())
        p = 2 * np.minimum(level, 1 - level)
        outside = (null < self.resampled.min(axis=0)) | (null > self.resampled.max(axis=0))
        p = np.maximum(np.where(outside, 0.0, p), 1 / (len(self.resampled) + 1))
        return np.asarray(np.where(self._varies(), p, self.value == null), dtype=np.float64)

    def _bias(self) -> Array:
        return np.asarray(norm.ppf(_share_below(self.resampled, self.value)))

    def _varies(self) -> NDArray[np.bool_]:
        return np.asarray(np.ptp(self.resampled, axis=0) > 1e-12)


def _share_below(resampled: Array, value: Array) -> Array:
    """Share of the resamples below a value, those equal to it by half; never quite 0 or 1."""
    count = ((resampled < value).sum(axis=0) + (resampled <= value).sum(axis=0)) / 2
    return np.asarray(np.clip(count, 0.5, len(resampled) - 0.5) / len(resampled))


def bootstrap(
    sample: Sample, estimate: Estimate, *, resamples: int = 10_000, random_state: int = 0
) -> Bootstrap:
    """Resample the examples of a test set and compute values from each resample.

    Parameters
    ----------
    sample : Sample
    estimate : function from sums (…, series, k) to values (…, outputs)
        For example a macro mean of F1 scores; it is called on all resamples together.
    resamples : int
    random_state : int
        The same number, the same resamples.

    Returns
    -------
    Bootstrap

    Raises
    ------
    ValueError
        If there are fewer than 2 resamples.

    Notes
    -----
    Davison and Hinkley (1997), chapters 2 and 5; for resampling whole clusters, section 3.8. A few examples
    cannot tell what they do not show: below about 50 examples, distrust any of these intervals.

    Examples
    --------
    The mean of two languages' accuracies on the same 200 examples:

    >>> rng = np.random.default_rng(0)
    >>> right = rng.random((200, 2)) < [0.8, 0.6]
    >>> sample = Sample([np.stack([right, np.ones_like(right)], axis=-1)])
    >>> result = bootstrap(sample, lambda sums: (sums[..., 0] / sums[..., 1]).mean(-1, keepdims=True))
    >>> [round(float(number[0]), 3) for number in (result.value, *result.interval())]
    [0.655, 0.61, 0.698]
    """
    if resamples < 2:
        raise ValueError(f"resamples is {resamples}; expected at least 2, and 1,000 for an interval")
    value = estimate(sample.sums())
    resampled = estimate(sample.resampled(resamples, np.random.default_rng(random_state)))
    third, second = np.zeros(len(value)), np.zeros(len(value))
    for values in sample.left_out(estimate):
        influence = (len(values) - 1) / len(values) * (values.mean(axis=0) - values)
        third += (influence**3).sum(axis=0)
        second += (influence**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        acceleration = np.where(second > 0, third / (6 * second**1.5), 0.0)
    return Bootstrap(value, resampled, acceleration)

"""Is one model better than another? Tests on the same test set, and what is left without it.

Two models that answer the same examples are compared example by example: where both are right or both are
wrong nothing is learned, and the variance of what they share drops out. Published tables give only each
model's rate; then the result depends on a correlation that the table does not tell, and a band over it is all
one can state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import binom, norm

from xlmtut.checks import check_count
from xlmtut.intervals import Array, Estimate, Sample

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "McNemar",
    "holm",
    "marginal_band",
    "mcnemar",
    "minimal_detectable_difference",
    "permutation_p",
    "unpaired_z",
]

_CHUNK = 2**20  # swaps held at once: 8 MB


class McNemar(NamedTuple):
    """Two-sided p-values of McNemar's test."""

    exact: float
    mid_p: float


def mcnemar(only_a: int, only_b: int) -> McNemar:
    """McNemar's test: of the examples that one model alone has right, does each model have half?

    Parameters
    ----------
    only_a, only_b : int
        Examples that only the first, only the second model has right.

    Returns
    -------
    McNemar
        ``exact`` never rejects too often, and for few discordant examples far too seldom, because the counts
        are whole numbers; ``mid_p`` counts half of the observed outcome's probability and is closer to its
        nominal level (Fagerland, Lydersen & Laake 2013).

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> [round(p, 4) for p in mcnemar(10, 25)]
    [0.0167, 0.0113]
    >>> mcnemar(0, 0)
    McNemar(exact=1.0, mid_p=1.0)
    """
    if only_a < 0 or only_b < 0:
        raise ValueError(f"the counts are {only_a} and {only_b}; expected none below 0")
    fewer, n = min(only_a, only_b), only_a + only_b
    if only_a == only_b:
        return McNemar(1.0, 1.0)
    mid = 2 * float(binom.cdf(fewer - 1, n, 0.5)) + float(binom.pmf(fewer, n, 0.5))
    return McNemar(min(1.0, 2 * float(binom.cdf(fewer, n, 0.5))), mid)


def permutation_p(
    first: Sample, second: Sample, estimate: Estimate, *, resamples: int = 10_000, random_state: int = 0
) -> Array:
    """Two-sided p-values of the paired permutation test.

    If the models were exchangeable, swapping their answers to an example would change nothing. So the answers
    to each example, in all its languages together, are swapped or not by the toss of a coin, and p is the
    share of the swaps whose difference is at least as large as the one observed.

    Parameters
    ----------
    first, second : Sample
        The two models on the same examples: groups of equal shapes, in the same order.
    estimate : function from sums (…, series, k) to values (…, outputs)
        Of one model.
    resamples : int
    random_state : int

    Returns
    -------
    array of float, (outputs,)
        At least 1/(resamples + 1): the observed assignment counts as one of the swaps. For the accuracy in
        one language this is, but for the sampling, exact McNemar.

    Raises
    ------
    ValueError
        If the samples do not match.

    Notes
    -----
    Also known as approximate randomisation (Noreen 1989).
    """
    shapes = [[group.shape for group in sample.groups] for sample in (first, second)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"the samples have groups {shapes[0]} and {shapes[1]}; expected equal shapes")
    check_count("resamples", resamples)
    rng = np.random.default_rng(random_state)
    totals = first.sums(), second.sums()
    moved = np.concatenate(
        [_swapped(b - a, resamples, rng) for a, b in zip(first.groups, second.groups, strict=True)], axis=1
    )
    observed = estimate(totals[1]) - estimate(totals[0])
    swapped = estimate(totals[1] - moved) - estimate(totals[0] + moved)
    return np.asarray((1 + (np.abs(swapped) >= np.abs(observed) - 1e-9).sum(axis=0)) / (1 + resamples))


def _swapped(difference: Array, resamples: int, rng: np.random.Generator) -> Array:
    """Sums of the differences of randomly chosen halves of the examples, (resamples, series, k)."""
    n, series, k = difference.shape
    flat = difference.reshape(n, series * k)
    rows = max(1, min(resamples, _CHUNK // n))
    sums = np.empty((resamples, series * k))
    for start in range(0, resamples, rows):
        part = sums[start : start + rows]
        np.matmul(rng.integers(0, 2, size=(len(part), n), dtype=np.int8).astype(np.float64), flat, out=part)
    return sums.reshape(resamples, series, k)


def holm(p_values: ArrayLike) -> Array:
    """Holm's (1979) adjustment for several tests: reject where the adjusted p is below the level.

    The chance of even one false rejection among all tests stays at the level, however the tests depend on
    each other.

    Parameters
    ----------
    p_values : array of float, (tests,)

    Raises
    ------
    ValueError
        If there are none or one is no probability.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not len(p):
        raise ValueError(f"p_values have shape {p.shape}; expected (tests,), at least one")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p_values hold {p[~((p >= 0) & (p <= 1))][0]}; expected numbers from 0 to 1")
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def unpaired_z(rate_a: float, rate_b: float, n: int) -> float:
    """Two-sided p-value of the z-test of two rates from *independent* test sets of n examples.

    On one test set for both it wastes what pairing gives: the rates are positively correlated, the difference
    varies less than this test thinks, and true differences go unseen.

    Parameters
    ----------
    rate_a, rate_b : float
        From 0 to 1.
    n : int
        Examples of each.

    Examples
    --------
    71.5 and 75.1 on XNLI's 5,010 pairs:

    >>> unpaired_z(0.715, 0.751, 5010) < 0.001
    True
    """
    _check_rates(rate_a, rate_b)
    check_count("n", n)
    pooled = (rate_a + rate_b) / 2
    error = math.sqrt(2 * pooled * (1 - pooled) / n)
    return 2 * float(norm.sf(abs(rate_b - rate_a) / error)) if error else 1.0


def marginal_band(
    rates_a: float | Sequence[float],
    rates_b: float | Sequence[float],
    n: int,
    *,
    correlations: Sequence[float] = (0.0, 0.25, 0.5, 0.75),
    between_languages: float = 1.0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What two published rates allow to say, for each correlation the models may have had.

    Parameters
    ----------
    rates_a, rates_b : float or sequence of float
        From 0 to 1; the rates of one language, or those of several, whose mean is then compared.
    n : int
        Examples of the test set (of each language).
    correlations : sequence of float
        Assumed correlations of the two models' being right on an example. 0 is the unpaired interval.
    between_languages : float
        Assumed correlation, over the examples, of the differences in two languages; used with several rates.
        1 is the most cautious assumption for parallel test sets, 0 is right for independent ones.
    confidence : float

    Returns
    -------
    DataFrame
        A row per correlation: ``correlation, difference, low, high, z, p``; ``difference`` is b − a. Where
        the rates do not allow the correlation, the largest that they allow is used and written in the row.

    Raises
    ------
    ValueError
        If a rate or a correlation is out of range, or there are not as many rates of both.

    Examples
    --------
    XLM (MLM) and XLM (MLM+TLM), zero-shot in Thai, 69.2 and 73.2 published:

    >>> marginal_band(0.692, 0.732, 5010).round(3)[["correlation", "low", "high"]]
       correlation    low   high
    0         0.00  0.022  0.058
    1         0.25  0.025  0.055
    2         0.50  0.027  0.053
    3         0.75  0.031  0.049
    """
    import pandas as pd

    a, b = (np.atleast_1d(np.asarray(rates, dtype=np.float64)) for rates in (rates_a, rates_b))
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise ValueError(f"found {a.size} and {b.size} rates; expected as many of each, at least one")
    _check_rates(*a, *b)
    check_count("n", n)
    for name, values in (("correlations", [*correlations]), ("between_languages", [between_languages])):
        for value in values:
            if not 0 <= value <= 1:
                raise ValueError(f"{name} has {value}; expected 0 to 1")
    difference = float((b - a).mean())
    z = float(norm.ppf((1 + confidence) / 2))
    rows = []
    for assumed in correlations:
        used = np.minimum(assumed, _largest_correlation(a, b))
        spread = np.sqrt(_variance(a) + _variance(b) - 2 * used * np.sqrt(_variance(a) * _variance(b)))
        own = (spread**2).sum()
        error = math.sqrt((own + between_languages * (spread.sum() ** 2 - own)) / n) / len(a)
        score = difference / error if error else math.nan
        rows.append(
            {
                "correlation": float(used.mean()),
                "difference": difference,
                "low": difference - z * error,
                "high": difference + z * error,
                "z": score,
                "p": 2 * float(norm.sf(abs(score))),
            }
        )
    return pd.DataFrame(rows)


def _variance(rates: Array) -> Array:
    return rates * (1 - rates)


def _largest_correlation(a: Array, b: Array) -> Array:
    """The correlation if the weaker model is right only where the stronger one is; 1 if a rate is 0 or 1."""
    product = np.sqrt(_variance(a) * _variance(b))
    with np.errstate(invalid="ignore", divide="ignore"):
        largest = (np.minimum(a, b) - a * b) / product
    return np.where(product > 0, largest, 1.0)


def minimal_detectable_difference(
    n: int,
    *,
    discordance: float | None = None,
    rate: float | None = None,
    tests: int = 1,
    level: float = 0.05,
    power: float = 0.8,
) -> float:
    """The smallest difference of two rates that a test set of n examples is likely to show.

    Parameters
    ----------
    n : int
        Examples.
    discordance : float
        Share of the examples that exactly one of the models has right: for McNemar's test.
    rate : float
        Instead: about what rate both have, for the unpaired z-test.
    tests : int
        Number of tests that share the level (languages); the level of each is divided by it.
    level, power : float
        Chance to see a difference where there is none, and to see this difference.

    Returns
    -------
    float
        Between 0 and 1. NaN if not even a difference of all discordant examples would be seen.

    Raises
    ------
    ValueError
        Unless exactly one of `discordance` and `rate` is given, or if a number is out of range.

    Notes
    -----
    Connor (1987) for pairs.

    Examples
    --------
    5,010 pairs: for models that disagree on every eighth, and for two rates near 75 % of different test sets:

    >>> round(minimal_detectable_difference(5010, discordance=0.125), 4)
    0.014
    >>> round(minimal_detectable_difference(5010, rate=0.75), 4)
    0.0242
    """
    check_count("n", n)
    check_count("tests", tests)
    if (discordance is None) == (rate is None):
        raise ValueError("pass exactly one of discordance (paired) and rate (unpaired)")
    for name, value in (("level", level), ("power", power)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}; expected more than 0 and less than 1")
    alpha, beta = norm.isf(level / tests / 2), norm.isf(1 - power)
    if rate is not None:
        _check_rates(rate)
        return float((alpha + beta) * math.sqrt(2 * rate * (1 - rate) / n))
    assert discordance is not None
    share = discordance
    _check_rates(share)

    def surplus(difference: float) -> float:
        needed = alpha * math.sqrt(share) + beta * math.sqrt(max(share - difference**2, 0.0))
        return difference * math.sqrt(n) - float(needed)

    return float(brentq(surplus, 0, share)) if share and surplus(share) > 0 else math.nan


def _check_rates(*rates: float) -> None:
    for rate in rates:
        if not 0 <= rate <= 1:
            raise ValueError(f"a rate is {rate}; expected 0 to 1 (75 % is 0.75)")

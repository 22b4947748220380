"""Wilson's interval and the bootstrap: against SciPy, by hand, and where they have nothing to go by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from xlmtut.intervals import Array, Bootstrap, Sample, bootstrap, wilson


def ratio(sums: Array) -> Array:
    return np.asarray(sums[..., 0] / sums[..., 1])


def rates(right: NDArray[Any]) -> Array:
    """Contributions (examples, series, 2) of right and wrong answers (examples, series)."""
    return np.stack([right, np.ones_like(right)], axis=-1).astype(np.float64)


def test_wilson_by_hand() -> None:
    z = scipy.stats.norm.ppf(0.975)
    centre, half = (8 + z**2 / 2) / (10 + z**2), z * np.sqrt(8 * 2 / 10 + z**2 / 4) / (10 + z**2)
    assert wilson(8, 10) == pytest.approx((centre - half, centre + half))
    assert wilson(0, 20)[0] == 0 < wilson(0, 20)[1] < 0.2
    assert wilson(20, 20)[1] == 1 > wilson(20, 20)[0] > 0.8


@given(st.integers(1, 6000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_rate_and_mirrors(case: tuple[int, int]) -> None:
    successes, n = case
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))
    narrow = wilson(successes, n, confidence=0.8)
    assert low <= narrow[0] <= narrow[1] <= high


@pytest.mark.parametrize("rate", [0.5, 0.75, 0.95])
def test_wilson_covers_the_truth_as_often_as_it_says(rate: float) -> None:
    """Exactly, summed over every number of right answers that 250 examples can have."""
    counts = np.arange(251)
    holds = [low <= rate <= high for low, high in (wilson(int(k), 250) for k in counts)]
    assert scipy.stats.binom.pmf(counts, 250, rate)[holds].sum() == pytest.approx(0.95, abs=0.012)


def test_the_bootstrap_equals_scipys() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(400) < 0.8
    length = rng.integers(1, 9, 400)
    sample = Sample([np.stack([right * length, length], axis=-1)[:, None]])
    ours = bootstrap(sample, ratio, resamples=20_000, random_state=1)
    theirs = scipy.stats.bootstrap(
        (right * length, length),
        lambda a, b, axis: a.sum(axis) / b.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="BCa",
        rng=np.random.default_rng(2),
    )
    low, high = ours.interval()
    error = float(theirs.standard_error)
    assert ours.standard_error[0] == pytest.approx(error, rel=0.03)
    assert low[0] == pytest.approx(theirs.confidence_interval.low, abs=error / 10)
    assert high[0] == pytest.approx(theirs.confidence_interval.high, abs=error / 10)
    # The same resamples, the same interval: SciPy's BCa of our distribution.
    drawn = scipy.stats.ks_2samp(ours.resampled[:, 0], theirs.bootstrap_distribution)
    assert drawn.pvalue > 0.001


def test_bca_corrects_skewness_as_scipy_does() -> None:
    """A ratio of few, skewed values, where BCa and plain percentiles differ; two independent samples."""
    rng = np.random.default_rng(3)
    first, second = rng.lognormal(sigma=1.2, size=40), rng.lognormal(sigma=0.6, size=30)
    groups = [np.stack([x, np.ones_like(x)], axis=-1)[:, None] for x in (first, second)]

    def quotient(sums: Array) -> Array:
        means = ratio(sums)
        return means[..., :1] / means[..., 1:]

    ours = bootstrap(Sample(groups), quotient, resamples=40_000, random_state=4)
    settings: dict[str, Any] = {"vectorized": True, "n_resamples": 40_000}
    theirs = {
        method: scipy.stats.bootstrap(
            (first, second),
            lambda a, b, axis: a.mean(axis) / b.mean(axis),
            method=method,
            rng=np.random.default_rng(5),
            **settings,
        ).confidence_interval
        for method in ("BCa", "percentile")
    }
    low, high = ours.interval()
    width = high[0] - low[0]
    assert [low[0], high[0]] == pytest.approx([*theirs["BCa"]], abs=0.03 * width)
    assert abs(high[0] - theirs["percentile"].high) > 0.06 * width


def test_examples_are_drawn_whole() -> None:
    """Translations that are all right or all wrong make a mean over languages no surer than one language."""
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random((500, 1)) < 0.7, 15, axis=1)

    def mean(sums: Array) -> Array:
        return ratio(sums).mean(axis=-1, keepdims=True)

    together = bootstrap(Sample([rates(right)]), mean, resamples=4000)
    one = bootstrap(Sample([rates(right[:, :1])]), mean, resamples=4000)
    apart = bootstrap(Sample([rates(right[:, [i]]) for i in range(15)]), mean, resamples=4000)
    assert together.standard_error == pytest.approx(one.standard_error, rel=0.05)
    assert apart.standard_error == pytest.approx(one.standard_error / np.sqrt(15), rel=0.05)


def test_resamples_have_the_size_of_the_sample_and_are_repeatable() -> None:
    groups = [np.ones((7, 2, 1)), np.ones((3, 1, 1))]
    sums = Sample(groups).resampled(50, np.random.default_rng(0))
    assert sums.shape == (50, 3, 1)
    assert (sums == [[7], [7], [3]]).all()
    sample = Sample([np.random.default_rng(1).random((30, 1, 2))])
    first, again, other = (
        bootstrap(sample, ratio, resamples=50, random_state=state).resampled for state in (0, 0, 1)
    )
    assert (first == again).all()
    assert not (first == other).any()


def test_leaving_out_is_recomputing_without() -> None:
    rng = np.random.default_rng(0)
    groups = [rng.random((6, 2, 2)), rng.random((4, 1, 2))]
    left = Sample(groups).left_out(ratio)
    for g, values in enumerate(left):
        for i, value in enumerate(values):
            rest = [np.delete(group, i, axis=0) if g == k else group for k, group in enumerate(groups)]
            assert value == pytest.approx(ratio(Sample(rest).sums()))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_p_values_are_intervals_turned_round(seed: int, confidence: float) -> None:
    rng = np.random.default_rng(seed)
    sample = Sample([np.stack([rng.exponential(size=60) - 0.8, np.ones(60)], axis=-1)[:, None]])
    result = bootstrap(sample, ratio, resamples=2000, random_state=seed)
    low, high = result.interval(confidence)
    step = (high - low) / 10
    for null, inside in ((low - step, False), (low + step, True), (high - step, True), (high + step, False)):
        assert (result.p_value(float(null[0]))[0] > 1 - confidence) == inside


def test_without_variation_there_is_no_interval() -> None:
    result = bootstrap(Sample([rates(np.ones((50, 1)))]), ratio, resamples=100)
    assert np.isnan(result.interval()).all()
    assert result.p_value(1.0) == 1
    assert result.p_value(0.5) == 0
    assert result.standard_error == 0


def test_no_p_value_is_smaller_than_the_resamples_can_tell() -> None:
    sample = Sample([rates(np.arange(100)[:, None] % 10 > 0)])
    assert bootstrap(sample, ratio, resamples=99).p_value(0.0) == pytest.approx(0.01)


def test_means_of_a_normal_sample_have_the_normal_interval() -> None:
    x = np.random.default_rng(0).normal(size=1000)
    result = bootstrap(Sample([np.stack([x, np.ones_like(x)], axis=-1)[:, None]]), ratio, resamples=20_000)
    error = x.std(ddof=1) / np.sqrt(1000)
    assert result.interval()[0] == pytest.approx(x.mean() - 1.96 * error, abs=0.1 * error)
    assert result.interval()[1] == pytest.approx(x.mean() + 1.96 * error, abs=0.1 * error)
    assert isinstance(result, Bootstrap)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="successes is 11; expected 0 to n = 10"):
        wilson(11, 10)
    with pytest.raises(ValueError, match="n is 0; expected at least 1"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="groups is empty; expected one array or more"):
        Sample([])
    with pytest.raises(
        ValueError, match=r"groups\[1\] has shape \(3, 1, 1\); expected \(examples, series, k"
    ):
        Sample([np.ones((3, 1, 2)), np.ones((3, 1, 1))])
    with pytest.raises(ValueError, match=r"groups\[0\]\[2\] holds a NaN; expected finite contributions"):
        Sample([[[[1.0]], [[1.0]], [[np.nan]]]])
    with pytest.raises(ValueError, match="resamples is 1; expected at least 2, and 1,000 for an interval"):
        bootstrap(Sample([np.ones((3, 1, 2))]), ratio, resamples=1)

"""Tests of two models: against SciPy, published values, enumeration by hand, and each other."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given
from hypothesis import strategies as st

from xlmtut.intervals import Array, Sample, bootstrap
from xlmtut.paired import (
    holm,
    marginal_band,
    mcnemar,
    minimal_detectable_difference,
    permutation_p,
    unpaired_z,
)


def mean(sums: Array) -> Array:
    """Mean over series of the ratio of two sums."""
    return np.asarray((sums[..., 0] / sums[..., 1]).mean(axis=-1, keepdims=True))


def sample(values: Array) -> Sample:
    """Of values (examples, series)."""
    return Sample([np.stack([values, np.ones_like(values)], axis=-1)])


def test_mcnemar_on_published_tables() -> None:
    # Fagerland, Lydersen & Laake (2013): airway hyper-responsiveness before and after a transplant.
    exact, mid = mcnemar(1, 7)
    assert (round(exact, 4), round(mid, 4)) == (0.0703, 0.0391)


@given(st.integers(0, 3000), st.integers(0, 3000))
@example(1, 1074)  # p underflows
def test_exact_mcnemar_is_the_binomial_test(only_a: int, only_b: int) -> None:
    exact, mid = mcnemar(only_a, only_b)
    if only_a + only_b:
        test = scipy.stats.binomtest(only_a, only_a + only_b)
        assert exact == pytest.approx(test.pvalue, abs=1e-12)
    assert mcnemar(only_b, only_a) == (exact, mid)
    assert 0 <= mid <= exact + 1e-15 <= 1 + 1e-15


def test_the_permutation_test_enumerated_by_hand() -> None:
    a, b = np.array([[0.1], [0.4], [0.2], [0.9]]), np.array([[0.6], [0.5], [0.1], [1.0]])
    observed = abs((b - a).mean())
    signs = np.array(list(itertools.product([1, -1], repeat=4)))
    exact = (np.abs((signs * (b - a)[:, 0]).mean(axis=1)) >= observed - 1e-12).mean()
    assert exact == 0.5
    p = permutation_p(sample(a), sample(b), mean, resamples=20_000)
    assert p == pytest.approx(exact, abs=0.01)


def test_the_permutation_test_equals_scipys() -> None:
    rng = np.random.default_rng(0)
    a = rng.gamma(2.0, size=(60, 1))
    b = a + rng.normal(0.12, 0.5, size=(60, 1))
    reference = scipy.stats.permutation_test(
        (a[:, 0], b[:, 0]),
        lambda x, y, axis: (y - x).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    )
    p = permutation_p(sample(a), sample(b), mean, resamples=20_000)
    assert p == pytest.approx(reference.pvalue, abs=0.012)


def test_for_one_rate_the_permutation_test_is_exact_mcnemar() -> None:
    for only_a, only_b in ((3, 9), (20, 38), (60, 60)):
        both = np.ones(50)
        a = np.concatenate([both, np.ones(only_a), np.zeros(only_b)])[:, None]
        b = np.concatenate([both, np.zeros(only_a), np.ones(only_b)])[:, None]
        p = permutation_p(sample(a), sample(b), mean, resamples=20_000)
        assert p == pytest.approx(mcnemar(only_a, only_b).exact, abs=0.012)


def test_swaps_keep_an_example_whole_in_all_languages() -> None:
    """Fifteen copies of one comparison are no more evidence than one."""
    rng = np.random.default_rng(0)
    right = rng.random((400, 2)) < [0.70, 0.74]
    one = [sample(right[:, [k]].astype(float)) for k in (0, 1)]
    copies = [sample(np.repeat(right[:, [k]], 15, axis=1).astype(float)) for k in (0, 1)]
    p = permutation_p(*one, mean)
    assert permutation_p(*copies, mean) == pytest.approx(p, abs=1e-12)
    apart = [Sample(np.split(c.groups[0], 15, axis=1)) for c in copies]
    assert permutation_p(*apart, mean) < p / 10


def test_any_function_of_sums_can_be_permuted() -> None:
    """F1 of one class, the swaps recomputed by scikit-learn."""
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(2)
    labels = rng.random(40) < 0.3
    a, b = labels ^ (rng.random(40) < 0.3), labels ^ (rng.random(40) < 0.1)

    def f1(sums: Array) -> Array:
        return np.asarray(2 * sums[..., 0] / (sums[..., 1] + sums[..., 2]))

    samples = [Sample([np.stack([labels & x, labels, x], axis=-1)[:, None].astype(float)]) for x in (a, b)]
    p = permutation_p(*samples, f1, resamples=4000)
    observed = f1_score(labels, b) - f1_score(labels, a)
    extreme = 0
    for _ in range(600):
        swap = rng.random(40) < 0.5
        x, y = np.where(swap, b, a), np.where(swap, a, b)
        extreme += abs(f1_score(labels, y) - f1_score(labels, x)) >= abs(observed) - 1e-9
    share = extreme / 600
    assert p == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 600) + 0.003)


def test_pairing_sees_what_the_unpaired_test_misses() -> None:
    rng = np.random.default_rng(0)
    a = (rng.random(2000) < 0.75).astype(float)
    b = a.copy()
    b[rng.choice(np.flatnonzero(a == 0), 40, replace=False)] = 1
    b[rng.choice(np.flatnonzero(a == 1), 10, replace=False)] = 0
    assert mcnemar(10, 40).exact < 0.001
    assert unpaired_z(a.mean(), b.mean(), 2000) > 0.2
    result = bootstrap(sample((b - a)[:, None]), mean)
    assert result.p_value() < 0.001


def test_holm_by_hand_and_in_any_order() -> None:
    p = [0.01, 0.02, 0.03, 0.005, 0.4]
    expected = [0.04, 0.06, 0.06, 0.025, 0.4]  # R: p.adjust(p, "holm")
    assert holm(p) == pytest.approx(expected)
    assert holm(p[::-1]) == pytest.approx(expected[::-1])
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_no_correction_and_bonferronis(p: list[float]) -> None:
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(1, len(p) * np.asarray(p))).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_unpaired_z_is_the_test_of_proportions() -> None:
    table = np.array([[150, 50], [170, 30]])
    chi2 = scipy.stats.chi2_contingency(table, correction=False)
    assert unpaired_z(0.75, 0.85, 200) == pytest.approx(chi2.pvalue)
    assert unpaired_z(1.0, 1.0, 10) == 1


def test_the_band_against_simulated_models() -> None:
    """Answers of two models with a known correlation: the band's error is that of the paired differences."""
    rng = np.random.default_rng(0)
    both, only_a, only_b = 0.66, 0.06, 0.10  # rates 0.72 and 0.76
    cells = rng.choice(4, size=(4000, 500), p=[both, only_a, only_b, 1 - both - only_a - only_b])
    a, b = np.isin(cells, [0, 1]), np.isin(cells, [0, 2])
    rho = (both - 0.72 * 0.76) / math.sqrt(0.72 * 0.28 * 0.76 * 0.24)
    band = marginal_band(0.72, 0.76, 500, correlations=[0.0, rho])
    error = ((band["high"] - band["low"]) / (2 * 1.959964)).tolist()
    assert error[1] == pytest.approx((b.mean(axis=1) - a.mean(axis=1)).std(), rel=0.03)
    assert error[0] == pytest.approx(math.sqrt((0.72 * 0.28 + 0.76 * 0.24) / 500))
    assert band["p"].is_monotonic_decreasing


def test_the_band_of_a_mean_depends_on_the_languages_correlation() -> None:
    a, b = [0.70] * 15, [0.71] * 15
    cautious = marginal_band(a, b, 5010, correlations=[0.5])
    one = marginal_band(0.70, 0.71, 5010, correlations=[0.5])
    np.testing.assert_allclose(cautious, one)
    independent = marginal_band(a, b, 5010, correlations=[0.5], between_languages=0.0)
    assert independent["z"][0] == pytest.approx(one["z"][0] * math.sqrt(15))


def test_the_band_uses_no_correlation_that_cannot_be() -> None:
    row = marginal_band(0.5, 0.9, 1000, correlations=[0.99]).iloc[0]
    assert row["correlation"] == pytest.approx((0.5 - 0.45) / math.sqrt(0.25 * 0.09))
    only_b = 0.9 - 0.5  # with the largest correlation the weaker is right only where the stronger is
    error = math.sqrt((only_b - only_b**2) / 1000)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.959964 * error, rel=1e-6)
    certain = marginal_band(1.0, 1.0, 10, correlations=[0.3]).iloc[0]
    assert (certain["low"], certain["high"]) == (0, 0)
    assert math.isnan(certain["z"])


def test_the_detectable_difference_has_the_power_it_names() -> None:
    rng = np.random.default_rng(0)
    n, discordance = 2000, 0.12
    difference = minimal_detectable_difference(n, discordance=discordance)
    only_b = (discordance + difference) / 2
    counts = rng.multinomial(n, [only_b, discordance - only_b, 1 - discordance], size=3000)
    found = np.mean([mcnemar(int(a), int(b)).mid_p < 0.05 for b, a, _ in counts])
    assert found == pytest.approx(0.8, abs=0.03)
    unpaired = minimal_detectable_difference(n, rate=0.7)
    right = rng.binomial(n, [0.7 - unpaired / 2, 0.7 + unpaired / 2], size=(3000, 2)) / n
    found = np.mean([unpaired_z(a, b, n) < 0.05 for a, b in right])
    assert found == pytest.approx(0.8, abs=0.03)


def test_more_examples_or_fewer_tests_show_smaller_differences() -> None:
    base = minimal_detectable_difference(5010, discordance=0.1)
    assert minimal_detectable_difference(4 * 5010, discordance=0.1) == pytest.approx(base / 2, rel=0.01)
    assert minimal_detectable_difference(5010, discordance=0.1, tests=15) > 1.2 * base
    assert minimal_detectable_difference(5010, discordance=0.2) > 1.3 * base
    assert math.isnan(minimal_detectable_difference(20, discordance=0.05))  # one discordant example


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="the counts are -1 and 2; expected none below 0"):
        mcnemar(-1, 2)
    with pytest.raises(ValueError, match=r"p_values hold 1\.5; expected numbers from 0 to 1"):
        holm([0.5, 1.5])
    with pytest.raises(ValueError, match=r"p_values have shape \(0,\); expected \(tests,\), at least one"):
        holm([])
    with pytest.raises(ValueError, match=r"a rate is 75; expected 0 to 1 \(75 % is 0.75\)"):
        unpaired_z(75, 0.8, 100)
    with pytest.raises(ValueError, match="found 2 and 1 rates; expected as many of each"):
        marginal_band([0.5, 0.6], [0.5], 100)
    with pytest.raises(ValueError, match=r"correlations has 1\.2; expected 0 to 1"):
        marginal_band(0.5, 0.6, 100, correlations=[0.5, 1.2])
    with pytest.raises(ValueError, match="pass exactly one of discordance"):
        minimal_detectable_difference(100)
    with pytest.raises(ValueError, match="power is 1; expected more than 0 and less than 1"):
        minimal_detectable_difference(100, rate=0.5, power=1)
    with pytest.raises(ValueError, match="expected equal shapes"):
        permutation_p(sample(np.ones((3, 1))), sample(np.ones((4, 1))), mean)

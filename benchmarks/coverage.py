"""Do 95 % intervals hold the truth 95 times in 100, and do tests at 5 % reject 5 times in 100?

Run ``python -m benchmarks.coverage`` (about 15 minutes on one core). Test sets are drawn from models whose
true scores are known. How often an interval holds the truth, or a test rejects a true hypothesis, is counted;
with 2,000 test sets a count of 95 % is itself sure to about ±1 point.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.stats import norm
from tqdm import tqdm

from benchmarks.common import use_one_core, write_result
from xlmtut.evaluation import with_aggregates
from xlmtut.intervals import Array, Sample, bootstrap, wilson
from xlmtut.measures import MEASURES, find_measure
from xlmtut.paired import mcnemar, permutation_p, unpaired_z

SIMULATIONS = 2000
RESAMPLES = 1000  # of each simulated test set
DISCORDANT = 50  # test sets with fewer discordant examples are drawn again: tests of them say little
SIZES = (250, 1000, 5010)

# True accuracies of a model in 15 languages: those published for XLM (MLM+TLM), zero-shot.
ACCURACIES = np.array(
    [85.0, 78.7, 78.9, 77.8, 76.6, 77.4, 75.3, 72.5, 73.1, 76.1, 73.2, 76.5, 69.6, 68.4, 67.3]
)
CODES = ["en", "fr", "es", "de", "el", "bg", "ru", "tr", "ar", "vi", "th", "zh", "hi", "sw", "ur"]
SHARED = 0.5  # correlation of the latent difficulty of an example in two languages

# Joint probabilities of labels (rows) and predictions (columns).
BALANCED = np.array([[0.26, 0.05, 0.02], [0.06, 0.22, 0.06], [0.02, 0.05, 0.26]])
RARE_CLASS = np.array([[0.56, 0.05, 0.02], [0.05, 0.18, 0.04], [0.03, 0.02, 0.05]])


def right_answers(n: int, rng: np.random.Generator, accuracies: Array) -> NDArray[np.bool_]:
    """Right or wrong, (models, n, languages): an example is hard in all languages and for all models.

    Accuracies are (models, languages).
    """
    models, languages = accuracies.shape
    difficulty = np.sqrt(SHARED) * rng.normal(size=(1, n, 1))
    own = np.sqrt(1 - SHARED) * rng.normal(size=(models, n, languages))
    return difficulty + own < norm.ppf(accuracies)[:, None, :]


def contributions(right: NDArray[np.bool_]) -> Array:
    """Of answers (…, n, languages): (…, n, languages, 2)."""
    return np.stack([right, np.ones_like(right)], axis=-1).astype(np.float64)


def mean_and_gap(sums: Array) -> Array:
    """The mean over languages and the transfer gap, as `evaluate` computes them."""
    values = MEASURES["accuracy"].value(sums)[..., None]
    return with_aggregates(values, CODES, "en")[..., -2:, 0]


def rates(n: int, rng: np.random.Generator) -> Iterator[dict[str, bool]]:
    """Wilson's interval of rates of 0.5, 0.75 and 0.95."""
    while True:
        held = {}
        for rate in (0.5, 0.75, 0.95):
            low, high = wilson(int(rng.binomial(n, rate)), n)
            held[f"rate {rate}"] = low <= rate <= high
        yield held


def means(n: int, rng: np.random.Generator) -> Iterator[dict[str, bool]]:
    """Mean and gap over 15 parallel languages; and the mean if they are taken for independent."""
    truth = np.array([ACCURACIES.mean(), ACCURACIES[0] - ACCURACIES[1:].mean()]) / 100
    while True:
        answers = contributions(right_answers(n, rng, ACCURACIES[None] / 100)[0])
        low, high = bootstrap(
            Sample([answers]), mean_and_gap, resamples=RESAMPLES, random_state=seed(rng)
        ).interval()
        rate = answers[..., 0].mean(axis=0)
        error = np.sqrt((rate * (1 - rate) / n).sum()) / len(rate)
        yield {
            "mean, clustered by example": bool(low[0] <= truth[0] <= high[0]),
            "gap, clustered by example": bool(low[1] <= truth[1] <= high[1]),
            "mean, languages taken for independent": bool(abs(rate.mean() - truth[0]) <= 1.96 * error),
        }


def f1_scores(n: int, rng: np.random.Generator) -> Iterator[dict[str, bool]]:
    """Macro F1 of three classes, balanced and with a rare one, and F1 of entities."""
    macro, entity = find_measure("macro_f1", "", ["0", "1", "2"]), MEASURES["entity_f1"]
    while True:
        held = {}
        for name, joint in (("macro F1, balanced", BALANCED), ("macro F1, rare class", RARE_CLASS)):
            labels, predictions = np.divmod(rng.choice(9, size=n, p=joint.ravel()), 3)
            counts = macro.contributions([*map(str, labels)], [*map(str, predictions)], "en")
            diagonal = np.stack([np.diag(joint), joint.sum(axis=0), joint.sum(axis=1)], axis=-1)
            truth = float(macro.value(diagonal.ravel()))
            held[name] = holds(np.asarray(counts, dtype=float), macro.value, truth, rng)
        gold = rng.poisson(1.4, n)  # of a sentence; easy and hard sentences
        found = rng.binomial(gold, np.where(rng.random(n) < 0.7, 0.95, 0.6))
        counts = np.stack([found, found + rng.poisson(0.25, n), gold], axis=-1).astype(float)
        right = 1.4 * (0.7 * 0.95 + 0.3 * 0.6)
        held["entity F1"] = holds(counts, entity.value, 2 * right / (right + 0.25 + 1.4), rng)
        yield held


def holds(counts: Array, value: Any, truth: float, rng: np.random.Generator) -> bool:
    """Whether the interval of one series holds the truth."""
    result = bootstrap(Sample([counts[:, None]]), value, resamples=RESAMPLES, random_state=seed(rng))
    low, high = result.interval()
    return bool(low[0] <= truth <= high[0])


def seed(rng: np.random.Generator) -> int:
    """A fresh seed for the resamples of one simulated test set."""
    return int(rng.integers(2**31))


def tests(n: int, rng: np.random.Generator, accuracies: Array, gain: float) -> Iterator[dict[str, bool]]:
    """Two models on the same examples, the second better by `gain`: which tests reject at 5 %?"""
    better = np.stack([accuracies, accuracies + gain])

    def estimate(sums: Array) -> Array:
        return MEASURES["accuracy"].value(sums).mean(axis=-1, keepdims=True)

    def difference(sums: Array) -> Array:
        return estimate(sums[..., 2:]) - estimate(sums[..., :2])

    while True:
        right = right_answers(n, rng, better)
        only_a, only_b = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
        if only_a + only_b < DISCORDANT:
            continue
        a, b = contributions(right)
        both = Sample([np.concatenate([a, b], axis=-1)])
        settings = {"resamples": RESAMPLES, "random_state": seed(rng)}
        p = {
            "permutation": float(permutation_p(Sample([a]), Sample([b]), estimate, **settings)[0]),
            "bootstrap": float(bootstrap(both, difference, **settings).p_value()[0]),
        }
        if len(accuracies) == 1:
            exact, mid = mcnemar(only_a, only_b)
            z = unpaired_z(right[0].mean(), right[1].mean(), n)
            p |= {
                "exact McNemar": exact,
                "mid-p McNemar": mid,
                "unpaired z": z,
                "discordant": only_a + only_b,
            }
        yield {name: value if name == "discordant" else value < 0.05 for name, value in p.items()}


def count(name: str, n: int, trials: Iterator[dict[str, bool]], simulations: int) -> list[dict[str, Any]]:
    """Shares over simulated test sets."""
    sums: dict[str, float] = {}
    for _ in tqdm(range(simulations), desc=f"{name}, n = {n}", mininterval=10):
        for kind, value in next(trials).items():
            sums[kind] = sums.get(kind, 0.0) + float(value)
    return [{"kind": kind, "n": n, "share": round(total / simulations, 4)} for kind, total in sums.items()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, count, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=SIMULATIONS)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args(arguments)
    use_one_core()
    rng = np.random.default_rng(0)
    coverage = [
        line
        for make in (rates, means, f1_scores)
        for n in options.sizes
        for line in count(make.__name__, n, make(n, rng), options.simulations)
    ]
    one, all_languages = np.array([0.75]), ACCURACIES / 100
    scenarios = {
        "one language": (one, 0.0),
        "mean over 15 languages": (all_languages, 0.0),
        "one language, 2 points better": (one, 0.02),
    }
    rejections = {
        name: [
            line
            for n in options.sizes
            for line in count(name, n, tests(n, rng, accuracies, gain), options.simulations)
        ]
        for name, (accuracies, gain) in scenarios.items()
    }
    for title, lines in {"coverage": coverage, **rejections}.items():
        print(f"\n{title}")
        for line in lines:
            print(f"  {line['kind']:40} n = {line['n']:5}  {line['share']:.4f}")
    path = write_result(
        "coverage",
        [],
        scipy=scipy.__version__,
        simulations=options.simulations,
        resamples=RESAMPLES,
        least_discordant=DISCORDANT,
        nominal={"coverage": 0.95, "rejections": 0.05},
        coverage=coverage,
        rejections=rejections,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()

"""10,000 resamples of 15 languages of 5,010 examples: ours, scipy.stats.bootstrap, a loop over scikit-learn.

Run ``python -m benchmarks.bootstrap``. The sides compute the same things: the score of every language and
their mean, on resamples of whole examples. That the distributions agree is checked before anything is timed.
References that would take minutes get fewer resamples, and rates are compared.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import scipy
import scipy.stats
import sklearn
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from benchmarks.common import Comparison, print_table, use_one_core, write_result
from benchmarks.coverage import BALANCED, CODES
from xlmtut.intervals import Array, Sample, bootstrap
from xlmtut.measures import find_measure

EXAMPLES = 5010
RESAMPLES = 10_000
CLASSES = ["0", "1", "2"]
ROUNDS = 3
BATCH = 16  # resamples that SciPy holds at once; the fastest of 4, 16, 64 and 256

Draw = Callable[[int], Array]  # number of resamples -> values (resamples, languages + 1)


def make_data(n: int, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels (n,) and predictions (languages, n): an error in one language makes one in another likelier."""
    rng = np.random.default_rng(seed)
    labels, predictions = np.divmod(rng.choice(9, size=n, p=BALANCED.ravel()), 3)
    own = rng.choice(3, size=(len(CODES), n))
    return labels, np.where(rng.random((len(CODES), n)) < 0.8, predictions, own)


def ours(metric: str, labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> Draw:
    """The package: counts of draws times contributions, all languages in one matrix product."""
    measure = find_measure(metric, "", CLASSES)
    parts = [
        measure.contributions([*map(str, labels)], [*map(str, row)], code)
        for code, row in zip(CODES, predictions, strict=True)
    ]
    sample = Sample([np.stack(parts, axis=1)])

    def estimate(sums: Array) -> Array:
        values = measure.value(sums)
        return np.concatenate([values, values.mean(axis=-1, keepdims=True)], axis=-1)

    def draw(resamples: int) -> Array:
        result = bootstrap(sample, estimate, resamples=resamples)
        result.interval()
        return result.resampled

    return draw


def macro_f1(cells: NDArray[np.int64]) -> Array:
    """Macro F1 from cells (…, n) of the confusion matrix, numbered 3 · label + prediction."""
    table = np.stack([(cells == cell).sum(axis=-1) for cell in range(9)], axis=-1)
    table = table.reshape(*cells.shape[:-1], 3, 3)
    right = table.diagonal(axis1=-2, axis2=-1)
    return np.asarray((2 * right / (table.sum(axis=-1) + table.sum(axis=-2))).mean(axis=-1))


def scipy_by_language(metric: str, labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> Draw:
    """scipy.stats.bootstrap as its manual shows it, one language after the other."""
    rows = (labels == predictions).astype(float) if metric == "accuracy" else 3 * labels + predictions

    def statistic(row: NDArray[Any], axis: int = -1) -> Array:
        return np.asarray(row.mean(axis=axis)) if metric == "accuracy" else macro_f1(row)

    def draw(resamples: int) -> Array:
        results = [
            scipy.stats.bootstrap((row,), statistic, n_resamples=resamples, rng=np.random.default_rng(1))
            for row in rows
        ]
        return np.stack([result.bootstrap_distribution for result in results], axis=-1)

    return draw


def scipy_tuned(metric: str, labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> Draw:
    """scipy.stats.bootstrap of the indices of examples: all languages together, batches fit the cache."""
    right, cells = (labels == predictions).astype(float), 3 * labels + predictions

    def statistic(index: NDArray[np.int64], axis: int = -1) -> Array:
        values = right[:, index].mean(axis=-1) if metric == "accuracy" else macro_f1(cells[:, index])
        return np.concatenate([values, values.mean(axis=0, keepdims=True)])

    def draw(resamples: int) -> Array:
        result = scipy.stats.bootstrap(
            (np.arange(len(labels)),),
            statistic,
            n_resamples=resamples,
            batch=BATCH,
            vectorized=True,
            method="percentile",  # its BCa would leave out each example in turn, without sums: slower again
            rng=np.random.default_rng(1),
        )
        return np.moveaxis(result.bootstrap_distribution, -1, 0)

    return draw


def with_sklearn(metric: str, labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> Draw:
    """A loop over resamples and languages that calls scikit-learn."""

    def score(expected: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
        if metric == "accuracy":
            return float(accuracy_score(expected, predicted))
        return float(f1_score(expected, predicted, average="macro", labels=[0, 1, 2]))

    def draw(resamples: int) -> Array:
        rng = np.random.default_rng(2)
        rows = []
        for _ in range(resamples):
            index = rng.integers(0, len(labels), len(labels))
            values = [score(labels[index], row[index]) for row in predictions]
            rows.append([*values, float(np.mean(values))])
        return np.asarray(rows)

    return draw


# What ours is compared with, and what part of the resamples it gets.
REFERENCES = (
    ("scipy by language", scipy_by_language, 1),
    ("scipy tuned", scipy_tuned, 1),
    ("scikit-learn", with_sklearn, 50),
)


def agreement(first: Array, second: Array) -> dict[str, float]:
    """How far two sets of resamples are from one distribution, over languages and their mean."""
    return {
        "smallest_ks_p_value": min(
            float(scipy.stats.ks_2samp(a, b).pvalue) for a, b in zip(first.T, second.T, strict=False)
        ),
        "standard_error_ratio": float(np.median(first.std(axis=0)[: second.shape[1]] / second.std(axis=0))),
    }


def seconds(draw: Draw, resamples: int) -> float:
    """CPU time of one call."""
    start = time.process_time()
    draw(resamples)
    return time.process_time() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Check, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--resamples", type=int, default=RESAMPLES)
    options = parser.parse_args(arguments)
    use_one_core()
    data = make_data(options.examples)
    comparisons: list[Comparison] = []
    equality: dict[str, dict[str, float]] = {}
    taken: dict[str, Any] = {}
    for metric in ("accuracy", "macro_f1"):
        mine = ours(metric, *data)
        times = [seconds(mine, options.resamples) for _ in range(ROUNDS)]
        tracemalloc.start()
        distribution = mine(options.resamples)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        taken[metric] = {"seconds": round(median(times), 3), "peak_memory": peak}
        for name, make, share in REFERENCES:
            reference, fewer = make(metric, *data), max(2, options.resamples // share)
            label = f"{metric}, against {name}"
            equality[label] = agreement(distribution, reference(fewer))
            ratios, best = [], [0.0, 0.0]
            for _ in range(ROUNDS):
                rates = [
                    options.resamples / seconds(mine, options.resamples),
                    fewer / seconds(reference, fewer),
                ]
                ratios.append(rates[0] / rates[1])
                best = [max(pair) for pair in zip(best, rates, strict=True)]
            comparisons.append(
                Comparison(
                    label, "resamples", *best, ratio=median(ratios), lowest=min(ratios), highest=max(ratios)
                )
            )
    print_table(comparisons)
    for metric, line in taken.items():
        print(f"{metric}: {line['seconds']} s, {line['peak_memory'] / 2**20:.0f} MiB at most")
    path = write_result(
        "bootstrap",
        comparisons,
        reference="scipy.stats.bootstrap; sklearn.metrics in a loop",
        scipy=scipy.__version__,
        sklearn=sklearn.__version__,
        clock="CPU time of the process, one core",
        examples=options.examples,
        languages=len(CODES),
        resamples=options.resamples,
        ours=taken,
        equality=equality,
    )
    print(f"written to {path}")


if __name__ == "__main__":
    main()

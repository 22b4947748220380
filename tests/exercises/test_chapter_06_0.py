"""Right and wrong answers to the exercises of section 6.0."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom, norm


def _of_class(labels, predictions, name):
    both = sum(a == b == name for a, b in zip(labels, predictions, strict=True))
    return both, predictions.count(name), labels.count(name)


def _macro_f1(labels, predictions, classes):
    values = []
    for name in classes:
        both, predicted, labelled = _of_class(labels, predictions, name)
        values.append(2 * both / (predicted + labelled) if predicted + labelled else 0)
    return sum(values) / len(values)


def _accuracy(labels, predictions, classes):
    return np.mean([a == b for a, b in zip(labels, predictions, strict=True)])


def _seen_only(labels, predictions, classes):
    return _macro_f1(labels, predictions, sorted({*labels}))


def _weighted(labels, predictions, classes):
    return sum(_macro_f1(labels, predictions, [name]) * labels.count(name) for name in classes) / len(labels)


def _f1_of_means(labels, predictions, classes):
    counts = [_of_class(labels, predictions, name) for name in classes]
    precision = np.mean([both / predicted if predicted else 0 for both, predicted, _ in counts])
    recall = np.mean([both / labelled if labelled else 0 for both, _, labelled in counts])
    return 2 * precision * recall / (precision + recall)


def _one_side(a, b):
    return binom.cdf(min(a, b), a + b, 0.5)


def _exact(a, b):
    return min(1, 2 * _one_side(a, b))


def _mid_p(a, b):
    return 1.0 if a == b else 2 * _one_side(a, b) - binom.pmf(min(a, b), a + b, 0.5)


def _normal(a, b):
    return 2 * norm.sf(abs(a - b) / math.sqrt(a + b)) if a + b else 1.0


RIGHT = [
    ("06_0-1", math.exp(0.9 * math.log(8) + 0.1 * math.log(200))),
    ("06_0-1", 11.04),
    ("06_0-2", _macro_f1),
    ("06_0-3", _exact),
    ("06_0-3", lambda a, b: float(_exact(a, b))),
    ("06_0-4", 9417),
    ("06_0-4", 9400),
    ("06_0-5", "c"),
]

WRONG = [
    ("06_0-1", 104, "mean of the two perplexities"),
    ("06_0-1", 27.2, "losses add up"),
    ("06_0-1", 40, "same weight"),
    ("06_0-1", 2.4013, "exponential"),
    ("06_0-1", 9, "in all"),
    ("06_0-2", _accuracy, "micro average"),
    ("06_0-2", _seen_only, "nobody mentions"),
    ("06_0-2", _weighted, "Each counts the same"),
    ("06_0-2", _f1_of_means, "Average the F1"),
    ("06_0-2", lambda labels, predictions, classes: 0.1, "one class at a time"),
    ("06_0-3", _one_side, "one side"),
    ("06_0-3", lambda a, b: 2 * _one_side(a, b), "above 1"),
    ("06_0-3", _mid_p, "mid-p"),
    ("06_0-3", _normal, "normal distribution"),
    ("06_0-3", lambda a, b: 0.5, "so few heads"),
    ("06_0-4", 0.94, "number of examples"),
    ("06_0-4", 4610, "power"),
    ("06_0-4", 7419, "two-sided"),
    ("06_0-4", 1000, "Too few"),
    ("06_0-4", 50_000, "More than it takes"),
    ("06_0-5", "a", "made of"),
    ("06_0-5", "b", "have a say"),
    ("06_0-5", "d", "clings"),
]

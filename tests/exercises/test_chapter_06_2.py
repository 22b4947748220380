"""Right and wrong answers to the exercises of section 6.2."""

from __future__ import annotations

import numpy as np


def _accuracy_at(labels, predictions, shares):
    pairs = list(zip(labels, predictions, strict=True))
    recall = {
        name: np.mean([prediction == label for label, prediction in pairs if label == name])
        for name in set(labels)
    }
    return sum(share * recall[name] for name, share in shares.items())


def _accuracy(labels, predictions, shares):
    return np.mean([a == b for a, b in zip(labels, predictions, strict=True)])


def _macro(labels, predictions, shares):
    return _accuracy_at(labels, predictions, dict.fromkeys(shares, 1 / 3))


def _precision(labels, predictions, shares):
    return _accuracy_at(predictions, labels, shares)


def _overconfidence(labels, scores):
    scores = np.array(scores)
    return scores.max(axis=1).mean() - (scores.argmax(axis=1) == labels).mean()


def _of_the_right_class(labels, scores):
    scores = np.array(scores)
    return scores[range(len(labels)), labels].mean() - (scores.argmax(axis=1) == labels).mean()


def _mean_of_distances(labels, scores):
    scores = np.array(scores)
    return np.abs(scores.max(axis=1) - (scores.argmax(axis=1) == labels)).mean()


RIGHT = [
    ("06_2-1", 40),
    ("06_2-1", 20_000 / 500),
    ("06_2-2", _accuracy_at),
    ("06_2-3", _overconfidence),
    ("06_2-3", lambda labels, scores: float(_overconfidence(labels, scores))),
    ("06_2-4", "c"),
]

WRONG = [
    ("06_2-1", 240, "those of one only"),
    ("06_2-1", 20_000 / 3000, "into every language"),
    ("06_2-1", 0.025, "one day"),
    ("06_2-1", 41, "more"),
    ("06_2-1", 7, "Count"),
    ("06_2-2", _accuracy, "accuracy here"),
    ("06_2-2", _macro, "all count the same"),
    ("06_2-2", _precision, "is predicted"),
    ("06_2-2", lambda *given: 100 * _accuracy_at(*given), "percent"),
    ("06_2-2", lambda *given: 0.123, "rows of one class"),
    ("06_2-3", lambda labels, scores: -_overconfidence(labels, scores), "The sign"),
    ("06_2-3", lambda labels, scores: abs(_overconfidence(labels, scores)), "Keep the sign"),
    ("06_2-3", _mean_of_distances, "means first"),
    ("06_2-3", _of_the_right_class, "did the model choose"),
    ("06_2-3", lambda labels, scores: np.max(scores, axis=1).mean(), "That is the confidence"),
    ("06_2-3", lambda labels, scores: 0.5, "highest probability"),
    ("06_2-4", "a", "line that falls"),
    ("06_2-4", "b", "above guessing"),
    ("06_2-4", "d", "had the bound"),
]

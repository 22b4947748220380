"""Answers to the exercises of chapter 1; tests/test_exercises.py runs them."""

from math import isnan, nan


def _gap(accuracies):
    others = [a for language, a in accuracies.items() if language != "en" and not isnan(a)]
    return accuracies["en"] - sum(others) / len(others)


def _english_among_the_others(accuracies):
    there = [a for a in accuracies.values() if not isnan(a)]
    return accuracies["en"] - sum(there) / len(there)


def _missing_spoils_it(accuracies):
    return accuracies["en"] - (sum(accuracies.values()) - accuracies["en"]) / (len(accuracies) - 1)


def _missing_counts_as_zero(accuracies):
    others = [0 if isnan(a) else a for language, a in accuracies.items() if language != "en"]
    return accuracies["en"] - sum(others) / len(others)


RIGHT = [
    ("01-1", 62),
    ("01-2", 0.38),
    ("01-3", [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7]),
    ("01-4", 356_696_384),
    ("01-5", _gap),
    ("01-6", 4),
]
WRONG = [
    ("01-1", -62, "sign"),
    ("01-1", 61.9, "whole"),
    ("01-1", 61, "Too early"),
    ("01-1", 63, "first time"),
    ("01-2", 0.7, "fall or rise"),
    ("01-2", 0.1, "closer to the data"),
    ("01-2", 31, "between"),
    ("01-3", list(range(15)), "run on"),
    ("01-3", [*range(1, 8), *range(1, 9)], "from zero"),
    ("01-3", [*range(6), *range(9)], "English side"),
    ("01-3", [*range(7), *range(1, 9)], "eighth"),
    ("01-3", [*range(7), 0, 0, 1, 2, 3, 4, 5, 6], "counts up"),
    ("01-3", [0, 1, 2], "shape"),
    ("01-4", 249_071_384 + 105_000 * 1024, "something of its own"),
    ("01-4", 249_071_384 + 105_000 * 2049, "tied"),
    ("01-4", 105_000 * 1025, "in all"),
    ("01-4", 200_000 * 1024, "at the input"),
    ("01-5", _english_among_the_others, "English is among"),
    ("01-5", _missing_spoils_it, "returns nan"),
    ("01-5", _missing_counts_as_zero, "divide"),
    ("01-5", lambda row: -_gap(row), "sign"),
    ("01-5", lambda row: nan, "NaN"),
    ("01-5", lambda row: row["en"], "by hand"),
    ("01-6", 14, "ahead"),
    ("01-6", 0, "proportions"),
    ("01-6", 5, "both directions"),
    ("01-6", 6, "errors of both"),
]

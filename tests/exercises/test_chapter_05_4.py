"""Right and wrong answers to the exercises of section 5.4."""

from __future__ import annotations

import numpy as np


def _judge(low, high, seeds, bound):
    if low > bound and min(seeds) > bound:
        return "held"
    if high < bound and max(seeds) < bound:
        return "did not hold"
    return "undecided"


def _interval_only(low, high, seeds, bound):
    return "held" if low > bound else "did not hold" if high < bound else "undecided"


def _seeds_only(low, high, seeds, bound):
    if min(seeds) > bound:
        return "held"
    return "did not hold" if max(seeds) < bound else "undecided"


def _never_refuted(low, high, seeds, bound):
    return "held" if _judge(low, high, seeds, bound) == "held" else "undecided"


def _of(vectors, languages, change):
    result = np.array(vectors, dtype=float)
    for code in set(languages):
        rows = [i for i, other in enumerate(languages) if other == code]
        result[rows] = change(result[rows])
    return result


def _centre(vectors, languages):
    return _of(vectors, languages, lambda rows: rows - rows.mean(axis=0))


def _in_groups(vectors, languages):
    order = sorted(range(len(languages)), key=lambda i: languages[i])
    return _centre(vectors, languages)[order]


RIGHT = [
    ("05_4-1", "c"),
    ("05_4-2", _judge),
    ("05_4-3", _centre),
    ("05_4-3", lambda vectors, languages: _centre(vectors, languages).tolist()),
    ("05_4-4", 6),
    ("05_4-5", "C"),
]

WRONG = [
    ("05_4-1", "a", "Which data"),
    ("05_4-1", "b", "turns wrong"),
    ("05_4-1", "d", "Which languages"),
    ("05_4-2", _interval_only, "do all seeds lie"),
    ("05_4-2", _seeds_only, "whole interval"),
    ("05_4-2", _never_refuted, "as a whole"),
    ("05_4-2", lambda low, high, seeds, bound: _judge(low, high, seeds, 0.0), "need not be zero"),
    ("05_4-2", lambda low, high, seeds, bound: low > bound, "as text"),
    ("05_4-3", lambda vectors, languages: vectors - vectors.mean(axis=0), "Each language has its own"),
    (
        "05_4-3",
        lambda v, languages: _of(v, languages, lambda r: np.ones_like(r) * r.mean(axis=0)),
        "Subtract them",
    ),
    ("05_4-3", lambda vectors, languages: vectors, "unchanged"),
    ("05_4-3", _in_groups, "order of the rows"),
    (
        "05_4-3",
        lambda vectors, languages: vectors - vectors.mean(axis=1, keepdims=True),
        "over the dimensions",
    ),
    ("05_4-3", lambda vectors, languages: 0 * vectors, "less that mean"),
    ("05_4-3", lambda vectors, languages: vectors[:2], "shape"),
    ("05_4-4", 5, "one side only"),
    ("05_4-4", 3, "patterns of signs"),
    ("05_4-4", 8, "more than it takes"),
    ("05_4-4", 20, "only equal signs"),
    ("05_4-5", "a", "how many things"),
    ("05_4-5", "b", "made up for"),
    ("05_4-5", "d", "how the models were made"),
]

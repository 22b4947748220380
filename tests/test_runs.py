"""Runs as samples: which languages are drawn together, and that contributions keep their places."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import predictions, right
from xlmtut.frames import check_predictions
from xlmtut.measures import MEASURES
from xlmtut.runs import choose_languages, collect_runs, one_value

ACCURACY = MEASURES["accuracy"]


def frame_of(ids: dict[str, set[int]]) -> pd.DataFrame:
    """Rows with these ids, right where the id is even."""
    rows = [(i, code, "a", "a" if i % 2 == 0 else "b") for code, own in ids.items() for i in sorted(own)]
    return check_predictions(pd.DataFrame(rows, columns=["id", "language", "label", "prediction"]))


ID_SETS = st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(0, 12), min_size=1), min_size=1)


@given(ID_SETS)
def test_groups_are_the_languages_connected_by_ids(ids: dict[str, set[int]]) -> None:
    runs = collect_runs(frame_of(ids), ACCURACY, list(ids), "seed")
    assert sorted(code for group in runs.groups for code in group) == sorted(ids)
    unions = [set().union(*(ids[code] for code in group)) for group in runs.groups]
    assert sum(map(len, unions)) == len(set().union(*unions)) == runs.sample.n  # nothing in common
    for group in runs.groups:  # and no group falls apart
        reached = {group[0]}
        for _ in group:
            reached |= {c for c in group if any(ids[c] & ids[r] for r in reached)}
        assert reached == set(group)


@given(ID_SETS)
def test_values_are_those_of_each_language_whatever_the_groups(ids: dict[str, set[int]]) -> None:
    runs = collect_runs(frame_of(ids), ACCURACY, list(ids), "seed")
    values = runs.values(runs.sample.sums())
    expected = [np.mean([i % 2 == 0 for i in own]) for own in ids.values()]
    assert values[:, 0] == pytest.approx(expected)
    assert runs.examples == [len(own) for own in ids.values()]


def test_languages_and_runs_keep_their_places() -> None:
    frame = pd.concat([predictions(40, {"en": 0.9, "fr": 0.6}, seed=s) for s in (5, 2, 9)])
    checked = check_predictions(frame.sample(frac=1, random_state=0))
    runs = collect_runs(checked, ACCURACY, ["fr", "en"], "seed")
    assert runs.runs == [2, 5, 9]
    expected = np.stack([right(frame[frame["seed"] == s]).mean(axis=0)[::-1] for s in (2, 5, 9)], axis=1)
    assert runs.values(runs.sample.sums()) == pytest.approx(expected)
    stacked = runs.values(np.stack([runs.sample.sums()] * 4))
    assert stacked.shape == (4, 2, 3)


def test_one_value_and_chosen_languages() -> None:
    frame = check_predictions(predictions(5, model="m"))
    assert one_value(frame, "model") == "m"
    assert choose_languages(frame, None)[1] == ["en", "de", "zh"]
    rows, languages = choose_languages(frame, ["zh", "en"])
    assert (languages, sorted(rows["language"].unique())) == (["zh", "en"], ["en", "zh"])
    with pytest.raises(
        ValueError, match=r"languages is \['en', 'en'\]; expected a list of one or more codes"
    ):
        choose_languages(frame, ["en", "en"])
    with pytest.raises(ValueError, match=r"keep one with frame\[frame.language == 'en'\]"):
        one_value(frame, "language")

"""Frames of predictions: what is accepted and how, what is refused and with which words, and round trips."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmtut.frames import COLUMNS, check_classes, check_predictions, read_predictions, save_predictions


def frame(**columns: list[Any]) -> pd.DataFrame:
    base: dict[str, list[Any]] = {
        "id": ["1", "2", "1", "2"],
        "language": ["en", "en", "no", "no"],
        "label": ["a", "b", "a", "b"],
        "prediction": ["a", "a", "b", "b"],
    }
    return pd.DataFrame(base | columns)


def test_missing_columns_get_their_defaults() -> None:
    checked = check_predictions(frame(extra=[1, 2, 3, 4]))
    assert checked.columns.tolist() == list(COLUMNS[:-1])
    assert checked[["task", "split", "model"]].eq("").all(axis=None)
    assert checked[["seed", "step"]].eq(0).all(axis=None)


def test_whole_numbers_become_strings_and_the_input_is_left_alone() -> None:
    given = frame(id=[1, 2, 1, 2], label=[0, 1, 0, 1], prediction=[0.0, 0.0, 1.0, 1.0])
    before = given.copy()
    checked = check_predictions(given)
    assert checked["id"].tolist() == ["1", "2", "1", "2"]
    assert checked["label"].tolist() == ["0", "1", "0", "1"]
    assert checked["prediction"].tolist() == ["0", "0", "1", "1"]
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"label": ["a", None, "a", "b"]}, "no label in 1 row: 1 (id 2, en); expected one in every row"),
        (
            {"prediction": ["a", "", np.nan, "b"]},
            "no prediction in 2 rows: 1 (id 2, en), 2 (id 1, no); exp",
        ),
        ({"id": ["1", "1", "1", "2"]}, "a second row for the same example in 1 row: 1 (id 1, en); expected"),
        ({"language": ["en", "en", None, "no"]}, "no language in 1 row: 2 (id 1, nan)"),
        ({"label": [0.0, 0.5, 0.0, 1.0]}, "a label that is not whole in 1 row: 1 (id 2, en)"),
        ({"seed": [0, 0, "x", 0]}, "a seed that is no whole number in 1 row: 2 (id 1, no); expected numb"),
        ({"step": [0, 0, 0, 1.5]}, "a step that is no whole number in 1 row: 3 (id 2, no)"),
        (
            {"label": [["O"], "O", ["O"], ["O"]]},
            "a label that is no list, unlike others, in 1 row: 1 (id 2, en)",
        ),
        ({"label": [["O"], [], ["O"], ["O"]]}, "an empty label in 1 row: 1 (id 2, en)"),
        ({"label": ["O", ["O"], "O", "O"]}, "a label that is a list, unlike others, in 1 row: 1 (id 2, en)"),
        (
            {"scores": [[0.5, 0.5], [0.5, np.nan], None, [1, 0]]},
            "scores that are missing or no finite numbers in 2 rows: 1",
        ),
        (
            {"scores": [[0.5, 0.5], [0.1, 0.2, 0.7], [1, 0], [1, 0]]},
            "another number of scores in 1 row: 1 (id 2, en); expected 2",
        ),
        (
            {"scores": ["high", "low", "low", "low"]},
            "scores that are missing or no finite numbers in 4 rows",
        ),
    ],
)
def test_unsound_rows_are_named(columns: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        check_predictions(frame(**columns))
    assert "\n" not in str(caught.value)


def test_only_the_first_three_rows_are_named() -> None:
    many = pd.DataFrame({"id": range(9), "language": "en", "label": "a", "prediction": [None] * 9})
    with pytest.raises(
        ValueError, match=r"no prediction in 9 rows: 0 \(id 0, en\), 1 .*, 2 \(id 2, en\), …;"
    ):
        check_predictions(many)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(
        ValueError, match="the predictions have no column label; expected id, language, label"
    ):
        check_predictions(frame().drop(columns="label"))
    with pytest.raises(ValueError, match="the predictions have no rows; expected one or more"):
        check_predictions(frame().iloc[:0])


def test_classes_are_those_of_the_task_or_those_seen_or_those_given() -> None:
    checked = check_predictions(frame())
    assert check_classes(checked, None) == ["a", "b"]
    assert check_classes(checked, ["b", "a", "c"]) == ["b", "a", "c"]
    odd = check_predictions(frame(prediction=["a", "maybe", "b", "maybe"]))
    message = r"a prediction outside the set, 'maybe', in 2 rows: 1 \(id 2, en\), 3 .*; expected 'a', 'b'"
    with pytest.raises(ValueError, match=message):
        check_classes(odd, None)
    xnli = check_predictions(frame(task=["xnli"] * 4))
    with pytest.raises(
        ValueError, match=r"a label outside the set, 'a', in 4 rows: .* expected 'entailment'"
    ):
        check_classes(xnli, None)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00["), min_size=1, max_size=8)
tags = st.lists(texts, min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=5, unique_by=lambda pair: pair[0]),
    st.sampled_from(["class", "tags", "answers"]),
    st.sampled_from([".parquet", ".csv", ".csv.gz"]),
    st.booleans(),
    st.data(),
)
def test_what_is_saved_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    pairs: list[tuple[str, str]],
    kind: str,
    ending: str,
    with_scores: bool,
    data: st.DataObject,
) -> None:
    cell = {"class": (texts, texts), "tags": (tags, tags), "answers": (tags, texts | st.just(""))}[kind]
    rows = {
        "id": [name for name, _ in pairs],
        "language": [code for _, code in pairs],
        "label": [data.draw(cell[0]) for _ in pairs],
        "prediction": [data.draw(cell[1]) for _ in pairs],
        "seed": 3,
    }
    if with_scores:
        rows["scores"] = [[0.25, 0.75]] * len(pairs)
    original = check_predictions(pd.DataFrame(rows))
    path = tmp_path_factory.mktemp("saved") / f"predictions{ending}"
    assert save_predictions(original, path) == path
    pd.testing.assert_frame_equal(read_predictions(path), original)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_codes_and_ids_are_text_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "norwegian.csv"
    path.write_text("id,language,label,prediction\n007,no,1,1\n8,nan,NA,null\n", encoding="utf-8")
    read = read_predictions(path)
    assert read[["id", "language", "label", "prediction"]].to_numpy().tolist() == [
        ["007", "no", "1", "1"],
        ["8", "nan", "NA", "null"],
    ]


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no file '.*none.csv'; expected predictions in .parquet"):
        read_predictions(tmp_path / "none.csv")
    other = tmp_path / "a.json"
    other.write_text("{}")
    with pytest.raises(ValueError, match=r"a.json: expected .parquet or .csv"):
        read_predictions(other)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"broken.parquet: .*[Pp]arquet"):
        read_predictions(broken)
    short = tmp_path / "short.csv"
    short.write_text("id,language,label\n1,en,a\n")
    with pytest.raises(ValueError, match=r"short.csv: the predictions have no column prediction"):
        read_predictions(short)
    gap = tmp_path / "gap.csv"
    gap.write_text("id,language,label,prediction\n1,en,a,a\n2,en,,b\n")
    with pytest.raises(ValueError, match=r"gap.csv: no label in 1 row: 1 \(id 2, en\)"):
        read_predictions(gap)
    scores = tmp_path / "scores.csv"
    scores.write_text("id,language,label,prediction,scores\n1,en,a,a,high\n")
    with pytest.raises(
        ValueError, match=r"row 0 has the scores 'high'; expected a list such as \[0.2, 0.8\]"
    ):
        read_predictions(scores)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(ValueError, match=r"empty.csv: No columns"):
        read_predictions(empty)


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sub" / "p.parquet"
    save_predictions(frame(), path)
    before = path.read_bytes()

    def fail(self: pd.DataFrame, target: Path, **options: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(OSError, match="No space left"):
        save_predictions(frame(), path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["p.parquet"]
    with pytest.raises(
        ValueError, match=r"the file is 'p.xlsx'; expected a name in .parquet, .csv or .csv.gz"
    ):
        save_predictions(frame(), tmp_path / "p.xlsx")

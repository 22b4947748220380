"""Frames of predictions: read, checked, saved. Any model's predictions will do, in Parquet or CSV.

========== ======================================================= ==========================================
column     what it holds                                           if it is missing
========== ======================================================= ==========================================
id         the example; equal in the languages it is translated to an error
language   code, such as ``en``                                    an error
label      what is right: a class, a list of tags, a list of       an error
           accepted answers, or a text
prediction what the model said, of the same kind                   an error
task       name of the task, which says the metric and the classes empty: accuracy, classes of the labels
split      part of the data                                        empty
model      name of the model                                       empty
seed       of the run                                              0
step       update at which the model was taken                     0
scores     list of probabilities                                   there are none
========== ======================================================= ==========================================

Classes are strings; whole numbers become strings. In CSV, lists are JSON.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlmtut.tasks import TASKS

__all__ = ["check_classes", "check_predictions", "read_predictions", "save_predictions"]

REQUIRED = ("id", "language", "label", "prediction")
DEFAULTS = {"task": "", "split": "", "model": "", "seed": 0, "step": 0}
KEY = ("id", "language", *DEFAULTS)
COLUMNS = ("id", "language", *DEFAULTS, "label", "prediction", "scores")


def read_predictions(path: str | os.PathLike[str]) -> pd.DataFrame:
    r"""Read and check a file of predictions, ``.parquet`` or ``.csv`` (also ``.csv.gz``).

    Raises
    ------
    ValueError
        If the file does not exist, is neither, or :func:`check_predictions` refuses what it holds.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "someone.csv"
    >>> _ = file.write_text("id,language,label,prediction\n1,en,yes,no\n1,fr,yes,yes\n")
    >>> read_predictions(file)[["id", "language", "label", "prediction", "seed"]]
      id language label prediction  seed
    0  1       en   yes         no     0
    1  1       fr   yes        yes     0
    """
    path = Path(path)
    name = path.name.lower()
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}; expected predictions in .parquet or .csv")
    try:
        if name.endswith(".parquet"):
            frame = pd.read_parquet(path)
        elif name.endswith((".csv", ".csv.gz")):
            # Codes such as "no" and "NA" and ids such as "007" are text, whatever they look like.
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            for column in ("label", "prediction", "scores"):
                if column in frame:
                    frame[column] = _parse(column, frame[column])
        else:
            raise ValueError("expected .parquet or .csv")
        return check_predictions(frame)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path}: {str(error).splitlines()[0]}") from None


def _parse(column: str, cells: pd.Series) -> pd.Series:
    """Cells of a CSV as lists if all of them are JSON lists, else as they are."""
    if column == "scores" and not cells.str.len().any():
        return pd.Series([None] * len(cells), dtype=object)
    if column != "scores" and not cells.str.startswith("[").all():
        return cells
    parsed = []
    for row, cell in enumerate(cells):
        try:
            parsed.append(json.loads(cell))
        except ValueError:
            if column != "scores":
                return cells
            raise ValueError(
                f"row {row} has the scores {cell!r}; expected a list such as [0.2, 0.8]"
            ) from None
    return pd.Series(parsed, dtype=object)


def save_predictions(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Check predictions and write them, by the name's ending: ``.parquet``, ``.csv`` or ``.csv.gz``.

    The file is complete or it is not there: it is written beside its place and then moved.

    Raises
    ------
    ValueError
        If the ending is another, or :func:`check_predictions` refuses the frame.
    """
    path = Path(path)
    ending = next((e for e in (".parquet", ".csv", ".csv.gz") if path.name.lower().endswith(e)), None)
    if ending is None:
        raise ValueError(f"the file is {path.name!r}; expected a name in .parquet, .csv or .csv.gz")
    frame = check_predictions(frame)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{ending}")
    try:
        if ending == ".parquet":
            frame.to_parquet(unfinished, index=False)
        else:
            cells = frame.copy()
            for column in {"label", "prediction", "scores"} & {*cells}:
                cells[column] = [
                    json.dumps(cell, ensure_ascii=False) if isinstance(cell, list) else cell
                    for cell in cells[column]
                ]
            cells.to_csv(unfinished, index=False, quoting=csv.QUOTE_NONNUMERIC)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def check_predictions(frame: pd.DataFrame) -> pd.DataFrame:
    """Refuse what cannot be evaluated, and bring the rest into one form.

    Parameters
    ----------
    frame : DataFrame
        With the columns of the table at the top of :mod:`xlmtut.frames`; further ones are dropped.

    Returns
    -------
    DataFrame
        A copy with all columns (``scores`` only if there are some), numbered from 0.

    Raises
    ------
    ValueError
        If a column or a value is missing, a row occurs twice, labels and predictions are not of one kind, or
        scores are no finite numbers. The message names the first rows, counted from 0.
    """
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise ValueError(f"the predictions have no column {missing[0]}; expected {', '.join(REQUIRED)}")
    if not len(frame):
        raise ValueError("the predictions have no rows; expected one or more")
    frame = frame[[column for column in COLUMNS if column in frame]].reset_index(drop=True)
    for column, default in DEFAULTS.items():
        frame[column] = frame.get(column, default)
    for column in ("id", "language"):
        frame[column] = _strings(frame, column, allow_empty=False)
    for column in ("task", "split", "model"):
        frame[column] = _strings(frame, column, allow_empty=True)
    for column in ("seed", "step"):
        frame[column] = _integers(frame, column)
    for column in ("label", "prediction"):
        if _holds_lists(frame[column]):
            frame[column] = _lists(frame, column)
        else:
            # A question may be answered with nothing, and a sentence translated by nothing.
            texts = column == "prediction" and _holds_lists(frame["label"])
            frame[column] = _strings(frame, column, allow_empty=texts)
    _refuse(
        frame,
        frame.duplicated(subset=list(KEY)),
        "a second row for the same example",
        "one for each id and language",
    )
    if "scores" in frame:
        if all(cell is None for cell in frame["scores"]):
            frame = frame.drop(columns="scores")
        else:
            frame["scores"] = _scores(frame)
    return frame[[column for column in COLUMNS if column in frame]]


def check_classes(frame: pd.DataFrame, labels: Sequence[str] | None) -> list[str]:
    """The classes of a frame whose labels are classes; refuse a label or a prediction outside of them.

    Parameters
    ----------
    frame : DataFrame
        From :func:`check_predictions`, of one task.
    labels : sequence of str, optional
        All classes. By default those of the task, if it is known and has classes, else those that occur as a
        label.

    Raises
    ------
    ValueError
        With the first rows whose label or prediction is none of the classes.
    """
    task = TASKS.get(frame["task"].iloc[0])
    if labels is not None:
        classes = [str(label) for label in labels]
    elif task is not None and task.labels:
        classes = list(task.labels)
    else:
        classes = sorted(frame["label"].unique())
    for column in ("label", "prediction"):
        outside = ~frame[column].isin(classes)
        if outside.any():
            value = frame[column][outside].iloc[0]
            known = ", ".join(map(repr, classes[:10])) + (", …" if len(classes) > 10 else "")
            _refuse(frame, outside, f"a {column} outside the set, {value!r},", f"{known}; or pass labels=")
    return classes


def _refuse(frame: pd.DataFrame, bad: pd.Series | NDArray[np.bool_], what: str, expected: str) -> None:
    """Raise if a row is bad: say what is wrong, in how many and which rows, and what was expected."""
    rows = np.flatnonzero(np.asarray(bad))
    if not len(rows):
        return
    named = [f"{row} (id {frame['id'].iloc[row]}, {frame['language'].iloc[row]})" for row in rows[:3]]
    more = ", …" if len(rows) > 3 else ""
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    raise ValueError(f"{what} in {count}: {', '.join(named)}{more}; expected {expected}")


def _holds_lists(cells: pd.Series) -> bool:
    return isinstance(cells.iloc[0], list | tuple | np.ndarray)


def _strings(frame: pd.DataFrame, column: str, *, allow_empty: bool) -> pd.Series:
    """Cells as strings: text as it is, whole numbers and booleans in words."""
    cells = frame[column]
    bad = np.array(cells.isna())
    if pd.api.types.is_float_dtype(cells):
        whole = cells == cells.round()
        _refuse(frame, ~bad & ~np.asarray(whole), f"a {column} that is not whole", "a class or a name")
        cells = cells.astype("Int64")
    odd = np.asarray([type(cell) in (list, tuple, dict, np.ndarray) for cell in cells])
    _refuse(frame, odd, f"a {column} that is a list, unlike others,", "one kind in all rows")
    strings = cells.astype(str).astype(object)
    if not allow_empty:
        bad |= np.asarray(strings == "")
    _refuse(frame, bad, f"no {column}", "one in every row")
    return strings


def _integers(frame: pd.DataFrame, column: str) -> pd.Series:
    numbers = pd.to_numeric(frame[column], errors="coerce")
    bad = ~np.isfinite(numbers.astype(float)) | (numbers != numbers.round())
    _refuse(frame, bad, f"a {column} that is no whole number", "numbers such as 0, 1, 2")
    return numbers.astype(np.int64)


def _lists(frame: pd.DataFrame, column: str) -> pd.Series:
    """Cells as lists of strings; Parquet gives arrays."""
    bad = np.asarray([not isinstance(cell, list | tuple | np.ndarray) for cell in frame[column]])
    _refuse(frame, bad, f"a {column} that is no list, unlike others,", "a list in all rows")
    lists = [[str(item) for item in cell] for cell in frame[column]]
    _refuse(frame, np.asarray([not cell for cell in lists]), f"an empty {column}", "one item or more")
    return pd.Series(lists, dtype=object)


def _scores(frame: pd.DataFrame) -> pd.Series:
    rows: list[list[float]] = []
    bad = np.zeros(len(frame), dtype=bool)
    for row, cell in enumerate(frame["scores"]):
        try:
            values = [float(item) for item in cell]
        except (TypeError, ValueError):
            values = []
        bad[row] = not values or not np.isfinite(values).all()
        rows.append(values)
    _refuse(frame, bad, "scores that are missing or no finite numbers", "a list of probabilities")
    if not _holds_lists(frame["label"]):
        lengths = np.asarray([len(row) for row in rows])
        _refuse(frame, lengths != lengths[0], "another number of scores", f"{lengths[0]}, as row 0 has")
    return pd.Series(rows, dtype=object)

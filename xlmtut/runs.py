"""Predictions of one run or several as a sample of examples: what resampling draws from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlmtut.frames import check_classes
from xlmtut.intervals import Array, Sample
from xlmtut.measures import Measure, find_measure

__all__ = ["Runs", "choose_languages", "choose_measure", "collect_runs", "match_rows", "one_value"]


@dataclass(frozen=True)
class Runs:
    """What the examples contribute, for every language and every run on the same test set.

    Attributes
    ----------
    languages : list of str
    runs : list of int
        Seeds, or steps.
    examples : list of int
        Examples of each language.
    groups : list of list of str
        Languages that have examples in common: translations of each other.
    measure : Measure
    sample : Sample
        A series for every language of every group, in that order, and within it for every run.
    """

    languages: list[str]
    runs: list[int]
    examples: list[int]
    groups: list[list[str]]
    measure: Measure
    sample: Sample

    def arrange(self, sums: Array) -> Array:
        """Sums (…, series, k) as (…, languages, runs, k)."""
        sums = sums.reshape(*sums.shape[:-2], len(self.languages), len(self.runs), sums.shape[-1])
        grouped = [language for group in self.groups for language in group]
        return sums[..., [grouped.index(language) for language in self.languages], :, :]

    def values(self, sums: Array) -> Array:
        """The metric from sums (…, series, k): (…, languages, runs)."""
        return self.measure.value(self.arrange(sums))


def collect_runs(frame: pd.DataFrame, measure: Measure, languages: Sequence[str], run: str) -> Runs:
    """Compute the contributions of a frame's rows.

    Parameters
    ----------
    frame : DataFrame
        From :func:`~xlmtut.frames.check_predictions`; one row for an id, a language and a run.
    measure : Measure
    languages : sequence of str
    run : {"seed", "step"}
        The column that tells runs apart.

    Raises
    ------
    ValueError
        If the runs have different rows or labels, or labels are not of the measure's kind.
    """
    _check_kind(frame, measure)
    runs = sorted(frame[run].unique().tolist())
    parts = dict(iter(frame.groupby(["language", run], sort=False)))
    for language in languages:
        for number in runs:
            _check_rows(parts, language, (runs[0], number), run)
    ids = {language: parts[language, runs[0]]["id"] for language in languages}
    groups = _groups({language: set(ids[language]) for language in languages})
    arrays = []
    for group in groups:
        # Sorted, so that results do not depend on the order of the rows.
        index = pd.Index(sorted(set().union(*(ids[language] for language in group))))
        series = []
        for language in group:
            for number in runs:
                part = parts[language, number]
                counts = np.asarray(
                    measure.contributions(list(part["label"]), list(part["prediction"]), language),
                    dtype=np.float64,
                )
                full = np.zeros((len(index), counts.shape[1]))
                full[index.get_indexer(part["id"])] = counts
                series.append(full)
        arrays.append(np.stack(series, axis=1))
    examples = [len(ids[language]) for language in languages]
    return Runs(list(languages), runs, examples, groups, measure, Sample(arrays))


def _check_kind(frame: pd.DataFrame, measure: Measure) -> None:
    lists = {name: isinstance(frame[name].iloc[0], list) for name in ("label", "prediction")}
    wanted = {
        "class": (False, False),
        "tags": (True, True),
        "answers": (True, False),
        "text": (False, False),
    }[measure.kind]
    if (lists["label"], lists["prediction"]) != wanted:
        found = " and ".join(f"{name}s are {'lists' if one else 'texts'}" for name, one in lists.items())
        expected = " and ".join("lists" if one else "texts" for one in wanted)
        raise ValueError(f"{found}; {measure.name} expects {expected}")


def _check_rows(parts: Mapping[Any, pd.DataFrame], language: str, runs: tuple[int, int], run: str) -> None:
    """Refuse a run that has other rows than the first."""
    first, other = (parts.get((language, number)) for number in runs)
    if first is None or other is None:
        number = runs[0] if first is None else runs[1]
        raise ValueError(f"{run} {number} has no examples in {language!r}; expected the same in every {run}")
    if first is not other:
        match_rows(first, other, f"{run} {runs[0]}", f"{run} {runs[1]}")


def match_rows(first: pd.DataFrame, second: pd.DataFrame, name_a: str, name_b: str) -> None:
    """Refuse two sets of rows of one language that are not the same examples with the same labels."""
    language = first["language"].iloc[0]
    labels = [dict(zip(frame["id"], frame["label"], strict=True)) for frame in (first, second)]
    for one, other, here, there in ((*labels, name_a, name_b), (*labels[::-1], name_b, name_a)):
        alone = [name for name in one if name not in other]
        if alone:
            raise ValueError(
                f"{len(alone)} of the {len(one)} ids of {here} in {language!r} are not in {there}:"
                f" {_first(alone)}; expected the same test set"
            )
    different = [name for name, label in labels[0].items() if label != labels[1][name]]
    if different:
        a, b = (str(one[different[0]]) for one in labels)
        raise ValueError(
            f"{name_a} and {name_b} have different labels for {len(different)} of the {len(first)} ids in"
            f" {language!r}: {_first(different)} (first {a!r:.40} and {b!r:.40}); expected the same test set"
        )


def _first(values: list[str]) -> str:
    return ", ".join(values[:5]) + (", …" if len(values) > 5 else "")


def _groups(ids: dict[str, set[str]]) -> list[list[str]]:
    """Languages that share ids, directly or through others."""
    groups: list[tuple[list[str], set[str]]] = []
    for language, own in ids.items():
        touching = [group for group in groups if not group[1].isdisjoint(own)]
        groups = [group for group in groups if group[1].isdisjoint(own)]
        languages = [name for group in touching for name in group[0]]
        groups.append(([*languages, language], own.union(*(group[1] for group in touching))))
    return [languages for languages, _ in groups]


def choose_measure(
    frame: pd.DataFrame, metric: str | Measure | None, labels: Sequence[str] | None
) -> Measure:
    """The measure of that name or of the frame's task, for the classes there are; see `find_measure`.

    Raises
    ------
    ValueError
        If there is no such measure, the frame holds several tasks, or a label or prediction is no class.
    """
    task = one_value(frame, "task")
    measure = find_measure(metric, task, [])
    if measure.kind != "class" or isinstance(frame["label"].iloc[0], list):
        return measure
    return find_measure(metric, task, check_classes(frame, labels))


def choose_languages(frame: pd.DataFrame, languages: Sequence[str] | None) -> tuple[pd.DataFrame, list[str]]:
    """The rows in some languages and these languages; without a choice all, in order of appearance.

    Raises
    ------
    ValueError
        If a language has no rows, or is named twice.
    """
    present = frame["language"].unique().tolist()
    if languages is None:
        return frame, present
    if isinstance(languages, str) or not languages or len(set(languages)) < len(languages):
        raise ValueError(f"languages is {languages!r}; expected a list of one or more codes, each once")
    for language in languages:
        if language not in present:
            raise ValueError(f"there are no examples in {language!r}; the predictions have {_first(present)}")
    return frame[frame["language"].isin(languages)].reset_index(drop=True), list(languages)


def one_value(frame: pd.DataFrame, column: str) -> str:
    """The one value of a column; refuse several, which must not be averaged.

    Raises
    ------
    ValueError
        If there are several.
    """
    values = frame[column].unique().tolist()
    if len(values) > 1:
        raise ValueError(
            f"the predictions hold {len(values)} values of {column}: {_first([*map(str, values)])};"
            f" expected one, keep one with frame[frame.{column} == {values[0]!r}]"
        )
    return str(values[0])

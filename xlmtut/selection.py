"""Which data chose the checkpoint? Protocols of selection, and by how much the chosen score flatters itself.

A fine-tuning run leaves many checkpoints, and a cross-lingual result depends on how one was picked. Zero-shot
means that no labels of the other languages were used, for choosing neither (Keung et al. 2020); yet joint
development sets, a checkpoint for each language, and test sets have all been used. Here they stand side by
side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlmtut.checks import check_count
from xlmtut.evaluation import Predictions, load
from xlmtut.intervals import Array
from xlmtut.measures import Measure
from xlmtut.runs import Runs, choose_languages, choose_measure, collect_runs, one_value

__all__ = ["checkpoint_scores", "select_checkpoints", "selection_optimism"]

PROTOCOLS = ("source dev", "joint dev", "per-language dev", "oracle", "last")

# From values (steps, languages) of the data that choose, to the index of the step chosen for each language.
Choice = Callable[[Array], NDArray[np.intp]]


def checkpoint_scores(
    predictions: Predictions,
    *,
    metric: str | Measure | None = None,
    labels: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The value of every checkpoint in every language and split.

    Parameters
    ----------
    predictions : DataFrame or path
        Of one model, at several steps, on one split or more, with one seed or more.
    metric, labels, languages
        As :func:`~xlmtut.evaluation.evaluate`.

    Returns
    -------
    DataFrame
        Columns ``seed, split, step, language, value``.

    Raises
    ------
    ValueError
        If the predictions are not sound, or a step lacks rows that another has.
    """
    frame, measure, chosen = _prepare(predictions, metric, labels, languages)
    tables = []
    for (seed, split), part in frame.groupby(["seed", "split"], sort=False):
        runs = collect_runs(part, measure, choose_languages(part, chosen)[1], "step")
        values = pd.DataFrame(runs.values(runs.sample.sums()), index=runs.languages, columns=runs.runs)
        long = values.rename_axis("language").reset_index().melt("language", var_name="step")
        tables.append(long.assign(seed=seed, split=split))
    table = pd.concat(tables, ignore_index=True)
    return table[["seed", "split", "step", "language", "value"]].astype({"step": int})


def select_checkpoints(
    scores: pd.DataFrame, *, source: str = "en", dev: str = "validation", test: str = "test"
) -> pd.DataFrame:
    """What each protocol chooses, and what its choice scores on the test sets.

    Parameters
    ----------
    scores : DataFrame
        Columns ``split, step, language, value``, and ``seed`` if there are several: from
        :func:`checkpoint_scores`, or from a log of someone else's run.
    source : str
        The language of the training labels.
    dev, test : str
        Names of the splits.

    Returns
    -------
    DataFrame by seed and protocol
        ``step``: the step chosen, or the median of those chosen for each language. ``score``: mean over the
        languages that chose, on the data that chose. ``test``: mean test value over all languages.
        ``below_oracle``: how much the protocol lost against the best step on the test sets.

        ================ ==================================================================================
        source dev       the best step on the source language's development set: no other labels are used
        joint dev        the best step on the mean over all languages' development sets
        per-language dev for every language the best step on its own development set
        oracle           the best step on the mean over the *test* sets: what no honest protocol can reach
        last             the last step
        ================ ==================================================================================

    Raises
    ------
    ValueError
        If a column, a split or the source language is missing, or a step lacks a value.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     [("validation", 1, "en", 0.80), ("validation", 1, "sw", 0.60), ("test", 1, "en", 0.80),
    ...      ("test", 1, "sw", 0.60), ("validation", 2, "en", 0.81), ("validation", 2, "sw", 0.50),
    ...      ("test", 2, "en", 0.81), ("test", 2, "sw", 0.50)],
    ...     columns=["split", "step", "language", "value"])
    >>> select_checkpoints(scores).loc[0, ["step", "test"]].round(3)
                      step   test
    protocol
    source dev         2.0  0.655
    joint dev          1.0  0.700
    per-language dev   1.5  0.705
    oracle             1.0  0.700
    last               2.0  0.655
    """
    missing = [column for column in ("split", "step", "language", "value") if column not in scores]
    if missing:
        raise ValueError(f"the scores have no column {missing[0]}; expected split, step, language and value")
    tables = {}
    for seed, part in scores.groupby(
        scores["seed"] if "seed" in scores else np.zeros(len(scores), dtype=int)
    ):
        by_split = {split: _grid(part, split) for split in (dev, test)}
        if not by_split[dev].axes[0].equals(by_split[test].axes[0]):
            raise ValueError(f"{dev} and {test} have different steps for seed {seed}; expected the same")
        if not by_split[dev].axes[1].equals(by_split[test].axes[1]):
            raise ValueError(f"{dev} and {test} have different languages for seed {seed}; expected the same")
        tables[seed] = _select(by_split[dev], by_split[test], source)
    return pd.concat(tables, names=["seed"])


def selection_optimism(
    predictions: Predictions,
    *,
    metric: str | Measure | None = None,
    labels: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    source: str = "en",
    dev: str = "validation",
    test: str = "test",
    folds: int = 10,
    repeats: int = 20,
    random_state: int = 0,
) -> pd.DataFrame:
    """The table of :func:`select_checkpoints`, and by how much each score is too high because it chose.

    The best of many noisy scores is the best partly by luck. Cross-validation shows how much: choose on nine
    tenths of the examples, score the choice on the tenth that had no part in it, and so on in turn.

    Parameters
    ----------
    predictions, metric, labels, languages
        As :func:`checkpoint_scores`.
    source, dev, test
        As :func:`select_checkpoints`.
    folds, repeats : int
        Parts of the examples, and how often they are divided anew.
    random_state : int

    Returns
    -------
    DataFrame by seed and protocol
        With ``optimism``: ``score`` minus its cross-validated value. It concerns the *test* value of the
        oracle alone; the other protocols' test values had no part in the choice and are not too high.

    Raises
    ------
    ValueError
        As :func:`select_checkpoints`; if there are fewer examples than folds.
    """
    check_count("repeats", repeats)
    frame, measure, chosen = _prepare(predictions, metric, labels, languages)
    table = select_checkpoints(
        checkpoint_scores(frame, metric=metric, labels=labels), source=source, dev=dev, test=test
    )
    rng = np.random.default_rng(random_state)
    for seed in table.index.unique("seed"):
        part = frame[frame["seed"] == seed]
        for split, protocols in ((dev, PROTOCOLS[:3]), (test, PROTOCOLS[3:4])):
            runs = collect_runs(part[part["split"] == split], measure, sorted(chosen), "step")
            for protocol in protocols:
                scored = [runs.languages.index(source)] if protocol == "source dev" else slice(None)
                choose = _choice(protocol, runs.languages, source)
                honest = [_cross_validated(runs, choose, folds, rng)[scored].mean() for _ in range(repeats)]
                row = (seed, protocol)
                table.loc[row, "optimism"] = table.loc[row, "score"] - np.mean(honest)
    return table


def _prepare(
    predictions: Predictions,
    metric: str | Measure | None,
    labels: Sequence[str] | None,
    languages: Sequence[str] | None,
) -> tuple[pd.DataFrame, Measure, list[str]]:
    frame, chosen = choose_languages(load(predictions), languages)
    one_value(frame, "model")
    return frame, choose_measure(frame, metric, labels), chosen


def _grid(scores: pd.DataFrame, split: str) -> pd.DataFrame:
    """Values of one split, steps by languages, both sorted."""
    rows = scores[scores["split"] == split]
    if not len(rows):
        known = ", ".join(map(str, scores["split"].unique()))
        raise ValueError(f"there are no scores on {split!r}; found the splits {known}")
    if rows.duplicated(["step", "language"]).any():
        step, language = rows[rows.duplicated(["step", "language"])][["step", "language"]].iloc[0]
        raise ValueError(f"step {step} has two values in {language!r} on {split!r}; expected one")
    grid = rows.pivot(index="step", columns="language", values="value").sort_index().sort_index(axis=1)
    if grid.isna().any(axis=None):
        step, language = grid.isna().stack().idxmax()
        raise ValueError(f"step {step} has no value in {language!r} on {split!r}; expected one in each")
    return grid


def _select(dev: pd.DataFrame, test: pd.DataFrame, source: str) -> pd.DataFrame:
    languages = list(dev.columns)
    if source not in languages:
        raise ValueError(f"source is {source!r}; the scores have {', '.join(languages)}")
    best = float(test.to_numpy().mean(axis=1).max())
    each = np.arange(len(languages))
    rows = {}
    for protocol in PROTOCOLS:
        chooser = (test if protocol == "oracle" else dev).to_numpy()
        steps = _choice(protocol, languages, source)(chooser)
        scored = chooser[steps, each]
        reached = float(test.to_numpy()[steps, each].mean())
        rows[protocol] = {
            "step": float(np.median(dev.index.to_numpy()[steps])),
            "score": {
                "source dev": float(scored[languages.index(source)]),
                "last": math.nan,
            }.get(protocol, float(scored.mean())),
            "test": reached,
            "below_oracle": best - reached,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("protocol")


def _choice(protocol: str, languages: Sequence[str], source: str) -> Choice:
    """How a protocol chooses; of equal steps the first."""

    def choose(values: Array) -> NDArray[np.intp]:
        if protocol == "per-language dev":
            return np.asarray(values.argmax(axis=0))
        if protocol == "last":
            step = len(values) - 1
        elif protocol == "source dev":
            step = int(values[:, languages.index(source)].argmax())
        else:
            step = int(values.mean(axis=1).argmax())
        return np.full(values.shape[1], step)

    return choose


def _cross_validated(runs: Runs, choose: Choice, folds: int, rng: np.random.Generator) -> Array:
    """Values (languages,) of the examples of each fold under the choice of all others."""
    parts = []  # of each group: sums (folds, series, k)
    for group in runs.sample.groups:
        if len(group) < folds:
            raise ValueError(f"there are {len(group)} examples for {folds} folds; expected as many or more")
        fold = rng.permutation(len(group)) % folds
        member = (fold == np.arange(folds)[:, None]).astype(np.float64)  # (folds, examples)
        parts.append(np.tensordot(member, group, axes=1))
    held_out = runs.arrange(np.concatenate(parts, axis=1))  # (folds, languages, steps, k)
    total = held_out.sum(axis=0)
    each = np.arange(len(runs.languages))
    pooled = np.zeros((len(runs.languages), held_out.shape[-1]))
    for sums in held_out:
        steps = choose(runs.measure.value(total - sums).T)
        pooled += sums[each, steps]
    return runs.measure.value(pooled)

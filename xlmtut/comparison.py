"""Compare two models on the same examples: is the difference more than the luck of the draw?

Per language and on the mean, with intervals, and with tests that use the pairing: both models answered the
same examples, and an example counts once in all its languages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlmtut.evaluation import Predictions, load, notes_on, prepare, row_names, with_aggregates
from xlmtut.intervals import Array, Sample, bootstrap
from xlmtut.measures import Measure
from xlmtut.paired import holm, mcnemar, minimal_detectable_difference, permutation_p
from xlmtut.report import Interval, Written, draw, number, p_value, percent, span
from xlmtut.runs import Runs, choose_languages, collect_runs, match_rows, one_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, repr=False)
class Comparison(Written):
    """Two models on one test set, example by example.

    Attributes
    ----------
    names : pair of str
        The first and the second model; differences are second minus first.
    task, split : str
    measure : Measure
    examples : int
    confidence : float
        Of the intervals; tests are at the level 1 − `confidence`.
    resamples : int
    table : DataFrame
        By language: ``n``, ``a`` and ``b`` (the values), ``difference`` with ``low`` and ``high``;
        ``only_a`` and ``only_b``, the examples that one model alone has right, and ``p_mcnemar`` and
        ``p_mid`` (rates of one seed, else NaN); ``p_permutation``; ``p_bootstrap``; ``p``, the test that
        counts (exact McNemar for rates of one seed, else the permutation test), and ``p_holm``, corrected for
        the number of languages.
    aggregates : DataFrame
        The same without McNemar and Holm for ``mean``, and for ``gap``, whose difference is below 0 where
        the second model transfers better.
    seeds : DataFrame or None
        For several seeds, by seed: ``difference`` of the means over languages, and ``p_permutation``.
    detectable : float
        Difference that a test in one language would show with a chance of 80 %, as often as these models
        disagree and corrected for the number of languages; NaN where McNemar's test does not apply.
    notes : tuple of str
    """

    names: tuple[str, str]
    task: str
    split: str
    measure: Measure
    examples: int
    confidence: float
    resamples: int
    table: pd.DataFrame
    aggregates: pd.DataFrame
    seeds: pd.DataFrame | None
    detectable: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table as it is printed: languages, then the mean and the transfer gap."""
        rows = []
        for name, row in pd.concat([self.table, self.aggregates]).iterrows():
            counts = {
                f"only {who}": "" if math.isnan(row[column]) else f"{row[column]:.0f}"
                for who, column in zip(self.names, ("only_a", "only_b"), strict=True)
            }
            rows.append(
                {
                    "language": name,
                    "n": "" if math.isnan(row["n"]) else f"{row['n']:.0f}",
                    self.names[0]: number(row["a"], self.measure),
                    self.names[1]: number(row["b"], self.measure),
                    "difference": number(row["difference"], self.measure),
                    f"{percent(self.confidence)} interval": span(
                        Interval(row["difference"], row["low"], row["high"]), self.measure
                    ),
                }
                | (counts if self.table["only_a"].notna().all() else {})
                | {"p": p_value(row["p"]), "p (Holm)": p_value(row["p_holm"])}
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """What may be concluded, and what may not."""
        a, b = self.names
        level = 1 - self.confidence
        lines = []
        if "mean" in self.aggregates.index:
            row = self.aggregates.loc["mean"]
            verdict = f"the test set does not tell {a} and {b} apart"
            if row["p"] < level:
                verdict = f"{b} is better than {a}" if row["difference"] > 0 else f"{a} is better than {b}"
            where = f"On the mean over {len(self.table)} languages {verdict}"
            lines.append(f"{where}: {b} − {a} = {self._numbers(row)}.")
        if "gap" in self.aggregates.index:
            lines.append(f"Transfer gap: {b} − {a} = {self._numbers(self.aggregates.loc['gap'])}.")
        found = self.table["p_holm"] < level
        better = self.table.index[found & (self.table["difference"] > 0)].tolist()
        worse = self.table.index[found & (self.table["difference"] < 0)].tolist()
        rest = self.table.index[~found].tolist()
        corrected = f" after Holm's correction for {len(self.table)} tests" if len(self.table) > 1 else ""
        claims = [
            f"{first} is better than {second} in {', '.join(codes)}"
            for first, second, codes in ((b, a, better), (a, b, worse))
            if codes
        ]
        if claims:
            lines.append(f"By language{corrected}, at the {percent(level)} level: {'; '.join(claims)}.")
        if rest:
            where = "any language" if len(rest) == len(self.table) > 1 else ", ".join(rest)
            lines.append(f"The test set does not tell {a} and {b} apart in {where}{corrected}.")
            text = "That is no evidence that they are equal"
            if not math.isnan(self.detectable):
                share = f"{number(self.detectable, self.measure)} points"
                text += f": a true difference of {share} in one language is missed in one case of five"
            lines.append(text + ".")
        if self.seeds is not None:
            ahead = int((self.seeds["difference"] > 0).sum())
            lines.append(
                f"{b} is ahead in {ahead} of {len(self.seeds)} seeds. Intervals and tests are about other"
                " examples; they say nothing about other seeds."
            )
        return "\n".join((*lines, *self.notes))

    def _numbers(self, row: pd.Series) -> str:
        size = number(row["difference"], self.measure)
        interval = span(Interval(row["difference"], row["low"], row["high"]), self.measure)
        p = "p < 0.001" if row["p"] < 0.001 else f"p = {row['p']:.3f}"
        return f"{size} points ({interval}; {p})"

    def rows(self) -> pd.DataFrame:
        """The numbers behind the table: languages, then ``mean`` and ``gap``."""
        rows = pd.concat([self.table, self.aggregates]).rename_axis("language").reset_index()
        return rows.astype({"n": "Int64", "only_a": "Int64", "only_b": "Int64"})

    def facts(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "a": self.names[0],
            "b": self.names[1],
            "task": self.task,
            "split": self.split,
            "metric": self.measure.name,
            "examples": self.examples,
            "confidence": self.confidence,
            "resamples": self.resamples,
            "languages": self.table.to_dict(orient="index"),
            "aggregates": self.aggregates.to_dict(orient="index"),
            "seeds": None if self.seeds is None else self.seeds.to_dict(orient="index"),
            "detectable_difference": self.detectable,
            "conclusion": self.summary(),
            "notes": list(self.notes),
        }

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the difference with its interval for each language; at 0 the models are equal.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.
        """
        label = f"{self.measure.name}, {self.names[1]} − {self.names[0]} (points)"
        axes = draw(self.table, "difference", label, self.measure, ax)
        axes.axvline(0, color="0.45", linewidth=1, zorder=1)
        return axes


def compare(
    first: Predictions,
    second: Predictions,
    *,
    metric: str | Measure | None = None,
    labels: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    source: str = "en",
    confidence: float = 0.95,
    resamples: int = 10_000,
    random_state: int = 0,
) -> Comparison:
    """Test two models against each other on the same examples.

    Parameters
    ----------
    first, second : DataFrame or path
        The predictions of each; differences are second minus first. They must have the same ids with the same
        labels in every language, and the same seeds (or one seed each).
    metric, labels, languages, source, confidence, resamples, random_state
        As :func:`~xlmtut.evaluation.evaluate`.

    Returns
    -------
    Comparison
        Per language, for the mean and for the transfer gap: BCa intervals of the difference from a paired
        bootstrap, its p-value and that of the paired permutation test; for rates of one seed McNemar's test.
        Holm's correction is over the languages.

    Raises
    ------
    ValueError
        If either is not sound, or the test sets, tasks or seeds differ.

    Examples
    --------
    >>> rows = [(i, lang, "yes") for i in range(200) for lang in ("en", "fr")]
    >>> frame = pd.DataFrame(rows, columns=["id", "language", "label"])
    >>> a = frame.assign(prediction=["no" if i % 4 == 0 else "yes" for i in frame["id"]], model="a")
    >>> b = frame.assign(prediction=["no" if i % 13 == 0 else "yes" for i in frame["id"]], model="b")
    >>> comparison = compare(a, b, labels=["yes", "no"])
    >>> comparison.table["difference"].round(3).to_dict()
    {'en': 0.17, 'fr': 0.17}
    >>> comparison.summary().splitlines()[0]
    'On the mean over 2 languages b is better than a: b − a = 17.0 points (10.0 to 24.0; p < 0.001).'
    """
    frames = [load(first), load(second)]
    names = _model_names((first, frames[0]), (second, frames[1]))
    for column in ("task", "split"):
        values = [one_value(frame, column) for frame in frames]
        if values[0] != values[1]:
            raise ValueError(f"the {column}s are {values[0]!r} and {values[1]!r}; expected the same test set")
    frame_a, measure, chosen = prepare(frames[0], metric, labels, languages)
    frame_b = _check_match(frame_a, choose_languages(frames[1], languages)[0], names)
    prepare(frame_b, metric, labels, chosen)
    runs, runs_b = (collect_runs(frame, measure, chosen, "seed") for frame in (frame_a, frame_b))
    rows = row_names(chosen, source)

    def estimate(sums: Array) -> Array:
        by_seed = with_aggregates(runs.values(sums), chosen, source)  # (…, rows, seeds)
        overall = by_seed[..., rows.index("mean") if "mean" in rows else 0, :]  # (…, seeds)
        return np.concatenate([by_seed.mean(axis=-1), overall], axis=-1)

    def difference(sums: Array) -> Array:
        a, b = np.split(sums, 2, axis=-1)
        return estimate(b) - estimate(a)

    settings = {"resamples": resamples, "random_state": random_state}
    pairs = zip(runs.sample.groups, runs_b.sample.groups, strict=True)
    both = Sample([np.concatenate(pair, axis=-1) for pair in pairs])
    result = bootstrap(both, difference, **settings)
    p_permutation = permutation_p(runs.sample, runs_b.sample, estimate, **settings)
    low, high = result.interval(confidence)
    table = pd.DataFrame(
        {
            "n": [*runs.examples, *[math.nan] * (len(rows) - len(chosen))],
            "a": estimate(runs.sample.sums())[: len(rows)],
            "b": estimate(runs_b.sample.sums())[: len(rows)],
            "difference": result.value[: len(rows)],
            "low": low[: len(rows)],
            "high": high[: len(rows)],
            **_mcnemar(runs, runs_b, len(rows)),
            "p_permutation": p_permutation[: len(rows)],
            "p_bootstrap": result.p_value()[: len(rows)],
        },
        index=pd.Index(rows, name="language"),
    )
    table["p"] = table["p_mcnemar"].fillna(table["p_permutation"])
    each, aggregates = table.iloc[: len(chosen)].copy(), table.iloc[len(chosen) :].copy()
    each = each.astype({"n": int})
    each["p_holm"] = holm(each["p"])
    aggregates["p_holm"] = math.nan
    by_seed = {"difference": result.value[len(rows) :], "p_permutation": p_permutation[len(rows) :]}
    return Comparison(
        names=names,
        task=one_value(frame_a, "task"),
        split=one_value(frame_a, "split"),
        measure=measure,
        examples=runs.sample.n,
        confidence=confidence,
        resamples=resamples,
        table=each,
        aggregates=aggregates,
        seeds=pd.DataFrame(by_seed, index=pd.Index(runs.runs, name="seed")) if len(runs.runs) > 1 else None,
        detectable=_detectable(each, 1 - confidence),
        notes=notes_on(runs, table),
    )


def _model_names(*predictions: tuple[Predictions, pd.DataFrame]) -> tuple[str, str]:
    """What to call two models: by their column, else by their file, else a and b."""
    names = []
    for letter, (given, frame) in zip("ab", predictions, strict=True):
        name = one_value(frame, "model")
        if not name and not isinstance(given, pd.DataFrame):
            name = Path(given).name.split(".")[0]
        names.append(name or letter)
    if names[0] == names[1]:
        names = [f"{names[0]} (a)", f"{names[1]} (b)"]
    return names[0], names[1]


def _check_match(a: pd.DataFrame, b: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Refuse two test sets that differ; the second with the seeds of the first."""
    for one, other, here, there in ((a, b, *names), (b, a, *reversed(names))):
        alone = [code for code in one["language"].unique() if code not in set(other["language"])]
        if alone:
            raise ValueError(
                f"{there} has no examples in {', '.join(alone)}, and {here} has; expected the same languages,"
                " or pass languages="
            )
    seeds = [sorted(frame["seed"].unique().tolist()) for frame in (a, b)]
    if len(seeds[0]) == len(seeds[1]) == 1:
        b = b.assign(seed=seeds[0][0])
    elif seeds[0] != seeds[1]:
        raise ValueError(f"{names[0]} has the seeds {seeds[0]} and {names[1]} {seeds[1]}; expected the same")
    one, other = (frame[frame["seed"] == seeds[0][0]] for frame in (a, b))
    for code in a["language"].unique():
        match_rows(one[one["language"] == code], other[other["language"] == code], *names)
    return b


def _mcnemar(a: Runs, b: Runs, rows: int) -> dict[str, Array]:
    """Discordant counts and p-values by language, NaN where McNemar's test does not apply."""
    table = np.full((4, rows), math.nan)
    if a.measure.is_rate and len(a.runs) == 1:
        for direction, (x, y) in enumerate(((a, b), (b, a))):
            counts = [
                ((g[..., 0] > h[..., 0]).sum(axis=0))
                for g, h in zip(x.sample.groups, y.sample.groups, strict=True)
            ]
            table[direction, : len(a.languages)] = a.arrange(np.concatenate(counts)[:, None])[:, 0, 0]
        for i in range(len(a.languages)):
            table[2:, i] = mcnemar(int(table[0, i]), int(table[1, i]))
    return dict(zip(("only_a", "only_b", "p_mcnemar", "p_mid"), table, strict=True))


def _detectable(table: pd.DataFrame, level: float) -> float:
    """See :attr:`Comparison.detectable`; for the typical language."""
    n = int(table["n"].median())
    discordance = float(((table["only_a"] + table["only_b"]) / table["n"]).median())
    if math.isnan(discordance):
        return math.nan
    return minimal_detectable_difference(n, discordance=discordance, tests=len(table), level=level)

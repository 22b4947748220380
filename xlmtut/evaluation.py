"""Evaluate predictions: per language, on the mean and across, always with how sure the number is.

An interval here answers: how far would the number move with another test set of the same kind? It says
nothing about another seed, another training set or another task, unless several seeds are given; then the
report also says how much of the uncertainty is theirs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from xlmtut.frames import check_predictions, read_predictions
from xlmtut.intervals import Array, Bootstrap, bootstrap, wilson
from xlmtut.measures import Measure
from xlmtut.report import Interval, Written, draw, factor, number, percent, span
from xlmtut.runs import Runs, choose_languages, choose_measure, collect_runs, one_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Predictions", "Report", "evaluate", "load", "notes_on", "prepare", "row_names", "with_aggregates"]

Predictions: TypeAlias = pd.DataFrame | str | os.PathLike[str]

_FEW = 50  # examples: with fewer, intervals are not to be trusted


@dataclass(frozen=True, repr=False)
class Report(Written):
    """One model on one test set.

    Attributes
    ----------
    model, task, split : str
    measure : Measure
    source : str
        Language of the training labels.
    examples : int
        Examples over all languages; translations of one another count once.
    confidence : float
    resamples : int
    table : DataFrame
        By language: ``n, value, low, high``, and ``rank`` (1 is best) with ``rank_low`` and ``rank_high``.
    mean : Interval or None
        Of the languages, each counting the same; None for one language.
    gap : Interval or None
        Source language minus the mean of the others; None without them.
    worst : str
        The language with the lowest value.
    worst_share : float
        Share of the resamples in which it has the lowest value: how sure that is.
    seeds : DataFrame or None
        For several seeds, by language, ``mean`` and ``gap``: mean ``value``; ``sd`` of the seeds' values;
        standard errors of the mean that come from examples (``se_examples``) and from seeds (``se_seeds``);
        and ``seed_share``, the share of seeds in the variance of the mean.
    notes : tuple of str
        What to know when reading the table.
    """

    model: str
    task: str
    split: str
    measure: Measure
    source: str
    examples: int
    confidence: float
    resamples: int
    table: pd.DataFrame
    mean: Interval | None
    gap: Interval | None
    worst: str
    worst_share: float
    seeds: pd.DataFrame | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The table as it is printed: languages, then their mean and the transfer gap."""
        rows = []
        for name, row in self.table.iterrows():
            ranks = f"{row['rank']:.0f} ({row['rank_low']:.0f} to {row['rank_high']:.0f})"
            rows.append((name, f"{row['n']:.0f}", Interval(row["value"], row["low"], row["high"]), ranks))
        for name, interval in (("mean", self.mean), (f"gap ({self.source} − others)", self.gap)):
            if interval is not None:
                rows.append((name, "", interval, ""))
        title = f"{self.measure.name} {self.measure.unit}".strip()
        return pd.DataFrame(
            {
                "language": name,
                "n": n,
                title: number(interval.value, self.measure),
                f"{percent(self.confidence)} interval": span(interval, self.measure),
                "rank": ranks,
            }
            for name, n, interval, ranks in rows
        )

    def summary(self) -> str:
        """What the table says, in words, and what to know when reading it."""
        unit = " %" if self.measure.unit else ""
        what = " on ".join(filter(None, (self.model, self.task))) + (f" ({self.split})" if self.split else "")
        lines = []
        if self.mean is not None:
            mean = f"{number(self.mean.value, self.measure)}{unit} ({span(self.mean, self.measure)})"
            lines.append(f"Mean {self.measure.name} over {len(self.table)} languages: {mean}.")
        if self.gap is not None:
            lines.append(
                f"Transfer gap, {self.source} minus the mean of the others:"
                f" {number(self.gap.value, self.measure)} points ({span(self.gap, self.measure)})."
            )
        if len(self.table) > 1:
            lines.append(f"Lowest: {self.worst}, as in {percent(self.worst_share)} of the resamples.")
        if self.seeds is not None:
            row = self.seeds.loc["mean" if self.mean is not None else self.worst]
            lines.append(
                f"The seeds' standard deviation is {number(row['sd'], self.measure)} points; as far as their"
                f" number can tell, {percent(row['seed_share'])} of the variance of the mean is theirs, which"
                " the intervals leave out."
            )
        text = f"{what}: {' '.join(lines)}" if what else " ".join(lines)
        return "\n".join(filter(None, (text.strip(), *self.notes)))

    def rows(self) -> pd.DataFrame:
        """The numbers behind the table: languages, then ``mean`` and ``gap``."""
        rows = self.table.reset_index()
        for name, interval in (("mean", self.mean), ("gap", self.gap)):
            if interval is not None:
                rows = pd.concat([rows, pd.DataFrame([{"language": name} | interval._asdict()])])
        return rows.astype({"n": "Int64", "rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})

    def facts(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "model": self.model,
            "task": self.task,
            "split": self.split,
            "metric": self.measure.name,
            "source": self.source,
            "examples": self.examples,
            "confidence": self.confidence,
            "resamples": self.resamples,
            "languages": self.table.to_dict(orient="index"),
            "mean": self.mean and self.mean._asdict(),
            "gap": self.gap and self.gap._asdict(),
            "worst": {"language": self.worst, "share_of_resamples": self.worst_share},
            "seeds": None if self.seeds is None else self.seeds.to_dict(orient="index"),
            "notes": list(self.notes),
        }

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw a dot with its interval for each language, related languages together, and the mean as a band.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.
        """
        label = f"{self.measure.name} {self.measure.unit}".strip()
        axes = draw(self.table, "value", label, self.measure, ax)
        if self.mean is not None:
            scale = factor(self.measure)
            axes.axvline(scale * self.mean.value, color="0.45", linewidth=1, label="mean", zorder=1)
            if not math.isnan(self.mean.low):
                ends = scale * self.mean.low, scale * self.mean.high
                axes.axvspan(*ends, color="0.45", alpha=0.2, linewidth=0)
            axes.legend(loc="best")
        return axes


def evaluate(
    predictions: Predictions,
    *,
    metric: str | Measure | None = None,
    labels: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    source: str = "en",
    confidence: float = 0.95,
    resamples: int = 10_000,
    random_state: int = 0,
) -> Report:
    """Score one model on one test set in all its languages.

    Parameters
    ----------
    predictions : DataFrame or path
        Columns ``id, language, label, prediction`` at least, see :mod:`xlmtut.frames`. Of several seeds, each
        on the same examples, the mean is reported.
    metric : str or Measure, optional
        See :func:`~xlmtut.measures.find_measure`; the task's headline metric by default.
    labels : sequence of str, optional
        All classes; by default those of the task, or those that occur as a label.
    languages : sequence of str, optional
        Only these, in this order.
    source : str
        The language of the training labels: the transfer gap is its value minus the mean of the others.
    confidence : float
        Of the intervals.
    resamples, random_state : int
        See :func:`~xlmtut.intervals.bootstrap`.

    Returns
    -------
    Report
        Wilson's intervals for rates of one seed, else BCa intervals of a bootstrap. It draws an id in all the
        languages that have it, because translations of one example are not independent.

    Raises
    ------
    ValueError
        If the predictions are not sound (the message names the first rows), or a language has none.

    Examples
    --------
    >>> rows = [(i, lang, "yes", "no" if i % k == 0 else "yes") for i in range(60)
    ...         for lang, k in (("en", 10), ("fr", 5), ("sw", 3))]
    >>> frame = pd.DataFrame(rows, columns=["id", "language", "label", "prediction"])
    >>> report = evaluate(frame, labels=["yes", "no"])
    >>> print(report.to_markdown())
    | language          |   n |   accuracy % |   95 % interval |       rank |
    |:------------------|----:|-------------:|----------------:|-----------:|
    | en                |  60 |         90.0 |    79.9 to 95.3 | 1 (1 to 1) |
    | fr                |  60 |         80.0 |    68.2 to 88.2 | 2 (2 to 3) |
    | sw                |  60 |         66.7 |    54.1 to 77.3 | 3 (2 to 3) |
    | mean              |     |         78.9 |    71.1 to 85.0 |            |
    | gap (en − others) |     |         16.7 |     8.3 to 25.0 |            |
    """
    frame, measure, languages = prepare(load(predictions), metric, labels, languages)
    runs = collect_runs(frame, measure, languages, "seed")
    names = row_names(languages, source)

    def estimate(sums: Array) -> Array:
        by_seed = with_aggregates(runs.values(sums), languages, source)  # (…, names, seeds)
        return np.concatenate([by_seed.mean(axis=-1), *np.moveaxis(by_seed, -1, 0)], axis=-1)

    result = bootstrap(runs.sample, estimate, resamples=resamples, random_state=random_state)
    every = _outputs(result, slice(0, len(names)))
    low, high = every.interval(confidence)
    if measure.is_rate and len(runs.runs) == 1:
        right = np.rint(runs.arrange(runs.sample.sums())[:, 0, 0]).astype(int)
        for i, (successes, n) in enumerate(zip(right, runs.examples, strict=True)):
            low[i], high[i] = wilson(successes, n, confidence=confidence)
    table = pd.DataFrame(
        {"value": every.value, "low": low, "high": high}, index=pd.Index(names, name="language")
    )
    each = slice(0, len(languages))
    *ranks, worst_share = _ranks(every.value[each], every.resampled[:, each], confidence)
    aggregates = {
        name: Interval(row["value"], row["low"], row["high"])
        for name, row in table.iloc[len(languages) :].to_dict(orient="index").items()
    }
    by_language = table.iloc[each].copy()
    by_language.insert(0, "n", runs.examples)
    for column, values in zip(("rank", "rank_low", "rank_high"), ranks, strict=True):
        by_language[column] = values.astype(int)
    return Report(
        model=one_value(frame, "model"),
        task=one_value(frame, "task"),
        split=one_value(frame, "split"),
        measure=measure,
        source=source,
        examples=runs.sample.n,
        confidence=confidence,
        resamples=resamples,
        table=by_language,
        mean=aggregates.get("mean"),
        gap=aggregates.get("gap"),
        worst=languages[int(every.value[each].argmin())],
        worst_share=worst_share,
        seeds=_seeds(result, names, runs.runs) if len(runs.runs) > 1 else None,
        notes=notes_on(runs, table),
    )


def load(predictions: Predictions) -> pd.DataFrame:
    """Checked predictions, from a frame or a file."""
    if isinstance(predictions, pd.DataFrame):
        return check_predictions(predictions)
    return read_predictions(predictions)


def prepare(
    frame: pd.DataFrame,
    metric: str | Measure | None,
    labels: Sequence[str] | None,
    languages: Sequence[str] | None,
) -> tuple[pd.DataFrame, Measure, list[str]]:
    """The rows asked for, the measure, and the languages in their order; refuse what must not be mixed."""
    for column in ("split", "model", "step"):
        one_value(frame, column)
    frame, chosen = choose_languages(frame, languages)
    return frame, choose_measure(frame, metric, labels), chosen


def row_names(languages: Sequence[str], source: str) -> list[str]:
    """What is estimated: every language, their mean, and the transfer gap, as far as there are such."""
    if len(languages) == 1:
        return list(languages)
    return [*languages, "mean", *(["gap"] if source in languages else [])]


def with_aggregates(values: Array, languages: Sequence[str], source: str) -> Array:
    """Values (…, languages, runs) with those of the mean and the gap below: (…, names, runs)."""
    names = row_names(languages, source)
    parts = [values]
    if "mean" in names:
        parts.append(values.mean(axis=-2, keepdims=True))
    if "gap" in names:
        own = languages.index(source)
        others = np.delete(values, own, axis=-2).mean(axis=-2, keepdims=True)
        parts.append(values[..., own : own + 1, :] - others)
    return np.concatenate(parts, axis=-2)


def _outputs(result: Bootstrap, chosen: slice) -> Bootstrap:
    return Bootstrap(result.value[chosen], result.resampled[:, chosen], result.acceleration[chosen])


def _ranks(value: Array, resampled: Array, confidence: float) -> tuple[Array, Array, Array, float]:
    """Ranks with their intervals, and the share of the resamples in which the lowest value is the lowest."""
    ranks = rankdata(-resampled.round(12), method="min", axis=1)
    ends = np.quantile(ranks, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0, method="inverted_cdf")
    lowest = resampled[:, value.argmin()] <= resampled.min(axis=1) + 1e-12
    return rankdata(-value.round(12), method="min"), ends[0], ends[1], float(lowest.mean())


def _seeds(result: Bootstrap, names: Sequence[str], seeds: Sequence[int]) -> pd.DataFrame:
    """Split the variance of the mean over seeds into what seeds and what examples contribute.

    The seeds' values differ because the models do, and because each model's errors fall on the examples as
    they happen to; the bootstrap tells how large the second part is.
    """
    shape = (len(seeds) + 1, len(names))  # the mean over seeds, then every seed
    value, resampled = result.value.reshape(shape), result.resampled.reshape(-1, *shape)
    spread = value[1:].var(axis=0, ddof=1)
    noise = (resampled[:, 1:] - value[1:]).var(axis=1, ddof=1).mean(axis=0)
    from_seeds = np.maximum(spread - noise, 0) / len(seeds)
    from_examples = resampled[:, 0].var(axis=0, ddof=1)
    total = from_seeds + from_examples
    return pd.DataFrame(
        {
            "value": value[0],
            "sd": np.sqrt(spread),
            "se_examples": np.sqrt(from_examples),
            "se_seeds": np.sqrt(from_seeds),
            "seed_share": np.divide(from_seeds, total, out=np.zeros_like(total), where=total > 0),
        },
        index=pd.Index(names, name="language"),
    )


def notes_on(runs: Runs, table: pd.DataFrame) -> tuple[str, ...]:
    """What a reader must know to read the numbers rightly."""
    notes = []
    if len(runs.runs) > 1:
        notes.append(f"Mean of {len(runs.runs)} seeds: {', '.join(map(str, runs.runs))}.")
    if len(runs.languages) > 1:
        if len(runs.groups) == len(runs.languages):
            notes.append("No two languages have ids in common; they are taken for independent test sets.")
        elif len(runs.groups) > 1 or len(set(runs.examples)) > 1 or runs.examples[0] < runs.sample.n:
            notes.append(
                "The languages do not all have the same ids; those that they share are drawn together."
            )
    few = [code for code, n in zip(runs.languages, runs.examples, strict=True) if n < _FEW]
    if few:
        notes.append(f"Fewer than {_FEW} examples in {', '.join(few)}: do not trust the intervals there.")
    if runs.measure.signature is not None:
        by_signature: dict[str, list[str]] = {}
        for code in runs.languages:
            by_signature.setdefault(runs.measure.signature(code), []).append(code)
        notes += [f"{', '.join(codes)}: {signature}." for signature, codes in by_signature.items()]
    if table["low"].isna().any():
        notes.append("–: resampling changes nothing, so there is no interval.")
    return tuple(notes)

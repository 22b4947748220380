"""How results are written and drawn: tables for papers, pages and programs; dots with intervals."""

from __future__ import annotations

import json
import math
import textwrap
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from xlmtut.languages import language, sort_languages
from xlmtut.measures import Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Interval", "Written", "draw", "factor", "number", "p_value", "percent", "span"]


class Interval(NamedTuple):
    """A value and the ends of its confidence interval."""

    value: float
    low: float
    high: float


class Written:
    """Tables of a report in the formats that papers, web pages and programs read."""

    def to_frame(self) -> pd.DataFrame:
        """The table as it is printed: text in every cell."""
        raise NotImplementedError

    def summary(self) -> str:
        """What may be concluded, in words."""
        raise NotImplementedError

    def rows(self) -> pd.DataFrame:
        """The numbers behind the table, one row for each language and each summary."""
        raise NotImplementedError

    def facts(self) -> dict[str, Any]:
        """Everything, for programs."""
        raise NotImplementedError

    def __str__(self) -> str:
        lines = (textwrap.fill(line, 80) for line in self.summary().splitlines())
        return "\n".join((self.to_frame().to_string(index=False), "", *lines))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in self.summary().splitlines())
        return self.to_html() + paragraphs

    def to_markdown(self) -> str:
        """The printed table in Markdown."""
        frame = self.to_frame()
        align = ("left", *["right"] * (frame.shape[1] - 1))
        return str(frame.to_markdown(index=False, disable_numparse=True, colalign=align))

    def to_latex(self) -> str:
        """The printed table in LaTeX; needs the package booktabs."""
        frame = self.to_frame()
        columns = "l" + "r" * (frame.shape[1] - 1)
        text = str(frame.to_latex(index=False, escape=True, column_format=columns))
        return text.replace("−", "$-$").replace("<", "$<$")

    def to_html(self) -> str:
        """The printed table in HTML."""
        return str(self.to_frame().to_html(index=False, border=0))

    def to_csv(self) -> str:
        """The numbers, unrounded."""
        return str(self.rows().to_csv(index=False))

    def to_json(self) -> str:
        """Everything as JSON; a number that does not exist is null."""
        return json.dumps(_without_nan(self.facts()), indent=2, ensure_ascii=False)


def factor(measure: Measure) -> float:
    """What values are multiplied with when printed."""
    return 100.0 if measure.unit == "%" else 1.0


def number(value: float, measure: Measure) -> str:
    """A value as it is printed, with one decimal."""
    if math.isnan(value):
        return "–"
    text = f"{factor(measure) * value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def percent(share: float) -> str:
    """A share as it is printed: 0.95 as 95 %."""
    return f"{100 * share:.3g} %"


def span(interval: Interval, measure: Measure) -> str:
    """The ends of an interval as they are printed; a dash if there is no interval."""
    if math.isnan(interval.low):
        return "–"
    return f"{number(interval.low, measure)} to {number(interval.high, measure)}"


def p_value(p: float) -> str:
    """A p-value as it is printed in a table."""
    return "" if math.isnan(p) else "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def draw(table: pd.DataFrame, column: str, label: str, measure: Measure, ax: Axes | None) -> Axes:
    """Draw a dot with its interval for each language, a line each, related languages together.

    Parameters
    ----------
    table : DataFrame
        By language, with `column`, ``low`` and ``high``.
    column : str
        The values.
    label : str
        What they are.
    measure : Measure
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    """
    import matplotlib.pyplot as plt

    from xlmtut.plots import PALETTE

    codes = sort_languages(table.index)
    names: list[str] = []
    heights: list[float] = []
    for before, code in zip(["", *codes], codes, strict=False):
        family = language(code).family
        is_new = not before or family != language(before).family
        names.append(f"{family}  {code}" if is_new else code)
        heights.append(heights[-1] + (1.5 if is_new else 1.0) if heights else 0.0)
    if ax is None:
        ax = plt.subplots(figsize=(6, 1 + 0.22 * (1 + heights[-1])))[1]
    rows = table.loc[codes, [column, "low", "high"]] * factor(measure)
    ax.errorbar(
        rows[column],
        heights,
        xerr=[rows[column] - rows["low"], rows["high"] - rows[column]],
        fmt="o",
        markersize=4,
        linewidth=1.4,
        color=PALETTE[0],
    )
    ax.set_yticks(heights, names)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel=label, ylabel="language, by family")
    return ax


def _without_nan(value: Any) -> Any:
    """A nested value with plain numbers, and None for NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value

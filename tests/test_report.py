"""How numbers are printed."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from xlmtut.measures import MEASURES
from xlmtut.report import Interval, Written, number, p_value, span

RATE, BLEU = MEASURES["accuracy"], MEASURES["bleu"]


@pytest.mark.parametrize(
    ("value", "rate", "score"),
    [(0.7512, "75.1", "0.8"), (-0.0312, "−3.1", "0.0"), (1.0, "100.0", "1.0"), (-0.0004, "0.0", "0.0")],
)
def test_rates_are_printed_in_percent_and_scores_as_they_are(value: float, rate: str, score: str) -> None:
    assert number(value, RATE) == rate
    assert number(value, BLEU) == score


def test_what_does_not_exist_is_a_dash() -> None:
    assert number(math.nan, RATE) == "–"
    assert span(Interval(1.0, math.nan, math.nan), RATE) == "–"
    assert span(Interval(0.5, -0.25, 0.75), RATE) == "−25.0 to 75.0"


def test_p_values_have_three_decimals() -> None:
    assert [p_value(p) for p in (0.0, 0.00099, 0.001, 0.0456, 1.0, math.nan)] == [
        "<.001",
        "<.001",
        ".001",
        ".046",
        "1.000",
        "",
    ]


class Short(Written):
    """A table of one row, and two sentences in lines of their own."""

    def to_frame(self) -> pd.DataFrame:
        """As it is printed."""
        return pd.DataFrame({"language": ["en"], "value": ["75.1"]})

    def summary(self) -> str:
        """Longer than a line, then short."""
        return f"{'word ' * 30}end.\nAnd no more."


def test_the_sentences_below_a_table_are_wrapped() -> None:
    table, sentences = str(Short()).split("\n\n")
    assert table == Short().to_frame().to_string(index=False)
    *wrapped, last = sentences.splitlines()
    assert last == "And no more."
    assert len(wrapped) == 2
    assert max(map(len, wrapped)) <= 80
    assert " ".join(wrapped) == Short().summary().splitlines()[0]

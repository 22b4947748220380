"""Checks of the exercises of chapter 1, Background."""

from __future__ import annotations

import math
import random

from xlmtut.exercises import Hint, call, close, exercise, number, tensor
from xlmtut.published import table


@exercise("01-1")
def _(answer: object) -> None:
    """Accept the first power of 0.8 below a millionth."""
    steps = number(answer)
    if steps < 0:
        raise Hint("A number of steps is positive. Which sign do the two logarithms have?")
    if steps != int(steps):
        raise Hint("Steps come in whole numbers. Which of the two neighbours is the first below the limit?")
    if 0.8**steps >= 1e-6:
        raise Hint("Too early: raise 0.8 to that power and compare with a millionth.")
    if 0.8 ** (steps - 1) < 1e-6:
        raise Hint("It is below the limit already before that. When for the first time?")


def _swahili_share(alpha: float) -> float:
    weights = [math.pow(n, alpha) for n in (1_000_000, 200_000, 20_000, 2_000)]
    return weights[-1] / sum(weights)


@exercise("01-2")
def _(answer: object) -> None:
    """Accept the largest exponent, in hundredths, that gives Swahili a twentieth."""
    alpha = number(answer)
    if not 0 <= alpha <= 1:
        raise Hint("The exponent lies between equal shares and the shares of the data.")
    if _swahili_share(alpha) < 0.05:
        raise Hint(f"That gives Swahili {_swahili_share(alpha):.1%} of the batches. Must α fall or rise?")
    if _swahili_share(alpha + 0.01) >= 0.05:
        raise Hint("Swahili has enough, but you could stay closer to the data, with a larger α.")


@exercise("01-3")
def _(answer: object) -> None:
    """Accept positions that restart with the second sentence."""
    positions = tensor(answer, shape=(15,), what="a list of numbers").tolist()
    if positions == list(range(15)):
        raise Hint("You let the positions run on, as XLM does for XNLI. What is different in TLM?")
    if positions[:7] == list(range(1, 8)):
        raise Hint("Positions count from zero.")
    if positions[:7] != list(range(7)):
        raise Hint("Start with the English side: seven tokens, both of its </s> included.")
    if positions[7] != 0:
        raise Hint("Look at the eighth token. To which sentence does that </s> belong?")
    if positions[7:] != list(range(8)):
        raise Hint("The French side counts up by one from token to token.")


@exercise("01-4")
def _(answer: object) -> None:
    """Accept the parameters with the tied projection and its bias counted once."""
    total = number(answer)
    before = float(table("checkpoints").set_index("name").loc["xlm-mlm-tlm-xnli15-1024", "parameters"])
    new = 200_000 - 95_000
    if close(total, before + new * 1024, 1e-9):
        raise Hint("Nearly. The projection to the vocabulary has something of its own for each entry.")
    if close(total, before + new * (2 * 1024 + 1), 1e-9) or close(total, before + new * 2 * 1024, 1e-9):
        raise Hint("You counted the vectors of the vocabulary twice. What does it mean that they are tied?")
    if close(total, new * 1025, 1e-9):
        raise Hint("These are the additional parameters. How many are there in all?")
    if not close(total, before + new * 1025, 1e-9):
        raise Hint("What does one more vocabulary entry cost at the input, and what at the output?")


@exercise("01-5")
def _(answer: object) -> None:
    """Accept a gap over the languages that have a result, tried on random rows."""
    draw = random.Random(0)
    for trial in range(20):
        row = {language: draw.uniform(50, 90) for language in ("de", "en", "fr", "sw", "ur")}
        if trial >= 10:
            row[draw.choice(["de", "fr", "sw"])] = math.nan
        try:
            gap = number(call(answer, dict(row)))
        except Hint as hint:
            if trial >= 10 and "NaN" in str(hint):
                raise Hint("It returns nan when a result is missing. Leave missing results out.") from None
            raise
        there = [a for a in row.values() if not math.isnan(a)]
        others = sum(there) - row["en"]
        if close(gap, row["en"] - others / (len(there) - 1)):
            continue
        if close(gap, row["en"] - sum(there) / len(there)):
            raise Hint("English is among the languages that you average.")
        if close(gap, others / (len(there) - 1) - row["en"]):
            raise Hint("The sign is wrong: a model that is better in English has a positive gap.")
        if trial >= 10:
            raise Hint("Right while no result is missing. By how many languages do you divide when one is?")
        raise Hint("English minus the mean of the other languages: try it on two languages by hand.")


@exercise("01-6")
def _(answer: object) -> None:
    """Accept the number of languages whose unpaired interval excludes zero."""
    count = number(answer)
    rows = table("xnli").query("setting == 'zero-shot'").set_index("model").loc[:, "en":"ur"] / 100
    base, xlm = rows.loc["XLM-R base"], rows.loc["XLM (MLM+TLM)"]
    difference, variance = base - xlm, (base * (1 - base) + xlm * (1 - xlm)) / 5010
    one_sample = 1.96 * (base * (1 - base) / 5010) ** 0.5
    width = 1.96 * variance**0.5
    if count == (difference > width).sum():
        return
    if count == (difference.abs() > width).sum():
        raise Hint("You counted both directions. One of these languages favours the other model.")
    if count == (difference > one_sample).sum():
        raise Hint("You used the interval of one accuracy. A difference has the errors of both.")
    if count == (difference > 0).sum():
        raise Hint("You counted where XLM-R base is ahead. How large must a lead be to leave the interval?")
    raise Hint("Work with proportions between 0 and 1, or scale the half-width to points as well.")

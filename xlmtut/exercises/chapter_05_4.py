"""The checks of section 5.4, results."""

from __future__ import annotations

import torch

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor


@exercise("05_4-1")
def _(answer: object) -> None:
    """Accept what a falling validation loss says."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("Which data is the printed loss computed on?")
    if letter == "b":
        raise Hint(
            "Three examples are right with 0.6 each. Can their loss fall while one of them turns wrong?"
        )
    if letter == "d":
        raise Hint("Which languages did the program read while it computed these numbers?")


@exercise("05_4-2")
def _(answer: object) -> None:
    """Accept a function that judges a claim by interval and seeds."""
    cases = [
        ((0.02, 0.06, [0.03, 0.05, 0.04], 0.0), "held"),
        ((-0.06, -0.02, [-0.03, -0.05, -0.04], 0.0), "did not hold"),
        ((-0.01, 0.05, [0.01, 0.03, 0.02], 0.0), "undecided"),
        ((0.01, 0.05, [0.05, -0.01, 0.05], 0.0), "undecided"),
        ((-0.05, -0.01, [-0.05, 0.01, -0.05], 0.0), "undecided"),
        ((-0.05, 0.01, [-0.01, -0.03, -0.02], 0.0), "undecided"),
        ((0.91, 0.95, [0.92, 0.93, 0.94], 0.9), "held"),
        ((0.42, 0.46, [0.43, 0.44, 0.45], 0.9), "did not hold"),
    ]
    for (low, high, seeds, bound), right in cases:
        found = call(answer, low, high, list(seeds), bound)
        if not isinstance(found, str):
            raise Hint("Return one of the three verdicts as text.")
        if found.strip().lower() == right:
            continue
        if bound:
            raise Hint("Compare with the bound, which need not be zero.")
        given = f"The interval from {low} to {high} with the seeds {', '.join(map(str, seeds))}"
        if right == "undecided" and low <= bound <= high:
            raise Hint(f"{given}: does the whole interval lie on one side?")
        if right == "undecided":
            raise Hint(f"{given}: do all seeds lie on the interval's side?")
        raise Hint(f"{given} lies on one side as a whole. You found {found!r}.")


@exercise("05_4-3")
def _(answer: object) -> None:
    """Accept a function that removes each language's mean."""
    vectors = torch.tensor([[1.0, 2.0], [9.0, -4.0], [3.0, 6.0], [7.0, 0.0], [5.0, 1.0]], dtype=torch.float64)
    languages = ["en", "fr", "en", "fr", "en"]
    found = tensor(call(answer, vectors.numpy().copy(), list(languages)), tuple(vectors.shape), "an array")
    expected, changed = vectors.clone(), vectors.clone()
    for code in ("en", "fr"):
        rows = torch.tensor([language == code for language in languages])
        expected[rows] -= vectors[rows].mean(dim=0)
        changed[rows] = vectors[rows].mean(dim=0).expand(int(rows.sum()), -1)
    if close(found, expected):
        return
    if close(found, vectors - vectors.mean(dim=0)):
        raise Hint("You took one mean of all rows away. Each language has its own.")
    if close(found, changed):
        raise Hint("These are the means. Subtract them from the rows.")
    if close(found, vectors):
        raise Hint("The rows came back unchanged.")
    by_language = torch.cat([expected[[0, 2, 4]], expected[[1, 3]]])
    if close(found, by_language):
        raise Hint("The numbers are right, the order of the rows is not: row i has to stay row i.")
    if close(found, vectors - vectors.mean(dim=1, keepdim=True)):
        raise Hint("You averaged over the dimensions of a row. Average over the rows of a language.")
    raise Hint("For each language: the mean of its rows, and then its rows less that mean.")


@exercise("05_4-4")
def _(answer: object) -> None:
    """Accept how many seeds it takes until agreement is no luck."""
    seeds = number(answer)
    if seeds == 5:
        raise Hint("You counted one side only. All signs agree also where all are minus.")
    if seeds in (7, 8):
        raise Hint("That is more than it takes.")
    if seeds < 5:
        raise Hint("With n seeds there are 2 to the n patterns of signs. In how many do all agree?")
    if seeds != 6:
        raise Hint("Which share of the 2 to the n patterns has only equal signs? Try n = 2, then 3.")


@exercise("05_4-5")
def _(answer: object) -> None:
    """Accept that two things changed at once."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("In how many things do X and Y differ?")
    if letter == "b":
        raise Hint("Z read half as much other text as X. What made up for that?")
    if letter == "d":
        raise Hint(
            "The differences are certain as far as test examples go. Look at how the models were made."
        )

"""The checks of section 6.0, evaluating."""

from __future__ import annotations

import math

import numpy as np
import sklearn.metrics
from scipy.stats import norm

from xlmtut.exercises import Hint, call, choice, close, exercise, number
from xlmtut.paired import mcnemar


@exercise("06_0-1")
def _(answer: object) -> None:
    """Accept the perplexity over the tokens of two languages."""
    value = number(answer)
    ppl, tokens = np.array([8.0, 200.0]), np.array([9000.0, 1000.0])

    def is_about(other: float) -> bool:
        return close(value, other, tolerance=5e-3)

    if is_about(float(ppl.mean())):
        raise Hint("That is the mean of the two perplexities. A tenth of the tokens dictates it.")
    if is_about(float(ppl @ tokens / tokens.sum())):
        raise Hint("You weighted by tokens, which is right, but losses add up and perplexities do not.")
    if is_about(float(np.exp(np.log(ppl).mean()))):
        raise Hint("That gives both languages the same weight. Every token should count the same.")
    if is_about(float(np.log(ppl) @ tokens / tokens.sum())):
        raise Hint("That is the mean loss per token. Take the exponential.")
    if not is_about(math.exp(float(np.log(ppl) @ tokens / tokens.sum()))):
        raise Hint("What is the loss of each language in all? Add them, divide by all tokens, then exp.")


@exercise("06_0-2")
def _(answer: object) -> None:
    """Accept a function for the macro F1 over given classes."""
    cases = [
        (["a", "a", "b", "b", "c", "a"], ["a", "b", "b", "b", "a", "a"], ["a", "b", "c"]),
        (["a", "b", "a", "b", "a"], ["a", "a", "a", "b", "b"], ["a", "b", "c"]),  # nobody says c, nobody is c
    ]
    for labels, predictions, classes in cases:
        value = number(call(answer, list(labels), list(predictions), list(classes)))

        def f1(average: str, names: list[str], of: tuple[list[str], ...] = (labels, predictions)) -> float:
            return float(sklearn.metrics.f1_score(*of, labels=names, average=average, zero_division=0))

        if close(value, f1("macro", classes)):
            continue
        precision, recall, _, _ = sklearn.metrics.precision_recall_fscore_support(
            labels, predictions, labels=classes, average="macro", zero_division=0
        )
        if close(value, f1("micro", classes)):
            raise Hint("That is the micro average, the accuracy. Take the mean over the classes.")
        if close(value, 2 * precision * recall / (precision + recall)):
            raise Hint("That is the F1 of mean precision and mean recall. Average the F1 of the classes.")
        if close(value, f1("weighted", classes)):
            raise Hint("You weighted the classes by how often they occur. Each counts the same.")
        if close(value, f1("macro", sorted({*labels}))):
            raise Hint("The mean is over all classes given, also over one that nobody mentions.")
        raise Hint(f"For {labels} and {predictions} it gives {value:.3g}. Go through one class at a time.")


@exercise("06_0-3")
def _(answer: object) -> None:
    """Accept a function for the two-sided p-value of McNemar's exact test."""
    for only_a, only_b in ((10, 25), (25, 10), (0, 6), (3, 4), (7, 7), (0, 0), (40, 61)):
        p = number(call(answer, only_a, only_b))
        exact, mid_p = mcnemar(only_a, only_b)
        if close(p, exact, tolerance=1e-6):
            continue
        where = f"for {only_a} and {only_b}"
        if p > 1:
            raise Hint(f"A probability above 1 {where}. Where both sides overlap, stop at 1.")
        if close(p, exact / 2, tolerance=1e-6):
            raise Hint("That is one side. A difference in the other direction would count as well.")
        if close(p, mid_p, tolerance=1e-6):
            raise Hint("That is the mid-p form. The exact form counts the observed outcome in full.")
        if only_a != only_b:
            z = abs(only_a - only_b) / math.sqrt(only_a + only_b)
            corrected = max(abs(only_a - only_b) - 1, 0) / math.sqrt(only_a + only_b)
            if any(close(p, 2 * float(norm.sf(value)), tolerance=1e-4) for value in (z, corrected)):
                raise Hint("That is the approximation by a normal distribution. Sum the binomial instead.")
        raise Hint(f"It gives {p:.4g} {where}. How likely are so few heads, or fewer, in so many tosses?")


@exercise("06_0-4")
def _(answer: object) -> None:
    """Accept how many examples show a point of difference."""
    n, share, difference = number(answer), 0.12, 0.01
    alpha, beta = float(norm.isf(0.025)), float(norm.isf(0.2))

    def needed(first: float, second: float) -> float:
        return (first * math.sqrt(share) + second * math.sqrt(share - difference**2)) ** 2 / difference**2

    if close(n, needed(alpha, beta), tolerance=0.02):
        return
    if n < 10:
        raise Hint("One point is 0.01, and the result is a number of examples.")
    if close(n, needed(alpha, 0), tolerance=0.02):
        raise Hint("With so many the difference is seen in one case of two. What about the power?")
    if close(n, needed(float(norm.isf(0.05)), beta), tolerance=0.02):
        raise Hint("The test is two-sided: half of the level on each side.")
    if n < needed(alpha, beta):
        raise Hint("Too few. Put the number into minimal_detectable_difference and look.")
    raise Hint("More than it takes. Put smaller numbers into minimal_detectable_difference.")


@exercise("06_0-5")
def _(answer: object) -> None:
    """Accept what may be written about a checkpoint that joint development sets chose."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("The test sets were spared. But what are the development sets made of?")
    if letter == "b":
        raise Hint("Training is not the only way in which labels have a say.")
    if letter == "d":
        raise Hint("Optimism clings to the data that chose. Which were they?")

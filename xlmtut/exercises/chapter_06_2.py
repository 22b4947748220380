"""The checks of section 6.2, cross-lingual classification."""

from __future__ import annotations

import numpy as np

from xlmtut.exercises import Hint, call, choice, close, exercise, number


@exercise("06_2-1")
def _(answer: object) -> None:
    """Accept the day on which both ways have translated as much."""
    days = number(answer)
    if close(days, 20_000 * 6 / 500):
        raise Hint("Each language has its own requests. You counted those of one only.")
    if close(days, 20_000 / (500 * 6)):
        raise Hint("The rows are translated into every language. You counted one only.")
    if close(days, 500 / 20_000):
        raise Hint("That is the share of the cost that one day makes up.")
    if close(days, 41):
        raise Hint("On that day it has cost more. The question is when it has cost as much.")
    if not close(days, 40):
        raise Hint("Count the translations of each way: all at once, and per day.")


@exercise("06_2-2")
def _(answer: object) -> None:
    """Accept a function that weights the recalls of the classes with their shares."""
    labels = ["food"] * 4 + ["music"] * 5 + ["travel"] * 1
    predictions = ["food"] * 3 + ["music"] + ["music"] * 2 + ["travel"] * 3 + ["travel"]
    recall = {"food": 0.75, "music": 0.4, "travel": 1.0}
    precision = {"food": 1.0, "music": 2 / 3, "travel": 0.25}
    for shares in ({"food": 0.5, "music": 0.5, "travel": 0.0}, {"food": 0.1, "music": 0.2, "travel": 0.7}):
        value = number(call(answer, list(labels), list(predictions), dict(shares)))

        def mean(of: dict[str, float], weights: dict[str, float] = shares) -> float:
            return sum(weights[name] * of[name] for name in weights)

        if close(value, mean(recall)):
            continue
        if close(value, 0.6):
            raise Hint("That is the accuracy here. Which part of it belongs to each class?")
        if close(value, sum(recall.values()) / 3):
            raise Hint("Your classes all count the same. They come as often as the shares say.")
        if close(value, mean(precision)):
            raise Hint("You divided by how often a class is predicted. Divide by how often it is right.")
        if close(value, 100 * mean(recall)):
            raise Hint("Right in percent. The exercise asks for a share, from 0 to 1.")
        raise Hint("How often is the model right on the rows of one class? Then weight these numbers.")


@exercise("06_2-3")
def _(answer: object) -> None:
    """Accept mean confidence minus accuracy, with its sign."""
    rows = [
        ([0, 1, 1, 0], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]]),  # too sure
        ([2, 0, 1], [[0.3, 0.3, 0.4], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2]]),  # not sure enough
    ]
    for labels, given in rows:
        scores = np.array(given)
        confidence, right = scores.max(axis=1), scores.argmax(axis=1) == labels
        expected = float(confidence.mean() - right.mean())
        value = number(call(answer, list(labels), [list(row) for row in given]))
        if close(value, expected):
            continue
        if close(value, abs(expected)):  # right for the first rows
            raise Hint("Keep the sign: a model may be less sure than it is right.")
        if close(value, -expected):
            raise Hint("The sign: it should be positive for a model that is too sure.")
        if close(value, float(np.abs(confidence - right).mean())):
            raise Hint("Take the means first, then their difference.")
        if close(value, float(scores[range(len(labels)), labels].mean() - right.mean())):
            raise Hint("You took the probability of the right class. Which class did the model choose?")
        if close(value, float(confidence.mean())):
            raise Hint("That is the confidence. How often is the model right?")
        raise Hint("The confidence of a row is its highest probability.")


@exercise("06_2-4")
def _(answer: object) -> None:
    """Accept what an upper bound allows to conclude."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("Look at the line that falls as the translator gets worse.")
    if letter == "b":
        raise Hint("Zero-shot may be well above guessing and still be below an ideal translator.")
    if letter == "d":
        raise Hint("What would you have known, had the bound been no higher than zero-shot?")

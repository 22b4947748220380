"""Checks of the exercises of chapter 2, the core concepts."""

from __future__ import annotations

import torch

from xlmtut.attention import causal_mask, padding_mask
from xlmtut.embeddings import sinusoidal_positions
from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor


@exercise("02-1")
def _(answer: object) -> None:
    """Accept the average of two values under softmax weights."""
    value = number(answer)
    if close(value, 2.8):
        raise Hint("Those are the weights of the unscaled scores. What are the scores divided by?")
    if close(value, 8.0):
        raise Hint("The weights are right but swapped: the larger score belongs to the second value.")
    if close(value, 6.0):
        raise Hint("That is the plain mean of the values. The weights differ.")
    if close(value, 0.823959, 1e-3) or close(value, 1.977502, 1e-3):
        raise Hint("You averaged the scores. The weights average the values.")
    if not close(value, 4.0):
        raise Hint("Scale the scores, take their exponentials, divide by the sum, average the values.")


@exercise("02-2")
def _(answer: object) -> None:
    """Accept the letter for: a softmax does not see a constant."""
    letter = choice(answer, "abc")
    if letter == "b":
        raise Hint(
            "Weights move towards equality when scores shrink. Do the differences within a row shrink?"
        )
    if letter == "c":
        raise Hint(
            "Write the score of the query with a pushed key as a sum of two terms. Which depends on the key?"
        )


@exercise("02-3")
def _(answer: object) -> None:
    """Accept a function that combines the padding mask and the causal mask."""
    generator = torch.Generator().manual_seed(0)
    for batch, m in ((2, 4), (3, 6), (1, 1)):
        lengths = torch.randint(1, m + 1, (batch, 1), generator=generator)
        attention_mask = (torch.arange(m) < lengths).long()
        mask = tensor(call(answer, attention_mask), what="a mask")
        if mask.dtype != torch.bool:
            raise Hint("The mask should be boolean: True where looking is allowed.")
        if tuple(mask.shape) != (batch, 1, m, m):
            raise Hint(
                f"For a batch of {batch} the shape should be {(batch, 1, m, m)}, not {tuple(mask.shape)}."
            )
        right = padding_mask(attention_mask) & causal_mask(m)
        if torch.equal(mask, right):
            continue
        if torch.equal(mask, ~right):
            raise Hint("Your mask is upside down: True means that looking is allowed.")
        if torch.equal(mask, right.mT):
            raise Hint("Queries are rows and keys are columns; your mask has them the other way round.")
        if (mask & ~padding_mask(attention_mask)).any():
            raise Hint("Somebody looks at padding, which both conditions together should forbid.")
        if (mask & ~causal_mask(m)).any():
            raise Hint("Somebody looks ahead, to the right of its own position.")
        raise Hint("Your mask forbids more than it should. A position may look at itself.")


@exercise("02-4")
def _(answer: object) -> None:
    """Accept the cosine of two sinusoidal positions as a function of distance and dimension."""
    for k, d in ((0, 8), (1, 8), (3, 64), (20, 64), (7, 512)):
        value = number(call(answer, k, d))
        table = sinusoidal_positions(k + 1, d)
        right = float(table[0] @ table[k]) / (d / 2)
        if close(value, right, 1e-3):
            continue
        if close(value, right * d / 2, 1e-3):
            raise Hint("That is the dot product. Divide by the squared norm to get the cosine.")
        if close(value, right / 2, 1e-3):
            raise Hint("How many frequencies are there in d dimensions? Each has a sine and a cosine.")
        if k == 0:
            raise Hint("At distance zero a position meets itself. Which cosine must come out?")
        raise Hint(
            f"For k = {k} and d = {d} the value is wrong. Check the frequencies: the exponents step by 2/d."
        )


@exercise("02-5")
def _(answer: object) -> None:
    """Accept the letter for: a head that ignores the noun cannot know its gender."""
    letter = choice(answer, "abc")
    if letter == "a":
        raise Hint("Look at what an article needs to know. Can its own counterpart tell all of it?")
    if letter == "b":
        raise Hint("The first model reads a second word, too. What for? Run the experiment.")


@exercise("02-6")
def _(answer: object) -> None:
    """Accept the arrow from the encoder's last box to the cross-attention."""
    if not (
        isinstance(answer, tuple | list) and len(answer) == 2 and all(isinstance(a, str) for a in answer)
    ):
        raise Hint("Pass one pair of box names, (from, to).")
    start, end = (name.strip().lower() for name in answer)
    if start == "cross-attention" and end.startswith("encoder"):
        raise Hint("The arrow points the wrong way: the decoder uses what the encoder made.")
    if end != "cross-attention":
        raise Hint("Which box of the decoder takes its keys and values from elsewhere?")
    if not start.startswith("encoder"):
        raise Hint("The arrow should start in the encoder.")
    if start != "encoder layer norm":
        raise Hint("From that box the result is not finished. Which box of the encoder has no box behind it?")

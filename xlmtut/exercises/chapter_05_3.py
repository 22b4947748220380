"""The checks of section 5.3, reading the code."""

from __future__ import annotations

import torch

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor


@exercise("05_3-1")
def _(answer: object) -> None:
    """Accept how many language embeddings a batch of TLM changes."""
    rows = number(answer)
    if rows == 15:
        raise Hint("A language that is not in the batch takes no part in its loss.")
    if rows == 1:
        raise Hint("That would be right for MLM. How many languages are in a TLM row?")
    if rows == 0:
        raise Hint("The table is added at the input, and the loss depends on it.")
    if rows != 2:
        raise Hint("Which languages occur in the batch?")


@exercise("05_3-2")
def _(answer: object) -> None:
    """Accept a function that shortens gradients by one factor, if they are too long together."""
    gradients = [torch.tensor([3.0, 0.0]), torch.tensor([[0.0, 4.0], [12.0, 0.0]])]  # length 13
    for limit in (20.0, 13.0, 6.5):
        result = call(answer, [gradient.clone() for gradient in gradients], limit)
        if not isinstance(result, (tuple, list)) or len(result) != len(gradients):
            raise Hint("Return a list with one tensor for each gradient.")
        clipped = [
            tensor(part, tuple(gradient.shape)) for part, gradient in zip(result, gradients, strict=True)
        ]
        factor = min(1.0, limit / 13)
        if all(close(a, factor * b) for a, b in zip(clipped, gradients, strict=True)):
            continue
        length = float(torch.cat([part.flatten() for part in clipped]).norm())
        if limit >= 13:
            raise Hint("Gradients that are short enough should come back unchanged.")
        if all(close(a, b.clamp(-limit, limit)) for a, b in zip(clipped, gradients, strict=True)):
            raise Hint("You cut off each number. That changes the direction; use one factor for all.")
        alone = [b * min(1.0, limit / float(b.norm())) for b in gradients]
        if all(close(a, b) for a, b in zip(clipped, alone, strict=True)):
            raise Hint("You shortened each tensor by itself. It is their joint length that counts.")
        if close(length, limit):
            raise Hint("The length is right, the direction is not. Use one factor for all.")
        raise Hint(f"Gradients of joint length 13 came back with length {length:.3g} for the limit {limit}.")


@exercise("05_3-3")
def _(answer: object) -> None:
    """Accept a function that gives the share of padding in batches."""
    lengths, batches = [2, 3, 8, 6, 1], [[0, 2], [1], [3, 4]]
    share = number(call(answer, list(lengths), [list(batch) for batch in batches]))
    cells = [len(batch) * max(lengths[i] for i in batch) for batch in batches]  # 16, 3, 12
    tokens = [sum(lengths[i] for i in batch) for batch in batches]  # 10, 3, 7
    if close(share, sum(tokens) / sum(cells)):
        raise Hint("That is the share of the tokens. What is the rest?")
    if close(share, sum(cells) - sum(tokens)):
        raise Hint("That is how many positions are padding. Divide by all positions.")
    if close(share, sum(1 - t / c for t, c in zip(tokens, cells, strict=True)) / len(batches)):
        raise Hint("You took the mean of the batches' shares. The batches differ in size.")
    if close(share, 1 - sum(lengths) / (max(lengths) * len(lengths))):
        raise Hint("Each batch is padded to its own longest row, not to the longest of all.")
    if close(share, 100 * (1 - sum(tokens) / sum(cells))):
        raise Hint("Right in percent. The exercise asks for a share, from 0 to 1.")
    if not close(share, 1 - sum(tokens) / sum(cells)):
        raise Hint("For each batch count rows times its longest row; then compare with the tokens in it.")


@exercise("05_3-4")
def _(answer: object) -> None:
    """Accept what happens without zero_grad."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("Call backward twice in a cell and see.")
    if letter == "b":
        raise Hint("How could a batch be computed in pieces if that were so?")
    if letter == "d":
        raise Hint("Later batches have gradients, too. Where do they go?")


@exercise("05_3-5")
def _(answer: object) -> None:
    """Accept the learning rate of update 1,100 of 2,000."""
    rate, highest = number(answer), 5e-4

    def is_about(value: float) -> bool:
        return close(1e4 * rate, 1e4 * value, tolerance=5e-4)

    if is_about(highest):
        raise Hint("The warm-up is over by then, and the rate has begun to fall.")
    if close(rate, 901 / 1801):
        raise Hint("That is the share. Multiply it by the highest rate.")
    if is_about(highest * 901 / 2001) or is_about(highest * 900 / 2000):
        raise Hint("The fall begins after the warm-up, not with the run.")
    if is_about(highest * 900 / 1801):
        raise Hint("That is how much of the rate is gone. What is left?")
    if is_about(highest * (200 / 1100) ** 0.5):
        raise Hint("That is the schedule inverse_sqrt.")
    if not is_about(highest * 901 / 1801):
        raise Hint(
            "Which share of the way from the warm-up to the end is done? The rest is left of the rate."
        )

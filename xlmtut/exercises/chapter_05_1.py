"""The checks of section 5.1, setting up."""

from __future__ import annotations

import random

import numpy as np
import torch

from xlmtut.exercises import Hint, call, choice, close, exercise, number, tensor


@exercise("05_1-1")
def _(answer: object) -> None:
    """Accept the gigabytes that a mostly frozen model takes in training."""
    gigabytes, n = number(answer), 571_696_960 / 1e9

    def is_about(value: float) -> bool:
        return close(gigabytes, value, tolerance=0.002)

    if is_about(16 * n):
        raise Hint("That would be right if nothing were frozen.")
    if is_about(16 * n / 10):
        raise Hint("The frozen weights are in memory too.")
    if is_about(4 * n):
        raise Hint(
            "That is what the weights take. What do gradients and Adam add for those that are trained?"
        )
    if is_about(4 * n + 4 * n / 10):
        raise Hint("Gradients are not all. What does Adam keep for every trained weight?")
    if is_about(4 * n + 8 * n / 10):
        raise Hint("One thing is missing: the gradients, or one of Adam's two means.")
    if is_about(4 * n + 16 * n / 10):
        raise Hint("You counted the trained weights themselves twice.")
    if any(is_about(5.2 * n * 10**k) for k in (3, 6, 9)):
        raise Hint("Right, but not in gigabytes.")
    if is_about(5.2 * n * 1e9 / 2**30):
        raise Hint("You divided by 2³⁰. The question asks for 10⁹ bytes.")
    if not is_about(5.2 * n):
        raise Hint(
            "All weights take 4 bytes. How many more does a trained one take, and how many are trained?"
        )


@exercise("05_1-2")
def _(answer: object) -> None:
    """Accept a function that shuffles by its seed and leaves the global generators alone."""
    before = _states()
    try:
        orders = [_order(answer, n, seed) for n in (1, 12, 50) for seed in (0, 0, 7)]
        touched = [name for name, state in before.items() if _states()[name] != state]
        torch.rand(5), np.random.rand(5), random.random()  # noqa: NPY002 - the student may draw from it
        again = _order(answer, 50, 7)
    finally:
        _restore(before)
    first, same, other = orders[-3:]
    if first != same or other != again:
        raise Hint("The same seed gave two orders. The order may follow from nothing but the seed.")
    if first == other:
        raise Hint("Two seeds gave the same order of 50 numbers. Does your function use the seed?")
    if first == sorted(first):
        raise Hint("The numbers come in ascending order; they should be shuffled.")
    if touched:
        raise Hint(f"After a call, the global generator of {touched[0]} is another than before.")


def _order(answer: object, n: int, seed: int) -> list[float]:
    order = tensor(call(answer, n, seed), what="a list of numbers").flatten().tolist()
    if sorted(order) != list(range(n)):
        raise Hint(f"shuffled({n}, {seed}) should hold each number from 0 to n - 1 once.")
    return [float(i) for i in order]


def _states() -> dict[str, object]:
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 - exactly the global one
    return {
        "Python": random.getstate(),
        "NumPy": (kind, np.asarray(keys).tolist(), *rest),
        "PyTorch": torch.get_rng_state().tolist(),
    }


def _restore(states: dict[str, object]) -> None:
    random.setstate(states["Python"])  # type: ignore[arg-type]
    np.random.set_state(states["NumPy"])  # type: ignore[arg-type] # noqa: NPY002 - as above
    torch.set_rng_state(torch.tensor(states["PyTorch"], dtype=torch.uint8))


@exercise("05_1-3")
def _(answer: object) -> None:
    """Accept why two machines end with different accuracies."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("Then the first batches would differ. What do the first losses say?")
    if letter == "c":
        raise Hint("Both round every number to 32 bits. Is one order of adding more right than another?")
    if letter == "d":
        raise Hint("Look at the figure of the two runs that differ in one bit.")


@exercise("05_1-4")
def _(answer: object) -> None:
    """Accept the use that the licence excludes."""
    letter = choice(answer, "abcd")
    if letter == "a":
        raise Hint("A number that you measured is not the model.")
    if letter == "b":
        raise Hint("Which condition of the licence would that break? It names the source.")
    if letter == "d":
        raise Hint("Changes are allowed if you say what they are. What is a course not?")

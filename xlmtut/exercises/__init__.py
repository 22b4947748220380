"""Exercises that check themselves: ``xt.check("04-2", answer)`` says right, or gives a hint.

The checks of a chapter live in ``chapter_NN.py`` beside this file and are imported when first asked for.
A check is a function of the answer; it raises :class:`Hint` when the answer is wrong and returns otherwise.
Its hint names the likely mistake and never the right answer::

    @exercise("04-2")
    def _(answer: object) -> None:
        if close(number(answer), 2 * 64):
            raise Hint("You counted the multiplications only.")
        if not close(number(answer), 4 * 64):
            raise Hint("Count both matrix products of one head.")

:func:`number`, :func:`tensor`, :func:`choice` and :func:`call` read an answer and turn whatever they
cannot read into a hint, so that a check never fails with a stack trace.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files

import torch

__all__ = ["Hint", "Verdict", "call", "check", "choice", "close", "exercise", "ids", "number", "tensor"]

Check = Callable[[object], None]
_checks: dict[str, Check] = {}


class Hint(Exception):
    """Raised by a check: the answer is wrong, and the message helps without giving the answer away."""


@dataclass(frozen=True)
class Verdict:
    """What :func:`check` returns: true when the answer is right, and shown as one line.

    Attributes
    ----------
    id : str
        The exercise.
    hint : str or None
        What to look at next; None when the answer is right.
    """

    id: str
    hint: str | None = None

    def __bool__(self) -> bool:
        return self.hint is None

    def __repr__(self) -> str:
        return f"{self.id}: right" if self.hint is None else f"{self.id}: not yet. {self.hint}"


def exercise(id: str) -> Callable[[Check], Check]:
    """Register the decorated function as the check of the exercise with this id (``"04-2"``)."""

    def register(check: Check) -> Check:
        _checks[id] = check
        return check

    return register


def _chapters() -> list[str]:
    names = (file.name for file in files(__name__).iterdir())
    return sorted(name[len("chapter_") : -len(".py")] for name in names if name.startswith("chapter_"))


def ids(chapter: str) -> list[str]:
    """The ids of one chapter's exercises, in order.

    Parameters
    ----------
    chapter : str
        The number in front of the chapter's file name: ``"04"``, ``"05_1"``.

    Raises
    ------
    ValueError
        If that chapter has no exercises.
    """
    if chapter not in _chapters():
        raise ValueError(
            f"no exercises for chapter {chapter!r}; expected one of {', '.join(_chapters()) or '(none yet)'}"
        )
    import_module(f"{__name__}.chapter_{chapter}")
    return sorted(id for id in _checks if id.rpartition("-")[0] == chapter)


def check(id: str, answer: object) -> Verdict:
    """Check an answer to an exercise of the book.

    Parameters
    ----------
    id : str
        The exercise's id, as in its title: ``"04-2"``.
    answer : object
        Whatever the exercise asks for: a number, a tensor, a letter, a function.

    Returns
    -------
    Verdict
        True when right. Shown in a notebook as ``04-2: right`` or as ``04-2: not yet.`` and a hint.

    Raises
    ------
    ValueError
        If there is no such exercise; the message lists the ids of the chapter.
    """
    known = ids(str(id).rpartition("-")[0])
    if id not in known:
        raise ValueError(f"no exercise {id!r}; expected one of {', '.join(known)}")
    try:
        if answer is ...:
            raise Hint("Replace the three dots by your answer.")
        if answer is None:
            raise Hint("Your answer is None. Does your function return its result?")
        _checks[id](answer)
    except Hint as hint:
        return Verdict(id, str(hint))
    return Verdict(id)


def number(answer: object) -> float:
    """Read a number: a Python or NumPy one, or a tensor with one element. Otherwise raise :class:`Hint`."""
    value = tensor(answer, what="a number")
    if value.numel() != 1:
        raise Hint(f"One number is expected, your answer has shape {tuple(value.shape)}.")
    if value.dtype == torch.bool:
        raise Hint("A number is expected, your answer is a truth value.")
    result = float(value)
    if math.isinf(result):
        raise Hint("Your answer is infinite. Is there a division by zero?")
    return result


def tensor(answer: object, shape: tuple[int, ...] | None = None, what: str = "a tensor") -> torch.Tensor:
    """Read a tensor, an array or nested lists of numbers, as a detached tensor on the CPU.

    Parameters
    ----------
    answer : object
        What the student passed.
    shape : tuple of int, optional
        The shape it must have.
    what : str
        What the hint says is expected.

    Raises
    ------
    Hint
        If it is not that, has another shape or contains NaN.
    """
    if isinstance(answer, str):
        raise Hint(f"{what.capitalize()} is expected, your answer is text.")
    try:
        value = torch.as_tensor(answer).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise Hint(
            f"{what.capitalize()} is expected, your answer is of type {type(answer).__name__}."
        ) from None
    if shape is not None and tuple(value.shape) != shape:
        raise Hint(f"The shape should be {shape}, your answer has {tuple(value.shape)}.")
    if value.is_complex():
        raise Hint("Real numbers are expected, your answer is complex.")
    if value.numel() == 0:
        raise Hint("Your answer is empty.")
    if value.isnan().any():
        raise Hint("Your answer contains NaN. Is there a division by zero, or a fully masked row?")
    return value


def choice(answer: object, letters: str) -> str:
    """Read one of the letters offered, in lower case; ``choice(" B ", "abc")`` is ``"b"``."""
    value = answer.strip().lower() if isinstance(answer, str) else ""
    if len(value) != 1 or value not in letters:
        raise Hint(f"Pass one letter in quotes: {', '.join(letters)}.")
    return value


def call(answer: object, *arguments: object) -> object:
    """Call the student's function; what goes wrong inside it becomes a hint."""
    if not callable(answer):
        raise Hint("Pass the function itself, without calling it.")
    try:
        result = answer(*arguments)
    except Exception as error:
        raise Hint(
            f"Your function raised {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        ) from None
    if result is None:
        raise Hint("Your function returned None. Does it end with a return statement?")
    return result


def close(a: object, b: object, tolerance: float = 1e-4) -> bool:
    """True if two numbers or tensors of one shape agree within a relative (below 1: absolute) tolerance.

    >>> close(0.31003, 0.31), close([1.0, 2.0], [1.0, 2.1]), close([1.0], [1.0, 1.0])
    (True, False, False)
    """
    left, right = (torch.as_tensor(x).detach().cpu().double() for x in (a, b))
    return left.shape == right.shape and bool(
        ((left - right).abs() <= tolerance * right.abs().clamp(min=1)).all()
    )

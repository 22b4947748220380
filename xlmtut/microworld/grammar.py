"""The grammar machinery that all languages share: patterns with slots, and agreement.

A **pattern** is text with slots and optional groups::

    {subject nom} {verb past <subject} {object acc}[ {place at}][ {time}]

``{verb past <subject}`` is the form of the verb for *past* and for the features of the subject: agreement.
Of several controllers, ``{verb past <object <subject}``, later ones have precedence.
A group in brackets is left out when one of its slots is empty. Slots are filled by roles (the subject …) or
by function words of the language (an auxiliary …).

Features of one **dimension** (case, number, gender …) exclude each other: one that a slot names replaces the
one that was inherited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from xlmtut.microworld.words import Features, GrammarError

__all__ = [
    "Grammar",
    "Group",
    "Pattern",
    "Slot",
    "Text",
    "compile_pattern",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """``{name feature … <controller …}``."""

    name: str
    features: Features
    controllers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``[…]``: left out when the role of one of its slots is empty."""

    parts: Pattern
    needs: tuple[str, ...]


Pattern = tuple["str | Slot | Group", ...]
_TOKEN = re.compile(r"\{([^{}]+)\}|\[|\]|[^{}\[\]]+")


@cache
def compile_pattern(pattern: str, object_pattern: str | None = None) -> Pattern:
    """Read a pattern; a verb may bring its own pattern for its ``{object …}``.

    Raises
    ------
    GrammarError
        If a bracket or brace is open or alone.

    Examples
    --------
    >>> compile_pattern("{subject} slept")
    (Slot(name='subject', features=frozenset(), controllers=()), ' slept')
    """
    stack: list[list[str | Slot | Group]] = [[]]
    matched = 0
    for match in _TOKEN.finditer(pattern):
        matched += len(match[0])
        if match[0] == "[":
            stack.append([])
        elif match[0] == "]":
            if len(stack) == 1:
                raise GrammarError(f"pattern {pattern!r} closes a bracket that is not open")
            parts = tuple(stack.pop())
            stack[-1].append(Group(parts, tuple(p.name for p in parts if isinstance(p, Slot))))
        elif match[1]:
            name, *rest = match[1].split()
            slot = Slot(
                name,
                frozenset(r for r in rest if not r.startswith("<")),
                tuple(r[1:] for r in rest if r.startswith("<")),
            )
            stack[-1].extend(
                compile_pattern(object_pattern) if name == "object" and object_pattern else [slot]
            )
        else:
            stack[-1].append(match[0])
    if len(stack) > 1 or matched != len(pattern):
        raise GrammarError(f"pattern {pattern!r} has a bracket or brace that is not closed")
    return tuple(stack[0])


class Text:
    """A text under construction that remembers where the parts of it stand.

    Attributes
    ----------
    spans : dict of str to (int, int)
        Start and end of the text of every role, of ``role.noun`` and other parts of noun phrases.
    """

    __slots__ = ("_length", "_parts", "spans")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.spans: dict[str, tuple[int, int]] = {}

    def append(self, text: str, tag: str | None = None) -> None:
        """Add text without doubling a space; ``*…*`` in it marks the name inside a phrase."""
        if text and text[0] == " " and (not self._parts or self._parts[-1][-1] == " "):
            text = text.lstrip(" ")
        if not text:
            return
        if "*" in text:
            before, name, after = text.split("*")
            start = self._length + len(before)
            self.spans[f"{tag}.name"] = (start, start + len(name))
            text = before + name + after
        if tag:
            self.spans[tag] = (self._length, self._length + len(text))
        self._parts.append(text)
        self._length += len(text)

    def open(self) -> int:
        """Where the next text will start, if it does not start with a space."""
        return self._length

    def close(self, tag: str, start: int) -> None:
        """Say that what was added since ``start`` is the text of a role."""
        if self._length > start:
            self.spans[tag] = (start, self._length)

    def __str__(self) -> str:
        return "".join(self._parts).rstrip(" ")


class Grammar:
    """Feature dimensions and tables with keys of features.

    Parameters
    ----------
    dimensions : mapping of str to iterable of str
        For example ``{"case": ["nom", "acc"], "gender": ["m", "f"]}``.
    """

    def __init__(self, dimensions: Mapping[str, Iterable[str]]) -> None:
        self._rivals: dict[str, Features] = {}
        for values in dimensions.values():
            everything = frozenset(values)
            for value in everything:
                self._rivals[value] = everything
        self._merged: dict[tuple[Features, Features], Features] = {}

    def merge(self, inherited: Features, named: Features) -> Features:
        """Both, but of one dimension only what is named."""
        if not named:
            return inherited
        key = (inherited, named)
        merged = self._merged.get(key)
        if merged is None:
            rivals: set[str] = set()
            for feature in named:
                rivals |= self._rivals.get(feature, frozenset())
            merged = self._merged[key] = frozenset((inherited - rivals) | named)
        return merged


def best_key(keys: Iterable[Features], features: Features) -> Features | None:
    """The key with the most features, all among those given; of equal ones the first."""
    fitting = [key for key in keys if key <= features]
    return max(fitting, key=len) if fitting else None

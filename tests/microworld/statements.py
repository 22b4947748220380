"""Short ways to write statements in tests."""

from __future__ import annotations

from typing import Any

from xlmtut.microworld.world import Statement, Thing


def a(noun: str, adjective: str | None = None) -> Thing:
    """A car, a red car."""
    return Thing(noun, adjective=adjective)


def the(noun: str, adjective: str | None = None) -> Thing:
    """The car, the red car."""
    return Thing(noun, definite=True, adjective=adjective)


def some(noun: str, adjective: str | None = None) -> Thing:
    """Several cars; in an attitude: cars in general."""
    return Thing(noun, adjective=adjective, count=None)


def n(count: int, noun: str, adjective: str | None = None) -> Thing:
    """Three cars."""
    return Thing(noun, adjective=adjective, count=count)


def st(subject: str | Thing, predicate: str, object: str | Thing | None = None, **more: Any) -> Statement:
    """``st("anna", "buy", a("car"), place="paris")``; a name stands for the person."""
    things = [Thing(x) if isinstance(x, str) else x for x in (subject, object)]
    assert things[0] is not None
    return Statement(predicate, things[0], things[1], **more)

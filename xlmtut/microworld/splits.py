"""Which statements belong to training, validation and test: no statement belongs to two.

Every combination of an actor and a *domain* is in one split: what Anna buys, sells and has may be training
text, what she draws test text, and another person's the other way round. So each word is learned in training,
while whole combinations of concepts are held out, in all languages and all tasks at once. The split of a
statement follows from its meaning. A premise and its hypothesis share their split, because what is inferred
from a statement stays in its domain or is checked.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Literal

from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.world import Statement, Thing

__all__ = ["SPLITS", "Split", "actors", "domain", "share", "split_of", "stable_order"]

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
_HELD_OUT = 0.2  # the share of validation, and of test
_POSSESSION = {"buy", "sell", "find", "lose", "has"}
_LOCATION = {"at", "arrive", "leave"}
_SCENE = {"left_of", "right_of", "above", "below"}


def stable_order(items: tuple[str, ...], salt: str) -> list[str]:
    """The items in an order that looks random and is the same on every machine."""
    return sorted(items, key=lambda item: hashlib.blake2b(f"{salt}/{item}".encode()).digest())


@cache
def share(items: tuple[str, ...], salt: str, split: Split) -> tuple[str, ...]:
    """The items that are dealt to a split: three fifths to training, a fifth to validation and to test."""
    order = stable_order(items, salt)
    held = max(1, round(_HELD_OUT * len(order)))
    dealt = {"test": order[:held], "validation": order[held : 2 * held], "train": order[2 * held :]}[split]
    return tuple(item for item in items if item in dealt)


def domain(statement: Statement) -> str:
    """What kind of thing the statement is about: the unit that is held out with an actor."""
    world, predicate = ontology(), statement.predicate
    if predicate in _POSSESSION:
        return "possession"
    if predicate in _LOCATION:
        return "location"
    if predicate in _SCENE:
        return "scene"
    if predicate in world.social:
        return "social"
    if predicate in world.attitudes:
        return "attitude"
    if predicate in ("is", "more") and statement.adjective:
        return world.family_of[statement.adjective]
    return predicate


def _dealt(thing: Thing) -> str:
    """What is dealt to a split: a person or thing; of a scene, the shape with its colour."""
    if thing.adjective and ontology().is_a(thing.concept, "SHAPE"):
        return f"{thing.adjective} {thing.concept}"
    return thing.concept


@cache
def actors(of: str, split: Split, people: bool) -> tuple[str, ...]:
    """The people, or the things, that act in a domain in a split.

    Parameters
    ----------
    of : str
        A domain.
    split : str
        ``"train"`` (three fifths of the actors), ``"validation"`` or ``"test"`` (a fifth each).
    people : bool
        People, or else things; of scenes, coloured shapes as ``"red circle"``.
    """
    world = ontology()
    if people:
        everyone = world.people
    elif of == "scene":
        colours = world.families["colour"]["members"]
        everyone = tuple(f"{colour} {shape}" for shape in world.things("SHAPE") for colour in colours)
    elif of in world.families:
        everyone = world.leaves(*world.families[of]["of"])
    else:
        everyone = world.leaves("GOODS")
    return share(everyone, of, split)


def split_of(statement: Statement) -> Split | None:
    """The split of a statement; None if its actors belong to different ones, so that it is in no data at all.

    Examples
    --------
    >>> bought = Statement("buy", Thing("anna"), Thing("car"))
    >>> split_of(bought) == split_of(~bought) == split_of(Statement("has", Thing("anna"), Thing("vehicle")))
    True
    """
    of, world = domain(statement), ontology()
    who = [statement.subject]
    if statement.object and (of in ("social", "scene") or statement.predicate == "more"):
        who.append(statement.object)
    for split in SPLITS:
        if all(_dealt(thing) in actors(of, split, thing.concept in world.people) for thing in who):
            return split
    return None

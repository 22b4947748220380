"""Short ways to write statements in tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from xlmtut.microworld.ontology import ontology
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


def every_kind() -> Iterator[Statement]:
    """Statements with every verb and object, adjective and noun, place and time, both ways."""
    world = ontology()
    people, times = cycle(world.people), cycle([None, *(t for t in world.times if t in PAST)])
    places = cycle([None, *world.places])
    for verb, row in world.verbs.items():
        for noun in world.things(*row["objects"]):
            for thing in _phrases(noun):
                statement = st(next(people), verb, thing, place=next(places), time=next(times))
                yield from (statement, ~statement)
    for noun in world.things("GOODS"):
        for thing in _phrases(noun):
            statement = st(next(people), "has", thing)
            yield from (statement, ~statement)
        for verb in world.attitudes:
            generic = Thing(noun) if world.nouns[noun].get("mass") else some(noun)
            statement = st(next(people), verb, generic)
            yield from (statement, ~statement)
    for person in world.people:
        for verb in world.social:
            statement = st(person, verb, next(people), place=next(places), time=next(times))
            if statement.object != statement.subject:
                yield from (statement, ~statement)
        for occupation in world.occupations:
            statement = st(person, "is_a", occupation)
            yield from (statement, ~statement)
    for adjective, family in world.family_of.items():
        row = world.families[family]
        subjects: list[Any] = [the(noun) for noun in world.things(*row["of"])]
        subjects += ["anna", "ivan"] if "PERSON" in row["of"] else []
        for subject, other in zip(subjects, subjects[1:] + subjects[:1], strict=True):
            statement = st(subject, "is", adjective=adjective)
            yield from (statement, ~statement)
            if row.get("compared"):
                statement = st(subject, "more", other, adjective=adjective)
                yield from (statement, ~statement)
    for place, row in world.places.items():
        subjects = [next(people), next(people), the("dog"), the("car"), the("key")]
        for subject in subjects:
            yield from (st(subject, "at", place=place), ~st(subject, "at", place=place))
        for predicate in ("arrive", "leave"):
            statement = st(next(people), predicate, place=place, time=next(times))
            yield from (statement, ~statement)
        if row["kind"] in ("city", "country"):
            statement = st(next(people), "live", place=place)
            yield from (statement, ~statement)
            employed = Thing(next(people), surname=world.surnames[len(place) % len(world.surnames)])
            for organisation in world.organisations:
                yield st(employed, "work", organisation, place=place)
            yield from (st(next(people), "work", organisation), ~st(next(people), "work", organisation))
    shapes, colours = world.things("SHAPE"), world.families["colour"]["members"]
    for shape in shapes:
        for colour in colours:
            for predicate in ("left_of", "right_of", "above", "below"):
                yield st(a(shape, colour), predicate, a(shapes[-1], colours[0]))


PAST = [time for time, row in ontology().times.items() if not row.get("future")]


def _phrases(noun: str) -> Iterator[Thing]:
    """A noun as it may stand in a sentence: with and without article, adjective and number."""
    world = ontology()
    adjectives = [
        adjective
        for adjective, family in world.family_of.items()
        if world.may_be(noun, adjective) and not world.families[family].get("result")
    ]
    yield from (a(noun), the(noun))
    yield from (thing for adjective in adjectives for thing in (a(noun, adjective), the(noun, adjective)))
    if not world.nouns[noun].get("mass"):
        yield some(noun)
        for count in (2, 3, 4, 5, 6):
            yield n(count, noun)
            yield from (n(count, noun, adjective) for adjective in adjectives[:1])


def every_question() -> Iterator[tuple[str, Statement]]:
    """A part to ask for, and the statement that answers."""
    full = {"place": "paris", "time": "yesterday"}
    for verb, row in ontology().verbs.items():
        for noun in ontology().things(*row["objects"])[:3]:
            yield from (
                (about, st("anna", verb, a(noun), **full)) for about in ("who", "what", "where", "when")
            )
            yield from ((about, st("ivan", verb, the(noun), **full)) for about in ("who", "where", "when"))
    for verb in ontology().social:
        yield from ((about, st("anna", verb, "ivan", **full)) for about in ("who", "where", "when"))
    for subject in ("anna", "ivan", the("dog"), the("car"), the("key")):
        yield "where", st(subject, "at", place="park")
    yield from (("where", st(name, "live", place="rome")) for name in ("anna", "ivan"))
    yield "who", st("anna", "work", "nordia")
    yield from (("who", st("anna", "has", the(noun))) for noun in ("car", "key", "bag"))


def every_request() -> Iterator[tuple[str, dict[str, Any]]]:
    """An intent and its slots, with and without those that may be left out."""
    future = [time for time, row in ontology().times.items() if row.get("future")]
    for device in ("lamp", "radio", "computer"):
        for intent in ("turn_on", "turn_off"):
            yield from ((intent, {"device": the(device), **more}) for more in ({}, {"place": "kitchen"}))
    for time in future:
        for more in ({}, {"time": time}):
            yield "weather", {"place": "paris", **more}
            yield "order", {"food": n(3, "apple"), **more}
            yield "order", {"food": a("soup"), **more}
            yield "call_person", {"person": Thing("anna"), **more}
            yield "remind", {"object": the("car"), **more}
            yield "book_ticket", {"place": "london", **more}
    yield from (("play_song", {"person": Thing(name)}) for name in ("leila", "omar"))

"""Draw statements and stories at random: what a language speaks of, how often, and in which split."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import accumulate
from typing import ClassVar

from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.splits import Split, actors, domain, split_of, stable_order
from xlmtut.microworld.world import Statement, Thing

__all__ = ["COMMON_TASTE", "PAST_TIMES", "Draw", "Taste"]

PAST_TIMES = tuple(time for time, row in ontology().times.items() if not row.get("future"))
_EXPONENT = 0.8  # of Zipf's law: the second most frequent concept comes 1 / 2^0.8 as often as the first


class Taste:
    """How often concepts are spoken of: by Zipf's law, in an order that may be a language's own.

    Parameters
    ----------
    language : str, optional
        Whose order; None for the order common to all.
    shift : float
        From 0, the common order, to 1, an order that has nothing to do with that of other languages.
    """

    def __init__(self, language: str | None = None, shift: float = 0.0) -> None:
        if not 0 <= shift <= 1:
            raise ValueError(f"shift is {shift}; expected a number from 0 (one order for all) to 1")
        self._language, self._shift = language, shift
        self._weights: dict[tuple[str, ...], list[float]] = {}

    def pick(self, items: tuple[str, ...], rng: random.Random) -> str:
        """One of the items."""
        weights = self._weights.get(items)
        if weights is None:
            common, own = stable_order(items, "all"), stable_order(items, f"of {self._language}")
            score = {
                item: (1 - self._shift) * common.index(item) + self._shift * own.index(item) for item in items
            }
            rank = {item: i for i, item in enumerate(sorted(items, key=lambda item: score[item]))}
            weights = list(accumulate((rank[item] + 1) ** -_EXPONENT for item in items))
            self._weights[items] = weights
        return items[bisect(weights, rng.random() * weights[-1])]


COMMON_TASTE = Taste()
"""The order of concepts that all languages share."""


@cache
def _objects(verb: str) -> tuple[str, ...]:
    world = ontology()
    return tuple(world.things(*(world.verbs.get(verb) or world.attitudes[verb])["objects"]))


@cache
def _adjectives(noun: str) -> tuple[str, ...]:
    """Adjectives that stand before the noun."""
    world = ontology()
    return tuple(
        adjective
        for adjective, family in world.family_of.items()
        if world.may_be(noun, adjective) and not world.families[family].get("result")
    )


@cache
def _families(people: bool, compared: bool = False) -> tuple[str, ...]:
    """The families of adjectives for people, or for things; only those that compare."""
    return tuple(
        family
        for family, row in ontology().families.items()
        if (row["of"] == ["PERSON"]) == people and (row.get("compared") or not compared)
    )


@cache
def _places(outdoors: bool, *kinds: str) -> tuple[str, ...]:
    return tuple(
        place
        for place, row in ontology().places.items()
        if row["kind"] in kinds and (not outdoors or row.get("outdoors") or row["kind"] != "site")
    )


@cache
def _outdoors(predicate: str, concept: str) -> bool:
    world, noun = ontology(), ontology().nouns.get(concept)
    while noun and "outdoors" not in noun:
        noun = world.nouns.get(noun.get("isa", ""))
    return bool(noun or world.verbs.get(predicate, {}).get("outdoors"))


class Draw:
    """Random statements of one split.

    Parameters
    ----------
    rng : random.Random
    split : str
    taste : Taste
    """

    # How often each kind of statement is drawn where nothing else is asked for.
    KINDS: ClassVar[dict[str, int]] = {
        "event": 40, "social": 14, "has": 8, "is_thing": 8, "is_person": 6, "at": 6, "arrive": 3, "leave": 2,
        "live": 3, "work": 3, "attitude": 6, "more": 4, "is_a": 4,
    }  # fmt: skip

    def __init__(self, rng: random.Random, split: Split, taste: Taste) -> None:
        self.rng, self.split, self.taste = rng, split, taste

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def pick(self, items: tuple[str, ...]) -> str:
        """One of the concepts, by the taste."""
        return self.taste.pick(items, self.rng)

    def person(self, of: str, but: tuple[str, ...] = ()) -> str:
        """Someone who acts in a domain in this split."""
        people = self.people(of)
        while True:
            name = people[int(self.rng.random() * len(people))]
            if name not in but:
                return name

    def people(self, of: str) -> tuple[str, ...]:
        """Who acts in a domain in this split."""
        return actors(of, self.split, True)

    def things(self, of: str) -> tuple[str, ...]:
        """Which things are spoken of in a domain in this split."""
        return actors(of, self.split, False)

    def statement(self, kind: str | None = None) -> Statement:
        """A positive statement, of any kind or of one in :attr:`KINDS`."""
        if kind is None:
            kind = self.rng.choices(tuple(self.KINDS), cum_weights=_CUMULATIVE)[0]
        maker: Callable[[], Statement] = getattr(self, kind)
        return maker()

    # -- statements by kind ------------------------------------------------------------------------------

    def event(self, verb: str | None = None, noun: str | None = None) -> Statement:
        """Someone did something to a thing."""
        verbs = ontology().verbs
        verb = verb or self.pick(tuple(verbs))
        noun = noun or self.pick(_objects(verb))
        if verbs[verb].get("one"):
            thing = self.thing(noun, count=0.0)
        else:
            thing = self.thing(noun, definite=0.5 if verbs[verb].get("then") else 0.1)
        who = self.person(domain(Statement(verb, Thing("anna"))))
        return self._when_and_where(Statement(verb, Thing(who), thing))

    def social(self) -> Statement:
        """Someone did something to someone."""
        verb = self.pick(tuple(ontology().social))
        first = self.person("social")
        second = self.person("social", but=(first,))
        return self._when_and_where(Statement(verb, Thing(first), Thing(second)))

    def has(self, noun: str | None = None) -> Statement:
        """Someone has something."""
        thing = self.thing(noun or self.pick(_objects("buy")), definite=0.1, count=0.3)
        return Statement("has", Thing(self.person("possession")), thing)

    def is_thing(self, family: str | None = None) -> Statement:
        """A thing is somehow."""
        family = family or self.pick(_families(False))
        things = self.things(family)
        noun = things[int(self.rng.random() * len(things))]
        adjective = self.rng.choice(ontology().families[family]["members"])
        return Statement("is", Thing(noun, definite=True), adjective=adjective)

    def is_person(self, family: str | None = None) -> Statement:
        """A person is somehow."""
        family = family or self.pick(_families(True))
        adjective = self.rng.choice(ontology().families[family]["members"])
        return Statement("is", Thing(self.person(family)), adjective=adjective)

    def at(self) -> Statement:
        """Someone, or a thing, is somewhere."""
        subject = Thing(self.person("location"))
        kinds: tuple[str, ...] = ("room", "site", "city", "country")
        if self.chance(0.2):
            subject, kinds = Thing(self.pick(self.things("location")), definite=True), ("room", "site")
        return Statement("at", subject, place=self.pick(_places(False, *kinds)))

    def arrive(self, predicate: str = "arrive") -> Statement:
        """Someone arrived somewhere."""
        place = self.pick(_places(False, "room", "site", "city", "country"))
        time = self.pick(PAST_TIMES) if self.chance(0.5) else None
        return Statement(predicate, Thing(self.person("location")), place=place, time=time)

    def leave(self) -> Statement:
        """Someone left a place."""
        return self.arrive("leave")

    def live(self) -> Statement:
        """Someone lives in a city or country."""
        place = self.pick(_places(False, "city") if self.chance(0.7) else _places(False, "country"))
        return Statement("live", Thing(self.person("live")), place=place)

    def work(self) -> Statement:
        """Someone works for an organisation."""
        place = self.pick(_places(False, "city")) if self.chance(0.5) else None
        organisation = Thing(self.pick(ontology().organisations))
        return Statement("work", Thing(self.person("work")), organisation, place=place)

    def attitude(self) -> Statement:
        """Someone likes, loves or hates a kind of thing."""
        verb = self.pick(tuple(ontology().attitudes))
        noun = self.pick(_objects(verb))
        return Statement(verb, Thing(self.person("attitude")), self.kind(noun))

    def more(self) -> Statement:
        """One is taller than the other."""
        world, people = ontology(), self.chance(0.6)
        family = self.pick(_families(people, compared=True))
        both = self.people(family) if people else self.things(family)
        if len(both) < 2:
            return self.more()
        first, second = self.rng.sample(both, 2)
        if not people:  # a hammer is compared with a saw rather than with a house
            kind = world.nouns[first]["isa"]
            alike = [thing for thing in both if world.nouns[thing]["isa"] == kind and thing != first]
            second = self.rng.choice(alike) if alike else second
        adjective = self.rng.choice(world.families[family]["members"])
        things = [Thing(concept, definite=not people) for concept in (first, second)]
        return Statement("more", things[0], things[1], adjective=adjective)

    def is_a(self) -> Statement:
        """Someone has an occupation."""
        return Statement("is_a", Thing(self.person("is_a")), Thing(self.pick(ontology().occupations)))

    # -- parts -------------------------------------------------------------------------------------------

    def thing(self, noun: str, definite: float = 0.0, count: float = 0.15, adjective: float = 0.3) -> Thing:
        """A noun phrase; the numbers are probabilities."""
        world = ontology()
        certain = noun not in world.below and self.chance(definite)
        described = self.pick(_adjectives(noun)) if self.chance(adjective) and _adjectives(noun) else None
        counted = not certain and not world.nouns[noun].get("mass") and self.chance(count)
        return Thing(noun, certain, described, self.rng.choice((None, 2, 3, 4, 5, 6)) if counted else 1)

    def kind(self, noun: str) -> Thing:
        """A kind of thing, of which one likes or hates all."""
        return Thing(noun, count=1 if ontology().nouns[noun].get("mass") else None)

    def place(self, s: Statement) -> str:
        """Where something happens: one does not drive, nor meet a horse, in the kitchen."""
        thing = s.object.concept if s.object else ""
        outdoors = _outdoors(s.predicate, thing)
        place = self.pick(_places(outdoors, *(("site",) if outdoors else ("room", "site")), "city"))
        return place if place != thing else self.place(s)  # nor see a house in the house

    def _when_and_where(self, statement: Statement) -> Statement:
        place = self.place(statement) if self.chance(0.35) else None
        time = self.pick(PAST_TIMES) if self.chance(0.4) else None
        return replace(statement, place=place, time=time) if place or time else statement

    def fits(self, statement: Statement) -> bool:
        """Whether the statement belongs to this split."""
        return split_of(statement) == self.split


_CUMULATIVE = list(accumulate(Draw.KINDS.values()))

"""Say less, say more, say something else: the steps from one statement to a related one.

Stories are told with these steps and premises are made with them. What a step is for is in its name; whether
it holds is always judged by :class:`~xlmtut.microworld.world.Facts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count

from xlmtut.microworld.draw import PAST_TIMES, Draw
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.splits import domain
from xlmtut.microworld.world import Statement, Thing

__all__ = [
    "another_actor",
    "another_object",
    "closer",
    "concepts",
    "consequence",
    "generalised",
    "mentioning",
    "opposite",
    "shorter",
]


def shorter(s: Statement, draw: Draw) -> Statement | None:
    """Without the place, the time or the adjective of the object."""
    options = []
    if s.place and s.predicate not in ("at", "arrive", "leave", "live"):
        options.append(replace(s, place=None))
    if s.time:
        options.append(replace(s, time=None))
    if s.object and s.object.adjective and not s.object.definite and s.object.count in (None, 1):
        options.append(replace(s, object=replace(s.object, adjective=None)))
    return draw.rng.choice(options) if options else None


def closer(s: Statement, draw: Draw) -> Statement | None:
    """With a place, a time or an adjective that the statement lacks (an event's)."""
    world, options = ontology(), []
    event = s.predicate in world.verbs or s.predicate in world.social
    if event and not s.place:
        options.append(replace(s, place=draw.place(s)))
    if (event or s.predicate in ("arrive", "leave")) and not s.time:
        options.append(replace(s, time=draw.pick(PAST_TIMES)))
    if s.object and s.predicate in world.verbs and not s.object.adjective and s.object.count in (None, 1):
        described = draw.thing(s.object.concept, adjective=1.0).adjective
        if described and not s.object.definite:
            options.append(replace(s, object=replace(s.object, adjective=described)))
    return draw.rng.choice(options) if options else None


def generalised(s: Statement, draw: Draw) -> Statement | None:
    """A fruit for an apple, Spain for Madrid, Monday for Monday morning."""
    world, options = ontology(), []
    if s.place and s.predicate != "leave" and (outer := world.places[s.place].get("within")):
        options.append(replace(s, place=outer))
    if s.time and (longer := world.times[s.time].get("within")):
        options.append(replace(s, time=longer))
    if s.object and (s.predicate in world.verbs or s.predicate == "has"):
        kind = world.nouns[s.object.concept]["isa"]
        if not kind.isupper() and s.object.count in (None, 1):
            mass = world.nouns[kind].get("mass")
            options.append(replace(s, object=Thing(kind, count=1 if mass else s.object.count)))
    return draw.rng.choice(options) if options else None


def consequence(s: Statement) -> Statement | None:
    """What an action brought about, or what a feeling includes."""
    world = ontology()
    if s.predicate in ("arrive", "leave"):
        return Statement("at", s.subject, place=s.place, positive=s.predicate == "arrive")
    if s.predicate in world.attitudes:
        then = world.attitudes[s.predicate].get("then")
        return replace(s, predicate=then.removeprefix("-"), positive=then[0] != "-") if then else None
    if s.predicate in world.social and world.social[s.predicate].get("symmetric") and s.object:
        return replace(s, subject=s.object, object=s.subject)
    then = world.verbs.get(s.predicate, {}).get("then")
    if not then or s.object is None:
        return None
    if then == "has" or (then == "-has" and s.object.definite):
        return Statement("has", s.subject, s.object, positive=then == "has")
    if then.endswith("has") or not s.object.definite:
        return None
    thing = replace(s.object, adjective=None)
    return Statement("is", thing, adjective=then.removeprefix("-"), positive=then[0] != "-")


def opposite(s: Statement, draw: Draw) -> Statement | None:
    """A positive statement that the given one excludes: green for red, Rome for Paris, four for three."""
    world = ontology()
    if s.predicate == "is" and s.adjective:
        others = [a for a in world.families[world.family_of[s.adjective]]["members"] if a != s.adjective]
        return replace(s, adjective=draw.rng.choice(others)) if others else None
    if s.predicate in ("at", "live") and s.place:
        return replace(s, place=draw.pick(_elsewhere(s.place)))
    if s.predicate == "more" and s.object:
        return replace(s, subject=s.object, object=s.subject)
    if s.predicate == "has" and s.object and s.object.count not in (None, 1):
        count = draw.rng.choice([c for c in (2, 3, 4, 5, 6) if c != s.object.count])
        return replace(s, object=replace(s.object, count=count))
    if s.predicate in ("like", "love"):
        return replace(s, predicate="hate")
    if s.predicate == "hate":
        return replace(s, predicate=draw.rng.choice(("like", "love")))
    return None


def another_actor(s: Statement, draw: Draw) -> Statement | None:
    """Someone else, or another thing, in the place of the subject."""
    if s.subject.concept in ontology().people:
        but = [s.subject.concept] + ([s.object.concept] if s.object else [])
        people = draw.people(domain(s))
        others = [name for name in people if name not in but]
        return replace(s, subject=Thing(draw.rng.choice(others))) if others else None
    things = [thing for thing in draw.things(domain(s)) if thing != s.subject.concept]
    things = [t for t in things if s.object is None or t != s.object.concept]
    return replace(s, subject=replace(s.subject, concept=draw.rng.choice(things))) if things else None


def another_object(s: Statement, draw: Draw) -> Statement | None:
    """A pear for an apple: something else of the same kind, to which the same may happen."""
    world = ontology()
    if s.object is None or s.object.concept not in world.nouns:
        return None
    kind = world.nouns[s.object.concept]["isa"]
    mass = bool(world.nouns[s.object.concept].get("mass"))
    others = [
        noun
        for noun in world.things(kind)
        if noun not in world.below
        and not world.is_a(noun, s.object.concept)
        and bool(world.nouns[noun].get("mass")) == mass
        and (s.predicate not in world.verbs or world.may_happen(s.predicate, noun))
        and (s.object.adjective is None or world.may_be(noun, s.object.adjective))
    ]
    return replace(s, object=replace(s.object, concept=draw.rng.choice(others))) if others else None


def concepts(s: Statement) -> set[str]:
    """What a statement mentions, the predicate included."""
    things = [s.subject, *([s.object] if s.object else [])]
    said = {s.predicate, s.adjective, s.place, s.time}
    said |= {part for thing in things for part in (thing.concept, thing.adjective)}
    return {concept for concept in said if concept}


def mentioning(wanted: set[str], draw: Draw, allowed: Callable[[Statement], bool]) -> Statement:
    """A statement that mentions as many of the concepts as an allowed statement easily can."""
    best: Statement | None = None
    most = -1
    for attempt in count():
        some = wanted if attempt < 2 else {c for c in sorted(wanted) if draw.chance(0.5)}
        s = _with_names(_on_subject(some, draw), some, draw)
        found = len(wanted & concepts(s))
        if found > most and draw.fits(s) and allowed(s):
            best, most = s, found
        if best and (most == len(wanted) or attempt > 4):
            return best
    raise AssertionError  # never: most statements are allowed


_PLAIN = ("has", "at", "more", "work", "is_a", "live", "arrive", "leave")


def _on_subject(wanted: set[str], draw: Draw) -> Statement:
    """A statement with the predicate, adjective or noun that is wanted."""
    world = ontology()
    nouns, adjectives = wanted & world.nouns.keys(), wanted & world.family_of.keys()
    if plain := sorted(wanted.intersection(_PLAIN)):
        s = draw.statement(plain[0])
    elif wanted & world.attitudes.keys():
        s = replace(draw.attitude(), predicate=min(wanted & world.attitudes.keys()))
    elif wanted & world.social.keys():
        s = replace(draw.social(), predicate=min(wanted & world.social.keys()))
    elif adjectives:
        family = world.family_of[min(adjectives)]
        person = world.families[family]["of"] == ["PERSON"]
        s = replace(draw.is_person(family) if person else draw.is_thing(family), adjective=min(adjectives))
    elif any(world.places[place]["kind"] == "country" for place in wanted & world.places.keys()):
        s = draw.live()
    elif wanted & world.verbs.keys() or any(world.verbs_for(noun) for noun in nouns):
        noun, verbs = min(nouns, default=None), wanted & world.verbs.keys()
        able = world.verbs_for(noun) if noun else tuple(world.verbs)
        verb = min(verbs.intersection(able) or verbs, default=None) or draw.pick(able)
        s = draw.event(verb, noun if verb in able else None)
    else:
        s = draw.statement()
    return s


def _with_names(s: Statement, wanted: set[str], draw: Draw) -> Statement:
    """The statement with people, places and times that are wanted."""
    world = ontology()
    people = [p for p in sorted(wanted) if p in world.people and p in draw.people(domain(s))]
    if people and s.subject.concept in world.people:
        with_object = s.object is not None and s.object.concept in world.people
        if not (with_object and s.object and s.object.concept == people[0]):
            s = replace(s, subject=Thing(people[0]))
        if with_object and len(people) > 1:
            s = replace(s, object=Thing(people[1]))
    elif s.predicate == "is":
        things = [t for t in sorted(wanted) if t in draw.things(domain(s))]
        s = replace(s, subject=replace(s.subject, concept=things[0])) if things else s
    event = s.predicate in world.verbs or s.predicate in world.social
    for place in sorted(wanted & world.places.keys()):
        said = s.object is not None and s.object.concept == place
        if not said and (event or s.predicate in ("live", "at", "arrive", "leave")):
            s = replace(s, place=place)
    for time in sorted(wanted & world.times.keys()):
        if event:
            s = replace(s, time=time)
    return s


@cache
def _elsewhere(place: str) -> tuple[str, ...]:
    """Where nobody is who is there, among places named as readily: rooms for a room, cities for a city."""
    world = ontology()
    kind = world.places[place]["kind"]
    return tuple(p for p, row in world.places.items() if row["kind"] == kind and world.exclusive(p, place))

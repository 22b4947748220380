"""Pairs of premise and hypothesis whose label is known by inference and whose phenomenon has a name.

The hypothesis is drawn first, without regard to the label; the premise is then made so that the label holds.
So the hypothesis alone says nothing about the label. Half of the hypotheses are denials, which turns what the
premise would entail into what it contradicts: so *not* says nothing either. A premise has two or three
sentences whatever the label, at least one of them a denial and one not, and those that do not matter mention
what the hypothesis mentions and the rest does not: so words in common say little.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from xlmtut.microworld.draw import COMMON_TASTE, Draw
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.relations import another_actor, another_object, closer, concepts, mentioning, opposite
from xlmtut.microworld.splits import Split, domain
from xlmtut.microworld.world import LABELS, Facts, Label, Statement, Thing

__all__ = ["PHENOMENA", "Pair", "draw_pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise of two or three statements, a hypothesis, and what the one says of the other.

    Attributes
    ----------
    premise : tuple of Statement
    hypothesis : Statement
    label : str
    phenomenon : str
        What must be understood to find the label, one of :data:`PHENOMENA`.
    """

    premise: tuple[Statement, ...]
    hypothesis: Statement
    label: Label
    phenomenon: str

    @property
    def words(self) -> tuple[int | None, int | None]:
        """Which words premise and hypothesis use for concepts with two: any, or the first and the second."""
        return (0, 1) if self.phenomenon == "synonym" else (None, None)


# What the premise must say of the positive hypothesis: a phenomenon finds a hypothesis and premises for each.
_Found = tuple[Statement, tuple[Statement | None, ...]]
_Maker = Callable[[Draw, Label], _Found]


def _restatement(draw: Draw, label: Label) -> _Found:
    h = draw.statement()
    if label == "neutral":
        return h, (another_actor(h, draw),)
    return h, (h if label == "entailment" else ~h,)


def _modifier(draw: Draw, label: Label) -> _Found:
    bare = replace(draw.statement(draw.rng.choice(("event", "social"))), place=None, time=None)
    h = closer(bare, draw)
    if h is None:
        return bare, (None,)
    if label == "entailment":
        return h, (closer(h, draw),)
    return h, (~bare if label == "contradiction" else draw.rng.choice((bare, closer(bare, draw))),)


def _hypernym(draw: Draw, label: Label) -> _Found:
    verb = draw.pick(_verbs_of_kinds())
    if draw.chance(0.5) and (middle := _middle_kinds(verb)):  # the hypothesis is the general statement
        kind = draw.pick(middle)
        h = _mention(draw, verb, kind)
        special = replace(h, object=Thing(draw.pick(_hyponyms(verb, kind))))
        if label == "entailment":
            return h, (special,)
        if label == "contradiction":
            return h, (~replace(h, object=Thing(ontology().nouns[kind]["isa"])),)
        return h, (draw.rng.choice((~special, another_actor(special, draw))),)
    kind = draw.pick(_kinds(verb))
    h = _mention(draw, verb, draw.pick(_hyponyms(verb, kind)))
    general = replace(h, object=Thing(kind))
    if label == "entailment":
        return h, (closer(h, draw),)
    return h, (~general if label == "contradiction" else general,)


def _cohyponym(draw: Draw, label: Label) -> _Found:
    h = draw.statement(draw.rng.choice(("event", "has", "is_thing", "at")))
    if h.predicate in ontology().verbs or h.predicate == "has":
        other = another_object(h, draw)
        if label == "neutral":
            return h, (other,)
        return h, (other, closer(h, draw) or h) if label == "entailment" else (other, ~h)
    if h.predicate == "is":
        h = draw.is_thing("colour")
    other = opposite(h, draw)
    if label == "contradiction":
        return h, (other,)
    if label == "neutral":
        return h, (another_actor(draw.rng.choice((h, other)), draw) if other else None,)
    return h, (h, another_actor(other, draw) if other else None)


def _antonym(draw: Draw, label: Label) -> _Found:
    families = ontology().families
    family = draw.pick(tuple(f for f, row in families.items() if len(row["members"]) == 2))
    h = draw.is_person(family) if families[family]["of"] == ["PERSON"] else draw.is_thing(family)
    other = opposite(h, draw)
    if label == "contradiction" or other is None:
        return h, (other,)
    if label == "entailment":
        return h, (~other,) if families[family].get("complementary") else (h, another_actor(other, draw))
    # Of families without a middle ground, some readers would say that what is not sick is healthy.
    between = families[family].get("between") and draw.chance(0.5)
    return h, (~other if between else another_actor(draw.rng.choice((h, other)), draw),)


def _containment(draw: Draw, label: Label) -> _Found:
    world = ontology()
    predicate = draw.rng.choice(("at", "live"))
    kinds = ("country",) if predicate == "live" else ("country", "site")
    places = tuple(p for p in world.inside if p in world.places and world.places[p]["kind"] in kinds)
    place = draw.pick(places)
    subject = Thing(draw.person("location" if predicate == "at" else "live"))
    if world.places[place]["kind"] == "site" and draw.chance(0.3):  # of a thing, one says in which room
        subject = Thing(draw.pick(draw.things("location")), definite=True)
    outer = Statement(predicate, subject, place=place)
    inner = replace(outer, place=draw.rng.choice(world.inside[place]))
    if draw.chance(0.5):  # the hypothesis is the special statement
        return inner, ({"entailment": inner, "neutral": outer, "contradiction": ~outer}[label],)
    if label == "contradiction":
        outside = [p for p in world.places if world.exclusive(p, place) and "within" in world.places[p]]
        return outer, (replace(outer, place=draw.rng.choice(outside)),)
    return outer, (inner if label == "entailment" else another_actor(inner, draw),)


def _quantity(draw: Draw, label: Label) -> _Found:
    nouns = tuple(n for n in ontology().leaves("GOODS") if not ontology().nouns[n].get("mass"))
    noun, count = draw.pick(nouns), draw.rng.choice((2, 3, 4, 5, 6))
    h = Statement("has", Thing(draw.person("possession")), Thing(noun, count=count))
    vague = replace(h, object=Thing(noun, count=None))
    if draw.chance(0.3):
        if label == "entailment":
            return vague, (h,)
        return vague, (~vague,) if label == "contradiction" else (another_actor(h, draw),)
    other = opposite(h, draw)
    if label == "contradiction":
        return h, (other, another_actor(h, draw))
    elsewhere = another_actor(other, draw) if other else None
    if label == "entailment":
        return h, (h, elsewhere)
    return h, (another_actor(h, draw), vague)


def _action(draw: Draw, label: Label) -> _Found:
    kind = draw.rng.choice(("state", "has", "at"))
    if kind == "at":
        h = Statement("at", Thing(draw.person("location")), place=draw.arrive().place)
        came, left = (Statement(verb, h.subject, place=h.place) for verb in ("arrive", "leave"))
        done = {"entailment": came, "contradiction": left}.get(label) or draw.rng.choice((came, left))
    elif kind == "has":
        things = ontology().leaves(*ontology().verbs["lose"]["objects"])
        h = Statement("has", Thing(draw.person("possession")), Thing(draw.pick(things), definite=True))
        verb = {"entailment": draw.rng.choice(("buy", "find")), "contradiction": "lose"}.get(label)
        done = Statement(verb or draw.rng.choice(("buy", "find", "lose")), h.subject, h.object)
    else:
        return _state(draw, label)
    return h, (another_actor(done, draw) if label == "neutral" else done,)


# By the state of a thing: what brings it about and what ends it.
_CHANGES = {
    "open": {"entailment": "open", "contradiction": "close"},
    "closed": {"entailment": "close", "contradiction": "open"},
    "broken": {"entailment": "break", "contradiction": "repair"},
    "clean": {"entailment": "wash"},
    "dirty": {"contradiction": "wash"},
}


def _state(draw: Draw, label: Label) -> _Found:
    adjective = draw.rng.choice(tuple(_CHANGES))
    things = draw.things(ontology().family_of[adjective])
    h = Statement("is", Thing(draw.rng.choice(things), definite=True), adjective=adjective)
    verb = _CHANGES[adjective].get(label)
    if label == "neutral":
        verb = draw.rng.choice(("see", "draw", "sell", "carry", "buy", "lose", "find"))
    if verb is None:  # nothing one does makes a thing dirty: it was done to another thing
        done = _done(draw, "wash", draw.rng.choice(things))
        return h, (h if label == "entailment" else ~h, None if done and done.object == h.subject else done)
    return h, (_done(draw, verb, h.subject.concept),)


def _done(draw: Draw, verb: str, thing: str) -> Statement | None:
    """Someone did this to the thing, if one does."""
    if not ontology().may_happen(verb, thing):
        return None
    return another_actor(Statement(verb, Thing("anna"), Thing(thing, definite=True)), draw)


def _role_swap(draw: Draw, label: Label) -> _Found:
    h = draw.social()
    if draw.chance(0.3):
        h = replace(h, predicate="meet")
    swapped = replace(h, subject=h.object or h.subject, object=h.subject)
    symmetric = ontology().social[h.predicate].get("symmetric")
    if label == "neutral":
        return h, (another_actor(swapped, draw) if symmetric else swapped,)
    if symmetric:
        return h, (swapped if label == "entailment" else ~swapped,)
    return h, (closer(h, draw),) if label == "entailment" else (~h, swapped)


def _comparison(draw: Draw, label: Label) -> _Found:
    h = draw.more()
    swapped = replace(h, subject=h.object or h.subject, object=h.subject)
    first, second = ontology().families[ontology().family_of[h.adjective or ""]]["members"]
    reverse = second if h.adjective == first else first
    if draw.chance(0.3) and (third := another_actor(h, draw)):  # by way of a third
        chain = {"entailment": h, "contradiction": swapped}.get(label)
        if chain:
            return h, (replace(chain, object=third.subject), replace(chain, subject=third.subject))
        return h, tuple(replace(s, object=third.subject) for s in (h, swapped))
    if label == "entailment":
        return h, (replace(swapped, adjective=reverse),)
    if label == "contradiction":
        return h, (draw.rng.choice((swapped, replace(h, adjective=reverse))),)
    return h, (another_actor(draw.rng.choice((h, swapped)), draw),)


def _synonym(draw: Draw, label: Label) -> _Found:
    words, world = ontology().synonyms, ontology()
    section = draw.rng.choice(sorted(words))
    concept = draw.rng.choice(words[section])
    if section == "verbs":
        h = draw.event(concept)
    elif section == "nouns":
        verbs = [v for v in world.verbs if world.may_happen(v, concept)]
        h = draw.event(draw.rng.choice(verbs), concept)
    elif section == "occupations":
        h = Statement("is_a", Thing(draw.person("is_a")), Thing(concept))
    else:
        family = world.family_of[concept]
        person = world.families[family]["of"] == ["PERSON"]
        h = replace(draw.is_person(family) if person else draw.is_thing(family), adjective=concept)
    if label == "neutral":
        return h, (another_actor(h, draw),)
    return h, (h if label == "entailment" else ~h,)


def _attitude(draw: Draw, label: Label) -> _Found:
    h = replace(draw.attitude(), predicate="like")
    if label == "entailment":
        return h, (replace(h, predicate="love"),)
    if label == "contradiction":
        return h, (replace(h, predicate="hate"),)
    feeling = draw.rng.choice(("love", "hate"))
    return h, (another_actor(replace(h, predicate=feeling), draw),)


_MAKERS: dict[str, _Maker] = {
    "restatement": _restatement,
    "modifier": _modifier,
    "hypernym": _hypernym,
    "cohyponym": _cohyponym,
    "antonym": _antonym,
    "synonym": _synonym,
    "containment": _containment,
    "quantity": _quantity,
    "action": _action,
    "attitude": _attitude,
    "role_swap": _role_swap,
    "comparison": _comparison,
}
PHENOMENA = tuple(_MAKERS)
"""What a pair may turn on. All come equally often, each with all three labels, denied or not."""


def draw_pair(rng: random.Random, split: Split, label: Label, phenomenon: str) -> Pair:
    """Draw a pair with a label.

    Raises
    ------
    ValueError
        If there is no such phenomenon or label.
    """
    if phenomenon not in _MAKERS or label not in LABELS:
        raise ValueError(
            f"no pair {phenomenon!r} with label {label!r}; expected one of {', '.join(PHENOMENA)}"
        )
    draw, denied = Draw(rng, split, COMMON_TASTE), rng.random() < 0.5
    of_claim = label
    if denied and label != "neutral":
        of_claim = "contradiction" if label == "entailment" else "entailment"
    while True:
        claim, premises = _MAKERS[phenomenon](draw, of_claim)
        hypothesis = ~claim if denied else claim
        premise = [p for p in premises if p is not None]
        if len(premise) < len(premises) or not all(draw.fits(s) for s in (*premise, claim)):
            continue
        for _ in range(3 - len(premise) if draw.chance(0.3) else 1):
            premise.append(_aside(hypothesis, premise, draw))
        rng.shuffle(premise)
        facts = Facts(premise)
        if facts.judge(hypothesis) == label and facts.consistent():
            return Pair(tuple(premise), hypothesis, label, phenomenon)


def _aside(hypothesis: Statement, premise: list[Statement], draw: Draw) -> Statement:
    """A statement that leaves the hypothesis open and mentions what of it the premise does not mention."""
    unsaid = concepts(hypothesis).difference(*(concepts(s) for s in premise))
    if all(s.predicate != hypothesis.predicate or s.positive != hypothesis.positive for s in premise):
        unsaid.add(hypothesis.predicate)  # "sang" where the premise has "did not sing"
    aside = mentioning(unsaid, draw, lambda s: not _bears_on(s, hypothesis))
    both = len({s.positive for s in premise}) == 2
    return replace(aside, positive=draw.chance(0.5) if both else not premise[0].positive)


def _bears_on(aside: Statement, claim: Statement) -> bool:
    """Whether a statement tells something of a claim, or might, to a reader who infers more than ``Facts``.

    Who did not leave Moscow is in Moscow, one may think; who does not like fruit does not like apples.
    """
    world = ontology()
    if _shows(aside, claim) or _shows(claim, aside):
        return True
    if domain(aside) != domain(claim) or aside.subject not in (claim.subject, claim.object):
        return False
    if aside.object and claim.object:
        first, second = aside.object.concept, claim.object.concept
        return aside.object == claim.subject or world.is_a(first, second) or world.is_a(second, first)
    if aside.place and claim.place:
        return world.within(aside.place, claim.place) or world.within(claim.place, aside.place)
    return True


def _shows(event: Statement, state: Statement) -> bool:
    """Whether an event tells something of a state: the heavy box is heavy, the opened one is open."""
    if not state.adjective or not event.object or event.object.concept != state.subject.concept:
        return False
    world, family = ontology(), ontology().family_of[state.adjective]
    result = world.verbs.get(event.predicate, {}).get("then", "").removeprefix("-")
    return family in (world.family_of.get(result), world.family_of.get(event.object.adjective or ""))


def _mention(draw: Draw, verb: str, noun: str) -> Statement:
    """A statement about some such thing, without more ado."""
    s = draw.has(noun) if verb == "has" else draw.event(verb, noun)
    return replace(s, object=Thing(noun), place=None, time=None)


def _may(verb: str, noun: str) -> bool:
    return verb == "has" or ontology().may_happen(verb, noun)


@cache
def _verbs_of_kinds() -> tuple[str, ...]:
    return tuple(verb for verb in (*ontology().verbs, "has") if _kinds(verb))


@cache
def _kinds(verb: str) -> tuple[str, ...]:
    """The nouns of a kind to which a verb applies, and to things of that kind."""
    return tuple(kind for kind in ontology().below if _may(verb, kind) and _hyponyms(verb, kind))


@cache
def _middle_kinds(verb: str) -> tuple[str, ...]:
    """Those of these kinds that are themselves of a kind to which the verb applies: fruit, which is food."""
    kinds = ((kind, ontology().nouns[kind]["isa"]) for kind in _kinds(verb))
    return tuple(kind for kind, above in kinds if above in ontology().below and _may(verb, above))


@cache
def _hyponyms(verb: str, kind: str) -> tuple[str, ...]:
    return tuple(noun for noun in ontology().below[kind] if noun not in ontology().below and _may(verb, noun))

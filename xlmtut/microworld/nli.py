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
from xlmtut.microworld.splits import Split
from xlmtut.microworld.world import LABELS, Facts, Label, Statement, Thing

__all__ = ["PHENOMENA", "Pair", "draw_pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise of one or two statements, a hypothesis, and what the one says of the other.

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
    world = ontology()
    verb = draw.pick(tuple(v for v in (*world.verbs, "has") if _kinds(v)))
    kind = draw.pick(_kinds(verb))
    special = draw.pick(_hyponyms(verb, kind))
    of_kind, of_special = _mention(draw, verb, kind), _mention(draw, verb, special)
    of_special = replace(of_special, subject=of_kind.subject)
    if draw.chance(0.5):  # the hypothesis is the general statement
        above = world.nouns[kind]["isa"]
        denied = _mention(draw, verb, above) if above in world.below and _may(verb, above) else of_kind
        if label == "entailment":
            return of_kind, (of_special,)
        if label == "contradiction":
            return of_kind, (~replace(denied, subject=of_kind.subject),)
        return of_kind, (draw.rng.choice((~of_special, another_actor(of_special, draw))),)
    if label == "entailment":
        return of_special, (closer(of_special, draw),)
    return of_special, (~of_kind if label == "contradiction" else of_kind,)


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
    elsewhere = another_actor(other, draw) if other else None
    return h, (h, elsewhere) if label == "entailment" else (elsewhere,)


def _antonym(draw: Draw, label: Label) -> _Found:
    families = ontology().families
    two = tuple(f for f, row in families.items() if len(row["members"]) == 2)
    family = draw.pick(two)
    h = draw.is_person(family) if families[family]["of"] == ["PERSON"] else draw.is_thing(family)
    other = opposite(h, draw)
    if label == "contradiction" or other is None:
        return h, (other,)
    if label == "entailment":
        return h, (~other,) if families[family].get("complementary") else (h, another_actor(other, draw))
    if families[family].get("complementary") or draw.chance(0.5):
        return h, (another_actor(other, draw),)
    return h, (~other,)


def _containment(draw: Draw, label: Label) -> _Found:
    world = ontology()
    predicate = draw.rng.choice(("at", "live"))
    kinds = ("country",) if predicate == "live" else ("country", "site")
    outer = draw.pick(
        tuple(p for p in world.inside if p in world.places and world.places[p]["kind"] in kinds)
    )
    subject = draw.at().subject if predicate == "at" else draw.live().subject
    h = Statement(predicate, subject, place=outer)
    if label == "contradiction":
        outside = [p for p in world.places if world.exclusive(p, outer) and "within" in world.places[p]]
        return h, (replace(h, place=draw.rng.choice(outside)),)
    inner = replace(h, place=draw.rng.choice(world.inside[outer]))
    return h, (inner if label == "entailment" else another_actor(inner, draw),)


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
    world = ontology()
    kind = draw.rng.choice(("state", "has", "at"))
    if kind == "at":
        place = draw.arrive().place
        h = Statement("at", Thing(draw.person("location")), place=place)
        came, left = (Statement(p, h.subject, place=place) for p in ("arrive", "leave"))
        if label == "neutral":
            return h, (another_actor(draw.rng.choice((came, left)), draw),)
        return h, (came if label == "entailment" else left,)
    if kind == "has":
        noun = draw.pick(
            tuple(n for n in world.things(*world.verbs["lose"]["objects"]) if n not in world.below)
        )
        h = Statement("has", Thing(draw.person("possession")), Thing(noun, definite=True))
        verbs = {"entailment": ["buy", "find"], "contradiction": ["lose"]}.get(label, [])
        if label == "neutral":
            done = Statement(draw.rng.choice(("buy", "find", "lose")), h.subject, h.object)
            return h, (another_actor(done, draw),)
        return h, (Statement(draw.rng.choice(verbs), h.subject, h.object),)
    family = draw.rng.choice(("access", "cleanness", "damage"))
    adjective = {"access": draw.rng.choice(("open", "closed")), "cleanness": "clean", "damage": "broken"}[
        family
    ]
    does = {"open": "open", "closed": "close", "clean": "clean", "broken": "break"}
    undoes = {"open": "close", "closed": "open", "broken": "repair"}
    if adjective == "clean":
        adjective = draw.rng.choice(("clean", "dirty"))
        does, undoes = {}, {"dirty": "wash"}
        if adjective == "clean":
            does, undoes = {"clean": "wash"}, {}
    verb = {"entailment": does.get(adjective), "contradiction": undoes.get(adjective)}.get(label)
    things = draw.things(family)
    if label == "neutral":
        verb = draw.rng.choice(("see", "draw", "sell", "carry", "buy", "lose", "find"))
    if verb is None:
        return draw.is_thing(family), (None,)
    things = tuple(t for t in things if world.may_happen(verb, t))
    if not things:
        return draw.is_thing(family), (None,)
    thing = Thing(draw.rng.choice(things), definite=True)
    h = Statement("is", thing, adjective=adjective)
    done = Statement(verb, Thing("anna"), thing)
    return h, (another_actor(done, draw),)


# What was done to a thing that is so, and to one that is not.
_ACTIONS = {
    ("open", "entailment"): "open",
    ("open", "contradiction"): "close",
    ("closed", "entailment"): "close",
    ("closed", "contradiction"): "open",
    ("clean", "entailment"): "wash",
    ("dirty", "contradiction"): "clean",
    ("broken", "entailment"): "break",
    ("broken", "contradiction"): "repair",
}


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
            aside = mentioning(_unsaid(claim, premise), draw)
            both = len({s.positive for s in premise}) == 2
            premise.append(replace(aside, positive=draw.chance(0.5) if both else not premise[0].positive))
        rng.shuffle(premise)
        facts = Facts(premise)
        if facts.judge(hypothesis) == label and facts.consistent():
            return Pair(tuple(premise), hypothesis, label, phenomenon)


def _unsaid(claim: Statement, premise: list[Statement]) -> set[str]:
    """The concepts of the hypothesis that no statement of the premise mentions."""
    return concepts(claim).difference(*(concepts(s) for s in premise))


def _mention(draw: Draw, verb: str, noun: str) -> Statement:
    """A statement about some such thing, without more ado."""
    s = draw.has(noun) if verb == "has" else draw.event(verb, noun)
    return replace(s, object=Thing(noun), place=None, time=None)


def _may(verb: str, noun: str) -> bool:
    return verb == "has" or ontology().may_happen(verb, noun)


def _kind(place: str) -> str:
    return str(ontology().places[place]["kind"])


@cache
def _kinds(verb: str) -> tuple[str, ...]:
    """The nouns of a kind to which a verb applies, and to things of that kind."""
    return tuple(kind for kind in ontology().below if _may(verb, kind) and _hyponyms(verb, kind))


@cache
def _hyponyms(verb: str, kind: str) -> tuple[str, ...]:
    return tuple(noun for noun in ontology().below[kind] if noun not in ontology().below and _may(verb, noun))

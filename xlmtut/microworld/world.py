"""Statements about the microworld, and inference: what follows from what.

A statement is a fact or its denial. :class:`Facts` says of any statement whether a set of statements entails
it, contradicts it or leaves it open, by rules and not by how the statement was made:

- what is true of an apple is true of a fruit, what is in Paris is in France, what was bought yesterday in
  Paris was bought (and the denial goes the other way);
- who bought a thing has it, who opened the door left it open, who loves tea likes it;
- a thing is not both red and blue, nobody is in two places, who is taller is not shorter; the red car is red.

Numbers are exact, as in conversation: who has three apples does not have two. Nothing changes once it is
told: who opened the door, whenever that was, left it open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, replace
from itertools import combinations
from typing import Literal

from xlmtut.microworld.ontology import ontology

__all__ = ["LABELS", "Facts", "Label", "Statement", "Thing"]

Label = Literal["entailment", "neutral", "contradiction"]
LABELS: tuple[Label, ...] = ("entailment", "neutral", "contradiction")  # the order of XNLI's label ids


def _short(self: Thing | Statement) -> str:
    """The expression that makes it, without what has its default."""
    first = [repr(getattr(self, field.name)) for field in fields(self) if field.default is MISSING]
    rest = [
        f"{field.name}={getattr(self, field.name)!r}"
        for field in fields(self)
        if field.default is not MISSING and getattr(self, field.name) != field.default
    ]
    return f"{type(self).__name__}({', '.join([*first, *rest])})"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a statement is about: a person, a place or a thing, as a noun phrase names it.

    Attributes
    ----------
    concept : str
        A noun, a person, an organisation or an occupation.
    definite : bool
        *the* car, of which the story has one, rather than *a* car. People are neither.
    adjective : str, optional
        A red car.
    count : int or None
        How many; None for "several" or, where the statement is about a kind of thing, "any".
    surname : str, optional
        Of a person who is named in full.
    """

    concept: str
    definite: bool = False
    adjective: str | None = None
    count: int | None = 1
    surname: str | None = None

    __repr__ = _short


@dataclass(frozen=True, slots=True)
class Statement:
    """Who does or is what, to what, where and when; or that it is not so.

    Attributes
    ----------
    predicate : str
        A verb of the ontology, or one of *has*, *is* (an adjective), *is_a* (an occupation), *at* (a place),
        *more* (more ``adjective`` than ``object``), *arrive*, *leave*, *live* (at a place), *work* (for an
        organisation), *left_of*, *right_of*, *above*, *below*.
    subject : Thing
    object : Thing, optional
    adjective, place, time : str, optional
    positive : bool
        False denies the statement.
    """

    predicate: str
    subject: Thing
    object: Thing | None = None
    adjective: str | None = None
    place: str | None = None
    time: str | None = None
    positive: bool = True

    __repr__ = _short

    def __invert__(self) -> Statement:
        """The denial of the statement."""
        return Statement(
            self.predicate,
            self.subject,
            self.object,
            self.adjective,
            self.place,
            self.time,
            not self.positive,
        )


class Facts:
    """Statements taken for true, and what follows from them.

    Examples
    --------
    >>> anna, car = Thing("anna"), Thing("car", definite=True)
    >>> facts = Facts([Statement("buy", anna, car, place="paris")])
    >>> facts.judge(Statement("has", anna, Thing("vehicle")))
    'entailment'
    >>> facts.judge(~Statement("buy", anna, car, place="france"))
    'contradiction'
    >>> facts.judge(Statement("buy", anna, Thing("car"), place="rome"))
    'neutral'
    """

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self._known: set[Statement] = set()
        for statement in statements:
            self.add(statement)

    def add(self, statement: Statement) -> None:
        """Take a statement for true."""
        self._known |= _closure(statement)
        if statement.predicate == "more":
            self._order()

    def judge(self, statement: Statement) -> Label:
        """Say what the facts say of a statement; of facts that contradict each other, anything.

        Parameters
        ----------
        statement : Statement
            Positive or denied.

        Returns
        -------
        str
            ``"entailment"``: it must be true. ``"contradiction"``: it cannot be. ``"neutral"``: it may be.
        """
        if self._clashes(statement):
            return "contradiction"
        return "entailment" if self._clashes(~statement) else "neutral"

    def consistent(self) -> bool:
        """Whether all the facts can be true together."""
        return not any(_clash(a, b) for a, b in combinations(self._known, 2))

    def _clashes(self, statement: Statement) -> bool:
        return any(_clash(fact, other) for other in _closure(statement) for fact in self._known)

    def _order(self) -> None:
        """Who is taller than one who is taller than a third is taller than the third."""
        pairs = {s for s in self._known if s.predicate == "more" and s.positive}
        while True:
            new = {
                replace(a, object=b.object)
                for a in pairs
                for b in pairs
                if a.object == b.subject and a.adjective == b.adjective and a.subject != b.object
            } - pairs
            if not new:
                break
            pairs |= new
        self._known |= pairs


def _closure(statement: Statement) -> set[Statement]:
    """The statement and what follows from it alone."""
    world, s = ontology(), statement
    found = {s}
    if s.predicate == "more":
        # One way of saying it: "shorter than" is "taller than", the other way round.
        assert s.adjective is not None
        assert s.object is not None
        first, second = world.families[world.family_of[s.adjective]]["members"]
        if s.adjective == second:
            found = {replace(s, adjective=first, subject=s.object, object=s.subject)}
    elif s.predicate == "is" and s.adjective and not s.positive:
        family = world.families[world.family_of[s.adjective]]
        if family.get("complementary"):
            (other,) = (a for a in family["members"] if a != s.adjective)
            found.add(Statement("is", s.subject, adjective=other))
    elif not s.positive:
        pass
    elif s.predicate == "arrive":
        found.add(Statement("at", s.subject, place=s.place))
    elif s.predicate == "leave":
        found.add(~Statement("at", s.subject, place=s.place))
    elif s.predicate in world.social and s.object:
        if world.social[s.predicate].get("symmetric"):
            found.add(replace(s, subject=s.object, object=s.subject))
    elif s.predicate in world.attitudes:
        then = world.attitudes[s.predicate].get("then", "")
        if then:
            found.add(Statement(then.removeprefix("-"), s.subject, s.object, positive=then[0] != "-"))
    elif s.predicate in world.verbs and s.object:
        then = world.verbs[s.predicate].get("then", "")
        result, thing = then.removeprefix("-"), replace(s.object, adjective=None)
        if then == "has":
            found.add(Statement("has", s.subject, s.object))
        elif then and s.object.definite:  # who sold the car has it no longer; who sold a car may have another
            state = Statement("is", thing, adjective=result, positive=then == result)
            found |= {~Statement("has", s.subject, thing)} if result == "has" else _closure(state)
    if s.positive and s.object and s.object.definite and s.object.adjective:
        found.add(Statement("is", replace(s.object, adjective=None), adjective=s.object.adjective))
    return found


def _clash(a: Statement, b: Statement) -> bool:
    """Whether two statements cannot both be true."""
    if a.predicate != b.predicate:
        return False
    if a.positive != b.positive:
        denial, claim = (b, a) if a.positive else (a, b)
        return _covers(denial, claim)
    return a.positive and _exclude(a, b)


def _covers(general: Statement, special: Statement) -> bool:
    """Whether the second (read as positive) makes the first (read as positive) true."""
    world = ontology()
    if general.subject != special.subject or general.adjective != special.adjective:
        return False
    for outer, inner in ((general.place, special.place), (general.time, special.time)):
        if outer and not (inner and world.within(inner, outer)):
            return False
    if general.predicate == "leave" and general.place != special.place:
        return False  # who left Paris may still be in France
    if general.object is None or special.object is None:
        return general.object == special.object
    if general.predicate in world.verbs or general.predicate == "has":
        return _names(general.object, special.object)
    return general.object == special.object


def _names(general: Thing, special: Thing) -> bool:
    """Whether what the second noun phrase names is also named by the first."""
    if not ontology().is_a(special.concept, general.concept):
        return False
    if general.definite and (not special.definite or general.concept != special.concept):
        return False
    if general.adjective:
        family = ontology().families[ontology().family_of[general.adjective]]
        # A red apple is a red fruit; a big apple is not a big fruit.
        relative = family.get("compared") and general.concept != special.concept
        if general.adjective != special.adjective or relative:
            return False
    if general.count == 1:
        return True  # at least one
    if general.count is None:
        return special.count != 1
    # "Three fruits" counts all fruits, which three apples need not be; nor are three books three red ones.
    same = general.concept == special.concept and general.adjective == special.adjective
    return same and general.count == special.count


def _exclude(a: Statement, b: Statement) -> bool:
    """Whether two positive statements of one predicate exclude each other."""
    world = ontology()
    if a.predicate == "more":
        return a.adjective == b.adjective and a.subject == b.object and a.object == b.subject
    if a.subject != b.subject:
        return False
    if a.predicate == "is" and a.adjective and b.adjective:
        return a.adjective != b.adjective and world.family_of[a.adjective] == world.family_of[b.adjective]
    if a.predicate in ("at", "live") and a.place and b.place:
        return world.exclusive(a.place, b.place)
    if a.predicate == "has" and a.object and b.object:
        return _outnumbers(a.object, b.object) or _outnumbers(b.object, a.object)
    return False


def _outnumbers(part: Thing, whole: Thing) -> bool:
    """Whether a part is more than the whole: three apples, where there are two pieces of fruit."""
    if part.count is None or whole.count in (None, 1):
        return False
    return part.count > whole.count and _names(replace(whole, count=1), part)

"""Stories: a few sentences about one small world, which repeat, generalise, conclude and deny."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from xlmtut.microworld.draw import Draw, Taste
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.orthography import Sentence
from xlmtut.microworld.realize import Language
from xlmtut.microworld.relations import consequence, generalised, opposite, shorter
from xlmtut.microworld.splits import Split, domain
from xlmtut.microworld.world import Facts, Statement, Thing

__all__ = ["Line", "Story", "draw_story", "tell"]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a story before it is put into words.

    Attributes
    ----------
    statement : Statement
    connective : str, optional
        How it follows from what was said: a key of the languages' ``[connectives]``. After ``"denial"``
        stands what is not so.
    pronoun : bool
        The subject is that of the sentence before and may be *she* or *he*.
    """

    statement: Statement
    connective: str | None = None
    pronoun: bool = False


Story = list[Line]


def draw_story(rng: random.Random, split: Split, taste: Taste) -> Story:
    """Draw a story of 4 to 8 sentences about one or two people in which nothing contradicts the rest.

    A new fact is about someone or something of the story. About half of the sentences are not new: they
    say again, more generally, what was said, draw a conclusion, or deny what it excludes. So a model that
    predicts words of one sentence is rewarded for comparing it with the others.

    Parameters
    ----------
    rng : random.Random
    split : str
    taste : Taste
    """
    draw, wanted = Draw(rng, split, taste), rng.randint(4, 8)
    cast = tuple(dict.fromkeys(draw.pick(ontology().people) for _ in range(2)))
    facts, told = Facts(), Story()
    while len(told) < wanted:
        line = _follow_up(told, draw) if told and draw.chance(0.5) else _news(cast, told, draw)
        if line is None or not _fits(line, facts, told, draw):
            continue
        if line.connective != "denial":
            facts.add(line.statement)
        subject = line.statement.subject
        may = told and subject == told[-1].statement.subject and subject.concept in cast
        pronoun = bool(may and line.connective != "denial" and draw.chance(0.5))
        told.append(replace(line, pronoun=pronoun))
    return told


def _news(cast: tuple[str, ...], told: Story, draw: Draw) -> Line | None:
    """A new fact about the people of the story, or about a thing in it; None if chance offers none."""
    world, s = ontology(), draw.statement()
    objects = [line.statement.object.concept for line in told if line.statement.object]
    props = [thing for thing in objects if thing in world.nouns and thing not in world.below]
    if s.subject.concept in world.people:
        able = [name for name in cast if name in draw.people(domain(s))]
        draw.rng.shuffle(able)
        if not able:
            return None
        s = replace(s, subject=Thing(able[0]))
        if s.object and s.object.concept in world.people:
            if len(able) < 2:
                return None
            s = replace(s, object=Thing(able[1]))
        elif s.predicate in world.verbs and not world.verbs[s.predicate].get("one"):
            known = [p for p in props if world.may_happen(s.predicate, p) and p != s.place]
            if known and draw.chance(0.6):
                s = replace(s, object=Thing(draw.rng.choice(known), definite=True))
    else:
        known = [p for p in props if p in draw.things(domain(s))]
        if not known:
            return None
        s = replace(s, subject=Thing(draw.rng.choice(known), definite=True))
        if s.object == s.subject:
            return None
    return Line(s if draw.chance(0.85) else ~s)


def _follow_up(told: Story, draw: Draw) -> Line | None:
    """Something that follows from, or is excluded by, one of the last sentences."""
    earlier = draw.rng.choice(told[-3:])
    if earlier.connective == "denial":
        return None
    statement = earlier.statement
    if not statement.positive:
        return None
    steps: list[tuple[str, Callable[[], Statement | None]]] = [
        ("restate", lambda: shorter(statement, draw)),
        ("restate", lambda: generalised(statement, draw)),
        ("therefore", lambda: consequence(statement)),
        ("denial", lambda: opposite(statement, draw)),
    ]
    draw.rng.shuffle(steps)
    connective, new = "denial", ~statement
    for name, step in steps if draw.chance(0.85) else []:
        related = step()
        if related is not None:
            connective, new = name, related
            break
    if connective == "denial":
        if new.positive and draw.chance(0.5):
            return Line(~new)  # "The car is not blue." rather than "It is not true: the car is blue."
        return Line(new, connective)
    # "That is" and "so" take up the sentence just before.
    return Line(new, connective if earlier is told[-1] and draw.chance(0.7) else None)


def _fits(line: Line, facts: Facts, told: Story, draw: Draw) -> bool:
    """Whether a sentence belongs to the split, is not said already, and is consistent with the story."""
    if not draw.fits(line.statement) or any(line.statement == other.statement for other in told):
        return False
    wrong = facts.judge(line.statement) == "contradiction"
    return wrong == (line.connective == "denial")


def tell(story: Story, language: Language, rng: random.Random) -> list[Sentence]:
    """Put a story into words: every call chooses phrasings and synonyms anew."""
    return [
        language.say(line.statement, rng, pronoun=line.pronoun, connective=line.connective) for line in story
    ]

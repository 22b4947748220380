"""The examples of every task: a meaning drawn without regard to language, and how a language says it.

One meaning, said in all languages, gives rows that are translations of each other.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from xlmtut.microworld.draw import COMMON_TASTE, Draw
from xlmtut.microworld.nli import PHENOMENA, Pair, draw_pair
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.orthography import Sentence, Span
from xlmtut.microworld.realize import Language
from xlmtut.microworld.splits import Split, share
from xlmtut.microworld.stories import Story, draw_story, tell
from xlmtut.microworld.world import LABELS, Statement, Thing
from xlmtut.tasks import TASKS

__all__ = ["PARALLEL_TASKS", "Maker"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Maker:
    """How the examples of a task are made.

    Attributes
    ----------
    draw : callable
        ``draw(rng, split, i)`` gives the meaning of example ``i``.
    say : callable
        ``say(meaning, language, rng)`` gives the columns of its row in a language.
    """

    draw: Callable[[random.Random, Split, int], Any]
    say: Callable[[Any, Language, random.Random], Row]


# -- xnli --------------------------------------------------------------------------------------------


def _draw_xnli(rng: random.Random, split: Split, i: int) -> Pair:
    return draw_pair(rng, split, LABELS[i % 3], PHENOMENA[i // 3 % len(PHENOMENA)])


def _say_xnli(pair: Pair, language: Language, rng: random.Random) -> Row:
    before, after = pair.words
    sentences = [language.say(s, rng, words=before) for s in pair.premise]
    premise, _ = language.join(sentences)
    hypothesis = language.say(pair.hypothesis, rng, words=after).text
    if any(hypothesis == s.text for s in sentences):  # no copy, where chance finds another way to say it
        hypothesis = language.say(pair.hypothesis, rng, words=after).text
    label = LABELS.index(pair.label)
    return {"premise": premise, "hypothesis": hypothesis, "label": label, "phenomenon": pair.phenomenon}


# -- sentiment and topic -----------------------------------------------------------------------------


def _draw_sentiment(rng: random.Random, split: Split, i: int) -> tuple[list[Statement], int]:
    draw, label = Draw(rng, split, COMMON_TASTE), i % 2
    families = {f: row["members"] for f, row in ontology().families.items() if row.get("praise")}
    said: list[Statement] = []
    while len(said) < 2:
        family = rng.choice(sorted(families))
        praise, blame = families[family]
        # "Not boring" praises and "not good" blames; "not terrible" and "not disgusting" do neither.
        denied = family not in ("rank", "taste") and draw.chance(0.4)
        adjective = praise if (label == 1) != denied else blame
        statement = replace(draw.is_thing(family), adjective=adjective, positive=not denied)
        if all(
            statement.subject != other.subject or statement.adjective != other.adjective for other in said
        ):
            said.append(statement)
    if draw.chance(0.5):  # what happened, and is neither good nor bad
        verbs = tuple(verb for verb in ontology().verbs if verb not in ("break", "lose"))
        event = draw.event(draw.pick(verbs))
        assert event.object is not None
        if ontology().family_of.get(event.object.adjective or "") in families:
            event = replace(event, object=replace(event.object, adjective=None))
        said.insert(rng.randrange(3), replace(event, positive=draw.chance(0.7)))
    return said, label


def _draw_topic(rng: random.Random, split: Split, i: int) -> tuple[list[Statement], int]:
    draw, world, topics = Draw(rng, split, COMMON_TASTE), ontology(), TASKS["topic"].labels
    topic = topics[i % len(topics)]
    nouns = tuple(noun for noun in world.things("THING") if world.topic(noun) == topic)
    said: list[Statement] = []
    while len(said) < 2:
        noun = draw.pick(nouns)
        verbs = tuple(verb for verb in world.verbs if world.may_happen(verb, noun))
        has = world.is_a(noun, "GOODS") and draw.chance(0.25)
        statement = draw.has(noun) if has else draw.event(draw.pick(verbs), noun)
        said.append(replace(statement, positive=draw.chance(0.8)))
    if draw.chance(0.5):
        said.insert(rng.randrange(3), draw.social())
    return said, i % len(topics)


def _say_labelled(meaning: tuple[list[Statement], int], language: Language, rng: random.Random) -> Row:
    said, label = meaning
    text, _ = language.join([language.say(s, rng) for s in said])
    return {"text": text, "label": label}


# -- names -------------------------------------------------------------------------------------------


def _draw_ner(rng: random.Random, split: Split, i: int) -> Statement:
    draw = Draw(rng, split, COMMON_TASTE)
    s = draw.statement(rng.choice(("live", "work", "arrive", "leave", "social", "event", "at")))
    if s.subject.concept in ontology().people and draw.chance(0.5):
        s = replace(s, subject=Thing(s.subject.concept, surname=draw.pick(ontology().surnames)))
    return s if draw.chance(0.85) else ~s


def _say_ner(s: Statement, language: Language, rng: random.Random) -> Row:
    sentence, world, named = language.say(s, rng), ontology(), []
    for role, thing in (("subject", s.subject), ("object", s.object)):
        kind = "PER" if thing and thing.concept in world.people else "ORG"
        if thing and thing.concept in (*world.people, *world.organisations):
            start, end = sentence.spans[f"{role}.noun"]
            if thing.surname:
                surname = sentence.spans[f"{role}.surname"]
                start, end = min(start, surname[0]), max(end, surname[1])
            named.append((kind, (start, end)))
    if s.place and world.places[s.place]["kind"] in ("city", "country"):
        named.append(("LOC", sentence.spans["place.name"]))
    tokens, tags = _tag(sentence, named)
    names = TASKS["ner"].labels
    return {"tokens": tokens, "ner_tags": [names.index(tag) for tag in tags]}


def _tag(sentence: Sentence, parts: list[tuple[str, Span]]) -> tuple[list[str], list[str]]:
    """The words and marks of a sentence, with an IOB2 tag for each that overlaps a part."""
    tokens, tags, previous = [], [], None
    for start, end in sentence.tokens():
        part = next((part for part in parts if start < part[1][1] and part[1][0] < end), None)
        tags.append(f"{'I' if part is previous else 'B'}-{part[0]}" if part else "O")
        tokens.append(sentence.text[start:end])
        previous = part
    return tokens, tags


# -- questions ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    story: Story
    line: int
    about: str


_ANSWERS = {"who": "subject.noun", "what": "object", "where": "place.name", "when": "time"}


def _draw_qa(rng: random.Random, split: Split, i: int) -> _Asked:
    while True:
        story = draw_story(rng, split, COMMON_TASTE)
        found = [
            _Asked(story, n, about)
            for n, line in enumerate(story)
            if line.statement.positive and not line.connective
            for about in _askable(line.statement)
            if not (about == "who" and line.pronoun) and _one_answer(story, line.statement, about)
        ]
        if found:
            return rng.choice(found)


def _askable(s: Statement) -> list[str]:
    world = ontology()
    if s.predicate in world.verbs or s.predicate in world.social:
        what = ["what"] if s.predicate in world.verbs and s.object and not s.object.definite else []
        return ["who", *what, *(["where"] if s.place else []), *(["when"] if s.time else [])]
    if s.predicate == "has" and s.object and s.object.definite:
        return ["who"]
    return {"at": ["where"], "live": ["where"], "work": ["who"]}.get(s.predicate, [])


def _one_answer(story: Story, s: Statement, about: str) -> bool:
    """Whether no other sentence of the story could be meant: none has this predicate, or its answer."""
    hidden = {"who": "subject", "what": "object", "where": "place", "when": "time"}[about]
    related = {s.predicate} | ({"at", "arrive", "leave"} if s.predicate == "at" else set())
    others = [line.statement for line in story if line.statement != s and line.statement.predicate in related]
    return all(not other.positive and getattr(other, hidden) == getattr(s, hidden) for other in others)


def _say_qa(asked: _Asked, language: Language, rng: random.Random) -> Row:
    sentences = tell(asked.story, language, rng)
    context, starts = language.join(sentences)
    start, end = sentences[asked.line].spans[_ANSWERS[asked.about]]
    start, end = start + starts[asked.line], end + starts[asked.line]
    question = language.ask(asked.about, asked.story[asked.line].statement, rng).text
    answers = {"text": [context[start:end]], "answer_start": [start]}
    return {"context": context, "question": question, "answers": answers}


# -- single sentences --------------------------------------------------------------------------------


def _draw_sentence(rng: random.Random, split: Split, i: int) -> Statement:
    s = Draw(rng, split, COMMON_TASTE).statement()
    return s if rng.random() < 0.85 else ~s


def _say_sentence(s: Statement, language: Language, rng: random.Random) -> Row:
    return {"text": language.say(s, rng).text}


# -- requests ----------------------------------------------------------------------------------------


def _draw_dialogue(rng: random.Random, split: Split, i: int) -> tuple[str, dict[str, Any]]:
    draw, world, intents = Draw(rng, split, COMMON_TASTE), ontology(), TASKS["dialogue"].labels
    intent = intents[i % len(intents)]
    cities = tuple(place for place, row in world.places.items() if row["kind"] == "city")
    rooms = tuple(place for place, row in world.places.items() if row["kind"] == "room")
    future = tuple(time for time, row in world.times.items() if row.get("future"))
    slot, options = {
        "turn_on": ("device", ("lamp", "radio", "computer", "phone", "camera")),
        "turn_off": ("device", ("lamp", "radio", "computer", "phone", "camera")),
        "weather": ("place", cities),
        "order": ("food", world.leaves("food", "drink")),
        "call_person": ("person", world.people),
        "remind": (
            "object",
            tuple(n for n in world.things(*world.verbs["clean"]["objects"]) if n not in world.below),
        ),
        "book_ticket": ("place", cities),
        "play_song": ("person", world.people),
    }[intent]
    value = rng.choice(share(options, intent, split))
    roles: dict[str, Any] = {slot: value}
    if slot != "place":
        roles[slot] = Thing(value, definite=slot in ("device", "object"))
    if slot == "food":
        roles[slot] = draw.thing(value, count=0.6, adjective=0.0)
    if slot == "device":
        roles |= {"place": rng.choice(rooms)} if draw.chance(0.6) else {}
    elif intent != "play_song" and draw.chance(0.6):
        roles["time"] = rng.choice(future)
    return intent, roles


def _say_dialogue(meaning: tuple[str, dict[str, Any]], language: Language, rng: random.Random) -> Row:
    intent, roles = meaning
    sentence = language.request(intent, roles, rng)
    spans = sentence.spans
    parts = [(role, spans.get(f"{role}.name", spans[role])) for role in roles if role in spans]
    tokens, tags = _tag(sentence, parts)
    intents = TASKS["dialogue"].labels
    return {"text": sentence.text, "tokens": tokens, "intent": intents.index(intent), "slot_tags": tags}


# -- scenes ------------------------------------------------------------------------------------------


def _draw_caption(rng: random.Random, split: Split, i: int) -> tuple[Statement, list[dict[str, Any]]]:
    colours = ontology().families["colour"]["members"]
    shapes = tuple(f"{c} {s}" for s in ontology().things("SHAPE") for c in colours)
    pair = [name.split() for name in rng.sample(share(shapes, "scene", split), 2)]
    first, second = (Thing(shape, adjective=colour) for colour, shape in pair)
    relation, offset = rng.choice(
        (("left_of", (-1, 0)), ("right_of", (1, 0)), ("above", (0, 1)), ("below", (0, -1)))
    )
    x, y = rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65)
    distance = rng.uniform(0.15, 0.3)
    scene = [
        {"shape": thing.concept, "colour": thing.adjective, "x": round(x + side * offset[0] * distance, 3),
         "y": round(y + side * offset[1] * distance, 3)}
        for thing, side in ((first, 0.5), (second, -0.5))
    ]  # fmt: skip
    rng.shuffle(scene)
    return Statement(relation, first, second), scene


def _say_caption(
    meaning: tuple[Statement, list[dict[str, Any]]], language: Language, rng: random.Random
) -> Row:
    return {"scene": json.dumps(meaning[1]), "text": language.say(meaning[0], rng).text}


PARALLEL_TASKS: dict[str, Maker] = {
    "xnli": Maker(_draw_xnli, _say_xnli),
    "sentiment": Maker(_draw_sentiment, _say_labelled),
    "topic": Maker(_draw_topic, _say_labelled),
    "ner": Maker(_draw_ner, _say_ner),
    "qa": Maker(_draw_qa, _say_qa),
    "retrieval": Maker(_draw_sentence, _say_sentence),
    "mt": Maker(_draw_sentence, _say_sentence),
    "dialogue": Maker(_draw_dialogue, _say_dialogue),
    "captions": Maker(_draw_caption, _say_caption),
}
"""The tasks whose rows are translations of each other: all but ``lm``."""

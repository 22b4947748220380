"""The examples of every task: answers, tags, scenes and labels are right, in all languages alike."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from xlmtut.microworld import rows
from xlmtut.microworld.examples import PARALLEL_TASKS
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import language, languages
from xlmtut.microworld.splits import SPLITS, split_of
from xlmtut.microworld.world import Facts, Statement, Thing
from xlmtut.tasks import TASKS

WORLD = ontology()
ALL = languages(held_out=True)
FEW = 60  # rows in every language


@cache
def english(name: str, size: int = 600) -> list[dict[str, Any]]:
    return list(rows(name, "en", "train", size))


@cache
def meanings(name: str, size: int = 600) -> list[Any]:
    maker = PARALLEL_TASKS[name]
    return [maker.draw(random.Random(f"{name}{i}"), "train", i) for i in range(size)]


def test_every_task_is_made_here_or_tells_stories() -> None:
    assert {*PARALLEL_TASKS, "lm"} == TASKS.keys() - {"pawsx", "pos"}


# ---- tags -------------------------------------------------------------------------------------------------


def entities(tokens: list[str], tags: list[str]) -> list[tuple[str, str]]:
    """Kind and words of what is tagged; fails where the tags are no IOB2."""
    assert len(tokens) == len(tags)
    found: list[tuple[str, list[str]]] = []
    for before, (token, tag) in zip(["O", *tags], zip(tokens, tags, strict=True), strict=False):
        if tag.startswith("B-"):
            found.append((tag[2:], [token]))
        elif tag.startswith("I-"):
            assert before in (f"B-{tag[2:]}", tag), f"{tag} after {before}"
            found[-1][1].append(token)
        else:
            assert tag == "O"
    return [(kind, " ".join(words)) for kind, words in found]


def named(row: dict[str, Any]) -> list[tuple[str, str]]:
    return entities(row["tokens"], [TASKS["ner"].labels[tag] for tag in row["ner_tags"]])


def test_all_names_in_english_are_tagged_and_nothing_else() -> None:
    lexicon = language("en").lexicon
    words = {
        name: {w.form(frozenset()) for ws in lexicon[name].values() for w in ws}
        for name in ("people", "surnames")
    }
    organisations = {word.form(frozenset()) for (word,) in lexicon["organisations"].values()}
    kinds = Counter[str]()
    for row in english("ner"):
        tagged = Counter(named(row))
        for kind, text in tagged:
            kinds[kind] += 1
            if kind == "PER":
                first, *rest = text.split()
                assert first in words["people"], text
                assert len(rest) <= 1, text
                assert set(rest) <= words["surnames"], text
            elif kind == "ORG":
                assert text in organisations
            else:
                assert text.lower() in WORLD.places
        is_name = [token in words["people"] | words["surnames"] | organisations for token in row["tokens"]]
        tags = [TASKS["ner"].labels[tag] for tag in row["ner_tags"]]
        assert is_name == [tag[2:] in ("PER", "ORG") for tag in tags], row["tokens"]
    assert kinds.keys() == {"PER", "ORG", "LOC"}
    assert min(kinds.values()) > 60


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_every_language_tags_the_same_names(code: str) -> None:
    for row, here in zip(english("ner", FEW), rows("ner", code, "train", FEW), strict=True):
        assert row["id"] == here["id"]
        assert Counter(kind for kind, _ in named(here)) == Counter(kind for kind, _ in named(row)), here


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_every_language_tags_the_same_slots(code: str) -> None:
    for row, here in zip(english("dialogue", FEW), rows("dialogue", code, "train", FEW), strict=True):
        slots = [Counter(kind for kind, _ in entities(r["tokens"], r["slot_tags"])) for r in (row, here)]
        assert slots[0] == slots[1], here
        assert row["intent"] == here["intent"]
        assert "".join(here["tokens"]) == re.sub(r"\s", "", here["text"])


def test_slots_are_what_the_request_is_about() -> None:
    maker, english_speaker = PARALLEL_TASKS["dialogue"], language("en")
    for meaning in meanings("dialogue"):
        intent, roles = meaning
        row = maker.say(meaning, english_speaker, random.Random(0))
        slots = dict(entities(row["tokens"], row["slot_tags"]))
        assert slots.keys() == roles.keys(), row
        assert TASKS["dialogue"].labels[row["intent"]] == intent
        if "person" in roles:
            assert slots["person"].lower() == roles["person"].concept
        if "time" in roles:
            assert slots["time"] == english_speaker.word("times", roles["time"]).form(frozenset())
        if "place" in roles:
            assert roles["place"] in slots["place"].lower()


def test_the_values_of_slots_are_dealt_to_the_splits() -> None:
    for slot in ("device", "food", "object", "person"):
        values = []
        for split in SPLITS:
            drawn = [PARALLEL_TASKS["dialogue"].draw(random.Random(i), split, i) for i in range(400)]
            values.append({(intent, roles[slot].concept) for intent, roles in drawn if slot in roles})
        assert all(values)
        assert not values[0] & (values[1] | values[2])
        assert not values[1] & values[2]


# ---- questions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_the_answer_stands_where_it_is_said_to(code: str) -> None:
    for row in rows("qa", code, "train", FEW):
        (text,), (start,) = row["answers"]["text"], row["answers"]["answer_start"]
        assert text.strip() == text != ""
        assert row["context"][start : start + len(text)] == text
        assert text not in row["question"], row


def asked(split: str = "train") -> list[Any]:
    return meanings("qa", 1000)


def test_all_kinds_of_questions_come() -> None:
    kinds = Counter(meaning.about for meaning in asked())
    assert kinds.keys() == {"who", "what", "where", "when"}
    assert min(kinds.values()) > 80


def test_the_answer_is_right_and_nothing_else_in_the_context_answers() -> None:
    """What else the story mentions in the answer's place is not said of it, or says less than the answer."""
    for meaning in asked():
        told = [line.statement for line in meaning.story if line.connective != "denial"]
        s, facts = meaning.story[meaning.line].statement, Facts(told)
        assert facts.judge(s) == "entailment"
        others = [other for other in _others(s, meaning.about, told) if facts.judge(other) == "entailment"]
        for other in others:
            assert Facts([s]).judge(other) == "entailment", (s, other)


def _others(s: Statement, about: str, told: list[Statement]) -> list[Statement]:
    """The statement with each other possible answer that the story mentions."""
    things = {thing for t in told for thing in (t.subject, t.object) if thing}
    if about == "who":
        people = {thing for thing in things if thing.concept in WORLD.people}
        return [replace(s, subject=who) for who in people - {s.subject, s.object}]
    if about == "what":
        return [replace(s, object=thing) for thing in things - {s.object} if thing.concept in WORLD.nouns]
    if about == "where":
        return [replace(s, place=place) for place in {t.place for t in told if t.place} - {s.place}]
    return [replace(s, time=time) for time in {t.time for t in told if t.time} - {s.time}]


def test_answers_in_english_are_what_the_statement_says() -> None:
    speaker, maker = language("en"), PARALLEL_TASKS["qa"]
    for meaning in asked()[:300]:
        s = meaning.story[meaning.line].statement
        (text,) = maker.say(meaning, speaker, random.Random(0))["answers"]["text"]
        if meaning.about == "who":
            assert text.lower() == s.subject.concept
        elif meaning.about == "where":
            assert text.lower().removeprefix("the ") == s.place
        elif meaning.about == "when":
            assert s.time
            assert text.lower() == speaker.word("times", s.time).form(frozenset()).lower()
        else:
            assert s.object
            words = speaker.lexicon["nouns"][s.object.concept]
            assert any(text.endswith(form) for word in words for _, form in word.forms), (text, s)


# ---- labels -----------------------------------------------------------------------------------------------


def test_reviews_praise_or_blame_as_labelled() -> None:
    judged = {
        adjective: (i == 0)
        for row in WORLD.families.values()
        if row.get("praise")
        for i, adjective in enumerate(row["members"])
    }
    labels = Counter[int]()
    for said, label in meanings("sentiment"):
        labels[label] += 1
        reviews = [s for s in said if s.predicate == "is"]
        assert len(reviews) == 2
        assert len({(s.subject, s.adjective) for s in reviews}) == 2
        for s in reviews:
            assert (judged[s.adjective] == s.positive) == (label == 1), s
            assert s.positive or s.adjective not in {"excellent", "terrible", "delicious", "disgusting"}
        for s in said:
            if s.predicate != "is":
                assert s.object
                assert s.object.adjective not in judged, s
                assert s.predicate not in {"break", "lose"}, s
    assert labels[0] == labels[1]
    assert TASKS["sentiment"].labels == ("negative", "positive")


def test_texts_are_about_their_topic_and_no_other() -> None:
    topics = TASKS["topic"].labels
    found = Counter[int]()
    for said, label in meanings("topic"):
        found[label] += 1
        nouns = [s.object.concept for s in said if s.object and s.object.concept in WORLD.nouns]
        assert len(nouns) == 2
        assert {WORLD.topic(noun) for noun in nouns} == {topics[label]}
    assert max(found.values()) - min(found.values()) <= 1


# ---- scenes -----------------------------------------------------------------------------------------------

SIDES = {"to the left of": ("x", -1), "to the right of": ("x", 1), "above": ("y", 1), "below": ("y", -1)}


def test_captions_say_what_the_scene_shows() -> None:
    seen = set()
    for row in english("captions"):
        match = re.fullmatch(r"An? (\w+) (\w+) is (.*) an? (\w+) (\w+)\.", row["text"])
        assert match, row["text"]
        shown = {(part["colour"], part["shape"]): part for part in json.loads(row["scene"])}
        assert len(shown) == 2
        first, second = shown[match[1], match[2]], shown[match[4], match[5]]
        axis, sign = SIDES[match[3]]
        other = {"x": "y", "y": "x"}[axis]
        assert (first[axis] - second[axis]) * sign >= 0.149
        assert first[other] == second[other]
        assert all(0.1 <= part[axis] <= 0.9 for part in shown.values() for axis in "xy")
        seen.add(match[3])
    assert seen == SIDES.keys()
    first_named = [
        json.loads(r["scene"])[0]["shape"] in r["text"].split(" is ")[0] for r in english("captions")
    ]
    assert 0.3 < sum(first_named) / len(first_named) < 0.8  # the order in the scene tells nothing


# ---- splits and languages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", PARALLEL_TASKS)
def test_meanings_are_of_their_split(name: str, split: Any) -> None:
    for i in range(40):
        meaning = PARALLEL_TASKS[name].draw(random.Random(i), split, i)
        for s in _statements(meaning):
            assert split_of(s) == split, s


def _statements(meaning: Any) -> list[Statement]:
    if isinstance(meaning, Statement):
        return [meaning]
    if hasattr(meaning, "hypothesis"):
        return [*meaning.premise, meaning.hypothesis]
    if hasattr(meaning, "story"):
        return [line.statement for line in meaning.story]
    said = meaning[0]
    return [] if isinstance(said, str) else [said] if isinstance(said, Statement) else said


@pytest.mark.parametrize("name", PARALLEL_TASKS)
def test_what_is_said_depends_on_chance_but_not_what_is_meant(name: str) -> None:
    maker, speaker = PARALLEL_TASKS[name], language("en")
    said = [
        maker.say(meaning, speaker, random.Random(seed)) for meaning in meanings(name, 30) for seed in (0, 1)
    ]
    labels = [name for name in ("label", "intent", "scene", "phenomenon") if name in said[0]]
    for first, second in list(pairwise(said))[::2]:
        assert [first[label] for label in labels] == [second[label] for label in labels]
    assert name == "captions" or any(first != second for first, second in list(pairwise(said))[::2])


def test_full_names_are_tagged_as_one_and_neighbours_as_two() -> None:
    say = PARALLEL_TASKS["ner"].say
    statement = Statement("live", Thing("anna", surname="berg"), place="rome")
    assert named(say(statement, language("en"), random.Random(0))) == [("PER", "Anna Berg"), ("LOC", "Rome")]
    visit = Statement("visit", Thing("eva", surname="berg"), Thing("anna"))
    assert named(say(visit, language("de"), random.Random(0))) == [("PER", "Eva Berg"), ("PER", "Anna")]

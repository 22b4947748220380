"""Stories: short, consistent, about the same people and things, in one split, and rewarding to compare."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from tests.microworld.statements import a, st
from xlmtut.microworld.draw import COMMON_TASTE, Taste
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import language
from xlmtut.microworld.splits import SPLITS, Split, split_of
from xlmtut.microworld.stories import Line, Story, draw_story, tell
from xlmtut.microworld.world import Facts

WORLD = ontology()


def stories(split: Split = "train", count: int = 400) -> list[Story]:
    return [draw_story(random.Random(f"{split}{i}"), split, COMMON_TASTE) for i in range(count)]


TRAIN = stories()


@pytest.mark.parametrize("split", SPLITS)
def test_stories_have_four_to_eight_sentences_of_the_split(split: Split) -> None:
    told = stories(split, 150)
    assert {len(story) for story in told} == {4, 5, 6, 7, 8}
    assert {split_of(line.statement) for story in told for line in story} == {split}


def test_nothing_contradicts_the_rest_but_what_is_said_to_be_wrong() -> None:
    for story in TRAIN:
        facts = Facts(line.statement for line in story if line.connective != "denial")
        assert facts.consistent()
        for line in story:
            expected = "contradiction" if line.connective == "denial" else "entailment"
            assert facts.judge(line.statement) == expected, line


def test_nothing_is_said_twice_in_the_same_way() -> None:
    for story in TRAIN:
        statements = [line.statement for line in story]
        assert len(set(statements)) == len(statements)


def test_a_connective_takes_up_the_sentence_before() -> None:
    found = set()
    for story in TRAIN:
        assert story[0].connective is None
        for before, line in pairwise(story):
            if line.connective in ("restate", "therefore"):
                found.add(line.connective)
                assert Facts([before.statement]).judge(line.statement) == "entailment", (before, line)
    assert found == {"restate", "therefore"}


def test_a_denial_denies_what_the_story_has_said() -> None:
    denials = 0
    for story in TRAIN:
        for i, line in enumerate(story):
            if line.connective == "denial":
                denials += 1
                said = [other.statement for other in story[:i] if other.connective != "denial"]
                assert any(Facts([s]).judge(line.statement) == "contradiction" for s in said)
    assert denials > 100


def test_a_pronoun_stands_for_the_subject_of_the_sentence_before() -> None:
    pronouns = 0
    for story in TRAIN:
        for i, line in enumerate(story):
            if line.pronoun:
                pronouns += 1
                assert i > 0
                assert line.statement.subject == story[i - 1].statement.subject
                assert line.statement.subject.concept in WORLD.people
    assert pronouns > 100


def test_a_story_is_about_one_or_two_people_and_their_things() -> None:
    for story in TRAIN:
        subjects = {line.statement.subject.concept for line in story}
        objects = {line.statement.object.concept for line in story if line.statement.object}
        named = (subjects | objects) & set(WORLD.people)
        assert 1 <= len(named) <= 2
        assert subjects - set(WORLD.people) <= objects, "a thing that nobody did anything to"


def test_half_of_the_sentences_follow_from_others() -> None:
    """What a model can only predict well by comparing sentences."""
    follows = total = 0
    for story in TRAIN:
        for i, line in enumerate(story):
            before = Facts(other.statement for other in story[:i] if other.connective != "denial")
            follows += before.judge(line.statement) != "neutral"
            total += 1
    assert 0.35 < follows / total < 0.65


def test_each_language_tells_what_it_likes() -> None:
    def objects(taste: Taste) -> set[str]:
        told = [draw_story(random.Random(f"t{i}"), "train", taste) for i in range(100)]
        return {line.statement.object.concept for story in told for line in story if line.statement.object}

    english, swahili = (objects(Taste(code, 1.0)) for code in ("en", "sw"))
    assert english != swahili
    assert objects(Taste("en", 0.0)) == objects(Taste("sw", 0.0)) == objects(COMMON_TASTE)


def test_told_in_english() -> None:
    bought, came = st("anna", "buy", a("car")), st("anna", "arrive", place="paris")
    story = [Line(bought), Line(came, pronoun=True), Line(~came, "denial")]
    first, second, third = (sentence.text for sentence in tell(story, language("en"), random.Random(0)))
    assert first in {"Anna bought a car.", "Anna purchased a car.", "Anna bought an automobile."}
    assert second == "She arrived in Paris."
    assert third in {f"{start} Anna did not arrive in Paris." for start in ("Wrong:", "It is not true:")}

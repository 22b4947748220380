"""Fake English: English's grammar and parts, none or a chosen share of its words."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some_of

from tests.microworld.statements import a, every_kind, every_question, every_request, st
from xlmtut.microworld import rows
from xlmtut.microworld.fake import fake_english
from xlmtut.microworld.orthography import Sentence
from xlmtut.microworld.realize import language

ENGLISH = language("en")


def words(sentence: Sentence) -> list[str]:
    return [sentence.text[start:end] for start, end in sentence.words]


@cache
def said(overlap: float) -> list[tuple[Sentence, Sentence]]:
    """Sentences in English and in fake English."""
    fake = fake_english(overlap)
    found = [(ENGLISH.say(s), fake.say(s)) for s in list(every_kind())[::17]]
    found += [(ENGLISH.ask(about, s), fake.ask(about, s)) for about, s in every_question()]
    return found + [(ENGLISH.request(*asked), fake.request(*asked)) for asked in every_request()]


def test_without_overlap_no_word_is_english() -> None:
    english = {word.lower() for sentence, _ in said(0) for word in words(sentence)}
    fake = {word.lower() for _, sentence in said(0) for word in words(sentence)}
    assert not english & fake
    assert len(fake) == len(english)  # a cipher: different words stay different
    letters = {character for word in fake for character in word if character.isalpha()}
    assert not letters & {character for word in english for character in word}


@pytest.mark.parametrize("overlap", [0.1, 0.3, 0.5, 0.9])
def test_about_the_share_of_words_that_is_asked_for_stays_english(overlap: float) -> None:
    pairs = {
        (one.lower(), other.lower())
        for english, fake in said(overlap)
        for one, other in zip(words(english), words(fake), strict=True)
    }
    assert len({one for one, _ in pairs}) == len(pairs)  # a word stays or not, wherever it stands
    assert sum(one == other for one, other in pairs) / len(pairs) == pytest.approx(overlap, abs=0.08)


def test_with_full_overlap_it_is_english() -> None:
    assert all(english == fake for english, fake in said(1))


def test_more_overlap_keeps_the_words_that_less_kept() -> None:
    for (english, fewer), (_, more) in zip(said(0.3), said(0.6), strict=True):
        for word, few, many in zip(words(english), words(fewer), words(more), strict=True):
            assert few != word or many == word


def test_the_parts_stand_where_they_stand_in_english() -> None:
    for english, fake in said(0):
        assert english.spans == fake.spans
        assert english.words == fake.words
        assert len(english.text) == len(fake.text)


@settings(deadline=None)
@given(some_of.integers(0, 10**6))
def test_it_says_the_same_as_english_by_the_same_chance(seed: int) -> None:
    statement = st("anna", "buy", a("car", "big"), place="paris", time="monday")
    english = ENGLISH.say(statement, random.Random(seed))
    assert fake_english(1).say(statement, random.Random(seed)) == english
    assert fake_english(0).say(statement, random.Random(seed)).spans == english.spans


def test_english_itself_is_not_touched() -> None:
    assert ENGLISH.say(st("anna", "is", adjective="happy")).text == "Anna is happy."
    assert ENGLISH.code == "en"
    assert fake_english().code == "fake"


def test_its_rows_are_parallel_to_those_of_english() -> None:
    for english, fake in zip(rows("topic", "en", "test", 50), rows("topic", "fake", "test", 50), strict=True):
        assert (english["id"], english["label"]) == (fake["id"], fake["label"])
        assert fake["language"] == "fake"


@pytest.mark.parametrize("overlap", [-0.1, 1.5, float("nan")])
def test_an_overlap_beyond_its_range_is_refused(overlap: float) -> None:
    with pytest.raises(ValueError, match=r"overlap is .*; expected a share of the words from 0 to 1"):
        fake_english(overlap)

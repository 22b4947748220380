"""English: the article a/an, do-support, irregular past tenses, plurals, comparatives."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    (st("anna", "buy", a("apple")), "Anna bought an apple."),
    (st("anna", "buy", a("apple", "green")), "Anna bought a green apple."),
    (~st("ivan", "buy", a("fruit")), "Ivan did not buy a piece of fruit."),
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Omar ate three potatoes in the kitchen."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Eva drank hot coffee on Monday."),
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva played the violin at school yesterday."),
    (~st("karim", "write", a("letter")), "Karim did not write a letter."),
    (st("nina", "feed", n(4, "sheep")), "Nina fed four sheep."),
    (st("sara", "break", the("cup")), "Sara broke the cup."),
    (st("david", "meet", "leila", place="paris"), "David met Leila in Paris."),
    (~st("david", "help", "leila"), "David did not help Leila."),
    (st("peter", "like", some("animal")), "Peter likes animals."),
    (st("peter", "hate", some("milk")), "Peter hates milk."),
    (~st("peter", "love", some("dog")), "Peter does not love dogs."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina arrived at the hospital yesterday evening."),
    (st("lina", "leave", place="athens"), "Lina left Athens."),
    (st("adam", "live", place="kenya"), "Adam lives in Kenya."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Adam Novak works for Orbita in Rome."),
    (st("julia", "has", n(5, "scarf", "red")), "Julia has five red scarves."),
    (~st("julia", "has", some("book")), "Julia does not have books."),
    (st(the("bottle"), "is", adjective="empty"), "The bottle is empty."),
    (~st("viktor", "is", adjective="tall"), "Viktor is not tall."),
    (st("samuel", "is_a", "artist"), "Samuel is an artist."),
    (~st("maria", "is_a", "lawyer"), "Maria is not a lawyer."),
    (st(the("cat"), "at", place="beach"), "The cat is on the beach."),
    (st("robert", "more", "martin", adjective="rich"), "Robert is richer than Martin."),
    (st(the("car"), "more", the("boat"), adjective="expensive"), "The car is more expensive than the boat."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "A red circle is to the left of a blue star."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("en").say(statement).text == expected


def test_questions_with_do_and_without() -> None:
    english = language("en")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert english.ask("who", bought).text == "Who bought a car in Paris yesterday?"
    assert english.ask("what", bought).text == "What did Anna buy in Paris yesterday?"
    assert english.ask("where", bought).text == "Where did Anna buy a car yesterday?"
    assert english.ask("when", bought).text == "When did Anna buy a car in Paris?"
    assert english.ask("where", st(the("dog"), "at", place="park")).text == "Where is the dog?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    english, rng = language("en"), random.Random(0)
    bought = st("anna", "buy", a("car"), time="yesterday")
    assert {english.say(bought, rng).text for _ in range(200)} == {
        "Anna bought a car yesterday.",
        "Anna purchased a car yesterday.",
        "Anna bought an automobile yesterday.",
        "Anna purchased an automobile yesterday.",
        "Yesterday, Anna bought a car.",
        "Yesterday, Anna purchased a car.",
        "Yesterday, Anna bought an automobile.",
        "Yesterday, Anna purchased an automobile.",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    english = language("en")
    assert english.say(st("anna", "buy", a("car")), pronoun=True).text == "She bought a car."
    assert english.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "He is sad."


def test_requests() -> None:
    english = language("en")
    assert (
        english.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text
        == "Turn on the radio in the kitchen."
    )
    assert english.request("weather", {"place": "cairo"}).text == "What will the weather be like in Cairo?"

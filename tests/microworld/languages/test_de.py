"""German: cases, strong, weak and mixed adjectives, verb second and participle last, kein and nicht, contractions."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # The accusative shows in the masculine only; mixed endings after ein.
    (st("anna", "buy", a("apple")), "Anna hat einen Apfel gekauft."),
    (st("anna", "buy", a("apple", "green")), "Anna hat einen grünen Apfel gekauft."),
    (st("anna", "see", a("cow", "white")), "Anna hat eine weiße Kuh gesehen."),
    (st("anna", "buy", a("car", "expensive")), "Anna hat ein teures Auto gekauft."),
    # Weak endings after der, strong ones without an article and after a number.
    (st("omar", "repair", the("wardrobe", "old")), "Omar hat den alten Schrank repariert."),
    (st("omar", "repair", the("lamp", "old")), "Omar hat die alte Lampe repariert."),
    (st("omar", "repair", the("bicycle", "old")), "Omar hat das alte Fahrrad repariert."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "Eva hat am Montag heißen Kaffee getrunken."),
    (st("eva", "drink", a("water", "cold")), "Eva hat kaltes Wasser getrunken."),
    (st("eva", "cook", a("soup", "good")), "Eva hat gute Suppe gekocht."),
    (st("julia", "has", n(5, "scarf", "red")), "Julia hat fünf rote Schals."),
    (st("julia", "sell", some("house")), "Julia hat Häuser verkauft."),
    # kein denies what has no definite article, nicht the rest.
    (~st("anna", "buy", a("apple")), "Anna hat keinen Apfel gekauft."),
    (~st("anna", "buy", a("bed", "comfortable")), "Anna hat kein bequemes Bett gekauft."),
    (~st("anna", "open", the("door"), time="yesterday"), "Anna hat gestern die Tür nicht geöffnet."),
    (~st("nina", "feed", n(4, "sheep")), "Nina hat nicht vier Schafe gefüttert."),
    (~st("julia", "has", some("book", "new")), "Julia hat keine neuen Bücher."),
    (~st("julia", "has", a("milk")), "Julia hat keine Milch."),
    (~st("julia", "has", the("key")), "Julia hat den Schlüssel nicht."),
    (~st("peter", "like", some("animal")), "Peter mag keine Tiere."),
    (~st("peter", "love", some("dog")), "Peter liebt Hunde nicht."),
    # Words for any amount have no plural.
    (st("lina", "eat", a("fruit")), "Lina hat ein Stück Obst gegessen."),
    (st("lina", "eat", n(3, "vegetable")), "Lina hat drei Stücke Gemüse gegessen."),
    (~st("lina", "eat", some("fruit")), "Lina hat kein Obst gegessen."),
    (~st("lina", "buy", some("furniture", "new")), "Lina hat keine neuen Möbel gekauft."),
    (st("lina", "buy", n(2, "furniture")), "Lina hat zwei Möbelstücke gekauft."),
    # An instrument that is played has no article unless it is described.
    (st("eva", "play", a("violin"), place="school", time="yesterday"), "Eva hat gestern in der Schule Geige gespielt."),
    (st("eva", "play", a("violin", "old")), "Eva hat eine alte Geige gespielt."),
    (~st("eva", "play", a("piano")), "Eva hat kein Klavier gespielt."),
    # Time stands before place; contractions; sein with a verb of motion.
    (st("david", "meet", "leila", place="park", time="friday_evening"), "David hat Leila am Freitagabend im Park getroffen."),
    (~st("david", "help", "leila", place="turkey"), "David hat Leila nicht in der Türkei geholfen."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina ist gestern Abend im Krankenhaus angekommen."),
    (~st("lina", "arrive", place="beach"), "Lina ist nicht am Strand angekommen."),
    (st("lina", "leave", place="market", time="last_month"), "Lina hat den Markt letzten Monat verlassen."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Adam Novak arbeitet in Rom bei Orbita."),
    # The dative after links von, rechts von, über and unter; predicative adjectives have no ending.
    (st(a("circle", "red"), "left_of", a("square", "blue")), "Ein roter Kreis ist links von einem blauen Quadrat."),
    (st(a("square", "black"), "above", a("triangle", "white")), "Ein schwarzes Quadrat ist über einem weißen Dreieck."),
    (st(the("bottle"), "is", adjective="empty"), "Die Flasche ist leer."),
    (st(the("car"), "more", the("boat"), adjective="expensive"), "Das Auto ist teurer als das Boot."),
    (~st("robert", "more", "martin", adjective="aged"), "Robert ist nicht älter als Martin."),
    (st("maria", "is_a", "doctor"), "Maria ist Ärztin."),
    (~st("maria", "is_a", "lawyer"), "Maria ist keine Anwältin."),
    (~st("samuel", "is_a", "artist"), "Samuel ist kein Künstler."),
    (~st(the("cat"), "at", place="garden"), "Die Katze ist nicht im Garten."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("de").say(statement).text == expected


def test_the_verb_stays_second_whatever_stands_first() -> None:
    german, rng = language("de"), random.Random(0)
    bought = st("anna", "buy", a("hat"), place="paris", time="yesterday")
    assert {german.say(bought, rng).text for _ in range(200)} == {
        "Anna hat gestern in Paris einen Hut gekauft.",
        "Anna hat gestern in Paris einen Hut erworben.",
        "Gestern hat Anna in Paris einen Hut gekauft.",
        "Gestern hat Anna in Paris einen Hut erworben.",
    }
    disliked = ~st("karim", "like", some("dog"))
    assert {german.say(disliked, rng).text for _ in range(50)} == {
        "Karim mag keine Hunde.",
        "Hunde mag Karim nicht.",
    }


def test_one_owns_a_car_but_has_an_apple() -> None:
    german, rng = language("de"), random.Random(0)
    car, apple = (~st("sara", "has", a(noun)) for noun in ("ring", "apple"))
    assert {german.say(car, rng).text for _ in range(50)} == {
        "Sara hat keinen Ring.",
        "Sara besitzt keinen Ring.",
    }
    assert {german.say(apple, rng).text for _ in range(50)} == {"Sara hat keinen Apfel."}


def test_a_pronoun_stands_for_the_subject() -> None:
    german = language("de")
    assert german.say(st("anna", "buy", a("coat")), pronoun=True).text == "Sie hat einen Mantel gekauft."
    assert german.say(~st("ivan", "is_a", "cook"), pronoun=True).text == "Er ist kein Koch."


def test_questions() -> None:
    german = language("de")
    bought = st("anna", "buy", a("hat"), place="paris", time="yesterday")
    assert german.ask("who", bought).text == "Wer hat gestern in Paris einen Hut gekauft?"
    assert german.ask("what", bought).text == "Was hat Anna gestern in Paris gekauft?"
    assert german.ask("where", bought).text == "Wo hat Anna gestern einen Hut gekauft?"
    assert german.ask("when", bought).text == "Wann hat Anna in Paris einen Hut gekauft?"
    assert german.ask("where", st(the("dog"), "at", place="park")).text == "Wo ist der Hund?"
    assert german.ask("who", st("anna", "has", the("key"))).text == "Wer hat den Schlüssel?"


def test_requests() -> None:
    german = language("de")
    assert (
        german.request("turn_on", {"device": the("computer"), "place": "office"}).text
        == "Schalte den Computer im Büro ein."
    )
    assert (
        german.request("weather", {"place": "cairo", "time": "tomorrow"}).text
        == "Wie wird das Wetter morgen in Kairo?"
    )
    assert (
        german.request("book_ticket", {"place": "turkey"}).text == "Ich brauche eine Fahrkarte in die Türkei."
    )
    assert german.request("call_person", {"person": Thing("anna")}).text == "Ruf Anna an."


def test_a_sentence_after_a_colon_starts_with_a_capital() -> None:
    german = language("de")
    gone = ~st(the("cup"), "is", adjective="clean")
    assert german.say(gone, connective="restate").text == "Mit anderen Worten: Die Tasse ist nicht sauber."
    assert german.say(gone, connective="but").text == "Aber die Tasse ist nicht sauber."

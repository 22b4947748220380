"""Bulgarian: the article at the end of the first word, its full and short form, the counted plural, aorists."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Adjectives agree in gender and number.
    (st("anna", "buy", a("apple", "green")), "Анна купи зелена ябълка."),
    (st("ivan", "buy", a("coat", "blue"), time="yesterday", place="paris"), "Вчера Иван купи синьо палто в Париж."),
    (~st("ivan", "buy", a("bus", "new")), "Иван не купи нов автобус."),
    (st("eva", "drink", a("coffee", "hot"), time="monday"), "В понеделник Ева изпи горещо кафе."),
    (st("omar", "see", some("horse", "white")), "Омар видя бели коне."),
    # The article is a suffix of the adjective, if there is one, otherwise of the noun.
    (st("sara", "break", the("cup")), "Сара счупи чашата."),
    (st("sara", "break", the("cup", "small")), "Сара счупи малката чаша."),
    (st("karim", "repair", the("radio", "old")), "Карим поправи старото радио."),
    (~st("nina", "sing", the("song", "good")), "Нина не изпя добрата песен."),
    # Masculine: the full article in the subject, the short one elsewhere.
    (st(the("bus"), "is", adjective="full"), "Автобусът е пълен."),
    (st("peter", "drive", the("bus")), "Петър караше автобуса."),
    (st("peter", "clean", the("bus", "white")), "Петър почисти белия автобус."),
    (st("peter", "feed", the("horse")), "Петър нахрани коня."),
    (st(the("horse", "white"), "at", place="beach"), "Белият кон е на плажа."),
    (st(the("museum"), "is", adjective="open"), "Музеят е отворен."),
    (st(the("hotel"), "more", the("museum"), adjective="big"), "Хотелът е по-голям от музея."),
    # Numerals: the counted plural of masculines, два or две by gender.
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Омар изяде три картофа в кухнята."),
    (st("anna", "sell", n(2, "table", "big")), "Анна продаде две големи маси."),
    (st("anna", "sell", n(2, "chair", "red")), "Анна продаде два червени стола."),
    (st("anna", "sell", some("chair", "red")), "Анна продаде червени столове."),
    (st("nina", "feed", n(4, "rabbit")), "Нина нахрани четири заека."),
    (st("nina", "feed", n(5, "dog")), "Нина нахрани пет кучета."),
    (st("julia", "has", n(5, "scarf", "red")), "Юлия има пет червени шала."),
    (st("david", "play", n(2, "instrument")), "Давид свиреше на два музикални инструмента."),
    (st("david", "play", the("instrument", "big")), "Давид свиреше на големия музикален инструмент."),
    # Not having has a verb of its own.
    (~st("julia", "has", some("book")), "Юлия няма книги."),
    (~st("julia", "has", the("key")), "Юлия няма ключа."),
    # Verbs with prepositions and reflexive ones; в and с are doubled before sounds like them.
    (st("david", "meet", "leila", place="paris"), "Давид се срещна с Лейла в Париж."),
    (~st("david", "meet", "samuel", place="france"), "Давид не се срещна със Самуел във Франция."),
    (~st("maria", "help", "peter"), "Мария не помогна на Петър."),
    (st("maria", "call", "peter", time="sunday"), "В неделя Мария се обади на Петър."),
    (st("laura", "wash", a("shirt", "white")), "Лаура изпра бяла риза."),
    (st("laura", "wash", a("cup", "white")), "Лаура изми бяла чаша."),
    (st("peter", "like", some("animal")), "Петър харесва животни."),
    (~st("peter", "love", some("dog")), "Петър не обича кучета."),
    (st("peter", "hate", some("milk")), "Петър мрази мляко."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Вчера вечерта Лина пристигна в болницата."),
    (~st("lina", "leave", place="athens"), "Лина не напусна Атина."),
    (st("adam", "live", place="kenya"), "Адам живее в Кения."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Адам Новак работи в „Орбита“ в Рим."),
    (~st("viktor", "is", adjective="tall"), "Виктор не е висок."),
    (st(the("car"), "is", adjective="broken"), "Колата е повредена."),
    (st(the("window"), "is", adjective="broken"), "Прозорецът е счупен."),
    (st("samuel", "is_a", "artist"), "Самуел е художник."),
    (st("maria", "is_a", "singer"), "Мария е певица."),
    (~st("maria", "is_a", "teacher"), "Мария не е учителка."),
    (st("robert", "more", "martin", adjective="rich"), "Роберт е по-богат от Мартин."),
    (st(the("car"), "more", the("boat"), adjective="expensive"), "Колата е по-скъпа от лодката."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Червен кръг се намира вляво от синя звезда."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("bg").say(statement).text == expected


def test_questions() -> None:
    bulgarian = language("bg")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert bulgarian.ask("who", bought).text == "Кой купи кола вчера в Париж?"
    assert bulgarian.ask("what", bought).text == "Какво купи Анна вчера в Париж?"
    assert bulgarian.ask("where", bought).text == "Къде купи Анна кола вчера?"
    assert bulgarian.ask("when", bought).text == "Кога купи Анна кола в Париж?"
    assert bulgarian.ask("what", st("anna", "play", a("piano"))).text == "На какво свиреше Анна?"
    assert bulgarian.ask("where", st("anna", "meet", "sara")).text == "Къде се срещна Анна със Сара?"
    assert bulgarian.ask("where", st(the("bus"), "at", place="park")).text == "Къде е автобусът?"
    assert bulgarian.ask("who", st("ivan", "has", the("key"))).text == "Кой има ключа?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    bulgarian, rng = language("bg"), random.Random(0)
    repaired = st("eva", "repair", the("bed"), place="house", time="monday")
    assert {bulgarian.say(repaired, rng).text for _ in range(300)} == {
        f"{words}."
        for verb in ("поправи", "ремонтира")
        for words in (
            f"В понеделник Ева {verb} леглото в къщата",
            f"Ева {verb} леглото в къщата в понеделник",
            f"В понеделник в къщата Ева {verb} леглото",
        )
    }  # fmt: skip
    left = st("eva", "leave", place="school")
    assert {bulgarian.say(left, rng).text for _ in range(50)} == {
        "Ева напусна училището.",
        "Ева си тръгна от училището.",
    }


def test_a_pronoun_stands_for_the_subject() -> None:
    bulgarian = language("bg")
    assert bulgarian.say(st("anna", "buy", a("lemon")), pronoun=True).text == "Тя купи лимон."
    assert bulgarian.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "Той е тъжен."


def test_requests() -> None:
    bulgarian = language("bg")
    radio = {"device": the("computer"), "place": "kitchen"}
    assert bulgarian.request("turn_on", radio).text == "Включи компютъра в кухнята."
    assert bulgarian.request("weather", {"place": "cairo"}).text == "Какво ще бъде времето в Кайро?"
    assert bulgarian.request("call_person", {"person": Thing("samuel")}).text == "Обади се на Самуел."
    assert bulgarian.request("remind", {"object": the("bus")}).text == "Напомни ми да почистя автобуса."
    assert bulgarian.request("book_ticket", {"place": "athens"}).text == "Трябва ми билет за Атина."

"""Russian: six cases, animate accusatives, the genitive after numerals and *нет*, gender and aspect of the past."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # The accusative: of women's things in -у, of men's as the nominative, of what lives as the genitive.
    (st("anna", "buy", a("apple", "green")), "Анна купила зелёное яблоко."),
    (st("ivan", "sell", a("car", "red"), time="yesterday", place="paris"), "Вчера Иван продал красную машину в Париже."),
    (st("omar", "see", a("horse", "small")), "Омар видел маленькую лошадь."),
    (st("omar", "feed", a("rabbit", "small")), "Омар накормил маленького кролика."),
    (st("lina", "find", a("kite", "blue")), "Лина нашла синего воздушного змея."),
    (st("eva", "sell", some("animal")), "Ева продала животных."),
    (~st("karim", "write", a("letter")), "Карим не писал письмо."),
    # Numerals: 2 has gender; 2, 3, 4 take the genitive singular, 5 and more the plural, in cases as nom and acc.
    (st("omar", "eat", n(3, "potato"), place="kitchen"), "Омар съел три картофелины на кухне."),
    (st("anna", "buy", n(2, "table", "big")), "Анна купила два больших стола."),
    (st("anna", "buy", n(2, "book", "old")), "Анна купила две старые книги."),
    (st("anna", "buy", n(5, "chair", "old")), "Анна купила пять старых стульев."),
    (st("nina", "feed", n(4, "sheep")), "Нина накормила четырёх овец."),
    (st("nina", "see", n(6, "goat", "big")), "Нина видела шесть больших коз."),
    (st("david", "play", n(2, "flute")), "Давид играл на двух флейтах."),
    (st("david", "play", a("violin"), place="school", time="friday_evening"), "В пятницу вечером Давид играл на скрипке в школе."),
    # Having: у with the genitive; not having: нет with the genitive.
    (st("julia", "has", n(5, "scarf", "red")), "У Юлии есть пять красных шарфов."),
    (~st("julia", "has", some("book")), "У Юлии нет книг."),
    (~st("peter", "has", n(3, "key")), "У Петра нет трёх ключей."),
    (~st("samuel", "has", the("coat")), "У Самуэля нет этого пальто."),
    (st(Thing("adam", surname="novak"), "has", a("dog")), "У Адама Новака есть собака."),
    (st(Thing("anna", surname="novak"), "has", a("cat")), "У Анны Новак есть кошка."),
    (st(Thing("anna", surname="costa"), "has", some("duck")), "У Анны Косты есть утки."),
    # Denials are imperfective.
    (~st("anna", "buy", a("bicycle")), "Анна не покупала велосипед."),
    (~st("omar", "eat", a("meat")), "Омар не ел мясо."),
    (~st("ivan", "repair", the("car")), "Иван не чинил эту машину."),
    (~st("robert", "arrive", place="london"), "Роберт не приезжал в Лондон."),
    # Verbs that choose the case, and those that depend on the object.
    (st("david", "meet", "leila", place="paris"), "Давид встретился с Лейлой в Париже."),
    (~st("maria", "help", "peter"), "Мария не помогала Петру."),
    (st("daniel", "visit", "samuel"), "Даниэль навестил Самуэля."),
    (st("peter", "like", some("animal")), "Петру нравятся животные."),
    (~st("maria", "like", a("milk")), "Марии не нравится молоко."),
    (st("peter", "like", some("furniture")), "Петру нравится мебель."),
    (st("peter", "love", some("dog")), "Пётр любит собак."),
    (~st("anna", "love", some("carrot")), "Анна не любит морковь."),
    (st("laura", "wash", a("shirt", "white")), "Лаура постирала белую рубашку."),
    (st("laura", "wash", a("cup", "white")), "Лаура помыла белую чашку."),
    (st("sara", "break", the("cup")), "Сара разбила эту чашку."),
    (~st("lina", "break", a("window")), "Лина не разбивала окно."),
    (st("sara", "break", the("radio")), "Сара сломала это радио."),
    # To come and to go: by foot in town, by vehicle to another; в or на, of places that others enter.
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Вчера вечером Лина пришла в больницу."),
    (st("viktor", "arrive", place="france"), "Виктор приехал во Францию."),
    (st("viktor", "leave", place="market"), "Виктор ушёл с рынка."),
    (~st("lina", "leave", place="athens"), "Лина не уезжала из Афин."),
    (st("adam", "live", place="kenya"), "Адам живёт в Кении."),
    (st(Thing("adam", surname="novak"), "work", "orbita", place="rome"), "Адам Новак работает в компании «Орбита» в Риме."),
    # The present has no verb *to be*; short forms agree with the subject.
    (st(the("bottle"), "is", adjective="empty"), "Эта бутылка пуста."),
    (st(the("window"), "is", adjective="broken"), "Это окно разбито."),
    (~st("viktor", "is", adjective="tall"), "Виктор не высокий."),
    (st("samuel", "is_a", "artist"), "Самуэль — художник."),
    (st("maria", "is_a", "singer"), "Мария — певица."),
    (~st("maria", "is_a", "lawyer"), "Мария не юрист."),
    (st(the("cat"), "at", place="beach"), "Эта кошка находится на пляже."),
    (st("robert", "more", "martin", adjective="rich"), "Роберт богаче, чем Мартин."),
    (st(the("car"), "more", the("boat"), adjective="expensive"), "Эта машина дороже, чем эта лодка."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Красный круг находится слева от синей звезды."),
    (st(a("square", "white"), "above", a("triangle", "blue")), "Белый квадрат находится над синим треугольником."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("ru").say(statement).text == expected


def test_questions_about_what_lives_and_what_does_not() -> None:
    russian = language("ru")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert russian.ask("who", bought).text == "Кто вчера купил машину в Париже?"
    assert russian.ask("what", bought).text == "Что Анна вчера купила в Париже?"
    assert russian.ask("where", bought).text == "Где Анна вчера купила машину?"
    assert russian.ask("when", bought).text == "Когда Анна купила машину в Париже?"
    assert russian.ask("what", st("anna", "feed", a("cow"))).text == "Кого Анна накормила?"
    assert russian.ask("what", st("anna", "play", a("piano"))).text == "На чём Анна играла?"
    assert russian.ask("where", st(the("dog"), "at", place="park")).text == "Где находится эта собака?"
    assert russian.ask("who", st("ivan", "has", the("bag"))).text == "У кого есть эта сумка?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    russian, rng = language("ru"), random.Random(0)
    taller = st("anna", "more", "ivan", adjective="tall")
    assert {russian.say(taller, rng).text for _ in range(50)} == {"Анна выше, чем Иван.", "Анна выше Ивана."}
    repaired = st("eva", "repair", the("bed"), place="house", time="monday")
    assert {russian.say(repaired, rng).text for _ in range(300)} == {
        f"{words}."
        for verb in ("починила", "отремонтировала")
        for words in (
            f"В понедельник Ева {verb} эту кровать в доме",
            f"Ева в понедельник {verb} эту кровать в доме",
            f"В понедельник в доме Ева {verb} эту кровать",
        )
    }  # fmt: skip


def test_a_pronoun_stands_for_the_subject_in_its_case() -> None:
    russian = language("ru")
    assert russian.say(st("anna", "buy", a("lemon")), pronoun=True).text == "Она купила лимон."
    assert russian.say(st("ivan", "has", a("lemon")), pronoun=True).text == "У него есть лимон."
    assert russian.say(st("ivan", "like", some("pear")), pronoun=True).text == "Ему нравятся груши."
    assert russian.say(st("eva", "is", adjective="sick"), pronoun=True).text == "Она больна."


def test_requests() -> None:
    russian = language("ru")
    radio = {"device": the("radio"), "place": "kitchen"}
    assert russian.request("turn_on", radio).text == "Включи радио на кухне."
    assert russian.request("weather", {"place": "cairo"}).text == "Какая погода будет в Каире?"
    assert russian.request("call_person", {"person": Thing("samuel")}).text == "Позвони Самуэлю."
    assert russian.request("remind", {"object": the("room")}).text == "Напомни мне убрать комнату."
    assert russian.request("remind", {"object": the("bus")}).text == "Напомни мне почистить автобус."
    assert russian.request("book_ticket", {"place": "athens"}).text == "Мне нужен билет в Афины."

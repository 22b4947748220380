"""Urdu: نے and agreement with the object, oblique case before postpositions, کے پاس, any (کوئی, کسی) under negation."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # In the past the verb agrees with the object in gender and number, whoever did it.
    (st("anna", "buy", a("car", "white"), place="delhi"), "اینا نے دہلی میں ایک سفید کار خریدی۔"),
    (st("omar", "buy", a("car", "white"), place="delhi"), "عمر نے دہلی میں ایک سفید کار خریدی۔"),
    (st("anna", "buy", a("horse")), "اینا نے ایک گھوڑا خریدا۔"),
    (st("anna", "read", n(3, "book")), "اینا نے تین کتابیں پڑھیں۔"),
    (st("anna", "eat", n(4, "banana")), "اینا نے چار کیلے کھائے۔"),
    (st("anna", "drink", a("tea", "hot")), "اینا نے گرم چائے پی۔"),
    (st("anna", "drink", a("milk", "hot")), "اینا نے گرم دودھ پیا۔"),
    (st("anna", "eat", a("soup", "hot")), "اینا نے گرم سوپ پیا۔"),
    (st("ivan", "write", some("poem")), "ایوان نے نظمیں لکھیں۔"),
    (st("eva", "open", the("door", "small")), "ایوا نے چھوٹا دروازہ کھولا۔"),
    (st("eva", "play", a("flute"), time="friday_evening"), "ایوا نے جمعے کی شام ایک بانسری بجائی۔"),
    # A light verb in the affirmative only.
    (st("peter", "sell", a("boat")), "پیٹر نے ایک کشتی بیچ دی۔"),
    (~st("peter", "sell", the("boat")), "پیٹر نے کشتی نہیں بیچی۔"),
    (st("peter", "lose", n(2, "key")), "پیٹر نے دو چابیاں کھو دیں۔"),
    # "not" stands before the verb, after what goes with it; any: کوئی, oblique کسی.
    (~st("anna", "buy", a("car")), "اینا نے کوئی کار نہیں خریدی۔"),
    (~st("anna", "buy", the("car")), "اینا نے کار نہیں خریدی۔"),
    (~st("anna", "buy", a("milk")), "اینا نے دودھ نہیں خریدا۔"),
    (~st("anna", "close", the("door")), "اینا نے دروازہ بند نہیں کیا۔"),
    (st("anna", "clean", n(2, "window")), "اینا نے دو کھڑکیاں صاف کیں۔"),
    (~st("anna", "feed", a("dog")), "اینا نے کسی کتے کو کھانا نہیں کھلایا۔"),
    # Before a postposition the noun and its adjective are oblique, and the verb agrees with nothing.
    (st("nina", "feed", n(2, "dog", "big")), "نینا نے دو بڑے کتوں کو کھانا کھلایا۔"),
    (st("nina", "draw", a("horse", "big")), "نینا نے ایک بڑے گھوڑے کی تصویر بنائی۔"),
    (st("nina", "draw", a("map", "new")), "نینا نے ایک نیا نقشہ بنایا۔"),
    (st("nina", "draw", n(2, "map")), "نینا نے دو نقشے بنائے۔"),
    (st("nina", "see", the("goat", "small")), "نینا نے چھوٹی بکری کو دیکھا۔"),
    (st("nina", "see", a("goat", "small")), "نینا نے ایک چھوٹی بکری دیکھی۔"),
    (st("nina", "wash", the("dog")), "نینا نے کتے کو نہلایا۔"),
    # Who finds something is in the dative; who meets somebody is the subject of an intransitive verb.
    (st("omar", "find", a("ring"), place="beach"), "عمر کو ساحل پر ایک انگوٹھی ملی۔"),
    (st("david", "meet", "leila", place="paris"), "ڈیوڈ پیرس میں لیلیٰ سے ملا۔"),
    (~st("leila", "visit", "david", time="last_week"), "لیلیٰ پچھلے ہفتے ڈیوڈ سے ملنے نہیں گئی۔"),
    (~st("david", "help", "leila"), "ڈیوڈ نے لیلیٰ کی مدد نہیں کی۔"),
    (st("david", "thank", "leila"), "ڈیوڈ نے لیلیٰ کا شکریہ ادا کیا۔"),
    (st("peter", "like", some("dog")), "پیٹر کو کتے پسند ہیں۔"),
    (~st("peter", "like", a("coffee")), "پیٹر کو کافی پسند نہیں ہے۔"),
    (st("maria", "hate", some("cat")), "ماریا بلیوں سے نفرت کرتی ہے۔"),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "لینا کل شام ہسپتال پہنچی۔"),
    (st("peter", "leave", place="athens"), "پیٹر ایتھنز سے چلا گیا۔"),
    (~st("lina", "leave", place="kitchen"), "لینا باورچی خانے سے نہیں گئی۔"),
    (~st("adam", "live", place="kenya"), "آدم کینیا میں نہیں رہتا۔"),
    (st(Thing("maria", surname="novak"), "work", "orbita", place="rome"), "ماریا نوواک روم میں اوربیٹا کے لیے کام کرتی ہے۔"),
    # Possession.
    (st("julia", "has", n(5, "shirt", "blue")), "جولیا کے پاس پانچ نیلی قمیصیں ہیں۔"),
    (~st("julia", "has", some("book")), "جولیا کے پاس کتابیں نہیں ہیں۔"),
    (~st("julia", "has", a("furniture", "new")), "جولیا کے پاس فرنیچر کی کوئی نئی چیز نہیں ہے۔"),
    # Predicates agree with the subject; the thing compared with is oblique.
    (st(the("door"), "is", adjective="open"), "دروازہ کھلا ہے۔"),
    (st(the("window"), "is", adjective="open"), "کھڑکی کھلی ہے۔"),
    (~st(the("cup"), "is", adjective="broken"), "کپ ٹوٹا ہوا نہیں ہے۔"),
    (st("samuel", "is_a", "student"), "سیموئل طالب علم ہے۔"),
    (~st("maria", "is_a", "teacher"), "ماریا استانی نہیں ہے۔"),
    (st(the("cat"), "at", place="street"), "بلی سڑک پر ہے۔"),
    (st("anna", "more", "martin", adjective="tall"), "اینا مارٹن سے لمبی ہے۔"),
    (st(the("car"), "more", the("camera"), adjective="expensive"), "کار کیمرے سے مہنگی ہے۔"),
    (~st("robert", "more", "nina", adjective="aged"), "رابرٹ نینا سے زیادہ عمر کا نہیں ہے۔"),
    (st(a("circle", "white"), "left_of", a("star", "blue")), "ایک سفید دائرہ ایک نیلے ستارے کے بائیں طرف ہے۔"),
    (st(n(2, "circle"), "above", n(3, "star")), "دو دائرے تین ستاروں کے اوپر ہیں۔"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("ur").say(statement).text == expected


def test_questions_keep_the_question_word_before_the_verb() -> None:
    urdu = language("ur")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert urdu.ask("who", bought).text == "کل پیرس میں کس نے ایک کار خریدی؟"
    assert urdu.ask("what", bought).text == "اینا نے کل پیرس میں کیا خریدا؟"
    assert urdu.ask("where", bought).text == "اینا نے کل ایک کار کہاں خریدی؟"
    assert urdu.ask("when", bought).text == "اینا نے پیرس میں ایک کار کب خریدی؟"
    assert urdu.ask("what", st("anna", "feed", a("dog"))).text == "اینا نے کسے کھانا کھلایا؟"
    assert urdu.ask("who", st("anna", "find", a("key"))).text == "کسے ایک چابی ملی؟"
    assert urdu.ask("who", st("anna", "meet", "ivan")).text == "کون ایوان سے ملا؟"
    assert urdu.ask("where", st("sara", "live", place="rome")).text == "سارہ کہاں رہتی ہے؟"
    assert urdu.ask("who", st("anna", "has", the("key"))).text == "چابی کس کے پاس ہے؟"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    urdu, rng = language("ur"), random.Random(0)
    repaired = st("anna", "repair", a("bicycle"), time="yesterday")
    assert {urdu.say(repaired, rng).text for _ in range(100)} == {
        "اینا نے کل ایک سائیکل ٹھیک کی۔",
        "اینا نے کل ایک سائیکل کی مرمت کی۔",
        "کل اینا نے ایک سائیکل ٹھیک کی۔",
        "کل اینا نے ایک سائیکل کی مرمت کی۔",
    }
    assert {urdu.say(st("anna", "like", some("cat")), rng).text for _ in range(50)} == {
        "اینا کو بلیاں پسند ہیں۔",
        "اینا بلیاں پسند کرتی ہے۔",
    }


def test_a_pronoun_has_an_oblique_form() -> None:
    urdu = language("ur")
    assert urdu.say(st("anna", "buy", a("car")), pronoun=True).text == "اس نے ایک کار خریدی۔"
    assert urdu.say(st("ivan", "has", a("car")), pronoun=True).text == "اس کے پاس ایک کار ہے۔"
    assert urdu.say(st("anna", "meet", "ivan"), pronoun=True).text == "وہ ایوان سے ملی۔"
    assert urdu.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "وہ اداس ہے۔"


def test_requests() -> None:
    urdu = language("ur")
    assert (
        urdu.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text
        == "باورچی خانے میں ریڈیو آن کریں۔"
    )
    assert urdu.request("weather", {"place": "cairo"}).text == "قاہرہ میں موسم کیسا رہے گا؟"
    assert urdu.request("book_ticket", {"place": "london"}).text == "مجھے لندن کا ٹکٹ چاہیے۔"

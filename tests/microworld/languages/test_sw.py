"""Swahili: noun classes on adjectives, numerals and verbs, object marks for what is known, negative verb forms."""

from __future__ import annotations

import random

import pytest

from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import language
from xlmtut.microworld.world import Statement, Thing

EXPECTED = [
    # Adjectives and numerals in every class; numerals come last.
    (st("anna", "buy", a("book", "new")), "Anna alinunua kitabu kipya."),
    (st("anna", "buy", n(3, "book", "new")), "Anna alinunua vitabu vipya vitatu."),
    (st("anna", "buy", a("car", "red"), place="cairo"), "Anna alinunua gari jekundu jijini Kairo."),
    (st("anna", "buy", n(2, "car", "red")), "Anna alinunua magari mekundu mawili."),
    (st("anna", "buy", a("bag", "black")), "Anna alinunua mfuko mweusi."),
    (st("anna", "buy", n(4, "bag", "black")), "Anna alinunua mifuko myeusi minne."),
    (st("anna", "buy", a("table", "small")), "Anna alinunua meza ndogo."),
    (st("anna", "buy", n(5, "table", "white")), "Anna alinunua meza nyeupe tano."),
    (st("anna", "find", a("key", "small")), "Anna alipata ufunguo mdogo."),
    (st("anna", "find", n(2, "key", "small")), "Anna alipata funguo ndogo mbili."),
    (st("anna", "drink", a("water", "hot")), "Anna alikunywa maji ya moto."),
    (st("anna", "eat", a("rice", "delicious")), "Anna alikula wali mtamu."),
    (st("anna", "buy", some("banana")), "Anna alinunua ndizi kadhaa."),
    (~st("anna", "buy", some("banana")), "Anna hakununua ndizi."),
    (st("anna", "wear", a("dress", "blue")), "Anna alivaa gauni la bluu."),
    (st("anna", "wear", a("hat", "blue")), "Anna alivaa kofia ya bluu."),
    (st("anna", "buy", n(3, "chair", "old")), "Anna alinunua viti vya zamani vitatu."),
    # Living beings agree like people, whatever their prefix.
    (st("nina", "feed", n(3, "dog", "big")), "Nina alilisha mbwa wakubwa watatu."),
    (st("nina", "draw", a("bird", "white")), "Nina alichora ndege mweupe."),
    # What is known is marked in the verb, by class; a person always is.
    (st("omar", "read", the("book")), "Omar alikisoma kitabu."),
    (st("omar", "sell", the("car")), "Omar aliliuza gari."),
    (st("omar", "open", the("door")), "Omar aliufungua mlango."),
    (st("omar", "eat", the("soup")), "Omar aliila supu."),
    (st("omar", "drink", the("milk")), "Omar aliyanywa maziwa."),
    (st("omar", "wash", the("dog")), "Omar alimwosha mbwa."),
    (st("omar", "wash", the("shirt")), "Omar alilifua shati."),
    (~st("omar", "read", the("book")), "Omar hakukisoma kitabu."),
    (~st("omar", "read", a("book")), "Omar hakusoma kitabu."),
    (st("david", "help", "leila"), "David alimsaidia Leila."),
    (st("david", "invite", "leila"), "David alimwalika Leila."),
    (st("david", "meet", "leila", place="paris"), "David alikutana na Leila jijini Paris."),
    (~st("david", "call", "leila", time="yesterday"), "David hakumpigia simu Leila jana."),
    (st("peter", "like", some("tree")), "Peter anapenda miti."),
    (~st("peter", "hate", a("milk")), "Peter hachukii maziwa."),
    (st("lina", "arrive", place="hospital", time="yesterday_evening"), "Lina alifika hospitalini jana jioni."),
    (~st("lina", "leave", place="athens"), "Lina hakuondoka Athens."),
    (st("adam", "live", place="kenya"), "Adam anaishi nchini Kenya."),
    (~st(Thing("adam", surname="novak"), "work", "orbita"), "Adam Novak hafanyi kazi katika kampuni ya Orbita."),
    # Having, and having what is known.
    (st("julia", "has", n(5, "shirt", "yellow")), "Julia ana mashati ya manjano matano."),
    (~st("julia", "has", some("book")), "Julia hana vitabu."),
    (st("julia", "has", the("book")), "Julia anacho kitabu."),
    (~st("julia", "has", the("key")), "Julia hanao ufunguo."),
    # Predicates: an adjective after ni or si, or a verb.
    (st(the("cup"), "is", adjective="heavy"), "Kikombe ni kizito."),
    (~st(the("box"), "is", adjective="heavy"), "Boksi si zito."),
    (st(the("cup"), "is", adjective="broken"), "Kikombe kimevunjika."),
    (~st(the("car"), "is", adjective="broken"), "Gari halijaharibika."),
    (st(the("window"), "is", adjective="open"), "Dirisha liko wazi."),
    (~st(the("door"), "is", adjective="closed"), "Mlango haujafungwa."),
    (st(the("room"), "is", adjective="hot"), "Chumba kina joto."),
    (st("fatima", "is", adjective="happy"), "Fatima ana furaha."),
    (~st("viktor", "is", adjective="tall"), "Viktor si mrefu."),
    (st("samuel", "is_a", "artist"), "Samuel ni msanii."),
    (~st("maria", "is_a", "lawyer"), "Maria si mwanasheria."),
    (st(the("cat"), "at", place="beach"), "Paka yuko ufukweni."),
    (~st(the("key"), "at", place="house"), "Ufunguo hauko nyumbani."),
    (st("robert", "more", "martin", adjective="strong"), "Robert ana nguvu kuliko Martin."),
    (~st(the("car"), "more", the("boat"), adjective="expensive"), "Gari si ghali kuliko mashua."),
    (st("robert", "more", "nina", adjective="aged"), "Robert ni mkubwa kwa umri kuliko Nina."),
    (st(a("circle", "red"), "left_of", a("star", "blue")), "Duara jekundu liko upande wa kushoto wa nyota ya bluu."),
    (st(n(2, "circle"), "above", a("square", "white")), "Maduara mawili yako juu ya mraba mweupe."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), EXPECTED, ids=[text for _, text in EXPECTED])
def test_statement(statement: Statement, expected: str) -> None:
    assert language("sw").say(statement).text == expected


def test_questions_leave_the_question_word_in_its_place() -> None:
    swahili = language("sw")
    bought = st("anna", "buy", a("car"), place="paris", time="yesterday")
    assert swahili.ask("who", bought).text == "Nani alinunua gari jijini Paris jana?"
    assert swahili.ask("what", bought).text == "Anna alinunua nini jijini Paris jana?"
    assert swahili.ask("where", bought).text == "Anna alinunua gari wapi jana?"
    assert swahili.ask("when", bought).text == "Anna alinunua gari lini jijini Paris?"
    assert swahili.ask("what", st("anna", "wash", a("shirt"))).text == "Anna alifua nini?"
    assert swahili.ask("where", st(the("dog"), "at", place="park")).text == "Mbwa yuko wapi?"
    assert swahili.ask("where", st("sara", "live", place="rome")).text == "Sara anaishi wapi?"
    assert swahili.ask("who", st("anna", "has", the("key"))).text == "Nani anao ufunguo?"


def test_every_phrasing_says_the_same_in_other_words() -> None:
    swahili, rng = language("sw"), random.Random(0)
    repaired = st("anna", "repair", a("car"), time="yesterday")
    assert {swahili.say(repaired, rng).text for _ in range(200)} == {
        f"{start}{verb} {car}{end}."
        for start, end in (("Anna ", " jana"), ("Jana Anna ", ""))
        for verb in ("alitengeneza", "alikarabati")
        for car in ("gari", "motokaa")
    }
    assert {swahili.say(st("omar", "has", a("dog")), rng).text for _ in range(50)} == {
        "Omar ana mbwa.",
        "Kwa sasa Omar ana mbwa.",
    }


def test_the_verb_says_who_it_was() -> None:
    swahili = language("sw")
    assert swahili.say(st("anna", "buy", a("car")), pronoun=True).text == "Alinunua gari."
    assert swahili.say(~st("ivan", "has", a("car")), pronoun=True).text == "Hana gari."
    assert swahili.say(st("ivan", "at", place="market"), pronoun=True).text == "Yuko sokoni."
    assert swahili.say(st("ivan", "is", adjective="sad"), pronoun=True).text == "Ana huzuni."


def test_requests() -> None:
    swahili = language("sw")
    assert (
        swahili.request("turn_on", {"device": the("radio"), "place": "kitchen"}).text == "Washa redio jikoni."
    )
    assert swahili.request("weather", {"place": "cairo"}).text == "Hali ya hewa itakuwaje jijini Kairo?"
    assert swahili.request("order", {"food": n(3, "apple")}).text == "Ningependa kuagiza matufaha matatu."

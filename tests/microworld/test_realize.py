"""The machinery that says statements, tried with a made-up language; the real ones have their own tests."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

import xlmtut.microworld
from tests.microworld.statements import a, n, some, st, the
from xlmtut.microworld.realize import HELD_OUT, Language, frame, language, languages
from xlmtut.microworld.words import GrammarError
from xlmtut.microworld.world import Thing

# Toy: verbs agree with the subject's gender, adjectives follow the noun, the accusative ends in -n.
TOY: dict[str, Any] = {
    "code": "xx",
    "name": "Toy",
    "features": {"case": ["nom", "acc"], "gender": ["m", "f"]},
    "punctuation": {"statement": ".", "question": "?", "before question": "¿"},
    "uppercase": {"i": "İ"},
    "columns": {"nouns": ["sg", "acc sg", "pl"], "verbs": ["m", "f"], "adjectives": ["m", "f"]},
    "np": {
        "indef sg": "{noun}[ {adj <noun}]",
        "def": "{noun}-lo[ {adj <noun}]",
        "num": "{number} {noun pl}",
        "indef pl": "{noun}",
        "name": "{noun}[ {surname}]",
        "pronoun": "{noun}",
    },
    "clauses": {
        "event": [
            "{subject} {verb <subject} {object acc}[ {place}][ {time}]",
            "[{time}, ]{object acc} {subject}",
        ],
        "event neg": "{subject} no {verb <subject} {object acc}",
        "event object.def": "lo {object acc} {subject} {verb <subject}",
        "social": "{subject} {verb <subject} {object}",
        "at": "{subject} {place}",
        "is": "{subject} {adj <subject}",
    },
    "questions": {"event who": "ke {verb m} {object acc}"},
    "dialogue": {"turn_on": ["on {device}[ {place}]", "{device}?"]},
    "connectives": {"therefore": ["do: "]},
    "spelling": {"rules": [["ee", "e"]]},
    "nouns": {"book": "m: libe | liben | libes", "rose": "f: rosa | rosan | rosas"},
    "people": {"anna": "f: anna", "ivan": "m: ivan"},
    "surnames": {"berg": "berg"},
    "places": {"park": "in *parke*"},
    "times": {"monday": "luna"},
    "verbs": {
        "read": ["lego | lega", "vido | vida"],
        "meet": {"forms": "meto | meta", "object": "kon {object}"},
    },
    "adjectives": {"old": "olo | ola"},
    "numbers": {"3": "tri"},
    "pronouns": {"f": "ela", "m": "ilo"},
    "words": {},
}  # fmt: skip
toy = Language(TOY)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (st("anna", "read", a("book")), "Anna lega liben."),
        (st("ivan", "read", a("rose", "old")), "İvan lego rosan ola."),  # the language's own capital
        (st("anna", "read", a("book", "old"), place="park"), "Anna lega liben olo in parke."),
        (st("anna", "read", n(3, "book"), time="monday"), "Anna lega tri libes luna."),
        (st("anna", "read", some("rose")), "Anna lega rosas."),
        (~st("anna", "read", a("book")), "Anna no lega liben."),
        (
            st("anna", "read", the("book")),
            "Lo liben-lo anna lega.",
        ),  # a clause of its own for certain objects
        (st("anna", "meet", "ivan"), "Anna meta kon ivan."),  # the verb's own pattern of its object
        (st(Thing("anna", surname="berg"), "at", place="park"), "Anna berg in parke."),
        (st(the("rose"), "is", adjective="old"), "Rosa-lo ola."),
    ],
)
def test_agreement_case_and_order(statement: Any, text: str) -> None:
    assert toy.say(statement).text == text


def test_the_most_specific_clause_is_taken_whatever_their_order() -> None:
    reverse = {**TOY, "clauses": dict(reversed(TOY["clauses"].items()))}
    statements = [
        st("anna", "read", the("book")),
        ~st("anna", "read", a("book")),
        st("anna", "read", a("book")),
    ]
    for statement in statements:
        assert Language(reverse).say(statement) == toy.say(statement)


def test_pronouns_connectives_words_and_chance() -> None:
    read = st("anna", "read", a("book"), time="monday")
    assert toy.say(read, pronoun=True).text == "Ela lega liben luna."
    assert toy.say(st("ivan", "read", a("book")), pronoun=True).text == "İlo lego liben."
    assert toy.say(read, connective="therefore").text == "Do: anna lega liben luna."
    assert toy.say(read, words=1).text == "Anna vida liben luna."
    said = {toy.say(read, random.Random(seed)).text for seed in range(40)}
    assert said == {"Anna lega liben luna.", "Anna vida liben luna.", "Luna, liben anna."}


def test_questions_and_requests() -> None:
    assert toy.ask("who", st("anna", "read", a("book"))).text == "¿Ke lego liben?"
    lamp = {"device": the("rose")}
    assert toy.request("turn_on", {**lamp, "place": "park"}).text == "On rosa-lo in parke."
    asked = {toy.request("turn_on", lamp, random.Random(seed)).text for seed in range(20)}
    assert asked == {"On rosa-lo.", "¿Rosa-lo?"}


def test_parts_stand_where_they_are_said_to() -> None:
    sentence = toy.say(
        st(Thing("anna", surname="berg"), "read", a("book", "old"), place="park", time="monday")
    )
    parts = {tag: sentence.part(tag) for tag in sentence.spans}
    assert parts == {
        "subject": "Anna berg", "subject.noun": "Anna", "subject.surname": "berg", "verb": "lega",
        "object": "liben olo", "object.noun": "liben", "object.adj": "olo", "place": "in parke",
        "place.name": "parke", "time": "luna",
    }  # fmt: skip
    question = toy.ask("who", st("anna", "read", a("book")))
    assert question.part("object") == "liben"  # behind the mark that opens the question


def test_spelling_rules_and_code_of_a_language() -> None:
    double = {**TOY, "nouns": {"book": "m: libee | libeen | libees"}}
    assert Language(double).say(st("anna", "read", a("book"))).text == "Anna lega liben."
    shouted = Language(TOY, [(re.compile("lega"), "LEGA")])
    assert shouted.say(st("anna", "read", a("book"))).text == "Anna LEGA liben."


def test_sentences_are_joined_with_or_without_spaces() -> None:
    sentences = [toy.say(st(name, "read", a("book"))) for name in ("anna", "ivan")]
    text, starts = toy.join(sentences)
    assert text == "Anna lega liben. İvan lego liben."
    assert [text[start:][:4] for start in starts] == ["Anna", "İvan"]
    unspaced = Language({**TOY, "spaced": False})
    text, starts = unspaced.join([unspaced.say(st(name, "read", a("book"))) for name in ("anna", "ivan")])
    assert text == "Annalegaliben.İvanlegoliben."
    assert starts == [0, 14]
    unmarked = Language({**TOY, "spaced": False, "punctuation": {"statement": "", "question": ""}})
    assert unmarked.join([unmarked.say(st("anna", "read", a("book")))] * 2) == (
        "Annalegaliben Annalegaliben",
        [0, 14],
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (st("anna", "read", a("car")), "xx: no word for 'car'"),
        (st("anna", "read", a("book"), place="paris"), r"xx: no word for 'paris' in \[places\]"),
        (st("anna", "live", place="park"), r"xx: no pattern in \[clauses\] for "),
        (~st("anna", "at", place="park"), None),  # no pattern for the denial: the general one is taken
        (st("anna", "read", n(4, "book")), r"xx: no word for '4' in \[numbers\]"),
    ],
)
def test_what_the_data_lacks_is_named(statement: Any, message: str | None) -> None:
    if message is None:
        assert toy.say(statement).text == "Anna in parke."
    else:
        with pytest.raises(GrammarError, match=message):
            toy.say(statement)


def test_broken_data_are_named() -> None:
    def with_clause(pattern: str) -> Language:
        return Language({**TOY, "clauses": {"event": pattern}})

    read = st("anna", "read", a("book"))
    with pytest.raises(
        GrammarError, match=r"xx: a pattern has \{aux\}, which is neither a role nor in \[words\]"
    ):
        with_clause("{subject} {aux}").say(read)
    with pytest.raises(GrammarError, match=r"xx: nothing fills \{place\}, and it is not in brackets"):
        with_clause("{subject} {place}").say(read)
    lacking = {**TOY, "verbs": {"read": "m=lego"}}
    with pytest.raises(GrammarError, match="xx: 'read' has no form for"):
        Language(lacking).say(read)


def test_frames() -> None:
    kinds = {
        "eat": "event", "has": "has", "meet": "social", "like": "attitude", "at": "at", "left_of": "left_of",
    }  # fmt: skip
    for predicate, kind in kinds.items():
        assert frame(st("anna", predicate)) == kind


def test_the_languages_are_those_of_xnli_and_one_more() -> None:
    xnli = ["ar", "bg", "de", "el", "en", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh"]
    assert languages() == xnli
    assert set(languages(held_out=True)) == {*xnli, HELD_OUT}
    assert language("ar").direction == language("ur").direction == "rtl"
    assert [code for code in languages(held_out=True) if not language(code).spaced] == ["th", "zh"]
    assert language("en") is language("en")  # read once
    with pytest.raises(ValueError, match="the microworld does not speak 'xx'; it speaks ar, bg, "):
        language("xx")


def test_loading_a_language_leaves_the_public_names_as_they_are() -> None:
    """Code in a folder ``languages`` would, once imported, stand where the function does."""
    assert all(language(code) for code in languages(held_out=True))
    assert xlmtut.microworld.languages is languages

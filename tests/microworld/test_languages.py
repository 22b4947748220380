"""All languages: complete, well written, and made of real words."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.microworld.statements import every_kind, every_question, every_request
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import Sentence, language, languages

ALL = languages(held_out=True)
WORDS = (
    "nouns", "people", "surnames", "organisations", "occupations", "places", "times", "verbs", "adjectives",
    "numbers", "pronouns",
)  # fmt: skip
SCRIPTS = {
    "ar": "ARABIC", "bg": "CYRILLIC", "el": "GREEK", "hi": "DEVANAGARI", "ru": "CYRILLIC", "th": "THAI",
    "ur": "ARABIC", "zh": "CJK",
}  # fmt: skip
DICTIONARIES = {
    "ar": "ar", "bg": "bg_BG", "de": "de_DE", "el": "el_GR", "en": "en_US", "es": "es_ES", "fr": "fr",
    "hi": "hi_IN", "id": "id_ID", "ru": "ru_RU", "sw": "sw_TZ", "th": "th_TH", "tr": "tr_TR", "vi": "vi_VN",
}  # fmt: skip


def data(code: str) -> dict[str, Any]:
    folder = files("xlmtut.microworld").joinpath("languages")
    return tomllib.loads(folder.joinpath(f"{code}.toml").read_text(encoding="utf-8"))


@cache
def sentences(code: str) -> list[Sentence]:
    """All that the language can say, each thing in one or more of its ways."""
    speaker, rng = language(code), random.Random(0)
    said = [speaker.say(s, rng, words=rng.choice((None, None, 1))) for s in every_kind()]
    people = (s for s in every_kind() if s.subject.concept in ontology().people and not s.subject.surname)
    said += [speaker.say(s, rng, pronoun=True) for s in people if rng.random() < 0.3]
    said += [speaker.ask(about, s, rng) for about, s in every_question()]
    return said + [speaker.request(intent, roles, rng) for intent, roles in every_request() for _ in range(3)]


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_every_concept_has_a_word(code: str) -> None:
    english, here = language("en").lexicon, language(code).lexicon
    for section in WORDS:
        assert here[section].keys() == english[section].keys(), f"[{section}]"
    world = ontology()
    assert here["nouns"].keys() == {noun for noun in world.nouns if not noun.isupper()}
    assert here["adjectives"].keys() == world.family_of.keys()
    assert here["places"].keys() == world.places.keys()
    assert here["times"].keys() == world.times.keys()
    assert here["people"].keys() == set(world.people)
    assert here["verbs"].keys() == {*world.verbs, *world.social, *world.attitudes}


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_every_statement_and_question_has_a_pattern(code: str) -> None:
    english, here = data("en"), data(code)
    assert english["connectives"].keys() == here["connectives"].keys()
    assert english["dialogue"].keys() == here["dialogue"].keys()
    assert len(sentences(code)) > 5000
    assert here["notes"].strip(), "notes: a line on the grammar, for the data page"


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_most_synonyms_of_the_ontology_are_there(code: str) -> None:
    lexicon = language(code).lexicon
    pairs = [(section, concept) for section, concepts in ontology().synonyms.items() for concept in concepts]
    missing = [concept for section, concept in pairs if len(lexicon[section][concept]) < 2]
    assert len(missing) <= 3, f"no second word for {missing}"


def name_words(sentence: Sentence, proper: set[str]) -> list[tuple[int, int]]:
    """The words that are names, or names with what is joined to them."""
    tags = sentence.spans.keys() & {"subject.noun", "object.noun", "subject.surname", "person.noun"}
    named = [sentence.spans[tag] for tag in tags if proper & set(sentence.part(tag).split())]
    return [(a, b) for a, b in sentence.words if any(a < end and start < b for start, end in named)]


def ends(code: str) -> tuple[str, ...]:
    punctuation = data(code)["punctuation"]
    return punctuation["statement"], punctuation["question"]


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_sentences_are_written_as_the_script_wants(code: str) -> None:
    allowed, possible_ends = SCRIPTS.get(code, "LATIN"), ends(code)
    for sentence in sentences(code):
        text = sentence.text
        assert text == text.strip(), text
        assert "  " not in text, text
        assert not re.search(r"[{}\[\]|~*+=<>␣∅_@#]", text), text
        assert not re.search(r"\s[,.;:!?،؟。，]", text.replace("\u00a0", "")), text
        assert text.endswith(possible_ends), text
        first = next(c for c in text if c.isalpha())
        assert first.upper() == first or first == "ı", text
        assert unicodedata.is_normalized("NFC", text), text
        if code == "zh":
            assert " " not in text, text
    letters = {
        character for sentence in sentences(code) for character in sentence.text if character.isalpha()
    }
    assert not {letter for letter in letters if not unicodedata.name(letter).startswith(allowed)}


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_parts_are_found_where_they_stand(code: str) -> None:
    speaker, rng = language(code), random.Random(1)
    for statement in every_kind():
        sentence = speaker.say(statement, rng)
        for tag, (start, end) in sentence.spans.items():
            part = sentence.text[start:end]
            assert part, f"{tag} is empty in {sentence.text}"
            assert part == part.strip(" "), f"{tag} is {part!r} in {sentence.text}"
        wanted = {"subject.noun", *(name for name in ("object", "place", "time") if getattr(statement, name))}
        if statement.place:
            wanted.add("place.name")
        assert wanted <= sentence.spans.keys(), sentence.text
        covered = "".join(sentence.text[a:b] for a, b in sentence.tokens())
        assert covered == re.sub(r"\s", "", sentence.text), sentence.text


@pytest.mark.parametrize("code", ALL, ids="in_{}".format)
def test_questions_do_not_give_the_answer_away(code: str) -> None:
    speaker, mark = language(code), data(code)["punctuation"]["question"]
    for about, statement in every_question():
        asked = speaker.ask(about, statement)
        hidden = {"who": "subject", "what": "object", "where": "place", "when": "time"}[about]
        assert hidden not in asked.spans, asked.text
        assert asked.text.endswith(mark), asked.text


def not_listed(words: set[str], dictionary: str) -> set[str]:
    """The words that hunspell does not know."""
    if dictionary == "hi_IN":
        # A plain list; the command would take its words apart at their vowel signs.
        lines = Path("/usr/share/hunspell/hi_IN.dic").read_text(encoding="utf-8").split("\n")
        return words - {unicodedata.normalize("NFC", line.partition("/")[0]) for line in lines}
    listed = subprocess.run(
        ["hunspell", "-i", "utf-8", "-d", dictionary, "-l"],
        input="\n".join(sorted(words)),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


@pytest.mark.parametrize("code", sorted(DICTIONARIES.keys() & set(ALL)), ids="in_{}".format)
def test_every_word_is_in_the_dictionary(code: str) -> None:
    dictionary = DICTIONARIES[code]
    if not shutil.which("hunspell"):
        assert not os.environ.get("CI"), "hunspell is missing: .ci/run installs it"
        pytest.skip("hunspell and its dictionaries are not installed; .ci/run lists the packages")
    here, speaker = data(code), language(code)
    proper = {
        part
        for section in ("people", "surnames", "organisations")
        for words in speaker.lexicon[section].values()
        for word in words
        for _, form in word.forms
        for part in form.split()
    }
    used = {s.text[a:b] for s in sentences(code) for a, b in s.words if not s.text[a:b].isdigit()}
    used -= {s.text[a:b] for s in sentences(code) for a, b in name_words(s, proper)}
    unlisted = not_listed(used, dictionary)
    # An exception is a word, or a pattern that says how a language with many forms builds them.
    exceptions = re.compile("|".join(chain.from_iterable(key.split() for key in here.get("exceptions", {}))))
    unknown = {
        word
        for word in unlisted - proper
        if not any(exceptions.fullmatch(w) for w in (word, word.lower(), word[:1].lower() + word[1:]))
    }
    assert not unknown, f"not in {dictionary}, nor among the exceptions: {sorted(unknown)}"


@pytest.mark.parametrize("code", sorted(set(ALL) - DICTIONARIES.keys()), ids="in_{}".format)
def test_without_a_dictionary_every_word_is_at_least_in_the_data(code: str) -> None:
    speaker = language(code)
    forms = (
        form for words in speaker.lexicon.values() for ws in words.values() for w in ws for _, form in w.forms
    )
    patterns = (
        p for table in speaker.tables.values() for alternatives in table.values() for p in alternatives
    )
    objects = (w.object or "" for ws in speaker.lexicon["verbs"].values() for w in ws)
    starts = chain.from_iterable(speaker.connectives.values())
    literals = (re.sub(r"\{[^}]*\}", " ", text) for text in chain(patterns, objects, starts))
    known = {word for text in chain(forms, literals) for word in re.split(r"[\s\[\]*␣?,،:：，。.؟；]+", text)}
    said = {s.text[a:b] for s in sentences(code) for a, b in s.words}
    parts = {part for word in said for part in word.split("·")}  # a name and a surname in Chinese
    assert parts <= known

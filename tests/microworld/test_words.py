"""Words: entries read from a language's data, and the form that fits the features."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmtut.microworld.words import GrammarError, Word, read_section

DATA = {
    "columns": {"nouns": ["nom sg", "acc sg", "pl"], "verbs": ["past"]},
    "paradigms": {"o": {"nom": "~o", "acc": "~om", "pl": "~2a"}},
    "nouns": {
        "plain": "house | housem | houses",
        "featured": "f anim: cat | catem | cats",
        "gaps": "milk | - | -",
        "empty": "∅ | it | they",
        "extra": "man | man | pl acc=men | gen=man's",
        "two": ["car | car | cars", "auto | auto | autos"],
        "paradigm": "m o: stol",
        "two stems": "o: okn | oken",
        "irregular": "o: druh | pl=druzja",
    },
    "verbs": {"play": {"forms": "played", "object": "on {object}"}},
}
WORDS = read_section(DATA, "nouns")


def form(concept: str, features: str, word: int = 0) -> str:
    return WORDS[concept][word].form(frozenset(features.split()))


@pytest.mark.parametrize(
    ("concept", "features", "expected"),
    [
        ("plain", "nom sg", "house"),
        ("plain", "acc sg def", "housem"),
        ("plain", "nom pl", "houses"),
        ("gaps", "nom sg", "milk"),
        ("empty", "nom sg", ""),
        ("empty", "acc sg", "it"),
        ("extra", "pl acc", "men"),
        ("extra", "gen sg", "man's"),
        ("paradigm", "nom", "stolo"),
        ("paradigm", "acc", "stolom"),
        ("two stems", "nom", "okno"),
        ("two stems", "pl", "okena"),
        ("irregular", "pl", "druzja"),
        ("irregular", "acc", "druhom"),
    ],
)
def test_form(concept: str, features: str, expected: str) -> None:
    assert form(concept, features) == expected


def test_features_paradigms_and_alternatives() -> None:
    assert WORDS["featured"][0].features == {"f", "anim"}
    assert WORDS["paradigm"][0].features == {"m"}  # the paradigm's name is no feature
    assert WORDS["plain"][0].features == frozenset()
    assert [word.form(frozenset(["pl"])) for word in WORDS["two"]] == ["cars", "autos"]
    (play,) = read_section(DATA, "verbs")["play"]
    assert (play.form(frozenset(["past"])), play.object) == ("played", "on {object}")
    assert WORDS["plain"][0].object is None
    assert read_section({"columns": {}}, "nouns") == {}


@given(st.permutations(["", "a", "b", "a b"]))
def test_the_most_specific_form_wins(keys: list[str]) -> None:
    word = Word("x", frozenset(), [(frozenset(key.split()), f"<{key}>") for key in keys])
    for features in ("", "a", "b", "a b", "a b c", "c"):
        known = {part for part in features.split() if part in "ab"}
        assert word.form(frozenset(features.split())) == f"<{' '.join(sorted(known))}>"


def test_of_two_equally_specific_forms_the_first() -> None:
    word = Word("x", frozenset(), [(frozenset("a"), "first"), (frozenset("b"), "second")])
    assert word.form(frozenset("ab")) == "first"


def test_what_a_word_lacks_is_named() -> None:
    with pytest.raises(GrammarError, match="'gaps' has no form for 'acc sg'; it has: nom sg"):
        form("gaps", "acc sg")
    with pytest.raises(GrammarError, match="'x' has 2 forms; its section has 1 columns"):
        read_section({"columns": {"verbs": ["past"]}, "verbs": {"x": "a | b"}}, "verbs")

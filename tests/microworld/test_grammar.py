"""Patterns, agreement and the text that remembers where its parts stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmtut.microworld.grammar import Grammar, Group, Slot, Text, best_key, compile_pattern
from xlmtut.microworld.words import GrammarError

GRAMMAR = Grammar({"number": ["sg", "pl"], "case": ["nom", "acc", "dat"]})
FEATURES = st.frozensets(st.sampled_from(["sg", "pl", "nom", "acc", "dat", "anim", "def"]))


def features(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---- patterns ---------------------------------------------------------------------------------------------


def test_slots_groups_and_text_are_told_apart() -> None:
    assert compile_pattern("{verb past <object <subject}") == (
        Slot("verb", features("past"), ("object", "subject")),
    )
    assert compile_pattern("went[ {place}], she said") == (
        "went",
        Group((" ", Slot("place", frozenset(), ())), ("place",)),
        ", she said",
    )
    assert compile_pattern("") == ()
    (outer,) = compile_pattern("[a[ {b}] {c}]")
    assert isinstance(outer, Group)
    assert outer.needs == ("c",)
    assert isinstance(outer.parts[1], Group)


def test_a_verb_may_bring_the_pattern_of_its_object() -> None:
    with_preposition = compile_pattern("{subject} {object acc}!", "on {object dat}")
    assert with_preposition == (
        Slot("subject", frozenset(), ()),
        " ",
        "on ",
        Slot("object", features("dat"), ()),
        "!",
    )


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{subject", "a bracket or brace that is not closed"),
        ("[ {place}", "a bracket or brace that is not closed"),
        ("{place}]", "closes a bracket that is not open"),
        ("a}", "a bracket or brace that is not closed"),
        ("{}", "a bracket or brace that is not closed"),
    ],
)
def test_a_broken_pattern_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        compile_pattern(pattern)


# ---- agreement --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inherited", "named", "expected"),
    [
        ("sg nom", "acc", "sg acc"),
        ("sg nom anim", "pl dat", "pl dat anim"),
        ("sg", "", "sg"),
        ("", "acc", "acc"),
        ("anim", "def", "anim def"),
    ],
)
def test_what_is_named_replaces_its_rivals(inherited: str, named: str, expected: str) -> None:
    assert GRAMMAR.merge(features(inherited), features(named)) == features(expected)


@given(FEATURES, FEATURES)
def test_merging_keeps_all_that_is_named_and_no_rival(
    inherited: frozenset[str], named: frozenset[str]
) -> None:
    merged = GRAMMAR.merge(inherited, named)
    assert named <= merged <= inherited | named
    assert GRAMMAR.merge(merged, named) == merged
    for dimension in ({"sg", "pl"}, {"nom", "acc", "dat"}):
        assert merged & dimension == (named & dimension or inherited & dimension)


@given(st.lists(FEATURES, max_size=6), FEATURES)
def test_the_best_key_fits_and_none_is_better(
    keys: list[frozenset[str]], given_features: frozenset[str]
) -> None:
    best = best_key(keys, given_features)
    fitting = [key for key in keys if key <= given_features]
    if best is None:
        assert not fitting
    else:
        longest = max(len(key) for key in fitting)
        assert best == next(key for key in fitting if len(key) == longest)


# ---- text -------------------------------------------------------------------------------------------------


def test_text_doubles_no_space_and_knows_its_parts() -> None:
    text = Text()
    text.append(" ")
    start = text.open()
    text.append("the ")
    text.append(" cat", "noun")
    text.close("subject", start)
    text.append("", "nothing")
    text.append(" sat ")
    text.append(" in *Paris* now", "place")
    text.append(" ")
    assert str(text) == "the cat sat in Paris now"
    parts = {tag: str(text)[a:b] for tag, (a, b) in text.spans.items()}
    assert parts == {"noun": "cat", "subject": "the cat", "place": "in Paris now", "place.name": "Paris"}


@given(st.lists(st.text(alphabet="ab ", max_size=4).filter(lambda part: "  " not in part), max_size=6))
def test_text_is_what_was_added_with_single_spaces(parts: list[str]) -> None:
    text = Text()
    for part in parts:
        text.append(part)
    assert str(text) == " ".join("".join(parts).split())

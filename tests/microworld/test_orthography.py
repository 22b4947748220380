"""Spelling rules move the parts of a sentence with its text; words are found with and without spaces."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmtut.microworld.orthography import (
    REAL_SPACE,
    Rule,
    Sentence,
    apply_rule,
    find_words,
    remove_spaces,
)


def replaced(pattern: str, replacement: str, text: str, part: str) -> tuple[str, str]:
    """The text after a rule, and the part of it that first covered ``part``."""
    start = text.index(part)
    new, spans = apply_rule((re.compile(pattern), replacement), text, {"x": (start, start + len(part))})
    a, b = spans["x"]
    return new, new[a:b]


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "part", "expected"),
    [
        (r"\ba (?=[aeiou])", "an ", "eats a apple now", "a apple", ("eats an apple now", "an apple")),
        (r"\ba (?=[aeiou])", "an ", "eats a apple now", "apple", ("eats an apple now", "apple")),
        (r"\ba (?=[aeiou])", "an ", "a egg and a apple", "apple", ("an egg and an apple", "apple")),
        (r"de le\b", "du", "prix de le pain", "pain", ("prix du pain", "pain")),
        (r"de le\b", "du", "prix de le pain", "prix", ("prix du pain", "prix")),
        (r"x+", "", "a xxx b", "b", ("a  b", "b")),
        (r"zzz", "y", "a b", "b", ("a b", "b")),
    ],
)
def test_rules_by_hand(
    pattern: str, replacement: str, text: str, part: str, expected: tuple[str, str]
) -> None:
    assert replaced(pattern, replacement, text, part) == expected


def test_a_rule_may_be_a_function() -> None:
    rule: Rule = (re.compile("[ab]"), lambda match: match[0].upper() * 2)
    assert apply_rule(rule, "cab", {"c": (0, 1), "b": (2, 3)}) == ("cAABB", {"c": (0, 1), "b": (3, 5)})


@given(st.text(alphabet="abx ", max_size=12), st.sampled_from(["", "y", "yy", "yyyy"]), st.data())
def test_parts_outside_of_what_is_replaced_stay_as_they_are(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    string, spans = apply_rule((re.compile("x+"), new), text, {"part": (start, end)})
    a, b = spans["part"]
    assert string == re.sub("x+", new, text)
    assert 0 <= a <= b <= len(string)
    if "x" not in text[max(start - 1, 0) : end + 1]:
        assert string[a:b] == text[start:end]


@given(st.text(alphabet="ab ,.؟。", max_size=15))
def test_words_are_what_stands_between_spaces_and_marks(text: str) -> None:
    assert [text[a:b] for a, b in find_words(text)] == re.findall("[ab]+", text)


def test_apostrophes_and_hyphens_are_part_of_words() -> None:
    text = "L'ami hard-working „ist“ da; ¿sí?"
    assert [text[a:b] for a, b in find_words(text)] == ["L'ami", "hard-working", "ist", "da", "sí"]


def test_a_script_without_spaces_keeps_its_words() -> None:
    string = f"安娜 在 北京 买 了{REAL_SPACE}3 本 书"
    spans = {"subject": (0, 2), "place": (3, 7)}
    text, moved, words = remove_spaces(string, spans, find_words(string))
    assert text == "安娜在北京买了 3本书"
    assert {tag: text[a:b] for tag, (a, b) in moved.items()} == {"subject": "安娜", "place": "在北京"}
    assert [text[a:b] for a, b in words][:4] == ["安娜", "在", "北京", "买"]


def test_tokens_are_words_and_single_marks() -> None:
    text = "“Yes”, he said: no…"
    sentence = Sentence(text, {"who": (7, 9)}, find_words(text))
    assert [text[a:b] for a, b in sentence.tokens()] == ["“", "Yes", "”", ",", "he", "said", ":", "no…"]
    assert sentence.part("who") == "he"


@given(st.text(alphabet="ab ,.!", max_size=20))
def test_tokens_cover_everything_but_spaces(text: str) -> None:
    tokens = Sentence(text, {}, find_words(text)).tokens()
    assert "".join(text[a:b] for a, b in tokens) == text.replace(" ", "")
    assert all(b <= c for (_, b), (c, _) in pairwise(tokens))

"""Preprocessing against transformers' and sacremoses' own, rule by rule."""

from __future__ import annotations

import sys

import pytest
import sacremoses
from hypothesis import given, settings
from hypothesis import strategies as st
from sacremoses import MosesPunctNormalizer
from transformers.models.xlm import tokenization_xlm as reference

from xlmtut.preprocessing import (
    _HAS_RULE_CHARACTER,
    _RULE_STRINGS,
    Normalizer,
    lowercase_and_remove_accent,
    segmenter,
)

MOSES_LANGUAGES = ["en", "fr", "it", "de", "es", "cs", "ru", "ko", "ca", "xx"]
# Everything that a rule of Moses or of the normaliser mentions, and what may stand beside it.
CHARACTERS = [*" .,'\"-`()%:;!?/<>&[]aBz59éßΣ٣½中한", "\r", "\u00a0", "\u2003", "\u200b", "\u0301", "\u3000"]
PUNCTUATION = list("，。、”“∶：？《》）！（；１」「．～’…━〈〉【】％„–—´‘‚«»")
STRINGS = (
    "  |. | .|, | ,| '|' |''|...|..|nº|ºC|cm|5 %| :| ;|Mr.|No.|U.S.|e.g.|MULTI|DOTMULTI|DOT|don't|l'h|'s"
)
PIECES = st.sampled_from(CHARACTERS + PUNCTUATION + STRINGS.split("|"))
TEXTS = st.lists(PIECES, max_size=15).map("".join) | st.text(max_size=25)


def words_of_transformers(text: str, lang: str) -> list[str]:
    words: list[str] = REFERENCE.moses_tokenize(REFERENCE.moses_pipeline(text, lang), lang)
    return words


# Its preprocessing needs no vocabulary, which its constructor would read.
REFERENCE = object.__new__(reference.XLMTokenizer)
REFERENCE.__dict__.update(sm=sacremoses, cache_moses_punct_normalizer={}, cache_moses_tokenizer={})


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(TEXTS, st.sampled_from(MOSES_LANGUAGES))
def test_words_equal_transformers(text: str, lang: str) -> None:
    assert segmenter(lang)(text) == words_of_transformers(text, lang)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(TEXTS, st.sampled_from(MOSES_LANGUAGES))
def test_normalizer_skips_only_rules_that_change_nothing(text: str, lang: str) -> None:
    if not _HAS_RULE_CHARACTER.search(text) and not any(string in text for string in _RULE_STRINGS):
        assert MosesPunctNormalizer(lang).normalize(text) == text.strip()


def test_every_rule_of_the_normalizer_has_its_trigger() -> None:
    """A text that a single rule changes is never skipped."""
    samples = [
        "\r",
        "(",
        ")",
        "a  b",
        "5 %",
        "a :",
        "a ;",
        "`",
        "''",
        *"„“”–—´‘‚’…«»",
        "a‘b",
        '",',
        ',"',
        '."a',
        "1\u00a02",
    ]
    for lang in MOSES_LANGUAGES:
        changed = [text for text in samples if MosesPunctNormalizer(lang).normalize(text) != text]
        assert len(changed) > 15
        for text in changed:
            assert Normalizer(lang)(text) == reference.remove_non_printing_char(
                MosesPunctNormalizer(lang).normalize(reference.replace_unicode_punct(text))
            )
            assert _HAS_RULE_CHARACTER.search(text) or any(string in text for string in _RULE_STRINGS)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(st.text(alphabet=st.characters(exclude_characters=" "), max_size=8), min_size=1, max_size=4))
def test_lowercasing_a_word_equals_lowercasing_the_text(words: list[str]) -> None:
    alone = [lowercase_and_remove_accent(word) for word in words]
    assert alone == reference.lowercase_and_remove_accent(words)


def test_romanian_equals_transformers() -> None:
    text = "ŞşŢţ ȘșȚț ĂăÂâÎî și-a țară."
    prepared = reference.romanian_preprocessing(text)
    assert segmenter("ro")(text) == words_of_transformers(prepared, "ro")


@pytest.mark.parametrize(
    ("lang", "module", "advice"),
    [
        ("zh", "rjieba", "pip install rjieba"),
        ("th", "pythainlp.tokenize", "pip install pythainlp"),
        ("ja", "Mykytea", "KyTea"),
    ],
)
def test_missing_segmenter(lang: str, module: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # makes the import fail
    segmenter.cache_clear()
    with pytest.raises(ImportError, match=f"^lang '{lang}' needs .*{advice}") as error:
        segmenter(lang)
    assert "\n" not in str(error.value)

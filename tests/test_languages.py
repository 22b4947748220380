"""The table of languages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlmtut.languages import language, sort_languages

XNLI = ["ar", "bg", "de", "el", "en", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh"]


def test_the_benchmarks_languages_have_family_and_script() -> None:
    assert all(language(code).family and language(code).script for code in XNLI)
    assert language("hi").family == language("ur").family
    assert language("hi").script != language("ur").script
    assert {language(code).script for code in XNLI} == {
        *("Latin", "Greek", "Cyrillic", "Arabic", "Devanagari", "Thai", "Han")
    }


@given(st.lists(st.sampled_from([*XNLI, "fake", "xx", "fi"]), unique=True))
def test_sorting_keeps_every_language_and_families_together(codes: list[str]) -> None:
    ordered = sort_languages(codes)
    assert sorted(ordered) == sorted(codes)
    assert ordered == sort_languages(reversed(codes))
    families = [language(code).family for code in ordered]
    assert all(families[i : j + 1] == [f] * (j + 1 - i) for f, i, j in _ranges(families))


def _ranges(families: list[str]) -> list[tuple[str, int, int]]:
    last = {family: i for i, family in enumerate(families)}
    return [(family, families.index(family), last[family]) for family in last]

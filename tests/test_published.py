"""The errata and the published tables: complete, cited, and consistent with themselves."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from xlmtut.published import errata, source_program, table, tables

BOOK = Path(__file__).parents[1] / "book"
BIBLIOGRAPHY = set(
    re.findall(r"^@\w+\{([^,\s]+),", (BOOK / "references.bib").read_text("utf-8"), re.MULTILINE)
)

# How many sections each section of the source has ("" is the article; 3.2's are its numbered steps).
SUBSECTIONS = {"1": 3, "2": 4, "3": 4, "3.2": 7, "4": 3, "4.1": 2, "4.2": 2, "4.3": 1, "5": 4}
SUBSECTIONS |= {"": 9, "6": 5, "6.5": 5, "7": 3, "8": 4, "9": 4}
SECTIONS = {f"{parent}.{i}".strip(".") for parent, n in SUBSECTIONS.items() for i in range(1, n + 1)}

LANGUAGES = ["en", "fr", "es", "de", "el", "bg", "ru", "tr", "ar", "vi", "th", "zh", "hi", "sw", "ur"]


def test_errata_are_numbered_without_gaps() -> None:
    assert [erratum.number for erratum in errata()] == list(range(1, 48))


def test_errata_follow_the_chapters_of_the_source() -> None:
    chapters = [int(erratum.sections[0].split(".")[0]) for erratum in errata()]
    assert chapters == sorted(chapters)


@pytest.mark.parametrize("erratum", errata(), ids=lambda erratum: str(erratum.number))
class TestErratum:
    def test_names_sections_of_the_source(self, erratum) -> None:
        assert erratum.sections
        assert set(erratum.sections) <= SECTIONS
        assert list(erratum.sections) == sorted(set(erratum.sections))

    def test_says_something_different_from_the_source(self, erratum) -> None:
        assert erratum.says.strip()
        assert erratum.correct.strip()
        assert erratum.says != erratum.correct

    def test_cites_the_bibliography(self, erratum) -> None:
        for text in (erratum.says, erratum.correct):
            cited = re.findall(r"\{cite:[pt]\}`([^`]+)`", text)
            assert {key.strip() for keys in cited for key in keys.split(",")} <= BIBLIOGRAPHY

    def test_is_well_formed_markdown(self, erratum) -> None:
        for text in (erratum.says, erratum.correct):
            assert text == text.strip()
            assert text.count("$") % 2 == 0
            assert text.count("`") % 2 == 0


def test_page_shows_every_erratum_once_in_order() -> None:
    page = (BOOK / "errata.md").read_text("utf-8")
    assert [int(number) for number in re.findall(r"^```\{erratum\} (\d+)$", page, re.MULTILINE)] == [
        erratum.number for erratum in errata()
    ]


@pytest.mark.parametrize(("number", "name"), [(17, "mlqa"), (38, "translation")])
def test_errata_quote_the_numbers_of_the_tables(number: int, name: str) -> None:
    quoted = {float(n) for n in re.findall(r"\d+\.\d", errata()[number - 1].correct)}
    assert quoted == set(table(name).select_dtypes("float").stack())


def test_program_is_a_program() -> None:
    defined = [node.name for node in ast.parse(source_program()).body if hasattr(node, "name")]
    assert defined == ["XLMClassifier", "train", "evaluate"]


@pytest.mark.parametrize("name", tables())
def test_every_row_of_a_table_has_a_source(name: str) -> None:
    """A source is a key of the bibliography or, for a file that is itself the source, its address."""
    sources = table(name)["source"]
    assert sources.notna().all()
    assert {source for source in sources if not source.startswith("https://")} <= BIBLIOGRAPHY


def test_unknown_table() -> None:
    with pytest.raises(ValueError, match=r"^no published table 'xnil'; expected one of .*xnli"):
        table("xnil")


def test_xnli_has_the_fifteen_languages() -> None:
    assert list(table("xnli").columns) == ["setting", "model", *LANGUAGES, "avg", "source"]


def test_xnli_rows_are_accuracies() -> None:
    xnli = table("xnli")
    values = xnli[[*LANGUAGES, "avg"]].stack().dropna()
    assert values.between(100 / 3, 100).all()  # chance is a third
    assert not xnli.duplicated(["setting", "model"]).any()
    assert xnli["en"].notna().all()


def test_only_the_xlm_100_averages_are_misprinted() -> None:
    xnli = table("xnli").set_index(["setting", "model"])
    complete = xnli[xnli[LANGUAGES].notna().all(axis=1)]
    recomputed = complete[LANGUAGES].mean(axis=1)
    wrong = complete.index[(recomputed - complete["avg"]).abs() > 0.051]  # a rounding, and float noise
    n_models, one_model = ("zero-shot", "XLM-100 (N models)"), ("zero-shot", "XLM-100 (1 model)")
    assert set(wrong) == {n_models, one_model}
    assert complete.loc[n_models, "avg"] == round(recomputed[one_model], 1)
    assert complete.loc[one_model, "avg"] == round(recomputed[n_models], 1)
    assert xnli.loc[~xnli.index.isin(complete.index), "avg"].isna().all()

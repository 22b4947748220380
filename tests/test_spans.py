"""Answers: each language's rules by hand. Entities: equal to seqeval, degenerate inputs, bad tags."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import seqeval.metrics
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2

from xlmtut.spans import entities, entity_counts, entity_f1, normalize_answer, span_scores

XNLI = ("ar", "bg", "de", "el", "en", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh")

CASES = [
    # Articles are words, not parts of words; punctuation goes before them, so that U.S.A. is one word.
    ("en", "The  U.S.A.", "usa"),
    ("en", "an apple a day, anthem", "apple day anthem"),
    ("en", "100 % — really?", "100 really"),
    ("de", "Die Mauer; eines Hauses", "mauer hauses"),
    ("de", "den Derwisch", "derwisch"),
    ("es", "¿El niño y las niñas?", "niño y niñas"),
    ("es", "«Laos»", "laos"),
    # Arabic: the published rule removes ال wherever it stands, with a space in its place.
    ("ar", "الكتاب الجديد", "كتاب جديد"),
    ("ar", "سؤال؟", "سؤ"),
    ("ar", "بالقاهرة،", "ب قاهرة"),
    ("hi", "दिल्ली, भारत।", "दिल्ली भारत"),  # the danda is punctuation; vowel signs are not
    ("vi", "những con mèo của tôi là cái gì", "con mèo tôi gì"),
    ("zh", "北京大学（Peking University）", "北 京 大 学 peking university"),
    ("zh", "1998年，《红楼梦》", "1998 年 红 楼 梦"),
    # Not in MLQA.
    ("th", "กรุงเทพ", "ก รุ ง เ ท พ"),
    ("th", "ที่ Bangkok ปี 2563", "ที่ bangkok ปี 2563"),
    ("fr", "L'école et la maison", "école et maison"),
    ("fr", "l’Élysée, les aubergines", "élysée aubergines"),
    ("el", "Η πόλη των Αθηνών", "πόλη αθηνών"),
    ("bg", "Книгата, на масата!", "книгата на масата"),
    ("ru", "«Война и мир»", "война и мир"),
    ("sw", "Mji wa Dar-es-Salaam.", "mji wa daressalaam"),
    ("tr", "Ankara'nın nüfusu", "ankaranın nüfusu"),
    ("ur", "لاہور، پاکستان۔", "لاہور پاکستان"),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_answers_are_normalised_by_the_rules_of_their_language(
    language: str, text: str, expected: str
) -> None:
    assert normalize_answer(text, language) == expected


def test_every_language_has_a_case() -> None:
    assert {language for language, *_ in CASES} == {*XNLI}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Eiffel Tower!", "eiffel tower"),
        ("Die Mauer", "die mauer"),
        ("«Laos»", "«laos»"),
        ("北京 大学。", "北京 大学。"),
    ],
)
def test_squad_rules_know_english_and_ascii_only(text: str, expected: str) -> None:
    assert {normalize_answer(text, language, rules="squad") for language in ("en", "de", "zh", "xx")} == {
        expected
    }


@given(st.text(max_size=40), st.sampled_from(XNLI), st.sampled_from(["mlqa", "squad"]))
def test_normalised_answers_are_words_between_single_spaces(text: str, language: str, rules: Any) -> None:
    answer = normalize_answer(text, language, rules=rules)
    assert answer == " ".join(answer.split())
    assert not set(answer) & set(".,!?'\"$-")
    # Case and punctuation around it do not matter.
    assert normalize_answer(f"  {text}!", language, rules=rules) == answer


def scores(answers: list[str], prediction: str, language: str, **options: Any) -> tuple[float, float]:
    em, f1 = span_scores([answers], [prediction], language, **options).iloc[0]
    return em, f1


@pytest.mark.parametrize(
    ("language", "answers", "prediction", "em", "f1"),
    [
        ("en", ["the cat"], "Cat.", 1, 1),
        ("en", ["black cat"], "the very black cat", 0, 4 / 5),  # 2 common of 2 and 3
        ("en", ["dog dog cat"], "dog dog dog", 0, 2 / 3),  # a multiset: dog counts twice
        ("en", ["dog"], "cat", 0, 0),
        ("en", ["1998", "in 1998", "the year 1998"], "year 1998", 1, 1),  # the best answer
        ("de", ["die Stadt Köln"], "Köln", 0, 2 / 3),
        ("zh", ["北京大学"], "北京", 0, 2 / 3),
        ("zh", ["北京 大学"], "北京大学", 1, 1),
        ("th", ["กรุงเทพ"], "กรุง", 0, 2 * 3 / (6 + 3)),
        ("ar", ["الكتاب"], "كتاب", 1, 1),
    ],
)
def test_exact_match_and_f1_by_hand(
    language: str, answers: list[str], prediction: str, em: float, f1: float
) -> None:
    assert scores(answers, prediction, language) == pytest.approx((em, f1))


def test_squad_rules_lose_partial_credit_without_spaces() -> None:
    assert scores(["北京大学"], "北京", "zh", rules="squad") == (0, 0)
    assert scores(["die Stadt"], "Stadt", "de", rules="squad") == pytest.approx((0, 2 / 3))


def test_an_empty_answer_agrees_with_nothing_only() -> None:
    assert scores([], "", "en") == (1, 1)  # no answer, none predicted
    assert scores([], "the", "en") == (1, 1)  # which is nothing once normalised
    assert scores([], "cat", "en") == (0, 0)
    assert scores(["cat"], "", "en") == (0, 0)
    assert scores(["?"], "!", "en") == (1, 1)


answers = st.text("abc .北京", max_size=8)


@given(st.lists(st.tuples(st.lists(answers, max_size=3), answers), min_size=1, max_size=5))
def test_scores_are_rates_and_f1_is_no_less_than_exact_match(rows: list[tuple[list[str], str]]) -> None:
    accepted, predictions = map(list, zip(*rows, strict=True))
    table = span_scores(accepted, predictions, "zh")
    assert len(table) == len(rows)
    assert table.isin([0.0, 1.0])["em"].all()
    assert ((table["f1"] >= table["em"]) & (table["f1"] <= 1)).all()
    # The best over answers is no less than each alone, and the row does not depend on the others.
    for i, (texts, prediction) in enumerate(rows):
        each = [scores([text], prediction, "zh")[1] for text in texts] or [scores([""], prediction, "zh")[1]]
        assert table["f1"][i] == max(each)


def test_columns_of_a_table_are_accepted() -> None:
    frame = pd.DataFrame({"answers": [np.array(["a cat", "cats"])], "prediction": ["cat"]})
    assert span_scores(frame["answers"], frame["prediction"], "en")["em"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("accepted", "predictions", "message"),
    [
        ([], [], "answers is empty; expected at least one row"),
        ([["a"]], ["a", "b"], "found 1 answers and 2 predictions; expected as many of each"),
        (["Paris"], ["a"], r"answers\[0\] is a str, 'Paris'; expected a sequence of strings"),
        ([{"text": ["a"]}], ["a"], r"answers\[0\] is a dict, .*; expected a sequence of strings"),
        ([["a"], None], ["a", "b"], r"answers\[1\] is a NoneType"),
        ([["a", None]], ["a"], r"answers\[0\]\[1\] is None; expected a string"),
        ([["a"]], [None], r"predictions\[0\] is None; expected a string"),
    ],
)
def test_bad_answers_are_refused(accepted: Any, predictions: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        span_scores(accepted, predictions, "en")


def test_unknown_languages_and_rules_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"language is 'ja'; expected one of ar, bg, .*, zh, or rules='squad'"
    ):
        span_scores([["a"]], ["a"], "ja")
    with pytest.raises(ValueError, match="rules is 'xquad'; expected 'mlqa' or 'squad'"):
        normalize_answer("a", "en", rules="xquad")  # type: ignore[arg-type]


TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
any_tags = st.lists(st.sampled_from(TAGS), max_size=8)
corpora = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
)


def valid(tags: list[str]) -> list[str]:
    """The same tags as IOB2: an I- that continues nothing becomes a B-."""
    before = ["O", *tags][: len(tags)]
    return [
        f"B-{tag[2:]}" if tag[0] == "I" and previous[2:] != tag[2:] else tag
        for previous, tag in zip(before, tags, strict=True)
    ]


@given(any_tags)
def test_entities_equal_seqeval(tags: list[str]) -> None:
    assert entities(tags) == get_entities(tags)
    assert entities(tags) == entities(valid(tags))


@given(corpora)
def test_entity_f1_equals_seqeval(corpus: list[list[tuple[str, str]]]) -> None:
    tags = [[gold for gold, _ in sentence] for sentence in corpus]
    predictions = [[predicted for _, predicted in sentence] for sentence in corpus]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns of 0/0
        for gold, predicted, options in (
            (tags, predictions, {}),
            ([*map(valid, tags)], [*map(valid, predictions)], {"mode": "strict", "scheme": IOB2}),
        ):
            ours = entity_f1(gold, predicted)
            assert ours.precision == seqeval.metrics.precision_score(gold, predicted, **options)
            assert ours.recall == seqeval.metrics.recall_score(gold, predicted, **options)
            assert ours.f1 == pytest.approx(seqeval.metrics.f1_score(gold, predicted, **options))
    # Counts of sentences add up, so that resampled sentences give resampled scores.
    counts = entity_counts(tags, predictions)
    assert counts.shape == (len(corpus), 3)
    again = np.concatenate([entity_counts([t], [p]) for t, p in zip(tags, predictions, strict=True)])
    np.testing.assert_array_equal(counts, again)


def test_entity_f1_by_hand() -> None:
    tags = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
    predictions = [["B-PER", "I-PER", "B-PER", "O"], ["O", "B-PER"]]  # 1 right of 3 predicted and 3 gold
    assert entity_counts(tags, predictions).tolist() == [[1, 2, 2], [0, 1, 1]]
    assert entity_f1(tags, predictions) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_a_stray_inside_tag_begins_an_entity() -> None:
    tags, predictions = [["O", "B-PER", "I-PER"]], [["O", "I-PER", "I-PER"]]
    assert entity_f1(tags, predictions).f1 == 1
    assert seqeval.metrics.f1_score(tags, predictions) == 1
    assert (
        seqeval.metrics.f1_score(tags, predictions, mode="strict", scheme=IOB2) == 0
    )  # the other convention


def test_sentences_without_entities() -> None:
    outside, person = [["O", "O"]], [["B-PER", "O"]]
    assert entity_f1(outside, outside) == (0, 0, 0)
    assert entity_f1(outside, person) == (0, 0, 0)
    assert entity_f1(person, outside) == (0, 0, 0)
    assert entities([]) == []


@pytest.mark.parametrize(
    ("tags", "predictions", "message"),
    [
        ([], [], "tags is empty; expected at least one row"),
        ([["O"]], [["O"], ["O"]], "found 1 tags and 2 predictions"),
        ([["O"], ["O", "O"]], [["O"], ["O"]], "sentence 1 has 2 tags and 1 predictions; expected as many"),
        (
            [["O"], ["PER"]],
            [["O"], ["O"]],
            r"tags\[1\]: the tag of token 0 is 'PER'; expected O, or B- or I-",
        ),
        ([["O", "O"]], [["O", "S-PER"]], r"predictions\[0\]: the tag of token 1 is 'S-PER'"),
        ([["O"]], [["B-"]], r"predictions\[0\]: the tag of token 0 is 'B-'"),
        ([[0]], [[0]], r"tags\[0\]: the tag of token 0 is 0; expected O"),
        (["O"], ["O"], r"tags\[0\]: tags are the string 'O'; expected a sequence of tags"),
    ],
)
def test_bad_tags_are_refused(tags: Any, predictions: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        entity_f1(tags, predictions)

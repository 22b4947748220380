"""Rows as model inputs: nothing lost, labels on the right pieces, answers where the text has them."""

from __future__ import annotations

import warnings
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import xlmtut as xt
from xlmtut.encoding import IGNORED, collate, context_words, encode, labelled_task

PANGRAM = "the quick brown fox jumps over a lazy dog , said Ann ( in Rome ) ."


@cache
def tokenizer() -> xt.Tokenizer:
    return xt.Tokenizer.learn({"en": [PANGRAM] * 9, "ru": ["быстрая лиса в Риме"] * 9}, 90)


def question(context: str, answer: str, start: int | None = None, **more: Any) -> dict[str, Any]:
    begin = context.index(answer) if start is None else start
    answers = {"text": [answer], "answer_start": [begin]}
    return {
        "id": "7",
        "language": "en",
        "context": context,
        "question": "Ann said",
        "answers": answers,
    } | more


def test_pairs_and_texts_are_those_of_the_tokenizer() -> None:
    tok = tokenizer()
    rows = [
        {"id": "0", "language": "en", "premise": "the dog", "hypothesis": "a lazy dog jumps", "label": 2},
        {"id": "0", "language": "ru", "premise": "лиса в Риме", "hypothesis": "лиса", "label": 2},
        {"id": "1", "language": "en", "premise": "Ann said", "hypothesis": "", "label": 0},
    ]
    inputs, labels = collate(encode(tok, rows, "xnli"), tok)
    assert labels.tolist() == [2, 2, 0]
    for i, row in enumerate(rows):
        expected = tok(row["premise"], row["hypothesis"], lang=row["language"])
        n = expected["input_ids"].shape[1]
        assert inputs["attention_mask"][i].sum() == n
        for name, tensor in expected.items():
            assert torch.equal(inputs[name][i, :n], tensor[0]), name
    assert (inputs["input_ids"][inputs["attention_mask"] == 0] == tok.pad_token_id).all()


def test_many_rows_stay_in_order_and_long_ones_are_cut_with_a_warning() -> None:
    rows = [
        {"id": str(i), "language": "en", "text": "dog " * (1 + i % 9), "label": i % 2} for i in range(2100)
    ]
    encoded = encode(tokenizer(), rows, "sentiment")
    assert [one.row for one in encoded] == list(range(2100))
    assert [one.labels for one in encoded] == [i % 2 for i in range(2100)]
    assert len({len(one) for one in encoded}) == 9
    with pytest.warns(UserWarning, match="1 of 1 sequences had more than 5 tokens and lost their ends"):
        assert len(encode(tokenizer(), rows[8:9], "sentiment", max_length=5)[0]) == 5


words = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=6),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(words, st.integers(5, 40))
def test_every_token_has_its_tag_in_one_window(tokens: list[str], max_length: int) -> None:
    tags = [i % 7 for i in range(len(tokens))]
    row = {"id": "1", "language": "en", "tokens": tokens, "ner_tags": tags}
    encoded = encode(tokenizer(), [row], "ner", max_length=max_length)
    found: list[int] = []
    for one in encoded:
        assert isinstance(one.labels, list)
        assert len(one) == len(one.labels) <= max_length
        assert one.first_word == len(found)
        positions = [k for k, label in enumerate(one.labels) if label != IGNORED]
        assert positions == [first for first, _ in one.words]
        found += [one.labels[k] for k in positions]
    assert found == tags


@given(st.text(max_size=60), st.sampled_from(["en", "hi"]))
def test_context_words_are_all_of_the_text_but_spaces(text: str, lang: str) -> None:
    if not text.split():
        with pytest.raises(ValueError, match="has no words; expected a text"):
            context_words(text, lang)
        return
    spans = context_words(text, lang)
    assert all(a < b <= c < d for (a, b), (c, d) in pairwise(spans))
    assert "".join(text[a:b] for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "“Don't,” said (U.S.) twenty-five.", "“ Don't , ” said ( U.S . ) twenty-five ."),
        ("de", "1998–2001: 5 % von 3,5 €", "1998 – 2001 : 5 % von 3,5 €"),
        ("hi", "वह दिल्ली में रहती है।", "वह दिल्ली में रहती है ।"),  # vowel signs stay with their word
        ("ar", "أين تعيش، سارة؟", "أين تعيش ، سارة ؟"),
        ("zh", "她住在北京，他住在上海。", "她 住 在 北京 ， 他 住 在 上海 。"),
        ("th", "เธออยู่ที่กรุงเทพ", "เธอ อยู่ ที่ กรุงเทพ"),
    ],
)
def test_context_words_by_hand(lang: str, text: str, expected: str) -> None:
    if lang in ("zh", "th"):
        pytest.importorskip({"zh": "rjieba", "th": "pythainlp"}[lang])
    assert [text[a:b] for a, b in context_words(text, lang)] == expected.split()


def test_the_labels_of_a_question_are_the_pieces_of_its_answer() -> None:
    tok = tokenizer()
    row = question("Ann jumps over dogs, said Rome.", "over dogs")
    one = encode(tok, [row], "qa")[0]
    assert isinstance(one.labels, tuple)
    first, last = one.labels
    assert tok.decode(one.input_ids[first : last + 1]) == "over dogs"
    assert tok.decode(one.input_ids) == "ann said ann jumps over dogs , said rome ."
    third = encode(tok, [question("dog dog dog", "dog", start=8)], "qa")[0]  # the offset says which
    assert third.labels == third.words[2]
    inside = encode(tok, [question("the foxes jump", "ox")], "qa")[0]  # part of a word: the word
    assert inside.labels == inside.words[1]


def test_windows_of_a_long_context_overlap_and_one_holds_the_answer() -> None:
    tok = tokenizer()
    context = " ".join(["the quick brown fox jumps"] * 20 + ["Ann said Rome"] + ["a lazy dog"] * 20)
    encoded = encode(tok, [question(context, "said Rome")], "qa", max_length=40)
    assert len(encoded) > 5
    assert all(len(one) <= 40 for one in encoded)
    covered = [range(one.first_word, one.first_word + len(one.words)) for one in encoded]
    for one, following in pairwise(covered):
        assert one.start < following.start < one.stop < following.stop
    assert covered[-1].stop == len(context.split())
    answers = {
        tok.decode(one.input_ids[one.labels[0] : one.labels[1] + 1])  # type: ignore[index]
        for one in encoded
        if one.labels != (0, 0)
    }
    assert answers == {"said rome"}


def test_words_that_vanish_or_do_not_fit_keep_their_place() -> None:
    tok = tokenizer()
    tokens = ["dog", "\u200b", "x" * 300, "dog"]
    row = {"id": "1", "language": "en", "tokens": tokens, "ner_tags": [1, 2, 3, 4]}
    encoded = encode(tok, [row], "ner", max_length=20)
    assert sum(len(one.words) for one in encoded) == 4
    assert tok.unk_token_id in encoded[0].input_ids
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(encode(tok, [question("x" * 300 + " dog", "dog")], "qa", max_length=20)) > 1


@pytest.mark.parametrize(
    ("task", "row", "message"),
    [
        ("xnli", {"premise": "a", "hypothesis": None}, r"row 0 \(id '7'\) has no hypothesis; xnli needs it"),
        ("sentiment", {"text": "a", "label": 2}, "has label 2; expected 0 to 1"),
        ("sentiment", {"text": "a", "label": -1}, "has label -1; expected 0 to 1"),
        ("sentiment", {"text": "a", "label": "negative"}, "has label 'negative'; expected 0 to 1"),
        ("sentiment", {"text": "a", "label": 0, "language": "sw"}, "the tokenizer knows en, ru and not its"),
        ("ner", {"tokens": ["a", "b"], "ner_tags": [0]}, "has 2 tokens and 1 tags; expected one each"),
        ("ner", {"tokens": [], "ner_tags": []}, "has 0 tokens and 0 tags; expected one each"),
        ("ner", {"tokens": ["a"], "ner_tags": [9]}, "has ner_tags 9; expected 0 to 6"),
        ("qa", question("Ann said", "Ann", start=1), "expected the answer 'Ann' at offset 1, found 'nn '"),
        ("qa", question("Ann", "Ann") | {"answers": {"text": [], "answer_start": []}}, "0 answers and 0"),
        ("qa", question("Ann", "Ann") | {"question": "who " * 300}, "leaves 0 for the context"),
    ],
)
def test_bad_rows_are_refused(task: str, row: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode(tokenizer(), [{"id": "7", "language": "en"} | row], task)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="no task 'squad'; expected one of xnli"):
        labelled_task("squad")
    with pytest.raises(ValueError, match="task 'lm' has no labels to predict; expected one of xnli"):
        labelled_task("lm")
    row = {"id": "1", "language": "en", "tokens": ["a"], "ner_tags": [0]}
    with pytest.raises(ValueError, match="max_length is 999; expected 5 to 512, the model's"):
        encode(tokenizer(), [row], "ner", max_length=999)
    with pytest.raises(ValueError, match="there are no encoded rows; expected one or more"):
        collate([], tokenizer())

"""BLEU and chrF: sacreBLEU's numbers with its signature, empty texts, texts that do not match."""

from __future__ import annotations

from typing import Any

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from xlmtut.translation_scores import bleu, chrf

words = st.lists(
    st.sampled_from(["the", "cat", "sat", "on", "mats", ".", "北京", "大学", "U.S."]), max_size=9
)
pairs = st.lists(st.tuples(words.map(" ".join), words.map(" ".join)), min_size=1, max_size=6)


@given(pairs, st.sampled_from(["13a", "intl", "zh", "char", "none"]))
def test_scores_equal_sacrebleu(texts: list[tuple[str, str]], tokenize: str) -> None:
    references, predictions = map(list, zip(*texts, strict=True))
    ours = bleu(references, predictions, tokenize=tokenize)
    assert ours.score == sacrebleu.corpus_bleu(predictions, [references], tokenize=tokenize).score
    assert f"tok:{tokenize}|" in ours.signature
    assert chrf(references, predictions).score == sacrebleu.corpus_chrf(predictions, [references]).score


def test_a_score_prints_with_its_signature() -> None:
    score = bleu(["the cat sat on the mat"], ["the cat sat on the hat"])
    # n-gram precisions 5/6, 4/5, 3/4, 2/3; no brevity penalty: their geometric mean is (1/3)^(1/4).
    assert score.score == pytest.approx(100 * (1 / 3) ** 0.25)
    version = f"version:{sacrebleu.__version__}"
    assert str(score) == f"BLEU = 76.0 (nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|{version})"
    assert (
        str(chrf(["a"], ["a"])) == f"chrF2 = 100.0 (nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|{version})"
    )


def test_chinese_needs_its_tokenisation() -> None:
    references, predictions = ["我喜欢北京的大学。"], ["我喜欢南京的大学。"]
    assert bleu(references, predictions).score == 0  # to 13a each sentence is one word
    assert bleu(references, predictions, tokenize="zh").score > 30


def test_empty_texts_count() -> None:
    sentence = "one two three four five"
    assert bleu([""], [""]).score == 0
    assert bleu(["", sentence], ["", sentence]).score == pytest.approx(100)
    assert bleu([sentence, sentence], ["", sentence]).score < 100
    assert chrf([sentence], [""]).score == 0


@pytest.mark.parametrize(
    ("references", "predictions", "message"),
    [
        ([], [], "references is empty; expected at least one row"),
        (["a", "b"], ["a"], "found 2 references and 1 predictions; expected as many of each"),
        ("a", ["a"], "references is a str, 'a'; expected a sequence of strings"),
        (["a", "b"], ["a", None], r"predictions\[1\] is None; expected a string"),
        ([["a"]], ["a"], r"references\[0\] is \['a'\]; expected a string"),
    ],
)
def test_bad_texts_are_refused(references: Any, predictions: Any, message: str) -> None:
    for metric in (bleu, chrf):
        with pytest.raises(ValueError, match=message):
            metric(references, predictions)


def test_a_tokenisation_that_needs_a_download_is_refused() -> None:
    with pytest.raises(
        ValueError, match="tokenize is 'flores200'; expected one of 13a, intl, zh, char, none"
    ):
        bleu(["a"], ["a"], tokenize="flores200")

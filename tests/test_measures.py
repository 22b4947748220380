"""Measures equal the metrics they stand for, and the sums of parts are the sums of the whole."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import sacrebleu
from sacrebleu.significance import PairedTest
from sklearn.metrics import accuracy_score, f1_score

from xlmtut.evaluation import evaluate
from xlmtut.intervals import Sample, bootstrap
from xlmtut.measures import MEASURES, Measure, find_measure
from xlmtut.metrics import accuracy, precision_recall_f1
from xlmtut.spans import entity_f1, span_scores
from xlmtut.translation_scores import bleu, chrf

WORDS = ["cat", "dog", "the", "a", "sat", "ran", "on", "mat", "road", "red", "old", "."]


def texts(seed: int, n: int = 40) -> tuple[list[str], list[str]]:
    rng = random.Random(seed)
    references = [" ".join(rng.choices(WORDS, k=rng.randint(3, 12))) for _ in range(n)]
    noisy = [[w if rng.random() < 0.7 else rng.choice(WORDS) for w in text.split()] for text in references]
    return references, [" ".join(words[: rng.randint(1, 12)]) for words in noisy]


def tag_rows(seed: int, n: int = 40) -> tuple[list[list[str]], list[list[str]]]:
    rng = random.Random(seed)
    tags = ["O", "O", "O", "B-PER", "I-PER", "B-LOC"]
    gold = [rng.choices(tags, k=rng.randint(1, 9)) for _ in range(n)]
    return gold, [[t if rng.random() < 0.8 else rng.choice(tags) for t in row] for row in gold]


def value(measure: Measure, labels: list[Any], predictions: list[Any], language: str = "en") -> float:
    counts = np.asarray(measure.contributions(labels, predictions, language), dtype=float)
    return float(measure.value(counts.sum(axis=0)))


@pytest.mark.parametrize("seed", range(5))
def test_classification_equals_scikit_learn(seed: int) -> None:
    rng = random.Random(seed)
    classes = ["a", "b", "c", "d"][: rng.randint(2, 4)]
    labels, predictions = (rng.choices(classes[: rng.randint(1, 4)], k=30) for _ in range(2))
    assert value(MEASURES["accuracy"], labels, predictions) == accuracy_score(labels, predictions)
    assert value(MEASURES["accuracy"], labels, predictions) == accuracy(labels, predictions)
    f1 = value(find_measure("macro_f1", "", classes), labels, predictions)
    assert f1 == pytest.approx(
        f1_score(labels, predictions, labels=classes, average="macro", zero_division=0)
    )
    assert f1 == pytest.approx(precision_recall_f1(labels, predictions, average="macro", classes=classes).f1)


@pytest.mark.parametrize("seed", range(5))
def test_tags_equal_seqeval_and_ours(seed: int) -> None:
    seqeval = pytest.importorskip("seqeval.metrics")
    gold, predicted = tag_rows(seed)
    assert value(MEASURES["entity_f1"], gold, predicted) == pytest.approx(entity_f1(gold, predicted).f1)
    assert value(MEASURES["entity_f1"], gold, predicted) == pytest.approx(seqeval.f1_score(gold, predicted))
    assert value(MEASURES["tag_accuracy"], gold, predicted) == seqeval.accuracy_score(gold, predicted)


@pytest.mark.parametrize("rules", ["mlqa", "squad"])
def test_spans_are_means_over_questions(rules: Any) -> None:
    references, predictions = texts(1)
    answers = [[text, f"the {text}"] for text in references]
    expected = span_scores(answers, predictions, "de", rules=rules).mean()
    names = {"mlqa": ("span_f1", "exact_match"), "squad": ("squad_f1", "squad_exact_match")}[rules]
    for name, column in zip(names, ("f1", "em"), strict=True):
        assert value(MEASURES[name], answers, predictions, "de") == pytest.approx(expected[column])


@pytest.mark.parametrize("seed", range(3))
def test_translation_scores_equal_sacrebleus(seed: int) -> None:
    references, predictions = texts(seed)
    assert value(MEASURES["bleu"], references, predictions) == pytest.approx(
        bleu(references, predictions).score
    )
    assert value(MEASURES["chrf"], references, predictions) == pytest.approx(
        chrf(references, predictions).score
    )


def test_bleu_is_tokenised_for_the_target_language() -> None:
    references, predictions = ["今天天气很好", "我喜欢猫和狗"], ["今天天气不好", "我喜欢猫"]
    expected = sacrebleu.corpus_bleu(predictions, [references], tokenize="zh").score
    for language in ("zh", "en-zh"):
        assert value(MEASURES["bleu"], references, predictions, language) == pytest.approx(expected)
    assert MEASURES["bleu"].signature is not None
    assert "tok:char" in MEASURES["bleu"].signature("en-th")
    assert bleu(references, predictions).signature == MEASURES["bleu"].signature("en")


def test_the_bootstrap_of_bleu_agrees_with_sacrebleus() -> None:
    references, predictions = texts(7, n=150)
    theirs = PairedTest(
        [("a", predictions), ("b", predictions)], {"BLEU": sacrebleu.BLEU()}, [references], "bs", 1000
    )()[1]["BLEU"]
    counts = np.asarray(MEASURES["bleu"].contributions(references, predictions, "en"), dtype=float)
    ours = bootstrap(Sample([counts[:, None]]), MEASURES["bleu"].value, resamples=2000)
    assert ours.value[0] == pytest.approx(theirs[0].score)
    assert ours.resampled.mean() == pytest.approx(theirs[0].mean, abs=0.2)
    assert 1.96 * ours.standard_error[0] == pytest.approx(theirs[0].ci, rel=0.15)


@pytest.mark.parametrize(
    ("task", "name"),
    [("xnli", "accuracy"), ("pos", "tag_accuracy"), ("ner", "entity_f1"), ("qa", "span_f1"), ("mt", "bleu")],
)
def test_tasks_have_their_headline_measure(task: str, name: str) -> None:
    assert find_measure(None, task, []).name == name


def test_a_measure_of_ones_own() -> None:
    """Mean absolute error in stars, turned so that higher is better."""
    import pandas as pd

    stars = Measure(
        "stars_kept",
        lambda labels, predictions, language: [
            (5 - abs(int(a) - int(b)), 1) for a, b in zip(labels, predictions, strict=True)
        ],
        lambda sums: sums[..., 0] / sums[..., 1],
        unit="",
    )
    frame = pd.DataFrame({"id": range(100), "language": "en", "label": 3, "prediction": [3, 4] * 50})
    report = evaluate(frame, metric=stars, labels=["1", "2", "3", "4", "5"], resamples=500)
    assert report.table["value"].tolist() == [4.5]
    assert 4.35 < report.table["low"]["en"] < 4.5 < report.table["high"]["en"] < 4.65
    assert "stars_kept" in str(report)


def test_bad_input_is_refused() -> None:
    with pytest.raises(
        ValueError, match="no metric 'f1'; expected macro_f1 or one of accuracy, tag_accuracy"
    ):
        find_measure("f1", "", [])
    with pytest.raises(ValueError, match="task 'lm' is scored by ppl, which needs more than predictions"):
        find_measure(None, "lm", [])
    with pytest.raises(ValueError, match="row 1 has 2 tags and 1 predicted; expected as many"):
        value(MEASURES["tag_accuracy"], [["O"], ["O", "O"]], [["O"], ["O"]])
    with pytest.raises(ValueError, match="labels"):
        value(MEASURES["bleu"], [1], ["a"])

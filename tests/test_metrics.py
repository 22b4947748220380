"""Classification and perplexity: equal to scikit-learn, degenerate inputs, errors naming rows."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from xlmtut import metrics
from xlmtut.metrics import RunningMean, perplexity, perplexity_by_language, precision_recall_f1

AVERAGES = ("macro", "micro", "weighted", None)

# Rows of (label, prediction); few rows and classes, so that a class is often missing on one side or both.
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)


def columns(pairs: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    labels, predictions = zip(*pairs, strict=True)
    return list(labels), list(predictions)


@pytest.mark.filterwarnings("ignore:A single label was found")  # by the reference
@given(rows, st.sampled_from([None, [0, 1, 2, 3], [3, 1, 0, 2, 4]]))
def test_classification_equals_scikit_learn(pairs: list[tuple[int, int]], classes: list[int] | None) -> None:
    labels, predictions = columns(pairs)
    assert metrics.accuracy(labels, predictions, classes=classes) == sklearn.metrics.accuracy_score(
        *columns(pairs)
    )
    for average in AVERAGES:
        ours = precision_recall_f1(labels, predictions, average=average, classes=classes)
        theirs = sklearn.metrics.precision_recall_fscore_support(
            labels, predictions, average=average, labels=classes, zero_division=0
        )
        np.testing.assert_array_equal(np.stack(ours), np.stack(theirs[:3]))
    matrix = metrics.confusion_matrix(labels, predictions, classes=classes)
    np.testing.assert_array_equal(
        matrix, sklearn.metrics.confusion_matrix(labels, predictions, labels=classes)
    )
    assert matrix.to_numpy().sum() == len(labels)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=12), st.integers(0, 1))
def test_binary_equals_scikit_learn(pairs: list[tuple[int, int]], positive: int) -> None:
    labels, predictions = columns(pairs)
    ours = precision_recall_f1(labels, predictions, average="binary", positive=positive, classes=[0, 1])
    theirs = sklearn.metrics.precision_recall_fscore_support(
        labels, predictions, average="macro", labels=[positive], zero_division=0
    )
    assert tuple(ours) == theirs[:3]
    if {0, 1} <= {*labels, *predictions}:
        same = sklearn.metrics.precision_recall_fscore_support(
            labels, predictions, average="binary", pos_label=positive, zero_division=0
        )
        assert tuple(ours) == same[:3]


def test_averages_by_hand() -> None:
    labels = [0, 0, 0, 0, 1, 1, 2]
    predictions = [0, 0, 0, 1, 1, 0, 0]
    # class 0: 3 of 5 predicted are right, 3 of 4 are found; class 1: 1 of 2, 1 of 2; class 2: not predicted
    precision, recall, f1 = precision_recall_f1(labels, predictions, average=None)
    assert precision.tolist() == [3 / 5, 1 / 2, 0]
    assert recall.tolist() == [3 / 4, 1 / 2, 0]
    assert f1 == pytest.approx([2 / 3, 1 / 2, 0])
    assert precision_recall_f1(labels, predictions, average="macro").f1 == pytest.approx((2 / 3 + 1 / 2) / 3)
    weighted = precision_recall_f1(labels, predictions, average="weighted")
    assert weighted.f1 == pytest.approx((4 * 2 / 3 + 2 * 1 / 2) / 7)
    assert precision_recall_f1(labels, predictions, average="micro") == pytest.approx((4 / 7,) * 3)


def test_one_class_no_prediction_of_a_class_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert precision_recall_f1([1, 1], [1, 1], average="macro") == (1, 1, 1)
        assert precision_recall_f1([1, 1], [1, 1], average="macro", classes=[0, 1]) == (0.5, 0.5, 0.5)
        assert precision_recall_f1([0, 0], [0, 0], average="binary") == (0, 0, 0)
        assert precision_recall_f1([0, 1], [0, 0], average="binary") == (0, 0, 0)
        assert metrics.confusion_matrix([1], [1]).to_numpy().tolist() == [[1]]


def test_labels_of_any_kind_are_compared() -> None:
    names = ["entailment", "neutral", "neutral"]
    assert metrics.accuracy(names, pd.Series(["entailment", "neutral", "entailment"])) == 2 / 3
    assert metrics.accuracy(torch.tensor([1, 0]), np.array([1.0, 0.0])) == 1
    assert metrics.accuracy([True, False], pd.Series([1, 1], dtype=object)) == 0.5
    matrix = metrics.confusion_matrix(names, names, classes=["neutral", "entailment"])
    assert matrix.loc["neutral", "neutral"] == 2
    assert [*matrix.columns] == ["neutral", "entailment"]


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([], [], "labels is empty; expected at least one row"),
        ([1], [], "predictions is empty; expected at least one row"),
        ([1, 0], [1], "found 2 labels and 1 predictions; expected as many of each, row by row"),
        ([0, 1, 7], [0, 1, 1], r"labels\[2\] is 7; expected one of the classes \[0, 1, 2\]"),
        ([0, 1, 1], [-1, 1, 3], r"predictions\[0\] is -1; expected one of the classes \[0, 1, 2\]"),
        ([0, np.nan], [0, 1], r"labels\[1\] is missing; expected a class in every row"),
        ([0, 1], [0, None], r"predictions\[1\] is missing"),
        (["a", np.nan], ["a", "b"], r"labels\[1\] is missing"),
        ([0, 1], [0, 0.5], r"predictions\[1\] is 0.5; expected a class"),
        ([0, 1], ["0", "1"], "labels are integers and predictions strings; expected one kind"),
        ([0, "1"], [0, 1], "labels hold int and str; expected integers or strings, all of one kind"),
        ([[0, 1]], [[0, 1]], r"labels have shape \(1, 2\); expected \(n,\), one class per row"),
    ],
)
def test_bad_rows_are_named(labels: Any, predictions: Any, message: str) -> None:
    for call in (
        lambda: metrics.accuracy(labels, predictions, classes=[0, 1, 2]),
        lambda: precision_recall_f1(labels, predictions, average="macro", classes=[0, 1, 2]),
        lambda: metrics.confusion_matrix(labels, predictions, classes=[0, 1, 2]),
    ):
        with pytest.raises(ValueError, match=message) as error:
            call()
        assert "\n" not in str(error.value)


def test_bad_averages_and_classes_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"average is 'binary' with the classes \[0, 1, 2\]; expected macro or"
    ):
        precision_recall_f1([0, 1, 2], [0, 1, 2], average="binary")
    with pytest.raises(
        ValueError, match="average is 'mean'; expected binary, macro, micro, weighted or None"
    ):
        precision_recall_f1([0, 1], [0, 1], average="mean")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=r"positive is 1; expected one of the classes \['no', 'yes'\]"):
        precision_recall_f1(["no", "yes"], ["no", "no"], average="binary")
    with pytest.raises(ValueError, match=r"positive is 1; expected one of the classes \['no'\]"):
        precision_recall_f1(["no"], ["no"], average="binary")
    with pytest.raises(ValueError, match=r"classes are \[0, 0\]; expected at least one, each once"):
        metrics.accuracy([0], [0], classes=[0, 0])


batch_sizes = st.lists(st.integers(1, 9), min_size=1, max_size=12)


@given(batch_sizes, st.integers(0, 2**32 - 1))
def test_streaming_equals_one_shot(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, predictions = rng.integers(0, 3, (2, sum(sizes)))
    losses = rng.exponential(2, sum(sizes))
    right, loss = RunningMean(), RunningMean()
    for batch in np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1]):
        right.update((labels[batch] == predictions[batch]).sum(), len(batch))
        loss.update(torch.tensor(losses[batch]).sum(), len(batch))
    assert right.mean == metrics.accuracy(labels, predictions)
    assert loss.mean == pytest.approx(losses.mean())
    assert perplexity(loss.total, loss.count) == pytest.approx(perplexity(losses, np.ones(len(losses))))


def test_a_running_mean_weights_examples_and_not_batches() -> None:
    loss = RunningMean()
    for mean, size in [(0.2, 32), (0.2, 32), (0.2, 32), (1.0, 4)]:
        loss.update(mean * size, size)
    assert loss.mean == pytest.approx(0.232)
    assert loss.count == 100


def test_a_running_mean_refuses_what_it_cannot_average() -> None:
    loss = RunningMean()
    with pytest.raises(
        ValueError, match="the mean of no examples is undefined; update it with a batch first"
    ):
        _ = loss.mean
    loss.update(3.0, 2)
    with pytest.raises(ValueError, match="total is nan after 2 examples; expected a finite sum"):
        loss.update(float("nan"), 2)
    with pytest.raises(ValueError, match="count is 0; expected at least 1"):
        loss.update(0.0, 0)
    assert loss.mean == 1.5


def test_perplexity_by_hand() -> None:
    assert perplexity(math.log(8) * 5, 5) == pytest.approx(8)  # each token has probability 1/8
    # A language model that is uniform over its vocabulary has the vocabulary's size as perplexity.
    logits, targets = torch.zeros(7, 100), torch.arange(7)
    nll = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
    assert perplexity(nll.item(), 7) == pytest.approx(100, rel=1e-5)
    assert perplexity(0.0, 3) == 1
    assert perplexity(1000.0, 1) == math.inf  # e^1000 is no float


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(1, 30)), min_size=1, max_size=20))
def test_perplexity_weights_tokens(sentences: list[tuple[float, int]]) -> None:
    nll, tokens = columns(sentences)
    parts = [perplexity(total, count) for total, count in sentences]
    assert perplexity(nll, tokens) == pytest.approx(math.exp(sum(nll) / sum(tokens)))
    assert min(parts) * (1 - 1e-9) <= perplexity(nll, tokens) <= max(parts) * (1 + 1e-9)


def test_perplexity_by_language_is_that_of_its_rows() -> None:
    nll, tokens, languages = [3.0, 9.0, 5.0, 1.0], [2, 4, 5, 1], ["fr", "en", "fr", "sw"]
    table = perplexity_by_language(nll, tokens, languages)
    assert [*table] == ["fr", "en", "sw"]
    assert table["fr"] == pytest.approx(perplexity([3.0, 5.0], [2, 5]))
    assert table["en"] == pytest.approx(math.exp(9 / 4))


@pytest.mark.parametrize(
    ("nll", "tokens", "message"),
    [
        ([1.0, math.nan], [1, 1], r"nll_sum\[1\] is nan; expected a finite sum of -log probabilities, ≥ 0"),
        ([1.0, -2.0], [1, 1], r"nll_sum\[1\] is -2; expected a finite sum"),
        ([1.0, 2.0], [1, 0], r"tokens\[1\] is 0; expected at least 1"),
        ([1.0, 2.0], [1], "found 2 nll_sum and 1 tokens"),
        ([], [], "nll_sum is empty"),
    ],
)
def test_likelihoods_that_cannot_be_are_refused(nll: Any, tokens: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        perplexity(nll, tokens)
    with pytest.raises(ValueError, match=message):
        perplexity_by_language(nll, tokens, ["en"] * len(nll))


def test_a_row_without_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"languages\[1\] is None; expected a string"):
        perplexity_by_language([1.0, 1.0], [1, 1], ["en", None])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="found 2 nll_sum and 1 languages"):
        perplexity_by_language([1.0, 1.0], [1, 1], ["en"])

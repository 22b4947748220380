"""Metrics on saved predictions: classification and perplexity.

Conventions of all of them:

- references come first, then predictions;
- a quotient 0/0 is 0: the precision of a class that is never predicted, the recall of one that never occurs;
- rates are between 0 and 1, not percentages;
- nothing is dropped: a missing value or a label outside the set is an error that names its row.

Calibration is in :mod:`xlmtut.calibration`, answers and entities in :mod:`xlmtut.spans`, BLEU and chrF in
:mod:`xlmtut.translation_scores`, retrieval in :mod:`xlmtut.alignment`, word alignment in
:mod:`xlmtut.word_links`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, Literal, NamedTuple, TypeVar, overload

import numpy as np
import pandas as pd
import sklearn.metrics
from numpy.typing import ArrayLike, NDArray

from xlmtut.checks import check_count
from xlmtut.rows import check_classes, check_lengths, check_likelihoods, check_texts

__all__ = [
    "PrecisionRecallF1",
    "RunningMean",
    "accuracy",
    "confusion_matrix",
    "perplexity",
    "perplexity_by_language",
    "precision_recall_f1",
]

Average = Literal["binary", "macro", "micro", "weighted"]
Value = TypeVar("Value", float, NDArray[np.float64])


class PrecisionRecallF1(NamedTuple, Generic[Value]):
    """Precision, recall and F1: three numbers, or three arrays with one value per class."""

    precision: Value
    recall: Value
    f1: Value


def accuracy(labels: ArrayLike, predictions: ArrayLike, *, classes: Sequence[Any] | None = None) -> float:
    """Share of the predictions that equal the label.

    Parameters
    ----------
    labels, predictions : array of int or str, (n,)
    classes : sequence, optional
        All labels of the task; any other value is an error. Left out, every value is taken for a class.

    Raises
    ------
    ValueError
        If the arrays are empty, differ in length or kind, or hold a missing value or an unknown class.

    Examples
    --------
    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    """
    labels, predictions, _ = check_classes(labels, predictions, classes)
    return float(np.mean(labels == predictions))


@overload
def precision_recall_f1(
    labels: ArrayLike,
    predictions: ArrayLike,
    *,
    average: Average,
    classes: Sequence[Any] | None = None,
    positive: Any = 1,
) -> PrecisionRecallF1[float]: ...


@overload
def precision_recall_f1(
    labels: ArrayLike,
    predictions: ArrayLike,
    *,
    average: None,
    classes: Sequence[Any] | None = None,
    positive: Any = 1,
) -> PrecisionRecallF1[NDArray[np.float64]]: ...


def precision_recall_f1(
    labels: ArrayLike,
    predictions: ArrayLike,
    *,
    average: Average | None,
    classes: Sequence[Any] | None = None,
    positive: Any = 1,
) -> Any:
    """Precision, recall and F1, with the average named: without it the number says little.

    Parameters
    ----------
    labels, predictions : array of int or str, (n,)
    average : {"binary", "macro", "micro", "weighted"} or None
        ``"binary"``: of the class `positive` alone. ``"macro"``: mean over classes, each counts the same.
        ``"weighted"``: mean over classes, weighted by how often each occurs in `labels`. ``"micro"``: counts
        of all classes together; with one label per row all three values are the accuracy. None: an array
        with one value per class.
    classes : sequence, optional
        All labels of the task, in the order wanted. The macro mean is over *these*: a class that neither
        occurs nor is predicted counts as 0. Left out, the mean is over the classes seen, so two test sets may
        average over different classes.
    positive : int or str
        The positive class of ``average="binary"``.

    Returns
    -------
    PrecisionRecallF1
        The macro F1 is the mean of the F1 of the classes, not the F1 of the mean precision and recall.

    Raises
    ------
    ValueError
        As :func:`accuracy`; if `average` is ``"binary"`` and there are more than two classes.

    Examples
    --------
    Ten rows, one of class 1, and a model that never predicts it:

    >>> labels, predictions = [0] * 9 + [1], [0] * 10
    >>> for average in ("micro", "weighted", "macro", "binary"):
    ...     print(average, round(precision_recall_f1(labels, predictions, average=average).f1, 3))
    micro 0.9
    weighted 0.853
    macro 0.474
    binary 0.0
    """
    labels, predictions, classes = check_classes(labels, predictions, classes)
    if average not in ("binary", "macro", "micro", "weighted", None):
        raise ValueError(f"average is {average!r}; expected binary, macro, micro, weighted or None")
    if average == "binary":
        if len(classes) > 2:
            raise ValueError(f"average is 'binary' with the classes {classes}; expected macro or micro")
        same_kind = isinstance(positive, str) == isinstance(classes[0], str)
        if positive not in classes and (len(classes) == 2 or not same_kind):
            raise ValueError(f"positive is {positive!r}; expected one of the classes {classes}")
        classes, average = [positive], "macro"
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        labels, predictions, labels=classes, average=average, zero_division=0
    )
    if average is None:
        return PrecisionRecallF1(precision, recall, f1)
    return PrecisionRecallF1(float(precision), float(recall), float(f1))


def confusion_matrix(
    labels: ArrayLike, predictions: ArrayLike, *, classes: Sequence[Any] | None = None
) -> pd.DataFrame:
    """How often each class was predicted as each.

    Parameters
    ----------
    labels, predictions : array of int or str, (n,)
    classes : sequence, optional
        All labels of the task, in the order wanted.

    Returns
    -------
    DataFrame of int, (classes, classes)
        A row per class of the labels, a column per class predicted.

    Raises
    ------
    ValueError
        As :func:`accuracy`.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1])
    prediction  0  1
    label
    0           1  1
    1           0  1
    """
    labels, predictions, classes = check_classes(labels, predictions, classes)
    counts = pd.crosstab(labels, predictions, rownames=["label"], colnames=["prediction"])
    return counts.reindex(index=classes, columns=classes, fill_value=0)


class RunningMean:
    """The mean over all examples (or tokens) of batches of different sizes.

    A mean of the batches' means is another number as soon as one batch is shorter. So a batch enters with its
    *sum* and with how many it sums over.

    Attributes
    ----------
    total : float
        Sum of everything so far; with `count` what :func:`perplexity` takes.
    count : int

    Examples
    --------
    Four batches; the mean of their means would be 0.4:

    >>> loss = RunningMean()
    >>> for mean, rows in [(0.2, 32), (0.2, 32), (0.2, 32), (1.0, 4)]:
    ...     loss.update(mean * rows, rows)
    >>> round(loss.mean, 3)
    0.232
    """

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, total: Any, count: int) -> None:
        """Add a batch.

        Parameters
        ----------
        total : float or tensor of one number
            Sum over the batch: of its losses, of its correct predictions.
        count : int
            Number of examples or tokens of the batch.

        Raises
        ------
        ValueError
            If the total is not finite or the count is below 1; the mean so far stays as it is.
        """
        total = float(total)
        check_count("count", count)
        if not math.isfinite(total):
            raise ValueError(f"total is {total} after {self.count} examples; expected a finite sum")
        self.total += total
        self.count += count

    @property
    def mean(self) -> float:
        """Total over count; a ValueError before the first batch."""
        if not self.count:
            raise ValueError("the mean of no examples is undefined; update it with a batch first")
        return self.total / self.count


def perplexity(nll_sum: ArrayLike, tokens: ArrayLike) -> float:
    """Perplexity: e to the power of the mean negative log-likelihood per token.

    Sums come in, so that the mean is over tokens: every token counts the same, whatever sentence, batch or
    language it is in. Perplexities themselves must not be averaged: their mean follows the worst part.

    Parameters
    ----------
    nll_sum : float, or array of float (n,)
        Minus the sum of the natural logarithms of the tokens' probabilities, one value or one per sentence.
    tokens : int, or array of int (n,)
        Number of tokens predicted in each. Models with different vocabularies are comparable only per word or
        character: give those numbers instead.

    Raises
    ------
    ValueError
        If lengths differ, there are no tokens, or a sum is negative or not finite.

    Examples
    --------
    A sentence of 18 easy tokens (perplexity 10) and one of 2 hard tokens (perplexity 1,000). The mean of the
    two perplexities, 505, is dictated by a tenth of the tokens:

    >>> nll = [18 * math.log(10), 2 * math.log(1000)]
    >>> round(perplexity(nll, [18, 2]), 2)
    15.85

    Two models, two languages. The second model is worse on English by a factor of 2 and better on Urdu by the
    same factor. The arithmetic mean over languages, which XLM's original code reports, says that it is much
    better; equal factors are equal steps in likelihood, and the geometric mean says so:

    >>> first, second = [10, 200], [20, 100]
    >>> sum(first) / 2, sum(second) / 2
    (105.0, 60.0)
    >>> [round(math.sqrt(english * urdu), 1) for english, urdu in (first, second)]
    [44.7, 44.7]
    """
    sums, counts = check_likelihoods(nll_sum, tokens)
    return _exp(float(sums.sum() / counts.sum()))


def perplexity_by_language(
    nll_sum: ArrayLike, tokens: ArrayLike, languages: Sequence[str]
) -> dict[str, float]:
    """Perplexity of each language, over the tokens of its rows.

    Parameters
    ----------
    nll_sum : array of float, (n,)
    tokens : array of int, (n,)
    languages : sequence of str, (n,)

    Returns
    -------
    dict from language code to perplexity, in order of appearance
        A shared vocabulary cuts languages into different numbers of tokens, so these values rank models
        within a language and not languages: a language cut into more tokens has easier ones.

    Raises
    ------
    ValueError
        As :func:`perplexity`.

    Examples
    --------
    >>> nll = [math.log(4) * 5, math.log(2) * 3, math.log(4) * 1]
    >>> ppl = perplexity_by_language(nll, [5, 3, 1], ["en", "fr", "en"])
    >>> {language: round(value, 6) for language, value in ppl.items()}
    {'en': 4.0, 'fr': 2.0}
    """
    sums, counts = check_likelihoods(nll_sum, tokens)
    check_texts("languages", languages)
    check_lengths(nll_sum=sums, languages=languages)
    table = pd.DataFrame({"nll": sums, "tokens": counts}).groupby(np.asarray(languages), sort=False).sum()
    return {str(language): _exp(row.nll / row.tokens) for language, row in table.iterrows()}


def _exp(mean: float) -> float:
    """Above 709 nats the exponential is no float any more; infinity says it honestly."""
    return math.exp(mean) if mean < 709 else math.inf

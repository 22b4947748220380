"""Metrics as functions of sums, so that a test set can be resampled without computing anything twice.

Each measure says what one example contributes to each of its sums, and how the value follows from the sums.
On the test set itself the values are those of :mod:`xlmtut.metrics`, :mod:`xlmtut.spans` and
:mod:`xlmtut.translation_scores`, which the tests compare. To evaluate with a metric of your own, make a
:class:`Measure` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from xlmtut.intervals import Array
from xlmtut.rows import check_texts
from xlmtut.spans import Rules, entity_counts, span_scores

__all__ = ["MEASURES", "Measure", "find_measure"]

Contributions: TypeAlias = Callable[[Sequence[Any], Sequence[Any], str], ArrayLike]


@dataclass(frozen=True)
class Measure:
    """A metric that is a function of sums over examples; higher is better.

    Attributes
    ----------
    name : str
    contributions : function of (labels, predictions, language) to an array (n, k)
        What each example adds to each of the k sums.
    value : function of an array (…, k) to an array (…)
        The metric, given the sums.
    is_rate : bool
        Whether an example is right or wrong and the value is the share of the right ones: contributions are
        (right, 1). Then Wilson's interval and McNemar's test apply.
    kind : {"class", "tags", "answers", "text"}
        What labels are: one of a set of classes, a list of tags, a list of accepted answers, a text.
    unit : str
        ``"%"`` for values from 0 to 1 that are printed times 100; empty for values printed as they are.
    signature : function of the language to str, optional
        What else it takes to compute the value again.
    """

    name: str
    contributions: Contributions
    value: Callable[[Array], Array]
    is_rate: bool = False
    kind: str = "class"
    unit: str = "%"
    signature: Callable[[str], str] | None = None


def _right(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
    right = np.asarray(labels, dtype=object) == np.asarray(predictions, dtype=object)
    return np.column_stack([right, np.ones(len(right))])


def _right_tags(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
    rows = []
    for row, (tags, predicted) in enumerate(zip(labels, predictions, strict=True)):
        if len(tags) != len(predicted):
            raise ValueError(
                f"row {row} has {len(tags)} tags and {len(predicted)} predicted; expected as many"
            )
        rows.append((sum(a == b for a, b in zip(tags, predicted, strict=True)), len(tags)))
    return np.asarray(rows)


def _entities(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
    return entity_counts(labels, predictions)


def _spans(column: str, rules: Rules) -> Contributions:
    def contributions(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
        scores = span_scores(labels, predictions, language, rules=rules)[column]
        return np.column_stack([scores, np.ones(len(scores))])

    return contributions


def _ratio(sums: Array) -> Array:
    """First sum over the second."""
    with np.errstate(invalid="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def _f1(sums: Array) -> Array:
    """From sums (…, 3) of what is right, predicted and labelled; 0/0 is 0, as in scikit-learn."""
    right, total = sums[..., 0], sums[..., 1] + sums[..., 2]
    return np.divide(2 * right, total, out=np.zeros_like(right), where=total > 0)


def _macro_f1(classes: Sequence[str]) -> Measure:
    index = np.asarray(classes, dtype=object)

    def contributions(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
        expected = np.asarray(labels, dtype=object)[:, None] == index  # (n, classes)
        predicted = np.asarray(predictions, dtype=object)[:, None] == index
        counts = np.stack([expected & predicted, predicted, expected], axis=-1)  # (n, classes, 3)
        return counts.reshape(len(counts), -1)

    def value(sums: Array) -> Array:
        return np.asarray(_f1(sums.reshape(*sums.shape[:-1], -1, 3)).mean(axis=-1))

    return Measure("macro_f1", contributions, value)


def _bleu_metric(language: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    target = language.rsplit("-", 1)[-1]  # of "en-fr" it is fr
    return BLEU(tokenize={"zh": "zh", "th": "char"}.get(target, "13a"), force=True)


def _chrf_metric(language: str) -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()


def _bleu_score(metric: Any, sums: list[float]) -> float:
    return float(metric._compute_score_from_stats(sums).score)


def _chrf_score(metric: Any, sums: list[float]) -> float:
    return float(metric._compute_f_score(sums))


def _sacrebleu(name: str, make: Callable[[str], Any], score: Callable[[Any, list[float]], float]) -> Measure:
    """A metric of sacreBLEU, which keeps the counts of each sentence for its own resampling."""

    def contributions(labels: Sequence[Any], predictions: Sequence[Any], language: str) -> ArrayLike:
        check_texts("labels", labels)
        check_texts("predictions", predictions)
        counts: list[list[int]] = make(language)._extract_corpus_statistics([*predictions], [[*labels]])
        return np.asarray(counts)

    def value(sums: Array) -> Array:
        metric = make("en")  # the tokenisation is in the counts
        return np.asarray(np.apply_along_axis(lambda row: score(metric, row.tolist()), -1, sums))

    def signature(language: str) -> str:
        metric = make(language)
        metric.num_refs = 1
        return str(metric.get_signature())

    return Measure(name, contributions, value, kind="text", unit="", signature=signature)


# Those that need to know nothing more; macro_f1 is made for its classes.
MEASURES = {
    measure.name: measure
    for measure in (
        Measure("accuracy", _right, _ratio, is_rate=True),
        Measure("tag_accuracy", _right_tags, _ratio, kind="tags"),
        Measure("entity_f1", _entities, _f1, kind="tags"),
        Measure("span_f1", _spans("f1", "mlqa"), _ratio, kind="answers"),
        Measure("exact_match", _spans("em", "mlqa"), _ratio, is_rate=True, kind="answers"),
        Measure("squad_f1", _spans("f1", "squad"), _ratio, kind="answers"),
        Measure("squad_exact_match", _spans("em", "squad"), _ratio, is_rate=True, kind="answers"),
        _sacrebleu("bleu", _bleu_metric, _bleu_score),
        _sacrebleu("chrf", _chrf_metric, _chrf_score),
    )
}
# The headline metric of a task by its head and the metric the registry names.
_HEADLINE = {
    ("classification", "accuracy"): "accuracy",
    ("token", "accuracy"): "tag_accuracy",
    ("token", "f1"): "entity_f1",
    ("qa", "f1"): "span_f1",
    ("seq2seq", "bleu"): "bleu",
}


def find_measure(metric: str | Measure | None, task: str, classes: Sequence[str]) -> Measure:
    """The measure of that name, or a task's headline measure.

    Parameters
    ----------
    metric : str or Measure, optional
        ``accuracy``, ``macro_f1``, ``tag_accuracy``, ``entity_f1``, ``span_f1`` and
        ``exact_match`` (MLQA's rules), ``squad_f1`` and ``squad_exact_match``, ``bleu`` (sacreBLEU's 13a;
        Chinese its zh, Thai by characters), ``chrf``. A measure of your own is returned as it is.
    task : str
        Name of a task, whose headline metric is taken where there is no `metric`; without both, accuracy.
    classes : sequence of str
        The classes that a macro mean is over.

    Raises
    ------
    ValueError
        If there is no such measure, or the task's headline metric is not one of predictions.
    """
    from xlmtut.tasks import TASKS

    if isinstance(metric, Measure):
        return metric
    if metric is None:
        metric = "accuracy"
        if task in TASKS:
            key = (TASKS[task].head, TASKS[task].metric)
            if key not in _HEADLINE:
                raise ValueError(f"task {task!r} is scored by {key[1]}, which needs more than predictions")
            metric = _HEADLINE[key]
    if metric == "macro_f1":
        return _macro_f1(classes)
    if metric not in MEASURES:
        raise ValueError(f"no metric {metric!r}; expected macro_f1 or one of {', '.join(MEASURES)}")
    return MEASURES[metric]

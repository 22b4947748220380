"""Spans: answers cut from a text (exact match and F1 of words) and named entities (F1 of entities).

Answers are compared after normalising, by one of two published sets of rules:

- ``"mlqa"`` (Lewis et al. 2020): lower case; no punctuation of any script; no articles of the language;
  Chinese is compared by characters. MLQA has seven languages; the others here follow the same pattern (see
  :func:`normalize_answer`).
- ``"squad"`` (Rajpurkar et al. 2016): lower case; no ASCII punctuation; no *English* articles; words between
  spaces, whatever the language. XQuAD is scored so. In a language without spaces an answer is then one word,
  and F1 falls to exact match.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlmtut.metrics import PrecisionRecallF1
from xlmtut.rows import check_lengths, check_texts

__all__ = ["entities", "entity_counts", "entity_f1", "normalize_answer", "span_scores"]

Rules = Literal["mlqa", "squad"]

_ENGLISH = r"\b(?:a|an|the)\b"
# What is removed as an article; for MLQA's languages exactly what its script removes. Two of its rules reach
# further than articles: Arabic ال goes also from the middle of a word (سؤال loses its end), and Vietnamese
# loses the copula là, the possessive của and classifiers.
_ARTICLES = {
    "ar": "ال",
    "de": r"\b(?:ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "en": _ENGLISH,
    "es": r"\b(?:un|una|unos|unas|el|la|los|las)\b",
    "vi": r"\b(?:của|là|cái|chiếc|những)\b",
    # Not in MLQA.
    "el": r"\b(?:ο|η|το|οι|τα|του|της|των|τον|την|τη|τους|τις|ένας|μία|μια|ένα|έναν|ενός|μιας)\b",
    "fr": r"\b(?:un|une|des|le|la|les)\b",
}
# No articles that are words: bg has them as endings.
_WITHOUT_ARTICLES = ("bg", "hi", "ru", "sw", "th", "tr", "ur", "zh")
# Written without spaces: every character is a word. MLQA's range for zh; in th with the marks it carries.
_CHARACTERS = {
    "zh": "[\u4e00-\u9fa5]",
    "th": "[\u0e01-\u0e30\u0e32\u0e33\u0e3f-\u0e46][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*",
}


def normalize_answer(text: str, language: str, *, rules: Rules = "mlqa") -> str:
    """An answer as it is compared: words joined by one space.

    Parameters
    ----------
    text : str
    language : str
        Code of the answer's language, for MLQA's rules. Its own are ar, de, en, es, hi, vi, zh. After its
        pattern: el and fr with their articles; bg, ru, sw, tr and ur, which have none to remove; th compared
        by characters with their marks.
    rules : {"mlqa", "squad"}

    Raises
    ------
    ValueError
        If the language has no rules.

    Examples
    --------
    >>> normalize_answer("The  Eiffel Tower!", "en"), normalize_answer("Der Eiffelturm.", "de")
    ('eiffel tower', 'eiffelturm')
    >>> normalize_answer("埃菲尔铁塔，Paris", "zh")
    '埃 菲 尔 铁 塔 paris'
    >>> normalize_answer("Der Eiffelturm。", "de", rules="squad")
    'der eiffelturm。'
    """
    if rules not in ("mlqa", "squad"):
        raise ValueError(f"rules is {rules!r}; expected 'mlqa' or 'squad'")
    if rules == "mlqa" and language not in _ARTICLES and language not in _WITHOUT_ARTICLES:
        known = ", ".join(sorted([*_ARTICLES, *_WITHOUT_ARTICLES]))
        raise ValueError(f"language is {language!r}; expected one of {known}, or rules='squad'")
    text = text.lower()
    if rules == "squad":
        text = "".join(char for char in text if char not in string.punctuation)
        return " ".join(re.sub(_ENGLISH, " ", text).split())
    if language == "fr":
        text = re.sub(r"\bl['’]", "", text)  # an article, which would become a part of its word below
    text = "".join(char for char in text if not _is_punctuation(char))
    if language in _ARTICLES:
        text = re.sub(_ARTICLES[language], " ", text)
    if language in _CHARACTERS:
        text = re.sub(_CHARACTERS[language], r" \g<0> ", text)
    return " ".join(text.split())


def span_scores(
    answers: Sequence[Sequence[str]],
    predictions: Sequence[str],
    language: str,
    *,
    rules: Rules = "mlqa",
) -> pd.DataFrame:
    """Exact match and F1 of every question, the best over its accepted answers.

    Parameters
    ----------
    answers : sequence of sequences of str, (n,)
        The accepted answers of each question: ``answers["text"]`` of SQuAD's columns. An empty sequence says
        that the question has no answer; then the right prediction is an empty one.
    predictions : sequence of str, (n,)
    language : str
        Language of the answers.
    rules : {"mlqa", "squad"}
        How answers are normalised; see :func:`normalize_answer`.

    Returns
    -------
    DataFrame of float, (n, 2)
        ``em`` (0 or 1) and ``f1`` (0 … 1) per question; their means are the test set's.

    Raises
    ------
    ValueError
        If there are no questions, the lengths differ, a row is not text, or the language has no rules.

    Notes
    -----
    F1 is of words as a multiset. Two answers that normalise to nothing agree: their F1 is 1, as in the script
    of SQuAD 2.0. Those of SQuAD 1.1 and MLQA say 0 there, beside an exact match of 1.

    Examples
    --------
    >>> span_scores([["the Eiffel Tower", "Eiffel Tower, Paris"]], ["Paris: Eiffel"], "en").round(2)
        em   f1
    0  0.0  0.8
    """
    check_texts("predictions", predictions)
    check_lengths(answers=answers, predictions=predictions)
    rows = []
    for row, (accepted, prediction) in enumerate(zip(answers, predictions, strict=True)):
        check_texts(f"answers[{row}]", accepted)
        predicted = normalize_answer(prediction, language, rules=rules)
        expected = [normalize_answer(answer, language, rules=rules) for answer in accepted] or [""]
        rows.append(
            (float(predicted in expected), max(_f1(answer.split(), predicted.split()) for answer in expected))
        )
    return pd.DataFrame(rows, columns=["em", "f1"])


def entities(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The entities of one sentence.

    Parameters
    ----------
    tags : sequence of str
        IOB2: ``"B-PER"`` begins a person, ``"I-PER"`` goes on, ``"O"`` is outside.

    Returns
    -------
    list of (type, first token, last token)
        A model may write an ``I-`` that continues nothing. As in seqeval's default mode and in the CoNLL
        script, it begins an entity: the prediction ``O I-PER`` holds a person. (Its strict mode would drop
        it. On valid IOB2, so on references, both modes are the same.)

    Raises
    ------
    ValueError
        If a tag is none of these.

    Examples
    --------
    >>> entities(["B-PER", "I-PER", "B-PER", "O", "I-LOC", "I-ORG"])
    [('PER', 0, 1), ('PER', 2, 2), ('LOC', 4, 4), ('ORG', 5, 5)]
    """
    if isinstance(tags, str):
        raise ValueError(f"tags are the string {tags!r}; expected a sequence of tags")
    found: list[tuple[str, int, int]] = []
    current = ""  # type of the entity that the token before belongs to
    for i, tag in enumerate(tags):
        prefix, _, kind = str(tag).partition("-")
        if not (tag == "O" or (prefix in ("B", "I") and kind)):
            raise ValueError(f"the tag of token {i} is {tag!r}; expected O, or B- or I- and a type")
        if kind and (prefix == "B" or kind != current):
            found.append((kind, i, i))
        elif kind:
            found[-1] = (kind, found[-1][1], i)
        current = kind
    return found


def entity_counts(tags: Sequence[Sequence[str]], predictions: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """What :func:`entity_f1` sums: counts per sentence, so that sentences can be resampled.

    Parameters
    ----------
    tags, predictions : sequence of sequences of str
        IOB2 tags of every token of every sentence.

    Returns
    -------
    array of int, (n, 3)
        Entities found with the right type and extent, entities predicted, entities of the reference.

    Raises
    ------
    ValueError
        If there are no sentences, a tag is not IOB2, or a sentence has another number of tokens predicted.
    """
    check_lengths(tags=tags, predictions=predictions)
    counts = np.zeros((len(tags), 3), dtype=np.int64)
    for row, (gold, predicted) in enumerate(zip(tags, predictions, strict=True)):
        if len(gold) != len(predicted):
            raise ValueError(
                f"sentence {row} has {len(gold)} tags and {len(predicted)} predictions; expected as many"
            )
        sets = []
        for name, sequence in (("tags", gold), ("predictions", predicted)):
            try:
                sets.append(set(entities(sequence)))
            except ValueError as error:
                raise ValueError(f"{name}[{row}]: {error}") from None
        counts[row] = len(sets[0] & sets[1]), len(sets[1]), len(sets[0])
    return counts


def entity_f1(
    tags: Sequence[Sequence[str]], predictions: Sequence[Sequence[str]]
) -> PrecisionRecallF1[float]:
    """Precision, recall and F1 of entities: type and extent must both be right.

    The values are those of seqeval's default mode with ``average="micro"``, which XTREME reports for WikiANN:
    counts of all sentences and types together. Without any entity a quotient is 0.

    Parameters
    ----------
    tags, predictions : sequence of sequences of str
        IOB2 tags of every token of every sentence.

    Raises
    ------
    ValueError
        As :func:`entity_counts`.

    Examples
    --------
    >>> entity_f1([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "O", "O", "B-LOC"]])
    PrecisionRecallF1(precision=0.5, recall=0.5, f1=0.5)
    """
    right, predicted, gold = (int(total) for total in entity_counts(tags, predictions).sum(axis=0))
    return PrecisionRecallF1(
        right / predicted if predicted else 0.0,
        right / gold if gold else 0.0,
        2 * right / (predicted + gold) if predicted + gold else 0.0,
    )


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char)[0] == "P"


def _f1(expected: list[str], predicted: list[str]) -> float:
    """F1 of two multisets of words; 1 if both are empty, 0 if one is."""
    if not expected or not predicted:
        return float(expected == predicted)
    common = sum((Counter(expected) & Counter(predicted)).values())
    return 2 * common / (len(expected) + len(predicted))

"""BLEU and chrF of translations, by sacreBLEU, never without the signature that says how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from xlmtut.rows import check_lengths, check_texts

__all__ = ["TranslationScore", "bleu", "chrf"]

_TOKENIZE = ("13a", "intl", "zh", "char", "none")  # those of sacreBLEU that need no download


@dataclass(frozen=True)
class TranslationScore:
    """A corpus score with what it takes to compute it again.

    Attributes
    ----------
    name : str
        ``"BLEU"`` or ``"chrF2"``.
    score : float
        0 … 100.
    signature : str
        sacreBLEU's record of references, case, tokenisation, smoothing and version.
    """

    name: str
    score: float
    signature: str

    def __str__(self) -> str:
        return f"{self.name} = {self.score:.1f} ({self.signature})"


def bleu(references: Sequence[str], predictions: Sequence[str], *, tokenize: str = "13a") -> TranslationScore:
    """Corpus BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018): on detokenised, cased text.

    Parameters
    ----------
    references, predictions : sequence of str, (n,)
        One reference each. An empty string is allowed and counts as it is.
    tokenize : {"13a", "intl", "zh", "char", "none"}
        How sacreBLEU cuts words: ``"zh"`` for Chinese; ``"char"`` for Thai, also written without spaces.
        Scores with different tokenisations are not comparable.

    Raises
    ------
    ValueError
        If there are no texts, the lengths differ, a row is not a string, or `tokenize` is none of these.

    Examples
    --------
    >>> reference = ["The cat sat on the mat today."]
    >>> str(bleu(reference, reference)).split("|version")[0]
    'BLEU = 100.0 (nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp'
    """
    if tokenize not in _TOKENIZE:
        raise ValueError(f"tokenize is {tokenize!r}; expected one of {', '.join(_TOKENIZE)}")
    return _score(BLEU(tokenize=tokenize), references, predictions)


def chrf(references: Sequence[str], predictions: Sequence[str]) -> TranslationScore:
    """Corpus chrF2 (Popović 2015) by sacreBLEU: F-score of character n-grams, n ≤ 6, recall counts twice.

    It cuts no words, so it is the fairer number for languages without spaces or with long words.

    Parameters
    ----------
    references, predictions : sequence of str, (n,)

    Raises
    ------
    ValueError
        As :func:`bleu`.

    Examples
    --------
    >>> round(chrf(["the houses"], ["the house"]).score, 1)
    86.3
    """
    return _score(CHRF(), references, predictions)


def _score(metric: Any, references: Sequence[str], predictions: Sequence[str]) -> TranslationScore:
    check_texts("references", references)
    check_texts("predictions", predictions)
    check_lengths(references=references, predictions=predictions)
    result = metric.corpus_score([*predictions], [[*references]])
    return TranslationScore(result.name, float(result.score), str(metric.get_signature()))

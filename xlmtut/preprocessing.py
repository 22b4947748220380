"""From a raw text to the words that BPE cuts: the preprocessing of the published XLM vocabularies.

Replace Unicode punctuation, normalise punctuation, remove non-printing characters, split into words
(Moses' rules; Chinese, Thai and Japanese have segmenters of their own), then lower-case and strip accents
(not for the 17- and 100-language vocabularies). The rules are sacremoses'. What is added here is speed:
rules that cannot apply are skipped, and words already split are remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from sacremoses import MosesPunctNormalizer, MosesTokenizer

__all__ = ["CACHE_SIZE", "Normalizer", "lowercase_and_remove_accent", "segmenter"]

CACHE_SIZE = 2**18  # remembered words and pieces of text: about 100 MB when full

_PUNCTUATION = {
    source: target
    for source, target in MosesPunctNormalizer.REPLACE_UNICODE_PUNCTUATION
    if len(source) == 1  # the two others are full stops that swallow the space after them
}
_PUNCTUATION_TABLE = str.maketrans(_PUNCTUATION)
_HAS_PUNCTUATION = re.compile(f"[。．{''.join(_PUNCTUATION)}]")
_FULL_STOP = re.compile(r"[。．]\s*")

# Without one of these no rule of MosesPunctNormalizer changes a text (tests/test_preprocessing.py).
_HAS_RULE_CHARACTER = re.compile('[\r()"`„“”–—´‘‚’…«»\u00a0]')
_RULE_STRINGS = ("  ", " :", " ;", " %", "''")

# normalise-romanian and remove-diacritics of the WMT16 scripts, which transformers applies to all Romanian.
_ROMANIAN = str.maketrans("ŞşŢţȘșȚțĂăÂâÎî", "SsTtSsTtAaAaIi")


class Normalizer:
    r"""Replace Unicode punctuation, normalise punctuation and remove non-printing characters.

    Parameters
    ----------
    lang : str
        Language code; quotation marks and decimal spaces have rules per language.

    Examples
    --------
    >>> Normalizer("fr")("«\u00a0Oui\u00a0!\u00a0» …")
    '"Oui!" ...'
    """

    def __init__(self, lang: str) -> None:
        rules = MosesPunctNormalizer(lang=lang).substitutions
        self._rules = [(re.compile(pattern).sub, replacement) for pattern, replacement in rules]

    def __call__(self, text: str) -> str:
        if not text.isascii() and _HAS_PUNCTUATION.search(text):
            text = _FULL_STOP.sub(". ", text).translate(_PUNCTUATION_TABLE)
        if _HAS_RULE_CHARACTER.search(text) or any(string in text for string in _RULE_STRINGS):
            for substitute, replacement in self._rules:
                text = substitute(replacement, text)
        text = text.strip()
        if not text.isprintable():
            text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
        return text


class _Moses(MosesTokenizer):  # type: ignore[misc]
    """sacremoses' tokenizer; its character lists are turned into sets once instead of at every question."""

    def __init__(self, lang: str) -> None:
        super().__init__(lang)
        self._lower = frozenset(self.IsLower)
        self._alpha = frozenset(self.IsAlpha)
        self.NONBREAKING_PREFIXES: frozenset[str] = frozenset(self.NONBREAKING_PREFIXES)

    def islower(self, text: str) -> bool:
        return self._lower.issuperset(text)

    def isanyalpha(self, text: str) -> bool:
        return not self._alpha.isdisjoint(text)


class _MosesWords:
    """Moses' words of a normalised text, remembered piece by piece.

    Moses' rules look at the characters beside a punctuation mark, and at the token after a final full stop.
    So a text can be cut at its spaces and each piece split alone, if a piece that ends in a full stop stays
    with the next one. A comma at the start of a piece, or an apostrophe at either end, looks across the
    space: such a text is split as a whole.
    """

    _piece = re.compile(r"(?:\S+\. )*\S+")
    _looks_across_space = re.compile(r"(?<!\S)[,']|'(?!\S)")

    def __init__(self, lang: str) -> None:
        self._moses = _Moses(lang)
        self._needs_rules = re.compile(f"[^{self._moses.IsAlnum}\\-]|MULTI")
        self._words = lru_cache(CACHE_SIZE)(self._split)

    def __call__(self, text: str) -> list[str]:
        pieces = text.split()
        text = " ".join(pieces)
        if ". " in text:
            pieces = self._piece.findall(text)
        words: list[str] = []
        for piece in pieces:
            found = self._words(piece)
            if found is None:
                return self._all(text)
            words += found
        return words

    def _split(self, piece: str) -> tuple[str, ...] | None:
        if not self._needs_rules.search(piece):
            return (piece,)
        return None if self._looks_across_space.search(piece) else tuple(self._all(piece))

    def _all(self, text: str) -> list[str]:
        words: list[str] = self._moses.tokenize(text, escape=False)
        return words


@cache
def segmenter(lang: str) -> Callable[[str], list[str]]:
    """The function that turns a raw text of a language into words.

    Parameters
    ----------
    lang : str
        Language code. A code without rules of its own gets Moses' rules for English abbreviations, as in
        Moses; ``"zh"``, ``"th"`` and ``"ja"`` need rjieba, pythainlp and KyTea.

    Raises
    ------
    ImportError
        If the segmenter of Chinese, Thai or Japanese is not installed.

    Examples
    --------
    >>> segmenter("en")("Don’t feed the cat (it’s on a diet)…")
    ['Don', "'t", 'feed', 'the', 'cat', '(', 'it', "'s", 'on', 'a', 'diet', ')', '...']
    """
    normalize = Normalizer(lang)
    if lang == "zh":
        try:
            from rjieba import cut
        except ImportError:
            raise ImportError("lang 'zh' needs the package rjieba; run: pip install rjieba") from None
        return lambda text: normalize(" ".join(cut(text))).split()
    if lang == "th":
        try:
            from pythainlp.tokenize import word_tokenize
        except ImportError:
            raise ImportError("lang 'th' needs the package pythainlp; run: pip install pythainlp") from None
        return lambda text: word_tokenize(normalize(text))
    if lang == "ja":
        kytea = _kytea()
        return lambda text: list(kytea(normalize(text)))
    words = _MosesWords(lang)
    if lang == "ro":
        return lambda text: words(normalize(text).translate(_ROMANIAN))
    return lambda text: words(normalize(text))


def _kytea() -> Callable[[str], list[str]]:
    model = Path("~/local/share/kytea/model.bin").expanduser()
    try:
        from Mykytea import Mykytea  # type: ignore[import-not-found]
    except ImportError:
        raise ImportError(
            "lang 'ja' needs KyTea installed under ~/local (https://github.com/neubig/kytea), "
            "then: pip install kytea"
        ) from None
    words: Callable[[str], list[str]] = Mykytea(f"-model {model}").getWS
    return words


def lowercase_and_remove_accent(word: str) -> str:
    """Lower-case a word and drop its combining marks, as XLM's ``tools/lowercase_and_remove_accent.py``.

    It drops more than accents: vowel signs of Hindi and Thai, vowel points of Arabic and Hebrew.

    Examples
    --------
    >>> lowercase_and_remove_accent("Élève"), lowercase_and_remove_accent("हिन्दी")
    ('eleve', 'हिनदी')
    """
    if word.isascii():
        return word.lower()
    word = unicodedata.normalize("NFD", word.lower())
    if not word.isalpha():
        word = "".join([char for char in word if unicodedata.category(char) != "Mn"])
    return word.lower()

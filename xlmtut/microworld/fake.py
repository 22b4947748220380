"""English in other letters: a language with English's grammar and not one piece of a word in common with it.

K et al. (2020) make such a language to ask what shared vocabulary contributes to cross-lingual transfer.
"""

from __future__ import annotations

import hashlib
from functools import cache

from xlmtut.microworld.grammar import Text
from xlmtut.microworld.orthography import Sentence
from xlmtut.microworld.realize import Language, language

__all__ = ["FAKE", "FakeEnglish", "fake_english"]

FAKE = "fake"
# Georgian letters, which no other language here uses and which have no case.
_LETTERS = {ord(letter): chr(0x10D0 + i) for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
_LETTERS |= {ord(chr(key).upper()): letter for key, letter in _LETTERS.items()}


class FakeEnglish(Language):
    """English whose letters are replaced, but for a share of its words.

    Parameters
    ----------
    overlap : float
        The share of different words that stay English: anchors between the two languages.
    """

    def __init__(self, overlap: float = 0.0) -> None:
        if not 0 <= overlap <= 1:
            raise ValueError(f"overlap is {overlap}; expected a share of the words from 0 to 1")
        self.__dict__.update(language("en").__dict__)
        self.code, self.name, self._overlap = FAKE, "fake English", overlap

    def finish(self, text: Text, end: str = "statement") -> Sentence:
        """Write a sentence in the other letters; every part stays where it is."""
        sentence = super().finish(text, end)
        written = list(sentence.text)
        for start, stop in sentence.words:
            word = sentence.text[start:stop]
            if not self._stays(word.lower()):
                written[start:stop] = word.translate(_LETTERS)
        return Sentence("".join(written), sentence.spans, sentence.words)

    def _stays(self, word: str) -> bool:
        digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
        return int.from_bytes(digest) < self._overlap * 2**32


@cache
def fake_english(overlap: float = 0.0) -> FakeEnglish:
    """The fake language with a share of English words.

    Examples
    --------
    >>> from xlmtut.microworld import Statement, Thing
    >>> fake_english().say(Statement("is", Thing("anna"), adjective="happy")).text
    'აოოა იტ თაჟჟშ.'
    """
    return FakeEnglish(overlap)

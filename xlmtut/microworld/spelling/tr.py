"""Turkish: endings take the sound of the word they join (vowel harmony, ``kitap+DA`` → *kitapta*)."""

from __future__ import annotations

import re

from xlmtut.microworld.orthography import Rule

__all__ = ["RULES"]

_WIDE = dict(zip("aıoueiöü", "aaaaeeee", strict=True))  # what A is after a vowel
_HIGH = dict(zip("aıoueiöü", "ııuuiiüü", strict=True))  # what I is
_LOWER = str.maketrans("Iİ", "ıi")
_VOICELESS = "fstkçşhp"


def _join(match: re.Match[str]) -> str:
    """Spell endings: A is a or e, I is one of ı i u ü, D is d or t, (y) stands after a vowel only."""
    word = match.string[: match.start()].translate(_LOWER).lower().rstrip("'")
    stem = len(word)
    for ending in match[0][1:].split("+"):
        ending = re.sub(r"\((\w)\)", r"\1" if word[-1] in _WIDE else "", ending)
        for letter in ending:
            vowel = next(before for before in reversed(word) if before in _WIDE)
            if letter == "D":
                letter = "t" if word[-1] in _VOICELESS else "d"
            word += {"A": _WIDE[vowel], "I": _HIGH[vowel]}.get(letter, letter)
    return word[stem:]


RULES: list[Rule] = [(re.compile(r"(?:\+[\w()]+)+"), _join)]

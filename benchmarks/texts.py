"""Made-up sentences in XNLI's 15 languages: real words, blends of them, and the punctuation of each script.

Word frequencies follow Zipf's law over 5,000 types per language, because a tokenizer that remembers words is
as fast as its text is repetitive.
"""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import accumulate
from pathlib import Path

__all__ = ["LANGUAGES", "sentences"]

_WORDS: dict[str, str] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
LANGUAGES = tuple(_WORDS)
_TYPES = 5000
_WITHOUT_SPACES = {"th", "zh"}
_COMMA = {"ar": "،", "ur": "،", "zh": "，"}
_STOP = {"hi": "।", "ur": "۔", "zh": "。", "th": ""}
_QUESTION = {"ar": "؟", "ur": "؟", "zh": "？", "el": ";"}
_QUOTES = {"de": "„“", "fr": "«»", "ru": "«»", "el": "«»", "zh": "「」", "en": "“”", "sw": '""', "es": "''"}


@cache
def _lexicon(lang: str) -> tuple[list[str], list[float]]:
    """Words, most frequent first, and their cumulative weights."""
    rng = random.Random(lang)
    words = _WORDS[lang].split()
    types = dict.fromkeys(words)
    while len(types) < _TYPES:  # the beginning of one word and the end of another
        first, second = rng.choices(words, k=2)
        third = rng.choice(words) if len(types) > 1000 else ""
        types[first[: rng.randint(1, len(first))] + second[-rng.randint(1, len(second)) :] + third] = None
    return list(types), list(accumulate(1 / (rank + 2.7) for rank in range(len(types))))


def sentences(lang: str, n: int, *, mean_words: int = 14, seed: int = 0) -> list[str]:
    """Make n sentences; the same arguments give the same sentences."""
    rng = random.Random(f"{lang} {seed}")
    words, weights = _lexicon(lang)
    made = []
    for _ in range(n):
        length = max(1, round(rng.gauss(mean_words, mean_words / 2)))
        tokens = rng.choices(words, cum_weights=weights, k=length)
        tokens[0] = tokens[0].capitalize()
        for i, token in enumerate(tokens):
            roll = rng.random()
            if roll < 0.07:
                tokens[i] = token + _COMMA.get(lang, ",")
            elif roll < 0.10:
                tokens[i] = rng.choice(["1999", "3.5", "10,000", "25 %", "2nd", "12:30", "A-4"])
            elif roll < 0.11:
                tokens[i] = f"({token})"
            elif roll < 0.12:
                tokens[i] = token + ". " + rng.choice(words).capitalize()
        if rng.random() < 0.05:
            quotes = _QUOTES.get(lang, '""')
            i = rng.randrange(length)
            tokens[i] = quotes[0] + tokens[i] + quotes[1]
        end = _QUESTION.get(lang, "?") if rng.random() < 0.1 else _STOP.get(lang, ".")
        made.append(("" if lang in _WITHOUT_SPACES else " ").join(tokens) + end)
    return made

"""How scripts write sentences: spelling rules, words with and without spaces, and where the parts stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["REAL_SPACE", "Rule", "Sentence", "Span", "apply_rule", "find_words", "remove_spaces"]

REAL_SPACE = "␣"  # a space that stays in a script written without spaces between words
Rule = tuple[re.Pattern[str], "str | Callable[[re.Match[str]], str]"]
Span = tuple[int, int]
_WORD = re.compile(r"[^\s␣,.;:!?¿¡«»„“”()،؛؟。，、：；？！।۔–—\"]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the places of its parts.

    Attributes
    ----------
    text : str
    spans : dict of str to (int, int)
        Where the roles stand, in characters: ``subject``, ``object``, ``verb``, ``place``, ``time``, and
        parts such as ``object.noun``, ``object.adj``, ``place.name``.
    words : list of (int, int)
        The words, also in scripts that do not separate them; punctuation is part of no word.
    """

    text: str
    spans: dict[str, Span]
    words: list[Span]

    def part(self, tag: str) -> str:
        """The text of a part."""
        start, end = self.spans[tag]
        return self.text[start:end]

    def tokens(self) -> list[Span]:
        """The words and, each by itself, the punctuation marks between and after them."""
        found, position = [], 0
        for start, end in [*self.words, (len(self.text), len(self.text))]:
            found += [(i, i + 1) for i in range(position, start) if not self.text[i].isspace()]
            if end > start:
                found.append((start, end))
            position = end
        return found


def find_words(string: str) -> list[Span]:
    """Where the words stand in a text whose words are separated."""
    return [match.span() for match in _WORD.finditer(string)]


def apply_rule(rule: Rule, string: str, spans: dict[str, Span]) -> tuple[str, dict[str, Span]]:
    """Replace all matches of a spelling rule, and move the spans with the text."""
    regex, replacement = rule
    if not regex.search(string):
        return string, spans
    parts, edits, position = [], [], 0
    for match in regex.finditer(string):
        new = replacement(match) if callable(replacement) else match.expand(replacement)
        parts += [string[position : match.start()], new]
        edits.append((match.start(), match.end(), len(new)))
        position = match.end()
    parts.append(string[position:])

    def moved(offset: int) -> int:
        shift = 0
        for start, end, length in edits:
            if offset <= start:
                break
            if offset < end:  # inside what was replaced: as far from its end as before, where there is room
                return start + shift + max(0, min(length, length - (end - offset)))
            shift += length - (end - start)
        return offset + shift

    return "".join(parts), {tag: (moved(a), moved(b)) for tag, (a, b) in spans.items()}


def remove_spaces(
    string: str, spans: dict[str, Span], words: list[Span]
) -> tuple[str, dict[str, Span], list[Span]]:
    kept = [0]
    for character in string:
        kept.append(kept[-1] + (character != " "))
    text = string.replace(" ", "").replace(REAL_SPACE, " ")
    moved = {tag: (kept[a], kept[b]) for tag, (a, b) in spans.items()}
    return text, moved, [(kept[a], kept[b]) for a, b in words]

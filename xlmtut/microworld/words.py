"""Words with features and forms, and how a language's data file writes them.

An entry is ``"features: form | form | …"``. The section's columns say which features the forms express;
``-`` is a form that the word lacks, ``∅`` one that is empty, ``key=form`` one with features of its own. A
feature that names a **paradigm** makes the forms from a stem: ``~`` in the paradigm stands for the first stem
of the entry, ``~2`` for the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Features", "GrammarError", "Word", "read_section"]

Features = frozenset[str]


class GrammarError(ValueError):
    """A language's data lacks a word, a form or a pattern that a sentence needs."""


@dataclass(eq=False, slots=True)
class Word:
    """A word of a language.

    Attributes
    ----------
    name : str
        The concept, for messages.
    features : frozenset of str
        What it imposes on words that agree with it.
    forms : list of (frozenset of str, str)
        Every form with the features it expresses.
    object : str, optional
        Of a verb: the pattern of its object, if not the usual one.
    """

    name: str
    features: Features
    forms: list[tuple[Features, str]]
    object: str | None = None
    _found: dict[Features, str] = field(default_factory=dict)

    def form(self, features: Features) -> str:
        """The most specific form that fits; of two equally specific ones, the first."""
        found = self._found.get(features)
        if found is None:
            fitting = [(len(key), text) for key, text in self.forms if key <= features]
            if not fitting:
                have = "; ".join(" ".join(sorted(key)) or "(any)" for key, _ in self.forms)
                raise GrammarError(
                    f"{self.name!r} has no form for {' '.join(sorted(features))!r}; it has: {have}"
                )
            found = self._found[features] = max(fitting, key=lambda item: item[0])[1]
        return found


def read_section(data: Mapping[str, Any], section: str) -> dict[str, tuple[Word, ...]]:
    """Read a section of a language's data: for every concept one word, or more in a list."""
    columns, paradigms = data["columns"].get(section, [""]), data.get("paradigms", {})
    return {
        concept: tuple(
            _read_word(concept, entry, columns, paradigms)
            for entry in (entries if isinstance(entries, list) else [entries])
        )
        for concept, entries in data.get(section, {}).items()
    }


def _read_word(
    concept: str,
    entry: str | Mapping[str, str],
    columns: Sequence[str],
    paradigms: Mapping[str, Mapping[str, str]],
) -> Word:
    """Read ``"features: form | form | key=form"``, or a table with ``forms`` and ``object``."""
    object_pattern = None
    if not isinstance(entry, str):
        object_pattern, entry = entry.get("object"), entry["forms"]
    head, colon, rest = entry.rpartition(":")
    features = head.split() if colon else []
    plain, forms = [], []
    for part in (rest if colon else entry).split("|"):
        key, equals, form = part.partition("=")
        if equals:
            forms.append((frozenset(key.split()), _form(form)))
        else:
            plain.append(part.strip())
    paradigm = next((paradigms[f] for f in features if f in paradigms), None)
    if paradigm is None:
        forms += [
            (frozenset(key.split()), _form(form))
            for key, form in zip(columns, plain, strict=False)
            if form != "-"
        ]
        if len(plain) > len(columns):
            raise GrammarError(f"{concept!r} has {len(plain)} forms; its section has {len(columns)} columns")
    else:
        stems = {"~": plain[0], "~2": plain[1] if len(plain) > 1 else plain[0]}
        named = {key for key, _ in forms}
        forms += [
            (frozenset(key.split()), _form(template.replace("~2", stems["~2"]).replace("~", stems["~"])))
            for key, template in paradigm.items()
            if frozenset(key.split()) not in named
        ]
    return Word(concept, frozenset(f for f in features if f not in paradigms), forms, object_pattern)


def _form(text: str) -> str:
    return "" if text.strip() == "∅" else text.strip()

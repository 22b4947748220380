"""The microworld: a small world whose facts are known, told in 15 languages, as data for every task.

It is synthetic. What it is for: the truth is known, all languages say the same, and a laptop suffices.

``ontology`` (concepts) → ``world`` (statements, inference) → ``draw``, ``stories``, ``nli`` (what is said, at
random) → ``realize`` with ``grammar`` and ``languages/`` (how it is said) → ``examples``, ``data`` (rows).
"""

from __future__ import annotations

from xlmtut.microworld.data import SIZES, load, rows
from xlmtut.microworld.realize import HELD_OUT, Language, language, languages
from xlmtut.microworld.world import LABELS, Facts, Statement, Thing

__all__ = [
    "HELD_OUT",
    "LABELS",
    "SIZES",
    "Facts",
    "Language",
    "Statement",
    "Thing",
    "language",
    "languages",
    "load",
    "rows",
]

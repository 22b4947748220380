"""Published results and the errata of the source article, as data with their sources.

Nothing here was measured by this project. Every row of a table names where it was printed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pandas as pd

__all__ = ["Erratum", "errata", "source_program", "table", "tables"]


@dataclass(frozen=True)
class Erratum:
    """One correction of the source article.

    Attributes
    ----------
    number : int
        The erratum's number, from 1; it never changes once published.
    sections : tuple of str
        The sections of the source article that contain the statement.
    says : str
        What the source says, in our words or in a short quotation (Markdown).
    correct : str
        What is right instead (Markdown; may hold citations of the book's bibliography).
    """

    number: int
    sections: tuple[str, ...]
    says: str
    correct: str


def errata() -> list[Erratum]:
    """All errata of the source article, in order of their numbers.

    Examples
    --------
    >>> errata()[0].correct
    'XLM stands for *cross-lingual language model* {cite:p}`conneau2019xlm`.'
    """
    return [
        Erratum(row["number"], tuple(row["sections"]), row["says"], row["correct"])
        for row in _errata_file()["erratum"]
    ]


def source_program() -> str:
    """The program of the source article's section 5.2, as printed there (its comments translated).

    It is quoted to be examined: several errata are about it, and it does not run.

    Examples
    --------
    >>> source_program().count("...")  # its two data loaders
    2
    """
    return str(_errata_file()["program"])


def _errata_file() -> dict[str, Any]:
    return tomllib.loads((files(__name__) / "errata.toml").read_text(encoding="utf-8"))


def tables() -> list[str]:
    """The names that :func:`table` accepts."""
    return sorted(f.name.removesuffix(".csv") for f in files(__name__).iterdir() if f.name.endswith(".csv"))


def table(name: str) -> pd.DataFrame:
    """A table of published results; the column ``source`` says where each row was printed.

    Parameters
    ----------
    name : str
        One of :func:`tables`, for example ``"xnli"``.

    Raises
    ------
    ValueError
        If there is no table of that name.

    Examples
    --------
    >>> xnli = table("xnli").set_index(["setting", "model"])
    >>> float(xnli.loc[("zero-shot", "XLM (MLM+TLM)"), "sw"])
    68.4
    """
    if name not in tables():
        raise ValueError(f"no published table {name!r}; expected one of {', '.join(tables())}")
    return pd.read_csv(files(__name__) / f"{name}.csv")

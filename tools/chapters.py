"""The book's pages as their sources have them: which they are, their cells, and where their labels lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from docutils.nodes import make_id
from jupytext.myst import myst_to_notebook
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
EQUATION = re.compile(r"\$\$\s*\(([\w:-]+)\)\s*$", re.M)


@dataclass(frozen=True)
class Target:
    """What a label stands for: a place in the published book, and the words that name it."""

    page: str
    anchor: str
    words: str


def settings(root: Path = ROOT) -> dict[str, Any]:
    """The contents of ``_config.yml``."""
    return dict(yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8")))


def book_address(root: Path = ROOT) -> str:
    """Where the book is published: the GitHub Pages of the repository that ``_config.yml`` names."""
    owner, repository = settings(root)["repository"]["url"].rstrip("/").split("/")[-2:]
    return f"https://{owner}.github.io/{repository}/"


def pages(root: Path = ROOT) -> list[Path]:
    """The sources of all pages, in the order of ``_toc.yml``."""

    def names(entry: Any) -> Iterator[str]:
        if isinstance(entry, dict):
            for key in ("root", "file"):
                if key in entry:
                    yield entry[key]
            entry = [entry.get(key, []) for key in ("parts", "chapters", "sections")]
        for child in entry:
            yield from names(child)

    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [root / f"{name}.md" for name in names(toc)]


def has_code(page: Path) -> bool:
    """Whether a page is a notebook."""
    return "\nkernelspec:" in page.read_text(encoding="utf-8")


def notebooks(root: Path = ROOT) -> list[Path]:
    """The sources of the pages that are notebooks, in order."""
    return [page for page in pages(root) if has_code(page)]


def read(page: Path) -> NotebookNode:
    """The cells of a page; each cell's metadata has the ``line`` of the file on which it starts."""
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    notebook: NotebookNode = myst_to_notebook(text, add_source_map=True)
    for cell, line in zip(notebook.cells, notebook.metadata.pop("source_map"), strict=True):
        while cell.cell_type == "markdown" and not lines[line]:
            line += 1
        cell.metadata["line"] = line + 1
    return notebook


def figure(cell: NotebookNode) -> dict[str, Any]:
    """Name and caption of the figure that a code cell draws; empty if it draws none for the book."""
    return dict(cell.metadata.get("mystnb", {}).get("figure", {}))


def title(markdown: str) -> str:
    """The text of a page's first heading, without markup."""
    match = re.search(r"^# (.+)$", markdown, re.M)
    return plain(match[1]) if match else ""


def plain(text: str) -> str:
    """A heading without the marks of code and math."""
    return re.sub(r"[`$*]", "", text).strip()


def targets(root: Path = ROOT) -> dict[str, Target]:
    """Every label of the book."""
    found: dict[str, Target] = {}
    figures = equations = 0
    for source in pages(root):
        page = source.relative_to(root).with_suffix("").as_posix()
        text = source.read_text(encoding="utf-8")
        for label, following in re.findall(r"^\(([\w:-]+)\)=\s*\n+(.*)$", text, re.M):
            found[label] = Target(page, make_id(label), plain(following.lstrip("# ")))
        for label in EQUATION.findall(text):
            equations += 1  # the book numbers equations and figures through
            found[label] = Target(page, make_id(f"equation-{label}"), f"({equations})")
        for words, label in re.findall(r"^`{3,}\{exercise-start\} (.+)\n:label: (\S+)", text, re.M):
            found[label] = Target(page, label, f"Exercise {words}")
        for number in re.findall(r"^`{3,}\{erratum\} (\d+)", text, re.M):
            label = f"erratum-{int(number):02d}"
            found[label] = Target(page, label, f"Erratum {number}")
        if not has_code(source):
            continue
        for drawn in filter(None, map(figure, read(source).cells)):
            figures += 1
            found[drawn["name"]] = Target(page, make_id(drawn["name"]), f"Fig. {figures}")
    return found

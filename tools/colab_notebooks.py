"""Write ``notebooks/``: every page with code as a notebook for Colab, without outputs, in plain Markdown.

``--check`` writes nothing and fails if a notebook is not what the sources say now.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from chapters import ROOT, figure, notebooks, read, settings
from nbformat import NotebookNode
from plain_markdown import Book, Converter, UnknownConstruct

NOT_SHOWN = {"remove-cell", "book-only"}
GATE = re.compile(r"^(`{3,})\{(exercise|solution)-(start|end)\} ?(.*)\n(?:.*\n)*?\1 *$", re.M)
METADATA = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": [], "toc_visible": True},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
OPENING = """\
*This is the notebook of [a page of the book]({page}). The page has the figures and results ready to read.*

The next cell installs the book's package, `xlmtut`, if it is missing, and leaves this machine's PyTorch and
NumPy as they are. Then it shows what the notebook runs on: Python, PyTorch, the GPU and its memory (`none` is
fine, only slower), and the profile. The profile `mini` needs nothing else; `full` uses a GPU and published
checkpoints, where a page has a use for them."""
INSTALL = """\
import importlib.util

if importlib.util.find_spec("xlmtut") is None:
    %pip install -q "xlmtut @ git+{repository}"

import xlmtut as xt

xt.environment()"""


def node(content: dict[str, Any]) -> NotebookNode:
    """A part of a notebook."""
    made: NotebookNode = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
    return made


def markdown(text: str) -> NotebookNode:
    """A text cell."""
    return node({"cell_type": "markdown", "metadata": {}, "source": text})


def code(text: str) -> NotebookNode:
    """A code cell that has not run."""
    return node({"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": text})


def cells(page: Path, book: Book) -> Iterator[NotebookNode]:
    """The cells of a page's notebook, without the opening ones."""
    converter = Converter(book, page)
    in_solution = False
    for cell in read(page).cells:
        line = cell.metadata["line"]
        if cell.cell_type == "code":
            if not in_solution and not NOT_SHOWN & set(cell.metadata.get("tags", [])):
                yield code(cell.source)
                if drawn := figure(cell):
                    number = book.targets[drawn["name"]].words
                    yield markdown(f"**{number}** {converter.text(drawn['caption'].strip(), line)}")
            continue
        position = 0
        for gate in GATE.finditer(cell.source + "\n"):
            before = cell.source[position : gate.start()]
            if not in_solution and before.strip():
                yield markdown(converter.text(before, line + cell.source.count("\n", 0, position)))
            position = gate.end()
            at = line + cell.source.count("\n", 0, gate.start())
            kind, edge, argument = gate.group(2, 3, 4)
            in_solution = (kind, edge) == ("solution", "start")
            if (kind, edge) == ("exercise", "start"):
                exercise = argument.split()[0]
                yield markdown(f"### Exercise {converter.inline(argument, at)}")
            elif (kind, edge) == ("exercise", "end"):
                yield code(f'answer = ...\nxt.check("{exercise}", answer)')
                solution = book.url(converter.beside("solutions"), f"solution-{exercise}")
                yield markdown(f"[Solution]({solution})")
        rest = cell.source[position:]
        if not in_solution and rest.strip():
            yield markdown(converter.text(rest, line + cell.source.count("\n", 0, position)))


def merged(cells: Iterator[NotebookNode]) -> Iterator[NotebookNode]:
    """Neighbouring text cells made one."""
    last: NotebookNode | None = None
    for cell in cells:
        if last is not None and last.cell_type == cell.cell_type == "markdown":
            last.source += "\n\n" + cell.source
            continue
        if last is not None:
            yield last
        last = cell
    if last is not None:
        yield last


def colab_notebook(page: Path, book: Book) -> str:
    """The notebook of a page, as the text of its file."""
    body = list(merged(cells(page, book)))
    title, _, rest = body[0].source.partition("\n")
    opening = OPENING.format(page=book.url(Converter(book, page).page))
    install = INSTALL.format(repository=settings(book.root)["repository"]["url"])
    body[0].source = rest.strip("\n")
    # version 4.4, the last whose cells need no ids: an id would change with every edit
    all_cells = [markdown(f"{title}\n\n{opening}"), code(install), *body]
    notebook = node({"cells": all_cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 4})
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def main(options: Sequence[str] | None = None) -> int:
    """Write the notebooks, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which notebooks are out of date")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder with _toc.yml")
    arguments = parser.parse_args(options)
    folder = arguments.root / "notebooks"
    book = Book(arguments.root)
    try:
        wanted = {f"{page.stem}.ipynb": colab_notebook(page, book) for page in notebooks(arguments.root)}
    except UnknownConstruct as error:
        print(error, file=sys.stderr)
        return 1
    present = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.ipynb")}
    stale = sorted(name for name in {*wanted, *present} if wanted.get(name) != present.get(name))
    if arguments.check:
        if stale:
            print(f"out of date: {', '.join(stale)}; run `make notebooks` and commit them", file=sys.stderr)
        return 1 if stale else 0
    folder.mkdir(exist_ok=True)
    for name in stale:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())

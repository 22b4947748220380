"""Write the executed notebooks of the book, outputs included, for nbval to run again and compare.

The outputs come from the execution cache of the last build. A page that is not in the cache, or a code cell
that did not run, is an error: nbval would skip such a cell and report success.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from chapters import ROOT, notebooks, read
from jupyter_cache import get_cache
from nbformat import NotebookNode


def unrun_cells(notebook: NotebookNode) -> list[int]:
    """The positions, from 1, of the code cells that have not run."""
    return [
        number
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
    ]


def executed(page: Path, cache: Path) -> NotebookNode:
    """A page with the outputs of its last run.

    Raises
    ------
    ValueError
        If the page, as it is now, is not in the cache, or if a code cell did not run.
    """
    notebook = read(page)
    for cell in notebook.cells:
        del cell.metadata["line"]  # the cache compares metadata
    try:
        merged: NotebookNode = get_cache(str(cache)).merge_match_into_notebook(notebook)[1]
    except KeyError:
        raise ValueError(f"{page.name} has not run as it is now; run `make book` first") from None
    if unrun := unrun_cells(merged):
        raise ValueError(f"{page.name}: code cells that did not run: {', '.join(map(str, unrun))}")
    return merged


def main(options: Sequence[str] | None = None) -> int:
    """Write all notebooks, or say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder with _toc.yml")
    root = parser.parse_args(options).root
    folder = root / "_build" / "nbval"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wrong = 0
    for page in notebooks(root):
        try:
            notebook = executed(page, root / "_build" / ".jupyter_cache")
        except ValueError as error:
            print(error, file=sys.stderr)
            wrong += 1
        else:
            nbformat.write(notebook, folder / f"{page.stem}.ipynb")  # type: ignore[no-untyped-call]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

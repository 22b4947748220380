"""Ends each entry of the API reference with links to the chapters whose code uses it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import jupytext
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def names_used(code: str) -> Iterator[str]:
    """The full names of what a cell takes from the package, under whatever alias.

    >>> sorted(names_used("import xlmtut as xt; from xlmtut import plots; plots.f(xt.g(1))"))
    ['xlmtut.g', 'xlmtut.plots', 'xlmtut.plots.f']
    """
    aliases = {"xt": "xlmtut", "plots": "xlmtut.plots"}  # a chapter imports them in its first cell
    lines = [line for line in code.splitlines() if not line.lstrip().startswith(("%", "!"))]
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "xlmtut":
            for name in node.names:
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
                yield f"{node.module}.{name.name}"
        elif isinstance(node, ast.Attribute):
            root, _, rest = ast.unparse(node).partition(".")
            if root in aliases and rest.replace(".", "").isidentifier():
                yield f"{aliases[root]}.{rest}"


def note_uses(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Read the code cells of all pages, before any page is parsed."""
    uses: dict[str, list[str]] = defaultdict(list)
    for page in sorted(env.found_docs):
        file = env.doc2path(page)
        if not file.endswith(".md"):
            continue
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        if "\nkernelspec:" not in text:
            continue
        cells = jupytext.reads(text, fmt="md:myst").cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        for name in sorted({name for source in code for name in names_used(source)}):
            uses[name].append(page)
    app.env.xlmtut_uses = dict(uses)  # type: ignore[attr-defined]


def add_links(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Write the line under one docstring."""
    uses = app.env.xlmtut_uses  # type: ignore[attr-defined]
    if what not in ("class", "function"):
        return
    short = f"xlmtut.{name.rpartition('.')[2]}"
    pages = sorted({*uses.get(name, []), *uses.get(short, [])})
    if pages:
        lines += ["", "*Used in:* " + " · ".join(f":doc:`/{page}`" for page in pages), ""]


def ignore_other_libraries(app: Sphinx, config: Any) -> None:
    """Names of other libraries in signatures and docstrings have no page here to link to."""
    config.nitpick_ignore_regex = [*config.nitpick_ignore_regex, ("py:.*", r"(?!xlmtut\.).*")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, after Napoleon has rewritten the docstrings."""
    app.connect("config-inited", ignore_other_libraries)
    app.connect("env-before-read-docs", note_uses)
    app.connect("autodoc-process-docstring", add_links, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

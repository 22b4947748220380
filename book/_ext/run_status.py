"""What building the book took: the ``{runtime}`` role and the ``{status}`` directive.

Times are those that myst-nb noted when a page was executed (they stay with the execution cache); peak memory
is the value ``peak_memory_mb`` that a chapter's last cell glues.
"""

from __future__ import annotations

import ast
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)
PACKAGES = ("torch", "transformers", "numpy", "matplotlib", "jupyter-book", "Sphinx", "myst-nb")


class Runtime(nodes.Inline, nodes.TextElement):
    """Stands for the run time of the page ``page`` until that page has run."""


class Status(nodes.General, nodes.Element):
    """Stands for the table ``table`` until every page has run."""


class RuntimeRole(SphinxRole):
    """``{runtime}`01_background``` is how long that page ran, in words."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a placeholder."""
        node = Runtime(page=beside(self.env.docname, self.text))
        self.set_source_info(node)
        return [node], []


class StatusDirective(SphinxDirective):
    """``{status} pages``: run time and peak memory of every page; ``{status} versions``: what they ran on."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        return [Status(table=directives.choice(self.arguments[0], ("pages", "versions")))]


def beside(docname: str, name: str) -> str:
    """The page with this name in the folder of another."""
    return f"{docname.rpartition('/')[0]}/{name}".lstrip("/")


def in_words(seconds: float) -> str:
    """A duration that a reader grasps.

    >>> in_words(0.4), in_words(7.6), in_words(130)
    ('less than a second', '8 seconds', '2 minutes 10 seconds')
    """
    if seconds < 1:
        return "less than a second"
    minutes, rest = divmod(round(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count)


class FillIn(SphinxPostTransform):
    """Replace the placeholders, now that every page has been read and run."""

    default_priority = 8

    def run(self, **kwargs: Any) -> None:
        """Do it for one page."""
        for role in list(self.document.findall(Runtime)):
            seconds = self.seconds(role["page"])
            if seconds is None:
                logger.warning("the page %s has not run", role["page"], location=role)
            role.replace_self(nodes.Text("(not run)" if seconds is None else in_words(seconds)))
        for placeholder in list(self.document.findall(Status)):
            placeholder.replace_self(self.pages() if placeholder["table"] == "pages" else self.versions())

    def seconds(self, page: str) -> float | None:
        """How long a page ran."""
        run = NbMetadataCollector.get_doc_data(self.env)[page].get("exec_data") or {}
        return run.get("runtime")

    def memory(self, page: str) -> str:
        """The peak memory of a page, as glued by its last cell."""
        file = Path(self.env.mystnb_config.output_folder, f"{page}.glue.json")  # type: ignore[attr-defined]
        values = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if "peak_memory_mb" not in values:
            return "–"
        return f"{ast.literal_eval(values['peak_memory_mb']['data']['text/plain']):,} MB"

    def pages(self) -> nodes.table:
        """The table of the pages, in reading order."""
        rows: list[list[nodes.Node]] = []
        for page in self.env.toctree_includes.get(self.env.config.root_doc, []):
            seconds = self.seconds(page)
            if seconds is not None:
                xref = addnodes.pending_xref(
                    "",
                    nodes.inline("", self.env.titles[page].astext()),
                    refdomain="std",
                    reftype="doc",
                    reftarget=f"/{page}",
                    refexplicit=True,
                    refwarn=True,
                    refdoc=self.env.docname,
                )
                rows.append([xref, nodes.Text(in_words(seconds)), nodes.Text(self.memory(page))])
        return table(["Page", "Run time", "Peak memory"], rows)

    def versions(self) -> nodes.table:
        """The table of what the pages ran on."""
        facts = {
            "Python": platform.python_version(),
            "Platform": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores",
            **{name: version(name) for name in PACKAGES},
        }
        return table(["What", "Version"], [[nodes.Text(k), nodes.Text(v)] for k, v in facts.items()])


def table(head: list[str], rows: list[list[nodes.Node]]) -> nodes.table:
    """A table from its cells."""

    def line(cells: list[nodes.Node]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))

    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", line([nodes.Text(cell) for cell in head]))
    group += nodes.tbody("", *(line(row) for row in rows))
    return nodes.table("", group, classes=["colwidths-auto"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_role("runtime", RuntimeRole())
    app.add_directive("status", StatusDirective)
    app.add_node(Runtime)
    app.add_node(Status)
    app.add_post_transform(FillIn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The ``{mermaid}`` directive: a diagram that is drawn offline, from ``file://``, in light and dark.

Mermaid itself is the classic script under ``book/_static/vendor`` (its module build does not load from
``file://``); ``book/_static/diagrams.js`` runs it.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator


class Diagram(nodes.General, nodes.Element):
    """A Mermaid diagram: its source is ``code``, the sentence for blind readers ``alt``."""


class MermaidDirective(SphinxDirective):
    """A Mermaid diagram. ``:alt:`` is required: one sentence that says what the diagram shows."""

    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        self.assert_has_content()
        if "alt" not in self.options:
            raise self.error("the diagram needs an :alt: text that says what it shows")
        return [Diagram(code="\n".join(self.content), alt=" ".join(self.options["alt"].split()))]


def visit(self: HTML5Translator, node: Diagram) -> None:
    """Write the source, for the script to draw."""
    attributes = {"class": "mermaid", "role": "img", "aria-label": node["alt"], "style": "text-align: center"}
    self.body.append(self.starttag(node, "div", "", **attributes))
    self.body.append(f"{self.encode(node['code'])}</div>\n")
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load Mermaid on the pages with a diagram only: it is large."""
    if doctree is not None and doctree.next_node(Diagram):
        app.add_js_file("vendor/mermaid/mermaid.min.js", loading_method="defer")
        app.add_js_file("diagrams.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_node(Diagram, html=(visit, None))
    app.add_directive("mermaid", MermaidDirective, override=True)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

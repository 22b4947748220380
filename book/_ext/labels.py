"""Links such as ``[text](page.md#label)`` reach every label of a page, not only its headings."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def add_labels(app: Sphinx, document: nodes.document) -> None:
    """Put the page's explicit labels beside its headings, where MyST looks for the target of such a link."""
    targets = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for name, explicit in document.nametypes.items():
        if explicit and document.nameids.get(name):
            targets.setdefault(name, (None, document.nameids[name], name))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("doctree-read", add_labels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The ``{erratum}`` directive: one entry of the errata page, from the data in ``xlmtut.published``."""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from xlmtut.published import errata


class ErratumDirective(SphinxDirective):
    """``{erratum} 7`` shows the seventh erratum under the label ``erratum-07``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the entry; its texts are Markdown and may cite."""
        rows = {str(row.number): row for row in errata()}
        row = rows.get(self.arguments[0])
        if row is None:
            raise self.error(f"there is no erratum {self.arguments[0]!r}; expected 1 to {len(rows)}")
        entry = nodes.admonition(classes=["erratum"], names=[f"erratum-{row.number:02d}"])
        self.state.document.note_explicit_target(entry)
        entry += nodes.title("", f"Erratum {row.number} · source, section {', '.join(row.sections)}")
        for label, text in (("The source says", row.says), ("Correct", row.correct)):
            lines = StringList([f"**{label}:** {text}"], source=self.get_source_info()[0])
            self.state.nested_parse(lines, self.content_offset, entry)
        self.add_name(entry)
        return [entry]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("erratum", ErratumDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

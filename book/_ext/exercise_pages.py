"""How exercises look: ``Exercise 04-2 · Title`` with its ``Solution``, and the page of all solutions.

The exercises themselves are sphinx-exercise's. The ``{solutions}`` directive takes the name of a chapter and
shows that chapter's solutions, outputs included, each under a link to its exercise.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import exercise_node, exercise_title, solution_node, solution_title

logger = logging.getLogger(__name__)


class Solutions(nodes.General, nodes.Element):
    """Stands for the solutions of the chapter ``chapter`` until all pages have been read."""


class SolutionsDirective(SphinxDirective):
    """The solutions of one chapter, from its source."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder: the chapter may not have been read yet."""
        folder = self.env.docname.rpartition("/")[0]
        node = Solutions(chapter=f"{folder}/{self.arguments[0]}".lstrip("/"))
        self.set_source_info(node)
        return [node]


def name_exercises(app: Sphinx, document: nodes.document) -> None:
    """Give every exercise and solution its final title."""
    for node in document.findall(exercise_node):
        if isinstance(node[0], exercise_title):
            title = nodes.title("", "Exercise ", *node[0][1].children)
            node["title"] = title.astext()  # what {ref} shows
            node[0] = title
        unwrap(node)
    for node in document.findall(solution_node):
        if isinstance(node[0], solution_title):
            node[0] = nodes.title("", "Solution")
        unwrap(node)


def unwrap(node: nodes.Element) -> None:
    """Free the content from its section, whose id sphinx-exercise repeats in a page."""
    node += node.pop().children


class CollectSolutions(SphinxPostTransform):
    """Replace each placeholder by the solutions of its chapter."""

    default_priority = 1  # before everything that renders outputs and resolves references

    def run(self, **kwargs: Any) -> None:
        """Do it for one page."""
        for placeholder in list(self.document.findall(Solutions)):
            solutions = self.solutions(placeholder["chapter"], placeholder)
            placeholder.replace_self(solutions)

    def solutions(self, chapter: str, placeholder: Solutions) -> list[nodes.Node]:
        """Copies of the solutions of a chapter, fit for this page."""
        if chapter not in self.env.found_docs:
            logger.warning("there is no chapter %s to take solutions from", chapter, location=placeholder)
            return []
        document = self.env.get_doctree(chapter)
        address = self.app.builder.get_relative_uri(self.env.docname, chapter)
        titles = {node["label"]: node[0] for node in document.findall(exercise_node)}
        found: list[nodes.Node] = []
        for solution in list(document.findall(solution_node)):
            exercise = solution["target_label"]
            link = nodes.reference("", "", internal=True, refuri=f"{address}#{exercise}")
            link += [child.deepcopy() for child in titles[exercise].children]
            solution[0] = nodes.title("", "", link)
            solution["classes"] = ["solution"]  # not folded here
            solution["ids"] = [f"solution-{exercise.removeprefix('ex-')}"]
            self.move(solution, chapter, address)
            found.append(solution)
        return found

    def move(self, solution: nodes.Element, chapter: str, address: str) -> None:
        """Make the references in a solution work from this page."""
        for reference in solution.findall(nodes.reference):
            if "refid" in reference:
                reference["refuri"] = f"{address}#{reference.attributes.pop('refid')}"
        for pending in solution.findall(addnodes.pending_xref):
            pending["refdoc"] = self.env.docname
        if solution.next_node(nodes.math) or solution.next_node(nodes.math_block):
            self.env.get_domain("math").data["has_equations"][self.env.docname] = True


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, before sphinx-exercise notes the titles."""
    app.connect("doctree-read", name_exercises, priority=400)
    app.add_directive("solutions", SolutionsDirective)
    app.add_node(Solutions)
    app.add_post_transform(CollectSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

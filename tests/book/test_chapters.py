"""What every chapter's source must have, and what its run must have produced."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chapters import figure, notebooks, read, title
from executed_notebooks import executed
from nbformat import NotebookNode

from xlmtut.published import errata

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {page.stem: page for page in notebooks()}
CHAPTERS = {name: page for name, page in NOTEBOOKS.items() if name[0].isdigit()}
FRONT_MATTER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# """
EVERY_NOTEBOOK = pytest.mark.parametrize("name", NOTEBOOKS)
EVERY_CHAPTER = pytest.mark.parametrize("name", CHAPTERS)


def text(name: str) -> str:
    return NOTEBOOKS[name].read_text(encoding="utf-8")


def code_cells(name: str) -> list[NotebookNode]:
    return [cell for cell in read(NOTEBOOKS[name]).cells if cell.cell_type == "code"]


def ran(name: str) -> NotebookNode:
    """A page with the outputs of its last run."""
    return executed(NOTEBOOKS[name], ROOT / "_build" / ".jupyter_cache")


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def shown(cell: NotebookNode) -> str:
    """The text that a cell printed or returned; a figure's own text does not count."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        texts.append(output.get("text", ""))
        if "image/png" not in data:
            texts += [str(data.get(kind, "")) for kind in ("text/plain", "text/html", "text/markdown")]
    return "".join(texts)


def exercises(name: str) -> list[str]:
    return re.findall(r"^`{3,}\{exercise-start\} (\S+) · \S", text(name), re.M)


# ---- the sources ------------------------------------------------------------------------------------------


@EVERY_NOTEBOOK
def test_front_matter_is_the_same_everywhere(name: str) -> None:
    assert text(name).startswith(FRONT_MATTER)


@EVERY_CHAPTER
def test_a_chapter_has_goals_summary_and_exercises(name: str) -> None:
    opening = text(name).split("```{code-cell}")[0]
    assert ":::{admonition} In this chapter\n:class: tip\n" in opening
    goals = opening.split("In this chapter")[1].split("\n:::")[0]
    assert 3 <= len(re.findall(r"^- ", goals, re.M)) <= 5
    assert f"{{runtime}}`{name}`" in goals
    headings = re.findall(
        r"^#{1,2} (.+)$", re.sub(r"^(`{3,}).*?^\1$", "", text(name), flags=re.M | re.S), re.M
    )
    assert headings[-2:] == ["Summary", "Exercises"]
    number = name.rpartition("_")[0].lstrip("0").replace("_", ".")  # 4, or 5.1
    assert headings[0].startswith(f"{number} ")
    assert all(heading.startswith(f"{number}.") for heading in headings[1:-2])
    assert 3 <= len(exercises(name)) <= 6


@EVERY_CHAPTER
def test_each_exercise_has_a_label_and_a_solution_that_checks_it(name: str) -> None:
    chapter = name.rpartition("_")[0]
    source = text(name)
    ids = exercises(name)
    assert ids == [f"{chapter}-{number}" for number in range(1, len(ids) + 1)]
    assert re.findall(r"\{exercise-start\} .+\n:label: (\S+)\n:nonumber:\n", source) == [
        f"ex-{i}" for i in ids
    ]
    solutions = re.findall(r"\{solution-start\} (\S+)\n:class: dropdown\n(.*?)\{solution-end\}", source, re.S)
    assert [label for label, _ in solutions] == [f"ex-{i}" for i in ids]
    for id, (_, solution) in zip(ids, solutions, strict=True):
        statement = source.split(f"{{exercise-start}} {id} ")[1].split("{exercise-end}")[0]
        assert f'xt.check("{id}"' in statement, "the statement says what to pass"
        assert f'xt.check("{id}",' in solution
    listed = f"## {title(source)}\n\n```{{solutions}} {name}\n"
    assert listed in (ROOT / "book" / "solutions.md").read_text(encoding="utf-8")


@EVERY_CHAPTER
def test_a_chapter_ends_by_recording_its_memory(name: str) -> None:
    last = read(NOTEBOOKS[name]).cells[-1]
    assert last.source == "xt.record_memory()"
    assert tags(last) == {"remove-cell", "nbval-ignore-output"}


@EVERY_NOTEBOOK
def test_cells_are_short(name: str) -> None:
    long = {cell.metadata["line"]: len(cell.source.splitlines()) for cell in code_cells(name)}
    assert {line: length for line, length in long.items() if length > 15} == {}


@EVERY_NOTEBOOK
def test_every_figure_has_a_name_a_caption_and_a_text_for_blind_readers(name: str) -> None:
    for cell in code_cells(name):
        if "plt.show()" not in cell.source:
            continue
        line = cell.metadata["line"]
        drawn, alt = figure(cell), cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert drawn.get("name", "").startswith("fig-"), f"line {line}"
        assert len(drawn.get("caption", "")) > 20, f"line {line}: caption"
        assert len(alt) > 20, f"line {line}: alt"
        assert alt.strip() != drawn["caption"].strip(), f"line {line}: the caption is no description"


@EVERY_NOTEBOOK
def test_few_outputs_escape_the_comparison(name: str) -> None:
    cells = code_cells(name)
    for cell in cells:
        line = cell.metadata["line"]
        assert not tags(cell) & {"nbval-skip", "skip-execution", "raises-exception"}, f"line {line}"
        assert not re.search(r"NBVAL_|PYTEST_VALIDATE", cell.source), f"line {line}"
    ignored = sum("nbval-ignore-output" in tags(cell) for cell in cells)
    assert ignored < len(cells) / 5, "only for what depends on the machine: times and memory"


# ---- the errata page --------------------------------------------------------------------------------------


def test_every_erratum_stands_once_on_its_page() -> None:
    entries = [int(number) for number in re.findall(r"^`{3,}\{erratum\} (\d+)\n", text("errata"), re.M)]
    assert sorted(entries) == [row.number for row in errata()] == list(range(1, 48))


def test_at_least_fifteen_errata_are_run_and_asserted() -> None:
    assert re.search(r"def confirm\(number, fact\):(\n    .*)*\n    assert fact", text("errata"))
    current, asserted = 0, set()
    for cell in ran("errata").cells:
        if cell.cell_type == "markdown":
            numbers = re.findall(r"\{erratum\} (\d+)", cell.source)
            current = int(numbers[-1]) if numbers else current
        elif current and re.search(rf"^\s*(assert |confirm\({current},)", cell.source, re.M):
            asserted.add(current)
    assert len(asserted) >= 15, sorted(asserted)


# ---- the run ----------------------------------------------------------------------------------------------


@EVERY_NOTEBOOK
def test_every_figure_was_drawn(name: str) -> None:
    for cell in ran(name).cells:
        images = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        assert len(images) == bool(cell.cell_type == "code" and figure(cell)), cell.source


@EVERY_CHAPTER
def test_every_solution_is_right(name: str) -> None:
    printed = "\n".join(shown(cell) for cell in ran(name).cells if cell.cell_type == "code")
    verdicts = re.findall(rf"^({name.rpartition('_')[0]}-\d+): (.*)$", printed, re.M)
    assert [id for id, verdict in verdicts if verdict == "right"] == exercises(name)


def test_nbval_compares_enough_outputs() -> None:
    compared = {
        name: sum(
            bool(shown(cell)) and "nbval-ignore-output" not in tags(cell)
            for cell in ran(name).cells
            if cell.cell_type == "code"
        )
        for name in NOTEBOOKS
    }
    assert sum(compared.values()) >= 60, compared
    assert all(compared.values()), compared

"""What the helpers leave in a notebook, and what they do without one."""

from __future__ import annotations

import ast
import inspect

import pytest

import xlmtut as xt

pytest.importorskip("myst_nb")
nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

CELLS = [
    "import xlmtut as xt",
    "xt.glue('crossing_length', 6144)",
    "xt.show_source(xt.causal_mask)",
    "xt.record_memory()",
]


@pytest.fixture(scope="module")
def outputs() -> list[dict]:
    """The one output of each cell after the first, from a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    return [cell.outputs[0] for cell in notebook.cells[1:]]


def test_glue_stores_without_showing(outputs: list[dict]) -> None:
    assert outputs[0]["metadata"]["scrapbook"]["name"] == "crossing_length"
    assert outputs[0]["data"] == {"application/papermill.record/text/plain": "6144"}


def test_source_is_highlighted(outputs: list[dict]) -> None:
    text = outputs[1]["data"]["text/markdown"]
    assert text.startswith("```python\ndef causal_mask(n: int, m: int | None = None) -> Tensor:")
    assert text.endswith("\n```")


def test_memory_is_stored_and_plausible(outputs: list[dict]) -> None:
    assert outputs[2]["metadata"]["scrapbook"]["name"] == "peak_memory_mb"
    assert 50 < int(outputs[2]["data"]["application/papermill.record/text/plain"]) < 5000


def test_memory_is_this_process_s_own(capsys: pytest.CaptureFixture[str]) -> None:
    """An allocation of 300 MB shows up in the record (and stays: it is a peak)."""
    block = bytearray(300 * 2**20)
    block[::4096] = b"x" * len(block[::4096])  # touch every page
    del block
    xt.record_memory()
    assert int(capsys.readouterr().out.removeprefix("peak_memory_mb = ")) >= 300


def test_without_a_notebook_glue_prints(capsys: pytest.CaptureFixture[str]) -> None:
    xt.glue("x", 0.5)
    assert capsys.readouterr().out == "x = 0.5\n"


@pytest.mark.parametrize("name", ["", "two words", "1st"])
def test_glue_names_are_identifiers(name: str) -> None:
    with pytest.raises(ValueError, match="expected a Python identifier"):
        xt.glue(name, 1)


@pytest.mark.parametrize("thing", [xt.scaled_dot_product_attention, xt.MultiHeadAttention, xt.model])
def test_shown_source_is_the_code_with_short_docstrings(
    thing: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without docstrings, what is shown and what runs are the same program."""
    xt.show_source(thing)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    assert "Parameters" not in shown

    def program(source: str) -> str:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
                del node.body[0]
        return ast.dump(tree)

    assert program(shown) == program(inspect.getsource(thing))  # type: ignore[arg-type]


@pytest.mark.parametrize("thing", [len, 3])
def test_no_source(thing: object) -> None:
    with pytest.raises(ValueError, match=r"no Python source for .*; expected a function, class or module"):
        xt.show_source(thing)  # type: ignore[arg-type]


def test_glue_turns_scalars_into_python_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np
    import torch

    for value in (0.5, np.float64(0.5), np.float32(0.5), torch.tensor(0.5)):
        xt.glue("half", value)
    assert capsys.readouterr().out == "half = 0.5\n" * 4

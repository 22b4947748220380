"""The Colab notebooks: plain Markdown, links that lead into the book, up to date, and able to run alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from chapters import book_address, notebooks, targets
from colab_notebooks import main
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
SAMPLE = Path(__file__).parent / "sample"
NOTEBOOKS = {page.stem: ROOT / "notebooks" / f"{page.stem}.ipynb" for page in notebooks()}
MYST = {
    "role": r"\{[\w:-]+\}`",
    "directive": r"`{3,}\{|^\s*(> )*:{3,}",
    "label": r"^\([\w:-]+\)=",
    "equation label": r"\$\$ *\([\w:-]+\)",
    "link to a source": r"\]\((?!https?:|mailto:)",
    "substitution": r"\{\{\w",
}


def prose(notebook: nbformat.NotebookNode) -> str:
    """The text cells, without code."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"^(`{3,})(?!\{).*?^\1$|(?<!`)`[^`\n]+`", "", text, flags=re.M | re.S)


def myst_in(text: str) -> list[str]:
    return [f"{what}: {found[0]}" for what, p in MYST.items() if (found := re.search(p, text, re.M))]


# ---- a sample of every construct --------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "book", ignore=shutil.ignore_patterns("_toc.yml"))
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    shutil.copy(SAMPLE / "_toc.yml", tmp_path)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    return tmp_path


@pytest.fixture
def sample(root: Path) -> nbformat.NotebookNode:
    assert main(["--root", str(root)]) == 0
    return nbformat.read(root / "notebooks" / "90_sample.ipynb", as_version=4)


BOOK = book_address() + "book/"
EXPECTED = f"""\
> **In this chapter**
>
> You will be able to
([Conneau and Lample, 2019]({BOOK}bibliography.html); [Vaswani et al., 2017]({BOOK}bibliography.html))
[Vaswani et al. (2017)]({BOOK}bibliography.html) says so
Equation [(1)]({BOOK}90_sample.html#equation-softmax)
[Fig. 1]({BOOK}90_sample.html#fig-line)
[Figure 1]({BOOK}90_sample.html#fig-line)
[this text]({BOOK}90_sample.html#labelled)
[Exercise 90-1 · The price of $n$ tokens]({BOOK}90_sample.html#ex-90-1)
[the errata]({BOOK}errata.html)
[erratum 7]({BOOK}errata.html#erratum-07)
\\tag{{1}}
> > **Warning**
```mermaid
graph LR
The total is `total`, or `plain`.
**Fig. 1** A line. It rises, see [(1)]({BOOK}90_sample.html#equation-softmax).
### Exercise 90-1 · The price of $n$ tokens
[Solution]({BOOK}solutions.html#solution-90-1)
took [the time on the status page]({BOOK}status.html) on"""


def test_every_construct_has_a_plain_form(sample: nbformat.NotebookNode) -> None:
    text = "\n\n".join(cell.source for cell in sample.cells if cell.cell_type == "markdown")
    for line in EXPECTED.splitlines():
        assert line in text
    assert myst_in(prose(sample)) == []
    assert "Multiply, as" not in text, "the solution is for the solutions page"


def test_code_is_kept_solutions_become_empty_answers(sample: nbformat.NotebookNode) -> None:
    code = [cell.source for cell in sample.cells if cell.cell_type == "code"]
    assert "%pip install" in code[0]
    assert code[0].endswith("xt.environment()")
    assert 'answer = ...\nxt.check("90-1", answer)' in code
    assert not any("6 * 7" in source or "record_memory" in source for source in code)
    assert all(
        not cell.outputs and cell.execution_count is None for cell in sample.cells if cell.cell_type == "code"
    )
    assert sample.metadata["accelerator"] == "GPU"
    assert sample.metadata["colab"] == {"gpuType": "T4", "provenance": [], "toc_visible": True}


def test_leftover_myst_is_seen() -> None:
    text = "{cite:p}`x`\n:::{note}\n(label)=\n$$ (eq-a)\n[a](b.md)\n{{name}}"
    assert len(myst_in(text)) == len(MYST)
    assert myst_in("> :::{note}")
    assert myst_in("$x$ (see [a](https://b)) `c`") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Text goes to a number.\n\n```{code",
            ":::{dropdown} A\n:::\n\n```{code",
            "unknown directive {dropdown}",
        ),
        ("One claim is cited", "One {sub}`claim` is cited", "unknown role {sub}"),
        ("conneau2019xlm,vas", "nobody1900,vas", "no reference nobody1900"),
        ("{ref}`labelled`", "{ref}`elsewhere`", "no label elsewhere"),
        ("[this section](#labelled)", "[this section](#nowhere)", "link to nowhere: #nowhere"),
        ("](solutions.md)", "](solution.md)", "link to nowhere: solution.md"),
        ("errata.md#erratum-07", "solutions.md#erratum-07", "link to nowhere: solutions.md#erratum-07"),
        ("- One thing.", "- One ![thing](a.png).", "image has no plain form"),
        ("- One thing.", "- One {{ thing }}.", "substitution has no plain form"),
        ("- One thing.", "- One thing.[^1]", "footnote has no plain form"),
        ("$$ a = b $$", "$$ a = b", "$$ without an end"),
    ],
)
def test_what_has_no_plain_form_is_an_error_with_its_line(
    root: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    page = root / "book" / "90_sample.md"
    text = page.read_text(encoding="utf-8")
    assert text.count(old) == 1
    page.write_text(text.replace(old, new), encoding="utf-8")
    assert main(["--root", str(root)]) == 1
    line = text[: text.index(old)].count("\n") + 1
    assert capsys.readouterr().err == f"book/90_sample.md:{line}: {message}\n"
    assert not (root / "notebooks").exists()


def test_check_names_what_is_out_of_date(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write, check = ["--root", str(root)], ["--root", str(root), "--check"]
    assert main(check) == 1
    assert not (root / "notebooks").exists(), "--check writes nothing"
    assert main(write) == 0
    first = (root / "notebooks" / "90_sample.ipynb").read_bytes()
    assert main(check) == 0
    page = root / "book" / "90_sample.md"
    page.write_text(page.read_text(encoding="utf-8").replace("One claim", "A claim"), encoding="utf-8")
    (root / "notebooks" / "00_gone.ipynb").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert main(check) == 1
    message = "out of date: 00_gone.ipynb, 90_sample.ipynb; run `make notebooks` and commit them\n"
    assert capsys.readouterr().err == message
    assert main(write) == 0
    assert [file.name for file in (root / "notebooks").iterdir()] == ["90_sample.ipynb"]
    assert (root / "notebooks" / "90_sample.ipynb").read_bytes() != first


# ---- the book's own notebooks -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_valid_and_plain(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS[name], as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert myst_in(prose(notebook)) == []
    assert notebook.cells[0].source.startswith("# ")
    assert f"{BOOK}{name}.html" in notebook.cells[0].source
    install = notebook.cells[1].source
    assert not re.search(r"torch|numpy|==|--upgrade|-U\b", install), "what Colab has stays"


def test_the_notebooks_are_up_to_date() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_into_the_book_lead_somewhere(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS[name], as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    links = set(re.findall(re.escape(book_address()) + r"([^)#\s]+)(?:#([^)\s]+))?", text))
    assert links
    for page, anchor in links:
        assert (HTML / page).exists(), page
        assert not anchor or f'id="{anchor}"' in (HTML / page).read_text(encoding="utf-8"), f"{page}#{anchor}"


def test_figures_and_equations_have_the_numbers_of_the_book() -> None:
    for target in targets().values():
        page = (HTML / f"{target.page}.html").read_text(encoding="utf-8")
        place = page.split(f'id="{target.anchor}"')[1]
        if target.words.startswith("Fig. "):
            shown = re.search(r'class="caption-number">(.+?) ?</span>', place)
        elif target.anchor.startswith("equation-"):
            shown = re.search(r'class="eqno">(.+?)<', place)
        else:
            continue
        assert shown
        assert shown[1] == target.words, target


def test_a_notebook_runs_without_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "myst_nb.py").write_text("raise ImportError('as on Colab')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    notebook = nbformat.read(NOTEBOOKS["04_mathematics"], as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}, timeout=300).execute()
    shown = "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    for key in re.findall(r'xt\.glue\("(\w+)"', "\n".join(cell.source for cell in notebook.cells)):
        assert re.search(rf"^{key} = ", shown, re.M), f"{key} is printed, for the text names it"
    assert "04-1: not yet. Replace the three dots by your answer." in shown

"""What book/_ext adds, on a small book that uses every construct a chapter may use (tests/book/sample)."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parent / "sample"
Html = dict[str, str]


def lay_out(root: Path) -> None:
    """Make a book of the sample pages with this book's settings and extensions."""
    shutil.copytree(SAMPLE, root / "book", ignore=shutil.ignore_patterns("_toc.yml"))
    shutil.copy(SAMPLE / "_toc.yml", root)
    shutil.copy(ROOT / "_config.yml", root)
    for name in ("_ext", "_static", "references.bib"):
        (root / "book" / name).symlink_to(ROOT / "book" / name)


def build(root: Path) -> subprocess.CompletedProcess[str]:
    """Build it as strictly as the book itself."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "--keep-going", "-n", "-q"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample")
    lay_out(root)
    done = build(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def html(sample: Path) -> Html:
    folder = sample / "_build" / "html" / "book"
    return {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.html")}


def test_an_exercise_shows_its_id_and_title_and_a_folded_solution(html: Html) -> None:
    page = html["90_sample"]
    assert re.search(r'id="ex-90-2">\s*<p class="admonition-title">Exercise 90-2 · Another</p>', page)
    assert re.search(r'<div class="solution dropdown admonition"[^>]*>\s*<p [^>]*>Solution</p>', page)
    assert "90-1: right 42" in page
    assert "Exercise 90-1 · The price of" in re.sub(r"<[^>]+>", "", page.split("The exercise is", 1)[1])
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id occurs twice"


def test_the_solutions_page_shows_each_solution_under_a_link_to_its_exercise(html: Html) -> None:
    page = html["solutions"]
    assert page.count('class="solution admonition"') == 2
    assert 'id="solution-90-1"' in page
    assert 'href="90_sample.html#ex-90-1"' in page
    assert 'href="90_sample.html#fig-line"' in page
    assert 'href="bibliography.html#' in page
    assert '<span class="mi">6</span>' in page, "highlighted code"
    assert "90-1: right 42" in page
    assert "tex-svg-full.js" in page, "a title has math"
    assert "exercise-content" not in page


def test_an_erratum_has_its_label_sections_and_citation(html: Html) -> None:
    page = html["errata"]
    assert 'id="erratum-07"' in page
    assert "Erratum 7 · source, section 1.3, 2.3" in page
    assert "<strong>The source says:</strong>" in page
    assert 'href="bibliography.html#' in page
    assert 'href="errata.html#erratum-07"' in html["90_sample"]
    assert 'href="#erratum-07"' in page


def test_run_time_and_memory_come_from_the_run(html: Html) -> None:
    took = re.search(
        r"Running this page took ((?:\d+ minutes? )?\d+ seconds?|less than a second) on", html["90_sample"]
    )
    assert took
    row = re.search(
        r"9 A sample</span></a></p></td>\s*<td><p>(.*?)</p></td>\s*<td><p>([\d,]+) MB", html["status"]
    )
    assert row
    assert row[1] == took[1]
    assert f"It took {took[1]}." in html["index"]
    assert 50 < int(row[2].replace(",", "")) < 5000
    assert re.search(r"<td><p>Python</p></td>\s*<td><p>3\.\d+", html["status"])


def test_the_colab_button_leads_to_the_notebook(html: Html) -> None:
    buttons = re.findall(r'href="(https://colab[^"]*)"', html["90_sample"])
    assert buttons
    assert {re.sub(r".*/blob/", "", button) for button in buttons} == {"main/notebooks/90_sample.ipynb"}
    assert "colab.research" not in html["errata"], "a page without code has no notebook"


def test_scripts_come_from_the_book_itself(sample: Path, html: Html) -> None:
    for name, page in html.items():
        for source in re.findall(r'<script[^>]*\ssrc="([^"]+)"', page):
            assert (sample / "_build/html/book" / source.partition("?")[0]).exists(), f"{name} loads {source}"
        assert "thebe" not in page.lower()
        assert ("mermaid.min.js" in page) == (name == "90_sample")


def test_a_diagram_says_what_it_shows(html: Html) -> None:
    assert '<div aria-label="Text goes to a number." class="mermaid" role="img"' in html["90_sample"]
    assert "A[text] --&gt; B[number]" in html["90_sample"]


def test_the_api_reference_links_the_pages_that_use_an_entry(html: Html) -> None:
    entry = html["api"].split('id="xlmtut.attention.causal_mask"')[1].split("</dl>\n")[-2]
    assert re.search(r'Used in:</em> <a class="reference internal" href="90_sample.html">', entry)
    assert html["api"].count("Used in:") == 1


MISTAKES = [
    ("errata", "{erratum} 7", "{erratum} 70", "there is no erratum '70'; expected 1 to 47"),
    ("solutions", "{solutions} 90_sample", "{solutions} 80_other", "no chapter book/80_other"),
    ("index", "{runtime}`90_sample`", "{runtime}`91_other`", "the page book/91_other has not run"),
    ("90_sample", ":alt: Text goes to a number.\n", "", "the diagram needs an :alt: text"),
]


def test_a_mistake_stops_the_build(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for page, old, new, _ in MISTAKES:
        source = tmp_path / "book" / f"{page}.md"
        text = source.read_text(encoding="utf-8")
        assert old in text
        source.write_text(text.replace(old, new), encoding="utf-8")
    done = build(tmp_path)
    assert done.returncode != 0
    for *_, message in MISTAKES:
        assert message in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["run_status", "used_in"])
def test_examples_in_docstrings(name: str) -> None:
    spec = spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0

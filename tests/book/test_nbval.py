"""The comparison of the chapters' outputs can fail: a changed digit is seen, an unrun cell is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from chapters import read
from executed_notebooks import executed, main
from jupyter_cache import get_cache
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
PAGE = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A page

```{code-cell} ipython3
print(round(0.30999, 4))
```

Text.

```{code-cell} ipython3
1 + 1
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A book of one page."""
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    return tmp_path / "page.md"


def run_and_cache(page: Path, unrun: int | None = None) -> Path:
    """Run a page into the execution cache, as the build does; forget the run of one cell if asked."""
    notebook = read(page)
    for cell in notebook.cells:
        del cell.metadata["line"]
    NotebookClient(notebook, record_timing=False).execute()
    if unrun is not None:
        notebook.cells[unrun].execution_count = None
    file = page.with_suffix(".ipynb")
    nbformat.write(notebook, file)
    folder = page.parent / "_build" / ".jupyter_cache"
    get_cache(str(folder)).cache_notebook_file(str(file), check_validity=False)
    return folder


def nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
    ]
    return subprocess.run(
        [*command, notebook.name], cwd=notebook.parent, capture_output=True, text=True, check=False
    )


def test_a_changed_digit_is_seen(page: Path) -> None:
    run_and_cache(page)
    assert main(["--root", str(page.parent)]) == 0
    notebook = page.parent / "_build" / "nbval" / "page.ipynb"
    assert nbval(notebook).returncode == 0
    text = notebook.read_text(encoding="utf-8")
    assert text.count('"0.31\\n"') == 1
    notebook.write_text(text.replace('"0.31\\n"', '"0.32\\n"'), encoding="utf-8")
    failed = nbval(notebook)
    assert failed.returncode == 1
    assert "Cell outputs differ" in failed.stdout
    assert "1 failed, 1 passed" in failed.stdout


def test_a_cell_that_did_not_run_is_refused(page: Path) -> None:
    with pytest.raises(ValueError, match=r"^page.md: code cells that did not run: 4$"):
        executed(page, run_and_cache(page, unrun=3))


def test_a_page_that_changed_since_its_run_is_refused(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_and_cache(page)
    page.write_text(PAGE.replace("1 + 1", "1 + 2"), encoding="utf-8")
    capsys.readouterr()
    assert main(["--root", str(page.parent)]) == 1
    assert capsys.readouterr().err == "page.md has not run as it is now; run `make book` first\n"

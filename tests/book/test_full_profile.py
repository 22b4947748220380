"""The profile ``full`` without a GPU and without the Hub: every chapter that asks for the profile runs in it.

A folder stands in for the Hub (``tools/stand_in_hub.py``): the published layouts, a few rows, checkpoints
that are small and random. So nothing is said about the numbers that a chapter will show, only that its cells
run.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import stand_in_hub
from chapters import notebooks, read
from datasets import disable_progress_bars
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

from xlmtut.hub import benchmarks

SECONDS = 120  # that one cell may take

# Runs before a chapter, and notes which weights and which data sets it reads.
BEFORE = """
def _note_what_is_read():
    import datasets, safetensors.torch
    read = []
    def noting(function):
        def noted(path, *arguments, **options):
            read.append(str(path))
            return function(path, *arguments, **options)
        return noted
    datasets.load_dataset = noting(datasets.load_dataset)
    safetensors.torch.load_file = noting(safetensors.torch.load_file)
    return read

_what_was_read = _note_what_is_read()
"""
AFTER = """
import json as _json, xlmtut as _xlmtut
print(_json.dumps([_xlmtut.profile(), _what_was_read]))
"""


@dataclass(frozen=True)
class Run:
    """The profile a chapter ran in, what it read of the stand-in, and the names of the numbers it glued."""

    profile: str
    read: set[str]
    glued: set[str]


def code(page: Path) -> str:
    """The code of a chapter."""
    return "\n".join(cell.source for cell in read(page).cells if cell.cell_type == "code")


def asks_for_the_profile(page: Path) -> bool:
    return re.search(r"\bprofile\(\)", code(page)) is not None


def run(page: Path, hub: Path, home: Path) -> Run:
    """Run a chapter in the profile ``full``, with nothing to read from but the stand-in.

    Raises
    ------
    AssertionError
        If a cell fails. The message names the chapter, the line on which the cell starts, and the error.
    """
    notebook = read(page)
    before, after = (nbformat.v4.new_code_cell(source) for source in (BEFORE, AFTER))
    notebook.cells = [before, *notebook.cells, after]
    begun = [before]
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(page.parent)}},
        on_cell_start=lambda cell, cell_index: begun.append(cell),
    )
    environment = {
        "XLMTUT_PROFILE": "full",
        "XLMTUT_HUB": str(hub),
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_DATASETS_CACHE": str(home / "datasets"),
        "OMP_NUM_THREADS": "1",
    }
    try:
        client.execute(env=os.environ | environment)
    except (CellControlSignal, DeadKernelError) as error:
        name = getattr(error, "ename", type(error).__name__)
        reason = getattr(error, "evalue", str(error))
        line = begun[-1].metadata.get("line", 0)
        raise AssertionError(
            f"{page.name}, profile full, the cell at line {line}: {name}: {reason}\n{begun[-1].source}"
        ) from error
    profile, paths = json.loads(after.outputs[0].text)
    inside = (Path(path).relative_to(hub) for path in paths if Path(path).is_relative_to(hub))
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    stored = (output.get("metadata", {}).get("scrapbook") for output in outputs)
    glued = {record["name"] for record in stored if record}
    return Run(profile, {path.as_posix() for path in inside}, glued)


def unread(source: str, done: Run) -> list[str]:
    """What the code of a chapter names and its run did not read: a cell passed over it in this profile."""
    wanted = []
    if "load_model(" in source:
        wanted = [name for name in stand_in_hub.CHECKPOINTS if re.search(rf"[\"'/]{name}[\"']", source)]
    missing = [name for name in wanted if f"FacebookAI/{name}/model.safetensors" not in done.read]
    if "load_task(" in source and re.search(r"[\"']hub[\"']", source):
        repositories = {benchmark.repository for benchmark in benchmarks().values()}
        missing += [] if repositories & done.read else ["a data set"]
    return missing


def quoted(page: Path) -> set[str]:
    """The names of the numbers that the prose of a chapter quotes."""
    return set(re.findall(r"\{glue:text\}`(\w+)", page.read_text(encoding="utf-8")))


CHAPTERS = [page for page in notebooks() if asks_for_the_profile(page)]


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands in for the Hub."""
    folder = tmp_path_factory.mktemp("hub")
    disable_progress_bars()
    stand_in_hub.write(folder, benchmarks()["xnli"].languages, list(stand_in_hub.CHECKPOINTS))
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty cache, so that nothing is found that was downloaded before."""
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_a_chapter_runs_in_the_profile_full(page: Path, hub: Path, home: Path) -> None:
    done = run(page, hub, home)
    assert done.profile == "full"
    assert not unread(code(page), done), "named in the code, but not read in the profile full"
    assert not quoted(page) - done.glued, "quoted in the prose, but not glued in the profile full"


# ---- the check can fail -----------------------------------------------------------------------------------

PAGE = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A page

```{code-cell} ipython3
import xlmtut as xt

name = "xlm-mlm-tlm-xnli15-1024" if xt.profile() == "full" else "mini-mlm-tlm"
```

Text.

```{code-cell} ipython3
"""
END = "\n```\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def test_what_a_chapter_reads_is_known(page: Path, hub: Path, home: Path) -> None:
    load = 'xt.load_model(name)\nxt.load_task("xnli", ["en"], source="hub")\nxt.glue("one", 1)'
    page.write_text(f"{PAGE}{load}{END}{{glue:text}}`one:.1f` {{glue:text}}`two`", encoding="utf-8")
    assert asks_for_the_profile(page)
    done = run(page, hub, home)
    expected = {"FacebookAI/xlm-mlm-tlm-xnli15-1024/model.safetensors", "facebook/xnli"}
    assert done == Run("full", expected, {"one"})
    assert not unread(code(page), done)
    assert quoted(page) == {"one", "two"}


def test_what_a_chapter_passes_over_is_seen(page: Path, hub: Path, home: Path) -> None:
    load = 'if xt.profile() != "full":\n    xt.load_model(name)\n    xt.load_task("xnli", source="hub")'
    page.write_text(f"{PAGE}{load}{END}", encoding="utf-8")
    done = run(page, hub, home)
    assert unread(code(page), done) == ["xlm-mlm-tlm-xnli15-1024", "a data set"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('assert xt.profile() == "mini", "mini only"', "AssertionError: mini only"),
        ('xt.load_model("xlm-mlm-17-1280")', "ValueError: XLMTUT_HUB is .* has no FacebookAI/xlm-mlm-17"),
        ("import os\nos._exit(1)", "DeadKernelError"),
    ],
    ids=["assertion", "missing", "dead"],
)
def test_a_cell_that_fails_is_seen(page: Path, hub: Path, home: Path, cell: str, message: str) -> None:
    page.write_text(f"{PAGE}{cell}{END}", encoding="utf-8")
    with pytest.raises(AssertionError, match=f"page.md, profile full, the cell at line 19: {message}"):
        run(page, hub, home)

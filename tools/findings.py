"""The studies of the book: the paper's claims examined on the microworld, cell by cell (``make findings``).

A cell is one run: a pretraining, a retrieval of sentences, or a fine-tuning. What it leaves lies in
``xlmtut/findings/<study>/<arm>/<seed>/<what>``, complete or not at all, with a ``provenance.json``. A cell
that is there is not run again, an interrupted pretraining goes on where it was, and several processes share
the work. When all cells of a study are there, its ``summary.csv`` is made from them, and where it has
hypotheses, ``verdicts.csv``.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import torch
from findings_plan import STUDIES, TINY, Cell, Plan, cells
from findings_runs import run_cell
from findings_summary import judge, read_hypotheses, summarise

from xlmtut.files import find_folder, read_json
from xlmtut.microworld.data import _version as data_version
from xlmtut.vocabulary import write_files

ROOT = Path(__file__).parents[1]
PROVENANCE = "provenance.json"

# Seconds of a token, of a cell and of an update, where none has been run here: as measured on one core.
_GUESSES = {"pretraining": 7.5e-5, "retrieval": 3.0, "fine-tuning": 0.08}


@dataclass(frozen=True)
class Study:
    """A plan, and where its results and its working files are.

    Attributes
    ----------
    plan : Plan
    folder : Path
        Results: small files, to be committed.
    work : Path
        Models, training states and locks.
    """

    plan: Plan
    folder: Path
    work: Path

    def model(self, cell: Cell) -> Path:
        """Where a pretraining keeps its state and its model."""
        return self.work / cell.arm.name / str(cell.seed)

    def done(self, cell: Cell) -> bool:
        """Whether the results of a cell are there.

        Raises
        ------
        ValueError
            If they were made by another plan, or from other data.
        """
        path = self.folder / cell.name / PROVENANCE
        if not path.is_file():
            return False
        made, wanted = read_json(path).get("settings"), settings(cell)
        if made != wanted:
            differing = next(
                key for key in wanted if not isinstance(made, dict) or made.get(key) != wanted[key]
            )
            raise ValueError(
                f"{path.parent} was made with another {differing}; delete it to run the cell again, or go"
                " back to the plan and the data that it was made with"
            )
        return True

    def left(self, only: Sequence[str] = ("*",)) -> list[Cell]:
        """The cells that must still be run, in order: those asked for, and the pretrainings they start from.

        Parameters
        ----------
        only : sequence of str
            Patterns of names such as ``"mlm/*"``.

        Raises
        ------
        ValueError
            If a pattern fits no cell, or results do not fit the plan.
        """
        everything = cells(self.plan)
        for pattern in only:
            if not any(fnmatch(cell.name, pattern) for cell in everything):
                raise ValueError(
                    f"no cell is called {pattern!r}; expected a pattern such as 'mlm/*', see --list"
                )
        asked = [cell for cell in everything if any(fnmatch(cell.name, pattern) for pattern in only)]
        left = [cell for cell in asked if not self.done(cell)]
        # Results without the model happen in a fresh clone: what starts from it needs the pretraining again.
        needed = {
            before
            for cell in left
            if (before := cell.pretraining) and not (self.done(before) and self.has_model(before))
        }
        return [cell for cell in everything if cell in left or cell in needed]

    def has_model(self, cell: Cell) -> bool:
        """Whether a pretraining has left its model."""
        return (self.model(cell) / "model.safetensors").is_file()

    @contextmanager
    def claim(self, cell: Cell) -> Iterator[bool]:
        """Whether the cell is this process's to run; the system takes the lock away when the process ends."""
        path = self.work / "locks" / cell.name.replace("/", "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def work_off(study: Study, only: Sequence[str] = ("*",)) -> None:
    """Run cells until none is left; what other processes run is waited for."""
    while left := study.left(only):
        for cell in left:
            before = cell.pretraining
            if before is not None and before in left:
                continue
            with study.claim(cell) as mine:
                # Another process may have finished it since the list was made.
                if not mine or cell not in study.left(only):
                    continue
                seconds = run(study, cell)
                print(f"{cell.name}: {seconds:.0f} s, {len(left) - 1} left", flush=True)
                break
        else:
            time.sleep(1)


def run(study: Study, cell: Cell) -> float:
    """Run one cell and publish its results; the seconds it took."""
    start = time.perf_counter()
    torch.set_num_threads(1)  # the models are so small that a second thread only waits
    tables = run_cell(cell, study.model(cell))
    seconds = time.perf_counter() - start
    if "curve.csv" in tables:  # of an interrupted run, the time before counts too
        seconds = max(seconds, float(tables["curve.csv"]["seconds"].iloc[-1]))
    folder = study.folder / cell.name
    partial = folder.with_name(f".{folder.name}.partial")
    for old in (partial, folder):  # a folder of the cell itself is one without its provenance
        shutil.rmtree(old, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, table in tables.items():
        if name.endswith(".csv"):
            table.to_csv(partial / name, index=False)
        else:
            table.to_parquet(partial / name, index=False, compression="zstd")
    made = provenance(study, cell, seconds)
    facts = [f"{json.dumps(name)}: {json.dumps(fact)}" for name, fact in made.items()]
    write_files(partial, {PROVENANCE: "{\n" + ",\n".join(facts) + "\n}\n"})
    partial.replace(folder)
    return seconds


def settings(cell: Cell) -> dict[str, Any]:
    """What the results of a cell depend on, as JSON has it."""
    chosen = {
        "arm": asdict(cell.arm),
        "seed": cell.seed,
        "tuning": None if cell.tuning is None else asdict(cell.tuning),
        "frozen": cell.frozen,
        "data": data_version(),
        "checkpoint": _fingerprint(cell.arm.checkpoint) if cell.arm.checkpoint else None,
    }
    plain: dict[str, Any] = json.loads(json.dumps(chosen))
    return plain


@cache
def _fingerprint(checkpoint: str) -> str:
    weights = find_folder(checkpoint, ()) / "model.safetensors"
    return hashlib.blake2b(weights.read_bytes(), digest_size=8).hexdigest()


def provenance(study: Study, cell: Cell, seconds: float) -> dict[str, Any]:
    """How, with what and where a cell was run."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    packages = ("torch", "tokenizers", "numpy")
    return {
        "command": f"python tools/findings.py {study.plan.name} --only {cell.name}",
        "commit": described.stdout.strip() or "unknown",
        "settings": settings(cell),
        "seconds": round(seconds, 1),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
            "threads": torch.get_num_threads(),
        },
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
    }


def finish(study: Study) -> pd.DataFrame | None:
    """Make the summary from all cells, and judge the hypotheses of the results' folder if it has some."""
    summary = summarise(study.plan, study.folder)
    tables = {"summary.csv": summary}
    verdicts = None
    if (study.folder / "hypotheses.toml").is_file():
        verdicts = judge(read_hypotheses(study.folder / "hypotheses.toml"), summary)
        tables["verdicts.csv"] = verdicts
    write_files(study.folder, {name: table.to_csv(index=False) for name, table in tables.items()})
    return verdicts


def overview(study: Study, only: Sequence[str]) -> str:
    """What is done, what is left, and how long that takes on one core."""
    left, lines = study.left(only), []
    rates = _rates(study)
    for cell in cells(study.plan):
        path = study.folder / cell.name / PROVENANCE
        if cell in left:
            lines.append(f"{cell.name:32} left, about {_seconds(cell, rates) / 60:5.1f} min")
        elif path.is_file():
            lines.append(f"{cell.name:32} done in   {read_json(path)['seconds'] / 60:6.1f} min")
    minutes = sum(_seconds(cell, rates) for cell in left) / 60
    return "\n".join(
        (*lines, f"{len(left)} of {len(lines)} cells left, about {minutes:.0f} minutes of one core")
    )


def _rates(study: Study) -> Mapping[str, float]:
    """Seconds of a unit of work for each kind of cell: as measured here, else a guess."""
    found: dict[str, list[float]] = {}
    for cell in cells(study.plan):
        path = study.folder / cell.name / PROVENANCE
        if path.is_file():
            found.setdefault(cell.kind, []).append(read_json(path)["seconds"] / cell.work)
    return {kind: median(found[kind]) if kind in found else guess for kind, guess in _GUESSES.items()}


def _seconds(cell: Cell, rates: Mapping[str, float]) -> float:
    return rates[cell.kind] * cell.work


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is left, or list it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", choices=[*STUDIES, TINY.name], help="tiny shows only that all works")
    parser.add_argument(
        "--only", nargs="+", default=["*"], metavar="PATTERN",
        help="cells to run, such as 'mlm/0/*'; the pretrainings that they need are run, too",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="say what is done and what is left, and stop")
    parser.add_argument("--processes", type=int, default=1, help="how many run side by side")
    parser.add_argument("--folder", type=Path, help="where results are, xlmtut/findings/STUDY by default")
    parser.add_argument("--work", type=Path, help="where models are, _build/findings/STUDY by default")
    chosen = parser.parse_args(arguments)
    plan = {**STUDIES, TINY.name: TINY}[chosen.study]
    work = ROOT / "_build" / "findings" / plan.name
    results = work / "results" if plan is TINY else ROOT / "xlmtut" / "findings" / plan.name
    study = Study(plan, chosen.folder or results, chosen.work or work)
    try:
        if chosen.list:
            print(overview(study, chosen.only))
            return 0
        if chosen.processes > 1:
            if _side_by_side(study, chosen):
                return 1
        else:
            work_off(study, chosen.only)
        if not study.left():
            verdicts = finish(study)
            if verdicts is not None:
                print(verdicts.groupby("hypothesis", sort=False)["hypothesis_verdict"].first().to_string())
    except ValueError as error:
        print(f"findings: {error}", file=sys.stderr)
        return 1
    return 0


def _side_by_side(study: Study, chosen: argparse.Namespace) -> bool:
    """Run several processes of this program; whether one failed."""
    study.left(chosen.only)  # a mistake is reported once
    command = [sys.executable, __file__, study.plan.name, "--only", *chosen.only]
    command += ["--folder", str(study.folder), "--work", str(study.work)]
    quiet = os.environ | {"CI": "1", "OMP_NUM_THREADS": "1"}  # progress bars speak twice a minute
    processes = [subprocess.Popen(command, env=quiet) for _ in range(chosen.processes)]
    codes = [process.wait() for process in processes]
    return any(codes)


if __name__ == "__main__":
    sys.exit(main())

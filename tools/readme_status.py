"""Measure the README's commands in a fresh clone and write its status table.

``--measure`` clones the committed state into an empty folder, times ``make book``, ``make book`` again after
an edit of one chapter's prose, and ``make test``, and stores the result in tools/readme_status.json.
Without it, the table is only written again from the stored result; ``--check`` compares instead of writing.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RESULT = ROOT / "tools" / "readme_status.json"
BEGIN, END = "<!-- status: begin (written by tools/readme_status.py) -->", "<!-- status: end -->"


def seconds(command: list[str], folder: Path) -> float:
    """Wall-clock seconds of a command that must succeed."""
    print("$", *command, flush=True)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True)
    return round(time.perf_counter() - start, 1)


def measure() -> dict[str, object]:
    """Run the README's commands in a fresh clone."""
    with tempfile.TemporaryDirectory() as empty:
        clone = Path(empty) / "xlmtut"
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        book = seconds(["make", "book"], clone)
        chapter = clone / "book" / "02_concepts.md"
        chapter.write_text(
            chapter.read_text(encoding="utf-8").replace("## Summary", "## Summary\n\nOne more sentence.\n"),
            encoding="utf-8",
        )
        edit = seconds(["make", "book"], clone)
        subprocess.run(["git", "checkout", "-q", "."], cwd=clone, check=True)
        test = seconds(["make", "test"], clone)
    return {
        "date": datetime.date.today().isoformat(),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "processor": platform.machine()},
        "python": platform.python_version(),
        "seconds": {
            "make book, fresh clone, with installation": book,
            "make book, after an edit of prose": edit,
            "make test": test,
        },
    }


def table(result: dict[str, object]) -> str:
    """The status table in Markdown."""
    machine, times = result["machine"], result["seconds"]
    assert isinstance(machine, dict)
    assert isinstance(times, dict)
    rows = [
        f"| `{name.split(',')[0]}`{name[len(name.split(',')[0]) :]} | {clock(value)} |"
        for name, value in times.items()
    ]
    hardware = f"{machine['cores']} CPU cores ({machine['processor']}, {machine['system']})"
    where = f"{hardware}, Python {result['python']}, {result['date']}"
    return "\n".join([f"| command | measured on {where} |", "|---|---|", *rows])


def clock(value: float) -> str:
    """Seconds as a reader says them.

    >>> clock(17.4), clock(222.0)
    ('17 s', '3 min 42 s')
    """
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def main() -> None:
    """Write the table, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--measure",
        action="store_true",
        help="run the commands in a fresh clone first (about a quarter of an hour)",
    )
    parser.add_argument("--check", action="store_true", help="fail if the README is out of date")
    options = parser.parse_args()
    if options.measure:
        RESULT.write_text(json.dumps(measure(), indent=2) + "\n", encoding="utf-8")
    before = README.read_text(encoding="utf-8")
    head, rest = before.split(BEGIN)
    after = (
        f"{head}{BEGIN}\n{table(json.loads(RESULT.read_text(encoding='utf-8')))}\n{END}{rest.split(END)[1]}"
    )
    if options.check and after != before:
        sys.exit("README.md: the status table is out of date; run .venv/bin/python tools/readme_status.py")
    if not options.check:
        README.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()

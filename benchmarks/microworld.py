"""How fast the microworld makes data, and how little memory a stream of it needs.

Run ``python -m benchmarks.microworld``. There is nothing to compare with: these are times and sizes against
the project's targets, 100,000 NLI pairs in at most 20 seconds on one core, and a million sentences in at most
200 MB beyond what importing takes. Each is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.common import use_one_core, write_result
from xlmtut.microworld import languages

PAIRS = 100_000
SENTENCES = 1_000_000
PAIRS_BY_LANGUAGE = 3_000

# What a process does after importing: count the rows of a loop, and say what they took.
MEASURE = """
import datasets, json, resource, sys, time
from xlmtut.microworld import language, load, rows
unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
name, code, size, streamed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "streamed"
language(code)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
wall, cpu = time.perf_counter(), time.process_time()
if streamed:
    made = load(name, [code], sizes={"train": size}, streaming=True)["train"]
else:
    made = rows(name, code, "train", size)
count = sum(1 for _ in made)
print(json.dumps({
    "rows": count,
    "seconds": time.perf_counter() - wall,
    "cpu_seconds": time.process_time() - cpu,
    "imported_bytes": before,
    "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
}))
"""


def measure(name: str, code: str, size: int, *, streamed: bool = False) -> dict[str, Any]:
    """Make the rows of a task in a process of its own.

    Returns
    -------
    dict
        ``rows``, ``seconds`` (wall time), ``cpu_seconds`` (what other processes took is not in it),
        ``imported_bytes`` and ``peak_bytes`` (the largest resident size after importing, and at the end).
    """
    arguments = [name, code, str(size), "streamed" if streamed else "made"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--sentences", type=int, default=SENTENCES)
    parser.add_argument("--pairs-by-language", type=int, default=PAIRS_BY_LANGUAGE)
    options = parser.parse_args(arguments)
    use_one_core()
    pairs = measure("xnli", "en", options.pairs)
    stream = measure("lm", "en", options.sentences, streamed=True)
    by_language = {
        code: round(
            options.pairs_by_language / measure("xnli", code, options.pairs_by_language)["cpu_seconds"]
        )
        for code in languages(held_out=True)
    }
    for name, found in (("NLI pairs", pairs), ("streamed sentences", stream)):
        above = (found["peak_bytes"] - found["imported_bytes"]) / 1e6
        taken = f"{found['cpu_seconds']:.1f} s of CPU, {found['seconds']:.1f} s of wall time"
        print(f"{found['rows']} {name}: {taken}, {above:.0f} MB above importing")
    print("NLI pairs per CPU second:", ", ".join(f"{code} {rate}" for code, rate in by_language.items()))
    path = write_result(
        "microworld",
        [],
        load_average=os.getloadavg()[0],
        pairs=pairs,
        stream=stream,
        pairs_per_cpu_second=by_language,
    )
    print(path)


if __name__ == "__main__":
    main()

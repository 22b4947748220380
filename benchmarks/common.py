"""What every benchmark needs: interleaved timing, one table, and a result file with the machine in it."""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import torch

__all__ = ["Comparison", "compare", "machine", "print_table", "use_one_core", "write_result"]

RESULTS = Path(__file__).with_name("results")
PACKAGES = ("torch", "transformers", "tokenizers", "sacremoses", "numpy")


@dataclass(frozen=True)
class Comparison:
    """One line of a table: amounts per second of both sides, and how many times faster ours is.

    Attributes
    ----------
    name : str
        What was measured.
    unit : str
        What is counted: sentences, tokens, steps.
    ours, reference : float
        Units per second, in the best round.
    ratio, lowest, highest : float
        Time of the reference divided by ours: median, lowest and highest of the rounds.
    """

    name: str
    unit: str
    ours: float
    reference: float
    ratio: float
    lowest: float
    highest: float


def compare(
    name: str,
    unit: str,
    amount: float,
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    rounds: int = 5,
    prepare: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Time two functions in turns, so that whatever else the machine does hits both.

    Parameters
    ----------
    name, unit : str
        As in :class:`Comparison`.
    amount : float
        Units that one call handles.
    ours, reference : functions without arguments
    rounds : int
        Each side is called once per round; the side that starts alternates.
    prepare : function without arguments
        Called before each timed call, for example to empty caches.
    clock : function without arguments
        Wall time. ``time.process_time`` suits work on one core: it does not count what other processes take.
    """
    times: dict[str, list[float]] = {"ours": [], "reference": []}
    sides = [("ours", ours), ("reference", reference)]
    for i in range(rounds):
        for side, run in sides if i % 2 == 0 else sides[::-1]:
            prepare()
            _wait_for_gpu()
            start = clock()
            run()
            _wait_for_gpu()
            times[side].append(clock() - start)
    ratios = [theirs / mine for mine, theirs in zip(times["ours"], times["reference"], strict=True)]
    best = {side: amount / min(seconds) for side, seconds in times.items()}
    return Comparison(name, unit, **best, ratio=median(ratios), lowest=min(ratios), highest=max(ratios))


def _wait_for_gpu() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def use_one_core() -> None:
    """Pin this process, and PyTorch, to one CPU core."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def machine() -> dict[str, Any]:
    """Hardware and versions: what a number means nothing without."""
    facts = {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "cores_used": torch.get_num_threads(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }
    if torch.cuda.is_available():
        facts |= {"gpu": torch.cuda.get_device_name(), "cuda": torch.version.cuda}
    return facts


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.processor()


def print_table(comparisons: Sequence[Comparison]) -> None:
    """Print one line per comparison."""
    width = max(len(c.name) for c in comparisons)
    print(f"{'':{width}}  {'ours':>9}  {'reference':>9}  ratio (lowest to highest)  per second")
    for c in comparisons:
        spread = f"{c.ratio:5.2f} ({c.lowest:.2f} to {c.highest:.2f})"
        print(f"{c.name:{width}}  {c.ours:9.0f}  {c.reference:9.0f}  {spread:25}  {c.unit}")


def write_result(name: str, comparisons: Sequence[Comparison], **details: Any) -> Path:
    """Write ``results/<name>.json``: the comparisons, what was compared, and the machine."""
    result = {
        "command": f"python -m benchmarks.{name}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        **details,
        "comparisons": [
            {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(c).items()}
            for c in comparisons
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path

"""The benchmark of the microworld runs, and its committed result meets the targets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import common, microworld
from xlmtut.microworld import languages


def test_the_benchmark_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    monkeypatch.setattr(microworld, "use_one_core", lambda: None)
    monkeypatch.setattr(microworld, "languages", lambda held_out: ["th"])
    microworld.main(["--pairs", "30", "--sentences", "50", "--pairs-by-language", "10"])
    assert "30 NLI pairs: " in capsys.readouterr().out
    result = json.loads((tmp_path / "microworld.json").read_text(encoding="utf-8"))
    assert (result["pairs"]["rows"], result["stream"]["rows"]) == (30, 50)
    assert result["pairs_per_cpu_second"].keys() == {"th"}
    for found in (result["pairs"], result["stream"]):
        assert found["peak_bytes"] >= found["imported_bytes"] > 10**7
        assert found["cpu_seconds"] > 0


def test_the_committed_result_meets_the_targets() -> None:
    result = json.loads((common.RESULTS / "microworld.json").read_text(encoding="utf-8"))
    assert result["command"] == "python -m benchmarks.microworld"
    assert result["machine"]["cores_used"] == 1
    pairs, stream = result["pairs"], result["stream"]
    assert pairs["rows"] == 100_000
    assert pairs["cpu_seconds"] <= 20
    assert stream["rows"] == 1_000_000
    assert stream["peak_bytes"] - stream["imported_bytes"] <= 200e6
    assert result["pairs_per_cpu_second"].keys() == set(languages(held_out=True))

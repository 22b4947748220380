"""The benchmarks of training run, compare equals, and their committed results meet the targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import common, pretraining, resume
from xlmtut.training_options import TrainingOptions


def result_of(benchmark: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(common, "RESULTS", folder)
    monkeypatch.setattr(benchmark, "use_one_core", lambda: None)
    benchmark.main()
    name = benchmark.__name__.split(".")[1]
    read: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return read


def test_pretraining_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        pretraining.Case("packed", updates=5, rows=4, length=16),
        pretraining.Case("padded", updates=5, rows=4, length=16, padded=True),
    ]
    monkeypatch.setattr(pretraining, "CASES", {"cpu": cases})
    monkeypatch.setattr(pretraining, "ROUNDS", 1)
    monkeypatch.setattr(pretraining, "SENTENCES", 200)
    result = result_of(pretraining, tmp_path, monkeypatch)
    packed, padded = result["cases"]
    assert 4 * 4 * 16 < packed["tokens"] <= 5 * 4 * 16
    assert padded["positions_padded"] > padded["tokens"] - 16
    assert packed["equality"]["holds"] is True
    assert [line["name"] for line in result["comparisons"]] == ["packed", "padded"]


def test_a_different_loop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    case = pretraining.Case("packed", updates=5, rows=4, length=16)
    tok = pretraining.vocabulary(200)
    ids = torch.randint(20, len(tok), (20, 16), generator=torch.Generator().manual_seed(0))
    assert pretraining.check(case, tok, ids)["holds"] is True
    monkeypatch.setattr(
        pretraining, "our_options", lambda updates: TrainingOptions(updates, lr=pretraining.LR, warmup=2)
    )
    with pytest.raises(AssertionError):
        pretraining.check(case, tok, ids)


def test_resume_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "KILLS", 1)
    monkeypatch.setattr(resume, "STEPS", 15)
    result = result_of(resume, tmp_path, monkeypatch)
    for run in result["runs"].values():
        assert run["identical"] is True
        assert len(run["killed_after"]) == 1
        assert 0 < run["killed_after"][0] < 15


def test_committed_throughput_meets_the_targets() -> None:
    result = json.loads((common.RESULTS / "pretraining.json").read_text(encoding="utf-8"))
    ratios = {line["name"]: line["ratio"] for line in result["comparisons"]}
    assert ratios["packed, rows of 256"] >= 1.4
    assert ratios["packed, rows of 64"] >= 1.4
    assert ratios["packed, rows of 256, vocabulary 95,000"] >= 3
    assert ratios["rows of 256 against padded sentences"] > ratios["packed, rows of 256"]
    assert all(case["equality"]["holds"] for case in result["cases"])


def test_committed_runs_survived_ten_kills() -> None:
    runs = json.loads((common.RESULTS / "resume.json").read_text(encoding="utf-8"))["runs"]
    assert set(runs) == {"pretraining", "fine-tuning"}
    for run in runs.values():
        assert run["identical"] is True
        assert len(run["killed_after"]) == 10
        assert run["killed_after"] == sorted(run["killed_after"])

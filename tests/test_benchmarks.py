"""The benchmarks run, compare equal results, and their committed results meet the targets."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from benchmarks import common, tokenizer


def test_compare_takes_turns() -> None:
    calls: list[str] = []
    ticks = count()
    result = common.compare(
        "x",
        "steps",
        10,
        lambda: calls.append("ours"),
        lambda: [calls.append("reference"), next(ticks), next(ticks)],
        rounds=2,
        prepare=lambda: calls.append("prepare"),
        clock=lambda: float(next(ticks)),
    )
    assert [call for call in calls if call != "prepare"] == ["ours", "reference", "reference", "ours"]
    assert calls.count("prepare") == 4
    assert (result.ours, result.reference) == (10, 10 / 3)  # 1 tick against 3
    assert (result.ratio, result.lowest, result.highest) == (3, 3, 3)


def test_tokenizer_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tokenizer, "SENTENCES", 4)
    monkeypatch.setattr(tokenizer, "VOCABULARY", 1500)
    monkeypatch.setattr(tokenizer, "use_one_core", lambda: None)
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    tokenizer.main()
    assert "after Moses" in capsys.readouterr().out
    result = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert result["sentences"] == 60
    assert {"cpu", "cores", "memory_gib", "python", "transformers"} <= result["machine"].keys()


def test_committed_tokenizer_result_meets_the_targets() -> None:
    result = json.loads((common.RESULTS / "tokenizer.json").read_text(encoding="utf-8"))
    ratios = {line["name"]: line["ratio"] for line in result["comparisons"]}
    assert ratios["end to end"] >= 1.5
    assert ratios["after Moses"] >= 5

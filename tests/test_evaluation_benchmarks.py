"""The benchmarks of evaluation run, count right, and their committed results say what they must."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import bootstrap, common, coverage


def committed(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((common.RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return result


def test_coverage_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    monkeypatch.setattr(coverage, "use_one_core", lambda: None)
    monkeypatch.setattr(coverage, "RESAMPLES", 50)
    coverage.main(["--simulations", "3", "--sizes", "250"])
    result = json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))
    assert result["simulations"] == 3
    assert {line["kind"] for line in result["coverage"]} >= {"rate 0.5", "entity F1"}
    assert "mean over 15 languages" in capsys.readouterr().out


def test_simulated_models_have_the_scores_that_are_called_true() -> None:
    rng = np.random.default_rng(0)
    answers = coverage.right_answers(40_000, rng, np.array([[0.6, 0.8], [0.7, 0.9]]))
    assert answers.mean(axis=1) == pytest.approx(np.array([[0.6, 0.8], [0.7, 0.9]]), abs=0.01)
    assert np.corrcoef(answers[0, :, 0], answers[1, :, 0])[0, 1] > 0.2
    assert coverage.BALANCED.sum() == pytest.approx(1)
    assert coverage.RARE_CLASS.sum() == pytest.approx(1)


def test_committed_coverage_is_in_the_band() -> None:
    result = committed("coverage")
    assert result["simulations"] == 2000
    for line in result["coverage"]:
        if "taken for independent" not in line["kind"]:
            assert 0.93 <= line["share"] <= 0.97, line
        else:
            assert line["share"] < 0.8, "the interval that forgets the clusters must be seen to fail"


def test_committed_tests_keep_their_level() -> None:
    rejections = committed("coverage")["rejections"]
    for scenario in ("one language", "mean over 15 languages"):
        for line in rejections[scenario]:
            if line["kind"] == "exact McNemar":
                assert line["share"] <= 0.05, line
            elif line["kind"] in ("mid-p McNemar", "permutation", "bootstrap"):
                assert 0.035 <= line["share"] <= 0.065, line
    power = {(line["kind"], line["n"]): line["share"] for line in rejections["one language, 2 points better"]}
    for kind in ("mid-p McNemar", "permutation", "bootstrap", "exact McNemar"):
        assert power[kind, 5010] > power["unpaired z", 5010] + 0.1


def test_bootstrap_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    monkeypatch.setattr(bootstrap, "use_one_core", lambda: None)
    monkeypatch.setattr(bootstrap, "ROUNDS", 1)
    bootstrap.main(["--examples", "60", "--resamples", "100"])
    result = json.loads((tmp_path / "bootstrap.json").read_text(encoding="utf-8"))
    assert result["examples"] == 60
    assert len(result["comparisons"]) == 6
    assert "MiB at most" in capsys.readouterr().out


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_the_sides_of_the_bootstrap_benchmark_agree(metric: str) -> None:
    data = bootstrap.make_data(80)
    mine = bootstrap.ours(metric, *data)(1000)
    for name, make, _ in bootstrap.REFERENCES:
        other = make(metric, *data)(1000 if "scipy" in name else 60)
        assert bootstrap.agreement(mine, other)["smallest_ks_p_value"] > 1e-5, name
    worse = bootstrap.ours(metric, data[0], np.zeros_like(data[1]))(1000)
    assert bootstrap.agreement(worse, mine)["smallest_ks_p_value"] < 1e-5


def test_committed_bootstrap_meets_the_targets() -> None:
    result = committed("bootstrap")
    assert (result["examples"], result["languages"], result["resamples"]) == (5010, 15, 10_000)
    for line in result["ours"].values():
        assert line["seconds"] <= 3
        assert line["peak_memory"] <= 500 * 2**20
    for line in result["equality"].values():
        assert line["smallest_ks_p_value"] > 1e-4
        assert line["standard_error_ratio"] == pytest.approx(1, abs=0.15)
    ratios = {line["name"]: line["ratio"] for line in result["comparisons"]}
    for metric in ("accuracy", "macro_f1"):
        assert ratios[f"{metric}, against scikit-learn"] >= 20
        assert ratios[f"{metric}, against scipy by language"] >= 20

"""The studies of the book: a tiny one from end to end, and hypotheses judged from numbers made up by hand."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import findings
import findings_summary
import numpy as np
import pandas as pd
import pytest
from findings import PROVENANCE, Study, main, work_off
from findings_plan import PAPER, PARTS, TINY, Cell, Plan, cells, model_names
from findings_summary import COLUMNS, ZERO_SHOT, judge, read_hypotheses

import xlmtut as xt
from xlmtut.frames import read_predictions

HYPOTHESES = """
[[hypothesis]]
name = "tlm helps"
text = "It does."
[[hypothesis.claim]]
row = {task = "xnli", model = "mlm-tlm", against = "mlm", language = "zero-shot"}
above = 0
"""


def options(study: Study) -> list[str]:
    return ["tiny", "--folder", str(study.folder), "--work", str(study.work)]


def new_study(folder: Path) -> Study:
    study = Study(TINY, folder / "results", folder / "work")
    study.folder.mkdir()
    (study.folder / "hypotheses.toml").write_text(HYPOTHESES, encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def few_resamples() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings_summary, "_RESAMPLES", 100)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, few_resamples: None) -> Study:
    """The tiny study, run without interruption."""
    study = new_study(tmp_path_factory.mktemp("findings"))
    assert main(options(study)) == 0
    return study


@pytest.fixture
def copy(whole: Study, tmp_path: Path) -> Study:
    """Its results in a folder that a test may change, without the models."""
    shutil.copytree(whole.folder, tmp_path / "results")
    return replace(whole, folder=tmp_path / "results", work=tmp_path / "work")


def predictions(study: Study, name: str) -> pd.DataFrame:
    return read_predictions(study.folder / name / "predictions.parquet")


def summary(study: Study) -> pd.DataFrame:
    return pd.read_csv(study.folder / "summary.csv", keep_default_na=False, na_values=[""]).fillna(
        {"against": ""}
    )


def value(table: pd.DataFrame, seed: Any = "all", **wanted: str) -> float:
    for column, one in {"against": "", "seed": str(seed), **wanted}.items():
        table = table[table[column] == one]
    return float(table["value"].item())


def test_killed_and_in_another_order_it_gives_the_same(
    whole: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = new_study(tmp_path)
    process = subprocess.Popen(
        [sys.executable, findings.__file__, *options(study)], stderr=subprocess.DEVNULL
    )
    while not [*study.folder.glob(f"*/*/*/{PROVENANCE}")]:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    done = {cell.name for cell in cells(TINY)} - {cell.name for cell in study.left()}
    assert 1 <= len(done) < len(cells(TINY))

    ran: list[str] = []
    run = findings.run

    def spy(study: Study, cell: Cell) -> float:
        ran.append(cell.name)
        return run(study, cell)

    monkeypatch.setattr(findings, "run", spy)
    monkeypatch.setattr(findings, "cells", lambda plan: cells(plan)[::-1])
    work_off(study)
    assert sorted([*ran, *done]) == sorted(cell.name for cell in cells(TINY))  # each once
    assert ran != [cell.name for cell in cells(TINY) if cell.name in ran]

    for path in (path for path in whole.folder.glob("*/*/*/*") if path.name != PROVENANCE):
        other = study.folder / path.relative_to(whole.folder)
        if path.name == "curve.csv":
            tables = [pd.read_csv(file).drop(columns="seconds") for file in (path, other)]
            pd.testing.assert_frame_equal(*tables)
        else:
            assert path.read_bytes() == other.read_bytes(), path


def test_what_is_there_is_not_run_again(whole: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "run_cell", lambda *_: pytest.fail("a cell was run again"))
    work_off(whole)


def test_a_claimed_cell_is_left_to_its_process(tmp_path: Path) -> None:
    study, cell = new_study(tmp_path), cells(TINY)[0]
    with study.claim(cell) as first, study.claim(cell) as second, study.claim(cells(TINY)[1]) as other:
        assert (first, second, other) == (True, False, True)
    with pytest.raises(RuntimeError), study.claim(cell):
        raise RuntimeError
    with study.claim(cell) as again:
        assert again


def test_what_one_asks_for_is_run_with_what_it_needs(tmp_path: Path) -> None:
    study = new_study(tmp_path)
    assert [cell.name for cell in study.left(["mlm/0/xnli*"])] == [
        *("mlm/0/pretraining", "mlm/0/xnli", "mlm/0/xnli-frozen")
    ]
    assert [cell.name for cell in study.left(["scratch/*/ner"])] == ["scratch/0/ner", "scratch/1/ner"]
    with pytest.raises(ValueError, match=r"no cell is called 'mlm/9/\*'"):
        study.left(["mlm/9/*"])


def test_results_without_models_are_enough_until_something_starts_from_them(copy: Study) -> None:
    assert copy.left() == []
    shutil.rmtree(copy.folder / "mlm" / "1" / "ner")
    assert [cell.name for cell in copy.left()] == ["mlm/1/pretraining", "mlm/1/ner"]


def test_half_of_a_result_is_none(copy: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    cell, folder = cells(TINY)[0], copy.folder / cells(TINY)[0].name
    (folder / PROVENANCE).unlink()
    assert copy.left() == [cell]

    class Full(pd.DataFrame):
        def to_csv(self, *_: Any, **__: Any) -> None:
            raise OSError("no space left")

    old = {path.name for path in folder.iterdir()}
    monkeypatch.setattr(findings, "run_cell", lambda *_: {"a.csv": pd.DataFrame({"a": [1]}), "b.csv": Full()})
    with pytest.raises(OSError, match="no space"):
        findings.run(copy, cell)
    assert copy.left() == [cell]
    monkeypatch.setattr(findings, "run_cell", lambda *_: {"a.csv": pd.DataFrame({"a": [1]})})
    findings.run(copy, cell)
    assert {path.name for path in folder.iterdir()} == {"a.csv", PROVENANCE} != old
    assert copy.left() == []
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_results_of_another_plan_or_of_other_data_are_refused(
    copy: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = replace(TINY, tunings=(replace(TINY.tunings[0], lr=0.5), *TINY.tunings[1:]))
    with pytest.raises(ValueError, match="scratch/0/xnli was made with another tuning; delete it"):
        replace(copy, plan=changed).left()
    monkeypatch.setattr(findings, "data_version", lambda: "another")
    assert main(options(copy)) == 1
    assert "was made with another data; delete it" in capsys.readouterr().err


def test_the_list(copy: Study, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copy.folder / "scratch" / "0")
    assert main([*options(copy), "--list"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == len(cells(TINY))
    assert [line.split()[0] for line in lines if " left" in line] == [
        *("scratch/0/retrieval", "scratch/0/xnli", "scratch/0/ner")
    ]
    assert last.startswith(f"3 of {len(lines)} cells left")


def test_provenance(whole: Study) -> None:
    made = json.loads((whole.folder / "mlm-tlm/1/ner-frozen" / PROVENANCE).read_text(encoding="utf-8"))
    assert made["command"] == "python tools/findings.py tiny --only mlm-tlm/1/ner-frozen"
    assert made["settings"]["frozen"] == TINY.frozen_layers
    assert made["settings"]["arm"]["steps"] == 40
    assert made["seconds"] > 0
    assert {"commit", "machine", "versions"} <= made.keys()


@pytest.mark.parametrize("model", ["scratch", "mlm", "mlm-tlm"])
def test_predictions_of_all_languages_on_the_way(whole: Study, model: str) -> None:
    for tuning in TINY.tunings:
        frame = predictions(whole, f"{model}/1/{tuning.task}")
        assert frame["step"].nunique() >= 8
        assert set(frame["model"]) == {model}
        assert set(frame["seed"]) == {1}
        counts = frame.groupby(["step", "split", "language"]).size().unstack("split")
        assert (counts == [tuning.test, tuning.validation]).all(axis=None)
        assert set(frame["language"]) == {"en", "de"}


def test_seeds_and_freezing_matter(whole: Study) -> None:
    names = ("mlm/0/xnli", "mlm/1/xnli", "mlm/0/xnli-frozen", "mlm-tlm/0/xnli", "scratch/0/xnli")
    losses = [pd.read_csv(whole.folder / name / "curve.csv")["loss"].tolist() for name in names]
    assert len({str(one) for one in losses}) == len(names)


def test_retrieval_is_kept_sentence_by_sentence(whole: Study) -> None:
    frame = predictions(whole, "mlm-tlm/0/retrieval")
    assert frame.groupby(["task", "language"]).size().to_dict() == {
        ("retrieval", "de"): 20,
        ("retrieval, centred", "de"): 20,
    }
    right = frame[frame["task"] == "retrieval, centred"].eval("label == prediction").mean()
    found = value(summary(whole), 0, task="retrieval, centred", model="mlm-tlm", language="de")
    assert found == pytest.approx(right, abs=1e-5)


def test_summary_is_that_of_the_step_that_is_best_in_english(whole: Study) -> None:
    table = summary(whole)
    assert tuple(table.columns) == COLUMNS
    for model, seed in product(("scratch", "mlm", "mlm-tlm-frozen"), (0, 1)):
        arm, frozen, _ = model.partition("-frozen")
        folder = f"{arm}/{seed}/xnli{frozen}"
        frame = predictions(whole, folder).assign(right=lambda rows: rows["label"] == rows["prediction"])
        share = frame.groupby(["split", "step", "language"])["right"].mean()
        best = share["validation"].xs("en", level="language").idxmax()
        wanted = {"task": "xnli", "model": model}
        assert value(table, seed, language="de", **wanted) == pytest.approx(
            share["test", best, "de"], abs=1e-5
        )
        assert value(table, seed, language=ZERO_SHOT, **wanted) == value(table, seed, language="de", **wanted)
        gap = share["test", best, "en"] - share["test", best, "de"]
        assert value(table, seed, language="gap", **wanted) == pytest.approx(gap, abs=1e-5)


def test_summary_means_and_differences(whole: Study) -> None:
    table = summary(whole)
    by_seed = table.pivot_table(
        index=["task", "model", "against", "language"], columns="seed", values="value"
    )
    np.testing.assert_allclose(by_seed["all"], (by_seed["0"] + by_seed["1"]) / 2, atol=2e-5)
    alone = by_seed["all"].xs("", level="against")
    for (task, model, against, language), difference in by_seed["all"].items():
        if against:
            both = alone[task, model, language] - alone[task, against, language]
            assert difference == pytest.approx(both, abs=3e-5)
    inside = table.dropna(subset="low")
    assert (inside["low"] <= inside["value"] + 1e-9).all()
    assert (inside["value"] <= inside["high"] + 1e-9).all()
    assert table.loc[table["against"] != "", "p"].between(0, 1).all()
    assert table.loc[table["against"] == "", "p"].isna().all()


def test_perplexity_is_that_of_all_held_out_tokens(whole: Study) -> None:
    losses = pd.read_parquet(whole.folder / "bg-ru/0/pretraining/losses.parquet")
    sums = losses.groupby("language")[["loss", "labels"]].sum()
    for code in ("bg", "ru"):
        found = value(summary(whole), 0, task="perplexity", model="bg-ru", language=code)
        assert found == pytest.approx(xt.perplexity(sums["loss"][code], int(sums["labels"][code])), abs=1e-4)
    rows = {
        model: pd.read_parquet(whole.folder / model / "1/pretraining/losses.parquet")
        for model in ("bg", "bg-ru")
    }
    alone, added = (frame.query("language == 'bg'")["labels"].tolist() for frame in rows.values())
    assert alone == added  # the same rows of tokens


def test_verdicts_are_written(whole: Study) -> None:
    verdict = pd.read_csv(whole.folder / "verdicts.csv").iloc[0]
    assert verdict["hypothesis"] == "tlm helps"
    assert verdict["claim"] == "xnli, mlm-tlm − mlm, zero-shot above 0"
    assert verdict["verdict"] == verdict["hypothesis_verdict"]


# -- judging ---------------------------------------------------------------------------------------


def made_up(**rows: tuple[float, float, list[float]]) -> pd.DataFrame:
    """A summary with a row ``(low, high, values of seeds)`` for each model."""
    lines = []
    for model, (low, high, values) in rows.items():
        key = {"task": "topic", "model": model, "against": "", "language": "zero-shot"}
        lines.append({**key, "seed": "all", "value": np.mean(values), "low": low, "high": high})
        lines += [{**key, "seed": str(i), "value": one} for i, one in enumerate(values)]
    return pd.DataFrame(lines)


def claim(model: str, **side: Any) -> dict[str, Any]:
    return {"row": {"task": "topic", "model": model, "language": "zero-shot"}, **side}


def verdict_of(table: pd.DataFrame, *claims: dict[str, Any]) -> list[str]:
    judged = judge([{"name": "h", "claim": claims}], table)
    assert judged["hypothesis_verdict"].nunique() == 1
    return [*judged["verdict"], judged["hypothesis_verdict"].iloc[0]]


@pytest.mark.parametrize(
    ("low", "high", "seeds", "side", "verdict"),
    [
        (0.60, 0.70, [0.64, 0.66], {"above": 0.5}, "held"),
        (0.60, 0.70, [0.49, 0.81], {"above": 0.5}, "undecided"),  # a seed is on the other side
        (0.45, 0.70, [0.57, 0.58], {"above": 0.5}, "undecided"),
        (0.30, 0.40, [0.34, 0.36], {"above": 0.5}, "did not hold"),
        (0.30, 0.40, [0.34, 0.36], {"below": 0.5}, "held"),
        (0.60, 0.70, [0.64, 0.66], {"below": 0.5}, "did not hold"),
        (0.40, 0.60, [0.49, 0.51], {"below": 0.5}, "undecided"),
        (math.nan, math.nan, [1.0, 1.0], {"above": 0.9}, "held"),  # all right: resampling changes nothing
    ],
)
def test_a_claim_about_a_number(
    low: float, high: float, seeds: list[float], side: dict[str, float], verdict: str
) -> None:
    assert verdict_of(made_up(a=(low, high, seeds)), claim("a", **side)) == [verdict, verdict]


def test_a_claim_about_two_rows() -> None:
    table = made_up(low=(0.1, 0.2, [0.1, 0.2]), mid=(0.15, 0.4, [0.3, 0.3]), top=(0.3, 0.5, [0.4, 0.4]))

    def side(model: str) -> dict[str, Any]:
        return claim(model)["row"]

    assert verdict_of(table, claim("top", above=side("low")))[0] == "held"
    assert verdict_of(table, claim("low", above=side("top")))[0] == "did not hold"
    assert verdict_of(table, claim("top", above=side("mid")))[0] == "undecided"  # the intervals overlap
    assert verdict_of(table, claim("low", below=side("top")))[0] == "held"


def test_a_hypothesis_of_several_claims() -> None:
    table = made_up(a=(0.6, 0.7, [0.65]), b=(0.4, 0.6, [0.5]), c=(0.1, 0.2, [0.15]))
    good, open_, bad = (claim(model, above=0.5) for model in "abc")
    assert verdict_of(table, good, good)[-1] == "held"
    assert verdict_of(table, good, open_)[-1] == "undecided"
    assert verdict_of(table, good, open_, bad)[-1] == "did not hold"


def test_a_verdict_comes_with_its_numbers() -> None:
    table = made_up(a=(0.6, 0.7, [0.64, 0.66]), b=(0.1, 0.2, [0.1, 0.2]))
    line = judge([{"name": "h", "claim": [claim("a", above=claim("b")["row"])]}], table).iloc[0]
    assert line["claim"] == "topic, a, zero-shot above topic, b, zero-shot"
    numbers = line[["value", "low", "high", "bound_low", "bound_high"]].tolist()
    assert numbers == pytest.approx([0.65, 0.6, 0.7, 0.1, 0.2])
    assert line["seeds"] == "2 of 2"


def test_a_claim_about_a_row_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no row 'topic, z, zero-shot'; correct the hypothesis"):
        verdict_of(made_up(a=(0.6, 0.7, [0.65])), claim("z", above=0.5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[hypothesis", "is not TOML"),
        ('[[hypothesis]]\nname = "h"', "h has no claim"),
        ('[[hypothesis]]\nname = "h"\n[[hypothesis.claim]]\nabove = 1', "expected row, and above or below"),
        (
            '[[hypothesis]]\nname = "h"\n[[hypothesis.claim]]\nrow = {}\nabove = 1\nbelow = 2',
            "expected row, and above or below",
        ),
    ],
)
def test_hypotheses_that_cannot_be_judged(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "hypotheses.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_hypotheses(path)


# -- the plan that is run ------------------------------------------------------------------------------


def keys(plan: Plan) -> set[tuple[str, str, str, str]]:
    """The rows that the summary of a plan has: task, model, against, language."""
    languages: dict[tuple[str, str], set[str]] = {}
    for cell in cells(plan):
        codes = set(cell.arm.languages)
        if cell.kind == "pretraining":
            languages["perplexity", cell.model] = codes
        elif cell.kind == "retrieval":
            for task in ("retrieval", "retrieval, centred"):
                languages[task, cell.model] = codes - {"en"} | {"mean", ZERO_SHOT}
        elif cell.tuning is not None:
            for task in (cell.tuning.task, *(PARTS if cell.tuning.task == "xnli" else ())):
                languages[task, cell.model] = codes | {"mean", "gap", ZERO_SHOT}
    pairs = [(model, "") for model in model_names(plan)] + [*plan.compared]
    return {
        (task, model, against, code)
        for task in {task for task, _ in languages}
        for model, against in pairs
        for code in languages.get((task, model), set()) & languages.get((task, against or model), set())
    }


def test_the_rows_of_a_summary_are_known_beforehand(whole: Study) -> None:
    table = summary(whole)
    rows = set(table[["task", "model", "against", "language"]].itertuples(index=False, name=None))
    assert rows == {row for row in keys(TINY) if row[0].startswith("retrieval") <= (row[3] != "mean")}
    assert not table.duplicated(["task", "model", "against", "language", "seed"]).any()


def test_every_hypothesis_names_rows_that_the_study_makes() -> None:
    hypotheses = read_hypotheses(Path(findings.ROOT) / "xlmtut/findings/paper/hypotheses.toml")
    assert len({hypothesis["name"] for hypothesis in hypotheses}) == len(hypotheses) >= 10
    for hypothesis in hypotheses:
        assert hypothesis["text"]
        for one in hypothesis["claim"]:
            for row in (one["row"], one.get("above"), one.get("below")):
                if isinstance(row, dict):
                    found = (row["task"], row["model"], row.get("against", ""), row["language"])
                    assert found in keys(PAPER), found


def test_the_arms_are_those_that_the_paper_compares() -> None:
    arms = {arm.name: arm for arm in PAPER.arms}
    mlm, added, equal = (arms[name] for name in ("mlm", "mlm-tlm", "mlm-tlm-equal"))
    share = added.objectives.count("mlm") / len(added.objectives)
    assert added.steps * share == mlm.steps  # the updates of MLM are the same, and those of TLM are added
    assert equal.steps == mlm.steps
    assert {replace(arm, name="", objectives=(), steps=0) for arm in (mlm, added, equal)} == {
        replace(arms["scratch"], name="")
    }
    low = [arms[name] for name in ("bg", "bg-ru", "bg-zh")]
    assert len({replace(arm, name="", languages=(), steps=0) for arm in low}) == 1
    assert len(PAPER.seeds) == 3
    assert all(tuning.checkpoints >= 8 for tuning in PAPER.tunings)
    pairs = [model for pair in PAPER.compared for model in pair]
    assert set(pairs) == set(model_names(PAPER))

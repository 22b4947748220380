"""The recorded runs of the studies: that they are whole, and that what is said of them follows from them."""

from __future__ import annotations

from pathlib import Path

import findings as runner
import pytest
from findings_plan import STUDIES, cells

from xlmtut import findings
from xlmtut.findings import _folder

TASK = {"paper": "topic", "shipped": "xnli", "anchors": "topic"}


@pytest.fixture(params=TASK)
def study(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_studies_are_those_that_are_planned() -> None:
    assert set(findings.STUDIES) == set(STUDIES)


def test_every_cell_was_run_as_planned_on_the_data_of_today(study: str, tmp_path: Path) -> None:
    assert runner.Study(STUDIES[study], _folder(study), tmp_path).left() == []
    runs = findings.provenance(study)
    assert len(runs) == len(cells(STUDIES[study]))
    assert (runs["seconds"] > 0).all()


def test_the_summary_follows_from_the_predictions(study: str) -> None:
    frame = findings.predictions(study, TASK[study]).assign(
        right=lambda rows: rows["label"] == rows["prediction"]
    )
    table = findings.summary(study).query("task == @TASK[@study] and against == ''")
    for (model, seed), run in frame.groupby(["model", "seed"]):
        share = run.groupby(["split", "step", "language"])["right"].mean()
        best = share["validation"].xs("en", level="language").idxmax()
        found = table[(table["model"] == model) & (table["seed"] == str(seed))].set_index("language")["value"]
        for code, wanted in share["test"][best].items():
            assert found[code] == pytest.approx(wanted, abs=1e-5)
        assert found["zero-shot"] == pytest.approx(share["test"][best].drop("en").mean(), abs=1e-5)


def test_the_verdicts_are_those_of_the_rule() -> None:
    key = ["task", "model", "against", "language", "seed"]
    summary = findings.summary("paper").set_index(key)["value"].sort_index()
    table = findings.verdicts().set_index(["hypothesis", "claim"])
    claims = [(one["name"], claim) for one in findings.hypotheses() for claim in one["claim"]]
    assert len(claims) == len(table) >= 20
    for (name, claim), (_, found) in zip(claims, table.iterrows(), strict=True):
        row = {"against": "", **claim["row"]}
        bound = claim.get("above", claim.get("below"))
        if isinstance(bound, dict):
            continue  # of a row: the rule's own tests have it
        sign = 1 if "above" in claim else -1
        values = summary[tuple(row[part] for part in key[:-1])].drop("all")
        distances = [sign * (value - bound) for value in (*values, found["low"], found["high"])]
        wanted = "held" if min(distances) > 0 else "did not hold" if max(distances) < 0 else "undecided"
        assert found["verdict"] == wanted, (name, row)
        assert found["seeds"] == f"{sum(d > 0 for d in distances[:-2])} of {len(values)}", (name, row)


def test_a_study_that_has_not_been_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(findings, "_folder", lambda study: tmp_path / study)
    with pytest.raises(ValueError, match=r"no summary.csv; run `python tools/findings.py paper`"):
        findings.summary("paper")
    with pytest.raises(ValueError, match=r"no verdicts.csv"):
        findings.verdicts()


def test_scores_are_those_of_the_last_step(study: str) -> None:
    frame = findings.predictions(study, TASK[study], scores=True)
    assert frame["scores"].map(sum).sub(1).abs().max() < 1e-3
    assert set(frame["split"]) == {"test"}
    every = findings.predictions(study, TASK[study])
    key = ["id", "language", "model", "seed", "step"]
    both = frame.merge(every[every["split"] == "test"], on=key, validate="one_to_one")
    assert len(both) == len(frame)
    assert (both["prediction_x"] == both["prediction_y"]).all()


def test_curves(study: str) -> None:
    table = findings.curves(study, TASK[study])
    assert list(table.columns) == ["model", "seed", "step", "objective", "updates", "loss", "seconds"]
    first, last = (table.groupby(["model", "seed"])["loss"].agg(which) for which in ("first", "last"))
    assert (last < first).all()


def test_a_study_or_a_task_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no study 'xnli'; expected one of paper, shipped, anchors"):
        findings.summary("xnli")
    with pytest.raises(ValueError, match=r"no predictions.parquet of 'qa'; it has .*xnli"):
        findings.predictions("shipped", "qa")
    with pytest.raises(ValueError, match="no curves of 'qa'"):
        findings.curves("shipped", "qa")

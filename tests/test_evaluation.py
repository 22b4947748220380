"""Reports: by hand, against scikit-learn, over seeds, on sets parallel or not; in all formats."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from tests.samples import RATES, predictions, right
from xlmtut.evaluation import Report, evaluate
from xlmtut.intervals import wilson


def test_values_and_wilson_intervals_by_language() -> None:
    frame = predictions()
    report = evaluate(frame, resamples=200)
    rates = right(frame).mean(axis=0)
    assert report.table.index.tolist() == ["en", "de", "zh"]
    assert report.table["value"].to_numpy() == pytest.approx(rates)
    assert report.table["n"].tolist() == [300] * 3
    for rate, low, high in zip(rates, report.table["low"], report.table["high"], strict=True):
        assert (low, high) == wilson(round(300 * rate), 300)
    assert report.mean is not None
    assert report.gap is not None
    assert report.mean.value == pytest.approx(rates.mean())
    assert report.gap.value == pytest.approx(rates[0] - rates[1:].mean())
    assert (report.worst, report.examples, report.seeds) == ("zh", 300, None)


def test_the_mean_is_clustered_by_example() -> None:
    frame = predictions(2000, share=0.9)
    report = evaluate(frame, resamples=4000)
    answers = right(frame)
    for interval, per_example in (
        (report.mean, answers.mean(axis=1)),
        (report.gap, answers[:, 0] - answers[:, 1:].mean(axis=1)),
    ):
        assert interval is not None
        error = per_example.std(ddof=1) / np.sqrt(2000)
        assert interval.low == pytest.approx(interval.value - 1.96 * error, abs=0.15 * error)
        assert interval.high == pytest.approx(interval.value + 1.96 * error, abs=0.15 * error)
    apart = frame.assign(id=frame["language"] + frame["id"].astype(str))
    loose = evaluate(apart, resamples=4000)
    assert loose.mean is not None
    assert report.mean is not None
    own = np.sqrt((answers.var(axis=0, ddof=1) / 2000).sum()) / 3
    assert loose.mean.high - loose.mean.low == pytest.approx(2 * 1.96 * own, rel=0.08)
    assert report.mean.high - report.mean.low > 1.2 * (loose.mean.high - loose.mean.low)
    assert any("independent test sets" in note for note in loose.notes)
    assert not report.notes


def test_languages_may_share_some_ids() -> None:
    frame = predictions(400)
    ids = frame["id"]
    part = frame[~((frame["language"] == "zh") & (ids < 200)) & ~((frame["language"] == "en") & (ids >= 300))]
    report = evaluate(part, resamples=500)
    assert report.table["n"].tolist() == [300, 400, 200]
    assert report.examples == 400
    zh = part[part["language"] == "zh"]
    assert report.table["value"]["zh"] == pytest.approx((zh["label"] == zh["prediction"]).mean())
    assert any("do not all have the same ids" in note for note in report.notes)


def test_the_order_of_the_rows_changes_nothing() -> None:
    frame = predictions()
    shuffled = frame.sample(frac=1, random_state=1)
    first = evaluate(frame, metric="macro_f1", languages=["de", "en", "zh"], resamples=300)
    second = evaluate(shuffled, metric="macro_f1", languages=["de", "en", "zh"], resamples=300)
    pd.testing.assert_frame_equal(first.table, second.table)
    assert (first.mean, first.gap) == (second.mean, second.gap)
    assert first.table.index.tolist() == ["de", "en", "zh"]


def test_macro_f1_is_scikit_learns_and_its_interval_is_of_the_right_width() -> None:
    frame = predictions(800)
    report = evaluate(frame, metric="macro_f1", resamples=3000)
    rng = np.random.default_rng(0)
    for code in RATES:
        part = frame[frame["language"] == code].reset_index()
        expected = f1_score(part["label"], part["prediction"], average="macro")
        assert report.table["value"][code] == pytest.approx(expected)
    draws = [part.loc[rng.integers(0, 800, 800)] for _ in range(120)]
    spread = np.std([f1_score(d["label"], d["prediction"], average="macro") for d in draws])
    width = report.table["high"][code] - report.table["low"][code]
    assert width == pytest.approx(2 * 1.96 * spread, rel=0.2)


def test_ranks_say_how_sure_they_are() -> None:
    report = evaluate(predictions(400, {"en": 0.95, "fr": 0.75, "es": 0.75, "sw": 0.5}), resamples=1000)
    table = report.table
    assert table.loc["en", ["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 1]
    assert table.loc["sw", ["rank", "rank_low", "rank_high"]].tolist() == [4, 4, 4]
    assert {(row["rank_low"], row["rank_high"]) for _, row in table.loc[["fr", "es"]].iterrows()} == {(2, 3)}
    assert report.worst_share == 1
    tied = evaluate(predictions(200, {"en": 0.8, "fr": 0.8}, share=1.0), resamples=100)
    assert tied.table["rank"].tolist() == [1, 1]


def test_several_seeds_are_averaged_and_the_examples_drawn_in_all() -> None:
    frame = pd.concat([predictions(1000, seed=seed) for seed in range(4)])
    report = evaluate(frame, resamples=2000)
    by_seed = np.stack(
        [right(frame[frame["seed"] == seed]) for seed in range(4)]
    )  # (seeds, examples, languages)
    assert report.table["value"].to_numpy() == pytest.approx(by_seed.mean(axis=(0, 1)))
    per_example = by_seed.mean(axis=0)
    error = per_example.std(axis=0, ddof=1) / np.sqrt(1000)
    width = (report.table["high"] - report.table["low"]).to_numpy()
    assert width == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert report.seeds is not None
    sd = by_seed.mean(axis=1).std(axis=0, ddof=1)
    assert report.seeds.loc[list(RATES), "sd"].to_numpy() == pytest.approx(sd)
    assert report.seeds.index.tolist() == ["en", "de", "zh", "mean", "gap"]
    assert any("Mean of 4 seeds: 0, 1, 2, 3." in note for note in report.notes)
    assert f"standard deviation is {100 * report.seeds.loc['mean', 'sd']:.1f} points" in report.summary()


def test_the_split_of_the_variance_is_that_of_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(5)
    ability = rng.normal(0.7, 0.04, 5)  # seeds that differ truly
    frame = pd.concat([predictions(1500, {"en": a}, seed=s) for s, a in enumerate(ability)])
    report = evaluate(frame, resamples=3000)
    answers = np.stack([right(frame[frame["seed"] == s])[:, 0] for s in range(5)])  # (seeds, examples)
    residual = answers - answers.mean(0) - answers.mean(1, keepdims=True) + answers.mean()
    noise = (residual**2).sum() / (4 * 1499)
    between = max(0.0, answers.mean(1).var(ddof=1) - noise / 1500)
    assert report.seeds is not None
    row = report.seeds.loc["en"]
    assert row["se_seeds"] == pytest.approx(np.sqrt(between / 5), rel=0.02)
    assert row["se_examples"] == pytest.approx(answers.mean(0).std(ddof=1) / np.sqrt(1500), rel=0.05)
    assert row["seed_share"] == pytest.approx(between / 5 / (between / 5 + row["se_examples"] ** 2), rel=0.05)
    assert row["seed_share"] > 0.5


def test_seeds_that_differ_by_luck_alone_are_not_taken_for_different() -> None:
    shares = []
    for k in range(12):
        frame = pd.concat([predictions(300, {"en": 0.7}, seed=10 * k + s) for s in range(3)])
        report = evaluate(frame, resamples=300)
        assert report.seeds is not None
        shares.append(report.seeds.loc["en", "seed_share"])
    assert np.median(shares) < 0.1


def test_where_nothing_varies_there_is_no_interval() -> None:
    report = evaluate(predictions(60, {"en": 1.0, "fr": 1.0}), resamples=50)
    assert report.table["low"].between(0.9, 0.95).all()  # Wilson's needs no variation
    assert report.mean is not None
    assert np.isnan(report.mean.low)
    assert any("no interval" in note for note in report.notes)
    assert json.loads(report.to_json())["mean"] == {"value": 1.0, "low": None, "high": None}


def test_one_language_has_no_mean_and_no_source_no_gap() -> None:
    one = evaluate(predictions(60, {"sw": 0.7}), resamples=50)
    assert (one.mean, one.gap) == (None, None)
    assert "Transfer" not in str(one)
    assert evaluate(predictions(60, {"sw": 0.7, "fr": 0.8}), resamples=50).gap is None
    named = evaluate(predictions(60, {"sw": 0.7, "fr": 0.8}), source="fr", resamples=50)
    assert named.gap is not None


def test_someone_elses_csv_in_three_lines(tmp_path: Path) -> None:
    path = tmp_path / "someone.csv"
    predictions().drop(columns="seed").to_csv(path, index=False)
    report = evaluate(path, resamples=100)
    assert "gap (en − others)" in str(report) == repr(report)  # no addresses of functions


def test_formats_hold_the_same_table() -> None:
    report = evaluate(
        predictions(task="sentiment", model="mini_mlm", split="test"), labels=["no", "yes"], resamples=100
    )
    frame = report.to_frame()
    assert frame["language"].tolist() == ["en", "de", "zh", "mean", "gap (en − others)"]
    markdown = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in report.to_markdown().splitlines()
    ]
    assert markdown[0] == list(frame.columns)
    assert markdown[2:] == frame.to_numpy().tolist()
    latex = report.to_latex()
    assert latex.count(r"\\") == 6
    assert r"accuracy \%" in latex
    assert "gap (en $-$ others)" in latex
    html = re.findall(r"<td>(.*?)</td>", report.to_html())
    assert html == frame.to_numpy().ravel().tolist()
    numbers = pd.read_csv(StringIO(report.to_csv()))
    assert numbers["value"][:3].tolist() == pytest.approx(report.table["value"].tolist())
    assert numbers["language"].tolist() == ["en", "de", "zh", "mean", "gap"]
    facts = json.loads(report.to_json())
    assert facts["languages"]["de"]["n"] == 300
    assert (facts["model"], facts["task"], facts["metric"]) == ("mini_mlm", "sentiment", "accuracy")
    assert "mini_mlm on sentiment (test): Mean accuracy over 3 languages" in report.summary()
    assert "<p>mini_mlm on sentiment" in report._repr_html_()


def test_the_figure_has_a_dot_and_an_interval_for_each_language() -> None:
    report = evaluate(predictions(rates={"zh": 0.6, "en": 0.9, "fake": 0.5, "de": 0.8}), resamples=100)
    axes = report.plot()
    dots = axes.lines[0]
    assert dots.get_xdata() == pytest.approx(100 * report.table.loc[["en", "de", "zh", "fake"], "value"])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "Germanic  en",
        "de",
        "Sino-Tibetan  zh",
        "  fake",
    ]
    assert axes.get_xlabel() == "accuracy %"
    other = plt.subplots()[1]
    assert report.plot(other) is other
    plt.close("all")


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (
            predictions(),
            {"languages": ["en", "sw"]},
            "there are no examples in 'sw'; the predictions have en, de",
        ),
        (predictions(), {"languages": "en"}, "languages is 'en'; expected a list of one or more codes"),
        (
            predictions(),
            {"metric": "entity_f1"},
            "labels are texts and predictions are texts; entity_f1 expects l",
        ),
        (predictions(), {"labels": ["no", "maybe"]}, "a label outside the set, 'yes', in"),
        (
            predictions(model=["a", "b"] * 450),
            {},
            "the predictions hold 2 values of model: a, b; expected one, keep",
        ),
        (
            predictions(step=[0, 10, 20] * 300),
            {},
            "hold 3 values of step: 0, 10, 20; expected one, keep one with fr",
        ),
        (predictions(split=["dev", "test"] * 450), {}, "hold 2 values of split: dev, test"),
        (predictions(task=["x", "y"] * 450), {}, "hold 2 values of task: x, y"),
    ],
)
def test_what_must_not_be_mixed_or_guessed_is_refused(
    frame: pd.DataFrame, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(frame, resamples=50, **options)


def test_seeds_must_have_the_same_examples() -> None:
    two = pd.concat([predictions(20, seed=0), predictions(20, seed=1)], ignore_index=True)
    less = two.drop(index=two.index[(two["seed"] == 1) & (two["id"].isin([7, 9]))])
    with pytest.raises(
        ValueError, match="2 of the 20 ids of seed 0 in 'en' are not in seed 1: 7, 9; expected th"
    ):
        evaluate(less, resamples=50)
    without = two[(two["seed"] == 0) | (two["language"] != "de")]
    with pytest.raises(ValueError, match="seed 1 has no examples in 'de'; expected the same in every seed"):
        evaluate(without, resamples=50)
    two.loc[two["seed"] == 1, "label"] = "no"
    with pytest.raises(
        ValueError, match=r"seed 0 and seed 1 have different labels for \d+ of the 20 ids in 'en': \d"
    ):
        evaluate(two, resamples=50)


def test_few_examples_are_pointed_out() -> None:
    report = evaluate(predictions(30), resamples=100)
    assert any("Fewer than 50 examples in en, de, zh" in note for note in report.notes)
    assert isinstance(report, Report)

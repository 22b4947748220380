"""Comparisons: the tests by hand, what order and pairing change, words that fit, sets that do not match."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from tests.samples import RATES, predictions, right
from xlmtut.comparison import compare
from xlmtut.evaluation import evaluate
from xlmtut.frames import save_predictions
from xlmtut.paired import holm, mcnemar, minimal_detectable_difference

BETTER = {"en": 0.9, "de": 0.9, "zh": 0.62}
OPTIONS: dict[str, Any] = {"labels": ["no", "yes"], "resamples": 500}


def model(
    name: str, rates: dict[str, float] = RATES, seed: int = 1, n: int = 400, **columns: Any
) -> pd.DataFrame:
    return predictions(n, rates, seed=seed, model=name, task="sentiment", **columns)


def test_every_number_by_language() -> None:
    a, b = model("alpha"), model("beta", BETTER, seed=2)
    comparison = compare(a, b, **OPTIONS)
    table = comparison.table
    first, second = right(a), right(b)
    assert table["a"].to_numpy() == pytest.approx(first.mean(axis=0))
    assert table["difference"].to_numpy() == pytest.approx((second - first).mean(axis=0))
    assert table["only_a"].tolist() == ((first > second).sum(axis=0)).tolist()
    assert table["only_b"].tolist() == ((second > first).sum(axis=0)).tolist()
    for _, row in table.iterrows():
        exact, mid = mcnemar(int(row["only_a"]), int(row["only_b"]))
        assert (row["p_mcnemar"], row["p_mid"]) == (exact, mid)
        assert row["p_permutation"] == pytest.approx(exact, abs=0.07)
        assert (row["low"] <= row["difference"] <= row["high"]) or np.isnan(row["low"])
    assert table["p"].equals(table["p_mcnemar"])
    assert table["p_holm"].to_numpy() == pytest.approx(holm(table["p"]))
    assert comparison.detectable == pytest.approx(
        minimal_detectable_difference(
            400, discordance=float((first != second).mean(axis=0).tolist()[1]), tests=3
        ),
        rel=0.5,
    )


def test_the_mean_and_the_gap_are_paired_and_clustered() -> None:
    a, b = model("alpha", n=1500), model("beta", BETTER, seed=2, n=1500)
    comparison = compare(a, b, labels=["no", "yes"], resamples=4000)
    difference = right(b) - right(a)
    gap = difference[:, 0] - difference[:, 1:].mean(axis=1)
    for name, per_example in (("mean", difference.mean(axis=1)), ("gap", gap)):
        row = comparison.aggregates.loc[name]
        error = per_example.std(ddof=1) / np.sqrt(1500)
        assert row["difference"] == pytest.approx(per_example.mean())
        assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.08)
        assert np.isnan(row["p_holm"])
    reports = [evaluate(frame, labels=["no", "yes"], resamples=50) for frame in (a, b)]
    for name in ("mean", "gap"):
        both = [getattr(report, name).value for report in reports]
        assert comparison.aggregates.loc[name, ["a", "b"]].tolist() == pytest.approx(both)


def test_exchanging_the_models_turns_the_signs() -> None:
    a, b = model("alpha"), model("beta", BETTER, seed=2)
    one, other = compare(a, b, **OPTIONS), compare(b, a, **OPTIONS)
    assert one.table["difference"].to_numpy() == pytest.approx(-other.table["difference"].to_numpy())
    assert one.table["p"].equals(other.table["p"])
    assert one.table["low"].to_numpy() == pytest.approx(-other.table["high"].to_numpy(), abs=0.004)
    assert one.names == other.names[::-1]


def test_the_order_of_rows_and_unequal_seed_numbers_change_nothing() -> None:
    a, b = model("alpha"), model("beta", BETTER, seed=2)
    one = compare(a, b, **OPTIONS)
    other = compare(a, b.sample(frac=1, random_state=0).assign(seed=77), **OPTIONS)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.aggregates, other.aggregates)


def test_a_model_does_not_differ_from_itself() -> None:
    a = model("alpha")
    comparison = compare(a, a, **OPTIONS)
    assert comparison.names == ("alpha (a)", "alpha (b)")
    assert (comparison.table[["p", "p_holm", "p_permutation", "p_bootstrap"]] == 1).all(axis=None)
    assert np.isnan(comparison.detectable)
    assert "does not tell alpha (a) and alpha (b) apart in any language" in comparison.summary()
    assert "no evidence that they are equal" in comparison.summary()


def test_words_say_what_the_numbers_allow() -> None:
    rates = {"en": 0.9, "de": 0.9, "zh": 0.45}
    text = compare(model("alpha", n=900), model("beta", rates, seed=2, n=900), **OPTIONS).summary()
    assert (
        "By language after Holm's correction for 3 tests, at the 5 % level: beta is better than alpha in de;"
        in text
    )
    assert "alpha is better than beta in zh." in text
    assert "The test set does not tell alpha and beta apart in en after Holm's correction" in text
    assert "points in one language is missed in one case of five" in text
    lines = text.splitlines()
    assert lines[0].startswith("On the mean over 3 languages ")
    assert lines[1].startswith("Transfer gap: beta − alpha = ")
    better = compare(model("alpha", n=900), model("beta", BETTER, seed=2, n=900), **OPTIONS)
    assert better.summary().startswith(
        "On the mean over 3 languages beta is better than alpha: beta − alpha = "
    )
    worse = compare(model("beta", BETTER, seed=2, n=900), model("alpha", n=900), **OPTIONS)
    assert worse.summary().startswith(
        "On the mean over 3 languages beta is better than alpha: alpha − beta = −"
    )


def test_other_metrics_have_no_mcnemar() -> None:
    comparison = compare(model("alpha"), model("beta", BETTER, seed=2), metric="macro_f1", **OPTIONS)
    assert comparison.table[["only_a", "only_b", "p_mcnemar", "p_mid"]].isna().all(axis=None)
    assert comparison.table["p"].equals(comparison.table["p_permutation"])
    assert "only alpha" not in comparison.to_frame()
    assert comparison.table["p_holm"]["de"] < 0.05 < comparison.table["p_holm"]["en"]


def test_several_seeds_are_paired_by_number() -> None:
    a = pd.concat([model("alpha", seed=s) for s in (1, 2, 3)])
    b = pd.concat([model("beta", BETTER, seed=s) for s in (3, 1, 2)])  # in another order
    comparison = compare(a, b, **OPTIONS)
    assert comparison.seeds is not None
    for seed, row in comparison.seeds.iterrows():
        frames = [frame[frame["seed"] == seed] for frame in (a, b)]
        assert row["difference"] == pytest.approx(right(frames[1]).mean() - right(frames[0]).mean())
        alone = compare(*frames, **OPTIONS)
        assert row["p_permutation"] == pytest.approx(alone.aggregates.loc["mean", "p_permutation"], abs=0.02)
    means = [np.mean([right(f[f["seed"] == s]).mean(axis=0) for s in (1, 2, 3)], axis=0) for f in (a, b)]
    assert comparison.table["difference"].to_numpy() == pytest.approx(means[1] - means[0])
    assert comparison.table["p_mcnemar"].isna().all()
    assert (
        "beta is ahead in 3 of 3 seeds. Intervals and tests are about other examples" in comparison.summary()
    )


def test_models_are_named_after_their_files(tmp_path: Path) -> None:
    paths = [tmp_path / "mlm.parquet", tmp_path / "mlm-tlm.csv"]
    for path, frame in zip(paths, (model("", seed=1), model("", BETTER, seed=2)), strict=True):
        save_predictions(frame, path)
    assert compare(*paths, **OPTIONS).names == ("mlm", "mlm-tlm")
    assert compare(model(""), model("", seed=2), **OPTIONS).names == ("a", "b")


def test_formats_and_figure() -> None:
    comparison = compare(model("alpha"), model("beta", BETTER, seed=2), **OPTIONS)
    frame = comparison.to_frame()
    assert frame["language"].tolist() == ["en", "de", "zh", "mean", "gap"]
    assert {"alpha", "beta", "only alpha", "only beta", "95 % interval", "p", "p (Holm)"} < set(frame)
    numbers = pd.read_csv(StringIO(comparison.to_csv()), index_col="language")
    assert numbers["p_holm"][:3].to_numpy() == pytest.approx(comparison.table["p_holm"].to_numpy())
    facts = json.loads(comparison.to_json())
    assert facts["languages"]["de"]["only_b"] == comparison.table["only_b"]["de"]
    assert facts["aggregates"]["mean"]["p_mcnemar"] is None
    assert facts["conclusion"] == comparison.summary()
    assert "$<$.001" in comparison.to_latex()
    axes = comparison.plot()
    shown = 100 * comparison.table.loc[["en", "de", "zh"], "difference"]
    assert axes.lines[0].get_xdata() == pytest.approx(shown)
    assert axes.get_xlabel() == "accuracy, beta − alpha (points)"
    plt.close("all")


def drop(frame: pd.DataFrame, language: str, ids: list[int]) -> pd.DataFrame:
    return frame[~((frame["language"] == language) & frame["id"].isin(ids))]


B = model("beta", seed=2)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            drop(B, "de", [5, 7, 9, 11, 13, 15]),
            "6 of the 400 ids of alpha in 'de' are not in beta: 5, 7, 9, 11, 13, …",
        ),
        (
            pd.concat([B, B[B["language"] == "en"].assign(language="sw")]),
            "alpha has no examples in sw, and beta has",
        ),
        (
            B[B["language"] != "zh"],
            "beta has no examples in zh, and alpha has; expected the same languages, or pass",
        ),
        (
            B.assign(label=B["label"].where((B["id"] != 8) | (B["language"] != "zh"), "other")),
            "have different labels for 1 of the 400 ids in 'zh': 8 \\(first '(yes|no)' and 'other'\\)",
        ),
        (
            B.assign(label=B["label"].where(B["id"] != 8, "no").where(B["id"] != 9, "yes")),
            r"alpha and beta have different labels for \d of the 400 ids in 'en': [89]",
        ),
        (B.assign(task="topic"), "the tasks are 'sentiment' and 'topic'; expected the same test set"),
        (B.assign(split="dev"), "the splits are '' and 'dev'; expected the same test set"),
        (
            pd.concat([B.assign(seed=0), B.assign(seed=1)]),
            r"alpha has the seeds \[1\] and beta \[0, 1\]; expected the same",
        ),
        (
            B.assign(id=B["id"] + 1000),
            "400 of the 400 ids of alpha in 'en' are not in beta: 0, 1, 2, 3, 4, …",
        ),
    ],
)
def test_different_test_sets_are_refused(second: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(model("alpha"), second, **OPTIONS)


def test_a_choice_of_languages_compares_what_both_have() -> None:
    comparison = compare(model("alpha"), B[B["language"] != "zh"], languages=["de", "en"], **OPTIONS)
    assert comparison.table.index.tolist() == ["de", "en"]

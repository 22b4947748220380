"""Protocols of selection: by hand, on simulated runs with a known optimism, and on files that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.samples import predictions
from xlmtut.selection import PROTOCOLS, checkpoint_scores, select_checkpoints, selection_optimism


def table(values: dict[str, list[list[float]]], languages: str = "en sw") -> pd.DataFrame:
    """Scores from (steps, languages) of each split; steps are 10, 20, …"""
    rows = [
        (split, 10 * (i + 1), code, value)
        for split, steps in values.items()
        for i, row in enumerate(steps)
        for code, value in zip(languages.split(), row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["split", "step", "language", "value"])


HAND = table(
    {
        "validation": [[0.80, 0.60], [0.84, 0.50], [0.82, 0.62], [0.70, 0.70]],
        "test": [[0.79, 0.61], [0.83, 0.51], [0.80, 0.68], [0.71, 0.69]],
    }
)


def test_every_protocol_by_hand() -> None:
    chosen = select_checkpoints(HAND).loc[0]
    assert chosen.index.tolist() == list(PROTOCOLS)
    expected = {
        "source dev": (20, 0.84, (0.83 + 0.51) / 2),
        "joint dev": (30, 0.72, (0.80 + 0.68) / 2),
        "per-language dev": (30, (0.84 + 0.70) / 2, (0.83 + 0.69) / 2),  # steps 20 and 40
        "oracle": (30, 0.74, 0.74),
        "last": (40, np.nan, 0.70),
    }
    for protocol, numbers in expected.items():
        assert chosen.loc[protocol, ["step", "score", "test"]].tolist() == pytest.approx(
            [*numbers], nan_ok=True
        )
    assert chosen["below_oracle"].tolist() == pytest.approx([0.07, 0.0, -0.02, 0.0, 0.04])


def test_of_equal_steps_the_first_is_taken_whatever_the_order_of_the_rows() -> None:
    equal = table({"validation": [[0.5, 0.5]] * 3, "test": [[0.4, 0.4]] * 3}).sample(frac=1, random_state=0)
    assert select_checkpoints(equal)["step"].tolist() == [10, 10, 10, 10, 30]


def test_seeds_choose_for_themselves_and_splits_may_have_other_names() -> None:
    both = pd.concat([HAND.assign(seed=1), HAND.assign(seed=2, value=1 - HAND["value"])])
    both["split"] = both["split"].map({"validation": "dev", "test": "final"})
    chosen = select_checkpoints(both, dev="dev", test="final", source="sw")
    assert chosen.loc[(1, "source dev"), "step"] == 40
    assert chosen.loc[(2, "source dev"), "step"] == 20


def runs(
    n: int, abilities: list[float], *, seed: int = 0, splits: tuple[str, ...] = ("validation", "test")
) -> Any:
    """Predictions of a run whose checkpoints have known abilities, in two languages, errors independent."""
    return pd.concat(
        [
            predictions(
                n, {"en": ability, "sw": ability - 0.2}, seed=1000 * seed + 10 * k + i, share=0.0
            ).assign(step=k, split=split, seed=seed)
            for i, split in enumerate(splits)
            for k, ability in enumerate(abilities)
        ],
        ignore_index=True,
    )


def test_scores_are_those_of_every_checkpoint() -> None:
    frame = runs(50, [0.6, 0.9])
    scores = checkpoint_scores(frame)
    right = frame.assign(value=(frame["label"] == frame["prediction"]).astype(float))
    keys = ["seed", "split", "step", "language"]
    expected = right.groupby(keys)["value"].mean()
    pd.testing.assert_series_equal(scores.set_index(keys)["value"].sort_index(), expected)
    assert len(scores) == 8
    f1 = checkpoint_scores(frame, metric="macro_f1", languages=["sw"])
    assert f1["language"].unique().tolist() == ["sw"]
    assert not np.allclose(f1["value"], scores[scores["language"] == "sw"]["value"])


def test_equal_checkpoints_show_the_optimism_of_taking_the_best() -> None:
    """The best of eight equal checkpoints exceeds their common truth by the expected maximum of the noise."""
    n, ability = 150, 0.7
    found, score = [], []
    for seed in range(14):
        chosen = selection_optimism(runs(n, [ability] * 8, seed=seed), repeats=3).loc[seed]
        found.append(chosen["optimism"])
        score.append(chosen["score"])
    optimism, scores = pd.concat(found, axis=1).mean(axis=1), pd.concat(score, axis=1).mean(axis=1)
    truth = pd.Series({"source dev": 0.7, "joint dev": 0.6, "per-language dev": 0.6, "oracle": 0.6})
    real = (scores - truth)[truth.index]
    assert (real > 0.01).all()
    assert optimism[truth.index].to_numpy() == pytest.approx(real.to_numpy(), abs=0.015)
    assert np.isnan(optimism["last"])
    assert optimism["source dev"] > optimism["joint dev"]  # the noise of one language, not of a mean of two


def test_a_clear_winner_is_no_matter_of_luck() -> None:
    chosen = selection_optimism(runs(400, [0.5, 0.9, 0.6]), repeats=2).loc[0]
    assert chosen["step"].tolist() == [1, 1, 1, 1, 2]
    assert chosen["optimism"][:4].abs().max() < 0.005


def test_the_same_numbers_again() -> None:
    frame = runs(60, [0.6, 0.65, 0.7])
    first, again = (selection_optimism(frame, repeats=2) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(
        first.drop(columns="optimism"), select_checkpoints(checkpoint_scores(frame))
    )


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        (
            HAND.drop(columns="value"),
            {},
            "the scores have no column value; expected split, step, language and",
        ),
        (HAND, {"dev": "dev"}, "there are no scores on 'dev'; found the splits validation, test"),
        (HAND, {"source": "fr"}, "source is 'fr'; the scores have en, sw"),
        (HAND.drop(index=3), {}, "step 20 has no value in 'sw' on 'validation'; expected one in each"),
        (
            pd.concat([HAND, HAND.iloc[:1]]),
            {},
            "step 10 has two values in 'en' on 'validation'; expected one",
        ),
        (HAND.iloc[2:], {}, "validation and test have different steps for seed 0; expected the same"),
        (
            HAND[(HAND["split"] == "test") | (HAND["language"] == "en")],
            {},
            "validation and test have different languages for seed 0; expected the same",
        ),
    ],
)
def test_scores_that_do_not_fit_are_refused(
    scores: pd.DataFrame, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        select_checkpoints(scores, **options)


def test_predictions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="there are 8 examples for 10 folds; expected as many or more"):
        selection_optimism(runs(8, [0.6, 0.7]))
    with pytest.raises(ValueError, match="hold 2 values of model: a, b"):
        checkpoint_scores(runs(4, [0.6]).assign(model=["a", "b"] * 8))
    frame = runs(20, [0.6, 0.7])
    with pytest.raises(
        ValueError, match="1 of the 20 ids of step 0 in 'en' are not in step 1: 3; expected the s"
    ):
        checkpoint_scores(frame[(frame["id"] != 3) | (frame["step"] == 0) | (frame["language"] == "sw")])

"""Made-up predictions for the tests of evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["RATES", "predictions", "right"]

RATES = {"en": 0.9, "de": 0.8, "zh": 0.6}
LABELS = np.array(["no", "yes"])


def predictions(
    n: int = 300, rates: dict[str, float] = RATES, *, seed: int = 0, share: float = 0.7, **columns: Any
) -> pd.DataFrame:
    """Answers right at the rates given; hard examples are hard in all languages and for all seeds."""
    difficulty = np.random.default_rng(99).random(n)
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(98).integers(0, 2, n)
    parts = []
    for code, rate in rates.items():
        luck = np.where(rng.random(n) < share, difficulty, rng.random(n))
        right = luck < rate
        parts.append(
            pd.DataFrame(
                {
                    "id": np.arange(n),
                    "language": code,
                    "label": LABELS[truth],
                    "prediction": LABELS[np.where(right, truth, 1 - truth)],
                    "seed": seed,
                }
            )
        )
    return pd.concat(parts, ignore_index=True).assign(**columns)


def right(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Right answers, (examples, languages)."""
    table = frame.assign(right=frame["label"] == frame["prediction"]).pivot(
        index="id", columns="language", values="right"
    )
    return table[list(frame["language"].unique())].to_numpy(dtype=float)

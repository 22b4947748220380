"""The first updates of a pretraining: MLM on rows of 16 tokens.

On rows of 64 or 128 tokens alone, a model as small as ``mini`` learns little but how frequent words are for
thousands of updates: it must find out for every position by itself that its neighbours matter. With few
positions it finds out soon, and then for the others, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from xlmtut.model import XLMLanguageModel
from xlmtut.pretraining import pretrain
from xlmtut.tokenizer import Tokenizer
from xlmtut.training_options import TrainingOptions

__all__ = ["LENGTH", "continued", "pretrain_on_short_rows"]

LENGTH = 16


def pretrain_on_short_rows(
    model: XLMLanguageModel,
    tokenizer: Tokenizer,
    text: Mapping[str, Sequence[str]],
    *,
    steps: int,
    lr: float,
    batch_tokens: int,
    folder: Path,
    seed: int = 0,
    alpha: float = 0.7,
) -> pd.DataFrame:
    """Do these updates; their history. The arguments are those of :func:`~xlmtut.pretraining.pretrain`."""
    result = pretrain(
        model,
        tokenizer,
        text,
        objectives=("mlm",),
        length=LENGTH,
        batch_tokens=batch_tokens,
        alpha=alpha,
        options=TrainingOptions(steps=steps, lr=lr, warmup=steps // 10, seed=seed, folder=folder),
    )
    return result.history.assign(objective="mlm, short rows")


def continued(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """One history of both: updates, tokens and seconds go on where the first has ended."""
    end = first.iloc[-1]
    return pd.concat([first, second.assign(**{name: second[name] + end[name] for name in _SUMS})])


_SUMS = ("step", "tokens", "seconds")

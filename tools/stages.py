"""A pretraining in stages, each with its own objectives, rows and batches, and its own state to resume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from xlmtut.model import XLMLanguageModel
from xlmtut.pretraining import Objective, Pairs, pretrain
from xlmtut.tokenizer import Tokenizer
from xlmtut.training_options import TrainingOptions

__all__ = ["SHORT", "Stage", "pretrain_in_stages"]

SHORT = 16
"""Tokens of a short row. On rows of 64 or 128 tokens alone, a model as small as ``mini`` learns little but
how frequent words are for thousands of updates of MLM: it must find out for every position by itself that its
neighbours matter. With few positions it finds out soon, and then for the others, too."""


@dataclass(frozen=True)
class Stage:
    """Some updates.

    Attributes
    ----------
    objectives : tuple of str
        They take turns.
    steps : int
    length : int
        Tokens of the rows that text is cut into.
    batch_tokens : int
    """

    objectives: tuple[Objective, ...]
    steps: int
    length: int
    batch_tokens: int


def pretrain_in_stages(
    model: XLMLanguageModel,
    tokenizer: Tokenizer,
    text: Mapping[str, Sequence[str]],
    pairs: Pairs | None,
    stages: Sequence[Stage],
    *,
    lr: float,
    folder: Path,
    seed: int = 0,
    alpha: float = 0.7,
    last: Mapping[str, Any] | None = None,
    validation: Mapping[Any, Sequence[str]] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Do the updates of all stages; the arguments are those of :func:`~xlmtut.pretraining.pretrain`.

    Parameters
    ----------
    stages : sequence of Stage
        In each, the rate rises for a tenth of the updates and falls to 0. States are in ``0``, ``1`` …
    last : mapping
        More :class:`~xlmtut.training_options.TrainingOptions` of the last stage.

    Returns
    -------
    history, validation : DataFrame
        Updates, tokens and seconds count from the first stage on. The objective of short rows is called
        ``"mlm, short rows"``.
    """
    histories: list[pd.DataFrame] = []
    for i, stage in enumerate(stages):
        is_last = i == len(stages) - 1
        result = pretrain(
            model,
            tokenizer,
            text,
            pairs if "tlm" in stage.objectives else None,
            objectives=stage.objectives,
            length=stage.length,
            batch_tokens=stage.batch_tokens,
            alpha=alpha,
            options=TrainingOptions(
                steps=stage.steps,
                lr=lr,
                warmup=stage.steps // 10,
                seed=seed,
                folder=folder / str(i),
                **(last or {} if is_last else {}),
            ),
            validation=validation if is_last else None,
        )
        history = result.history
        if stage.length == SHORT:
            history = history.assign(objective=history["objective"] + ", short rows")
        if histories:
            end = histories[-1].iloc[-1]
            sums = ("step", "tokens", "seconds")
            history = history.assign(**{name: history[name] + end[name] for name in sums})
        histories.append(history)
    before = sum(stage.steps for stage in stages[:-1])
    reached = result.validation
    if len(reached):
        reached = reached.assign(step=reached["step"] + before)
    return pd.concat(histories, ignore_index=True), reached

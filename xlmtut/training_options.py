"""How to train: the options that pretraining and fine-tuning share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from xlmtut.checks import check_count
from xlmtut.optimisation import SCHEDULES, Schedule

__all__ = ["TrainingOptions"]


@dataclass(frozen=True)
class TrainingOptions:
    """How to train: what :func:`~xlmtut.pretraining.pretrain` and :func:`~xlmtut.finetuning.finetune` share.

    Attributes
    ----------
    steps : int
        Updates of the weights.
    lr : float
        Highest learning rate. The paper's large models: 1e-4 to 5e-4 in pretraining, 5e-6 to 2.5e-5 in
        fine-tuning.
    warmup : int
        Updates over which the rate rises to `lr`.
    schedule : {"linear", "cosine", "inverse_sqrt"}
        How it falls afterwards, see :func:`~xlmtut.optimisation.learning_rate_factor`.
    clip : float
        Longer gradients are shortened to this length; ``math.inf`` keeps all.
    accumulate : int
        Pieces in which a process computes its part of a batch, to save memory.
    seed : int
        Everything random follows from it; the global generators are seeded anew before every update.
    validate_at : sequence of int
        After which updates to validate; 0 is before the first. ``range(0, 1001, 100)`` is a good value.
    stop_on : str
        A column of the validation table, such as ``"ppl"`` or ``"accuracy/en"``. Training stops when it has
        not improved in `patience` validations, and the best weights are kept. Empty: all updates are done,
        and the last weights kept.
    patience : int
    folder : path, optional
        Where the training state is kept, and the model at the end.
    save_every : int
        Updates between two states.
    resume : bool
        Go on from the folder's state if it has one; False starts anew.
    tracker : str, optional
        ``"tensorboard"`` or ``"wandb"`` (offline if ``WANDB_MODE=offline``): also log there, in the folder.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    steps: int
    lr: float
    warmup: int = 0
    schedule: Schedule = "linear"
    clip: float = 5.0
    accumulate: int = 1
    seed: int = 0
    validate_at: Sequence[int] = ()
    stop_on: str = ""
    patience: int = 5
    folder: str | os.PathLike[str] | None = None
    save_every: int = 500
    resume: bool = True
    tracker: str | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "accumulate", "patience", "save_every"):
            check_count(name, getattr(self, name))
        for name in ("lr", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected a positive number")
        if not 0 <= self.warmup <= self.steps:
            raise ValueError(f"warmup is {self.warmup}; expected 0 to {self.steps}, the steps")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule is {self.schedule!r}; expected one of {', '.join(SCHEDULES)}")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed is {self.seed}; expected a whole number from 0 to {2**32 - 1}")
        outside = [step for step in self.validate_at if not 0 <= step <= self.steps]
        if outside:
            raise ValueError(f"validate_at holds {outside[0]}; expected updates from 0 to {self.steps}")
        if self.stop_on and not self.validate_at:
            raise ValueError(f"stop_on is {self.stop_on!r}, but validate_at is empty; expected some updates")
        if self.tracker and self.folder is None:
            raise ValueError(f"tracker is {self.tracker!r}, but there is no folder; pass one for its files")

    def matter(self) -> dict[str, Any]:
        """The options that the weights depend on: a run goes on only with the same."""
        kept = asdict(self)
        for name in ("folder", "save_every", "resume", "tracker"):
            del kept[name]
        return kept | {"validate_at": sorted(set(self.validate_at))}

"""How an update is shared by processes, and what accelerate is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch import Tensor, nn

from xlmtut.objectives import IGNORED, Batch
from xlmtut.runtime import device

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["Loss", "ModelWithLoss", "make_accelerator", "share"]

Loss: TypeAlias = Callable[[nn.Module, Batch], Tensor]
"""The sum of the losses of a batch's labels, given the model and the batch."""


class ModelWithLoss(nn.Module):
    """Model and loss in one module: accelerate wraps and changes this one, not the caller's model."""

    def __init__(self, model: nn.Module, loss: Loss) -> None:
        super().__init__()
        self.model, self._loss = model, loss

    def forward(self, batch: Batch) -> Tensor:
        """The sum of the losses of the batch's labels."""
        return self._loss(self.model, batch)


def share(batch: Batch, part: int, parts: int) -> Batch:
    """The rows part, part + parts, part + 2 parts … of a batch.

    Where there are none, one row without labels: every process must compute something, because the others
    wait for its gradients.

    Examples
    --------
    >>> batch = {"input_ids": torch.tensor([[5], [6], [7]]), "labels": torch.tensor([1, 0, 1])}
    >>> [share(batch, part, 4)["labels"].tolist() for part in range(4)]
    [[1], [0], [1], [-100]]
    """
    rows = {name: values[part::parts] for name, values in batch.items()}
    if len(rows["labels"]) == 0:
        rows = {name: values[:1] for name, values in batch.items()}
        rows["labels"] = torch.full_like(rows["labels"], IGNORED)
    return rows


def make_accelerator(tracker: str | None, folder: str | os.PathLike[str] | None) -> Accelerator:
    """An accelerator: bfloat16 on a GPU made for it, unless ``accelerate launch`` has been told otherwise.

    Raises
    ------
    ValueError
        If the tracker is not installed.
    """
    from accelerate import Accelerator
    from accelerate.tracking import get_available_trackers

    if tracker and tracker not in map(str, get_available_trackers()):
        raise ValueError(f"tracker is {tracker!r}; expected an installed one: pip install {tracker}")
    chosen = "ACCELERATE_MIXED_PRECISION" in os.environ
    bf16 = device().type == "cuda" and torch.cuda.get_device_capability() >= (8, 0)  # older ones emulate it
    accelerator = Accelerator(
        mixed_precision="bf16" if bf16 and not chosen else None, log_with=tracker, project_dir=folder
    )
    if tracker:
        accelerator.init_trackers("xlmtut", init_kwargs={"wandb": {"dir": str(folder)}})
    return accelerator

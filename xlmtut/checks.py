"""Checks of what callers pass in: each refuses with one line that names the value and the expectation.

Checks that must look at the *values* of a tensor run on the CPU only. On a GPU they would make the host
wait for the device in every layer, and under ``torch.compile`` they would break the graph.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["check_count", "check_ids", "check_mask", "may_look_inside"]


def may_look_inside(tensor: Tensor) -> bool:
    """Whether reading a value of the tensor is free: it lies on the CPU and nothing is being compiled."""
    return tensor.device.type == "cpu" and not torch.compiler.is_compiling()


def check_count(name: str, value: int) -> None:
    """Refuse a size below 1."""
    if value < 1:
        raise ValueError(f"{name} is {value}; expected at least 1")


def check_ids(name: str, ids: Tensor, n: int) -> None:
    """Refuse ids that are not integers or, on the CPU, not in 0 … n - 1.

    On a GPU the embedding kernel itself stops at an id outside its table.
    """
    if ids.dtype not in (torch.int64, torch.int32):
        raise ValueError(f"{name} is {ids.dtype}; expected int64")
    if may_look_inside(ids) and ids.numel():
        low, high = (int(end) for end in ids.aminmax())
        if low < 0 or high >= n:
            raise ValueError(f"{name} holds {low if low < 0 else high}; expected ids from 0 to {n - 1}")


def check_mask(mask: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse an attention mask that is not boolean, does not fit the scores, or has an empty row."""
    if mask.dtype != torch.bool:
        raise ValueError(f"mask is {mask.dtype}; expected bool, True where a query may attend to a key")
    fits = mask.ndim <= len(shape) and all(
        size in (1, full) for size, full in zip(reversed(mask.shape), reversed(shape), strict=False)
    )
    if not fits:
        raise ValueError(
            f"mask has shape {tuple(mask.shape)}; expected one that broadcasts to {tuple(shape)}"
        )
    if may_look_inside(mask) and not mask.any(dim=-1).all():
        row = (~mask.any(dim=-1)).nonzero()[0].tolist()
        raise ValueError(
            f"mask hides every key from the query at {row}; expected one True or more in each row"
        )

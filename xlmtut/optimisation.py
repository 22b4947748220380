"""How a model is optimised: Adam, the learning rate over the updates, and which weights stay as they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import nn

from xlmtut.model import XLM

__all__ = ["SCHEDULES", "Schedule", "adam", "frozen", "learning_rate_factor"]

Schedule = Literal["linear", "cosine", "inverse_sqrt"]
SCHEDULES: tuple[Schedule, ...] = ("linear", "cosine", "inverse_sqrt")


def learning_rate_factor(update: int, *, steps: int, warmup: int = 0, schedule: Schedule = "linear") -> float:
    r"""The learning rate of an update, as a share of the highest.

    It rises linearly over the updates :math:`1 \dots w` of the warm-up, to 1. After it, update :math:`t` of
    :math:`n` has the share

    .. math::
        \frac{n + 1 - t}{n + 1 - w}, \qquad
        \frac{1}{2}\left(1 + \cos \pi \frac{t - w}{n + 1 - w}\right) \qquad \text{or} \qquad
        \sqrt{\frac{w}{t}}

    for the schedules ``"linear"``, ``"cosine"`` and ``"inverse_sqrt"``. No update has the rate 0.

    Parameters
    ----------
    update : int
        From 1 to `steps`.
    steps : int
        Updates in all.
    warmup : int
        Updates until the highest rate; 0 and 1 both begin with it.
    schedule : {"linear", "cosine", "inverse_sqrt"}

    Notes
    -----
    Vaswani et al. (2017), section 5.3, introduced warm-up and the inverse square root; Lample and Conneau
    (2019), section 5.1, use Adam with a linear warm-up.

    Examples
    --------
    >>> [learning_rate_factor(t, steps=5, warmup=2) for t in (1, 2, 3, 4, 5)]
    [0.5, 1.0, 0.75, 0.5, 0.25]
    """
    warmup = max(warmup, 1)
    if update <= warmup:
        return update / warmup
    if schedule == "inverse_sqrt":
        return math.sqrt(warmup / update)
    done = (update - warmup) / (steps + 1 - warmup)
    return 1 - done if schedule == "linear" else (1 + math.cos(math.pi * done)) / 2


def adam(model: nn.Module) -> torch.optim.Adam:
    """Adam over the weights of a model that are trained; PyTorch's fused kernel where there is one.

    The learning rate is set before every update.

    Raises
    ------
    ValueError
        If every weight is frozen.
    """
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        raise ValueError("every weight of the model is frozen; expected one or more to train")
    return torch.optim.Adam(weights, fused=weights[0].device.type in ("cpu", "cuda"))


@contextmanager
def frozen(model: nn.Module, layers: int | None) -> Iterator[None]:
    """Keep the embeddings and the lowest layers of an encoder as they are, inside the ``with`` block.

    Parameters
    ----------
    model : nn.Module
        An encoder, alone or in a model with a head.
    layers : int or None
        How many of the lowest layers; 0 freezes the embeddings alone, and None nothing.

    Raises
    ------
    ValueError
        If the encoder has fewer layers.

    Examples
    --------
    >>> from xlmtut import XLMConfig
    >>> model = XLM(XLMConfig.preset("mini", n_layers=2))
    >>> with frozen(model, layers=1):
    ...     [layer.lin1.weight.requires_grad for layer in model.ffns]
    [False, True]
    """
    if layers is None:
        yield
        return
    encoder = next(module for module in model.modules() if isinstance(module, XLM))
    if not 0 <= layers <= encoder.config.n_layers:
        raise ValueError(f"freeze is {layers}; expected 0 to {encoder.config.n_layers}, the encoder's layers")
    parts: list[nn.Module] = []
    for child in encoder.children():  # a list holds one module per layer; all else belongs to the embeddings
        parts += child[:layers] if isinstance(child, nn.ModuleList) else [child]
    weights = [weight for part in parts for weight in part.parameters() if weight.requires_grad]
    for weight in weights:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in weights:
            weight.requires_grad_(True)

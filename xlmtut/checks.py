"""Checks of what callers pass in: each refuses with one line that names the value and the expectation.

Checks that must look at the *values* of a tensor run on the CPU only. On a GPU they would make the host
wait for the device in every layer, and under ``torch.compile`` they would break the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from xlmtut.config import XLMConfig

__all__ = ["check_count", "check_ids", "check_inputs", "check_mask", "check_positions", "may_look_inside"]


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


def check_inputs(
    config: XLMConfig,
    input_ids: Tensor,
    attention_mask: Tensor | None,
    langs: Tensor | None,
    position_ids: Tensor | None,
    cache: object | None,
    past: int,
) -> None:
    """Refuse a batch that does not fit a model; ``past`` tokens were decoded before it."""
    others = {"attention_mask": attention_mask, "langs": langs, "position_ids": position_ids}
    for name, value in {"input_ids": input_ids, **others}.items():
        if value is not None and not isinstance(value, Tensor):
            raise ValueError(
                f"{name} is a {type(value).__name__}; expected a tensor like those of a tokenizer"
            )
    if input_ids.ndim != 2 or input_ids.numel() == 0:
        raise ValueError(
            f"input_ids have shape {tuple(input_ids.shape)}; expected (batch, length), not empty"
        )
    check_ids("input_ids", input_ids, config.vocab_size)
    for name, tensor in others.items():
        if tensor is not None and tensor.shape != input_ids.shape:
            got, want = tuple(tensor.shape), tuple(input_ids.shape)
            raise ValueError(f"{name} has shape {got}; expected that of input_ids, {want}")
    if config.has_lang_embeddings:
        if langs is None:
            raise ValueError(
                f"langs is missing; expected the id of every token's language, one of {config.n_langs}"
            )
        check_ids("langs", langs, config.n_langs)
    length = past + input_ids.shape[1]
    if position_ids is None and length > config.max_position_embeddings:
        limit = config.max_position_embeddings
        raise ValueError(
            f"input_ids reach length {length}; expected at most {limit} tokens, truncate or split"
        )
    if cache is not None:
        _check_cached(config, input_ids, attention_mask, past)
    elif config.causal:
        keep = input_ids != config.pad_token_id if attention_mask is None else attention_mask
        if may_look_inside(keep) and (keep[:, 1:] > keep[:, :-1]).any():
            raise ValueError(
                "attention_mask has a token after padding; a causal model expects padding on the right"
            )


def _check_cached(config: XLMConfig, input_ids: Tensor, attention_mask: Tensor | None, past: int) -> None:
    if not config.causal:
        raise ValueError(
            "cache given to a model that is not causal; expected none: its states depend on later tokens"
        )
    if attention_mask is not None:
        raise ValueError(
            "attention_mask given with a cache; expected none, decode prompts of one length together"
        )
    if past == 0 and may_look_inside(input_ids) and (input_ids == config.pad_token_id).any():
        raise ValueError("input_ids hold padding at the start of a cache; expected prompts of one length")


def check_positions(positions: Tensor, states: Tensor) -> None:
    """Refuse positions that are neither a bool mask of (batch, length) nor flat indices into it."""
    batch, length = states.shape[:2]
    if not isinstance(positions, Tensor):
        raise ValueError(f"positions is a {type(positions).__name__}; expected a tensor of indices or a mask")
    if positions.dtype == torch.bool:
        if positions.shape != (batch, length):
            raise ValueError(
                f"positions have shape {tuple(positions.shape)}; expected {(batch, length)} for a mask"
            )
    elif positions.ndim != 1:
        raise ValueError(
            f"positions have shape {tuple(positions.shape)}; expected (k,) flat indices or a bool mask"
        )
    else:
        check_ids("positions", positions, batch * length)

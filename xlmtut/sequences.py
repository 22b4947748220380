"""From the ids of texts to a padded batch: framing, truncation, languages and positions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor

__all__ = ["pack"]


def pack(
    firsts: Sequence[Sequence[int]],
    seconds: Sequence[Sequence[int]] | None = None,
    *,
    tlm: bool = False,
    langs: tuple[int, int],
    special_ids: tuple[int, int, int],
    max_length: int,
) -> dict[str, Tensor]:
    """Frame texts or pairs with special tokens and pad them into a batch.

    A text becomes ``</s> A </s>``, a classification pair ``</s> A </s> B </s>``. A TLM pair is two framed
    sentences side by side, ``</s> A </s> </s> B </s>``; positions restart and the language changes at the
    second (Lample & Conneau 2019, figure 1).

    Parameters
    ----------
    firsts, seconds : sequences of ids
        The texts, without special tokens.
    tlm : bool
        Whether pairs are TLM pairs.
    langs : pair of int
        Language ids of the first and the second texts.
    special_ids : (first, separator, padding)
        Ids of the token that a sequence starts with, of ``</s>`` and of ``<pad>``.
    max_length : int
        Tokens beyond it are dropped from the end of the longer text, with a warning.

    Returns
    -------
    dict of Tensor
        ``input_ids``, ``attention_mask``, ``langs`` and ``position_ids``, each (batch, length), int64.

    Examples
    --------
    >>> batch = pack([[7, 8]], [[9]], tlm=True, langs=(4, 6), special_ids=(1, 1, 2), max_length=9)
    >>> for name in ("input_ids", "position_ids", "langs"):
    ...     print(batch[name].tolist())
    [[1, 7, 8, 1, 1, 9, 1]]
    [[0, 1, 2, 3, 0, 1, 2]]
    [[4, 4, 4, 4, 6, 6, 6]]
    """
    start, end, padding = special_ids
    middle = [end, start] if tlm else [end]
    framing = 2 if seconds is None else 2 + len(middle)
    sequences, first_lengths, cut = [], [], 0
    for i, first in enumerate(firsts):
        second = [] if seconds is None else seconds[i]
        excess = len(first) + len(second) + framing - max_length
        if excess > 0:
            cut += 1
            first, second = _shorten(first, second, excess)
        first_lengths.append(len(first) + 2)
        tail = [] if seconds is None else [*middle, *second]
        sequences.append([start, *first, *tail, end])
    if cut:
        warnings.warn(
            f"{cut} of {len(sequences)} sequences had more than {max_length} tokens and lost their ends; "
            "split the texts to keep everything",
            stacklevel=3,
        )

    lengths = torch.tensor([len(sequence) for sequence in sequences])[:, None]
    positions = torch.arange(int(lengths.max())).repeat(len(sequences), 1)  # (batch, length)
    mask = positions < lengths
    input_ids = torch.full_like(positions, padding)
    input_ids[mask] = torch.tensor(list(chain.from_iterable(sequences)))
    language = torch.full_like(positions, langs[0])
    if tlm:
        begin = torch.tensor(first_lengths)[:, None]
        in_second = positions >= begin
        language[in_second] = langs[1]
        positions = torch.where(in_second, positions - begin, positions)
    return {
        "input_ids": input_ids,
        "attention_mask": mask.long(),
        "langs": language,
        "position_ids": positions,
    }


def _shorten(first: Sequence[int], second: Sequence[int], excess: int) -> tuple[Sequence[int], Sequence[int]]:
    """Drop `excess` ids from the ends: from the longer text until both are equal, then from each in turn."""
    from_longer = min(abs(len(first) - len(second)), excess)
    half, odd = divmod(excess - from_longer, 2)
    cuts = (from_longer + half, half + odd) if len(first) > len(second) else (half, from_longer + half + odd)
    return first[: len(first) - cuts[0]], second[: len(second) - cuts[1]]

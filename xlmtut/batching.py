"""Batches of sequences of different lengths: by a budget of tokens, not by a number of rows."""

from __future__ import annotations

from collections.abc import Sequence

from xlmtut.checks import check_count

__all__ = ["token_batches"]


def token_batches(lengths: Sequence[int], budget: int, *, sort: bool = True) -> list[list[int]]:
    """Divide sequences into batches that, padded to their longest, hold at most ``budget`` positions.

    A batch of sequences of nearly one length needs little padding, and a model spends on padding what it
    spends on tokens. So sequences are taken from the longest to the shortest: if the memory does not suffice,
    the first batch fails and not the last.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of every sequence.
    budget : int
        Rows times columns of a batch, at most.
    sort : bool
        False takes the sequences in the given order, to keep a corpus in order or to compare.

    Returns
    -------
    list of list of int
        The indices of the sequences of each batch; every sequence is in exactly one.

    Raises
    ------
    ValueError
        If a sequence is empty or alone longer than the budget.

    Notes
    -----
    Lample and Conneau (2019), section 5.1, train TLM so, with 4,000 tokens of sentences of similar lengths.

    Examples
    --------
    >>> token_batches([3, 9, 4, 10], budget=20)
    [[3, 1], [2, 0]]
    >>> token_batches([3, 9, 4, 10], budget=20, sort=False)
    [[0, 1], [2, 3]]
    """
    order = range(len(lengths))
    batches: list[list[int]] = []
    width = 0  # of the batch being filled
    for i in sorted(order, key=lambda i: -lengths[i]) if sort else order:
        check_count(f"the length of sequence {i}", lengths[i])
        if lengths[i] > budget:
            raise ValueError(
                f"sequence {i} has {lengths[i]} tokens and the budget is {budget}; raise it or truncate"
            )
        if not batches or (len(batches[-1]) + 1) * max(width, lengths[i]) > budget:
            batches.append([])
            width = 0
        batches[-1].append(i)
        width = max(width, lengths[i])
    return batches

"""The three training objectives as functions on batches: CLM, MLM and, on pairs of translations, TLM.

A batch is what the tokenizer returns: ``input_ids``, ``attention_mask``, ``langs`` and ``position_ids``, each
of shape (batch, length). An objective returns it with ``labels``: the token that the logits of a position
shall predict, or ``IGNORED`` where nothing is predicted. TLM is MLM on the pairs of ``tok(…, pair="tlm")``.

Everything random is drawn from a generator that the caller passes, so equal generators give equal batches.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

import numpy as np
import torch
from torch import Tensor

from xlmtut.checks import check_count
from xlmtut.encoding import IGNORED

__all__ = [
    "IGNORED",
    "Batch",
    "clm",
    "cut_stream",
    "join_sentences",
    "mlm",
    "sample_language",
    "stream_batch",
]

Batch: TypeAlias = dict[str, Tensor]
Key = TypeVar("Key", bound=Hashable)


def clm(batch: Mapping[str, Tensor]) -> Batch:
    """Causal language modelling: every position predicts the token after it.

    Parameters
    ----------
    batch : mapping of Tensor
        Padding, if there is any, on the right.

    Returns
    -------
    dict of Tensor
        The batch with ``labels``. The last token of a row predicts nothing.

    Notes
    -----
    Lample and Conneau (2019), section 3.2.

    Examples
    --------
    >>> clm(stream_batch(torch.tensor([[7, 8, 1]]), lang=4))["labels"]
    tensor([[   8,    1, -100]])
    """
    input_ids, kept = batch["input_ids"], batch["attention_mask"].bool()
    labels = torch.full_like(input_ids, IGNORED)
    labels[:, :-1] = input_ids[:, 1:].where(kept[:, 1:], IGNORED)
    return {**batch, "labels": labels}


def mlm(
    batch: Mapping[str, Tensor],
    *,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
    rate: float = 0.15,
) -> Batch:
    """Masked language modelling: tokens are hidden, and each predicts itself.

    Every token is chosen with probability ``rate``, on its own. A chosen token is replaced by the mask (80 %)
    or by a token drawn from the whole vocabulary (10 %), or stays (10 %). Padding is never chosen, nor is
    position 0: the start of a row, and in a TLM pair that of each sentence.

    Parameters
    ----------
    batch : mapping of Tensor
        Cuts of a stream, sentences, or TLM pairs, of which both sides are masked.
    mask_id : int
        The mask token.
    vocab_size : int
        Replacements are drawn from 0 … vocab_size - 1.
    generator : torch.Generator
    rate : float
        Share of tokens to predict.

    Returns
    -------
    dict of Tensor
        The batch with masked ``input_ids`` and with ``labels``.

    Raises
    ------
    ValueError
        If the rate is not in 0 … 1.

    Notes
    -----
    Lample and Conneau (2019), sections 3.3 and 3.4. The paper also says that frequent tokens are chosen less
    often; the released code does not do so by default, nor does this function. The released code leaves out
    the first column only and may predict the ``</s>`` that opens the second sentence of a TLM pair.

    Examples
    --------
    >>> batch = stream_batch(torch.arange(20, 32)[None], lang=4)
    >>> masked = mlm(batch, mask_id=5, vocab_size=40, generator=torch.Generator().manual_seed(1))
    >>> masked["input_ids"]
    tensor([[20, 21, 22, 23,  5, 25, 26, 27, 28, 29, 30, 31]])
    >>> masked["labels"].tolist()[0]
    [-100, -100, -100, -100, 24, -100, -100, -100, -100, -100, -100, -100]
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}; expected a share of the tokens from 0 to 1")
    input_ids = batch["input_ids"]
    allowed = batch["attention_mask"].bool() & (batch["position_ids"] > 0)
    chosen = allowed & (torch.rand(input_ids.shape, generator=generator) < rate)
    fate = torch.rand(input_ids.shape, generator=generator)
    replaced = chosen & (fate >= 0.9)
    masked = input_ids.masked_fill(chosen & (fate < 0.8), mask_id)
    masked[replaced] = torch.randint(vocab_size, (int(replaced.sum()),), generator=generator)
    return {**batch, "input_ids": masked, "labels": input_ids.where(chosen, IGNORED)}


def join_sentences(sentences: Iterable[Sequence[int]], separator: int) -> Tensor:
    """One stream of ids, each sentence closed by ``</s>``: ``A </s> B </s> C </s>``.

    Parameters
    ----------
    sentences : iterable of sequences of ids
        In the order of the text, without special tokens.
    separator : int
        The id of ``</s>``.

    Returns
    -------
    int32 Tensor of shape (tokens,)
    """
    ids = chain.from_iterable(chain(sentence, (separator,)) for sentence in sentences)
    return torch.from_numpy(np.fromiter(ids, dtype=np.int32))


def cut_stream(tokens: int, length: int, rows: int, generator: torch.Generator) -> list[Tensor]:
    """Starts of the rows of one pass over a stream, in batches, in random order.

    The stream is read as a ring that is turned anew for each pass, so a sentence is not always cut at the
    same place. Rows start at equal distances around it: a pass reads every token, and few twice. All batches
    of a pass have the same number of rows, or one less.

    Parameters
    ----------
    tokens : int
        Length of the stream.
    length : int
        Tokens of a row.
    rows : int
        Rows of a batch, at most.
    generator : torch.Generator

    Returns
    -------
    list of int64 Tensors of shape (rows,)

    Notes
    -----
    Lample and Conneau (2019), section 3.1: streams of any number of sentences, cut at 256 tokens.

    Examples
    --------
    >>> chance = torch.Generator().manual_seed(0)
    >>> [starts.tolist() for starts in cut_stream(50, length=10, rows=3, generator=chance)]
    [[34, 14, 4], [44, 24]]
    """
    for name, value in (("tokens", tokens), ("length", length), ("rows", rows)):
        check_count(name, value)
    total = -(-tokens // length)
    turn = torch.randint(tokens, (1,), generator=generator)
    starts = (turn + torch.arange(total) * tokens // total) % tokens
    shuffled = starts[torch.randperm(total, generator=generator)]
    return list(shuffled.tensor_split(-(-total // rows)))


def stream_batch(input_ids: Tensor, lang: int) -> Batch:
    """A batch of full rows in one language.

    Parameters
    ----------
    input_ids : int64 Tensor of shape (batch, length)
    lang : int
        Id of the language.

    Returns
    -------
    dict of Tensor
        ``input_ids``, ``attention_mask``, ``langs`` and ``position_ids``.
    """
    return {
        "input_ids": input_ids,
        "attention_mask": torch.ones_like(input_ids),
        "langs": torch.full_like(input_ids, lang),
        "position_ids": torch.arange(input_ids.shape[1]).repeat(len(input_ids), 1),
    }


def sample_language(probabilities: Mapping[Key, float], generator: torch.Generator) -> Key:
    """Draw the language of a batch, or the pair of languages of a TLM batch.

    Parameters
    ----------
    probabilities : mapping from language to probability
        See :func:`xlmtut.bpe.sampling_probabilities`.
    generator : torch.Generator

    Examples
    --------
    >>> sample_language({"en": 0.0, "sw": 1.0}, torch.Generator())
    'sw'
    """
    weights = torch.tensor(list(probabilities.values()), dtype=torch.float64)
    drawn = int(torch.multinomial(weights, 1, generator=generator))
    return list(probabilities)[drawn]

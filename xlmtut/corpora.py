"""Corpora ready for training: tokenised once into flat tensors, then read in passes without end.

A pass visits a corpus in an order of its own, which follows from the seed, the corpus and the pass's number.
So where a corpus is being read is said by two numbers, and a run can go on from them (:mod:`xlmtut.resume`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xlmtut.batching import token_batches
from xlmtut.objectives import Batch, cut_stream, join_sentences, stream_batch
from xlmtut.randomness import Use, generator

if TYPE_CHECKING:
    from xlmtut.tokenizer import Tokenizer

__all__ = ["Corpus", "Passes", "Rows", "fingerprint", "pair_corpus", "text_corpus"]

_PAIRS_AT_ONCE = 1024  # are padded together while they are tokenised


def fingerprint(*tensors: Tensor) -> str:
    """A short text that differs when a tensor differs."""
    digest = hashlib.blake2b(digest_size=8)
    for tensor in tensors:
        digest.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


class Passes:
    """The batches of a corpus without end: pass after pass, each in its own order.

    Parameters
    ----------
    order : function of a torch.Generator
        The batches of one pass, each a tensor that says what to read; at least one.
    seed : int
    number : int
        Tells the corpora of a run apart.

    Examples
    --------
    >>> passes = Passes(lambda generator: torch.randperm(3, generator=generator), seed=1, number=0)
    >>> [int(passes.next()) for _ in range(6)]
    [2, 1, 0, 1, 0, 2]
    >>> passes.position = [1, 0]
    >>> int(passes.next())
    1
    """

    def __init__(self, order: Callable[[torch.Generator], Sequence[Tensor]], seed: int, number: int) -> None:
        self._order, self._seed, self._number = order, seed, number
        self.position = [0, 0]

    @property
    def position(self) -> list[int]:
        """The pass, and the number of its batches that have been read; set it to go on from there."""
        return [self._pass, self._read]

    @position.setter
    def position(self, position: Sequence[int]) -> None:
        self._pass, self._read = position
        self._batches = self._order(generator(self._seed, Use.PASS, self._number, self._pass))

    def next(self) -> Tensor:
        """What to read next."""
        if self._read == len(self._batches):
            self.position = [self._pass + 1, 0]
        self._read += 1
        return self._batches[self._read - 1]


class Rows:
    """Sequences of different lengths in flat tensors, from which any of them make a padded batch.

    Parameters
    ----------
    batches : iterable of mappings of Tensor
        Padded batches with an ``attention_mask``; tensors of shape (batch, length) are taken apart.
    padding : mapping from name to int
        What fills up a row of a tensor; 0 for others.

    Attributes
    ----------
    lengths : int64 Tensor of shape (rows,)

    Examples
    --------
    >>> mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    >>> batch = {"input_ids": torch.tensor([[5, 6, 2], [7, 8, 9]]), "attention_mask": mask}
    >>> rows = Rows([batch], {"input_ids": 2})
    >>> rows.take(torch.tensor([0]))["input_ids"]
    tensor([[5, 6]])
    """

    def __init__(self, batches: Iterable[Mapping[str, Tensor]], padding: Mapping[str, int]) -> None:
        parts: dict[str, list[Tensor]] = {}
        lengths = []
        for batch in batches:
            kept = batch["attention_mask"].bool()
            lengths.append(kept.sum(dim=1))
            for name, values in batch.items():
                parts.setdefault(name, []).append(values[kept].int())
        self.lengths = torch.cat(lengths) if lengths else torch.empty(0, dtype=torch.int64)
        self.flat = {name: torch.cat(values) for name, values in parts.items()}
        self._padding = padding
        self._starts = self.lengths.cumsum(0) - self.lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, indices: Tensor) -> Batch:
        """The rows at ``indices``, padded to the longest of them; int64 Tensors of shape (batch, length)."""
        lengths = self.lengths[indices][:, None]
        columns = torch.arange(int(lengths.max()))
        kept = columns < lengths  # (batch, length)
        places = (self._starts[indices][:, None] + columns)[kept]
        batch = {}
        for name, values in self.flat.items():
            batch[name] = torch.full(kept.shape, self._padding.get(name, 0))
            batch[name][kept] = values[places].long()
        return batch


@dataclass(frozen=True)
class Corpus:
    """Text in one language, or pairs in two, ready to be read.

    Attributes
    ----------
    name : str
        ``"en"``, or ``"en-fr"``.
    size : int
        Number of sentences, or of pairs.
    order : function of a torch.Generator
        What the batches of a pass read; see :class:`Passes`.
    read : function of a Tensor
        The batch that an item of ``order`` stands for.
    fingerprint : str
    """

    name: str
    size: int
    order: Callable[[torch.Generator], Sequence[Tensor]]
    read: Callable[[Tensor], Batch]
    fingerprint: str


def text_corpus(
    tokenizer: Tokenizer, language: str, sentences: Iterable[str], *, length: int, batch_tokens: int
) -> Corpus:
    """Join sentences into a stream and cut it into rows.

    Parameters
    ----------
    tokenizer : Tokenizer
    language : str
        Its code.
    sentences : iterable of str
        In the order of the text, so that a row holds what belongs together.
    length : int
        Tokens of a row.
    batch_tokens : int
        Tokens of a batch, at most.

    Raises
    ------
    ValueError
        If there is no sentence, the language is unknown, or a batch cannot hold a row.
    """
    if length > batch_tokens:
        raise ValueError(f"batch_tokens is {batch_tokens}; expected at least one row of {length} tokens")
    ids = tokenizer.ids(sentences, lang=language)
    if not any(ids):
        raise ValueError(f"the text of {language!r} has no words; expected at least one sentence")
    stream = join_sentences(ids, tokenizer.sep_token_id)
    columns, lang = torch.arange(length), tokenizer.lang2id[language]

    def read(starts: Tensor) -> Batch:
        return stream_batch(stream[(starts[:, None] + columns) % len(stream)].long(), lang)

    def order(generator: torch.Generator) -> list[Tensor]:
        return cut_stream(len(stream), length, batch_tokens // length, generator)

    return Corpus(language, len(ids), order, read, fingerprint(stream))


def pair_corpus(
    tokenizer: Tokenizer,
    languages: tuple[str, str],
    pairs: Iterable[tuple[str, str]],
    *,
    batch_tokens: int,
    max_length: int | None = None,
) -> Corpus:
    """Make TLM pairs of translations, in batches of pairs of nearly one length.

    Parameters
    ----------
    tokenizer : Tokenizer
    languages : pair of str
        Of the first and the second side.
    pairs : iterable of pairs of str
    batch_tokens : int
        Rows times columns of a batch, at most.
    max_length : int, optional
        Longer pairs lose the ends of their sides, with a warning; by default what the tokenizer allows.

    Raises
    ------
    ValueError
        If there is no pair, something is not a pair, a language is unknown, or a pair is longer than a batch.

    Notes
    -----
    Lample and Conneau (2019), sections 3.4 and 5.1.
    """
    name, source = "-".join(languages), iter(pairs)
    first, second = languages

    def tokenised() -> Iterable[Mapping[str, Tensor]]:
        while some := list(islice(source, _PAIRS_AT_ONCE)):
            for pair in some:
                if isinstance(pair, str) or len(pair) != 2:
                    raise ValueError(f"{name} holds {pair!r}; expected pairs of a text and its translation")
            texts, others = zip(*some, strict=True)
            yield tokenizer(texts, others, lang=first, pair_lang=second, pair="tlm", max_length=max_length)

    rows = Rows(tokenised(), {"input_ids": tokenizer.pad_token_id})
    if len(rows) == 0:
        raise ValueError(f"there are no pairs for {name!r}; expected at least one")
    longest = int(rows.lengths.max())
    if longest > batch_tokens:
        raise ValueError(
            f"batch_tokens is {batch_tokens}; the longest pair of {name} has {longest} tokens, raise it"
        )

    def order(generator: torch.Generator) -> list[Tensor]:
        shuffled = torch.randperm(len(rows), generator=generator)  # pairs of one length meet others each pass
        batches = token_batches(rows.lengths[shuffled].tolist(), batch_tokens)
        turns = torch.randperm(len(batches), generator=generator).tolist()
        return [shuffled[torch.tensor(batches[i])] for i in turns]

    return Corpus(name, len(rows), order, rows.take, fingerprint(*rows.flat.values()))

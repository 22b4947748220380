"""From the rows of a task to the inputs of a model, with their labels.

Classification reads one text or a pair. Token classification and question answering go word by word, so that
a label or an answer can be mapped back: a word's first piece carries its tag, and an answer runs from the
first piece of a word to the last piece of a word. Their rows are cut into windows where they are too long for
the model, never shortened.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from numbers import Integral
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from xlmtut.tasks import TASKS, Task
from xlmtut.tasks import task as find_task

if TYPE_CHECKING:
    from xlmtut.tokenizer import Tokenizer

__all__ = ["IGNORED", "Encoded", "collate", "context_words", "encode", "labelled_task"]

IGNORED = -100  # the label of a position that has none, as cross_entropy and transformers have it
_CHUNK = 1000  # rows that the tokenizer pads together

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Encoded:
    """One row, or one window of a long row, ready for a model.

    Attributes
    ----------
    row : int
        Index of the row it comes from.
    lang : int
        Id of its language.
    input_ids : list of int
        With special tokens, without padding.
    labels : int, list of int, or pair of int
        The class; a tag for every position, `IGNORED` where no word begins; or the positions of the first and
        the last piece of the answer, both 0 in a window without it.
    words : tuple of pairs of int
        Positions of the first and the last piece of every word (token classification, question answering).
    first_word : int
        Index in the row of the first of these words.
    """

    row: int
    lang: int
    input_ids: list[int]
    labels: int | list[int] | tuple[int, int]
    words: tuple[tuple[int, int], ...] = ()
    first_word: int = 0

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.input_ids)


def encode(
    tokenizer: Tokenizer, rows: Sequence[Row], task: Task | str, *, max_length: int = 256
) -> list[Encoded]:
    """Turn rows of a task into model inputs with their labels.

    Parameters
    ----------
    tokenizer : Tokenizer
    rows : sequence of mappings
        With ``id``, ``language`` and the task's columns, as :func:`~xlmtut.tasks.load_task` gives them.
    task : Task or str
        A task whose head is ``"classification"``, ``"token"`` or ``"qa"``.
    max_length : int
        Longest sequence, special tokens included. A longer text of a classification task loses its end, with
        the tokenizer's warning; other rows become several windows, which for questions overlap by half.

    Returns
    -------
    list of Encoded
        In the order of the rows. Batch them with ``token_batches([len(e) for e in encoded], budget)`` and
        :func:`collate`.

    Raises
    ------
    ValueError
        If the task has no such head, or a row lacks a column, has an unknown language or label, as many tags
        as tokens it does not have, or an answer that is not in its context.

    Notes
    -----
    The input of a pair is that of Lample and Conneau (2019), section 5.1: ``</s> A </s> B </s>``.

    Examples
    --------
    >>> from xlmtut import Tokenizer
    >>> tok = Tokenizer.learn({"en": ["Ann lives in Rome ."] * 9}, vocab_size=40)
    >>> row = {"id": "1", "language": "en", "tokens": ["Ann", "lives"], "ner_tags": [1, 0]}
    >>> encoded = encode(tok, [row], "ner")[0]
    >>> tok.convert_ids_to_tokens(encoded.input_ids), encoded.labels
    (['</s>', 'ann</w>', 'lives</w>', '</s>'], [-100, 1, 0, -100])
    """
    task = labelled_task(task)
    rows = list(rows)
    for i, row in enumerate(rows):
        _check_row(tokenizer, i, row, task)
    if task.head == "classification":
        return _encode_texts(tokenizer, rows, task, max_length)
    if not 5 <= max_length <= tokenizer.max_length:
        raise ValueError(f"max_length is {max_length}; expected 5 to {tokenizer.max_length}, the model's")
    one = _encode_tokens if task.head == "token" else _encode_question
    return list(chain.from_iterable(one(tokenizer, i, row, task, max_length) for i, row in enumerate(rows)))


def labelled_task(task: Task | str) -> Task:
    """The task, if it has labels to predict: classes, tags or answers.

    Raises
    ------
    ValueError
        If there is no such task or it has none.
    """
    if isinstance(task, str):
        task = find_task(task)
    heads = ("classification", "token", "qa")
    if task.head not in heads:
        able = ", ".join(t.name for t in TASKS.values() if t.head in heads)
        raise ValueError(f"task {task.name!r} has no labels to predict; expected one of {able}")
    return task


def _check_row(tokenizer: Tokenizer, i: int, row: Row, task: Task) -> None:
    """Refuse a row that cannot be encoded as it is."""
    for column in ("id", "language", *task.columns, task.target):
        if row.get(column) is None:
            raise ValueError(f"row {i} (id {row.get('id')!r}) has no {column}; {task.name} needs it")
    name = f"row {i} (id {row['id']!r}, {row['language']})"
    if row["language"] not in tokenizer.lang2id:
        raise ValueError(f"{name}: the tokenizer knows {', '.join(tokenizer.lang2id)} and not its language")
    if task.head == "qa":
        _check_answers(name, row)
        return
    labels = row[task.target] if task.head == "token" else [row[task.target]]
    for label in labels:
        if not isinstance(label, Integral) or not 0 <= int(label) < len(task.labels):
            raise ValueError(f"{name} has {task.target} {label!r}; expected 0 to {len(task.labels) - 1}")
    if task.head == "token" and not 0 < len(row["tokens"]) == len(labels):
        raise ValueError(f"{name} has {len(row['tokens'])} tokens and {len(labels)} tags; expected one each")


def _check_answers(name: str, row: Row) -> None:
    texts, starts = row["answers"]["text"], row["answers"]["answer_start"]
    if not texts or len(texts) != len(starts):
        raise ValueError(f"{name} has {len(texts)} answers and {len(starts)} offsets; expected one each")
    for text, start in zip(texts, starts, strict=True):
        if not text.strip() or row["context"][start : start + len(text)] != text:
            found = row["context"][start : start + len(text)]
            raise ValueError(f"{name}: expected the answer {text!r} at offset {start}, found {found!r}")


def _encode_texts(tokenizer: Tokenizer, rows: Sequence[Row], task: Task, max_length: int) -> list[Encoded]:
    encoded: list[Encoded | None] = [None] * len(rows)
    of_language: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        of_language.setdefault(row["language"], []).append(i)
    for lang, indices in of_language.items():
        for begin in range(0, len(indices), _CHUNK):
            chunk = indices[begin : begin + _CHUNK]
            texts = [[rows[i][column] for i in chunk] for column in task.columns]
            batch = tokenizer(*texts, lang=lang, max_length=max_length)
            lengths = batch["attention_mask"].sum(dim=1).tolist()
            for i, ids, length in zip(chunk, batch["input_ids"].tolist(), lengths, strict=True):
                encoded[i] = Encoded(i, tokenizer.lang2id[lang], ids[:length], int(rows[i][task.target]))
    return [one for one in encoded if one is not None]


def _encode_tokens(tokenizer: Tokenizer, i: int, row: Row, task: Task, max_length: int) -> Iterator[Encoded]:
    pieces = _pieces(tokenizer, row["tokens"], row["language"], max_length - 2)
    lengths = [len(piece) for piece in pieces]
    for begin, end in _windows(lengths, max_length - 2, overlap=False):
        ids, words = _frame(tokenizer, [], pieces[begin:end])
        labels = [IGNORED] * len(ids)
        for (first, _), tag in zip(words, row[task.target][begin:end], strict=True):
            labels[first] = int(tag)
        yield Encoded(i, tokenizer.lang2id[row["language"]], ids, labels, words, begin)


def _encode_question(
    tokenizer: Tokenizer, i: int, row: Row, task: Task, max_length: int
) -> Iterator[Encoded]:
    lang = row["language"]
    question = tokenizer.ids([row["question"]], lang=lang)[0]
    room = max_length - len(question) - 3
    if room < max_length // 4:
        raise ValueError(
            f"row {i} (id {row['id']!r}, {lang}): its question has {len(question)} tokens, which leaves"
            f" {max(room, 0)} for the context; expected a larger max_length than {max_length}"
        )
    spans = context_words(row["context"], lang)
    pieces = _pieces(tokenizer, [row["context"][a:b] for a, b in spans], lang, room)
    start = row["answers"]["answer_start"][0]
    end = start + len(row["answers"]["text"][0])
    inside = [k for k, (a, b) in enumerate(spans) if a < end and b > start]
    for begin, stop in _windows([len(piece) for piece in pieces], room, overlap=True):
        ids, words = _frame(tokenizer, question, pieces[begin:stop])
        labels = (0, 0)
        if begin <= inside[0] and inside[-1] < stop:
            labels = (words[inside[0] - begin][0], words[inside[-1] - begin][1])
        yield Encoded(i, tokenizer.lang2id[lang], ids, labels, words, begin)


def _pieces(tokenizer: Tokenizer, words: Sequence[str], lang: str, room: int) -> list[list[int]]:
    """Ids of every word; a word that preprocessing removes is ``<unk>``, one longer than the room is cut."""
    return [ids[:room] or [tokenizer.unk_token_id] for ids in tokenizer.ids(list(words), lang=lang)]


def _windows(lengths: Sequence[int], room: int, *, overlap: bool) -> Iterator[tuple[int, int]]:
    """Ranges of words that fit into the room and together hold every word."""
    begin = 0
    while True:
        end, used, middle = begin, 0, begin + 1
        while end < len(lengths) and used + lengths[end] <= room:
            used += lengths[end]
            end += 1
            if used <= room // 2:
                middle = end
        yield begin, end
        if end == len(lengths):
            return
        begin = max(middle, begin + 1) if overlap else end


def _frame(
    tokenizer: Tokenizer, question: list[int], pieces: Sequence[list[int]]
) -> tuple[list[int], tuple[tuple[int, int], ...]]:
    """``</s> words </s>`` or ``</s> question </s> words </s>``, and where each word is."""
    end = tokenizer.sep_token_id
    ids = [tokenizer.vocab[tokenizer.first_token], *question, *([end] if question else [])]
    words = []
    for piece in pieces:
        words.append((len(ids), len(ids) + len(piece) - 1))
        ids += piece
    return [*ids, end], tuple(words)


def context_words(context: str, lang: str) -> list[tuple[int, int]]:
    """Where the words of a context are: code-point ranges of the text as it stands.

    Words are what spaces separate (in Chinese and Thai, what their segmenters separate); a punctuation mark
    or symbol at either end of one, or a dash inside, is a word of its own. XLM's preprocessing changes the
    text, so its own words could not be mapped back exactly; these can.

    Raises
    ------
    ValueError
        If the context has no words.

    Examples
    --------
    >>> text = "Born in 1867 (Warsaw)."
    >>> [text[a:b] for a, b in context_words(text, "en")]
    ['Born', 'in', '1867', '(', 'Warsaw', ')', '.']
    """
    spans: list[tuple[int, int]] = []
    position = 0
    for part in _parts(context, lang):
        begin = context.index(part, position)
        position = begin + len(part)
        spans += _split_punctuation(context, begin, position)
    if not spans:
        raise ValueError(f"the context {context!r} has no words; expected a text")
    return spans


def _parts(context: str, lang: str) -> Iterator[str]:
    """Substrings of the text, in order, that hold all of it but spaces."""
    for part in context.split():
        if lang == "zh":
            from rjieba import cut

            yield from cut(part)
        elif lang == "th":
            from pythainlp.tokenize import word_tokenize

            yield from word_tokenize(part)
        else:
            yield part


def _split_punctuation(context: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    def alone(k: int) -> bool:
        return unicodedata.category(context[k])[0] in "PS"

    first, last = begin, end
    while first < last and alone(first):
        yield first, first + 1
        first += 1
    while last > first and alone(last - 1):
        last -= 1
    start = first
    for k in range(first, last):
        if unicodedata.category(context[k]) == "Pd" and context[k] != "-":
            yield from ((start, k), (k, k + 1)) if start < k else ((k, k + 1),)
            start = k + 1
    if start < last:
        yield start, last
    yield from ((k, k + 1) for k in range(last, end))


def collate(
    encoded: Sequence[Encoded], tokenizer: Tokenizer, device: torch.device | str = "cpu"
) -> tuple[dict[str, Tensor], Tensor]:
    """Pad encoded rows into a batch.

    Parameters
    ----------
    encoded : sequence of Encoded
        Of one task, in any languages.
    tokenizer : Tokenizer
        Whose padding is used.
    device : device

    Returns
    -------
    inputs : dict of int64 Tensors of shape (batch, length)
        ``input_ids``, ``attention_mask``, ``langs`` and ``position_ids``: call ``model(**inputs)``.
    labels : int64 Tensor
        Classes (batch,), tags (batch, length) or first and last positions of answers (batch, 2).

    Raises
    ------
    ValueError
        If there is nothing to pad.
    """
    if not encoded:
        raise ValueError("there are no encoded rows; expected one or more")

    def pad(rows: list[Tensor], value: int) -> Tensor:
        return pad_sequence(rows, batch_first=True, padding_value=value).to(device)

    input_ids = pad([torch.tensor(one.input_ids) for one in encoded], tokenizer.pad_token_id)
    inputs = {
        "input_ids": input_ids,
        "attention_mask": pad([torch.ones(len(one), dtype=torch.int64) for one in encoded], 0),
        "langs": torch.tensor([one.lang for one in encoded], device=device)[:, None].expand_as(input_ids),
        "position_ids": torch.arange(input_ids.shape[1], device=device).expand_as(input_ids),
    }
    if isinstance(encoded[0].labels, list):
        return inputs, pad([torch.tensor(one.labels) for one in encoded], IGNORED)
    return inputs, torch.tensor([one.labels for one in encoded], device=device)

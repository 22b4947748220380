"""The tasks of the book, and one call that loads any of them: made up, from the Hub, or from published files.

A task fixes what its rows look like. Where the rows come from changes nothing about them: the microworld, a
repository of the Hugging Face Hub and a folder of published files give the same columns, of the same types,
with the same label names in the same order. Every row has an ``id``, equal in all languages where rows are
translations of each other, and a ``language``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datasets import DatasetDict, Features

__all__ = ["TASKS", "Task", "features", "load_task", "task"]

Head = Literal["classification", "token", "qa", "lm", "seq2seq", "retrieval"]
Metric = Literal["accuracy", "f1", "bleu", "ppl"]


@dataclass(frozen=True)
class Task:
    """What a model reads and answers in one task.

    Attributes
    ----------
    name : str
        The name that :func:`load_task` takes.
    head : str
        The head a model needs: ``"classification"``, ``"token"``, ``"qa"``, ``"lm"``, ``"seq2seq"`` or
        ``"retrieval"`` (no head: the sentences' states are compared).
    columns : tuple of str
        The columns a model reads: one text, or two.
    labels : tuple of str
        The names of the labels in the order of their ids; empty where the task has none.
    metric : str
        The headline metric: ``"accuracy"``, ``"f1"`` (of entities or spans), ``"bleu"`` or ``"ppl"``.
    target : str
        The column that holds the answer; empty where the text itself is predicted.
    """

    name: str
    head: Head
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    metric: Metric
    target: str = ""


# WikiANN's order, and the universal part-of-speech tags in the order of the UD guidelines.
_NER = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
_UPOS = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"),
)
_NLI = ("entailment", "neutral", "contradiction")
_TOPICS = ("animals", "clothing", "food", "home", "music", "school", "travel")
_INTENTS = (
    *("turn_on", "turn_off", "weather", "order", "call_person", "remind", "book_ticket", "play_song"),
)

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task("xnli", "classification", ("premise", "hypothesis"), _NLI, "accuracy", "label"),
        Task("pawsx", "classification", ("sentence1", "sentence2"), ("0", "1"), "accuracy", "label"),
        Task("sentiment", "classification", ("text",), ("negative", "positive"), "accuracy", "label"),
        Task("topic", "classification", ("text",), _TOPICS, "accuracy", "label"),
        Task("qa", "qa", ("question", "context"), (), "f1", "answers"),
        Task("ner", "token", ("tokens",), _NER, "f1", "ner_tags"),
        Task("pos", "token", ("tokens",), _UPOS, "accuracy", "pos_tags"),
        Task("retrieval", "retrieval", ("text",), (), "accuracy"),
        Task("mt", "seq2seq", ("source",), (), "bleu", "target"),
        Task("lm", "lm", ("text",), (), "ppl"),
        Task("dialogue", "classification", ("text",), _INTENTS, "accuracy", "intent"),
        Task("captions", "seq2seq", ("scene",), (), "bleu", "text"),
    )
}


def task(name: str) -> Task:
    """The task of that name.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> task("xnli").labels
    ('entailment', 'neutral', 'contradiction')
    """
    if name not in TASKS:
        raise ValueError(f"no task {name!r}; expected one of {', '.join(TASKS)}")
    return TASKS[name]


def features(name: str) -> Features:
    """The columns of a task and their types: the schema of every source.

    Parameters
    ----------
    name : str
        One of ``TASKS``.

    Examples
    --------
    >>> list(features("xnli"))
    ['id', 'language', 'premise', 'hypothesis', 'label', 'phenomenon']
    >>> features("xnli")["label"].names
    ['entailment', 'neutral', 'contradiction']
    """
    from datasets import ClassLabel, Features, Sequence, Value

    this = task(name)
    text = Value("string")
    label = ClassLabel(names=list(this.labels)) if this.labels else None
    columns: dict[str, dict[str, Any]] = {
        "xnli": {"premise": text, "hypothesis": text, "label": label, "phenomenon": text},
        "pawsx": {"sentence1": text, "sentence2": text, "label": label},
        "sentiment": {"text": text, "label": label},
        "topic": {"text": text, "label": label},
        "qa": {
            "context": text,
            "question": text,
            "answers": {"text": Sequence(text), "answer_start": Sequence(Value("int32"))},
        },
        "ner": {"tokens": Sequence(text), "ner_tags": Sequence(label)},
        "pos": {"tokens": Sequence(text), "pos_tags": Sequence(label)},
        "retrieval": {"text": text},
        "mt": {"source": text, "target": text, "source_language": text, "target_language": text},
        "lm": {"text": text, "document": text, "position": Value("int32")},
        "dialogue": {"text": text, "tokens": Sequence(text), "intent": label, "slot_tags": Sequence(text)},
        "captions": {"scene": text, "text": text},  # the scene is written as JSON
    }
    return Features({"id": text, "language": text, **columns[name]})


def load_task(
    name: str,
    languages: Sequence[str] | None = None,
    source: str | os.PathLike[str] = "microworld",
    **options: Any,
) -> DatasetDict:
    """The splits of a task, with the schema of :func:`features` whatever the source.

    Parameters
    ----------
    name : str
        One of ``TASKS``.
    languages : sequence of str, optional
        ISO 639-1 codes, in the order in which the rows shall come; for ``mt`` pairs such as ``"en-fr"``.
        All that the source has if not given.
    source : str or path
        ``"microworld"`` (made by a generator, no network), ``"hub"`` (the published benchmark on the
        Hugging Face Hub), or a folder of published files.
    **options
        Passed on: to ``xlmtut.microworld.load`` (``sizes``, ``seed``, ``streaming`` …), to
        :func:`xlmtut.hub.load_hub` (``benchmark``, ``revision``, ``splits``) or to
        :func:`xlmtut.published_files.load_folder` (``benchmark``, ``splits``).

    Returns
    -------
    datasets.DatasetDict
        One dataset for each of the splits ``train``, ``validation`` and ``test`` that the source has; the
        rows of a language stand together. Streamed, it is an ``IterableDatasetDict``.

    Raises
    ------
    ValueError
        If the name, the languages or the source do not exist, or if a file is not what it should be.
    ConnectionError
        If the Hub is asked for and cannot be reached.
    """
    task(name)
    if languages is not None:
        _check_languages(languages)
    if source == "microworld":
        from xlmtut.microworld import load

        return load(name, languages, **options)
    if source == "hub":
        from xlmtut.hub import load_hub

        return load_hub(name, languages, **options)
    if not Path(source).is_dir():
        raise ValueError(f"source is {str(source)!r}; expected 'microworld', 'hub' or an existing folder")
    from xlmtut.published_files import load_folder

    return load_folder(name, source, languages, **options)


def _check_languages(languages: Sequence[str]) -> None:
    if isinstance(languages, str):
        raise ValueError(f"languages is {languages!r}; expected a list such as {[languages]!r}")
    if not languages:
        raise ValueError("languages is empty; expected codes such as ['en', 'fr'], or None for all")
    if len(set(languages)) < len(languages):
        raise ValueError(f"languages {list(languages)} name one twice; expected each once")

"""Benchmarks from the Hugging Face Hub, brought to the schema of their task.

``xlmtut/published/benchmarks.csv`` is the one table of repositories, configurations and languages. The commit
that was read is recorded with every split and can be pinned. No code of a repository is run.

``XLMTUT_HUB`` may name a folder that stands in for the Hub, with a folder ``facebook/xnli`` and so on in the
Hub's layout, and for models a folder ``FacebookAI/xlm-mlm-tlm-xnli15-1024``. Tests and continuous integration
use it, to run everything but the download; what was read from it is recorded as ``stand-in``.
``tools/stand_in_hub.py`` writes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmtut.files import stand_in
from xlmtut.published import table
from xlmtut.published_files import ISO639_3, SPLITS, check_parallel, check_splits, make_dataset
from xlmtut.readers import UNTRANSLATED, Remarks
from xlmtut.tasks import TASKS

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

__all__ = ["Benchmark", "benchmarks", "load_hub", "revision_of"]

STAND_IN = "stand-in"
_ADDRESS = "https://huggingface.co/datasets"

# How google/xtreme names the languages of Universal Dependencies.
_NAMES = {
    "af": "Afrikaans", "ar": "Arabic", "bg": "Bulgarian", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "kk": "Kazakh", "ko": "Korean", "mr": "Marathi", "nl": "Dutch", "pt": "Portuguese", "ru": "Russian",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "ur": "Urdu",
    "vi": "Vietnamese", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip

# The columns of the repositories that are read; XTREME's and the others' agree.
_COLUMNS = {
    "xnli": ("premise", "hypothesis", "label"),
    "pawsx": ("id", "sentence1", "sentence2", "label"),
    "qa": ("id", "context", "question", "answers"),
    "ner": ("tokens", "ner_tags"),
    "pos": ("tokens", "pos_tags"),
    "retrieval": ("source_sentence", "target_sentence"),
}


@dataclass(frozen=True)
class Benchmark:
    """A benchmark on the Hub: a row of ``benchmarks.csv``.

    Attributes
    ----------
    name, task : str
        Its name and the name of its task.
    repository : str
        The repository's id on the Hub.
    languages : tuple of str
        The languages that are read.
    splits : dict
        The name of each of our splits in the repository.
    parallel : str
        How rows of several languages belong together: by the repository's ``"id"``, by their ``"order"``,
        each with ``"English"`` only, or ``"no"``: not at all.
    config : str
        The pattern of its configurations' names.
    """

    name: str
    task: str
    repository: str
    languages: tuple[str, ...]
    splits: dict[str, str]
    parallel: str
    config: str

    def config_of(self, language: str) -> str:
        """The name of a language's configuration.

        Examples
        --------
        >>> benchmarks()["tatoeba"].config_of("zh")
        'tatoeba.cmn'
        """
        names = {"language": language, "iso639_3": ISO639_3.get(language), "name": _NAMES.get(language)}
        return self.config.format(**names)


@cache
def benchmarks() -> dict[str, Benchmark]:
    """The benchmarks by name; the first of a task is the one it loads by default.

    Examples
    --------
    >>> [name for name, benchmark in benchmarks().items() if benchmark.task == "qa"]
    ['xquad', 'mlqa', 'squad']
    """
    rows = table("benchmarks").itertuples()
    return {
        row.benchmark: Benchmark(
            name=row.benchmark,
            task=row.task,
            repository=row.repository,
            languages=tuple(row.languages.split()),
            splits={(pair := split.split(":"))[0]: pair[-1] for split in row.splits.split()},
            parallel=row.parallel,
            config=row.config,
        )
        for row in rows
    }


def load_hub(
    task: str,
    languages: Sequence[str] | None = None,
    *,
    benchmark: str | None = None,
    revision: str | None = None,
    splits: Sequence[str] | None = None,
) -> DatasetDict:
    """A benchmark from its repository on the Hugging Face Hub, or from the local cache of it.

    Parameters
    ----------
    task : str
        One of ``TASKS`` for which ``benchmarks.csv`` has a row.
    languages : sequence of str, optional
        All of the benchmark if not given. Tatoeba's English sentences come with every language.
    benchmark : str, optional
        One of the task's benchmarks; for ``qa`` ``"xquad"`` (the default), ``"mlqa"`` or ``"squad"``.
    revision : str, optional
        Commit, tag or branch. Name a commit where a result must be repeatable.
    splits : sequence of str, optional
        Of ``train``, ``validation`` and ``test``; all that the benchmark has if not given. XQuAD and Tatoeba
        are there to be tested on: what their repositories call *validation* is ``test`` here.

    Returns
    -------
    datasets.DatasetDict
        With the schema of :func:`xlmtut.tasks.features`; :func:`revision_of` tells the commit.

    Raises
    ------
    ValueError
        If the benchmark, a language or the revision does not exist, or a repository is not what it was.
    ConnectionError
        If the Hub cannot be reached and the local cache lacks what is asked for.

    Warns
    -----
    UserWarning
        Once, if rows were left out that hold no example, or answers were found beside their given place.
    """
    from datasets import DatasetDict, concatenate_datasets

    check_splits(splits)
    chosen = _choose(task, benchmark)
    codes = _codes(chosen, languages)
    repository = _Repository(chosen.repository, revision)
    remarks = Remarks()
    parts: dict[str, dict[str, list[Dataset]]] = {split: {} for split in SPLITS}
    for code in codes:
        raw = repository.load(chosen.config_of(code))
        for split, theirs in chosen.splits.items():
            if splits is not None and split not in splits:
                continue
            where = f"{chosen.repository} {chosen.config_of(code)} {theirs}"
            if theirs in raw:
                for language, rows in _convert(chosen, code, split, raw[theirs], where, remarks).items():
                    parts[split].setdefault(language, []).append(rows)
            elif split == "test":  # only a treebank's other splits may be missing
                raise ValueError(f"{where} is missing; expected a test split")
    loaded = DatasetDict()
    for split, by_language in parts.items():
        if by_language:
            if chosen.parallel == "order":
                check_parallel({code: rows[0] for code, rows in by_language.items()}, chosen.repository)
            order = dict.fromkeys([*codes, *by_language])
            loaded[split] = concatenate_datasets([d for code in order for d in by_language.get(code, ())])
            loaded[split].info.homepage = f"{_ADDRESS}/{chosen.repository}/tree/{repository.commit}"
    if not loaded:
        raise ValueError(f"{chosen.name} has none of the splits {splits}; it has {', '.join(chosen.splits)}")
    remarks.report()
    return loaded


def revision_of(dataset: Dataset) -> str:
    """The commit that a split was read from, ``"stand-in"`` if from a folder standing in for the Hub.

    Raises
    ------
    ValueError
        If the dataset was not loaded by :func:`load_hub`.
    """
    address, tree, commit = str(dataset.info.homepage).rpartition("/tree/")
    if not tree or not address.startswith(_ADDRESS):
        raise ValueError("the dataset names no revision; expected a split that load_hub returned")
    return commit


def _choose(task: str, name: str | None) -> Benchmark:
    of_task = {key: benchmark for key, benchmark in benchmarks().items() if benchmark.task == task}
    if not of_task:
        known = ", ".join(dict.fromkeys(benchmark.task for benchmark in benchmarks().values()))
        raise ValueError(f"no benchmark on the Hub is known for {task!r}; expected one of {known}")
    if name is not None and name not in of_task:
        raise ValueError(f"benchmark is {name!r}; expected one of {', '.join(of_task)} for {task!r}")
    return of_task[name or next(iter(of_task))]


def _codes(chosen: Benchmark, languages: Sequence[str] | None) -> list[str]:
    """The languages whose configurations are read."""
    codes = [code for code in languages or chosen.languages if chosen.parallel != "English" or code != "en"]
    if not codes:
        raise ValueError(f"languages are {languages}; name those that {chosen.name} pairs with English")
    for code in codes:
        if code not in chosen.languages:
            raise ValueError(f"{chosen.name} has no {code!r}; expected some of {', '.join(chosen.languages)}")
    return codes


# ---- the repository ---------------------------------------------------------------------------------------


class _Repository:
    """A repository at one commit: on the Hub, in the local cache if the Hub is away, or standing in."""

    def __init__(self, name: str, revision: str | None) -> None:
        self.name = name
        self.revision = revision
        self.path = name
        self.commit = ""
        self.away = ""  # why the Hub cannot be reached
        if (folder := stand_in(name)) is not None:
            self.path, self.commit = str(folder), STAND_IN
        else:
            self._find_commit()

    def _find_commit(self) -> None:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

        try:
            self.commit = str(HfApi().dataset_info(self.name, revision=self.revision, timeout=30).sha)
        except RevisionNotFoundError:
            raise ValueError(f"{self.name} has no revision {self.revision!r}; expected a commit") from None
        except RepositoryNotFoundError:
            raise ValueError(f"{self.name} is not on the Hugging Face Hub; expected it, public") from None
        except Exception as error:  # the client's transport brings error classes of its own
            self.away = str(error).split("\n")[0] or type(error).__name__

    def load(self, config: str) -> DatasetDict:
        """The splits of a configuration, as they are published."""
        from datasets import load_dataset

        if self.commit == STAND_IN:
            return load_dataset(self.path, config)
        if not self.away:
            return load_dataset(self.path, config, revision=self.commit)
        try:
            with _cache_only():
                raw = load_dataset(self.path, config)
        except (OSError, ValueError):  # ValueError: the cache has other configurations
            raise ConnectionError(
                f"cannot reach {self.name} on the Hugging Face Hub ({self.away}); use source='microworld', "
                "or download the published files and pass their folder as source"
            ) from None
        self.commit = Path(next(iter(raw.values())).cache_files[0]["filename"]).parent.name
        if self.revision not in (None, self.commit):
            raise ConnectionError(
                f"cannot reach {self.name} on the Hugging Face Hub ({self.away}); the cache has the revision "
                f"{self.commit}, not {self.revision}: connect once, or leave out revision="
            )
        return raw


@contextmanager
def _cache_only() -> Iterator[None]:
    """Have ``datasets`` look into its cache at once, instead of trying the network for half a minute."""
    from datasets import config

    before, config.HF_HUB_OFFLINE = config.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        config.HF_HUB_OFFLINE = before


# ---- to our schema ----------------------------------------------------------------------------------------


def _convert(
    chosen: Benchmark, code: str, split: str, raw: Dataset, where: str, remarks: Remarks
) -> dict[str, Dataset]:
    """The rows of one split of a configuration in the schema of the task, by language."""
    task = chosen.task
    for column in _COLUMNS[task]:
        if column not in raw.column_names:
            raise ValueError(f"{where} has no column {column!r}; expected {', '.join(_COLUMNS[task])}")
    table = raw.with_format("arrow")[:]
    columns: dict[str, Any] = {column: table[column] for column in _COLUMNS[task]}
    if "id" in columns:
        columns["id"] = [str(id_) for id_ in columns["id"].to_pylist()]
    else:
        prefix = split if chosen.parallel == "order" else code
        columns["id"] = [f"{prefix}-{i}" for i in range(len(raw))]
    if task == "retrieval":
        sides = {code: "source_sentence", "en": "target_sentence"}
        return {
            language: _rows(task, language, columns | {"text": [t.strip() for t in table[side].to_pylist()]})
            for language, side in sides.items()
        }
    target = TASKS[task].target
    if task == "qa":
        columns["answers"] = _answers(table, where, remarks)
    else:
        columns[target] = _labels(raw.features[target], table[target], TASKS[task].labels, where)
    rows = _rows(task, code, columns | ({"phenomenon": [None] * len(raw)} if task == "xnli" else {}))
    if TASKS[task].head == "classification":
        rows = _usable(rows, task, where, remarks)
    return {code: rows}


def _rows(task: str, language: str, columns: dict[str, Any]) -> Dataset:
    return make_dataset(task, columns | {"language": [language] * len(columns["id"])})


def _usable(rows: Dataset, task: str, where: str, remarks: Remarks) -> Dataset:
    """Without the rows that hold no example: PAWS-X writes ``NS``, ``datasets`` writes the label -1."""
    skip: dict[int, str] = {}
    for i, label in enumerate(rows[TASKS[task].target][:]):
        if label == -1:
            skip[i] = "rows skipped that have no label"
    if task == "pawsx":
        for i, pair in enumerate(zip(rows["sentence1"][:], rows["sentence2"][:], strict=True)):
            if not UNTRANSLATED.isdisjoint(text.strip() for text in pair):
                skip[i] = "rows skipped that have 'NS' or nothing for a translation"
    for reason in skip.values():
        remarks.add(where, reason)
    return rows.select([i for i in range(len(rows)) if i not in skip]) if skip else rows


def _labels(feature: Any, column: Any, names: tuple[str, ...], where: str) -> list[Any]:
    """Labels, or lists of them, as ids in our order; -1 stays: it says that there is none."""
    theirs = getattr(getattr(feature, "feature", feature), "names", names)
    ids: dict[Any, int] = {name: names.index(name) for name in theirs if name in names}
    ids |= {i: ids[name] for i, name in enumerate(theirs) if name in names} | {-1: -1}
    try:
        return [
            [ids[label] for label in labels] if isinstance(labels, list) else ids[labels]
            for labels in column.to_pylist()
        ]
    except KeyError as error:
        label = error.args[0]
        label = theirs[label] if label in range(len(theirs)) else label
        raise ValueError(f"{where} has the label {label!r}; expected one of {', '.join(names)}") from None


def _answers(table: Any, where: str, remarks: Remarks) -> list[dict[str, Any]]:
    """Answers whose offsets hold: a repository that strips its contexts has moved them from their place."""
    checked = []
    moved = 0
    columns = [table[column].to_pylist() for column in ("id", "context", "answers")]
    for id_, context, answers in zip(*columns, strict=True):
        starts = []
        for text, start in zip(answers["text"], answers["answer_start"], strict=True):
            if not context.startswith(text, start):
                places = [match.start() for match in re.finditer(re.escape(text), context)]
                if not places or not text:
                    raise ValueError(f"{where}: the context of question {id_} lacks the answer {text!r}")
                start = min(places, key=lambda place: abs(place - start))
                moved += 1
            starts.append(start)
        checked.append({"text": answers["text"], "answer_start": starts})
    remarks.add(where, "answers found beside the place that is given for them", moved)
    return checked

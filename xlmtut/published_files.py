"""Benchmarks from a folder of the files that their makers publish, as they unpack.

What is read, wherever it lies below the folder:

- ``xnli``: of XNLI 1.0 ``xnli.dev.tsv`` and ``xnli.test.tsv``, else ``.jsonl``;
  of XNLI-MT 1.0 ``multinli.train.en.tsv`` and its machine translations
- ``pawsx``: of PAWS-X ``en/train.tsv``, ``fr/translated_train.tsv``,
  ``fr/dev_2k.tsv``, ``fr/test_2k.tsv``
- ``qa``: of XQuAD ``xquad.ar.json``; of MLQA ``test-context-ar-question-ar.json``,
  no mixed languages; of SQuAD 1.1 ``train-v1.1.json``, ``dev-v1.1.json``
- ``ner``: of WikiANN, split as in Rahimi et al. (2019), ``sw/train`` or ``sw-train``
- ``pos``: of Universal Dependencies ``en_ewt-ud-dev.conllu``, all treebanks
- ``retrieval``: of LASER's Tatoeba ``tatoeba.fra-eng.fra``, ``tatoeba.fra-eng.eng``
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmtut import readers
from xlmtut.readers import Remarks, Row
from xlmtut.tasks import features

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

__all__ = ["ISO639_3", "SPLITS", "check_parallel", "check_splits", "load_folder", "make_dataset"]

SPLITS = ("train", "validation", "test")

# The codes of this package and those of Tatoeba's files, as XTREME pairs them (Hu et al. 2020).
ISO639_3 = {
    "af": "afr", "ar": "ara", "bg": "bul", "bn": "ben", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "et": "est", "eu": "eus", "fa": "pes", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun",
    "id": "ind", "it": "ita", "ja": "jpn", "jv": "jav", "ka": "kat", "kk": "kaz", "ko": "kor", "ml": "mal",
    "mr": "mar", "nl": "nld", "pt": "por", "ru": "rus", "sw": "swh", "ta": "tam", "te": "tel", "th": "tha",
    "tl": "tgl", "tr": "tur", "ur": "urd", "vi": "vie", "zh": "cmn",
}  # fmt: skip
_PIECE = 10_000
_TWO_LETTERS = {three: two for two, three in ISO639_3.items()}


@dataclass(frozen=True)
class _Layout:
    """One kind of file: which task and benchmark it belongs to, what its path looks like, how it is read."""

    task: str
    benchmark: str
    path: (
        str  # a regular expression for the end of the path, with groups split and language where it has them
    )
    read: Callable[[list[Path], str, Remarks], Iterator[Row]]
    several: bool = False  # whether more than one file may make up a part
    language: str = ""  # of all its files, where neither path nor rows name one


_LANGUAGE = r"(?P<language>[a-z]{2,3}(?:-[a-z]+)*)"
_LAYOUTS = (
    _Layout("xnli", "xnli", r"xnli\.(?P<split>dev|test)\.(?:tsv|jsonl)", readers.read_xnli, True),
    _Layout("xnli", "xnli", rf"multinli\.(?P<split>train)\.{_LANGUAGE}\.tsv", readers.read_multinli),
    _Layout(
        "pawsx",
        "pawsx",
        rf"{_LANGUAGE}/(?:translated_)?(?P<split>train|dev|test)(?:_2k)?\.tsv",
        readers.read_pawsx,
    ),
    _Layout("qa", "xquad", rf"xquad\.{_LANGUAGE}\.json", readers.read_squad),
    _Layout(
        "qa",
        "mlqa",
        rf"(?P<split>dev|test)-context-{_LANGUAGE}-question-(?P=language)\.json",
        readers.read_squad,
    ),
    _Layout("qa", "squad", r"(?P<split>train|dev)-v1\.1\.json", readers.read_squad, language="en"),
    _Layout("ner", "wikiann", rf"{_LANGUAGE}[/-](?P<split>train|dev|test)", readers.read_wikiann),
    _Layout(
        "pos", "udpos", rf"{_LANGUAGE}_\w+-ud-(?P<split>train|dev|test)\.conllu", readers.read_conllu, True
    ),
    _Layout(
        "retrieval",
        "tatoeba",
        rf"tatoeba\.{_LANGUAGE}-eng\.(?:eng|(?P=language))",
        readers.read_tatoeba,
        True,
    ),
)
_Part = tuple[str, _Layout, str]  # split, layout, language (empty where the rows name it)


def load_folder(
    task: str,
    folder: str | os.PathLike[str],
    languages: Sequence[str] | None = None,
    *,
    benchmark: str | None = None,
    splits: Sequence[str] | None = None,
) -> DatasetDict:
    """A benchmark from its published files.

    Parameters
    ----------
    task : str
        One of ``TASKS`` that this module lists.
    folder : path
        Where the published archives were unpacked; folders within it are searched.
    languages : sequence of str, optional
        All that are found if not given. Tatoeba's English sentences come with every language.
    benchmark : str, optional
        ``"xquad"``, ``"mlqa"`` or ``"squad"``, where a folder holds more than one of them.
    splits : sequence of str, optional
        Of ``train``, ``validation`` (published as *dev*) and ``test``; all that are found if not given.

    Returns
    -------
    datasets.DatasetDict
        With the schema of :func:`xlmtut.tasks.features`. XQuAD and Tatoeba have a test split only.

    Raises
    ------
    ValueError
        If no file fits; if a language has no rows at all, or no test rows where others have some; or if a
        file is not what it should be, with its name and line.

    Warns
    -----
    UserWarning
        Once, if rows were left out that the format marks as holding no example.
    """
    from datasets import DatasetDict, concatenate_datasets

    check_splits(splits)
    files = _find(task, Path(folder), benchmark, splits)
    remarks = Remarks()
    parts: dict[str, dict[str, list[Dataset]]] = {split: defaultdict(list) for split in SPLITS}
    there: dict[str, set[str]] = {split: set() for split in SPLITS}
    for (split, layout, language), paths in files.items():
        if languages is not None and language and language not in languages:
            there[split].add(language)
            continue
        for code, rows in _by_language(task, layout.read(paths, language, remarks), paths[0]).items():
            there[split].add(code)
            # A pair of languages brings both, whichever was asked for.
            if languages is None or code in languages or code != language != "":
                parts[split][code].append(rows)
    for code in languages or ():
        _check_there(code, there, f"{folder} has no", task)
    order = dict.fromkeys([*(languages or ()), *sorted({code for split in parts.values() for code in split})])
    if task == "xnli":
        check_parallel({code: some[0] for code, some in parts["train"].items()}, str(folder))
    loaded = DatasetDict()
    for split in SPLITS:
        if parts[split]:
            loaded[split] = concatenate_datasets([part for code in order for part in parts[split][code]])
            loaded[split].info.homepage = Path(folder).resolve().as_uri()
    remarks.report()
    return loaded


def _find(
    task: str, folder: Path, benchmark: str | None, splits: Sequence[str] | None
) -> dict[_Part, list[Path]]:
    """The files of a benchmark by the part of it they make up."""
    layouts = [layout for layout in _LAYOUTS if layout.task == task and benchmark in (None, layout.benchmark)]
    if not layouts:
        known = ", ".join(dict.fromkeys(f"{layout.task} ({layout.benchmark})" for layout in _LAYOUTS))
        wanted = task if benchmark is None else f"{task} ({benchmark})"
        raise ValueError(f"no published files are known for {wanted}; expected one of {known}")
    files: dict[_Part, list[Path]] = defaultdict(list)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for layout in layouts:
            match = re.search(rf"(?:^|/){layout.path}$", path.relative_to(folder).as_posix())
            if match:
                groups = match.groupdict()
                split = groups.get("split") or "test"  # published alone, to be tested on
                split = "validation" if split == "dev" else split
                language = groups.get("language") or layout.language
                if splits is None or split in splits:
                    files[split, layout, _TWO_LETTERS.get(language, language)].append(path)
    if not files:
        raise ValueError(f"{folder} has no files of {task}; expected the names listed in published_files")
    benchmarks = sorted({layout.benchmark for _, layout, _ in files})
    if len(benchmarks) > 1:
        raise ValueError(f"{folder} holds {' and '.join(benchmarks)}; choose with benchmark=")
    for (_, layout, _), paths in files.items():
        if len(paths) > (len({path.name for path in paths}) if layout.several else 1):
            raise ValueError(f"{paths[0]} and {paths[1]} are the same part of {task}; expected one of them")
    return files


def _check_there(code: str, there: dict[str, set[str]], refusal: str, task: str) -> None:
    """Refuse a language that is nowhere, or that is not tested where others are."""
    anywhere = set().union(*there.values())
    if code not in anywhere:
        raise ValueError(f"{refusal} rows of {task} in {code!r}; found {', '.join(sorted(anywhere))}")
    if there["test"] and code not in there["test"]:
        found = ", ".join(sorted(there["test"]))
        raise ValueError(f"{refusal} test rows of {task} in {code!r}; found {found}")


def _by_language(task: str, rows: Iterable[Row], path: Path) -> dict[str, Dataset]:
    """A dataset for each language, made in pieces: as rows they would take several times the memory."""
    from datasets import concatenate_datasets

    ids: dict[str, set[str]] = defaultdict(set)
    waiting: dict[str, list[Row]] = defaultdict(list)
    pieces: dict[str, list[Dataset]] = defaultdict(list)
    for row in rows:
        code = row["language"]
        if row["id"] in ids[code]:
            raise ValueError(f"{path}: id {row['id']!r} stands twice in {code!r}; expected it once")
        ids[code].add(row["id"])
        waiting[code].append(row)
        if len(waiting[code]) == _PIECE:
            pieces[code].append(_piece(task, waiting.pop(code)))
    for code, rest in waiting.items():
        pieces[code].append(_piece(task, rest))
    if not pieces:
        raise ValueError(f"{path} holds no example; fetch it again")
    return {code: concatenate_datasets(some) for code, some in pieces.items()}


def _piece(task: str, rows: list[Row]) -> Dataset:
    return make_dataset(task, {name: [row[name] for row in rows] for name in features(task)})


def make_dataset(task: str, columns: dict[str, Any]) -> Dataset:
    """Columns as a dataset with the schema of a task; lists become arrays at once, not value by value."""
    import pyarrow as pa
    from datasets import Dataset

    schema = features(task)
    types = schema.arrow_schema
    arrays = {
        name: pa.array(columns[name], types.field(name).type)
        if isinstance(columns[name], list)
        else columns[name]
        for name in schema
    }
    return Dataset.from_dict(arrays, features=schema)


def check_splits(splits: Sequence[str] | None) -> None:
    """Refuse names of splits that do not exist."""
    if isinstance(splits, str):
        raise ValueError(f"splits is {splits!r}; expected a list such as {[splits]!r}")
    for split in splits or ():
        if split not in SPLITS:
            raise ValueError(f"no split {split!r}; expected some of {', '.join(SPLITS)}")


def check_parallel(by_language: dict[str, Dataset], where: str) -> None:
    """Refuse rows paired by their order whose labels disagree: their ids would pair strangers.

    Parameters
    ----------
    by_language : dict
        The rows of each language with ``id`` and ``label``.
    where : str
        What to name in the error.
    """
    labels: dict[str, int] = {}
    for language, rows in by_language.items():
        own = dict(zip(rows["id"][:], rows["label"][:], strict=True))
        for id_, label in own.items():
            if labels.get(id_, label) != label:
                raise ValueError(
                    f"{where}: row {id_} has label {label} in {language!r} and {labels[id_]} in another "
                    "language; expected rows that translate each other"
                )
        labels |= own

"""One reader for each format in which benchmarks are published: from files to rows.

A file is read whole or not at all. What a reader does not expect is an error that names the file and the
line. Where a format itself marks rows that hold no example, they are counted and reported in one warning.

Every reader takes the files of one part of a benchmark, their language (rows that name one themselves keep
theirs) and the remarks to add to, and yields rows as :func:`xlmtut.tasks.features` describes them.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from xlmtut.tasks import TASKS

__all__ = [
    "UNTRANSLATED",
    "Remarks",
    "Row",
    "read_conllu",
    "read_multinli",
    "read_pawsx",
    "read_squad",
    "read_tatoeba",
    "read_wikiann",
    "read_xnli",
]

Row = dict[str, Any]
T = TypeVar("T")

UNTRANSLATED = frozenset(("NS", ""))  # what PAWS-X has where a sentence was not translated


class Remarks:
    """What a format lets pass and a reader should know: counted while reading, told once."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, where: str, what: str, count: int = 1) -> None:
        """Count rows of a file or a repository; ``what`` follows the number."""
        if count:
            self.counts[where, what] += count

    def report(self) -> None:
        """Warn once, if there is something to tell; the warning points at the caller of ``load_task``."""
        if self.counts:
            each = "; ".join(f"{where}: {count} {what}" for (where, what), count in self.counts.items())
            warnings.warn(each, stacklevel=4)


# ---- lines ------------------------------------------------------------------------------------------------


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a UTF-8 file, divided at line feeds only: sentences may hold other separators."""
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                raise ValueError(
                    f"{path}, line {number}: byte 0x{byte:02x} is not UTF-8; convert the file to UTF-8"
                ) from None
            yield number, text.removesuffix("\n").removesuffix("\r")
    if not number:
        raise ValueError(f"{path} is empty; fetch it again")


def _table(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The numbered rows of a file whose fields are divided by tabs and never quoted."""
    lines = _lines(path)
    _, first = next(lines)
    header = first.split("\t")
    missing = [column for column in wanted if column not in header]
    if missing:
        raise ValueError(f"{path}, line 1: no column {missing[0]!r}; expected {', '.join(wanted)}")
    for number, line in lines:
        fields = line.split("\t")
        if len(fields) != len(header):
            raise ValueError(
                f"{path}, line {number}: {len(fields)} fields; expected {len(header)}, as in the header"
            )
        yield number, dict(zip(header, fields, strict=True))


def _label(path: Path, number: int, label: str, names: Sequence[str]) -> int:
    if label not in names:
        raise ValueError(f"{path}, line {number}: label {label!r}; expected one of {', '.join(names)}")
    return names.index(label)


# ---- one reader per format --------------------------------------------------------------------------------


def read_xnli(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """Dev and test of XNLI: all languages in one file, the same pairs as a table and as JSON lines."""
    path = next((path for path in paths if path.suffix == ".tsv"), paths[0])
    wanted = ("language", "gold_label", "sentence1", "sentence2", "pairID")
    for number, row in _table(path, wanted) if path.suffix == ".tsv" else _json_lines(path, wanted):
        pair = (row["sentence1"], row["sentence2"], row["gold_label"])
        yield from _nli(path, number, row["pairID"], row["language"], pair, remarks)


def read_multinli(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """The training pairs of XNLI-MT; the same line of two languages is the same pair."""
    for number, row in _table(paths[0], ("premise", "hypo", "label")):
        pair = (row["premise"], row["hypo"], row["label"])
        yield from _nli(paths[0], number, f"train-{number - 2}", language, pair, remarks)


def _nli(
    path: Path, number: int, id_: str, language: str, pair: tuple[str, str, str], remarks: Remarks
) -> Iterator[Row]:
    premise, hypothesis, label = pair
    if label == "-":
        remarks.add(path.name, "rows skipped that have the label '-': the annotators did not agree")
        return
    label = "contradiction" if label == "contradictory" else label  # XNLI-MT writes it so
    yield {
        "id": id_,
        "language": language,
        "premise": premise,
        "hypothesis": hypothesis,
        "label": _label(path, number, label, TASKS["xnli"].labels),
        "phenomenon": None,
    }


def _json_lines(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error}); fetch the file again") from None
        for key in wanted:
            if not isinstance(row, dict) or key not in row:
                raise ValueError(f"{path}, line {number}: no {key!r}; expected {', '.join(wanted)}")
        yield number, {key: str(row[key]) for key in wanted}


def read_pawsx(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """PAWS-X; its makers ask to leave out the pairs with ``NS`` in the place of a translation."""
    for number, row in _table(paths[0], ("id", "sentence1", "sentence2", "label")):
        if not UNTRANSLATED.isdisjoint((row["sentence1"].strip(), row["sentence2"].strip())):
            remarks.add(
                "/".join(paths[0].parts[-2:]), "rows skipped that have 'NS' or nothing for a translation"
            )
            continue
        yield {
            "id": row["id"],
            "language": language,
            "sentence1": row["sentence1"],
            "sentence2": row["sentence2"],
            "label": _label(paths[0], number, row["label"], TASKS["pawsx"].labels),
        }


def read_squad(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """JSON of SQuAD 1.1: articles of paragraphs of questions, each with an answer in its paragraph."""
    path = paths[0]
    text = "\n".join(line for _, line in _lines(path))
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: not JSON ({error.msg}); fetch it again") from None

    def where(near: str) -> str:
        place = text.find(json.dumps(near, ensure_ascii=False)) if near else -1
        return f"{path}, line {text.count(chr(10), 0, place) + 1}" if place >= 0 else str(path)

    def member(entry: object, key: str, kind: type[T], near: str = "") -> T:
        value = entry.get(key) if isinstance(entry, dict) else None
        if not isinstance(value, kind):
            raise ValueError(f"{where(near)}: no {key!r} in an entry; expected JSON as of SQuAD 1.1")
        return value

    for article in member(content, "data", list):
        for paragraph in member(article, "paragraphs", list):
            context = member(paragraph, "context", str)
            for qa in member(paragraph, "qas", list, context):
                question = member(qa, "question", str, context)
                id_ = member(qa, "id", str, question)
                answers = member(qa, "answers", list, id_)
                if not answers:
                    raise ValueError(f"{where(id_)}: question {id_} has no answer; expected at least one")
                for answer in answers:
                    start = member(answer, "answer_start", int, id_)
                    wanted = member(answer, "text", str, id_)
                    there = context[start : start + len(wanted)] if start >= 0 else ""
                    if there != wanted or not wanted:
                        raise ValueError(
                            f"{where(id_)}: question {id_}: its context has {there!r} at {start}; "
                            f"expected the answer {wanted!r}"
                        )
                spans = {key: [answer[key] for answer in answers] for key in ("text", "answer_start")}
                row = {"id": id_, "language": language, "context": context, "question": question}
                yield {**row, "answers": spans}


def read_wikiann(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """A token and its tag per line, ``en:Paris<tab>B-LOC``, and an empty line after each sentence."""
    tokens: list[str] = []
    tags: list[int] = []
    count = 0

    def sentence() -> Row:
        return {"id": f"{language}-{count}", "language": language, "tokens": tokens, "ner_tags": tags}

    for number, line in _lines(paths[0]):
        if line:
            fields = line.split("\t")
            prefix, colon, token = fields[0].partition(":")
            if len(fields) != 2 or not colon or not token:
                raise ValueError(
                    f"{paths[0]}, line {number}: {line!r}; expected {language}:token, a tab and a tag"
                )
            if prefix != language:
                raise ValueError(f"{paths[0]}, line {number}: language {prefix!r}; expected {language!r}")
            tokens.append(token)
            tags.append(_label(paths[0], number, fields[1], TASKS["ner"].labels))
        elif tokens:
            yield sentence()
            tokens, tags, count = [], [], count + 1
    if tokens:
        yield sentence()


def read_conllu(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """The syntactic words of CoNLL-U; lines of multiword tokens (``1-2``) and empty nodes (``1.1``) are none.

    The PUD treebanks are translations of each other, so that their sentences are known by their ``sent_id``.
    """
    for path in sorted(paths):
        treebank = path.name.split("-ud-")[0]
        count = 0
        words: list[str] = []
        tags: list[int] = []
        name = ""
        for number, line in (*_lines(path), (0, "")):  # the last sentence may lack its empty line
            if line.startswith("#"):
                key, _, value = line[1:].partition("=")
                name = value.strip() if key.strip() == "sent_id" else name
                continue
            if not line:
                if words and all(word == "_" for word in words):
                    remarks.add(
                        path.name, "sentences skipped whose words are '_': their licence keeps them back"
                    )
                elif words:
                    id_ = f"pud-{name}" if treebank.endswith("_pud") else f"{treebank}-{count}"
                    yield {"id": id_, "language": language, "tokens": words, "pos_tags": tags}
                words, tags, count, name = [], [], count + bool(words), ""
                continue
            fields = line.split("\t")
            if len(fields) != 10 or not re.fullmatch(r"\d+([-.]\d+)?", fields[0]):
                raise ValueError(f"{path}, line {number}: {line!r}; expected the 10 fields of CoNLL-U")
            if fields[0].isdigit():
                words.append(fields[1])
                tags.append(_label(path, number, fields[3], TASKS["pos"].labels))


def read_tatoeba(paths: list[Path], language: str, remarks: Remarks) -> Iterator[Row]:
    """A sentence per line and its translation on the same line of the other file.

    The English sentences differ from pair to pair, so the ids of a pair carry its language.
    """
    sides = {("en" if path.suffix == ".eng" else language): path for path in paths}
    if len(sides) != 2:
        raise ValueError(f"{paths[0]}: the other language of the pair is missing; fetch both files")
    texts = {code: list(_lines(path)) for code, path in sides.items()}
    sizes = {sides[code].name: len(lines) for code, lines in texts.items()}
    if len(set(sizes.values())) > 1:
        counts = " and ".join(f"{name} has {size} lines" for name, size in sizes.items())
        raise ValueError(f"{paths[0].parent}: {counts}; expected one sentence and its translation per line")
    for code in (language, "en"):
        for number, text in texts[code]:
            if not text.strip():
                raise ValueError(f"{sides[code]}, line {number}: empty; expected a sentence")
            yield {"id": f"{language}-{number - 1}", "language": code, "text": text}

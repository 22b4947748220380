"""Data of the microworld as ``datasets``: any task, in any of its languages, of any size, streamed or not."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from xlmtut.microworld.draw import Taste
from xlmtut.microworld.examples import PARALLEL_TASKS
from xlmtut.microworld.fake import FAKE, fake_english
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import Language, language, languages
from xlmtut.microworld.splits import SPLITS, Split
from xlmtut.microworld.stories import draw_story, tell
from xlmtut.tasks import features

if TYPE_CHECKING:
    from datasets import DatasetDict, IterableDatasetDict

__all__ = ["SIZES", "load", "rows"]

_USUAL: dict[Split, int] = {"train": 10_000, "validation": 1_000, "test": 2_000}
SIZES: dict[str, dict[Split, int]] = {
    **dict.fromkeys((*PARALLEL_TASKS, "lm"), _USUAL),
    "retrieval": {"validation": 1_000, "test": 1_000},
}
"""Examples per language and split, unless asked otherwise; of ``lm``, sentences of the largest language."""


def load(
    name: str,
    languages: Sequence[str] | None = None,
    *,
    sizes: Mapping[Split, int] | None = None,
    seed: int = 0,
    shift: float = 0.5,
    overlap: float = 0.0,
    streaming: bool = False,
) -> DatasetDict | IterableDatasetDict:
    """Make a task's data.

    The same arguments give the same rows, byte for byte, on every machine. Rows with one ``id`` are
    translations of each other, whatever the languages asked for; those of ``lm`` are not, since every
    language tells stories of its own.

    Parameters
    ----------
    name : str
        One of ``xlmtut.tasks.TASKS`` but ``pawsx`` and ``pos``.
    languages : sequence of str, optional
        Codes of the 15 languages (all by default), ``"id"`` (Indonesian, held out of pretraining), or
        ``"fake"`` (English in other letters). For ``mt`` pairs such as ``"en-fr"``, by default English with
        each other language.
    sizes : mapping of split to int, optional
        How many examples in each language, for the splits that are wanted. :data:`SIZES` by default.
    seed : int
        Another seed gives other examples of the same kind.
    shift : float
        Of ``lm``: how far the topics and word frequencies of each language are its own, from 0 to 1.
    overlap : float
        Of ``"fake"``: the share of words that stay English, from 0 to 1.
    streaming : bool
        Make rows as they are read instead of storing them first.

    Returns
    -------
    datasets.DatasetDict or datasets.IterableDatasetDict

    Raises
    ------
    ValueError
        If the microworld has no such task, language, split or size.
    """
    from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict

    if name not in SIZES:
        raise ValueError(f"the microworld has no task {name!r}; it has {', '.join(SIZES)}")
    sizes = SIZES[name] if sizes is None else sizes
    if not sizes:
        raise ValueError(f"sizes is empty; expected a number for any of {', '.join(SPLITS)}")
    for split, size in sizes.items():
        if split not in SPLITS or not isinstance(size, int) or size < 1:
            raise ValueError(
                f"sizes has {split!r}: {size!r}; expected at least 1 for any of {', '.join(SPLITS)}"
            )
    Taste(shift=shift)  # refuses what is no share, before anything is made
    codes = tuple(languages) if languages is not None else _all(name)
    for code in codes:
        _speakers(name, code, overlap)
    made = {}
    for split, size in sizes.items():
        options = {"name": name, "codes": codes, "split": split, "size": size, "seed": seed, "shift": shift}
        options |= {"overlap": overlap, "version": _version()}
        kind = IterableDataset if streaming else Dataset
        made[split] = kind.from_generator(_generate, features=features(name), gen_kwargs=options)
    return (IterableDatasetDict if streaming else DatasetDict)(made)


def rows(
    name: str,
    code: str,
    split: Split,
    size: int,
    *,
    seed: int = 0,
    shift: float = 0.5,
    overlap: float = 0.0,
) -> Iterator[dict[str, Any]]:
    """The rows of a task in one language, made one after the other; the arguments are those of :func:`load`.

    Examples
    --------
    >>> pair = next(rows("mt", "en-de", "test", 1))
    >>> pair["id"], pair["source_language"], pair["target_language"]
    ('mt-test-0', 'en', 'de')
    """
    if name == "lm":
        yield from _sentences(code, split, size, seed, shift, overlap)
        return
    maker, speakers = PARALLEL_TASKS[name], _speakers(name, code, overlap)
    seen: set[Any] = set()
    example = 0
    while example < size:
        for i in _attempts(example):
            key = f"{seed}/{name}/{split}/{i}"
            meaning = maker.draw(random.Random(key), split, example)
            if name != "retrieval" or meaning not in seen:
                break
        seen.add(meaning) if name == "retrieval" else None
        said = [maker.say(meaning, speaker, random.Random(f"{key}/{speaker.code}")) for speaker in speakers]
        row: dict[str, Any] = {"id": f"{name}-{split}-{example}", "language": code}
        if name == "mt":
            row |= {"source": said[0]["text"], "target": said[1]["text"]}
            row |= {"source_language": speakers[0].code, "target_language": speakers[1].code}
        else:
            row |= said[0]
        yield row
        example += 1


def _attempts(example: int) -> Iterator[str]:
    """Names for the attempts at an example, where one may have to be drawn again."""
    yield str(example)
    n = 1
    while True:
        yield f"{example}.{n}"
        n += 1


def _sentences(
    code: str, split: Split, size: int, seed: int, shift: float, overlap: float
) -> Iterator[dict[str, Any]]:
    """Stories of a language's own, as many sentences as its corpus has."""
    (speaker,) = _speakers("lm", code, overlap)
    world = ontology()
    wanted = max(1, round(size * world.corpus.get(code, 1.0))) if split == "train" else size
    taste, made, document = Taste(code, shift), 0, 0
    while made < wanted:
        key = f"{seed}/lm/{code}/{split}/{document}"
        story = draw_story(random.Random(key), split, taste)
        for position, sentence in enumerate(tell(story, speaker, random.Random(f"{key}/said"))):
            if made < wanted:
                name = f"{code}-{split}-{document}"
                yield {
                    "id": f"lm-{name}-{position}",
                    "language": code,
                    "text": sentence.text,
                    "document": name,
                    "position": position,
                }
            made += 1
        document += 1


def _generate(
    name: str,
    codes: tuple[str, ...],
    split: Split,
    size: int,
    seed: int,
    shift: float,
    overlap: float,
    version: str,  # not used here: it makes the cache forget data of another version
) -> Iterator[dict[str, Any]]:
    for code in codes:
        yield from rows(name, code, split, size, seed=seed, shift=shift, overlap=overlap)


def _all(name: str) -> tuple[str, ...]:
    if name == "mt":
        return tuple(f"en-{code}" for code in languages() if code != "en")
    return tuple(languages())


def _speakers(name: str, code: str, overlap: float) -> tuple[Language, ...]:
    """The language of a code, or the two of a pair."""
    parts = code.split("-")
    wanted = 2 if name == "mt" else 1
    if len(parts) != wanted:
        example = "a pair such as 'en-fr'" if name == "mt" else "one language such as 'en'"
        raise ValueError(f"language {code!r} of task {name!r}; expected {example}")
    return tuple(fake_english(overlap) if part == FAKE else language(part) for part in parts)


@cache
def _version() -> str:
    """A fingerprint of the microworld's code and data."""
    digest, folder = hashlib.blake2b(digest_size=8), files(__package__)
    for part in (folder, folder.joinpath("languages"), folder.joinpath("spelling")):
        for file in sorted(part.iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".toml")):
                digest.update(file.read_bytes())
    return digest.hexdigest()

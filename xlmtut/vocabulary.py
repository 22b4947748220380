"""XLM's vocabulary files: read, checked and written.

``vocab.json`` maps tokens to ids. ``merges.txt`` holds one merge per line, first learned first.
``tokenizer_config.json`` and ``config.json`` say which languages there are and whether text is lower-cased.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlmtut.config import PUBLISHED
from xlmtut.files import read_json

__all__ = ["FILES", "read_settings", "read_vocabulary", "write_files"]

FILES = ("vocab.json", "merges.txt", "tokenizer_config.json", "config.json")
"""What a tokenizer is read from; the last two may be absent."""

_LIMITS = ("model_max_length", "max_position_embeddings")


def read_vocabulary(folder: Path) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Read ``vocab.json`` and ``merges.txt``.

    Raises
    ------
    ValueError
        If a file is missing, cut short or not in XLM's layout, or two tokens share an id.
    """
    for name in ("vocab.json", "merges.txt"):
        if not (folder / name).is_file():
            raise ValueError(f"{folder} has no {name}; expected XLM's vocab.json and merges.txt")
    vocab = {}
    for token, index in read_json(folder / "vocab.json").items():
        if not isinstance(index, int) or index < 0:
            raise ValueError(f"{folder / 'vocab.json'} gives {token!r} the id {index!r}; expected 0, 1, 2, …")
        vocab[token] = index
    if len(set(vocab.values())) < len(vocab):
        raise ValueError(f"{folder / 'vocab.json'} gives two tokens one id; expected an id for each token")
    try:
        *lines, rest = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{folder / 'merges.txt'} is not UTF-8 ({error}); fetch it again") from None
    if rest:
        raise ValueError(f"{folder / 'merges.txt'} ends within a line ({rest[:40]!r}); fetch it again")
    merges = []
    for number, line in enumerate(lines, 1):
        if len(line.split(" ")) not in (2, 3):  # published files also say how often the pair was seen
            raise ValueError(f"{folder / 'merges.txt'}, line {number}: {line[:40]!r}; expected two tokens")
        pair = line.split()[:2]
        if len(pair) == 2:  # XLMTokenizer, too, does not see a symbol that is a no-break space
            merges.append((pair[0], pair[1]))
    return vocab, merges


def read_settings(folder: Path, name: str) -> dict[str, Any]:
    """What ``config.json`` and ``tokenizer_config.json`` say, as far as they exist; the second wins.

    Parameters
    ----------
    folder : Path
    name : str
        The languages of a published checkpoint are known by its name, should its files not list them.

    Returns
    -------
    dict
        With ``lang2id``, empty if unknown, and ``max_length`` in any case.

    Raises
    ------
    ValueError
        If a file is not JSON, the model is not XLM, or the language tables contradict each other.
    """
    settings: dict[str, Any] = {}
    for file in ("config.json", "tokenizer_config.json"):
        if (folder / file).is_file():
            settings.update(read_json(folder / file))
    kind = settings.get("model_type", "xlm")
    if kind != "xlm":
        raise ValueError(f"{folder} holds a model of type {kind!r}; expected 'xlm'")
    try:
        lang2id = {lang: int(index) for lang, index in (settings.get("lang2id") or {}).items()}
        id2lang = {lang: int(index) for index, lang in (settings.get("id2lang") or {}).items()}
        limits = [float(settings.get(key) or math.inf) for key in _LIMITS]
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{folder}: a setting is not XLM's ({error}); correct lang2id, id2lang or {' or '.join(_LIMITS)}"
        ) from None
    if lang2id and id2lang and lang2id != id2lang:
        raise ValueError(
            f"{folder}: lang2id {lang2id} contradicts id2lang {settings['id2lang']}; correct one"
        )
    if not (lang2id or id2lang):
        if name in PUBLISHED:
            lang2id = PUBLISHED[name].lang2id
        elif (folder / "config.json").is_file() and settings.get("n_langs", 1) == 1:
            lang2id = {"en": 0}  # transformers writes neither for a model of one language
    known = [int(limit) for limit in limits if limit < 1e9]  # transformers writes 1e30 for "unknown"
    return {**settings, "lang2id": lang2id or id2lang, "max_length": min(known, default=512)}


def write_files(folder: Path, contents: Mapping[str, str]) -> None:
    """Write text files into a folder; each is complete or, if writing is interrupted, as it was before."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        partial = folder / f".{name}.partial"
        partial.write_text(content, encoding="utf-8", newline="\n")
        os.replace(partial, folder / name)

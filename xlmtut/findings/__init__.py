"""Recorded runs of the book's studies: what was trained, what it predicted, and what follows.

``make findings`` makes them on the microworld, which is synthetic. What was expected of the first study was
written down before it was run: :func:`hypotheses`.

========= ============================================================================================
paper     six languages, three seeds: from scratch, MLM and MLM+TLM, fine-tuned on English labels
shipped   the checkpoints ``mini-mlm`` and ``mini-mlm-tlm``, fine-tuned on English labels, three seeds
anchors   English and fake English, which share a part of their words or none, one seed
========= ============================================================================================
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pandas as pd

from xlmtut.frames import read_predictions

__all__ = ["STUDIES", "curves", "hypotheses", "predictions", "provenance", "summary", "verdicts"]

STUDIES = ("paper", "shipped", "anchors")


def summary(study: str) -> pd.DataFrame:
    """Every value and every difference of a study on the test data, with 95 % intervals.

    Returns
    -------
    DataFrame
        ``task, model, against, seed, language, n, value, low, high, p``. With ``against``, the value is a
        difference, `model` minus `against`, tested on the same examples; otherwise that column is empty.
        ``seed`` is a number as text, or ``all`` for the mean of the seeds. ``language`` is a code, ``mean``,
        ``zero-shot`` (the mean of the languages without labels) or ``gap`` (English minus that mean).
        Fine-tuned models are taken at the step that is best on English validation data.

    Raises
    ------
    ValueError
        If there is no such study, or it has not been run.
    """
    return _read_csv(study, "summary.csv").fillna({"against": ""})


def verdicts() -> pd.DataFrame:
    """What became of each claim of :func:`hypotheses`, a row per claim."""
    return _read_csv("paper", "verdicts.csv")


def hypotheses() -> list[dict[str, Any]]:
    """What was expected before the study ``paper`` was run: ``name``, ``text`` and claims."""
    file = _folder("paper") / "hypotheses.toml"
    return list(tomllib.loads(file.read_text(encoding="utf-8"))["hypothesis"])


def predictions(study: str, task: str, *, scores: bool = False) -> pd.DataFrame:
    """What the models of a study predicted: one frame for all its models and seeds.

    Parameters
    ----------
    study : str
        One of :data:`STUDIES`.
    task : str
        Such as ``"xnli"``; ``"retrieval"`` gives ``"retrieval, centred"``, too.
    scores : bool
        Of classification tasks, only the last step's test rows, with the probabilities of the classes.

    Returns
    -------
    DataFrame
        As :func:`~xlmtut.frames.read_predictions` gives it, with validation and test rows of every step.

    Raises
    ------
    ValueError
        If there is no such study, or nothing of the kind in it.
    """
    name = "scores.parquet" if scores else "predictions.parquet"
    frames = [
        read_predictions(folder / name)
        for folder in _cells(study)
        if folder.name.removesuffix("-frozen") == task and (folder / name).is_file()
    ]
    if not frames:
        known = sorted({folder.name for folder in _cells(study) if (folder / name).is_file()})
        raise ValueError(f"study {study!r} has no {name} of {task!r}; it has {', '.join(known) or 'none'}")
    return pd.concat(frames, ignore_index=True)


def curves(study: str, what: str) -> pd.DataFrame:
    """Losses of training: of the pretrainings (``what="pretraining"``), or of the fine-tunings on a task.

    Returns
    -------
    DataFrame
        ``model, seed, step, objective, updates, loss, seconds``: the mean loss of every 20 steps, the updates
        that this objective has had until then, and the seconds since the start.
    """
    tables = []
    for folder in _cells(study):
        if folder.name.removesuffix("-frozen") == what and (folder / "curve.csv").is_file():
            table = pd.read_csv(folder / "curve.csv")
            table.insert(0, "model", _model(folder))
            table.insert(1, "seed", int(folder.parent.name))
            tables.append(table)
    if not tables:
        raise ValueError(f"study {study!r} has no curves of {what!r}; expected pretraining or a task")
    return pd.concat(tables, ignore_index=True)


def provenance(study: str) -> pd.DataFrame:
    """How each run of a study was made: model, seed, what, seconds, commit, processor, versions."""
    lines = []
    for folder in _cells(study):
        made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        run = {"model": _model(folder), "seed": int(folder.parent.name), "what": folder.name}
        kept = {name: made[name] for name in ("seconds", "commit", "command")}
        lines.append({**run, **kept, **made["machine"], **made["versions"]})
    return pd.DataFrame(lines)


def _model(folder: Path) -> str:
    frozen = "-frozen" if folder.name.endswith("-frozen") else ""
    return folder.parents[1].name + frozen


def _cells(study: str) -> Iterator[Path]:
    for file in sorted(_folder(study).glob("*/*/*/provenance.json")):
        yield file.parent


def _read_csv(study: str, name: str) -> pd.DataFrame:
    path = _folder(study) / name
    if not path.is_file():
        raise ValueError(f"study {study!r} has no {name}; run `python tools/findings.py {study}` first")
    return pd.read_csv(path, dtype={"seed": str})


def _folder(study: str) -> Path:
    if study not in STUDIES:
        raise ValueError(f"no study {study!r}; expected one of {', '.join(STUDIES)}")
    with as_file(files(__name__)) as folder:
        return folder / study

"""The registry of tasks, and which source a call goes to."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import pytest
from datasets import ClassLabel, Dataset, DatasetDict

import xlmtut.hub
import xlmtut.published_files
from xlmtut.tasks import TASKS, features, load_task, task

HEADS = {"classification", "token", "qa", "lm", "seq2seq", "retrieval"}


@pytest.mark.parametrize("name", TASKS)
def test_every_task_names_its_columns(name: str) -> None:
    this, schema = task(name), features(name)
    assert this.name == name
    assert this.head in HEADS
    assert list(schema)[:2] == ["id", "language"]
    assert set(this.columns) <= set(schema)
    assert (this.target in schema) == (this.head in {"classification", "token", "qa", "seq2seq"})


@pytest.mark.parametrize("name", [name for name, this in TASKS.items() if this.labels])
def test_labels_have_their_names_in_order(name: str) -> None:
    feature = features(name)[task(name).target]
    label = feature if isinstance(feature, ClassLabel) else feature.feature
    assert tuple(label.names) == task(name).labels
    assert len(set(label.names)) == label.num_classes


@pytest.mark.parametrize("name", TASKS)
def test_an_empty_dataset_of_every_schema_can_be_made(name: str) -> None:
    schema = features(name)
    assert Dataset.from_dict({column: [] for column in schema}, features=schema).features == schema


def test_nli_and_entities_are_ordered_as_published() -> None:
    """XNLI and WikiANN on the Hub; a model's output is read by these ids."""
    assert task("xnli").labels == ("entailment", "neutral", "contradiction")
    assert task("ner").labels == ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
    assert len(task("pos").labels) == 17
    assert sorted(task("pos").labels) == list(task("pos").labels)


# ---- dispatch ---------------------------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What each source was called with."""
    calls: list[tuple[Any, ...]] = []

    def source(name: str) -> Any:
        def load(*args: Any, **options: Any) -> DatasetDict:
            calls.append((name, args, options))
            return DatasetDict()

        return load

    monkeypatch.setitem(sys.modules, "xlmtut.microworld", SimpleNamespace(load=source("microworld")))
    monkeypatch.setattr(xlmtut.hub, "load_hub", source("hub"))
    monkeypatch.setattr(xlmtut.published_files, "load_folder", source("folder"))
    return calls


def test_the_source_is_called_with_what_it_needs(calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    load_task("lm", ["en"], seed=3)
    load_task("xnli", source="hub", revision="abc")
    load_task("qa", ["en", "zh"], str(tmp_path), benchmark="mlqa")
    assert calls == [
        ("microworld", ("lm", ["en"]), {"seed": 3}),
        ("hub", ("xnli", None), {"revision": "abc"}),
        ("folder", ("qa", str(tmp_path), ["en", "zh"]), {"benchmark": "mlqa"}),
    ]


def test_what_does_not_exist_is_refused(calls: list[tuple[Any, ...]], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no task 'nli'; expected one of xnli, pawsx, "):
        load_task("nli")
    with pytest.raises(ValueError, match="expected 'microworld', 'hub' or an existing folder"):
        load_task("xnli", source=tmp_path / "nothing")
    with pytest.raises(ValueError, match=r"languages is 'en'; expected a list such as \['en'\]"):
        load_task("xnli", "en")
    with pytest.raises(ValueError, match="languages is empty; expected codes"):
        load_task("xnli", [])
    with pytest.raises(ValueError, match=r"languages \['en', 'en'\] name one twice; expected each once"):
        load_task("xnli", ["en", "en"])
    assert calls == []


def test_the_microworld_has_the_schema_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    loaded = load_task("xnli", ["en"], sizes={"test": 3})
    assert loaded["test"].features == features("xnli")
    assert len(loaded["test"]) == 3

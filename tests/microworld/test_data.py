"""Loading: sizes, ids, splits that share nothing, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import pytest

from xlmtut.microworld import SIZES, load, rows
from xlmtut.microworld.examples import PARALLEL_TASKS
from xlmtut.microworld.ontology import ontology
from xlmtut.microworld.realize import Language, languages
from xlmtut.microworld.splits import SPLITS, Split, split_of
from xlmtut.tasks import features, load_task

ALL = languages(held_out=True)
WORLD = ontology()
SMALL: dict[Split, int] = {"train": 12, "validation": 4, "test": 6}
SINGLE = [name for name in SIZES if name != "mt"]


@pytest.fixture(autouse=True)
def _no_cache_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


# ---- datasets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIZES)
def test_every_task_has_its_schema_sizes_and_ids(name: str) -> None:
    codes = ["en-fr", "en-sw"] if name == "mt" else ["en", "sw"]
    loaded = load(name, codes, sizes=SMALL)
    assert set(loaded) == set(SMALL)
    for split, data in loaded.items():
        assert data.features == features(name)
        assert data["language"] == sorted(data["language"])  # those of a language stand together
        counts = Counter(data["language"])
        assert counts[codes[0]] == SMALL[split]
        smaller = name == "lm" and split == "train"
        assert counts[codes[1]] == (
            max(1, round(SMALL[split] * WORLD.corpus["sw"])) if smaller else SMALL[split]
        )
        ids = {code: data.filter(lambda row, code=code: row["language"] == code)["id"][:] for code in codes}
        assert all(len(set(found)) == len(found) for found in ids.values())
        if name == "lm":
            assert not set(ids["en"]) & set(ids["sw"])
        else:
            assert ids[codes[0]] == ids[codes[1]]  # parallel
            assert ids[codes[0]][0] == f"{name}-{split}-0"


def test_streaming_gives_the_rows_of_what_is_stored() -> None:
    stored = load("qa", ["en", "zh"], sizes=SMALL)
    streamed = load("qa", ["en", "zh"], sizes=SMALL, streaming=True)
    for split in SMALL:
        assert list(streamed[split]) == list(stored[split])
        assert streamed[split].features == stored[split].features


def test_a_stream_starts_at_once_whatever_its_size() -> None:
    stream = load("lm", ["en"], sizes={"train": 10**12}, streaming=True)["train"]
    assert [row["position"] for row in islice(stream, 3)] == [0, 1, 2]


def test_load_task_passes_options_on() -> None:
    direct = load("topic", ["en"], sizes={"test": 5}, seed=3)
    assert list(load_task("topic", ["en"], sizes={"test": 5}, seed=3)["test"]) == list(direct["test"])
    assert list(load("topic", ["en"], sizes={"test": 5})["test"]) != list(direct["test"])


def test_all_languages_are_loaded_unless_some_are_named() -> None:
    one = load("retrieval", sizes={"test": 1})["test"]
    assert one["language"][:] == languages()
    pairs = load("mt", sizes={"test": 1})["test"]
    assert pairs["language"][:] == [f"en-{code}" for code in languages() if code != "en"]
    assert len(set(pairs["source"][:])) == 1


def test_usual_sizes() -> None:
    assert SIZES["retrieval"] == {"validation": 1000, "test": 1000}
    assert all(set(sizes) == set(SPLITS) for name, sizes in SIZES.items() if name != "retrieval")


# ---- rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SINGLE)
def test_rows_do_not_depend_on_how_many_are_asked_for(name: str) -> None:
    few, many = list(rows(name, "es", "train", 20)), list(rows(name, "es", "train", 200))
    assert many[: len(few)] == few


def test_a_translation_is_the_same_in_every_pair() -> None:
    german, french = (list(rows("mt", f"en-{code}", "train", 50)) for code in ("de", "fr"))
    assert [row["source"] for row in german] == [row["source"] for row in french]
    back = list(rows("mt", "de-en", "train", 50))
    assert [row["target"] for row in back] == [row["source"] for row in german]
    assert (back[0]["source_language"], back[0]["target_language"]) == ("de", "en")
    assert next(rows("mt", "de-fr", "train", 1))["target"] == french[0]["target"]


def test_seeds_give_other_examples_of_the_same_kind() -> None:
    one, other = (list(rows("xnli", "en", "train", 72, seed=seed)) for seed in (0, 1))
    assert [row["label"] for row in one] == [row["label"] for row in other]
    assert len({row["premise"] for row in one} & {row["premise"] for row in other}) <= 1


def test_the_texts_to_find_are_a_thousand_different_meanings_and_texts() -> None:
    for code in ALL:
        for split in ("validation", "test"):
            found = {row["text"] for row in rows("retrieval", code, split, 1000)}
            assert len(found) >= 990, (code, split)  # a language may say two meanings in the same way
    assert len({row["text"] for row in rows("retrieval", "en", "test", 1000)}) == 1000


# ---- monolingual text -------------------------------------------------------------------------------------


@cache
def sentences(code: str, shift: float, size: int = 4000) -> list[dict[str, Any]]:
    return list(rows("lm", code, "validation", size, shift=shift))


@pytest.mark.parametrize("code", ["en", "sw", "zh"])
def test_documents_are_whole_stories_in_order(code: str) -> None:
    documents: dict[str, list[int]] = defaultdict(list)
    for row in sentences(code, 0.5):
        documents[row["document"]].append(row["position"])
        assert row["id"] == f"lm-{row['document']}-{row['position']}"
    *whole, cut = documents.values()
    assert all(positions == list(range(len(positions))) for positions in documents.values())
    assert {len(positions) for positions in whole} == {4, 5, 6, 7, 8}
    assert 1 <= len(cut) <= 8
    order = [row["document"] for row in sentences(code, 0.5)]
    assert list(documents) == sorted(set(order), key=order.index)


def test_corpora_are_as_large_as_the_table_says() -> None:
    sizes = {code: sum(1 for _ in rows("lm", code, "train", 400)) for code in ALL}
    assert sizes == {code: round(400 * share) for code, share in WORLD.corpus.items()}
    assert sum(1 for _ in rows("lm", "sw", "test", 40)) == 40  # only training text differs in size


def frequencies(code: str, shift: float) -> Counter[str]:
    """How often the language's stories mention each noun, whatever it is called there."""
    found: Counter[str] = Counter()
    original = Language.say

    def say(self: Language, statement: Any, *args: Any, **options: Any) -> Any:
        if statement.object and statement.object.concept in WORLD.nouns:
            found[statement.object.concept] += 1
        return original(self, statement, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Language, "say", say)
        sentences.__wrapped__(code, shift, 2500)
    return found


def likeness(shift: float) -> float:
    one, other = frequencies("en", shift), frequencies("vi", shift)
    return sum(min(one[noun] / one.total(), other[noun] / other.total()) for noun in one | other)


def test_languages_speak_of_other_things_the_more_they_are_shifted() -> None:
    assert likeness(0) > 0.8
    assert likeness(1) < 0.65


def test_stories_of_two_languages_are_not_translations() -> None:
    """Told in fake letters with every word kept, English stories of another language's worlds."""
    english = {row["text"] for row in sentences("en", 0.0)}
    other = {row["text"] for row in rows("lm", "fake", "validation", 4000, shift=0.0, overlap=1.0)}
    assert len(english & other) / len(english) < 0.35  # short sentences meet by chance


# ---- nothing of a test is seen in training ----------------------------------------------------------------


@cache
def everything(code: str, split: Split, size: int) -> dict[str, set[str]]:
    """All that is said in all tasks of a language in a split: statements, requests, and whole texts.

    Sentences with *she* or *he*, and questions, do not say of whom they speak: they are not counted.
    """
    found: dict[str, set[str]] = {"statements": set(), "requests": set(), "texts": set()}
    say, request = Language.say, Language.request

    def recorded_say(self: Language, statement: Any, *args: Any, **options: Any) -> Any:
        assert split_of(statement) == split, statement
        sentence = say(self, statement, *args, **options)
        if self.code == code and not options.get("pronoun"):
            plain = say(self, statement, *args, **options | {"connective": None})
            found["statements"] |= {sentence.text, plain.text}
        return sentence

    def recorded_request(self: Language, *args: Any) -> Any:
        sentence = request(self, *args)
        found["requests"].add(sentence.text)
        return sentence

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Language, "say", recorded_say)
        patch.setattr(Language, "request", recorded_request)
        for name in SIZES:
            pair = f"{code}-en" if name == "mt" and code != "en" else "en-de" if name == "mt" else code
            for row in rows(name, pair, split, size):
                found["texts"] |= {row[c] for c in ("premise", "context", "source", "scene") if c in row}
    return found


@pytest.mark.parametrize("code", ["en", "ru", "zh"])
def test_nothing_of_a_test_is_in_any_training_text_of_the_language(code: str) -> None:
    train, held_out = everything(code, "train", 700), everything(code, "test", 300)
    for kind, texts in held_out.items():
        assert len(texts) > 100, kind
        assert not texts & train[kind], kind


def test_validation_is_apart_from_both() -> None:
    validation = everything("en", "validation", 300)
    for split, size in (("train", 700), ("test", 300)):
        other = everything("en", split, size)  # type: ignore[arg-type]
        assert not any(validation[kind] & other[kind] for kind in validation)


# ---- the same bytes everywhere ----------------------------------------------------------------------------

DIGEST = """
import hashlib, json
from xlmtut.microworld import SIZES, languages, rows
digest = hashlib.sha256()
for name in SIZES:
    for code in languages(held_out=True):
        pair = f"en-{code}" if name == "mt" else code
        for row in rows(name, pair, "train", 240 if code == "en" else 12):
            digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode())
print(digest.hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    digests = [process.communicate()[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 64


def test_two_loads_are_equal_byte_by_byte() -> None:
    def digest() -> str:
        loaded = load("xnli", ["en", "th"], sizes=SMALL)
        texts = [json.dumps(row) for data in loaded.values() for row in data]
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()

    first = digest()
    assert digest() == first


# ---- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"name": "pos"}, "the microworld has no task 'pos'; it has xnli, "),
        ({"sizes": {"dev": 3}}, "sizes has 'dev': 3; expected at least 1 for any of train, validation, test"),
        ({"sizes": {"test": 0}}, "sizes has 'test': 0; expected at least 1"),
        ({"sizes": {"test": 2.5}}, "sizes has 'test': 2.5; expected at least 1"),
        ({"sizes": {}}, "sizes is empty; expected a number for any of train, validation, test"),
        ({"languages": ["xx"]}, "the microworld does not speak 'xx'; it speaks ar, "),
        ({"languages": ["en-fr"]}, "language 'en-fr' of task 'lm'; expected one language such as 'en'"),
        ({"name": "mt", "languages": ["en"]}, "language 'en' of task 'mt'; expected a pair such as 'en-fr'"),
        ({"name": "mt", "languages": ["en-xx"]}, "the microworld does not speak 'xx'"),
        ({"shift": 2.0}, "shift is 2.0; expected a number from 0"),
        (
            {"languages": ["fake"], "overlap": -1.0},
            "overlap is -1.0; expected a share of the words from 0 to 1",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(call: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}[^\n]*$"):
        load(**{"name": "lm", "languages": None, **call})


def test_all_parallel_tasks_have_a_size() -> None:
    assert SIZES.keys() == {*PARALLEL_TASKS, "lm"}

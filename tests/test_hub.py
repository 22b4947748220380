"""Benchmarks on the Hub, which a folder stands in for: columns, ids, labels, revisions, and no network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import pytest
import stand_in_hub
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value
from datasets import Sequence as List

from xlmtut.hub import Benchmark, benchmarks, load_hub, revision_of
from xlmtut.published import table
from xlmtut.tasks import TASKS, features, load_task

LANGUAGES = ["en", "fr", "th", "zh"]
Repositories = dict[tuple[str, str], DatasetDict]  # by repository and configuration
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    stand_in_hub.write(folder, LANGUAGES)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
    monkeypatch.delenv("XLMTUT_HUB", raising=False)
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


@pytest.fixture
def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLMTUT_HUB", str(folder))
    return folder


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Repositories:
    """Repositories at ``COMMIT``, in memory: what the fake ``load_dataset`` finds."""
    repositories: Repositories = {}

    def load(path: str, name: str, revision: str) -> DatasetDict:
        assert revision == COMMIT
        return repositories[path, name]

    monkeypatch.setattr(datasets, "load_dataset", load)
    answer = type("Info", (), {"sha": COMMIT})
    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda self, *args, **options: answer)
    return repositories


def xnli(labels: list[int], names: Any = TASKS["xnli"].labels) -> Dataset:
    text = [f"text {i}" for i in range(len(labels))]
    label = ClassLabel(names=list(names)) if names else Value("int64")
    schema = Features({"premise": Value("string"), "hypothesis": Value("string"), "label": label})
    return Dataset.from_dict({"premise": text, "hypothesis": text, "label": labels}, features=schema)


# ---- the table --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("benchmark", benchmarks().values(), ids=list(benchmarks()))
def test_the_table_is_complete(benchmark: Benchmark) -> None:
    assert benchmark.task in TASKS
    assert re.fullmatch(r"[\w-]+/[\w-]+", benchmark.repository)
    assert set(benchmark.splits) <= {"train", "validation", "test"}
    assert benchmark.parallel in {"id", "order", "English", "no"}
    assert list(benchmark.languages) == sorted(set(benchmark.languages))
    configs = [benchmark.config_of(language) for language in benchmark.languages]
    assert len(set(configs)) == len(configs)
    assert not any("None" in config or "{" in config for config in configs)


def test_the_table_states_sizes_within_their_bounds() -> None:
    rows = table("benchmarks").set_index("benchmark")
    tested = rows.dropna(subset=["test_min"])
    assert (tested["test_min"] <= tested["test_max"]).all()
    has_test = rows["splits"].str.contains(r"\btest\b", regex=True)
    assert (rows["test_min"].notna() == has_test).all()
    assert rows[["measures", "licence", "facts", "source"]].notna().all(axis=None)


def test_known_configurations() -> None:
    """As the cards of the repositories list them."""
    names = {name: benchmark.config_of("zh") for name, benchmark in benchmarks().items() if name != "squad"}
    assert names == {
        "xnli": "zh",
        "pawsx": "zh",
        "xquad": "xquad.zh",
        "mlqa": "MLQA.zh.zh",
        "wikiann": "zh",
        "udpos": "udpos.Chinese",
        "tatoeba": "tatoeba.cmn",
    }


# ---- everything but the download --------------------------------------------------------------------------


@pytest.mark.parametrize("benchmark", benchmarks().values(), ids=list(benchmarks()))
def test_what_was_written_comes_back(stand_in: Path, benchmark: Benchmark) -> None:
    """Through parquet in the repository's columns and back, in the order of the languages asked for."""
    languages = [code for code in reversed(LANGUAGES) if code in benchmark.languages]
    loaded = load_task(benchmark.task, languages, "hub", benchmark=benchmark.name)
    assert set(loaded) == set(benchmark.splits)
    for split, rows in loaded.items():
        assert rows.features == features(benchmark.task)
        assert revision_of(rows) == "stand-in"
        assert list(dict.fromkeys(rows["language"]))[: len(languages)] == languages
        for code in languages:
            expected = [{**row, "id": ""} for row in stand_in_hub.rows(benchmark.task, code, split)]
            assert [{**row, "id": ""} for row in rows if row["language"] == code] == expected


@pytest.mark.parametrize("name", ["xnli", "pawsx", "xquad", "mlqa"])
def test_translations_share_their_id(stand_in: Path, name: str) -> None:
    rows = load_hub(benchmarks()[name].task, ["en", "zh"], benchmark=name)["test"]
    ids = {code: [row["id"] for row in rows if row["language"] == code] for code in ("en", "zh")}
    assert ids["en"] == ids["zh"]
    assert len(set(ids["en"])) == stand_in_hub.SIZES["test"]


@pytest.mark.parametrize("task", ["ner", "pos"])
def test_sentences_that_translate_nothing_share_no_id(stand_in: Path, task: str) -> None:
    rows = load_hub(task, ["en", "zh"])["test"]
    assert len(set(rows["id"])) == len(rows)


def test_english_comes_with_the_language_it_is_paired_with(stand_in: Path) -> None:
    rows = load_hub("retrieval", ["en", "zh", "fr"])["test"]
    texts = {(row["id"], row["language"]): row["text"] for row in rows}
    assert texts["zh-2", "zh"] == "zh3 zh4 zh5 zh6 zh7"
    assert texts["zh-2", "en"] == "en3 en4 en5 en6 en7"
    assert list(dict.fromkeys(rows["language"])) == ["zh", "fr", "en"]
    with pytest.raises(ValueError, match=r"languages are \['en'\]; name those that tatoeba pairs"):
        load_hub("retrieval", ["en"])


def test_only_the_splits_asked_for_are_kept(stand_in: Path) -> None:
    assert list(load_hub("xnli", ["en"], splits=["test"])) == ["test"]
    with pytest.raises(ValueError, match=r"xquad has none of the splits \['train'\]; it has test"):
        load_hub("qa", ["en"], splits=["train"])


def test_a_stand_in_without_the_repository_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLMTUT_HUB", str(tmp_path))
    with pytest.raises(ValueError, match="and has no facebook/xnli; add it or unset the variable"):
        load_hub("xnli")


# ---- what repositories may hold ---------------------------------------------------------------------------


def test_the_commit_is_recorded_and_survives(published: Repositories, tmp_path: Path) -> None:
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0, 1, 2]))
    loaded = load_hub("xnli", ["en"])
    loaded.save_to_disk(tmp_path)
    kept = datasets.load_from_disk(tmp_path)["test"].select([1])
    assert revision_of(kept) == COMMIT
    with pytest.raises(ValueError, match="names no revision; expected a split that load_hub returned"):
        revision_of(xnli([0]))


def test_labels_are_read_by_their_names(published: Repositories) -> None:
    published["facebook/xnli", "en"] = DatasetDict(
        test=xnli([0, 1, 2], ["contradiction", "entailment", "neutral"])
    )
    assert list(load_hub("xnli", ["en"])["test"]["label"]) == [2, 0, 1]
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0, 1, 2], None))
    assert list(load_hub("xnli", ["en"])["test"]["label"]) == [0, 1, 2]
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0, 1], ["yes", "no"]))
    with pytest.raises(ValueError, match="facebook/xnli en test has the label 'yes'; expected one of"):
        load_hub("xnli", ["en"])
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0, 3], None))
    with pytest.raises(ValueError, match="has the label 3; expected one of entailment"):
        load_hub("xnli", ["en"])


def test_rows_in_another_order_are_refused(published: Repositories) -> None:
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0, 1, 2]))
    published["facebook/xnli", "fr"] = DatasetDict(test=xnli([0, 2, 1]))
    with pytest.raises(ValueError, match="facebook/xnli: row test-1 has label 2 in 'fr' and 1 in another"):
        load_hub("xnli", ["en", "fr"])


def test_rows_without_an_example_are_counted(published: Repositories) -> None:
    schema = Features({
        "id": Value("int32"), "sentence1": Value("string"), "sentence2": Value("string"),
        "label": ClassLabel(names=["0", "1"]),
    })  # fmt: skip
    rows = {"id": [1, 2, 3, 4], "sentence1": ["a", "NS", "c", "d"], "sentence2": ["e", "f", "", "h"]}
    test = Dataset.from_dict({**rows, "label": [-1, 0, 1, 1]}, features=schema)
    published["google-research-datasets/paws-x", "fr"] = DatasetDict(test=test)
    told = r"paws-x fr test: 1 rows skipped that have no label; .* 2 rows skipped that have 'NS' or nothing"
    with pytest.warns(UserWarning, match=told):
        loaded = load_task("pawsx", ["fr"], "hub")
    assert list(loaded["test"]["id"]) == ["4"]


def qa(context: str, text: str, start: int) -> DatasetDict:
    answers = {"text": List(Value("string")), "answer_start": List(Value("int32"))}
    schema = Features(dict.fromkeys(("id", "context", "question"), Value("string")) | {"answers": answers})
    row = {"id": "q", "context": context, "question": "?"}
    row |= {"answers": {"text": [text], "answer_start": [start]}}
    return DatasetDict(validation=Dataset.from_list([row], features=schema))


def test_answers_beside_their_place_are_found_and_told(published: Repositories) -> None:
    """A repository that strips its contexts moves the answers in those that began with spaces."""
    published["google/xquad", "xquad.en"] = qa("a b a", "a", 5)
    with pytest.warns(UserWarning, match="xquad.en validation: 1 answers found beside the place"):
        loaded = load_hub("qa", ["en"])
    assert loaded["test"][0]["answers"] == {"text": ["a"], "answer_start": [4]}
    published["google/xquad", "xquad.en"] = qa("a b a", "c", 5)
    with pytest.raises(ValueError, match="validation: the context of question q lacks the answer 'c'"):
        load_hub("qa", ["en"])


def test_a_repository_that_changed_is_refused(published: Repositories) -> None:
    published["facebook/xnli", "en"] = DatasetDict(test=xnli([0]).rename_column("label", "gold"))
    with pytest.raises(ValueError, match="facebook/xnli en test has no column 'label'; expected premise"):
        load_hub("xnli", ["en"])
    published["facebook/xnli", "en"] = DatasetDict(validation=xnli([0]))
    with pytest.raises(ValueError, match="facebook/xnli en test is missing; expected a test split"):
        load_hub("xnli", ["en"])


def test_a_treebank_may_lack_a_split(published: Repositories) -> None:
    schema = Features(
        {"tokens": List(Value("string")), "pos_tags": List(ClassLabel(names=list(TASKS["pos"].labels)))}
    )
    test = Dataset.from_dict({"tokens": [["ใช่"]], "pos_tags": [[6]]}, features=schema)
    published["google/xtreme", "udpos.Thai"] = DatasetDict(test=test)
    assert list(load_hub("pos", ["th"])) == ["test"]


# ---- what is asked for wrongly ----------------------------------------------------------------------------


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no benchmark on the Hub is known for 'lm'; expected one of xnli"):
        load_hub("lm")
    with pytest.raises(
        ValueError, match="benchmark is 'tydiqa'; expected one of xquad, mlqa, squad for 'qa'"
    ):
        load_hub("qa", benchmark="tydiqa")
    with pytest.raises(ValueError, match="mlqa has no 'th'; expected some of ar, de, en, es, hi, vi, zh"):
        load_hub("qa", ["en", "th"], benchmark="mlqa")
    with pytest.raises(ValueError, match="no split 'dev'"):
        load_hub("xnli", splits=["dev"])


# ---- without a network ------------------------------------------------------------------------------------


@pytest.fixture
def _away(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*args: Any, **options: Any) -> None:
        raise huggingface_hub.errors.OfflineModeIsEnabled("no route to host\nmore")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", unreachable)


@pytest.mark.usefixtures("_away")
def test_without_a_network_the_message_says_what_to_do() -> None:
    with pytest.raises(ConnectionError) as error:
        load_hub("xnli", ["en"])
    assert str(error.value) == (
        "cannot reach facebook/xnli on the Hugging Face Hub (no route to host); use source='microworld', "
        "or download the published files and pass their folder as source"
    )
    assert not datasets.config.HF_HUB_OFFLINE


@pytest.mark.usefixtures("_away")
def test_without_a_network_the_cache_is_read_and_its_commit_recorded(folder: Path) -> None:
    """The cache is one that ``datasets`` wrote, under the name and commit it would have from the Hub."""
    local = datasets.load_dataset(str(folder / "facebook/xnli"), "en")
    written = Path(local["test"].cache_files[0]["filename"]).parent
    cached = datasets.config.HF_DATASETS_CACHE / "facebook___xnli" / "en" / "0.0.0" / COMMIT
    shutil.copytree(written, cached)
    loaded = load_hub("xnli", ["en"])
    assert revision_of(loaded["test"]) == COMMIT
    assert load_hub("xnli", ["en"], revision=COMMIT)["test"][:] == loaded["test"][:]
    with pytest.raises(ConnectionError, match=f"the cache has the revision {COMMIT}, not v2: connect once"):
        load_hub("xnli", ["en"], revision="v2")
    with pytest.raises(ConnectionError, match="cannot reach facebook/xnli on the Hugging Face Hub"):
        load_hub("xnli", ["fr"])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("RepositoryNotFoundError", "facebook/xnli is not on the Hugging Face Hub; expected it, public"),
        ("RevisionNotFoundError", "facebook/xnli has no revision 'v2'; expected a commit"),
    ],
)
def test_what_the_hub_does_not_have_is_an_error_of_the_caller(
    monkeypatch: pytest.MonkeyPatch, error: str, message: str
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        kind = getattr(huggingface_hub.errors, error)
        raise kind.__new__(kind)

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", refuse)
    with pytest.raises(ValueError, match=message):
        load_hub("xnli", ["en"], revision="v2")

"""Folders of published files: every layout is found, parts of it are chosen, nothing goes missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from datasets import Dataset, DatasetDict

from xlmtut import published_files
from xlmtut.published_files import ISO639_3, check_parallel, load_folder
from xlmtut.tasks import features, load_task

LANGUAGES = ["en", "fr", "sw"]
HEADER = "language\tgold_label\tsentence1\tsentence2\tpromptID\tpairID"
WORDS = {
    "en": "Ada lives here .",
    "fr": "Ada vit ici .",
    "sw": "Ada anaishi hapa .",
    "zh": "艾达 住 这里 .",
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def xnli(folder: Path, languages: Sequence[str] = LANGUAGES, trained: Sequence[str] = ("en", "fr")) -> None:
    for split, size in {"dev": 2, "test": 3}.items():
        rows = [
            f"{code}\t{label}\t{WORDS[code]}\tNo ({i}).\t{i}\t{i + 1}"
            for code in languages
            for i, label in enumerate(["neutral", "contradiction", "entailment"][:size])
        ]
        write(folder / f"XNLI-1.0/xnli.{split}.tsv", "\n".join([HEADER, *rows, ""]))
    for code in trained:
        lines = [
            "premise\thypo\tlabel",
            f"{WORDS[code]}\tYes .\tentailment",
            f"{WORDS[code]}\tNo .\tcontradictory",
            "",
        ]
        write(folder / f"XNLI-MT-1.0/multinli/multinli.train.{code}.tsv", "\n".join(lines))


def pawsx(folder: Path) -> None:
    for code, train in {"en": "train", "fr": "translated_train"}.items():
        for name in (train, "dev_2k", "test_2k"):
            text = f"id\tsentence1\tsentence2\tlabel\n1\t{WORDS[code]}\t{WORDS[code]}\t1\n2\ta\tb\t0\n"
            write(folder / f"x-final/{code}/{name}.tsv", text)


def squad(path: Path, code: str) -> None:
    answer = WORDS[code].split()[0]
    qa = {"id": "56beb4343aeaaa14008c925b", "question": "?", "answers": [{"text": answer, "answer_start": 0}]}
    paragraphs = [{"context": WORDS[code], "qas": [qa]}]
    write(path, json.dumps({"version": "1.1", "data": [{"title": "Ada", "paragraphs": paragraphs}]}))


def xquad(folder: Path) -> None:
    for code in ("en", "zh"):
        squad(folder / f"xquad.{code}.json", code)


def mlqa(folder: Path) -> None:
    for split in ("dev", "test"):
        for context in ("en", "zh"):
            for question in ("en", "zh"):
                squad(folder / f"MLQA_V1/{split}/{split}-context-{context}-question-{question}.json", context)


def wikiann(folder: Path) -> None:
    for code in LANGUAGES:
        for split in ("train", "dev", "test"):
            tokens = WORDS[code].split()
            tagged = "\n".join(f"{code}:{token}\t{'B-PER' if token == 'Ada' else 'O'}" for token in tokens)
            write(folder / f"{code}/{split}", f"{tagged}\n\n{tagged}\n\n")


def conllu(folder: Path) -> None:
    line = "1\t{}\t_\tINTJ\t_\t_\t0\troot\t_\t_\n\n"
    for split in ("train", "dev", "test"):
        write(folder / f"UD_English-EWT/en_ewt-ud-{split}.conllu", line.format("Hello"))
    for code, word in {"en": "Yes", "fr": "Oui", "zh": "是"}.items():
        write(folder / f"UD_{code}-PUD/{code}_pud-ud-test.conllu", f"# sent_id = n01\n{line.format(word)}")


def tatoeba(folder: Path) -> None:
    for code, texts in {"fra": ["Oui.", "Non."], "cmn": ["是。", "不。"]}.items():
        write(folder / f"v1/tatoeba.{code}-eng.{code}", "\n".join([*texts, ""]))
        write(folder / f"v1/tatoeba.{code}-eng.eng", "Yes.\nNo.\n")


LAYOUTS = {
    xnli: ("xnli", {"train": 4, "validation": 6, "test": 9}),
    pawsx: ("pawsx", {"train": 4, "validation": 4, "test": 4}),
    xquad: ("qa", {"test": 2}),
    mlqa: ("qa", {"validation": 2, "test": 2}),
    wikiann: ("ner", {"train": 6, "validation": 6, "test": 6}),
    conllu: ("pos", {"train": 1, "validation": 1, "test": 4}),
    tatoeba: ("retrieval", {"test": 8}),
}


def ids(loaded: DatasetDict, split: str, language: str) -> list[str]:
    return [row["id"] for row in loaded[split] if row["language"] == language]


@pytest.mark.parametrize(("layout", "expected"), LAYOUTS.items(), ids=[layout.__name__ for layout in LAYOUTS])
def test_every_layout_loads_with_the_schema_of_its_task(tmp_path: Path, layout, expected) -> None:
    task, sizes = expected
    layout(tmp_path)
    loaded = load_task(task, source=tmp_path)
    assert {split: len(rows) for split, rows in loaded.items()} == sizes
    for rows in loaded.values():
        assert rows.features == features(task)
        languages = list(rows["language"])
        assert languages == sorted(languages, key=languages.index)  # a language's rows stand together
        pairs = list(zip(rows["language"], rows["id"], strict=True))
        if task != "retrieval":  # there, English rows pair with each language's
            assert len(set(pairs)) == len(pairs)


def test_squad_trains_and_validates(tmp_path: Path) -> None:
    for split in ("train", "dev"):
        squad(tmp_path / f"{split}-v1.1.json", "en")
    assert {split: len(rows) for split, rows in load_folder("qa", tmp_path).items()} == {
        "train": 1,
        "validation": 1,
    }


def test_translations_share_their_id(tmp_path: Path) -> None:
    xnli(tmp_path)
    pairs = load_folder("xnli", tmp_path)
    assert ids(pairs, "test", "en") == ids(pairs, "test", "sw") == ["1", "2", "3"]
    assert ids(pairs, "train", "en") == ids(pairs, "train", "fr")
    conllu(tmp_path)
    sentences = load_folder("pos", tmp_path)
    assert ids(sentences, "test", "fr") == ids(sentences, "test", "zh") == ["pud-n01"]
    assert ids(sentences, "test", "en") == ["en_ewt-0", "pud-n01"]


def test_english_comes_with_the_language_it_is_paired_with(tmp_path: Path) -> None:
    tatoeba(tmp_path)
    loaded = load_task("retrieval", ["zh"], tmp_path)["test"]
    assert [(row["id"], row["language"], row["text"]) for row in loaded] == [
        ("zh-0", "zh", "是。"),
        ("zh-1", "zh", "不。"),
        ("zh-0", "en", "Yes."),
        ("zh-1", "en", "No."),
    ]


def test_rows_come_in_the_order_of_the_languages_asked_for(tmp_path: Path) -> None:
    xnli(tmp_path)
    loaded = load_task("xnli", ["sw", "en"], tmp_path)
    assert list(dict.fromkeys(loaded["test"]["language"])) == ["sw", "en"]
    assert set(loaded["train"]["language"]) == {"en"}  # without a translation into Swahili


def test_only_the_splits_asked_for_are_read(tmp_path: Path) -> None:
    xnli(tmp_path)
    write(tmp_path / "XNLI-1.0/xnli.test.tsv", "not read")
    assert list(load_folder("xnli", tmp_path, splits=["train", "validation"])) == ["train", "validation"]


def test_the_table_is_read_where_json_lines_lie_beside_it(tmp_path: Path) -> None:
    xnli(tmp_path)
    write(tmp_path / "XNLI-1.0/xnli.test.jsonl", "not read")
    assert len(load_folder("xnli", tmp_path)["test"]) == 9


def test_what_is_skipped_is_told_once_at_the_callers_line(tmp_path: Path) -> None:
    xnli(tmp_path)
    undecided = "en\t-\ta\tb\t9\t9\nen\t-\ta\tb\t8\t8\n"
    for split in ("dev", "test"):
        path = tmp_path / f"XNLI-1.0/xnli.{split}.tsv"
        write(path, path.read_text(encoding="utf-8") + undecided)
    with pytest.warns(UserWarning, match=r"xnli\.dev\.tsv: 2 rows .*; xnli\.test\.tsv: 2 rows") as told:
        loaded = load_task("xnli", source=tmp_path)
    assert [warning.filename for warning in told] == [__file__]
    assert len(loaded["test"]) == 9


def test_the_folder_is_recorded(tmp_path: Path) -> None:
    tatoeba(tmp_path)
    assert load_folder("retrieval", tmp_path)["test"].info.homepage == tmp_path.resolve().as_uri()


def test_codes_of_tatoeba_are_one_to_one() -> None:
    assert len(set(ISO639_3.values())) == len(ISO639_3)
    assert {len(two) for two in ISO639_3} == {2}
    assert {len(three) for three in ISO639_3.values()} == {3}


# ---- what is refused --------------------------------------------------------------------------------------


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no files of xnli; expected the names listed in"):
        load_folder("xnli", tmp_path)
    with pytest.raises(
        ValueError, match=r"no published files are known for lm; expected one of xnli \(xnli\), "
    ):
        load_folder("lm", tmp_path)
    with pytest.raises(ValueError, match=r"no published files are known for qa \(tydiqa\); expected one of"):
        load_folder("qa", tmp_path, benchmark="tydiqa")


def test_two_benchmarks_of_one_task_must_be_told_apart(tmp_path: Path) -> None:
    xquad(tmp_path)
    mlqa(tmp_path)
    with pytest.raises(ValueError, match="holds mlqa and xquad; choose with benchmark="):
        load_folder("qa", tmp_path)
    assert list(load_folder("qa", tmp_path, benchmark="xquad")) == ["test"]


def test_a_language_that_is_missing_is_named(tmp_path: Path) -> None:
    xnli(tmp_path, languages=["en", "fr"], trained=["en", "sw"])
    with pytest.raises(ValueError, match="has no rows of xnli in 'zh'; found en, fr, sw"):
        load_folder("xnli", tmp_path, ["en", "zh"])
    with pytest.raises(ValueError, match="has no test rows of xnli in 'sw'; found en, fr"):
        load_folder("xnli", tmp_path, ["en", "sw"])
    tatoeba(tmp_path)
    with pytest.raises(ValueError, match="in 'en'; found fr, zh"):
        load_folder("retrieval", tmp_path, ["en"])


def test_the_same_part_twice_is_refused(tmp_path: Path) -> None:
    xquad(tmp_path)
    xquad(tmp_path / "copy")
    with pytest.raises(
        ValueError, match=r"xquad\.en\.json and .*xquad\.en\.json are the same part of qa; expected one"
    ):
        load_folder("qa", tmp_path)


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    row = "en\tneutral\ta\tb\t1\t1"
    write(tmp_path / "xnli.test.tsv", "\n".join([HEADER, row, row, ""]))
    with pytest.raises(ValueError, match=r"xnli\.test\.tsv: id '1' stands twice in 'en'; expected it once"):
        load_folder("xnli", tmp_path)


def test_files_longer_than_a_piece_keep_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published_files, "_PIECE", 2)
    rows = [f"{code}\tneutral\t{i}\tb\t1\t{i}" for i in range(5) for code in ("en", "fr")]
    write(tmp_path / "xnli.test.tsv", "\n".join([HEADER, *rows, ""]))
    loaded = load_folder("xnli", tmp_path)["test"]
    assert list(loaded["premise"]) == [*"01234", *"01234"]
    assert list(loaded["language"]) == ["en"] * 5 + ["fr"] * 5


def test_a_file_without_examples_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "xnli.test.tsv", HEADER + "\n")
    with pytest.raises(ValueError, match=r"xnli\.test\.tsv holds no example; fetch it again"):
        load_folder("xnli", tmp_path)


def test_training_lines_that_do_not_translate_each_other_are_refused(tmp_path: Path) -> None:
    xnli(tmp_path)
    path = tmp_path / "XNLI-MT-1.0/multinli/multinli.train.fr.tsv"
    header, first, second, end = path.read_text(encoding="utf-8").split("\n")
    write(path, "\n".join([header, second, first, end]))
    with pytest.raises(
        ValueError, match="row train-0 has label 2 in 'fr' and 0 in another language; expected rows"
    ):
        load_folder("xnli", tmp_path)


def test_rows_of_some_languages_only_are_parallel_still() -> None:
    rows = {code: Dataset.from_dict({"id": ids, "label": labels}) for code, ids, labels in [
        ("en", ["1", "2"], [0, 1]), ("fr", ["2", "3"], [1, 2]), ("sw", ["3", "1"], [2, 0]),
    ]}  # fmt: skip
    check_parallel(rows, "here")
    rows["zh"] = Dataset.from_dict({"id": ["3"], "label": [1]})
    with pytest.raises(ValueError, match="here: row 3 has label 1 in 'zh' and 2 in another language"):
        check_parallel(rows, "here")


def test_unknown_splits_are_refused(tmp_path: Path) -> None:
    xquad(tmp_path)
    with pytest.raises(ValueError, match="no split 'dev'; expected some of train, validation, test"):
        load_folder("qa", tmp_path, splits=["dev"])
    with pytest.raises(ValueError, match=r"splits is 'test'; expected a list such as \['test'\]"):
        load_folder("qa", tmp_path, splits="test")
    with pytest.raises(ValueError, match="has no files of qa"):
        load_folder("qa", tmp_path, splits=["train"])

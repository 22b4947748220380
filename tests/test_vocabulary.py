"""Reading and writing vocabulary files, whole, broken or missing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import huggingface_hub
import pytest

import xlmtut as xt
from xlmtut.vocabulary import write_files

TOK = xt.Tokenizer.learn({"en": ["a cat sat"] * 3, "fr": ["un chat"] * 3}, 45)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    TOK.save(tmp_path)
    return tmp_path


def rewrite(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content.update(changes)
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def test_load(folder: Path) -> None:
    tok = xt.load_tokenizer(folder)
    assert (tok.vocab, tok.merges, tok.lang2id) == (TOK.vocab, TOK.merges, {"en": 0, "fr": 1})
    assert sorted(path.name for path in folder.iterdir()) == [
        "merges.txt",
        "tokenizer_config.json",
        "vocab.json",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab.json", None, "has no vocab.json; expected"),
        ("merges.txt", None, "has no merges.txt; expected"),
        ("vocab.json", b'{"<s>": 0, "</s', r"vocab\.json is not a JSON file"),
        ("vocab.json", b"\xff\xfe\x00", r"vocab\.json is not a JSON file"),
        ("vocab.json", b"[1, 2]", r"vocab\.json holds a list; expected a JSON object"),
        ("vocab.json", b'{"<s>": "x"}', "gives '<s>' the id 'x'"),
        ("vocab.json", b'{"<s>": 0}', "lacks XLM's special tokens </s>"),
        ("merges.txt", b"a t\nc a", r"merges\.txt ends within a line \('c a'\)"),
        ("merges.txt", b"a t\nca\n", r"merges\.txt, line 2: 'ca'; expected two tokens"),
        ("merges.txt", b"\xff\xfe\n", r"merges\.txt is not UTF-8"),
        ("tokenizer_config.json", b"{", r"tokenizer_config\.json is not a JSON file"),
        ("config.json", b'{"model_type": "bert"}', "a model of type 'bert'; expected 'xlm'"),
    ],
)
def test_broken_files(folder: Path, name: str, content: bytes | None, message: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        xt.load_tokenizer(folder)
    assert "\n" not in str(error.value)


def test_languages_missing(folder: Path) -> None:
    config = folder / "tokenizer_config.json"
    rewrite(config, lang2id=None)
    assert xt.load_tokenizer(folder).lang2id == {"en": 0, "fr": 1}  # from id2lang
    rewrite(config, id2lang=None)
    with pytest.raises(ValueError, match=r"no lang2id in the files of .*; pass lang2id="):
        xt.load_tokenizer(folder)
    (folder / "config.json").write_text('{"model_type": "xlm"}')
    assert xt.load_tokenizer(folder).lang2id == {"en": 0}  # one language: the English checkpoint
    (folder / "config.json").write_text('{"model_type": "xlm", "n_langs": 2}')
    with pytest.raises(ValueError, match=r"no lang2id in the files of .*; pass lang2id="):
        xt.load_tokenizer(folder)
    assert xt.load_tokenizer(folder, lang2id={"en": 0, "nl": 1})(
        "kat", lang="nl"
    ).langs.unique().tolist() == [1]
    published = folder.rename(folder.parent / "xlm-clm-enfr-1024")
    assert xt.load_tokenizer(published).lang2id == {"en": 0, "fr": 1}  # by name


@pytest.mark.parametrize(
    "setting",
    [
        {"lang2id": ["en"]},
        {"lang2id": {"en": "first"}},
        {"id2lang": {"en": "0"}},
        {"model_max_length": "long"},
    ],
)
def test_settings_of_another_kind(folder: Path, setting: dict[str, object]) -> None:
    rewrite(folder / "tokenizer_config.json", **setting)
    with pytest.raises(ValueError, match=r"a setting is not XLM's .*; correct lang2id, id2lang or"):
        xt.load_tokenizer(folder)


def test_two_tokens_with_one_id(folder: Path) -> None:
    (folder / "vocab.json").write_text(json.dumps({**TOK.vocab, "twice": 5}))
    with pytest.raises(ValueError, match="gives two tokens one id"):
        xt.load_tokenizer(folder)


def test_languages_contradict_each_other(folder: Path) -> None:
    rewrite(folder / "tokenizer_config.json", id2lang={"0": "fr", "1": "en"})
    with pytest.raises(ValueError, match="contradicts id2lang"):
        xt.load_tokenizer(folder)


def test_capitals_in_the_vocabulary_mean_no_lowercasing(folder: Path) -> None:
    rewrite(folder / "tokenizer_config.json", do_lowercase_and_remove_accent=None)
    assert xt.load_tokenizer(folder).lowercase
    rewrite(folder / "vocab.json", **{"A</w>": len(TOK)})
    assert not xt.load_tokenizer(folder).lowercase


def test_max_length_comes_from_the_model(folder: Path) -> None:
    (folder / "config.json").write_text('{"max_position_embeddings": 256}')
    assert xt.load_tokenizer(folder).max_length == 256
    rewrite(folder / "tokenizer_config.json", model_max_length=int(1e30))
    assert xt.load_tokenizer(folder).max_length == 256
    (folder / "config.json").unlink()
    assert xt.load_tokenizer(folder).max_length == 512


def test_hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(name: str, *, revision: str | None, allow_patterns: list[str]) -> str:
        assert (name, revision) == ("FacebookAI/xlm-mlm-enfr-1024", "abc")
        assert "vocab.json" in allow_patterns
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    tok = xt.load_tokenizer("FacebookAI/xlm-mlm-enfr-1024", revision="abc")
    assert tok.vocab == TOK.vocab


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*args: object, **kwargs: object) -> str:
        raise huggingface_hub.errors.LocalEntryNotFoundError(
            "Got: ConnectError: no address\nlong explanation"
        )

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    with pytest.raises(
        ConnectionError, match=r"cannot fetch 'a/b' .*no address\); connect once, or pass"
    ) as error:
        xt.load_tokenizer("a/b")
    assert "\n" not in str(error.value)


def test_neither_folder_nor_hub_id() -> None:
    with pytest.raises(ValueError, match="'no/such/folder' is neither a folder nor a model"):
        xt.load_tokenizer("no/such/folder")


def test_interrupted_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a.txt": "old"})

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a.txt": "new"})
    assert (tmp_path / "a.txt").read_text() == "old"

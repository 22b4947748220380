"""Folders of models: one's own, the Hub's, and those of the folder that stands in for the Hub."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
import stand_in_hub
import torch
from safetensors.torch import load_file
from transformers import XLMTokenizer, XLMWithLMHeadModel

import xlmtut as xt
from xlmtut.config import PUBLISHED
from xlmtut.files import find_folder, read_json, stand_in

NAME = "xlm-mlm-tlm-xnli15-1024"
ID = f"FacebookAI/{NAME}"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both checkpoints, and no data."""
    folder = tmp_path_factory.mktemp("hub")
    tok = stand_in_hub.vocabulary(["en", "fr", "zh"])
    for name in stand_in_hub.CHECKPOINTS:
        stand_in_hub.write_checkpoint(folder / "FacebookAI" / name, name, tok)
    return folder


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*args: object, **options: object) -> None:
        raise AssertionError("the Hub was asked")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)


# ---- what stands in for the Hub ---------------------------------------------------------------------------


def test_nothing_stands_in_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLMTUT_HUB", raising=False)
    assert stand_in("facebook/xnli") is None
    monkeypatch.setenv("XLMTUT_HUB", "")
    assert stand_in("facebook/xnli") is None


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize("name", [NAME, ID])
def test_a_model_is_found_in_what_stands_in(hub: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("XLMTUT_HUB", str(hub))
    assert find_folder(name, ["config.json"], "a revision") == hub / ID


@pytest.mark.usefixtures("no_hub")
def test_a_model_that_it_lacks_is_an_error(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLMTUT_HUB", str(hub))
    message = f"XLMTUT_HUB is {str(hub)!r} and has no FacebookAI/xlm-mlm-enfr-1024; add it or unset"
    for load in (xt.load_model, xt.load_tokenizer):
        with pytest.raises(ValueError, match=message):
            load("xlm-mlm-enfr-1024")


def test_a_folder_of_ones_own_comes_first(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLMTUT_HUB", str(hub))
    assert find_folder(tmp_path, ["config.json"]) == tmp_path


# ---- the checkpoints that stand in ------------------------------------------------------------------------


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize("name", stand_in_hub.CHECKPOINTS)
def test_they_load_and_have_the_shape_of_the_published(
    hub: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XLMTUT_HUB", str(hub))
    tok = xt.load_tokenizer(name)
    batch = tok(["A cat.", "Two cats."], ["An animal.", "Animals."], lang="en")
    shapes = {"lm": (2, batch.input_ids.shape[1], len(tok)), "classification": (2, 3)}
    for head, shape in shapes.items():
        model = xt.load_model(name, head=head, num_labels=3 if head == "classification" else None)
        assert model(**batch).logits.shape == shape
    ours, published = model.transformer.config, PUBLISHED[name]
    for field in ("n_layers", "n_heads", "n_langs", "lang2id", "max_position_embeddings", "causal"):
        assert getattr(ours, field) == getattr(published, field)
    assert tok.lang2id == published.lang2id


@pytest.mark.parametrize("name", stand_in_hub.CHECKPOINTS)
def test_their_layout_is_that_of_the_published_repositories(hub: Path, name: str) -> None:
    """Both formats, with the tied output weights a second time, one of them in half precision."""
    folder = hub / "FacebookAI" / name
    assert {"config.json", "tokenizer_config.json", "vocab.json", "merges.txt"} <= {
        file.name for file in folder.iterdir()
    }
    pickled = torch.load(folder / "pytorch_model.bin", weights_only=True)
    safe = load_file(folder / "model.safetensors")
    assert pickled.keys() == safe.keys()
    assert all(torch.equal(pickled[key], safe[key]) for key in safe)
    assert {value.dtype for value in safe.values()} == {stand_in_hub.CHECKPOINTS[name]}
    assert torch.equal(safe["pred_layer.proj.weight"], safe["transformer.embeddings.weight"])
    assert len((folder / "merges.txt").read_text(encoding="utf-8").splitlines()[0].split(" ")) == 3
    assert read_json(folder / "config.json")["architectures"] == ["XLMWithLMHeadModel"]


def test_transformers_reads_them_and_says_the_same(hub: Path) -> None:
    folder = hub / ID
    tok = xt.load_tokenizer(folder)
    theirs = XLMWithLMHeadModel.from_pretrained(folder, dtype=torch.float32)
    batch = tok(["A cat sleeps."], lang="en")
    with torch.no_grad():
        expected = theirs(**batch).logits
        torch.testing.assert_close(xt.load_model(folder, head="lm")(**batch).logits, expected)
    ids = XLMTokenizer.from_pretrained(folder)("A cat sleeps.").input_ids
    assert ids[1:] == batch.input_ids[0, 1:].tolist()


def test_the_two_checkpoints_differ(hub: Path) -> None:
    first, second = (xt.load_model(hub / "FacebookAI" / name) for name in stand_in_hub.CHECKPOINTS)
    assert not torch.allclose(first.embeddings.weight, second.embeddings.weight, atol=1e-2)

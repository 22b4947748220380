"""Checkpoints: every layout in, ours out, and nothing that does not fit."""

from __future__ import annotations

import json
import os
import re
import shutil
from argparse import Namespace
from fnmatch import fnmatch
from pathlib import Path

import huggingface_hub
import pytest
import torch
import transformers
from torch import Tensor, nn

import xlmtut.checkpoints
from xlmtut.checkpoints import load_model, save_model
from xlmtut.config import XLMConfig
from xlmtut.model import XLM, XLMClassifier, XLMLanguageModel, XLMSpanQA, XLMTokenClassifier
from xlmtut.seq2seq import XLMSeq2Seq

SMALL = XLMConfig.preset("mini", vocab_size=50, emb_dim=16, n_layers=2, n_heads=2, max_position_embeddings=32)


def reference_config(**changes: object) -> transformers.XLMConfig:
    """The same shape as SMALL, in transformers."""
    fields = {"vocab_size": 50, "emb_dim": 16, "n_layers": 2, "n_heads": 2, "max_position_embeddings": 32}
    languages = {"lang2id": SMALL.lang2id, "id2lang": {str(i): lang for lang, i in SMALL.lang2id.items()}}
    return transformers.XLMConfig(**fields, n_langs=16, **(languages | changes))


def batch() -> dict[str, Tensor]:
    input_ids = torch.tensor([[1, 7, 8, 9, 1], [1, 10, 1, 2, 2]])
    return {
        "input_ids": input_ids,
        "attention_mask": (input_ids != 2).long(),
        "langs": torch.full_like(input_ids, 4),
    }


def weights_equal(a: nn.Module, b: nn.Module) -> bool:
    left, right = a.state_dict(), b.state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


# --- transformers' format -----------------------------------------------------------------------------------


@pytest.mark.parametrize("safe", [True, False], ids=["safetensors", "bin"])
@pytest.mark.parametrize("shards", [1, 4])
def test_loads_what_transformers_saves(tmp_path: Path, safe: bool, shards: int) -> None:
    reference = transformers.XLMWithLMHeadModel(reference_config()).eval()
    if safe:
        reference.save_pretrained(tmp_path, max_shard_size="5GB" if shards == 1 else "8KB")
        assert len(list(tmp_path.glob("*.safetensors"))) >= shards
    else:
        reference.config.save_pretrained(tmp_path)
        state = reference.state_dict()
        names = sorted(state)
        chunks = [names[i::shards] for i in range(shards)]
        files = [f"pytorch_model-{i:05d}.bin" for i in range(shards)] if shards > 1 else ["pytorch_model.bin"]
        for file, chunk in zip(files, chunks, strict=True):
            torch.save({k: state[k] for k in chunk}, tmp_path / file)
        if shards > 1:
            index = {k: file for file, chunk in zip(files, chunks, strict=True) for k in chunk}
            (tmp_path / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": index}))
    model = load_model(tmp_path, head="lm")
    assert not model.training
    with torch.no_grad():
        ours = model(**batch())
        theirs = reference(**batch(), output_hidden_states=True)
    torch.testing.assert_close(ours.logits, theirs.logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        load_model(tmp_path)(**batch()).last_hidden_state, theirs.hidden_states[-1], atol=1e-5, rtol=0
    )


@pytest.mark.parametrize(
    ("model", "head", "reference"),
    [
        (XLM(SMALL), None, transformers.XLMModel),
        (XLMLanguageModel(SMALL), "lm", transformers.XLMWithLMHeadModel),
        (XLMClassifier(SMALL, 3), "classification", transformers.XLMForSequenceClassification),
        (XLMSpanQA(SMALL), "qa", transformers.XLMForQuestionAnsweringSimple),
        (XLMTokenClassifier(SMALL, 5), "token", transformers.XLMForTokenClassification),
        (XLMSeq2Seq(SMALL), "seq2seq", None),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_round_trip_is_bit_exact_here_and_through_transformers(
    tmp_path: Path, model: nn.Module, head: xlmtut.checkpoints.Head | None, reference: type | None
) -> None:
    save_model(model, tmp_path / "ours")
    assert sorted(p.name for p in (tmp_path / "ours").iterdir()) == ["config.json", "model.safetensors"]
    again = load_model(tmp_path / "ours", head=head)
    assert type(again) is type(model)
    assert weights_equal(again, model)
    if reference is None:
        return
    theirs, report = reference.from_pretrained(tmp_path / "ours", output_loading_info=True)  # type: ignore[attr-defined]
    assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    theirs.save_pretrained(tmp_path / "theirs")
    assert weights_equal(load_model(tmp_path / "theirs", head=head), model)
    with torch.no_grad():
        ours = again(**batch())
        outputs = theirs(**batch())
    logits = [
        ("logits", "logits"),
        ("start_logits", "start_logits"),
        ("last_hidden_state", "last_hidden_state"),
    ]
    compared = [
        (getattr(ours, a), getattr(outputs, b)) for a, b in logits if getattr(outputs, b, None) is not None
    ]
    assert compared
    for a, b in compared:
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_configuration_survives(tmp_path: Path) -> None:
    config = XLMConfig.preset(
        "mini", vocab_size=50, emb_dim=16, n_heads=2, n_layers=1, sinusoidal_embeddings=True, causal=True,
        gelu_activation=False, use_lang_emb=False, dropout=0.25, pad_token_id=3, layer_norm_eps=1e-6,
    )  # fmt: skip
    save_model(XLM(config), tmp_path)
    assert load_model(tmp_path).config == config


def test_a_tied_head_stays_tied(tmp_path: Path) -> None:
    save_model(XLMLanguageModel(SMALL), tmp_path)
    model = load_model(tmp_path, head="lm")
    assert isinstance(model, XLMLanguageModel)
    assert model.pred_layer.proj.weight is model.transformer.embeddings.weight


# --- heads --------------------------------------------------------------------------------------------------


def test_a_new_head_starts_on_pretrained_weights(tmp_path: Path) -> None:
    pretrained = XLMLanguageModel(SMALL)
    save_model(pretrained, tmp_path)
    for head, labels in (("classification", 3), ("token", 7), ("qa", None)):
        model = load_model(tmp_path, head=head, num_labels=labels)  # type: ignore[arg-type]
        assert weights_equal(model.transformer, pretrained.transformer)  # type: ignore[arg-type]


def test_seq2seq_starts_from_one_pretrained_model(tmp_path: Path) -> None:
    pretrained = XLMLanguageModel(SMALL)
    nn.init.normal_(pretrained.pred_layer.proj.bias)
    save_model(pretrained, tmp_path)
    model = load_model(tmp_path, head="seq2seq")
    assert isinstance(model, XLMSeq2Seq)
    assert weights_equal(model.encoder, pretrained.transformer)
    assert torch.equal(model.decoder.embeddings.weight, pretrained.transformer.embeddings.weight)
    assert torch.equal(model.decoder.pred_layer.proj.bias, pretrained.pred_layer.proj.bias)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"head": "classification"}, "pass num_labels"),
        ({"head": "classification", "num_labels": 0}, "expected at least 1"),
        ({"head": "lm", "num_labels": 3}, "expected None"),
        ({"head": "regression"}, "expected None or one of 'lm', 'classification'"),
        ({"head": "lm"}, "lacks: pred_layer.proj.bias"),
    ],
)
def test_heads_that_do_not_fit(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    save_model(XLM(SMALL), tmp_path)
    with pytest.raises(ValueError, match=re.escape(message)):
        load_model(tmp_path, **arguments)  # type: ignore[arg-type]


def test_another_number_of_classes_is_an_error(tmp_path: Path) -> None:
    save_model(XLMClassifier(SMALL, 3), tmp_path)
    with pytest.raises(ValueError, match=r"num_labels is 2, but .* 3 classes"):
        load_model(tmp_path, head="classification", num_labels=2)


# --- the original code's files ------------------------------------------------------------------------------


def original(model: nn.Module, **changes: object) -> dict[str, object]:
    """What the original code saves, for a model of ours."""
    params = {
        "emb_dim": 16, "n_layers": 2, "n_heads": 2, "n_words": 50, "n_langs": 16, "pad_index": 2,
        "dropout": 0.1, "attention_dropout": 0.1, "gelu_activation": True, "sinusoidal_embeddings": False,
        "lang2id": SMALL.lang2id, "share_inout_emb": True,
        "mlm_steps": [("en", None)], "clm_steps": [],
    }  # fmt: skip
    words = [f"w{i}" for i in range(50)]
    dico = {
        "dico_id2word": dict(enumerate(words)),
        "dico_word2id": {w: i for i, w in enumerate(words)},
        "dico_counts": dict.fromkeys(words, 1),
    }
    state = {k.removeprefix("transformer."): v for k, v in model.state_dict().items()}
    return {"params": params | changes, **dico, "model": {f"module.{k}": v for k, v in state.items()}}


def test_loads_the_original_file(tmp_path: Path) -> None:
    model = XLMLanguageModel(SMALL)
    torch.save(original(model), tmp_path / "mlm.pth")
    again = load_model(tmp_path / "mlm.pth", head="lm")
    assert weights_equal(again, model)
    assert again.transformer.config == SMALL  # type: ignore[union-attr]
    assert weights_equal(load_model(tmp_path / "mlm.pth"), model.transformer)


def test_loads_the_original_translation_model(tmp_path: Path) -> None:
    model = XLMSeq2Seq(SMALL)
    content = original(model.encoder)
    del content["model"]
    output = {
        "pred_layer.proj.weight": model.encoder.embeddings.weight,
        "pred_layer.proj.bias": torch.zeros(50),
    }
    content["encoder"] = {f"module.{k}": v for k, v in (model.encoder.state_dict() | output).items()}
    content["decoder"] = {f"module.{k}": v for k, v in model.decoder.state_dict().items()}
    torch.save(content, tmp_path / "mt.pth")
    assert weights_equal(load_model(tmp_path / "mt.pth", head="seq2seq"), model)
    assert weights_equal(load_model(tmp_path / "mt.pth"), model.encoder)


def test_causal_is_known_from_the_training_steps(tmp_path: Path) -> None:
    torch.save(original(XLM(SMALL), clm_steps=[("en", None)], mlm_steps=[]), tmp_path / "clm.pth")
    assert load_model(tmp_path / "clm.pth").config.causal  # type: ignore[union-attr]
    assert not load_model(tmp_path / "clm.pth", causal=False).config.causal  # type: ignore[union-attr]


def test_a_published_clm_checkpoint_is_causal_by_name(tmp_path: Path) -> None:
    for name, expected in (("xlm-clm-enfr-1024", True), ("xlm-mlm-enfr-1024", False), ("copy", False)):
        transformers.XLMModel(reference_config()).save_pretrained(tmp_path / name)
        assert load_model(tmp_path / name).config.causal is expected  # type: ignore[union-attr]
    assert load_model(tmp_path / "copy", causal=True).config.causal  # type: ignore[union-attr]


@pytest.mark.parametrize("kept", [["model.safetensors", "pytorch_model.bin"], ["pytorch_model.bin"]])
def test_only_one_kind_of_weights_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: list[str]
) -> None:
    """The published repositories have the same weights twice."""
    model = XLM(SMALL)
    save_model(model, tmp_path / "hub")
    torch.save(model.state_dict(), tmp_path / "hub" / "pytorch_model.bin")

    def download(name: str, *, revision: str | None, allow_patterns: list[str]) -> str:
        assert (name, revision) == ("FacebookAI/xlm-mlm-enfr-1024", "abc")
        (tmp_path / "cache").mkdir(exist_ok=True)
        for file in ("config.json", *kept):
            if any(fnmatch(file, pattern) for pattern in allow_patterns):
                shutil.copy(tmp_path / "hub" / file, tmp_path / "cache")
        return str(tmp_path / "cache")

    monkeypatch.delenv("XLMTUT_HUB", raising=False)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert weights_equal(load_model("xlm-mlm-enfr-1024", revision="abc"), model)
    assert {file.name for file in (tmp_path / "cache").iterdir()} == {"config.json", kept[0]}


# --- what does not fit --------------------------------------------------------------------------------------


def test_bert_is_refused(tmp_path: Path) -> None:
    config = transformers.BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="type 'bert'; expected 'xlm'"):
        load_model(tmp_path)


def test_missing_unknown_and_misshapen_weights_are_listed(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    save_model(XLM(SMALL), tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["ffns.1.lin2.bias"]
    weights["pooler.weight"] = torch.zeros(3)
    weights["embeddings.weight"] = weights["embeddings.weight"][:49].contiguous()
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="does not fit XLM") as error:
        load_model(tmp_path)
    message = str(error.value)
    assert "\n" not in message
    assert "lacks: ffns.1.lin2.bias" in message
    assert "has unknown: pooler.weight" in message
    assert "embeddings.weight (49, 16) instead of (50, 16)" in message


@pytest.mark.parametrize("keep", [0, 1, 100, -1], ids=["empty", "one byte", "header", "one byte short"])
@pytest.mark.parametrize("layout", ["safetensors", "bin", "pth"])
def test_truncated_files(tmp_path: Path, keep: int, layout: str) -> None:
    save_model(XLM(SMALL), tmp_path)
    file = tmp_path / "model.safetensors"
    target: Path = tmp_path
    if layout == "bin":
        torch.save(XLM(SMALL).state_dict(), tmp_path / "pytorch_model.bin")
        file.unlink()
        file = tmp_path / "pytorch_model.bin"
    if layout == "pth":
        file = target = tmp_path / "model.pth"
        torch.save(original(XLM(SMALL)), file)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ValueError, match=re.escape(str(file))) as error:
        load_model(target)
    assert "\n" not in str(error.value)


class Payload:
    """A pickle that runs a command when it is loaded carelessly."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("layout", ["bin", "pth"])
def test_a_pickle_that_wants_to_run_code_is_refused(tmp_path: Path, layout: str) -> None:
    witness = tmp_path / "executed"
    target = tmp_path / "evil.pth"
    if layout == "pth":
        torch.save(original(XLM(SMALL)) | {"extra": Payload(witness)}, target)
    else:
        save_model(XLM(SMALL), tmp_path)
        (tmp_path / "model.safetensors").unlink()
        target = tmp_path
        torch.save(XLM(SMALL).state_dict() | {"extra": Payload(witness)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match="refused"):
        load_model(target)
    assert not witness.exists()


def test_folders_without_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no config\.json"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="not a JSON file"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "xlm"}')
    with pytest.raises(ValueError, match="no weights"):
        load_model(tmp_path)
    save_model(XLM(SMALL), tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "xlm"}')
    with pytest.raises(ValueError, match="configuration lacks emb_dim, n_heads, n_layers, vocab_size"):
        load_model(tmp_path)
    with pytest.raises(ValueError, match="there is no file"):
        load_model(tmp_path / "none.pth")
    torch.save({"weights": 1}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="not a checkpoint of the original code"):
        load_model(tmp_path / "other.pth")


@pytest.mark.parametrize("part", [[1], 3, {1: torch.ones(2)}, {"embeddings.weight": 3}])
def test_weights_that_are_not_named_tensors(tmp_path: Path, part: object) -> None:
    torch.save(original(XLM(SMALL)) | {"model": part}, tmp_path / "model.pth")
    with pytest.raises(ValueError, match="holds more or other than named tensors"):
        load_model(tmp_path / "model.pth")


def test_an_index_without_shards(tmp_path: Path) -> None:
    save_model(XLM(SMALL), tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "model.safetensors.index.json")
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": []}')
    with pytest.raises(ValueError, match="has no weight_map"):
        load_model(tmp_path)


def test_a_refused_pickle_is_named_without_advice_to_allow_it(tmp_path: Path) -> None:
    torch.save({"params": Namespace(emb_dim=8)}, tmp_path / "model.pth")
    with pytest.raises(ValueError, match=r"it asks for argparse\.Namespace$"):
        load_model(tmp_path / "model.pth")


@pytest.mark.parametrize("head", [None, "lm", "qa", "seq2seq"])
def test_heads_without_classes(tmp_path: Path, head: str | None) -> None:
    save_model(XLMLanguageModel(SMALL), tmp_path)
    with pytest.raises(ValueError, match=r"num_labels is 3 for the head .*; expected None"):
        load_model(tmp_path, head=head, num_labels=3)


def test_without_network_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConnectionError, match=r"FacebookAI/xlm-mlm-enfr-1024.*pass a folder") as error:
        load_model("xlm-mlm-enfr-1024")
    assert "\n" not in str(error.value)
    with pytest.raises(ValueError, match="neither a folder nor a model"):
        load_model("not//a name")


# --- saving -------------------------------------------------------------------------------------------------


def test_an_interrupted_save_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = XLM(SMALL)
    save_model(old, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(xlmtut.checkpoints.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_model(XLM(SMALL), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_only_models_of_the_package_are_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot save a Linear"):
        save_model(nn.Linear(2, 2), tmp_path / "new")
    assert not (tmp_path / "new").exists()

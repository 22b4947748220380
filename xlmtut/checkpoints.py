"""Load and save models: Hugging Face transformers' format (ours too) and the original ``.pth`` files.

A checkpoint is a configuration and named weights. Whatever it comes from, the weights get the names that
:mod:`xlmtut.model` uses, every name and shape is compared with what the model needs, and any difference is an
error. Nothing in a checkpoint is ever executed.
"""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from xlmtut.config import PUBLISHED, XLMConfig
from xlmtut.files import find_folder, read_json
from xlmtut.model import XLM, XLMClassifier, XLMLanguageModel, XLMSpanQA, XLMTokenClassifier
from xlmtut.seq2seq import XLMSeq2Seq

__all__ = ["Head", "load_model", "save_model"]

Head = Literal["lm", "classification", "qa", "token", "seq2seq"]
Weights = dict[str, Tensor]

# For every head: the class in transformers that has it, and where its own weights are.
_ARCHITECTURES: dict[type[nn.Module], str] = {
    XLM: "XLMModel",
    XLMLanguageModel: "XLMWithLMHeadModel",
    XLMClassifier: "XLMForSequenceClassification",
    XLMSpanQA: "XLMForQuestionAnsweringSimple",
    XLMTokenClassifier: "XLMForTokenClassification",
    XLMSeq2Seq: "XLMSeq2Seq",
}
_HEAD_WEIGHTS = {
    "lm": "pred_layer.",
    "classification": "sequence_summary.",
    "qa": "qa_outputs.",
    "token": "classifier.",
}
# Everything else in config.json has the same name here and in transformers.
_RENAMED = {"pad_token_id": "pad_index"}
_TIED = "pred_layer.proj.weight"  # the token embeddings once more: not stored, not read


def load_model(
    name_or_path: str | os.PathLike[str],
    head: Head | None = None,
    num_labels: int | None = None,
    causal: bool | None = None,
    revision: str | None = None,
) -> nn.Module:
    """Load a pretrained model, with a head or without, ready for inference (``eval`` mode).

    Parameters
    ----------
    name_or_path : str or path
        A folder in transformers' format or saved by :func:`save_model`; a ``.pth`` file of the original code;
        ``"mini-mlm"``, ``"mini-mlm-tlm"`` or ``"mini-clm"``, which come with the package; a Hub id such as
        ``"FacebookAI/xlm-mlm-tlm-xnli15-1024"``, or only its last part.
    head : {"lm", "classification", "qa", "token", "seq2seq"}, optional
        None for the encoder alone. A classification, QA or token head that the checkpoint lacks is new and
        random, to be fine-tuned; every fine-tuning starts so, and nothing warns of it. ``"seq2seq"`` starts
        encoder and decoder from the same weights where the checkpoint has no decoder. Other weights are never
        made up.
    num_labels : int, optional
        Classes of a new classification or token head. Leave it out to have the checkpoint's own head or an
        error.
    causal : bool, optional
        Attend leftwards only. By default what the configuration says, and True for the published CLM
        checkpoints, whose configuration does not say it; a local copy of one may need it said.
    revision : str, optional
        Commit, tag or branch on the Hub.

    Returns
    -------
    nn.Module
        :class:`~xlmtut.model.XLM` or the class of the head.

    Raises
    ------
    ValueError
        If it is not an XLM checkpoint, lacks weights or has wrong ones (the message lists them), is damaged,
        wants to run code, or the arguments do not fit.
    ConnectionError
        If it must be fetched and the Hub cannot be reached.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> save_model(XLMLanguageModel(XLMConfig.preset("mini", n_layers=1)), folder)
    >>> type(load_model(folder, head="classification", num_labels=3)).__name__
    'XLMClassifier'
    """
    if head is not None and head not in (*_HEAD_WEIGHTS, "seq2seq"):
        expected = ", ".join(repr(name) for name in (*_HEAD_WEIGHTS, "seq2seq"))
        raise ValueError(f"head is {head!r}; expected None or one of {expected}")
    if num_labels is not None and head not in ("classification", "token"):
        raise ValueError(
            f"num_labels is {num_labels} for the head {head!r}; expected None, it has no classes"
        )
    path = Path(name_or_path)
    if path.suffix == ".pth":
        settings, parts = _read_pth(path)
    else:
        settings, parts = _read_folder(_fetch(name_or_path, revision))
    if causal is None:
        causal = bool(settings.get("causal")) or _is_published_clm(path.stem)
    config = _config(str(name_or_path), settings | {"causal": causal}, parts["encoder"])
    if head == "seq2seq":
        return _load_seq2seq(str(name_or_path), config, parts)
    return _load_encoder(str(name_or_path), config, parts["encoder"], head, num_labels)


def _fetch(name_or_path: str | os.PathLike[str], revision: str | None) -> Path:
    """Find the folder; download the pickled weights only of a repository that has no others."""
    wanted = ["config.json", "*.safetensors", "*.safetensors.index.json"]
    folder = find_folder(name_or_path, wanted, revision)
    if any(folder.glob("*.safetensors")):
        return folder
    return find_folder(name_or_path, [*wanted, "pytorch_model*.bin*"], revision)


def _is_published_clm(name: str) -> bool:
    return name in PUBLISHED and PUBLISHED[name].causal


def _load_encoder(
    origin: str, config: XLMConfig, weights: Weights, head: Head | None, num_labels: int | None
) -> nn.Module:
    """Build the encoder with a head and fill it."""
    own = {name: prefix for name, prefix in _HEAD_WEIGHTS.items() if name != head}
    kept = {k: v for k, v in weights.items() if not k.startswith(tuple(own.values()))}
    if head is None:
        return _fill(XLM(config), kept, origin)
    prefix = _HEAD_WEIGHTS[head]
    renamed = {k if k.startswith(prefix) else f"transformer.{k}": v for k, v in kept.items()}
    model = _with_head(config, head, _num_labels(origin, head, kept, num_labels))
    is_new = head != "lm" and not any(k.startswith(prefix) for k in kept)
    if is_new:
        renamed |= {k: v for k, v in model.state_dict().items() if k.startswith(prefix)}
    return _fill(model, renamed, origin)


def _with_head(config: XLMConfig, head: Head, num_labels: int) -> nn.Module:
    if head == "lm":
        return XLMLanguageModel(config)
    if head == "qa":
        return XLMSpanQA(config)
    return (XLMClassifier if head == "classification" else XLMTokenClassifier)(config, num_labels)


def _num_labels(origin: str, head: Head, weights: Weights, asked: int | None) -> int:
    """How many classes a head has: the checkpoint's number, or the one asked for if it has no such head."""
    if head not in ("classification", "token"):
        return 0
    stored = [v for k, v in weights.items() if k.startswith(_HEAD_WEIGHTS[head]) and k.endswith("weight")]
    number = stored[0].shape[0] if stored else asked
    if number is None:
        raise ValueError(f"{origin} has no {head} head; pass num_labels to start a new one")
    if asked is not None and asked != number:
        raise ValueError(f"num_labels is {asked}, but {origin} has a {head} head with {number} classes")
    if number < 1:
        raise ValueError(f"num_labels is {number}; expected at least 1")
    return number


def _load_seq2seq(origin: str, config: XLMConfig, parts: dict[str, Weights]) -> XLMSeq2Seq:
    if "decoder" not in parts:
        head: Head | None = "lm" if "pred_layer.proj.bias" in parts["encoder"] else None
        pretrained = _load_encoder(origin, config, parts["encoder"], head, None)
        assert isinstance(pretrained, XLM | XLMLanguageModel)
        return XLMSeq2Seq.from_pretrained(pretrained).eval()
    encoder = {k: v for k, v in parts["encoder"].items() if not k.startswith("pred_layer.")}
    model = XLMSeq2Seq(config)
    _fill(model.encoder, encoder, f"{origin} (encoder)")
    _fill(model.decoder, parts["decoder"], f"{origin} (decoder)")
    return model.eval()


def _fill(model: nn.Module, weights: Weights, origin: str) -> nn.Module:
    """Copy weights into a model; every name and shape must fit."""
    needed = {k: v for k, v in model.state_dict().items() if not k.endswith(_TIED)}
    given = {k: v for k, v in weights.items() if not k.endswith(_TIED)}
    problems = {
        "lacks": sorted(needed.keys() - given.keys()),
        "has unknown": sorted(given.keys() - needed.keys()),
        "has of another shape": [
            f"{k} {tuple(given[k].shape)} instead of {tuple(v.shape)}"
            for k, v in needed.items()
            if k in given and given[k].shape != v.shape
        ],
    }
    found = [f"{what}: {', '.join(keys)}" for what, keys in problems.items() if keys]
    if found:
        raise ValueError(f"{origin} does not fit {type(model).__name__}; it {'; it '.join(found)}")
    model.load_state_dict(given, strict=False)  # the tied weight follows the embeddings
    return model.eval()


def _config(origin: str, settings: Mapping[str, Any], weights: Weights) -> XLMConfig:
    """The configuration in our fields; positions are counted in the weights, where an old file is silent."""
    if settings.get("asm"):
        raise ValueError(f"{origin} has an adaptive softmax (asm); expected a plain one, as published")
    fields = {name: settings[name] for name in XLMConfig.__dataclass_fields__ if name in settings}
    for ours, theirs in _RENAMED.items():
        if theirs in settings:
            fields[ours] = settings[theirs]
    if "n_words" in settings:  # the original code, and the first releases of transformers
        fields.setdefault("vocab_size", settings["n_words"])
    if "position_embeddings.weight" in weights:
        fields.setdefault("max_position_embeddings", weights["position_embeddings.weight"].shape[0])
    missing = {"vocab_size", "emb_dim", "n_layers", "n_heads"} - fields.keys()
    if missing:
        raise ValueError(f"{origin}: the configuration lacks {', '.join(sorted(missing))}")
    fields.setdefault("n_langs", 1)
    fields["lang2id"] = settings.get("lang2id") or {}
    try:
        return XLMConfig(**fields)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{origin}: {error}") from None


def _read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, Weights]]:
    """Read a checkpoint in transformers' format, whole or in shards, or one of ours."""
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} has no config.json; expected a checkpoint in transformers' format")
    settings = read_json(folder / "config.json")
    kind = settings.get("model_type", "xlm")
    if kind != "xlm":
        raise ValueError(f"{folder} holds a model of type {kind!r}; expected 'xlm'")
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return settings, _parts(_read_weights(folder / name))
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = read_json(index).get("weight_map")
            if not isinstance(shards, dict):
                raise ValueError(f"{index} has no weight_map; fetch or save it again")
            weights: Weights = {}
            for shard in sorted({str(file) for file in shards.values()}):
                weights |= _read_weights(folder / shard)
            return settings, _parts(weights)
    raise ValueError(f"{folder} has no weights; expected model.safetensors or pytorch_model.bin")


def _read_pth(path: Path) -> tuple[dict[str, Any], dict[str, Weights]]:
    """Read a file of the original code: ``params``, ``dico_*``, ``model`` or ``encoder`` and ``decoder``."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    content = _read_pickle(path)
    params = content.get("params")
    names = [name for name in ("model", "encoder", "decoder") if name in content]
    if not isinstance(params, dict) or not names or names == ["decoder"]:
        raise ValueError(
            f"{path} is not a checkpoint of the original code; expected 'params' and 'model' or 'encoder'"
        )
    parts: dict[str, Weights] = {}
    for name in names:
        part = {k.removeprefix("module."): v for k, v in _named_tensors(path, content[name]).items()}
        parts["decoder" if name == "decoder" else "encoder"] = part
    settings = dict(params)
    if params.get("clm_steps") and not params.get("mlm_steps"):
        settings.setdefault("causal", True)
    return settings, parts


def _parts(weights: Weights) -> dict[str, Weights]:
    """Separate encoder and decoder; drop transformers' prefix and its table of positions 0, 1, 2, …"""
    weights = {k: v for k, v in weights.items() if not k.endswith("position_ids")}
    if any(k.startswith("decoder.") for k in weights):
        sides = ("encoder.", "decoder.")
        other = [k for k in weights if not k.startswith(sides)]
        split = {s[:-1]: {k.removeprefix(s): v for k, v in weights.items() if k.startswith(s)} for s in sides}
        split["encoder"] |= {k: weights[k] for k in other}
        return split
    return {"encoder": {k.removeprefix("transformer."): v for k, v in weights.items()}}


def _read_weights(path: Path) -> Weights:
    if path.suffix != ".safetensors":
        return _named_tensors(path, _read_pickle(path))
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} cannot be read ({error}); fetch or save it again") from None


def _named_tensors(path: Path, content: object) -> Weights:
    """The content itself, if it is what a model's state dict is."""
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items()
    ):
        raise ValueError(f"{path} holds more or other than named tensors; expected the weights of a model")
    return content


def _read_pickle(path: Path) -> dict[str, Any]:
    """Read a pickle of tensors and plain values; one that wants anything else is refused."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        asked = re.search(r"GLOBAL (\S+)", str(error))  # what it would run; torch's advice is to allow it
        reason = f"it asks for {asked[1]}" if asked else "it is damaged or holds more than that"
        raise ValueError(f"{path} is refused; expected only tensors and plain values, {reason}") from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(f"{path} cannot be read ({reason}); fetch or save it again") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected named weights")
    return content


def save_model(model: nn.Module, folder: str | os.PathLike[str]) -> None:
    """Save a model as ``model.safetensors`` and ``config.json``, which transformers' XLM classes load too.

    Both files are complete before either takes its place, so an interrupted save leaves the old ones.

    Parameters
    ----------
    model : nn.Module
        :class:`~xlmtut.model.XLM`, with or without a head, or :class:`~xlmtut.seq2seq.XLMSeq2Seq` (which
        transformers has no class for).
    folder : str or path
        Made if it does not exist; other files in it stay.

    Raises
    ------
    ValueError
        If the model is of another class.
    """
    architecture = _ARCHITECTURES.get(type(model))
    if architecture is None:
        raise ValueError(f"cannot save a {type(model).__name__}; expected a model of xlmtut, unwrapped")
    encoder = next(module for module in model.modules() if isinstance(module, XLM))
    settings = _settings(encoder.config) | {"architectures": [architecture]}
    weights = {k: v.contiguous() for k, v in model.state_dict().items() if not k.endswith(_TIED)}
    for prefix in ("sequence_summary.summary", "classifier"):
        if f"{prefix}.weight" in weights:
            labels = range(weights[f"{prefix}.weight"].shape[0])
            settings["id2label"] = {str(i): f"LABEL_{i}" for i in labels}
            settings["label2id"] = {f"LABEL_{i}": i for i in labels}

    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    partial = {name: path / f".{name}.partial" for name in ("model.safetensors", "config.json")}
    try:
        save_file(weights, partial["model.safetensors"], metadata={"format": "pt"})
        partial["config.json"].write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
        for name, written in partial.items():
            with written.open("rb") as file:
                os.fsync(file.fileno())
            partial[name].replace(path / name)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)


def _settings(config: XLMConfig) -> dict[str, Any]:
    """The contents of transformers' ``config.json`` for a configuration."""
    settings = {_RENAMED.get(k, k): getattr(config, k) for k in XLMConfig.__dataclass_fields__}
    return settings | {
        "model_type": "xlm",
        "pad_token_id": config.pad_token_id,
        "id2lang": {str(i): language for language, i in config.lang2id.items()},
    }

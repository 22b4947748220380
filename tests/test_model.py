"""The model against transformers' on random weights: every published shape, scaled down, and every flag."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
import transformers
from torch import Tensor, nn

import xlmtut as xt
from xlmtut.config import PUBLISHED, XLMConfig

SMALL: dict[str, Any] = {"vocab_size": 99, "dropout": 0.0, "attention_dropout": 0.0}

# Published shapes keep languages, flags, heads and positions; width, depth and vocabulary shrink.
SHAPES = {
    name: XLMConfig.preset(
        name, **SMALL, emb_dim=4 * shape.n_heads, n_layers=shape.n_layers // 4, max_position_embeddings=64
    )
    for name, shape in PUBLISHED.items()
}
FLAGS = {
    f"{n_langs} languages, {', '.join(flags) or 'plain'}": XLMConfig(
        **SMALL,
        emb_dim=16,
        n_heads=2,
        n_layers=2,
        n_langs=n_langs,
        lang2id={},
        max_position_embeddings=64,
        use_lang_emb="no language embeddings" not in flags,
        causal="causal" in flags,
        sinusoidal_embeddings="sinusoidal" in flags,
        gelu_activation="relu" not in flags,
    )
    for n_langs in (1, 2, 15, 17, 100)
    for flags in (
        [],
        ["no language embeddings"],
        ["causal"],
        ["sinusoidal"],
        ["relu"],
        ["causal", "sinusoidal", "relu"],
        ["no language embeddings", "causal", "relu"],
    )
}
CONFIGS = SHAPES | FLAGS
every_config = pytest.mark.parametrize("name", CONFIGS)


def reference_config(config: XLMConfig, **more: Any) -> transformers.XLMConfig:
    return transformers.XLMConfig(**vars(config), **more, summary_first_dropout=0.0)


def reference_model(config: XLMConfig, kind: str = "XLMModel", **more: Any) -> nn.Module:
    """One of transformers' models with random weights everywhere, biases and normalisations included."""
    torch.manual_seed(0)
    model: nn.Module = getattr(transformers, kind)(reference_config(config, **more))
    for name, parameter in model.named_parameters():
        if not (config.sinusoidal_embeddings and "position" in name):
            nn.init.normal_(
                parameter, mean=float("norm" in name and "weight" in name), std=config.emb_dim**-0.5
            )
    return model.eval()


def same(ours: nn.Module, reference: nn.Module) -> nn.Module:
    """Give ours the reference's weights; the names must be the same."""
    ours.load_state_dict(reference.state_dict())
    return ours.eval()


def batch(config: XLMConfig, tlm: bool = True) -> dict[str, Tensor]:
    """Ragged rows; each is a pair whose second half restarts its positions and may be of another language."""
    generator = torch.Generator().manual_seed(1)
    lengths, m = [17, 5, 12, 1], 17
    input_ids = torch.randint(5, config.vocab_size, (4, m), generator=generator)
    attention_mask = torch.arange(m) < torch.tensor(lengths)[:, None]
    input_ids[~attention_mask] = config.pad_token_id
    langs = torch.randint(0, config.n_langs, (4, 1), generator=generator).repeat(1, m)
    position_ids = torch.arange(m).repeat(4, 1)
    if tlm:
        langs[:, 8:] = (langs[:, 8:] + 1) % config.n_langs
        position_ids[:, 8:] -= 8
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask.long(),
        "langs": langs,
        "position_ids": position_ids,
    }


def close(ours: Tensor, theirs: Tensor, atol: float = 1e-5) -> None:
    torch.testing.assert_close(ours, theirs, atol=atol, rtol=0)


@every_config
@pytest.mark.parametrize("tlm", [False, True])
def test_hidden_states(name: str, tlm: bool) -> None:
    """Every layer's states, at every position, padding included."""
    config = CONFIGS[name]
    reference = reference_model(config)
    model = same(xt.XLM(config), reference)
    inputs = batch(config, tlm)
    with torch.no_grad():
        ours = model(**inputs, output_hidden_states=True)
        theirs = reference(**inputs, output_hidden_states=True)
    close(ours.last_hidden_state, theirs.last_hidden_state)
    for a, b in zip(ours.hidden_states, theirs.hidden_states, strict=True):
        close(a, b)
    assert ours.last_hidden_state[:, 0].std() > 0.1  # not trivially equal
    assert (ours.last_hidden_state[~inputs["attention_mask"].bool()] == 0).all()


@every_config
def test_logits_and_gradients(name: str) -> None:
    """The language model's logits, and the gradients of all its parameters."""
    config = CONFIGS[name]
    reference = reference_model(config, "XLMWithLMHeadModel")
    model = same(xt.XLMLanguageModel(config), reference)
    inputs = batch(config)
    predicted = inputs["attention_mask"].bool()
    predicted[:, 1::3] = False
    labels = torch.randint(5, config.vocab_size, predicted.shape)
    ours, theirs = model(**inputs), reference(**inputs)
    close(ours.logits, theirs.logits, atol=2e-5 * theirs.logits.abs().max().item())
    F.cross_entropy(theirs.logits[predicted], labels[predicted]).backward()
    F.cross_entropy(model(**inputs, positions=predicted).logits, labels[predicted]).backward()
    expected = dict(reference.named_parameters())
    assert dict(model.named_parameters()).keys() == expected.keys()
    for key, parameter in model.named_parameters():
        if parameter.requires_grad:
            # A key bias shifts a row of scores as a whole, which softmax ignores: its gradient is 0 but for
            # rounding, so it is held against the gradient of its weight.
            scale = expected[key.replace("k_lin.bias", "k_lin.weight")].grad.abs().max()
            close(parameter.grad / scale, expected[key].grad / scale, atol=1e-4)
        else:
            assert config.sinusoidal_embeddings
            assert "position_embeddings" in key


HEADS = {
    "XLMForSequenceClassification": lambda config: xt.XLMClassifier(config, num_labels=3),
    "XLMForTokenClassification": lambda config: xt.XLMTokenClassifier(config, num_labels=3),
    "XLMForQuestionAnsweringSimple": xt.XLMSpanQA,
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("kind", HEADS)
def test_heads(name: str, kind: str) -> None:
    config = SHAPES[name]
    more = {} if "Question" in kind else {"num_labels": 3}
    reference = reference_model(config, kind, **more)
    model = same(HEADS[kind](config), reference)
    inputs = batch(config)
    with torch.no_grad():
        ours, theirs = model(**inputs), reference(**inputs)
    for field in ("start_logits", "end_logits") if "Question" in kind else ("logits",):
        close(ours[field], theirs[field])

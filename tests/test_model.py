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
    close(ours.logits, theirs.logits)
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


# What the reference cannot do, or does otherwise


def model_and_batch(name: str = "xlm-mlm-tlm-xnli15-1024") -> tuple[nn.Module, dict[str, Tensor]]:
    torch.manual_seed(0)
    return xt.XLMLanguageModel(SHAPES[name]).eval(), batch(SHAPES[name])


@pytest.mark.parametrize("name", SHAPES)
def test_logits_at_positions(name: str) -> None:
    """A mask, flat indices in any order, or none: a slice of the full logits."""
    model, inputs = model_and_batch(name)
    full = model(**inputs).logits
    mask = torch.rand(full.shape[:2]) < 0.15
    flat = torch.randint(0, mask.numel(), (20,))
    assert mask.any()
    close(model(**inputs, positions=mask).logits, full[mask], atol=1e-6)
    close(model(**inputs, positions=flat).logits, full.flatten(0, 1)[flat], atol=1e-6)
    assert model(**inputs, positions=torch.zeros_like(mask)).logits.shape == (0, 99)


def test_only_the_asked_logits_are_computed() -> None:
    model, inputs = model_and_batch()
    rows = []
    model.pred_layer.proj.register_forward_hook(lambda _, args, __: rows.append(args[0].shape[:-1].numel()))
    model(**inputs)
    model(**inputs, positions=torch.tensor([3, 1, 4]))
    assert rows == [inputs["input_ids"].numel(), 3]


@pytest.mark.parametrize("name", SHAPES)
def test_padding_is_found_and_changes_nothing(name: str) -> None:
    """Without a mask padding is where the pad id is; how much of it there is does not matter."""
    model, inputs = model_and_batch(name)
    mask = inputs.pop("attention_mask")
    expected = model(**inputs, attention_mask=mask).logits
    assert torch.equal(model(**inputs).logits, expected)
    assert torch.equal(model(**inputs, attention_mask=mask.bool()).logits, expected)
    for row, length in enumerate(mask.sum(1).tolist()):
        alone = {key: value[row : row + 1, :length] for key, value in inputs.items()}
        close(model(**alone).logits, expected[row : row + 1, :length], atol=1e-5)


def test_padding_on_the_left_if_not_causal() -> None:
    model, inputs = model_and_batch()
    inputs["position_ids"] = torch.arange(17).repeat(4, 1)
    expected = model(**inputs).logits
    flipped = model(**{key: value.flip(1) for key, value in inputs.items()}).logits.flip(1)
    close(flipped, expected)


def test_a_batch_without_padding_is_not_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    masks = []
    fused = F.scaled_dot_product_attention

    def spy(
        query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, *rest: Any, **more: Any
    ) -> Tensor:
        masks.append(mask)
        return fused(query, key, value, mask, *rest, **more)

    monkeypatch.setattr(F, "scaled_dot_product_attention", spy)
    model, inputs = model_and_batch()
    model(**inputs)
    assert all(mask is not None for mask in masks)
    masks.clear()
    full = {key: value[:1] for key, value in inputs.items()}  # the longest row
    model(**full)
    assert masks == [None] * model.transformer.config.n_layers


@pytest.mark.parametrize("name", ["xlm-mlm-tlm-xnli15-1024", "xlm-clm-enfr-1024"])
def test_attention_weights(name: str) -> None:
    """The formula's path gives the same states and the reference's weights."""
    config = SHAPES[name]
    reference = reference_model(config)
    reference.set_attn_implementation("eager")
    model = same(xt.XLM(config), reference)
    inputs = batch(config)
    with torch.no_grad():
        ours, theirs = model(**inputs, output_attentions=True), reference(**inputs, output_attentions=True)
        close(ours.last_hidden_state, model(**inputs).last_hidden_state)
    assert model(**inputs).attentions is None
    assert len(ours.attentions) == config.n_layers
    tokens = inputs["attention_mask"].bool()[:, None, :, None].expand_as(ours.attentions[0])
    for a, b in zip(ours.attentions, theirs.attentions, strict=True):
        close(a[tokens], b[tokens])


@pytest.mark.parametrize("name", ["xlm-clm-ende-1024", "xlm-clm-enfr-1024"])
def test_cached_decoding(name: str) -> None:
    """Token by token, in one go, and in uneven pieces: the same logits."""
    model, inputs = model_and_batch(name)
    whole = {
        key: inputs[key].clamp(min=5) if key == "input_ids" else inputs[key] for key in ("input_ids", "langs")
    }
    expected = model(**whole).logits
    for pieces in ([1] * 17, [17], [5, 1, 8, 3]):
        cache: xt.attention.Cache = {}
        parts = zip(*(value.split(pieces, dim=1) for value in whole.values()), strict=True)
        logits = [model(ids, langs=langs, cache=cache).logits for ids, langs in parts]
        close(torch.cat(logits, dim=1), expected)
        assert len(cache) == model.transformer.config.n_layers
    weights = [
        model(ids, langs=langs, cache={}, output_attentions=True).attentions
        for ids, langs in [whole.values()]
    ]
    assert weights[0][0].triu(1).abs().max() == 0


def test_causal_and_not_causal_differ() -> None:
    model, inputs = model_and_batch("xlm-clm-enfr-1024")
    other = same(xt.XLMLanguageModel(SHAPES["xlm-mlm-enfr-1024"]), model)
    assert not torch.allclose(model(**inputs).logits, other(**inputs).logits)


def test_gradients_without_padding_rows() -> None:
    """Neither padding nor its embedding gets a gradient through the encoder."""
    config = SHAPES["xlm-mlm-tlm-xnli15-1024"]
    torch.manual_seed(0)
    model = xt.XLM(config)
    inputs = batch(config)
    model(**inputs).last_hidden_state.square().sum().backward()
    assert model.embeddings.weight.grad[config.pad_token_id].abs().max() == 0
    assert model.embeddings.weight.grad[inputs["input_ids"][0]].abs().min() > 0


def test_projection_is_tied() -> None:
    model, _ = model_and_batch()
    assert model.pred_layer.proj.weight is model.transformer.embeddings.weight
    assert model.double().pred_layer.proj.weight is model.transformer.embeddings.weight


def test_dropout_only_in_training() -> None:
    config = XLMConfig.preset("mini", n_layers=1, dropout=0.2, attention_dropout=0.2)
    model, inputs = xt.XLM(config), batch(config)
    inputs["langs"] %= config.n_langs
    a, b = (model(**inputs).last_hidden_state for _ in range(2))
    assert not torch.equal(a, b)
    assert (a[~inputs["attention_mask"].bool()] == 0).all()
    model.eval()
    assert torch.equal(model(**inputs).last_hidden_state, model(**inputs).last_hidden_state)


def test_languages_matter_only_with_language_embeddings() -> None:
    for name, config in SHAPES.items():
        model, inputs = model_and_batch(name)
        other = inputs | {"langs": (inputs["langs"] + 1) % config.n_langs}
        without = {key: value for key, value in inputs.items() if key != "langs"}
        if config.has_lang_embeddings:
            assert not torch.allclose(model(**inputs).logits, model(**other).logits)
            with pytest.raises(ValueError, match="langs is missing"):
                model(**without)
        else:
            assert torch.equal(model(**inputs).logits, model(**other).logits)
            assert torch.equal(model(**inputs).logits, model(**without).logits)


@pytest.mark.parametrize("name", ["xlm-mlm-tlm-xnli15-1024", "xlm-clm-enfr-1024"])
def test_compiles(name: str) -> None:
    """With and without padding, values and gradients; Dynamo only, so that no compiler is needed."""
    model, inputs = model_and_batch(name)
    compiled = torch.compile(model, backend="eager")
    for rows in (slice(None), slice(1)):
        part = {key: value[rows] for key, value in inputs.items()}
        close(compiled(**part).logits, model(**part).logits)


def test_bfloat16() -> None:
    """The states have the type of the weights and stay close to float32."""
    model, inputs = model_and_batch()
    expected = model(**inputs).last_hidden_state
    half = model.bfloat16()(**inputs).last_hidden_state
    assert half.dtype == torch.bfloat16
    close(half.float(), expected, atol=0.15)


IDS = torch.tensor([[1, 7, 8, 1], [1, 9, 1, 2]])
GOOD = {"input_ids": IDS, "langs": torch.zeros_like(IDS)}

BAD_INPUTS = {
    "input_ids have shape (0, 4); expected (batch, length), not empty": {
        "input_ids": IDS[:0],
        "langs": IDS[:0],
    },
    "input_ids have shape (2, 0); expected (batch, length), not empty": {"input_ids": IDS[:, :0]},
    "input_ids have shape (4,); expected (batch, length), not empty": {"input_ids": IDS[0]},
    "input_ids holds 99; expected ids from 0 to 98": {"input_ids": IDS + 90},
    "input_ids holds -1; expected ids from 0 to 98": {"input_ids": IDS - 2},
    "input_ids is torch.float32; expected int64": {"input_ids": IDS.float()},
    "langs is missing; expected the id of every token's language, one of 15": {"langs": None},
    "langs holds 15; expected ids from 0 to 14": {"langs": torch.full_like(IDS, 15)},
    "langs has shape (2,); expected that of input_ids, (2, 4)": {"langs": torch.tensor([1, 1])},
    "langs is torch.float32; expected int64": {"langs": torch.zeros(2, 4)},
    "attention_mask is torch.float32; expected bool or integers 0 and 1": {
        "attention_mask": torch.ones(2, 4)
    },
    "attention_mask holds 3; expected only 0 and 1": {"attention_mask": torch.full((2, 4), 3)},
    "attention_mask has shape (2, 3); expected that of input_ids, (2, 4)": {"attention_mask": IDS[:, 1:]},
    "row 1 of attention_mask is all padding": {"attention_mask": torch.tensor([[1], [0]]).expand(2, 4)},
    "row 0 of attention_mask is all padding": {"input_ids": torch.full_like(IDS, 2)},
    "position_ids has shape (1, 4); expected that of input_ids, (2, 4)": {"position_ids": IDS[:1]},
    "position_ids holds 64; expected ids from 0 to 63": {"position_ids": torch.full_like(IDS, 64)},
    "input_ids reach length 65; expected at most 64 tokens, truncate or split": {
        "input_ids": torch.full((1, 65), 7),
        "langs": torch.zeros(1, 65, dtype=torch.long),
    },
    "cache given to a model that is not causal; expected none": {"cache": {}},
    "positions have shape (2, 3); expected (2, 4) for a mask": {"positions": IDS[:, 1:].bool()},
    "positions have shape (2, 4); expected (k,) flat indices or a bool mask": {"positions": IDS},
    "positions holds 8; expected ids from 0 to 7": {"positions": torch.tensor([8])},
    "positions is torch.float32; expected int64": {"positions": torch.tensor([1.0])},
}


@pytest.mark.parametrize("message", BAD_INPUTS)
def test_bad_input(message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        model_and_batch()[0](**(GOOD | BAD_INPUTS[message]))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["input_ids", "attention_mask", "langs", "position_ids", "positions"])
@pytest.mark.parametrize("value", ["en", 4, [[5, 6]]])
def test_only_tensors_are_taken(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} is a (str|int|list); expected a tensor"):
        model_and_batch()[0](**(GOOD | {name: value}))


BAD_CAUSAL_INPUTS = {
    "attention_mask has a token after padding; a causal model expects": {"attention_mask": IDS.flip(1) != 2},
    "attention_mask given with a cache; expected none": {"attention_mask": IDS != 2, "cache": {}},
    "input_ids hold padding at the start of a cache; expected prompts of one length": {"cache": {}},
}


@pytest.mark.parametrize("message", BAD_CAUSAL_INPUTS)
def test_bad_causal_input(message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model_and_batch("xlm-clm-enfr-1024")[0](**(GOOD | BAD_CAUSAL_INPUTS[message]))


def test_cache_does_not_outgrow_the_positions() -> None:
    model, _ = model_and_batch("xlm-clm-enfr-1024")
    cache: xt.attention.Cache = {}
    ids = torch.full((1, 40), 7)
    model(ids, langs=ids * 0, cache=cache)
    with pytest.raises(ValueError, match="input_ids reach length 80; expected at most 64 tokens"):
        model(ids, langs=ids * 0, cache=cache)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_equals_cpu() -> None:
    model, inputs = model_and_batch()
    expected = model(**inputs).logits
    model, inputs = model.cuda(), {key: value.cuda() for key, value in inputs.items()}
    close(model(**inputs).logits.cpu(), expected, atol=1e-4)


def test_inputs_by_position() -> None:
    """In the order that the encoder names them, with every head."""
    config = SHAPES["xlm-mlm-tlm-xnli15-1024"]
    inputs = batch(config)
    for model in (xt.XLMLanguageModel(config), *(head(config) for head in HEADS.values())):
        by_name, by_position = model.eval()(**inputs), model(*inputs.values())
        assert all(torch.equal(by_name[key], by_position[key]) for key in by_name)


def test_a_classifier_has_labels() -> None:
    for head in (xt.XLMClassifier, xt.XLMTokenClassifier):
        with pytest.raises(ValueError, match="num_labels is 0; expected at least 1"):
            head(SHAPES["xlm-mlm-en-2048"], num_labels=0)

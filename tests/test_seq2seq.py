"""Encoder and decoder: against PyTorch's decoder layer, with and without a cache, from pretrained weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import xlmtut as xt
from xlmtut.seq2seq import Decoder

CONFIG = xt.XLMConfig.preset(
    "xlm-mlm-enfr-1024", vocab_size=99, emb_dim=32, n_layers=2, dropout=0.0, attention_dropout=0.0
)


def randomise(model: nn.Module) -> nn.Module:
    """Random weights everywhere, biases and normalisations included."""
    torch.manual_seed(0)
    for name, parameter in model.named_parameters():
        nn.init.normal_(parameter, mean=float("norm" in name and "weight" in name), std=32**-0.5)
    return model.eval()


def batch() -> dict[str, Tensor]:
    """Three pairs of ragged sources and targets."""
    generator = torch.Generator().manual_seed(1)
    ids = {}
    for name, lengths in (("", [9, 4, 6]), ("decoder_", [3, 7, 5])):
        tokens = torch.randint(5, 99, (3, max(lengths)), generator=generator)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
        ids |= {
            f"{name}input_ids": tokens.where(mask, 2),
            f"{name}attention_mask": mask,
            f"{name}langs": torch.full_like(tokens, int(bool(name))),
        }
    return ids


def close(a: Tensor, b: Tensor, atol: float = 1e-5) -> None:
    torch.testing.assert_close(a, b, atol=atol, rtol=0)


def torch_decoder_layer(decoder: Decoder, i: int) -> nn.TransformerDecoderLayer:
    """PyTorch's own layer with the weights of ours."""
    layer = nn.TransformerDecoderLayer(32, 8, 128, 0.0, "gelu", 1e-12, batch_first=True).eval()
    weights = {}
    for theirs, ours in (("self_attn", decoder.attentions[i]), ("multihead_attn", decoder.encoder_attn[i])):
        lins = [ours.q_lin, ours.k_lin, ours.v_lin]
        weights[f"{theirs}.in_proj_weight"] = torch.cat([lin.weight for lin in lins])
        weights[f"{theirs}.in_proj_bias"] = torch.cat([lin.bias for lin in lins])
        weights |= {f"{theirs}.out_proj.{key}": value for key, value in ours.out_lin.state_dict().items()}
    for theirs, ours in (
        ("linear1", decoder.ffns[i].lin1),
        ("linear2", decoder.ffns[i].lin2),
        ("norm1", decoder.layer_norm1[i]),
        ("norm2", decoder.layer_norm15[i]),
        ("norm3", decoder.layer_norm2[i]),
    ):
        weights |= {f"{theirs}.{key}": value for key, value in ours.state_dict().items()}
    layer.load_state_dict(weights)
    return layer


def test_equals_pytorchs_decoder() -> None:
    """The whole model against the encoder (tested elsewhere) followed by PyTorch's decoder layers."""
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    decoder = model.decoder
    context = model.encoder(inputs["input_ids"], langs=inputs["langs"]).last_hidden_state
    target, target_mask = inputs["decoder_input_ids"], inputs["decoder_attention_mask"]
    states = decoder.embeddings(target) + decoder.position_embeddings.weight[: target.shape[1]]
    states = decoder.layer_norm_emb(states + decoder.lang_embeddings(inputs["decoder_langs"]))
    for i in range(CONFIG.n_layers):
        states = torch_decoder_layer(decoder, i)(
            states,
            context,
            tgt_mask=~xt.causal_mask(target.shape[1]),
            memory_key_padding_mask=~inputs["attention_mask"],
        )
    output = model(**inputs)
    close(output.last_hidden_state[target_mask], states[target_mask])
    assert (output.last_hidden_state[~target_mask] == 0).all()
    expected = states @ decoder.embeddings.weight.T + decoder.pred_layer.proj.bias
    close(output.logits[target_mask], expected[target_mask])
    close(model(**inputs, positions=target_mask).logits, expected[target_mask])


def test_padding_changes_nothing() -> None:
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    logits = model(**inputs).logits
    found = {key: value for key, value in inputs.items() if "mask" not in key}
    assert torch.equal(model(**found).logits, logits)
    for row in range(3):
        n, m = (int(inputs[f"{side}attention_mask"][row].sum()) for side in ("", "decoder_"))
        alone = {k: v[row : row + 1, : m if "decoder" in k else n] for k, v in inputs.items()}
        close(model(**alone).logits[0], logits[row, :m])


@pytest.mark.parametrize("pieces", [[1] * 7, [7], [3, 1, 2, 1]])
def test_cached_decoding_equals_uncached(pieces: list[int]) -> None:
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    target = inputs["decoder_input_ids"].clamp(min=5)
    langs = inputs["decoder_langs"]
    context, mask = model.encode(inputs["input_ids"], langs=inputs["langs"])
    expected = model.decoder(target, context, mask, langs=langs).logits
    cache: xt.attention.Cache = {}
    logits = [
        model.decoder(ids, context, mask, langs=lang, cache=cache).logits
        for ids, lang in zip(target.split(pieces, 1), langs.split(pieces, 1), strict=True)
    ]
    close(torch.cat(logits, 1), expected)


def test_what_a_cached_step_computes() -> None:
    """One new token per row, and the source's keys and values only once."""
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    context, mask = model.encode(inputs["input_ids"], langs=inputs["langs"])
    rows: dict[str, list[int]] = {"attentions": [], "encoder_attn": []}
    for name, seen in rows.items():
        key = getattr(model.decoder, name)[0].k_lin
        key.register_forward_hook(lambda _, args, __, seen=seen: seen.append(args[0].shape[1]))
    cache: xt.attention.Cache = {}
    for _ in range(4):
        token = torch.full((3, 1), 7)
        model.decoder(token, context, mask, langs=token * 0, cache=cache)
    assert rows == {"attentions": [1, 1, 1, 1], "encoder_attn": [9]}
    assert cache[model.decoder.attentions[0]][0].shape == (3, 8, 4, 4)


def test_reordering_a_cache() -> None:
    """What beam search does: rows of the cache are picked anew."""
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    context, mask = model.encode(inputs["input_ids"], langs=inputs["langs"])
    prefix, last, zero = (
        torch.randint(5, 99, (3, 4)),
        torch.full((3, 1), 7),
        torch.zeros(3, 5, dtype=torch.long),
    )
    cache: xt.attention.Cache = {}
    model.decoder(prefix, context, mask, langs=zero[:, :4], cache=cache)
    rows = torch.tensor([2, 2, 0])
    cache = {attention: (key[rows], value[rows]) for attention, (key, value) in cache.items()}
    ours = model.decoder(last, context[rows], mask[rows], langs=zero[:, :1], cache=cache).logits
    whole = torch.cat([prefix[rows], last], 1)
    close(ours, model.decoder(whole, context[rows], mask[rows], langs=zero).logits[:, -1:])


def test_no_target_token_sees_the_next() -> None:
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    before = model(**inputs).logits[:, :2]
    inputs["decoder_input_ids"][:, 2] = 50
    assert torch.equal(model(**inputs).logits[:, :2], before)
    inputs["input_ids"][:, 2] = 50
    assert not torch.allclose(model(**inputs).logits[:, :2], before)


@pytest.mark.parametrize("causal", [False, True])
def test_from_a_language_model(causal: bool) -> None:
    """Both sides start as the pretrained model, which stays as it was; only the cross-attention is new."""
    config = xt.XLMConfig.preset("xlm-mlm-enfr-1024", **{**vars(CONFIG), "causal": causal})
    pretrained = randomise(xt.XLMLanguageModel(config))
    model = xt.XLMSeq2Seq.from_pretrained(pretrained)
    assert (model.encoder.config.causal, model.decoder.config.causal) == (False, True)
    old = pretrained.transformer.state_dict()
    for name, weight in old.items():
        for side in (model.encoder, model.decoder):
            assert torch.equal(side.state_dict()[name], weight)
            assert side.state_dict()[name].data_ptr() != weight.data_ptr()
    assert model.decoder.pred_layer.proj.weight is model.decoder.embeddings.weight
    assert torch.equal(model.decoder.pred_layer.proj.bias, pretrained.pred_layer.proj.bias)
    new = {name.split(".")[0] for name in model.decoder.state_dict().keys() - old.keys()}
    assert new == {"encoder_attn", "layer_norm15", "pred_layer"}


def test_from_an_encoder_without_a_head() -> None:
    encoder = randomise(xt.XLM(CONFIG))
    model = xt.XLMSeq2Seq.from_pretrained(encoder)
    assert torch.equal(model.decoder.embeddings.weight, encoder.embeddings.weight)


def test_every_parameter_learns() -> None:
    model, inputs = randomise(xt.XLMSeq2Seq(CONFIG)), batch()
    model(**inputs).logits.square().mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_it_learns_one_batch() -> None:
    """Sixty steps on one batch: the loss falls far below that of guessing, log 99 = 4.6."""
    torch.manual_seed(0)
    model, inputs = xt.XLMSeq2Seq(CONFIG), batch()
    inputs["decoder_input_ids"] = inputs["input_ids"].where(inputs["attention_mask"], 2)
    inputs["decoder_attention_mask"], inputs["decoder_langs"] = inputs["attention_mask"], inputs["langs"] + 1
    positions = inputs["attention_mask"].clone()
    positions[:, :-1] &= inputs["attention_mask"][:, 1:]
    positions[:, -1] = False
    labels = inputs["input_ids"].roll(-1, 1)[positions]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(60):
        loss = nn.functional.cross_entropy(model(**inputs, positions=positions).logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decoder_langs": None}, "langs is missing; expected the id of every token's language, one of 2"),
        ({"decoder_input_ids": torch.zeros(3, 0, dtype=torch.long)}, "input_ids have shape"),
        ({"decoder_input_ids": torch.full((3, 7), 99)}, "input_ids holds 99"),
        (
            {"decoder_attention_mask": torch.tensor([[0, 1, 1, 1, 1, 1, 1]] * 3)},
            "expects padding on the right",
        ),
        ({"attention_mask": torch.ones(3, 9)}, "attention_mask is torch.float32"),
    ],
)
def test_bad_input(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.XLMSeq2Seq(CONFIG)(**(batch() | changes))


def test_source_and_target_must_be_as_many() -> None:
    model, inputs = xt.XLMSeq2Seq(CONFIG), batch()
    short = {key: value[:2] if "decoder" in key else value for key, value in inputs.items()}
    with pytest.raises(ValueError, match="states have 2 rows and context 3; expected as many"):
        model(**short)

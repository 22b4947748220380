"""Attention: by hand, by the formula, by PyTorch's kernel and modules, and transformers' XLM: all equal."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import XLMConfig
from transformers.models.xlm.modeling_xlm import MultiHeadAttention as ReferenceAttention

import xlmtut as xt


def heads(batch: int = 2, n_heads: int = 3, n: int = 5, m: int = 5, dim: int = 4) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    shape = (batch, n_heads)
    return torch.randn(*shape, n, dim), torch.randn(*shape, m, dim), torch.randn(*shape, m, dim)


# The formula


def test_by_hand() -> None:
    """Two queries, two keys of two dimensions, every number computed with math alone."""
    query, key = [[1.0, 2.0], [0.0, -1.0]], [[0.5, 1.0], [2.0, 0.0]]
    value = [[1.0, 0.0], [0.0, 1.0]]
    output, weights = xt.scaled_dot_product_attention(
        torch.tensor(query), torch.tensor(key), torch.tensor(value)
    )
    for i in range(2):
        scores = [sum(q * k for q, k in zip(query[i], key[j], strict=True)) / math.sqrt(2) for j in range(2)]
        total = sum(math.exp(s) for s in scores)
        for j in range(2):
            assert weights[i, j].item() == pytest.approx(math.exp(scores[j]) / total, rel=1e-6)
    torch.testing.assert_close(output, weights)  # the values are the identity


MASKS = {
    "none": None,
    "causal": xt.causal_mask(5),
    "padding": xt.padding_mask(torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])),
    "both": xt.padding_mask(torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])) & xt.causal_mask(5),
}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("scale", [None, 1.0, 0.3])
def test_formula_equals_pytorch(mask: str, scale: float | None) -> None:
    query, key, value = heads()
    output, weights = xt.scaled_dot_product_attention(query, key, value, MASKS[mask], scale)
    expected = F.scaled_dot_product_attention(query, key, value, MASKS[mask], scale=scale)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))


def test_masked_weights_are_zero() -> None:
    query, key, value = heads()
    for mask in (m for m in MASKS.values() if m is not None):
        _, weights = xt.scaled_dot_product_attention(query, key, value, mask)
        assert (weights[~mask.expand_as(weights)] == 0).all()
        assert (weights[mask.expand_as(weights)] > 0).all()


def test_causal_outputs_do_not_see_the_future() -> None:
    query, key, value = heads()
    before, _ = xt.scaled_dot_product_attention(query, key, value, xt.causal_mask(5))
    key[:, :, 3:], value[:, :, 3:] = 7.0, -7.0
    after, _ = xt.scaled_dot_product_attention(query, key, value, xt.causal_mask(5))
    assert torch.equal(before[:, :, :3], after[:, :, :3])
    assert not torch.allclose(before[:, :, 3:], after[:, :, 3:])


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 2**31))
def test_permutation_equivariance(order: list[int], seed: int) -> None:
    """Without positions, shuffled tokens give shuffled outputs; with a causal mask they do not."""
    torch.manual_seed(seed)
    attention = xt.MultiHeadAttention(8, 2).double()
    states = torch.randn(1, 6, 8, dtype=torch.float64)
    torch.testing.assert_close(attention(states[:, order]), attention(states)[:, order])
    causal = xt.causal_mask(6)
    if order != sorted(order):
        assert not torch.allclose(
            attention(states[:, order], mask=causal), attention(states, mask=causal)[:, order]
        )


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 7), st.integers(1, 7), st.integers(0, 2**31))
def test_outputs_are_means_of_the_values(batch: int, n: int, m: int, seed: int) -> None:
    """Every output lies between the smallest and the largest value of its column."""
    torch.manual_seed(seed)
    query, key, value = torch.randn(batch, n, 4), torch.randn(batch, m, 4), torch.randn(batch, m, 3)
    output, _ = xt.scaled_dot_product_attention(query, key, value)
    assert output.shape == (batch, n, 3)
    assert (output <= value.amax(1, keepdim=True) + 1e-5).all()
    assert (output >= value.amin(1, keepdim=True) - 1e-5).all()


def test_gradients_are_the_derivatives() -> None:
    query, key, value = (t.double().requires_grad_() for t in heads(1, 1, 3, 3, 2))
    mask = xt.causal_mask(3)
    assert torch.autograd.gradcheck(lambda *a: xt.scaled_dot_product_attention(*a, mask), (query, key, value))


# Multi-head attention

STATES = {"self": (5, None), "cross": (5, 7)}


def module(dim: int = 12, n_heads: int = 3, dropout: float = 0.0) -> xt.MultiHeadAttention:
    torch.manual_seed(1)
    return xt.MultiHeadAttention(dim, n_heads, dropout)


def inputs(kind: str) -> tuple[Tensor, Tensor | None]:
    torch.manual_seed(2)
    n, m = STATES[kind]
    return torch.randn(2, n, 12), None if m is None else torch.randn(2, m, 12)


@pytest.mark.parametrize("kind", STATES)
@pytest.mark.parametrize("masked", [False, True])
def test_both_paths_agree(kind: str, masked: bool) -> None:
    """The fused kernel and the formula: same outputs, same gradients."""
    attention = module()
    states, context = inputs(kind)
    m = 5 if context is None else 7
    mask = torch.rand(2, 1, 5, m).gt(0.4) if masked else None
    if mask is not None:
        mask[..., 0] = True
    gradients = []
    fused = attention(states, context, mask)
    by_formula, weights = attention(states, context, mask, return_weights=True)
    torch.testing.assert_close(fused, by_formula)
    assert weights.shape == (2, 3, 5, m)
    for output in (fused, by_formula):
        gradients.append(torch.autograd.grad(output.square().sum(), list(attention.parameters())))
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("kind", STATES)
@pytest.mark.parametrize("hide", [False, True])
def test_equals_pytorchs_module(kind: str, hide: bool) -> None:
    attention = module()
    states, context = inputs(kind)
    context_ = states if context is None else context
    reference = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    with torch.no_grad():
        lins = [attention.q_lin, attention.k_lin, attention.v_lin]
        reference.in_proj_weight.copy_(torch.cat([lin.weight for lin in lins]))
        reference.in_proj_bias.copy_(torch.cat([lin.bias for lin in lins]))
        reference.out_proj.load_state_dict(attention.out_lin.state_dict())
    keep = torch.ones(2, context_.shape[1], dtype=torch.bool)
    keep[0, 3:] = not hide
    expected, weights = reference(
        states, context_, context_, key_padding_mask=~keep, average_attn_weights=False
    )
    torch.testing.assert_close(attention(states, context, xt.padding_mask(keep)), expected)
    ours = attention(states, context, xt.padding_mask(keep), return_weights=True)[1]
    torch.testing.assert_close(ours, weights)


@pytest.mark.parametrize("causal", [False, True])
def test_equals_transformers(causal: bool) -> None:
    """The state dict of transformers' XLM attention fits, and gives the same numbers and gradients."""
    attention = module()
    config = XLMConfig(emb_dim=12, n_heads=3, attention_dropout=0.0)
    reference = ReferenceAttention(3, 12, config)
    reference.load_state_dict(attention.state_dict())
    states, _ = inputs("self")
    keep = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    if causal:
        mask, their_mask = xt.causal_mask(5), xt.causal_mask(5).expand(2, 5, 5)
    else:
        mask, their_mask = xt.padding_mask(keep), keep
    ours, theirs = attention(states, mask=mask), reference(states, their_mask)[0]
    torch.testing.assert_close(ours, theirs)
    gradients = [
        torch.autograd.grad(o.square().sum(), list(m.parameters()))
        for o, m in ((ours, attention), (theirs, reference))
    ]
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


def test_dropout_only_in_training() -> None:
    attention, (states, _) = module(dropout=0.5), inputs("self")
    assert not torch.equal(attention(states), attention(states))
    assert not torch.equal(*(attention(states, return_weights=True)[0] for _ in range(2)))
    attention.eval()
    assert torch.equal(attention(states), attention(states))


def test_dropout_leaves_the_mean() -> None:
    """Over many draws both paths average to what is computed without dropout."""
    attention, (states, _) = module(dropout=0.3), inputs("self")
    many = states.repeat(4000, 1, 1)
    expected = attention.eval()(states)
    attention.train()
    for output in (attention(many), attention(many, return_weights=True)[0]):
        torch.testing.assert_close(output.view(4000, *states.shape).mean(0), expected, atol=0.02, rtol=0)


# Bad input


def test_masks_are_built_right() -> None:
    assert xt.causal_mask(3).int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    ints = torch.tensor([[1, 0], [1, 1]])
    assert torch.equal(xt.padding_mask(ints), xt.padding_mask(ints.bool()))
    assert xt.padding_mask(ints).shape == (2, 1, 1, 2)


X = torch.zeros(2, 4, 6)

BAD_CALLS = {
    "query has 6 dimensions and key 5; expected as many": (X, X[..., :5], X),
    "there are 4 keys and 3 values; expected as many": (X, X, X[:, :3]),
    "query is torch.int64; expected floats": (X.long(), X, X),
    "value has shape (6,); expected (..., length, dim)": (X, X, X[0, 0]),
    "mask is torch.float32; expected bool": (X, X, X, torch.zeros(4, 4)),
    "mask is torch.int64; expected bool": (X, X, X, torch.zeros(4, 4, dtype=torch.long)),
    "mask has shape (4, 3); expected one that broadcasts to (2, 4, 4)": (X, X, X, torch.ones(4, 3).bool()),
    "mask has shape (1, 2, 4, 4); expected one that broadcasts to (2, 4, 4)": (
        (X, X, X, torch.ones(1, 2, 4, 4).bool())
    ),
    "mask hides every key from the query at [2]": (X, X, X, torch.tensor([[1], [1], [0], [1]]).bool()),
}


@pytest.mark.parametrize("message", BAD_CALLS)
def test_formula_refuses(message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        xt.scaled_dot_product_attention(*BAD_CALLS[message])
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


BAD_MODULE_CALLS = {
    "states has shape (2, 4, 5); expected (batch, length, 6)": (X[..., :5],),
    "states has shape (4, 6); expected (batch, length, 6)": (X[0],),
    "states is torch.int64; expected floats, embed token ids first": (X.long(),),
    "context has shape (2, 4, 3); expected (batch, length, 6)": (X, X[..., :3]),
    "states have 2 rows and context 1; expected as many": (X, X[:1]),
    "mask is torch.float32; expected bool": (X, None, torch.ones(4, 4)),
    "mask has shape (2, 4); expected one that broadcasts to (2, 3, 4, 4)": (X, None, torch.ones(2, 4).bool()),
    "mask hides every key from the query at [1]": (
        X,
        None,
        xt.causal_mask(4).roll(1, 0).tril(-1)[[3, 0, 2, 3]],
    ),
}


@pytest.mark.parametrize("return_weights", [False, True])
@pytest.mark.parametrize("message", BAD_MODULE_CALLS)
def test_module_refuses(message: str, return_weights: bool) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        xt.MultiHeadAttention(6, 3)(*BAD_MODULE_CALLS[message], return_weights=return_weights)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, 4), "dim is 6 with 4 heads; expected dim to be a multiple of n_heads"),
        ((0, 1), "dim is 0; expected at least 1"),
        ((6, 0), "n_heads is 0; expected at least 1"),
        ((6, 3, 1.0), r"dropout is 1.0; expected a probability in \[0, 1\)"),
    ],
)
def test_module_refuses_sizes(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.MultiHeadAttention(*arguments)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(2, 3), "attention_mask is torch.float32; expected bool or integers 0 and 1"),
        (torch.ones(3).bool(), r"attention_mask has shape \(3,\); expected \(batch, length\)"),
        (torch.tensor([[1, 2]]), "attention_mask holds 2; expected only 0 and 1"),
        (torch.tensor([[1, -1]]), "attention_mask holds -1; expected only 0 and 1"),
        (
            torch.tensor([[1, 1], [0, 0]]),
            "row 1 of attention_mask is all padding; expected at least one token",
        ),
    ],
)
def test_padding_mask_refuses(mask: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.padding_mask(mask)


def test_causal_mask_refuses() -> None:
    with pytest.raises(ValueError, match="n is 0; expected at least 1"):
        xt.causal_mask(0)


def test_compiles_without_graph_breaks() -> None:
    """The checks of values step aside under torch.compile."""
    attention, (states, _) = module().eval(), inputs("self")
    mask = xt.causal_mask(5)
    compiled = torch.compile(attention, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(states, mask=mask), attention(states, mask=mask))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_no_waiting_for_the_gpu() -> None:
    """No check makes the host wait for the device."""
    attention, (states, _) = module().cuda(), inputs("self")
    states, mask = states.cuda(), xt.padding_mask(torch.ones(2, 5, dtype=torch.long)).cuda()
    torch.cuda.set_sync_debug_mode("error")
    try:
        attention(states, mask=mask)
        xt.padding_mask(mask[:, 0, 0])
    finally:
        torch.cuda.set_sync_debug_mode("default")


# Decoding


def test_causal_is_the_causal_mask() -> None:
    attention, (states, _) = module(), inputs("self")
    expected = attention(states, mask=xt.causal_mask(5))
    torch.testing.assert_close(attention(states, causal=True), expected)
    torch.testing.assert_close(attention(states, causal=True, return_weights=True)[0], expected)


def test_causal_mask_of_the_last_queries() -> None:
    assert torch.equal(xt.causal_mask(2, 5), xt.causal_mask(5)[3:])


@pytest.mark.parametrize("return_weights", [False, True])
def test_cache_of_self_attention(return_weights: bool) -> None:
    attention, (states, _) = module(), inputs("self")
    expected = attention(states, causal=True)
    cache: xt.attention.Cache = {}
    steps = [
        attention(s, causal=True, cache=cache, return_weights=return_weights)
        for s in states.split([2, 1, 2], 1)
    ]
    outputs = [step[0] if return_weights else step for step in steps]
    torch.testing.assert_close(torch.cat(outputs, 1), expected)


def test_causal_alone() -> None:
    attention, (states, context) = module(), inputs("cross")
    for arguments in ((states, context), (states, None, xt.causal_mask(5))):
        with pytest.raises(ValueError, match="causal=True with a context or a mask; expected self-attention"):
            attention(*arguments, causal=True)
    with pytest.raises(ValueError, match="n is 3 with 2 keys; expected at most as many queries as keys"):
        xt.causal_mask(3, 2)


@pytest.mark.parametrize("shape", [(0, 3, 8), (2, 0, 8)])
def test_empty_states(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected \(batch, length, 8\), not empty"):
        xt.MultiHeadAttention(8, 2)(torch.zeros(shape))

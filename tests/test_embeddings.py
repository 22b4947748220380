"""Position embeddings."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.models.xlm.modeling_xlm import create_sinusoidal_embeddings

import xlmtut as xt


@pytest.mark.parametrize(("n_positions", "dim"), [(1, 2), (10, 6), (512, 128)])
def test_sinusoids_equal_transformers(n_positions: int, dim: int) -> None:
    expected = create_sinusoidal_embeddings(n_positions, dim, torch.empty(n_positions, dim))
    torch.testing.assert_close(xt.sinusoidal_positions(n_positions, dim), expected, atol=1e-6, rtol=0)


def test_sinusoids_by_hand() -> None:
    table = xt.sinusoidal_positions(8, 6)
    for p, column in ((3, 0), (5, 2), (7, 4)):
        angle = p / 10000 ** (column / 6)
        assert table[p, column].item() == pytest.approx(math.sin(angle), abs=1e-6)
        assert table[p, column + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 32), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_sinusoids_have_one_norm_and_depend_on_the_distance(half: int, p: int, q: int, shift: int) -> None:
    table = xt.sinusoidal_positions(121, 2 * half)
    torch.testing.assert_close(table.norm(dim=1), torch.full((121,), math.sqrt(half)))
    torch.testing.assert_close(table[p] @ table[q], table[p + shift] @ table[q + shift], atol=1e-4, rtol=1e-4)


def test_the_learned_table_learns_and_the_sinusoids_do_not() -> None:
    ids = torch.tensor([[0, 1, 2, 0, 1]])
    learned, fixed = xt.PositionEmbedding(4, 8), xt.PositionEmbedding(4, 8, sinusoidal=True)
    learned(ids).sum().backward()
    assert learned.weight.grad is not None
    assert learned.weight.grad[:, 0].tolist() == [2, 2, 1, 0]
    assert not fixed(ids).requires_grad
    torch.testing.assert_close(fixed(ids)[0, :3], xt.sinusoidal_positions(3, 8))
    assert torch.equal(learned(ids)[0, 0], learned(ids)[0, 3])  # restarting positions


def test_learned_vectors_start_with_norm_near_one() -> None:
    torch.manual_seed(0)
    assert xt.PositionEmbedding(512, 1024).weight.norm(dim=1).mean().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (torch.tensor([[0, 4]]), "position_ids holds 4; expected ids from 0 to 3"),
        (torch.tensor([[-1, 4]]), "position_ids holds -1; expected ids from 0 to 3"),
        (torch.tensor([[0.0]]), "position_ids is torch.float32; expected int64"),
        (torch.tensor([[True]]), "position_ids is torch.bool; expected int64"),
    ],
)
def test_bad_ids(ids: torch.Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.PositionEmbedding(4, 8)(ids)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 4), "n_positions is 0"), ((4, 0), "dim is 0"), ((4, 5), "dim is 5; expected an even number")],
)
def test_bad_sizes(arguments: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.sinusoidal_positions(*arguments)
    with pytest.raises(ValueError, match=message):
        xt.PositionEmbedding(*arguments, sinusoidal=True)


def test_no_positions_give_no_vectors() -> None:
    assert xt.PositionEmbedding(4, 8)(torch.empty(0, 3, dtype=torch.long)).shape == (0, 3, 8)

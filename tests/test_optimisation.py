"""The learning rate over the updates, Adam, and what is frozen."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import get_scheduler

from tests.tiny_training import classifier, language_model
from xlmtut.model import XLM
from xlmtut.optimisation import SCHEDULES, Schedule, adam, frozen, learning_rate_factor


def of_transformers(schedule: Schedule, steps: int, warmup: int) -> list[float]:
    """Its factors of the updates 0, 1, 2 …: with warm-up it begins at 0, and ours with its second."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = get_scheduler(schedule, optimizer, warmup, steps)
    factors = []
    for _ in range(steps):
        factors.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return factors


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize(("steps", "warmup"), [(50, 10), (50, 1), (7, 7), (1, 1)])
def test_factors_are_those_of_transformers(schedule: Schedule, steps: int, warmup: int) -> None:
    ours = [
        learning_rate_factor(t, steps=steps, warmup=warmup, schedule=schedule) for t in range(1, steps + 1)
    ]
    assert ours == pytest.approx(of_transformers(schedule, steps + 1, warmup)[1:])


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_without_warmup_too(schedule: Schedule) -> None:
    ours = [learning_rate_factor(t, steps=9, schedule=schedule) for t in range(1, 10)]
    assert ours == pytest.approx(of_transformers(schedule, 9, 0))


@given(st.integers(1, 200), st.floats(0, 1), st.sampled_from(SCHEDULES))
def test_a_factor_rises_to_1_then_falls_and_is_never_0(steps: int, share: float, schedule: Schedule) -> None:
    warmup = round(share * steps)
    factors = [
        learning_rate_factor(t, steps=steps, warmup=warmup, schedule=schedule) for t in range(1, steps + 1)
    ]
    peak = max(warmup, 1) - 1
    assert factors[peak] == 1
    assert factors[: peak + 1] == sorted(factors[: peak + 1])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)
    assert min(factors) > 0


def test_adam_is_the_plain_one() -> None:
    """The fused kernel against Kingma and Ba's formulas, in double precision."""
    model = torch.nn.Linear(3, 2).double()
    weight, moment, square = model.weight.detach().clone(), torch.zeros(2, 3), torch.zeros(2, 3)
    optimizer = adam(model)
    for t in range(1, 6):
        gradient = torch.randn(2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(t))
        model.weight.grad, model.bias.grad = gradient.clone(), torch.zeros(2, dtype=torch.float64)
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / t
        optimizer.step()
        moment, square = 0.9 * moment + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        weight -= 0.1 / t * (moment / (1 - 0.9**t)) / ((square / (1 - 0.999**t)).sqrt() + 1e-8)
        torch.testing.assert_close(model.weight.detach(), weight, rtol=1e-9, atol=1e-12)


def trained(model: torch.nn.Module) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_the_embeddings_and_the_lowest_layers_are_frozen() -> None:
    model = classifier(n_layers=3)
    everything = trained(model)
    with frozen(model, 1):
        kept = everything - trained(model)
    lowest = {"attentions.0", "layer_norm1.0", "ffns.0", "layer_norm2.0"}
    embeddings = {"embeddings", "position_embeddings", "lang_embeddings", "layer_norm_emb"}
    assert {name.removeprefix("transformer.").rsplit(".", 1)[0] for name in kept} >= embeddings
    assert kept == {
        name
        for name in everything
        if any(name.startswith(f"transformer.{part}.") for part in lowest | embeddings)
    }
    assert trained(model) == everything  # as before, once it is over


def test_0_freezes_the_embeddings_alone_and_none_nothing() -> None:
    model = classifier()
    with frozen(model, None):
        assert trained(model) == {name for name, _ in model.named_parameters()}
    with frozen(model, 0):
        assert "transformer.ffns.0.lin1.weight" in trained(model)
        assert "transformer.embeddings.weight" not in trained(model)
    with frozen(model, 2):
        assert trained(model) == {"sequence_summary.summary.weight", "sequence_summary.summary.bias"}


def test_what_was_frozen_before_stays_so() -> None:
    model = classifier(sinusoidal_embeddings=True)
    with frozen(model, 0):
        pass
    assert "transformer.position_embeddings.weight" not in trained(model)


def test_bad_requests_are_refused() -> None:
    with (
        pytest.raises(ValueError, match="freeze is 3; expected 0 to 2, the encoder's layers"),
        frozen(classifier(), 3),
    ):
        pass
    model = language_model().transformer
    assert isinstance(model, XLM)
    with frozen(model, 2), pytest.raises(ValueError, match="every weight of the model is frozen"):
        adam(model)

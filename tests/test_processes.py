"""The rows of a batch are divided among processes and pieces; the model stays the caller's own."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny_training import language_model
from xlmtut.encoding import IGNORED
from xlmtut.pretraining import language_model_loss
from xlmtut.processes import ModelWithLoss, make_accelerator, share


@given(st.integers(1, 12), st.integers(1, 9))
def test_every_label_is_in_one_share_and_none_is_empty(rows: int, parts: int) -> None:
    batch = {
        "input_ids": torch.arange(rows * 3).view(rows, 3),
        "labels": torch.arange(rows * 3).view(rows, 3),
    }
    shares = [share(batch, part, parts) for part in range(parts)]
    labels = torch.cat([part["labels"].flatten() for part in shares])
    assert labels[labels != IGNORED].sort().values.equal(torch.arange(rows * 3))
    assert all(len(part["labels"]) == len(part["input_ids"]) > 0 for part in shares)
    sizes = [len(part["labels"]) for part in shares]
    assert max(sizes) - min(sizes) <= 1


def test_what_accelerate_wraps_is_not_the_model() -> None:
    model = language_model()
    before = set(vars(model))
    wrapped = make_accelerator(None, None).prepare_model(ModelWithLoss(model, language_model_loss))
    assert wrapped._is_accelerate_prepared
    assert set(vars(model)) == before

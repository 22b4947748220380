"""The loop: equal to transformers' Trainer, the same in pieces and in processes, and it stops in time."""

from __future__ import annotations

import math
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
import transformers
from torch import nn

from tests.tiny_training import language_model, tokenizer
from xlmtut.encoding import IGNORED
from xlmtut.objectives import Batch, mlm, stream_batch
from xlmtut.pretraining import language_model_loss
from xlmtut.training import Draw, Loop, TrainingResult, train
from xlmtut.training_options import TrainingOptions

ROOT = Path(__file__).parents[1]
TOK = tokenizer()
NO_DROPOUT = {"dropout": 0.0, "attention_dropout": 0.0}


def batches(n: int, rows: int = 4, length: int = 16) -> list[Batch]:
    """Masked batches, the same each time."""
    chance = torch.Generator().manual_seed(0)
    made = []
    for _ in range(n):
        ids = torch.randint(20, len(TOK), (rows, length), generator=chance)
        made.append(
            mlm(
                stream_batch(ids, lang=0),
                mask_id=TOK.mask_token_id,
                vocab_size=len(TOK),
                generator=chance,
                rate=0.3,
            )
        )
    return made


def run(model: nn.Module, data: list[Batch], options: TrainingOptions, **changes: Any) -> TrainingResult:
    """Train on given batches."""
    keywords: dict[str, Any] = {
        "corpora": {},
        "settings": {},
        "metrics": ["ppl"],
        "validate": lambda loop: {"ppl": 1.0},
        "tokenizer": TOK,
        "description": "test",
    }
    loss = changes.pop("loss", language_model_loss)
    return train(
        model, lambda update: Draw(data[update], "mlm", "en"), loss, options, **{**keywords, **changes}
    )


def test_the_loss_curve_is_that_of_transformers_trainer(tmp_path: Path) -> None:
    """Same weights, same batches: loss, gradient norm, rate and Adam all agree."""
    data, steps = batches(8), 8
    model = language_model(**NO_DROPOUT)
    reference = transformers.XLMWithLMHeadModel(transformers.XLMConfig(**vars(model.transformer.config)))
    reference.load_state_dict(model.state_dict())
    arguments = transformers.TrainingArguments(
        str(tmp_path), max_steps=steps, per_device_train_batch_size=4, learning_rate=0.01, max_grad_norm=0.5,
        logging_steps=1, report_to=[], disable_tqdm=True, save_strategy="no", use_cpu=True, seed=0,
    )  # fmt: skip
    rows = [{name: values[i] for name, values in batch.items()} for batch in data for i in range(4)]
    for row in rows:
        del row["position_ids"]  # 0, 1, 2 … by default

    class InOrder(transformers.Trainer):
        def _get_train_sampler(self, *_: Any) -> torch.utils.data.Sampler[int]:
            return torch.utils.data.SequentialSampler(self.train_dataset)

    optimizer = torch.optim.Adam(reference.parameters(), lr=0.01)
    trainer = InOrder(reference, arguments, train_dataset=rows, optimizers=(optimizer, None))
    trainer.train()
    log = pd.DataFrame(trainer.state.log_history[:steps])

    ours = run(model, data, TrainingOptions(steps, lr=0.01, clip=0.5)).history
    assert ours["loss"].tolist() == pytest.approx(log["loss"].tolist(), abs=2e-4)  # it logs four digits
    assert ours["lr"].tolist() == pytest.approx(log["learning_rate"].tolist())
    assert ours["gradient_norm"].tolist() == pytest.approx(log["grad_norm"].astype(float).tolist(), rel=1e-4)
    assert ours["gradient_norm"].max() > 0.5  # so clipping mattered
    for name, weight in model.named_parameters():
        if name.endswith("k_lin.bias"):
            continue  # its gradient is 0 but for rounding, which Adam blows up
        torch.testing.assert_close(weight, dict(reference.named_parameters())[name], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("accumulate", [2, 3, 7])
def test_pieces_change_nothing_but_rounding(accumulate: int) -> None:
    """Four rows in two, uneven and more pieces than rows."""
    results = []
    for pieces in (1, accumulate):
        model = language_model(**NO_DROPOUT)
        results.append(run(model, batches(6), TrainingOptions(6, lr=0.01, accumulate=pieces)))
    one, several = (result.history for result in results)
    assert several["loss"].tolist() == pytest.approx(one["loss"].tolist(), abs=1e-5)
    assert several["gradient_norm"].tolist() == pytest.approx(one["gradient_norm"].tolist(), rel=1e-4)


TWO_PROCESSES = """
import sys
import tests.tiny_training as tiny
from xlmtut.finetuning import finetune
from xlmtut.pretraining import pretrain
from xlmtut.training_options import TrainingOptions

def options(name, **more):
    folder = f"{sys.argv[1]}/{name}"
    return TrainingOptions(30, lr=0.003, warmup=5, validate_at=(0, 30), folder=folder, **more)

still = {"dropout": 0.0, "attention_dropout": 0.0}
pretrain(tiny.language_model(**still), tiny.tokenizer(), tiny.texts(), tiny.pairs(), options=options("lm"),
         objectives=("mlm", "tlm"), length=16, batch_tokens=70, validation={"fr": tiny.texts(seed=1)["fr"]})
finetune(tiny.classifier(**still), tiny.tokenizer(), tiny.task_data(), "sentiment", max_length=64,
         options=options("task", accumulate=2), batch_size=3)
"""


def test_two_processes_equal_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of few rows, so that at times a process has none."""
    script = tmp_path / "script.py"
    script.write_text(TWO_PROCESSES, encoding="utf-8")
    environment = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    flags = "--multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no --dynamo_backend no"
    launch = ["-m", "accelerate.commands.launch", *flags.split(), "--main_process_port", "0"]
    subprocess.run(
        [sys.executable, *launch, str(script), str(tmp_path / "two")],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path / "one")])
    runpy.run_path(str(script))
    for task in ("lm", "task"):
        for table, columns in (("history", ["loss", "gradient_norm", "tokens"]), ("validation", [])):
            one, two = (pd.read_csv(tmp_path / name / task / f"{table}.csv") for name in ("one", "two"))
            columns = columns or list(one)
            assert len(one) == len(two) > 0
            pd.testing.assert_frame_equal(one[columns], two[columns], atol=1e-4, rtol=1e-4)


@pytest.fixture
def _bf16(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As under ``accelerate launch --mixed_precision bf16``."""
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(True)
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    yield
    AcceleratorState._reset_state(True)


def test_bfloat16_changes_the_curve_little_and_the_model_not_at_all(
    request: pytest.FixtureRequest,
) -> None:
    data = batches(20)
    exact = run(language_model(**NO_DROPOUT), data, TrainingOptions(20, lr=0.01)).history["loss"]
    request.getfixturevalue("_bf16")
    model = language_model(**NO_DROPOUT)
    rounded = run(model, data, TrainingOptions(20, lr=0.01)).history["loss"]
    assert 0 < (exact - rounded).abs().max() < 0.02 * exact.max()
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert "forward" not in vars(model)  # accelerate has left no wrapper
    inputs = {name: batches(1)[0][name] for name in ("input_ids", "langs")}
    assert model(**inputs).logits.dtype == torch.float32


def test_the_history_tells_what_each_update_did() -> None:
    result = run(language_model(), batches(4), TrainingOptions(4, lr=0.01, warmup=2, validate_at=(0, 2)))
    history = result.history
    assert history["step"].tolist() == [1, 2, 3, 4]
    assert history["tokens"].tolist() == [64, 128, 192, 256]
    assert history["lr"].tolist() == pytest.approx([0.005, 0.01, 0.01 * 2 / 3, 0.01 / 3])
    assert set(history["objective"]) == {"mlm"}
    assert (history["seconds"].diff()[1:] > 0).all()
    assert result.validation["step"].tolist() == [0, 2]
    assert result.step == 4
    assert not result.model.training


def test_dropout_and_all_else_follow_from_the_seed_alone() -> None:
    torch.rand(3)  # what was drawn before does not matter
    one = run(language_model(), batches(5), TrainingOptions(5, lr=0.01)).model.state_dict()
    torch.rand(7)
    two = run(language_model(), batches(5), TrainingOptions(5, lr=0.01)).model.state_dict()
    other = run(language_model(), batches(5), TrainingOptions(5, lr=0.01, seed=1)).model.state_dict()
    assert all(weight.equal(two[name]) for name, weight in one.items())
    assert not all(weight.equal(other[name]) for name, weight in one.items())


def test_the_bar_shows_loss_and_speed(capsys: pytest.CaptureFixture[str]) -> None:
    run(language_model(), batches(3), TrainingOptions(3, lr=0.01))
    shown = capsys.readouterr().err
    assert "test: 100%" in shown
    assert "loss 4." in shown
    assert "tokens/s" in shown


# Early stopping ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "scores", "best", "last"),
    [
        ("accuracy", [0.1, 0.5, 0.4, 0.5, 0.9], 1, 3),  # an equal score is no improvement
        ("ppl", [9.0, 5.0, 6.0, 7.0, 1.0], 1, 3),
        ("accuracy", [0.1, 0.3, 0.2, 0.4, 0.3], 3, 4),  # the updates end before the patience
    ],
)
def test_training_stops_when_the_metric_no_longer_improves(
    metric: str, scores: list[float], best: int, last: int, tmp_path: Path
) -> None:
    model, seen = language_model(), []

    def validate(loop: Loop) -> dict[str, float]:
        seen.append({name: weight.clone() for name, weight in model.state_dict().items()})
        return {metric: scores[loop.step]}

    options = TrainingOptions(
        4, lr=0.01, validate_at=range(5), stop_on=metric, patience=2, folder=tmp_path, save_every=1
    )
    result = run(model, batches(4), options, validate=validate, metrics=[metric])
    assert result.step == best
    assert result.history["step"].iloc[-1] == last
    assert all(weight.equal(seen[best][name]) for name, weight in model.state_dict().items())
    again = run(language_model(), batches(4), options, validate=validate, metrics=[metric])
    assert len(seen) == last + 1  # nothing was trained or validated again
    assert all(weight.equal(seen[best][name]) for name, weight in again.model.state_dict().items())


def test_a_run_that_began_with_other_weights_is_pointed_out(tmp_path: Path) -> None:
    options = TrainingOptions(2, lr=0.01, folder=tmp_path)
    first = run(language_model(), batches(2), options).model.state_dict()
    with pytest.warns(
        UserWarning, match="holds a run that began with other weights; it goes on with its own"
    ):
        second = run(language_model(seed=3), batches(2), options).model.state_dict()
    assert all(weight.equal(second[name]) for name, weight in first.items())


def test_a_metric_that_is_not_measured_is_refused_at_once() -> None:
    options = TrainingOptions(4, lr=0.01, validate_at=(4,), stop_on="accuracy/sw")
    with pytest.raises(
        ValueError, match="stop_on is 'accuracy/sw'; the validation gives accuracy, accuracy/en"
    ):
        run(language_model(), batches(4), options, metrics=["accuracy", "accuracy/en"])


# Numbers that are not finite -----------------------------------------------------------------------------


def test_a_loss_that_is_not_finite_stops_before_it_does_harm(tmp_path: Path) -> None:
    model = language_model()
    calls: list[dict[str, torch.Tensor]] = []

    def loss(model: nn.Module, batch: Batch) -> torch.Tensor:
        calls.append({name: weight.clone() for name, weight in model.state_dict().items()})
        return language_model_loss(model, batch) * (math.nan if len(calls) == 3 else 1)

    options = TrainingOptions(4, lr=0.01, folder=tmp_path, save_every=2)
    expected = f"the loss is nan in update 3, mlm in en; try a lower lr or a longer warmup; {tmp_path} keeps"
    with pytest.raises(FloatingPointError, match=expected):
        run(model, batches(4), options, loss=loss)
    assert all(weight.equal(calls[2][name]) for name, weight in model.state_dict().items())
    result = run(language_model(), batches(4), options)  # goes on from update 2
    assert result.history["step"].tolist() == [1, 2, 3, 4]
    assert result.history["loss"].notna().all()


def test_a_gradient_that_is_not_finite_stops_too() -> None:
    def loss(model: nn.Module, batch: Batch) -> torch.Tensor:
        good = language_model_loss(model, batch)
        return good + (good - good.detach()).abs().sqrt()  # 0, with an infinite slope

    with pytest.raises(
        FloatingPointError, match=r"the gradient has the length (nan|inf) in update 1, mlm in en"
    ):
        run(language_model(), batches(1), TrainingOptions(1, lr=0.01), loss=loss)


def test_a_batch_without_labels_is_no_update_gone_wrong() -> None:
    batch = batches(1)[0]
    batch["labels"] = torch.full_like(batch["labels"], IGNORED)
    result = run(language_model(), [batch], TrainingOptions(1, lr=0.01))
    assert result.history["loss"].tolist() == [0.0]


# Trackers ------------------------------------------------------------------------------------------------


def test_tensorboard_gets_the_curve(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    options = TrainingOptions(3, lr=0.01, validate_at=(3,), folder=tmp_path, tracker="tensorboard")
    history = run(language_model(), batches(3), options).history
    events = EventAccumulator(str(tmp_path / "xlmtut")).Reload()
    logged = events.Scalars("loss")
    assert [event.step for event in logged] == [1, 2, 3]
    assert [event.value for event in logged] == pytest.approx(history["loss"].tolist(), rel=1e-5)
    assert [event.value for event in events.Scalars("validation/ppl")] == [1.0]


def test_a_tracker_that_is_not_installed_is_refused(tmp_path: Path) -> None:
    options = TrainingOptions(3, lr=0.01, folder=tmp_path, tracker="nowhere")
    with pytest.raises(
        ValueError, match="tracker is 'nowhere'; expected an installed one: pip install nowhere"
    ):
        run(language_model(), batches(3), options)

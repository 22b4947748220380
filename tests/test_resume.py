"""Runs that are killed end as if nothing had happened, and a state on the disk is always whole."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny_training import classifier, language_model, pairs, task_data, texts, tokenizer
from xlmtut import resume
from xlmtut.finetuning import finetune
from xlmtut.pretraining import pretrain
from xlmtut.resume import STATE, check_settings, read_state, write_state
from xlmtut.training_options import TrainingOptions

# A server that has imported everything forks a process in milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["xlmtut.pretraining", "xlmtut.finetuning", "accelerate", "pandas"])


def options(folder: Path, **changes: Any) -> TrainingOptions:
    settings = {
        "steps": 60,
        "lr": 0.003,
        "warmup": 10,
        "save_every": 3,
        "folder": folder,
        "validate_at": (0, 30, 60),
    }
    return TrainingOptions(**{**settings, **changes})


def pretraining(folder: Path) -> dict[str, Any]:
    return {
        "model": language_model(), "tokenizer": tokenizer(), "monolingual": texts(), "parallel": pairs(),
        "options": options(folder), "objectives": ("mlm", "tlm"), "length": 16, "batch_tokens": 128,
        "validation": {"fr": texts(seed=1)["fr"]},
    }  # fmt: skip


def finetuning(folder: Path) -> dict[str, Any]:
    return {
        "model": classifier(), "tokenizer": tokenizer(), "dataset": task_data(), "task": "sentiment",
        "options": options(folder, stop_on="accuracy/en"), "batch_size": 8, "max_length": 64, "freeze": 0,
    }  # fmt: skip


def run_process(
    target: Callable[..., Any], arguments: dict[str, Any], saves: int = 0, delay: float = 0.0
) -> int:
    """Run in a process of its own, killed some seconds after so many saves. Its exit code."""
    process = PROCESSES.Process(target=target, kwargs=arguments)
    process.start()
    if saves:
        state = Path(arguments["options"].folder) / STATE
        before = state.stat().st_mtime_ns if state.is_file() else 0
        while saves and process.is_alive():
            time.sleep(0.001)
            if state.is_file() and (now := state.stat().st_mtime_ns) != before:
                saves, before = saves - 1, now
        time.sleep(delay)
        process.kill()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


@pytest.mark.parametrize(("train", "arguments"), [(pretrain, pretraining), (finetune, finetuning)])
def test_a_run_killed_at_random_moments_ends_with_the_same_weights(
    train: Callable[..., Any], arguments: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    assert run_process(train, arguments(tmp_path / "whole")) == 0
    rng = random.Random(0)
    for _ in range(3):
        code = run_process(train, arguments(tmp_path / "killed"), rng.randint(1, 5), rng.uniform(0, 0.05))
        assert code == -signal.SIGKILL
    assert run_process(train, arguments(tmp_path / "killed")) == 0
    whole, killed = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "killed"))
    assert whole == killed
    states = [read_state(tmp_path / name) for name in ("whole", "killed")]
    for state in states:
        assert state is not None
        state["history"].pop("seconds")
    assert states[0]["history"] == states[1]["history"]
    assert states[0]["validation"] == states[1]["validation"]


def test_the_optimiser_and_the_place_in_the_data_go_on_exactly(tmp_path: Path) -> None:
    """In one process: the run breaks off at an update that is not in a state, and is taken up again."""
    whole = pretrain(**pretraining(tmp_path / "whole"))
    arguments, calls = pretraining(tmp_path / "broken"), 0
    forward = arguments["model"].forward

    def fails_in_between(*inputs: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 40:
            raise KeyboardInterrupt
        return forward(*inputs, **more)

    arguments["model"].forward = fails_in_between
    with pytest.raises(KeyboardInterrupt):
        pretrain(**arguments)
    state = read_state(tmp_path / "broken")
    assert state is not None
    assert 0 < state["step"] < 40
    taken_up = pretrain(**pretraining(tmp_path / "broken"))
    for name, weight in whole.model.state_dict().items():
        assert weight.equal(taken_up.model.state_dict()[name]), name
    assert whole.history.drop(columns="seconds").equals(taken_up.history.drop(columns="seconds"))
    assert (taken_up.history["seconds"].diff()[1:] > 0).all()


# Writing -------------------------------------------------------------------------------------------------


def state(step: int) -> dict[str, Any]:
    return {"step": step, "model": {"weight": torch.full((1000,), float(step))}, "history": {"loss": [0.5]}}


def killed_while_writing(folder: Path, share: float) -> None:
    """In a process of its own: SIGKILL arrives when this share of the bytes has been written."""

    def save(content: Any, file: Any) -> None:
        from io import BytesIO

        whole = BytesIO()
        torch_save(content, whole)
        file.write(whole.getvalue()[: int(share * whole.tell())])
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    torch_save, resume.torch.save = torch.save, save  # type: ignore[attr-defined]
    write_state(folder, state(2))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_kill_while_a_state_is_written_leaves_the_one_before(share: float, tmp_path: Path) -> None:
    write_state(tmp_path, state(1))
    code = run_process(killed_while_writing, {"folder": tmp_path, "share": share})
    assert code == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2  # what was not finished lies beside the state
    found = read_state(tmp_path)
    assert found is not None
    assert found["step"] == 1
    write_state(tmp_path, state(3))
    assert [file.name for file in tmp_path.iterdir()] == [STATE]
    found = read_state(tmp_path)
    assert found is not None
    assert found["model"]["weight"].unique().tolist() == [3.0]


@contextmanager
def room_for(n: int) -> Iterator[None]:
    """No file may grow beyond n bytes: the system refuses to write, as when the disk is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("room", [0, 100, 3000])
def test_a_full_disk_leaves_the_state_before(room: int, tmp_path: Path) -> None:
    write_state(tmp_path, state(1))
    message = f"cannot write the state of update 2 to {tmp_path} .*; make room and run again"
    with room_for(room), pytest.raises(OSError, match=message) as error:
        write_state(tmp_path, state(2))
    assert os.strerror(errno.EFBIG) in str(error.value)
    assert "\n" not in str(error.value)
    assert [file.name for file in tmp_path.iterdir()] == [STATE]
    found = read_state(tmp_path)
    assert found is not None
    assert found["step"] == 1


def test_a_run_on_a_full_disk_stops_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    whole = pretrain(**pretraining(tmp_path / "whole"))
    saved, real = [], resume.write_state

    def limited(folder: Path, content: Any) -> None:
        saved.append(content["step"])
        with room_for(1000 if len(saved) == 4 else resource.RLIM_INFINITY):
            real(folder, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlmtut.training.write_state", limited)
        with pytest.raises(OSError, match="cannot write the state of update 12"):
            pretrain(**pretraining(tmp_path / "full"))
    found = read_state(tmp_path / "full")
    assert found is not None
    assert found["step"] == 9
    again = pretrain(**pretraining(tmp_path / "full"))
    assert all(w.equal(again.model.state_dict()[name]) for name, w in whole.model.state_dict().items())


# Reading -------------------------------------------------------------------------------------------------


def test_a_folder_without_a_state(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None
    assert read_state(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", [b"", b"not a state", None])
def test_a_damaged_state_is_an_error_that_says_what_to_do(content: bytes | None, tmp_path: Path) -> None:
    write_state(tmp_path, state(1))
    path = tmp_path / STATE
    path.write_bytes(path.read_bytes()[:-200] if content is None else content)
    with pytest.raises(ValueError, match=r"cannot be read \(.*delete it, or pass resume=False") as error:
        read_state(tmp_path)
    assert "\n" not in str(error.value)


def test_nothing_in_a_state_is_executed(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "harm"),))

    torch.save({"step": 1, "harm": Harm()}, tmp_path / STATE)
    with pytest.raises(ValueError, match="cannot be read"):
        read_state(tmp_path)
    assert not (tmp_path / "harm").exists()


def test_another_file_is_no_state(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(1)}, tmp_path / STATE)
    with pytest.raises(ValueError, match="is not a training state; pass another folder"):
        read_state(tmp_path)


def test_the_first_setting_that_differs_is_named() -> None:
    check_settings(Path("run"), {"lr": 0.1, "length": 8}, {"length": 8, "lr": 0.1})
    with pytest.raises(ValueError, match="run holds a run with length 8 and not 9; go on with the same"):
        check_settings(Path("run"), {"lr": 0.1, "length": 8}, {"lr": 0.2, "length": 9})
    with pytest.raises(ValueError, match="run holds a run with freeze None and not 2"):
        check_settings(Path("run"), {}, {"freeze": 2})

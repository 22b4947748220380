"""Exact resume: runs killed at ten random moments end with the weights of a run that was left alone.

Run ``python -m benchmarks.resume``. A pretraining and a fine-tuning run, each in a process of its own, are
stopped by SIGKILL and taken up again, ten times, and then left to end. They write their state after every
update, so that many kills fall into a save. Nothing is timed: the result says where each kill fell and that
the final weights are equal, byte by byte.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import torch

import xlmtut as xt
from benchmarks.common import use_one_core, write_result
from xlmtut.finetuning import finetune
from xlmtut.microworld import rows
from xlmtut.pretraining import pretrain
from xlmtut.resume import STATE, read_state
from xlmtut.training_options import TrainingOptions

KILLS, STEPS = 10, 150
LANGUAGES = ("en", "fr")
SHAPE = {"n_layers": 2, "emb_dim": 64}
# A server that has imported everything forks a process at once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["xlmtut.finetuning", "xlmtut.pretraining", "accelerate", "pandas"])
Arguments = Callable[[Path], dict[str, Any]]


def options(folder: Path) -> TrainingOptions:
    """A state after every update, and validations on the way."""
    return TrainingOptions(STEPS, lr=1e-3, warmup=10, folder=folder, save_every=1, validate_at=(0, STEPS))


def text(split: Any, n: int) -> dict[str, list[str]]:
    """Sentences of the microworld."""
    return {lang: [row["text"] for row in rows("lm", lang, split, n)] for lang in LANGUAGES}


def runs() -> dict[str, tuple[Callable[..., Any], Arguments]]:
    """What is run, and its arguments for a folder."""
    train = text("train", 400)
    pairs = {LANGUAGES: [(row["source"], row["target"]) for row in rows("mt", "en-fr", "train", 200)]}
    tok = xt.Tokenizer.learn(train, vocab_size=1000, max_length=256)
    config = xt.XLMConfig.preset("mini", vocab_size=len(tok), lang2id=tok.lang2id, **SHAPE)
    reviews = {
        split: [row for lang in LANGUAGES for row in rows("sentiment", lang, split, n)]
        for split, n in (("train", 200), ("validation", 20))
    }

    def pretraining(folder: Path) -> dict[str, Any]:
        torch.manual_seed(0)
        return {
            "model": xt.XLMLanguageModel(config),
            "tokenizer": tok,
            "monolingual": train,
            "parallel": pairs,
            "options": options(folder),
            "objectives": ("mlm", "tlm"),
            "length": 32,
            "batch_tokens": 256,
            "validation": text("validation", 20),
        }

    def finetuning(folder: Path) -> dict[str, Any]:
        torch.manual_seed(0)
        return {
            "model": xt.XLMClassifier(config, num_labels=2),
            "tokenizer": tok,
            "dataset": reviews,
            "task": "sentiment",
            "options": options(folder),
        }

    return {"pretraining": (pretrain, pretraining), "fine-tuning": (finetune, finetuning)}


def run(train: Callable[..., Any], arguments: dict[str, Any], saves: int = 0, delay: float = 0.0) -> bool:
    """Run in a process, killed so many seconds after so many saves; whether it came to its end."""
    process = PROCESSES.Process(target=train, kwargs=arguments)
    process.start()
    if saves:
        state = arguments["options"].folder / STATE
        before = state.stat().st_mtime_ns if state.is_file() else 0
        while saves and process.is_alive():
            time.sleep(0.001)
            if state.is_file() and (now := state.stat().st_mtime_ns) != before:
                saves, before = saves - 1, now
        time.sleep(delay)
        process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def updates_done(folder: Path) -> int:
    """Of the state, which must be readable."""
    state = read_state(folder)
    return 0 if state is None else int(state["step"])


def kill_and_resume(train: Callable[..., Any], arguments: Arguments, folder: Path) -> dict[str, Any]:
    """Kill a run ten times, resume it each time, and compare its end with an undisturbed run's."""
    assert run(train, arguments(folder / "whole"))
    history = pd.read_csv(folder / "whole" / "history.csv")
    an_update = history["seconds"].iloc[-1] / STEPS
    rng, kills, unfinished = random.Random(0), [], 0
    for _ in range(KILLS):
        saves = rng.randint(1, STEPS // (KILLS + 2))
        ended = run(train, arguments(folder / "killed"), saves, rng.uniform(0, 2 * an_update))
        assert not ended, "the run ended before it was killed ten times; make STEPS larger"
        kills.append(updates_done(folder / "killed"))
        unfinished += any((folder / "killed").glob(".*.partial"))
    assert run(train, arguments(folder / "killed"))
    weights = [(folder / name / "model.safetensors").read_bytes() for name in ("whole", "killed")]
    assert weights[0] == weights[1]
    return {"updates": STEPS, "killed_after": kills, "kills_within_a_save": unfinished, "identical": True}


def main() -> None:
    """Kill, resume, compare, write."""
    use_one_core()
    results = {}
    for name, (train, arguments) in runs().items():
        with tempfile.TemporaryDirectory() as folder:
            results[name] = kill_and_resume(train, arguments, Path(folder))
        print(name, results[name])
    print(f"written to {write_result('resume', [], runs=results)}")


if __name__ == "__main__":
    main()

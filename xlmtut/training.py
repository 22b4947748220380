"""The training loop that pretraining and fine-tuning share, on ``accelerate``.

The same code runs on a CPU, on a GPU (in bfloat16) and, under ``accelerate launch``, in several processes. An
update is defined by its whole batch: how many processes share it, and in how many pieces each computes its
part, changes nothing but rounding, because every process knows the number of labels of the whole batch and
divides by it.
"""

from __future__ import annotations

import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from xlmtut.checkpoints import save_model
from xlmtut.corpora import Passes, fingerprint
from xlmtut.objectives import IGNORED, Batch
from xlmtut.optimisation import adam, learning_rate_factor
from xlmtut.processes import Loss, ModelWithLoss, make_accelerator, share
from xlmtut.randomness import Use, derived_seed
from xlmtut.resume import check_settings, plain, read_state, write_state
from xlmtut.runtime import set_seed
from xlmtut.training_options import TrainingOptions
from xlmtut.vocabulary import write_files

if TYPE_CHECKING:
    import pandas as pd

    from xlmtut.tokenizer import Tokenizer

__all__ = ["Draw", "Loop", "TrainingResult", "train"]

_HISTORY = ("step", "objective", "language", "loss", "lr", "gradient_norm", "tokens", "seconds")


@dataclass(frozen=True)
class Draw:
    """What an update trains on.

    Attributes
    ----------
    batch : dict of Tensor
        Inputs of the model and ``labels``; the first axis of each runs over the rows.
    objective, language : str
        For the history: ``"mlm"`` and ``"en"``, ``"tlm"`` and ``"en-fr"``.
    """

    batch: Batch
    objective: str
    language: str


@dataclass
class TrainingResult:
    """What training leaves.

    Attributes
    ----------
    model : nn.Module
        The model that was passed, trained, in ``eval`` mode.
    step : int
        The update its weights are from: the last, or the best if there was early stopping.
    history : pandas.DataFrame
        A row per update: ``step``, ``objective``, ``language``, ``loss`` (mean over the labels), ``lr``,
        ``gradient_norm``, ``tokens`` (seen so far, padding not counted) and ``seconds`` (spent so far).
    validation : pandas.DataFrame
        A row per validation: ``step``, and a column per metric.
    predictions : pandas.DataFrame, optional
        Of fine-tuning: see :func:`~xlmtut.prediction.predict`.
    """

    model: nn.Module
    step: int
    history: pd.DataFrame
    validation: pd.DataFrame
    predictions: pd.DataFrame | None = None


def train(
    model: nn.Module,
    draw: Callable[[int], Draw],
    loss: Loss,
    options: TrainingOptions,
    *,
    corpora: Mapping[str, Passes],
    settings: Mapping[str, Any],
    metrics: Sequence[str],
    validate: Callable[[Loop], dict[str, float]],
    tokenizer: Tokenizer,
    description: str,
) -> TrainingResult:
    """Train a model; see :func:`~xlmtut.pretraining.pretrain` and :func:`~xlmtut.finetuning.finetune`.

    Parameters
    ----------
    model : nn.Module
        Trained in place.
    draw : function of int
        What the update of that number, from 0, trains on. It may read on in `corpora`; all else that is
        random in it must follow from the number.
    loss : function of the model and a batch
        The sum of the losses over the labels.
    options : TrainingOptions
    corpora : mapping from name to Passes
        Their positions are part of the training state.
    settings : mapping
        Whatever else the weights depend on, as plain values: a run goes on only with the same.
    metrics : sequence of str
        The names that `validate` returns.
    validate : function of the loop
        Metrics of the model as it is.
    tokenizer : Tokenizer
        Saved beside the model.
    description : str
        Of the progress bar.

    Raises
    ------
    FloatingPointError
        If a loss or a gradient is not finite.
    ValueError
        If the folder holds a run with other settings, the tracker is not installed, or `stop_on` is not a
        metric.
    OSError
        If a state cannot be written.
    """
    if options.stop_on and options.stop_on not in metrics:
        raise ValueError(f"stop_on is {options.stop_on!r}; the validation gives {', '.join(metrics)}")
    loop = Loop(model, draw, loss, options, corpora, plain({**options.matter(), **settings}))
    loop.restore()
    model.train()
    at = set(options.validate_at)
    with loop.progress(description) as bar:
        if loop.step == 0 and 0 in at:
            loop.record(validate(loop))
        while not loop.finished:
            loop.update()
            bar.set_postfix_str(loop.state_of_affairs(), refresh=False)
            bar.update()
            if loop.step in at:
                loop.record(validate(loop))
            if loop.finished or loop.step % options.save_every == 0:
                loop.save()
    result = loop.result()
    if options.folder is not None and loop.accelerator.is_main_process:
        save_model(model, options.folder)
        tokenizer.save(options.folder)
        tables = {"history.csv": result.history, "validation.csv": result.validation}
        write_files(Path(options.folder), {name: table.to_csv(index=False) for name, table in tables.items()})
    loop.accelerator.wait_for_everyone()
    return result


class Loop:
    """A run in progress: the model, its optimiser and what has been recorded.

    Attributes
    ----------
    model : nn.Module
    step : int
        Updates done.
    accelerator : accelerate.Accelerator
    """

    def __init__(
        self,
        model: nn.Module,
        draw: Callable[[int], Draw],
        loss: Loss,
        options: TrainingOptions,
        corpora: Mapping[str, Passes],
        settings: Mapping[str, Any],
    ) -> None:
        self.model, self.options, self.step = model, options, 0
        self.accelerator = make_accelerator(options.tracker, options.folder)
        self._draw, self._corpora, self._settings = draw, corpora, dict(settings)
        self._start = fingerprint(*model.state_dict().values())
        module = self.accelerator.prepare_model(ModelWithLoss(model, loss))
        self._module, self._optimizer = module, self.accelerator.prepare_optimizer(adam(model))
        self._history: dict[str, list[Any]] = {name: [] for name in _HISTORY}
        self._validation: list[dict[str, float]] = []
        self._best: dict[str, Any] | None = None
        self._before, self._began = (
            0.0,
            time.perf_counter(),
        )  # seconds spent before this process; its beginning

    @property
    def finished(self) -> bool:
        """Whether all updates are done, or early stopping has given up hope."""
        if self._best is None:
            return self.step >= self.options.steps
        since = sum(row["step"] > self._best["step"] for row in self._validation)
        return self.step >= self.options.steps or since >= self.options.patience

    def update(self) -> None:
        """Do one update of the weights."""
        options, accelerator = self.options, self.accelerator
        ranks, rank = accelerator.num_processes, accelerator.process_index
        set_seed(derived_seed(options.seed, Use.DROPOUT, self.step, rank))
        drawn = self._draw(self.step)
        count = max(int((drawn.batch["labels"] != IGNORED).sum()), 1)
        pieces = [
            share(drawn.batch, rank + ranks * i, ranks * options.accumulate)
            for i in range(options.accumulate)
        ]
        total = torch.zeros((), device=accelerator.device)
        for i, piece in enumerate(pieces):
            last = i == len(pieces) - 1
            with nullcontext() if last else accelerator.no_sync(self._module):
                loss = self._module(self._to_device(piece)) / count
                accelerator.backward(loss * ranks)  # the gradients of the processes are averaged
            total += loss.detach()
        mean = float(accelerator.reduce(total, "sum"))
        norm = float(accelerator.clip_grad_norm_(self.model.parameters(), options.clip))
        self._check_finite(mean, norm, drawn)
        factor = learning_rate_factor(
            self.step + 1, steps=options.steps, warmup=options.warmup, schedule=options.schedule
        )
        rate = float(options.lr * factor)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        tokens = int(drawn.batch["attention_mask"].sum()) + (self._history["tokens"] or [0])[-1]
        row = (self.step, drawn.objective, drawn.language, mean, rate, norm, tokens, self._seconds())
        for name, value in zip(_HISTORY, row, strict=True):
            self._history[name].append(value)
        if options.tracker:
            accelerator.log({"loss": mean, "lr": rate, f"loss/{drawn.objective}": mean}, step=self.step)

    def evaluate(self, batch: Batch) -> tuple[float, int]:
        """Sum of the losses of a batch, without dropout, and the number of its labels."""
        ranks, rank = self.accelerator.num_processes, self.accelerator.process_index
        self.model.eval()
        with torch.no_grad():
            loss = self._module(self._to_device(share(batch, rank, ranks)))
        self.model.train()
        total = float(self.accelerator.reduce(loss, "sum"))
        if not math.isfinite(total):
            raise FloatingPointError(
                f"the loss on held-out text is {total} after update {self.step}; {self._remedy()}"
            )
        return total, int((batch["labels"] != IGNORED).sum())

    def record(self, scores: Mapping[str, float]) -> None:
        """Add a row to the validation table; keep the weights if they are the best so far."""
        scores = {name: float(value) for name, value in scores.items()}
        self._validation.append({"step": self.step, **scores})
        if self.options.tracker:
            self.accelerator.log(
                {f"validation/{name}": value for name, value in scores.items()}, step=self.step
            )
        if not (name := self.options.stop_on):
            return
        sign = -1 if name.startswith("ppl") else 1
        if self._best is None or sign * scores[name] > sign * self._best["value"]:
            weights = {key: value.detach().clone() for key, value in self.model.state_dict().items()}
            self._best = {"step": self.step, "value": scores[name], "weights": weights}

    def save(self) -> None:
        """Write the training state; only the first process does."""
        if self.options.folder is None:
            return
        if self.accelerator.is_main_process:
            state = {
                "step": self.step,
                "settings": self._settings,
                "start": self._start,
                "model": self.model.state_dict(),
                # A finished run is only read again for its weights and tables.
                "optimizer": None if self.finished else self._optimizer.state_dict(),
                "corpora": {name: corpus.position for name, corpus in self._corpora.items()},
                "history": self._history,
                "validation": self._validation,
                "best": self._best,
            }
            write_state(Path(self.options.folder), state)
        self.accelerator.wait_for_everyone()

    def restore(self) -> None:
        """Go on from the folder's training state, if there is one."""
        if self.options.folder is None or not self.options.resume:
            return
        folder = Path(self.options.folder)
        state = read_state(folder)
        found = torch.tensor(-1 if state is None else state["step"], device=self.accelerator.device)
        if len(set(self.accelerator.gather(found[None]).tolist())) > 1:
            raise ValueError(
                f"the processes find different states in {folder}; expected a folder that all share"
            )
        if state is None:
            return
        check_settings(folder, state["settings"], self._settings)
        self.model.load_state_dict(state["model"])
        if state["optimizer"] is not None:
            self._optimizer.load_state_dict(state["optimizer"])
        for name, position in state["corpora"].items():
            self._corpora[name].position = position
        self.step, self._history = state["step"], state["history"]
        self._validation, self._best = state["validation"], state["best"]
        self._before = (self._history["seconds"] or [0.0])[-1]
        if self.accelerator.is_main_process:
            tqdm.write(f"{folder}: going on from update {self.step} of {self.options.steps}", file=sys.stderr)
            if state["start"] != self._start:
                warnings.warn(
                    f"{folder} holds a run that began with other weights; it goes on with its own",
                    stacklevel=4,
                )

    def progress(self, description: str) -> tqdm[Any]:
        """The one progress bar; with ``CI`` set it speaks twice a minute."""
        return tqdm(
            desc=description,
            total=self.options.steps,
            initial=self.step,
            unit="update",
            disable=not self.accelerator.is_main_process,
            mininterval=30.0 if os.environ.get("CI") else 0.2,
        )

    def state_of_affairs(self) -> str:
        """Loss and speed, for the progress bar."""
        history = self._history
        speed = history["tokens"][-1] / max(history["seconds"][-1], 1e-9)
        return f"loss {np.mean(history['loss'][-20:]):.3f}, {speed:,.0f} tokens/s"

    def result(self) -> TrainingResult:
        """The tables, and the model with the weights that count."""
        import pandas as pd

        for tracker in self.accelerator.trackers:
            tracker.finish()
        if self._best is not None:
            self.model.load_state_dict(self._best["weights"])
        step = self.step if self._best is None else self._best["step"]
        return TrainingResult(
            self.model.eval(), step, pd.DataFrame(self._history), pd.DataFrame(self._validation)
        )

    def _seconds(self) -> float:
        return self._before + time.perf_counter() - self._began

    def _to_device(self, batch: Batch) -> Batch:
        return {name: values.to(self.accelerator.device) for name, values in batch.items()}

    def _check_finite(self, loss: float, norm: float, drawn: Draw) -> None:
        scaled = self.accelerator.scaler is not None  # float16 skips an update whose gradient overflows
        if math.isfinite(loss) and (scaled or math.isfinite(norm)):
            return
        what = f"gradient has the length {norm}" if math.isfinite(loss) else f"loss is {loss}"
        raise FloatingPointError(
            f"the {what} in update {self.step + 1}, {drawn.objective} in {drawn.language}; {self._remedy()}"
        )

    def _remedy(self) -> str:
        folder = self.options.folder
        kept = f"; {folder} keeps the last state that was saved" if folder else ""
        return f"try a lower lr or a longer warmup{kept}"

"""What the benchmarks of the model share: options, random models, memory, operations, the report."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
import transformers
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from benchmarks import common
from xlmtut.config import PUBLISHED, XLMConfig
from xlmtut.notebook import _peak_memory

LOAD = os.getloadavg()[0]  # how many processes wanted to run before this one began
WORSE = 1.2  # In a coarser number format our error may be this many times the reference's.
Side = Literal["ours", "reference"]
SIDES: tuple[Side, Side] = ("ours", "reference")
FULL = "xlm-mlm-tlm-xnli15-1024"
SHAPES = {
    "tiny": XLMConfig.preset("mini", n_layers=2, emb_dim=64, vocab_size=500),
    "small": XLMConfig.preset(FULL, n_layers=6, emb_dim=512),  # all languages and types, for a laptop
    **PUBLISHED,
}


END, PAD, MASK, ORDINARY = 1, 2, 5, 10  # ids: three special tokens, and the first of a word's
# Tokens of a sentence, </s> included: log-normal, cut at both ends.
MEDIAN, SPREAD, SHORTEST, LONGEST = 18, 0.6, 4, 128


@dataclass(frozen=True)
class Options:
    """What to run: a key of :data:`SHAPES`, where, in which number format, compiled or not."""

    shape: str
    device: str
    dtype: torch.dtype
    compile: bool

    @property
    def config(self) -> XLMConfig:
        """The shape itself."""
        return SHAPES[self.shape]

    @property
    def scale(self) -> str:
        """How much to compute: ``"tiny"``, or what suits the device."""
        return "tiny" if self.shape == "tiny" else self.device

    def ready(self, model: nn.Module) -> nn.Module:
        """The model compiled, if that is wanted."""
        if self.compile:
            model.compile()
        return model


Prepare: TypeAlias = Callable[[Options, Side], Callable[[], object]]


def read_options(description: str | None, arguments: Sequence[str] | None) -> Options:
    """Read the command line; the defaults are a laptop's, and with ``--device cuda`` a GPU's."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--shape", choices=SHAPES, help=f"by default small, on a GPU {FULL}")
    parser.add_argument(
        "--dtype", choices=["float32", "bfloat16"], help="by default float32, on a GPU bfloat16"
    )
    parser.add_argument("--compile", action="store_true", help="torch.compile for both sides")
    given = parser.parse_args(arguments)
    shape, dtype = (FULL, "bfloat16") if given.device == "cuda" else ("small", "float32")
    return Options(given.shape or shape, given.device, getattr(torch, given.dtype or dtype), given.compile)


def reference_model(config: XLMConfig, kind: str) -> nn.Module:
    """A model of transformers with random weights, the same each time."""
    torch.manual_seed(0)
    model: nn.Module = getattr(transformers, kind)(transformers.XLMConfig(**vars(config)))
    return model


def sentences(n: int, config: XLMConfig) -> list[tuple[Tensor, int]]:
    """Make n sentences, each random ids between two ``</s>``, and a language."""
    rng, generator = random.Random(0), torch.Generator().manual_seed(0)
    made = []
    for _ in range(n):
        length = min(max(round(MEDIAN * rng.lognormvariate(0, SPREAD)), SHORTEST), LONGEST)
        ids = torch.randint(ORDINARY, config.vocab_size, (length,), generator=generator)
        ids[[0, -1]] = END
        made.append((ids, rng.randrange(config.n_langs)))
    return made


def pad(batch: Sequence[tuple[Tensor, int]], device: str) -> dict[str, Tensor]:
    """The inputs of a model, padded to the longest sentence."""
    input_ids = pad_sequence([ids for ids, _ in batch], batch_first=True, padding_value=PAD).to(device)
    langs = torch.tensor([lang for _, lang in batch])[:, None].repeat(1, input_ids.shape[1]).to(device)
    return {"input_ids": input_ids, "attention_mask": (input_ids != PAD).long(), "langs": langs}


def largest_difference(ours: Tensor, reference: Tensor) -> float:
    """The largest difference between two tensors' entries."""
    return (ours - reference).abs().max().item()


def peak_memory(prepare: Prepare, options: Options) -> dict[str, int | None]:
    """How many bytes a run takes beyond what the model and its inputs take, on each side.

    Each side runs in a process of its own. On a GPU it is what PyTorch allocates. On the CPU it is the
    resident memory of the process, known on Linux only (elsewhere None).
    """
    peaks: dict[str, int | None] = {}
    for side in SIDES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            peaks[side] = process.submit(_peak_of_run, prepare, options, side).result()
    return peaks


def _peak_of_run(prepare: Prepare, options: Options, side: Side) -> int | None:
    run = prepare(options, side)
    if options.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return torch.cuda.max_memory_allocated() - before
    if sys.platform != "linux":
        return None
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    run()
    return _peak_memory() - pages * os.sysconf("SC_PAGE_SIZE")


def forward_operations(config: XLMConfig, rows: int, length: int, predicted: int = 0) -> int:
    """Operations of the matrix products of a forward pass, with logits at ``predicted`` positions.

    A training step takes three times as many: backward has two products for each.
    """
    d = config.emb_dim
    per_token = 24 * d**2 + 4 * length * d  # in a layer: linear maps, then scores and mixing
    return rows * length * config.n_layers * per_token + predicted * 2 * d * config.vocab_size


def matrix_product_ceiling(options: Options) -> float:
    """Operations per second of a large square matrix product, the best of several."""
    n, repeats = {"tiny": (64, 2), "cpu": (2048, 5), "cuda": (8192, 20)}[options.scale]
    a, b = (torch.randn(n, n, device=options.device, dtype=options.dtype) for _ in range(2))

    def seconds() -> float:
        common._wait_for_gpu()
        start = time.perf_counter()
        a @ b
        common._wait_for_gpu()
        return time.perf_counter() - start

    return 2 * n**3 / min(seconds() for _ in range(repeats))


def report(
    name: str,
    options: Options,
    comparisons: Sequence[common.Comparison],
    *,
    reference: str,
    memory: dict[str, dict[str, int | None]],
    equality: dict[str, float | bool],
    **details: Any,
) -> None:
    """Print the table and write the result; options that are not a laptop's are in the file's name."""
    dtype = str(options.dtype).removeprefix("torch.")
    chosen = {"device": options.device, "shape": options.shape, "dtype": dtype}
    file, flags = name, ""
    if options != read_options(None, []):
        file += "".join(f"-{value}" for value in chosen.values()) + "-compile" * options.compile
        flags = "".join(f" --{key} {value}" for key, value in chosen.items()) + " --compile" * options.compile
    common.print_table(comparisons)
    for case, peak in memory.items():
        mib = " and ".join(f"{side} {(peak[side] or 0) / 2**20:.0f} MiB" for side in SIDES)
        print(f"peak memory beyond model and inputs, {case}: {mib}")
    path = common.write_result(
        file,
        comparisons,
        command=f"python -m benchmarks.{name}{flags}",
        reference=reference,
        options=chosen | {"compile": options.compile},
        model={key: getattr(options.config, key) for key in ("n_layers", "emb_dim", "n_heads", "vocab_size")},
        load_average=LOAD,
        equality=equality,
        peak_memory=memory,
        **details,
    )
    print(f"written to {path}")

"""Encoding sentences of natural length: ours in batches by length, transformers' XLMModel in two orders.

Run ``python -m benchmarks.encoding``. Weights, sentences and budget are the same everywhere: no batch holds
more positions than the budget, padding included. The states of all tokens are checked to be equal before
anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

import xlmtut as xt
from benchmarks.common import compare
from benchmarks.models import (
    SIDES,
    WORSE,
    Options,
    Side,
    forward_operations,
    largest_difference,
    matrix_product_ceiling,
    pad,
    peak_memory,
    read_options,
    reference_model,
    report,
    sentences,
)
from xlmtut.batching import token_batches

# Sentences, positions of a batch at most, rounds of timing.
SIZES = {"tiny": (30, 256, 1), "cpu": (2000, 2048, 3), "cuda": (20_000, 32_768, 5)}
ORDERS = {"in the given order": False, "sorted by length": True}
TOLERANCE = 1e-5


@torch.inference_mode()
def encode(
    model: nn.Module, corpus: Sequence[tuple[Tensor, int]], budget: int, sort: bool, device: str
) -> Tensor:
    """The states of all tokens, in the order of the corpus: (tokens, dim)."""
    states: list[Tensor] = [torch.empty(0)] * len(corpus)
    for batch in token_batches([len(ids) for ids, _ in corpus], budget, sort=sort):
        output = model(**pad([corpus[i] for i in batch], device))
        for i, row in zip(batch, output.last_hidden_state, strict=True):
            states[i] = row[: len(corpus[i][0])]
    return torch.cat(states)


def build(options: Options) -> dict[Side, nn.Module]:
    """Both models, with the same weights, in float32."""
    reference = reference_model(options.config, "XLMModel").to(options.device).eval()
    ours = xt.XLM(options.config).to(options.device).eval()
    ours.load_state_dict(reference.state_dict())
    return {"ours": ours, "reference": reference}


def positions(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> int:
    """What a model computes: rows times columns of all batches."""
    return sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)


def run_longest(options: Options, side: Side) -> Callable[[], object]:
    """What takes the most memory: the batch with the longest sentence, in the order that the side uses."""
    n, budget, _ = SIZES[options.scale]
    corpus = sentences(n, options.config)
    lengths = [len(ids) for ids, _ in corpus]
    batches = token_batches(lengths, budget, sort=side == "ours")
    longest = next(batch for batch in batches if lengths.index(max(lengths)) in batch)
    model = options.ready(build(options)[side].to(options.dtype))
    return partial(encode, model, [corpus[i] for i in longest], budget, side == "ours", options.device)


def main(arguments: Sequence[str] | None = None) -> None:
    """Check, measure, print, write."""
    options = read_options(__doc__, arguments)
    n, budget, rounds = SIZES[options.scale]
    memory = {"the batch with the longest sentence": peak_memory(run_longest, options)}
    corpus = sentences(n, options.config)
    lengths = [len(ids) for ids, _ in corpus]
    models = build(options)

    def run(side: Side, sort: bool) -> Callable[[], Tensor]:
        return partial(encode, models[side], corpus, budget, sort, options.device)

    expected = run("reference", False)()
    difference = largest_difference(run("ours", True)(), expected)
    assert difference <= TOLERANCE, f"the states differ by {difference}"
    equality = {"holds": True, "states_float32": difference, "tolerance": TOLERANCE}
    if options.dtype != torch.float32:  # half as precise: neither side may round worse than the other
        models = {side: model.to(options.dtype) for side, model in models.items()}
        errors = {side: (run(side, side == "ours")() - expected).abs().mean().item() for side in SIDES}
        assert errors["ours"] <= WORSE * errors["reference"], errors
        equality |= {f"error_{side}": error for side, error in errors.items()}
    models = {side: options.ready(model) for side, model in models.items()}
    for side in SIDES:  # compile and warm up
        run(side, True)()

    comparisons = [
        compare(
            f"transformers {order}",
            "tokens",
            sum(lengths),
            run("ours", True),
            run("reference", sort),
            rounds=rounds,
        )
        for order, sort in ORDERS.items()
    ]
    needed = sum(forward_operations(options.config, 1, length) for length in lengths) / sum(lengths)
    ceiling = matrix_product_ceiling(options)
    report(
        "encoding",
        options,
        comparisons,
        reference="transformers.XLMModel",
        memory=memory,
        equality=equality,
        sentences=n,
        tokens=sum(lengths),
        budget=budget,
        positions={
            order: positions(lengths, token_batches(lengths, budget, sort=sort))
            for order, sort in ORDERS.items()
        },
        ceiling=ceiling,
        utilisation={side: getattr(comparisons[0], side) * needed / ceiling for side in SIDES},
    )


if __name__ == "__main__":
    main()

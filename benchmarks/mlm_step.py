"""One training step of masked language modelling: ours against transformers' XLMWithLMHeadModel.

Run ``python -m benchmarks.mlm_step``. Both sides have the same weights and the same batch, and predict the
same 15 % of its tokens: forward pass, loss and gradients of all parameters, no optimiser. Ours computes
logits where something is predicted; transformers computes them everywhere and ignores the rest (label -100).
There are two batches: sentences padded to the longest, and full rows as XLM was pretrained on, without any
padding to save. Loss and gradients are checked to be equal before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xlmtut as xt
from benchmarks.common import Comparison, compare
from benchmarks.models import (
    MASK,
    ORDINARY,
    SIDES,
    WORSE,
    Options,
    Side,
    forward_operations,
    matrix_product_ceiling,
    pad,
    peak_memory,
    read_options,
    reference_model,
    report,
    sentences,
)

# Sentences; full rows and their tokens; rounds of timing. XLM was pretrained on 64 rows of 256.
SIZES = {"tiny": (5, 4, 32, 1), "cpu": (32, 8, 256, 3), "cuda": (192, 64, 256, 10)}
PREDICTED, IGNORED = 0.15, -100
TOLERANCES = {"loss": 1e-5, "gradients": 1e-4}  # relative
Batch = dict[str, Tensor]


def padded_sentences(options: Options) -> Batch:
    """Sentences of natural length in one batch."""
    return masked(pad(sentences(SIZES[options.scale][0], options.config), options.device))


def full_rows(options: Options) -> Batch:
    """Rows without padding."""
    _, rows, length, _ = SIZES[options.scale]
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(ORDINARY, options.config.vocab_size, (rows, length), generator=generator)
    return masked(pad([(row, i % options.config.n_langs) for i, row in enumerate(ids)], options.device))


def masked(batch: Batch) -> Batch:
    """Mask 15 % of the words' tokens; ``positions`` says where and ``labels`` what stood there."""
    input_ids = batch["input_ids"].clone()
    ordinary = (input_ids.flatten() >= ORDINARY).nonzero().squeeze(1)
    chosen = torch.randperm(len(ordinary), generator=torch.Generator().manual_seed(0))
    positions = ordinary[chosen[: round(PREDICTED * len(ordinary))].to(ordinary.device)]
    labels = torch.full_like(input_ids, IGNORED)
    labels.view(-1)[positions] = input_ids.view(-1)[positions]
    input_ids.view(-1)[positions] = MASK
    return batch | {"input_ids": input_ids, "positions": positions, "labels": labels}


MAKERS = {"padded sentences": padded_sentences, "full rows": full_rows}


def build(options: Options, side: Side) -> nn.Module:
    """One of the models with random weights, its dropout switched off."""
    torch.manual_seed(0)
    if side == "ours":
        return xt.XLMLanguageModel(options.config).to(options.device).eval()
    return reference_model(options.config, "XLMWithLMHeadModel").to(options.device).eval()


def step(model: nn.Module, side: Side, batch: Batch, dtype: torch.dtype) -> float:
    """Compute the loss and, anew, all gradients; in bfloat16 with automatic mixed precision."""
    model.zero_grad()
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask", "langs")}
    with torch.autocast(batch["langs"].device.type, dtype, enabled=dtype != torch.float32):
        if side == "ours":
            logits = model(**inputs, positions=batch["positions"]).logits
            loss = F.cross_entropy(logits, batch["labels"].flatten()[batch["positions"]])
        else:
            loss = model(**inputs, labels=batch["labels"]).loss
    loss.backward()
    return loss.item()


def run_once(make: Callable[[Options], Batch], options: Options, side: Side) -> Callable[[], object]:
    """One step, for its memory."""
    return partial(step, options.ready(build(options, side)), side, make(options), options.dtype)


def gradients(model: nn.Module) -> dict[str, Tensor]:
    """The gradients of all parameters by name."""
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def gradient_difference(ours: dict[str, Tensor], reference: dict[str, Tensor]) -> float:
    """The largest difference of two gradients, relative to the largest entry of the reference's."""
    assert ours.keys() == reference.keys()
    # The gradient of a key's bias is 0 but for rounding: hold it against that of its weight.
    scales = {name: reference[name.replace("k_lin.bias", "k_lin.weight")].abs().max() for name in reference}
    return max(((ours[name] - reference[name]).abs().max() / scales[name]).item() for name in reference)


def check(models: dict[Side, nn.Module], batches: dict[str, Batch]) -> dict[str, float | bool]:
    """Assert that losses and gradients are equal in float32; return how far they differ."""
    worst = {"loss": 0.0, "gradients": 0.0}
    for batch in batches.values():
        losses = {side: step(models[side], side, batch, torch.float32) for side in SIDES}
        worst["loss"] = max(worst["loss"], abs(losses["ours"] / losses["reference"] - 1))
        difference = gradient_difference(gradients(models["ours"]), gradients(models["reference"]))
        worst["gradients"] = max(worst["gradients"], difference)
    assert all(worst[name] <= limit for name, limit in TOLERANCES.items()), worst
    return {"holds": True, **worst, **{f"{name}_tolerance": limit for name, limit in TOLERANCES.items()}}


def check_rounding(models: dict[Side, nn.Module], batch: Batch, dtype: torch.dtype) -> dict[str, float]:
    """Assert that a coarser number format moves our gradients no further than the reference's.

    Measured is the distance from the gradients in float32, relative to their length.
    """
    step(models["reference"], "reference", batch, torch.float32)
    exact = {name: gradient.clone() for name, gradient in gradients(models["reference"]).items()}
    length = torch.stack([gradient.norm() for gradient in exact.values()]).norm()
    errors = {}
    for side in SIDES:
        step(models[side], side, batch, dtype)
        moved = [(gradient - exact[name]).norm() for name, gradient in gradients(models[side]).items()]
        errors[f"error_{side}"] = (torch.stack(moved).norm() / length).item()
    assert errors["error_ours"] <= WORSE * errors["error_reference"], errors
    return errors


def main(arguments: Sequence[str] | None = None) -> None:
    """Check, measure, print, write."""
    options = read_options(__doc__, arguments)
    _, rows, length, rounds = SIZES[options.scale]
    memory = {name: peak_memory(partial(run_once, make), options) for name, make in MAKERS.items()}
    batches = {name: make(options) for name, make in MAKERS.items()}
    models: dict[Side, nn.Module] = {side: build(options, side) for side in SIDES}
    models["ours"].load_state_dict(models["reference"].state_dict())
    equality = check(models, batches)
    if options.dtype != torch.float32:
        equality |= check_rounding(models, batches["full rows"], options.dtype)
    for model in models.values():
        options.ready(model)

    def measure(name: str, batch: Batch, training: bool) -> Comparison:
        steps = {
            side: partial(step, models[side].train(training), side, batch, options.dtype) for side in SIDES
        }
        for run in steps.values():  # compile and warm up
            run()
        return compare(name, "tokens", int(batch["attention_mask"].sum()), **steps, rounds=rounds)

    comparisons = [measure(name, batch, training=False) for name, batch in batches.items()]
    comparisons.append(measure("full rows, with dropout", batches["full rows"], training=True))
    ceiling = matrix_product_ceiling(options)
    predicted = len(batches["full rows"]["positions"])
    operations = 3 * forward_operations(options.config, rows, length, predicted) / (rows * length)
    report(
        "mlm_step",
        options,
        comparisons,
        reference="transformers.XLMWithLMHeadModel",
        memory=memory,
        equality=equality,
        batches={
            name: {
                "shape": list(batch["input_ids"].shape),
                "tokens": int(batch["attention_mask"].sum()),
                "predicted": len(batch["positions"]),
            }
            for name, batch in batches.items()
        },
        ceiling=ceiling,
        utilisation={side: getattr(comparisons[1], side) * operations / ceiling for side in SIDES},
    )


if __name__ == "__main__":
    main()

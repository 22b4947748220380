"""Greedy decoding with our encoder-decoder: with a cache of keys and values, against without one.

Run ``python -m benchmarks.decoding``. Transformers has no decoder for XLM, so the reference is our own model:
for every token it computes the states of the whole prefix anew, and logits at the last position only. Both
must produce the same tokens before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

import xlmtut as xt
from benchmarks.common import compare
from benchmarks.models import SIDES, Options, Side, peak_memory, read_options, report
from xlmtut.attention import Cache

# Sentences decoded together, tokens of a source at most, tokens decoded, rounds of timing.
SIZES = {"tiny": (2, 9, 12, 1), "cpu": (32, 24, 64, 3), "cuda": (64, 24, 64, 5)}


def build(options: Options) -> xt.XLMSeq2Seq:
    """A model with random weights whose translations are varied.

    Fresh weights would say the first token for ever: a state is hardly more than its token's embedding, which
    is also the output layer. So positions and attention get more influence.
    """
    torch.manual_seed(0)
    model = xt.XLMSeq2Seq(options.config).to(options.device).eval()
    factors = {"position_embeddings.weight": 8, "q_lin.weight": 4, "k_lin.weight": 4, "out_lin.weight": 2}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter *= next((factor for end, factor in factors.items() if name.endswith(end)), 1)
    return model


def sources(options: Options) -> Tensor:
    """Random ids, the rows ending one after the other."""
    rows, length, *_ = SIZES[options.scale]
    generator = torch.Generator().manual_seed(0)
    input_ids = torch.randint(6, options.config.vocab_size, (rows, length), generator=generator)
    lengths = torch.linspace(length / 2, length, rows).round()
    input_ids[torch.arange(length) >= lengths[:, None]] = options.config.pad_token_id
    return input_ids.to(options.device)


@torch.inference_mode()
def decode(model: xt.XLMSeq2Seq, input_ids: Tensor, steps: int, use_cache: bool) -> Tensor:
    """The most probable token after each prefix: (rows, steps)."""
    context, context_mask = model.encode(input_ids, langs=torch.full_like(input_ids, 4))
    target = torch.ones_like(input_ids[:, :1])  # </s>
    cache: Cache = {}
    for _ in range(steps):
        if use_cache:
            new, options = target[:, -1:], {"cache": cache}
        else:
            last = torch.arange(1, len(target) + 1, device=target.device) * target.shape[1] - 1
            new, options = target, {"positions": last}
        logits = model.decoder(new, context, context_mask, langs=torch.full_like(new, 6), **options).logits
        target = torch.cat([target, logits.view(len(target), -1).argmax(-1, keepdim=True)], dim=1)
    return target[:, 1:]


def prepare(options: Options, side: Side) -> Callable[[], object]:
    """Decoding all sentences in the wanted number format, for its memory."""
    model, steps = build(options).to(options.dtype), SIZES[options.scale][2]
    return partial(decode, model, sources(options), steps, side == "ours")


def main(arguments: Sequence[str] | None = None) -> None:
    """Check, measure, print, write."""
    options = read_options(__doc__, arguments)
    if options.compile:
        raise SystemExit("the cache is longer at every step and would be compiled for anew; drop --compile")
    rows, length, steps, rounds = SIZES[options.scale]
    memory = {f"{rows} sentences": peak_memory(prepare, options)}

    model, input_ids = build(options), sources(options)
    tokens = {side: decode(model, input_ids, steps, side == "ours") for side in SIDES}
    assert torch.equal(tokens["ours"], tokens["reference"]), "the cache changes what is decoded"
    different = len(tokens["ours"].unique())
    assert different > rows, f"only {different} different tokens: equal for no good reason"

    model.to(options.dtype)
    comparisons = []
    for name, n in ((f"{rows} sentences together", rows), ("one sentence", 1)):
        for side in SIDES:  # warm up
            decode(model, input_ids[-n:], 2, side == "ours")
        runs = {side: partial(decode, model, input_ids[-n:], steps, side == "ours") for side in SIDES}
        comparisons.append(compare(name, "tokens", n * steps, **runs, rounds=rounds))
    report(
        "decoding",
        options,
        comparisons,
        reference="the same model without the cache",
        memory=memory,
        equality={"holds": True, "different_tokens": different},
        rows=rows,
        source_length=length,
        steps=steps,
    )


if __name__ == "__main__":
    main()

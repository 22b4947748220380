"""The model's benchmarks run, notice differences and count right; their committed results are complete."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import common, decoding, encoding, mlm_step
from benchmarks.models import SIDES, Options, forward_operations, pad, read_options, sentences

NAMES = ["encoding", "mlm_step", "decoding"]
TINY = Options("tiny", "cpu", torch.float32, compile=False)


def check_schema(result: dict[str, Any]) -> None:
    """What the page of the book relies on."""
    assert {"cpu", "cores_used", "memory_gib", "python", "torch", "transformers"} <= result["machine"].keys()
    assert {"device", "shape", "dtype", "compile"} == result["options"].keys()
    assert {"n_layers", "emb_dim", "n_heads", "vocab_size"} == result["model"].keys()
    assert {"date", "reference", "load_average"} < result.keys()
    assert result["equality"]["holds"] is True
    assert all(peak.keys() == set(SIDES) for peak in result["peak_memory"].values())
    for line in result["comparisons"]:
        assert line["lowest"] <= line["ratio"] <= line["highest"]


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    import_module(f"benchmarks.{name}").main(["--shape", "tiny", "--dtype", "bfloat16"])
    result = json.loads((tmp_path / f"{name}-cpu-tiny-bfloat16.json").read_text(encoding="utf-8"))
    check_schema(result)
    assert result["command"] == f"python -m benchmarks.{name} --device cpu --shape tiny --dtype bfloat16"
    assert "ratio" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_result_is_complete(name: str) -> None:
    result = json.loads((common.RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    check_schema(result)
    assert result["command"] == f"python -m benchmarks.{name}"
    assert result["options"] == {"device": "cpu", "shape": "small", "dtype": "float32", "compile": False}


def test_the_full_model_is_the_default_on_a_gpu() -> None:
    options = read_options(None, ["--device", "cuda"])
    assert (options.config.n_layers, options.config.emb_dim) == (12, 1024)
    assert (options.dtype, options.scale) == (torch.bfloat16, "cuda")


@pytest.mark.parametrize("name", ["padded sentences", "full rows"])
def test_operations_are_those_that_pytorch_counts(name: str) -> None:
    batch = mlm_step.MAKERS[name](TINY)
    model = mlm_step.build(TINY, "ours")
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as forward, torch.no_grad():
        inputs = {key: batch[key] for key in ("input_ids", "attention_mask", "langs", "positions")}
        model(**inputs)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as training:
        mlm_step.step(model, "ours", batch, torch.float32)
    expected = forward_operations(TINY.config, *batch["input_ids"].shape, len(batch["positions"]))
    assert forward.get_total_flops() == expected
    assert training.get_total_flops() == 3 * expected


def test_sentences_are_framed_and_of_natural_length() -> None:
    corpus = sentences(2000, TINY.config)
    lengths = sorted(len(ids) for ids, _ in corpus)
    assert 17 <= lengths[1000] <= 19  # the median
    assert lengths[0] == 4
    assert 100 < lengths[-1] <= 128
    assert all(ids[0] == ids[-1] == 1 and (ids[1:-1] >= 10).all() for ids, _ in corpus)
    assert {lang for _, lang in corpus} == set(range(TINY.config.n_langs))


def test_encoding_returns_the_states_in_the_order_of_the_corpus() -> None:
    model = encoding.build(TINY)["ours"]
    corpus = sentences(20, TINY.config)
    by_length, given_order = (encoding.encode(model, corpus, 256, sort, "cpu") for sort in (True, False))
    first = model(**pad(corpus[:1], "cpu")).last_hidden_state[0]
    assert by_length.shape == (sum(len(ids) for ids, _ in corpus), TINY.config.emb_dim)
    torch.testing.assert_close(by_length, given_order, atol=1e-5, rtol=0)
    torch.testing.assert_close(by_length[: len(first)], first, atol=1e-5, rtol=0)


def test_fifteen_percent_of_the_words_are_masked() -> None:
    for make in mlm_step.MAKERS.values():
        batch = make(TINY)
        masked, words = batch["input_ids"] == 5, batch["input_ids"] >= 10
        assert (batch["labels"] >= 10).equal(masked)
        assert masked.flatten().nonzero().squeeze(1).equal(batch["positions"].sort().values)
        assert masked.sum() == round(0.15 * (masked | words).sum().item())


def test_a_different_model_is_noticed() -> None:
    models = {side: mlm_step.build(TINY, side) for side in SIDES}
    models["ours"].load_state_dict(models["reference"].state_dict())
    batches = {"full rows": mlm_step.full_rows(TINY)}
    mlm_step.check(models, batches)
    with torch.no_grad():
        models["ours"].transformer.ffns[0].lin1.weight[0, 0] += 0.01
    with pytest.raises(AssertionError, match="gradients"):
        mlm_step.check(models, batches)


def test_what_is_decoded_depends_on_the_source_and_changes_with_the_step() -> None:
    tokens = decoding.decode(decoding.build(TINY), decoding.sources(TINY), 12, use_cache=True)
    assert not tokens[0].equal(tokens[1])
    assert all(len(row.unique()) > 2 for row in tokens)


def test_decoding_is_not_compiled() -> None:
    with pytest.raises(SystemExit, match="drop --compile"):
        decoding.main(["--shape", "tiny", "--compile"])

"""The shipped checkpoints: what their provenance says, found again in the files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoints import PLANS, measure

import xlmtut as xt
from xlmtut.files import SHIPPED, find_folder, read_json
from xlmtut.microworld import languages

FILES = [
    "config.json",
    "merges.txt",
    "model.safetensors",
    "provenance.json",
    "tokenizer_config.json",
    "vocab.json",
]


def folder(name: str) -> Path:
    return find_folder(name, [])


@pytest.fixture(params=SHIPPED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_all_plans_are_shipped() -> None:
    assert set(SHIPPED) == set(PLANS)
    sizes = [path.stat().st_size for one in SHIPPED for path in folder(one).iterdir()]
    assert sum(sizes) <= 24e6


def test_one_vocabulary_and_one_shape() -> None:
    for file in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        assert len({(folder(one) / file).read_bytes() for one in SHIPPED}) == 1, file
    configs = [read_json(folder(one) / "config.json") for one in SHIPPED]
    assert [config.pop("causal") for config in configs] == [False, False, True]
    assert configs[0] == configs[1] == configs[2]


def test_files(name: str) -> None:
    assert sorted(path.name for path in folder(name).iterdir()) == FILES


def test_measured_again(name: str) -> None:
    """On other processors sums differ in their last bits, and a sentence may find another neighbour."""
    torch.set_num_threads(1)
    found = measure(xt.load_model(name, head="lm"), xt.load_tokenizer(name))
    recorded = read_json(folder(name) / "provenance.json")["measured"]
    assert found.keys() == recorded.keys()
    assert found["perplexity"] == pytest.approx(recorded["perplexity"], rel=1e-3)
    for kind in ("retrieval", "retrieval, centred"):
        assert found[kind] == pytest.approx(recorded[kind], abs=0.003)


def test_provenance(name: str) -> None:
    made = read_json(folder(name) / "provenance.json")
    assert made["command"] == f"python tools/checkpoints.py {name}"
    stages = [{**asdict(stage), "objectives": [*stage.objectives]} for stage in PLANS[name]]
    assert made["training"]["stages"] == stages
    assert sorted(made["data"]["languages"]) == sorted(languages())
    assert len(made["commit"]) == 40
    assert {"machine", "versions"} <= made.keys()


def test_what_tlm_adds() -> None:
    """The reason to ship both: after TLM, sentences find their translations."""
    measured: dict[str, Any] = {
        one: read_json(folder(one) / "provenance.json")["measured"] for one in ("mini-mlm", "mini-mlm-tlm")
    }
    for code in measured["mini-mlm"]["retrieval"]:
        assert measured["mini-mlm-tlm"]["retrieval"][code] > measured["mini-mlm"]["retrieval"][code]


def test_a_head_is_refused_or_new() -> None:
    assert isinstance(xt.load_model("mini-mlm", head="classification", num_labels=3), xt.XLMClassifier)
    assert xt.load_model("mini-clm").config.causal

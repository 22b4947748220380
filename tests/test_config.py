"""Shapes: the published ones, and values that make no model."""

from __future__ import annotations

import pytest
import torch
import transformers

import xlmtut as xt
from xlmtut.config import PUBLISHED


def test_published_shapes_are_those_of_the_table() -> None:
    table = xt.table("checkpoints").set_index("name")
    assert set(table.index) == set(PUBLISHED)
    for name, row in table.iterrows():
        config = PUBLISHED[str(name)]
        assert (config.n_layers, config.emb_dim, config.n_heads) == (row["layers"], row["dim"], row["heads"])
        assert (config.n_langs, config.vocab_size) == (row["languages"], row["vocabulary"])
        assert config.has_lang_embeddings == (row["language_embeddings"] == "yes")
        with torch.device("meta"):  # no memory
            model = xt.XLMLanguageModel(config)
        assert sum(p.numel() for p in model.parameters()) == row["parameters"]  # a tied weight counts once


def test_what_the_names_say() -> None:
    for name, config in PUBLISHED.items():
        assert config.causal == ("clm" in name)
        assert config.lang2id == {} or len(config.lang2id) == config.n_langs


def test_mini_is_small() -> None:
    model = xt.XLMLanguageModel(xt.XLMConfig.preset("mini"))
    assert 1.5e6 < sum(p.numel() for p in model.parameters()) < 1.7e6


def test_fields_are_those_of_transformers() -> None:
    """Every field is one that transformers' configuration takes, by the same name."""
    reference = transformers.XLMConfig(**vars(xt.XLMConfig.preset("mini")))
    for name, value in vars(xt.XLMConfig.preset("mini")).items():
        assert getattr(reference, name) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_layers": 0}, "n_layers is 0; expected a whole number, at least 1"),
        ({"vocab_size": 3.5}, "vocab_size is 3.5; expected a whole number, at least 1"),
        ({"n_heads": True}, "n_heads is True; expected a whole number, at least 1"),
        ({"n_heads": 3}, "emb_dim is 128 with 3 heads; expected a multiple of n_heads"),
        (
            {"emb_dim": 5, "n_heads": 5, "sinusoidal_embeddings": True},
            "emb_dim is 5; expected an even number",
        ),
        ({"dropout": 1}, "dropout is 1; expected a probability"),
        ({"attention_dropout": -0.1}, "attention_dropout is -0.1; expected a probability"),
        ({"layer_norm_eps": 0}, "layer_norm_eps is 0; expected a positive number"),
        ({"pad_token_id": 6000}, "pad_token_id is 6000; expected 0 to 5999"),
        ({"n_langs": 3}, "lang2id gives 'el' the id 3; expected 0 to 2"),
        ({"dropout": "0.1"}, "dropout is '0.1'; expected a probability"),
        ({"causal": "no"}, "causal is 'no'; expected True or False"),
        ({"lang2id": None}, "lang2id is None; expected a dict"),
        ({"lang2id": {"en": "0"}}, "lang2id gives 'en' the id '0'; expected 0 to 15"),
        ({"layers": 3}, "XLMConfig has no field 'layers'"),
    ],
)
def test_bad_values(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        xt.XLMConfig.preset("mini", **changes)


def test_no_such_preset() -> None:
    with pytest.raises(ValueError, match="no preset 'xlm-50'; expected 'mini' or one of xlm-mlm-en-2048,"):
        xt.XLMConfig.preset("xlm-50")

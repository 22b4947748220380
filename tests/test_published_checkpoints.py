"""The table of published checkpoints and the presets of the library say the same."""

from __future__ import annotations

import pytest

from xlmtut.config import PUBLISHED, XLMConfig
from xlmtut.published import table

CHECKPOINTS = table("checkpoints").set_index("name")


def test_the_table_has_every_preset() -> None:
    assert list(CHECKPOINTS.index) == list(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_shapes_agree(name: str) -> None:
    row, config = CHECKPOINTS.loc[name], XLMConfig.preset(name)
    shape = (config.n_layers, config.emb_dim, config.n_heads, config.n_langs, config.vocab_size)
    assert shape == tuple(row[["layers", "dim", "heads", "languages", "vocabulary"]])
    assert config.has_lang_embeddings == (row["language_embeddings"] == "yes")

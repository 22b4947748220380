"""The API reference has an entry for everything a reader may import."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest

import xlmtut

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", xlmtut._NAMES)
def test_every_public_name_has_an_entry(name: str) -> None:
    page = (ROOT / "_build" / "html" / "book" / "api.html").read_text(encoding="utf-8")
    module = import_module(f"xlmtut.{name}")
    assert f'id="module-xlmtut.{name}"' in page, f"add xlmtut.{name} to book/api.md"
    assert set(xlmtut._NAMES[name]) <= set(module.__all__)
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert f'id="xlmtut.{name}.{public}"' in page


def test_entries_link_the_chapters_that_use_them() -> None:
    page = (ROOT / "_build" / "html" / "book" / "api.html").read_text(encoding="utf-8")
    entry = page.split('id="xlmtut.attention.scaled_dot_product_attention"')[1].split("Used in:")[1]
    assert 'href="04_mathematics.html"' in entry.partition("</p>")[0]

"""Seeds, device, profile."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

import xlmtut as xt


def test_seeding_repeats_all_three_generators() -> None:
    """Python, NumPy and PyTorch start over; another seed gives other numbers."""

    def draw(seed: int) -> tuple[float, float, float]:
        xt.set_seed(seed)
        return random.random(), float(np.random.rand()), float(torch.rand(()))  # noqa: NPY002

    first = draw(1)
    assert draw(1) == first
    assert all(a != b for a, b in zip(draw(2), first, strict=True))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_out_of_range(seed: int) -> None:
    with pytest.raises(ValueError, match=f"seed is {seed}; expected"):
        xt.set_seed(seed)


def test_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLMTUT_PROFILE", raising=False)
    assert xt.profile() == "mini"
    monkeypatch.setenv("XLMTUT_PROFILE", "full")
    assert xt.profile() == "full"
    assert xt.environment().loc["profile", "value"] == "full"
    monkeypatch.setenv("XLMTUT_PROFILE", "maxi")
    with pytest.raises(ValueError, match="XLMTUT_PROFILE is 'maxi'; expected 'mini' or 'full'"):
        xt.profile()


def test_device_can_be_used() -> None:
    assert torch.ones(1, device=xt.device()).item() == 1


def test_colab_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not xt.in_colab()
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert xt.in_colab()


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, xlmtut; print([m for m in ('torch', 'matplotlib', 'pandas') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_public_name_exists() -> None:
    for name in xt.__all__:
        assert getattr(xt, name) is not None
        assert name in dir(xt)
    assert "import_module" not in dir(xt)  # completion offers what readers use
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        xt.no_such_name  # noqa: B018

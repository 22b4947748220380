"""Where the code runs: seeds, device, profile, and what the machine offers."""

from __future__ import annotations

import os
import platform
import random
import sys
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import torch

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["device", "environment", "in_colab", "profile", "set_seed"]

Profile = Literal["mini", "full"]


def set_seed(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's random generators (PyTorch's on every device).

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.

    Raises
    ------
    ValueError
        If the seed is outside that range.

    Examples
    --------
    >>> set_seed(0)
    >>> first = torch.rand(2)
    >>> set_seed(0)
    >>> torch.equal(first, torch.rand(2))
    True
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; expected a whole number from 0 to {2**32 - 1}")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries that draw from the global generator need this one
    torch.manual_seed(seed)


def device() -> torch.device:
    """The fastest device of this machine: a CUDA GPU, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def profile() -> Profile:
    """What the notebooks run: ``"mini"`` (CPU, no network) or ``"full"`` (a GPU and the Hugging Face Hub).

    Read from the environment variable ``XLMTUT_PROFILE``; ``"mini"`` if it is not set.

    Raises
    ------
    ValueError
        If the variable holds anything else.
    """
    name = os.environ.get("XLMTUT_PROFILE", "mini")
    if name not in ("mini", "full"):
        raise ValueError(f"XLMTUT_PROFILE is {name!r}; expected 'mini' or 'full'")
    return cast(Profile, name)


def in_colab() -> bool:
    """Whether the code runs in a Google Colab notebook."""
    return "google.colab" in sys.modules


def environment() -> pd.DataFrame:
    """A small table of what the code runs on: Python, PyTorch, GPU and its memory, profile.

    Returns
    -------
    pandas.DataFrame
        One column, ``value``; the index names the rows.

    Examples
    --------
    >>> environment().index.tolist()
    ['Python', 'PyTorch', 'GPU', 'GPU memory', 'profile']
    """
    import pandas as pd

    gpu, memory = "none", "none"
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        gpu, memory = properties.name, f"{properties.total_memory / 2**30:.1f} GiB"
    elif device().type == "mps":
        gpu, memory = "Apple (MPS)", "shared with the CPU"
    rows = {
        "Python": platform.python_version(),
        "PyTorch": torch.__version__,
        "GPU": gpu,
        "GPU memory": memory,
        "profile": profile(),
    }
    return pd.DataFrame({"value": rows})

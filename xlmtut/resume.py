"""Training states on disk: one file that is always whole, and a run that goes on from it exactly.

A state is everything that the next update depends on: weights, the optimiser's moments, the number of
updates done and how far each corpus has been read. Random numbers need no room in it: all that an update
draws follows from the seed and the number of the update.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

__all__ = ["STATE", "check_settings", "plain", "read_state", "write_state"]

STATE = "training_state.pt"
_PARTIAL = f".{STATE}.partial"


def write_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Replace the training state of a folder.

    The new state is complete on the disk before it takes the old one's place. Whatever happens meanwhile, the
    folder holds one of the two.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    state : mapping
        Of tensors and plain values; ``"step"`` names the update.

    Raises
    ------
    OSError
        If it cannot be written, for example because the disk is full. The old state stays.
    """
    partial = folder / _PARTIAL
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("wb") as file:
                torch.save(dict(state), file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(folder / STATE)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(folder)
    except (OSError, RuntimeError) as error:  # torch reports a write that failed halfway as RuntimeError
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        reason = str(cause).split("\n")[0]
        raise OSError(
            f"cannot write the state of update {state['step']} to {folder} ({reason}); make room and run"
            " again, the last state that was written is whole"
        ) from None


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too, where a folder can be opened (not on Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_state(folder: Path) -> dict[str, Any] | None:
    """The training state of a folder, or None if there is none. Nothing in it is executed.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(
            f"{path} cannot be read ({reason}); delete it, or pass resume=False, to start anew"
        ) from None
    if not isinstance(state, dict) or "step" not in state:
        raise ValueError(f"{path} is not a training state; pass another folder")
    return state


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as plain values, which a state may hold: tuples become lists, NumPy's numbers Python's.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"seed": np.int64(3), "languages": ("en", "fr")})
    {'seed': 3, 'languages': ['en', 'fr']}
    """
    values: dict[str, Any] = json.loads(json.dumps(settings, default=lambda value: value.item()))
    return values


def check_settings(folder: Path, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a run under other settings than it began with.

    Raises
    ------
    ValueError
        Naming the first setting that differs.
    """
    for name in sorted(saved.keys() | wanted.keys()):
        old, new = saved.get(name), wanted.get(name)
        if old != new:
            raise ValueError(
                f"{folder} holds a run with {name} {old!r} and not {new!r}; go on with the same settings,"
                " pass another folder, or resume=False to start anew"
            )

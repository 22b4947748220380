"""Where a model's files are, a folder or a repository of the Hugging Face Hub, and how its JSON is read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlmtut.config import PUBLISHED

__all__ = ["SHIPPED", "find_folder", "read_json", "stand_in"]

SHIPPED = ("mini-mlm", "mini-mlm-tlm", "mini-clm")
"""Checkpoints of the microworld's 15 languages, beside this file in ``mini/``; each says how it was made."""


def stand_in(repository: str) -> Path | None:
    """Where a repository is in the folder that stands in for the Hub; None if ``XLMTUT_HUB`` names none.

    Tests and continuous integration set the variable, to run everything but the download.

    Raises
    ------
    ValueError
        If the folder lacks the repository.
    """
    folder = os.environ.get("XLMTUT_HUB")
    if not folder:
        return None
    path = Path(folder) / repository
    if not path.is_dir():
        raise ValueError(f"XLMTUT_HUB is {folder!r} and has no {repository}; add it or unset the variable")
    return path


def find_folder(
    name_or_path: str | os.PathLike[str], wanted: Sequence[str], revision: str | None = None
) -> Path:
    """The folder itself, or that of the Hub's local cache, with the files downloaded where needed.

    With ``XLMTUT_HUB`` set, a repository is looked for there only, see :func:`stand_in`.

    Parameters
    ----------
    name_or_path : str or path
        A folder; one of :data:`SHIPPED`, which come with the package; a Hub id such as
        ``"FacebookAI/xlm-mlm-enfr-1024"``; or the bare name of one of the published XLM checkpoints.
    wanted : sequence of str
        Names or patterns of the files to download.
    revision : str, optional
        Commit, tag or branch on the Hub. Name a commit where a result must be repeatable.

    Raises
    ------
    ValueError
        If there is neither a folder nor a model on the Hub (or in what stands in for it) of that name.
    ConnectionError
        If the Hub cannot be reached and the files are not in its local cache.
    """
    if Path(name_or_path).is_dir():
        return Path(name_or_path)
    name = str(name_or_path)
    if name in SHIPPED:
        return Path(__file__).parent / "mini" / name
    if name in PUBLISHED:
        name = f"FacebookAI/{name}"
    if (folder := stand_in(name)) is not None:
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=list(wanted)))
    except RevisionNotFoundError:
        raise ValueError(f"{name!r} has no revision {revision!r} on the Hugging Face Hub") from None
    except (HFValidationError, RepositoryNotFoundError):
        raise ValueError(f"{name!r} is neither a folder nor a model on the Hugging Face Hub") from None
    except OSError as error:
        reason = str(error).split("\n")[0]
        raise ConnectionError(
            f"cannot fetch {name!r} from the Hugging Face Hub ({reason}); connect once, or pass a folder"
        ) from None


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    ValueError
        If the file is not JSON, or not an object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not UTF-8, or not JSON
        raise ValueError(f"{path} is not a JSON file ({error}); fetch or save it again") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected a JSON object")
    return content

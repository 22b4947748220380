"""Where a model's files are: a folder, or a repository of the Hugging Face Hub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from xlmtut.config import PUBLISHED

__all__ = ["find_folder"]


def find_folder(
    name_or_path: str | os.PathLike[str], wanted: Sequence[str], revision: str | None = None
) -> Path:
    """The folder itself, or that of the Hub's local cache, with the files downloaded where needed.

    Parameters
    ----------
    name_or_path : str or path
        A folder; a Hub id such as ``"FacebookAI/xlm-mlm-enfr-1024"``; or the bare name of one of the
        published XLM checkpoints.
    wanted : sequence of str
        Names or patterns of the files to download.
    revision : str, optional
        Commit, tag or branch on the Hub. Name a commit where a result must be repeatable.

    Raises
    ------
    ValueError
        If there is neither a folder nor a model on the Hub of that name.
    ConnectionError
        If the Hub cannot be reached and the files are not in its local cache.
    """
    if Path(name_or_path).is_dir():
        return Path(name_or_path)
    name = str(name_or_path)
    if name in PUBLISHED:
        name = f"FacebookAI/{name}"
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

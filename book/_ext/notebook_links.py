"""The Colab button and the notebook download of a page: both give the generated ``notebooks/<name>.ipynb``.

Without this, the button would point at the page's Markdown source, and the download would be a notebook
full of MyST directives.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def notebook_of(pagename: str) -> PurePosixPath:
    """Where the notebook of a page lies in the repository."""
    return PurePosixPath("notebooks", PurePosixPath(pagename).name + ".ipynb")


def point_colab_at_notebook(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Correct the button of one page."""
    theme = app.config.html_theme_options
    place = theme["repository_url"].removeprefix("https://github.com/").strip("/")
    address = f"{theme['launch_buttons']['colab_url']}/github/{place}/blob/{theme['repository_branch']}"
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("text") == "Colab":
                button["url"] = f"{address}/{notebook_of(pagename)}"


def copy_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Replace the notebooks offered for download."""
    for download in Path(app.outdir, "_sources").rglob("*.ipynb"):
        notebook = Path(app.srcdir, notebook_of(download.stem))
        if notebook.exists():
            shutil.copyfile(notebook, download)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, after the theme has made its buttons."""
    app.connect("html-page-context", point_colab_at_notebook, priority=900)
    app.connect("build-finished", copy_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

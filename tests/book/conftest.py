"""What the tests of the built book share: a browser to open it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

# Without these, Chromium asks its maker's servers for updates at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: playwright's own if it is installed, else the system's."""
    system = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(args=QUIET)
        except Error:
            if system is None:
                message = (
                    "NO BROWSER: pages not checked. Install chromium or run `playwright install chromium`."
                )
                if os.environ.get("CI"):
                    pytest.fail(message)
                pytest.skip(message)
            chromium = playwright.chromium.launch(executable_path=system, args=QUIET)
        yield chromium
        chromium.close()

"""Open every built page as a reader does: from the disk, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

HTML = Path(__file__).parents[2] / "_build" / "html"
PHONE = {"width": 390, "height": 844}
# Formulas carry no text that axe could judge, and code has the theme's own accessible colours; together they
# are nine tenths of a page. The roles of the bibliography come from docutils. Only what is wrong is reported,
# which spares half of the time.
AXE_SKIPS = {"exclude": [["mjx-container"], [".highlight"], [".citation-list"]]}
AXE = {
    "runOnly": ["wcag2a", "wcag2aa"],
    "preload": False,
    "resultTypes": ["violations"],
    "selectors": False,
    "ancestry": False,
}
WIDE = {"width": 1280, "height": 900}


def pages() -> list[str]:
    """The built pages that hold text of ours, as paths below _build/html."""
    return sorted(p.relative_to(HTML).as_posix() for p in HTML.glob("book/*.html"))


class Visit:
    """An open page, and what went wrong while it loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else self.outside.append(r.url),
        )
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto((HTML / path).as_uri(), wait_until="load")
        if self.page.locator(".math").count():
            self.page.wait_for_function(
                "window.MathJax?.startup?.promise && MathJax.startup.promise.then(() => true)"
            )
        if self.page.locator("pre.mermaid, div.mermaid").count():
            self.page.wait_for_function(
                "[...document.querySelectorAll('.mermaid')].every(e => e.querySelector('svg'))"
            )
        return self.page


@pytest.fixture(params=["light", "dark"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(viewport=WIDE, color_scheme=request.param)
    yield Visit(context.new_page())
    context.close()


def test_book_is_built() -> None:
    assert len(pages()) >= 10, "run `make book` first: these tests open the built pages"


@pytest.mark.parametrize("path", pages())
def test_page(visit: Visit, path: str) -> None:
    page = visit.open(path)
    assert visit.errors == []
    assert visit.outside == [], "the book must be readable without a network"
    assert page.locator(".merror, mjx-merror, [data-mjx-error]").count() == 0, "a formula did not parse"

    unnamed = page.eval_on_selector_all(
        "img", "imgs => imgs.filter(i => !i.alt || !i.alt.trim()).map(i => i.src)"
    )
    assert unnamed == [], "images without alt text"
    broken = page.eval_on_selector_all(
        "img", "imgs => imgs.filter(i => i.loading !== 'lazy' && i.naturalWidth === 0).map(i => i.src)"
    )
    assert broken == [], "images that do not load"

    assert [describe(v) for v in Axe().run(page, AXE_SKIPS, AXE).response["violations"]] == []

    page.set_viewport_size(PHONE)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"the page is {wider} px wider than a phone"


def describe(violation: dict[str, Any]) -> str:
    """One line for an accessibility violation: the rule and where it is broken."""
    where = [node["html"][:120] for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}): {where}"


def test_search_works_from_disk(visit: Visit) -> None:
    page = visit.page
    page.goto((HTML / "search.html").as_uri() + "?q=attention", wait_until="load")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    assert page.locator("#search-results li").count() >= 3
    assert visit.outside == []
    assert visit.errors == []


class Links(HTMLParser):
    """What a page links to, and the anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name == "id":
                self.anchors.add(value)
            elif value and name in ("href", "src") and not urlsplit(value).scheme:
                self.targets.add(value)


def test_no_dead_link_or_anchor() -> None:
    found = {
        file: Links(file.read_text(encoding="utf-8"))
        for file in HTML.rglob("*.html")
        if "_static" not in file.parts
    }
    dead = []
    for file, links in found.items():
        for target in links.targets:
            path, anchor = unquote(urlsplit(target).path), unquote(urlsplit(target).fragment)
            goal = (file.parent / path).resolve() if path else file
            known = found[goal].anchors if goal in found else set()
            if not goal.is_file() or (anchor and goal in found and anchor not in known):
                dead.append(f"{file.relative_to(HTML)}: {target}")
    assert dead == []
    assert sum(len(links.targets) for links in found.values()) > 500, "links are no longer found"

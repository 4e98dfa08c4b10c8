"""A real Chromium against the application on a free port.

Pictures of every stop go to ``build/pictures``; look at them.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.patience import patient
from tests.webapp import app, client, clock, compiled, empty_database, services, settings, sign_in_as, user_of

__all__ = [
    "app",
    "client",
    "clock",
    "compiled",
    "empty_database",
    "services",
    "settings",
    "sign_in_as",
    "user_of",
]

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: axe leaves target-size out unless wcag22aa is named.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
HEIGHT = 844


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser, and one at a time is enough for two cores."""
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


#: The default of five seconds is a quiet machine's.
expect.set_options(timeout=patient(10) * 1_000)


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The application served over HTTP; its address."""
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join(10)
        made.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is not there: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """``visit(width=390, scripts=False, display="large", client=…)``: a fresh window on the application.

    With ``client`` (of ``sign_in_as``) the window is signed in as that user.
    """
    opened: list[BrowserContext] = []

    def open_window(
        *, width: int = 390, scripts: bool = False, display: str = "", client: Any = None, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=server,
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=scripts,
            locale="zh-CN",
            **options,
        )
        context.set_default_timeout(patient(10) * 1_000)
        opened.append(context)
        cookies = {"anye_display": display} if display else {}
        if client is not None:
            cookies["anye_session"] = client.get_cookie("anye_session").value
        context.add_cookies(
            [{"name": name, "value": value, "url": server} for name, value in cookies.items()]
        )
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """``picture(page, "detail")``: keep what the page looks like now, whole."""

    def keep(page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            try:
                page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
                return
            except Error as error:
                # A busy Chromium sometimes cannot; a picture is for people, what a page does is asserted.
                print("no picture:", name, error.message.splitlines()[0])

    return keep


def faults(page: Page) -> list[str]:
    """What axe finds wrong with a page under the six tags, in short; the page needs scripts on."""
    page.wait_for_load_state()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(TAGS)}})
    return [
        f"{violation['id']}: {node['html'][:160]} ({'; '.join(c['message'] for c in node['any'])[:200]})"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> int:
    """Pixels by which the page has to be scrolled sideways."""
    # A click is over when the next page begins to come.
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


#: Targets below the height that a finger needs, as text; links inside a sentence are exempt (WCAG 2.5.8).
SMALL_TARGETS = """height => [...document.querySelectorAll('a, button, input, summary, select, textarea')]
  .filter(e => e.type !== 'hidden')
  .filter(e => !e.closest('.skip, .unseen') && e.offsetParent !== null)
  .filter(e => getComputedStyle(e).display !== 'inline')
  .filter(e => !e.matches('input[type=radio], input[type=checkbox]'))
  .filter(e => e.getBoundingClientRect().height < height - 0.5)
  .map(e => e.outerHTML.slice(0, 120))"""

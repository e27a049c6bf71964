"""A real browser for the tests in this folder (pytest-playwright's `page`), and what they all do with it.

They wait with locators and `expect`, for states that the page announces.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.page import PATIENCE, Screen, been_here, screen_in

expect.set_options(timeout=PATIENCE)

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed_browser() -> str | None:
    """The browser that CNNVIZ_BROWSER names, or the first of BROWSERS on this machine."""
    return os.environ.get("CNNVIZ_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)


def launch_arguments(playwrights_own: str) -> dict:
    """How to start Chromium: Playwright's own where it was downloaded, else what is installed."""
    args = [
        "--disable-background-networking",  # nothing but the page's own requests
        "--disable-component-update",
        "--no-first-run",
        "--font-render-hinting=none",
    ]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        args.append("--no-sandbox")  # Chromium's sandbox refuses to work for root
    arguments: dict = {"args": args}
    if os.environ.get("CNNVIZ_BROWSER") or not Path(playwrights_own).exists():
        browser = installed_browser()
        if browser is None:
            raise RuntimeError("There is no Chromium: `make test` installs one, CNNVIZ_BROWSER names one.")
        arguments["executable_path"] = browser
    return arguments


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict, browser_type) -> dict:
    arguments = launch_arguments(browser_type.executable_path)
    arguments["args"].append("--process-per-site")  # pages of one context share a process: a page opens in half the time
    return browser_type_launch_args | arguments


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict, server) -> dict:
    """A lecture hall's projector; `page.goto("/?k=3")` finds the server by itself."""
    return browser_context_args | {"base_url": server.url, "viewport": {"width": 1280, "height": 720}}


@pytest.fixture
def screen(browser: Browser, browser_context_args: dict) -> Iterator[Screen]:
    """A new page, which nothing has been opened in."""
    with screen_in(browser, browser_context_args) as screen:
        yield screen


@pytest.fixture
def finger(browser: Browser, browser_context_args: dict) -> Iterator[Screen]:
    """A new page of a phone, by its size, which is tapped."""
    context = been_here(browser.new_context(**browser_context_args, has_touch=True, is_mobile=True))
    screen = Screen(context.new_page())
    yield screen
    context.close()
    assert screen.thrown == []

"""axe finds nothing serious on any page, light or dark; every map has words."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cnnviz.ui.pages import pages
from tests.e2e.page import Screen, screen_in

GRAVE = ("serious", "critical")


@pytest.fixture
def screen(browser, browser_context_args):
    with screen_in(browser, browser_context_args) as screen:
        yield screen


def violations(screen: Screen, *rules: str) -> list[str]:
    """What axe finds, by all of its rules or by these."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = Axe().run(screen.page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("path", [page.path for page in pages()])
def test_axe_finds_nothing_serious_by_day_and_by_night(screen: Screen, path):
    screen.open(f"/{path}", k=1, stage="df")
    expect(screen.root).to_have_css("background-color", "rgb(255, 255, 255)")
    assert violations(screen) == []
    screen.page.emulate_media(color_scheme="dark")
    expect(screen.root).to_have_css("background-color", "rgb(16, 21, 29)")
    assert violations(screen, "color-contrast") == []  # only colours are others by night
    silent = """(all) => all.filter((canvas) => canvas.offsetParent)
      .filter((canvas) => canvas.getAttribute("role") !== "img" || !canvas.getAttribute("aria-label"))
      .map((canvas) => canvas.outerHTML)"""
    assert screen.page.locator("canvas").evaluate_all(silent) == []


def test_axe_finds_nothing_serious_in_the_list_of_keys_and_the_lecture_view(screen: Screen):
    screen.open("/", stage="z1")
    screen.press("l", "?")
    expect(screen.page.locator("dialog.help")).to_be_visible()
    assert violations(screen) == []

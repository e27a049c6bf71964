"""The view fits: a projector without scrolling, the lecture view, a phone."""

import pytest
from playwright.sync_api import expect

from cnnviz.ui.pages import pages
from tests.e2e.page import ORDER, Screen, screen_in

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
SCROLLS = """() => [document.scrollingElement, ...document.querySelectorAll(".stMain, .stApp, .cnnviz, .cnnviz main")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.tagName}.${e.className}: ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`)"""
OUTSIDE = """() => [...document.querySelectorAll(".cnnviz canvas, .cnnviz button, .cnnviz input, .cnnviz select")]
  .filter((e) => e.offsetParent && !e.closest(".stages, .grid, .controls"))
  .filter((e) => { const b = e.getBoundingClientRect(); return b.right > innerWidth + 1 || b.bottom > innerHeight + 1 })
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def screen(browser, browser_context_args):
    with screen_in(browser, browser_context_args) as screen:
        yield screen


def test_the_whole_lesson_fits_a_projector_at_every_stage(screen: Screen):
    screen.open("/", k=3, stage="x")
    for lecture in (False, True):
        for stage in ORDER:
            screen.ready(update=3, stage=stage)
            assert screen.page.evaluate(SCROLLS) == [], (stage, lecture)
            assert screen.page.evaluate(OUTSIDE) == [], (stage, lecture)
            screen.press("ArrowRight" if stage != "update" else "l")
        expect(screen.page.locator(".cnnviz.lecture")).to_have_count(0 if lecture else 1)
        if not lecture:
            screen.press(*["ArrowLeft"] * (len(ORDER) - 1))


def test_the_lecture_view_hides_controls_and_enlarges_numbers(screen: Screen):
    screen.open("/", stage="z1")
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    numbers, width = screen.numbers.evaluate(size), screen.canvas("z1").bounding_box()["width"]
    screen.press("l")
    expect(screen.page.locator(".controls")).to_be_hidden()
    assert screen.numbers.evaluate(size) > numbers
    assert screen.canvas("z1").bounding_box()["width"] > width
    screen.press("ArrowRight", "PageDown")
    screen.ready(update=1, stage="a1")
    expect(screen.page.locator(".cnnviz.lecture")).to_have_count(1)
    screen.press("Escape")
    expect(screen.page.locator(".controls")).to_be_visible()
    screen.switch("lecture")
    expect(screen.page.locator(".controls")).to_be_hidden()
    screen.press("l")
    expect(screen.page.locator(".controls")).to_be_visible()


@pytest.mark.parametrize("path", [page.path for page in pages()])
def test_every_page_fits_a_projector_and_does_not_scroll_sideways_on_a_phone(screen: Screen, path):
    screen.open(f"/{path}", k=3)
    assert screen.page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    assert screen.root.evaluate("(e) => e.getBoundingClientRect().bottom <= innerHeight")
    clipped = ".cnnviz .explain .numbers"
    assert screen.page.locator(clipped).evaluate("(e) => e.scrollWidth <= e.clientWidth"), "numbers are cut off"
    screen.page.set_viewport_size(PHONE)
    expect(screen.page.locator(".controls")).to_be_visible()
    wide = """() => [document.scrollingElement, ...document.querySelectorAll(".stMain, .stApp, .cnnviz, .cnnviz main")]
      .filter((e) => e.scrollWidth > e.clientWidth).map((e) => `${e.tagName}.${e.className} ${e.scrollWidth}`)"""
    assert screen.page.evaluate(wide) == []


def test_a_phone_can_do_the_lesson(screen: Screen):
    screen.page.set_viewport_size(PHONE)
    screen.open("/", stage="x")
    for symbol in ORDER[1:4]:
        screen.switch("stage_next")
        screen.ready(stage=symbol)
    screen.switch("update_next")
    screen.ready(update=1, stage="v")
    for symbol in ("x", "f", "z1", "a1", "w", "o", "dx", "df", "dz1", "da1", "dw"):
        screen.canvas(symbol).scroll_into_view_if_needed()
        box = screen.canvas(symbol).bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= PHONE["width"], symbol
    screen.choose("channel", "green")
    screen.agrees()

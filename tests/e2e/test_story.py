"""The opening of the first visit: it plays once, with the core's numbers, and is left for the setup that it shows."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cnnviz import curve
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import film
from cnnviz.data.images import load_image
from tests.e2e.page import PATIENCE, Screen, faults, snapshot, true_minus
from tests.e2e.test_accessibility import violations

SETUP = Setup(seed=39)
SCREENS = ("look", "areas", "number", "updates")
UPDATES = 10
LONG = 60_000
"""Milliseconds of the whole opening."""
DOWN = 10
"""Presses of a key that lower the number by 1."""


@contextlib.contextmanager
def newcomer(browser: Browser, arguments: dict, **look: object) -> Iterator[Screen]:
    """A page in a browser that has never been here."""
    context = browser.new_context(**arguments | look)
    screen = Screen(context.new_page())
    yield screen
    context.close()
    assert screen.thrown == []


def at(screen: Screen, name: str) -> None:
    """Waits until a screen of the opening has its numbers."""
    expect(screen.page.locator(f'.opening[data-screen="{name}"][data-loaded="1"]')).to_be_visible(timeout=PATIENCE)


def says(screen: Screen, *numbers: str) -> None:
    """The screen has all of these numbers."""
    for number in numbers:
        expect(screen.page.locator(".opening")).to_contain_text(true_minus(number))


def test_its_numbers_come_with_the_page_and_no_others(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        asked = []
        screen.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        screen.page.goto("/")
        at(screen, "look")
        steps = [address for address in asked if address.startswith("step?")]
        assert "k=0" in steps[0] and "seed=39" in steps[0] and len(set(asked)) == len(asked)
        assert "step?" not in asked


def test_it_plays_by_itself_and_stops_at_a_key_a_click_and_a_touch(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, has_touch=True) as screen:
        screen.page.clock.install()
        screen.page.goto("/")
        at(screen, "look")
        sentence = screen.page.locator(".opening h1")
        expect(sentence).not_to_contain_text("dog")
        screen.page.clock.run_for(11_000)
        expect(sentence).to_contain_text("dog")
        shown = screen.page.locator(".opening")
        while shown.get_attribute("data-screen") == "look":
            screen.page.clock.run_for(1000)
        acts = (lambda: screen.press("a"), lambda: screen.page.locator(".tale").click(), lambda: screen.page.locator(".tale").tap())
        for act, name in zip(acts, ("areas", "number", "number"), strict=True):
            at(screen, name)
            expect(screen.key("story_play")).to_have_count(0)
            act()
            expect(screen.key("story_play")).to_be_visible()
            screen.page.clock.run_for(LONG)
            expect(shown).to_have_attribute("data-screen", name)
            if act == acts[1]:
                screen.key("story_back").click()
                screen.page.clock.run_for(LONG)
                expect(shown).to_have_attribute("data-screen", "areas")
            screen.press("Space")
        at(screen, "updates")


def test_it_has_the_numbers_of_the_core_and_opens_the_update_that_it_shows(browser: Browser, browser_context_args: dict):
    now = snapshot(SETUP)
    x = load_image(SETUP.img, SETUP.ch, SETUP.scale)
    run = film(SETUP, x, UPDATES, 2)
    along = curve(SETUP, x, "f:1,1", 3.2)
    lowered, most = float(along.loss[22]), float(along.loss[10])
    assert along.theta[22] == -1
    turn = next(k for k, o in enumerate(run.o) if o.argmax() == 0)
    with newcomer(browser, browser_context_args, reduced_motion="reduce") as screen:
        screen.page.goto("/")
        at(screen, "look")
        assert screen.page.url.endswith("/")
        says(screen, *(f"{value:.2f}" for value in now.trace.o))
        expect(screen.page.locator(".opening h1")).to_contain_text("dog")
        screen.press("PageDown")
        at(screen, "areas")
        says(screen, *(f"{abs(o - y):.2f}2" for o, y in zip(now.trace.o, SETUP.y, strict=True)), f"{now.losses[-1]:.2f}")
        screen.press("PageDown", "ArrowLeft", "ArrowRight")
        at(screen, "number")
        says(screen, f"{along.gradient:.4f}", f"{-along.gradient:.4f}", f"{lowered - now.losses[-1]:.4f}", f"{now.losses[-1]:.4f}", f"{lowered:.4f}")
        screen.press(*["ArrowUp"] * DOWN)  # back to its value
        expect(screen.page.get_by_role("slider")).to_have_attribute("aria-valuenow", "0")
        box = screen.page.get_by_role("slider").bounding_box()
        screen.page.mouse.move(box["x"] + 20, box["y"] + 20)
        screen.page.mouse.down()
        screen.page.mouse.move(box["x"] + 20, box["y"] + 800, steps=3)
        screen.page.mouse.up()
        says(screen, f"{most:.4f}"[:5], "−2.2")
        screen.key("story_on").click()
        at(screen, "updates")
        says(screen, f"{run.losses[-1]:.2f}", *(f"{value:.2f}" for value in run.o[-1]))
        screen.press(*["ArrowLeft"] * UPDATES)
        says(screen, f"{run.losses[0]:.2f}", f"{sum(array.size for array in now.params.values()):,}")
        screen.page.get_by_role("slider").fill(str(turn))
        says(screen, f"{turn} updates", "turns to cat", *(f"{value:.2f}" for value in run.o[turn]))
        screen.key("story_open").click()
        shown = Setup(seed=39, k=turn, stage="x")
        screen.shows(shown)
        assert screen.setup == shown
        screen.page.goto("/")
        screen.ready()
        expect(screen.page.locator(".transport")).to_be_visible()
        expect(screen.page.locator(".opening")).to_have_count(0)
        screen.key("keys").click()
        screen.key("story").click()
        at(screen, "look")
        screen.press(*["PageDown"] * 3)
        screen.key("story_lessons").click()
        expect(screen.page).to_have_url(re.compile(r"/learn\??$"))
        screen.ready()


STRIP = """() => [...document.querySelectorAll(".cnnviz, .overview figure, .overview .layer, .drawn canvas[data-map]")].map((element) => {
  const { dataset, className, inert, textContent } = element
  const classes = className.split(" ").filter((name) => name !== "early").sort().join(" ") // early: before Streamlit has made its page
  return element.matches(".cnnviz") ? classes : [dataset.figure ?? dataset.map, classes, inert, textContent]
})"""
"""All that the strip and the stage say and how they look."""


def test_it_is_skipped_for_the_default_setup_and_leaves_no_trace(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce") as screen:
        screen.page.goto("/?stage=x")
        screen.shows(Setup(stage="x"))
        screen.painted()
        expected = screen.page.evaluate(STRIP)
        for n, name in enumerate(SCREENS):
            screen.page.evaluate("localStorage.removeItem('cnnviz.story')")
            screen.page.goto("/")
            at(screen, SCREENS[0])
            screen.press(*["PageDown"] * n)
            at(screen, name)
            screen.press("Escape") if n == 1 else screen.key("story_skip").click()
            screen.shows(Setup(stage="x"))
            assert screen.setup == Setup(stage="x")
            screen.painted()
            assert screen.page.evaluate(STRIP) == expected, name


def test_it_is_not_shown_where_an_address_says_more(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        screen.page.goto("/?stage=x")
        screen.ready()
        expect(screen.page.locator(".opening")).to_have_count(0)


def test_it_is_not_shown_in_a_frame(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        screen.page.goto("/_stcore/health")
        screen.page.set_content(f'<iframe src="{browser_context_args["base_url"]}/" width="1200" height="700"></iframe>')
        frame = screen.page.frame_locator("iframe")
        expect(frame.locator('[data-ready="1"]')).to_be_visible(timeout=PATIENCE)
        expect(frame.locator(".opening")).to_have_count(0)


BEYOND = """() => {
  const { paddingLeft, paddingRight } = getComputedStyle(document.querySelector(".opening"))
  const [left, right] = [parseFloat(paddingLeft) - 3, innerWidth - parseFloat(paddingRight) + 3]
  const written = (e) => [...e.childNodes].some((node) => node.data?.trim())
  const drawn = [...document.querySelectorAll(".opening *")].filter((e) => e.matches("canvas, svg, button:not(.dots *)") || written(e))
  const out = (box) => box.width > 0 && (box.left < left || box.right > right)
  const beyond = drawn.filter((e) => e.checkVisibility() && out(e.getBoundingClientRect()))
  return beyond.map((e) => `${e.tagName} ${e.textContent.trim()}`)
}"""
SCROLLED = "() => [document.querySelector('.opening')].map((e) => e.scrollHeight - e.clientHeight).filter((over) => over > 0)"


@pytest.mark.parametrize("look", [{}, {"viewport": {"width": 390, "height": 844}}, {"color_scheme": "dark", "locale": "fr-FR"}])
def test_axe_finds_nothing_on_any_screen_and_each_sentence_is_spoken(browser: Browser, browser_context_args: dict, look: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce", **look) as screen:
        screen.open("/")
        screen.connected()
        for name in SCREENS:
            at(screen, name)
            expect(screen.page.locator(".live")).to_contain_text(screen.page.locator(".opening h1").inner_text()[:20])
            assert violations(screen) == []
            screen.press("PageDown")


@pytest.mark.parametrize(
    ("locale", "width", "height"),
    [("fr-FR", 390, 844), ("fr-FR", 320, 700), ("fr-FR", 744, 1133), ("en", 768, 1024), ("fr-FR", 820, 1180), ("fr-FR", 900, 800), ("en", 1024, 768), ("fr-FR", 1280, 720)],
)  # fmt: skip
def test_no_screen_reaches_beyond_its_margins_and_none_scrolls_but_on_the_smallest_phone(
    browser: Browser, browser_context_args: dict, locale: str, width: int, height: int
):
    look = {"reduced_motion": "reduce", "viewport": {"width": width, "height": height}, "locale": locale}
    with newcomer(browser, browser_context_args, **look) as screen:
        screen.page.goto("/")
        for name in SCREENS:
            at(screen, name)
            assert faults(screen.page, BEYOND) == [], name
            assert width == 320 or faults(screen.page, SCROLLED) == [], name
            screen.press("PageDown")


def test_on_a_phone_the_slider_stays_where_the_finger_is(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce", viewport={"width": 390, "height": 844}) as screen:
        screen.page.goto("/")
        at(screen, "look")
        screen.press(*["PageDown"] * 3)
        at(screen, "updates")
        slider = screen.page.get_by_role("slider")
        tops = set()
        for k in range(UPDATES + 1):
            slider.fill(str(k))
            tops.add(round(slider.bounding_box()["y"]))
        assert len(tops) == 1

"""The story of the first visit: told once, with the core's numbers, and left for the setup that it was told of."""

import contextlib
import itertools
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
SCREENS = ("wrong", "loss", "blame", "nudge", "update", "right")
UPDATES = 10
APART = """() => [...document.querySelectorAll("[data-seat]")].filter((seat) => {
  const [place, map] = [seat, document.querySelector(`.drawn > .plate canvas[data-map=${seat.dataset.seat}]`)].map((e) => e.getBoundingClientRect())
  return ["left", "top", "width", "height"].some((side) => Math.abs(place[side] - map[side]) > 1)
}).map((seat) => seat.dataset.seat)"""
"""Maps that do not stand where the screen has a place for them."""
TEXT = 15  # pixels of a number in a kernel
BELOW = """(handle) => {
  const [sign, cell] = [document.createRange(), handle.getBoundingClientRect()]
  sign.selectNodeContents(handle)
  return sign.getBoundingClientRect().top - (cell.top + cell.height / 2)
}"""
"""How far under the middle of its cell the sign of what can be dragged begins."""


@contextlib.contextmanager
def newcomer(browser: Browser, arguments: dict, **look: object) -> Iterator[Screen]:
    """A page in a browser that has never been here."""
    context = browser.new_context(**arguments | look)
    screen = Screen(context.new_page())
    yield screen
    context.close()
    assert screen.thrown == []


def at(screen: Screen, name: str) -> None:
    """Waits until a screen of the story is there."""
    expect(screen.root).to_have_attribute("data-screen", name)
    screen.ready()


def says(screen: Screen, *numbers: str) -> None:
    """The screen has all of these numbers."""
    for number in numbers:
        expect(screen.page.locator(".explain")).to_contain_text(true_minus(number))


def behind(symbol: str, shown: list[str]) -> set[str]:
    """The arrays that a gradient is made of, those of the way back among them in place of what they are made of."""
    sources = {line.target: line.sources for line in SETUP.network.program((32, 32)).backward_lines}
    return {found for source in sources.get(symbol, ()) for found in ({source} if source in shown else {source} | behind(source, shown))}


def test_its_numbers_come_with_the_page_and_no_others(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        asked = []
        screen.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        screen.page.goto("/")
        at(screen, "wrong")
        assert [one for one in asked if one.startswith("step?")][:1] == ["step?k=0&seed=39"] and len(set(asked)) == len(asked)
        assert "step?" not in asked


def test_it_is_told_once_with_the_numbers_of_the_core_and_leads_to_its_lesson(browser: Browser, browser_context_args: dict):
    now = snapshot(SETUP)
    x = load_image(SETUP.img, SETUP.ch, SETUP.scale)
    run = film(SETUP, x, UPDATES, 2)
    along = curve(SETUP, x, "f:1,1", 2)
    lowered = float(along.loss[24] - along.loss[32])  # by half of one
    assert along.theta[24] - along.theta[32] == -0.5
    with newcomer(browser, browser_context_args) as screen:
        screen.page.goto("/")
        at(screen, "wrong")
        assert screen.page.url.endswith("/")
        says(screen, *(f"{value:.2f}" for value in now.trace.o), f"{now.params.w.size:,}")
        screen.press("Space")
        at(screen, "loss")
        says(screen, f"{now.losses[-1]:.4f}", *(f"{(o - y) ** 2:.4f}" for o, y in zip(now.trace.o, SETUP.y, strict=True)))
        screen.press("PageDown", "ArrowLeft")
        at(screen, "loss")
        screen.press("ArrowRight")
        at(screen, "blame")
        expect(screen.page.locator(".tale [data-seat]")).to_have_count(4)
        way = screen.page.locator(".tale [data-seat]").evaluate_all("(seats) => seats.map((seat) => seat.dataset.seat)")
        for made, source in itertools.pairwise(way):  # each comes from the next one, and through no other that is shown
            assert source in behind(made, way), way
        for symbol in way:
            expect(screen.page.locator(f".drawn canvas[data-map={symbol}]")).to_be_visible()
        screen.key("story_on").click()
        at(screen, "nudge")
        expect(screen.page.get_by_role("slider")).to_be_visible()
        screen.press(*["ArrowDown"] * 8)  # wherever the focus is
        screen.ready()
        says(screen, f"{along.gradient:.4f}", f"{along.gradient * -0.5:.4f}", f"{lowered:.4f}", f"{along.loss[24]:.3f}")
        expect(screen.canvas("L")).to_have_attribute("aria-label", re.compile(f"{along.loss[24]:.4f}"))
        screen.press("ArrowRight")
        at(screen, "update")
        says(screen, f"{run.losses[1]:.4f}", *(f"{value:.2f}" for value in run.o[1]), f"{run.losses[1] - run.losses[0]:.4f}")
        screen.press("ArrowRight")
        at(screen, "right")
        screen.ready(update=UPDATES)
        says(screen, f"{run.losses[-1]:.3f}", *(f"{value:.2f}" for value in run.o[-1]))
        screen.key("story_step").click()
        shown = Setup(seed=39, k=UPDATES, stage="x")
        screen.shows(shown)
        assert screen.setup == shown
        screen.page.goto("/")
        screen.ready()
        expect(screen.page.locator(".transport")).to_be_visible()
        expect(screen.page.locator(".telling")).to_have_count(0)
        screen.key("keys").click()
        screen.key("story").click()
        at(screen, "wrong")
        screen.press(*["ArrowRight"] * 5)
        screen.key("story_image").click()
        expect(screen.page.locator("#sheet_image")).to_be_visible()


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
            screen.press(*["ArrowRight"] * n)
            at(screen, name)
            screen.key("story_skip").click()
            screen.shows(Setup(stage="x"))
            assert screen.setup == Setup(stage="x")
            screen.painted()
            assert screen.page.evaluate(STRIP) == expected, name


def test_it_is_not_told_where_an_address_says_more(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        screen.page.goto("/?stage=x")
        screen.ready()
        expect(screen.page.locator(".story-top")).to_have_count(0)


def test_it_is_not_told_in_a_frame(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args) as screen:
        screen.page.goto("/_stcore/health")
        screen.page.set_content(f'<iframe src="{browser_context_args["base_url"]}/" width="1200" height="700"></iframe>')
        frame = screen.page.frame_locator("iframe")
        expect(frame.locator('[data-ready="1"]')).to_be_visible(timeout=PATIENCE)
        expect(frame.locator(".story-top")).to_have_count(0)


def test_on_a_phone_weights_before_and_after_are_seen_at_once(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce", viewport={"width": 390, "height": 844}) as screen:
        screen.page.goto("/")
        at(screen, "wrong")
        screen.press(*["ArrowRight"] * 4)
        at(screen, "update")
        rights = screen.page.locator(".tale-weights").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().right)")
        assert len(rights) == 2 and max(rights) <= 390 - 16


def test_nothing_is_counted_without_motion_and_the_end_leads_to_other_pages_with_the_same_lesson(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce") as screen:
        screen.page.goto("/")
        at(screen, "wrong")
        screen.press(*["ArrowRight"] * 5)
        at(screen, "right")
        screen.ready(update=UPDATES)
        screen.key("story_train").click()
        expect(screen.page).to_have_url(re.compile(r"/train\?.*seed=39.*k=0"))
        screen.ready()
        expect(screen.page.locator(".story-top")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en", "fr-FR"])
def test_on_a_phone_what_is_said_of_the_loss_and_its_gradients_is_in_sight(browser: Browser, browser_context_args: dict, locale: str):
    look = {"reduced_motion": "reduce", "viewport": {"width": 390, "height": 844}, "locale": locale}
    with newcomer(browser, browser_context_args, **look) as screen:
        screen.page.goto("/")
        at(screen, "wrong")
        for name in ("loss", "blame", "nudge", "update"):
            screen.press("PageDown")
            at(screen, name)
            stage, foot = (screen.page.locator(f".story-{part}").bounding_box() for part in ("stage", "foot"))
            assert stage["y"] + stage["height"] <= foot["y"], name
            if name == "nudge":  # the sign that it can be dragged stands under the number, not on it
                assert screen.page.locator(".tale-handle").evaluate(BELOW) >= TEXT / 2
        screen.press("PageDown")
        at(screen, "right")
        chart = screen.page.locator("svg.tale-outputs")
        assert chart.evaluate("(svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width") > 0.99
        foot = screen.page.locator(".story-foot").bounding_box()
        second = screen.page.locator(".tale-next button").nth(1).bounding_box()
        assert second["y"] + second["height"] <= foot["y"], "what next"
        assert faults(screen.page.locator(".tale-next"), "(e) => [...e.querySelectorAll('button')].filter((b) => b.scrollWidth > b.clientWidth)") == []


def test_where_one_is_stands_in_one_line_on_the_narrowest_phone(browser: Browser, browser_context_args: dict):
    with newcomer(browser, browser_context_args, viewport={"width": 320, "height": 640}, locale="fr-FR") as screen:
        screen.page.goto("/")
        at(screen, "wrong")
        assert screen.page.locator(".story-top .place").bounding_box()["height"] < 24


@pytest.mark.parametrize("look", [{}, {"viewport": {"width": 390, "height": 844}}, {"color_scheme": "dark", "locale": "fr-FR"}])
def test_axe_finds_nothing_on_any_screen_each_is_spoken_and_maps_stand_in_their_places(browser: Browser, browser_context_args: dict, look: dict):
    with newcomer(browser, browser_context_args, reduced_motion="reduce", **look) as screen:
        screen.open("/")
        screen.connected()
        for name in SCREENS:
            at(screen, name)
            title = screen.page.locator(".story-words h1").inner_text()
            expect(screen.page.locator(".live")).to_contain_text(title)
            assert violations(screen) == []
            assert faults(screen.page, APART) == []
            screen.page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
            screen.press("ArrowRight")


BEYOND = """() => {
  const { paddingLeft, paddingRight } = getComputedStyle(document.querySelector(".explain"))
  const [left, right] = [parseFloat(paddingLeft) - 1, innerWidth - parseFloat(paddingRight) + 1]
  const written = (e) => [...e.childNodes].some((node) => node.data?.trim())
  const drawn = [...document.querySelectorAll(".tale *")].filter((e) => e.matches("canvas, svg, button") || written(e))
  const out = (box) => box.width > 0 && (box.left < left || box.right > right)
  const beyond = drawn.filter((e) => e.checkVisibility() && out(e.getBoundingClientRect()))
  return beyond.map((e) => `${e.tagName} ${e.textContent.trim()}`)
}"""
SCROLLED = "() => [document.querySelector('.cnnviz').offsetHeight - innerHeight].filter((over) => over > 0)"


@pytest.mark.parametrize(
    ("locale", "width", "height"),
    [("fr-FR", 390, 844), ("fr-FR", 320, 700), ("fr-FR", 744, 1133), ("en", 768, 1024), ("fr-FR", 820, 1180), ("fr-FR", 900, 800), ("en", 1024, 768)],
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
            screen.press("ArrowRight")

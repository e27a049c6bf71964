"""The view fits: a projector without scrolling, the lecture view, a phone."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from cnnviz.words import say
from tests.e2e.page import COLLIDING, ORDER, Screen, faults

PHONE = {"width": 390, "height": 844}
SIZE = "(e) => parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom"
SCROLLS = """() => [document.scrollingElement, ...document.querySelectorAll(".stMain, .stApp, .cnnviz, .cnnviz .middle")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.tagName}.${e.className}: ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`)"""
OUTSIDE = """() => [...document.querySelectorAll(".cnnviz canvas, .cnnviz button, .cnnviz input, .cnnviz select")]
  .filter((e) => e.offsetParent && !e.closest(".stages, .gradient-chain"))
  .filter((e) => { const b = e.getBoundingClientRect(); return b.right > innerWidth + 1 || b.bottom > innerHeight + 1 })
  .map((e) => e.outerHTML.slice(0, 120))"""

ASTRAY = """() => [...document.querySelectorAll(".scene .heat > .colour-bar")]
  .map((bar) => [bar.closest("figure").className, bar.getBoundingClientRect().top - bar.previousElementSibling.getBoundingClientRect().bottom])
  .filter(([, gap]) => Math.abs(gap) > 8).map(String)"""
"""Colour bars that are not right below their maps."""


def test_the_whole_lesson_fits_a_projector_at_every_stage(screen: Screen):
    screen.open("/", k=3, stage="x")
    for lecture in (False, True):
        for stage in ORDER:
            screen.ready(update=3, stage=stage)
            assert faults(screen.page, SCROLLS) == [], (stage, lecture)
            assert faults(screen.page, OUTSIDE) == [], (stage, lecture)
            assert faults(screen.page, COLLIDING) == [], (stage, lecture)
            assert faults(screen.page, ASTRAY) == [], (stage, lecture)
            screen.press("ArrowRight" if stage != "update" else "l")
        expect(screen.page.locator(".cnnviz.lecture")).to_have_count(0 if lecture else 1)
        if not lecture:
            screen.press(*["ArrowLeft"] * (len(ORDER) - 1))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_all_stages_are_in_sight_beside_what_was_learned_from_thousands_of_images(screen: Screen, lang):
    screen.open("/", stage="x", lang=lang)
    expect(screen.page.locator("[data-key=update_card] .nothing")).to_have_text(say("web.status.nothing", lang))
    learned = say("web.status.learned", lang, images=50_000, n=12)
    screen.page.locator("[data-key=update_card] .nothing").evaluate("(told, text) => { told.textContent = text }", learned)
    assert faults(screen.page, "() => [...document.querySelectorAll('.stages')].filter((row) => row.scrollWidth > row.clientWidth).map(String)") == []


def test_the_lecture_view_hides_controls_and_enlarges_numbers(screen: Screen):
    screen.open("/", stage="z1")
    numbers = f"() => ['.digits span', '.total b'].map((each) => document.querySelector(`.scene ${{each}}`)).map({SIZE})"
    sizes, width = screen.page.evaluate(numbers), screen.page.locator(".drawn").bounding_box()["width"]
    screen.press("l")
    expect(screen.page.locator(".rail")).to_be_hidden()
    screen.page.wait_for_function(f"(before) => ({numbers})().every((size, n) => size > before[n])", arg=sizes)
    screen.page.wait_for_function("(before) => document.querySelector('.drawn').getBoundingClientRect().width > 1.03 * before", arg=width)
    screen.press("ArrowRight", "Shift+ArrowRight")
    screen.ready(update=1, stage="a1")
    expect(screen.page.locator(".cnnviz.lecture")).to_have_count(1)
    screen.press("Escape")
    expect(screen.page.locator(".rail")).to_be_visible()
    screen.switch("lecture")
    expect(screen.page.locator(".rail")).to_be_hidden()
    screen.press("l")
    expect(screen.page.locator(".rail")).to_be_visible()


def test_a_lecturer_needs_no_mouse(screen: Screen):
    """Pages, a presenter's remote, numbers that stay hidden until they are revealed, the way out of a pin."""
    screen.open("/", query="view=lecture&hide=1&stage=x")
    screen.press("PageDown")
    screen.ready(update=0, stage="z1")
    expect(screen.numbers).to_have_text("Space shows the numbers.")
    expect(screen.page.locator("figure[data-figure=z1].ahead")).to_have_count(1)
    assert screen.page.locator(".live").inner_text().count("0.2") == 0
    expect(screen.page.locator(".status .loss")).to_have_text("…")
    screen.press("PageDown")
    expect(screen.numbers).to_contain_text("z₁[")
    screen.press("ArrowRight")
    screen.ready(stage="a1")
    expect(screen.numbers).to_have_text("Space shows the numbers.")
    screen.press("Space")
    expect(screen.numbers).to_contain_text("a₁[")
    expect(screen.root).not_to_have_attribute("data-playing", "1")
    screen.press("PageUp")
    screen.ready(stage="z1")
    expect(screen.numbers).to_contain_text("z₁[")  # that was seen already
    screen.press("h", "b")
    expect(screen.page.locator(".cnnviz.blank")).to_have_count(1)
    screen.press("b", "PageDown")
    screen.ready(stage="a1")
    expect(screen.page.locator(".cnnviz.blank")).to_have_count(0)
    screen.press("2")
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Train")
    expect(screen.page.locator(".cnnviz.lecture.filming")).to_have_count(1)
    screen.ready()
    screen.press("1")
    screen.ready(stage="a1")
    screen.press("l")
    screen.page.locator("[data-key=speed]").select_option("3")
    screen.page.locator("[data-key=speed]").focus()
    screen.press("ArrowRight")
    screen.ready(stage="v")
    assert screen.page.locator("[data-key=speed]").input_value() == "3"
    screen.canvas("z1").click()  # which leads to its stage
    screen.ready(stage="z1")
    screen.canvas("z1").click()
    unpin = screen.key("unpin")
    expect(unpin).to_be_visible()
    unpin.click()
    expect(screen.page.locator(".explain.pinned")).to_have_count(0)
    expect(unpin).to_be_hidden()


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
        assert 0 <= box["x"] and box["x"] + box["width"] < PHONE["width"] + 1, symbol
    screen.choose("channel", "green")
    screen.agrees()


# Every size of letters that is on the screen, in CSS pixels, and what is written so: in elements and on canvases.
WRITTEN = """() => {
  const found = [...writing.values()].flatMap((all) => all)
  const walker = document.createTreeWalker(document.querySelector(".cnnviz .middle"), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest("option, .live, .tick")) continue
    found.push([parseFloat(getComputedStyle(parent).fontSize) * parent.currentCSSZoom, walker.currentNode.data])
  }
  return found
}"""
RECORD = """
  window.writing = new Map()
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.clearRect = function (...all) { writing.set(this, []); clearRect.apply(this, all) }
  CanvasRenderingContext2D.prototype.fillText = function (text, ...all) {
    const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * this.getTransform().a / devicePixelRatio
    if (this.canvas.isConnected && this.canvas.checkVisibility()) writing.get(this)?.push([size, text])
    fillText.call(this, text, ...all)
  }
"""
TINY_VGG = "net=conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce&w=he&ch=rgb"


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)], ids=str)
def test_the_lecture_view_is_read_from_the_last_row_and_fills_the_screen(screen: Screen, size):
    width, height = size
    screen.page.add_init_script(RECORD)
    screen.page.set_viewport_size({"width": width, "height": height})
    for path, query, stages in (
        ("/", "view=lecture&k=1", ("z1", "v", "o", "L", "dw", "df", "update")),
        ("/", f"view=lecture&{TINY_VGG}", ("z2", "p1", "o", "df1")),
        ("/train", "view=lecture&k=3", ("x",)),
        ("/check", "view=lecture&k=1", ("df",)),
        ("/notebook", "view=lecture&k=1&part=experiment", ("df",)),
    ):
        screen.open(path, query=f"{query}&stage={stages[0]}")
        for stage in stages:
            if path == "/" and stage != stages[0]:
                screen.visit(screen.address | {"stage": stage})
            screen.painted()
            where = (path, stage, query)
            small = [each for each in screen.page.evaluate(WRITTEN) if each[0] < 0.014 * height]
            assert small == [], where
            if path != "/":
                continue
            assert faults(screen.page, SCROLLS) == [], where
            stated = ":is(.numbers, .stated :is(b, .digits span))"  # below the picture, or in it
            for words in (".explain .title", ".explain .sentence", ".explain .phase", f".explain {stated}", ".status span"):
                sizes = screen.page.locator(f"{words}:visible").evaluate_all(f"(all) => all.filter((e) => e.innerText).map({SIZE})")
                assert sizes and min(sizes) >= 0.018 * height, (where, words)
            drawn, strip = (screen.page.locator(each).bounding_box() for each in (".drawn", ".overview"))
            assert drawn["height"] > 0.5 * height and drawn["width"] > 0.9 * width, where
            assert drawn["y"] + drawn["height"] < strip["y"] < strip["y"] + strip["height"] <= height + 1, where
            assert strip["y"] + strip["height"] > 0.97 * height, where

    if size == (1280, 720):  # and in the whole network all but indices has one of four sizes
        for query in ("k=1&whole=1&stage=df", f"{TINY_VGG}&whole=1&stage=df2"):
            screen.open("/", query=query)
            screen.painted()
            written = screen.page.evaluate(WRITTEN.replace("option,", "option, sub, math,"))
            assert [each for each in written if each[0] < 13] == [], query
        assert "output 9" in [text for _, text in written]  # nor is a class without its name
        screen.page.set_viewport_size(PHONE)
        screen.open("/", query=query)
        wide = "(sheet) => sheet.getBoundingClientRect().width - innerWidth"
        assert screen.page.locator(".poster-sheet").evaluate(wide) <= 0, "the poster is wider than the phone"


TARGETS = """() => [...document.querySelectorAll(".cnnviz :is(.transport, .top, .explain) :is(button, select, summary, nav a)")]
  .filter((e) => e.checkVisibility() && !e.matches(".tick"))
  .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 44).map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
FINGER = """([map, kind, x, y]) => {
  const canvas = document.querySelector(`canvas[data-map="${map}"]`)
  const box = canvas.getBoundingClientRect()
  const at = { pointerType: "touch", bubbles: true, clientX: box.left + x * box.width, clientY: box.top + y * box.height }
  canvas.dispatchEvent(new PointerEvent(kind, at))
}"""


@pytest.mark.parametrize("net", ["", TINY_VGG], ids=["seed", "tiny-vgg"])
def test_on_a_phone_every_stage_has_its_picture_in_sight(screen: Screen, net):
    screen.page.set_viewport_size(PHONE)
    screen.open("/", query=f"{net}&stage=x")
    order = screen.page.locator("[data-stage-chip]").evaluate_all("(all) => all.map((chip) => chip.dataset.stageChip)")
    for stage in order:
        screen.ready(stage=stage)
        screen.painted()
        box = screen.page.locator(".drawn").bounding_box()
        assert box["y"] + 200 < PHONE["height"] - 61, stage
        if not net and stage in ("z1", "a1", "dz1"):
            own = screen.canvas(stage).bounding_box()
            assert own["width"] > 140 and own["x"] >= 0 and own["x"] + own["width"] <= PHONE["width"], stage
        assert faults(screen.page, TARGETS) == [], stage
        if stage != order[-1]:
            screen.switch("stage_next")


def test_a_finger_goes_from_cell_to_cell_under_a_loupe(screen: Screen):
    screen.page.set_viewport_size(PHONE)
    screen.open("/", stage="z1")
    loupe = screen.page.locator(".loupe")
    finger = lambda kind, x, y: screen.page.evaluate(FINGER, ["z1", kind, x, y])  # noqa: E731
    finger("pointerdown", 0.5, 0.9)
    expect(loupe).to_be_visible()
    expect(loupe).to_have_attribute("data-flips", "0")
    finger("pointermove", (11 + 0.5) / 30, (27 + 0.5) / 30)
    expect(loupe).to_contain_text("z₁[27,11]")
    expect(screen.numbers).to_contain_text("z₁[27,11]")
    finger("pointerup", (11 + 0.5) / 30, (27 + 0.5) / 30)
    expect(loupe).to_be_hidden()
    expect(screen.page).to_have_url(re.compile("cell=z1:27,11"))


def test_the_whole_network_grows_from_the_strip_and_a_map_leads_to_its_step(screen: Screen):
    screen.open("/", stage="L")
    small = screen.canvas("a1").bounding_box()["width"]
    screen.press("w")
    title, poster = screen.page.locator(".poster h1"), screen.page.locator(".poster")
    expect(title).to_have_text("1,024 pixels become 2 answers")
    assert screen.address["whole"] == "1"
    map = poster.locator("[data-poster=a1]")
    screen.page.wait_for_function("(small) => document.querySelector('[data-poster=a1]').getBoundingClientRect().width > 2 * small", arg=small)
    assert faults(screen.page, SCROLLS) == [] and faults(screen.page, COLLIDING) == []
    expect(poster.locator("[data-poster=dz1]")).to_have_count(0)
    poster.locator("[data-way=back]").click()
    screen.ready(stage="df")
    expect(title).to_have_text("The loss goes back to every number")
    expect(poster.locator("[data-poster=dz1]")).to_be_visible()
    poster.locator("[data-poster=L]").click()
    screen.ready(stage="L")
    screen.page.reload()
    screen.ready(stage="L")
    map.focus()
    screen.press("Enter")
    screen.ready(stage="a1")
    expect(poster).to_be_hidden()
    assert "whole" not in screen.address


def test_gradients_slide_out_from_right_to_left_and_at_once_with_reduced_motion(screen: Screen):
    delays = """() => [...document.querySelectorAll('.poster [data-poster^=d]')].map((map) => [Number(map.dataset.order), map.getAnimations()])
      .flatMap(([order, moves]) => moves.map((move) => [order, move.effect.getTiming().delay]))"""
    for motion in ("no-preference", "reduce"):
        screen.page.emulate_media(reduced_motion=motion)
        screen.open("/", stage="L", whole=1)
        screen.page.locator("[data-way=back]").click()
        screen.page.locator("[data-poster=df]").wait_for()
        waits = screen.page.evaluate(delays)
        assert bool(waits) == (motion == "no-preference")
        assert all(later >= earlier + 80 for (right, earlier), (left, later) in pairwise(sorted(waits, reverse=True)) if left < right)


def test_a_map_of_the_strip_leads_to_the_step_that_makes_or_reads_it(screen: Screen):
    screen.page.emulate_media(reduced_motion="reduce")
    screen.open("/", stage="x")
    for symbol, stage in (("z1", "z1"), ("w", "z2"), ("b", "z2"), ("y", "L"), ("dw", "dw"), ("f", "z1"), ("dx", "df")):
        screen.canvas(symbol).click()
        screen.ready(stage=stage)
    assert screen.address["cell"].startswith("dx:")


def test_maps_and_pictures_have_the_colours_of_the_night_as_soon_as_it_comes(screen: Screen):
    screen.open("/", stage="z1")
    pictures = ".scene :is(.factor .digits span, .total .bar)"
    expect(screen.page.locator(f":is({pictures}):visible").first).to_be_visible()
    shown = f"""() => [...document.querySelectorAll(`canvas[data-map=w], {pictures}`)]
      .map((e) => e.matches("canvas") ? e.toDataURL() : getComputedStyle(e).backgroundColor)"""
    day = screen.page.evaluate(shown)
    screen.page.emulate_media(color_scheme="dark")
    screen.page.wait_for_function(f"(day) => ({shown})().every((picture, n) => picture !== day[n])", arg=day)
    screen.page.emulate_media(color_scheme="light")
    screen.page.wait_for_function(f"(day) => ({shown})().every((picture, n) => picture === day[n])", arg=day)

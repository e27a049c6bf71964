"""Play slides the kernel, walks the stages and asks for the update by itself; a pointer that passes does not stop it, a click does."""

import itertools
import json
import re

from playwright.sync_api import Locator, expect

from cnnviz import Setup
from tests.e2e.page import ORDER, PATIENCE, Screen


def test_play_reaches_the_next_update_by_itself_and_goes_on(screen: Screen):
    screen.open("/", stage="L")
    stages = record(screen.root, "data-stage")
    screen.key("speed").select_option("10")
    screen.press("Space")
    expect(screen.key("play")).to_have_attribute("aria-pressed", "true")
    expect(screen.root).not_to_have_attribute("data-update", "0")
    expect(screen.root).to_have_attribute("data-playing", "1")
    screen.press("Space")
    expect(screen.root).to_have_attribute("data-playing", "0")
    passed = [stage for stage, _ in itertools.groupby(stages.json_value())]
    assert [stage for stage in passed if stage != "L"][:8] == [*ORDER[7:], "x"]
    screen.agrees()


def test_the_kernel_slides_past_a_pointer_and_a_click_on_a_map_pauses_it(screen: Screen):
    screen.open("/", stage="z1")
    screen.key("speed").select_option("0.03")
    seen = record(screen.canvas("x"), "data-lit")
    screen.switch("play")
    expect(screen.root).to_have_attribute("data-playing", "1")
    expect(screen.canvas("x")).to_have_attribute("data-lit", re.compile(r'^\[{"start":0,'))  # before, its own cell is lit
    screen.key("speed").select_option("1")
    expect(screen.canvas("x")).to_have_attribute("data-lit", re.compile(r'^\[{"start":[1-9]'))
    screen.point_at_middle("x")
    before = screen.canvas("x").get_attribute("data-lit")
    expect(screen.canvas("x")).not_to_have_attribute("data-lit", before)  # it goes on
    expect(screen.root).to_have_attribute("data-playing", "1")
    screen.canvas("x").click()
    expect(screen.root).to_have_attribute("data-playing", "0")
    expect(screen.key("play")).to_have_attribute("aria-pressed", "false")
    outlines = [lit for lit in seen.json_value() if lit not in ("", "target")]
    places = [(lit[0]["start"], lit[1]["start"]) for lit in map(json.loads, outlines)]
    assert places[0] == (0, 0)  # from the first place, in reading order
    assert places == sorted(places) and len(set(places)) > 3
    assert screen.root.get_attribute("data-stage") == "z1"
    screen.agrees()


def test_at_normal_speed_a_stage_stays_until_its_picture_is_complete_and_can_be_read(screen: Screen):
    screen.open("/", stage="v")
    read_for = screen.page.evaluate("""async () => {
      const root = document.querySelector(".cnnviz")
      const frame = () => new Promise(requestAnimationFrame)
      document.querySelector("[data-key=play]").click()
      while (root.dataset.stage === "v") await frame()
      const { stage } = root.dataset
      while (document.querySelector(".scene").dataset.flying !== "1" && root.dataset.stage === stage) await frame()
      while (document.querySelector(".scene").dataset.flying === "1" && root.dataset.stage === stage) await frame()
      const complete = performance.now()
      while (root.dataset.stage === stage) await frame()
      return performance.now() - complete
    }""")
    assert read_for > 2000


def test_a_step_by_hand_ends_the_play(screen: Screen):
    screen.open("/", k=1, stage="z1")
    screen.key("speed").select_option("0.03")
    for key, k, stage in (("ArrowRight", 1, "a1"), ("PageDown", 2, "a1"), ("ArrowLeft", 2, "z1"), ("Home", 0, "x")):
        screen.press("Space")
        expect(screen.root).to_have_attribute("data-playing", "1")
        screen.press(key)
        expect(screen.root).to_have_attribute("data-playing", "0")
        screen.shows(Setup(k=k, stage=stage))


def test_who_wants_less_motion_gets_no_sliding(screen: Screen):
    screen.page.emulate_media(reduced_motion="reduce")
    screen.open("/", stage="z1")
    lit = screen.canvas("x").get_attribute("data-lit")
    screen.key("speed").select_option("3")
    seen = record(screen.canvas("x"), "data-lit")
    screen.press("Space")
    expect(screen.root).not_to_have_attribute("data-stage", "z1")
    screen.press("Space")
    assert set(seen.json_value()) <= {lit, ""}  # one window, then none


def test_on_a_step_the_maps_glide_to_the_stage_and_the_picture_comes_about_until_a_key_lands_it_all(screen: Screen):
    screen.open("/", stage="z1")
    stage, z1 = screen.page.locator(".content"), screen.canvas("z1")
    z1.evaluate("(canvas) => { canvas.known = true }")
    assert z1.evaluate("(canvas) => Boolean(canvas.closest('.drawn'))") and not screen.canvas("a1").evaluate("(canvas) => Boolean(canvas.closest('.drawn'))")
    picture = screen.page.locator(".drawn .scene")
    seen, built = record(stage, "data-gliding"), record(picture, "data-flying")
    screen.press("ArrowRight")
    screen.ready(stage="a1")
    expect(stage).to_have_attribute("data-gliding", "0")
    expect(picture).to_have_attribute("data-flying", "0")
    assert seen.json_value()[-2:] == ["1", "0"] == built.json_value()[-2:]
    for symbol, large in (("x", False), ("z1", True), ("a1", True)):
        assert screen.canvas(symbol).evaluate("(canvas) => Boolean(canvas.closest('.drawn'))") == large, symbol
    assert z1.evaluate("(canvas) => canvas.known"), "a copy"
    landed = stage.evaluate(
        """async (stage) => {
             const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
             press("ArrowLeft")
             while (stage.dataset.gliding !== "1") await new Promise(requestAnimationFrame)
             press("Shift")
             return [stage.dataset.gliding, stage.querySelector(".scene").dataset.flying]
           }"""
    )
    assert landed == ["0", "0"]
    screen.page.emulate_media(reduced_motion="reduce")
    count, flown = len(seen.json_value()), len(built.json_value())
    screen.press("ArrowRight")
    screen.ready(stage="a1")
    screen.painted()
    assert "1" not in seen.json_value()[count:] + built.json_value()[flown:]


def test_the_channels_of_a_map_go_to_the_stage_one_by_one_from_the_strip_or_the_picture_before(screen: Screen):
    screen.open("/", net="conv5x3-relu-conv2x3-dense2-sigmoid-mse", stage="a1")
    starts = screen.page.evaluate(
        """async (patience) => {
             document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))
             const fields = () => [...document.querySelectorAll('.scene .channels .field[data-symbol="a1"]')]
             const flights = () => fields().flatMap((field) => field.getAnimations().map((flight) => ({ field, flight })))
             for (const end = performance.now() + patience; !flights().length && performance.now() < end; ) await new Promise(requestAnimationFrame)
             const strip = document.querySelector(".overview").getBoundingClientRect().top
             const all = flights()
             const starts = all.map(({ flight }) => new DOMMatrix(flight.effect.getKeyframes()[0].transform).f)
             for (const { flight } of all) flight.finish()
             return all.map(({ field }, n) => starts[n] + field.getBoundingClientRect().top > strip)
           }""",
        PATIENCE,
    )
    assert sorted(starts) == [False, True, True, True, True], "one channel stood in the picture before; four in the strip"
    screen.ready(stage="z2")
    expect(screen.page.locator(".drawn .scene")).to_have_attribute("data-flying", "0")


def test_what_the_kernel_has_not_reached_yet_is_not_printed(screen: Screen):
    screen.open("/", k=3, stage="df")
    whole = f"({PAINTED})(document.querySelector('canvas[data-map=\"df\"]'))"
    before = screen.page.evaluate(whole)
    screen.key("speed").select_option("0.03")
    screen.switch("play")
    expect(screen.page.locator('[data-figure="df"].filling')).to_have_count(1)
    expect(screen.page.locator('[data-figure="df"] .limits')).to_be_hidden()
    screen.painted()
    assert screen.page.evaluate(whole) < before / 4, "cells are painted that are not computed yet"


PAINTED = """(c) => { const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height)
  let count = 0
  for (let i = 3; i < data.length; i += 4) if (data[i]) count++
  return count }"""


def record(element: Locator, attribute: str):
    """A list in the page that grows by each value that the attribute takes."""
    return element.evaluate_handle(
        """(element, name) => {
             const seen = []
             seen.observer = new MutationObserver(() => seen.push(element.getAttribute(name))) // or it may be collected
             seen.observer.observe(element, { attributes: true, attributeFilter: [name] })
             return seen
           }""",
        attribute,
    )

"""Predicting on Step: a stage asks before it shows its numbers, by keys alone; nothing tells them before; the count stays."""

import re

import numpy as np
from playwright.sync_api import expect

from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.decks.missions import blind
from tests.e2e.page import Screen, faults, snapshot, values

NET = "conv2x3-relu-max2-dense3-softmax-ce"


def test_every_stage_asks_before_it_shows(screen):
    page, strip = screen.page, screen.page.locator(".predict")
    arrays = values(Setup(net=NET, y=(1.0, 0.0, 0.0)))
    screen.open("/", net=NET, y="1,0,0", stage="x", predict="1")
    expect(strip).to_contain_text("the next stage asks")

    # A factor of one of the products: its field has the focus, and another term's number is told to be one.
    screen.press("ArrowRight")
    screen.ready(stage="z1")
    field = strip.get_by_label("Your number")
    expect(field).to_be_focused()
    expect(strip).to_contain_text("is a sum of 9 products")
    for where in (screen.numbers, page.locator(".live"), page.locator(".explain .drawn")):
        expect(where).not_to_contain_text("≈")
    expect(screen.canvas("z1")).to_have_attribute("aria-label", "z1: hidden until you answer")
    screen.canvas("z1").focus()
    screen.press("o")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    channel = int(strip.inner_text().split("[")[1][0])
    field.fill(f"{arrays['f'][channel].flat[np.abs(arrays['f'][channel]).argmin()]:.6g}")
    screen.press("Enter")
    expect(strip).to_contain_text(f"That is f[{channel},")
    expect(strip).to_contain_text("0 of 1")
    expect(screen.numbers).to_contain_text("≈")

    # After a miss the same question on another cell has the focus: its numbers are hidden again.
    asked = strip.get_by_role("status").inner_text()
    expect(strip.get_by_text("Same question, another cell")).to_be_focused()
    screen.press("Enter")
    expect(field).to_be_focused()
    expect(strip).to_contain_text("is a sum of 9 products")
    expect(screen.canvas("z1")).to_have_attribute("aria-label", "z1: hidden until you answer")
    assert strip.locator("#predict-ask").inner_text().split(" ")[0] not in asked
    screen.key("predict_show").click()
    expect(strip).to_contain_text("0 of 1")

    # The way on; an arrow shows what is asked, and is not counted.
    strip.get_by_text("Next stage").click()
    screen.ready(stage="a1")
    expect(field).to_be_focused()
    screen.press("ArrowRight")
    expect(strip).to_contain_text("a₁[")
    expect(strip).to_contain_text("0 of 1")

    # Which cell of a block is kept: on its map, by arrows and Enter.
    screen.press("ArrowRight")
    screen.ready(stage="p1")
    expect(screen.canvas("a1")).to_be_focused()
    cell = [int(n) for n in strip.inner_text().split("[")[1].split("]")[0].split(",")]
    block = arrays["a1"][cell[0], 2 * cell[1] : 2 * cell[1] + 2, 2 * cell[2] : 2 * cell[2] + 2]
    down, right = np.unravel_index(block.argmax(), block.shape)
    screen.press(*["ArrowDown"] * down, *["ArrowRight"] * right, "Enter")
    expect(strip).to_contain_text("Right.")
    expect(strip).to_contain_text("1 of 2")

    # A number; the count and the mode are still there after a reload, and the link asks anew.
    page.reload()
    screen.ready(stage="p1")
    expect(strip).to_contain_text("1 of 2")
    expect(strip).to_contain_text("Which cell of a₁ becomes p₁[")
    screen.key("predict_show").click()
    page.locator('[data-stage-chip="L"]').click()
    screen.ready(stage="L")
    expect(page.locator(".status .loss")).to_have_text("…")
    field.fill(f"{arrays['L'][0]:.3g}")
    screen.press("Enter")
    expect(strip).to_contain_text("2 of 3")
    screen.press("p")
    expect(strip).to_be_hidden()
    expect(page).not_to_have_url(re.compile("predict="))


def test_a_mission_is_taken_reached_and_remembered_and_a_mistake_is_named(screen):
    page, strip = screen.page, screen.page.locator(".mission")
    screen.open("/", stage="x")
    expect(strip).to_be_hidden()
    screen.key("rail_practice").click()
    page.locator("[data-mission=silent]").click()
    expect(page.locator(".sheet:visible")).to_have_count(0)  # which would lie over what the mission says
    expect(strip).to_contain_text("Make every number of ∂f zero")
    screen.ready(stage="df")
    strip.get_by_text("A hint").click()
    expect(strip).to_contain_text("One factor that is zero everywhere")
    screen.select("weights", "zeros")
    expect(strip.get_by_role("status")).to_contain_text("Reached.")
    expect(page).to_have_url(re.compile("mission=silent"))
    for asked in (True, False):  # one of the two at a time
        screen.press("p")
        expect(page.locator(".predict")).to_be_visible(visible=asked)
        expect(strip).to_be_visible(visible=not asked)
    screen.key("mission_end").click()
    expect(strip).to_be_hidden()
    screen.open("/", mission="culprit", case="4", stage="do")  # a factor of 2 in ∂o
    expect(page.locator("[data-mission=silent]")).to_contain_text("reached")
    expect(screen.numbers).to_contain_text("here it is")
    choice = strip.get_by_role("combobox")
    choice.select_option("flip_forgotten@dx")
    strip.get_by_text("Name it").click()
    expect(strip.get_by_role("status")).to_contain_text("no. ∂o[0] would be")
    here = snapshot(Setup())
    right = blind(Setup(), here, 4)
    choice.select_option(next(address for address in right.choices if right.check_choice(address, here)[0]))
    strip.get_by_text("Name it").click()
    expect(strip.get_by_role("status")).to_contain_text("Reached.")


def test_what_an_operation_reads_stays_in_sight_while_its_result_is_hidden(screen: Screen):
    screen.open("/", query="hide=1&stage=x")
    screen.press("ArrowRight")
    screen.ready(stage="z1")
    screen.page.wait_for_function("document.querySelector('.drawn canvas[data-map=x]')?.clientWidth > 150")
    picture = screen.page.locator(".scene .hidden-result")
    expect(picture.get_by_role("table", name="kernel")).to_be_visible()
    expect(picture.locator(".unknown")).to_have_text(re.compile(r"\?$"))
    expect(screen.page.locator(".foot .numbers")).to_have_text("Space shows the numbers.")
    expect(screen.canvas("z1")).to_have_attribute("aria-label", "z1: not computed yet")
    screen.press("Space")
    expect(picture).to_have_count(0)
    expect(screen.page.locator(".scene .convolution")).to_be_visible()
    expect(screen.canvas("z1")).to_have_attribute("aria-label", re.compile("900 values"))


BENEATH_FORMULA = """() => {
  const formula = document.querySelector(".explain .formula").getBoundingClientRect()
  const parts = [...document.querySelectorAll(".scene :is(.digits, .field, .colour-bar, b)")].filter((e) => e.checkVisibility({ visibilityProperty: true }))
  return parts.filter((e) => {
    const box = e.getBoundingClientRect()
    return Math.min(box.right, formula.right) - Math.max(box.left, formula.left) > 1 && Math.min(box.bottom, formula.bottom) - Math.max(box.top, formula.top) > 1
  }).map((e) => `${e.className} ${e.textContent.trim().slice(0, 20)}`)
}"""
"""Parts of the picture that the formula is painted over."""


def test_no_formula_is_painted_over_a_map_after_a_miss_or_over_a_list_of_gradients(screen: Screen):
    screen.open("/", seed=39, stage="z1", predict="1")
    screen.page.locator(".predict").get_by_label("Your number").fill("7.7")
    screen.press("Enter")
    expect(screen.page.locator(".predict")).to_contain_text("Not quite.")
    assert faults(screen.page, BENEATH_FORMULA) == []
    tinygrad = next(preset for preset in PRESETS if preset.name == "tinygrad")
    for stage in ("dg1", "da2"):
        screen.open("/", **tinygrad.query, stage=stage)
        assert faults(screen.page, BENEATH_FORMULA) == []

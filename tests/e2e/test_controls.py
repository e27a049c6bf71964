"""Each control changes the setup in the address, and the screen shows that setup; keys stay out of the way."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from cnnviz import Setup
from cnnviz.core.setup.kernels import KERNELS, random_kernel
from tests.e2e.page import Screen, screen_in


def test_every_control_changes_the_lesson(screen: Screen):
    screen.open("/", k=1, stage="a1")
    for act, name, value in (
        (lambda: screen.choose("image", "test-3"), "img", "test-3"),
        (lambda: screen.choose("channel", "blue"), "ch", "blue"),
        (lambda: screen.choose("scale", "raw"), "scale", "raw"),
        (lambda: screen.choose("scale", "unit"), "scale", "unit"),
        (lambda: screen.type("target_0", "0.25"), "y", (0.25, 0.0)),
        (lambda: screen.type("target_1", "1"), "y", (0.25, 1.0)),
        (lambda: screen.type("learning_rate", "0.1"), "lr", 0.1),
        (lambda: screen.select("stride", "2"), "stride", 2),
        (lambda: screen.select("padding", "full"), "pad", "full"),
        (lambda: screen.select("weights", "zeros"), "w", "zeros"),
        (lambda: screen.select("weights", "normal"), "w", "normal"),
        (lambda: screen.type("seed", "5"), "seed", 5),
        (lambda: screen.select("padding", "valid"), "pad", "valid"),
        (lambda: screen.select("stride", "1"), "stride", 1),
        (lambda: screen.select("rule", "procedural"), "rule", "procedural"),
        (lambda: screen.choose("image", "pattern-checkerboard"), "img", "pattern-checkerboard"),
    ):
        act()
        assert getattr(screen.setup, name) == value
        assert (screen.setup.k, screen.setup.stage) == (1, "a1")
        screen.agrees()
    assert screen.complaints() == []


def chosen_kernel(screen: Screen) -> Locator:
    """The picture of the named kernel that is chosen; none of one's own."""
    return screen.key("kernel_preset").locator("[aria-pressed=true]")


def test_typing_into_the_kernel_turns_the_preset_to_custom(screen: Screen):
    screen.open("/")
    expect(chosen_kernel(screen)).to_have_attribute("data-value", "sobel-x")
    kernel = list(KERNELS["sobel-x"])
    for i, text in enumerate(("0.5", "-3", "−2.25", "7", "1e-3", "12", ".5", "", "-1")):
        screen.type(f"kernel_{i // 3}_{i % 3}", text)
        kernel[i] = float(text.replace("−", "-") or 0)
        assert screen.setup.f == tuple(kernel)
    expect(chosen_kernel(screen)).to_have_count(0)
    screen.agrees()
    for name, weights in KERNELS.items():
        screen.choose("kernel_preset", name)
        assert screen.setup.f == weights
        expect(chosen_kernel(screen)).to_have_attribute("data-value", name)
    screen.agrees()
    screen.choose("kernel_preset", "identity")
    for i, weight in enumerate(KERNELS["identity"]):
        expect(screen.key(f"kernel_{i // 3}_{i % 3}")).to_have_value(f"{weight:g}")


def test_editing_one_weight_leaves_the_digits_of_the_others(screen: Screen):
    exact = tuple(n / 7 for n in range(1, 10))
    screen.open("/", f=",".join(map(repr, exact)), y="0.123456789,0")
    expect(screen.key("kernel_0_0")).to_have_value("0.14286")
    screen.type("kernel_1_1", "2")
    screen.type("target_1", "0.5")
    assert screen.setup.f == (*exact[:4], 2.0, *exact[5:])
    assert screen.setup.y == (0.123456789, 0.5)


def test_a_random_kernel_is_new_each_time_and_comes_again_from_its_link(screen: Screen, browser, browser_context_args):
    screen.open("/", k=2)
    drawn = []
    for _ in range(2):
        screen.switch("kernel_random")
        screen.agrees()
        drawn.append(screen.setup.f)
        expect(chosen_kernel(screen)).to_have_count(0)
    assert len({KERNELS["sobel-x"], *drawn}) == 3
    with screen_in(browser, browser_context_args) as other:
        other.open(query=screen.page.url.partition("?")[2]).shows(screen.setup)
        other.open("/", f="random-7").shows(Setup(f=random_kernel(7)))


def test_keys_are_silent_while_somebody_types(screen: Screen):
    screen.open("/", k=1, stage="a1")
    screen.connected()  # the view may be there first
    sent = len(screen.sent)
    with screen.reaching("learning_rate") as rate:
        rate.focus()
        screen.press("ArrowRight", "ArrowLeft", "Home", "PageDown", "PageUp", "Shift+ArrowRight", "l", "o", "?", "Space")
        expect(rate).to_be_focused()
        rate.fill("0.01")
        screen.press("Enter")  # leaves the field; from here on keys are the page's again
    screen.press("ArrowRight")
    screen.ready(update=1, stage="v")
    assert len(screen.sent) == sent
    expect(screen.page.locator(".cnnviz.lecture, dialog[open], [role=dialog]")).to_have_count(0)
    expect(screen.root).not_to_have_attribute("data-playing", "1")


def test_a_list_of_keys_opens_and_holds_the_keys_back(screen: Screen):
    screen.open("/", stage="a1")
    screen.press("?")
    help_ = screen.page.locator("dialog.help")
    expect(help_).to_be_visible()
    for words in ("one stage back or on", "one update back or on", "play or pause", "update 0, first stage", "lecture view"):
        expect(help_).to_contain_text(words)
    screen.press("ArrowRight", "PageDown", "l")
    screen.press("Escape")
    expect(help_).to_be_hidden()
    expect(screen.root).to_have_attribute("data-stage", "a1")
    expect(screen.page.locator(".cnnviz.lecture")).to_have_count(0)
    screen.switch("keys")
    help_.get_by_role("button", name="Close").click()
    expect(help_).to_be_hidden()
    screen.press("ArrowRight")
    screen.ready(update=0, stage="v")


def test_the_live_region_says_update_stage_and_loss(screen: Screen):
    screen.open("/", k=3, stage="dz1")
    live = screen.page.locator("[aria-live]")
    expect(live).to_have_text(
        "Update 3, stage 12 of 14, partial L by partial z1. Back through the slope of the sigmoid. "
        + screen.numbers.inner_text().replace("\n", "").replace("∂z₁", "partial L by partial z1")
        + ". Loss 0.10287."
    )
    screen.press("ArrowRight")
    expect(live).to_contain_text("Update 3, stage 13 of 14, partial L by partial f.")
    screen.press("PageUp")
    expect(live).to_contain_text("Update 2, stage 13 of 14, partial L by partial f.")


def test_a_weight_is_edited_in_its_own_map_and_in_the_picture(screen: Screen):
    screen.open("/", k=2, stage="z1")
    field = screen.page.locator(".kernel-field")
    screen.canvas("f").click(position={"x": 5, "y": 5})
    expect(field).to_be_focused()
    expect(field).to_have_value("-1")  # as it starts, and not as it is after two updates
    field.press("Shift+ArrowUp")
    screen.page.wait_for_url("**&f=0,0,1,*")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(screen.canvas("f")).to_be_focused()
    screen.agrees()
    screen.canvas("f").click(position={"x": 25, "y": 25})
    field.fill("0.5")
    field.press("Enter")
    screen.page.wait_for_url("**&f=0,0,1,-2,0.5,*")
    screen.press("ArrowRight")  # which is the page's again
    screen.ready(stage="a1")
    screen.open("/", net="conv2x3-relu-conv2x3-relu-dense2-softmax-ce", w="he", stage="z2", k=1)
    start = screen.setup.first_params()["f2"]
    screen.canvas("f2").focus()
    screen.press("Enter")
    name, place = re.search(r"f₂\[([\d,]+)\]", field.get_attribute("aria-label")), field.input_value()
    cell = tuple(map(int, name[1].split(",")))
    assert float(place) == pytest.approx(start[cell], rel=1e-3)
    field.fill("0,25")
    field.press("Enter")
    screen.page.wait_for_url("**f2=*")
    screen.ready()
    wanted = start.copy()
    wanted[cell] = 0.25
    assert np.array_equal(screen.setup.first_params()["f2"], wanted)
    assert screen.setup.k == 1
    picture = screen.page.locator(".drawn")
    box = picture.bounding_box()
    row = box["y"] + box["height"] / 2  # the middle one of the kernels'
    for x in range(10, int(box["width"]), 25):
        screen.page.mouse.move(box["x"] + x, row)
        if "editable" in picture.get_attribute("class"):
            break
    screen.page.mouse.click(box["x"] + x, row)
    expect(field).to_have_attribute("aria-label", re.compile(r"^f₂\["))
    field.press("Escape")
    expect(screen.page.locator(".explain .text")).to_be_focused()

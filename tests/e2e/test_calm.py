"""A screen shows a few controls and four font sizes at a time, and its content begins at one left edge on all pages."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.page import Screen, faults
from tests.pictures import BATCH, EXPLAINER, TINY_VGG

MOST_CONTROLS = 40
LEFT = 88
CALM = Path(__file__).with_name("calm.js").read_text("utf-8")
SIZES = Path(__file__).with_name("sizes.js").read_text("utf-8")
PATHS = (
    "/?stage=z1&cell=z1:4,4", "/?stage=df", "/?stage=update", f"/?{EXPLAINER}&stage=z2", f"/?{TINY_VGG}&stage=z2", f"{BATCH}&stage=n1",
    "/train", "/train?of=many", "/check", "/check?check=own", "/notebook", "/notebook?part=experiment", "/notebook?part=architecture", "/learn", "/learn?lesson=kernel&step=3",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_at_most_forty_controls_are_in_sight_and_content_begins_at_one_edge(path: str, screen: Screen):
    screen.page.emulate_media(reduced_motion="reduce")
    screen.page.goto(path)
    screen.ready()
    screen.painted()
    elsewhere = f"(left) => [({CALM})()].filter((found) => found.left !== left)"  # a title may come later
    assert faults(screen.page, elsewhere, LEFT) == []
    assert screen.page.evaluate(CALM)["controls"] <= MOST_CONTROLS


@pytest.mark.parametrize(
    "path",
    [
        "/?stage=z1&cell=z1:4,4", "/?stage=o", "/?stage=z1&predict=1", "/check", "/check?check=break&mistake=sign_flipped", "/check?check=own",
        "/notebook?part=1", "/notebook?part=2", "/notebook?part=architecture", "/train", "/train?of=many",
        "/learn", *(f"/learn?lesson={lesson}&step={step}" for lesson, step in (("kernel", 3), ("blame", 2), ("saturated", 2), ("check", 1), ("sums", 3), ("norm", 4))),
    ],
)  # fmt: skip
def test_all_texts_have_one_of_the_font_sizes_of_the_page(path: str, screen: Screen):
    screen.page.goto(path)
    screen.ready()
    assert faults(screen.page, SIZES) == []


@pytest.mark.parametrize("stage", ["z1", "z2", "dw"])
def test_at_most_forty_controls_are_in_sight_while_a_number_is_predicted(stage: str, screen: Screen):
    screen.open("/", predict="1", stage=stage)
    field = screen.page.locator(".predict input")
    expect(field).to_be_visible()
    assert screen.page.evaluate(CALM)["controls"] <= MOST_CONTROLS
    field.fill("77")
    field.press("Enter")
    expect(screen.key("predict_score")).to_be_visible()
    assert screen.page.evaluate(CALM)["controls"] <= MOST_CONTROLS


def test_at_most_forty_controls_are_in_sight_while_a_script_begins(screen: Screen):
    screen.open("/", stage="z1")
    screen.key("script").click()
    expect(screen.key("add_screen")).to_be_visible()
    assert screen.page.evaluate(CALM)["controls"] <= MOST_CONTROLS

"""A screen shows a few controls at a time, and its content begins at one left edge on all pages."""

from pathlib import Path

import pytest

from tests.e2e.page import Screen
from tests.pictures import BATCH, EXPLAINER, TINY_VGG

MOST_CONTROLS = 40
LEFT = 88
CALM = Path(__file__).with_name("calm.js").read_text("utf-8")
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
    found = screen.page.evaluate(CALM)
    assert found["controls"] <= MOST_CONTROLS
    assert found["left"] == LEFT

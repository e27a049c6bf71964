"""What opens over the page: a map as a Plotly chart, and an image of one's own."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from cnnviz import Lesson, load_image
from tests.e2e.page import Screen, read, values

PLOTLY = re.compile("plotly", re.IGNORECASE)


def dialog(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog")


def large(screen: Screen, symbol: str) -> None:
    """Opens a map large, from its card."""
    screen.page.locator(f'[data-figure="{symbol}"] figcaption').click()
    screen.key("large").click()


def test_a_map_opens_large_as_plotly_and_plotly_not_before(screen: Screen):
    lesson = Lesson(k=1, stage="df")
    screen.open("/", k=1, stage="x")
    screen.press(*["ArrowRight"] * 12)
    screen.canvas("df").hover()
    screen.ready(update=1, stage="df")
    assert not [url for url in screen.requested if PLOTLY.search(url)]
    large(screen, "z1")
    plot = dialog(screen).locator(".js-plotly-plot")
    expect(plot).to_be_visible()
    assert [url for url in screen.requested if PLOTLY.search(url)]
    expect(dialog(screen)).to_contain_text("z₁, feature map, after 1 update")
    expect(plot.locator(".colorbar")).to_be_visible()
    plot.locator(".nsewdrag").hover()
    plot.locator(".nsewdrag").hover(position={"x": 120, "y": 150})
    hover = plot.locator(".hoverlayer .hovertext")
    expect(hover).to_contain_text("z₁ = ")
    row, column, value = re.search(r"row (\d+), column (\d+).*?z₁ = (\S+)", hover.text_content(), re.DOTALL).groups()
    assert read(value) == pytest.approx(values(lesson)["z1"][int(row), int(column)], rel=1e-8)
    expect(plot.locator("[data-title*='png' i]")).to_have_count(1)  # Plotly's own way to keep the picture
    screen.press("ArrowRight")  # keys belong to the dialog
    screen.close_dialog()
    screen.shows(lesson)


def test_a_pinned_cell_stays_pinned_behind_a_dialog(screen: Screen):
    screen.open("/", net="conv2x3-sigmoid-dense2-sigmoid-mse", k=1, stage="z1")
    screen.connected()
    screen.point("x", (4, 7), (32, 32))
    screen.page.mouse.down()
    screen.page.mouse.up()
    screen.point_away()
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    screen.press("o")  # what the words are about, not the stage
    expect(dialog(screen)).to_contain_text("x, image")
    screen.close_dialog()
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    expect(screen.numbers).to_contain_text("[4,7]")


def test_maps_with_layers_the_loss_and_the_update_open_too(screen: Screen):
    screen.open("/", k=2, stage="update")
    for act, panels, title in (
        (lambda: large(screen, "w"), 2, "w, weights"),
        (lambda: large(screen, "L"), 1, "L after 2 updates"),
        (lambda: screen.press("o"), 1, "f, kernel"),  # the map of the stage
    ):
        act()
        plot = dialog(screen).locator(".js-plotly-plot")
        expect(plot.locator(".cartesianlayer > .subplot")).to_have_count(panels)
        expect(dialog(screen)).to_contain_text(title)
        screen.prints_no_trace()
        screen.close_dialog()
    screen.agrees()


def test_an_upload_becomes_part_of_the_link(screen: Screen):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    screen.open("/", k=1, stage="x", ch="green")
    upload(screen, "mine.png", "image/png", png(pixels))
    expect(screen.page).to_have_url(re.compile("img=upload-"))
    expect(dialog(screen)).to_have_count(0)
    screen.agrees()
    lesson = screen.lesson
    assert (lesson.k, lesson.stage, lesson.ch) == (1, "x", "green")
    assert np.array_equal(load_image(lesson.img, "green", "raw"), pixels[..., 1])
    expect(screen.page.locator(".rail .words")).to_have_text("your own picture")
    screen.page.reload()
    screen.shows(lesson)
    screen.page.evaluate("history.back()")
    screen.shows(Lesson(k=1, stage="x", ch="green"))
    screen.page.evaluate("history.forward()")
    screen.shows(lesson)


def test_what_is_no_picture_gets_a_sentence_in_the_dialog(screen: Screen):
    lesson = Lesson(k=1, stage="x")
    screen.open("/", k=1, stage="x")
    bomb = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(bomb, "PNG")
    for name, kind, content, sentence in (
        ("notes.txt", "text/plain", b"This is no picture.", "is no PNG"),
        ("empty.png", "image/png", b"", "The file is empty"),
        ("cut.png", "image/png", png(np.zeros((32, 32, 3), np.uint8))[:60], "damaged or incomplete"),
        ("bomb.png", "image/png", bomb.getvalue(), "million pixels"),
    ):
        upload(screen, name, kind, content)
        expect(dialog(screen).get_by_role("alert")).to_contain_text(sentence)
        screen.prints_no_trace()
        screen.close_dialog()
        assert screen.lesson == lesson
    screen.shows(lesson)


def upload(screen: Screen, name: str, kind: str, content: bytes) -> None:
    screen.key("rail_image").click()
    screen.key("upload").click()
    expect(dialog(screen)).to_be_visible()
    expect(screen.page.locator(".sheet:popover-open")).to_have_count(0)
    chooser = dialog(screen).locator("input[type=file]")
    chooser.set_input_files({"name": name, "mimeType": kind, "buffer": content})


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()

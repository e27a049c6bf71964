"""What the menu Export gives: pictures of the screen, files of the moment on it, and the way back for parameters."""

import base64
import io
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, Page, expect

from cnnviz import Setup
from cnnviz.core.setup.presets import PRESETS
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.hand_sheet import PARTS, hand_sheet
from tests.e2e.page import Screen, printed_loss, snapshot

SVG = "{http://www.w3.org/2000/svg}"


FILES = ("html", "script", "notebook", "keras", "pytorch", "arrays", "parameters", "gif", "exercise", "exercise_script", "spreadsheet", "sheet", "answers", "teacher")
ENDINGS = {"parameters": "json", "arrays": "npz"}


def open_files(screen: Screen) -> None:
    screen.key("export").click()
    screen.key("files").click()


def open_weights(screen: Screen) -> None:
    screen.key("export").click()
    screen.key("weights_in").click()


def picture(screen: Screen, kind: str) -> Download:
    if screen.page.viewport_size["width"] < 720:  # a phone's header is folded
        screen.key("more").click()
    screen.key("export").click()
    with screen.page.expect_download() as download:
        screen.key(f"export_{kind}").click()
    return download.value


def test_files_go_home_and_parameters_come_back(screen: Screen, tmp_path):
    screen.open("/", k="4", lr="0.2", img="test-3")
    page = screen.page
    open_files(screen)
    for what in FILES:
        link, name = screen.key(f"file_{what}"), tmp_path / f"lesson.{ENDINGS.get(what, what)}"
        with page.expect_download() as download:
            link.click()
        download.value.save_as(name)
        assert name.stat().st_size > 1000 and download.value.suggested_filename == link.get_attribute("download")
        if what in ("script", "parameters"):  # a link, too, for whoever opens it elsewhere
            assert page.request.get(link.evaluate("(link) => link.href")).body() == name.read_bytes()
    screen.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    loss = printed_loss(snapshot(Setup(img="test-3", lr=0.2, k=4)).losses[-1])
    for ending in ("json", "npz"):
        screen.open("/", img="test-7", stride="2")  # what was saved here brings its setup
        open_weights(screen)
        screen.key("weights_file").set_input_files(tmp_path / f"lesson.{ending}")
        page.wait_for_url(re.compile("img=test-3&.*w=held-.*stride=1"))
        screen.ready(update=0)
        expect(page.locator(".status .loss")).to_have_text(loss)
        expect(page.locator(".notice")).to_contain_text("The parameters come from the file")
    np.save(tmp_path / "kernel.npy", np.arange(9.0).reshape(3, 3))
    open_weights(screen)
    screen.key("weights_file").set_input_files(tmp_path / "kernel.npy")
    page.wait_for_url(re.compile("f=0,1,2,3,4,5,6,7,8"))
    expect(page.locator(".notice")).to_have_text("The first filter is the array (3, 3).")
    screen.ready(update=0)
    expect(page.locator(".notice")).to_be_visible()
    screen.press("ArrowLeft")
    expect(page.locator(".notice")).to_be_hidden()


def test_several_checkpoints_are_a_film_that_opens_each_in_step(screen: Screen, tmp_path):
    screen.open("/", img="test-3", n="1000")
    lessons = [Setup(img="test-3", lr=0.2, k=k) for k in (0, 5, 20)]
    for lesson in lessons:
        (tmp_path / f"at-{lesson.k}.npz").write_bytes(arrays_npz(lesson, snapshot(lesson)))
    open_weights(screen)
    screen.key("weights_file").set_input_files([tmp_path / f"at-{lesson.k}.npz" for lesson in reversed(lessons)])
    screen.page.wait_for_url(re.compile("/train.*checkpoints=held-"))
    screen.ready(update=0)
    assert "n" not in screen.address
    expect(screen.key("updates").locator("option:checked")).to_have_text("3 checkpoints")
    screen.press("ArrowRight")
    screen.press("ArrowRight")
    screen.ready(update=2)
    loss = printed_loss(snapshot(lessons[2]).losses[-1])
    expect(screen.page.locator("[data-key=update_card]")).to_contain_text(re.compile(f"checkpoint 2: at-20.*{re.escape(loss)}", re.DOTALL))
    expect(screen.page.locator(".film > .film-head")).to_contain_text("Checkpoint 2: L fell from")
    screen.key("open_in_step").click()
    screen.page.wait_for_url(re.compile(r"/\?.*w=held-[0-9a-f]{16}\.2"))
    screen.ready(update=0)
    expect(screen.page.locator(".status .loss")).to_have_text(loss)
    screen.prints_no_trace()


def test_a_file_that_holds_no_parameters_gets_a_sentence(screen: Screen, tmp_path):
    screen.open("/")
    open_weights(screen)
    (tmp_path / "odd.json").write_text('{"f": [NaN]}')
    screen.key("weights_file").set_input_files(tmp_path / "odd.json")
    expect(screen.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("The file")
    screen.prints_no_trace()


def test_from_the_film_goes_home_what_is_on_the_screen(screen: Screen, tmp_path):
    screen.open("/train", n="60", k="40")
    screen.press(*["ArrowLeft"] * 13)
    screen.ready(update=27)
    open_files(screen)
    for what in ("parameters", "gif"):
        ending = ENDINGS.get(what, what)
        with screen.page.expect_download() as download:
            screen.key(f"file_{what}").click()
        assert "update-27" in download.value.suggested_filename or ending == "gif"
        download.value.save_as(tmp_path / f"lesson.{ending}")
    here = snapshot(Setup(k=27))
    assert json.loads((tmp_path / "lesson.json").read_text())["f"] == here.params.f.tolist()
    assert Image.open(tmp_path / "lesson.gif").n_frames == 60  # all of the film on the page, thinned


@pytest.mark.parametrize("path", ["/", "/train", "/check", "/notebook"])
def test_a_picture_holds_all_that_is_shown_and_says_which_lesson_it_is(screen: Screen, path):
    screen.open(path, k="2", lr="0.05", rule="one_pixel", mistake="mean_forgotten")
    holds_all(screen, path)
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.painted()
    holds_all(screen, path)


def holds_all(screen: Screen, path: str) -> None:
    """The picture, of what is on the screen now."""
    download = picture(screen, "svg")
    assert download.suggested_filename.startswith(f"cnnviz-{path.strip('/') or 'step'}-test-0-update-2")
    text = download.path().read_text()
    assert "color(" not in text
    root = ElementTree.fromstring(text)
    width, height = float(root.get("width")), float(root.get("height"))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.find(f"{SVG}desc").text == screen.page.url
    maps = [[float(image.get(name)) for name in ("x", "y", "width", "height")] for image in root.iter(f"{SVG}image")]
    for image, (_, _, w, h) in zip(root.iter(f"{SVG}image"), maps, strict=True):
        drawn = Image.open(io.BytesIO(base64.b64decode(image.get("href").partition(",")[2])))
        assert (drawn.width, drawn.height) == pytest.approx((3 * w, 3 * h), abs=3), "squeezed, or coarse"
    assert len(maps) == screen.page.locator(".middle canvas:visible").count()
    assert all(0 <= x and 0 <= y and x + w <= width + 1 and y + h <= height for x, y, w, h in maps), "cut off"
    words = {entry.text: [float(entry.get(name)) for name in ("x", "y")] for entry in root.iter(f"{SVG}text")}
    foot = "test-0, cat, red, pixels 0 … 1, kernel sobel-x, stride 1, padding valid, w normal from seed 0, targets 1,0, learning rate 0.05, rule one_pixel, update 2"
    assert foot in " ".join(entry.text for entry in root.iter(f"{SVG}text"))
    title = screen.page.locator(".middle .title").inner_text()
    x, y = next(place for line, place in words.items() if title.startswith(line))
    assert not any(left <= x < left + w and top < y < top + h for left, top, w, h in maps), "words on a map"
    expect(screen.page.locator(".cnnviz.still")).to_have_count(0)
    png = Image.open(io.BytesIO(picture(screen, "png").path().read_bytes()))
    assert png.size == (2 * width, 2 * height)


def test_the_menu_closes_without_a_choice(screen: Screen):
    screen.open("/")
    for close in (lambda: screen.press("Escape"), lambda: screen.page.locator(".explain .title").click()):
        screen.key("export").click()
        expect(screen.key("files")).to_be_visible()
        close()
        expect(screen.key("files")).to_be_hidden()


@pytest.mark.parametrize(
    "query",
    [{"seed": "39"}, next(preset.query for preset in PRESETS if preset.name == "vzhou"), {"net": "conv2x3-bn-relu-max2-dense3-softmax-ce", "ch": "rgb"}],
    ids=["default", "vzhou", "batch normalization"],
)
def test_the_worksheet_is_two_printed_pages_and_its_answers_one(page: Page, query: dict[str, str]):
    setup, _ = Setup.parse_query(query)
    sheets = {part: hand_sheet(setup, snapshot(setup), "an image", part) for part in PARTS}
    for part, count in (("questions", 2), ("answers", 1), ("teacher", 3)):
        page.set_content(sheets[part])
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type /Page\b", pdf)) == count, part
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1047})
        outside = page.locator(".task > div").evaluate_all("(all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)")
        assert outside == [], part

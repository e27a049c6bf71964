"""What opens over the page: a map, a chart, and an image of one's own."""

import io
import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Route, expect

from cnnviz import Setup, load_image
from cnnviz.core.setup.image_ids import CLASSES
from cnnviz.core.setup.presets import PRESETS
from cnnviz.data import cifar10
from cnnviz.data.images import find_image
from cnnviz.hosts.dialogs import answers
from tests.e2e.page import Screen, place, read, snapshot, values
from tests.e2e.test_accessibility import violations

LENET = next(preset.net for preset in PRESETS if preset.name == "lenet")
PLOTLY = re.compile("plotly", re.IGNORECASE)


def dialog(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog")


def large(screen: Screen, symbol: str) -> None:
    """Opens a map large, from its card."""
    screen.page.locator(f'[data-figure="{symbol}"] figcaption').click()
    screen.key("large").click()


def test_a_map_opens_large_on_the_page_itself_with_every_number(screen: Screen):
    setup = Setup(k=1, stage="df")
    screen.open("/", k=1, stage="df")
    large(screen, "z1")
    picture = dialog(screen).locator(".seen canvas")
    expect(picture).to_be_visible()
    expect(dialog(screen).locator("[data-table=map] option:checked")).to_have_text("z₁ · feature map · 30×30")
    expected = values(setup)["z1"]
    box = picture.bounding_box()
    for row, column in ((0, 0), (3, 17), (29, 29)):
        screen.page.mouse.move(*place(box, (row, column), (30, 30)))
        message = dialog(screen).locator(".seen figcaption")
        expect(message).to_contain_text(f"z₁[{row},{column}] = ")
        assert read(message.inner_text().split(" = ")[1]) == pytest.approx(expected[row, column], rel=1e-8, abs=1e-12)
    screen.page.mouse.wheel(0, -400)
    expect(picture).not_to_have_js_property("clientWidth", round(box["width"]))
    screen.key("as_numbers").click()
    expect(dialog(screen).locator(".cells td").first).to_be_visible()
    expect(picture).not_to_be_visible()
    assert not [url for url in screen.requested if PLOTLY.search(url)]
    screen.press("ArrowRight")  # keys belong to the dialog
    screen.close_dialog()
    screen.shows(setup)


@pytest.mark.parametrize("net", [LENET, "conv26x5-relu-conv26x5-relu-max2-dense10-softmax-ce"])
def test_the_wheel_makes_a_map_large_until_its_digits_are_read_and_a_click_leads_to_a_cell(screen: Screen, net: str):
    """Any number of LeNet's second convolution in two moves, and of a larger one's, whose gradients come as colours first."""
    setup = Setup.from_query({"net": net, "img": "digit7-3"})[0]
    screen.open("/", net=net, img="digit7-3", stage="update")
    gradients = snapshot(setup).gradients["df2"]
    low, high = gradients.min(), gradients.max()
    label = screen.canvas("df2").get_attribute("aria-label")  # the smaller end of colours is not known yet
    ends = [read(text) for text in re.findall(r"−?[\d.]+(?:e−\d+)?", label.rsplit(" values, ", 1)[1])]
    assert ends == pytest.approx([low, high] if net == LENET else [max(high, -low)], rel=1e-3)
    box = screen.canvas("df2").bounding_box()
    screen.page.mouse.move(box["x"] + 5, box["y"] + 5)
    screen.page.mouse.wheel(0, -100)
    expect(dialog(screen)).to_be_visible()
    picture = dialog(screen).locator(".seen [role=img]")
    expect(picture).to_be_visible()
    shown = picture.evaluate("(map) => { const { x, y } = map.parentElement.getBoundingClientRect(); return { x, y } }")
    screen.page.mouse.move(shown["x"] + 60, shown["y"] + 60)
    message = dialog(screen).locator(".seen figcaption").inner_text()
    cell = re.search(r"\[([\d,]+)\]", message)[1]
    screen.page.mouse.down()
    screen.page.mouse.up()
    expect(dialog(screen)).to_be_hidden()
    expect(screen.page).to_have_url(re.compile(f"cell=df2:{cell}&|cell=df2:{cell}$"))
    expect(screen.numbers).to_contain_text(f"∂f₂[{cell}]")
    gradient = gradients[tuple(map(int, cell.split(",")))]
    assert read(message.split(" = ")[1]) == pytest.approx(float(gradient), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_a_large_map_is_whole_in_its_dialog(screen: Screen, width: int, height: int):
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.open("/", net=LENET, img="digit7-3", stage="df2")
    screen.press("o")
    map_choice = dialog(screen).locator("[data-table=map]")
    for label in ("∂f₂ ", "f₂ ", "x ", "p₂ ", "z₅ ", "b₅ "):
        map_choice.select_option(index=[text.startswith(label) for text in map_choice.locator("option").all_inner_texts()].index(True))
        out = dialog(screen).locator(".seen > div").evaluate("(e) => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]")
        assert max(out) <= 0, label


def test_a_large_map_says_how_fingers_enlarge_it_where_there_is_no_wheel(finger: Screen):
    finger.open("/", stage="z1")
    finger.press("o")
    expect(dialog(finger).locator(".seen figcaption")).to_contain_text("pinch to zoom")


def test_two_fingers_that_go_apart_on_a_map_open_it_and_make_it_larger_still(screen: Screen):
    screen.open("/", stage="z1")
    touch = screen.page.context.new_cdp_session(screen.page)

    def pinch(x: float, y: float) -> None:
        for kind, apart in (("touchStart", 20), ("touchMove", 30), ("touchMove", 60)):
            points = [{"x": x + side * apart, "y": y, "id": side + 1} for side in (-1, 1)]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    box = screen.canvas("z1").bounding_box()
    pinch(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    picture = dialog(screen).locator(".seen [role=img]")
    expect(picture).to_be_visible()
    box, before = dialog(screen).locator(".seen div").first.bounding_box(), picture.evaluate("(map) => map.clientWidth")
    pinch(box["x"] + 120, box["y"] + 120)
    assert picture.evaluate("(map) => map.clientWidth") > 1.5 * before


def test_a_pinned_cell_stays_pinned_behind_a_dialog(screen: Screen):
    screen.open("/", net="conv2x3-sigmoid-dense2-sigmoid-mse", k=1, stage="z1")
    screen.connected()
    screen.point("x", (4, 7), (32, 32))
    screen.page.mouse.down()
    screen.page.mouse.up()
    screen.point_away()
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    screen.press("o")  # what the words are about, not the stage
    expect(dialog(screen).locator("[data-table=map] option:checked")).to_have_text("x · image · 32×32")
    screen.close_dialog()
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    expect(screen.numbers).to_contain_text("[4,7]")


def test_layers_of_weights_and_the_update_open_too_and_the_loss_as_plotly(screen: Screen):
    screen.open("/", k=2, stage="update")
    for act, title in ((lambda: large(screen, "w"), "w · weights"), (lambda: screen.press("o"), "f · kernel")):
        screen.point_away()  # what is pointed at would open, and a dialog that closes leaves the mouse over some map
        act()
        expect(dialog(screen).locator(".seen canvas")).to_be_visible()
        expect(dialog(screen).locator("[data-table=map] option:checked")).to_contain_text(title)
        screen.close_dialog()
    large(screen, "L")
    expect(dialog(screen).locator(".js-plotly-plot .cartesianlayer > .subplot")).to_have_count(1)
    expect(dialog(screen)).to_contain_text("L · update 2")
    screen.prints_no_trace()
    screen.close_dialog()
    screen.agrees()


def test_an_upload_becomes_part_of_the_link(screen: Screen):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    screen.open("/", k=1, stage="x", ch="green")
    upload(screen, "mine.png", "image/png", png(pixels))
    expect(dialog(screen).locator(".targets-of button")).to_have_text(["cat", "dog"])  # it asks what it is
    expect(screen.page).not_to_have_url(re.compile("img=upload-"))
    screen.key("own_target_1").click()
    expect(screen.page).to_have_url(re.compile("img=upload-"))
    expect(dialog(screen)).to_have_count(0)
    screen.agrees()
    setup = screen.setup
    assert (setup.k, setup.stage, setup.ch, setup.y, setup.output_names) == (1, "x", "green", (0, 1), ("cat", "dog"))
    assert np.array_equal(load_image(setup.img, "green", "raw"), pixels[..., 1])
    expect(screen.page.locator(".rail .words")).to_have_text("your own picture")
    screen.page.reload()
    screen.shows(setup)
    screen.page.evaluate("history.back()")
    screen.shows(Setup(k=1, stage="x", ch="green"))
    screen.page.evaluate("history.forward()")
    screen.shows(setup)


def test_all_of_cifar10_is_chosen_by_class_page_and_number(screen: Screen, monkeypatch):
    """Python's own answers, of a set made of the bundled images."""
    result = [find_image(f"{name}-{n}") for n in range(30) for name in CLASSES]
    images, labels = np.stack([image.pixels for image in result]), np.arange(300) % 10
    loader = cifar10.Loader()
    loader._full_set, loader._state = cifar10.collect(images, labels, images[:50], labels[:50]), "ready"
    monkeypatch.setattr(cifar10, "LOADER", loader)
    screen.open("/", k=1, stage="x")

    def answer(route: Route) -> None:
        route.fulfill(body=answers.answer("cifar10", dict(parse_qsl(urlsplit(route.request.url).query))).body, content_type="application/json")

    screen.page.route("**/dialogs/cifar10?*", answer)
    screen.key("rail_image").click()
    screen.key("cifar10").click()
    shown = dialog(screen).locator(".grid button")
    expect(shown).to_have_text([str(n) for n in range(24)])
    screen.key("cifar10_on").click()
    expect(shown).to_have_text([str(n) for n in range(24, 48)])
    screen.key("split_test").click()
    expect(dialog(screen)).to_contain_text("1–24 of 50")
    screen.key("split_train").click()
    screen.key("cifar10_class").select_option(label="cat")
    expect(shown).to_have_text([str(n) for n in range(3, 243, 10)])
    screen.key("cifar10_number").fill("299")
    screen.key("cifar10_number").press("Enter")
    expect(shown).to_have_text([str(n) for n in range(288, 300)])
    assert violations(screen) == []
    with screen.page.expect_request(re.compile(r"/numbers/.*img=train-295")) as asked:
        screen.key("cifar10_295").click()
    assert "y=0,1" in asked.value.url  # a dog, of cat and dog
    expect(dialog(screen)).to_have_count(0)


def test_what_is_no_picture_gets_a_sentence_in_the_dialog(screen: Screen):
    setup = Setup(k=1, stage="x")
    screen.open("/", k=1, stage="x")
    bomb = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(bomb, "PNG")
    for name, kind, content, sentence in (
        ("notes.txt", "text/plain", b"This is no picture.", "is not a PNG"),
        ("empty.png", "image/png", b"", "The file is empty"),
        ("cut.png", "image/png", png(np.zeros((32, 32, 3), np.uint8))[:60], "The picture is damaged"),
        ("bomb.png", "image/png", bomb.getvalue(), "million pixels"),
    ):
        upload(screen, name, kind, content)
        expect(dialog(screen).get_by_role("alert")).to_contain_text(sentence)
        screen.prints_no_trace()
        screen.close_dialog()
        assert screen.setup == setup
    screen.shows(setup)


DIGITS = {"img": "digit7-3", "net": "conv8x3-max2-dense10-softmax-ce", "classes": "0,1,2,3,4,5,6,7,8,9", "stage": "x"}


def open_pad(screen: Screen) -> None:
    screen.key("rail_image").click()
    screen.key("drawing").click()
    expect(screen.key("pad")).to_be_focused()


def ink(screen: Screen) -> int:
    """The pixels of the pad that are white."""
    return screen.key("pad").evaluate("(pad) => pad.getContext('2d').getImageData(0, 0, 28, 28).data.filter((value, n) => n % 4 === 1 && value > 200).length")


def test_a_digit_is_drawn_by_pointer_cleared_and_drawn_again_by_keys_and_becomes_part_of_the_link(screen: Screen):
    screen.open("/", **DIGITS)
    open_pad(screen)
    expect(dialog(screen)).to_contain_text("not seen any digit")
    expect(dialog(screen)).to_contain_text("0, 1, 2, 3, 4, 5, 6, 7, 8, 9")
    box, mouse = screen.key("pad").bounding_box(), screen.page.mouse
    mouse.move(box["x"] + 60, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 220, steps=8)
    mouse.up()
    assert ink(screen) > 20
    screen.key("pad_clear").click()
    assert ink(screen) == 0
    screen.key("own_target_1").click()
    expect(dialog(screen).get_by_role("alert")).to_have_text("Nothing is drawn yet.")
    screen.key("pad").focus()
    for key in (" ", *["ArrowDown"] * 9, " "):
        screen.page.keyboard.press(key)
    screen.key("own_target_1").click()
    expect(screen.page).to_have_url(re.compile("img=drawing-"))
    screen.agrees()
    setup = screen.setup
    assert setup.y == (0, 1, *[0] * 8) and setup.x_shape == (28, 28)
    rows, _ = np.nonzero(load_image(setup.img, "red", "raw"))
    assert np.ptp(rows) + 1 == 20
    screen.page.reload()
    screen.ready()
    screen.agrees()


def test_only_networks_of_digits_have_a_drawing_pad(screen: Screen):
    screen.open("/", stage="x")
    screen.key("rail_image").click()
    expect(screen.key("upload")).to_be_visible()
    expect(screen.key("drawing")).to_be_hidden()


def upload(screen: Screen, name: str, kind: str, content: bytes) -> None:
    screen.key("rail_image").click()
    screen.key("upload").click()
    expect(dialog(screen)).to_be_visible()
    expect(screen.page.locator(".sheet:popover-open")).to_have_count(0)
    screen.key("picture_file").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()

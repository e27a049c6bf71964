"""The Step page by its contract: keys, attributes, maps, all fourteen stages, and the core's numbers on the screen."""


import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.pages.network_record import formulas as network_formulas
from tests.e2e.page import ORDER, Screen, cell_of, geometry, read, values
from tests.pictures import TINY_VGG

KEYS = (
    *("image", "channel", "scale", "kernel_preset", "kernel_random", "target_0", "target_1"),
    *(f"kernel_{u}_{v}" for u in range(3) for v in range(3)),
    *("learning_rate", "stride", "padding", "rule"),
    *("stage_next", "stage_back", "update_next", "update_back", "play", "restart"),
)
MAPS = "x f z1 a1 v w b z2 o dx df dz1 da1 dw db dz2 do".split()
CELLS = {
    "x": [(0, 0), (17, 30)],
    "f": [(0, 2), (1, 1)],
    "z1": [(0, 0), (12, 7), (29, 29)],
    "a1": [(3, 28)],
    "w": [(0, 0, 0), (29, 4, 1)],
    "b": [(0, 0)],
    "z2": [(0, 0), (1, 0)],
    "o": [(1, 0)],
    "y": [(0, 0)],
    "L": [(0, 0)],
    "do": [(0, 0), (1, 0)],
    "dz2": [(1, 0)],
    "dw": [(15, 15, 0), (2, 29, 1)],
    "db": [(0, 0)],
    "da1": [(29, 0)],
    "dz1": [(8, 21)],
    "df": [(0, 0), (2, 1)],
    "dx": [(0, 0), (16, 16), (31, 31)],
}


def test_a_first_visit_finds_every_key_and_every_map(screen: Screen):
    screen.open("/").shows(Setup(stage="x"))  # from its beginning; a setup in the address opens as it says
    screen.open("/", stage="df").shows(Setup())
    expect(screen.root).to_have_attribute("data-ready", "1")
    for key in KEYS:
        expect(screen.key(key)).to_have_count(1)
        with screen.reaching(key) as control:
            expect(control).to_be_visible()
    for symbol in MAPS:
        expect(screen.canvas(symbol)).to_have_count(1)
        assert screen.canvas(symbol).evaluate(
            "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((byte) => byte)"
        ), f"{symbol} is blank"


def test_a_visit_begins_with_nothing_learned_and_tells_nothing_that_is_not_computed_yet(screen: Screen):
    screen.open("/")
    status = screen.page.locator(".status")
    expect(status).to_contain_text("not trained yet")
    expect(status.locator(".loss")).to_be_hidden()
    screen.press("ArrowRight")
    screen.ready(stage="z1")
    expect(screen.page.locator(".explain .phase")).to_have_text("forward · z1 · convolution")
    screen.press("w")
    for symbol in ("z1", "w", "a1"):
        map = screen.page.locator(f'.poster [data-poster="{symbol}"]')
        assert ("ahead" in map.get_attribute("class").split()) == (symbol == "a1")
    expect(screen.page.locator(".poster h1")).to_contain_text("Next:")
    screen.page.locator('[data-meaning="signs.sigmoid"]').first.click()
    expect(screen.page.locator(".meaning")).to_contain_text("between 0 and 1")
    screen.press("Escape")
    expect(screen.page.locator(".meaning")).to_be_hidden()
    expect(screen.page.locator(".cnnviz.whole")).to_have_count(1)  # out of one thing after the other
    screen.press("Escape")
    expect(screen.page.locator(".cnnviz.whole")).to_have_count(0)
    screen.page.locator('[data-stage-chip="L"]').click()
    expect(status.locator(".loss")).to_be_visible()


def test_fourteen_stages_by_keys_and_by_chips_each_said_in_words_and_numbers(screen: Screen):
    setup = Setup(k=1, stage="x")
    screen.open("/", k=1, stage="x")
    expected, of = values(setup), geometry(setup)
    formulas = network_formulas(setup.network.program(setup.x_shape))
    for stage in setup.network.stages:
        screen.ready(update=1, stage=stage.symbol)
        expect(screen.page.locator(".explain .title")).to_have_text(str(stage.title))
        message = screen.page.locator(".explain .sentence")
        if stage.phase == "backward":  # first what the number means, then how it comes about
            expect(message).to_have_text(re.compile(r"^Raise .* by 0\.\d+: the loss (rises|falls) by about .*; really by .*\.$"))
            expect(screen.page.locator(".explain .how")).to_contain_text(str(stage.sentence))
        else:
            expect(message).to_have_text(str(stage.sentence))
        assert screen.page.locator(".explain .formula").inner_html() == formulas[stage.symbol]
        array = expected["f_next" if stage.symbol == "update" else stage.symbol]
        cell = cell_of(screen.numbers.inner_text(), of, stage.symbol)
        assert screen.value() == pytest.approx(array[cell], rel=6e-5), stage.symbol
        assert screen.address["stage"] == stage.symbol
        if stage.symbol != "update":
            screen.press("ArrowRight")
    for symbol in reversed(ORDER):
        screen.page.locator(f'[data-stage-chip="{symbol}"]').click()
        screen.ready(update=1, stage=symbol)
        expect(screen.page.locator(f'[data-stage-chip="{symbol}"]')).to_have_attribute("aria-current", "step")
    screen.agrees()


def test_stages_ask_the_server_nothing_and_an_update_asks_for_its_numbers_once(screen: Screen):
    screen.open("/", stage="x", f="1,2,3,-4,5e-3,6,7,8,9", seed="31")
    screen.connected()  # the view may be there first
    sent = len(screen.sent)
    assert sent  # the page's own first message: it can be counted
    for symbol in ORDER[1:]:
        screen.press("ArrowRight")
        screen.ready(update=0, stage=symbol)
    screen.switch("stage_back")
    screen.ready(stage="df")
    screen.switch("stage_next")
    screen.switch("update_next")
    screen.ready(update=1, stage="update")
    assert len(screen.sent) == sent  # Streamlit hears nothing of it
    asked = [url for url in screen.requested if "/numbers/" in url]
    assert len(asked) == len({*asked}) and sum("k=1&" in url for url in asked) == 1
    assert len([url for url in asked if "k=" not in url]) == 1  # it came with the page, by the very address that the page asks for


ACT = """async (keys) => {
  const at = () => document.querySelector(".cnnviz").dataset.stage
  for (const key of keys) document.querySelector(`[data-key="${key}"]`).click()
  await Promise.resolve()
  return at()
}"""
"""Clicks, and says which stage is drawn before the next frame."""
POINT = """async () => {
  const [x, z1] = ["x", "z1"].map((map) => document.querySelector(`canvas[data-map="${map}"]`))
  const { left, top } = z1.getBoundingClientRect()
  const before = x.dataset.lit
  z1.dispatchEvent(new PointerEvent("pointermove", { clientX: left + 3, clientY: top + 3, bubbles: true, pointerType: "mouse" }))
  await Promise.resolve()
  const waits = x.dataset.lit === before
  await new Promise(requestAnimationFrame)
  return [waits, x.dataset.lit !== before]
}"""
"""Points at a cell, and says whether it is drawn not at once but with the next frame."""


def test_what_one_does_is_drawn_before_the_next_frame_and_what_one_points_at_with_it(screen: Screen):
    screen.open("/", stage="z1")
    assert screen.page.evaluate(POINT) == [True, True]
    assert screen.page.evaluate(ACT, ["stage_next"]) == "a1"
    assert screen.page.evaluate(ACT, ["stage_next", "stage_next"]) == "z2"


def test_updates_go_on_and_back_by_buttons_and_keys(screen: Screen):
    screen.open("/", stage="dz1")
    for act, k, stage in (
        (lambda: screen.switch("update_next"), 1, "dz1"),
        (lambda: screen.press("PageDown"), 2, "dz1"),
        (lambda: screen.press("Shift+ArrowRight"), 3, "dz1"),
        (lambda: screen.press("PageUp"), 2, "dz1"),
        (lambda: screen.switch("update_back"), 1, "dz1"),
        (lambda: screen.press("Shift+ArrowLeft"), 0, "dz1"),
        (lambda: screen.press("Shift+ArrowLeft"), 0, "dz1"),  # there is nothing before the first
        (lambda: screen.press("ArrowRight", "ArrowRight", "ArrowRight"), 1, "x"),  # past the last stage
        (lambda: screen.press("ArrowLeft"), 0, "update"),
        (lambda: screen.press("PageDown", "PageDown", "PageDown"), 3, "update"),  # faster than the answers come
        (lambda: screen.switch("restart"), 0, "x"),
        (lambda: screen.press("PageDown"), 1, "x"),
        (lambda: screen.press("Home"), 0, "x"),
    ):
        act()
        screen.shows(Setup(k=k, stage=stage))
        assert screen.setup == Setup(k=k, stage=stage)


def test_numbers_after_three_updates_are_the_cores(screen: Screen):
    setup = Setup(k=3, stage="update")
    screen.open("/", k=3, stage="update").shows(setup)
    expect(screen.page.locator(".status .loss")).to_have_text("0.10287")
    expected, of = values(setup), geometry(setup)
    for symbol, cells in CELLS.items():
        shape = (1, 1) if symbol == "L" else of.shape(symbol)
        for cell in cells:
            screen.point(symbol, cell, shape)
            array = expected[symbol]
            if symbol in setup.network.parameters:  # which the update steps
                array = array - setup.lr * expected[f"d{symbol}"]
            array = array.reshape(shape)
            assert screen.value() == pytest.approx(array[cell], rel=6e-5), (symbol, cell)


PRINTED = """() => {
  const print = CanvasRenderingContext2D.prototype.fillText
  window.printed = {}
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const map = this.canvas.dataset?.map
    if (map) (window.printed[map] ??= {})[[Math.round(y), Math.round(x)]] = text
    return print.call(this, text, x, y, ...rest)
  }
}"""


def test_the_numbers_on_small_maps_are_the_cores(screen: Screen):
    screen.page.add_init_script(f"({PRINTED})()")
    screen.page.set_viewport_size({"width": 2560, "height": 1440})
    screen.open("/", k=2, stride=8, stage="update", f="random-3", view="lecture")
    printed = screen.page.evaluate("window.printed")
    assert set(printed) >= {"z2", "o", "db"}
    for symbol, cells in printed.items():
        expected = values(screen.setup)[symbol].ravel()
        shown = sorted(cells.items(), key=lambda cell: tuple(map(int, cell[0].split(","))))
        numbers = np.array([read(text) for _, text in shown])
        assert len(numbers) == len(expected), symbol
        largest = np.abs(expected).max()
        scale = largest / np.abs(numbers).max()  # maps of small numbers leave a power of ten out
        power = 10.0 ** np.round(np.log10(scale)) if largest else 1.0
        np.testing.assert_allclose(numbers * power, expected, rtol=0.06, atol=0.006 * power, err_msg=symbol)


def test_a_map_whose_numbers_leave_a_power_of_ten_out_says_so_in_sight(screen: Screen):
    screen.open("/", stage="df")
    picture = screen.page.locator(".scene")
    expect(picture.get_by_role("cell", name="23.38")).to_be_in_viewport(ratio=1)
    expect(picture.get_by_text("× 10⁻³")).to_be_in_viewport(ratio=1)


def test_the_arithmetic_adds_up(screen: Screen):
    """The products and totals that are printed are those that the value comes from."""
    setup = Setup(k=2, stage="update")
    screen.open("/", k=2, stage="update")
    expected = values(setup)
    x, f, dz1 = expected["x"], expected["f"], expected["dz1"]
    screen.point("z1", (4, 9), (30, 30))
    assert screen.terms() == pytest.approx((x[4:7, 9:12] * f).ravel(), rel=6e-3)
    screen.point("df", (2, 0), (3, 3))
    shares = x[2:32, 0:30] * dz1
    assert screen.terms() == pytest.approx([shares.clip(min=0).sum(), shares.clip(max=0).sum()], rel=6e-4)
    screen.point("z2", (1, 0), (2, 1))
    products = expected["v"] * expected["w"][:, 1]
    totals = [products.clip(min=0).sum(), products.clip(max=0).sum(), expected["b"][1]]
    assert screen.terms() == pytest.approx(totals, rel=6e-4)
    screen.point("dx", (0, 2), (32, 32))  # under the kernel at three places only
    assert screen.terms() == pytest.approx([dz1[0, at] * f[0, 2 - at] for at in range(3)], rel=6e-3)


MIDDLES = """(cells) => cells.map((cell) => {
  const middle = (part) => { const { left, right } = part.getBoundingClientRect(); return (left + right) / 2 }
  const words = document.createRange()
  words.selectNodeContents(cell.querySelector("small"))
  return middle(words) - middle(cell)
})"""


def test_the_name_of_a_unit_stands_in_the_middle_of_its_cell(screen: Screen):
    screen.open("/", stage="o")
    off = screen.page.locator(".scene [role=cell]:has(small)").evaluate_all(MIDDLES)
    assert len(off) == 4 and max(map(abs, off)) < 1


def test_the_table_of_a_weights_gradient_is_within_its_picture(screen: Screen):
    screen.open("/", query=f"{TINY_VGG}&stage=dw")
    over = "(e) => Math.max(...[...e.querySelectorAll('.table *')].map((part) => part.getBoundingClientRect().right)) - e.getBoundingClientRect().right"
    assert screen.page.locator(".outer-product").evaluate(over) <= 0


def test_small_words_in_a_line_of_numbers_that_wraps_have_thirteen_pixels(screen: Screen):
    screen.open("/", "net=conv4x3b-tanh-avg2-dense2-sigmoid-bce&stage=z1")
    screen.page.locator(".explain .numbers").evaluate("(e) => e.classList.add('wraps')")  # whether it must wrap depends on the digits
    expect(screen.page.locator(".numbers.wraps small").first).to_have_css("font-size", "13px")


def test_the_strip_has_all_images_and_a_click_on_one_shows_it(screen: Screen):
    net = "conv2x3-relu-max2-drop50-dense2-softmax-ce"
    screen.open("/", f"img=cat-0,cat-1,dog-0,dog-1&net={net}&stage=r1")
    places = screen.page.locator('[data-figure="p1"] [data-channel]')
    expect(places).to_have_count(8)
    expect(screen.page.locator('[data-figure="p1"] .up')).to_have_attribute("data-image", "0")
    fresh = screen.page.locator(".scene .sum-name.fresh-mask")
    expect(fresh).to_have_count(0)
    screen.page.locator("[data-thrown]").click()
    expect(fresh).to_have_text(re.compile(r"^new mask \d"))
    first = fresh.text_content() or ""
    screen.page.locator("[data-thrown]").click()
    expect(fresh).not_to_have_text(first)
    screen.page.locator('[data-figure="z1"] [data-channel="1"][data-image="2"]').click()
    expect(screen.page).to_have_url(re.compile("stage=z1.*image=2"))
    expect(screen.page.locator('[data-figure="z1"] .up')).to_have_attribute("data-image", "2")
    expect(screen.page.locator(".stepper .which").first).to_have_text("3")  # counted as in the pictures, "image 3: dog-0"


def test_raw_pixels_saturate_every_unit_and_the_screen_says_why(screen: Screen):
    setup = Setup(scale="raw", f=(10, 6, 13, 13, 8, 9, 8, 7, 15), stage="df")
    screen.open("/", scale="raw", f="notebook", stage="df").shows(setup)
    assert not np.any(values(setup)["df"])
    assert screen.value() == 0
    expect(screen.page.locator(".saturation")).to_have_text("saturated 100%")
    expect(screen.page.locator(".remark")).to_contain_text("exactly 0")


def test_a_loss_that_is_not_computed_has_no_darker_frame_than_other_maps(screen: Screen):
    frame = "(canvas) => { const { outlineWidth, outlineColor } = getComputedStyle(canvas); return [outlineWidth, outlineColor] }"
    screen.open("/", stage="z1")
    assert screen.canvas("L").evaluate(frame) == screen.canvas("a1").evaluate(frame)
    screen.open("/", stage="df")
    assert screen.canvas("L").evaluate(frame) != screen.canvas("a1").evaluate(frame)

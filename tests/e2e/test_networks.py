"""The Step page of any network: every stage, every number, the cells behind a cell, channels, presets and texts that do not fit."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.core.network import cell_links
from cnnviz.core.setup.presets import PRESETS
from cnnviz.words import message
from tests.e2e.page import COLLIDING, TOTAL, Screen, faults, values

SMALL = "conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce"
TINY_VGG = "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"
ODD = "conv3x5bs2p1-tanh-max3s2-gap-dense3-identity-mse"
SETUPS = (
    Setup(net=SMALL, ch="rgb", k=1, stage="x"),
    Setup(net=ODD, ch="gray", opt="adam", lr=0.1, k=2, stage="x"),
)
LARGE = (Setup(net=TINY_VGG, ch="rgb", stage="x"), Setup(**PRESETS[8].query, stage="x"))
SCROLLS = """() => [document.scrollingElement, ...document.querySelectorAll(".stMain, .stApp, .cnnviz, .cnnviz .middle, .overview")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.tagName}.${e.className}: ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`)"""


ONE_OUTPUT = Setup(net="conv1x3-sigmoid-dense1-sigmoid-bce", k=1, stage="x")


def named(setup: Setup) -> Setup:
    """The same setup at its last stage."""
    return Setup(**setup.to_query() | {"stage": "update"})


@pytest.mark.parametrize("setup", (*SETUPS, ONE_OUTPUT), ids=lambda setup: setup.net)
def test_every_stage_has_words_and_the_cores_number(screen: Screen, setup: Setup):
    screen.open(**setup.to_query())
    expected = values(setup)
    for stage in setup.network.stages:
        screen.ready(stage=stage.symbol)
        title = stage.title if stage != "update" or setup.opt == "gd" else message(f"stage.{setup.opt}.title")
        expect(screen.page.locator(".explain .title")).to_have_text(str(title))
        if stage != "update":
            cell = cell_of(screen)
            array = expected[stage.symbol]
            assert screen.value() == pytest.approx(array[cell] if cell else array.ravel()[0], rel=6e-5, abs=1e-12), stage
            screen.press("ArrowRight")
    screen.shows(named(setup))


@pytest.mark.parametrize("path", ["/check", "/notebook", "/learn"])
def test_a_network_with_one_output_opens_on_the_other_pages(screen: Screen, path: str):
    screen.open(path, **ONE_OUTPUT.to_query())
    screen.painted()
    assert screen.setup.net == ONE_OUTPUT.net


@pytest.mark.parametrize("setup", LARGE, ids=lambda setup: setup.net)
def test_a_large_network_fits_the_screen_at_its_first_and_its_last_stage(screen: Screen, setup: Setup):
    screen.open(**setup.to_query())
    for stage in ("x", "update"):
        screen.visit(setup.to_query() | {"stage": stage})
        screen.ready(stage=stage)
        screen.painted()
        assert faults(screen.page, SCROLLS) == []
        chips = screen.page.locator("[data-stage-chip]")
        expect(chips).to_have_count(len(setup.network.stages))
        box = chips.last.bounding_box()
        assert box["x"] + box["width"] < 1280
    channels = setup.network.program(setup.x_shape).shapes["z1"][0]
    expect(screen.page.locator('[data-figure="z1"] [data-channel]')).to_have_count(channels)
    for width, height in ((1280, 720), (1180, 820), (820, 1180)):
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.painted()
        assert faults(screen.page, COLLIDING) == [], width


def test_a_unit_far_down_a_list_is_the_one_that_is_told_of(screen: Screen):
    lenet = Setup(**next(preset for preset in PRESETS if preset.name == "lenet").query, w="he", seed=1, stage="z3", cell="z3:60")
    screen.open("/", **lenet.to_query())
    for stage in ("z3", "a3"):
        screen.ready(stage=stage)
        expect(screen.page.locator(".phase")).to_contain_text("[60]")
        expect(screen.page.locator(".stepper b").first).to_have_text("60")
        expect(screen.numbers).to_contain_text("[60] =")
        assert screen.value() == pytest.approx(values(lenet)[stage][60], rel=1e-4)
        screen.press("ArrowRight")


def test_the_settings_have_room_beside_a_network_of_many_channels(screen: Screen):
    screen.open("/", net=TINY_VGG, ch="rgb")
    screen.key("rail_settings").click()
    assert screen.page.locator(".sheet:visible").bounding_box()["height"] > 500
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.key("more").click()
    for name in ("image", "network"):
        expect(screen.key(f"rail_{name}")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("stage", "place"), [("z1", TOTAL), ("da1", TOTAL), ("df", TOTAL), ("dz1", ".numbers")])
def test_the_line_of_arithmetic_is_in_sight_whatever_the_image(screen: Screen, stage: str, place: str):
    screen.open("/", img="test-1", stage=stage)
    line = screen.page.locator(place)
    expect(line).to_contain_text(re.compile(r"[=≈] −?\d"))
    expect(line).to_be_in_viewport(ratio=1)
    expect(screen.numbers).to_be_visible(visible=place == ".numbers")  # a sum is stated once


def test_names_over_narrow_maps_stand_beside_each_other(screen: Screen):
    screen.page.set_viewport_size({"width": 960, "height": 700})
    for net in ("dense8-relu-dense8-relu-dense2-softmax-ce", "dense32-relu-dense16-relu-dense10-softmax-ce"):
        screen.open("/", net=net, stage="x", whole="1")
        screen.painted()
        assert faults(screen.page, COLLIDING) == [], net
        expect(screen.page.locator(".poster .head-of", has_text="outputs")).to_be_visible()


def test_the_whole_network_has_the_same_words_whether_it_is_opened_or_comes_from_a_strip_without_room_for_them(screen: Screen):
    screen.page.set_viewport_size({"width": 760, "height": 700})
    words = screen.page.locator(".poster .head-of:visible")
    screen.open("/", net="dense32-relu-dense16-relu-dense10-softmax-ce", stage="x")
    expect(words).to_have_count(0)
    screen.press("w")
    expect(words.first).to_be_visible()
    shown = words.all_inner_texts()
    screen.page.reload()
    screen.ready()
    expect(words.first).to_be_visible()
    assert words.all_inner_texts() == shown != []


def test_all_rules_of_adam_are_read_at_once(screen: Screen):
    screen.open("/", opt="adam", lr="0.01", stage="update")
    formula = screen.page.locator(".explain .formula")
    for width in (1280, 960):
        screen.page.set_viewport_size({"width": width, "height": 720})
        screen.painted()
        last, strip = formula.locator("math").last, screen.page.locator(".overview")
        assert formula.evaluate("e => e.scrollWidth - e.clientWidth") <= 1, width
        own, room, under = (part.bounding_box() for part in (last, formula, strip))
        assert own["x"] + own["width"] <= room["x"] + room["width"] + 1
        assert own["y"] + own["height"] <= under["y"] + 1, width


@pytest.mark.parametrize("net", ["conv1x3-relu-max2-dense2-softmax-ce", "conv1x3-sigmoid-dense3-relu-dense2-sigmoid-mse"])
def test_on_a_tablet_no_name_of_a_layer_stands_on_another(screen: Screen, net: str):
    screen.page.set_viewport_size({"width": 820, "height": 1180})
    screen.open("/", net=net, stage="o", whole="1")
    screen.painted()
    assert faults(screen.page, COLLIDING) == []


def test_in_the_whole_network_on_a_tablet_high_weights_leave_the_maps_their_room(screen: Screen):
    screen.page.set_viewport_size({"width": 820, "height": 1180})
    screen.open("/", net="conv1x3-relu-max2-dense2-softmax-ce", stage="o", whole="1")
    map, weights = (screen.page.locator(f'.poster [data-poster="{symbol}"]').first.bounding_box() for symbol in ("z1", "w"))
    assert map["width"] > 0.6 * weights["width"]


def test_pointing_lights_the_sources_in_every_channel(screen: Screen):
    setup = named(SETUPS[0])
    screen.open(**setup.to_query())
    program = setup.network.program(setup.x_shape)
    arrays = {name: array.reshape(program.laid_out.get(name, array.shape)) for name, array in values(setup).items() if name in program.laid_out}
    for symbol, channel in (("z2", 3), ("p1", 2), ("z1", 1)):
        place = screen.page.locator(f'[data-figure="{symbol}"] [data-channel="{channel}"]')
        box = place.bounding_box()
        screen.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
        expect(screen.canvas(symbol)).to_have_attribute("data-lit", "target")
        cell = cell_of(screen)
        assert cell[0] == channel
        for link in program.links[symbol]:
            lit = json.loads(screen.canvas(link.source).get_attribute("data-lit"))
            assert set(cells(lit, arrays[link.source].shape)) == set(cell_links.sources(link, cell, arrays)), link


def test_brackets_change_the_channel_and_a_pinned_one_stays(screen: Screen):
    screen.open(**SETUPS[0].to_query() | {"stage": "z2"})
    screen.page.locator('[data-figure="z2"] [data-channel="1"]').click()
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    screen.press("]")
    expect(screen.page.locator(".which")).to_have_text("2")
    before = cell_of(screen)
    screen.point_away()
    screen.press("ArrowRight")
    screen.ready(stage="a2")
    assert cell_of(screen)[0] == 2 and before[0] == 2
    screen.press("[", "[", "[")
    expect(screen.page.locator(".which")).to_have_text("3")


def test_a_preset_and_a_text_change_the_network_and_a_bad_one_says_why(screen: Screen):
    screen.open("/", stage="z1")
    place = next(n for n, preset in enumerate(PRESETS) if preset.name == "vzhou")
    screen.select("preset", str(place))
    assert (screen.setup.net, screen.setup.img) == (PRESETS[place].net, "digit7-3")
    screen.type("network", "conv2x5-relu-dense3-mse")
    assert screen.setup.net == "conv2x5-relu-dense3-mse"
    expect(screen.page.locator('[data-key^="kernel_"][data-place]')).to_have_count(25)
    screen.type("network", "conv2x5-relo-dense3-mse")
    expect(screen.page.locator('[data-wrong="net"]')).to_contain_text("relo")
    assert screen.setup.net == "conv2x5-relu-dense3-mse"
    screen.type("kernel_0_1", "0.5")
    assert 0.5 in screen.setup.kernel[:, 0, 0, 1]  # of the filter that is spoken of
    screen.select("optimizer", "adam")
    assert screen.setup.opt == "adam"


def cell_of(screen: Screen) -> tuple[int, ...]:
    """The index that the arithmetic begins with; () where there is none."""
    text = screen.numbers.inner_text()
    return tuple(int(i) for i in text[text.index("[") + 1 : text.index("]")].split(",")) if "[" in text.split(" ")[0] else ()


def cells(lit, shape) -> list[tuple[int, ...]]:
    """The cells of data-lit: by themselves, or rows and columns, with the output, channels and filters where there are several."""
    if isinstance(lit, dict):
        return [tuple(cell) for cell in lit["cells"]]
    along = [list(range(r["start"], r["start"] + r["count"] * r["step"], r["step"])) for r in (*lit[3:], *lit[:2])]
    if len(shape) == 1:
        return [(n,) for n in along[0]]
    return [tuple(map(int, cell)) for cell in np.stack(np.meshgrid(*along, indexing="ij"), -1).reshape(-1, len(along))]


def test_a_text_has_capitals_and_blanks_as_a_phone_types_it_and_ten_outputs_the_images_classes(screen: Screen):
    screen.open("/", img="dog-1")
    screen.type("network", "Conv4x3 - ReLU - Dense10 - Softmax - CE")
    assert screen.setup.net == "conv4x3-relu-dense10-softmax-ce"
    assert screen.setup.y.index(1) == screen.setup.classes.index("dog") == 5 and len(screen.setup.classes) == 10


def test_the_network_is_changed_layer_by_layer_and_back_undoes_it(screen: Screen):
    screen.open("/", net=SMALL, ch="rgb", lr=0.05, k=2, stage="a1")
    assert screen.page.locator(".stages").evaluate("(e) => e.scrollWidth <= e.clientWidth"), "stages are cut off"
    screen.key("rail_network").click()
    lines = screen.page.locator(".layers details")
    expect(lines).to_have_count(9)
    first = lines.first
    first.locator("summary").click()
    first.locator('[data-layer-change="count"]').fill("6")
    first.locator('[data-layer-change="count"]').press("Enter")
    screen.ready(update=0, stage="a1")
    expect(first).to_contain_text("6×30×30")
    assert screen.setup == Setup(net=SMALL.replace("conv4", "conv6", 1), ch="rgb", lr=0.05, stage="a1", y=screen.setup.y)
    screen.page.go_back()
    screen.ready(update=2, stage="a1")
    expect(first).to_contain_text("4×30×30")
    lines.nth(6).locator("summary").click()
    lines.nth(6).locator('[data-layer-change="remove"]').click()
    expect(screen.page.locator('[data-wrong="net"]')).to_contain_text("softmax")
    expect(lines).to_have_count(9)  # what cannot be built says why, and the last network stays

"""The Notebook page: exact beside the notebook's rule, deviation by deviation, and the story in six setups."""

import dataclasses
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.core.notebook.notebook import DEVIATION_TABLE, DEVIATIONS
from cnnviz.core.setup.setup import RULES
from tests.e2e.page import Screen, faults, read, values
from tests.e2e.test_view import RECORD

CUT = """() => [...document.querySelectorAll(".below, .below .card")]
  .map((e) => [e.className, e.scrollHeight - e.clientHeight]).filter(([, more]) => more > 1)"""
STORY = [  # what each setup is for
    {"scale": "raw", "rule": "exact", "stage": "a1"},
    {"scale": "raw", "rule": "exact", "stage": "df"},
    {"scale": "raw", "rule": "object-oriented", "stage": "update"},
    {"scale": "raw", "rule": "object-oriented", "stage": "dz1"},
    {"scale": "raw", "rule": "object-oriented", "stage": "df"},
    {"scale": "unit", "rule": "exact", "stage": "df"},
]


def written_on(screen: Screen, name: str) -> list[str]:
    """The numbers that are painted on a map."""
    return screen.page.evaluate("(name) => [...writing].filter(([context]) => context.canvas.dataset?.map === name).flatMap(([, all]) => all.map(([, text]) => text))", name)


def columns(screen: Screen) -> list[str]:
    return screen.page.locator("[data-column]").evaluate_all("(all) => all.map((head) => head.dataset.column)")


def parts(screen: Screen) -> tuple[str, set[str]]:
    """Where the rows first differ on the screen, and the columns that inherit it."""
    states = dict(
        screen.page.locator("[data-column]").evaluate_all(
            "(all) => all.map((h) => [h.dataset.column, h.dataset.state])"
        )
    )
    first = [symbol for symbol, state in states.items() if state == "first"]
    assert len(first) <= 1
    return (first or [""])[0], {symbol for symbol, state in states.items() if state == "inherits"}


def parts_in_core(setup: Setup, order: list[str]) -> tuple[str, set[str]]:
    ours, theirs = values(dataclasses.replace(setup, rule="exact")), values(setup)
    differing = [symbol for symbol in order if not np.array_equal(ours[symbol], theirs[symbol])]
    return (differing or [""])[0], set(differing[1:])


def test_presets_and_single_deviations_part_where_the_core_says(screen: Screen):
    screen.open("/notebook", scale="raw", f="notebook", k=1, y="1,1", stage="df")
    order = columns(screen)
    assert {"f", "z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df"} <= set(order)
    for rule in ("procedural", "object-oriented", "exact"):
        screen.switch(f"rule_{rule}")
        expect(screen.key(f"rule_{rule}")).to_have_attribute("aria-pressed", "true")
        assert screen.setup.rule == rule
        assert parts(screen) == parts_in_core(screen.setup, order)
        for name in DEVIATIONS:
            expect(screen.key(f"deviation_{name}")).to_have_attribute("aria-pressed", str(name in RULES[rule]).lower())
    for name in DEVIATIONS:
        screen.switch(f"deviation_{name}")
        assert screen.setup.deviations == {name}
        assert parts(screen) == parts_in_core(screen.setup, order)
        screen.switch(f"deviation_{name}")
        assert screen.setup.rule == "exact"
        assert parts(screen) == ("", set())


def test_each_switch_says_the_line_what_it_should_be_and_what_it_does(screen: Screen):
    screen.open("/notebook", part="experiment")
    for name in DEVIATIONS:
        row = screen.page.locator(".eight tr", has_text=str(DEVIATION_TABLE[name].title))
        theirs, exact = DEVIATION_TABLE[name].notebook, DEVIATION_TABLE[name].exact
        expect(row.locator("th")).to_have_attribute("title", f"− {theirs}\n+ {exact}")
        expect(row.locator("small")).to_contain_text("alone")
        expect(screen.page.locator(".of-cause", has=screen.key(f"deviation_{name}"))).to_contain_text(re.compile("Yes|No"))
    expect(screen.page.locator(".sets .set")).to_have_count(256)
    table = screen.page.locator(".eight")
    expect(table).to_be_hidden()
    screen.page.locator(".where summary").click()
    expect(table).to_be_visible()


def test_the_architecture_is_drawn_with_the_lessons_numbers(screen: Screen):
    screen.open("/notebook", k=3, part="architecture")
    shown = values(Setup(k=3))
    for text in (f"{shown['o'][0]:.2f}", f"{shown['z2'][0]:.2f}"):
        expect(screen.page.locator(".net svg")).to_contain_text(text)
    expect(screen.page.locator(".letters")).to_contain_text("2×901")
    screen.page.locator('.architecture [data-stage="a1"]').click()
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Step")
    screen.ready(update=3, stage="a1")


def test_both_rows_print_the_cores_numbers(screen: Screen):
    setup = Setup(rule="short_loop,one_pixel", k=2, stage="df")
    screen.open("/notebook", rule="short_loop,one_pixel", k=2, stage="df")
    ours, theirs = values(dataclasses.replace(setup, rule="exact")), values(setup)
    for symbol, cell, shape in (("df", (1, 2), (3, 3)), ("z1", (29, 29), (30, 30)), ("f_next", (0, 0), (3, 3))):
        screen.point_on_board("rule", symbol, cell, shape)
        lines = [read(text) for text in screen.page.locator(".lines b").all_inner_texts()]
        assert lines == pytest.approx([ours[symbol][cell], theirs[symbol][cell]], rel=1e-8)


def test_the_story_leads_through_its_lessons(screen: Screen):
    screen.open("/notebook", img="test-4", k=3, part="story")
    expect(screen.page.locator(".story h1")).to_have_text("The kernel moved. Its gradient is zero.")
    expect(screen.page.locator(".story .nine")).to_have_count(3)
    expect(screen.page.locator(".rail")).to_be_hidden()  # of a setup that is not on this screen
    exact_df = 'canvas[data-map="exact.df"]'
    for n, wanted in enumerate(STORY, 1):
        screen.switch(f"story_{n}" if n > 1 else "story_next")
        screen.ready(stage=wanted["stage"])
        expect(screen.page.locator('.story [aria-current="step"]')).to_have_attribute("aria-label", re.compile(f"Step {n} of 6"))
        expect(screen.page.locator(".story .dots")).to_contain_text(f"{n} of 6")
        expect(screen.page.locator(".note-of math").first).to_be_visible()
        expect(screen.page.locator(".printed")).to_contain_text("133 of 133 sums")
        setup = screen.setup
        assert {name: getattr(setup, name) for name in wanted} == wanted
        assert parts(screen) == parts_in_core(setup, columns(screen))
        size = np.abs(values(dataclasses.replace(setup, rule="exact"))["df"]).max()
        assert (size == 0) == (setup.scale == "raw")
        assert ("all 0" in screen.page.locator(exact_df).get_attribute("aria-label")) == (size == 0)
        if n == 4:
            expect(screen.page.locator(".story")).to_contain_text("59 × ¼ = 14.75")
        expect(screen.page.locator(".tag")).to_have_count(2 if setup.rule != "exact" else 0)
    screen.page.evaluate("history.back()")
    screen.ready(stage="df")
    assert screen.setup.rule == "object-oriented"


@pytest.mark.parametrize(("width", "height"), [(820, 1180), (1024, 768)])
def test_on_a_tablet_the_storys_words_and_both_rows_fill_the_width_and_begin_in_sight(screen: Screen, width: int, height: int):
    screen.page.add_init_script(RECORD)
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.open("/notebook", part="3")
    for part in (".story", ".pairs"):
        box = screen.page.locator(part).bounding_box()
        assert box["x"] < 0.05 * width and box["x"] + box["width"] > 0.95 * width and box["y"] < 0.7 * height, part
    last = screen.page.locator(".pairs .map").last.bounding_box()
    assert last["x"] + last["width"] > 0.95 * width
    assert len(written_on(screen, "rule.df")) == 9


@pytest.mark.parametrize(("setup", "unit"), [(Setup(rule="short_loop", stage="df"), "× 10⁻³"), (Setup(w="zeros", stage="df"), "")], ids=["small", "zero"])
def test_numbers_that_stand_in_the_rows_have_their_power_of_ten_beside_them(screen: Screen, setup: Setup, unit: str):
    screen.page.add_init_script(RECORD)
    screen.open("/notebook", part="experiment", **{key: text for key, text in setup.to_query().items() if text})
    expect(screen.page.locator('figure:has([data-map="rule.df"]) .power')).to_have_text(unit)
    shown = [read(text) for text in written_on(screen, "rule.df")]
    np.testing.assert_allclose(shown, values(setup)["df"].ravel() * (1e3 if unit else 1), atol=0.5)


@pytest.mark.parametrize("net", ["dense8-tanh-dense2-mse", "conv4x3b-relu-max2-dense10-softmax-ce", "conv1x3-sigmoid-dense2-sigmoid-mse"])
def test_no_power_of_ten_stands_under_a_map_without_numbers(screen: Screen, net: str):
    screen.page.add_init_script(RECORD)
    screen.open("/notebook", net=net, k=1, part="experiment")
    screen.painted()
    powers = screen.page.locator(".pairs figure").evaluate_all("(all) => all.map((e) => [e.querySelector('canvas').dataset.map, e.querySelector('.power').textContent])")
    assert powers and [name for name, power in powers if power and not written_on(screen, name)] == []


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_at_1280_by_720_what_stands_below_the_rows_is_whole_at_each_step_of_the_story(screen: Screen, lang: str):
    screen.open("/notebook", lang=lang)
    for step in range(7):
        if step:
            screen.switch(f"story_{step}" if step > 1 else "story_next")
            screen.ready(stage=STORY[step - 1]["stage"])
            expect(screen.page.locator('.story .dots > [aria-current="step"]')).to_have_attribute("data-key", f"story_{step}")
            screen.painted()
        assert faults(screen.page, CUT) == [], step


def test_one_button_says_what_stands_between_the_rows(screen: Screen):
    screen.open("/notebook", part="experiment", rule="procedural")
    notes = screen.page.locator(".between .note")
    assert all("cos" not in text for text in notes.all_inner_texts())
    expect(screen.page.locator("#notes")).to_be_hidden()
    screen.page.locator(".notes-button").click()
    expect(screen.page.locator("#notes")).to_be_visible()
    expect(screen.page.locator("#notes")).to_contain_text("the relative length")


def test_the_story_has_the_second_call_too(screen: Screen):
    screen.open("/notebook", part="3")
    expect(screen.page.locator(".fixes td.moves")).to_have_count(1)
    expect(screen.page.locator(".between .cause")).to_have_text(["1", "2", "1", "2"])
    screen.key("call_2").click()
    screen.ready(update=1)
    assert screen.address["call"] == "2"
    expect(screen.page.locator(".story")).to_contain_text("one mistake is enough: loops stop early")
    expect(screen.page.locator(".fixes td").nth(1)).to_have_text("13 → 14")
    screen.page.reload()
    screen.ready(update=1)
    expect(screen.key("call_2")).to_have_attribute("aria-pressed", "true")


def test_stride_2_is_no_place_for_the_notebooks_rule(screen: Screen):
    screen.open("/notebook", stride=2, rule="object-oriented")
    assert "stride 1 and padding valid, not 2" in " ".join(screen.complaints())
    assert screen.setup == Setup(stride=2)
    screen.prints_no_trace()
    screen.switch("rule_procedural")  # brings the setup to where it can run
    assert screen.setup == Setup(rule="procedural")
    screen.select("stride", "3")
    assert screen.complaints()
    assert screen.setup == Setup(stride=3)
    screen.prints_no_trace()


def test_the_step_page_obeys_the_rule(screen: Screen):
    setup = Setup(scale="raw", f=(10, 6, 13, 13, 8, 9, 8, 7, 15), rule="object-oriented", w="zeros", y=(1, 1), k=1)
    screen.open("/notebook", scale="raw", f="notebook", w="zeros", y="1,1", k=1)
    screen.switch("rule_object-oriented")
    screen.page.locator("nav").get_by_text("Step", exact=True).click()
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Step")
    screen.shows(setup)
    assert screen.setup == setup
    assert np.any(values(setup)["df"])
    expect(screen.page.locator(".remark")).to_contain_text("The number that the notebook computes")
    screen.press("PageDown")
    screen.shows(dataclasses.replace(setup, k=2))
    screen.select("rule", "exact")
    screen.shows(dataclasses.replace(setup, k=2, rule="exact"))


def test_all_eight_switches_are_in_the_rails_sheet_on_every_tab(screen: Screen):
    screen.open("/notebook", part="3")
    sheet = screen.page.locator("#sheet_switches")
    screen.key("rail_switches").click()
    expect(sheet.locator(".toggle")).to_have_count(8)
    expect(sheet.locator(".wrong-line")).not_to_have_count(0)
    screen.key("switch_short_loop").click()
    screen.ready()
    expect(screen.key("switch_short_loop")).to_have_attribute("aria-pressed", "false")
    assert screen.setup.deviations == Setup(rule="object-oriented").deviations - {"short_loop"}


def test_old_addresses_and_other_networks_open_the_first_screen_and_its_button_leads_on(screen: Screen):
    screen.open("/notebook", part="theory", net="dense2-sigmoid-mse")
    expect(screen.page.locator(".story h1")).to_have_text("The kernel moved. Its gradient is zero.")
    screen.switch("story_next")
    screen.ready(stage="a1")
    assert screen.setup.net == Setup().net
    expect(screen.page.locator(".story .dots")).to_contain_text("1 of 6")


def test_charts_open_large(screen: Screen):
    screen.open("/notebook", rule="short_loop", k=3)
    screen.page.locator('[data-open="chart-losses"]').click()
    plot = screen.page.get_by_role("dialog").locator(".js-plotly-plot")
    expect(plot).to_be_visible()
    expect(plot.locator(".legendtext")).to_have_text(["exact", "notebook"])


def test_the_steps_are_one_tab_stop_and_the_next_step_is_five_away(screen: Screen):
    screen.open("/notebook", part="3")
    dots = screen.page.locator(".story .dots button")
    assert dots.evaluate_all("(all) => all.map((dot) => dot.tabIndex)") == [-1, -1, 0, -1, -1, -1]
    screen.key("skip").focus()
    screen.press("Enter")
    assert stops_until(screen, "story_next") <= 5
    dots.nth(2).focus()
    screen.press("ArrowRight", "ArrowRight", "ArrowLeft")
    expect(dots.nth(3)).to_be_focused()
    screen.press("Enter")
    expect(screen.page).to_have_url(re.compile("part=4"))
    expect(screen.page.locator(".story .dots button[tabindex='0']")).to_have_attribute("data-key", "story_4")


def test_the_chain_is_one_tab_stop_and_the_switches_below_it_are_near(screen: Screen):
    for path, key, most in (("/check?check=break", "mistake_none", 3), ("/notebook?part=experiment", "rule_exact", 6)):
        screen.page.goto(path)
        screen.ready()
        expect(screen.page.locator(".ground canvas[tabindex='0']").first).to_be_visible()
        screen.page.locator(".gradient-chain").focus()
        assert stops_until(screen, key) <= most
    screen.page.goto("/check?k=0")
    screen.ready()
    names = screen.page.locator(".ground [data-card]")
    names.nth(1).focus()
    screen.press("ArrowRight", "ArrowRight", "ArrowLeft")
    expect(names.nth(2)).to_be_focused()


def stops_until(screen: Screen, key: str) -> int:
    """How often Tab is pressed until the control has the focus."""
    for stop in range(1, 20):
        screen.press("Tab")
        if screen.key(key).evaluate("(e) => e === document.activeElement"):
            return stop
    raise AssertionError(f"{key} is not reached")

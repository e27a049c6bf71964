"""Every page fits, and axe finds nothing on it, wide or narrow, light or dark; every map has words."""

import re
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cnnviz.pages.registry import pages
from cnnviz.words import say
from tests.e2e.page import Screen, faults, read, values

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CUT, HIDDEN_FOCUS = (Path(__file__).with_name(name).read_text("utf-8") for name in ("cut.js", "hidden_focus.js"))
SPACED = """*:not(math, math *) { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }"""
"""What a reader may set by 1.4.12 without losing anything."""


STREAMLITS = {"presentation-role-conflict": "its field for files has a role and a place that no key reaches at once; keys reach the button in it"}
"""What axe finds inside what Streamlit makes, by its rule, and why it stays: all that there is."""

NAMES = "label-content-name-mismatch"
"""Axe's rule for 2.5.3, which it has to be asked for by name."""

UNSTUCK = ".cnnviz :is(.explain, .buttons, .legend), .cnnviz:not(.steps) .transport { position: relative !important }"
"""Nothing covers anything: what lies under the phone's sheet is as large as when it is scrolled out, which axe does not do."""


def violations(screen: Screen, *rules: str) -> list[str]:
    """What axe finds by the rules of WCAG 2.2 AA and its own best practice, or by these rules; but what is Streamlit's own."""
    run = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    if not screen.page.evaluate("'axe' in window"):
        screen.page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], "runOnly": run, "rules": {NAMES: {"enabled": True}}, "preload": False}
    unstuck = screen.page.add_style_tag(content=UNSTUCK)
    result = screen.page.evaluate("(options) => axe.run(options)", options)["violations"]
    unstuck.evaluate("(style) => style.remove()")
    ours = [(one["id"], node) for one in result for node in one["nodes"] if one["id"] not in STREAMLITS or "st-emotion" not in node["html"]]
    return [f"{rule}: {node['target']} {node['failureSummary']}" for rule, node in ours]


SIDEWAYS = """() => [document.scrollingElement, ...document.querySelectorAll(".stMain, .stApp, .cnnviz, .cnnviz .middle")]
  .filter((e) => e.scrollWidth > e.clientWidth).map((e) => `${e.tagName}.${e.className} ${e.scrollWidth}`)"""
"""What is wider than its place."""


@pytest.mark.parametrize("path", [page.path for page in pages()])
def test_every_page_fits_a_projector_and_a_phone_and_axe_finds_nothing_by_day_and_by_night(screen: Screen, path):
    screen.open(f"/{path}", k=3, stage="df")
    expect(screen.root).to_have_css("background-color", "rgb(255, 255, 255)")
    screen.page.wait_for_function("document.scrollingElement.scrollHeight <= innerHeight")
    screen.page.wait_for_function("document.querySelector('.cnnviz').getBoundingClientRect().bottom <= innerHeight")
    assert all(screen.page.locator(".cnnviz .explain .numbers").evaluate_all("(all) => all.map((e) => e.scrollWidth <= e.clientWidth)")), "numbers are cut off"
    assert violations(screen) == []
    assert screen.page.evaluate(HIDDEN_FOCUS) == []
    screen.page.set_viewport_size({"width": 320, "height": 640})  # 1280 × 2560, enlarged four times
    screen.painted()
    assert screen.page.evaluate(HIDDEN_FOCUS) == []
    assert faults(screen.page, "() => ['html', '.stMain'].map((at) => document.querySelector(at).scrollWidth).filter((width) => width !== 320)") == []
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.painted()
    assert faults(screen.page, SIDEWAYS) == []
    assert violations(screen) == []
    screen.page.emulate_media(color_scheme="dark")
    expect(screen.root).to_have_css("background-color", "rgb(16, 21, 29)")
    assert violations(screen, "color-contrast") == []  # only colours are others by night
    silent = """(all) => all.filter((canvas) => canvas.offsetParent && canvas.ariaHidden !== "true")
      .filter((canvas) => canvas.getAttribute("role") !== "img" || !canvas.getAttribute("aria-label"))
      .map((canvas) => canvas.outerHTML)"""
    assert screen.page.locator("canvas").evaluate_all(silent) == []
    screen.page.set_viewport_size({"width": 1280, "height": 720})
    screen.page.add_style_tag(content=SPACED)
    screen.painted()
    assert faults(screen.page, CUT) == []


def test_a_picture_under_words_that_take_more_room_is_drawn_for_the_room_that_is_left(screen: Screen):
    screen.open("/", query="k=3&hide=1&stage=dw")
    picture = screen.page.locator(".scene .hidden-result")
    before = picture.evaluate("(e) => e.clientHeight")
    screen.page.add_style_tag(content=SPACED)
    screen.press("Space", "ArrowRight")
    expect(screen.root).to_have_attribute("data-stage", "da1")
    screen.painted()
    assert picture.evaluate("(e) => e.clientHeight") < before
    low = "(e) => [...e.querySelectorAll('.field, .digits')].filter((part) => part.getBoundingClientRect().bottom > e.getBoundingClientRect().bottom + 1).length"
    assert picture.evaluate(low) == 0


@pytest.mark.parametrize("stage", ["z1", "df"])
def test_words_of_a_picture_do_not_stand_on_each_other(screen: Screen, stage):
    screen.open("/", stage=stage)
    overlapping = """() => {
      const walker = document.createTreeWalker(document.querySelector(".scene .picture"), NodeFilter.SHOW_TEXT)
      const words = []
      for (let node; (node = walker.nextNode()); ) {
        const range = document.createRange()
        range.selectNodeContents(node)
        const box = range.getBoundingClientRect()
        if (node.data.trim() && node.parentElement.checkVisibility({ visibilityProperty: true })) words.push({ text: node.data.trim(), box })
      }
      const meet = ({ box: a }, { box: b }) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6
      return words.flatMap((one, n) => words.slice(n + 1).filter((other) => meet(one, other)).map((other) => `${one.text} on ${other.text}`))
    }"""
    assert faults(screen.page, overlapping) == []


PLACES = [
    ("/", {"predict": 1, "stage": "z1"}, ()),
    ("/check", {"stage": "dz1", "lang": "fr"}, ("table",)),
    ("/", {"stage": "z1"}, ("export", "files")),
    ("/", {"stage": "z1"}, ("export", "model_in")),
    ("/", {"stage": "z1"}, ("rail_image", "upload")),
    ("/", {"stage": "z1", "img": "digit7-3"}, ("rail_image", "drawing")),
    ("/notebook", {}, ()),
    ("/", {"stage": "z1"}, ("room",)),
    ("/", {"stage": "z1", "lang": "fr"}, ("rail_image",)),
    ("/", {"stage": "z1"}, ("rail_network", "kernel_card")),
    ("/", {"lr": "none"}, ("rail_settings",)),
    ("/", {"stage": "z1"}, ("rail_practice",)),
    ("/", {"stage": "z1"}, ("rail_legend",)),
    ("/train", {"of": "many"}, ("rail_data",)),
    ("/train", {"of": "many"}, ()),
    ("/check", {"check": "own", "lang": "fr"}, ("own_gradients",)),
    ("/notebook", {"part": "architecture"}, ()),
]
"""A page, what its address says, and what is pressed there, one after the other."""


def test_axe_finds_nothing_in_dialogs_and_menus_in_french_and_while_one_predicts(screen: Screen):
    result = {}
    for path, query, pressed in PLACES:
        screen.page.emulate_media(color_scheme="light")
        screen.page.set_viewport_size({"width": 1280, "height": 720})
        screen.open(path, **query)
        for key in pressed:
            screen.key(key).first.click()
        if pressed and not pressed[0].startswith("rail_") and pressed[-1] != "export":
            expect(screen.page.locator("dialog[open], [role=dialog]").first).to_be_visible()
        wide = violations(screen)
        screen.page.emulate_media(color_scheme="dark")
        screen.page.set_viewport_size({"width": 390, "height": 844})
        screen.painted()
        result[path, str(query), pressed] = wide + violations(screen)
    assert {place: all for place, all in result.items() if all} == {}


def test_any_map_is_a_table_that_is_read_and_saved(screen: Screen):
    screen.open("/", k=2, stage="z1")
    screen.canvas("z1").focus()
    screen.press("ArrowRight", "ArrowLeft")
    expect(screen.page.locator(".live")).to_have_text(re.compile(r"^[−\d.e]+, z1 \[\d+, \d+\]$"))  # the number first, and no more
    screen.press("t")
    dialog = screen.page.locator("dialog.map-table")
    expect(dialog.locator("caption")).to_contain_text("z₁")
    z1 = values(screen.setup)["z1"].reshape(30, 30)
    cell = dialog.locator("tbody tr").nth(10).locator("td").nth(15)
    assert read(cell.inner_text()) == pytest.approx(z1[10, 15], rel=1e-3)
    dialog.get_by_label("All digits").check()
    expect(cell).to_have_text(repr(float(z1[10, 15])))
    assert violations(screen) == []
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.page.wait_for_function("document.documentElement.scrollWidth === 390")
    assert violations(screen) == []
    with screen.page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "cnnviz-test-0-update-2-z1.csv"
    assert np.array_equal(np.loadtxt(saved.value.path(), delimiter=",", skiprows=1)[:, 1:], z1)
    dialog.locator("[data-table=map]").select_option(label="∂f · kernel gradient · 3×3")
    expect(dialog.locator(".hint")).to_contain_text("not computed yet")
    expect(dialog.locator("table")).to_have_count(0)
    screen.press("Escape")
    expect(screen.canvas("z1")).to_be_focused()
    screen.open("/check", stage="dz1")
    screen.key("table").first.click()
    expect(dialog.locator("tbody tr")).to_have_count(30)
    assert violations(screen) == []


def test_axe_finds_nothing_in_the_list_of_keys_and_the_lecture_view(screen: Screen):
    screen.open("/", stage="z1")
    screen.press("l", "?")
    expect(screen.page.locator("dialog.help")).to_be_visible()
    assert violations(screen) == []


def test_who_uses_the_keyboard_skips_to_the_lesson_and_can_turn_single_keys_off(screen: Screen):
    screen.open("/", stage="z1")
    expect(screen.page).to_have_title("Step · cnnviz")
    screen.press("Tab")
    expect(screen.key("skip")).to_be_focused()
    expect(screen.key("skip")).to_be_in_viewport()
    screen.press("Enter")
    expect(screen.page.locator(".cnnviz .middle")).to_be_focused()
    screen.press("Tab", "Tab", "Tab", "Tab")
    expect(screen.key("stage_next")).to_be_focused()
    names = screen.page.locator("[data-stage-chip]").evaluate_all("(all) => all.map((chip) => [chip.textContent, chip.ariaLabel])")
    assert [name for text, name in names if not name.startswith(f"{text.replace('∂', 'partial L by partial ')}: ")] == []  # what is read is what is seen (2.5.3)
    for group in ("image", "channel"):  # one stop for Tab, and arrows inside
        assert screen.key(group).locator("[data-value][tabindex='0']").count() == 1
    assert screen.page.locator("[data-stage-chip][tabindex='0']").count() == 1
    screen.press("?")
    screen.key("single_keys").uncheck()
    screen.page.locator("dialog.help").get_by_role("button", name="Close").click()
    screen.press("l", "ArrowRight")
    screen.shows(screen.setup.with_query({"stage": "a1"})[0])
    expect(screen.root).not_to_have_class("lecture")
    screen.page.reload()
    screen.ready()
    screen.press("l", "ArrowRight")
    expect(screen.page.locator('[data-stage="v"]')).to_be_attached()
    assert "view=lecture" not in screen.page.url
    screen.key("keys").click()
    screen.key("single_keys").check()
    screen.press("Escape")
    screen.page.wait_for_function("document.activeElement === document.body")  # the keys are the page's again
    screen.press("l")
    expect(screen.page.locator(".cnnviz.lecture")).to_be_visible()


def test_the_focus_goes_along_to_another_page_and_comes_back_from_dialogs_and_the_lecture_view(screen: Screen):
    screen.open("/", stage="z1")
    screen.key("export").press("Enter")
    screen.key("files").press("Enter")
    expect(screen.key("file_html")).to_be_focused()
    screen.close_dialog()
    expect(screen.key("export")).to_be_focused()
    screen.key("lecture").press("Enter")
    expect(screen.key("lecture_off")).to_be_focused()
    screen.press("Escape")
    expect(screen.key("lecture")).to_be_focused()
    for path, words in (("train", "ui.train.name"), ("check", "ui.check.name")):
        screen.page.locator(f"nav a[href='{path}']").press("Enter")
        expect(screen.page).to_have_title(f"{say(words)} · cnnviz")
        screen.connected()
        expect(screen.page.locator("nav [aria-current]")).to_be_focused()


DIALOGS = (
    ("/?stage=z1", "rail_image", "upload"),
    ("/?stage=z1&img=digit7-3", "rail_image", "drawing"),
    ("/?stage=z1", "rail_image", "cifar10"),
    ("/?stage=z1", "export", "weights_in"),
    ("/?stage=z1", "keys", ""),
    ("/check?check=own", "own_gradients", ""),
)
"""Pages, what has the focus when a dialog is opened, and what opens it from there, where that is something else."""


def test_a_dialog_has_the_focus_keeps_it_and_gives_it_back(screen: Screen):
    outside = "!document.activeElement.matches('dialog *, body')"  # between its last stop and its first is the browser's own bar
    for path, opener, act in DIALOGS:
        screen.page.goto(path)
        screen.ready()
        screen.key(opener).press("Enter")
        if act:
            screen.key(act).press("Enter")
        expect(screen.page.locator("dialog[open] .dialog-body :focus")).to_be_visible()
        for _ in range(8):
            screen.press("Tab")
            assert not screen.page.evaluate(outside), (path, opener, act)
        screen.press("Escape")
        expect(screen.page.locator("dialog[open]")).to_have_count(0)
        expect(screen.key(opener)).to_be_focused()
    screen.open("/", stage="z1")
    for keys in ("t", "o", "Control+k"):
        screen.canvas("z1").focus()
        screen.press(keys, "Tab", "Tab", "Shift+Tab")
        assert not screen.page.evaluate(outside), keys
        screen.press("Escape")
        expect(screen.page.locator("dialog[open]")).to_have_count(0)
        expect(screen.canvas("z1")).to_be_focused()


def test_the_first_map_is_forty_stops_away_in_a_deep_network_too_and_the_layers_are_one_of_them(screen: Screen):
    screen.page.goto(screen.encode("/", {"net": "-".join(["conv4x3b-relu"] * 5) + "-gap-softmax-ce", "ch": "rgb", "w": "he", "stage": "z1"}))
    screen.ready()
    assert violations(screen, "target-size") == []
    screen.key("rail_network").click()
    name = "document.activeElement.dataset.map ?? document.activeElement.className"
    stops = []
    while len(stops) <= 40 and "x" not in stops:
        screen.press("Tab")
        stops.append(screen.page.evaluate(name))
    assert stops[-1] == "x" and stops.count("layer-line") == 1
    screen.page.locator(".layers summary").first.focus()
    screen.press("ArrowDown", "ArrowDown", "ArrowUp")
    expect(screen.page.locator(".layers summary").nth(1)).to_be_focused()
    assert screen.page.locator(".layers summary[tabindex='0']").count() == 1


def test_what_is_chosen_and_where_the_focus_is_shows_in_forced_colours_too(screen: Screen):
    screen.page.emulate_media(forced_colors="active")
    screen.open("/", stage="z1")
    ground = "(e, pseudo) => getComputedStyle(e, pseudo).backgroundColor"
    play = screen.key("play")
    assert play.evaluate(ground, "::before") != play.evaluate(ground)
    chips = screen.page.locator("[data-stage-chip]")
    assert chips.nth(1).evaluate(ground) != chips.nth(5).evaluate(ground)
    page = screen.page.locator("nav [aria-current]")
    assert page.evaluate("(e) => getComputedStyle(e).color") != page.evaluate(ground)
    picture = "(e) => getComputedStyle(e).backgroundImage"
    for shown in (".legend .signed", ".rail .ramps"):
        assert "gradient" in screen.page.locator(shown).evaluate(picture), shown
    screen.open("/train", k=3)
    share = screen.page.locator(".share i").first
    assert share.evaluate(ground) != screen.page.locator(".share").first.evaluate(ground)
    screen.open("/train", k=0)
    bars, column = screen.page.locator(".column .bar"), screen.page.locator(".column").first
    assert len({bars.nth(0).evaluate(ground), bars.nth(1).evaluate(ground), column.evaluate(ground)}) == 3
    screen.open("/notebook")
    assert len({cell.evaluate(ground) for cell in screen.page.locator(".nine span").all()[:9]}) > 3
    screen.open("/learn", query="lesson=kernel&step=1")
    screen.press("A")
    expect(screen.page.locator(":is(.option, .pictured):has(:checked)")).to_have_css("outline-width", "3px")
    screen.page.emulate_media(forced_colors="none")
    screen.open("/", stage="z1")
    shadow = "(e) => getComputedStyle(e).boxShadow"
    screen.canvas("x").focus()
    screen.press("Shift+Tab", "Tab")
    assert screen.canvas("x").evaluate(shadow) != "none"
    keys = screen.key("keys")
    keys.focus()
    screen.press("Enter")
    screen.page.locator("dialog.help form button").press("Enter")
    expect(keys).to_be_focused()

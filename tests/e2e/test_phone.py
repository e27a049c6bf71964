"""Every page on a phone: nothing is cut or scrolls sideways, what is tapped is as large as a finger, and the header unfolds."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.page import ORDER, TOTAL, Screen, faults
from tests.pictures import TINY_VGG

SCREENS = (
    "/?stage=z1", "/?stage=o", "/train?k=60", "/train?of=many", "/check?stage=do", "/check?mistake=kernel_gradient_flipped", "/check?check=own",
    "/notebook?part=3", "/notebook?part=experiment&rule=procedural", "/notebook?part=architecture", "/learn",
)  # fmt: skip
FOUND = """(finger) => {
  const shown = [...document.querySelectorAll(".cnnviz *, .training *")].filter((e) => e.checkVisibility({ visibilityProperty: true }))
  const scrolls = (e) => e && !e.matches(".stMain") && (e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement))
  const name = (e) => `${e.dataset.key ?? e.className} ${e.textContent.trim().slice(0, 20)}`
  const cut = shown.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement)).map(name)
  const tapped = shown.filter((e) => e.matches("button, select, summary, nav a") && !e.closest("figure.map, .stages") && getComputedStyle(e).clipPath === "none")
  const small = tapped.filter((e) => { const { width, height } = e.getBoundingClientRect(); return height < finger || width < finger }).map(name)
  return [...cut, ...small]
}"""
"""What reaches over the screen's right edge, unless it is scrolled there on purpose, and what is too small for a finger;
symbols over maps, whose place to tap is larger than their text, and words in sentences are left out."""
WIDE = "(drawn) => [...document.querySelectorAll('.roll, .roll canvas')].map((e) => e.scrollWidth).filter((width) => width > drawn.clientWidth)"


def test_every_page_has_its_place_on_a_phone(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    for path in SCREENS:
        page.goto(path)
        screen.ready()
        page.wait_for_function("document.fonts.status === 'loaded'")
        screen.painted()
        assert faults(page, FOUND, 44 - 0.5) == [], path
        page.set_viewport_size({"width": 320, "height": 640})  # WCAG's reflow; there a finger has to be content with less
        screen.painted()
        assert faults(page, FOUND, 36) == [], f"{path} at 320"
        page.set_viewport_size({"width": 390, "height": 844})


def test_no_line_of_numbers_ends_with_the_sign_before_what_they_come_to(screen: Screen):
    screen.page.set_viewport_size({"width": 320, "height": 640})
    for lang in ("en", "fr"):
        for stage, cell in (("z1", "z1:28,25"), ("z2", ""), ("do", ""), ("dw", "")):  # a sum that the picture does not print
            screen.open("/", lang=lang, stage=stage, **({"cell": cell} if cell else {}))
            screen.painted()
            lines = screen.numbers.evaluate(LINES)
            assert len(lines) > 1 and all(line.strip()[-1] not in "=≈" for line in lines), lines


POWERS = "() => [...document.querySelectorAll('.scene small.power')].map((e) => [e.textContent, e.checkVisibility(), e.getBoundingClientRect().right <= innerWidth])"
MAX_POOL, WEIGHTS = "conv4x3-relu-max2-dense10-softmax-ce", {"w": "he", "img": "test-0"}


def test_thousandths_are_said_to_be_thousandths(screen: Screen):
    """A kernel's gradient of 0.0182 was 18.2."""
    for width, height in ((390, 844), (320, 640)):
        screen.page.set_viewport_size({"width": width, "height": height})
        for setup in ({"stage": "df"}, {"stage": "da1", "net": MAX_POOL, **WEIGHTS}):
            screen.open("/", **setup)
            screen.painted()
            assert screen.page.evaluate(POWERS) == [["× 10⁻³", True, True]], (setup, width)


def test_what_max_pooling_does_stands_above_the_numbers(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    for channels in (1, 4):
        screen.open("/", stage="da1", net=MAX_POOL.replace("conv4", f"conv{channels}"), **WEIGHTS)
        screen.painted()
        ends, begins = screen.page.evaluate(
            """() => {
              const words = document.createRange()
              words.selectNodeContents(document.querySelector(".scene .fate"))
              return [words.getBoundingClientRect().bottom, document.querySelector(".numbers").getBoundingClientRect().top]
            }"""
        )
        assert ends <= begins + 1


LINES = """(numbers) => {
  const [lines, range, texts] = [[], document.createRange(), document.createTreeWalker(numbers, NodeFilter.SHOW_TEXT)]
  let top = -Infinity
  while (texts.nextNode())
    [...texts.currentNode.data].forEach((sign, at) => {
      range.setStart(texts.currentNode, at)
      range.setEnd(texts.currentNode, at + 1)
      const box = range.getBoundingClientRect()
      if (box.top > top + 10 && sign.trim()) [top] = [box.top, lines.push("")]
      lines[lines.length - 1] += sign
    })
  return lines
}"""
"""The lines of a text as they are broken."""


def test_all_pages_of_a_phone_begin_at_the_same_edge(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/check", "/train?k=60", "/train?of=many"):
        screen.page.goto(path)
        screen.ready()
        edges = "(all) => all.filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().left)"
        assert set(screen.page.locator(":is(.check h1, .chain-head h1, .film h1, .training h2, .halves)").evaluate_all(edges)) == {16}, path
    screen.open("/train", k=60)
    tops = screen.page.locator(".film .reel canvas").evaluate_all("(all) => all.slice(0, 2).map((e) => e.getBoundingClientRect().top)")
    assert tops[0] == tops[1]  # the weights to both classes stand beside each other


def test_a_phones_words_have_its_whole_width_beside_a_remark_too_and_its_strip_no_names_of_rows(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", k=2, stage="df", rule="one_pixel")
    expect(screen.page.locator(".remark")).not_to_be_empty()
    expect(screen.page.locator(".said")).to_have_css("padding-right", "0px")
    expect(screen.page.locator(".ways")).to_be_hidden()


ASIDE = """(element) => {
  const { left, right } = element.getBoundingClientRect()
  return left >= 0 && right <= innerWidth ? [] : [[left, right]]
}"""
"""How far an element is beside the screen."""


def test_a_phones_header_unfolds(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/notebook", stage="do", part="experiment", rule="procedural")
    assert faults(page.locator('[data-column="do"]'), ASIDE) == []  # its columns are brought there
    expect(screen.key("room")).to_be_hidden()
    screen.key("more").click()
    expect(screen.key("room")).to_be_visible()
    screen.key("rail_settings").click()
    expect(screen.key("learning_rate")).to_be_visible()
    screen.press("Escape")  # out of one after the other
    expect(screen.key("learning_rate")).to_be_hidden()
    screen.press("Escape")
    expect(screen.key("room")).to_be_hidden()
    screen.key("more").click()
    page.locator('[data-page="check"]').click()
    page.wait_for_url(re.compile(r"/check\?"))
    screen.ready()
    expect(screen.page).to_have_title(re.compile("Check"))
    expect(page.locator('[data-page="check"]')).to_be_hidden()


ON_EACH_OTHER = """() => {
  const shown = [...document.querySelectorAll(".cnnviz :is(button, select):not(.stages *)")].filter((e) => e.checkVisibility())
  const boxes = shown.map((e) => [e.dataset.key || e.className, e.getBoundingClientRect()])
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  return boxes.flatMap(([name, a], n) => boxes.slice(n + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${name} on ${other}`))
}"""
"""Controls that stand on each other."""


def test_in_the_lecture_view_of_a_phone_no_control_stands_on_another(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", "view=lecture&stage=df")
    assert faults(screen.page, ON_EACH_OTHER) == []
    leave = screen.key("lecture_off").bounding_box()
    assert leave["width"] >= 44 and leave["x"] + leave["width"] == 374  # as large as a finger, at the edge of all else


def test_keys_scroll_a_formula_that_is_wider_than_a_phone_and_its_end_fades_while_there_is_more(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", net="conv4x3-bn-relu-max2-dense10-softmax-ce", img="test-0,test-1", stage="dz1")
    screen.painted()
    formula = screen.page.locator(".explain .formula")
    assert formula.evaluate("e => e.scrollWidth > e.clientWidth")
    expect(formula).to_have_attribute("tabindex", "0")
    expect(formula).to_have_css("mask-image", re.compile("gradient"))
    formula.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    expect(formula).to_have_css("mask-image", "none")


def test_a_phones_picture_stands_upright_at_every_stage_and_its_stages_unfold(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", stage="x")
    for stage in ORDER:
        page.locator(".list-stages").click()
        page.locator(f'[data-stage-chip="{stage}"]').click()
        screen.ready(stage=stage)
        stated = stage in ("a1", "z2", "df")  # there the picture says its result
        expect(screen.numbers).to_be_visible(visible=not stated)
        expect(page.locator(TOTAL)).to_have_text([re.compile("[=≈]")] if stated else [])
        expect(page.locator(".stages")).to_be_hidden()
        screen.painted()
        assert faults(page.locator(".drawn"), WIDE) == [], stage
    expect(page.locator(".explain .how")).to_be_hidden()
    for stage, cell in (("z1", "f:1,1"), ("z2", "w:15,0,0")):  # a number of a parameter has a picture of its own
        screen.open("/", stage=stage, cell=cell)
        assert faults(page.locator(".drawn"), WIDE) == [], cell
    screen.open("/", stage="x", ch="rgb")
    assert faults(page.locator(".drawn"), WIDE) == [], "three colours"


def test_on_a_phone_a_question_has_what_it_asks_of_above_it_and_its_buttons_in_sight(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    for stage in ("z1", "z2", "do", "df"):
        screen.open("/", stage=stage, predict="1", lang="fr")
        assert faults(page.locator(".drawn"), WIDE) == [], stage
        buttons = [button.bounding_box() for button in page.locator(".answering button:visible").all()]
        assert max(box["x"] + box["width"] for box in buttons) <= 390, stage
        assert max(box["y"] + box["height"] for box in buttons) <= 844 - 61, stage
        expect(page.locator(".drawn canvas[data-map=v]")).to_have_count(0)  # its strip is one column: large, it is read as the map that it is of


BEYOND = """(scene) => {
  const room = scene.getBoundingClientRect()
  const parts = [...scene.querySelectorAll("figure, .stairs, .stairs b")].filter((part) => part.checkVisibility({ opacityProperty: true }))
  const isBeyond = ({ left, right, bottom }) => left < room.left - 2 || right > room.right + 2 || bottom > room.bottom + 2
  return parts.filter((part) => isBeyond(part.getBoundingClientRect())).map((part) => `${part.className} ${part.textContent}`.slice(0, 80))
}"""
"""Parts of a picture that reach beyond its room."""


def test_on_a_tablet_that_stands_upright_the_picture_does_too_and_no_title_is_cut(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 820, "height": 1180})
    for stage in ("x", "z1", "z2", "dz2", "dw", "df", "update"):
        screen.open("/", stage=stage)
        assert page.locator(".scene").evaluate(BEYOND) == [], stage
        assert page.locator(".drawn").bounding_box()["height"] > 0.6 * 1180, stage
        title = page.locator(".explain .title")
        assert title.evaluate("e => e.scrollWidth <= e.clientWidth"), stage
    page.set_viewport_size({"width": 768, "height": 1024})
    screen.open("/", net=BUSY, stage="z2")
    assert page.locator(".scene").evaluate(BEYOND) == []


@pytest.mark.parametrize("query", [TINY_VGG, f"{TINY_VGG}&opt=adam", "opt=momentum", "opt=adam&k=2"])
def test_the_table_of_an_updates_parameters_and_its_square_are_whole_on_a_phone(screen: Screen, query: str):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", query=f"{query}&stage=update")
    assert screen.page.locator(".of-rows .rows").evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    low = "(e) => Math.max(...[...e.children].map((part) => part.getBoundingClientRect().bottom)) - e.getBoundingClientRect().bottom"
    assert screen.page.locator(".of-rows .loss").evaluate(low) <= 1


def test_a_maps_numbers_stand_right_under_what_chooses_them(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", stage="df")
    screen.press("t")
    label = screen.page.locator(".map-table label.digits")
    expect(label).to_be_visible()
    assert label.bounding_box()["height"] < 60


BUSY = "conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce"
COVERED = """() => {
  const [strip, buttons] = [".overview", ".transport .buttons"].map((name) => document.querySelector(name).getBoundingClientRect())
  return [strip.bottom - buttons.top].filter((over) => over > 1)
}"""


def test_a_phones_strip_is_whole_above_its_buttons_at_busy_stages_too(screen: Screen):
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", net=BUSY, stage="z1")
    assert faults(page, COVERED) == []
    for stage in ("z2", "z3", "dz1", "df1"):
        screen.open("/", net=BUSY, stage=stage)
        assert faults(page, COVERED) == [], stage


def test_a_phones_strip_is_whole_above_its_buttons_in_french_with_the_hint_for_fingers(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 844})
    finger.open("/", net=BUSY, stage="dp1", lang="fr")
    assert faults(finger.page, COVERED) == []


def test_a_rooms_buttons_stand_in_its_dialog_each_by_itself_on_a_phone(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/", lang="fr")
    screen.key("more").click()
    screen.key("room").click()
    screen.key("room_open").click()
    for key in ("cockpit", "driver", "end"):
        screen.key(f"room_{key}").click(trial=True)  # no other lies on it
        assert screen.key(f"room_{key}").evaluate("(e) => e.scrollWidth <= e.clientWidth && e.offsetParent.tagName === 'DIALOG'"), key
    screen.key("room_end").click()
    expect(screen.page.get_by_role("dialog")).to_have_count(0)


DENSE = "conv5x3b-sigmoid-dense100-sigmoid-dense2-sigmoid-bce"
MANY = "conv32x7b-relu-max2-dense100-relu-dense10-softmax-ce"
EIGHT = {
    "img": "cat-0,cat-1,cat-2,cat-3,dog-0,dog-1,dog-2,dog-3", "net": "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce",
    "y": "1,0;1,0;1,0;1,0;0,1;0,1;0,1;0,1",
}  # fmt: skip
TINY = """(least) => [...document.querySelectorAll(".overview [data-kind=maps]")].filter((e) => e.checkVisibility()).flatMap((e) => {
  const place = e.querySelector("[data-channel]") ?? e.querySelector(".slot")
  const { width, height } = place.getBoundingClientRect()
  return Math.min(width, height) < least ? [`${e.dataset.figure} ${width} ${height}`] : []
})"""
CUT = "(all) => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.className)"


def test_on_a_tablet_no_formula_and_no_title_is_cut(screen: Screen):
    page = screen.page
    for size, nets in (
        ((820, 1180), ((BUSY, "z1"), ("conv4x3bs2d2same-relu-gap-dense10-softmax-ce", "z1"), (BUSY, "df2"))),
        ((1024, 768), ((BUSY, "z2"),)),
    ):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for net, stage in nets:
            screen.open("/", net=net, stage=stage)
            assert page.locator(".explain :is(.title, .formula)").evaluate_all(CUT) == [], (net, stage)
    page.set_viewport_size({"width": 820, "height": 1180})
    screen.open("/", **EIGHT, stage="r1")
    assert page.locator(".explain .title").evaluate_all(CUT) == []


def test_maps_of_a_tablets_strip_and_of_eight_images_are_large_enough_to_be_seen_and_the_current_one_is_in_sight(screen: Screen):
    page = screen.page
    for setup, width in (({"net": DENSE}, 820), ({"net": MANY}, 820), (EIGHT, 820), (EIGHT, 1280)):
        page.set_viewport_size({"width": width, "height": 720 if width > 1000 else 1180})
        screen.open("/", **setup, stage="o")
        assert faults(page, TINY, 19) == []
        expect(page.locator('.overview [data-figure="o"]')).to_be_in_viewport(ratio=1)

"""What lights up when a cell is pointed at is what the core says it is computed from; pins follow the setup."""

import pytest
from playwright.sync_api import expect

from cnnviz.core.setup.setup import Setup
from tests.core.seed_cells import sources
from tests.e2e.page import ORDER, TOTAL, Screen, cell_of, faults, geometry


def test_lit_cells_are_the_sources(screen: Screen):
    """At two geometries; at all others the tests under node have the same cells."""
    screen.open("/", stage="update")
    for stride, pad in ((1, "valid"), (3, "full")):
        setup = Setup(stride=stride, pad=pad, stage="update")
        screen.visit(setup.to_query())
        screen.shows(setup)
        of = geometry(setup)
        for symbol, cells in worth_pointing_at(*of.z1_shape).items():
            for cell in cells:
                screen.point(symbol, cell, of.shape(symbol))
                expected = {source: result for source, result in sources(symbol, cell, of).items() if result}
                lit = {source: result for source, result in screen.lit(of).items() if result}
                assert lit == expected, (stride, pad, symbol, cell)


def worth_pointing_at(rows: int, columns: int) -> dict[str, list[tuple[int, ...]]]:
    """Corners and middles of each map that has sources, for units laid out in `rows` and `columns`."""
    last, middle = (rows - 1, columns - 1), (rows // 2, columns // 3)
    return {
        "z1": [(0, 0), middle, last],
        "a1": [middle],
        "z2": [(1, 0)],
        "o": [(0, 0)],
        "do": [(1, 0)],
        "dz2": [(0, 0)],
        "dw": [(*last, 1), (*middle, 0)],
        "db": [(1, 0)],
        "da1": [(0, columns - 1)],
        "dz1": [middle],
        "df": [(0, 0), (1, 1), (2, 2)],
        "dx": [(0, 0), (15, 16), (31, 31)],
        "f": [(0, 2)],
        "w": [(*middle, 1)],
    }


def test_maps_ahead_of_the_stage_are_marked_and_say_nothing_yet(screen: Screen):
    screen.open("/", stage="a1")
    ahead = {"v", "z2", "o", "L", "do", "dz2", "dw", "db", "da1", "dz1", "df", "dx"}
    result = lambda: set(  # noqa: E731
        screen.page.locator("figure.ahead[data-figure]").evaluate_all("(all) => all.map((f) => f.dataset.figure)")
    )
    assert result() == ahead
    before = screen.numbers.inner_text()
    screen.canvas("df").hover()
    expect(screen.numbers).to_have_text(before)
    for key, arrived in (("v", {"v"}), ("z2", {"z2"}), ("o", {"o"}), ("L", {"L"}), ("do", {"do"}), ("dz2", {"dz2"})):
        screen.press("ArrowRight")
        screen.ready(stage=key)
        ahead -= arrived
        assert result() == ahead
    screen.press("ArrowRight")
    screen.ready(stage="dw")
    assert result() == ahead - {"dw", "db"}


def test_a_pinned_unit_is_followed_from_stage_to_stage(screen: Screen):
    screen.open("/", stage="z1")
    of = geometry(screen.setup)
    screen.point("z1", (7, 11), (30, 30))
    screen.canvas("z1").click(position=position(screen, "z1", (7, 11), (30, 30)))
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    screen.point_away()
    expect(screen.numbers).to_contain_text("z₁[7,11]")  # a pin outlasts the pointer
    assert screen.lit(of)["x"] == {(i, j) for i in range(7, 10) for j in range(11, 14)}
    for stage, text in (("a1", "a₁[7,11] = σ("), ("v", "v[221] = a₁[7,11]")):
        screen.press("ArrowRight")
        screen.ready(stage=stage)
        expect(screen.numbers).to_contain_text(text)
    for stage, text in (("dw", "∂w[221,"), ("da1", "∂a₁[7,11]"), ("dz1", "∂z₁[7,11]")):
        screen.page.locator(f'[data-stage-chip="{stage}"]').click()
        screen.ready(stage=stage)
        expect(screen.numbers).to_contain_text(text)
    screen.press("PageDown")
    screen.ready(update=1, stage="dz1")
    expect(screen.numbers).to_contain_text("∂z₁[7,11]")
    screen.canvas("df").click(position=position(screen, "df", (2, 0), (3, 3)), force=True)
    screen.ready(stage="df")  # it was still ahead, and the click leads to it


def test_a_pin_is_let_go_by_a_second_click_and_by_escape(screen: Screen):
    screen.open("/", stage="update")
    pinned = screen.page.locator(".explain.pinned")
    at = position(screen, "df", (2, 0), (3, 3))
    for let_go in (lambda: screen.canvas("df").click(position=at), lambda: screen.press("Escape")):
        screen.canvas("df").click(position=at)
        expect(pinned).to_be_visible()
        expect(screen.numbers).to_contain_text("∂f[2,0]")
        let_go()
        expect(pinned).to_have_count(0)
    screen.point_away()
    expect(screen.numbers).to_contain_text("f[2,0] ←")  # the stage's own words, for the same weight


def test_cells_can_be_reached_without_a_mouse(screen: Screen):
    screen.open("/", stage="update")
    of = geometry(screen.setup)
    for symbol, keys, text in (
        ("z1", ["ArrowUp"] * 31 + ["ArrowLeft"] * 31 + ["ArrowDown", "ArrowRight", "ArrowRight"], "z₁[1,2]"),
        ("z2", ["ArrowUp", "ArrowUp", "ArrowDown"], "z₂[1]"),
        ("v", ["ArrowDown"], "v[62]"),  # the unit that z1 was left at, one row further: 2 · 30 + 2
        ("w", ["ArrowRight"], "w[63,"),
    ):
        screen.canvas(symbol).focus()
        screen.press(*keys)
        expect(screen.numbers).to_contain_text(text)
        expect(screen.canvas(symbol)).to_have_attribute("data-lit", "target")
        expect(screen.root).to_have_attribute("data-stage", "update")  # arrows belong to the map now
    screen.canvas("dx").focus()
    screen.press(*["ArrowDown"] * 32, *["ArrowRight"] * 32, "Enter")
    expect(screen.page.locator(".explain.pinned")).to_be_visible()
    expect(screen.numbers).to_contain_text("∂x[31,31]")
    assert screen.lit(of)["dz1"] == {(29, 29)}


def position(screen: Screen, symbol: str, cell: tuple[int, int], shape: tuple[int, int]) -> dict[str, float]:
    box = screen.canvas(symbol).bounding_box()
    return {"x": (cell[1] + 0.5) * box["width"] / shape[1], "y": (cell[0] + 0.5) * box["height"] / shape[0]}


def test_the_update_lights_its_gradient_and_formulas_have_the_strides_of_the_lesson(screen: Screen):
    setup = Setup(stride=2, pad="same", stage="update")
    screen.open("/", **setup.to_query())
    cell = cell_of(screen.numbers.inner_text(), geometry(setup), "update")
    assert screen.lit(geometry(setup)) == {"df": {cell}}
    screen.visit(setup.to_query() | {"stage": "df"})
    formula = screen.page.locator(".explain .formula")
    expect(formula).to_contain_text("x[2i+u−1,2j+v−1]")
    screen.point("dx", (3, 4), (32, 32))
    expect(formula).to_contain_text("f[r+1−2i,c+1−2j]")
    screen.open("/", scale="raw", stage="x")
    expect(formula).to_have_text("x=pixel, as stored")


WATCHED = """() => {
  window.drawn = []
  for (const name of ["drawImage", "putImageData", "fillText", "strokeRect"]) {
    const own = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      if (this.canvas.closest(".plate")) window.drawn.push([name, this.canvas.dataset.map ?? "above"])
      return own.apply(this, given)
    }
  }
  window.made = 0
  window.OffscreenCanvas = class extends OffscreenCanvas {
    constructor(...given) {
      super(...given)
      window.made += 1
    }
  }
  window.changed = []
  const said = (node) => node.nodeType === 1 && !node.matches(".outlines") ? [node.outerHTML] : []
  const watch = (all) => window.changed.push(...all.flatMap(({ addedNodes }) => [...addedNodes].flatMap(said)))
  new MutationObserver(watch).observe(document.querySelector(".cnnviz"), { childList: true, subtree: true })
  window.around = []
  const around = new MutationObserver((all) => window.around.push(...all.map(({ attributeName, target }) => `${attributeName} of ${target.outerHTML.slice(0, 60)}`)))
  for (const part of document.querySelectorAll(".cnnviz > .top, .cnnviz .transport")) around.observe(part, { attributes: true, childList: true, subtree: true })
  around.observe(document.querySelector(".cnnviz"), { attributes: true })
  window.same = []
  const same = ({ oldValue, attributeName, target }) => target.getAttribute(attributeName) === oldValue
  const again = new MutationObserver((all) => window.same.push(...all.filter(same).map(({ attributeName, target }) => `${attributeName} of ${target.outerHTML.slice(0, 60)}`)))
  again.observe(document.querySelector(".cnnviz .content"), { attributes: true, attributeOldValue: true, subtree: true })
  window.asked = 0
  const { get } = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "offsetLeft")
  const asked = function () {
    window.asked += 1
    return get.call(this)
  }
  Object.defineProperty(HTMLElement.prototype, "offsetLeft", { get: asked })
}"""


def test_a_hover_paints_outlines_alone_and_neither_an_element_nor_a_canvas_is_made_anew(screen: Screen):
    """Whatever is made anew has all that stands around it styled again."""
    screen.open("/", stage="z1")
    shape = geometry(Setup(stage="z1")).shape("z1")
    screen.point("z1", (4, 4), shape)
    screen.painted()
    screen.page.evaluate(WATCHED)
    for cell in ((4, 5), (9, 20), (25, 7)):
        screen.point("z1", cell, shape)
        screen.painted()
        screen.page.evaluate("0")  # what has changed is told before it changes back
    drawn = screen.page.evaluate("window.drawn")
    assert {where for _, where in drawn} <= {"above"} and {what for what, _ in drawn} <= {"strokeRect"}
    assert screen.page.evaluate("window.changed") == []
    assert screen.page.evaluate("window.made") == 0
    same = screen.page.evaluate("window.same")
    assert same == [], f"an attribute is set to what it was, which has it styled again: {same}"
    assert screen.page.evaluate("window.around") == [], "something around the stage is painted"
    assert screen.page.evaluate("window.asked") == 0, "the page is laid out for it"


def test_numbers_are_as_wide_as_their_pairs_of_letters_say(screen: Screen):
    screen.open("/", stage="z1")
    apart = screen.page.evaluate("""() => {
      const context = document.createElement("canvas").getContext("2d")
      const wide = (text) => context.measureText(text).width
      const texts = Array.from({ length: 400 }, (_, n) => (n % 3 ? "" : "≈ ") + (n % 2 ? "+" : "−") + (Math.sin(n) * 10 ** (n % 5)).toFixed(n % 6).replace("-", ""))
      return ["400 15px", "700 13px", "600 10px"].map((face) => {
        context.font = `${face} Inter, system-ui, sans-serif`
        const pairs = (text) => [...text].reduce((sum, letter, n) => sum + (n ? wide(text[n - 1] + letter) - wide(text[n - 1]) : wide(letter)), 0)
        return Math.max(...texts.map((text) => Math.abs(wide(text) - pairs(text))))
      })
    }""")
    assert max(apart) < 0.01


@pytest.mark.parametrize(("stage", "elsewhere"), [("x", "w"), ("df", "a1")])
def test_pointing_in_the_strip_leaves_the_stages_picture_as_it_is(screen: Screen, stage, elsewhere):
    screen.open("/", stage=stage)
    of = geometry(screen.setup)
    first, *others = [(*cell, 0) if elsewhere == "w" else cell for cell in ((4, 4), (4, 20), (19, 20), (25, 7))]
    screen.point(elsewhere, first, of.shape(elsewhere))
    screen.painted()
    screen.page.evaluate("""() => {
      window.changes = 0
      const watch = new MutationObserver((all) => (window.changes += all.length))
      watch.observe(document.querySelector(".scene"), { attributes: true, characterData: true, childList: true, subtree: true })
    }""")
    for cell in others:
        screen.point(elsewhere, cell, of.shape(elsewhere))
        screen.painted()
    expect(screen.page.locator(".loupe")).to_be_visible()
    assert screen.page.evaluate("window.changes") == 0
    screen.point(stage, (2, 2), of.shape(stage))  # a cell of its own map changes it
    screen.painted()
    assert screen.page.evaluate("window.changes") > 0


# Maps whose outlines are of cells that are not lit, or do not lie where the map does.
STRAY = """() => [...document.querySelectorAll(".outlines")].filter((above) => {
  const map = above.previousElementSibling
  const [mine, its] = [above, map].map((canvas) => canvas.getBoundingClientRect())
  const empty = above.getContext("2d").getImageData(0, 0, above.width, above.height).data.every((value) => value === 0)
  return (!map.dataset.lit && !empty) || ["x", "y", "width", "height"].some((side) => Math.abs(mine[side] - its[side]) > 1)
}).map((above) => above.previousElementSibling.dataset.map)"""
AT_ONCE = """(keys) => {
  for (const key of keys) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))
}"""


def test_outlines_lie_on_the_cells_that_are_lit_and_nowhere_else(screen: Screen):
    """Also where a stage is left and its numbers or its size change before the next frame."""
    screen.open("/", k=3, stage="update")
    screen.press("ArrowRight")
    screen.ready(update=4, stage="x")
    assert screen.page.evaluate(STRAY) == []
    screen.press("ArrowLeft")
    screen.ready(update=3, stage="update")
    screen.page.evaluate(AT_ONCE, ["l", *["ArrowLeft"] * (len(ORDER) - 1)])
    screen.ready(update=3, stage="x")
    expect(screen.page.locator(".cnnviz.lecture")).to_have_count(1)
    assert screen.page.evaluate(STRAY) == []


MARKED = "(scene) => [...scene.querySelectorAll('.lit, .mark')].some((part) => part.checkVisibility({ visibilityProperty: true }))"


def test_what_belongs_to_a_term_lights_up_in_the_picture(screen: Screen):
    screen.open("/", query="stage=z1&view=lecture")
    picture = screen.page.locator(".drawn .scene")
    box = picture.bounding_box()
    result = set()
    for x in range(int(0.25 * box["width"]), int(0.8 * box["width"]), 20):
        screen.page.mouse.move(box["x"] + x, box["y"] + 0.25 * box["height"])
        result.add(term := picture.get_attribute("data-term"))
        assert picture.evaluate(MARKED) == bool(term)
    assert len(result - {""}) >= 3  # of the window, the kernel or the products
    screen.page.mouse.move(box["x"] + 5, box["y"] - 20)
    expect(picture).to_have_attribute("data-term", "")
    assert not picture.evaluate(MARKED)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_frame_of_a_row_of_softmax_crosses_no_number(screen: Screen, width: int):
    """Neither its own number nor one of the figure beside it."""
    screen.page.set_viewport_size({"width": width, "height": 844})
    screen.open("/", net="conv2x3-relu-dense4-softmax-ce", y="1,0,0,0", classes="cat,dog,frog,ship", stage="o")
    screen.page.locator(".shares .bars li").nth(2).hover()
    expect(screen.page.locator(".softmax .bars .lit")).to_have_count(3)
    assert faults(
        screen.page,
        """() => [...document.querySelectorAll(".softmax .bars .lit")].flatMap((row) => {
          const box = row.getBoundingClientRect(), { outlineOffset, outlineWidth, clipPath } = getComputedStyle(row)
          const [near, far] = [parseFloat(outlineOffset), parseFloat(outlineOffset) + parseFloat(outlineWidth)]
          const [, right = "-4", , left = right] = (/inset\\(([^)]*)\\)/.exec(clipPath)?.[1] ?? "").split(" ")
          const sides = [[parseFloat(left), box.left - far, box.left - near], [parseFloat(right), box.right + near, box.right + far]]
          const edges = sides.filter(([clipped]) => clipped < 0)
          return [...document.querySelectorAll(".softmax .bars .lit > b")].flatMap((number) => {
            const range = document.createRange()
            range.selectNodeContents(number)
            const text = range.getBoundingClientRect()
            return edges.filter(([, from, to]) => from < text.right + 0.5 && to > text.left).map(() => number.textContent)
          })
        })""",
    ) == []


def test_the_formula_of_a_gradient_of_pixels_ends_before_the_total(screen: Screen):
    screen.open("/", query="stage=df&cell=dx:27,5&seed=39")
    expect(screen.page.locator(TOTAL)).to_be_visible()
    total = screen.page.locator(TOTAL).bounding_box()
    assert faults(
        screen.page,
        """(left) => {
          const range = document.createRange()
          range.selectNodeContents(document.querySelector(".foot .formula"))
          const { right } = range.getBoundingClientRect()
          return right + 8 > left ? [right] : []
        }""",
        total["x"],
    ) == []

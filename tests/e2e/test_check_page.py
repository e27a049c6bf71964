"""The Check page: every entry three ways, and each classic mistake seen on the arrow where it is made."""

import re
from collections import Counter

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import Setup, backward
from cnnviz.core.gradcheck import UNDECIDED, check_gradients
from cnnviz.core.mistakes import mistake_at, mistakes_for, stages_hit
from cnnviz.core.setup.presets import PRESETS
from tests.e2e.page import Screen, faults, place, read, snapshot
from tests.e2e.test_language import SHORT
from tests.e2e.test_view import RECORD

CARDS = ("do", "dz2", "dw", "db", "da1", "dz1", "df", "dx")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
NUDGED = ("df", "dw", "db", "dx")
OVERLAPPING = """() => {
  const all = [...document.querySelectorAll(".gradient-chain, .below > section, .chain-foot")].map((e) => [e.className, e.getBoundingClientRect()])
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  return all.flatMap(([one, a], n) => all.slice(n + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${one} on ${other}`))
}"""
UNDER = """(curve) => [...curve.querySelectorAll(".curve-name")].filter((name) => {
  const { x, y, width } = name.getBBox()
  const path = name.previousElementSibling
  const points = Array.from({ length: 400 }, (_, n) => path.getPointAtLength((n / 400) * path.getTotalLength()))
  const over = points.filter((point) => x <= point.x && point.x <= x + width).map((point) => point.y)
  return over.length && y - Math.max(...over) >= -2 && y - Math.max(...over) < 40
}).map((name) => name.textContent)"""
CUT = "({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1 ? [scrollHeight - clientHeight] : []"


def states(screen: Screen) -> dict[str, str]:
    return dict(screen.page.locator("[data-column]").evaluate_all("(all) => all.map((card) => [card.dataset.column, card.dataset.state])"))


def lines(screen: Screen) -> list[float]:
    return [read(text) for text in screen.page.locator(".lines b").all_inner_texts()]


def test_all_entries_agree_and_the_chain_shows_them(screen: Screen):
    setup = Setup(k=2, stage="df")
    screen.open("/check", k=2, stage="df")
    verdict = screen.page.locator(".verdict")
    expect(verdict).to_contain_text("1,811 parameters and 1,024 pixels")
    expect(verdict).to_have_class(re.compile("good"))
    screen.open("/check", query="check=break")  # where no entry is spoken of there is no sentence of it
    expect(screen.page.locator(".live")).to_have_text(re.compile(r"1,024 pixels\. +Loss"))
    screen.open("/check", k=2, stage="df")
    # Who listens hears a question with its own sign, and words that stand apart one after the other.
    expect(screen.page.locator(".live")).to_have_text(re.compile(r"Is our gradient right\? Yes\. .*backward pass −?0\.\d+ central differences −?0\.\d+"))
    shown = screen.page.locator("canvas[data-map]").evaluate_all("(all) => all.map((c) => c.dataset.map)")
    assert sorted(shown) == sorted(f"ours.{symbol}" for symbol in CARDS)
    assert states(screen) == {symbol: "right" if symbol in NUDGED else "follows" for symbol in CARDS}
    expect(screen.page.locator("[data-column=dz1] .state")).to_have_attribute("title", re.compile("computed from it were checked"))
    assert screen.page.locator("[data-arrow]").evaluate_all("(all) => all.map((arrow) => arrow.dataset.arrow)") == [c for c in CARDS if c != "db"]
    operations = ["the error", "times the slope σ′", "times v", "times w", "times the slope σ′", "times x, summed", "times f, spread out"]
    expect(screen.page.locator(".operation")).to_have_text(operations)
    now = snapshot(setup)
    check = check_gradients(now.params, now.trace.x, np.array(setup.y), parameters=("f", "w", "b", "x"))
    for symbol, cell, shape, index in (("df", (0, 2), (3, 3), (0, 2)), ("dx", (5, 9), (32, 32), (5, 9)), ("db", (1, 0), (2, 1), (1,))):
        screen.point_on_board("ours", symbol, cell, shape)
        name = symbol[1:]
        expected = (getattr(now.gradients, symbol), check.numeric[name], check.relative_error[name])
        assert lines(screen)[:2] == pytest.approx([array[index] for array in expected[:2]], rel=1e-11)
        assert lines(screen)[2] == pytest.approx(expected[2][index], rel=0.06)
    screen.point_on_board("ours", "dz1", (3, 4), (30, 30))
    expect(screen.numbers).to_contain_text("Not nudged")
    assert lines(screen) == pytest.approx([now.gradients.dz1[3, 4]], rel=1e-11)


def test_a_pinned_entry_is_nudged_and_all_entries_stand_side_by_side(screen: Screen):
    screen.open("/check", k=1, stage="df")
    box = screen.canvas("ours.df").bounding_box()
    screen.canvas("ours.df").click(position={"x": box["width"] / 6, "y": box["height"] / 6})  # once it stands still
    screen.ready(update=1)
    expect(screen.page.locator(".error-over-step .curve")).to_contain_text("∂f[0,0]")
    assert screen.address["cell"] == "df:0,0"
    rows = screen.page.locator(".shared-digits tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first.locator(".differs")).not_to_be_empty()
    screen.page.locator("[data-act=all]").click()
    for row in ("ours", "central", "error"):
        expect(screen.canvas(f"large.{row}.df")).to_be_visible()
    screen.page.locator("[data-card=dw]").click()
    screen.ready(stage="dw")
    expect(screen.canvas("large.central.dw")).to_be_visible()


@pytest.mark.parametrize("query", ["mistake=zzz", "k=2", "mistake=sigmoid_prime_of_z", "mistake=kernel_gradient_flipped", "check=own"])
def test_nothing_below_the_chain_stands_on_anything_else(screen: Screen, query):
    screen.open("/check", query=query)
    for width, height in ((1280, 720), (1920, 1080)):
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.painted()
        assert faults(screen.page, OVERLAPPING) == faults(screen.page.locator(".below"), CUT) == [], width


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_all_that_is_said_of_somebodys_own_gradients_is_in_sight_without_scrolling(screen: Screen, lang: str):
    screen.open("/check", query=f"check=own&lang={lang}")
    screen.key("own_gradients").click()
    screen.key("gradients_example").click()
    expect(screen.page.locator(".entry .sentence").last).not_to_be_empty()
    assert faults(screen.page.locator(".below"), CUT) == faults(screen.page, OVERLAPPING) == []


ON_MAPS = """() => [...document.querySelectorAll(".card.beside .state")].filter((said) => {
  const range = document.createRange()
  range.selectNodeContents(said)
  const map = said.parentElement.querySelector("canvas, .hatched")
  return map && range.getBoundingClientRect().right > map.getBoundingClientRect().left - 2
}).map((said) => said.textContent)"""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_said_of_a_card_is_not_cut(screen: Screen, lang):
    screen.open("/check", mistake="sigmoid_prime_of_z", lang=lang)
    assert faults(screen.page, ON_MAPS) == []
    for width in (1280, 390):
        screen.page.set_viewport_size({"width": width, "height": 844})
        screen.open("/check", mistake="sign_flipped", lang=lang)
        assert faults(screen.page, SHORT) == [], width
    screen.page.set_viewport_size({"width": 820, "height": 1180})
    screen.open("/notebook", part=3, lang=lang)
    assert faults(screen.page, SHORT) == []


@pytest.mark.parametrize(("mistake", "power"), [("sigmoid_prime_of_z", -2), ("kernel_gradient_flipped", -3), ("loop_stops_early", -3)])
def test_the_card_of_a_gradient_that_is_wrong_has_its_nine_numbers_and_their_power_of_ten(screen: Screen, mistake: str, power: int):
    screen.page.add_init_script(RECORD)
    screen.open("/check", mistake=mistake)
    card = screen.page.locator("[data-column=df]")
    expect(card.locator(".power")).to_be_visible()
    expect(card.locator(".power")).to_have_text(f"× 10{'⁻²' if power == -2 else '⁻³'}")
    name = card.locator("canvas[data-map]").get_attribute("data-map")
    shown = screen.page.evaluate("(name) => [...writing].filter(([context]) => context.canvas.dataset?.map === name).flatMap(([, all]) => all.map(([, text]) => text))", name)
    now, setup = snapshot(Setup()), Setup()
    wrong = mistake_at(mistake, setup.network).gradients(now.params, now.trace, np.array(setup.y), setup.lr)
    np.testing.assert_allclose([read(text) for text in shown], wrong.df.ravel() / 10.0**power, atol=0.5)
    opened = screen.page.locator(".opened").bounding_box()
    for box in (large.bounding_box() for large in screen.page.locator(".opened canvas").all()):
        assert box["y"] + box["height"] < opened["y"] + opened["height"]


TINY_VGG = "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"


def test_a_chain_that_is_wider_than_the_screen_has_what_is_wrong_in_sight(screen: Screen):
    screen.open("/check", net=TINY_VGG, mistake="hidden_slope_forgotten@dz4", ch="rgb", w="he")
    screen.page.wait_for_function("""() => {
        const [road, first] = [".gradient-chain", "[data-state=first]"].map((at) => document.querySelector(at))
        const [around, within] = [road, first].map((element) => element.getBoundingClientRect())
        return road.scrollWidth > road.clientWidth && around.left <= within.left && within.right <= around.right && document.documentElement.scrollWidth <= innerWidth
    }""")


def test_on_a_phone_the_chain_opens_at_the_loss_unless_an_entry_is_asked_for(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open("/check")
    expect(screen.page.locator(".card.loss")).to_be_in_viewport(ratio=1)
    expect(screen.page.locator("[data-column=df]")).not_to_be_in_viewport()
    screen.connected()
    screen.press("ArrowLeft")
    screen.ready(stage="dz1")
    expect(screen.page.locator("[data-column=dz1]")).to_be_in_viewport(ratio=1)
    screen.open("/check", cell="df:1,1")
    expect(screen.page.locator("[data-column=df]")).to_be_in_viewport(ratio=1)


def test_the_check_follows_the_updates_and_stages(screen: Screen):
    screen.open("/check", stage="dw")
    expect(screen.page.locator(".card.now")).to_have_attribute("data-column", "dw")
    screen.connected()  # the view may be there first
    sent = len(screen.sent)
    screen.press("ArrowRight", "ArrowRight", "ArrowRight")
    screen.ready(stage="df")
    expect(screen.page.locator(".card.now")).to_have_attribute("data-column", "df")
    assert len(screen.sent) == sent
    screen.press("PageDown")
    screen.ready(update=1, stage="df")
    assert screen.setup == Setup(k=1, stage="df")
    expect(screen.page.locator(".verdict")).to_contain_text("1,811 parameters")


def test_each_mistake_is_found_at_the_stage_where_it_first_shows(screen: Screen):
    setup = Setup(stride=2, k=1)
    screen.open("/check", stride=2, k=1, check="break")
    now = snapshot(setup)
    exact = backward(now.params, now.trace, np.array(setup.y))
    offered = mistakes_for(setup.network)
    places = Counter(one.mistake.name for one in offered)
    assert len(places) >= 7
    for mistake in offered:
        name = mistake.address if places[mistake.mistake.name] > 1 else mistake.mistake.name
        screen.switch(f"mistake_{name}")
        expect(screen.key(f"mistake_{name}")).to_have_attribute("aria-pressed", "true")
        wrong = mistake.gradients(now.params, now.trace, np.array(setup.y), setup.lr)
        differing = [s for s in CARDS if (getattr(wrong, s) != getattr(exact, s)).any()]
        hit = stages_hit(wrong, exact, now.params, setup.lr)
        shown = "db" if hit[0] == "dw" and "dw" not in differing else hit[0]
        expect(screen.page.locator(".verdict")).to_have_class(re.compile("bad"))
        expect(screen.page.locator(".verdict")).to_contain_text(re.compile("wrong|affects"))
        first = screen.page.locator("[data-column][data-state=first]")
        expect(first).to_have_count(1)
        expect(first).to_have_attribute("data-column", shown)
        later = [symbol for symbol, state in states(screen).items() if state in ("inherits", "wrong")]
        assert later == [symbol for symbol in differing if symbol != shown]
        expect(screen.page.locator(".arrow.first")).to_have_attribute("data-arrow", shown)
        expect(screen.page.locator(".operation.first")).to_have_text(str(mistake.title))
        expect(screen.page.locator(".sentence")).to_contain_text(str(mistake.sentence))
        assert screen.address["mistake"] == name
    screen.switch("mistake_none")
    screen.key("mistake_sign_flipped").hover()
    expect(screen.page.locator(".detail")).to_contain_text(str(mistake_at("sign_flipped", Setup().network).sentence))
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_count(0)


def test_the_menu_of_mistakes_closes_when_one_is_chosen_and_its_button_has_the_focus(screen: Screen):
    screen.open("/check", mistake="kernel_gradient_flipped")
    menu, button = screen.page.locator("#mistakes"), screen.page.locator("[popovertarget=mistakes]")
    button.focus()
    screen.press("Enter")
    expect(menu).to_be_visible()
    screen.key("mistake_sign_flipped").focus()
    screen.press("Enter")
    expect(menu).to_be_hidden()
    expect(screen.page.locator(".opened > h2")).to_contain_text(str(mistake_at("sign_flipped", Setup().network).title))
    expect(button).to_be_focused()


@pytest.mark.parametrize("query", ["opt=adam&mistake=state_forgotten", "opt=adam&mistake=adam_uncorrected", "net=conv2x3-drop50-dense2-mse&mistake=mask_not_scaled"])
def test_a_mistake_that_no_gradient_shows_opens_no_red_arrow(screen: Screen, query: str):
    screen.open("/check", query=query)
    opened = screen.page.locator(".opened")
    expect(opened.locator(".wrong-line").first).not_to_be_empty()
    expect(opened).to_have_class("opened calm")
    expect(opened.locator("> h2")).to_contain_text("The mistake: ")
    expect(screen.page.locator(".arrow.first")).to_have_count(0)
    same = "drop" not in query  # else both are right, each for its own forward pass
    expect(screen.page.locator(".below canvas[data-map]")).to_have_count(0 if same else 2)
    expect(screen.page.locator(".below .readout")).to_have_count(0 if same else 1)


def test_a_mistake_survives_reload_and_update_and_can_hide(screen: Screen):
    screen.open("/check", k=1, stage="df")
    screen.switch("break_it")
    screen.switch("mistake_stride_forgotten")
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))  # at stride 1 nothing shows
    expect(screen.page.locator(".sentence")).to_contain_text("has no effect here")
    screen.switch("shows_there")
    assert screen.setup == Setup(k=1, stage="df", stride=2)
    expect(screen.page.locator(".wrong-line").first).to_contain_text("stride=1")
    expect(screen.page.locator(".right-line").first).to_contain_text("stride=2")
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_attribute("data-column", "df")
    expect(screen.page.locator("[data-column=dw] .state")).to_have_text("✓ right")
    screen.press("PageDown")
    screen.ready(update=2, stage="df")
    expect(screen.page.locator("[data-column][data-state=first] .state")).to_have_text("✗ wrong here")
    verdict = screen.page.locator(".verdict").inner_text()
    screen.page.reload()
    screen.ready(update=2, stage="df")
    expect(screen.page.locator(".verdict")).to_have_text(verdict)
    assert screen.address["mistake"] == "stride_forgotten@df"
    screen.page.evaluate("history.back()")
    screen.ready(update=1)
    assert screen.address["mistake"] == "stride_forgotten@df"
    screen.prints_no_trace()
    screen.open("/check", stage="dw", mistake="kernel_gradient_flipped")
    expect(screen.page.locator(".below .entry-name")).to_contain_text("∂f[")  # what is wrong, not the stage that is right
    screen.page.locator("[data-card=dw]").click()
    expect(screen.page.locator(".below .entry-name")).to_contain_text("∂w[")
    screen.open("/check", stage="df", cell="dx:31,30")  # where x has more rows than z1
    expect(screen.numbers).to_contain_text("[31,30]")


def test_a_broken_arrow_is_in_sight_and_one_entry_is_spoken_of_everywhere(screen: Screen):
    """On a chain that is wider than the window, and where a bias alone is wrong."""
    net = "conv2x3b-sigmoid-avg2-conv2x3b-sigmoid-avg2-dense6-sigmoid-dense4-sigmoid-dense3-softmax-ce"
    for query in ({"net": net, "y": "1,0,0", "mistake": "sigmoid_prime_of_z@dz4"}, {"net": "dense8-tanh-dense2-mse", "mistake": "bias_axis@dw2"}):
        screen.open("/check", **query)
        expect(screen.page.locator("[data-column][data-state=first]")).to_be_in_viewport(ratio=1)
        name = screen.page.locator(".below .entry-name").inner_text()
        assert screen.page.locator(".error-over-step [data-open]").inner_text().translate(SUBSCRIPTS).endswith(f" {name}")
    name = screen.page.locator(".below .entry-name")
    expect(name).to_have_text("∂b2[1]")
    expect(name).to_be_hidden()  # the chart's title says it
    screen.page.locator("[data-card=do]").hover()
    screen.point_on_board("ours", "do", (0, 0), (2, 1))
    expect(name).to_be_visible()
    expect(name).to_have_text("∂o[0]")


def test_a_chain_that_is_wider_than_the_screen_fades_where_there_is_more(screen: Screen):
    screen.page.set_viewport_size({"width": 820, "height": 1180})
    screen.open("/check")
    chain = screen.page.locator(".gradient-chain")
    start, end = (f"{colour} {at}" for colour, at in ((r"rgba\(0, 0, 0, 0\), rgb\(0, 0, 0\)", "44px"), (r"calc\(100% - 44px\),", r"rgba\(0, 0, 0, 0\)")))
    for to, look in ((0, f"(?!.*{start}).*{end}"), (40, f"{start}.*{end}"), (10_000, f"{start}(?!.*{end})")):
        chain.evaluate(f"(road) => {{ road.scrollLeft = {to} }}")
        expect(chain).to_have_css("mask-image", re.compile(look))
    screen.open("/check", net="dense2-mse")
    expect(chain).to_have_css("mask-image", "none")


@pytest.mark.parametrize("query, names", [({}, ["float32", "float64"]), ({"mistake": "sign_flipped"}, ["broken", "right"])])
def test_each_line_of_the_curve_has_its_name_under_it(screen: Screen, query, names):
    screen.open("/check", **query)
    written = screen.page.locator(".curve .curve-name")
    expect(written).to_have_text(names)
    assert screen.page.locator("svg.curve").evaluate(UNDER) == names


def test_no_mark_of_the_curve_stands_on_its_title(screen: Screen):
    screen.open("/check", net="conv2x3-sigmoid-avg2-conv2x3-sigmoid-dense4-sigmoid-dense3-softmax-ce", y="1,0,0")  # so small a gradient that no digit of it is left
    boxes = screen.page.locator(".curve text").evaluate_all("(all) => all.map((e) => [e.textContent, ...Object.values(e.getBoundingClientRect().toJSON())])")
    title = next(box for box in boxes if "relative error" in box[0])
    assert len([box for box in boxes if box[0] in "①②③"]) == 3
    for message, x, y, width, height, *_ in boxes:
        assert message not in "①②③" or not (x < title[1] + title[3] and title[1] < x + width and y < title[2] + title[4] and title[2] < y + height), message


def test_what_cannot_be_told_has_a_look_of_its_own(screen: Screen):
    screen.open("/check", scale="raw", stage="dw")
    expect(screen.page.locator(".told")).to_contain_text("Too small compared with round-off")
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))
    now = snapshot(Setup(scale="raw"))
    check = check_gradients(now.params, now.trace.x, np.array([1.0, 0.0]))
    undecided = np.argwhere(check.marks["w"][:, :1] == UNDECIDED)[0]
    screen.page.locator("[data-act=all]").click()
    row, column = divmod(int(undecided[0]), 30)
    large = screen.canvas("large.error.dw")
    expect(large).to_be_visible()
    x, y = place(large.bounding_box() | {"x": 0, "y": 0}, (row, column), (30, 60))  # both outputs side by side
    large.hover(position={"x": x, "y": y})
    expect(screen.numbers).to_contain_text(f"[{row},{column},0]")
    expect(screen.page.locator(".lines b").last).to_have_text("–")
    expect(screen.numbers).to_contain_text("undecided, or at a kink")
    screen.open("/check", net="dense3-dense2-mse", lr=10, k=300, img="digit7-3")
    expect(screen.page.locator(".verdict")).to_contain_text("not finite")
    screen.prints_no_trace()


def test_the_sweep_is_explained_and_opens_large(screen: Screen):
    screen.open("/check")
    for word in ("the secant misses the curvature", "digits cancel", "the chain rule", "(L(+ε) − L(−ε)) / 2ε"):
        expect(screen.page.locator(".below")).to_contain_text(word)
    assert not [url for url in screen.requested if "plotly" in url.lower()]
    screen.page.locator('[data-open="chart-sweep"]').click()
    plot = screen.page.get_by_role("dialog").locator(".js-plotly-plot")
    expect(plot).to_be_visible()
    expect(plot.locator(".legendtext")).to_have_text(["float32", "float64"])
    screen.prints_no_trace()


def test_no_card_has_numbers_times_a_power_of_ten_that_it_does_not_say(screen: Screen):
    """Tiny VGG's first kernel gradient stood as 12 for 0.12: its card has no room for the power."""
    query = next(preset for preset in PRESETS if preset.name == "explainer").query
    screen.open("/check", **query)
    screen.painted()
    powers = screen.page.locator(".card .power")
    hidden = powers.evaluate_all("(all) => all.filter((e) => e.textContent && !e.checkVisibility()).map((e) => e.closest('.card').outerHTML)")
    assert hidden == []


def test_the_nudge_that_is_marked_is_the_best_one_also_where_the_longest_is(screen: Screen):
    screen.open("/check", net="conv1x3-dense2-mse", lr="0.001", k="1")  # L is a parabola: no secant misses it
    marked = screen.page.locator(".shared-digits tr.best")
    expect(marked).to_have_count(1)
    expect(marked.locator("th")).to_contain_text("①")
    expect(marked).to_contain_text("a good balance")

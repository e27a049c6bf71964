"""The Train page: the film is the trajectory, the server is not asked while it is scrubbed, and what was learned is kept."""

import re
import urllib.parse

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from cnnviz import Setup, load_image, sweep
from tests.e2e.page import Screen, printed_loss, read, snapshot


def scrub(screen: Screen, k: int) -> None:
    """Moves the slider as a hand does: input while it moves, change when it rests."""
    screen.key("scrub").evaluate(
        """(slider, k) => {
          slider.value = k
          for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name, { bubbles: true }))
        }""",
        k,
    )


def losses(screen: Screen) -> list[float]:
    """The losses of two runs where the film stands, from the headline."""
    return [read(text) for text in re.search(r"L (\S+) and (\S+)", screen.page.locator(".title").inner_text()).groups()]


def test_any_moment_of_the_film_is_the_one_that_step_shows(screen: Screen):
    screen.open("/train", lr="0.05", n="300")
    screen.connected()
    before = len(screen.sent)
    for k in (300, 7, 123):
        scrub(screen, k)
        screen.ready(update=k)
        loss = snapshot(Setup(lr=0.05, k=k)).losses[-1]
        assert read(screen.page.locator(".aside .figure").inner_text()) == pytest.approx(loss, rel=5e-3)
        expect(screen.page.locator("[data-key=update_card] .loss")).to_have_text(printed_loss(loss))
    assert len(screen.sent) == before, "scrubbing asked the server"
    assert screen.address["k"] == "123"
    screen.key("open_in_step").click()
    screen.page.wait_for_url(re.compile(r"/\?"))
    screen.shows(Setup(lr=0.05, k=123))
    screen.page.go_back()
    screen.ready(update=123)
    expect(screen.key("scrub")).to_have_value("123")


def test_it_plays_to_its_end_and_stops(screen: Screen):
    screen.open("/train", n="60")
    screen.key("speed").select_option("10")
    screen.press(" ")
    screen.ready(update=60)
    expect(screen.root).to_have_attribute("data-playing", "0")
    expect(screen.page).to_have_url(re.compile("k=60"))


def test_the_film_plays_once_by_itself_unless_somebody_acts_or_less_motion_is_preferred(browser: Browser, browser_context_args: dict):
    for motion, acts, plays in (("no-preference", False, True), ("reduce", False, False), ("no-preference", True, False)):
        context = browser.new_context(**browser_context_args, reduced_motion=motion)
        context.add_init_script("localStorage.setItem('cnnviz.story', '1')")
        screen = Screen(context.new_page())
        screen.page.clock.install()
        screen.open("/train", n="6")
        expect(screen.page.locator(".start canvas")).to_be_visible()
        if acts:
            screen.page.mouse.click(640, 30)
        screen.page.clock.run_for(10_000)
        if plays:
            screen.ready(update=6)
            screen.press("Home")
            screen.page.reload()
        screen.ready(update=0)
        screen.page.clock.run_for(10_000)
        screen.ready(update=0)
        context.close()


def test_keys_move_the_film_by_updates_and_not_past_its_ends(screen: Screen):
    screen.open("/train", n="3", k="2")
    moves = (("ArrowRight", 3), ("PageDown", 3), ("ArrowLeft", 2), ("Home", 0), ("ArrowLeft", 0), ("End", 3))
    for key, k in moves + moves:
        if k == 0:  # the slider with the focus takes no key away
            screen.key("scrub").focus()
        screen.press(key)
        screen.ready(update=k)
        expect(screen.page).to_have_url(re.compile(rf"[?&]k={k}&"))


def test_a_curve_is_dragged_to_an_update_and_let_go_anywhere(screen: Screen):
    screen.open("/train", n="40", k="5")
    box = screen.page.locator("[data-curve=losses] .past").bounding_box()
    mouse = screen.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down(button="right")
    mouse.up(button="right")
    screen.ready(update=5)
    mouse.down()
    mouse.move(box["x"] - 100, box["y"] - 100)
    screen.ready(update=0)
    mouse.up()
    expect(screen.page).to_have_url(re.compile("[?&]k=0&"))


def test_a_thinned_film_says_of_which_update_its_maps_are(screen: Screen):
    screen.open("/train", n="10000", k="31", lr="0.05")
    here = snapshot(Setup(lr=0.05, k=31))
    screen.key("maps_now").click()
    date = screen.page.locator('[data-figure="w_0"] .size')
    expect(date).to_have_text(re.compile(r"of update \d+"))
    shown = snapshot(Setup(lr=0.05, k=int(date.inner_text().split()[-1])))
    low, high = map(read, re.search(r"from (\S+) to (\S+)", screen.canvas("0.w_0").get_attribute("aria-label")).groups())
    w = shown.params.w[:, 0]
    assert (low, high) == pytest.approx((w.min(), w.max()), abs=2e-3)
    low, high = map(read, re.search(r"from (\S+) to (\S+)", screen.canvas("0.f").get_attribute("aria-label")).groups())
    assert (low, high) == pytest.approx((here.params.f.min(), here.params.f.max()), rel=1e-3)  # the kernel is complete
    scrub(screen, 10_000)
    expect(date).to_have_text("30×30")


def test_the_film_stays_on_the_way_over_another_page(screen: Screen):
    screen.open("/train", n="1000", k="700", vs="lr=0.1")
    screen.key("open_in_step").click()
    screen.page.wait_for_url(re.compile(r"/\?"))
    screen.ready(update=700)
    screen.page.locator('[data-page="train"]').click()
    screen.page.wait_for_url(re.compile(r"/train\?"))
    screen.ready(update=700)
    expect(screen.page.locator("[data-run]")).to_have_count(2)
    assert (screen.address["n"], screen.address["vs"]) == ("1000", "lr=0.1")


def test_the_film_stays_where_it_is_while_the_server_answers(screen: Screen):
    screen.open("/train", n="50", k="5")
    screen.connected()
    screen.key("updates").select_option("updates_200")
    screen.key("scrub").focus()
    screen.press(*["ArrowRight"] * 4)
    screen.ready(update=9)
    expect(screen.key("scrub")).to_have_attribute("max", "200")
    assert screen.root.get_attribute("data-update") == "9" == screen.address["k"]
    screen.page.go_back()
    screen.ready(update=8)


def test_turning_to_another_page_stops_the_film_there(screen: Screen):
    screen.open("/train", n="10000")
    screen.key("play").click()
    expect(screen.root).not_to_have_attribute("data-update", "0")
    screen.page.locator('[data-page=""]').click()
    screen.page.wait_for_url(re.compile(r"/\?"))
    expect(screen.page.locator("canvas[data-map=dx]")).to_be_visible()
    assert screen.setup.k > 0
    screen.agrees()


def test_a_curve_opens_large_with_the_others_on_one_cursor(screen: Screen):
    screen.open("/train", n="40", k="7", lr="0.3")
    screen.page.locator('[data-open="film-o"]').click()
    plot = screen.page.get_by_role("dialog").locator(".js-plotly-plot")
    expect(plot.locator(".cartesianlayer > .subplot")).to_have_count(4)
    expect(plot.locator(".shapelayer path")).to_have_count(1)  # where the film stands
    plot.locator(".nsewdrag").first.hover()
    plot.locator(".nsewdrag").first.hover(position={"x": 300, "y": 60})
    values = plot.locator(".hoverlayer .legendtext")
    expect(values).to_have_count(15)
    texts = dict(text.split(" : ") for text in values.all_text_contents())
    here = snapshot(Setup(lr=0.3, k=int(plot.locator(".hoverlayer .legendtitletext").text_content())))
    assert read(texts["L"]) == pytest.approx(here.losses[-1], rel=1e-5)
    assert read(texts["dog"]) == pytest.approx(here.trace.o[1], rel=1e-5)
    assert read(texts["Δf[2,0]"]) == pytest.approx((here.params.f - Setup().kernel)[2, 0], rel=1e-5)
    assert read(texts["‖∂w‖"]) == pytest.approx(np.linalg.norm(here.gradients.dw), rel=1e-5)


def test_two_starts_stand_side_by_side_and_a_pasted_link_is_one(screen: Screen):
    screen.open("/train", n="50", k="50")
    screen.switch("compare_rate_up")
    expect(screen.page.locator("[data-run]")).to_have_count(2)
    assert losses(screen) == pytest.approx([snapshot(Setup(lr=lr, k=50)).losses[-1] for lr in (0.01, 0.1)], rel=5e-3)
    other = Setup(img="test-5", f="blur", lr=0.2)
    screen.type("vs", "http://anywhere/?" + urllib.parse.urlencode(other.to_query()))
    expect(screen.page.locator("[data-run] .row-label").nth(1)).to_contain_text("image test-5")
    expected = snapshot(Setup(img="test-5", f="blur", lr=0.2, k=50)).losses[-1]
    assert losses(screen)[1] == pytest.approx(expected, rel=5e-3)
    screen.type("vs", "no link at all")
    expect(screen.page.locator('[data-wrong="vs"]')).to_contain_text("not the link of a setup")


def test_a_run_that_saturates_says_when_and_a_click_leads_there(screen: Screen):
    screen.open("/train", lr="500", n="1000", k="30")
    expect(screen.page.locator(".sentence")).to_contain_text("saturates at update 1")
    screen.page.get_by_role("button", name="saturates").click()
    screen.ready(update=1)
    assert screen.address["k"] == "1"


def test_at_update_0_the_answer_is_told_and_changes_come_from_update_1_on(screen: Screen):
    screen.open("/train")
    title, sentence = screen.page.locator(".title"), screen.page.locator(".sentence")
    now = snapshot(Setup())
    expect(title).to_have_text("Update 0: it says cat, but hardly")
    expect(sentence).to_have_text(f"{now.trace.o[0]:.2f} for cat and {now.trace.o[1]:.2f} for dog; they should be 1 and 0.")
    numbers = screen.page.locator(".start .column :is(b, s)")
    expect(numbers).to_have_text([f"{now.trace.o[0]:.2f}", f"{1 - round(float(now.trace.o[0]), 2):.2f}", f"{now.trace.o[1]:.2f}", f"{now.trace.o[1]:.2f}"])
    expect(screen.page.locator(".aside .figure")).to_have_text(f"{now.losses[-1]:.2f}")
    expect(screen.page.locator(".gaps")).to_have_text("the mean of the 2 squared gaps; 0 is perfect")
    expect(screen.key("play")).to_have_text("Make 200 updates")
    expect(screen.key("maps_now")).to_be_hidden()
    scrub(screen, 1)
    expect(screen.page.locator(".start canvas")).to_have_count(0)
    expect(title).to_have_text("w accounts for 99.5% of the predicted decrease")
    expect(screen.key("maps_change")).to_have_attribute("aria-pressed", "true")
    screen.open("/train", seed=39)
    expect(title).to_have_text("Update 0: it says dog, and should say cat")


def test_the_headline_names_what_makes_the_promised_fall_and_the_outputs_stand_before_their_targets(screen: Screen):
    screen.open("/train", k=60)
    expect(screen.page.locator(".title")).to_have_text("w accounts for 99.5% of the predicted decrease")
    expect(screen.page.locator(".sentence")).to_have_text(re.compile(r"^After 60 updates, L fell from 0\.245 to 0\.00432\. .*half of L's fall is done by update 3\."))
    expect(screen.page.locator(".track b").first).to_have_text("0.934")
    expect(screen.page.locator(".track small").first).to_have_text("adds 0.0022 to L")
    expect(screen.page.locator(".loss-sum")).to_have_text("L ≈ 0.002206 + 0.002117 = 0.00432")
    screen.key("share_first").click()
    first = snapshot(Setup()).gradients
    squares = [float((first[f"d{name}"] ** 2).sum()) for name in "wbf"]
    shares = [float(text.removesuffix("%")) / 100 for text in screen.page.locator(".share-row .part.promised").all_inner_texts()]
    assert shares == pytest.approx(np.array(squares) / sum(squares), abs=5e-4)
    screen.switch("hold_f")
    expect(screen.page.locator("[data-run] .row-label").nth(1)).to_contain_text("f frozen")
    expect(screen.page.locator(".sentence")).to_contain_text("With f frozen, L is 0.0012 at update 200")
    assert screen.address["hold"] == "f"
    screen.switch("compare_seed")
    expect(screen.key("hold_f")).to_have_attribute("aria-pressed", "false")
    assert "hold" not in screen.address


@pytest.mark.parametrize(
    "query",
    [
        {"net": "conv1x3-sigmoid-dense1-sigmoid-bce", "opt": "adam"},
        {"net": "conv4x3b-relu-max2-dense10-softmax-ce", "y": "0,0,0,1,0,0,0,0,0,0"},
        {"net": "dense3-dense2-mse", "lr": "10", "img": "digit7-3", "vs": "lr=0.1"},
        {"net": "conv2x3b-relu-gap-mse", "ch": "rgb"},
        {"rule": "procedural", "hold": "w"},
    ],
    ids=lambda query: query.get("net", "notebook"),
)
def test_a_film_of_any_network_is_drawn_from_its_first_to_its_last_update(screen: Screen, query: dict[str, str]):
    screen.open("/train", n="20", k="0", **query)
    for k in (20, 7):
        scrub(screen, k)
        screen.ready(update=k)
        for tab in ("maps_now", "curve_norms", "maps_change", "curve_losses"):
            screen.key(tab).click()
        screen.painted()
        screen.prints_no_trace()
        message = screen.page.locator(".film").inner_text()
        assert "Infinity" not in message and "undefined" not in message and ("NaN" in message) <= ("lr" in query)
    screen.page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def test_words_above_the_curve_never_stand_on_each_other(screen: Screen):
    screen.open("/train", n="50", lr="1000000", y="0.5,0.5")
    for k in (0, 1, 2, 5, 49, 50):
        scrub(screen, k)
        screen.ready(update=k)
        boxes = screen.page.locator(".marks button").evaluate_all("(all) => all.map((each) => each.getBoundingClientRect()).map(({ left, right }) => [left, right])")
        for (_, end), (start, _) in zip(sorted(boxes), sorted(boxes)[1:], strict=False):
            assert end <= start + 1


def test_many_starts_are_dots_each_of_which_opens_its_run(screen: Screen):
    screen.open("/train", net="conv1x3-relu-dense2-sigmoid-mse", sweep="start:1..40", n="50")
    expect(screen.page.locator(".live")).to_contain_text("40 runs, each with its own kernel and weights")
    canvas = screen.page.locator(".sweep canvas")
    expect(canvas).to_have_attribute("data-runs", "40")
    setup = Setup(net="conv1x3-relu-dense2-sigmoid-mse")
    result = sweep(setup, load_image("test-0"), "start:1..40", 50)
    high = int((result.losses[:, -1] > 0.1).sum())
    expect(screen.page.locator(".sweep .starts")).to_have_text(f"Losses above 0.1 at update 50: {high} of 40")
    canvas.focus()
    worst = result.values[result.losses[:, -1].argmax()]
    expect(canvas).to_have_attribute("data-run", str(worst))
    screen.press("ArrowDown", "ArrowUp", "Enter")
    expect(screen.page).to_have_url(re.compile(f"seed={worst}&"))
    screen.ready()
    expect(screen.page.locator(".sweep")).to_be_hidden()
    assert "sweep" not in screen.address and screen.setup.first_params()["f"].tolist() == result.setups[int(worst) - 1].first_params()["f"].tolist()
    expect(screen.page.locator(".film-head .sentence")).to_contain_text("hardly any gradient passes")
    screen.key("film_look").click()
    screen.ready(update=0, stage="a1")
    screen.page.go_back()
    screen.page.go_back()
    expect(canvas).to_be_visible()


def test_a_sentence_about_the_address_stands_above_trains_two_halves(screen: Screen):
    screen.open("/train", sweep="seed:0..zz")
    notice, halves = screen.page.locator(".notice").bounding_box(), screen.page.locator(".halves .pick").bounding_box()
    assert notice["y"] + notice["height"] <= halves["y"]


def test_in_a_low_frame_the_photograph_and_the_outputs_keep_their_size(screen: Screen):
    screen.page.set_viewport_size({"width": 1280, "height": 400})
    screen.open("/train", k="0")
    photograph, *outputs = screen.page.locator(".film .start > *").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().toJSON())")
    assert photograph["height"] >= 150 and all(box["height"] >= 150 for box in outputs)
    assert all(a["right"] <= b["left"] for a, b in zip([photograph, *outputs], outputs, strict=False))
    assert screen.page.locator(".middle").evaluate("(e) => e.scrollHeight > e.clientHeight")  # the rest is reached by scrolling

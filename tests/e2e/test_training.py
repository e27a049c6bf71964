"""Training on a data set: it is watched, its settings travel in the link, and what was learned opens in Step."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.page import Screen, read
from tests.e2e.test_accessibility import violations
from tests.e2e.test_language import CUT

BOXES = """(all) => all.map((e) => {
  const { x, y, width, height } = e.getBoundingClientRect()
  return [x, y, width, height, e.scrollWidth - e.clientWidth]
})"""


def done(screen: Screen) -> None:
    """The training has ended, and all images stand where its last epoch puts them."""
    at_rest = '.training[data-state="done"][data-follows=""]:has(.crowd canvas[data-walks=""])'  # one query: data-follows is of the last landing
    expect(screen.page.locator(at_rest)).to_be_visible()


def train(screen: Screen) -> None:
    """Trains, unless this server has done so before."""
    expect(screen.page.locator('.training[data-state="done"], [data-key="train"]:not([hidden])').first).to_be_visible()
    if screen.key("train").is_visible():
        screen.key("train").click()
    done(screen)


def test_a_training_is_watched_and_its_parameters_open_in_step(screen: Screen):
    screen.open("/train", k="5")
    screen.connected()
    page = screen.page
    expect(screen.key("train")).to_be_hidden()
    screen.key("half_many").click()
    page.wait_for_url(re.compile("of=many"))
    title = page.locator(".training h2")
    asks = "Can it learn to tell airplane, automobile, cat and dog apart?"
    expect(title).to_have_text(asks)
    about, figure = page.locator(".training .about"), page.locator(".training .figure")
    expect(about).to_contain_text("33 of 120 named right, before it has learned anything.")
    expect(about).to_contain_text("Guessing gives 25%.")
    expect(figure).to_have_text("28%")
    expect(page.locator("canvas[data-map]").first).to_be_hidden()
    expect(page.locator(".live")).to_contain_text(asks)
    expect(page.locator(".training .matrix [data-cell]")).to_have_count(0)
    with screen.reaching("train_full") as full:
        full.click()
    expect(page.get_by_role("dialog")).to_contain_text("downloaded once")
    screen.close_dialog()
    assert violations(screen) == []
    screen.key("train").press("Enter")
    done(screen)
    expect(page.locator(".training .everybody tbody tr")).to_have_count(120)
    right = title.text_content()
    result = re.fullmatch(r"After 10 epochs it names (\d\d) of 120 right", right or "")
    assert result
    expect(figure).to_have_text(f"28 → {int(result[1]) / 120:.0%}")
    expect(about).to_contain_text(re.compile("On other images, expect ..% to ..%"))
    assert violations(screen) == []
    page.locator("[data-matrix]").click()
    expect(page.locator(".training .matrix [data-cell]")).to_have_count(16)
    expect(title).to_have_text(re.compile(r"^\d+ times it takes \w+ for \w+$"))
    assert violations(screen) == []
    page.locator("[data-matrix]").click()
    done(screen)
    assert page.locator(".cnnviz .middle").evaluate("(main) => main.scrollHeight <= main.clientHeight + 20"), "it does not fit"
    screen.key("train_epoch").press("Home")
    expect(page.locator('.training[data-epoch="0"]')).to_be_visible()
    expect(title).not_to_have_text(right)
    screen.key("train_play").click()
    done(screen)
    expect(title).to_have_text(right)
    page.keyboard.press("Tab")
    page.locator(".training .crowd canvas").focus()
    page.keyboard.press("ArrowUp")
    who = re.fullmatch(r"(\w+); it says (\w+), ([\d.]+)% sure", page.locator(".one .who").inner_text())
    img = page.locator(".one canvas").get_attribute("aria-label")
    assert page.url.count("/train?"), "selecting leaves the page"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/\?.*w=held-[0-9a-f]{16}"))
    screen.ready(update=0, stage="o")
    assert screen.setup.scale == "unit" and img == screen.setup.img
    outputs = [read(text) for text in screen.canvas("o").get_attribute("aria-label").split(", ")[-4:]]
    assert max(outputs) == pytest.approx(float(who[3]) / 100, abs=0.0006)
    assert who[2] == ("airplane", "automobile", "cat", "dog")[int(np.argmax(outputs))]
    expect(screen.key("update_card")).to_contain_text("trained on 480 images, 10 epochs")
    expect(screen.root.locator(".wrong:visible")).to_have_count(0)
    assert not screen.complaints()
    page.go_back()  # to where one was, with everything that came of it
    expect(title).to_have_text(right)
    page.go_forward()
    screen.ready(update=0, stage="o")
    page.locator('[data-page="train"]').click()
    expect(page.locator(".training h2")).to_have_text(right)
    screen.key("half_one").click()
    expect(page.locator(".film .sentence")).to_contain_text("Trained on 480 images, 10 epochs: L is ")


def test_a_cell_of_the_matrix_dims_all_others_and_a_click_on_an_image_stays_in_train(screen: Screen):
    screen.open("/train", of="many", train="3,8,2,32,0.002,0,adam,float32,gray,dense2-softmax-ce")
    screen.connected()
    page = screen.page
    train(screen)
    expect(page.locator(".one canvas")).to_have_count(0)
    canvas = page.locator(".crowd canvas")
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + 10, box["y"] + box["height"] - 90)  # the surest image of the first column
    expect(page.locator(".one .who")).to_have_text(re.compile("^3; it says 3, "))
    assert "/train?" in page.url
    page.locator("[data-matrix]").click()
    done(screen)
    before = canvas.evaluate("(canvas) => canvas.toDataURL()")
    cell = page.locator('.matrix [data-cell="0,0"]')
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), before])
    cell.press("Enter")
    expect(cell).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Tab")
    canvas.focus()
    told = page.locator(".one .who").inner_text()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".one .who")).not_to_have_text(told)
    expect(page.locator(".training > .spoken[role=status]")).to_have_text(page.locator(".one .who").inner_text())
    page.locator("[data-matrix]").click()
    done(screen)
    page.locator(".which summary").click()
    expect(page.locator(".filters canvas")).to_have_count(6)
    page.locator('[data-chart="loss"] .drawn').click(position={"x": 50, "y": 40})
    expect(page.locator('.training[data-epoch="0"]')).to_be_visible()


def test_once_more_trains_from_another_start(screen: Screen):
    screen.open("/train", of="many", train="3,8,1,64,0.002,0,adam,float32,gray,dense2-softmax-ce")
    screen.connected()
    train(screen)
    screen.page.locator("[data-again]").click()
    expect(screen.page).to_have_url(re.compile("seed=1&"))
    expect(screen.page).to_have_url(re.compile("train=3,8,1,64,0.002,1,adam"))
    done(screen)
    screen.page.locator(".training .which summary").click()
    expect(screen.page.locator('[data-said="which"]')).to_contain_text("order seed 1")
    expect(screen.page.locator('[data-said="which"]')).to_contain_text("normal initialization, seed 1")


WATCH = """() => {
  window.walks = 0
  const canvas = document.querySelector(".crowd canvas")
  new MutationObserver(() => { window.walks += canvas.dataset.walks ? 1 : 0 }).observe(canvas, { attributeFilter: ["data-walks"] })
}"""


def test_a_crowd_walks_unless_less_motion_is_preferred(screen: Screen):
    screen.open("/train", of="many", train="3,8,2,64,0.002,0,adam,float32,gray,dense2-softmax-ce")
    screen.connected()
    train(screen)
    expect(screen.page.locator('.training[data-epoch="2"] .crowd canvas[data-walks=""]')).to_be_visible()  # it has come to the last
    for motion in ("no-preference", "reduce"):
        screen.page.emulate_media(reduced_motion=motion)
        screen.page.evaluate(WATCH)
        for walks, epoch in enumerate(("0", "2"), 1):
            screen.key("train_epoch").fill(epoch)
            expect(screen.page.locator(f'.training[data-epoch="{epoch}"]')).to_be_visible()
            if motion != "reduce":
                screen.page.wait_for_function("(count) => walks >= count", arg=walks)
            expect(screen.page.locator('.crowd canvas[data-walks=""]')).to_be_visible()
        assert screen.page.evaluate("walks") == (0 if motion == "reduce" else 2)


def test_on_a_phone_the_image_that_is_tapped_is_told_of_in_sight(finger: Screen):
    finger.page.set_viewport_size({"width": 390, "height": 664})
    finger.open("/train", of="many", train="3,8,2,64,0.002,0,adam,float32,gray,dense2-softmax-ce")
    finger.connected()
    train(finger)
    page, canvas = finger.page, finger.page.locator(".crowd canvas")
    canvas.evaluate("(canvas) => canvas.scrollIntoView({ block: 'start' })")
    box = canvas.bounding_box()
    page.touchscreen.tap(box["x"] + 10, box["y"] + box["height"] - 90)  # the surest image of the first column
    expect(page.locator(".one .who")).to_have_text(re.compile("^3; it says 3, "))
    expect(page.locator(".one .who")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("names", ["airplane,automobile,cat,dog", "airplane,automobile,bird,cat,deer,frog"])
def test_on_a_phone_a_few_classes_have_their_whole_names_and_their_matrix_is_seen_at_once(screen: Screen, names):
    screen.open("/train", of="many", train=f"{names},1,64,0.002,0,adam,float32,gray,dense{names.count(',') + 1}-softmax-ce")
    screen.connected()
    train(screen)
    for width in (390, 320):
        screen.page.set_viewport_size({"width": width, "height": 844})
        screen.painted()
        for kind in ("columns", "matrix"):
            expect(screen.page.locator(f'.training[data-kind="{kind}"]')).to_be_visible()
            assert [fault for fault in screen.page.evaluate(CUT) if " over " in fault] == []
            assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            screen.page.locator("[data-matrix]").click()
            done(screen)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_ten_classes_have_their_whole_names(screen: Screen, lang):
    screen.open("/train", of="many", train="airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck,1,64,0.002,0,adam,float32,rgb,dense10-softmax-ce", lang=lang)
    screen.connected()
    page = screen.page
    train(screen)
    for width, kind, count in ((1280, "columns", 10), (320, "columns", 10), (1280, "matrix", 20), (320, "matrix", 20)):
        screen.page.set_viewport_size({"width": width, "height": 720})
        if page.locator(".training").get_attribute("data-kind") != kind:
            page.locator("[data-matrix]").click()
        names = page.locator(".training :is(.columns b, .matrix b, .matrix [role=rowheader])")
        expect(names).to_have_count(count)
        done(screen)
        screen.painted()
        boxes = names.evaluate_all(BOXES)
        for place, (x, y, wide, height, cut) in enumerate(boxes):
            assert cut <= 1 or wide == 0
            others = boxes[:place]
            assert not any(x < a + c - 1 and a < x + wide - 1 and y < b + d - 1 and b < y + height - 1 for a, b, c, d, _ in others)


def test_settings_travel_in_the_link_and_a_reload_shows_what_came_of_them(screen: Screen):
    screen.open("/train", of="many", seed="3")
    screen.connected()
    page = screen.page
    screen.key("rail_data").click()
    for name in ("cat", "dog"):
        page.locator(f'.chips [data-class="{name}"]').click()
        expect(page.locator(f'.chips [data-class="{name}"]')).to_have_attribute("aria-pressed", "false")
    page.locator('.chips [data-class="automobile"]').click()
    expect(page.locator(".training-settings .wrong").first).to_have_text(re.compile("at least two classes"))
    expect(page).to_have_url(re.compile("train=airplane,automobile,"))
    page.locator('[data-pick="all"]').click()
    expect(page.locator(".learning-layers li").last).to_have_text(re.compile("softmax.*10"))
    page.locator('.kinds [data-kind="1"]').click()
    expect(page.locator(".training h2")).to_have_text("Can it learn to tell 3 and 8 apart?")
    page.go_back()
    page.go_back()
    expect(page.locator('.chips [data-class="automobile"]')).to_have_attribute("aria-pressed", "true")
    screen.type("train_epochs", "0")
    expect(page.locator(".training-settings .wrong.numbers")).to_have_text("Epochs must be an integer from 1 to 200.")
    for key, value in (("train_epochs", "7"), ("train_rate", "0.25")):
        screen.type(key, value)
    expect(screen.key("train")).to_contain_text("7 epochs")
    screen.key("train").click()
    done(screen)
    page.locator(".training .which summary").click()
    words = page.locator('.training [data-said="which"]').text_content()
    assert "7 epochs" in words and "η 0.25" in words and "normal initialization, seed 3" in words
    expect(screen.page).to_have_url(re.compile("train=airplane,automobile,7,32,0.25,0,adam"))
    counts = screen.page.locator(".training .columns").text_content()
    screen.page.reload()
    screen.ready()
    done(screen)
    expect(screen.page.locator('.training [data-said="which"]')).to_have_text(words)
    expect(screen.page.locator(".training .columns")).to_have_text(counts)
    expect(screen.key("train_epochs")).to_have_value("7")
    screen.key("half_one").click()
    screen.page.wait_for_url(re.compile(r"^((?!of=many).)*$"))
    screen.type("seed", "4")
    screen.key("half_many").click()
    with screen.reaching("train_back") as back:
        back.click()
    expect(screen.page).to_have_url(re.compile("seed=3&"))
    screen.ready()


def test_a_training_that_cannot_be_gets_a_sentence_with_what_stands_in_the_address_as_it_stands(screen: Screen):
    asked = "[a](b.org),WWW.a.org,$a$ ![x](a.png)"  # as long as is quoted
    screen.open("/train", of="many", train=asked)
    expect(screen.page.locator(".training .what")).to_contain_text("is not a valid training setting; using cat,dog,30,64,0.05,0")
    screen.prints_no_trace()
    alert = screen.page.locator(".training-settings .wrong").first
    assert asked in alert.inner_text()
    expect(alert.locator("a, img, .katex")).to_have_count(0)

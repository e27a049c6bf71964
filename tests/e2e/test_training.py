"""Training on a data set: it is watched, its settings travel in the link, and what was learned opens in Step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.page import Screen, read
from tests.e2e.test_accessibility import violations


def done(screen: Screen) -> None:
    expect(screen.page.get_by_text("done: update")).to_be_visible()


def test_a_training_is_watched_and_its_parameters_open_in_step(screen: Screen):
    screen.open("/train", k="5")
    screen.connected()
    page = screen.page
    expect(screen.key("train")).to_be_hidden()
    screen.key("half_many").click()
    page.wait_for_url(re.compile("of=many"))
    expect(page.locator(".training h2")).to_have_text("Train on a data set")
    expect(page.locator("canvas[data-map]").first).to_be_hidden()
    with screen.reaching("train_full") as full:
        full.click()
    expect(page.get_by_role("dialog")).to_contain_text("fetched once through TensorFlow")
    screen.close_dialog()
    screen.key("train").press("Enter")
    done(screen)
    expect(page.locator(".training [data-said=note]")).to_contain_text("of 60 19 times in 20")
    expect(page.locator(".training .confusion tbody td")).to_have_count(4)
    assert violations(screen) == []
    learned = page.locator(".training [data-row=now] p")
    expect(learned).to_have_text("after epoch 10")
    page.locator("[data-chart=loss] .drawn").hover(position={"x": 60, "y": 60})
    expect(learned).not_to_have_text("after epoch 10")  # what learns goes along
    screen.point_away()
    expect(learned).to_have_text("after epoch 10")
    assert page.locator(".cnnviz .middle").evaluate("(main) => main.scrollHeight <= main.clientHeight + 20"), "it does not fit"
    chosen = page.locator('[data-kind="torn"] [data-choose]').first
    said = chosen.locator(".said > span").inner_text()
    printed = chosen.locator("b").all_inner_texts()
    chosen.click()
    screen.page.wait_for_url(re.compile(r"/\?.*w=held-[0-9a-f]{16}"))
    screen.ready(update=0, stage="o")
    assert screen.lesson.scale == "unit"
    outputs = [read(text) for text in screen.canvas("o").get_attribute("aria-label").split(", ")[-2:]]
    assert outputs == pytest.approx([float(number) for number in printed], abs=0.006)
    assert (outputs[0] > outputs[1]) == (said == "airplane")
    expect(screen.root.locator(".wrong:visible")).to_have_count(0)
    assert not screen.complaints()
    title = re.compile("of 60 new images right")
    page.go_back()  # to where one was, with everything that came of it
    expect(page.locator(".training h2")).to_have_text(title)
    expect(page.locator(".training [data-choose]").last).to_be_visible()
    page.go_forward()
    screen.ready(update=0, stage="o")
    page.locator('[data-page="train"]').click()
    expect(page.locator(".training h2")).to_have_text(title)


def test_settings_travel_in_the_link_and_a_reload_shows_what_came_of_them(screen: Screen):
    screen.open("/train", of="many", seed="3")
    screen.connected()
    page = screen.page
    screen.key("rail_data").click()
    page.locator('.chips [data-class="automobile"]').click()
    expect(page.locator(".training-settings .wrong").first).to_have_text(re.compile("at least two classes"))
    expect(page).not_to_have_url(re.compile("train="))
    page.locator('[data-pick="all"]').click()
    expect(page.locator(".learning-layers li").last).to_have_text(re.compile("softmax.*10"))
    page.locator('.kinds [data-kind="1"]').click()
    expect(page.locator(".confusion th").last).to_have_text("8")
    page.go_back()
    page.go_back()
    expect(page.locator('.chips [data-class="automobile"]')).to_have_attribute("aria-pressed", "true")
    screen.type("train_epochs", "0")
    expect(page.locator(".training-settings .wrong.numbers")).to_have_text("Epochs: a whole number from 1 to 200.")
    for key, value in (("train_epochs", "7"), ("train_rate", "0.25")):
        screen.type(key, value)
    screen.key("train").click()
    done(screen)
    page.locator(".training .which summary").click()
    words = page.locator(".training .which p").text_content()
    assert "7 epochs" in words and "η 0.25" in words and "w is drawn from a normal distribution, seed 3" in words
    expect(screen.page).to_have_url(re.compile("train=airplane,automobile,7,32,0.25,0,adam"))
    table = screen.page.locator(".training table").inner_text()
    screen.page.reload()
    screen.ready()
    done(screen)
    expect(screen.page.locator(".training .which p")).to_have_text(words)
    expect(screen.page.locator(".training table")).to_have_text(re.compile(r"\d"))
    assert screen.page.locator(".training table").inner_text() == table
    expect(screen.key("train_epochs")).to_have_value("7")
    screen.key("half_one").click()
    screen.page.wait_for_url(re.compile(r"^((?!of=many).)*$"))
    screen.type("seed", "4")
    screen.key("half_many").click()
    screen.key("train_back").click()
    expect(screen.page).to_have_url(re.compile("seed=3&"))
    screen.ready()


@pytest.mark.parametrize("asked", ["cat,dog", "cat,unicorn,1,1,1,1", "cat,dog,1,1,nan,1", "cat,dog,999,1,1,1"])
def test_a_training_that_cannot_be_gets_a_sentence(screen: Screen, asked):
    screen.open("/train", of="many", train=asked)
    expect(screen.page.locator(".training .what")).to_contain_text("is no training; cat,dog,30,64,0.05,0")
    screen.prints_no_trace()


@pytest.mark.parametrize("asked", ["[Log in](https://a.org)", "WWW.a.org,b@a.org,https://a.org", "$a$ ![x](web/images.png)"])
def test_what_stands_in_the_address_is_shown_as_it_stands(screen: Screen, asked):
    screen.open("/train", of="many", train=asked)
    alert = screen.page.locator(".training-settings .wrong").first
    expect(alert).to_contain_text(asked[:3])
    assert asked in alert.inner_text()
    expect(alert.locator("a, img, .katex")).to_have_count(0)

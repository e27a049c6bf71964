"""Somebody's own gradients: a file is chosen, and the page names the first wrong stage and its line."""

import json

import numpy as np
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.core.mistakes import mistake_at
from tests.e2e.page import Screen, faults, snapshot

WHOLE = """() => [...document.querySelectorAll(".opened")].map((e) => e.scrollHeight - e.clientHeight).filter((more) => more > 1)"""


def choose(screen: Screen, file) -> None:
    screen.key("own_gradients").click()
    screen.key("gradients_file").set_input_files(file)
    expect(screen.page.get_by_role("dialog")).to_have_count(0)


def test_a_file_is_compared_mended_and_follows_the_lesson(screen: Screen, tmp_path):
    setup, page = Setup(k=2), screen.page
    now = snapshot(setup)
    wrong = mistake_at("sigmoid_prime_of_z", setup.network).gradients(now.params, now.trace, np.array(setup.y), setup.lr)
    (tmp_path / "mine.json").write_text(json.dumps({name: array.tolist() for name, array in wrong.items()}))
    np.savez(tmp_path / "mended.npz", **now.gradients)
    (tmp_path / "odd.npz").write_bytes(b"PK")
    screen.open("/check", k="2")
    screen.key("tab_own").click()
    expect(page.locator(".title")).to_have_text("Are your own gradients right?")
    expect(page.locator(".own-example h2").last).to_have_text("σ′ of the wrong argument")
    assert faults(page, WHOLE) == []
    screen.key("own_gradients").click()
    screen.key("gradients_example").click()
    expect(page.locator(".own-file span")).to_have_text("an example.npz")
    choose(screen, tmp_path / "mine.json")
    expect(page.locator(".title")).to_have_text("Your gradient is wrong from ∂z₁ on")
    expect(page.locator("[data-column=dz1]")).to_have_attribute("data-state", "first")
    expect(page.locator("[data-column=df]")).to_have_attribute("data-state", "inherits")
    expect(page.locator(".below .entry-name")).to_contain_text("Largest difference: ∂z1[")
    expect(page.locator(".below [data-map]")).to_have_count(3)  # of the array in which it begins
    expect(page.locator('.below [data-map="large.yours.dz1"]')).to_be_visible()
    expect(page.locator(".own-stage h2")).to_have_text("σ′ of the wrong argument")
    expect(page.locator(".right-line")).to_contain_text("dz1 = da1 * (a1 * (1 - a1))")
    screen.switch("update_next")  # of another update they are wrong from the start
    expect(page.locator(".title")).to_have_text("Your gradient is wrong from ∂o on")
    screen.switch("update_back")
    expect(page.locator(".title")).to_have_text("Your gradient is wrong from ∂z₁ on")
    choose(screen, tmp_path / "mended.npz")
    expect(page.locator(".title")).to_have_text("Your gradients are right")
    expect(page.locator(".own-file span")).to_have_text("mended.npz")
    expect(page.locator(".below .opened")).to_have_count(0)  # no empty box
    choose(screen, tmp_path / "odd.npz")
    expect(page.locator(".verdict")).to_contain_text("The file is damaged")
    screen.prints_no_trace()

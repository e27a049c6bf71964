"""The Check page: every entry three ways, and each classic mistake seen at the stage where it first shows."""

import re
from collections import Counter

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnviz import Lesson, backward
from cnnviz.core.gradcheck import UNTOLD, check_gradients
from cnnviz.core.mistakes import mistakes_for, placed, stages_hit
from tests.e2e.page import Screen, moment, read

COLUMNS = ("dx", "df", "dz1", "da1", "dw", "db", "dz2", "do")
PARAMETERS = ("df", "dw", "db")


def test_all_entries_agree_and_the_board_shows_them(screen: Screen):
    lesson = Lesson(k=2, stage="df")
    screen.open("/check", k=2, stage="df")
    verdict = screen.page.locator(".verdict")
    expect(verdict).to_contain_text("All 1,811 entries of ∂f, ∂w and ∂b agree")
    expect(verdict).to_have_class(re.compile("good"))
    rows = {"ours": COLUMNS, "central": PARAMETERS, "error": PARAMETERS}
    names = [f"{row}.{symbol}" for row, symbols in rows.items() for symbol in symbols]
    shown = screen.page.locator("canvas[data-map]").evaluate_all("(all) => all.map((c) => c.dataset.map)")
    assert sorted(shown) == sorted(names)
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_count(0)
    now = moment(lesson)
    check = check_gradients(now.params, now.trace.x, np.array(lesson.y))
    for symbol, cell, shape, index in (
        ("df", (0, 2), (3, 3), (0, 2)),
        ("dw", (4, 7, 1), (30, 30, 2), (127, 1)),
        ("db", (1, 0), (2, 1), (1,)),
    ):
        screen.point_on_board("ours", symbol, cell, shape)
        lines = [read(text) for text in screen.page.locator(".lines b").all_inner_texts()]
        name = symbol[1:]
        expected = (getattr(now.gradients, symbol), check.numeric[name], check.relative_error[name])
        assert lines == pytest.approx([array[index] for array in expected], rel=1e-8)
    assert read(verdict.inner_text().rpartition("relative error ")[2].rstrip(".")) == pytest.approx(
        check.worst.relative_error, rel=0.06
    )


def test_the_check_follows_the_updates_and_stages(screen: Screen):
    screen.open("/check", stage="dw")
    expect(screen.page.locator(".head.now")).to_have_attribute("data-column", "dw")
    screen.connected()  # the view may be there first
    sent = len(screen.sent)
    screen.press("ArrowRight", "ArrowRight", "ArrowRight")
    screen.ready(stage="df")
    expect(screen.page.locator(".head.now")).to_have_attribute("data-column", "df")
    assert len(screen.sent) == sent
    screen.press("PageDown")
    screen.ready(update=1, stage="df")
    assert screen.lesson == Lesson(k=1, stage="df")
    expect(screen.page.locator(".verdict")).to_contain_text("All 1,811 entries")


def test_each_mistake_is_found_at_the_stage_where_it_first_shows(screen: Screen):
    lesson = Lesson(stride=2, k=1)
    screen.open("/check", stride=2, k=1, check="break")
    now = moment(lesson)
    exact = backward(now.params, now.trace, np.array(lesson.y))
    offered = mistakes_for(lesson.network)
    places = Counter(one.mistake.name for one in offered)
    assert len(places) >= 7
    for mistake in offered:
        name = mistake.address if places[mistake.mistake.name] > 1 else mistake.mistake.name
        screen.switch(f"mistake_{name}")
        expect(screen.key(f"mistake_{name}")).to_have_attribute("aria-pressed", "true")
        wrong = mistake.gradients(now.params, now.trace, np.array(lesson.y), lesson.lr)
        differing = [s for s in ("dx", "df", "dz1", "da1", "dw", "db", "dz2", "do") if (getattr(wrong, s) != getattr(exact, s)).any()]
        hit = stages_hit(wrong, exact, now.params, lesson.lr)
        shown = "db" if hit[0] == "dw" and "dw" not in differing else hit[0]
        if hit[0] != "dx":  # of which no parameter hears
            expect(screen.page.locator(".verdict")).to_have_class(re.compile("bad"))
            expect(screen.page.locator(".verdict")).to_contain_text("wrong")
        first = screen.page.locator("[data-column][data-state=first]")
        expect(first).to_have_count(1)
        expect(first).to_have_attribute("data-column", shown)
        later = screen.page.locator("[data-column][data-state=inherits]").evaluate_all(
            "(all) => all.map((head) => head.dataset.column)"
        )
        assert later == [symbol for symbol in differing if symbol != shown]
        expect(screen.page.locator(".sentence")).to_contain_text(str(mistake.sentence))
        assert screen.address["mistake"] == name
    screen.switch("mistake_none")
    screen.key("mistake_sign_flipped").hover()
    expect(screen.page.locator(".detail")).to_contain_text(str(placed("sign_flipped", Lesson().network).source))
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_count(0)


def test_a_mistake_survives_reload_and_update_and_can_hide(screen: Screen):
    screen.open("/check", k=1, stage="df")
    screen.switch("break_it")
    screen.switch("mistake_stride_forgotten")
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))  # at stride 1 nothing shows
    expect(screen.page.locator(".sentence")).to_contain_text("does not show")
    screen.switch("shows_there")
    assert screen.lesson == Lesson(k=1, stage="df", stride=2)
    expect(screen.page.locator(".wrong-line").first).to_contain_text("stride=1")
    expect(screen.page.locator(".right-line").first).to_contain_text("stride=2")
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_attribute("data-column", "df")
    expect(screen.page.locator("[data-column=dz1]")).to_have_attribute("data-mark", "✓ right")
    screen.press("PageDown")
    screen.ready(update=2, stage="df")
    expect(screen.page.locator("[data-column][data-state=first]")).to_have_attribute("data-mark", "✗ first wrong")
    verdict = screen.page.locator(".verdict").inner_text()
    screen.page.reload()
    screen.ready(update=2, stage="df")
    expect(screen.page.locator(".verdict")).to_have_text(verdict)
    assert screen.address["mistake"] == "stride_forgotten@df"
    screen.page.evaluate("history.back()")
    screen.ready(update=1)
    assert screen.address["mistake"] == "stride_forgotten@df"
    screen.prints_no_trace()
    screen.open("/check", stage="df", cell="dx:31,30")  # where x has more rows than z1
    expect(screen.numbers).to_contain_text("[31,30]")


def test_what_cannot_be_told_has_a_look_of_its_own(screen: Screen):
    screen.open("/check", scale="raw", stage="dw")
    expect(screen.page.locator(".sentence")).to_contain_text("too small beside round-off to be told")
    expect(screen.page.locator(".verdict")).to_have_class(re.compile("good"))
    expect(screen.page.locator(".legend .untold")).to_be_visible()
    now = moment(Lesson(scale="raw"))
    check = check_gradients(now.params, now.trace.x, np.array([1.0, 0.0]))
    untold = np.argwhere(check.marks["w"] == UNTOLD)[0]
    screen.point_on_board("error", "dw", (*divmod(int(untold[0]), 30), int(untold[1])), (30, 30, 2))
    expect(screen.page.locator(".lines b").last).to_have_text("–")
    screen.open("/check", net="dense3-dense2-mse", lr=10, k=300, img="digit7-3")
    expect(screen.page.locator(".verdict")).to_contain_text("not finite")
    screen.prints_no_trace()


def test_the_sweep_is_explained_and_opens_large(screen: Screen):
    screen.open("/check")
    for word in ("truncation", "round-off", "Central difference", "Relative error"):
        expect(screen.page.locator(".explain")).to_contain_text(word)
    rows = screen.page.locator(".digits tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first.locator(".differs")).not_to_be_empty()
    expect(screen.page.locator("[data-stage-chip]")).to_have_count(6)  # the stages that have a column
    assert not [url for url in screen.requested if "plotly" in url.lower()]
    screen.page.locator('[data-open="chart-sweep"]').click()
    plot = screen.page.get_by_role("dialog").locator(".js-plotly-plot")
    expect(plot).to_be_visible()
    expect(plot.locator(".legendtext")).to_have_text(["float32", "float64"])
    screen.prints_no_trace()

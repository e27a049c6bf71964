"""The lesson as one .html file: opened from disk, without a network, it shows and does what the page does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from cnnviz import Lesson
from cnnviz.data.images import find_image
from cnnviz.hosts.file import lesson_html
from tests.e2e.page import Screen, geometry, values

SERVER = "https://cnnviz.example.edu/class"


@pytest.fixture
def screen(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    screen = Screen(context.new_page())
    yield screen
    context.close()
    assert screen.thrown == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in screen.requested), "asks for something"


def open_file(screen: Screen, folder, lesson: Lesson, **options) -> None:
    (folder / "lesson.html").write_text(lesson_html(lesson, find_image(lesson.img), **options), encoding="utf-8")
    screen.page.goto((folder / "lesson.html").as_uri())
    screen.ready()


def test_it_shows_the_lesson_stage_by_stage_and_the_updates_that_it_holds(screen: Screen, tmp_path):
    lesson = Lesson(img="test-3", k=4, lr=0.2, stage="z1")
    open_file(screen, tmp_path, lesson)
    screen.shows(lesson)
    for k, stage in ((4, "df"), (5, "df"), (3, "df")):
        screen.page.locator(f'[data-stage-chip="{stage}"]').click()
        while k != int(screen.root.get_attribute("data-update")):
            screen.switch("update_next" if k > int(screen.root.get_attribute("data-update")) else "update_back")
            screen.ready()
        screen.shows(Lesson(img="test-3", k=k, lr=0.2, stage=stage))
    screen.switch("update_back")
    expect(screen.page.locator(".notice")).to_contain_text("holds updates 3 to 5")
    screen.shows(Lesson(img="test-3", k=3, lr=0.2, stage="df"))
    screen.page.reload()  # the place in the lesson stands in the file's address
    screen.shows(Lesson(img="test-3", k=3, lr=0.2, stage="df"))
    screen.page.go_back()
    screen.shows(Lesson(img="test-3", k=4, lr=0.2, stage="df"))


def test_pointing_playing_and_the_lecture_view_work_and_what_needs_a_server_says_so(screen: Screen, tmp_path):
    lesson = Lesson(k=0, stage="update")
    open_file(screen, tmp_path, lesson, server=SERVER)
    of = geometry(lesson)
    screen.point("z1", (10, 15), of.shape("z1"))
    assert screen.value() == pytest.approx(values(lesson)["z1"][10, 15], rel=1e-3)
    assert screen.lit(of)["x"] == {(i, j) for i in (10, 11, 12) for j in (15, 16, 17)}
    screen.point_away()
    screen.page.locator('[data-stage-chip="update"]').click()
    screen.key("speed").select_option("10")
    screen.press("Space")  # goes on into the second update, and stops where the file ends
    expect(screen.page.locator(".notice")).to_contain_text("0 to 1")
    expect(screen.root).to_have_attribute("data-playing", "0")
    screen.ready(update=1, stage="update")
    screen.press("l")
    expect(screen.page.locator(".rail")).to_be_hidden()
    screen.press("Escape")
    for control in ("seed", "learning_rate", "network", "kernel_random", "upload", "kernel_0_0"):
        expect(screen.key(control)).to_be_disabled()
    expect(screen.page.locator(".needs-server").first).to_contain_text("Open in cnnviz")
    link = screen.page.locator(".elsewhere")
    expect(link).to_have_attribute("href", re.compile(rf"^{SERVER}/\?.*k=1&stage=update"))
    expect(screen.page.get_by_role("link", name="Train")).to_have_attribute("href", re.compile(rf"^{SERVER}/train\?.*k=1"))


def test_another_network_is_shown_and_where_no_server_is_named_no_link_is(screen: Screen, tmp_path):
    lesson = Lesson(net="conv4x3-relu-max2-dense3-softmax-ce", ch="rgb", k=1, stage="p1")
    open_file(screen, tmp_path, lesson, around=0)
    screen.ready(update=1, stage="p1")
    expect(screen.canvas("p1")).to_be_visible()
    expect(screen.page.locator("a[href^=http]")).to_have_count(0)
    screen.key("export").click()
    with screen.page.expect_download() as download:
        screen.key("export_svg").click()
    assert "<image" in download.value.path().read_text()

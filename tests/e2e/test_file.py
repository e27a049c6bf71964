"""The setup as one .html file: opened from disk, without a network, it shows and does what the page does."""

import contextlib
import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from cnnviz import Setup
from cnnviz.data.images import find_image
from cnnviz.hosts.file import setup_html
from cnnviz.hosts.file.deck import deck_html
from cnnviz.hosts.file.scorm import deck_package, scorm_package
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


def open_file(screen: Screen, folder, setup: Setup, **options) -> None:
    (folder / "lesson.html").write_text(setup_html(setup, find_image(setup.img), **options), encoding="utf-8")
    screen.page.goto((folder / "lesson.html").as_uri())
    screen.ready()


def test_it_shows_the_lesson_stage_by_stage_and_the_updates_that_it_holds(screen: Screen, tmp_path):
    setup = Setup(img="test-3", k=4, lr=0.2, stage="z1")
    open_file(screen, tmp_path, setup)
    screen.shows(setup)
    for k, stage in ((4, "df"), (5, "df"), (3, "df")):
        screen.page.locator(f'[data-stage-chip="{stage}"]').click()
        while k != int(screen.root.get_attribute("data-update")):
            screen.switch("update_next" if k > int(screen.root.get_attribute("data-update")) else "update_back")
            screen.ready()
        screen.shows(Setup(img="test-3", k=k, lr=0.2, stage=stage))
    screen.switch("update_back")
    expect(screen.page.locator(".notice")).to_contain_text("contains updates 3 to 5")
    screen.shows(Setup(img="test-3", k=3, lr=0.2, stage="df"))
    screen.page.reload()  # the place in the setup stands in the file's address
    screen.shows(Setup(img="test-3", k=3, lr=0.2, stage="df"))
    screen.page.go_back()
    screen.shows(Setup(img="test-3", k=4, lr=0.2, stage="df"))


def test_pointing_playing_and_the_lecture_view_work_and_what_needs_a_server_says_so(screen: Screen, tmp_path):
    setup = Setup(k=0, stage="update")
    open_file(screen, tmp_path, setup, server=SERVER)
    of = geometry(setup)
    screen.point("z1", (10, 15), of.shape("z1"))
    assert screen.value() == pytest.approx(values(setup)["z1"][10, 15], rel=1e-3)
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
    setup = Setup(net="conv4x3-relu-max2-dense3-softmax-ce", ch="rgb", k=1, stage="p1")
    open_file(screen, tmp_path, setup, around=0)
    screen.ready(update=1, stage="p1")
    expect(screen.canvas("p1")).to_be_visible()
    expect(screen.page.locator("a[href^=http]")).to_have_count(0)
    screen.key("export").click()
    with screen.page.expect_download() as download:
        screen.key("export_svg").click()
    assert "<image" in download.value.path().read_text()


def test_a_link_to_a_file_on_a_disk_is_the_lesson_and_the_other_pages_are_not_there(screen: Screen, tmp_path):
    open_file(screen, tmp_path, Setup(k=1, stage="z1"), look={"view": "lecture"})
    expect(screen.page.locator(".cnnviz.lecture")).to_be_visible()
    screen.press("Escape")
    assert screen.page.locator("nav a").all_text_contents() == ["Step"]
    screen.page.evaluate("navigator.clipboard.writeText = async (text) => { window.written = text }")
    screen.key("export").click()
    screen.key("copy_link").click()
    expect(screen.page.locator(".notice")).to_contain_text("Append it to any cnnviz server's address")
    written = screen.page.evaluate("written")
    assert written.startswith("?") and Setup().with_query(dict(parse_qsl(written[1:])))[0] == Setup(k=1, stage="z1")


@pytest.mark.parametrize("sandbox", ["allow-scripts allow-downloads", "allow-scripts"])
def test_pictures_are_made_in_a_sandbox_too(screen: Screen, tmp_path, sandbox):
    (tmp_path / "lesson.html").write_text(setup_html(Setup(), find_image("test-0"), around=0), encoding="utf-8")
    (tmp_path / "around.html").write_text(f'<iframe sandbox="{sandbox}" src="lesson.html" width="1280" height="700"></iframe>')
    screen.page.goto((tmp_path / "around.html").as_uri())
    frame = screen.page.frame_locator("iframe")
    frame.locator('[data-ready="1"]').wait_for()
    frame.locator('[data-key="export"]').click()
    if "downloads" in sandbox:
        with screen.page.expect_download() as download:
            frame.locator('[data-key="export_png"]').click()
        assert download.value.path().read_bytes().startswith(b"\x89PNG")
    else:
        frame.locator('[data-key="export_png"]').click()
    expect(frame.locator(".notice")).to_contain_text("if this frame allows it")


LMS = """<!doctype html><script>
const told = []
window.API = {
  LMSInitialize: () => (told.push(["start"]), "true"),
  LMSGetValue: () => "not attempted",
  LMSSetValue: (name, value) => (told.push([name, value]), "true"),
  LMSCommit: () => "true",
  LMSFinish: () => (told.push(["end"]), "true"),
}
</script><iframe src="index.html" width="1280" height="700"></iframe>"""


@contextlib.contextmanager
def on_a_platform(browser, package: bytes) -> Iterator[Page]:
    """A learning platform's page, with a SCORM package in its frame."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        manifest = ElementTree.fromstring(opened.read("imsmanifest.xml"))
        files = {name: opened.read(name) for name in opened.namelist()}
    assert {element.get("href") for element in manifest.iter() if element.tag.endswith("file")} == {"index.html"}
    context = browser.new_context(viewport={"width": 1300, "height": 760})
    page = context.new_page()
    page.route("https://course.example/*", lambda route: route.fulfill(body=files.get(route.request.url.rpartition("/")[2], LMS.encode()), content_type="text/html"))
    page.goto("https://course.example/course.html")
    yield page
    page.evaluate("document.querySelector('iframe').remove()")
    page.wait_for_function("told.at(-1)[0] === 'end'")
    context.close()


def scored(page: Page, raw: str) -> None:
    page.wait_for_function("(raw) => told.findLast(([name]) => name === 'cmi.core.score.raw')?.[1] === raw", arg=raw)


def test_a_learning_platform_hears_the_score_and_that_it_is_completed(browser):
    with on_a_platform(browser, scorm_package(Setup(stage="o"), find_image("test-0"), around=0)) as page:
        frame = page.frame_locator("iframe")
        frame.locator('[data-ready="1"][data-stage="o"]').wait_for()
        assert page.evaluate("told") == [["start"], ["cmi.core.lesson_status", "incomplete"]]
        frame.locator('[data-stage-chip="update"]').click()
        field = frame.locator(".predict input")
        field.fill("12345")
        field.press("Enter")
        scored(page, "0")
        page.wait_for_function("told.some(([name, value]) => value === 'completed')")


LARGER = """[[screen]]
at = "img=test-3&stage=o"
ask = "Which output is larger?"
kind = "choose"
key = "1"
right = "The first."
answers = [{ label = "cat" }, { is = "2", label = "dog", say = "No." }]
"""
WALK = f"""id = "walk"
[[screen]]
at = "/?img=test-3&stage=z1"
say = "The largest sum is {{max(z1)}}."
{LARGER}[[screen]]
at = "/train?k=0&n=20"
say = "And now it learns."
"""
QUIZ = f"""id = "quiz"
{LARGER}[[screen]]
at = "img=test-3&stage=L"
ask = "How many outputs are there?"
kind = "number"
key = "2"
right = "Two."
otherwise = "Two."
"""


def test_a_deck_tells_a_learning_platform_how_its_questions_were_answered(browser, tmp_path):
    (tmp_path / "quiz.toml").write_text(QUIZ)
    with on_a_platform(browser, deck_package(tmp_path / "quiz.toml")) as page:
        frame = page.frame_locator("iframe")
        frame.locator(".question .option").nth(0).click()
        frame.locator(".question .primary").click()
        scored(page, "50")
        frame.locator("[data-key=learn_continue]").click()
        frame.locator(".question input").fill("2")
        frame.locator(".question .primary").click()
        scored(page, "100")
        page.wait_for_function("told.some(([name, value]) => value === 'completed')")


def test_a_deck_is_walked_through_across_pages_with_its_numbers_and_a_link_to_a_screen_opens_it(screen: Screen, tmp_path):
    (tmp_path / "walk.toml").write_text(WALK)
    (tmp_path / "walk.html").write_text(deck_html(tmp_path / "walk.toml"), encoding="utf-8")
    screen.page.goto((tmp_path / "walk.html").as_uri())
    screen.shows(Setup(img="test-3", stage="z1"))
    expect(screen.page.locator(".deck-bar p")).to_have_text(re.compile(r"The largest sum is 1\.\d+\."))
    screen.press("PageDown")
    screen.page.locator(".question .option").nth(1).click()
    screen.page.locator(".question .primary").click()
    expect(screen.page.locator(".feedback")).to_contain_text("No.")
    screen.press("PageDown")
    expect(screen.page.locator(".deck-bar p")).to_have_text("And now it learns.")
    screen.ready()
    screen.press("PageDown", "PageUp", "PageUp")
    screen.ready(stage="z1")
    screen.press("ArrowRight")
    screen.ready(stage="a1")
    expect(screen.page).to_have_url(re.compile("#.*stage=a1"))
    screen.page.goto((tmp_path / "walk.html").as_uri() + "?#screen=3")
    expect(screen.page.locator(".deck-place")).to_have_text("3 of 3")

"""The address is the setup: reload, Back, Forward, a copied link, another page and a restarted server keep it."""

import re

import pytest
from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.pages.registry import pages
from tests.e2e.page import Screen, place

SETUP = Setup(img="test-6", ch="gray", f=(1, 2, 0, -1, 0.5, 0, 0, -2, 1), seed=4, y=(0, 1), lr=0.05, k=3, stage="dz1")


def test_a_reload_and_a_copied_link_bring_back_the_same_screen(screen: Screen, browser, browser_context_args):
    screen.open(**SETUP.to_query()).shows(SETUP)
    screen.press("PageDown", "ArrowRight")
    there = Setup(**SETUP.to_query() | {"k": 4, "stage": "df"})
    screen.shows(there)
    message = screen.numbers.inner_text()
    screen.page.reload()
    screen.shows(there)
    assert screen.numbers.inner_text() == message
    elsewhere = browser.new_context(**browser_context_args)  # another person: no cookie, no cache, no session
    elsewhere.grant_permissions(["clipboard-read", "clipboard-write"])
    other = Screen(elsewhere.new_page())
    other.page.goto(screen.page.url)
    other.shows(there)
    assert other.numbers.inner_text() == message
    with other.reaching("copy_link") as copy:
        copy.click()
        expect(copy).to_have_text("Copied")
    assert other.page.evaluate("navigator.clipboard.readText()") == screen.page.url
    elsewhere.close()


@pytest.mark.parametrize("path", [page.path for page in pages()])
def test_a_page_loads_without_an_error_in_the_console(path: str, screen: Screen):
    failed: list[str] = []
    screen.page.on("response", lambda response: failed.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    screen.page.on("console", lambda message: failed.append(message.text) if message.type in ("error", "warning") else None)
    screen.open(f"/{path}")
    screen.connected()
    screen.page.reload()
    screen.connected()
    assert failed == []


def test_keys_of_others_stay_in_the_address_and_are_not_copied_with_a_link(screen: Screen):
    """Such as Streamlit's own embed=true, and what a course's page counts its clicks by."""
    others = {"embed": "true", "utm_source": "a course"}
    screen.open(**others, k=1, stage="z1")
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.press("ArrowRight", "PageDown")
    screen.ready(update=2, stage="a1")
    assert others.items() <= screen.address.items()
    screen.page.locator("nav").get_by_text("Check", exact=True).click()
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Check")
    screen.ready(update=2)
    assert others.items() <= screen.address.items()
    with screen.reaching("copy_link") as copy:
        copy.click()
        expect(copy).to_have_text("Copied")
    copied = screen.page.evaluate("navigator.clipboard.readText()")
    assert "k=2" in copied and "embed" not in copied and "utm" not in copied
    screen.page.reload()
    screen.ready(update=2)
    expect(screen.page.locator(".stApp.streamlit-embedded")).to_have_count(1)  # Streamlit, too, still goes by it
    screen.page.evaluate("history.back()")
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Step")
    screen.shows(Setup(k=2, stage="a1"))


def test_the_pinned_cell_and_the_lecture_view_are_in_the_address(screen: Screen, browser, browser_context_args):
    screen.open("/", k=1, stage="z1")
    at = place({"x": 0, "y": 0, **{side: screen.canvas("z1").bounding_box()[side] for side in ("width", "height")}}, (7, 11), (30, 30))
    screen.connected()
    sent = len(screen.sent)
    screen.canvas("z1").click(position=dict(zip("xy", at, strict=True)))
    expect(screen.page).to_have_url(re.compile(r"[?&]cell=z1:7,11(&|$)"))
    screen.press("ArrowRight")  # the pin goes along
    expect(screen.page).to_have_url(re.compile(r"stage=a1&cell=a1:7,11(&|$)"))
    screen.press("l")
    expect(screen.page).to_have_url(re.compile("view=lecture"))
    assert len(screen.sent) == sent, "the server need not know"
    link = screen.page.url
    pinned, lecture = screen.page.locator(".explain.pinned"), screen.page.locator(".cnnviz.lecture")
    screen.page.reload()
    elsewhere = browser.new_context(**browser_context_args)
    other = Screen(elsewhere.new_page())
    other.page.goto(link)
    for each in (screen, other):
        each.ready(update=1, stage="a1")
        expect(each.page.locator(".cnnviz.lecture .explain.pinned")).to_be_visible()
        expect(each.numbers).to_contain_text("a₁[7,11]")
        assert each.page.url == link
    elsewhere.close()
    screen.page.evaluate("history.back()")
    expect(lecture).to_have_count(0)
    expect(pinned).to_be_visible()
    screen.page.evaluate("history.back()")
    expect(screen.numbers).to_contain_text("z₁[7,11]")
    screen.press("Escape")
    expect(screen.page).not_to_have_url(re.compile("cell="))
    expect(pinned).to_have_count(0)
    screen.open("/", query="view=cinema&cell=z9:1,1&hide=maybe&k=1")
    for word in ("cinema", "maybe", "z9"):
        expect(screen.page.locator("[data-wrong], .notice").filter(has_text=word)).to_be_visible()
    expect(screen.page).not_to_have_url(re.compile("view=|cell=|hide="))


def test_back_and_forward_go_through_stages_updates_and_changes(screen: Screen):
    screen.open(k=2, stage="da1")
    was = [screen.setup]
    for act in (
        lambda: screen.press("ArrowRight"),
        lambda: screen.press("PageDown"),
        lambda: screen.choose("kernel_preset", "emboss"),
        lambda: screen.press("ArrowLeft"),
        lambda: screen.choose("channel", "green"),
    ):
        before = screen.page.url
        act()
        expect(screen.page).not_to_have_url(before)
        screen.agrees()
        was.append(screen.setup)
    assert len(set(was)) == len(was)
    for setup in reversed(was[:-1]):
        screen.page.evaluate("history.back()")
        screen.shows(setup)
        assert screen.setup == setup
    for setup in was[1:]:
        screen.page.evaluate("history.forward()")
        screen.shows(setup)
        assert screen.setup == setup


def test_a_late_answer_does_not_undo_a_step_back(screen: Screen):
    """While numbers are on their way what was there stays, and nobody waits for what nobody wants any more."""
    screen.open(k=2, stage="dz1", seed=11)
    held = []
    screen.page.route(re.compile("/numbers/.*(ch=blue|k=4&)"), lambda route: held.append(route))
    screen.connected()
    sent = len(screen.sent)
    with screen.reaching("channel") as channel:
        channel.locator('[data-value="blue"]').click()
    expect(screen.root).to_have_attribute("data-ready", "0")  # what is on the screen is not what was asked for
    screen.press("ArrowRight")  # among the stages of what is there one goes on
    expect(screen.root).to_have_attribute("data-stage", "df")
    assert len(screen.sent) == sent, "Streamlit is told of none of it"
    screen.page.evaluate("history.go(-2)")
    screen.shows(Setup(k=2, stage="dz1", seed=11))
    blue = held.pop()
    screen.press("PageDown")
    screen.shows(Setup(k=3, stage="dz1", seed=11))
    blue.continue_()
    screen.painted()
    screen.shows(Setup(k=3, stage="dz1", seed=11))


def test_the_pages_hand_the_lesson_to_each_other(screen: Screen):
    screen.open(**SETUP.to_query())
    opened = [screen.page.url]
    for page in pages()[1:]:
        screen.page.locator("nav").get_by_text(page.name, exact=True).click()
        expect(screen.page.locator("nav [aria-current=page]")).to_have_text(page.name)
        screen.ready(update=3)
        screen.page.wait_for_url(lambda url, path=page.path: url.partition("?")[0].endswith(f"/{path}"))
        assert screen.setup == SETUP
        opened.append(screen.page.url)
    for url, page in list(zip(opened, pages(), strict=True))[-2::-1]:
        screen.page.evaluate("history.back()")
        expect(screen.page.locator("nav [aria-current=page]")).to_have_text(page.name)
        expect(screen.page).to_have_url(url)
        screen.ready(update=3)
    screen.shows(SETUP)
    screen.page.evaluate("history.forward()")
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text(pages()[1].name)
    screen.ready(update=3)
    # One goes on faster than Streamlit turns its pages, and ends where it does.
    for page in (pages()[2], pages()[3], pages()[0]):
        screen.page.locator("nav").get_by_text(page.name, exact=True).click()
    screen.shows(SETUP)
    screen.connected()
    screen.shows(SETUP)
    screen.press("ArrowRight", "o")  # what is on the screen now opens, once
    expect(screen.page.get_by_role("dialog")).to_have_count(1)
    expect(screen.page.get_by_role("dialog").locator("option:checked")).to_contain_text("∂f")
    expect(screen.root).to_have_count(1)


def test_answers_that_overtake_each_other_leave_the_page_connected(screen: Screen):
    """Streamlit may answer with a reference to a message that the browser has forgotten meanwhile, and then gives up for good."""
    screen.open(k=2, stage="dz1")
    screen.connected()
    screen.press("PageDown", "ArrowLeft", "ArrowRight", "PageDown")
    screen.ready(update=4)
    screen.page.evaluate(
        """async () => {
          for (let i = 0; i < 120; i++) {
            history[i % 2 ? "forward" : "back"]()
            await new Promise((done) => addEventListener("popstate", done, { once: true }))
            await new Promise((done) => setTimeout(done, (7 * i) % 60))
          }
        }"""
    )
    screen.ready(update=4)
    screen.connected()
    screen.agrees()

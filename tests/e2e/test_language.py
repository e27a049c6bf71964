"""The page in other languages: who decides, what keeps it, and that longer texts fit."""

import re
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from cnnviz.words import say
from cnnviz.words.pseudo import PSEUDO
from tests.conftest import Server
from tests.e2e.page import Screen, been_here, faults, shared

CUT = Path(__file__).with_name("cut.js").read_text("utf-8")
SCREENS = (
    "/?stage=df",
    "/?k=3&stage=z1",
    "/?net=conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce&w=he&stage=z2&k=1",
    *("/train?k=60", "/train?of=many"),
    *("/check", "/check?mistake=kernel_gradient_flipped", "/check?check=own"),
    *("/notebook?part=3", "/notebook?part=experiment&rule=procedural", "/notebook?part=architecture"),
    *("/learn", "/learn?lesson=blame&step=2"),
)


def nothing_is_cut(page: Page, what: str) -> None:
    """Waits until all fonts and charts have come and every text has its place."""
    page.wait_for_function("document.fonts.status === 'loaded'")
    assert faults(page, CUT) == [], what


def test_in_a_language_that_is_longer_no_text_is_cut_or_stands_on_another(browser: Browser, browser_context_args: dict):
    page = shared(browser, browser_context_args["base_url"]).new_page()
    page.emulate_media(reduced_motion="reduce")
    screen = Screen(page)
    for path in SCREENS:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={PSEUDO}")
        screen.ready()
        expect(page.locator("nav a").first).to_have_text(say("ui.step.name", PSEUDO))
        nothing_is_cut(page, path)
    for width, height in ((390, 844), (320, 640)):  # the list of keys, which is the same on every page
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("?")
        expect(page.locator("dialog.help")).to_be_visible()
        nothing_is_cut(page, f"keys at {width}")
        page.keyboard.press("Escape")
    page.close()
    assert screen.thrown == []


SHORT = """() => [...document.querySelectorAll(".cnnviz *")].flatMap((element) => {
  const { textOverflow, appearance, paddingLeft, paddingRight, font } = getComputedStyle(element)
  const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  if (!shown || element.matches(".remark, .phase")) return [] // which are read whole elsewhere
  if (element.matches("select")) {
    const pen = document.createElement("canvas").getContext("2d")
    pen.font = font
    const room = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - (appearance === "none" ? 0 : 16)
    return pen.measureText(element.selectedOptions[0].text).width > room ? [element.selectedOptions[0].text] : []
  }
  return textOverflow === "ellipsis" && element.scrollWidth > element.clientWidth ? [element.textContent] : []
})"""
"""Labels that end in an ellipsis."""


def test_in_french_no_label_is_cut_short(browser: Browser, browser_context_args: dict):
    page = shared(browser, browser_context_args["base_url"]).new_page()
    screen = Screen(page)
    compared = "/train?vs=k%3D60%26lr%3D1&k=60"
    for path in (*SCREENS, compared, "/notebook?part=1", "/learn?lesson=check&step=1"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang=fr")
        screen.ready()
        page.wait_for_function("document.fonts.status === 'loaded'")
        if path == "/?stage=df":
            screen.key("rail_settings").click()
        assert faults(page, SHORT) == [], path
    page.goto("/?stage=update&lang=fr")
    expect(page.locator(".live")).to_have_text(re.compile(r"étape 14 sur 14, mise à jour\."))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/check?mistake=kernel_gradient_flipped&lang=fr")
    screen.ready()
    assert faults(page, SHORT) == []
    page.close()
    assert screen.thrown == []


def test_the_browser_decides_at_first_and_the_address_wins(browser: Browser, browser_context_args: dict, server: Server):
    context = been_here(browser.new_context(**(browser_context_args | {"locale": "fr-CA"})))
    page = context.new_page()
    screen = Screen(page)
    page.goto("/?k=1&stage=df&lr=0.02")
    screen.ready(update=1)
    html, first = page.locator("html"), page.locator("nav a").first
    expect(html).to_have_attribute("lang", "fr")
    expect(first).to_have_text(say("ui.step.name", "fr"))
    expect(screen.key("learning_rate")).to_have_value("0,02")
    expect(page.locator(".status .loss")).to_have_text(re.compile(r"^0,\d{5}$"))
    for typed, kept in (("0,25", "0.25"), ("0.125", "0.125")):  # both are understood, and an address keeps the point
        screen.type("learning_rate", typed)
        expect(page).to_have_url(re.compile(rf"lr={re.escape(kept)}&"))
    expect(screen.key("learning_rate")).to_have_value("0,125")

    # What Python says in a dialog, and what is in a file, speak the same language.
    page.locator("[data-key=export]").click()
    screen.key("files").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(say("ui.take_home.for.work", "fr"))
    with page.expect_download() as fetched:
        dialog.get_by_role("link", name=say("ui.take_home.sheet", "fr")).click()
    assert '<html lang="fr">' in Path(fetched.value.path()).read_text("utf-8")
    dialog.get_by_role("button", name=say("web.dialog.close", "fr"), exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".stApp .cnnviz")).to_be_visible()  # Streamlit's script has run, which sets the title again
    expect(page).to_have_title(re.compile(re.escape(say("ui.step.name", "fr"))))

    # Another language by the control, kept on the way to other stages, pages, and through a reload.
    page.locator("[data-key=language]").select_option("en")
    expect(html).to_have_attribute("lang", "en")
    screen.ready(update=1)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"stage=update.*lang=en|lang=en.*stage=update"))
    page.locator("nav a").nth(2).click()
    expect(page).to_have_url(re.compile(r"/check\?.*lang=en"))
    screen.ready()
    expect(page.locator(".chain-head h1")).to_have_text(say("ui.check.title.ours", "en"))
    context.close()
    assert screen.thrown == []

    # A follower's page is in the follower's language, and the room says nothing of it.
    request = urllib.request.Request(f"{server.url}/room", b"k=2", method="POST")
    code = re.search(rb'"code":"(\w+)"', urllib.request.urlopen(request).read())[1].decode()
    asked = urllib.request.Request(f"{server.url}/room/{code}", headers={"Accept": "text/html", "Accept-Language": "fr;q=0.9,en;q=0.1"})
    text = urllib.request.urlopen(asked).read().decode()
    assert '<html lang="fr">' in text and "follower.js?lang=fr" in text

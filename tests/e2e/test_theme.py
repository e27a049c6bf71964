"""The theme menu: it takes effect at once, on every page and in the lecture view, and the browser remembers it."""

from playwright.sync_api import Browser, expect

from tests.e2e.page import Screen, been_here

PAPER = """() => {
  const root = document.querySelector(".cnnviz")
  const { backgroundColor, color, colorScheme } = getComputedStyle(root)
  return [backgroundColor, color, colorScheme]
}"""
LIGHT, DARK = ["rgb(255, 255, 255)", "rgb(26, 34, 48)"], ["rgb(16, 21, 29)", "rgb(232, 237, 244)"]


def test_the_theme_is_chosen_beside_the_language_and_kept_on_all_pages(browser: Browser, browser_context_args: dict):
    context = been_here(browser.new_context(**browser_context_args, color_scheme="light"))
    screen = Screen(context.new_page())
    screen.open("/", stage="z1")
    assert screen.page.evaluate(PAPER)[:2] == LIGHT
    ramp = screen.root.evaluate("(root) => root.style.getPropertyValue('--ramp-signed')")
    screen.select("theme", "dark")
    assert screen.page.evaluate(PAPER) == [*DARK, "dark"]
    assert screen.root.evaluate("(root) => root.style.getPropertyValue('--ramp-signed')") != ramp
    for path in ("/train", "/check", "/notebook", "/learn", "/?view=lecture&stage=df"):
        screen.page.goto(path)
        screen.ready()
        assert screen.page.evaluate(PAPER) == [*DARK, "dark"], path
    screen.open("/learn")
    expect(screen.key("theme")).to_have_value("dark")
    screen.page.emulate_media(color_scheme="dark")
    screen.select("theme", "light")
    assert screen.page.evaluate(PAPER) == [*LIGHT, "light"]
    screen.select("theme", "system")
    assert screen.page.evaluate("document.documentElement.dataset.cnnvizTheme ?? ''") == ""
    context.close()
    assert screen.thrown == []

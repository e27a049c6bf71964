"""A setup of a site in an article, as a widget without a kernel: the opening setup is there before any Python is."""

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, expect

from cnnviz import Setup
from cnnviz.hosts.static.site import write_site
from tests.e2e.page import PATIENCE, printed_loss, snapshot

IDLE = "export async function start() {\n  return await new Promise(() => {})\n}\n"
ARTICLE = b'<!doctype html><div id="cell"></div>'
RENDER = """async () => {
  const { default: widget } = await import("/cnn/cnnviz.mjs")
  const given = { height: 640 }
  window.leave = widget.render({ model: { get: (name) => given[name] }, el: document.querySelector("#cell") })
}"""


def test_an_article_shows_a_lesson_as_a_widget_without_a_kernel(browser: Browser, tmp_path: Path):
    write_site(tmp_path / "cnn", {}, IDLE)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    def give(route: Route) -> None:
        path = tmp_path / urlsplit(route.request.url).path.strip("/")
        file = path / "index.html" if path.is_dir() else path
        kind = "text/javascript" if file.suffix == ".mjs" else mimetypes.guess_type(file.name)[0] or "text/html"
        route.fulfill(body=file.read_bytes() if file.is_file() else ARTICLE, content_type=kind)

    page.route("https://course.example/**", give)
    page.goto("https://course.example/article.html")
    page.evaluate(RENDER)
    frame = page.frame_locator("iframe")
    frame.locator('.cnnviz[data-ready="1"]').wait_for()
    expect(frame.locator(".status .loss")).to_have_text(printed_loss(snapshot(Setup()).losses[-1]))
    assert page.locator("iframe").bounding_box()["height"] == 640
    page.evaluate("leave()")
    expect(page.locator("iframe")).to_have_count(0)
    context.close()

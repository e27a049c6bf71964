"""The view in a notebook's cell: the widget's own front-end module in a page that stands for the notebook, with the
answers of the widget's own Python."""

import base64

import pytest
from playwright.sync_api import expect

from cnnviz import Setup, show
from tests.e2e.page import REVEAL, printed_loss, snapshot

MODEL = """
async ({ esm, state }) => {
  const heard = {}
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value },
    save_changes: () => window.saved(state.query),
    on: (event, act) => (heard[event] ??= new Set()).add(act),
    off: (event, act) => heard[event]?.delete(act),
    async send(query) {
      const bytes = Uint8Array.from(atob(await window.asked(query)), (c) => c.charCodeAt(0))
      heard["msg:custom"].forEach((act) => act({}, [new DataView(bytes.buffer)]))
    },
  }
  window.moved = (query) => { state.query = query; heard["change:query"].forEach((act) => act()) }
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })))
  const widget = module.default()
  window.leave = widget.render({ model, el: document.querySelector("#cell") })
}
"""


@pytest.fixture
def page(browser, server):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.route("**/notebook.html", lambda route: route.fulfill(body='<!doctype html><body data-jp-theme-light="false"><div id="cell" style="width: 1150px"></div>'))
    page.goto(f"{server.url}/notebook.html")
    yield page
    context.close()
    assert thrown == []


def test_a_cell_is_stepped_through_edited_and_moved_from_python(page):
    view = show(Setup(img="test-3", k=1, stage="z1"))
    page.expose_function("asked", lambda query: base64.b64encode(view.answer(query)).decode())
    page.expose_function("saved", lambda query: view.set_trait("query", query))
    page.evaluate(MODEL, {"esm": view._esm, "state": {"document": view.document, "query": dict(view.query)}})
    cell = page.frame_locator("iframe")
    root = cell.locator('.cnnviz[data-ready="1"]')
    loss = cell.locator(".status .loss")

    def shows(setup: Setup) -> None:
        expect(cell.locator(f'.cnnviz[data-ready="1"][data-update="{setup.k}"][data-stage="{setup.stage}"]')).to_be_visible()
        expect(loss).to_have_text(printed_loss(snapshot(setup).losses[-1]))

    shows(Setup(img="test-3", k=1, stage="z1"))
    cell.locator('[data-key="update_next"]').evaluate(REVEAL)
    cell.locator('[data-key="update_next"]').click()
    shows(Setup(img="test-3", k=2, stage="z1"))
    cell.locator('[data-key="seed"]').evaluate(REVEAL)
    cell.locator('[data-key="seed"]').fill("7")
    cell.locator('[data-key="seed"]').press("Enter")
    shows(Setup(img="test-3", k=2, stage="z1", seed=7))
    assert view.setup == Setup(img="test-3", k=2, stage="z1", seed=7), "Python knows where one is"

    view.setup = Setup(k=3, stage="df")
    page.evaluate("moved", dict(view.query))
    shows(Setup(k=3, stage="df"))
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-stage", "dz1")
    expect(cell.locator('[data-key="files"]')).to_be_disabled()
    ground = "(root) => getComputedStyle(root).backgroundColor"
    dark = root.evaluate(ground)
    assert dark == "rgb(16, 21, 29)", "the notebook's theme is dark"
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    expect(root).to_have_css("background-color", "rgb(255, 255, 255)")
    assert cell.locator('canvas[data-map="x"]').first.evaluate("(canvas) => getComputedStyle(canvas).color") != "rgb(232, 237, 244)"
    page.evaluate("leave()")

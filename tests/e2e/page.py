"""What the tests do with the page: open a setup, press keys, point at cells, and hold the screen against the core.

`Screen` waits for states that the page itself announces and never for time. All screens of a run share one browser
context and its process, so that only the first load is a cold one; each has a page, and so a session, of its own.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_image
from tests.core.seed_cells import Geometry

ORDER = tuple(map(str, Setup().network.stages))
PATIENCE = 60_000
"""Milliseconds in which a state has to be there: a machine that is busy for seconds is no mistake of ours."""
TOTAL = ".scene .stated :is(.total b, .value.over)"
"""The result that a picture states, instead of the line of arithmetic."""
LAYER_GAP = 3  # CSS pixels between the two outputs of w
WHOLE = re.compile("[?&]" + "&(?:.*&)?".join(f"{key}=[^&]+" for key in Setup().to_query()))
"""An address that holds every key of a setup, in order: what the page writes when it has its answer."""
COLLIDING = """() => {
  const words = ".overview :is(.name, .plain, .size, .badge, .low, .high, .power, .block-name, .span-name > span)"
  const all = [...document.querySelectorAll(words)].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.textContent.trim())
  const boxes = all.map((e) => {
    const range = document.createRange()
    range.selectNodeContents(e)
    const [text, own, cut] = [range.getBoundingClientRect(), e.getBoundingClientRect(), getComputedStyle(e).overflowX === "hidden"]
    const [left, right] = cut ? [Math.max(text.left, own.left), Math.min(text.right, own.right)] : [text.left, text.right]
    return { said: e.textContent.trim(), left, right, top: text.top + 2, bottom: text.bottom - 2 }
  })
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  return boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) => meet(a, b)).map((b) => `${a.said} on ${b.said}`))
}"""
"""Words around the maps that stand on each other."""
REVEAL = """function reveal(element) {
  const closed = element?.closest("[popover]")
  if (!closed) return
  reveal(closed.parentElement)
  if (getComputedStyle(closed).display === "none") closed.showPopover()
}"""
"""Opens what a control stands in, the outermost first."""
TRACES = re.compile(r"Traceback|Error:|Exception|File \"")


def ready(page: Page, **state: object) -> Locator:
    """Waits until the component has painted, and returns its root.

    `state` is what it must have painted: `ready(page, update=3, stage="df")`.
    """
    wanted = "".join(f'[data-{name}="{value}"]' for name, value in state.items())
    root = page.locator(f'[data-ready="1"]{wanted}')
    root.wait_for(timeout=PATIENCE)
    return root


def faults(place: Page | Locator, script: str, argument: object = None) -> list:
    """What a function in the page finds wrong there; it is asked in each frame until it finds nothing, for a layout may come later than the state that it belongs to."""
    return place.evaluate(
        f"""async (...given) => {{
          for (const end = performance.now() + {PATIENCE}; ; await new Promise(requestAnimationFrame)) {{
            const found = ({script})(...given)
            if (!found.length || performance.now() > end) return found
          }}
        }}""",
        argument,
    )


def true_minus(text: str) -> str:
    """Python's numbers as the page prints them: a true minus sign, and no zeros in a power of ten."""
    text = re.sub(r"(?<=\d)e([-+])0*(?=\d)", lambda power: "e−" if power[1] == "-" else "e", text)
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def snapshot(setup: Setup) -> Snapshot:
    return run_updates(setup, load_image(setup.img, setup.ch, setup.scale), setup.k)


def values(setup: Setup) -> dict[str, np.ndarray]:
    """What the core says that each map shows; said here once more, so that no map can show another's numbers."""
    now = snapshot(setup)
    after = {f"{name}_next": now.after[name] for name in now.params}
    return {**now.trace, **now.params, **now.gradients, **after, "y": np.array(setup.y), "L": now.losses[-1:]}


def geometry(setup: Setup) -> Geometry:
    trace = snapshot(setup).trace
    return Geometry(trace.x.shape, trace.z1.shape, stride=setup.stride, padding=setup.pad)


def read(text: str) -> float:
    """A number as it is printed: with a true minus sign."""
    return float(text.replace("−", "-"))


def spoken(symbol: str) -> str:
    """A symbol as screen readers say it."""
    return label(symbol).translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")).replace("∂", "partial L by partial ")


def printed_loss(loss: float) -> str:
    """The loss as the line above the maps prints it."""
    return true_minus(f"{loss:.3e}" if loss >= 1e4 or 0 < loss < 1e-4 else f"{loss:.5f}")


def been_here(context: BrowserContext) -> BrowserContext:
    """Mark the story of the first visit and Train's film as seen, so that neither starts by itself. Return the context."""
    context.add_init_script("try { for (const name of ['story', 'film']) localStorage.setItem(`cnnviz.${name}`, '1') } catch {}")  # a frame without an address keeps nothing
    return context


@cache
def shared(browser: Browser, base_url: str) -> BrowserContext:
    """A context with a page that stays open, and with it the process that has the code compiled already."""
    context = been_here(browser.new_context(base_url=base_url, viewport={"width": 1280, "height": 720}))
    context.new_page().goto("/_stcore/health")
    return context


@contextlib.contextmanager
def screen_in(browser: Browser, arguments: dict) -> Iterator[Screen]:
    """A new page in the shared context, without what earlier pages stored; afterwards, nothing may have been thrown in it."""
    context = shared(browser, arguments["base_url"])
    context.pages[0].evaluate("localStorage.clear()")
    page = context.new_page()
    screen = Screen(page)
    yield screen
    page.close()
    assert screen.thrown == []


class Screen:
    def __init__(self, page: Page):
        self.page = page
        self.thrown: list[str] = []
        self.sent: list[bytes | str] = []
        self.requested: list[str] = []
        page.context.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.thrown.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))

    # ---- going somewhere

    def open(self, path: str = "/", query: str = "", **setup: object) -> Screen:
        """Loads a page: `query` as it stands, or a setup's keys."""
        self.page.goto(f"{path}?{query}" if query else self.encode(path, setup))
        self.ready()
        self.page.locator(".stApp .cnnviz").wait_for()  # it does not wait for Streamlit, but much of what is tested does
        return self

    def visit(self, query: dict[str, str]) -> None:
        """Changes the address as somebody who edits it, without a load."""
        self.page.evaluate(
            """(address) => { history.pushState(null, "", address); dispatchEvent(new PopStateEvent("popstate")) }""",
            self.encode("", query),
        )
        expect(self.page).to_have_url(WHOLE)
        self.ready()

    @staticmethod
    def encode(path: str, query: dict[str, object]) -> str:
        return f"{path}?{urlencode(query, safe=',')}" if query else path

    def ready(self, **state: object) -> Locator:
        return ready(self.page, **state)

    def connected(self) -> None:
        """Waits until Streamlit has its connection, and no script is running."""
        app = self.page.locator('.stApp[data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]')
        expect(app).to_be_visible()

    def painted(self) -> None:
        """Waits for two frames: whatever was on its way to the screen has arrived."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def key(self, key: str) -> Locator:
        return self.page.locator(f'[data-key="{key}"]')

    @contextlib.contextmanager
    def reaching(self, key: str) -> Iterator[Locator]:
        """A control within reach: the sheet, card or menu that it stands in is open meanwhile."""
        control = self.key(key)
        control.evaluate(REVEAL)
        yield control
        self.page.evaluate("document.querySelectorAll('.cnnviz :popover-open').forEach((open) => open.hidePopover())")

    def choose(self, key: str, value: str) -> None:
        """One of the buttons inside a control."""
        with self.reaching(key) as control:
            control.locator(f'[data-value="{value}"]').click()
            self.ready()

    def type(self, key: str, text: str) -> None:
        with self.reaching(key) as control:
            control.fill(text)
            control.press("Enter")
            self.ready()

    def select(self, key: str, value: str) -> None:
        with self.reaching(key) as control:
            control.select_option(value)
            self.ready()

    def switch(self, key: str) -> None:
        with self.reaching(key) as control:
            control.click()
            self.ready()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def close_dialog(self) -> None:
        """Closes a dialog by its key, which Streamlit's hears once it has the focus."""
        expect(self.page.locator(":is(dialog, [role=dialog]):focus-within")).to_be_visible()
        self.press("Escape")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    # ---- what it says

    @property
    def root(self) -> Locator:
        return self.page.locator(".cnnviz")

    def canvas(self, name: str) -> Locator:
        return self.page.locator(f'canvas[data-map="{name}"]')

    @property
    def address(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    @property
    def setup(self) -> Setup:
        """The setup in the address, which has to be a whole and valid one."""
        setup, wrong = Setup.from_query(self.address)
        assert not wrong
        return setup

    @property
    def numbers(self) -> Locator:
        return self.page.locator(".numbers")

    def value(self) -> float:
        """What the arithmetic comes to: the first bold number after an equals sign, or one for about equal."""
        return read(re.search(r"[=≈] <b>([^<]+)</b>", self.numbers.inner_html())[1])

    def terms(self) -> list[float]:
        """The signed products or totals that the arithmetic adds up."""
        return [read(text) for text in self.numbers.locator("b.pos, b.neg").all_inner_texts()]

    def complaints(self) -> list[str]:
        """The sentences on what was wrong, wherever they stand: in sheets that are closed, too, where the notice does not say them."""
        message = [text for text in self.page.locator("[data-wrong], .notice:visible").all_text_contents() if text]
        return [text for text in message if not any(text in other for other in message if other != text)]

    def prints_no_trace(self) -> None:
        assert not TRACES.search(self.page.locator("body").inner_text())

    def shows(self, setup: Setup) -> None:
        """Update, stage, loss and the extremes of every map are those of `lesson`, as the core has them."""
        self.ready(update=setup.k, stage=setup.stage)
        expected = values(setup)
        expect(self.page.locator(".status .loss")).to_have_text(printed_loss(expected["L"][-1]))
        labels = self.root.evaluate(
            """(root) => Object.fromEntries([...root.querySelectorAll("canvas[data-map]")].map(
                 (canvas) => [canvas.dataset.map, canvas.getAttribute("aria-label")]))"""
        )
        for symbol, text in labels.items():
            if text.endswith(": not computed yet"):
                continue
            array, count = expected[symbol], f"{expected[symbol].size} value{'s' * (expected[symbol].size > 1)}"
            ends = array if array.size <= 4 else np.unique([array.min(), array.max()])  # one, where all are the same
            assert text.startswith(f"{spoken(symbol)}: ") and count in text
            printed = re.split(r", | to ", re.sub("^(from|all) ", "", text.split(f"{count}, ")[1]))
            assert [read(number) for number in printed] == pytest.approx(ends.tolist(), rel=6e-4, abs=0), symbol

    def agrees(self) -> None:
        """The screen shows the setup that the address holds."""
        self.shows(self.setup)

    # ---- pointing

    def point(self, symbol: str, cell: tuple[int, ...], shape: tuple[int, ...]) -> None:
        """Moves the mouse over a cell of a map that has `shape` on the screen, and waits until it is explained."""
        box = self.canvas(symbol).bounding_box()
        self.page.mouse.move(*place(box, cell, shape))
        expect(self.canvas(symbol)).to_have_attribute("data-lit", "target")
        expect(self.numbers).to_contain_text(name(symbol, cell, shape))

    def point_on_board(self, row: str, symbol: str, cell: tuple[int, ...], shape: tuple[int, ...]) -> None:
        """The same on a page with a board, whose maps are named row.symbol."""
        self.page.mouse.move(*place(self.canvas(f"{row}.{symbol}").bounding_box(), cell, shape))
        index = cell[:1] if len(shape) == 2 and shape[1] == 1 else cell
        expect(self.numbers).to_contain_text(f"[{','.join(map(str, index))}]")

    def point_at_middle(self, symbol: str) -> None:
        """Moves the mouse over a map that is changing."""
        box = self.canvas(symbol).bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def point_away(self) -> None:
        """Moves the mouse to where there is no map."""
        self.page.locator(".brand").hover()

    def lit(self, of: Geometry) -> dict[str, set[tuple[int, ...]]]:
        """The cells that are outlined as sources, by map."""
        outlines = self.root.evaluate(
            """(root) => [...root.querySelectorAll("canvas[data-lit]")].map((c) => [c.dataset.map, c.dataset.lit])"""
        )
        return {symbol: _cells(json.loads(lit), of.shape(symbol)) for symbol, lit in outlines if lit not in ("", "target")}


def place(box: dict, cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[float, float]:
    """The middle of a cell, in the window; the layers of w stand side by side where it is wide, else one above the other."""
    layers = shape[2] if len(shape) == 3 else 1
    (along, long), (across, wide) = [("x", "width"), ("y", "height")][:: 1 if box["width"] > box["height"] else -1]
    side = (box[long] - LAYER_GAP * (layers - 1)) / layers
    starts = {along: box[along] + (cell[2] * (side + LAYER_GAP) if layers > 1 else 0), across: box[across]}
    sizes = {long: side, wide: box[wide]}
    return starts["x"] + (cell[1] + 0.5) * sizes["width"] / shape[1], starts["y"] + (cell[0] + 0.5) * sizes["height"] / shape[0]


def name(symbol: str, cell: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """How the arithmetic calls a cell."""
    index: tuple[int, ...] = cell
    if symbol == "L":
        return "L = "
    if len(shape) == 3 or symbol == "v":
        index = (cell[0] * shape[1] + cell[1], *cell[2:])
    elif shape[1] == 1:
        index = cell[:1]
    return f"{label(symbol)}[{','.join(map(str, index))}]"


def cell_of(text: str, of: Geometry, symbol: str) -> tuple[int, ...]:
    """The index into the core's array of the cell that the arithmetic begins with; () stands for all of it."""
    if symbol == "L":
        return (0,)
    result = tuple(int(i) for i in re.search(r"\[([\d,]+)\]", text)[1].split(","))
    assert text.startswith(label("f" if symbol == "update" else symbol))
    return result


def _cells(lit: list, shape: tuple[int, ...]) -> set[tuple[int, ...]]:
    rows, columns, output = lit
    along = [range(a["start"], a["start"] + a["count"] * a["step"], a["step"]) for a in (rows, columns)]
    if len(shape) == 2:
        return {(i, j) for i in along[0] for j in along[1]}
    outputs = range(shape[2]) if output is None else [output]
    return {(i, j, n) for i in along[0] for j in along[1] for n in outputs}

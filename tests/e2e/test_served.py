"""The page where somebody else puts it: under a path, behind a proxy that strips one, in a frame, without TensorFlow."""

import asyncio
import contextlib
import http.server
import io
import threading
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect

from cnnviz import Setup
from tests.conftest import Server
from tests.e2e.page import Screen, been_here, screen_in
from tests.test_installed import HIDDEN

PREFIX = "/tools/cnnviz"

pytestmark = pytest.mark.xdist_group("served")  # they share a server


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A server under a path, that pages of localhost may show in a frame, where TensorFlow is not installed."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "tensorflow.py").write_text(HIDDEN)
    settings = {
        "STREAMLIT_SERVER_BASE_URL_PATH": PREFIX,
        "CNNVIZ_EMBED": "http://localhost:*",
        "PYTHONPATH": str(folder),
        "KERAS_HOME": str(folder),
    }
    with Server(environment=settings) as server:
        yield server


@pytest.fixture
def screen(browser, browser_context_args, elsewhere):
    with screen_in(browser, browser_context_args | {"base_url": elsewhere.url}) as screen:
        yield screen


def goes_through(screen: Screen, prefix: str) -> None:
    """Stages, an update, another page, a reload, Back and an upload: everything that knows the path."""
    screen.open(f"{prefix}/", k=1, stage="z1").shows(Setup(k=1, stage="z1"))
    screen.press("ArrowRight", "PageDown")
    screen.shows(Setup(k=2, stage="a1"))
    screen.page.locator("nav").get_by_text("Check", exact=True).click()
    expect(screen.page.locator(".verdict")).to_be_visible()
    screen.page.wait_for_url(lambda url: url.partition("?")[0].endswith(f"{prefix}/check"))
    screen.page.reload()
    expect(screen.page.locator(".verdict")).to_be_visible()
    screen.page.evaluate("history.back()")
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Step")
    screen.shows(Setup(k=2, stage="a1"))
    screen.connected()
    screen.key("rail_image").click()
    screen.key("upload").click()
    take_upload(screen.page)
    screen.page.wait_for_url("**img=upload-**")
    screen.ready(update=2)
    screen.prints_no_trace()


def take_upload(page: Page | FrameLocator) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(file, "PNG")
    upload = {"name": "teal.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.locator("[data-key=picture_file]").set_input_files([upload])
    page.locator("[data-key=own_target_0]").click()


def test_under_a_path_everything_works(screen: Screen):
    goes_through(screen, PREFIX)
    assert not [url for url in screen.requested if url.startswith("http") and PREFIX not in url]


def test_without_tensorflow_everything_else_works_and_what_is_missing_is_said_where_it_is_asked_for(screen: Screen):
    screen.open(f"{PREFIX}/check", k=1, tf=1)
    expect(screen.page.locator(".cnnviz")).to_contain_text("TensorFlow is not installed")
    expect(screen.page.locator(".verdict")).to_contain_text("1,811 parameters")
    screen.switch("tensorflow")  # it can be given up, and is not offered again
    expect(screen.key("tensorflow")).to_have_count(0)
    expect(screen.page.locator(".chain-foot")).to_contain_text("Run pip install tensorflow")
    screen.open(f"{PREFIX}/", k=1, img="train-5000")
    expect(screen.page.locator(".notice")).to_contain_text("needs TensorFlow, which is not installed")
    screen.open(f"{PREFIX}/", k=1)
    screen.key("rail_image").click()
    screen.key("cifar10").click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("needs TensorFlow, which is not installed")
    expect(dialog.get_by_role("button", name="Load CIFAR-10")).to_have_count(0)
    screen.prints_no_trace()


# ---- behind a proxy


class Stripping:
    """A proxy that answers under a path, and asks a server for the rest of it: bytes go through as they come."""

    def __init__(self, server: Server):
        self.server = server
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.listening = asyncio.run_coroutine_threadsafe(starting, self.loop).result(10)
        return f"http://127.0.0.1:{self.listening.sockets[0].getsockname()[1]}"

    def __exit__(self, *_) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    async def _end(self) -> None:
        """Lets go of what is still open, so that nothing is said of it at the end."""
        self.listening.close()
        pending = asyncio.all_tasks() - {asyncio.current_task()}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            method, path, version = head[0].split(b" ")
            if not path.startswith(PREFIX.encode()):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return writer.close()
            head[0] = b" ".join((method, path.removeprefix(PREFIX.encode()) or b"/", version))
            if b"upgrade: websocket" not in b"\n".join(head).lower():  # one request a connection, so that each is read here
                head = [line for line in head if not line.lower().startswith(b"connection:")]
                head.insert(1, b"Connection: close")
            to_server, from_server = None, None
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.server.port)
            to_server.write(b"\r\n".join(head))
            await asyncio.gather(self._pump(reader, to_server), self._pump(from_server, writer))

    @staticmethod
    async def _pump(source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                goal.write(data)
                await goal.drain()
        goal.close()


def test_behind_a_proxy_that_strips_the_path_everything_works(browser, server):
    with Stripping(server) as url:
        context = been_here(browser.new_context(base_url=url, viewport={"width": 1280, "height": 720}))
        screen = Screen(context.new_page())
        goes_through(screen, PREFIX)
        assert screen.thrown == []
        context.close()


# ---- in a frame


@contextlib.contextmanager
def shown_in_a_frame(browser: Browser, address: str, allow: str = "") -> Iterator[Page]:
    """A page of another site that shows `address`: to a browser, localhost and 127.0.0.1 are two."""
    html = f'<!doctype html><title>course</title><iframe src="{address}" allow="{allow}" style="width:100%;height:760px">'

    class Course(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Course) as course:
        threading.Thread(target=course.serve_forever, daemon=True).start()
        context = been_here(browser.new_context(viewport={"width": 1280, "height": 800}))
        context.grant_permissions(["clipboard-write"])  # which a browser with a window gives by itself; a frame needs `allow`, too
        page = context.new_page()
        page.goto(f"http://localhost:{course.server_port}/")
        yield page
        context.close()
        course.shutdown()


def in_frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_in_a_frame_on_another_host_everything_works(browser, elsewhere):
    with shown_in_a_frame(browser, f"{elsewhere.url}{PREFIX}/?embed=true&k=1&stage=z1", "clipboard-write") as page:
        frame = in_frame(page)
        root = frame.locator('[data-ready="1"][data-update="1"]')
        root.wait_for()
        root.locator('canvas[data-map="z1"]').click()
        page.keyboard.press("Shift+ArrowRight")
        frame.locator('[data-ready="1"][data-update="2"]').wait_for()
        frame.locator('[data-key="export"]').click()
        frame.locator('[data-key="copy_link"]').click()
        expect(frame.locator('[data-key="copy_link"]')).to_have_text("Copied")
        frame.locator('[data-key="rail_image"]').click()
        frame.locator('[data-key="upload"]').click()
        take_upload(frame)
        expect(frame.get_by_role("dialog")).to_have_count(0)
        frame.locator('[data-ready="1"]').wait_for()
        inner = page.frames[1]
        inner.wait_for_url(lambda url: "img=upload-" in url and "embed=true" in url)
        frame.locator("nav").get_by_text("Train", exact=True).click()
        frame.locator("nav [aria-current=page]").get_by_text("Train").wait_for()
        inner.wait_for_url(lambda url: f"{PREFIX}/train?" in url)


def test_in_a_frame_that_may_not_copy_the_link_is_said(browser, elsewhere):
    with shown_in_a_frame(browser, f"{elsewhere.url}{PREFIX}/?k=1") as page:
        frame = in_frame(page)
        frame.locator('[data-ready="1"]').wait_for()
        frame.locator('[data-key="export"]').click()
        frame.locator('[data-key="copy_link"]').click()
        expect(frame.locator(".notice")).to_contain_text("Copy this link: http")


def test_in_a_frame_of_nobody_who_is_named_it_is_not_shown(browser, server, elsewhere):
    for address, shown in ((f"{elsewhere.url}{PREFIX}/", True), (f"{server.url}/", False)):
        with shown_in_a_frame(browser, address) as page:
            page.frames[1].wait_for_url(address if shown else "chrome-error://**", wait_until="commit")

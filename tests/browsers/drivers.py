"""Firefox and WebKitGTK as the system's packages have them, driven by the two protocols that they speak: BiDi and WebDriver.

Both take the same actions of mouse and keys. Each is started with a profile of its own, without a window that one sees, and
ended by whoever started it.
"""

import base64
import contextlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60
"""Seconds in which a state has to be there."""
UNTIL = """new Promise((done, failed) => {
  const end = Date.now() + %d
  const look = () => {
    let found
    try { found = %s } catch {}
    found ? done(found) : Date.now() > end ? failed(new Error("never: " + %s)) : setTimeout(look, 20)
  }
  look()
})"""
KEYS = {"ArrowLeft": "\ue012", "ArrowRight": "\ue014", "PageUp": "\ue00e", "PageDown": "\ue00f", "Enter": "\ue007", "Escape": "\ue00c"}


class Missing(Exception):
    """A browser that is not on this machine; a sentence."""


class Browser:
    """A page in a browser: `command` does what the protocol is asked, in its own words."""

    name = ""

    def open(self, address: str) -> None:
        raise NotImplementedError

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript, or its promise, comes to; as JSON has it."""
        raise NotImplementedError

    def act(self, actions: list[dict]) -> None:
        raise NotImplementedError

    def picture(self) -> Image.Image:
        """What the window shows."""
        raise NotImplementedError

    def until(self, expression: str) -> Any:
        """The value of an expression as soon as that is true."""
        return self.value(UNTIL % (PATIENCE * 1000, expression, json.dumps(expression)))

    def press(self, *keys: str) -> None:
        for key in keys:
            code = KEYS.get(key, key)
            self.act([{"type": "key", "id": "keys", "actions": [{"type": "keyDown", "value": code}, {"type": "keyUp", "value": code}]}])

    def mouse(self, *moves: tuple[float, float] | str) -> None:
        """Moves the mouse to points of the page, one after the other; "down" and "up" are its button."""
        named = {"down": {"type": "pointerDown", "button": 0}, "up": {"type": "pointerUp", "button": 0}}
        acts = [named[move] if isinstance(move, str) else _moved(move) for move in moves]
        self.act([{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": acts}])

    def middle(self, selector: str, right: float = 0.5, down: float = 0.5) -> tuple[float, float]:
        """A point of the element that a selector names, from its corner in parts of its size."""
        of = f"document.querySelector({json.dumps(selector)})"
        self.until(f"{of}?.getBoundingClientRect().width > 0")
        x, y, width, height = self.value(f"(({{ x, y, width, height }}) => [x, y, width, height])({of}.getBoundingClientRect())")
        return x + right * width, y + down * height

    def click(self, selector: str) -> None:
        self.mouse(self.middle(selector), "down", "up")


def _decoded(png: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def _moved(point: tuple[float, float]) -> dict:
    return {"type": "pointerMove", "duration": 0, "x": round(point[0]), "y": round(point[1]), "origin": "viewport"}


class Firefox(Browser):
    """By WebDriver BiDi over a web socket."""

    name = "Firefox"

    def __init__(self, connection: ClientConnection):
        self.socket = connection
        self.count = 0
        self.command("session.new", capabilities={})
        self.context = self.command("browsingContext.getTree")["contexts"][0]["context"]
        self.command("browsingContext.setViewport", context=self.context, viewport={"width": 1280, "height": 720})

    def command(self, method: str, **params: Any) -> Any:
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while (message := json.loads(self.socket.recv(timeout=2 * PATIENCE))).get("id") != self.count:
            pass
        if message["type"] == "error":
            raise RuntimeError(f"{self.name}: {message['message']}")
        return message["result"]

    def open(self, address: str) -> None:
        self.command("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def value(self, expression: str) -> Any:
        whole = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        message = self.command("script.evaluate", expression=whole, target={"context": self.context}, awaitPromise=True)
        if message["type"] == "exception":
            raise AssertionError(f"{self.name}: {message['exceptionDetails']['text']}")
        return json.loads(message["result"]["value"])

    def act(self, actions: list[dict]) -> None:
        self.command("input.performActions", context=self.context, actions=actions)

    def picture(self) -> Image.Image:
        return _decoded(self.command("browsingContext.captureScreenshot", context=self.context)["data"])


class WebKit(Browser):
    """By WebDriver over HTTP."""

    name = "WebKitGTK"

    def __init__(self, address: str, binary: str):
        self.address, self.binary = address, binary
        self.start()

    def start(self) -> None:
        """Start a browser and its session."""
        options = {"webkitgtk:browserOptions": {"binary": self.binary, "args": ["--automation"]}}
        self.session = "/session/" + self.command("POST", "/session", {"capabilities": {"alwaysMatch": options}})["sessionId"]
        self.command("POST", f"{self.session}/timeouts", {"script": 2000 * PATIENCE, "pageLoad": 1000 * PATIENCE})
        self.command("POST", f"{self.session}/window/rect", {"x": 0, "y": 0, "width": 1280, "height": 800})

    def command(self, method: str, path: str, content: dict | None = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=3 * PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{self.name}: {json.load(error)['value']['message']}") from None

    def open(self, address: str) -> None:
        """Load a page. If the browser crashes, which about one in six does at its first page, start another one, once."""
        try:
            self.command("POST", f"{self.session}/url", {"url": address})
        except AssertionError as error:
            if "Session terminated" not in str(error):
                raise
            with contextlib.suppress(AssertionError):
                self.command("DELETE", self.session)  # else the driver counts it as active
            self.start()
            self.command("POST", f"{self.session}/url", {"url": address})

    def value(self, expression: str) -> Any:
        script = f"const done = arguments[0]; (async () => {expression})().then((value) => done([value ?? null]), (error) => done(String(error)))"
        result = self.command("POST", f"{self.session}/execute/async", {"script": script, "args": []})
        if isinstance(result, str):
            raise AssertionError(f"{self.name}: {result}")
        return result[0]

    def act(self, actions: list[dict]) -> None:
        self.command("POST", f"{self.session}/actions", {"actions": actions})

    def picture(self) -> Image.Image:
        return _decoded(self.command("GET", f"{self.session}/screenshot"))


# ---- starting them


@contextlib.contextmanager
def firefox() -> Iterator[Browser]:
    """Raises Missing."""
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    if binary is None:
        raise Missing("there is no firefox-esr and no firefox")
    with tempfile.TemporaryDirectory() as profile, _started(
        [binary, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], {"HOME": profile}
    ) as process:
        address = _said(process, r"WebDriver BiDi listening on (ws://\S+)")
        with connect(f"{address}/session", max_size=None) as connection:
            yield Firefox(connection)


@contextlib.contextmanager
def webkit() -> Iterator[Browser]:
    """Raises Missing."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browser = next((str(path) for path in sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"))), None)
    for name, there in {"WebKitWebDriver": driver, "MiniBrowser": browser, "Xvfb": screen}.items():
        if there is None:
            raise Missing(f"there is no {name}")
    with tempfile.TemporaryDirectory() as home, _started([screen, "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"], {}) as shown:
        display = {"DISPLAY": ":" + _said(shown, r"^(\d+)$"), "GDK_BACKEND": "x11", "HOME": home, "XDG_RUNTIME_DIR": home}
        port = _free_port()
        with _started([driver, f"--port={port}", "--host=127.0.0.1"], display):
            _answering(port)
            page = WebKit(f"http://127.0.0.1:{port}", str(browser))
            yield page
            page.command("DELETE", page.session)


@contextlib.contextmanager
def _started(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        command, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _answering(port: int) -> None:
    """Waits until something listens at a port."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
    raise RuntimeError(f"nothing answers at port {port}")


def _said(process: subprocess.Popen, pattern: str) -> str:
    """What a process says of itself, by the first group of a pattern."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if result := re.search(pattern, line.strip()):
            return result[1]
    raise RuntimeError(f"{process.args[0]} ended: {''.join(lines)}")

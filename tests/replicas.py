"""Two servers of this machine, a Redis between them and nginx in front, as deploy/ has them: for tests and benches."""

import asyncio
import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.bench._http import Connection
from tests.conftest import ROOT, Server, _free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
REDIS = shutil.which("redis-server")


class Redis:
    """A Redis of its own on this machine, which keeps nothing."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def two_servers():
    redis = Redis()
    try:
        settings = {"CNNVIZ_REDIS": redis.url}
        with Server(environment=settings) as one, Server(environment=settings) as two:
            yield one, two, redis
    finally:
        redis.kill()


@contextlib.contextmanager
def nginx_before(one: Server, two: Server, folder: Path):
    """deploy/nginx.conf on a free port of this machine, without its certificate; its address."""
    port = _free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = re.sub(r"(?m)^ *ssl_certificate.*\n", "", text).replace("listen 443 ssl", f"listen 127.0.0.1:{port}").replace("Secure; ", "")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{_free_port()};")
    text = text.replace("127.0.0.1:8501", f"127.0.0.1:{one.port}").replace("127.0.0.1:8502", f"127.0.0.1:{two.port}")
    text = text.replace("/var/cache/cnnviz", str(folder / "cache"))
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if getattr(os, "geteuid", lambda: 1)() == 0 else ""  # nobody else may look into a test's folder
    around = f"{user}daemon off; pid {folder}/pid; error_log {folder}/log;\nevents {{ worker_connections 16384; }}\n"
    (folder / "nginx.conf").write_text(f"{around}http {{\naccess_log off;\n{temporary}{text}\n}}\n")
    process = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")])
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _await(port: int) -> None:
    """Waits until somebody listens there, 30 seconds at most."""
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Listener:
    """A follower's page as it listens (rooms/events.js): its stream, opened again a second after it ended, and sooner where there is none."""

    def __init__(self, url: str, code: str):
        self.url, self.code, self.at = url, code, ""
        self.cut: float | None = time.monotonic()
        self.longest = self.since = 0.0

    async def listen(self) -> None:
        """Until it is cancelled."""
        while True:
            cut = True
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                async with Connection(self.url) as stream:
                    await stream.send("GET", f"/room/{self.code}/events")
                    cut = (await stream.head())[0] == 200
                    async for chunk in stream.chunks() if cut else _nothing():
                        self._hear(chunk.decode())
            if self.cut is None:
                self.cut = time.monotonic()
            await asyncio.sleep(1.0 if cut else random.uniform(0.5, 2.0))

    def _hear(self, text: str) -> None:
        if self.cut is not None:
            self.since = time.monotonic()
            self.longest, self.cut = max(self.longest, self.since - self.cut), None
        for event in text.split("\n\n"):
            if event.startswith("id: "):
                self.at = event.partition("data: ")[2]


async def _nothing():
    return
    yield

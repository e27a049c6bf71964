"""The running page, for tests that need it: `server` is `streamlit run app.py` with the project's own settings."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# A busy machine is no bug. What `make test` tries is the same each time, so that more of it would find no more;
# `make fuzz` draws anew, and keeps no memory of earlier failures either: each is printed as it can be pasted back.
settings.register_profile("same", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("drawn", deadline=None, database=None, print_blob=True)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Keeps draws apart from what was tested before: else numbers and words of the modules loaded so far are drawn, too."""
    if config.getoption("--hypothesis-profile") != "drawn":
        none = providers._local_constants
        providers._get_local_constants = lambda: none


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what is left when time is up."""
    if time.time() > float(os.environ.get(UNTIL, "inf")):
        pytest.skip("the time of `make changed` is up; `make test` runs it")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine, in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(pyfuncitem.obj(**given))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Lets a test without a browser run loops of its own: once one was opened, Playwright's goes on beside all tests."""
    running = asyncio._get_running_loop()
    if "playwright" not in getattr(item, "fixturenames", ()):
        asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(running)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is drawn, by Hypothesis or by seeds, as `drawn`."""
    for item in items:
        by_seeds = hasattr(item, "callspec") and {"seed", "tens"} & {*item.callspec.params}
        if by_seeds or item.get_closest_marker("hypothesis"):
            item.add_marker("drawn")


os.environ["LC_ALL"] = "C.UTF-8"  # whoever runs the tests may speak another language than they do
os.environ.pop("PYTHONPATH", None)  # and may lead what is started here to this folder, where it is to find what is installed

ROOT = Path(__file__).parents[1]
UNTIL = "CNNVIZ_TESTS_UNTIL"
"""Environment variable with the time after which no test begins, in seconds since 1970."""
START_SECONDS = 180
STOP_SECONDS = 10


class Server:
    """`streamlit run` in a process of its own, on a free port of this machine that it keeps when restarted.

    `folder` holds the script and its `.streamlit/config.toml`. What it prints goes to a file: `log()`.
    """

    def __init__(self, folder: Path = ROOT, script: str = "app.py", environment: Mapping[str, str] | None = None):
        self.folder, self.script = folder, script
        # Settings of whoever runs the tests must not change what is tested.
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("STREAMLIT_", "CNNVIZ_"))}
        self.environment = ours | {"PYTHONUNBUFFERED": "1"} | dict(environment or {})
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self._log = tempfile.NamedTemporaryFile(prefix="cnnviz-server-", suffix=".log")  # noqa: SIM115

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self._log.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    def command(self) -> list[str]:
        command = [sys.executable, "-m", "streamlit", "run", self.script]
        return [*command, "--server.address", "127.0.0.1", "--server.port", str(self.port)]

    def start(self) -> None:
        """Starts it and waits until it answers; RuntimeError with its log if it ends or takes too long."""
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The page's server did not start on port {self.port}.\n{self.log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it; nothing happens if it has ended."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:  # an open web socket can hold it up
            self.process.kill()
            self.process.wait()

    def log(self, characters: int = 4000) -> str:
        """The end of what it has printed."""
        return Path(self._log.name).read_text(errors="replace")[-characters:]

    def _answers(self) -> bool:
        prefix = self.environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        with contextlib.suppress(urllib.error.URLError, OSError):
            return urllib.request.urlopen(f"{self.url}{prefix}/_stcore/health", timeout=1).status == 200
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The page, as a visitor finds it: without the full CIFAR-10. Who stops it starts it again."""
    with Server(environment={"KERAS_HOME": str(tmp_path_factory.mktemp("keras"))}) as page:
        yield page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the server's log beside a failure of a test that used it."""
    report = yield
    page = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(page, Server) and report.when != "teardown":  # by then its log is gone, too
        report.sections.append(("the page's server", page.log()))
    return report

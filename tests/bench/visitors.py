"""How the page's server answers a full lecture hall: N visitors, each moving on every two seconds.

    python -m tests.bench.visitors --visitors 100 --seconds 30

Each visitor holds a web socket and speaks Streamlit's protocol as a browser does; a move is the next
update of that visitor's own lesson (each has another seed, so none is answered from another's cache),
and lasts from the request until the script's end has arrived with everything that it shows.
Without --url it starts the server itself and prints its memory too. Only this machine is ever asked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import random
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests.conftest import Server

EVERY_SECONDS = 2.0
ANSWER_SECONDS = 30
MOST_P95_MS = 100
MOST_MB = 1.0


class Visitor:
    """One browser tab, as far as the server can tell."""

    def __init__(self, url: str, number: int):
        self.url, self.number = url, number
        self.k = 0
        self.page = ""
        self.times: list[float] = []
        self.received = 0
        self.failures: list[str] = []

    async def visit(self, first_move: float, until: float) -> None:
        """Opens the page, then moves every EVERY_SECONDS from `first_move` on; both are loop times."""
        loop = asyncio.get_running_loop()
        address = "ws" + self.url.removeprefix("http") + "/_stcore/stream"
        try:
            async with connect(address, subprotocols=["streamlit"], origin=self.url, max_size=None) as self.socket:
                await self.move()
                self.times.clear()  # opening is not moving
                self.received = 0
                due = first_move
                while due < until:
                    await asyncio.sleep(max(0.0, due - loop.time()))
                    self.k += 1
                    await self.move()
                    due = max(due + EVERY_SECONDS, loop.time())
                await asyncio.sleep(max(0.0, until - loop.time()))
        except Exception as error:
            self.failures.append(f"visitor {self.number}, update {self.k}: {type(error).__name__} {error}")

    async def move(self) -> None:
        """Asks for update k and waits for the end of the script's run."""
        ask = BackMsg()
        ask.rerun_script.query_string = urlencode({"seed": self.number, "k": self.k, "stage": "df"})
        ask.rerun_script.page_script_hash = self.page
        ask.rerun_script.context_info.url = self.url
        start = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.socket.send(ask.SerializeToString())
            shown = 0
            while True:
                payload = await self.socket.recv()
                self.received += len(payload)
                answer = ForwardMsg.FromString(payload)
                match answer.WhichOneof("type"):
                    case "new_session":
                        self.page = answer.new_session.page_script_hash
                    case "delta":
                        shown += 1
                        if answer.delta.new_element.WhichOneof("type") == "exception":
                            raise RuntimeError(answer.delta.new_element.exception.message)
                    case "script_finished":
                        break
        self.times.append(time.perf_counter() - start)
        if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY or not shown:
            raise RuntimeError("the script did not finish, or showed nothing")


async def crowd(url: str, count: int, seconds: float) -> list[Visitor]:
    """`count` visitors who come in over EVERY_SECONDS and then move for `seconds`."""
    visitors = [Visitor(url, number) for number in range(count)]
    start = asyncio.get_running_loop().time() + 2 * EVERY_SECONDS
    chance = random.Random(0)  # nobody clicks in step with the others

    async def enter(visitor: Visitor) -> None:
        await asyncio.sleep(EVERY_SECONDS * visitor.number / count)
        await visitor.visit(start + chance.uniform(0, EVERY_SECONDS), start + seconds)

    async with asyncio.TaskGroup() as group:
        for visitor in visitors:
            group.create_task(enter(visitor))
    return visitors


def resident_mb(pid: int) -> float:
    """The memory of a process, in MB (2²⁰ bytes), as Linux counts it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def loopback(url: str) -> str:
    """`url` without a trailing slash, if it is on this machine; nobody else's server is to be loaded."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback and parts.scheme == "http":
            return url.rstrip("/")
    if host == "localhost" and parts.scheme == "http":
        return url.rstrip("/")
    raise argparse.ArgumentTypeError(f"{url} is not an http:// address of this machine (localhost, 127.0.0.1)")


async def measured(url: str, count: int, seconds: float, pid: int | None) -> bool:
    """Prints what `count` visitors saw; whether all were answered, in time and memory."""
    await crowd(url, 1, 2 * EVERY_SECONDS)  # the first visitor pays for imports
    before = resident_mb(pid) if pid else 0.0
    run = asyncio.create_task(crowd(url, count, seconds))
    await asyncio.sleep(2 * EVERY_SECONDS + 0.9 * seconds)
    during = resident_mb(pid) if pid else 0.0  # while all are there
    visitors = await run
    times = sorted(1000 * t for visitor in visitors for t in visitor.times)
    failures = [failure for visitor in visitors for failure in visitor.failures]
    for failure in failures[:10]:
        print(failure)
    if len(times) < 2:
        print("Nobody was answered.")
        return False
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    received = sum(visitor.received for visitor in visitors) / len(times) / 1024
    print(
        f"{count} visitors, a move each {EVERY_SECONDS:g} s for {seconds:g} s: {len(times)} moves of {received:.0f} KB"
    )
    print(f"move to answer: median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, most {times[-1]:.1f} ms")
    good = not failures and p95 <= MOST_P95_MS
    if pid:
        each = (during - before) / count
        print(f"server's memory: {before:.0f} MB before, {during:.0f} MB with all: {each:.2f} MB a visitor")
        good = good and each <= MOST_MB
    print(f"{len(failures)} visitors failed; wanted: none, p95 ≤ {MOST_P95_MS} ms, ≤ {MOST_MB:g} MB a visitor")
    return good


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", type=loopback, help="a server that runs on this machine (default: start one)")
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args(arguments)
    if asked.url:
        return not asyncio.run(measured(asked.url, asked.visitors, asked.seconds, None))
    with Server() as server:
        pid = server.pid if Path("/proc/self/status").exists() else None
        return not asyncio.run(measured(server.url, asked.visitors, asked.seconds, pid))


if __name__ == "__main__":
    sys.exit(main())

"""How the page's server answers a full lecture hall: N visitors, each moving on every two seconds.

    python -m tests.bench.visitors --visitors 100 --seconds 30

Each visitor holds a web socket, as the page does, and asks for the numbers by HTTP; a move is the next update of
that visitor's own setup (each has another seed, so none is answered from another's cache), and lasts from the
request until the last byte. They begin at update --first, and each has been there before the clock starts: with 1,000 the
bench says whether an audience's setups are all remembered.
Without --url it starts the server itself and prints its memory too. Only this machine is ever asked.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench._http import Connection
from tests.bench._visitor import EVERY_SECONDS, Visitor, keep_moving, percentiles, resident_mb
from tests.conftest import Server

MOST_P95_MS = 100
ENTER = 15.0
"""Seconds over which they come: the first visit near update 1,000 takes some of the server's."""
MOST_MB = 1.0


class Student:
    """A visitor who goes on from update to update of a setup of their own."""

    def __init__(self, url: str, number: int, first: int):
        self.url, self.visitor = url, Visitor(url)
        self.number, self.first = number, first
        self.times: list[float] = []
        self.received = 0
        self.failure = ""

    async def visit(self, first_move: float, until: float) -> None:
        """Opens the page, then moves every EVERY_SECONDS from `first_move` on; both are loop times."""
        try:
            async with self.visitor:
                await self.visitor.move({"seed": self.number})
                async with Connection(self.url, inflate=False) as self.asking:
                    await self.move(0)
                self.received = 0  # opening is not moving
                await asyncio.sleep(first_move - asyncio.get_running_loop().time())
                async with Connection(self.url, inflate=False) as self.asking:
                    self.times = await keep_moving(self.move, first_move, until)
        except Exception as error:
            self.failure = f"visitor {self.number}: {type(error).__name__} {error}"

    async def move(self, k: int) -> float:
        """Asks for the k-th update from where the visitor began; the seconds that it takes."""
        began = time.perf_counter()
        status, headers, body = await self.asking.get(f"/numbers/step?k={self.first + k}&seed={self.number}")
        if status == 503 and not k:  # who opens the page asks again when told to
            await asyncio.sleep(int(headers["retry-after"]))
            async with Connection(self.url, inflate=False) as self.asking:
                return await self.move(0)
        if status != 200:
            raise RuntimeError(f"status {status}")
        self.received += len(body)
        return time.perf_counter() - began


async def crowd(url: str, count: int, seconds: float, first: int) -> list[Student]:
    """`count` visitors who come in over ENTER seconds and then move for `seconds`."""
    students = [Student(url, number, first) for number in range(count)]
    start = asyncio.get_running_loop().time() + ENTER + EVERY_SECONDS
    chance = random.Random(0)  # nobody clicks in step with the others

    async def enter(student: Student) -> None:
        await asyncio.sleep(ENTER * student.number / count)
        await student.visit(start + chance.uniform(0, EVERY_SECONDS), start + seconds)

    async with asyncio.TaskGroup() as group:
        for student in students:
            group.create_task(enter(student))
    return students


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


async def measured(url: str, count: int, seconds: float, first: int, pid: int | None) -> bool:
    """Prints what `count` visitors saw; whether all were answered, in time and memory."""
    await crowd(url, 1, EVERY_SECONDS, 0)  # the first visitor pays for imports
    before = resident_mb(pid) if pid else 0.0
    run = asyncio.create_task(crowd(url, count, seconds, first))
    await asyncio.sleep(ENTER + EVERY_SECONDS + 0.9 * seconds)
    during = resident_mb(pid) if pid else 0.0  # while all are there
    students = await run
    times = [t for student in students for t in student.times]
    failures = [student.failure for student in students if student.failure]
    for failure in failures[:10]:
        print(failure)
    if len(times) < 2:
        print("Nobody was answered.")
        return False
    median, p95, most = percentiles(times)
    received = sum(student.received for student in students) / len(times) / 1024
    print(
        f"{count} visitors, a move each {EVERY_SECONDS:g} s from update {first:,} on for {seconds:g} s: {len(times)} moves of {received:.0f} KB"
    )
    print(f"move to answer: median {median:.1f} ms, p95 {p95:.1f} ms, most {most:.1f} ms")
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
    parser.add_argument("--first", type=int, default=0, help="the update where they begin")
    asked = parser.parse_args(arguments)
    if asked.url:
        return not asyncio.run(measured(asked.url, asked.visitors, asked.seconds, asked.first, None))
    with Server() as server:
        pid = server.pid if Path("/proc/self/status").exists() else None
        return not asyncio.run(measured(server.url, asked.visitors, asked.seconds, asked.first, pid))


if __name__ == "__main__":
    sys.exit(main())

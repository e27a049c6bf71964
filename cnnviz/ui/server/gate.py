"""Work that anybody may ask for, bounded: done once for all who ask the same, outside the event loop, and in turns.

Everything here runs in the event loop, except the work itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Generic, TypeVar

from starlette.requests import Request

from cnnviz.core.patience import as_long_as

Result = TypeVar("Result")

PATIENCE = 30.0
"""Seconds after which work is given up, whoever waits."""


class Busy(Exception):
    """Too much is asked for already; `seconds` is when to ask again."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(eq=False)
class _Job(Generic[Result]):
    task: asyncio.Task[Result]
    waiting: int = 0
    given_up: bool = False
    began: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Ends the work, from its own thread, when nobody waits for it, or too long."""
        if self.given_up or time.monotonic() - self.began > PATIENCE:
            raise TimeoutError


class Gate(Generic[Result]):
    """At most `at_once` works at a time, `most` asked for in all, and `most_each` that one visitor was the first to ask for."""

    def __init__(self, at_once: int, most: int, most_each: int, each_takes: float = 1.0):
        self.most, self.most_each, self.each_takes = most, most_each, each_takes
        self.jobs: dict[Hashable, _Job[Result]] = {}
        self.visitors: Counter[str] = Counter()
        self.at_once = at_once
        self.threads = ThreadPoolExecutor(at_once, "numbers")

    async def get(self, name: Hashable, visitor: str, work: Callable[[], Result]) -> Result:
        """What `work` gives; the same name is worked on once. Raises Busy where too much is asked for already.

        Whoever is cancelled no longer waits; work that nobody waits for is ended.
        """
        job = self.jobs.get(name)
        if job is None or job.given_up:
            if len(self.jobs) >= self.most or self.visitors[visitor] >= self.most_each:
                raise Busy(1 + round(len(self.jobs) * self.each_takes / self.at_once))
            job = self._begin(name, visitor, work)
        job.waiting += 1
        try:
            return await asyncio.shield(job.task)
        finally:
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                job.given_up = True
                job.task.cancel()

    def _begin(self, name: Hashable, visitor: str, work: Callable[[], Result]) -> _Job[Result]:
        async def run() -> Result:
            try:
                return await asyncio.get_running_loop().run_in_executor(self.threads, worked)
            finally:
                self.visitors[visitor] -= 1
                if not self.visitors[visitor]:
                    del self.visitors[visitor]
                if self.jobs.get(name) is job:
                    del self.jobs[name]

        def worked() -> Result:
            job.began = time.monotonic()
            with as_long_as(job.check):
                job.check()
                return work()

        job = _Job(asyncio.get_running_loop().create_task(run()))
        self.jobs[name] = job
        self.visitors[visitor] += 1
        return job


@contextlib.asynccontextmanager
async def while_asked(request: Request) -> AsyncIterator[None]:
    """Cancels what is within it when whoever asked is gone: asyncio.CancelledError comes out of it."""
    task = asyncio.current_task()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        if task is not None:
            task.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if task is not None:
            task.uncancel()
        raise
    finally:
        watching.cancel()


def visitor_of(request: Request) -> str:
    """Who asks, as far as limits go: an IPv4 address, or the network of 2⁶⁴ IPv6 addresses that one household has.

    It is the visitor's own where a proxy that is trusted passes it on (guards.Proxies); nobody else's word is taken.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    return host if isinstance(address, IPv4Address) else str(ip_network((address, 64), strict=False))

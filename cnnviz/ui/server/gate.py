"""Work that anybody may ask for, bounded: done once for all who ask the same, outside the event loop, and in turns.

Everything here runs in the event loop, except the work itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Generic, TypeVar

from starlette.requests import HTTPConnection, Request

from cnnviz.core.patience import as_long_as

Result = TypeVar("Result")

PATIENCE = 30.0
"""Seconds after which work is given up, whoever waits."""


class Busy(Exception):
    """Too much is asked for already; `seconds` is when to ask again."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


FORGOTTEN = 10.0
"""Seconds after which half of what somebody had worked out counts for nothing any more."""
_SHARED = 0.02
"""How much of what an address had worked out counts against each connection from it: a class may share one."""


class Used:
    """Seconds of work that each of the last `known` has had, those of long ago counting less.

    >>> now = [0.0]
    >>> used = Used(clock=lambda: now[0])
    >>> used.add("a", 2.0); now[0] = FORGOTTEN; used.of("a"), used.of("b")
    (1.0, 0.0)
    """

    def __init__(self, known: int = 10_000, clock: Callable[[], float] = time.monotonic):
        self.known, self.clock = known, clock
        self.seconds: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def of(self, who: str) -> float:
        seconds, at = self.seconds.get(who, (0.0, 0.0))
        return seconds * 0.5 ** ((self.clock() - at) / FORGOTTEN) if seconds else 0.0

    def add(self, who: str, seconds: float) -> None:
        self.seconds[who] = (self.of(who) + seconds, self.clock())
        self.seconds.move_to_end(who)
        while len(self.seconds) > self.known:
            self.seconds.popitem(last=False)


@dataclass(eq=False)
class _Job(Generic[Result]):
    task: asyncio.Task[Result]
    turn: asyncio.Future[None]
    visitor: str
    connection: str
    waiting: int = 0
    given_up: bool = False
    began: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Ends the work, from its own thread, when nobody waits for it, or too long."""
        if self.given_up or time.monotonic() - self.began > PATIENCE:
            raise TimeoutError


class Gate(Generic[Result]):
    """At most `at_once` works at a time, `most` asked for in all, and `most_each` that one visitor was the first to ask for.

    Of those that wait, the next is for the connection, and then the visitor, who had least worked out of late.
    """

    def __init__(self, at_once: int, most: int, most_each: int, each_takes: float = 1.0):
        self.most, self.most_each, self.each_takes = most, most_each, each_takes
        self.jobs: dict[Hashable, _Job[Result]] = {}
        self.visitors: Counter[str] = Counter()
        self.at_once = at_once
        self.threads = ThreadPoolExecutor(at_once, "numbers")
        self.used = Used()
        self.queue: list[_Job[Result]] = []
        self.working = 0

    async def get(self, name: Hashable, visitor: str, work: Callable[[], Result], connection: str = "") -> Result:
        """What `work` gives; the same name is worked on once. Raises Busy where too much is asked for already.

        Whoever is cancelled no longer waits; work that nobody waits for is ended.
        """
        job = self.jobs.get(name)
        if job is None or job.given_up:
            if len(self.jobs) >= self.most or self.visitors[visitor] >= self.most_each:
                raise Busy(1 + round(len(self.jobs) * self.each_takes / self.at_once))
            job = self._begin(name, visitor, work, connection or visitor)
        job.waiting += 1
        try:
            return await asyncio.shield(job.task)
        finally:
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                job.given_up = True
                job.task.cancel()

    def _begin(self, name: Hashable, visitor: str, work: Callable[[], Result], connection: str) -> _Job[Result]:
        async def run() -> Result:
            try:
                await self._turn(job)
                return await self._work(job, work)
            finally:
                self.visitors[visitor] -= 1
                if not self.visitors[visitor]:
                    del self.visitors[visitor]
                if self.jobs.get(name) is job:
                    del self.jobs[name]

        loop = asyncio.get_running_loop()
        job: _Job[Result] = _Job(loop.create_task(run()), loop.create_future(), visitor, connection)
        self.jobs[name] = job
        self.visitors[visitor] += 1
        self.queue.append(job)
        self._next()
        return job

    async def _turn(self, job: _Job[Result]) -> None:
        try:
            await job.turn
        except asyncio.CancelledError:
            if job in self.queue:
                self.queue.remove(job)
            else:  # it would have begun now
                self._worked(job, 0.0)
            raise

    async def _work(self, job: _Job[Result], work: Callable[[], Result]) -> Result:
        def worked() -> Result:
            job.began = time.monotonic()
            with as_long_as(job.check):
                job.check()
                return work()

        def done(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for anything any more
                loop.call_soon_threadsafe(self._worked, job, time.monotonic() - job.began)

        loop = asyncio.get_running_loop()
        working = self.threads.submit(worked)
        working.add_done_callback(done)  # whoever gives up waiting: a thread ends when it looks
        return await asyncio.wrap_future(working)

    def _worked(self, job: _Job[Result], seconds: float) -> None:
        for who in {job.visitor, job.connection}:
            self.used.add(who, seconds)
        self.working -= 1
        self._next()

    def _next(self) -> None:
        """Has those begin whose turn it is."""
        while self.queue and self.working < self.at_once:
            job = min(self.queue, key=self._had)
            self.queue.remove(job)
            if not job.turn.done():
                self.working += 1
                job.turn.set_result(None)

    def _had(self, job: _Job[Result]) -> float:
        return self.used.of(job.connection) + _SHARED * self.used.of(job.visitor)


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


def connection_of(request: HTTPConnection) -> str:
    """Who asks within what `visitor_of` says: one connection, where this server has it with the visitor and not with a proxy.

    >>> connection_of(HTTPConnection({"type": "http", "client": ("10.0.0.7", 4711), "headers": []}))
    '10.0.0.7 4711'
    """
    return f"{request.client.host} {request.client.port}" if request.client else ""


def visitor_of(request: HTTPConnection) -> str:
    """Who asks, as far as limits go: an IPv4 address, or the network of 2⁶⁴ IPv6 addresses that one household has.

    It is the visitor's own where a proxy that is trusted passes it on (guards.Proxies); nobody else's word is taken.
    """
    return _visitor(request.client.host if request.client else "")


@lru_cache(10_000)
def _visitor(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    return host if isinstance(address, IPv4Address) else str(ip_network((address, 64), strict=False))

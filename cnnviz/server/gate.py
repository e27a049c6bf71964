"""Work that anybody may ask for, bounded: done once for all who ask the same, outside the event loop, and in turns.

Who asks does so in the event loop; the work is done in threads, few at a time. What both touch is behind one lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from cnnviz.core.cancellation import as_long_as
from cnnviz.server.fair_queue import FairQueue, Place

Result = TypeVar("Result")

PATIENCE = 30.0
"""Seconds of its own after which work is given up, whoever waits."""


class Busy(Exception):
    """Too much is asked for already; `seconds` is when to ask again."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


DEAR = 0.15
"""Seconds of work from which only some may be under way and be asked for at a time."""
UNDER_WAY = 3
"""Dear works that may have been begun; the others wait without holding anything."""
ASIDE = 30
"""Threads of works that wait for a shorter one, or for each other."""
A_FEW = 8
"""Works of one address that wait at a time, beyond which each counts as that many more: a class may share one, and so may a flood."""
SLICE = 0.002
"""Seconds that a work goes on, at least, before it lets a shorter one go first."""
COURTESY = 0.01
"""Seconds that work beside the queue waits, at most, for what is in it, each time that it looks."""


class Expected:
    """How long a work takes, as far as is known. A subclass finds out more, before it is begun and while it is done."""

    known = True
    """Whether `look` has been called, or need not be."""

    def __init__(self, seconds: float = 0.0):
        self._seconds = seconds

    def look(self) -> None:
        """Finds out about the work, in a thread of the gate's."""

    def seconds(self) -> float:
        """What it is expected to take now: asked again as its turn comes, when others may have taught more."""
        return self._seconds

    def exceeded(self, seconds: float) -> None:
        """Takes account of the work having had so many seconds, more than twice what was expected, and not having ended."""
        self._seconds = seconds


@dataclass(eq=False)
class _Job(Generic[Result]):
    """One work: how long it has had (`used`, until `since`), and whether it has been given a turn that it does not know of yet."""

    name: Hashable
    visitor: str
    work: Callable[[], Result]
    expected: Expected
    future: Future[Result] = field(default_factory=Future)
    place: Place[_Job[Result]] = field(init=False)
    waiting: int = 0
    begun: bool = False
    given_up: bool = False
    dear: bool = False
    under_way: bool = False
    used: float = 0.0
    since: float = 0.0
    its_turn: bool = False
    go: threading.Event = field(default_factory=threading.Event)


class Gate(Generic[Result]):
    """At most `at_once` works at a time, `most` asked for in all, and `most_each` that one visitor was the first to ask for.

    They take fair turns (FairQueue): the shortest goes first, also before one that has been begun, which waits at its
    next look until it is its turn again. Of dear ones there may be `most_dear`, and `dear_each` of one visitor. What a
    work has had is counted in its thread's own time, by `clock`: others' work beside it makes it no longer.
    """

    def __init__(
        self, at_once: int, most: int, most_each: int, each_takes: float = 1.0, most_dear: int = 24, dear_each: int = 4,
        clock: Callable[[], float] = time.thread_time,
    ):  # fmt: skip
        self.at_once, self.most, self.most_each, self.each_takes = at_once, most, most_each, each_takes
        self.most_dear, self.dear_each, self.clock = most_dear, dear_each, clock
        self.jobs: dict[Hashable, _Job[Result]] = {}
        self.visitors: Counter[str] = Counter()
        self.dear: Counter[str] = Counter()
        self.turns: FairQueue[_Job[Result]] = FairQueue()
        self.held_back: list[Place[_Job[Result]]] = []
        self.running: set[_Job[Result]] = set()
        self.under_way = self.aside = 0
        self.threads = ThreadPoolExecutor(at_once + 2 * ASIDE, "numbers")
        self.lock = threading.Lock()
        self.idle = threading.Condition(self.lock)

    async def get(
        self, name: Hashable, visitor: str, work: Callable[[], Result], connection: str = "", expected: Expected | None = None
    ) -> Result:
        """The result of `work`; the same name is worked on once. Raises Busy where too much is asked for.

        Who is cancelled no longer waits; work for which nobody waits is ended.
        """
        with self.lock:
            job = self.jobs.get(name)
            if job is None or job.given_up:
                job = _Job(name, visitor, work, expected or Expected())
                self._admit(visitor, job.expected.seconds())
                self._add(job, connection or visitor)
            job.waiting += 1
        try:
            await _done(job.future)
            return job.future.result()
        finally:
            with self.lock:
                job.waiting -= 1
                if not job.waiting and not job.future.done():
                    self._give_up(job)

    def courtesy(self) -> None:
        """Waits a little, in a thread of work beside this, while there is something short to do here."""
        with self.idle:
            if len(self.jobs) > self.dear.total():
                self.idle.wait(COURTESY)

    def _admit(self, visitor: str, seconds: float) -> None:
        if len(self.jobs) >= self.most or self.visitors[visitor] >= self.most_each:
            raise Busy(1 + round(len(self.jobs) * self.each_takes / self.at_once))
        if seconds > DEAR:
            self._admit_dear(visitor)

    def _admit_dear(self, visitor: str) -> None:
        if self.dear.total() >= self.most_dear or self.dear[visitor] >= self.dear_each:
            raise Busy(1 + 2 * self.dear.total())

    def _add(self, job: _Job[Result], connection: str) -> None:
        self.jobs[job.name] = job
        self.visitors[job.visitor] += 1
        seconds = job.expected.seconds()
        job.place = self.turns.add(job, connection, seconds, max(1.0, self.visitors[job.visitor] / A_FEW))
        job.dear = job.expected.known and seconds > DEAR
        self.dear[job.visitor] += job.dear
        self._next()

    def _give_up(self, job: _Job[Result]) -> None:
        job.given_up = True
        if job.begun:
            job.go.set()  # it ends when it looks
        else:
            self._over(job)
            job.future.cancel()

    def _over(self, job: _Job[Result]) -> None:
        self.turns.done(job.place, job.used)
        self.visitors -= Counter({job.visitor: 1})
        self.dear -= Counter({job.visitor: int(job.dear)})
        if self.jobs.get(job.name) is job:
            del self.jobs[job.name]
        if len(self.jobs) <= self.dear.total():
            self.idle.notify_all()

    def _next(self) -> None:
        """Has those go on whose turn it is."""
        while len(self.running) < self.at_once and (place := self._taken()):
            job = place.item
            if not job.begun and job.expected.known:
                seconds = job.expected.seconds()
                if seconds > place.seconds or (seconds > DEAR and not job.under_way):
                    self._put(job, seconds)  # others have taught more since it came, or it is to be held back
                    continue
            self.running.add(job)
            job.its_turn = True
            if job.begun:
                job.go.set()
            else:
                job.begun = True
                self.threads.submit(self._run, job)

    def _taken(self) -> Place[_Job[Result]] | None:
        """Takes the place whose turn it is, if it may go on beside what is running."""
        held_back = self._held_back()
        first = self.turns.first()
        if held_back and (first is None or held_back < first) and not self._in_the_way(held_back):
            heapq.heappop(self.held_back)
            held_back.item.under_way = True
            self.under_way += 1
            return held_back
        return None if first is None or (first.item.begun and self._in_the_way(first)) else self.turns.take()

    def _held_back(self) -> Place[_Job[Result]] | None:
        """The first of the dear ones that have not been begun, where few are under way."""
        while self.held_back and self.held_back[0].gone:
            heapq.heappop(self.held_back)
        return self.held_back[0] if self.held_back and self.under_way < UNDER_WAY else None

    def _put(self, job: _Job[Result], seconds: float) -> None:
        """Has a work that was taken wait for its turn, as one of so many seconds; where it is one dear work too many it ends."""
        self.turns.expect(job.place, seconds)
        if seconds > DEAR and not job.dear:
            try:
                self._admit_dear(job.visitor)
            except Busy as busy:
                self._over(job)
                return job.future.set_exception(busy)
            job.dear = True
            self.dear[job.visitor] += 1
        self.under_way -= job.under_way
        job.under_way = False
        if job.dear:
            heapq.heappush(self.held_back, job.place)
        else:
            self.turns.back(job.place)

    def _in_the_way(self, place: Place[_Job[Result]]) -> bool:
        """Whether something shorter is being worked at: two threads that compute hinder each other."""
        return any(job.place < place for job in self.running if job.place is not place)

    def _not_its_turn(self, place: Place[_Job[Result]]) -> bool:
        waiting = (self.turns.first(), self._held_back())
        return self._in_the_way(place) or any(other and other < place for other in waiting)

    # ---- in the work's own thread

    def _run(self, job: _Job[Result]) -> None:
        result, error = None, None
        job.its_turn, job.since = False, self.clock()
        try:
            with as_long_as(partial(self._look, job), partial(self._step_aside, job)):
                self._look(job)
                if not job.expected.known and not self._sized_up(job):
                    return
                result = job.work()
        except BaseException as raised:
            error = raised
        with self.lock:
            job.used += self.clock() - job.since
            self.running.discard(job)
            self.under_way -= job.under_way
            self._over(job)
            self._next()
        if error is None:
            job.future.set_result(result)  # type: ignore[arg-type]
        else:
            job.future.set_exception(error)

    def _sized_up(self, job: _Job[Result]) -> bool:
        """Finds out how long the work takes; whether it goes on at once, and does not wait, without a thread, for its turn."""
        job.expected.look()
        with self.lock:
            if job.given_up:
                raise TimeoutError
            seconds = job.expected.seconds()
            self.turns.expect(job.place, seconds)
            if seconds <= DEAR and not self._not_its_turn(job.place):
                return True
            job.used += self.clock() - job.since
            job.begun = False
            self.running.discard(job)
            self._put(job, seconds)
            self._next()
            return False

    def _look(self, job: _Job[Result]) -> None:
        """Ends the work where nobody waits for it, or where it takes too long; holds it up where it is another's turn."""
        with self.lock:
            now = self.clock() - job.since
            used = job.used + now
            if job.given_up or used > PATIENCE:
                raise TimeoutError
            if used > DEAR and not job.dear:
                job.dear = job.under_way = True
                self.dear[job.visitor] += 1
                self.under_way += 1
            if used > 2 * job.expected.seconds():
                job.expected.exceeded(used)
            self.turns.expect(job.place, max(job.place.seconds, job.expected.seconds()))
            if now < SLICE or self.aside >= ASIDE or not self._not_its_turn(job.place):
                return
            self.turns.back(job.place)
            self._pause(job)
        self._wait(job)
        self._look(job)

    @contextmanager
    def _step_aside(self, job: _Job[Result]) -> Iterator[None]:
        with self.lock:
            self._pause(job)
        try:
            yield
        finally:
            with self.lock:
                self.turns.back(job.place)
                self._next()
            self._wait(job)

    def _pause(self, job: _Job[Result]) -> None:
        job.used += self.clock() - job.since
        self.running.discard(job)
        self.aside += 1
        self._next()

    def _wait(self, job: _Job[Result]) -> None:
        """Until it is its turn, or it was given up: then it has one beside the others, to end."""
        job.go.wait()
        with self.lock:
            job.go.clear()
            self.aside -= 1
            if not job.its_turn:
                job.place.gone = True
                self.running.add(job)
            job.its_turn, job.since = False, self.clock()


async def _done(future: Future[Any]) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def end() -> None:
        if not done.done():
            done.set_result(None)

    def tell(_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for anything any more
            loop.call_soon_threadsafe(end)

    future.add_done_callback(tell)
    await done


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

"""Turns in the event loop: no request waits for everything that another connection, or another address, has asked for at once."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.server.fair_queue import FairQueue, Place
from cnnviz.server.rate_limits import Rate, counted

CREDIT = 20.0
"""Requests that a connection which asks for less than its share has ahead of one that asks as fast as it is answered."""
SELDOM = CREDIT / 4
"""Requests that it has to be behind its share to be waited for."""
REST, LEAST_REST, MOST_REST = 8.0, 0.001, 0.02
"""The time in which none of the others begins meanwhile: as a multiple of their last turn; in seconds at the least (uvloop knows no shorter one), and at the most."""

NEW, EACH_NEW = 100, 0.1
"""Connections of one address that may be new at once, which ask seldom so far, and the seconds until one more."""
NEW_PAUSE = 0.1
"""Seconds that count as the pause before their first request."""
KNOWN = 10_000
"""Connections of which it is known when they last asked, or had an answer."""

Turn = Place[asyncio.Future[None]]


class Line:
    """Those who wait for their turn, of whom one begins in one pass of the event loop: of each address in turn the one whose connection has asked for least."""

    def __init__(self, begin: Callable[[Turn], None], spares: Callable[[], int]) -> None:
        """`spares` says to how many others a turn leaves time, by a rest in which nobody here begins."""
        self.begin, self.spares = begin, spares
        self.waiting: dict[str, list[Turn]] = {}
        self.free = True

    def add(self, place: Turn, address: str) -> None:
        heapq.heappush(self.waiting.setdefault(address, []), place)
        if self.free:
            self._next()

    def _next(self) -> None:
        self.free = True
        while self.free and self.waiting:
            address = next(iter(self.waiting))
            line = self.waiting.pop(address)
            place = heapq.heappop(line)
            if line:
                self.waiting[address] = line  # behind all others
            if not place.gone:
                self.free = False
                self.begin(place)
                asyncio.get_running_loop().call_soon(self._after, time.monotonic())

    def _after(self, began: float) -> None:
        """After the pass in which one was begun."""
        if self.spares():
            rest = min(max(REST * (time.monotonic() - began), LEAST_REST), MOST_REST)
            asyncio.get_running_loop().call_later(rest, self._next)
        else:
            self._next()


class Turns:
    """Begins one request in one pass of the event loop, and beside it one of a connection that asks seldom, and one of a session.

    An answer that takes a millisecond takes sixty where sixty others are made in the same pass, and an answer takes several
    passes. So the pass is short for everybody, whatever connections and addresses ask for, also for a class that shares an address
    with them. Threads compute beside the event loop: while a request of a connection that asks seldom is under way, all
    others leave them up to eight ninths of the time. A new connection is one that asks seldom, unless its
    address has too many of them. `under_way` counts by address; `answered` are all requests, `spared` those of who asks seldom.

    >>> async def order() -> list[str]:
    ...     turns, begun = Turns(), []
    ...     async def ask(connection: str, address: str) -> None:
    ...         async with turns.turn(connection, address):
    ...             begun.append(connection)
    ...     await asyncio.gather(*(ask("flood", "one") for _ in range(4)), ask("class", "one"), ask("other", "another"))
    ...     return begun
    >>> asyncio.run(order())
    ['flood', 'flood', 'class', 'other', 'flood', 'flood']
    """

    def __init__(self) -> None:
        self.shares: FairQueue[asyncio.Future[None]] = FairQueue(credit=CREDIT)
        self.new = Rate(NEW, EACH_NEW)
        self.heard_at: LruCache[str, float] = LruCache(KNOWN)
        self.seldom = Line(self._begin, lambda: 0)
        self.often = Line(self._begin, lambda: self.spared)
        self.sessions = Line(self._begin, lambda: self.spared + self.answered)
        self.under_way: Counter[str] = Counter()
        self.spared = self.answered = 0

    @asynccontextmanager
    async def turn(self, connection: str, address: str, of_session: bool = False) -> AsyncIterator[float]:
        """Waits for the turn of a request, which is under way within, or of what a session begins with or says. Gives its connection's pause before, in seconds."""
        last = self.heard_at.get(connection)
        new = last is None and not of_session and self.new.take(address)
        pause = NEW_PAUSE if new else 0.0 if last is None else time.monotonic() - last
        self.heard_at.put(connection, time.monotonic())  # of many that come at once, as over a proxy, the first had a pause before it
        spared = not of_session and (new or self.asks_seldom(connection))
        place = self.shares.place(asyncio.get_running_loop().create_future(), connection, 1.0)
        self.spared += spared
        self.answered += not of_session
        try:
            with counted(self.under_way, address):
                (self.seldom if spared else self.sessions if of_session else self.often).add(place, address)
                await place.item
                yield pause
        finally:
            self.spared -= spared
            self.answered -= not of_session
            self.heard_at.put(connection, time.monotonic())
            if not place.gone:  # who asked is gone
                self.shares.done(place, 0.0)

    def asks_seldom(self, connection: str) -> bool:
        """Tells whether a connection has asked for less than its share."""
        asker = self.shares.askers.get(connection)
        return asker is not None and self.shares.now - asker.last > SELDOM

    def _begin(self, place: Turn) -> None:
        self.shares.done(place, 1.0)
        if not place.item.done():  # else who asked is gone, in this pass
            place.item.set_result(None)

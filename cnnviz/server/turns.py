"""Turns in the event loop: no request waits for everything that another connection, or another address, has asked for at once."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cnnviz.server.fair_queue import FairQueue, Place
from cnnviz.server.limits import counted

CREDIT = 20.0
"""Requests that a connection which asks for less than its share has ahead of one that asks as fast as it is answered."""
SELDOM = CREDIT / 4
"""Requests that it has to be behind its share to be waited for."""
PAUSE, LEAST_PAUSE = 2.0, 0.001
"""The wait of an address meanwhile, as a multiple of its last turn, and in seconds at the least: uvloop knows no shorter one."""

Turn = Place[asyncio.Future[None]]


class Turns:
    """Begins one request of each address in one pass of the event loop, of those that wait the one whose connection has asked for least (FairQueue).

    An answer that takes a millisecond takes sixty where sixty others are made in the same pass, and an answer takes several
    passes. So the pass is short for everybody, whatever one connection asks for, also for a class that shares an address with
    it. Threads compute beside the event loop: while a request of a connection that asks seldom is under way, an address whose next
    request is of none such leaves them two thirds of the time. `under_way` counts requests by address.

    >>> async def order() -> list[str]:
    ...     turns, begun = Turns(), []
    ...     async def ask(connection: str, address: str) -> None:
    ...         async with turns.turn(connection, address):
    ...             begun.append(connection)
    ...     await asyncio.gather(*(ask("flood", "one") for _ in range(4)), ask("class", "one"), ask("other", "another"))
    ...     return begun
    >>> asyncio.run(order())
    ['flood', 'other', 'flood', 'class', 'flood', 'flood']
    """

    def __init__(self) -> None:
        self.shares: FairQueue[asyncio.Future[None]] = FairQueue(credit=CREDIT)
        self.lines: dict[str, list[Turn]] = {}
        self.under_way: Counter[str] = Counter()
        self.spared = 0

    @asynccontextmanager
    async def turn(self, connection: str, address: str) -> AsyncIterator[None]:
        """Waits for the turn of a request, which is under way within."""
        spared = self.asks_seldom(connection)
        place = self.shares.place(asyncio.get_running_loop().create_future(), connection, 1.0)
        self.spared += spared
        try:
            with counted(self.under_way, address):
                if address in self.lines:
                    heapq.heappush(self.lines[address], place)
                else:
                    self._begin(place, address, [])
                await place.item
                yield
        finally:
            self.spared -= spared
            if not place.gone:  # who asked is gone
                self.shares.done(place, 0.0)

    def asks_seldom(self, connection: str) -> bool:
        """Tells whether a connection has asked for less than its share."""
        return self.shares.now - self.shares.last.get(connection, self.shares.now) > SELDOM

    def _begin(self, place: Turn, address: str, line: list[Turn]) -> None:
        self.lines[address] = line
        self.shares.done(place, 1.0)
        if not place.item.done():  # else who asked is gone, in this pass
            place.item.set_result(None)
        asyncio.get_running_loop().call_soon(self._after, address, time.monotonic())

    def _after(self, address: str, began: float) -> None:
        """After the pass in which a request of this address was begun."""
        line = self.lines[address]
        if self.spared and line and self.shares.now - line[0].start <= SELDOM:
            asyncio.get_running_loop().call_later(max(PAUSE * (time.monotonic() - began), LEAST_PAUSE), self._next, address)
        else:
            self._next(address)

    def _next(self, address: str) -> None:
        line = self.lines.pop(address)
        while line and line[0].gone:
            heapq.heappop(line)
        if line:
            self._begin(heapq.heappop(line), address, line)

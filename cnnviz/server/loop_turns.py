"""Fair turns in the event loop: requests of one connection or address do not delay those of others."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.server.fair_queue import FairQueue, Ticket
from cnnviz.server.rate_limits import Rate, counted

CREDIT = 20.0
"""Head start, in requests, of a connection that uses less than its share."""
PRIORITY_THRESHOLD = CREDIT / 4
"""Number of requests below its share that give a connection priority."""
REST, LEAST_REST, MOST_REST = 8.0, 0.001, 0.02
"""Rest before the next turn of lower priority: as a multiple of the last turn, and its limits in seconds (uvloop's
timers have a resolution of 1 ms)."""

NEW, EACH_NEW = 100, 0.1
"""Token bucket of new connections per address: a burst, and the seconds until one more. New connections have
priority."""
NEW_PAUSE = 0.1
"""Seconds that count as the pause before a connection's first request."""
KNOWN = 10_000
"""Number of connections whose last request or response is remembered."""

Turn = Ticket[asyncio.Future[None]]


class TurnQueue:
    """Queue that begins one request per pass of the event loop, round-robin over addresses; within an address, the
    connection with the fewest requests is first."""

    def __init__(self, begin: Callable[[Turn], None], spares: Callable[[], int]) -> None:
        """`spares` returns the number of requests with priority over this queue. If there are any, the queue rests
        after each turn."""
        self.begin, self.spares = begin, spares
        self.waiting: dict[str, list[Turn]] = {}
        self.free = True

    def add(self, ticket: Turn, address: str) -> None:
        heapq.heappush(self.waiting.setdefault(address, []), ticket)
        if self.free:
            self._begin_next()

    def _begin_next(self) -> None:
        self.free = True
        while self.free and self.waiting:
            address = next(iter(self.waiting))
            tickets = self.waiting.pop(address)
            ticket = heapq.heappop(tickets)
            if tickets:
                self.waiting[address] = tickets  # move the address to the end of the round
            if not ticket.gone:
                self.free = False
                self.begin(ticket)
                asyncio.get_running_loop().call_soon(self._schedule_next, time.monotonic())

    def _schedule_next(self, start: float) -> None:
        """Schedule the next request, after this pass of the event loop or after a rest."""
        if self.spares():
            delay = min(max(REST * (time.monotonic() - start), LEAST_REST), MOST_REST)
            asyncio.get_running_loop().call_later(delay, self._begin_next)
        else:
            self._begin_next()


class Turns:
    """Begin one request in each pass of the event loop, and beside it one of an infrequent connection and one of a
    session.

    A response takes several passes of the event loop. If sixty responses of one millisecond share a pass, each takes
    sixty milliseconds. Short passes are therefore fast for everybody, even for a class that shares an address with a
    flood. Threads compute beside the event loop: while a request of an infrequent connection is under way, all others
    leave them up to eight ninths of the time. A new connection is infrequent, unless its address has too many new
    ones. `under_way` counts requests by address, `answered` all requests, and `spared` those of infrequent
    connections.

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
        self.last_times: LruCache[str, float] = LruCache(KNOWN)
        self.seldom = TurnQueue(self._begin, lambda: 0)
        self.often = TurnQueue(self._begin, lambda: self.spared)
        self.sessions = TurnQueue(self._begin, lambda: self.spared + self.answered)
        self.under_way: Counter[str] = Counter()
        self.spared = self.answered = 0

    @asynccontextmanager
    async def turn(self, connection: str, address: str, of_session: bool = False) -> AsyncIterator[float]:
        """Wait for a turn, and count the request as under way inside the context. Yield the seconds since the
        connection's last response."""
        last_time = self.last_times.get(connection)
        is_new = last_time is None and not of_session and self.new.take(address)
        pause = NEW_PAUSE if is_new else 0.0 if last_time is None else time.monotonic() - last_time
        # of many requests at once, as through a proxy, only the first had a pause
        self.last_times.put(connection, time.monotonic())
        is_infrequent = not of_session and (is_new or self.is_infrequent(connection))
        ticket = self.shares.create_ticket(asyncio.get_running_loop().create_future(), connection, 1.0)
        self.spared += is_infrequent
        self.answered += not of_session
        try:
            with counted(self.under_way, address):
                (self.seldom if is_infrequent else self.sessions if of_session else self.often).add(ticket, address)
                await ticket.item
                yield pause
        finally:
            self.spared -= is_infrequent
            self.answered -= not of_session
            self.last_times.put(connection, time.monotonic())
            if not ticket.gone:  # the client disconnected before its turn
                self.shares.done(ticket, 0.0)

    def is_infrequent(self, connection: str) -> bool:
        """Return whether a connection has used less than its share."""
        asker = self.shares.askers.get(connection)
        return asker is not None and self.shares.now - asker.last > PRIORITY_THRESHOLD

    def _begin(self, ticket: Turn) -> None:
        self.shares.done(ticket, 1.0)
        if not ticket.item.done():  # cancelled if the client disconnected in this pass
            ticket.item.set_result(None)

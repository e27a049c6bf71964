"""A fair queue for jobs: short jobs run first, heavy clients wait longest, and no job starves.

The algorithm combines start-time and self-clocked fair queueing, with a credit as in Linux' CFS. A job gets its virtual
finish time when it arrives:

    finish = max(now - credit, last[who]) + seconds · price

`who` is a connection, and `last[who]` the finish time of its previous job. `now` is the virtual time. When a job is done,
`now` advances by `seconds · price`, divided by the number of connections that have jobs here, but never past the latest
finish time of a completed job. Otherwise a connection that always has a job queued would gain credit between a response
and its next request. Since finish times are fixed on arrival, waiting jobs need no aging and no comparison reads a clock.

Many clients may share one address, and so may a flood. If an address has more than ORDINARY_JOBS jobs here, the price of
each new one grows in proportion. Connections that pause between a response and the next request are counted separately,
with a limit of PAUSING_JOBS, and do not pay for earlier jobs. A flood can pause, too, so a pause gives no priority over
other connections, and the credit is small. Otherwise clients with credit could keep all others waiting.
"""

import heapq
import itertools
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")

CREDIT = 0.02
"""Head start, in seconds of virtual time, of a connection that uses less than its share."""
ORDINARY_JOBS, PAUSING_JOBS = 4, 16
"""Number of jobs per address at the base price: from connections that do not pause, and from the ones that do."""
MAX_PRICE = 20.0
"""Upper limit of the price of a job."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.075, 0.5
"""Shortest gap between a response and the next request that counts as a pause, and the cap on longer ones, in
seconds."""
KEPT_PAUSE = 0.5
"""Share of a pause that carries over to the next request: on a busy server, a client may have no time to pause again.
"""
MIN_PURGE_SIZE = 100
"""Number of entries that may stay in the heap even if all of them are gone."""


@dataclass
class ConnectionState:
    """State of one connection: the virtual finish time of its last job, and its decayed pause in seconds."""

    last: float
    pause: float = 0.0


@dataclass(order=True)
class Ticket(Generic[Item]):
    """Position of one job in the queue, ordered by `finish` and then by arrival (`number`). `gone` marks a job that
    is done or dropped; the queue skips it."""

    finish: float
    number: int
    item: Item = field(compare=False)
    who: str = field(compare=False)
    asker: ConnectionState = field(compare=False)
    start: float = field(compare=False)
    seconds: float = field(compare=False)
    price: float = field(compare=False)
    price_group: str = field(compare=False)
    gone: bool = field(default=False, compare=False)


class TicketHeap(Generic[Item]):
    """Priority queue of tickets. Gone ones are purged, so that clients that queue and leave cannot make it grow."""

    def __init__(self) -> None:
        self.tickets: list[Ticket[Item]] = []
        self.purge_size = MIN_PURGE_SIZE

    def add(self, new_ticket: Ticket[Item]) -> None:
        """Insert a ticket. Purge gone ones first if the heap is full."""
        if len(self.tickets) >= self.purge_size:
            self.tickets = sorted(ticket for ticket in self.tickets if not ticket.gone)
            self.purge_size = 2 * len(self.tickets) + MIN_PURGE_SIZE
        heapq.heappush(self.tickets, new_ticket)

    def first(self) -> Ticket[Item] | None:
        """Return the next ticket without removing it, or None if none is waiting."""
        while self.tickets and self.tickets[0].gone:
            heapq.heappop(self.tickets)
        return self.tickets[0] if self.tickets else None

    def take(self) -> Ticket[Item] | None:
        """Remove and return the next ticket, or None if none is waiting."""
        return heapq.heappop(self.tickets) if self.first() else None


class FairQueue(Generic[Item]):
    """Fair queue over many connections, of which it remembers the `known` most recent ones. It uses neither threads
    nor a clock.

    >>> queue: FairQueue[str] = FairQueue()
    >>> for item, who, seconds in (("film", "a", 1.2), ("film 2", "a", 1.2), ("step", "b", 0.01)):
    ...     place = queue.add(item, who, seconds)
    >>> [queue.take().item for _ in range(3)]
    ['step', 'film', 'film 2']
    """

    def __init__(self, known: int = 10_000, credit: float = CREDIT):
        self.known, self.credit = known, credit
        self.now = self.furthest = 0.0
        self.askers: OrderedDict[str, ConnectionState] = OrderedDict()
        self.waiting: TicketHeap[Item] = TicketHeap()
        self.active: Counter[str] = Counter()
        self.group_sizes: Counter[str] = Counter()
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return sum(not ticket.gone for ticket in self.waiting.tickets)

    def add(self, item: Item, who: str, seconds: float, address: str = "", pause: float = 0.0) -> Ticket[Item]:
        """Queue a job of about `seconds` for the connection `who` of an address, after a pause in seconds. Return its
        ticket."""
        ticket = self.create_ticket(item, who, seconds, address, pause)
        self.waiting.add(ticket)
        return ticket

    def create_ticket(self, item: Item, who: str, seconds: float, address: str = "", pause: float = 0.0) -> Ticket[Item]:
        """Return a ticket for a job without queueing it, for callers that order tickets themselves. The job counts
        until `done` is called."""
        asker = self._asker(who)
        asker.pause = max(asker.pause * KEPT_PAUSE, min(LONGEST_PAUSE, pause))
        is_pausing, group = asker.pause >= SHORTEST_PAUSE, address or who
        start, base_count = max(self.now - self.credit, asker.last), ORDINARY_JOBS
        if is_pausing:
            start, base_count, group = min(start, self.now), PAUSING_JOBS, f"{group} pausing"
        self.group_sizes[group] += 1
        price = min(max(1.0, self.group_sizes[group] / base_count), MAX_PRICE)
        ticket = Ticket(start + seconds * price, next(self._numbers), item, who, asker, start, seconds, price, group)
        asker.last = ticket.finish
        self.active[who] += 1
        return ticket

    def first(self) -> Ticket[Item] | None:
        """Return the next ticket without removing it, or None if none is waiting."""
        return self.waiting.first()

    def take(self) -> Ticket[Item] | None:
        """Remove and return the next ticket, or None if none is waiting."""
        return self.waiting.take()

    def set_estimate(self, ticket: Ticket[Item], seconds: float) -> None:
        """Set the estimated seconds of a job that is not waiting, and move its finish time accordingly."""
        ticket.asker.last += (seconds - ticket.seconds) * ticket.price
        ticket.seconds, ticket.finish = seconds, ticket.start + seconds * ticket.price

    def requeue(self, ticket: Ticket[Item]) -> None:
        """Requeue a job that was taken and has not ended. Its position reflects its estimated total cost."""
        self.waiting.add(ticket)

    def done(self, ticket: Ticket[Item], seconds: float) -> None:
        """Charge the seconds that a job really took and advance the virtual time. Also removes a job that is still
        waiting."""
        self.set_estimate(ticket, seconds)
        self.furthest = max(self.furthest, ticket.finish)
        self.now = max(self.now, min(self.now + seconds * ticket.price / len(self.active), self.furthest))
        for counter, key in ((self.active, ticket.who), (self.group_sizes, ticket.price_group)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        ticket.gone = True

    def _asker(self, who: str) -> ConnectionState:
        asker = self.askers[who] = self.askers.pop(who) if who in self.askers else ConnectionState(self.now)
        while len(self.askers) > self.known:
            self.askers.popitem(last=False)
        return asker

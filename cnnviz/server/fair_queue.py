"""A queue of work in fair turns: the short goes first, those who ask for much wait longest, and everything has its turn.

Start-time and self-clocked fair queueing, with credit as in Linux' CFS. A job's place is fixed when it comes:

    finish = max(now - credit, last[who]) + seconds · price        now: virtual, goes on as work is done, shared by those who have some

so that what waits grows older by itself, and no comparison looks at a clock. `now` goes no further than the furthest job that is
done: else those who always have one would gain credit in the moments between an answer and what they ask next. `who` is a connection.

A class may share one address, and so may a flood: of an address that has more than ORDINARY_JOBS jobs here each counts as that many more.
Those who look at an answer before they ask again count by themselves, PAUSING_JOBS at once, and owe nothing for what they had before.
A flood may pause, too. So nobody is put before others for it, and the credit is small: else those that have it could keep all others waiting.
"""

import heapq
import itertools
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")

CREDIT = 0.02
"""Seconds that somebody who asks for less than their share has ahead of who asks for as much as there is."""
ORDINARY_JOBS, PAUSING_JOBS = 4, 16
"""Jobs of one address that each count once: of those who ask without a pause, and of those who make one."""
MOST_PRICE = 20.0
"""As how many jobs one counts at the most."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.075, 0.5
"""Seconds between an answer and the next question that are a pause, and that count at the most."""
KEPT_PAUSE = 0.5
"""The part of a pause that still counts at the question after: others' work may leave no time for another."""
FEW = 100
"""Places that are kept though all of them may be gone."""


@dataclass
class Asker:
    """The end of somebody's jobs in virtual time, and what is left of their pauses."""

    last: float
    pause: float = 0.0


@dataclass(order=True)
class Place(Generic[Item]):
    """The place of one job: jobs are taken by their `finish`, and of equals the first that came."""

    finish: float
    number: int
    item: Item = field(compare=False)
    who: str = field(compare=False)
    asker: Asker = field(compare=False)
    start: float = field(compare=False)
    seconds: float = field(compare=False)
    price: float = field(compare=False)
    crowd: str = field(compare=False)
    gone: bool = field(default=False, compare=False)


class Waiting(Generic[Item]):
    """Places in order. Of those that are gone never many more are kept than of the others, however often somebody asks and leaves."""

    def __init__(self) -> None:
        self.places: list[Place[Item]] = []
        self.most = FEW

    def add(self, place: Place[Item]) -> None:
        """Puts it in order."""
        if len(self.places) >= self.most:
            self.places = sorted(one for one in self.places if not one.gone)
            self.most = 2 * len(self.places) + FEW
        heapq.heappush(self.places, place)

    def first(self) -> Place[Item] | None:
        """Whose turn it is, without taking it."""
        while self.places and self.places[0].gone:
            heapq.heappop(self.places)
        return self.places[0] if self.places else None

    def take(self) -> Place[Item] | None:
        """Takes the next one; None where there is none."""
        return heapq.heappop(self.places) if self.first() else None


class FairQueue(Generic[Item]):
    """Jobs of many, of whom the last `known` who had some are remembered. Nothing here knows of threads or of time.

    >>> queue: FairQueue[str] = FairQueue()
    >>> for item, who, seconds in (("film", "a", 1.2), ("film 2", "a", 1.2), ("step", "b", 0.01)):
    ...     place = queue.add(item, who, seconds)
    >>> [queue.take().item for _ in range(3)]
    ['step', 'film', 'film 2']
    """

    def __init__(self, known: int = 10_000, credit: float = CREDIT):
        self.known, self.credit = known, credit
        self.now = self.furthest = 0.0
        self.askers: OrderedDict[str, Asker] = OrderedDict()
        self.waiting: Waiting[Item] = Waiting()
        self.active: Counter[str] = Counter()
        self.price_group_of: Counter[str] = Counter()
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return sum(not place.gone for place in self.waiting.places)

    def add(self, item: Item, who: str, seconds: float, address: str = "", pause: float = 0.0) -> Place[Item]:
        """A place in the queue for a job of about so many seconds, which one connection of an address asks for after a pause."""
        place = self.place(item, who, seconds, address, pause)
        self.waiting.add(place)
        return place

    def place(self, item: Item, who: str, seconds: float, address: str = "", pause: float = 0.0) -> Place[Item]:
        """The same, for those who keep places in order themselves: the job counts here until it is said to be `done`."""
        asker = self._asker(who)
        asker.pause = max(asker.pause * KEPT_PAUSE, min(LONGEST_PAUSE, pause))
        pauses, crowd = asker.pause >= SHORTEST_PAUSE, address or who
        start, few = max(self.now - self.credit, asker.last), ORDINARY_JOBS
        if pauses:
            start, few, crowd = min(start, self.now), PAUSING_JOBS, f"{crowd} pausing"
        self.price_group_of[crowd] += 1
        price = min(max(1.0, self.price_group_of[crowd] / few), MOST_PRICE)
        place = Place(start + seconds * price, next(self._numbers), item, who, asker, start, seconds, price, crowd)
        asker.last = place.finish
        self.active[who] += 1
        return place

    def first(self) -> Place[Item] | None:
        """Whose turn it is, without taking it."""
        return self.waiting.first()

    def take(self) -> Place[Item] | None:
        """Takes the next job; None where there is none."""
        return self.waiting.take()

    def expect(self, place: Place[Item], seconds: float) -> None:
        """Corrects what a job that was taken is expected to take."""
        place.asker.last += (seconds - place.seconds) * place.price
        place.seconds, place.finish = seconds, place.start + seconds * place.price

    def back(self, place: Place[Item]) -> None:
        """Puts a job back that was taken and has not ended; its place follows from what it is expected to take in all."""
        self.waiting.add(place)

    def done(self, place: Place[Item], seconds: float) -> None:
        """Counts what a job took in truth, whether it was taken or is to be left out; virtual time goes on by it."""
        self.expect(place, seconds)
        self.furthest = max(self.furthest, place.finish)
        self.now = max(self.now, min(self.now + seconds * place.price / len(self.active), self.furthest))
        for counter, one in ((self.active, place.who), (self.price_group_of, place.crowd)):
            counter[one] -= 1
            if not counter[one]:
                del counter[one]
        place.gone = True

    def _asker(self, who: str) -> Asker:
        asker = self.askers[who] = self.askers.pop(who) if who in self.askers else Asker(self.now)
        while len(self.askers) > self.known:
            self.askers.popitem(last=False)
        return asker

"""Admission of work: works are counted, and of expensive ones the seconds that they will take."""

from collections import Counter
from typing import Any

from cnnviz.server.job import EXPENSIVE, Busy, Job

SECONDS, SECONDS_EACH = 120.0, 30.0
"""Seconds of expensive works that may be asked for at a time, of all and of one visitor: a class of a hundred, each near update 1,000, waits; who asks for
many long films is told to come again."""


class Admission:
    """At most `most` works in all and `most_each` that one visitor was the first to ask for; `each_takes` is about how long one takes.

    Of expensive ones there may be as many as take `seconds` together, and `seconds_each` of one visitor, or one that is longer. Those
    that are longer do not count: they come later (FairQueue), and who shares an address with them is not refused for it.
    """

    def __init__(self, most: int, most_each: int, each_takes: float = 1.0, seconds: float = SECONDS, seconds_each: float = SECONDS_EACH) -> None:
        self.most, self.most_each, self.each_takes = most, most_each, each_takes
        self.seconds, self.seconds_each = seconds, seconds_each
        self.works: Counter[str] = Counter()
        self.expensive: set[Job[Any]] = set()

    @property
    def short(self) -> int:
        """The number of works that are not expensive."""
        return self.works.total() - len(self.expensive)

    def admit(self, visitor: str, seconds: float) -> None:
        """Raises Busy where one more work of a visitor, of so many seconds, is too much."""
        if self.works.total() >= self.most or self.works[visitor] >= self.most_each:
            raise Busy(1 + round(self.works.total() * self.each_takes))
        if seconds > EXPENSIVE:
            self._admit_dear(visitor, seconds)

    def add(self, job: Job[Any]) -> None:
        """Counts a work, until it is left."""
        self.works[job.visitor] += 1

    def charge(self, job: Job[Any], seconds: float, checked: bool = True) -> None:
        """Counts a work as an expensive one of so many seconds, unless it counts as one of more. Raises Busy where that is too much."""
        if seconds <= job.charged:
            return
        if checked:
            self._admit_dear(job.visitor, seconds, job)
        job.charged = seconds
        self.expensive.add(job)

    def leave(self, job: Job[Any]) -> None:
        """Takes account of a work that has ended."""
        self.works -= Counter({job.visitor: 1})
        self.expensive.discard(job)

    def _admit_dear(self, visitor: str, seconds: float, but: Job[Any] | None = None) -> None:
        before = [job for job in self.expensive if job is not but and job.charged <= seconds]
        total = sum(job.charged for job in before)
        own = sum(job.charged for job in before if job.visitor == visitor)
        if own and own + seconds > self.seconds_each:
            raise Busy(1 + round(own))
        if total and total + seconds > self.seconds:
            raise Busy(1 + round(total))

"""Admission control: limits the number of jobs, and the estimated seconds of expensive ones."""

from collections import Counter
from typing import Any

from cnnviz.server.job import EXPENSIVE, Busy, Job

SECONDS, SECONDS_EACH = 120.0, 30.0
"""Limits on the estimated seconds of expensive jobs: of all visitors, and of one. A class of a hundred near update
1,000 waits; a visitor who requests many long recordings is told to retry later."""


class Admission:
    """Accept at most `most` jobs in total and `most_each` per visitor. `each_takes` is the typical duration of a job in
    seconds.

    Expensive jobs may take `seconds` together and `seconds_each` per visitor, or there may be a single longer one.
    Only jobs that are no longer than the new one count against it: longer ones run later anyway (FairQueue).
    """

    def __init__(self, most: int, most_each: int, each_takes: float = 1.0, seconds: float = SECONDS, seconds_each: float = SECONDS_EACH) -> None:
        self.most, self.most_each, self.each_takes = most, most_each, each_takes
        self.seconds, self.seconds_each = seconds, seconds_each
        self.works: Counter[str] = Counter()
        self.expensive: set[Job[Any]] = set()

    @property
    def cheap_count(self) -> int:
        """Number of cheap jobs."""
        return self.works.total() - len(self.expensive)

    def admit(self, visitor: str, seconds: float) -> None:
        """Raise Busy if one more job of this visitor, with an estimated cost in seconds, would exceed a limit."""
        if self.works.total() >= self.most or self.works[visitor] >= self.most_each:
            raise Busy(1 + round(self.works.total() * self.each_takes))
        if seconds > EXPENSIVE:
            self._admit_expensive(visitor, seconds)

    def add(self, job: Job[Any]) -> None:
        """Count a job until `leave` is called for it."""
        self.works[job.visitor] += 1

    def charge(self, job: Job[Any], seconds: float, checked: bool = True) -> None:
        """Charge an expensive job with its estimated seconds, unless it is charged with more. If `checked`, raise
        Busy if that exceeds a limit."""
        if seconds <= job.charged:
            return
        if checked:
            self._admit_expensive(job.visitor, seconds, job)
        job.charged = seconds
        self.expensive.add(job)

    def leave(self, job: Job[Any]) -> None:
        """Stop counting a job that has ended."""
        self.works -= Counter({job.visitor: 1})
        self.expensive.discard(job)

    def _admit_expensive(self, visitor: str, seconds: float, excluded: Job[Any] | None = None) -> None:
        counted_jobs = [job for job in self.expensive if job is not excluded and job.charged <= seconds]
        total_seconds = sum(job.charged for job in counted_jobs)
        visitor_seconds = sum(job.charged for job in counted_jobs if job.visitor == visitor)
        if visitor_seconds and visitor_seconds + seconds > self.seconds_each:
            raise Busy(1 + round(visitor_seconds))
        if total_seconds and total_seconds + seconds > self.seconds:
            raise Busy(1 + round(total_seconds))

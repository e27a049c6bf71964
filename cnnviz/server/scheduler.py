"""Scheduling order of jobs: the shortest first, even before one that has begun, and few expensive ones at a time."""

from typing import Generic

from cnnviz.server.fair_queue import FairQueue, Ticket, TicketHeap
from cnnviz.server.job import Job, Result

UNDER_WAY, MOST_UNDER_WAY = 3, 6
"""Number of expensive jobs that may be under way, and the same number including jobs that are shorter than all of
these. Others wait without a thread."""


class Scheduler(Generic[Result]):
    """At most `at_once` running jobs, the jobs that wait for a turn, and the expensive jobs that are held back.

    It uses neither threads nor futures.
    """

    def __init__(self, at_once: int, under_way: int = UNDER_WAY, most_under_way: int = MOST_UNDER_WAY) -> None:
        self.at_once, self.max_expensive, self.max_expensive_and_shorter = at_once, under_way, most_under_way
        self.turns: FairQueue[Job[Result]] = FairQueue()
        self.held_back: TicketHeap[Job[Result]] = TicketHeap()
        self.running: set[Job[Result]] = set()
        self.under_way: set[Job[Result]] = set()

    def take(self) -> Job[Result] | None:
        """Remove and return the next job, or None if nothing more may run now."""
        if len(self.running) >= self.at_once:
            return None
        held_back_ticket, first_ticket = self._held_back(), self.turns.first()
        if held_back_ticket and (first_ticket is None or held_back_ticket < first_ticket) and not self._has_shorter_running(held_back_ticket):
            self.held_back.take()
            self.under_way.add(held_back_ticket.item)
            return held_back_ticket.item
        if first_ticket is None or (first_ticket.item.begun and self._has_shorter_running(first_ticket)):
            return None
        self.turns.take()
        return first_ticket.item

    def requeue(self, job: Job[Result]) -> None:
        """Requeue a job that was taken and has not begun."""
        self.under_way.discard(job)
        self._wait(job)

    def merge_duplicate(self, job: Job[Result], connection: str, visitor: str, pause: float) -> None:
        """Merge a duplicate request into a queued job, which keeps the earlier position."""
        ticket = self.turns.create_ticket(job, connection, job.ticket.seconds, visitor, pause)
        if ticket < job.ticket:
            job.ticket, ticket = ticket, job.ticket
            self._wait(job)
        self.turns.done(ticket, 0.0)

    def remove(self, job: Job[Result]) -> None:
        """Remove a job that has ended."""
        self.running.discard(job)
        self.under_way.discard(job)
        self.turns.done(job.ticket, job.used)
        del job.ticket  # break the reference cycle: garbage collection would pause all threads

    def must_yield(self, job: Job[Result]) -> bool:
        """Return whether a shorter job is running or waiting."""
        candidates = (self.turns.first(), self._held_back())
        return self._has_shorter_running(job.ticket) or any(ticket and ticket < job.ticket for ticket in candidates)

    def _wait(self, job: Job[Result]) -> None:
        (self.held_back if job.charged else self.turns.waiting).add(job.ticket)

    def _held_back(self) -> Ticket[Job[Result]] | None:
        """Return the ticket of the first held-back job that may begin, because few expensive jobs, or only longer ones,
        are under way. None if there is none."""
        first_ticket = self.held_back.first()
        if first_ticket is None or len(self.under_way) >= self.max_expensive_and_shorter:
            return None
        return first_ticket if len(self.under_way) < self.max_expensive or all(first_ticket < job.ticket for job in self.under_way) else None

    def _has_shorter_running(self, ticket: Ticket[Job[Result]]) -> bool:
        """Return whether a shorter job is running, since concurrent computations slow each other down."""
        return any(job.ticket < ticket for job in self.running if job.ticket is not ticket)

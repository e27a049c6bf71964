"""The order of works: the shortest first, also before one that has been begun, and few expensive ones at a time."""

from typing import Generic

from cnnviz.server.fair_queue import FairQueue, Place, Waiting
from cnnviz.server.job import Job, Result

UNDER_WAY, MOST_UNDER_WAY = 3, 6
"""Dear works that may have been begun, and with those that are shorter than all of them; the others wait without holding anything."""


class Scheduler(Generic[Result]):
    """At most `at_once` works that are `running`, those that wait for a turn, and the expensive ones that are held back until few are under way.

    Nothing here knows of threads or of who waits for a work.
    """

    def __init__(self, at_once: int, under_way: int = UNDER_WAY, most_under_way: int = MOST_UNDER_WAY) -> None:
        self.at_once, self.most_dear, self.most_dear_and_shorter = at_once, under_way, most_under_way
        self.turns: FairQueue[Job[Result]] = FairQueue()
        self.held_back: Waiting[Job[Result]] = Waiting()
        self.running: set[Job[Result]] = set()
        self.under_way: set[Job[Result]] = set()

    def take(self) -> Job[Result] | None:
        """Takes the work whose turn it is, if one more may go on beside what is running."""
        if len(self.running) >= self.at_once:
            return None
        held_back, first = self._held_back(), self.turns.first()
        if held_back and (first is None or held_back < first) and not self._in_the_way(held_back):
            self.held_back.take()
            self.under_way.add(held_back.item)
            return held_back.item
        if first is None or (first.item.begun and self._in_the_way(first)):
            return None
        self.turns.take()
        return first.item

    def put_off(self, job: Job[Result]) -> None:
        """Has a work that was taken, and not begun, wait for its turn again."""
        self.under_way.discard(job)
        self._wait(job)

    def ask_again(self, job: Job[Result], connection: str, visitor: str, pause: float) -> None:
        """Somebody else asks for a work that was not begun, too: it has the better of both places."""
        place = self.turns.place(job, connection, job.place.seconds, visitor, pause)
        if place < job.place:
            job.place, place = place, job.place
            self._wait(job)
        self.turns.done(place, 0.0)

    def over(self, job: Job[Result]) -> None:
        """It has ended."""
        self.running.discard(job)
        self.under_way.discard(job)
        self.turns.done(job.place, job.used)
        del job.place  # which knows the job: as a ring both would stay until garbage is collected, and everybody waits for that

    def is_anothers_turn(self, job: Job[Result]) -> bool:
        """Tells whether something shorter is being worked at or waits."""
        waiting = (self.turns.first(), self._held_back())
        return self._in_the_way(job.place) or any(other and other < job.place for other in waiting)

    def _wait(self, job: Job[Result]) -> None:
        (self.held_back if job.charged else self.turns.waiting).add(job.place)

    def _held_back(self) -> Place[Job[Result]] | None:
        """The first of the expensive ones that have not been begun, where few are under way, or only longer ones."""
        first = self.held_back.first()
        if first is None or len(self.under_way) >= self.most_dear_and_shorter:
            return None
        return first if len(self.under_way) < self.most_dear or all(first < job.place for job in self.under_way) else None

    def _in_the_way(self, place: Place[Job[Result]]) -> bool:
        """Tells whether something shorter is being worked at: two threads that compute hinder each other."""
        return any(job.place < place for job in self.running if job.place is not place)

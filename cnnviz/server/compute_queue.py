"""Work that anybody may ask for, bounded: done once for all who ask the same, outside the event loop, and in turns.

Who asks does so in the event loop; the work is done in threads (workers.py), few at a time. What both touch is behind one lock.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic

from cnnviz.server.admission import Admission
from cnnviz.server.job import EXPENSIVE, CostEstimate, Job, Result
from cnnviz.server.scheduler import Scheduler
from cnnviz.server.waiting import done
from cnnviz.server.workers import ASIDE, Workers


class ComputeQueue(Generic[Result]):
    """At most `at_once` works at a time, and as many asked for as `admission` allows.

    They take fair turns (FairQueue): the shortest goes first, also before one that has been begun, which waits at its
    next look until it is its turn again. What a work has had is counted in its thread's own time, by `clock`: others'
    work beside it makes it no longer.

    If the threads only wait for other processes, `preemptive` is False: work that was begun waits for no other. Then at most
    `dear` of the works are expensive ones.
    """

    def __init__(
        self, at_once: int, admission: Admission, clock: Callable[[], float] = time.thread_time, preemptive: bool = True, expensive: int | None = None
    ) -> None:
        self.jobs: dict[Hashable, Job[Result]] = {}
        self.admission = admission
        self.scheduler: Scheduler[Result] = Scheduler(at_once) if expensive is None else Scheduler(at_once, expensive, expensive)
        self.workers = Workers(self.scheduler, admission, clock, self._over, ASIDE if preemptive else 0)
        self.lock = self.workers.lock
        self.idle = threading.Condition(self.lock)

    async def get(
        self, name: Hashable, visitor: str, work: Callable[[], Result], connection: str = "", expected: CostEstimate | None = None, pause: float = 0.0
    ) -> Result:
        """The result of `work`; the same name is worked on once, in the best place of all who ask. Raises Busy where too much is asked for.

        A cancelled request no longer waits; work that no request waits for is ended.
        """
        with self.lock:
            job = self.jobs.get(name)
            if job is None or job.given_up:
                job = Job(name, visitor, work, expected or CostEstimate())
                self.admission.admit(visitor, job.expected.seconds() if job.expected.known else 0.0)  # else it is looked at first
                self._add(job, connection or visitor, pause)
            elif not job.begun:
                self.scheduler.ask_again(job, connection or visitor, visitor, pause)
            job.waiting += 1
        try:
            await done(job.future)
            return job.future.result()
        finally:
            with self.lock:
                job.waiting -= 1
                if not job.waiting and not job.future.done():
                    self._give_up(job)
            del job  # an error's traceback knows this frame, and the job knows the error

    def yield_to_requests(self, at_most: float) -> None:
        """Waits, in a thread of work beside this, while there is something short to do here, so many seconds at most."""
        with self.idle:
            if self.admission.short:
                self.idle.wait(at_most)

    def _add(self, job: Job[Result], connection: str, pause: float) -> None:
        self.jobs[job.name] = job
        self.admission.add(job)
        seconds = job.expected.seconds()
        job.place = self.scheduler.turns.add(job, connection, seconds, job.visitor, pause)
        if job.expected.known and seconds > EXPENSIVE:
            self.admission.charge(job, seconds, checked=False)  # `admit` has
        self.workers.go_on()

    def _give_up(self, job: Job[Result]) -> None:
        job.given_up = True
        if job.begun:
            job.go.set()  # it ends when it looks
        else:
            self._over(job)
            job.future.cancel()

    def _over(self, job: Job[Result]) -> None:
        self.scheduler.over(job)
        self.admission.leave(job)
        if self.jobs.get(job.name) is job:
            del self.jobs[job.name]
        if not self.admission.short:
            self.idle.notify_all()

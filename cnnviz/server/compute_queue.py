"""Bounded queue of computations: identical requests share one job, which runs in a thread and in fair order.

Requests wait in the event loop; a few threads run the jobs (workers.py). One lock protects the state that both use.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic

from cnnviz.server.admission import Admission
from cnnviz.server.job import EXPENSIVE, CostEstimate, Job, Result
from cnnviz.server.scheduler import Scheduler
from cnnviz.server.waiting import wait_for_thread
from cnnviz.server.workers import MAX_PAUSED, Workers


class ComputeQueue(Generic[Result]):
    """Run at most `at_once` jobs at a time, and accept as many as `admission` allows.

    The order is that of FairQueue: the shortest job runs first, even before one that has begun, which pauses at its
    next cancellation point. `clock` measures a job's time in its own thread, so that other threads do not add to it.

            Pass `preemptive=False` if the threads only wait for other processes: jobs that have begun are then not
            paused. `expensive` limits the number of expensive jobs under way.
    """

    def __init__(
        self, at_once: int, admission: Admission, clock: Callable[[], float] = time.thread_time, preemptive: bool = True, expensive: int | None = None
    ) -> None:
        self.jobs: dict[Hashable, Job[Result]] = {}
        self.admission = admission
        self.scheduler: Scheduler[Result] = Scheduler(at_once) if expensive is None else Scheduler(at_once, expensive, expensive)
        self.workers = Workers(self.scheduler, admission, clock, self._on_job_end, MAX_PAUSED if preemptive else 0)
        self.lock = self.workers.lock
        self.idle = threading.Condition(self.lock)

    async def get(
        self, name: Hashable, visitor: str, work: Callable[[], Result], connection: str = "", expected: CostEstimate | None = None, pause: float = 0.0
    ) -> Result:
        """Return the result of `work`. Requests with the same name share one job, in the best position of any of
        them. Raise Busy if a limit is exceeded.

        A job ends early when all requests that wait for it are cancelled.
        """
        with self.lock:
            job = self.jobs.get(name)
            if job is None or job.given_up:
                job = Job(name, visitor, work, expected or CostEstimate())
                # unknown costs are charged once estimated
                self.admission.admit(visitor, job.expected.seconds() if job.expected.known else 0.0)
                self._add(job, connection or visitor, pause)
            elif not job.begun:
                self.scheduler.merge_duplicate(job, connection or visitor, visitor, pause)
            job.waiting += 1
        try:
            await wait_for_thread(job.future)
            return job.future.result()
        finally:
            with self.lock:
                job.waiting -= 1
                if not job.waiting and not job.future.done():
                    self._cancel(job)
            del job  # break a reference cycle: an error's traceback refers to this frame, and the job to the error

    def yield_to_requests(self, at_most: float) -> None:
        """Wait, in a thread of another computation, until no cheap job is queued or running here, for `at_most`
        seconds at most."""
        with self.idle:
            if self.admission.cheap_count:
                self.idle.wait(at_most)

    def _add(self, job: Job[Result], connection: str, pause: float) -> None:
        self.jobs[job.name] = job
        self.admission.add(job)
        seconds = job.expected.seconds()
        job.ticket = self.scheduler.turns.add(job, connection, seconds, job.visitor, pause)
        if job.expected.known and seconds > EXPENSIVE:
            self.admission.charge(job, seconds, checked=False)  # `admit` has checked it
        self.workers.go_on()

    def _cancel(self, job: Job[Result]) -> None:
        job.given_up = True
        if job.begun:
            job.go.set()  # wake the job, so that it reaches a cancellation point
        else:
            self._on_job_end(job)
            job.future.cancel()

    def _on_job_end(self, job: Job[Result]) -> None:
        self.scheduler.remove(job)
        self.admission.leave(job)
        if self.jobs.get(job.name) is job:
            del self.jobs[job.name]
        if not self.admission.cheap_count:
            self.idle.notify_all()

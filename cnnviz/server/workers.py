"""Worker threads. Cancellation points check whether a job is still needed and whether it must yield to another."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Generic

from cnnviz.core.runtime.lru_cache import owned_by
from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.server.admission import Admission
from cnnviz.server.job import EXPENSIVE, Busy, Job, Result
from cnnviz.server.scheduler import Scheduler

PATIENCE = 30.0
"""CPU time limit of a job in seconds."""
MAX_PAUSED = 30
"""Maximum number of threads with paused jobs."""
SLICE = 0.002
"""Shortest time, in seconds, that a job runs before it yields to a shorter one."""


class Workers(Generic[Result]):
    """Threads that run the scheduler's jobs and call `over` when one ends. `clock` measures the time of a job in its
    own thread."""

    def __init__(
        self, scheduler: Scheduler[Result], admission: Admission, clock: Callable[[], float], over: Callable[[Job[Result]], None],
        most_aside: int = MAX_PAUSED,
    ) -> None:  # fmt: skip
        self.scheduler, self.admission, self.clock, self.over, self.most_aside = scheduler, admission, clock, over, most_aside
        self.threads = ThreadPoolExecutor(scheduler.at_once + 2 * MAX_PAUSED, "numbers")
        self.lock = threading.Lock()
        self.waiting_elsewhere = 0

    def go_on(self) -> None:
        """Start or resume the jobs whose turn it is. The caller holds the lock."""
        while job := self.scheduler.take():
            if not job.begun and job.expected.known:
                seconds = job.expected.seconds()
                if seconds > job.ticket.seconds or (seconds > EXPENSIVE and job not in self.scheduler.under_way):
                    self._requeue(job, seconds)  # the estimate has grown, or the job must be held back
                    continue
            self.scheduler.running.add(job)
            job.its_turn = True
            if job.begun:
                job.go.set()
            else:
                job.begun = True
                self.threads.submit(self._run, job)

    def _requeue(self, job: Job[Result], seconds: float) -> None:
        """Requeue a job with a new estimate in seconds. If that exceeds the limits of expensive jobs, end it with
        Busy."""
        self.scheduler.turns.set_estimate(job.ticket, seconds)
        if seconds > EXPENSIVE:
            try:
                self.admission.charge(job, seconds)
            except Busy as busy:
                self.over(job)
                return job.future.set_exception(busy.with_traceback(None))
        self.scheduler.requeue(job)

    # ---- in the job's own thread

    def _run(self, job: Job[Result]) -> None:
        result: Result | None = None
        error: BaseException | None = None
        job.its_turn, job.since = False, self.clock()
        try:
            with cancellable(partial(self._check, job), partial(self._while_waiting, job)), owned_by(job.visitor):
                self._check(job)
                if not job.expected.known and not self._estimate_cost(job):
                    return
                result = job.work()
        except TimeoutError as given_up:
            # break the reference cycle: garbage collection would pause all threads
            error = given_up.with_traceback(None)
        except BaseException as raised:
            error = raised
        with self.lock:
            job.used += self.clock() - job.since
            self.over(job)
            self.go_on()
        if error is None:
            job.future.set_result(result)  # type: ignore[arg-type]
        else:
            job.future.set_exception(error)

    def _estimate_cost(self, job: Job[Result]) -> bool:
        """Estimate the cost. Return True if the job may continue at once; otherwise requeue it without a thread and
        return False."""
        job.expected.look()
        with self.lock:
            if job.given_up:
                raise TimeoutError
            seconds = job.expected.seconds()
            self.scheduler.turns.set_estimate(job.ticket, seconds)
            if seconds <= EXPENSIVE and not self.scheduler.must_yield(job):
                return True
            job.used += self.clock() - job.since
            job.begun = False
            self.scheduler.running.discard(job)
            self._requeue(job, seconds)
            self.go_on()
            return False

    def _check(self, job: Job[Result]) -> None:
        """Cancellation point: raise TimeoutError if the job is not needed any more or takes too long, and wait while
        another job goes first."""
        with self.lock:
            elapsed = self.clock() - job.since
            self._learn(job, job.used + elapsed)
            if elapsed < SLICE or self.waiting_elsewhere >= self.most_aside or not self.scheduler.must_yield(job):
                return
            self.scheduler.turns.requeue(job.ticket)
            self._pause(job)
        self._wait(job)
        self._check(job)

    def _learn(self, job: Job[Result], used_seconds: float) -> None:
        if job.given_up or used_seconds > PATIENCE:
            raise TimeoutError
        if used_seconds > EXPENSIVE and not job.charged:
            self.admission.charge(job, used_seconds, checked=False)  # a job that has begun is counted but not refused
            self.scheduler.under_way.add(job)
        if used_seconds > 2 * job.expected.seconds():
            job.expected.exceeded(used_seconds)
        self.scheduler.turns.set_estimate(job.ticket, max(job.ticket.seconds, job.expected.seconds()))

    @contextmanager
    def _while_waiting(self, job: Job[Result]) -> Iterator[None]:
        with self.lock:
            self._pause(job)
        try:
            yield
        finally:
            with self.lock:
                self.scheduler.turns.requeue(job.ticket)
                self.go_on()
            self._wait(job)

    def _pause(self, job: Job[Result]) -> None:
        job.used += self.clock() - job.since
        self.scheduler.running.discard(job)
        self.waiting_elsewhere += 1
        self.go_on()

    def _wait(self, job: Job[Result]) -> None:
        """Wait for the job's turn, or until the job is abandoned. An abandoned job runs regardless of turns, since it
        is about to end.
       """
        job.go.wait()
        with self.lock:
            job.go.clear()
            self.waiting_elsewhere -= 1
            if not job.its_turn:
                job.ticket.gone = True
                self.scheduler.running.add(job)
            job.its_turn, job.since = False, self.clock()

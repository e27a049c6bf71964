"""The threads that work, in turns: each looks now and then whether its work is still wanted, and whether it is another's turn."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Generic

from cnnviz.core.runtime.lru_cache import keeping_for
from cnnviz.core.runtime.work_cancellation import as_long_as
from cnnviz.server.admission import Admission
from cnnviz.server.job import EXPENSIVE, Busy, Job, Result
from cnnviz.server.scheduler import Scheduler

PATIENCE = 30.0
"""Seconds of its own after which work is given up, even where it is waited for."""
ASIDE = 30
"""Threads of works that wait for a shorter one, or for each other."""
SLICE = 0.002
"""Seconds that a work goes on, at least, before it lets a shorter one go first."""


class Workers(Generic[Result]):
    """Works at what the schedule has, and says when a work is `over`. What a work has had is counted by `clock`, its thread's own time."""

    def __init__(self, scheduler: Scheduler[Result], admission: Admission, clock: Callable[[], float], over: Callable[[Job[Result]], None], most_aside: int = ASIDE) -> None:
        self.scheduler, self.admission, self.clock, self.over, self.most_aside = scheduler, admission, clock, over, most_aside
        self.threads = ThreadPoolExecutor(scheduler.at_once + 2 * ASIDE, "numbers")
        self.lock = threading.Lock()
        self.waiting_elsewhere = 0

    def go_on(self) -> None:
        """Has those go on whose turn it is; within the lock."""
        while job := self.scheduler.take():
            if not job.begun and job.expected.known:
                seconds = job.expected.seconds()
                if seconds > job.place.seconds or (seconds > EXPENSIVE and job not in self.scheduler.under_way):
                    self._put_off(job, seconds)  # others have taught more since it came, or it is to be held back
                    continue
            self.scheduler.running.add(job)
            job.its_turn = True
            if job.begun:
                job.go.set()
            else:
                job.begun = True
                self.threads.submit(self._run, job)

    def _put_off(self, job: Job[Result], seconds: float) -> None:
        """Has a work wait for its turn, as one of so many seconds; where it is one expensive work too many it ends."""
        self.scheduler.turns.expect(job.place, seconds)
        if seconds > EXPENSIVE:
            try:
                self.admission.charge(job, seconds)
            except Busy as busy:
                self.over(job)
                return job.future.set_exception(busy.with_traceback(None))
        self.scheduler.put_off(job)

    # ---- in the work's own thread

    def _run(self, job: Job[Result]) -> None:
        result: Result | None = None
        error: BaseException | None = None
        job.its_turn, job.since = False, self.clock()
        try:
            with as_long_as(partial(self._look, job), partial(self._step_aside, job)), keeping_for(job.visitor):
                self._look(job)
                if not job.expected.known and not self._sized_up(job):
                    return
                result = job.work()
        except TimeoutError as given_up:
            error = given_up.with_traceback(None)  # it would keep all that the work knows until garbage is collected, and everybody waits for that
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

    def _sized_up(self, job: Job[Result]) -> bool:
        """Finds out how long the work takes; whether it goes on at once, and does not wait, without a thread, for its turn."""
        job.expected.look()
        with self.lock:
            if job.given_up:
                raise TimeoutError
            seconds = job.expected.seconds()
            self.scheduler.turns.expect(job.place, seconds)
            if seconds <= EXPENSIVE and not self.scheduler.is_anothers_turn(job):
                return True
            job.used += self.clock() - job.since
            job.begun = False
            self.scheduler.running.discard(job)
            self._put_off(job, seconds)
            self.go_on()
            return False

    def _look(self, job: Job[Result]) -> None:
        """Ends the work that is no longer waited for, or where it takes too long; holds it up where it is another's turn."""
        with self.lock:
            now = self.clock() - job.since
            self._learn(job, job.used + now)
            if now < SLICE or self.waiting_elsewhere >= self.most_aside or not self.scheduler.is_anothers_turn(job):
                return
            self.scheduler.turns.back(job.place)
            self._pause(job)
        self._wait(job)
        self._look(job)

    def _learn(self, job: Job[Result], used: float) -> None:
        if job.given_up or used > PATIENCE:
            raise TimeoutError
        if used > EXPENSIVE and not job.charged:
            self.admission.charge(job, used, checked=False)  # it goes on, and counts
            self.scheduler.under_way.add(job)
        if used > 2 * job.expected.seconds():
            job.expected.exceeded(used)
        self.scheduler.turns.expect(job.place, max(job.place.seconds, job.expected.seconds()))

    @contextmanager
    def _step_aside(self, job: Job[Result]) -> Iterator[None]:
        with self.lock:
            self._pause(job)
        try:
            yield
        finally:
            with self.lock:
                self.scheduler.turns.back(job.place)
                self.go_on()
            self._wait(job)

    def _pause(self, job: Job[Result]) -> None:
        job.used += self.clock() - job.since
        self.scheduler.running.discard(job)
        self.waiting_elsewhere += 1
        self.go_on()

    def _wait(self, job: Job[Result]) -> None:
        """Until it is its turn, or it was given up: then it has one beside the others, to end."""
        job.go.wait()
        with self.lock:
            job.go.clear()
            self.waiting_elsewhere -= 1
            if not job.its_turn:
                job.place.gone = True
                self.scheduler.running.add(job)
            job.its_turn, job.since = False, self.clock()

"""A training in a thread of its own: it can be paused, and it ends when no page has asked for a while.

A page that is left, or a laptop that is shut, looks no more; so nothing has to notice the leaving.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from cnnviz.core.runtime.lru_cache import Elsewhere, LruCache, held_bytes, keeping_for, owner_of_work
from cnnviz.core.runtime.work_cancellation import in_background
from cnnviz.core.training.training import Progress, Training, train
from cnnviz.core.training.training_history import History
from cnnviz.data.labelled import Collection

PATIENCE = 8.0
"""Seconds without a look after which a training stops."""

AT_ONCE = 2
"""The number of trainings that run at the same time in this process; the others wait for their turn."""

TURNS = threading.BoundedSemaphore(AT_ONCE)


MOST_BYTES = 48_000_000
"""The most bytes that are kept of trainings that are done, for those who open their links. The teaching notebook's takes 1 MB."""


class Job(NamedTuple):
    """A training to be made: the settings, the images, and the channel of them."""

    settings: Training
    data: Collection
    channel: str

    @property
    def name(self) -> tuple[Hashable, ...]:
        """The same for jobs that give the same numbers."""
        return self.settings, self.data.names, self.data.source, self.channel

    def history(self) -> History:
        """The history of a training that has not begun."""
        return History(self.settings, self.data.held_out.pixels(self.channel), self.data.held_out.targets)


_elsewhere: list[Elsewhere[Job, History]] = []


def keep_also(elsewhere: Elsewhere[Job, History]) -> None:
    """Has trainings that are done from now on known elsewhere too, and asked for there."""
    _elsewhere[:] = [elsewhere]


def done(job: Job) -> Trainer | None:
    """The last training of this job that was done, here or elsewhere, and is still kept."""
    found = _done.get(job.name)
    for elsewhere in _elsewhere if found is None else ():
        if history := elsewhere.get(job):
            found = Trainer(job, history)
            _done.put(job.name, found)
    return found


class Trainer:
    """One training, a report after the other; `history` is that of one that was done before."""

    def __init__(self, job: Job, history: History | None = None):
        self.job = job
        self.history = history or job.history()
        self._times: list[tuple[float, int]] = []
        self._ended = "done" if history else ""
        self._at_work = False
        self._go = threading.Event()
        self._go.set()
        self._stop = threading.Event()
        self._seen = time.monotonic()
        self._owner = owner_of_work()
        if not history:
            threading.Thread(target=self._run, daemon=True, name="training").start()

    @property
    def reports(self) -> list[Progress]:
        """The numbers of all reports so far."""
        return self.history.reports

    @property
    def state(self) -> str:
        """ "waiting" for its turn, "running", "paused"; or in the end "done", "stopped", "left" alone, or "failed"."""
        if self._ended:
            return self._ended
        if not self._go.is_set():
            return "paused"
        return "running" if self._at_work else "waiting"

    @property
    def active(self) -> bool:
        """Tells whether there is more to come."""
        return not self._ended

    @property
    def speed(self) -> float:
        """Updates a second since it last went on; 0 where that is not known yet."""
        times = list(self._times)
        seconds, updates = (times[-1][0] - times[0][0], times[-1][1] - times[0][1]) if times else (0.0, 0)
        return updates / seconds if seconds > 0 else 0.0

    def look(self) -> Progress | None:
        """The latest report, if there is one; the training stops when no page asks any more."""
        self._seen = time.monotonic()
        return self.reports[-1] if self.reports else None

    def pause(self) -> None:
        """Holds still after the current report; another training may have the turn meanwhile."""
        self._go.clear()

    def resume(self) -> None:
        """Goes on where it paused, when it is its turn."""
        self._go.set()

    def stop(self) -> None:
        """Ends it; what it has learned so far stays."""
        self._stop.set()

    def _run(self) -> None:
        try:
            with in_background(), keeping_for(self._owner):
                self._ended = self._learn()
        except Exception:
            logging.getLogger(__name__).exception("training")
            self._ended = "failed"

    def _learn(self) -> str:
        """Works until nothing is left to do, or no page asks; says which."""
        settings, data, channel = self.job
        learn, held_out = data.train, data.held_out
        run = train(settings, learn.pixels(channel), learn.targets, held_out.pixels(channel), held_out.targets)
        while self._has_turn():
            try:
                self._at_work = True
                self._times.clear()  # what was waited for is no work
                for progress in run:
                    self.history.add(progress)
                    self._times.append((time.monotonic(), progress.step))
                    if self._over() or not self._go.is_set():
                        break
                else:
                    _done.put(self.job.name, self)
                    for elsewhere in _elsewhere:
                        elsewhere.put(self.job, self.history)
                    return "done"
            finally:
                self._at_work = False
                TURNS.release()
        return "stopped" if self._stop.is_set() else "left"

    def _has_turn(self) -> bool:
        """Waits until it may work; False if it is over before."""
        while not self._over():
            if self._go.wait(timeout=0.2) and TURNS.acquire(timeout=0.2):
                return True
        return False

    def _over(self) -> bool:
        return self._stop.is_set() or time.monotonic() - self._seen > PATIENCE


_done: LruCache[tuple[Hashable, ...], Trainer] = LruCache(MOST_BYTES, lambda training: held_bytes((training.reports, training.history.epochs)))

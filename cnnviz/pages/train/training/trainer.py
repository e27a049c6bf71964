"""A training in its own thread. It can be paused, and it stops when no page has polled it for a while.

A closed page or laptop stops polling, so no disconnect has to be detected.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from cnnviz.core.runtime.lru_cache import LruCache, SharedStore, current_owner, held_bytes, owned_by
from cnnviz.core.runtime.work_cancellation import in_background
from cnnviz.core.training.training import Progress, Training, train
from cnnviz.core.training.training_history import History
from cnnviz.data.labelled import Collection

PATIENCE = 8.0
"""Seconds without a poll after which a training stops."""

AT_ONCE = 2
"""Number of trainings that run concurrently in this process; others wait."""

TURNS = threading.BoundedSemaphore(AT_ONCE)


MOST_BYTES = 48_000_000
"""Cache size of completed trainings, in bytes, for visitors who open their links. The teaching notebook's takes 1 MB.
"""


class Job(NamedTuple):
    """Input of a training: settings, images, and their channel."""

    settings: Training
    data: Collection
    channel: str

    @property
    def name(self) -> tuple[Hashable, ...]:
        """The cache key: jobs with equal keys give equal numbers."""
        return self.settings, self.data.names, self.data.source, self.channel

    def history(self) -> History:
        """Return an empty history for this job."""
        return History(self.settings, self.data.held_out.pixels(self.channel), self.data.held_out.targets)


_elsewhere: list[SharedStore[Job, History]] = []


def add_history_store(store: SharedStore[Job, History]) -> None:
    """Store completed trainings in `store`, too, and look them up there."""
    _elsewhere[:] = [store]


def completed_trainer(job: Job) -> Trainer | None:
    """Return the completed training of this job from a cache, here or elsewhere, or None."""
    trainer = _done.get(job.name)
    for store in _elsewhere if trainer is None else ():
        if history := store.get(job):
            trainer = Trainer(job, history)
            _done.put(job.name, trainer)
    return trainer


class Trainer:
    """One training, which reports repeatedly. A `history` restores a completed training."""

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
        self._owner = current_owner()
        if not history:
            threading.Thread(target=self._run, daemon=True, name="training").start()

    @property
    def reports(self) -> list[Progress]:
        """The numbers of all reports so far."""
        return self.history.reports

    @property
    def state(self) -> str:
        """One of "waiting" (for its turn), "running", "paused", "done", "stopped", "left" (not polled) or "failed"."""
        if self._ended:
            return self._ended
        if not self._go.is_set():
            return "paused"
        return "running" if self._at_work else "waiting"

    @property
    def active(self) -> bool:
        """Whether the training has not ended."""
        return not self._ended

    @property
    def speed(self) -> float:
        """Updates per second since it last started or resumed; 0 if not known yet."""
        times = list(self._times)
        seconds, updates = (times[-1][0] - times[0][0], times[-1][1] - times[0][1]) if times else (0.0, 0)
        return updates / seconds if seconds > 0 else 0.0

    def poll(self) -> Progress | None:
        """Return the latest report, or None, and keep the training alive."""
        self._seen = time.monotonic()
        return self.reports[-1] if self.reports else None

    def pause(self) -> None:
        """Pause after the current report; another training may run meanwhile."""
        self._go.clear()

    def resume(self) -> None:
        """Resume a paused training when its turn comes."""
        self._go.set()

    def stop(self) -> None:
        """Stop the training; its reports remain."""
        self._stop.set()

    def _run(self) -> None:
        try:
            with in_background(), owned_by(self._owner):
                self._ended = self._learn()
        except Exception:
            logging.getLogger(__name__).exception("training")
            self._ended = "failed"

    def _learn(self) -> str:
        """Train until done, stopped or no longer polled; return the final state."""
        settings, data, channel = self.job
        learn, held_out = data.train, data.held_out
        run = train(settings, learn.pixels(channel), learn.targets, held_out.pixels(channel), held_out.targets)
        while self._wait_for_turn():
            try:
                self._at_work = True
                self._times.clear()  # waiting does not count as training time
                for progress in run:
                    self.history.add(progress)
                    self._times.append((time.monotonic(), progress.step))
                    if self._is_over() or not self._go.is_set():
                        break
                else:
                    _done.put(self.job.name, self)
                    for store in _elsewhere:
                        store.put(self.job, self.history)
                    return "done"
            finally:
                self._at_work = False
                TURNS.release()
        return "stopped" if self._stop.is_set() else "left"

    def _wait_for_turn(self) -> bool:
        """Wait for a turn; return False if the training has ended before."""
        while not self._is_over():
            if self._go.wait(timeout=0.2) and TURNS.acquire(timeout=0.2):
                return True
        return False

    def _is_over(self) -> bool:
        return self._stop.is_set() or time.monotonic() - self._seen > PATIENCE


_done: LruCache[tuple[Hashable, ...], Trainer] = LruCache(MOST_BYTES, lambda training: held_bytes((training.reports, training.history.epochs)))

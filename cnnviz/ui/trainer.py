"""A training in a thread of its own: it can be paused, and it ends when nobody has looked for a while.

A page that is left, or a laptop that is shut, looks no more; so nothing has to notice the leaving.
"""

from __future__ import annotations

import logging
import threading
import time

from cnnviz.core.training import Progress, Training, train
from cnnviz.data.training_set import TwoClasses

PATIENCE = 8.0
"""Seconds without a look after which a training stops."""

AT_ONCE = threading.BoundedSemaphore(2)
"""How many trainings run at the same time in this process; the others wait for their turn."""


class Trainer:
    """One training of `settings` on `data`: `state` is "waiting", "running", "paused", "done" or "stopped"."""

    def __init__(self, settings: Training, data: TwoClasses, channel: str):
        self.settings, self.data, self.channel = settings, data, channel
        self.reports: list[Progress] = []
        self.state = "waiting"
        self._go = threading.Event()
        self._go.set()
        self._end = threading.Event()
        self._seen = time.monotonic()
        threading.Thread(target=self._run, daemon=True, name="training").start()

    def look(self) -> Progress | None:
        """The latest report, if there is one; whoever stops looking stops the training."""
        self._seen = time.monotonic()
        return self.reports[-1] if self.reports else None

    def pause(self) -> None:
        """Holds still after the current report."""
        self._go.clear()
        if self.active:
            self.state = "paused"

    def resume(self) -> None:
        """Goes on where it paused."""
        if self.state == "paused":
            self.state = "running"
        self._go.set()

    def stop(self) -> None:
        """Ends it; what it has learned so far stays."""
        self._end.set()
        self._go.set()

    @property
    def active(self) -> bool:
        """Whether there is more to come."""
        return self.state in ("waiting", "running", "paused")

    def _run(self) -> None:
        while not AT_ONCE.acquire(timeout=0.5):
            if self._over():
                self.state = "stopped"
                return
        try:
            self.state = "running" if self._go.is_set() else "paused"
            learn, held = self.data.train, self.data.held
            arrays = (learn.pixels(self.channel), learn.targets, held.pixels(self.channel), held.targets)
            for progress in train(self.settings, *arrays):
                self.reports.append(progress)
                while not self._go.wait(timeout=0.5) and not self._over():
                    pass
                if self._over():
                    self.state = "stopped"
                    return
            self.state = "done"
        except Exception:
            logging.getLogger(__name__).exception("training")
            self.state = "stopped"
        finally:
            AT_ONCE.release()

    def _over(self) -> bool:
        return self._end.is_set() or time.monotonic() - self._seen > PATIENCE

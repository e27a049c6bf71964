"""Turns between the scripts that Streamlit runs for its sessions, each in a thread of its own: a hundred at once would hold up everything."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnnviz.core.cancellation import let_pass
from cnnviz.server.fair_queue import FairQueue, Place

USUAL, LONG = 0.005, 0.1
"""Seconds that a script takes, and after which the next one no longer waits for it, nor it for numbers."""


class ScriptTurns:
    """Has one thread at a time begin, in fair turns between addresses (FairQueue), and after the numbers that people wait for.

    >>> turns = ScriptTurns()
    >>> with turns.turn("10.0.0.7"):
    ...     turns.current.who
    '10.0.0.7'
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.queue: FairQueue[threading.Event] = FairQueue()
        self.current: Place[threading.Event] | None = None
        self.since = 0.0
        self.lock = threading.Lock()

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """Waits for the turn of a script of this address, which has it within."""
        with self.lock:
            place = self.queue.add(threading.Event(), who, USUAL)
            self._begin()
        while not place.item.wait(LONG):
            with self.lock:
                self._begin()
        let_pass(LONG)
        with self.lock:
            began = self.clock()
            if self.current is place:
                self.since = began
        try:
            yield
        finally:
            with self.lock:
                self.queue.done(place, self.clock() - began)
                if self.current is place:
                    self.current = None
                self._begin()

    def _begin(self) -> None:
        now = self.clock()
        if (self.current is None or now - self.since >= LONG) and (place := self.queue.take()):
            self.current, self.since = place, now
            place.item.set()


SCRIPTS = ScriptTurns()
"""Of this process's scripts."""

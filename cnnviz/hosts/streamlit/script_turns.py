"""Turns between the scripts that Streamlit runs for its sessions, each in a thread of its own: a hundred at once would hold up everything."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnnviz.core.runtime.work_cancellation import yield_to_requests
from cnnviz.server.fair_queue import FairQueue, Ticket

USUAL, LONG = 0.005, 0.1
"""Seconds that a script takes, and after which the next one no longer waits for it, nor it for numbers."""

CREDIT = 0.5
"""Seconds that a session which asks for less than its share has ahead of others."""


class ScriptTurns:
    """Has one thread at a time begin, in fair turns between sessions (FairQueue), and after the numbers that people wait for.

    >>> turns = ScriptTurns()
    >>> with turns.turn("a session", "10.0.0.7"):
    ...     turns.current.who
    'a session'
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.queue: FairQueue[threading.Event] = FairQueue(credit=CREDIT)
        self.current: Ticket[threading.Event] | None = None
        self.since = 0.0
        self.lock = threading.Lock()
        self.watched = False

    @contextmanager
    def turn(self, session: str, address: str) -> Iterator[None]:
        """Waits for the turn of a script of this session, which has it within."""
        with self.lock:
            place = self.queue.add(threading.Event(), session, USUAL, address)
            self._begin()
            if not place.item.is_set() and not self.watched:
                self.watched = True
                threading.Thread(target=self._watch, daemon=True).start()
        place.item.wait()
        yield_to_requests(LONG)
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

    def _watch(self) -> None:
        """Has the next one begin beside one that takes long. A hundred that wait would, each waking up by itself, hold up everything."""
        while self.watched:
            time.sleep(LONG)
            with self.lock:
                self._begin()
                self.watched = self.queue.first() is not None

    def _begin(self) -> None:
        now = self.clock()
        if (self.current is None or now - self.since >= LONG) and (place := self.queue.take()):
            self.current, self.since = place, now
            place.item.set()


SCRIPTS = ScriptTurns()
"""Of this process's scripts."""

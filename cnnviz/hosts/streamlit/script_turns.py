"""Fair turns for the scripts that Streamlit runs for its sessions, one thread each: a hundred threads at once would
block the server."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnnviz.core.runtime.work_cancellation import yield_to_requests
from cnnviz.server.fair_queue import FairQueue, Ticket

USUAL, LONG = 0.005, 0.1
"""Usual duration of a script in seconds, and the duration after which the next script stops waiting for it, and it for
numbers."""

CREDIT = 0.5
"""Head start, in seconds, of a session that uses less than its share."""


class ScriptTurns:
    """Fair turns between sessions (FairQueue): one script at a time, with lower priority than requested numbers.

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
        """Wait for the turn of a script of this session, which lasts until the context exits."""
        with self.lock:
            ticket = self.queue.add(threading.Event(), session, USUAL, address)
            self._begin()
            if not ticket.item.is_set() and not self.watched:
                self.watched = True
                threading.Thread(target=self._watch, daemon=True).start()
        ticket.item.wait()
        yield_to_requests(LONG)
        with self.lock:
            start = self.clock()
            if self.current is ticket:
                self.since = start
        try:
            yield
        finally:
            with self.lock:
                self.queue.done(ticket, self.clock() - start)
                if self.current is ticket:
                    self.current = None
                self._begin()

    def _watch(self) -> None:
        """Start the next script while a long one runs. One watcher is cheaper than a timeout in each of a hundred
        waiting threads."""
        while self.watched:
            time.sleep(LONG)
            with self.lock:
                self._begin()
                self.watched = self.queue.first() is not None

    def _begin(self) -> None:
        now = self.clock()
        if (self.current is None or now - self.since >= LONG) and (ticket := self.queue.take()):
            self.current, self.since = ticket, now
            ticket.item.set()


SCRIPTS = ScriptTurns()
"""Turns of this process's scripts."""

"""A job of the compute queue: its state and its estimated cost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cnnviz.server.fair_queue import Ticket

Result = TypeVar("Result")

EXPENSIVE = 0.15
"""Cost in seconds above which a job is expensive; the number of expensive jobs is limited."""


class Busy(Exception):
    """Raised if the server has too much work. `seconds` is the recommended delay before a retry."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


class CostEstimate:
    """Estimated cost of a job. Subclasses refine it before the job begins and while it runs."""

    known = True
    """Whether the cost is known without a call to `look`."""

    def __init__(self, seconds: float = 0.0):
        self._seconds = seconds

    def look(self) -> None:
        """Estimate the cost, in a thread of the queue."""

    def seconds(self) -> float:
        """Return the expected cost in seconds. It is read again when the job's turn comes, since other jobs may have
        refined it."""
        return self._seconds

    def exceeded(self, seconds: float) -> None:
        """Record that the running job has taken `seconds`, more than twice the estimate."""
        self._seconds = seconds


@dataclass(eq=False)
class Job(Generic[Result]):
    """A job: the seconds `used` until `since`, the seconds `charged` (0 unless it is expensive), and its state.
    `its_turn` is set when the scheduler has granted a turn that the job, which waits for `go`, has not noticed yet.
    """

    name: Hashable
    visitor: str
    work: Callable[[], Result]
    expected: CostEstimate
    future: Future[Result] = field(default_factory=Future)
    ticket: Ticket[Job[Result]] = field(init=False)
    waiting: int = 0
    begun: bool = False
    given_up: bool = False
    its_turn: bool = False
    charged: float = 0.0
    used: float = 0.0
    since: float = 0.0
    go: threading.Event = field(default_factory=threading.Event)

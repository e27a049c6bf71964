"""A work that is asked for: what is known of how long it takes, and how far it has come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cnnviz.server.fair_queue import Place

Result = TypeVar("Result")

EXPENSIVE = 0.15
"""Seconds of work from which only some may be under way and be asked for at a time."""


class Busy(Exception):
    """Too much is asked for already; `seconds` is when to ask again."""

    def __init__(self, seconds: int):
        super().__init__(seconds)
        self.seconds = seconds


class CostEstimate:
    """The expected time of a work, as far as is known. A subclass finds out more, before it is begun and while it is done."""

    known = True
    """Tells whether `look` has been called, or need not be."""

    def __init__(self, seconds: float = 0.0):
        self._seconds = seconds

    def look(self) -> None:
        """Finds out about the work, in a thread of the queue's."""

    def seconds(self) -> float:
        """The seconds that it is expected to take now: asked again as its turn comes, when others may have taught more."""
        return self._seconds

    def exceeded(self, seconds: float) -> None:
        """Takes account of the work having had so many seconds, more than twice what was expected, and not having ended."""
        self._seconds = seconds


@dataclass(eq=False)
class Job(Generic[Result]):
    """One work: how long it has had (`used`, until `since`), what is admitted of it (`charged`, 0 while it is not expensive), and how it goes on.

    `its_turn`: it has been given a turn that it does not know of yet; it waits for that at `go`.
    """

    name: Hashable
    visitor: str
    work: Callable[[], Result]
    expected: CostEstimate
    future: Future[Result] = field(default_factory=Future)
    place: Place[Job[Result]] = field(init=False)
    waiting: int = 0
    begun: bool = False
    given_up: bool = False
    its_turn: bool = False
    charged: float = 0.0
    used: float = 0.0
    since: float = 0.0
    go: threading.Event = field(default_factory=threading.Event)

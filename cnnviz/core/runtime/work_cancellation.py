"""Long work asks now and then whether anybody still waits for it, and whether it is in somebody's way.

Its caller says how that is found out: it may end the work, or hold it up until shorter work is done.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

_ASK: ContextVar[Callable[[], object] | None] = ContextVar("ask", default=None)
_ASIDE: ContextVar[Callable[[], AbstractContextManager[object]]] = ContextVar("waiting_elsewhere", default=nullcontext)


@contextmanager
def as_long_as(wanted: Callable[[], object], step_aside: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[None]:
    """Within it, long work calls `wanted` now and then; what that raises ends the work.

    Within `step_aside` it waits for something that other work has, and lets others go on meanwhile.
    """
    token, beside = _ASK.set(wanted), _ASIDE.set(step_aside)
    try:
        yield
    finally:
        _ASK.reset(token)
        _ASIDE.reset(beside)


_BESIDE: list[Callable[[float], object]] = []

COURTESY = 0.01
"""Seconds that work in the background waits, at most, for what people wait for, each time that it looks."""


def goes_beside(wait: Callable[[float], object]) -> None:
    """Has work in the background call `wait` at each look, with so many seconds at most, in which what people wait for goes first."""
    _BESIDE[:] = [wait]


@contextmanager
def in_background() -> Iterator[None]:
    """Within it work is in the background; what it is asked at each look besides goes on being asked."""
    with also_asking(let_pass):
        yield


@contextmanager
def also_asking(first: Callable[[], object]) -> Iterator[None]:
    """Have long work call `first` at each cancellation point, before what it calls there already."""
    ask = _ASK.get()

    def look() -> None:
        first()
        if ask is not None:
            ask()

    with as_long_as(look, _ASIDE.get()):
        yield


def let_pass(at_most: float = COURTESY) -> None:
    """Waits, in a thread of work beside it, for what people wait for, so many seconds at most."""
    for wait in _BESIDE:
        wait(at_most)


def check_wanted() -> None:
    """Called by long work every some milliseconds: raises if it is no longer waited for.

    >>> def gone():
    ...     raise TimeoutError
    >>> with as_long_as(gone):
    ...     check_wanted()
    Traceback (most recent call last):
    TimeoutError
    """
    ask = _ASK.get()
    if ask is not None:
        ask()


def waiting_elsewhere() -> AbstractContextManager[object]:
    """Within it work waits for something that is done elsewhere, and lets other work go on."""
    return _ASIDE.get()()


@contextmanager
def held(lock: threading.Lock) -> Iterator[None]:
    """Within it the lock is held. Who has to wait for it steps aside: who holds it may be waiting for a turn.

    >>> with held(lock := threading.Lock()):
    ...     lock.locked()
    True
    """
    if not lock.acquire(blocking=False):
        with waiting_elsewhere():
            lock.acquire()
    try:
        yield
    finally:
        lock.release()

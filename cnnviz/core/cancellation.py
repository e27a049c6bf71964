"""Long work asks now and then whether anybody still waits for it, and whether it is in somebody's way.

Its caller says how that is found out: it may end the work, or hold it up until shorter work is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

_ASK: ContextVar[Callable[[], object] | None] = ContextVar("ask", default=None)
_ASIDE: ContextVar[Callable[[], AbstractContextManager[object]]] = ContextVar("aside", default=nullcontext)


@contextmanager
def as_long_as(wanted: Callable[[], object], aside: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[None]:
    """Within it, long work calls `wanted` now and then; what that raises ends the work.

    Within `aside` it waits for something that other work has, and lets others go on meanwhile.
    """
    token, beside = _ASK.set(wanted), _ASIDE.set(aside)
    try:
        yield
    finally:
        _ASK.reset(token)
        _ASIDE.reset(beside)


_BESIDE: list[Callable[[], object]] = []


def goes_beside(wait: Callable[[], object]) -> None:
    """Has work in the background call `wait` at each look, which lets what people wait for go first."""
    _BESIDE[:] = [wait]


@contextmanager
def in_background() -> Iterator[None]:
    """Within it work is in the background."""
    with as_long_as(let_pass):
        yield


def let_pass() -> None:
    """Waits, in a thread of work beside it, as long as `goes_beside` says, for what people wait for."""
    for wait in _BESIDE:
        wait()


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


@contextmanager
def held(lock: threading.Lock) -> Iterator[None]:
    """Within it the lock is held. Who has to wait for it steps aside: who holds it may be waiting for a turn.

    >>> with held(lock := threading.Lock()):
    ...     lock.locked()
    True
    """
    if not lock.acquire(blocking=False):
        with _ASIDE.get()():
            lock.acquire()
    try:
        yield
    finally:
        lock.release()

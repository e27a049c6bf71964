"""Cancellation points: long computations check regularly whether the result is still needed and whether to yield.

The caller sets the check. It may raise to end the computation, or wait until shorter work is done.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

_ASK: ContextVar[Callable[[], object] | None] = ContextVar("ask", default=None)
_ASIDE: ContextVar[Callable[[], AbstractContextManager[object]]] = ContextVar("waiting_elsewhere", default=nullcontext)


@contextmanager
def as_long_as(wanted: Callable[[], object], step_aside: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[None]:
    """Call `wanted` at each cancellation point within this context. An exception that it raises ends the computation.

    The work enters the context `step_aside` while it waits for a resource that other work holds, so that further work proceeds.
    """
    token, beside = _ASK.set(wanted), _ASIDE.set(step_aside)
    try:
        yield
    finally:
        _ASK.reset(token)
        _ASIDE.reset(beside)


_BESIDE: list[Callable[[float], object]] = []

COURTESY = 0.01
"""Maximum time, in seconds, that background work yields to requests at each cancellation point."""


def goes_beside(wait: Callable[[float], object]) -> None:
    """Set the function that makes background work yield: `wait(seconds)` returns when no request is waiting, or after
    `seconds`."""
    _BESIDE[:] = [wait]


@contextmanager
def in_background() -> Iterator[None]:
    """Run work within this context in the background, so that it also yields to requests at each cancellation point."""
    with also_asking(let_pass):
        yield


@contextmanager
def also_asking(first: Callable[[], object]) -> Iterator[None]:
    """Call `first` at each cancellation point within this context, before the function already set."""
    ask = _ASK.get()

    def look() -> None:
        first()
        if ask is not None:
            ask()

    with as_long_as(look, _ASIDE.get()):
        yield


def let_pass(at_most: float = COURTESY) -> None:
    """Yield to requests for at most `at_most` seconds. Called in a thread that works in the background."""
    for wait in _BESIDE:
        wait(at_most)


def check_wanted() -> None:
    """Cancellation point, called every few milliseconds by long computations. Raises if the result is no longer
    needed.

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
    """Return a context in which this work waits for other work and lets further work proceed."""
    return _ASIDE.get()()


@contextmanager
def held(lock: threading.Lock) -> Iterator[None]:
    """Hold the lock within this context. While waiting for it, let other work proceed: the holder may be waiting for
    its turn.

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

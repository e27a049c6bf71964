"""Cancellation points: long computations check regularly whether the result is still needed and whether to yield.

The caller sets the check. It may raise to end the computation, or wait until shorter work is done.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

_CHECK: ContextVar[Callable[[], object] | None] = ContextVar("ask", default=None)
_WAITING: ContextVar[Callable[[], AbstractContextManager[object]]] = ContextVar("waiting_elsewhere", default=nullcontext)


@contextmanager
def cancellable(check: Callable[[], object], waiting: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[None]:
    """Call `check` at each cancellation point within this context. An exception that it raises ends the computation.

    The work enters the context `waiting` while it waits for a resource that other work holds, so that queued work can
    run.
    """
    token, waiting_token = _CHECK.set(check), _WAITING.set(waiting)
    try:
        yield
    finally:
        _CHECK.reset(token)
        _WAITING.reset(waiting_token)


_BACKGROUND_WAITS: list[Callable[[float], object]] = []

MAX_YIELD = 0.01
"""Maximum time, in seconds, that background work yields to requests at each cancellation point."""


def set_background_wait(wait: Callable[[float], object]) -> None:
    """Set the function that makes background work yield: `wait(seconds)` returns when no request is waiting, or after
    `seconds`."""
    _BACKGROUND_WAITS[:] = [wait]


@contextmanager
def in_background() -> Iterator[None]:
    """Run work within this context in the background, so that it also yields to requests at each cancellation point."""
    with also_checking(yield_to_requests):
        yield


@contextmanager
def also_checking(check: Callable[[], object]) -> Iterator[None]:
    """Call `check` at each cancellation point within this context, before the function already set."""
    outer_check = _CHECK.get()

    def look() -> None:
        check()
        if outer_check is not None:
            outer_check()

    with cancellable(look, _WAITING.get()):
        yield


def yield_to_requests(seconds: float = MAX_YIELD) -> None:
    """Yield to requests for at most `seconds` seconds. Called in a thread that works in the background."""
    for wait in _BACKGROUND_WAITS:
        wait(seconds)


def check_cancelled() -> None:
    """Cancellation point, called every few milliseconds by long computations. Raises if nobody needs the result
    any more.

    >>> def gone():
    ...     raise TimeoutError
    >>> with cancellable(gone):
    ...     check_cancelled()
    Traceback (most recent call last):
    TimeoutError
    """
    check = _CHECK.get()
    if check is not None:
        check()


def waiting_elsewhere() -> AbstractContextManager[object]:
    """Return a context in which this work waits for other work and lets further work proceed."""
    return _WAITING.get()()


@contextmanager
def hold_lock(lock: threading.Lock) -> Iterator[None]:
    """Hold the lock within this context. While waiting for it, let other work proceed: the holder may be waiting for
    its turn.

    >>> with hold_lock(lock := threading.Lock()):
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

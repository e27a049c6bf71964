"""Long work asks now and then whether anybody still waits for it; whoever started it says how that is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ASK: ContextVar[Callable[[], object] | None] = ContextVar("ask", default=None)


@contextmanager
def as_long_as(wanted: Callable[[], object]) -> Iterator[None]:
    """Within it, long work calls `wanted` now and then; what that raises ends the work."""
    token = _ASK.set(wanted)
    try:
        yield
    finally:
        _ASK.reset(token)


def check_wanted() -> None:
    """Called by long work every some milliseconds: raises if nobody waits for it any more.

    >>> def nobody():
    ...     raise TimeoutError
    >>> with as_long_as(nobody):
    ...     check_wanted()
    Traceback (most recent call last):
    TimeoutError
    """
    ask = _ASK.get()
    if ask is not None:
        ask()

"""Isolation of work on untrusted input, which may take too much time or memory.

A server runs such work in a process that it can kill (`run_elsewhere`). In a browser or a terminal it runs in the calling
thread, and only its time is limited.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from cnnviz.core.runtime.work_cancellation import also_asking
from cnnviz.words import Problem

Result = TypeVar("Result")

SECONDS = 1.8
"""Default limit for a file or a text, in seconds of CPU time."""


class Runner(Protocol):
    """Call `work(*arguments)` in another process, limited to `seconds` of CPU time. Raise Problem if it fails or
    exceeds a limit."""

    def __call__(self, work: Callable[..., Result], arguments: tuple[Any, ...], seconds: float, /) -> Result: ...


_RUNNERS: list[Runner] = []


def run_elsewhere(runner: Runner | None) -> None:
    """Run all isolated work with `runner` from now on, or in this thread if None."""
    _RUNNERS[:] = [] if runner is None else [runner]


def isolated(work: Callable[..., Result], *arguments: Any, seconds: float = SECONDS) -> Result:
    """Return `work(*arguments)`. Raise Problem if it takes more than `seconds` of CPU time, or too much memory.

    The function, arguments and result must be picklable. Side effects of `work` are lost, except parameters that it stores.

    >>> isolated(divmod, 7, 2)
    (3, 1)
    """
    for runner in _RUNNERS:
        return runner(work, arguments, seconds)
    until = time.thread_time() + seconds

    def in_time() -> None:
        if time.thread_time() > until:
            raise too_long(seconds)

    with also_asking(in_time):
        return work(*arguments)


def too_long(seconds: float) -> Problem:
    """Return the Problem for work that exceeds `seconds` of CPU time."""
    return Problem("ui.server.work_too_long", seconds=seconds)

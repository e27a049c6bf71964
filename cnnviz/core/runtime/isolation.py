"""Isolation of work on untrusted input, which may need too much time or memory.

A server runs such work in a process that it can kill (`set_runner`). In a browser or a terminal it runs in the calling
thread, and only its time is limited.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from cnnviz.core.runtime.work_cancellation import also_checking
from cnnviz.words import Problem

Result = TypeVar("Result")

SECONDS = 1.8
"""Default limit for a file or a text, in seconds of CPU time."""

thread_time: Callable[[], float] = getattr(time, "thread_time", time.monotonic)
"""CPU time of the calling thread in seconds, or elapsed time in WebAssembly, where Python lacks `time.thread_time`."""


class Runner(Protocol):
    """Protocol of runners. A call runs `work(*arguments)` in another process, limited to `seconds` of CPU time. Raise
    Problem if it fails or exceeds a limit."""

    def __call__(self, work: Callable[..., Result], arguments: tuple[Any, ...], seconds: float, /) -> Result: ...


_RUNNERS: list[Runner] = []


def set_runner(runner: Runner | None) -> None:
    """Run all isolated work with `runner` from now on, or in this thread if None."""
    _RUNNERS[:] = [] if runner is None else [runner]


def run_isolated(work: Callable[..., Result], *arguments: Any, seconds: float = SECONDS) -> Result:
    """Return `work(*arguments)`. Raise Problem if it takes more than `seconds` of CPU time, or too much memory.

    The function, arguments and result must be picklable. Side effects of `work` are lost, except parameters that it stores.

    >>> run_isolated(divmod, 7, 2)
    (3, 1)
    """
    for runner in _RUNNERS:
        return runner(work, arguments, seconds)
    deadline = thread_time() + seconds

    def in_time() -> None:
        if thread_time() > deadline:
            raise time_limit_problem(seconds)

    with also_checking(in_time):
        return work(*arguments)


def time_limit_problem(seconds: float) -> Problem:
    """Return the Problem for work that exceeds `seconds` of CPU time."""
    return Problem("ui.server.work_too_long", seconds=seconds)

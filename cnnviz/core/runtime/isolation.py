"""Work on a stranger's input, which may take too long or too much memory.

A server runs it in a process that can be killed (`run_elsewhere`). Without one, as in a visitor's browser or in the
terminal, it runs here, and only its time is limited.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from cnnviz.core.runtime.work_cancellation import also_asking
from cnnviz.words import Problem

Result = TypeVar("Result")

SECONDS = 1.8
"""CPU seconds for a file or a text."""


class Runner(Protocol):
    """Run `work` with these arguments elsewhere, for at most so many CPU seconds. Raise Problem if it fails or passes a limit."""

    def __call__(self, work: Callable[..., Result], arguments: tuple[Any, ...], seconds: float, /) -> Result: ...


_RUNNERS: list[Runner] = []


def run_elsewhere(runner: Runner | None) -> None:
    """Have `runner` do all isolated work from now on; None: it is done here."""
    _RUNNERS[:] = [] if runner is None else [runner]


def isolated(work: Callable[..., Result], *arguments: Any, seconds: float = SECONDS) -> Result:
    """Return `work(*arguments)`. Raise Problem if it takes more than `seconds` of CPU time, or too much memory.

    Function, arguments and result have to be picklable. What the work changes elsewhere is lost, except parameters that it keeps.

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
    """Return the Problem that work takes more than so many CPU seconds."""
    return Problem("ui.server.work_too_long", seconds=seconds)

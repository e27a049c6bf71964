"""The worker process that reads what strangers send: its limits, and one task at a time.

It is forked from a process that has imported this module and MODULES, and nothing of Streamlit or TensorFlow.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.network.stored_params import forget, keep_also
from cnnviz.core.runtime.lru_cache import clear_all
from cnnviz.core.runtime.threads import keep_one_blas_thread
from cnnviz.server.malloc import cap_arenas, trim_heap
from cnnviz.words import Problem, reading

MODULES = ("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "cnnviz.hosts.dialogs.uploads")
"""Modules that the process from which workers are forked imports."""
MOST_MEMORY = 400_000_000
"""Bytes that a task may take, beside what a new worker has; pictures take most."""
MOST_RESULT = 80_000_000
"""Bytes of a pickled result."""
MOST_CACHED = 40_000_000
"""Bytes of a worker's caches between two tasks."""
NICE = 5
"""A worker's niceness: it computes beside pages that are waited for."""

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task: a result, or the Problem that it raised, or the traceback of another error; and parameters that it has kept."""

    result: Any = None
    problem: Problem | None = None
    error: str = ""
    kept: tuple[Arrays, ...] = ()
    seconds: float = 0.0
    """CPU seconds that it took."""


@dataclass(frozen=True)
class _Store:
    """Parameters that a task was sent along by name, and those that it keeps."""

    sent: Mapping[str, Arrays]
    kept: list[Arrays] = field(default_factory=list)

    def put(self, name: str, arrays: Arrays, /) -> None:
        self.kept.append(arrays)

    def get(self, name: str, /) -> Arrays | None:
        return self.sent.get(name)


def begin() -> None:
    """Prepare a new worker: it ends with the server, and its memory is limited."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # ends also what never returns to Python
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICE)
    keep_one_blas_thread()
    cap_arenas()
    _limit_memory()


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _limit_memory() -> None:
    """Limit the address space to what it is now and MOST_MEMORY, on systems that tell its size (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(work: Callable[..., Any], arguments: tuple[Any, ...], seconds: float, lang: str, sent: Mapping[str, Arrays]) -> bytes:
    """Return the pickled Outcome of `work(*arguments)`. After so many CPU seconds the system ends the process, where it can.

    `sent` are the parameters that the arguments name.
    """
    store, before = _Store(sent), time.process_time()
    keep_also(store)
    try:
        with _cpu_limit(seconds), reading(lang), np.errstate(over="ignore", invalid="ignore"):
            outcome = Outcome(work(*arguments), kept=tuple(store.kept), seconds=time.process_time() - before)
            packed = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
            if len(packed) > MOST_RESULT:
                raise MemoryError
            return packed
    except Problem as problem:
        return pickle.dumps(Outcome(problem=problem))
    except MemoryError:
        return pickle.dumps(Outcome(problem=too_large()))
    except Exception:
        return pickle.dumps(Outcome(error=traceback.format_exc()))
    finally:
        forget()  # what the next task keeps has to go along with its result
        clear_all(MOST_CACHED)
        trim_heap()


def too_large() -> Problem:
    """Return the Problem that work takes too much memory."""
    return Problem("ui.server.work_too_large", megabytes=MOST_MEMORY / 1e6)


@contextlib.contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """Have the system send SIGPROF, which ends the process, after so many CPU seconds."""
    if not hasattr(signal, "ITIMER_PROF"):  # Windows has the time limit of the pool alone
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)

"""Worker process for untrusted input: resource limits, and one task at a time.

It is forked from a process that has imported this module and MODULES, but neither Streamlit nor TensorFlow.
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

from cnnviz.core.network.stored_params import clear, set_shared_store
from cnnviz.core.runtime.lru_cache import clear_all
from cnnviz.core.runtime.threads import keep_one_blas_thread
from cnnviz.server.malloc import cap_arenas, trim_heap
from cnnviz.words import Problem, use_language

MODULES = ("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "cnnviz.hosts.dialogs.uploads")
"""Modules that the fork server preloads."""
MOST_MEMORY = 400_000_000
"""Memory limit of a task in bytes, beyond that of a new worker. Images need most."""
MOST_RESULT = 80_000_000
"""Size limit of a pickled result in bytes."""
MOST_CACHED = 40_000_000
"""Cache size of a worker between two tasks, in bytes."""
NICE = 5
"""Niceness of a worker, below the threads that compute pages."""

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """Outcome of a task: its result, the Problem that it raised, or the traceback of another error; and the
    parameters that it stored."""

    result: Any = None
    problem: Problem | None = None
    error: str = ""
    kept: tuple[Arrays, ...] = ()
    seconds: float = 0.0
    """CPU seconds of the task."""


@dataclass(frozen=True)
class _Store:
    """Parameter store of a task: those sent with it, and the ones that it stores."""

    sent: Mapping[str, Arrays]
    kept: list[Arrays] = field(default_factory=list)

    def put(self, name: str, arrays: Arrays, /) -> None:
        self.kept.append(arrays)

    def get(self, name: str, /) -> Arrays | None:
        return self.sent.get(name)


def begin() -> None:
    """Initialize a new worker: it exits with the server, and its memory is limited."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # also ends code that never returns to the interpreter
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
    """Limit the address space to its current size plus MOST_MEMORY, on systems that report it (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            current_size = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (current_size + MOST_MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(work: Callable[..., Any], arguments: tuple[Any, ...], seconds: float, lang: str, sent: Mapping[str, Arrays]) -> bytes:
    """Return the pickled Outcome of `work(*arguments)`. The system ends the process after `seconds` of CPU time,
    where it supports that.

    `sent` holds the stored parameters that the arguments name.
    """
    store, start = _Store(sent), time.process_time()
    set_shared_store(store)
    try:
        with _cpu_limit(seconds), use_language(lang), np.errstate(over="ignore", invalid="ignore"):
            outcome = Outcome(work(*arguments), kept=tuple(store.kept), seconds=time.process_time() - start)
            result_bytes = pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
            if len(result_bytes) > MOST_RESULT:
                raise MemoryError
            return result_bytes
    except Problem as problem:
        return pickle.dumps(Outcome(problem=problem))
    except MemoryError:
        return pickle.dumps(Outcome(problem=too_large()))
    except Exception:
        return pickle.dumps(Outcome(error=traceback.format_exc()))
    finally:
        clear()  # so that the outcome of the next task includes all parameters that it stores
        clear_all(MOST_CACHED)
        trim_heap()


def too_large() -> Problem:
    """Return the Problem that a task needs too much memory."""
    return Problem("ui.server.work_too_large", megabytes=MOST_MEMORY / 1e6)


@contextlib.contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """Send SIGPROF, which ends the process, after `seconds` of CPU time."""
    if not hasattr(signal, "ITIMER_PROF"):  # on Windows only the pool's wall time limit applies
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)

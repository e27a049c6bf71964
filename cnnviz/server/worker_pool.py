"""Pool of worker processes and its queue: two tasks at a time, at most one of them long.

A thread of the queue waits for each task. It kills the worker if the task exceeds a limit or its client disconnects.
"""

import logging
import multiprocessing
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from cnnviz.core.network.stored_params import names_in, pack_params, store_packed
from cnnviz.core.runtime.child_processes import without_main_module
from cnnviz.core.runtime.isolation import time_limit_problem
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.server import worker
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Cost
from cnnviz.words import Problem, current_language

Result = TypeVar("Result")

WORKERS = 2
MOST_TASKS = 200
"""Number of tasks after which a worker is replaced."""
WALL_TIME_FACTOR = 5.0
"""Wall time limit as a multiple of the CPU time limit, since other processes compute at the same time."""
POLL_INTERVAL = 0.05
"""Interval, in seconds, at which a thread checks that its task is still needed."""
EACH_BYTE = 2e-8
"""Estimated seconds for each byte of a file."""
MOST_SENT = 20_000_000
"""Limit on the stored parameters sent with a task, in bytes."""

_NAME = "pebble_pool_worker"


class _Time(threading.local):
    """Worker time of a thread in seconds: `before` its current task, `spent` in total, and the start time of a running
    task (`since`)."""

    before = spent = since = 0.0


_time = _Time()


def clock() -> float:
    """Return the CPU seconds of this thread and its tasks. A running task contributes its wall time so far."""
    return time.thread_time() + _time.spent + (time.monotonic() - _time.since if _time.since else 0.0)


@contextmanager
def _time_task() -> Iterator[None]:
    """Add the wall time of a task to this thread's time."""
    _time.before, _time.since = _time.spent, 0.0
    try:
        yield
    finally:
        if _time.since:
            _time.spent += time.monotonic() - _time.since
        _time.since = 0.0


def reading_cost(name: Hashable, content: bytes | str) -> Cost:
    """Return the kinds and the estimated seconds of a task that reads `content`. Inputs of similar size are of one
    kind."""
    return [(name, len(content).bit_length())], len(content) * EACH_BYTE


class WorkerPool:
    """Pool of worker processes, started with the first task."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def __call__(self, work: Callable[..., Result], arguments: tuple[Any, ...], seconds: float, /) -> Result:
        """Return `work(*arguments)` from a worker. Raise Problem if it raises one or exceeds a limit, TimeoutError if
        the result is not needed any more."""
        outcome = self._outcome(work, arguments, seconds)
        if outcome.error:
            logging.getLogger(__name__).error("a worker failed\n%s", outcome.error)
            raise Problem("ui.server.work_ended")
        if outcome.problem is not None:
            raise outcome.problem
        for arrays in outcome.kept:
            store_packed(arrays)
        result: Result = outcome.result
        return result

    def _outcome(self, work: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> worker.Outcome:
        task = work, arguments, seconds, current_language(), pack_params(_param_names(arguments), MOST_SENT)
        for may_retry in (True, False):
            try:
                future = self._active_pool().schedule(worker.run, task, timeout=WALL_TIME_FACTOR * seconds)
                with _time_task():
                    try:
                        while not wait([future], POLL_INTERVAL).done:
                            if future.running():
                                _time.since = _time.since or time.monotonic()
                            check_cancelled()
                    finally:
                        future.cancel()  # type: ignore[no-untyped-call]  # kills the worker, if it has not ended
                outcome: worker.Outcome = pickle.loads(future.result())
                _time.spent = _time.before + outcome.seconds
                return outcome
            except ProcessExpired as ended:
                if ended.exitcode == -getattr(signal, "SIGPROF", 0):
                    raise time_limit_problem(seconds) from None
                raise Problem("ui.server.work_ended") from None
            except TimeoutError:
                check_cancelled()
                raise time_limit_problem(seconds) from None
            except RuntimeError:  # includes BrokenProcessPool: an idle worker was killed
                if not may_retry:
                    raise
        raise AssertionError

    def _active_pool(self) -> ProcessPool:
        with self._lock:
            if self._pool is None or not self._pool.active:
                context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
                if sys.platform != "win32":
                    context.set_forkserver_preload([worker.__name__, *worker.MODULES])
                self._pool = ProcessPool(WORKERS, MOST_TASKS, worker.begin, context=context)
            return self._pool

    def stop(self) -> None:
        """Stop all workers."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _param_names(arguments: Iterable[Any]) -> Iterable[str]:
    """Yield the names of stored parameters in bytes and in mappings of strings."""
    for argument in arguments:
        if isinstance(argument, bytes):
            yield from names_in(argument.decode("latin-1"))
        elif isinstance(argument, dict):
            yield from names_in(" ".join(argument.values()))


without_main_module(_NAME)

POOL = WorkerPool()

READING: ComputeQueue[Any] = ComputeQueue(WORKERS, Admission(400, 100), clock, preemptive=False, expensive=1)
"""Queue of isolated tasks. At most one long task runs at a time, so that a worker is free for short ones."""

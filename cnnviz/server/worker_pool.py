"""The pool of worker processes, and the queue before it: two tasks at a time, one of them long.

A thread of the queue's waits for its task. The worker is killed if the task passes a limit, or if its client has gone.
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
from multiprocessing import spawn
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from cnnviz.core.network.stored_params import keep_packed, mentioned, packed
from cnnviz.core.runtime.isolation import too_long
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.server import worker
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Cost
from cnnviz.words import Problem, reader

Result = TypeVar("Result")

WORKERS = 2
MOST_TASKS = 200
"""Tasks after which a worker is replaced by a new one."""
PATIENCE = 5.0
"""Wall time of a task for each second of CPU time that it may take: others compute beside it."""
LOOK = 0.05
"""Seconds between two looks whether the task's client is still there."""
EACH_BYTE = 2e-8
"""An estimate of the seconds for each byte of a file."""
MOST_SENT = 20_000_000
"""Bytes of kept parameters that go along with a task."""

_NAME = "pebble_pool_worker"


class _Time(threading.local):
    """Seconds that workers have spent for a thread: `before` its last task and with it, and when a task began that has not ended."""

    before = spent = since = 0.0


_time = _Time()


def clock() -> float:
    """Return the CPU seconds of this thread and of its tasks; of one that has not ended, the wall time since a worker began it."""
    return time.thread_time() + _time.spent + (time.monotonic() - _time.since if _time.since else 0.0)


@contextmanager
def _counted() -> Iterator[None]:
    """Count the wall time of a task for this thread."""
    _time.before, _time.since = _time.spent, 0.0
    try:
        yield
    finally:
        if _time.since:
            _time.spent += time.monotonic() - _time.since
        _time.since = 0.0


def reading_cost(name: Hashable, content: bytes | str) -> Cost:
    """Return the kinds of a task that reads something, and an estimate of its seconds: texts and files of one size cost alike."""
    return [(name, len(content).bit_length())], len(content) * EACH_BYTE


class WorkerPool:
    """Worker processes, started for the first task."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def __call__(self, work: Callable[..., Result], arguments: tuple[Any, ...], seconds: float, /) -> Result:
        """Return `work(*arguments)` from a worker. Raise Problem if it raises one or passes a limit, TimeoutError if nobody waits for it."""
        outcome = self._outcome(work, arguments, seconds)
        if outcome.error:
            logging.getLogger(__name__).error("a worker failed\n%s", outcome.error)
            raise Problem("ui.server.work_ended")
        if outcome.problem is not None:
            raise outcome.problem
        for arrays in outcome.kept:
            keep_packed(arrays)
        result: Result = outcome.result
        return result

    def _outcome(self, work: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> worker.Outcome:
        task = work, arguments, seconds, reader(), packed(_names(arguments), MOST_SENT)
        for again in (True, False):
            try:
                future = self._active().schedule(worker.run, task, timeout=PATIENCE * seconds)
                with _counted():
                    try:
                        while not wait([future], LOOK).done:
                            if future.running():
                                _time.since = _time.since or time.monotonic()
                            check_wanted()
                    finally:
                        future.cancel()  # type: ignore[no-untyped-call]  # kills the worker, if it has not ended
                outcome: worker.Outcome = pickle.loads(future.result())
                _time.spent = _time.before + outcome.seconds
                return outcome
            except ProcessExpired as ended:
                if ended.exitcode == -getattr(signal, "SIGPROF", 0):
                    raise too_long(seconds) from None
                raise Problem("ui.server.work_ended") from None
            except TimeoutError:
                check_wanted()
                raise too_long(seconds) from None
            except RuntimeError:  # BrokenProcessPool among them: an idle worker was killed
                if not again:
                    raise
        raise AssertionError

    def _active(self) -> ProcessPool:
        with self._lock:
            if self._pool is None or not self._pool.active:
                context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
                if sys.platform != "win32":
                    context.set_forkserver_preload([worker.__name__, *worker.MODULES])
                self._pool = ProcessPool(WORKERS, MOST_TASKS, worker.begin, context=context)
            return self._pool

    def stop(self) -> None:
        """End all workers."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _names(arguments: Iterable[Any]) -> Iterable[str]:
    """Yield the names of kept parameters in arguments: texts, bytes, and mappings of texts."""
    for argument in arguments:
        if isinstance(argument, bytes):
            yield from mentioned(argument.decode("latin-1"))
        elif isinstance(argument, dict):
            yield from mentioned(" ".join(argument.values()))


def _without_main(preparation: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    """Have workers not import the program's main module, which is Streamlit's, or the script that it runs."""

    def prepared(name: str) -> dict[str, Any]:
        data = preparation(name)
        if name == _NAME:
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    return prepared


spawn.get_preparation_data = _without_main(spawn.get_preparation_data)  # type: ignore[assignment]

POOL = WorkerPool()

READING: ComputeQueue[Any] = ComputeQueue(WORKERS, Admission(400, 100), clock, preemptive=False, expensive=1)
"""The queue of tasks whose work is isolated: of long ones one at a time, so that a worker is free for short ones."""

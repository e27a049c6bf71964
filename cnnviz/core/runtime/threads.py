"""Two threads for one computation, with bit-identical results, and the BLAS settings that this requires.

Results are identical on one kind of machine. Another kind may add in another order, so that last bits differ. Ties are
the same there (core/network/ties.py), but long or diverging runs may amplify such a difference.

NumPy releases the GIL while it computes, so two threads use two cores. OpenBLAS would split a large product among its own
threads, one product at a time: our threads would wait for each other, and the last bits would depend on the number of
cores. So OpenBLAS is limited to one thread meanwhile.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import numpy as np

try:
    from threadpoolctl import OpenBLASController, ThreadpoolController
except ModuleNotFoundError:  # optional: results do not depend on it
    ThreadpoolController = None

THREADS = sys.platform not in ("emscripten", "wasi")
"""Whether threads can be started; WebAssembly has none."""
_CONTROLLED = THREADS and ThreadpoolController is not None

Part = TypeVar("Part")
Result = TypeVar("Result")


def map_parallel(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Return `work(part)` for every part, in order. A second thread takes part unless it is busy with another call.

    >>> map_parallel(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    results: dict[int, Result] = {}
    queue = deque(enumerate(parts))

    def run_block() -> None:
        while queue:
            try:
                index, part = queue.popleft()
            except IndexError:  # the other thread took the last part
                return
            results[index] = work(part)

    error_settings = np.geterr()

    def help_out() -> None:
        with np.errstate(**error_settings):  # copy the caller's error settings, which are thread-local before NumPy 2
            run_block()

    keep_freed_memory()
    with one_blas_thread():
        helper = _submit(help_out) if len(parts) > 1 else None
        try:
            run_block()
        finally:
            queue.clear()  # after an error the second thread takes no more parts
            if helper and not helper.cancel():
                helper.result()
    return [results[index] for index in range(len(parts))]


def _submit(work: Callable[[], None]) -> Future[None] | None:
    """Submit `work` to the second thread. Return None if threads cannot be started, as in a browser."""
    try:
        return _second_thread().submit(work)
    except RuntimeError:
        return None


@cache
def _second_thread() -> ThreadPoolExecutor:
    """Return the helper thread, one for the whole process. With the calling thread it keeps two cores busy, however
    many trainings run."""
    return ThreadPoolExecutor(1, "second")


_lock = threading.Lock()
_active_limits: list[Callable[[], None]] = []
"""Functions that restore the previous limit, one for each active `one_blas_thread`. The last context to exit calls
it."""


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit OpenBLAS to the calling thread until the last active context exits.

    The limit applies to the whole process. Products in other threads stay correct meanwhile, but large ones are slower.
    """
    with _lock:
        if not _active_limits:
            _clear_controlling_thread()
        _active_limits.append(_active_limits[0] if _active_limits else _limit_blas())
    try:
        yield
    finally:
        with _lock:
            restore = _active_limits.pop()
            if not _active_limits:
                _clear_controlling_thread()
                restore()


def keep_one_blas_thread() -> None:
    """Limit OpenBLAS to the calling thread for the rest of the process.

    For cnnviz's own programs. The last bits of a pass on one image then depend neither on the number of cores nor on other
    work, and a pass is not slower: Tiny VGG takes 0.64 ms with one OpenBLAS thread and 0.73 ms with two.
    """
    _limit_blas()


def _clear_controlling_thread() -> None:
    """Clear threadpoolctl's owning thread: only that thread may change the limit, but the first to enter need not be
    the last to exit."""
    if _CONTROLLED:
        OpenBLASController.clear_controlling_thread(force=True)


def _limit_blas() -> Callable[[], None]:
    """Set the limit to one thread and return the function that restores the old limit."""
    return _blas().limit(limits=1).restore_original_limits if _CONTROLLED else lambda: None


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


@cache
def keep_freed_memory() -> None:
    """Make the C library keep freed memory for new arrays. Has an effect once per process.

    glibc returns large freed blocks to the system, which zeroes them before we get them again: half the time of an update.
    It keeps blocks up to the size of the largest one freed so far, so this allocates and frees 32 MB without touching them.
    See mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD. Skipped in WebAssembly, whose memory would grow by 32 MB for good.
    """
    if THREADS:
        np.empty(32_000_000, np.uint8)

"""Two threads for one piece of work, with the same bits as one; and what NumPy needs for that beneath.

The same bits on one kind of machine. Another kind adds up in another order, and last bits may differ: what is a tie is
one there too (core/network/ties.py), but long runs, and runs that diverge, may amplify such a difference.

NumPy lets go of Python's lock while it computes, so two threads use two cores. Its linear algebra (OpenBLAS)
would share out a large product among threads of its own, one product at a time: ours would wait for each other,
and the last bits would depend on the number of cores. So it is kept to one meanwhile.
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
except ModuleNotFoundError:  # answers need no more than NumPy
    ThreadpoolController = None

THREADS = sys.platform not in ("emscripten", "wasi")
"""True where threads can be started: in WebAssembly they cannot."""
_CONTROLLED = THREADS and ThreadpoolController is not None

Part = TypeVar("Part")
Found = TypeVar("Found")


def shared_out(work: Callable[[Part], Found], parts: Sequence[Part]) -> list[Found]:
    """`work` of every part, in order. A second thread takes parts too, unless it is busy with somebody else's.

    >>> shared_out(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    found: dict[int, Found] = {}
    left = deque(enumerate(parts))

    def take() -> None:
        while left:
            try:
                place, part = left.popleft()
            except IndexError:  # the other thread was faster
                return
            found[place] = work(part)

    heed = np.geterr()

    def help_out() -> None:
        with np.errstate(**heed):  # what the asking thread has set: before NumPy 2 the second one cannot know it
            take()

    keep_memory()
    with one_blas_thread():
        helper = _helper(help_out) if len(parts) > 1 else None
        try:
            take()
        finally:
            left.clear()  # after an error the second thread takes no more
            if helper and not helper.cancel():
                helper.result()
    return [found[place] for place in range(len(parts))]


def _helper(work: Callable[[], None]) -> Future[None] | None:
    """`work` in the second thread; None where no thread can be started, as in a browser."""
    try:
        return _second_thread().submit(work)
    except RuntimeError:
        return None


@cache
def _second_thread() -> ThreadPoolExecutor:
    """One for the whole process: with the thread that asks, two cores are at work, however many trainings there are."""
    return ThreadPoolExecutor(1, "second")


_lock = threading.Lock()
_inside: list[Callable[[], None]] = []
"""For each that is inside how to set the old number again; the last to leave does it."""


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products run on the thread that asks for them, until all that are inside have left.

    The number is the process's, not a thread's: others' products are as right meanwhile, only large ones slower.
    """
    with _lock:
        if not _inside:
            _take_control()
        _inside.append(_inside[0] if _inside else _limited())
    try:
        yield
    finally:
        with _lock:
            restore = _inside.pop()
            if not _inside:
                _take_control()
                restore()


def keep_one_blas_thread() -> None:
    """Matrix products run on the thread that asks for them from now on, in the whole process.

    For a program of ours. The last bits of one image's pass then depend on neither the number of cores nor what else is
    computed meanwhile, and a pass is no slower: Tiny VGG's takes 0.64 ms on one thread of OpenBLAS, and 0.73 on two.
    """
    _limited()


def _take_control() -> None:
    """threadpoolctl lets one thread alone set the number; the last of ours to leave need not be the first that came."""
    if _CONTROLLED:
        OpenBLASController.clear_controlling_thread(force=True)


def _limited() -> Callable[[], None]:
    """Sets the number to one, and gives what sets the old one again."""
    return _blas().limit(limits=1).restore_original_limits if _CONTROLLED else lambda: None


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


@cache
def keep_memory() -> None:
    """Lets the C library keep the memory of arrays that come and go, once and for all.

    glibc gives a freed block back to the system, which fills it with zeros before we get it again: half of the time
    of a step. But it keeps blocks up to the size of the largest that it saw freed, and this shows it one of 32 MB,
    of which no byte is ever touched. Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD. WebAssembly's memory only
    grows, and would by all of it.
    """
    if THREADS:
        np.empty(32_000_000, np.uint8)

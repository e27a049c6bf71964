"""The C library's memory, in a server whose threads come and go: glibc holds on to what was freed, others need not be told."""

import contextlib
import ctypes
from collections.abc import Iterator

ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


@contextlib.contextmanager
def _glibc() -> Iterator[ctypes.CDLL]:
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library
        yield ctypes.CDLL(None)


def share_heaps() -> None:
    """Has threads that begin from now on share the heaps that there are.

    glibc has up to eight heaps a core, and each keeps what its thread's dearest answer took. Python lets one thread at a time
    ask for memory, so that none waits.
    """
    with _glibc() as libc:
        libc.mallopt(ARENA_MAX, 1)


def give_back() -> None:
    """Gives the system what is free, after work that is done once: it took more than any answer will."""
    with _glibc() as libc:
        libc.malloc_trim(0)

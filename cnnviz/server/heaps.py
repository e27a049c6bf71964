"""The C library's memory, in a server whose threads come and go: glibc holds on to what was freed, others need not be told."""

import contextlib
import ctypes

ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def share_heaps() -> None:
    """Has threads that begin from now on share the heaps that there are.

    glibc has up to eight heaps a core, and each keeps what its thread's most expensive answer took. Python lets one thread at a time
    ask for memory, so that none waits.
    """
    _tell_glibc("mallopt", ARENA_MAX, 1)


def give_back() -> None:
    """Gives the system what is free, after work that is done once: it took more than any answer will."""
    _tell_glibc("malloc_trim", 0)


def _tell_glibc(what: str, *numbers: int) -> None:
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library, or Windows, where None names none
        ctypes.CDLL(None)[what](*numbers)

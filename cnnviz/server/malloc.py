"""Tuning of glibc's malloc, which retains freed memory, for a server with short-lived threads. Other C libraries need
none."""

import contextlib
import ctypes

ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def cap_arenas() -> None:
    """Cap glibc's malloc arenas, so that new threads share the existing ones.

    glibc creates up to eight arenas per core, and each keeps as much memory as its largest request used. One arena
    causes no contention, since the GIL admits one thread at a time.
    """
    _call_glibc("mallopt", ARENA_MAX, 1)


def trim_heap() -> None:
    """Return free memory to the system, after start-up work that needs more memory than any request."""
    _call_glibc("malloc_trim", 0)


def _call_glibc(function_name: str, *args: int) -> None:
    # another C library, or Windows, where CDLL(None) fails
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None)[function_name](*args)

"""Tuning of glibc's malloc for a server whose threads come and go: it keeps what was freed. Other C libraries need none."""

import contextlib
import ctypes

ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def cap_arenas() -> None:
    """Cap glibc's malloc arenas, so that new threads share the existing ones.

    glibc has up to eight arenas a core, and each keeps as much as its thread's largest request took. Python lets one thread at a time
    ask for memory, so that none waits.
    """
    _call_glibc("mallopt", ARENA_MAX, 1)


def trim_heap() -> None:
    """Return free memory to the system, after work at start that takes more than any request will."""
    _call_glibc("malloc_trim", 0)


def _call_glibc(what: str, *numbers: int) -> None:
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another C library, or Windows, where None names none
        ctypes.CDLL(None)[what](*numbers)

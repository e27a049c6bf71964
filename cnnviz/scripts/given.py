"""A script that comes with a question, as a file's text, and is in no library: it counts for one answer, and nothing of it is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cnnviz.scripts.script import Script
from cnnviz.scripts.script_checker import look
from cnnviz.scripts.script_fields import Fault


@dataclass(frozen=True)
class Given:
    """The script, None where its faults leave none; the file's tables as they stand, and its faults in the order of their lines."""

    script: Script | None
    tables: Mapping[str, Any]
    faults: tuple[Fault, ...]


_GIVEN: ContextVar[Given | None] = ContextVar("given", default=None)


def given() -> Given | None:
    """The script that came with the question that is being answered, None where none did."""
    return _GIVEN.get()


@contextmanager
def giving(content: bytes) -> Iterator[Given]:
    """Within it this script stands before those of the library.

    >>> with giving(b'id = "a"\\n[[screen]]\\nat = "/?k=1"\\n') as found:
    ...     found.script.id, given() is found
    ('a', True)
    """
    script, reading = look(content)
    found = Given(script, reading.tables, tuple(sorted(reading.faults)))
    token = _GIVEN.set(found)
    try:
        yield found
    finally:
        _GIVEN.reset(token)

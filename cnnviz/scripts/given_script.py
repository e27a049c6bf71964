"""A script that comes with a question, as a file's text, and is in no library: it counts for one answer, and nothing of it is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cnnviz.scripts.script import Script
from cnnviz.scripts.script_checker import check, look
from cnnviz.scripts.script_fields import Fault

MOST_SECONDS = 1.0
"""Of a processor's time, that its faults may take: somebody waits for the script."""


@dataclass(frozen=True)
class GivenScript:
    """The script, None where its form or an address leaves none; the file's tables as they stand, and its bytes."""

    script: Script | None
    tables: Mapping[str, Any]
    content: bytes

    @property
    def faults(self) -> list[Fault]:
        """Faults that stop it or are to be mended, in the order of lines; its questions and sentences are computed for a second at most."""
        return [fault for fault in check(self.content, MOST_SECONDS)[1] if fault.breaks and fault.what.id != "lessons.check.too_long"]


_GIVEN: ContextVar[GivenScript | None] = ContextVar("given", default=None)


def given() -> GivenScript | None:
    """The script that came with the question that is being answered, None where none did."""
    return _GIVEN.get()


@contextmanager
def giving(content: bytes) -> Iterator[GivenScript]:
    """Within it this script stands before those of the library.

    >>> with giving(b'id = "a"\\n[[screen]]\\nat = "/?k=1"\\n') as found:
    ...     found.script.id, given() is found
    ('a', True)
    """
    script, reading = look(content)
    found = GivenScript(script, reading.tables, content)
    token = _GIVEN.set(found)
    try:
        yield found
    finally:
        _GIVEN.reset(token)

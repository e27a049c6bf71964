"""The output of a command: lines on its output, sentences beside it."""

import os
import re
import sys
from collections.abc import Iterable
from typing import TextIO

from cnnviz.words import Message, Problem, say

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return a text with its control characters escaped: names in files may hold codes that a terminal obeys.

    >>> printable("dz1\\x1b[2J")
    'dz1\\\\x1b[2J'
    """
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def put(lines: Iterable[str]) -> bool:
    """Prints the lines; says whether they could be. What reads them may have stopped, as `head` does: no failure."""
    try:
        print("\n".join(map(printable, lines)), flush=True)
    except OSError as error:
        _leave(sys.stdout)
        return isinstance(error, BrokenPipeError) or not fail(1, say("terminal.no_output", error=error.strerror))
    return True


def tell(sentence: str) -> None:
    """Says a sentence where errors are said."""
    if sys.stderr is None:
        return
    try:
        print(f"cnnviz: {printable(sentence)}", file=sys.stderr, flush=True)
    except OSError:  # there is no one to tell, which is no reason to stop
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """Lets what could not be written go, or Python would try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def reason(error: ValueError) -> str:
    """The sentence of an error; a command of a setup need not say that it is about the setup."""
    if isinstance(error, Problem) and error.code in ("lesson.cannot", "lesson.cannot_since"):
        return str(Message(f"{error.code}_here", error.values))
    return str(error)


def fail(code: int, sentence: str) -> int:
    """Says a sentence and gives the exit code back."""
    tell(sentence)
    return code

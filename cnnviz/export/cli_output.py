"""Command output: results go to stdout, messages to stderr."""

import os
import re
import sys
from collections.abc import Iterable
from typing import TextIO

from cnnviz.words import Message, Problem, say

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Escape the control characters of a text: names in files may contain terminal escape sequences.

    >>> printable("dz1\\x1b[2J")
    'dz1\\\\x1b[2J'
    """
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def print_lines(lines: Iterable[str]) -> bool:
    """Print the lines and return whether that worked. A closed pipe, as with `head`, is not a failure."""
    try:
        print("\n".join(map(printable, lines)), flush=True)
    except OSError as error:
        _discard(sys.stdout)
        return isinstance(error, BrokenPipeError) or not fail(1, say("terminal.no_output", error=error.strerror))
    return True


def print_message(sentence: str) -> None:
    """Print a message on stderr."""
    if sys.stderr is None:
        return
    try:
        print(f"cnnviz: {printable(sentence)}", file=sys.stderr, flush=True)
    except OSError:  # stderr is closed, which must not stop the command
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Redirect a stream to the null device, since Python would retry the failed write on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def error_message(error: ValueError) -> str:
    """Return an error's message. Messages of a setup's refusal are shortened, since a command is always about a
    setup."""
    short_ids = {"lesson.cannot": "lesson.cannot_here", "lesson.cannot_since": "lesson.cannot_since_here"}
    return str(Message(short_ids[error.code], error.values) if isinstance(error, Problem) and error.code in short_ids else error)


def fail(code: int, sentence: str) -> int:
    """Print a message and return the exit code."""
    print_message(sentence)
    return code

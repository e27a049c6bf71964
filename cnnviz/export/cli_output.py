"""The output of a command: lines on its output, sentences beside it."""

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from cnnviz.words import Message, Problem, say


def put(lines: Iterable[str]) -> bool:
    """Prints the lines; says whether they could be. What reads them may have stopped, as `head` does: no failure."""
    try:
        print("\n".join(lines), flush=True)
    except OSError as error:
        _leave(sys.stdout)
        return isinstance(error, BrokenPipeError) or not fail(1, say("terminal.no_output", error=error.strerror))
    return True


def tell(sentence: str) -> None:
    """Says a sentence where errors are said."""
    if sys.stderr is None:
        return
    try:
        print(f"cnnviz: {sentence}", file=sys.stderr, flush=True)
    except OSError:  # there is no one to tell, which is no reason to stop
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """Lets what could not be written go, or Python would try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def reason(error: ValueError) -> str:
    """The sentence of an error; a command of a lesson need not say that it is about the lesson."""
    if isinstance(error, Problem) and error.code in ("lesson.cannot", "lesson.cannot_since"):
        return str(Message(f"{error.code}_here", error.values))
    return str(error)


def fail(code: int, sentence: str) -> int:
    """Says a sentence and gives the exit code back."""
    tell(sentence)
    return code

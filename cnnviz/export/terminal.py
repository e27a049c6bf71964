"""A lesson's numbers as text, and how far a long run is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TextIO
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.notebook import effects
from cnnviz.core.stages import PARTS, STAGES, formula_here
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.export.arrays import BACKWARD, FORWARD, UPDATE, describe, named_arrays
from cnnviz.words import Message, say

_STRETCH = 250
"""Updates between two signs of life."""


def report(lesson: Lesson, moment: Moment) -> Iterator[str]:
    """The stages of the next update: a line of words, "# …", then the numbers as the exported script prints them.

    The map of the lesson's own stage follows whole, a row a line.
    """
    arrays = named_arrays(lesson, moment) | {"L": moment.losses[-1]}
    for name in FORWARD + BACKWARD:
        yield from _heading(name, lesson)
        yield describe(name, arrays[name])
        if name == lesson.stage and np.size(arrays[name]) > 9:
            yield from (f"        {row}" for row in np.atleast_2d(arrays[name]).tolist())
    yield from _heading("update", lesson)
    yield from (describe(f"{name} next", getattr(moment.after, name)) for name in UPDATE)


def title(lesson: Lesson, image: Message | str) -> list[str]:
    """Which lesson this is: the image in words, and its query."""
    query = lesson.to_query()
    if lesson.img.startswith("upload-"):
        query["img"] = "upload-..."
    return [f"# {say('terminal.title', image=image, when=lesson.when)}", f"# ?{urlencode(query, safe=',')}"]


def run(lesson: Lesson, x: np.ndarray, progress: Callable[[int], None]) -> Moment:
    """The moment after `lesson.k` updates; `progress` is told now and then how many are done."""
    for k in range(0, lesson.k, _STRETCH):
        trajectory(lesson, x, k)
        progress(k)
    return trajectory(lesson, x, lesson.k)


class Progress:
    """Says on a terminal how many updates are done, ten times a second at most; elsewhere it says nothing."""

    def __init__(self, stream: TextIO | None, total: int, doing: str):
        """`doing` is the message that says what is done, with {done} and {total}."""
        self._stream, self._total, self._doing = stream, total, doing
        self._next = time.monotonic() + 0.2 if stream is not None and stream.isatty() else float("inf")
        self._written = 0

    def __call__(self, done: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            text = say(self._doing, done=done, total=self._total)
            self._written = max(self._written, len(text))
            self._write(f"\r{text:<{self._written}}")

    def clear(self) -> None:
        """Takes the line away again."""
        if self._written:
            self._write(f"\r{'':<{self._written}}\r")
            self._written = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _heading(symbol: str, lesson: Lesson) -> Iterator[str]:
    for stage in STAGES + PARTS:
        if stage.symbol == symbol:
            yield f"# {stage.title}: {formula_here(stage.formula, lesson.stride, lesson.pad, lesson.scale)}"
    if effect := effects(lesson.deviations).get(symbol):
        yield f"# {effect}"

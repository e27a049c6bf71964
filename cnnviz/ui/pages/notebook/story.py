"""The notebook's story in six lessons: why its kernel moves although it should not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from cnnviz.core.lesson import Lesson
from cnnviz.words import Message, message


@dataclass(frozen=True, eq=False)
class Step:
    """One step: a title, a sentence, and the lesson that shows it."""

    title: Message
    words: Message
    lesson: Lesson


def story() -> tuple[Step, ...]:
    """The story from its beginning.

    It is told on the notebook's own image, from the kernel that its first call left, so that the printed
    numbers are on the screen.
    """
    kernel = (11, 7, 14, 13, 8, 9, 8, 7, 16)
    raw = Lesson(img="train-0", scale="raw", f=kernel, w="zeros", y=(1, 1), lr=0.01, k=1)
    changes = {
        "saturated": {"stage": "a1"},
        "zero": {"stage": "df"},
        "moves": {"stage": "update", "rule": "object-oriented"},
        "border": {"stage": "dz1", "rule": "object-oriented"},
        "one_pixel": {"stage": "df", "rule": "object-oriented"},
        "alive": {"stage": "df", "scale": "unit", "f": tuple(round(weight / 90, 4) for weight in kernel)},
    }
    return tuple(
        Step(*(message(f"ui.notebook.story.{name}.{part}") for part in ("title", "words")), dataclasses.replace(raw, **change))
        for name, change in changes.items()
    )

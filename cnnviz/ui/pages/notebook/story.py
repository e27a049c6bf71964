"""The notebook's story in six lessons: why its kernel moves although it should not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from cnnviz.core.lesson import Lesson
from cnnviz.data import cifar10
from cnnviz.words import Message, message


@dataclass(frozen=True, eq=False)
class Step:
    """One step: a title, a sentence, and the lesson that shows it."""

    title: Message
    words: Message
    lesson: Lesson


def story() -> tuple[Step, ...]:
    """The story from its beginning.

    Where CIFAR-10 is at hand it is told on the notebook's own image, from the kernel that its first
    call left, so that the printed numbers are on the screen; else on a bundled one.
    """
    own = cifar10.dataset() is not None
    kernel = (11, 7, 14, 13, 8, 9, 8, 7, 16) if own else (10, 6, 13, 13, 8, 9, 8, 7, 15)
    raw = Lesson(img="train-0" if own else "test-0", scale="raw", f=kernel, w="zeros", y=(1, 1), lr=0.01, k=1)
    changes = {
        "saturated": {"stage": "a1"},
        "zero": {"stage": "df"},
        "moves": {"stage": "update", "rule": "object-oriented"},
        "border": {"stage": "dz1", "rule": "object-oriented"},
        "one_pixel": {"stage": "df", "rule": "object-oriented"},
        "alive": {"stage": "df", "scale": "unit", "f": tuple(round(weight / 90, 4) for weight in kernel)},
    }
    return tuple(
        Step(message(f"ui.notebook.story.{name}.title"), _words(name, own), dataclasses.replace(raw, **change))
        for name, change in changes.items()
    )


def _words(name: str, own: bool) -> Message:
    return message(f"ui.notebook.story.{name}.printed" if own and name == "moves" else f"ui.notebook.story.{name}.words")

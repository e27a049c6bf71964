"""A lesson as one .html file: the page's own component with the numbers of some updates, for a browser without any server."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from itertools import pairwise

from cnnviz.core.lesson import MAX_UPDATES, Lesson
from cnnviz.core.trajectory import trajectory
from cnnviz.data.images import Image, load_image
from cnnviz.export.arguments import MOST_AROUND, page_address
from cnnviz.ui.address import Now
from cnnviz.ui.pages.step.answer import answer
from cnnviz.ui.standalone.document import document
from cnnviz.words import Problem, say

MOST_BYTES = 40_000_000
"""What the numbers of all updates may take before they are compressed."""


def lesson_html(
    lesson: Lesson, image: Image, around: int = 1, server: str = "", progress: Callable[[int], None] = lambda update: None
) -> str:
    """The lesson on `image` as an .html file, with `around` updates either way of `lesson.k`.

    `server` is the address of a page of cnnviz that the file links to, if there is one; `progress` is told each update
    that is reached. Raises Problem where there are too many updates, their numbers would take too much, or
    `server` is no address.

    >>> from cnnviz.data.images import find_image
    >>> text = lesson_html(Lesson(k=2), find_image("test-0"), around=0)
    >>> text.startswith("<!doctype html>"), len(text) < 600_000
    (True, True)
    """
    if not 0 <= around <= MOST_AROUND:
        raise Problem("export.html.around", around=around, most=MOST_AROUND)
    server = page_address(server)
    updates = range(max(0, lesson.k - around), min(lesson.k + around, MAX_UPDATES) + 1)
    store, answers = _Store(), {}
    for k in updates:
        answers[str(k)] = store.places(_answer(dataclasses.replace(lesson, k=k), image))
        progress(k)
    contents = {"lesson": lesson.to_query(), "answers": answers, "server": server}
    title = say("export.html.title", image=image.words, when=lesson.when)
    return document("file", title, json.dumps(contents), bytes(store.content))


def _answer(lesson: Lesson, image: Image) -> bytes:
    """What the page Step shows of the lesson."""
    moment = trajectory(lesson, load_image(image.pixels, lesson.ch, lesson.scale), lesson.k)
    return answer(Now(asked={}, lesson=lesson, image=image, moment=moment, wrong={}, extras={}))


class _Store:
    """Parts of answers one after another, each once: the image is in every update, and w after one is w before the next."""

    def __init__(self) -> None:
        self.content = bytearray()
        self._known: dict[bytes, tuple[int, int]] = {}

    def places(self, answer: bytes) -> list[tuple[int, int]]:
        """Where the parts of an answer lie: its header, then each of its arrays. Raises Problem for too many."""
        start = 4 + int.from_bytes(answer[:4], "little")
        arrays: Mapping[str, list] = json.loads(answer[4:start])["arrays"]
        cuts = sorted({0, len(answer), *(start + place[1] for place in arrays.values())})
        return [self._place(answer[cut:end]) for cut, end in pairwise(cuts)]

    def _place(self, part: bytes) -> tuple[int, int]:
        if part not in self._known:
            self._known[part] = (len(self.content), len(self.content) + len(part))
            self.content += part
            if len(self.content) > MOST_BYTES:
                raise Problem("export.html.too_large", megabytes=MOST_BYTES / 1e6)
        return self._known[part]

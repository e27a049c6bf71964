"""The lesson as a film, GIF or WebP: kernel, z1, a1 and dz1 beside each other, from the start to update k.

Each map has limits of its own in every frame, printed below it, as on the page: a gradient falls by
orders of magnitude, and a run that diverges would leave its first frames blank.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.export.frames import KINDS, Panel, draw, encode
from cnnviz.words import Problem, say

MAX_FRAMES = 120
MAX_BYTES = 2_000_000

MAPS: dict[str, tuple[str, Callable[[Moment], np.ndarray]]] = {
    "f": ("signed", lambda moment: moment.params.f),
    "z1": ("signed", lambda moment: moment.trace.z1),
    "a1": ("activation", lambda moment: moment.trace.a1),
    "dz1": ("signed", lambda moment: moment.gradients.dz1),
}
"""From left to right: the colour scale of each map and where it comes from."""


def frame_updates(k: int, frames: int) -> list[int]:
    """The updates that are shown: at most `frames`, evenly spread, the first 0 and the last k.

    >>> frame_updates(10, 4), frame_updates(2, 60), frame_updates(0, 60)
    ([0, 3, 7, 10], [0, 1, 2], [0])
    """
    return [round(i) for i in np.linspace(0, k, min(frames, k + 1)).tolist()]


def animation(
    lesson: Lesson,
    x: np.ndarray,
    frames: int = 60,
    kind: str = "gif",
    max_bytes: int = MAX_BYTES,
    progress: Callable[[int], None] = lambda update: None,
) -> bytes:
    """The film of `lesson` on `x` (H,W), from update 0 to `lesson.k`; `progress` is told each update that is reached.

    At most `frames` frames (2 … MAX_FRAMES), and fewer where the file would take more than
    `max_bytes`. Raises Problem for other counts and kinds, and where even two frames are too large.
    """
    if not 2 <= frames <= MAX_FRAMES:
        raise Problem("export.animation.wrong_frames", frames=frames, most=MAX_FRAMES)
    if kind not in KINDS:
        raise Problem("export.animation.wrong_kind", kind=repr(kind), kinds=KINDS)
    shown = []
    for k in frame_updates(lesson.k, frames):
        moment = trajectory(lesson, x, k)
        values = {name: array(moment) for name, (_, array) in MAPS.items()}
        shown.append((k, float(moment.losses[-1]), values))
        progress(k)
    drawn = [
        draw(
            say("export.animation.frame", k=k, loss=loss),
            [Panel(name, MAPS[name][0], array) for name, array in values.items()],
        )
        for k, loss, values in shown
    ]
    while len(data := encode(drawn, kind)) > max_bytes:
        if len(drawn) <= 2:
            raise Problem("export.animation.too_large", bytes=len(data), most=max_bytes)
        drawn = [drawn[i] for i in frame_updates(len(drawn) - 1, max(2, len(drawn) // 2))]
    return data

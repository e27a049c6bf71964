"""The lesson as a film, GIF or WebP: kernel, z1, a1 and dz1 beside each other, from the start to update k.

Each map has limits of its own in every frame, printed below it, as on the page: a gradient falls by
orders of magnitude, and a run that diverges would leave its first frames blank.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.export.colour import levels_of, ramp

MAX_FRAMES = 120
MAX_BYTES = 2_000_000
KINDS = ("gif", "webp")

MAPS: dict[str, tuple[str, Callable[[Moment], np.ndarray]]] = {
    "f": ("signed", lambda moment: moment.params.f),
    "z1": ("signed", lambda moment: moment.trace.z1),
    "a1": ("activation", lambda moment: moment.trace.a1),
    "dz1": ("signed", lambda moment: moment.gradients.dz1),
}
"""From left to right: the colour scale of each map and where it comes from."""

PANEL, GAP, LINE = 120, 12, 16
"""Pixels: the side of a map, the space between two, the height of a line of text."""
_TOP = GAP + LINE
MOST_WRITTEN = 9  # cells
LEVELS = 101  # of each scale; odd, so that zero has a colour of its own
_FIRST = {"signed": 0, "activation": LEVELS}
_GRAYS = 16
_BLACK = 2 * LEVELS
_WHITE = _BLACK + _GRAYS - 1
_SHOWN_FOR, _LAST_FOR = 100, 1500  # milliseconds


def frame_updates(k: int, frames: int) -> list[int]:
    """The updates that are shown: at most `frames`, evenly spread, the first 0 and the last k.

    >>> frame_updates(10, 4), frame_updates(2, 60), frame_updates(0, 60)
    ([0, 3, 7, 10], [0, 1, 2], [0])
    """
    return [round(i) for i in np.linspace(0, k, min(frames, k + 1)).tolist()]


def film(
    lesson: Lesson,
    x: np.ndarray,
    frames: int = 60,
    kind: str = "gif",
    max_bytes: int = MAX_BYTES,
    progress: Callable[[int], None] = lambda update: None,
) -> bytes:
    """The film of `lesson` on `x` (H,W), from update 0 to `lesson.k`; `progress` is told each update that is reached.

    At most `frames` frames (2 … MAX_FRAMES), and fewer where the file would take more than
    `max_bytes`. Raises ValueError for other counts and kinds, and where even two frames are too large.
    """
    if not 2 <= frames <= MAX_FRAMES:
        raise ValueError(f"film: frames is {frames}; it needs to be from 2 to {MAX_FRAMES}")
    if kind not in KINDS:
        raise ValueError(f"film: kind {kind!r} is none of {', '.join(KINDS)}")
    shown = []
    for k in frame_updates(lesson.k, frames):
        moment = trajectory(lesson, x, k)
        values = {name: array(moment) for name, (_, array) in MAPS.items()}
        shown.append((k, float(moment.losses[-1]), values))
        progress(k)
    drawn = [
        draw(f"update {k}    L {loss:.6g}", [Panel(name, MAPS[name][0], array) for name, array in values.items()])
        for k, loss, values in shown
    ]
    while len(data := encode(drawn, kind)) > max_bytes:
        if len(drawn) <= 2:
            raise ValueError(f"film: two frames take {len(data):,} bytes, more than {max_bytes:,}")
        drawn = [drawn[i] for i in frame_updates(len(drawn) - 1, max(2, len(drawn) // 2))]
    return data


@dataclass(frozen=True, eq=False)
class Panel:
    """One map of a frame: its name, "signed" or "activation", and its values (H,W)."""

    name: str
    scale: str
    array: np.ndarray


def draw(caption: str, panels: Sequence[Panel]) -> np.ndarray:
    """One frame, maps side by side over a line of text, as numbers of colours for `encode`, uint8.

    A kernel has its weights written on it.
    """
    size = (_TOP + PANEL + 2 * LINE + GAP, GAP + len(panels) * (PANEL + GAP))
    frame = np.full(size, _WHITE, np.uint8)
    texts = [((GAP, _TOP + PANEL + LINE + GAP // 2), caption)]
    places = [(slice(_TOP, _TOP + PANEL), slice(left, left + PANEL)) for left in range(GAP, size[1], PANEL + GAP)]
    for place, panel in zip(places, panels, strict=True):
        most = float(np.abs(panel.array).max())
        low, high = (0.0, 1.0) if panel.scale == "activation" else (-most, most)
        _paint(frame[place], panel.array, low, high, _FIRST[panel.scale])
        texts.append(((place[1].start, GAP - 2), panel.name))
        texts.append(((place[1].start, _TOP + PANEL + 1), "0 … 1" if panel.scale == "activation" else f"±{most:.3g}"))
    ink = _ink(size, texts)
    written = ink > 0
    frame[written] = _WHITE - np.rint(ink[written] / 255 * (_GRAYS - 1)).astype(np.uint8)
    for place, panel in zip(places, panels, strict=True):
        if panel.array.size <= MOST_WRITTEN:
            _write_weights(frame[place], panel.array)
    return frame


def _paint(panel: np.ndarray, array: np.ndarray, low: float, high: float, first: int) -> None:
    """Fills the middle of `panel` with an array's colours, each entry a square of whole pixels."""
    side = PANEL // max(array.shape)
    if not side:
        raise ValueError(f"film: a map has shape {array.shape}; it needs to be at most {PANEL} on a side")
    squares = np.kron(levels_of(array, low, high, LEVELS) + first, np.ones((side, side), np.uint8))
    top, left = ((PANEL - n) // 2 for n in squares.shape)
    panel[top : top + squares.shape[0], left : left + squares.shape[1]] = squares


def _write_weights(panel: np.ndarray, f: np.ndarray) -> None:
    """Writes each weight of the kernel on its square, white where that is dark."""
    side = PANEL // len(f)
    for (i, j), weight in np.ndenumerate(f):
        ink = _ink((side, side), [((side // 2, side // 2), _fitting(weight, side - 4))], centred=True) >= 128
        dark = abs(weight) > 0.6 * np.abs(f).max()
        panel[i * side : (i + 1) * side, j * side : (j + 1) * side][ink] = _WHITE if dark else _BLACK


def _fitting(number: float, width: int) -> str:
    """`number` with as many digits, three at most, as `width` pixels have room for.

    >>> _fitting(-1.9962, 36), _fitting(-0.000234, 36), _fitting(12345.678, 36)
    ('-2', '-2e-4', '1.2e4')
    """
    for digits in (".3g", ".2g", ".1g", ".0e"):
        text = re.sub(r"e([-+])0*", lambda sign: "e-" if sign[1] == "-" else "e", f"{number + 0.0:{digits}}")
        if _font().getlength(text) <= width:
            break
    return text


@cache
def _font():
    from PIL import ImageFont

    return ImageFont.load_default(12)


def _ink(size: tuple[int, int], texts: list[tuple[tuple[int, int], str]], centred: bool = False) -> np.ndarray:
    """How much of each pixel the words cover, 0 to 255, in Pillow's own font; places are (x, y)."""
    from PIL import Image, ImageDraw

    image = Image.new("L", size[::-1])
    pen = ImageDraw.Draw(image)
    for place, text in texts:
        pen.text(place, text, fill=255, font=_font(), anchor="mm" if centred else "la")
    return np.asarray(image)


def encode(drawn: Sequence[np.ndarray], kind: str = "gif") -> bytes:
    """Frames from `draw` as a file of one of KINDS, played over and over."""
    from PIL import Image

    grays = np.repeat(np.linspace(0, 255, _GRAYS).round().astype(np.uint8)[:, None], 3, axis=1)
    palette = np.concatenate([ramp("signed", LEVELS), ramp("activation", LEVELS), grays])
    if kind == "gif":
        images = [Image.fromarray(frame) for frame in drawn]
        for image in images:
            image.putpalette(palette.tobytes())
        options = {}
    else:
        images = [Image.fromarray(palette[frame]) for frame in drawn]
        options = {"lossless": True}
    file = io.BytesIO()
    duration = [_SHOWN_FOR] * (len(images) - 1) + [_LAST_FOR]
    images[0].save(file, kind.upper(), save_all=True, append_images=images[1:], duration=duration, loop=0, **options)
    return file.getvalue()

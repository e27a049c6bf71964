"""Frames of an animation, and their encoding as GIF, WebP or PNG: maps side by side, each with the limits of its
scale below."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.export.colour_scales import levels_of, ramp
from cnnviz.words import Problem, format_value

if TYPE_CHECKING:
    from PIL import ImageFont

KINDS = ("gif", "webp")

PANEL, GAP, LINE, LETTERS = 240, 24, 32, 24
"""Sizes in pixels: side of a map, gap between maps, line height and font size."""

MAX_LABELLED_CELLS = 9
"""Upper limit of cells of a map whose numbers are written on it."""

LEVELS = 101  # number of colours of each scale; odd, so that zero has its own colour
_TOP = GAP + LINE
_FIRST = {"signed": 0, "activation": LEVELS}
_GRAYS = 16
_BLACK = 2 * LEVELS
_WHITE = _BLACK + _GRAYS - 1
_SHADES = 256 - _WHITE - 1  # number of colours of images: the rest of a GIF's 256 colours
_FIRST["pixel"] = _WHITE + 1
_THICK = 3
_SHOWN_FOR, _LAST_FOR = 100, 1500  # milliseconds


@dataclass(frozen=True, eq=False)
class Panel:
    """One map of a frame: its name, its scale ("signed", "activation" or "pixel"), and its values (H,W)."""

    name: str
    scale: str
    array: np.ndarray


@dataclass(frozen=True, eq=False)
class Curve:
    """A line chart of `values` (n,) with an axis that starts at 0, and a dot at the current frame."""

    name: str
    values: np.ndarray
    at: int

    @property
    def most(self) -> float:
        """Upper end of the vertical axis."""
        return float(np.nan_to_num(self.values, posinf=0.0).max())

    def points(self) -> list[tuple[float, float]]:
        """Return the position (x, y) of each value in the panel."""
        x = np.linspace(_THICK, PANEL - _THICK, len(self.values)) if len(self.values) > 1 else [PANEL / 2]
        y = PANEL - _THICK - np.clip(np.nan_to_num(self.values / (self.most or 1.0)), 0, 1) * (PANEL - 2 * _THICK)
        return list(zip(x, y, strict=True))


def draw(caption: str, panels: Sequence[Panel | Curve]) -> np.ndarray:
    """Return one frame: maps side by side above a line of text, as palette indices for `encode`, uint8 (H,W).

    Small maps, such as kernels, have their numbers written on them. Raise Problem if a map is larger than its panel.

    >>> draw("update 0", [Panel("f", "signed", np.eye(3))]).shape
    (384, 288)
    """
    size = (_TOP + PANEL + 2 * LINE + GAP, GAP + len(panels) * (PANEL + GAP))
    frame = np.full(size, _WHITE, np.uint8)
    texts = [((GAP, _TOP + PANEL + LINE + GAP // 2), caption)]
    areas = [(slice(_TOP, _TOP + PANEL), slice(left, left + PANEL)) for left in range(GAP, size[1], PANEL + GAP)]
    for area, panel in zip(areas, panels, strict=True):
        low, high = _limits(panel)
        if isinstance(panel, Curve):
            _plot(frame[area], panel)
        else:
            _paint(frame[area], panel, low, high)
        texts.append(((area[1].start, GAP - 2), panel.name))
        texts.append(((area[1].start, _TOP + PANEL + 1), f"0 … {format_value(high, '3')}" if low == 0 else f"±{format_value(high, '3')}"))
    ink = _text_coverage(size, texts)
    is_covered = ink > 0
    frame[is_covered] = _WHITE - np.rint(ink[is_covered] / 255 * (_GRAYS - 1)).astype(np.uint8)
    for area, panel in zip(areas, panels, strict=True):
        if isinstance(panel, Panel) and panel.array.size <= MAX_LABELLED_CELLS:
            _write_numbers(frame[area], panel.array, panel.scale)
    return frame


def _limits(panel: Panel | Curve) -> tuple[float, float]:
    """Return the ends of a map's colour scale, or of a curve's axis."""
    if isinstance(panel, Curve):
        return 0.0, panel.most
    limit = float(np.abs(panel.array).max())
    return {"activation": (0.0, 1.0), "pixel": (0.0, limit)}.get(panel.scale, (-limit, limit))


def _plot(area: np.ndarray, curve: Curve) -> None:
    """Draw the whole line in pale gray, and in black up to the current frame."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(area)
    pen, points = ImageDraw.Draw(image), curve.points()
    pen.line(points, fill=_BLACK + _GRAYS - 4, width=_THICK)
    pen.line(points[: curve.at + 1], fill=_BLACK, width=_THICK)
    x, y = points[curve.at]
    pen.ellipse((x - 2 * _THICK, y - 2 * _THICK, x + 2 * _THICK, y + 2 * _THICK), fill=_BLACK)
    area[:] = np.asarray(image)


def _paint(area: np.ndarray, panel: Panel, low: float, high: float) -> None:
    """Fill the centre of `area` with an array's colours, one square per entry."""
    side, middle = _square_layout(panel.array)
    if not side:
        raise Problem("export.animation.map_too_large", shape=str(panel.array.shape), most=PANEL)
    levels = levels_of(panel.array, low, high, _SHADES if panel.scale == "pixel" else LEVELS)
    area[middle] = np.kron(levels + np.uint8(_FIRST[panel.scale]), np.ones((side, side), np.uint8))


def _square_layout(array: np.ndarray) -> tuple[int, tuple[slice, ...]]:
    """Return the side of an entry's square, and the slices of the panel that all squares cover."""
    side = PANEL // max(array.shape)
    return side, tuple(slice((PANEL - n * side) // 2, (PANEL - n * side) // 2 + n * side) for n in array.shape)


def _write_numbers(panel: np.ndarray, f: np.ndarray, scale: str) -> None:
    """Write each number on its square, in white if the square is dark."""
    side, middle = _square_layout(f)
    number_area = panel[middle]
    for (i, j), weight in np.ndenumerate(f):
        ink = _text_coverage((side, side), [((side // 2, side // 2), _format_to_width(weight, side - 4))], centred=True) >= 128
        is_dark = weight < 0.5 if scale == "activation" else abs(weight) > 0.6 * np.abs(f).max()
        number_area[i * side : (i + 1) * side, j * side : (j + 1) * side][ink] = _WHITE if is_dark else _BLACK


def _format_to_width(number: float, width: int) -> str:
    """Format `number` with as many digits as fit into `width` pixels, three at most.

    >>> _format_to_width(-1.9962, 99), _format_to_width(-0.000234, 36), _format_to_width(12345.678, 99)
    ('-2', '-2e-4', '1.23e4')
    """
    for digits in (".3g", ".2g", ".1g", ".0e"):
        text = re.sub(r"e([-+])0*", lambda sign: "e-" if sign[1] == "-" else "e", f"{number + 0.0:{digits}}")
        if _font().getlength(text) <= width:
            break
    return text


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(LETTERS)


def _text_coverage(size: tuple[int, int], texts: list[tuple[tuple[int, int], str]], centred: bool = False) -> np.ndarray:
    """Return the coverage of each pixel by the texts at positions (x, y), 0 to 255. Uses Pillow's default font, which
    has no minus sign."""
    from PIL import Image, ImageDraw

    image = Image.new("L", size[::-1])
    pen = ImageDraw.Draw(image)
    for position, text in texts:
        pen.text(position, text.replace("−", "-"), fill=255, font=_font(), anchor="mm" if centred else "la")
    return np.asarray(image)


def encode(frames: Sequence[np.ndarray], kind: str = "gif") -> bytes:
    """Encode frames from `draw` as one of KINDS, looping; a single frame also as "png".

    >>> encode([draw("", [Panel("f", "signed", np.eye(3))])])[:6]
    b'GIF89a'
    """
    from PIL import Image

    grays = np.repeat(np.linspace(0, 255, _GRAYS).round().astype(np.uint8)[:, None], 3, axis=1)
    palette = np.concatenate([ramp("signed", LEVELS), ramp("activation", LEVELS), grays, ramp("pixel", _SHADES)])
    if kind == "gif":
        images = [Image.fromarray(frame) for frame in frames]
        for image in images:
            image.putpalette(palette.tobytes())
        options = {}
    else:
        images = [Image.fromarray(palette[frame]) for frame in frames]
        options = {"lossless": True}
    file = io.BytesIO()
    duration = [_SHOWN_FOR] * (len(images) - 1) + [_LAST_FOR]
    images[0].save(file, kind.upper(), save_all=True, append_images=images[1:], duration=duration, loop=0, **options)
    return file.getvalue()

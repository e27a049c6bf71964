"""Share card: the picture of a setup that messengers and social networks show with a link.

From left to right: the image, a kernel, a map of it, and the outputs.
"""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import cnnviz
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.colour_scales import levels_of, ramp
from cnnviz.words import format_value, say

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from cnnviz.export.animation import MapSelection

SIZE = (1200, 630)
"""Width and height in pixels, the size that social networks recommend."""

_MARGIN, _RIGHT, _MIDDLE = 56, 1144, 336  # left edge, right edge, and the row on which all pictures are centred
_IMAGE, _MAP, _MAP_LEFT, _KERNEL_CENTRE = 320, 300, 604, 488
_COLUMN, _PITCH = 84, 104
_CELL, _MOST_KERNEL = 40, 200
_INK, _SOFT, _LINE, _BLUE, _GREY, _RIBBON = "#1a2230", "#505c6c", "#d9dee6", "#0b6bcb", "#9aa2af", "#e0ecf8"
_LEVELS = 255
_DARK = 0.6  # share of a kernel's largest number above which its cell needs white digits
_MOST_FIXED = 1000  # values from here on are printed with three significant digits


def share_card(setup: Setup, pixels: np.ndarray, snapshot: Snapshot) -> bytes:
    """Return the card of one image's snapshot as PNG, with texts in the current language. `pixels` is (H,W,3), uint8.

    >>> from cnnviz import load_image, run_updates
    >>> x = np.zeros((32, 32, 3), np.uint8)
    >>> share_card(Setup(), x, run_updates(Setup(), load_image(x), 0))[1:4]
    b'PNG'
    """
    from PIL import Image, ImageDraw

    from cnnviz.export.animation import selected_maps  # import here, since a page needs only SIZE

    card = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(card)
    maps = selected_maps(setup, np.shape(snapshot.trace.x))
    kernel = next((selection.extract(snapshot) for selection in maps if selection.symbol in snapshot.params), None)
    main_map = [selection for selection in maps if selection.symbol in snapshot.trace][-1]
    columns = _columns(snapshot, np.asarray(setup.y, float))
    check_cancelled()
    image_edges = _paste(card, pixels, _MARGIN, _IMAGE)
    map_edges = _paste(card, _colours(main_map, snapshot), _MAP_LEFT, _MAP, outlined=True)
    first_column = _RIGHT - _COLUMN - _PITCH * (len(columns) - 1)
    column_edges = first_column, _RIGHT, _MIDDLE - _MAP // 2, _MIDDLE + _MAP // 2
    edges = [image_edges, *([_draw_kernel(card, kernel)] if kernel is not None else []), map_edges, column_edges]
    for (_, right, top, bottom), (left, _, next_top, next_bottom) in pairwise(edges):
        _ribbon(card, (right, top, bottom), (left, next_top, next_bottom))
    _draw_columns(pen, setup, snapshot, columns, first_column)
    _text(pen, (_RIGHT, 85), "cnnviz", 28, 140, bold=True, anchor="rs")
    _text(pen, (_MARGIN, 95), _title(setup, snapshot), 56, _RIGHT - _MARGIN - 140, bold=True, anchor="ls")
    line = say("export.card.line", loss=float(snapshot.losses[-1]), when=setup.snapshot_label)
    _text(pen, (_MARGIN, 583), line, 28, _RIGHT - _MARGIN, fill=_SOFT, anchor="ls")
    file = io.BytesIO()
    card.save(file, "PNG")
    return file.getvalue()


def _title(setup: Setup, snapshot: Snapshot) -> str:
    names, o, target = setup.output_words, snapshot.trace.o, _target(np.asarray(setup.y, float))
    if not np.isfinite(o).all() or not np.isfinite(snapshot.losses[-1]):
        return say("export.card.diverged")
    if o.size == 1:
        return say("export.card.number", value=float(o[0]))
    predicted_class = int(o.argmax())
    if target is None:
        return say("export.card.says", said=names[predicted_class])
    return say(f"export.card.{'right' if predicted_class == target else 'wrong'}", said=names[predicted_class], true=names[target])


def _target(y: np.ndarray) -> int | None:
    """Return the index of the largest target, or None if several are equal."""
    return int(y.argmax()) if np.count_nonzero(y == y.max()) == 1 else None


def _columns(snapshot: Snapshot, y: np.ndarray) -> list[int]:
    """Return the indices of the outputs to draw, at most two: the largest, and the target or else the second
    largest."""
    ranked_classes = [int(index) for index in np.argsort(-np.nan_to_num(snapshot.trace.o), kind="stable")]
    target = _target(y)
    return sorted([ranked_classes[0], *([target] if target not in (None, ranked_classes[0]) else ranked_classes[1:2])])


def _draw_columns(pen: ImageDraw.ImageDraw, setup: Setup, snapshot: Snapshot, columns: list[int], left: int) -> None:
    """Draw the outputs as columns from 0 to 1, or to the largest output if that is greater, with values and names."""
    o, target, top, bottom = snapshot.trace.o, _target(np.asarray(setup.y, float)), _MIDDLE - _MAP // 2, _MIDDLE + _MAP // 2
    highest = max(1.0, float(np.nan_to_num(o, posinf=0.0, neginf=0.0).max()))
    predicted_class = int(np.nan_to_num(o).argmax())
    for output in columns:
        is_answer, centre = output == predicted_class, left + _COLUMN // 2
        height = round((bottom - top) * min(1.0, max(0.0, float(np.nan_to_num(o[output], posinf=0.0)) / highest)))
        pen.rectangle((left, top, left + _COLUMN, bottom), fill="white", outline=_LINE)
        pen.rectangle((left, bottom - height, left + _COLUMN, bottom), fill=_BLUE if is_answer else _GREY)
        is_inside = height > bottom - top - 40
        baseline = bottom - height + (34 if is_inside else -12)
        colour = "white" if is_inside and is_answer else _INK
        _text(pen, (centre, baseline), _format(float(o[output])), 28, _COLUMN - 4, bold=is_answer, fill=colour, anchor="ms")
        is_wrong = is_answer and target is not None and o.size > 1 and output != target
        name = f"{format_value(setup.output_words[output])}{' ✗' if is_wrong else ''}"
        _text(pen, (centre, bottom + 36), name, 28, _PITCH - 16, bold=is_answer, anchor="ms")
        left += _PITCH


def _format(value: float) -> str:
    """Format an output with two decimals, or a large one with three significant digits."""
    if not abs(value) < _MOST_FIXED:
        return format_value(value, "3")
    return f"{value + 0.0:.2f}".replace("-", "−").replace(".", say("words.point"))


def _colours(selection: MapSelection, snapshot: Snapshot) -> np.ndarray:
    """Return the map's colours, uint8 (H,W,3), on the page's scale for it."""
    array = selection.extract(snapshot)
    finite_values = np.nan_to_num(array, posinf=0.0, neginf=0.0)
    limit = float(np.abs(finite_values).max())
    low, high = (0.0, max(1.0, float(finite_values.max()))) if selection.scale == "activation" else (-limit, limit)
    return ramp(selection.scale, _LEVELS)[levels_of(array, low, high, _LEVELS)]


def _paste(card: Image.Image, colours: np.ndarray, left: int, side: int, outlined: bool = False) -> tuple[int, int, int, int]:
    """Paste an image enlarged by a whole factor into a square, and return its left, right, top and bottom edges."""
    from PIL import Image, ImageDraw

    rows, columns = colours.shape[:2]
    factor = side // max(rows, columns) or side / max(rows, columns)
    width, height = (max(1, int(n * factor)) for n in (columns, rows))
    position = left + (side - width) // 2, _MIDDLE - height // 2
    card.paste(Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST), position)
    if outlined:
        ImageDraw.Draw(card).rectangle((position[0], position[1], position[0] + width, position[1] + height), outline=_LINE)
    return position[0], position[0] + width, position[1], position[1] + height


def _draw_kernel(card: Image.Image, f: np.ndarray) -> tuple[int, int, int, int]:
    """Draw a kernel (K,K) with its numbers, if they fit, and return its left, right, top and bottom edges."""
    from PIL import ImageDraw

    pen, cell = ImageDraw.Draw(card), min(_CELL, _MOST_KERNEL // max(f.shape))
    limit = float(np.abs(np.nan_to_num(f, posinf=0.0, neginf=0.0)).max())
    colours = ramp("signed", _LEVELS)[levels_of(f, -limit, limit, _LEVELS)]
    left, top = _KERNEL_CENTRE - f.shape[1] * cell // 2, _MIDDLE - f.shape[0] * cell // 2
    texts = {index: format_value(float(number) + 0.0, "2") for index, number in np.ndenumerate(f)}
    font = next((font for font in (_font(size, bold=True) for size in range(20, 12, -1)) if max(map(font.getlength, texts.values())) <= cell - 4), None)
    for (i, j), text in texts.items():
        x, y = left + j * cell, top + i * cell
        pen.rectangle((x, y, x + cell, y + cell), fill=tuple(colours[i, j].tolist()), outline=_LINE)
        if font is not None:
            colour = "white" if abs(f[i, j]) > _DARK * limit else _INK
            pen.text((x + cell / 2, y + cell / 2), text, fill=colour, font=font, anchor="mm")
    return left, left + f.shape[1] * cell, top, top + f.shape[0] * cell


def _ribbon(card: Image.Image, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    """Fill the band between two vertical edges, each (x, top, bottom), with smooth sides."""
    from PIL import ImageDraw

    pen, (x0, top0, bottom0), (x1, top1, bottom1) = ImageDraw.Draw(card), start, end
    for x in range(x0, x1):
        share = (x - x0) / (x1 - x0)
        smooth = share * share * (3 - 2 * share)
        pen.line((x, round(top0 + smooth * (top1 - top0)), x, round(bottom0 + smooth * (bottom1 - bottom0))), fill=_RIBBON)


def _text(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, width: int, *, bold: bool = False, fill: str = _INK, anchor: str = "ls"
) -> None:
    """Write a line, in a smaller size if it is wider than `width`, and cut if it does not fit in half the size."""
    font = next((font for font in (_font(n, bold) for n in range(size, size // 2, -2)) if font.getlength(text) <= width), _font(size // 2, bold))
    while font.getlength(text) > width and len(text) > 1:
        text = f"{text[:-2]}…"
    pen.text(at, text, fill=fill, font=font, anchor=anchor)


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the page's typeface, or Pillow's own if that cannot be read."""
    from PIL import ImageFont

    try:
        font = ImageFont.truetype(Path(cnnviz.__file__).parent / "view" / "fonts" / "inter.woff2", size)
        font.set_variation_by_axes([700 if bold else 400])
    except OSError:  # Pillow without WOFF2
        font = ImageFont.load_default(size)  # type: ignore[assignment]
    return font

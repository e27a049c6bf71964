"""Drawn digits: scaled and centred like MNIST's, and stored in the link itself, as uploads are."""

import numpy as np

from cnnviz.core.setup.image_ids import SIDES
from cnnviz.data.uploads import inflate_id, make_id
from cnnviz.words import Problem

PREFIX = "drawing-"
SIDE = SIDES["digit"]
BOX = 20
"""Longer side of a digit in pixels, after scaling."""


def read_drawing(data: bytes) -> str:
    """Return the image id of a drawing: SIDE × SIDE bytes, row by row, 255 for ink. Raise Problem if nothing is drawn, or
    for data of another size.

    >>> read_drawing(bytes(SIDE * SIDE))
    Traceback (most recent call last):
    cnnviz.words.Problem: Nothing is drawn yet.
    """
    if len(data) != SIDE * SIDE:
        raise Problem("data.upload.damaged")
    ink = np.frombuffer(data, np.uint8).reshape(SIDE, SIDE)
    if not ink.any():
        raise Problem("data.drawing.empty")
    return make_id(PREFIX, centre(ink))


def centre(ink: np.ndarray) -> np.ndarray:
    """Return a drawing (H,W), uint8, as MNIST's authors prepared their digits: the longer side of its bounding box scaled
    to BOX pixels, and its centre of mass at the centre of (SIDE,SIDE).

    >>> dot = np.zeros((28, 28), np.uint8); dot[2:4, 20:22] = 255
    >>> rows, columns = np.nonzero(centre(dot)); int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
    (4, 23, 4, 23)
    """
    from PIL import Image

    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(side * BOX / max(box.shape))) for side in box.shape)
    scaled = np.asarray(Image.fromarray(box).resize((width, height), Image.Resampling.BILINEAR), np.float64)
    offsets = [_offset(scaled.sum(axis=1 - axis)) for axis in (0, 1)]
    page = np.zeros((SIDE, SIDE), np.uint8)
    page[offsets[0] : offsets[0] + height, offsets[1] : offsets[1] + width] = np.rint(scaled).astype(np.uint8)
    return page


def _offset(masses: np.ndarray) -> int:
    """Return the position of the first of `masses` on an axis of SIDE pixels that centres them and keeps all of them
    on the axis."""
    middle = float((masses * (np.arange(len(masses)) + 0.5)).sum() / masses.sum())
    return int(np.clip(round(SIDE / 2 - middle), 0, SIDE - len(masses)))


def unpack_drawing(img: str) -> np.ndarray:
    """Return the pixels (SIDE,SIDE,3), uint8, read-only, of an id from `read_drawing`. Raise Problem for anything else."""
    gray = inflate_id(img, PREFIX, SIDE * SIDE).reshape(SIDE, SIDE, 1)
    return np.broadcast_to(gray, (SIDE, SIDE, 3))

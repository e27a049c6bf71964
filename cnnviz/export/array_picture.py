"""Heat map of any array in the output of a notebook cell: an image in HTML, without a widget."""

import base64
import html
import io

import numpy as np
from PIL import Image

from cnnviz.export.colour_scales import levels_of, ramp
from cnnviz.words import Problem, say

MOST_CELLS = 1_000_000
LEVELS = 255
SIDE, CELL, LEAST = 320, 40, 12
"""Limits in CSS pixels: of the image's longer side, of a cell, and the minimum of the shorter side."""


class ArrayView:
    """Picture that `cnnviz.show` returns for an array of one or two axes: blue below 0, red above, white at 0, one
    pixel per cell.

    Raise Problem if the object is not such an array of real numbers.

    >>> view = ArrayView(np.eye(2))
    >>> view.limit, "2 × 2, from 0 to 1" in view._repr_html_()
    (1.0, True)
    """

    def __init__(self, array: object, lang: str = "en") -> None:
        values = _to_array(array)
        if values.ndim not in (1, 2) or not 0 < values.size <= MOST_CELLS or values.dtype.kind not in "biuf":
            raise Problem("export.jupyter.no_map", shape=str(values.shape), dtype=str(values.dtype), most=MOST_CELLS)
        self.array, self.lang = np.atleast_2d(values.astype(float)), lang

    @property
    def limit(self) -> float:
        """Absolute value of the largest finite entry, the end of the colour scale."""
        finite_values = self.array[np.isfinite(self.array)]
        return float(np.abs(finite_values).max(initial=0.0))

    def png(self) -> bytes:
        """Return the image with one pixel per cell."""
        buffer = io.BytesIO()
        levels = levels_of(self.array / (self.limit or 1.0), -1.0, 1.0, LEVELS)
        Image.fromarray(ramp("signed", LEVELS)[levels]).save(buffer, "PNG")
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        rows, columns = self.array.shape
        numbers = self.array[~np.isnan(self.array)]
        lowest, highest = (numbers.min(), numbers.max()) if numbers.size else (np.nan, np.nan)
        words = html.escape(say("export.jupyter.map", self.lang, rows=rows, columns=columns, least=lowest, most=highest))
        data = base64.b64encode(self.png()).decode()
        width, height = (max(LEAST, round(side * min(CELL, SIDE / max(rows, columns)))) for side in (columns, rows))
        style = f"width: min(100%, {width}px); aspect-ratio: {width} / {height}; image-rendering: pixelated; border: 1px solid #8884"
        return f'<figure style="margin: 0"><img alt="{words}" style="{style}" src="data:image/png;base64,{data}"><figcaption>{words}</figcaption></figure>'


def _to_array(array: object) -> np.ndarray:
    """Return the object as an array; a PyTorch tensor is detached. Return an array of type object if that fails."""
    try:
        return np.asarray(array.detach().cpu() if hasattr(array, "detach") else array)
    except (TypeError, ValueError, RuntimeError, NotImplementedError):  # ragged lists, or tensors without values
        return np.array(None)

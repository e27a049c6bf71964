"""Any array as the page's heat map, for the result of a notebook's cell: a picture in HTML, without a widget."""

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
"""CSS pixels: the picture's longer side and a cell's, at most, and the picture's shorter side, at least."""


class ArrayView:
    """The picture that `cnnviz.show` gives for an array of one or two axes: blue below 0, red above, white at 0, a cell a pixel.

    Raises Problem for what is no such array of real numbers.

    >>> view = ArrayView(np.eye(2))
    >>> view.limit, "2 × 2, from 0 to 1" in view._repr_html_()
    (1.0, True)
    """

    def __init__(self, array: object, lang: str = "en") -> None:
        values = _values(array)
        if values.ndim not in (1, 2) or not 0 < values.size <= MOST_CELLS or values.dtype.kind not in "biuf":
            raise Problem("export.jupyter.no_map", shape=str(values.shape), dtype=str(values.dtype), most=MOST_CELLS)
        self.array, self.lang = np.atleast_2d(values.astype(float)), lang

    @property
    def limit(self) -> float:
        """The size of the largest entry that is finite: where the colours end."""
        finite = self.array[np.isfinite(self.array)]
        return float(np.abs(finite).max(initial=0.0))

    def png(self) -> bytes:
        """The picture, a pixel a cell."""
        out = io.BytesIO()
        levels = levels_of(self.array / (self.limit or 1.0), -1.0, 1.0, LEVELS)
        Image.fromarray(ramp("signed", LEVELS)[levels]).save(out, "PNG")
        return out.getvalue()

    def _repr_html_(self) -> str:
        rows, columns = self.array.shape
        numbers = self.array[~np.isnan(self.array)]
        least, most = (numbers.min(), numbers.max()) if numbers.size else (np.nan, np.nan)
        words = html.escape(say("export.jupyter.map", self.lang, rows=rows, columns=columns, least=least, most=most))
        data = base64.b64encode(self.png()).decode()
        wide, high = (max(LEAST, round(side * min(CELL, SIDE / max(rows, columns)))) for side in (columns, rows))
        style = f"width: min(100%, {wide}px); aspect-ratio: {wide} / {high}; image-rendering: pixelated; border: 1px solid #8884"
        return f'<figure style="margin: 0"><img alt="{words}" style="{style}" src="data:image/png;base64,{data}"><figcaption>{words}</figcaption></figure>'


def _values(array: object) -> np.ndarray:
    """The array that NumPy makes of it, a tensor of PyTorch without its way back; one of no numbers where it makes none."""
    try:
        return np.asarray(array.detach().cpu() if hasattr(array, "detach") else array)
    except (TypeError, ValueError, RuntimeError, NotImplementedError):  # lists of several lengths, a tensor that has no values yet
        return np.array(None)

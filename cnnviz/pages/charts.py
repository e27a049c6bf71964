"""Charts: lines over a common x, drawn by the view."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnviz.wire.parts import ChartData
from cnnviz.wire.parts import Line as LineData
from cnnviz.words import Message

LINE_COLOURS = ("#2f86de", "#d9730d", "#c0392b", "#16a085", "#8e44ad", "#7f8c8d", "#b8860b", "#d6336c", "#8a5a44")
"""Colours of a chart's lines: one for each weight of a 3×3 kernel, all distinct from white and from black."""


class Line(NamedTuple):
    """One line of a chart; a value of None is a gap. Dashed lines belong to a second version.

    `hue` is the index of its colour, or None for the colour at the line's own index.
    """

    label: Message | str
    values: Sequence[float | None] | np.ndarray
    dashed: bool = False
    hue: int | None = None


def chart(
    name: str, title: Message | str, x: Sequence[float] | np.ndarray, lines: Sequence[Line], x_title: Message | str, y_title: Message | str = "",
    log: str = "", cursor: float | None = None, words: Message | str = "",
) -> ChartData:  # fmt: skip
    """Return a chart of lines over a common x; `cursor` is the update to mark.

    `log` names the logarithmic axes: "", "y" or "xy". Dashed lines follow the others, in the same order and colours.
    """
    line_count = sum(not line.dashed for line in lines)
    series = [
        LineData(label=line.label, values=[*line.values], dashed=line.dashed, hue=index % line_count if line.hue is None else line.hue)
        for index, line in enumerate(lines)
    ]
    return ChartData(
        name=name, title=title, x=[*x], cursor=cursor, words=words, xTitle=x_title, yTitle=y_title, log="x" in log, logY="y" in log, series=series,
    )  # fmt: skip

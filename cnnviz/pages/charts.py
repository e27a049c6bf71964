"""A chart: lines over a common x, drawn by the component."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnnviz.wire.parts import ChartData
from cnnviz.wire.parts import Line as LineData
from cnnviz.words import Message

LINE_COLOURS = ("#2f86de", "#d9730d", "#c0392b", "#16a085", "#8e44ad", "#7f8c8d", "#b8860b", "#d6336c", "#8a5a44")
"""Of the lines of a chart; as many as a kernel has weights, and all can be told from white and from black."""


class Line(NamedTuple):
    """One line: its name, its values (None is a gap), and whether it belongs to a second version, which is drawn dashed.

    `hue` is which of the colours it has, where that is not by its place.
    """

    label: Message | str
    values: Sequence[float | None] | np.ndarray
    dashed: bool = False
    hue: int | None = None


def chart(
    name: str, title: Message | str, x: Sequence[float] | np.ndarray, lines: Sequence[Line], x_title: Message | str, y_title: Message | str = "",
    log: str = "", cursor: float | None = None, words: Message | str = "",
) -> ChartData:  # fmt: skip
    """Lines over a common x, and the update that a cursor stands at.

    `log` names the axes that go by powers of ten: "", "y" or "xy". Dashed lines follow the others, in the same order, and have their colours.
    """
    versions = sum(not line.dashed for line in lines)
    series = [
        LineData(label=line.label, values=[*line.values], dashed=line.dashed, hue=place % versions if line.hue is None else line.hue)
        for place, line in enumerate(lines)
    ]
    return ChartData(
        name=name, title=title, x=[*x], cursor=cursor, words=words, xTitle=x_title, yTitle=y_title, log="x" in log, logY="y" in log, series=series,
    )  # fmt: skip

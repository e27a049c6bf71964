"""A chart: lines over a common x, drawn by the component."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.wire.parts import ChartData
from cnnviz.wire.parts import Line as LineData
from cnnviz.words import Message

LINE_COLOURS = ("#2f86de", "#d9730d", "#c0392b", "#16a085", "#8e44ad", "#7f8c8d", "#b8860b", "#d6336c", "#8a5a44")
"""Of the lines of a chart; as many as a kernel has weights, and all can be told from white and from black."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line: its name, its values (None is a gap), and whether it belongs to a second version, which is drawn dashed.

    `hue` is which of the colours it has, where that is not by its place.
    """

    label: Message | str
    values: Sequence[float | None] | np.ndarray
    dashed: bool = False
    hue: int | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """Lines over a common x, and the update that a cursor stands at.

    `log` names the axes that go by powers of ten: "", "y" or "xy". Dashed lines follow the others, in the
    same order, and have their colours.
    """

    name: str
    title: Message | str
    x: Sequence[float] | np.ndarray
    lines: tuple[Line, ...]
    x_title: Message | str
    y_title: Message | str = ""
    log: str = ""
    cursor: float | None = None
    words: Message | str = ""

    @property
    def record(self) -> ChartData:
        """As the component has it."""
        series = [
            LineData(label=line.label, values=[*line.values], dashed=line.dashed, hue=self.hue(place)) for place, line in enumerate(self.lines)
        ]
        return ChartData(
            name=self.name, title=self.title, x=[*self.x], cursor=self.cursor, words=self.words, xTitle=self.x_title, yTitle=self.y_title,
            log="x" in self.log, logY="y" in self.log, series=series,
        )  # fmt: skip

    def hue(self, place: int) -> int:
        """The colour of the line at `place`: a dashed one that of its like in the first version."""
        own = self.lines[place].hue
        return place % sum(not line.dashed for line in self.lines) if own is None else own

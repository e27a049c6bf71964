"""Records of maps, switches and charts that several pages share."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Query


class Verdict(TypedDict):
    """A sentence, and whether it reports success; None if nothing is known yet."""

    text: records.Text
    good: bool | None


class RowData(TypedDict):
    """A row of arrays under one label."""

    name: str
    label: records.Text


class PartData(TypedDict):
    """The part of an array that a picture shows. `index` selects it and is null for the axes of rows, columns and
    layers."""

    symbol: str
    label: records.Text
    words: records.Text
    family: str
    index: Sequence[int | None]
    rows: int
    columns: int
    layers: int
    flat: bool


class MapColours(TypedDict):
    """The limits of a map's colour scale, and the scale's name."""

    limits: tuple[float, float]
    scale: records.Scale


class SwitchData(TypedDict):
    """A switch: whether it is on, and its change of the address."""

    key: str
    label: records.Text
    words: records.Text
    on: bool
    change: Query
    more: records.Text


class SwitchGroup(TypedDict):
    """Switches under one title; `name` is independent of the language."""

    name: str
    title: records.Text
    options: Sequence[SwitchData]


class Line(TypedDict):
    """A line of a chart; lines of equal hue share a colour, and None is a gap."""

    label: records.Text
    values: Sequence[float | None]
    dashed: bool
    hue: int


class ChartData(TypedDict):
    """A chart of lines over a common x; `log` and `logY` make an axis logarithmic."""

    name: str
    title: records.Text
    x: Sequence[float]
    xTitle: records.Text
    yTitle: records.Text
    cursor: float | None
    words: records.Text
    log: bool
    logY: bool
    series: Sequence[Line]

"""Parts of pages with maps, switches and charts: an array's part as a picture, versions of it, choices, lines."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Query


class Verdict(TypedDict):
    """A sentence, and whether it is good news; None where nothing is known yet."""

    text: records.Text
    good: bool | None


class RowData(TypedDict):
    """One version of the arrays."""

    name: str
    label: records.Text


class PartData(TypedDict):
    """The part of an array that is one picture; `index` is a cell's, null where it goes by row, column and layer."""

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
    """The values at the ends of a map's colours, and which colours these are."""

    limits: tuple[float, float]
    scale: records.Scale


class SwitchData(TypedDict):
    """A choice: whether it is on, and the change of the address that it makes."""

    key: str
    label: records.Text
    words: records.Text
    on: bool
    change: Query
    more: records.Text


class SwitchGroup(TypedDict):
    """Choices under one title; its name is the same in every language."""

    name: str
    title: records.Text
    options: Sequence[SwitchData]


class Line(TypedDict):
    """A line of a chart; those of one hue have one colour. A value that is None is a gap."""

    label: records.Text
    values: Sequence[float | None]
    dashed: bool
    hue: int


class ChartData(TypedDict):
    """Lines over a common x; `log` and `logY` put an axis on powers of ten."""

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

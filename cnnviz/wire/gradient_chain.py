"""Records of a gradient chain: gradients as cards from the loss to the image, with the operations between them."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Cell, Header
from cnnviz.wire.parts import ChartData, MapColours, PartData, RowData, SwitchData, SwitchGroup, Verdict

CardState = Literal["", "right", "equal", "follows", "undecided", "first", "inherits", "wrong", "another", "missing"]


class GradientCard(PartData):
    """One array: the card it is computed from ("L" for the loss), the operation in words, and the verdict on its
    numbers.

    States: "right" by central differences, "equal" to the right gradient, "follows" from checked arrays, "undecided", the
    "first" wrong array, "inherits" its error, "wrong" independently, from "another" forward pass, "missing", or "" if not
    known yet. `slip` names the wrong operation. `address` is `index` in the notation of addresses, empty
    if addresses use another layout.
    """

    source: str
    operation: records.Text
    slip: records.Text
    state: CardState
    note: records.Text
    cell: Cell
    address: Sequence[int | None]


class GradientChainData(TypedDict):
    """A chain without its arrays. Cards show the first row, and `subject` is the initially selected card. `views` are
    the switches for image and mode.
    """

    title: records.Text
    verdict: Verdict
    sentences: Sequence[records.Text]
    rows: Sequence[RowData]
    cards: Sequence[GradientCard]
    maps: Mapping[str, MapColours]
    subject: str
    tabs: Sequence[SwitchData]
    views: Sequence[SwitchGroup]
    switches: Sequence[SwitchGroup]
    charts: Sequence[ChartData]


class GradientChainHeader(Header):
    """Header of a page with a gradient chain."""

    road: GradientChainData

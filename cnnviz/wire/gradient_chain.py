"""Records of a page with a chain: gradients as cards from the loss to the image, each with the operation that leads to it."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from cnnviz.wire import records
from cnnviz.wire.page import Cell, Header
from cnnviz.wire.parts import ChartData, MapColours, PartData, RowData, SwitchData, SwitchGroup, Verdict

CardState = Literal["", "right", "equal", "follows", "undecided", "first", "inherits", "wrong", "another", "missing"]


class GradientCard(PartData):
    """One array: the card that it is made from ("L" for the loss), the operation in words, and what is known of its numbers.

    They were found "right"; they are "equal" to the right ones; no difference was taken, they "follows"; they are "undecided"; they are
    the "first" wrong ones, "inherits" that, are "wrong" once more; they are of "another" forward pass, or "missing"; "" where nothing is known yet. `slip` names
    what was done instead of the operation. `address` is a cell's index in an address, null where it goes by row, column
    and layer; empty where there is none.
    """

    source: str
    operation: records.Text
    slip: records.Text
    state: CardState
    note: records.Text
    cell: Cell
    address: Sequence[int | None]


class GradientChainData(TypedDict):
    """All that a chain shows besides its arrays: the cards show those of the first row; `subject` is the card that is spoken of first.

    `views` are choices of what is looked at: which image, which mode.
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
    """That of a page with a chain."""

    road: GradientChainData

"""A board: versions of the same arrays side by side, a row each, a column a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.pages.address import Now
from cnnviz.pages.charts import Chart
from cnnviz.pages.colours import LEAST_ERROR
from cnnviz.pages.encoding import encode, header, losses
from cnnviz.pages.map_parts import Part
from cnnviz.pages.map_records import largest
from cnnviz.pages.switches import Group, Switch
from cnnviz.wire.board import BoardColumn, BoardData, BoardHeader, BoardMap, BoardRow, State, Verdict
from cnnviz.words import Message

ERROR = "error"
"""The scale of relative errors: logarithmic, from 1e-16 to 1."""
RATIO = "ratio"
"""Quotients: from their smallest to their largest, 1 among them, a few far ones apart."""


@dataclass(frozen=True)
class Row:
    """One version: a name for the arrays, a label for people, and its arrays by symbol."""

    name: str
    label: Message | str
    arrays: Mapping[str, np.ndarray]
    scale: str = ""


@dataclass(frozen=True)
class Board:
    """All that a board shows besides its arrays; `parts` is what is shown of each, a column each.

    `good` says what the verdict is, None where there is none yet. `states` are those of columns where `first` and
    `inherits` do not say it all.
    """

    title: Message
    verdict: Message
    good: bool | None
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    subject: str
    sentences: tuple[Message | str, ...] = ()
    notes: Mapping[str, Message] = field(default_factory=dict)
    first: str = ""
    inherits: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    charts: tuple[Chart, ...] = ()
    cells: Mapping[str, list[int]] = field(default_factory=dict)
    tabs: tuple[Switch, ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)

    def arrays(self) -> dict[str, np.ndarray]:
        """What is shown of the arrays of every row, named "row.symbol"."""
        pairs = [(row, part) for row in self.rows for part in self.parts if part.symbol in row.arrays]
        return {f"{row.name}.{part.symbol}": self._shown(row, part) for row, part in pairs}

    def named_charts(self) -> dict[str, Chart]:
        """The charts by the name under which the component asks to see them large."""
        return {f"chart-{chart.name}": chart for chart in self.charts}

    @property
    def record(self) -> BoardData:
        """The header's part for the component."""
        return BoardData(
            title=self.title,
            verdict=Verdict(text=self.verdict, good=self.good),
            sentences=self.sentences,
            rows=[BoardRow(name=row.name, label=row.label) for row in self.rows],
            columns=[self._column(part) for part in self.parts],
            maps=self._maps(),
            subject=self.subject,
            tabs=[tab.record for tab in self.tabs],
            switches=[group.record for group in self.groups],
            charts=[chart.record for chart in self.charts],
        )

    def _column(self, part: Part) -> BoardColumn:
        symbol = part.symbol
        parted: State = "first" if symbol == self.first else "inherits" if symbol in self.inherits else ""
        return BoardColumn(
            **part.record, address=part.address, note=self.notes.get(symbol, ""), state=self.states.get(symbol, parted),
            cell=self.cells.get(symbol) or self._strongest(part),
        )  # fmt: skip

    def _strongest(self, part: Part) -> list[int]:
        """The cell that is spoken of before anybody points: of the largest number in the first row."""
        shown = part.of(self.rows[0].arrays[part.symbol])
        return largest(np.nan_to_num(shown), shown.shape)

    def _shown(self, row: Row, part: Part) -> np.ndarray:
        array = row.arrays[part.symbol]
        return array if part.whole else part.of(array)

    def _maps(self) -> dict[str, BoardMap]:
        """Limits and colours: one symbol has the same limits in every row, or they could not be compared."""
        maps = {}
        for part in self.parts:
            symbol = part.symbol
            shown = [self._shown(row, part) for row in self.rows if symbol in row.arrays and not row.scale]
            most = max((float(np.nan_to_num(np.abs(array)).max()) for array in shown), default=0.0)
            limits = (0.0, max(1.0, most)) if part.scale in ("activation", "answer") else (-most, most)
            for row in self.rows:
                if symbol in row.arrays:
                    own = _OWN[row.scale](self._shown(row, part)) if row.scale else BoardMap(limits=limits, scale=part.scale)
                    maps[f"{row.name}.{symbol}"] = own
        return maps


def _ratios(array: np.ndarray) -> BoardMap:
    of = array[np.isfinite(array)]
    low, high = np.percentile(of, (2, 98)) if of.size else (1.0, 1.0)
    return BoardMap(limits=(float(min(low, 1.0)), float(max(high, 1.0 if low < 1 else 1 + 1e-9))), scale="activation")


_OWN: Mapping[str, Callable[[np.ndarray], BoardMap]] = {
    ERROR: lambda _: BoardMap(limits=(LEAST_ERROR, 1.0), scale="error"),
    RATIO: _ratios,
}


def answer(page: str, now: Now, board: Board, more: Mapping[str, object] | None = None, arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Everything that a page with a board shows, and what it has to say besides.

    One goes through the stages that have a column; the others would show nothing.
    """
    head = BoardHeader(**header(page, now), board=board.record)
    shown = {part.symbol for part in board.parts}
    head["stages"] = [stage for stage in head["stages"] if stage["symbol"] in shown or _next(stage["symbol"]) in shown]
    return encode({**head, **(more or {})}, board.arrays() | losses(now.moment) | dict(arrays or {}))


def _next(stage: str) -> str:
    """The column in which the update shows, for that stage."""
    return "f_next" if stage == "update" else ""

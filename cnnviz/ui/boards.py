"""A board: versions of the same arrays side by side, a row each, a column a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.ui import switches
from cnnviz.ui.address import Now
from cnnviz.ui.charts import Chart
from cnnviz.ui.component.answer import encode, header, losses
from cnnviz.ui.maps import MAPS, focus
from cnnviz.ui.switches import Group
from cnnviz.words import Message

ERROR = "error"
"""The scale of relative errors: logarithmic, from 1e-16 to 1."""


@dataclass(frozen=True)
class Row:
    """One version: a name for the arrays, a label for people, and its arrays by symbol."""

    name: str
    label: Message | str
    arrays: Mapping[str, np.ndarray]
    scale: str = ""


@dataclass(frozen=True)
class Board:
    """All that a board shows besides its arrays."""

    title: Message
    verdict: Message
    good: bool
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    subject: tuple[str, list[int]]
    sentences: tuple[Message | str, ...] = ()
    notes: Mapping[str, Message] = field(default_factory=dict)
    first: str = ""
    inherits: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    charts: tuple[Chart, ...] = ()

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of every row, named "row.symbol"."""
        return {f"{row.name}.{symbol}": array for row in self.rows for symbol, array in row.arrays.items()}

    def named_charts(self) -> dict[str, Chart]:
        """The charts by the name under which the component asks to see them large."""
        return {f"chart-{chart.name}": chart for chart in self.charts}

    def to_json(self, unit_shape: tuple[int, int]) -> dict:
        """The header's part for the component; `unit_shape` lays out w and dw."""
        return {
            "title": self.title,
            "verdict": {"text": self.verdict, "good": self.good},
            "sentences": self.sentences,
            "rows": [{"name": row.name, "label": row.label} for row in self.rows],
            "columns": [self._column(symbol) for symbol in self.columns],
            "maps": self._maps(),
            "subject": {"symbol": self.subject[0], "cell": self.subject[1]},
            "unit_shape": unit_shape,
            "switches": switches.to_json(self.groups),
            "charts": [chart.to_json() for chart in self.charts],
        }

    def _column(self, symbol: str) -> dict:
        state = "first" if symbol == self.first else "inherits" if symbol in self.inherits else ""
        return {"symbol": symbol, "label": MAPS[symbol].label, "note": self.notes.get(symbol, ""), "state": state}

    def _maps(self) -> dict[str, dict]:
        """Limits and colours: one symbol has the same limits in every row, or they could not be compared."""
        maps = {}
        for symbol in self.columns:
            shown = [row.arrays[symbol] for row in self.rows if symbol in row.arrays and not row.scale]
            most = max((float(np.abs(array).max()) for array in shown), default=0.0)
            scale = "activation" if symbol in ("a1", "o") else "signed"
            limits = (0.0, 1.0) if scale == "activation" else (-most, most)
            for row in self.rows:
                if symbol in row.arrays:
                    own = {"limits": (1e-16, 1.0), "scale": ERROR} if row.scale == ERROR else {"limits": limits, "scale": scale}
                    maps[f"{row.name}.{symbol}"] = own
        return maps


def answer(page: str, now: Now, board: Board) -> bytes:
    """Everything that a page with a board shows."""
    head = header(page, now) | {"board": board.to_json(now.moment.trace.z1.shape), "focus": focus(now.lesson, now.moment)}
    return encode(head, board.arrays() | losses(now.moment))

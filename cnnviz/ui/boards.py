"""A board: versions of the same arrays side by side, a row each, a column a stage (web/pages/board.js)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cnnviz.ui.maps import MAPS

ERROR = "error"
"""The scale of relative errors: logarithmic, from 1e-16 to 1."""


LINE_COLOURS = ("#2f86de", "#d9730d", "#c0392b", "#16a085", "#8e44ad", "#7f8c8d", "#b8860b", "#d6336c", "#8a5a44")
"""Of the lines of a chart; as many as a kernel has weights, and all can be told from white and from black."""


@dataclass(frozen=True)
class Row:
    """One version: a name for the arrays, a label for people, and its arrays by symbol."""

    name: str
    label: str
    arrays: Mapping[str, np.ndarray]
    scale: str = ""


@dataclass(frozen=True)
class Chart:
    """Lines over a common x; opened large it becomes a Plotly figure.

    `log` names the axes that go by powers of ten: "", "y" or "xy". The series in `dashed` are those of a
    second version: they follow the first version's, in the same order, and have their colours.
    """

    name: str
    title: str
    x: Sequence[float] | np.ndarray
    series: Mapping[str, Sequence[float] | np.ndarray]
    log: str = ""
    dashed: frozenset[str] = frozenset()
    cursor: float | None = None
    x_title: str = "updates"
    y_title: str = ""
    words: str = ""

    def to_json(self) -> dict:
        """As web/draw/chart.js wants it."""
        lines = [
            {"label": label, "values": values, "dashed": label in self.dashed, "hue": self.hue(label)}
            for label, values in self.series.items()
        ]
        shown = ("name", "title", "x", "cursor", "words")
        axes = {"log": "x" in self.log, "logY": "y" in self.log}
        return {name: getattr(self, name) for name in shown} | axes | {"series": lines}

    def hue(self, label: str) -> int:
        """Which colour a series has: a line of the second version that of its like in the first."""
        return list(self.series).index(label) % (len(self.series) - len(self.dashed))


@dataclass(frozen=True)
class Switch:
    """One choice: what it says, whether it is on, and the change of the address that it makes."""

    key: str
    label: str
    words: str
    on: bool
    change: Mapping[str, str]
    more: str = ""


@dataclass(frozen=True)
class Board:
    """All that a board shows besides its arrays."""

    title: str
    verdict: str
    good: bool
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    subject: tuple[str, list[int]]
    sentences: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    first: str = ""
    inherits: frozenset[str] = frozenset()
    switches: Mapping[str, tuple[Switch, ...]] = field(default_factory=dict)
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
            "columns": [
                {"symbol": symbol, "label": MAPS[symbol].label, "note": self.notes.get(symbol, ""), "state": self._state(symbol)}
                for symbol in self.columns
            ],
            "maps": self._maps(),
            "subject": {"symbol": self.subject[0], "cell": self.subject[1]},
            "unit_shape": unit_shape,
            "switches": [{"title": title, "options": [vars(s) for s in group]} for title, group in self.switches.items()],
            "charts": [chart.to_json() for chart in self.charts],
        }

    def _state(self, symbol: str) -> str:
        if symbol == self.first:
            return "first"
        return "inherits" if symbol in self.inherits else ""

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


def true_minus(text: str) -> str:
    """Python's numbers as the page prints them: a true minus sign, and no zeros in a power of ten.

    >>> true_minus("-0.5, 7.6e-10, 2e-05, well-known")
    '−0.5, 7.6e−10, 2e−5, well-known'
    """
    text = re.sub(r"(?<=\d)e([-+])0*(?=\d)", lambda power: "e−" if power[1] == "-" else "e", text)
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)

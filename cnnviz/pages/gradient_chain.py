"""The gradient chain: the gradients of a backward pass from the loss to the image, one card each, with the operations
between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, header, loss_curve
from cnnviz.pages.map_parts import Part
from cnnviz.pages.map_records import largest
from cnnviz.pages.map_settings import LEAST_ERROR
from cnnviz.wire.gradient_chain import CardState, GradientCard, GradientChainData, GradientChainHeader
from cnnviz.wire.parts import ChartData, MapColours, RowData, SwitchData, SwitchGroup, Verdict
from cnnviz.words import LocalizedText, Message, message

ERROR = "error"
"""Logarithmic scale of relative errors, from 1e-16 to 1."""
RATIO = "ratio"
"""Scale of quotients: from the 2nd to the 98th percentile, extended to include 1."""


@dataclass(frozen=True)
class Operation:
    """A step of the backward pass: the gradient it computes, the gradient it starts from ("L" for the loss), and a
    description."""

    makes: str
    source: str
    words: Message | LocalizedText | str


def operations(program: Program) -> tuple[Operation, ...]:
    """Return every operation from the loss to the image. Reshaping a gradient to a map does not count as an
    operation.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> [f"{one.source} {one.words} {one.makes}" for one in operations(Network.parse(DEFAULT).program((4, 4)))][:3]
    ['L the error do', 'do times the slope σ′ dz2', 'dz2 times v dw']
    """
    network, steps = program.network, []
    ids = {name: stage.words for stage in network.stages if stage.phase == "backward" for name in stage.makes}
    incoming = "L" if network.merged else "do"
    if not network.merged:
        steps.append(Operation("do", "L", message("loss.way")))
    for layer, names in reversed([*zip(network.layers, network.names, strict=True)]):
        ids.setdefault("dx", network.layers[0].words("dx"))
        values = {"x": label(names.input), "slope": f"{layer.function or layer.kind}′", **{letter: label(names.of(letter)) for letter in layer.parameter_letters}}
        source = f"d{names.source}"
        for target in (*(f"d{names.of(letter)}" for letter in layer.parameter_letters), source):
            is_eval = target == source and not program.run.training and "dx" in layer.in_eval_mode
            phrase = "loss" if ids[target].startswith("loss.") else ids[target]
            steps.append(Operation(target, incoming, message(f"{phrase}.way{'_after_training' if is_eval else ''}", **values)))
        incoming = source
    return tuple(steps)


@dataclass(frozen=True)
class Row:
    """One version of the arrays, by symbol, with an internal name and a label. `scale` is "" for the arrays' own
    scales."""

    name: str
    label: Message | str
    arrays: Mapping[str, np.ndarray]
    scale: str = ""


@dataclass(frozen=True)
class GradientChain:
    """Content of a gradient chain. `parts` are the shown parts of the arrays, one card each, in the order of
    `operations`.

    `good` is whether the verdict is good news, None if there is none. `mistakes` describe, by symbol, what was done instead.
    """

    title: Message
    verdict: Message
    good: bool | None
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    operations: tuple[Operation, ...]
    subject: str
    states: Mapping[str, CardState]
    mistakes: Mapping[str, Message] = field(default_factory=dict)
    sentences: tuple[Message | str, ...] = ()
    notes: Mapping[str, Message] = field(default_factory=dict)
    groups: tuple[SwitchGroup, ...] = ()
    charts: tuple[ChartData, ...] = ()
    cells: Mapping[str, list[int]] = field(default_factory=dict)
    tabs: tuple[SwitchData, ...] = ()
    views: tuple[SwitchGroup, ...] = ()

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the shown parts of every row's arrays, named "row.symbol"."""
        return {f"{row.name}.{part.symbol}": _shown_part(row, part) for row, part in self._pairs()}

    @property
    def first(self) -> str:
        """The first wrong array, or "" if there is none."""
        return next((symbol for symbol, state in self.states.items() if state == "first"), "")

    @property
    def inherits(self) -> frozenset[str]:
        """The arrays that are wrong only because they are computed from the first wrong one."""
        return frozenset(symbol for symbol, state in self.states.items() if state == "inherits")

    @property
    def record(self) -> GradientChainData:
        """The chain's record in the header."""
        return GradientChainData(
            title=self.title,
            verdict=Verdict(text=self.verdict, good=self.good),
            sentences=self.sentences,
            rows=[RowData(name=row.name, label=row.label) for row in self.rows],
            cards=[self._card(part, operation) for part, operation in zip(self.parts, self.operations, strict=True)],
            maps=self._maps(),
            subject=self.subject,
            tabs=self.tabs,
            views=self.views,
            switches=self.groups,
            charts=self.charts,
        )

    def _pairs(self) -> list[tuple[Row, Part]]:
        return [(row, part) for row in self.rows for part in self.parts if part.symbol in row.arrays]

    def _card(self, part: Part, operation: Operation) -> GradientCard:
        symbol = part.symbol
        return GradientCard(
            **part.record, address=part.address, source=operation.source, operation=operation.words, slip=self.mistakes.get(symbol, ""),
            state=self.states.get(symbol, ""), note=self.notes.get(symbol, ""), cell=self.cells.get(symbol) or self._strongest(part),
        )  # fmt: skip

    def _strongest(self, part: Part) -> list[int]:
        """Return the cell to select at first: the one with the largest number in the first row that has the array."""
        array = part.extract(next(row.arrays[part.symbol] for row in self.rows if part.symbol in row.arrays))
        return largest(np.nan_to_num(array), array.shape)

    def _maps(self) -> dict[str, MapColours]:
        """Return limits and colours. A symbol has the same limits in every row, so that rows can be compared."""
        limits: dict[str, float] = {}
        for row, part in self._pairs():
            if not row.scale:
                limits[part.symbol] = max(limits.get(part.symbol, 0.0), float(np.nan_to_num(np.abs(_shown_part(row, part))).max()))
        return {
            f"{row.name}.{part.symbol}": _SCALE_COLOURS[row.scale](_shown_part(row, part))
            if row.scale
            else MapColours(limits=_limits(part, limits[part.symbol]), scale=part.scale)
            for row, part in self._pairs()
        }  # fmt: skip


def _limits(part: Part, limit: float) -> tuple[float, float]:
    return (0.0, max(1.0, limit)) if part.scale in ("activation", "answer") else (-limit, limit)


def _shown_part(row: Row, part: Part) -> np.ndarray:
    array = row.arrays[part.symbol]
    return array if part.is_complete else part.extract(array)


def _ratio_colours(array: np.ndarray) -> MapColours:
    finite_values = array[np.isfinite(array)]
    low, high = np.percentile(finite_values, (2, 98)) if finite_values.size else (1.0, 1.0)
    return MapColours(limits=(float(min(low, 1.0)), float(max(high, 1.0 if low < 1 else 1 + 1e-9))), scale="activation")


_SCALE_COLOURS: Mapping[str, Callable[[np.ndarray], MapColours]] = {
    ERROR: lambda _: MapColours(limits=(LEAST_ERROR, 1.0), scale="error"),
    RATIO: _ratio_colours,
}


def encode_chain(
    page: str, request: PageRequest, chain: GradientChain, page_records: Mapping[str, object] | None = None, arrays: Mapping[str, np.ndarray] | None = None
) -> bytes:
    """Encode the response of a page with a gradient chain; `page_records` holds the page's other records.

    The header lists only the stages that have a card.
    """
    chain_header = GradientChainHeader(**header(page, request), road=chain.record)
    symbols = {part.symbol for part in chain.parts}
    chain_header["stages"] = [stage for stage in chain_header["stages"] if stage["symbol"] in symbols or (stage["symbol"] == "update" and "f_next" in symbols)]
    return encode({**chain_header, **(page_records or {})}, chain.arrays() | loss_curve(request.snapshot) | dict(arrays or {}))

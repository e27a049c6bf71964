"""A chain: the gradients of a backward pass from the loss to the image, a card each, with the operation that leads from one to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.pages.address import PageRequest
from cnnviz.pages.encoding import encode, header, losses
from cnnviz.pages.map_parts import Part
from cnnviz.pages.map_records import largest
from cnnviz.pages.map_settings import LEAST_ERROR
from cnnviz.wire.gradient_chain import CardState, GradientCard, GradientChainData, GradientChainHeader
from cnnviz.wire.parts import ChartData, MapColours, RowData, SwitchData, SwitchGroup, Verdict
from cnnviz.words import LocalizedText, Message, message

ERROR = "error"
"""The scale of relative errors: logarithmic, from 1e-16 to 1."""
RATIO = "ratio"
"""Quotients: from their smallest to their largest, 1 among them, a few far ones apart."""


@dataclass(frozen=True)
class Operation:
    """A step of the backward pass: the gradient that it makes, the one that it is made from ("L": the loss), and what is done, in words."""

    makes: str
    source: str
    words: Message | LocalizedText | str


def operations(program: Program) -> tuple[Operation, ...]:
    """Every step from the loss to the image; what is only laid out as a map again has none.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> [f"{one.source} {one.words} {one.makes}" for one in operations(Network.parse(DEFAULT).program((4, 4)))][:3]
    ['L the error do', 'do times the slope σ′ dz2', 'dz2 times v dw']
    """
    network, found = program.network, []
    ids = {name: stage.words for stage in network.stages if stage.phase == "backward" for name in stage.makes}
    made = "L" if network.merged else "do"
    if not network.merged:
        found.append(Operation("do", "L", message("loss.way")))
    for layer, names in reversed([*zip(network.layers, network.names, strict=True)]):
        ids.setdefault("dx", network.layers[0].words("dx"))
        values = {"x": label(names.input), "slope": f"{layer.function or layer.kind}′", **{letter: label(names.of(letter)) for letter in layer.parameter_letters}}
        before = f"d{names.source}"
        for target in (*(f"d{names.of(letter)}" for letter in layer.parameter_letters), before):
            other = target == before and not program.run.training and "dx" in layer.in_eval_mode
            way = "loss" if ids[target].startswith("loss.") else ids[target]
            found.append(Operation(target, made, message(f"{way}.way{'_after_training' if other else ''}", **values)))
        made = before
    return tuple(found)


@dataclass(frozen=True)
class Row:
    """One version: a name for the arrays, a label for people, and its arrays by symbol."""

    name: str
    label: Message | str
    arrays: Mapping[str, np.ndarray]
    scale: str = ""


@dataclass(frozen=True)
class GradientChain:
    """All that a chain shows besides its arrays; `parts` is what is shown of each, a card each, in the order of `operations`.

    `good` says what the verdict is, None where there is none yet. `mistakes` are the words of what was done instead, by symbol.
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
        """The shown parts of every row's arrays, named "row.symbol"."""
        return {f"{row.name}.{part.symbol}": _shown(row, part) for row, part in self._pairs()}

    @property
    def first(self) -> str:
        """The first wrong array, "" where there is none."""
        return next((symbol for symbol, state in self.states.items() if state == "first"), "")

    @property
    def inherits(self) -> frozenset[str]:
        """The arrays that are wrong only because they are made from it."""
        return frozenset(symbol for symbol, state in self.states.items() if state == "inherits")

    @property
    def record(self) -> GradientChainData:
        """The header's part for the component."""
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
        """The cell that is spoken of before anybody points: of the largest number in the first row that has the array."""
        shown = part.of(next(row.arrays[part.symbol] for row in self.rows if part.symbol in row.arrays))
        return largest(np.nan_to_num(shown), shown.shape)

    def _maps(self) -> dict[str, MapColours]:
        """Limits and colours: one symbol has the same limits in every row, or they could not be compared."""
        most: dict[str, float] = {}
        for row, part in self._pairs():
            if not row.scale:
                most[part.symbol] = max(most.get(part.symbol, 0.0), float(np.nan_to_num(np.abs(_shown(row, part))).max()))
        return {
            f"{row.name}.{part.symbol}": _OWN[row.scale](_shown(row, part)) if row.scale else MapColours(limits=_limits(part, most[part.symbol]), scale=part.scale)
            for row, part in self._pairs()
        }  # fmt: skip


def _limits(part: Part, most: float) -> tuple[float, float]:
    return (0.0, max(1.0, most)) if part.scale in ("activation", "answer") else (-most, most)


def _shown(row: Row, part: Part) -> np.ndarray:
    array = row.arrays[part.symbol]
    return array if part.whole else part.of(array)


def _ratios(array: np.ndarray) -> MapColours:
    of = array[np.isfinite(array)]
    low, high = np.percentile(of, (2, 98)) if of.size else (1.0, 1.0)
    return MapColours(limits=(float(min(low, 1.0)), float(max(high, 1.0 if low < 1 else 1 + 1e-9))), scale="activation")


_OWN: Mapping[str, Callable[[np.ndarray], MapColours]] = {
    ERROR: lambda _: MapColours(limits=(LEAST_ERROR, 1.0), scale="error"),
    RATIO: _ratios,
}


def answer(page: str, now: PageRequest, chain: GradientChain, more: Mapping[str, object] | None = None, arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Everything that a page with a chain shows, and what it has to say besides.

    One goes through the stages that have a card; the others would show nothing.
    """
    head = GradientChainHeader(**header(page, now), road=chain.record)
    shown = {part.symbol for part in chain.parts}
    head["stages"] = [stage for stage in head["stages"] if stage["symbol"] in shown or (stage["symbol"] == "update" and "f_next" in shown)]
    return encode({**head, **(more or {})}, chain.arrays() | losses(now.snapshot) | dict(arrays or {}))

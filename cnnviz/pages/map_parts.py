"""The part of an array that a card, a recording or a chart shows as one picture: all of it, or one channel or filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.setup.cells import Cell, cell_shape
from cnnviz.pages import map_records
from cnnviz.wire.parts import PartData
from cnnviz.wire.records import MapRecord, Scale, Text
from cnnviz.words import message

MOST_LAYERS = 2
"""Largest number of outputs whose weights are layers of one picture; with more outputs, one is shown."""


@dataclass(frozen=True)
class Part:
    """One picture of an array in the layout `shape`: rows and columns, in `layers`.

    `index` selects the part: None on the axes of rows, columns and layers. A `flat` part has one cell per row.
    `address` is `index` in the notation of addresses, or empty if addresses use another layout.
    """

    symbol: str
    words: Text
    family: str
    scale: Scale
    shape: tuple[int, ...]
    index: tuple[int | None, ...]
    rows: int
    columns: int = 1
    layers: int = 1
    flat: bool = False
    address: tuple[int | None, ...] = ()

    def extract(self, array: np.ndarray) -> np.ndarray:
        """Return this part of the complete array.

        >>> from cnnviz.core.network.network import Network
        >>> program = Network.parse("conv2x3-gap-mse").program((4, 4))
        >>> part(program, "z1", (1, 0, 0)).extract(np.arange(8.0)).tolist()
        [[4.0, 5.0], [6.0, 7.0]]
        """
        return array.reshape(self.shape)[tuple(slice(None) if axis_index is None else axis_index for axis_index in self.index)]

    @property
    def is_complete(self) -> bool:
        """Whether the part is the complete array."""
        return all(axis_index is None or size == 1 for axis_index, size in zip(self.index, self.shape, strict=True))

    @property
    def label(self) -> str:
        """The display name of the symbol, with the shown channel or filter.

        >>> from cnnviz.core.network.network import Network
        >>> part(Network.parse("conv2x3-gap-mse").program((4, 4)), "df", (1, 0, 2, 2)).label
        '∂f[1]'
        """
        indices = [":" if axis_index is None else str(axis_index) for axis_index, size in zip(self.index, self.shape, strict=True) if axis_index is None or size > 1]
        if self.is_complete:
            return label(self.symbol)
        while indices[-1] == ":":
            indices.pop()
        return f"{label(self.symbol)}[{','.join(indices)}]"

    @property
    def record(self) -> PartData:
        """The part's record in the header; indices are as in addresses.

        >>> from cnnviz.core.network.network import Network
        >>> part(Network.parse("conv2x3-gap-mse").program((4, 4)), "df", (1, 0, 2, 2)).record["index"]
        [1, 0, None, None]
        """
        indices = list(self.address) or [axis_index for axis_index, size in zip(self.index, self.shape, strict=True) if axis_index is None or size > 1]
        return PartData(
            symbol=self.symbol, label=self.label, words=self.words, family=self.family, index=indices,
            rows=self.rows, columns=self.columns, layers=self.layers, flat=self.flat,
        )  # fmt: skip


def part(program: Program, symbol: str, cell: Sequence[int] = ()) -> Part:
    """Return the part of an array that contains the cell `cell`, or the first part if `cell` is empty."""
    record = record_of(program, symbol)
    shape = tuple(record["shape"])
    cell = tuple(cell) if len(cell) == len(shape) else (0,) * len(shape)
    index = _index(record, shape, cell)
    sizes = [size for size, axis_index in zip(shape, index, strict=True) if axis_index is None]
    address_shape = cell_shape(program, symbol) or ()
    address = index[len(shape) - len(address_shape) :] if address_shape and address_shape == shape[len(shape) - len(address_shape) :] else ()
    rows, columns, layers = (*sizes, 1, 1)[:3]
    return Part(symbol, record["words"], record["family"], record["scale"], shape, index, rows, columns, layers, len(sizes) == 1, address)


def filled_part(program: Program, symbol: str, array: np.ndarray) -> Part:
    """Return the first part of an array that has a non-zero number, or the first part if there is none.

    >>> from cnnviz.core.network.network import Network
    >>> filled_part(Network.parse("conv2x3-gap-mse").program((4, 4)), "z1", np.repeat([0.0, 1.0], 4)).label
    'z₁[1]'
    """
    first_filled = np.flatnonzero(np.nan_to_num(array))[:1]
    return part(program, symbol, [int(indices[0]) for indices in np.unravel_index(first_filled, record_of(program, symbol)["shape"])] if first_filled.size else ())


def _index(record: MapRecord, shape: tuple[int, ...], cell: tuple[int, ...]) -> tuple[int | None, ...]:
    if record["kind"] in ("map", "filters"):
        return (*cell[:-2], None, None)
    if len(shape) == 4:  # weights of a layer that reads a map
        output = None if shape[0] == 1 and shape[3] <= MOST_LAYERS else cell[3]
        return (cell[0], None, None, output)
    return (None,) * len(shape)


@lru_cache(maxsize=4096)
def record_of(program: Program, symbol: str) -> MapRecord:
    """Return the record of an array; f_next has the layout of f."""
    record = map_records.static_records(program)[symbol.removesuffix("_next")]
    if symbol.endswith("_next"):
        return {**record, "symbol": symbol, "label": label(symbol), "words": message("ui.map.next", of=record["words"])}
    return record


def pinned_cells(cell: Cell | None, program: Program) -> Mapping[str, tuple[int, ...]]:
    """Return the index of the pinned cell for each symbol of its family, or nothing if no cell is pinned.

    >>> from cnnviz.core.network.network import Network
    >>> pinned_cells(("z1", (1, 0, 1)), Network.parse("conv2x3-relu-gap-mse").program((4, 4)))["da1"]
    (1, 0, 1)
    """
    address_shape = cell_shape(program, cell[0]) if cell else None
    if not cell or address_shape is None:
        return {}
    record = record_of(program, cell[0])
    shape = tuple(record["shape"])
    index = tuple(int(i) for i in np.unravel_index(np.ravel_multi_index(cell[1], address_shape), shape))
    all_records = map_records.static_records(program).items()
    return {name: index for name, other in all_records if other["family"] == record["family"] and tuple(other["shape"]) == shape}

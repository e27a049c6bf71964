"""Addresses of cells: a symbol and the indices as shown on screen ("z1:10,15")."""

import re

from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.words import Problem

Cell = tuple[str, tuple[int, ...]]


def cell_shape(program: Program, symbol: str) -> tuple[int, ...] | None:
    """Return the shape that a symbol's cell indices refer to, or None if no such array exists.

    This is the shape in the trace, except for w behind a map, whose rows have the map's axes: (row, column, output) for one channel.

    >>> from cnnviz.core.network.network import Network
    >>> cell_shape(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse").program((32, 32)), "dw")
    (30, 30, 2)
    """
    if symbol == "y":
        return program.shown["o"]
    base = symbol if symbol in program.shown else symbol.removeprefix("d")
    if base not in program.shown or (symbol == "do" and program.network.merged):
        return None
    laid_out_shape = program.laid_out[base]
    if base not in program.parameters or len(laid_out_shape) < 4 or len(program.shapes[base]) == 4:
        return program.shown[base]
    return laid_out_shape[1:] if laid_out_shape[0] == 1 else laid_out_shape


def read_cell(text: str, program: Program) -> Cell:
    """Return the cell that `text` names. Raise Problem if the network does not have it.

    >>> from cnnviz.core.network.network import Network
    >>> read_cell("z1:10,15", Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse").program((32, 32)))
    ('z1', (10, 15))
    """
    match = re.fullmatch(r"([a-z]{1,2}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3})", text, re.ASCII)
    if not match:
        raise Problem("lesson.why.cell")
    symbol, indices = match[1], tuple(int(index) for index in match[2].split(","))
    shape = cell_shape(program, symbol)
    if shape is None:
        raise Problem("lesson.why.no_array", symbol=symbol)
    if len(indices) != len(shape) or any(index >= size for index, size in zip(indices, shape, strict=True)):
        raise Problem("lesson.why.no_cell", label=label(symbol), shape=shape)
    return symbol, indices


def write_cell(cell: Cell) -> str:
    """Format a cell as in an address.

    >>> write_cell(("o", (1,)))
    'o:1'
    """
    symbol, indices = cell
    return f"{symbol}:{','.join(map(str, indices))}"

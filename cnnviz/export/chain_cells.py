"""One cell of each array of a network, in one chain: every cell is computed from the one before it."""

from itertools import pairwise

import numpy as np

from cnnviz.core.explain.cell_arithmetic import Arrays, arithmetic_of
from cnnviz.core.network.cell_links import Cell, cells, source_ranges
from cnnviz.core.network.program import Program


def chain_cells(program: Program, values: Arrays, pinned: tuple[str, Cell] | None = None) -> dict[str, Cell]:
    """Return a cell of each symbol, from the output whose target is largest back to the image, and of each parameter.

    Each cell has the largest product, or else the largest number, among the cells from which the next one is computed. The
    pinned cell, and the same cell in the arrays after it, take precedence. A gradient has the cell of its array.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((3, 3))
    >>> values = {name: np.arange(1.0, 1 + np.prod(shape)).reshape(shape) for name, shape in program.laid_out.items()}
    >>> chain_cells(program, values | {"y": np.array([0.0, 1.0])})["w"]
    (0, 0, 0, 1)
    """
    symbols = program.network.symbols
    result = {symbols[-1]: (int(np.argmax(values["y"])),), **_pinned_cells(program, pinned)}
    for source, symbol in zip(reversed(symbols[:-1]), reversed(symbols[1:]), strict=True):
        nearest, parameters = _sources(program, source, symbol, result[symbol], values, result.get(source))
        result = {source: nearest, **parameters, **result}
    return result


def _pinned_cells(program: Program, pinned: tuple[str, Cell] | None) -> dict[str, Cell]:
    """Return the pinned cell by its array, and by the arrays after it that have the same cell."""
    if not pinned:
        return {}
    name = pinned[0] if pinned[0] in program.laid_out else pinned[0].removeprefix("d")
    shape = program.laid_out.get(name, ())
    if len(shape) - len(pinned[1]) not in (0, 1):
        return {}
    cell = (*[0] * (len(shape) - len(pinned[1])), *pinned[1])
    result = {name: cell}
    symbols = program.network.symbols
    for source, symbol in pairwise(symbols):
        is_same = any(link.source == source and link.pattern == "same" for link in program.links.get(symbol, ()))
        if source == name and is_same:
            result[symbol], name = cell, symbol
    return result


def _sources(program: Program, source: str, symbol: str, cell: Cell, values: Arrays, preferred: Cell | None) -> tuple[Cell, dict[str, Cell]]:
    """Return the cell of `source` that contributes most to a cell of `symbol`, or the preferred one if it contributes,
    and the cells of the parameters that meet it there."""
    arithmetic = arithmetic_of(program, symbol, cell, values) if symbol in program.arithmetic else None
    if arithmetic and arithmetic.terms:
        is_preferred = [(source, preferred) in [factor[:2] for factor in term.factors] for term in arithmetic.terms]
        strongest = max(zip(is_preferred, arithmetic.terms, strict=True), key=lambda pair: (pair[0], abs(pair[1].product)))[1]
        indices = {name: index for name, index, _ in (*strongest.factors, *arithmetic.added)}
        return indices.pop(source), indices
    links = program.links[symbol]
    indices = {link.source: cell[:1] for link in links if link.source in program.parameters}
    source_cells = [index for link in links if link.source == source for index in cells(source_ranges(link, cell, values[source].shape))]
    return (cell if cell in source_cells else max(source_cells, key=lambda index: float(np.nan_to_num(values[source][index])))), indices

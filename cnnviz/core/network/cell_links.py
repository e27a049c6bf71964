"""The cells that a cell is computed from, as named patterns shared with the browser.

A cell has one index per axis of its array on screen: (c,i,j) in maps, (n,) in rows, (m,c,u,v) in filters. v has the layout
of the map that it flattens, and so have the rows of a w behind it: (c,i,j,n). A pattern returns a range per axis: start,
count and step. The winners of max pooling are then selected by value.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

Range = tuple[int, int, int]
"""Start, count and step along one axis."""

Cell = tuple[int, ...]


@dataclass(frozen=True)
class Link:
    """Cells of `target` are computed from cells of `source`. `geometry` describes the sliding window, if there is
    one.

    `places` is the number of window positions, (H',W').
    """

    target: str
    source: str
    pattern: str
    geometry: Mapping[str, int] = field(default_factory=dict)
    places: tuple[int, int] = (0, 0)


def source_ranges(link: Link, cell: Cell, shape: tuple[int, ...]) -> tuple[Range, ...]:
    """Return a range along each axis of the source, which has `shape`. Padding is excluded.

    >>> link = Link("z1", "x", "window", {"k": 3, "stride": 1, "before": 1, "dilation": 1}, (32, 32))
    >>> source_ranges(link, (0, 0, 5), (1, 32, 32))
    ((0, 1, 1), (0, 2, 1), (4, 3, 1))
    """
    return PATTERNS[link.pattern](link, cell, shape)


def cells(ranges: tuple[Range, ...]) -> Iterator[Cell]:
    """Iterate over all cells in the ranges, in row-major order."""
    return itertools.product(*(range(start, start + count * step, step) for start, count, step in ranges))


def sources(link: Link, cell: Cell, values: Mapping[str, np.ndarray]) -> list[Cell]:
    """Return the source cells, including the ones that are selected by value.

    `values` holds the array of the source in its layout on screen. For "won" it also holds "x" and "y", the pool's input and
    output. "tie.<source>" is the difference up to which cells of a pool's input are equal (core/network/ties.py), by default 0.
    """
    if link.pattern == "winner":
        candidates = list(cells(source_ranges(link, cell, values[link.source].shape)))
        threshold = max((values[link.source][index] for index in candidates), default=0) - values.get(f"tie.{link.source}", 0.0)
        return next(([index] for index in candidates if values[link.source][index] >= threshold), candidates[:1])
    source_cells = list(cells(source_ranges(link, cell, values[link.source].shape)))
    if link.pattern == "won":
        winner_link = Link("y", "x", "winner", link.geometry)
        return [cell_at for cell_at in source_cells if sources(winner_link, cell_at, values) == [tuple(cell)]]
    return source_cells


def _all_ranges(shape: tuple[int, ...]) -> tuple[Range, ...]:
    return tuple((0, size, 1) for size in shape)


def _one_index(index: int) -> Range:
    return (index, 1, 1)


def _clip(start: int, count: int, step: int, size: int) -> Range:
    first_index = -(start // step) if start < 0 else 0
    last_index = min(count - 1, (size - 1 - start) // step)
    return (start + first_index * step, max(0, last_index - first_index + 1), step)


def _window(link: Link, index: int, size: int) -> Range:
    """Return the cells under the window at position `index`."""
    g = link.geometry
    return _clip(g["stride"] * index - g["before"], g["k"], g["dilation"], size)


def _pixels_under_weight(link: Link, weight: int, size: int, axis: int) -> Range:
    """Return the cells under one cell of the window, over all window positions."""
    g = link.geometry
    return _clip(g["dilation"] * weight - g["before"], link.places[axis], g["stride"], size)


def _positions_over_pixel(link: Link, index: int, size: int) -> Range:
    """Return the window positions that cover a cell; with a dilation, the ones that have a weight on it."""
    g = link.geometry
    positions = [
        position
        for position in range(size)
        if 0 <= index + g["before"] - g["stride"] * position <= g["dilation"] * (g["k"] - 1)
        and (index + g["before"] - g["stride"] * position) % g["dilation"] == 0
    ]
    return (positions[0], len(positions), positions[1] - positions[0] if len(positions) > 1 else 1) if positions else (0, 0, 1)


def _weights_over_pixel(link: Link, index: int, size: int, axis: int) -> Range:
    """Return the cells of the window that cover a given cell at some window position."""
    g = link.geometry
    weights = [
        weight
        for weight in range(size)
        if (index + g["before"] - g["dilation"] * weight) % g["stride"] == 0
        and 0 <= (index + g["before"] - g["dilation"] * weight) // g["stride"] < link.places[axis]
    ]
    return (weights[0], len(weights), weights[1] - weights[0] if len(weights) > 1 else 1) if weights else (0, 0, 1)


def _group(link: Link, index: int, size: int) -> Range:
    """Return the channels of the group that contains channel `index`."""
    n = size // (link.geometry["groups"] or size)
    return (index // n * n, n, 1)


Pattern = Callable[[Link, Cell, tuple[int, ...]], tuple[Range, ...]]

PATTERNS: dict[str, Pattern] = {
    # the same cell
    "same": lambda link, cell, shape: tuple(map(_one_index, cell)),
    # every cell
    "all": lambda link, cell, shape: _all_ranges(shape),
    # all cells with the same first index: the same filter or channel
    "channel": lambda link, cell, shape: (_one_index(cell[0]), *_all_ranges(shape[1:])),
    # all cells with the same last index: every weight of an output
    "last": lambda link, cell, shape: (*_all_ranges(shape[:-1]), _one_index(cell[-1])),
    # cells with the same leading indices: every weight of a unit, or the unit of a weight
    "unit": lambda link, cell, shape: (*map(_one_index, cell[: len(shape)]), *_all_ranges(shape[len(cell) :])),
    # the group of channels that contains this one; with 0 groups each channel is its own group
    "group": lambda link, cell, shape: (_group(link, cell[0], shape[0]), *_all_ranges(shape[1:])),
    # a convolution's window, in every channel
    "window": lambda link, cell, shape: (
        (0, shape[0], 1), _window(link, cell[1], shape[1]), _window(link, cell[2], shape[2])),
    # the pixels under a filter's weight (m,c,u,v), over all positions
    "touched": lambda link, cell, shape: (
        _one_index(cell[1]), _pixels_under_weight(link, cell[2], shape[1], 0), _pixels_under_weight(link, cell[3], shape[2], 1)),
    # the positions whose window covers a pixel, in every filter
    "covering": lambda link, cell, shape: (
        (0, shape[0], 1), _positions_over_pixel(link, cell[1], shape[1]), _positions_over_pixel(link, cell[2], shape[2])),
    # the filters' weights that cover a pixel at some position
    "passing": lambda link, cell, shape: (
        (0, shape[0], 1), _one_index(cell[0]), _weights_over_pixel(link, cell[1], shape[2], 0), _weights_over_pixel(link, cell[2], shape[3], 1)),
    # a pool's window in the same channel; for "unpool" the positions whose window covers the cell
    "pool": lambda link, cell, shape: (
        _one_index(cell[0]), _window(link, cell[1], shape[1]), _window(link, cell[2], shape[2])),
    "unpool": lambda link, cell, shape: (
        _one_index(cell[0]), _positions_over_pixel(link, cell[1], shape[1]), _positions_over_pixel(link, cell[2], shape[2])),
}  # fmt: skip
PATTERNS["winner"] = PATTERNS["pool"]  # then the largest is selected, the first if several are equal
PATTERNS["won"] = PATTERNS["unpool"]  # then the windows whose winner is this cell are selected

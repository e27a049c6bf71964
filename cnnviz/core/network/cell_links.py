"""The cells that a cell is computed from, as named patterns that the core and the browser both know.

A cell has an index for each axis of its array as it is laid out: (c,i,j) in maps, (n,) in rows, (m,c,u,v) in
filters; v is laid out as the map that it flattens, and so are the rows of a w behind it: (c,i,j,n). What a
pattern reaches is a range an axis, its start, count and step; max pooling's winners are then picked by value.
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
    """A cell of `target` is computed from cells of `source`; `geometry` is that of the window that slides, if one does.

    `places` are the rows and columns of the window's places, (H',W').
    """

    target: str
    source: str
    pattern: str
    geometry: Mapping[str, int] = field(default_factory=dict)
    places: tuple[int, int] = (0, 0)


def reach(link: Link, cell: Cell, shape: tuple[int, ...]) -> tuple[Range, ...]:
    """A range along each axis of the source, which has `shape`; padding is not a cell.

    >>> link = Link("z1", "x", "window", {"k": 3, "stride": 1, "before": 1, "dilation": 1}, (32, 32))
    >>> reach(link, (0, 0, 5), (1, 32, 32))
    ((0, 1, 1), (0, 2, 1), (4, 3, 1))
    """
    return PATTERNS[link.pattern](link, cell, shape)


def cells(ranges: tuple[Range, ...]) -> Iterator[Cell]:
    """Every cell in the ranges, in reading order."""
    return itertools.product(*(range(start, start + count * step, step) for start, count, step in ranges))


def sources(link: Link, cell: Cell, values: Mapping[str, np.ndarray]) -> list[Cell]:
    """The cells of the source themselves, those picked by value too.

    `values` holds the arrays as they are laid out: of the source, and for "won" of "x" and "y", the pool's
    input and output. "tie.<source>" is the difference up to which cells of a pool's input are equal (core/network/ties.py), 0
    where it is not given.
    """
    if link.pattern == "winner":
        found = list(cells(reach(link, cell, values[link.source].shape)))
        least = max((values[link.source][at] for at in found), default=0) - values.get(f"tie.{link.source}", 0.0)
        return next(([at] for at in found if values[link.source][at] >= least), found[:1])
    reached = list(cells(reach(link, cell, values[link.source].shape)))
    if link.pattern == "won":
        own = Link("y", "x", "winner", link.geometry)
        return [place for place in reached if sources(own, place, values) == [tuple(cell)]]
    return reached


def _every(shape: tuple[int, ...]) -> tuple[Range, ...]:
    return tuple((0, size, 1) for size in shape)


def _one(at: int) -> Range:
    return (at, 1, 1)


def _clip(start: int, count: int, step: int, size: int) -> Range:
    first = -(start // step) if start < 0 else 0
    last = min(count - 1, (size - 1 - start) // step)
    return (start + first * step, max(0, last - first + 1), step)


def _window(link: Link, at: int, size: int) -> Range:
    """The cells under the window at place `at`."""
    g = link.geometry
    return _clip(g["stride"] * at - g["before"], g["k"], g["dilation"], size)


def _touched(link: Link, weight: int, size: int, axis: int) -> Range:
    """The cells under one cell of the window, over all places."""
    g = link.geometry
    return _clip(g["dilation"] * weight - g["before"], link.places[axis], g["stride"], size)


def _covering(link: Link, at: int, size: int) -> Range:
    """The places at which the window covers one cell; with a dilation, those at which a cell of it lies there."""
    g = link.geometry
    found = [
        place
        for place in range(size)
        if 0 <= at + g["before"] - g["stride"] * place <= g["dilation"] * (g["k"] - 1)
        and (at + g["before"] - g["stride"] * place) % g["dilation"] == 0
    ]
    return (found[0], len(found), found[1] - found[0] if len(found) > 1 else 1) if found else (0, 0, 1)


def _passing(link: Link, at: int, size: int, axis: int) -> Range:
    """The cells of the window that lie on one cell at some place."""
    g = link.geometry
    found = [
        weight
        for weight in range(size)
        if (at + g["before"] - g["dilation"] * weight) % g["stride"] == 0
        and 0 <= (at + g["before"] - g["dilation"] * weight) // g["stride"] < link.places[axis]
    ]
    return (found[0], len(found), found[1] - found[0] if len(found) > 1 else 1) if found else (0, 0, 1)


def _group(link: Link, at: int, size: int) -> Range:
    """The channels of the group that one is in."""
    n = size // (link.geometry["groups"] or size)
    return (at // n * n, n, 1)


Pattern = Callable[[Link, Cell, tuple[int, ...]], tuple[Range, ...]]

PATTERNS: dict[str, Pattern] = {
    # the same cell
    "same": lambda link, cell, shape: tuple(map(_one, cell)),
    # every cell
    "all": lambda link, cell, shape: _every(shape),
    # all that has the first index of this one: its filter, its channel
    "channel": lambda link, cell, shape: (_one(cell[0]), *_every(shape[1:])),
    # all that has this one's last index: every weight of an output
    "last": lambda link, cell, shape: (*_every(shape[:-1]), _one(cell[-1])),
    # this unit's: every weight of a unit, or the unit of a weight
    "unit": lambda link, cell, shape: (*map(_one, cell[: len(shape)]), *_every(shape[len(cell) :])),
    # the group of channels that this one is in, of so many; of 0 each channel is one
    "group": lambda link, cell, shape: (_group(link, cell[0], shape[0]), *_every(shape[1:])),
    # a convolution's window, in every channel
    "window": lambda link, cell, shape: (
        (0, shape[0], 1), _window(link, cell[1], shape[1]), _window(link, cell[2], shape[2])),
    # the pixels that lay under a filter's weight (m,c,u,v)
    "touched": lambda link, cell, shape: (
        _one(cell[1]), _touched(link, cell[2], shape[1], 0), _touched(link, cell[3], shape[2], 1)),
    # the places whose window covers a pixel, in every filter
    "covering": lambda link, cell, shape: (
        (0, shape[0], 1), _covering(link, cell[1], shape[1]), _covering(link, cell[2], shape[2])),
    # the filters' weights that lay on a pixel
    "passing": lambda link, cell, shape: (
        (0, shape[0], 1), _one(cell[0]), _passing(link, cell[1], shape[2], 0), _passing(link, cell[2], shape[3], 1)),
    # a pool's window, in its own channel, and the places whose window covers a cell of it
    "pool": lambda link, cell, shape: (
        _one(cell[0]), _window(link, cell[1], shape[1]), _window(link, cell[2], shape[2])),
    "unpool": lambda link, cell, shape: (
        _one(cell[0]), _covering(link, cell[1], shape[1]), _covering(link, cell[2], shape[2])),
}  # fmt: skip
PATTERNS["winner"] = PATTERNS["pool"]  # of which the largest counts, the first of equal ones
PATTERNS["won"] = PATTERNS["unpool"]  # of which those count whose winner this cell is

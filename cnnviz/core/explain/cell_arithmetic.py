"""One cell's arithmetic, term by term: which numbers are multiplied with which, in reading order."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.cell_links import Cell, Link, cells, reach, sources
from cnnviz.core.network.program import Program

Arrays = Mapping[str, np.ndarray]
"""Arrays by symbol, as the program lays them out (`laid_out`)."""


@dataclass(frozen=True)
class Term:
    """Numbers that are multiplied, each with its symbol and its cell."""

    factors: tuple[tuple[str, Cell, float], ...]

    @property
    def product(self) -> float:
        """Their product."""
        return float(np.prod([value for *_, value in self.factors]))


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic of a cell: `text` in symbols, and either the `terms` of its sum and what is added, or the numbers that `text` names."""

    text: str
    terms: tuple[Term, ...] = ()
    added: tuple[tuple[str, Cell, float], ...] = ()
    numbers: tuple[tuple[str, Cell, float], ...] = ()

    @property
    def totals(self) -> tuple[float, float]:
        """The sum of the positive products, and that of the negative ones."""
        products = [term.product for term in self.terms]
        return exact(product for product in products if product > 0), exact(product for product in products if product < 0)


def exact(numbers: Iterable[float]) -> float:
    """The sum, rounded once, at the end: it has one value, in whatever order and by whomever it is added up.

    So the parts of a cell's sum need not travel with every cell (of Tiny VGG's second convolution 0.6 MB): the browser's
    sums.js comes to the same bits.

    >>> exact([0.1] * 10), sum([0.1] * 10)
    (1.0, 0.9999999999999999)
    """
    numbers = list(numbers)
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else float(sum(numbers))


def arithmetic_of(program: Program, target: str, cell: Cell, values: Arrays) -> Arithmetic:
    """The arithmetic of one cell of `target`.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((3, 3))
    >>> values = {"x": np.arange(9.0).reshape(1, 3, 3), "f": np.ones((1, 1, 3, 3)), "z1": np.full((1, 1, 1), 36.0)}
    >>> [term.product for term in arithmetic_of(program, "z1", (0, 0, 0), values).terms][:3]
    [0.0, 1.0, 2.0]
    """
    text, links = program.arithmetic[target], program.links[target]
    found = re.match(r"sum\((\w+)\*(\w+)\)(?:\+(\w+))?$", text)
    if not found:
        numbers = [(link.source, at, float(values[link.source][at])) for link in links for at in _sources(program, link, cell, values)]
        return Arithmetic(text, numbers=tuple(dict.fromkeys(numbers)))
    of = {link.source: link for link in links}
    first, second = of[found[1]], of[found[2]]
    terms = tuple(Term(tuple((name, at, float(values[name][at])) for name, at in pair)) for pair in _pairs(program, target, first, second, cell, values))
    added = ((found[3], cell[:1], float(values[found[3]][cell[0]])),) if found[3] else ()
    return Arithmetic(text, terms, added)


def _sources(program: Program, link: Link, cell: Cell, values: Arrays) -> list[Cell]:
    """The cells of a link; a pool's own numbers stand under its names for input and output."""
    if link.pattern != "won":  # of a winner all of the window, from which the largest is to be found
        return list(cells(reach(link, cell, values[link.source].shape)))
    place = next(n for n, names in enumerate(program.network.names) if link.source in (names.of("dy"), f"d{names.output}"))
    names = program.network.names[place]
    return sources(link, cell, {
        link.source: values[link.source], "x": values[names.source], "y": values[names.output],
        "tie.x": values.get(f"tie.{names.source}", np.zeros(())),
    })  # fmt: skip


def _pairs(program: Program, target: str, first: Link, second: Link, cell: Cell, values: Arrays) -> list[tuple[tuple[str, Cell], tuple[str, Cell]]]:
    """The pairs of cells that are multiplied: a window meets its weights by place, all else goes side by side."""
    left, right = (list(cells(reach(link, cell, values[link.source].shape))) for link in (first, second))
    patterns = {first.pattern: (first, left), second.pattern: (second, right)}
    if "window" in patterns:
        (pixels, _), (weights, _) = patterns["window"], patterns["channel"]
        met = [((c, i, j), _weight(pixels, cell, (c, i, j))) for c, i, j in left]
        return [((pixels.source, at), (weights.source, (cell[0], *weight))) for at, weight in met]
    if "covering" in patterns:
        (units, places), (weights, _) = patterns["covering"], patterns["passing"]
        g = units.geometry
        of = [(place, tuple((p + g["before"] - g["stride"] * n) // g["dilation"] for p, n in zip(cell[1:], place[1:], strict=True))) for place in places]
        return [((units.source, place), (weights.source, (place[0], cell[0], *weight))) for place, weight in of]
    if "touched" in patterns:
        (pixels, under), (units, _) = patterns["touched"], patterns["channel"]
        g = pixels.geometry
        at = [tuple((p + g["before"] - g["dilation"] * w) // g["stride"] for p, w in zip(pixel[1:], cell[2:], strict=True)) for pixel in under]
        return [((pixels.source, pixel), (units.source, (cell[0], *place))) for pixel, place in zip(under, at, strict=True)]
    return [((first.source, a), (second.source, b)) for a, b in zip(left, right, strict=True)]


def _weight(link: Link, cell: Cell, pixel: Cell) -> Cell:
    """The weight of a filter that meets a pixel when the filter lies at a cell."""
    g = link.geometry
    return (pixel[0], *((p + g["before"] - g["stride"] * n) // g["dilation"] for p, n in zip(pixel[1:], cell[1:], strict=True)))

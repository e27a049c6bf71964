"""The arithmetic of one cell, term by term, in reading order."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.cell_links import Cell, Link, cells, source_ranges, sources
from cnnviz.core.network.program import Program

Arrays = Mapping[str, np.ndarray]
"""Arrays by symbol, with the shapes of the program (`laid_out`)."""


@dataclass(frozen=True)
class Term:
    """One product of a sum: the factors, each with its symbol, cell and value."""

    factors: tuple[tuple[str, Cell, float], ...]

    @property
    def product(self) -> float:
        """The product of the factors."""
        return float(np.prod([value for *_, value in self.factors]))


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic of a cell. `text` is its formula in symbols. A sum has `terms` and possibly `added` (a bias);
    any other formula has the `numbers` that `text` names."""

    text: str
    terms: tuple[Term, ...] = ()
    added: tuple[tuple[str, Cell, float], ...] = ()
    numbers: tuple[tuple[str, Cell, float], ...] = ()

    @property
    def totals(self) -> tuple[float, float]:
        """The sum of the positive products and the sum of the negative ones."""
        products = [term.product for term in self.terms]
        return exact_sum(product for product in products if product > 0), exact_sum(product for product in products if product < 0)


def exact_sum(numbers: Iterable[float]) -> float:
    """Return the sum, rounded only once at the end, so that it does not depend on the order of the terms.

    The browser's sums.js returns the same bits, so a cell's terms need not be sent (0.6 MB for Tiny VGG's second
    convolution).

    >>> exact_sum([0.1] * 10), sum([0.1] * 10)
    (1.0, 0.9999999999999999)
    """
    numbers = list(numbers)
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else float(sum(numbers))


def arithmetic_of(program: Program, target: str, cell: Cell, values: Arrays) -> Arithmetic:
    """Return the arithmetic of one cell of `target`.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((3, 3))
    >>> values = {"x": np.arange(9.0).reshape(1, 3, 3), "f": np.ones((1, 1, 3, 3)), "z1": np.full((1, 1, 1), 36.0)}
    >>> [term.product for term in arithmetic_of(program, "z1", (0, 0, 0), values).terms][:3]
    [0.0, 1.0, 2.0]
    """
    text, links = program.arithmetic[target], program.links[target]
    match = re.match(r"sum\((\w+)\*(\w+)\)(?:\+(\w+))?$", text)
    if not match:
        numbers = [(link.source, index, float(values[link.source][index])) for link in links for index in _sources(program, link, cell, values)]
        return Arithmetic(text, numbers=tuple(dict.fromkeys(numbers)))
    link_of = {link.source: link for link in links}
    first_link, second_link = link_of[match[1]], link_of[match[2]]
    pairs = _factor_pairs(program, target, first_link, second_link, cell, values)
    terms = tuple(Term(tuple((name, index, float(values[name][index])) for name, index in pair)) for pair in pairs)
    bias_terms = ((match[3], cell[:1], float(values[match[3]][cell[0]])),) if match[3] else ()
    return Arithmetic(text, terms, bias_terms)


def _sources(program: Program, link: Link, cell: Cell, values: Arrays) -> list[Cell]:
    """Return the cells that a link reads. A pool's link needs the pool's input and output under its own names."""
    if link.pattern != "won":  # max pool: show the whole window, in which the maximum is found
        return list(cells(source_ranges(link, cell, values[link.source].shape)))
    layer_index = next(n for n, names in enumerate(program.network.names) if link.source in (names.of("dy"), f"d{names.output}"))
    names = program.network.names[layer_index]
    return sources(link, cell, {
        link.source: values[link.source], "x": values[names.source], "y": values[names.output],
        "tie.x": values.get(f"tie.{names.source}", np.zeros(())),
    })  # fmt: skip


def _factor_pairs(program: Program, target: str, first: Link, second: Link, cell: Cell, values: Arrays) -> list[tuple[tuple[str, Cell], tuple[str, Cell]]]:
    """Return the pairs of cells that are multiplied. A convolution pairs pixels and weights by position; other
    operations pair them in order."""
    left_cells, right_cells = (list(cells(source_ranges(link, cell, values[link.source].shape))) for link in (first, second))
    patterns = {first.pattern: (first, left_cells), second.pattern: (second, right_cells)}
    if "window" in patterns:
        (pixels, _), (weights, _) = patterns["window"], patterns["channel"]
        weight_pairs = [((c, i, j), _weight(pixels, cell, (c, i, j))) for c, i, j in left_cells]
        return [((pixels.source, at), (weights.source, (cell[0], *weight))) for at, weight in weight_pairs]
    if "covering" in patterns:
        (units, unit_cells), (weights, _) = patterns["covering"], patterns["passing"]
        g = units.geometry
        weight_cells = [(place, tuple((p + g["before"] - g["stride"] * n) // g["dilation"] for p, n in zip(cell[1:], place[1:], strict=True))) for place in unit_cells]
        return [((units.source, place), (weights.source, (place[0], cell[0], *weight))) for place, weight in weight_cells]
    if "touched" in patterns:
        (pixels, pixel_cells), (units, _) = patterns["touched"], patterns["channel"]
        g = pixels.geometry
        at = [tuple((p + g["before"] - g["dilation"] * w) // g["stride"] for p, w in zip(pixel[1:], cell[2:], strict=True)) for pixel in pixel_cells]
        return [((pixels.source, pixel), (units.source, (cell[0], *place))) for pixel, place in zip(pixel_cells, at, strict=True)]
    return [((first.source, a), (second.source, b)) for a, b in zip(left_cells, right_cells, strict=True)]


def _weight(link: Link, cell: Cell, pixel: Cell) -> Cell:
    """Return the weight that is multiplied with `pixel` when the filter is at `cell`."""
    g = link.geometry
    return (pixel[0], *((p + g["before"] - g["stride"] * n) // g["dilation"] for p, n in zip(pixel[1:], cell[1:], strict=True)))

"""Values that are set by hand: an entry of the image or of a parameter has a value from an update on, whatever was learned.

    x:3,4:0.5        the pixel in row 3, column 4 is 0.5
    w:120,0:0.31~2   the weight is 0.31 as update 2 is reached, and goes on learning

A pixel keeps its value; what the optimizer remembers of a parameter stays.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.cells import cell_shape, write_cell
from cnnviz.core.setup.setup_fields import any_text, as_text, number, whole_number
from cnnviz.core.setup.update_limits import MAX_UPDATES
from cnnviz.words import Problem, message, quote

MOST = 32
"""Values that one setup may have set."""
NAMED = 3
"""The number of unusable values that a sentence names."""

_ENTRY = re.compile(r"([a-z]{1,8}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3}):([^:~]*)(?:~([^:~]*))?", re.ASCII)


class SetValue(NamedTuple):
    """The entry `at` of an array, "x" or a parameter, as the array is shown; its value; the update from which on it has it."""

    symbol: str
    at: tuple[int, ...]
    value: float
    update: int = 0

    def __str__(self) -> str:
        """As the address has it.

        >>> print(SetValue("w", (120, 0), 0.31, 2), SetValue("x", (3, 4), 1.0))
        w:120,0:0.31~2 x:3,4:1
        """
        when = f"~{self.update}" if self.update else ""
        return f"{write_cell((self.symbol, self.at))}:{as_text(self.value)}{when}"


Refused = list[tuple[str, Problem]]
"""Entries that cannot be used, as they were written, and why."""


def read_sets(text: str, program: Program) -> tuple[tuple[SetValue, ...], Refused]:
    """The values that `text` sets, each entry's last one, in the order in which they are written; and what is left out.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> found, refused = read_sets("w:4,0,0:1;f:1,1:2;f:1,1:3;q:0:1", Network.parse(DEFAULT).program((32, 32)))
    >>> write_sets(found), [(entry, why.code) for entry, why in refused]
    ('f:1,1:3;w:120,0:1', [('q:0:1', 'lesson.why.no_array')])
    """
    found: dict[tuple[str, tuple[int, ...], int], SetValue] = {}
    refused: Refused = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        try:
            one = _read(entry, program)
            if len(found) >= MOST and (one.symbol, one.at, one.update) not in found:
                raise Problem("lesson.why.sets", most=MOST)
            found[one.symbol, one.at, one.update] = one
        except Problem as why:
            refused.append((entry, why))
    return in_order(found.values(), program), refused


def in_order(sets: Iterable[SetValue], program: Program) -> tuple[SetValue, ...]:
    """By update, the image before the parameters, these by their layers, and entries by their places."""
    places = {name: place for place, name in enumerate(("x", *program.parameters))}
    return tuple(sorted(sets, key=lambda one: (one.update, places[one.symbol], one.at)))


def write_sets(sets: Iterable[SetValue]) -> str:
    """Values as the address has them."""
    return ";".join(map(str, sets))


def sets_text(value: object) -> str:
    """Whatever is handed over as values to set, as the text that an address would have; never raises.

    >>> sets_text((SetValue("x", (0, 0), 1.0), "b:0:2")), sets_text(3)
    ('x:0,0:1;b:0:2', '3')
    """
    try:
        if isinstance(value, tuple | list) and not any(isinstance(one, int | float) for one in value):
            return ";".join(map(str, value))
    except Exception:
        return f"a {type(value).__name__}"
    return any_text(value)


def why_not(refused: Refused) -> Problem:
    """The end of a sentence that begins with the entries that cannot be used."""
    if len(refused) == 1:
        return refused[0][1]
    reasons = [message("lesson.why.set_one", text=quote(entry), why=why.message) for entry, why in refused[:NAMED]]
    more = len(refused) - len(reasons)
    return Problem("lesson.why.set_more" if more else "lesson.why.set_each", reasons=reasons, n=more)


def with_image(x: np.ndarray, sets: Iterable[SetValue]) -> np.ndarray:
    """The image with those pixels that are set; itself where none is."""
    return _with(x, [one for one in sets if one.symbol == "x"])


def with_params(params: Params, sets: Iterable[SetValue]) -> Params:
    """The parameters with those entries that are set; themselves where none is."""
    by_name: dict[str, list[SetValue]] = {}
    for one in sets:
        if one.symbol != "x":
            by_name.setdefault(one.symbol, []).append(one)
    return params.replace(**{name: _with(params[name], own) for name, own in by_name.items()}) if by_name else params


def _with(array: np.ndarray, sets: Sequence[SetValue]) -> np.ndarray:
    if not sets:
        return array
    array = array.copy()
    for one in sets:
        if len(one.at) != array.ndim or any(at >= size for at, size in zip(one.at, array.shape, strict=True)):
            raise Problem("lesson.set_elsewhere", text=quote(str(one)), why=_no_cell(one.symbol, array.shape).message)
        array[one.at] = one.value
    return freeze(array)


# ---- reading


def _read(entry: str, program: Program) -> SetValue:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise Problem("lesson.why.set")
    symbol = settable(match[1], program)
    at = array_index(symbol, tuple(map(int, match[2].split(","))), program)
    update = whole_number(0, MAX_UPDATES)(match[4]) if match[4] is not None else 0
    return SetValue(symbol, at, number(match[3]), update)


def settable(symbol: str, program: Program) -> str:
    """The array of that name, the image or a parameter; "f" are the first convolution's filters. Problem where it is neither.

    >>> from cnnviz.core.network.network import Network
    >>> settable("f", Network.parse("conv2x3-conv2x3-gap-mse").program((8, 8)))
    'f1'
    """
    if symbol == "f" and symbol not in program.parameters:
        symbol = next((name for name, shape in program.shapes.items() if name in program.parameters and len(shape) == 4), symbol)
    if symbol != "x" and symbol not in program.parameters:
        known = [label(name) for name in ("x", *program.parameters)]
        raise Problem("lesson.why.set_array" if symbol in program.shapes else "lesson.why.no_array", symbol=symbol, known=known)
    return symbol


def array_index(symbol: str, at: tuple[int, ...], program: Program) -> tuple[int, ...]:
    """The indices of an entry as its array has them; weights behind a map may be named by its axes. Problem where there is none.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> array_index("w", (4, 0, 1), Network.parse(DEFAULT).program((32, 32)))
    (120, 1)
    """
    shape = program.shown[symbol]
    counted = shape if len(at) == len(shape) else cell_shape(program, symbol) or shape
    if len(at) != len(counted) or any(index >= size for index, size in zip(at, counted, strict=True)):
        raise _no_cell(symbol, shape)
    return tuple(map(int, np.unravel_index(np.ravel_multi_index(at, counted), shape)))


def _no_cell(symbol: str, shape: tuple[int, ...]) -> Problem:
    return Problem("lesson.why.no_cell", label=label(symbol), shape=shape)

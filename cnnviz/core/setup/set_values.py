"""Values set by hand: from a given update on, an entry of the image or of a parameter has this value instead of the
learned one.

    x:3,4:0.5        the pixel in row 3, column 4 is 0.5
    w:120,0:0.31~2   the weight is set to 0.31 at update 2, and continues to learn

A pixel keeps its value. The optimizer's state of a parameter does not change.
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
from cnnviz.core.setup.setup_fields import any_text, as_text, integer_parser, parse_number
from cnnviz.core.setup.update_limits import MAX_UPDATES
from cnnviz.words import Problem, message, quote

MOST = 32
"""Maximum number of values set in one setup."""
NAMED = 3
"""Number of invalid values that a message lists."""

_ENTRY = re.compile(r"([a-z]{1,8}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3}):([^:~]*)(?:~([^:~]*))?", re.ASCII)


class SetValue(NamedTuple):
    """A value set by hand: the array ("x" or a parameter), the indices of the entry as shown, its value, and the
    update at which it is set."""

    symbol: str
    at: tuple[int, ...]
    value: float
    update: int = 0

    def __str__(self) -> str:
        """Format as in an address.

        >>> print(SetValue("w", (120, 0), 0.31, 2), SetValue("x", (3, 4), 1.0))
        w:120,0:0.31~2 x:3,4:1
        """
        suffix = f"~{self.update}" if self.update else ""
        return f"{write_cell((self.symbol, self.at))}:{as_text(self.value)}{suffix}"


Refused = list[tuple[str, Problem]]
"""Invalid entries, as they were written, with the reasons."""


def read_sets(text: str, program: Program) -> tuple[tuple[SetValue, ...], Refused]:
    """Parse the values that `text` sets, and return them sorted, with the invalid entries. If an entry occurs several
    times, its last value is used.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> found, refused = read_sets("w:4,0,0:1;f:1,1:2;f:1,1:3;q:0:1", Network.parse(DEFAULT).program((32, 32)))
    >>> write_sets(found), [(entry, why.code) for entry, why in refused]
    ('f:1,1:3;w:120,0:1', [('q:0:1', 'lesson.why.no_array')])
    """
    values: dict[tuple[str, tuple[int, ...], int], SetValue] = {}
    refusals: Refused = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        try:
            value = _read(entry, program)
            if len(values) >= MOST and (value.symbol, value.at, value.update) not in values:
                raise Problem("lesson.why.sets", most=MOST)
            values[value.symbol, value.at, value.update] = value
        except Problem as why:
            refusals.append((entry, why))
    return sort_sets(values.values(), program), refusals


def sort_sets(sets: Iterable[SetValue], program: Program) -> tuple[SetValue, ...]:
    """Sort by update, then image before parameters, parameters by layer, and entries by index."""
    ranks = {name: rank for rank, name in enumerate(("x", *program.parameters))}
    return tuple(sorted(sets, key=lambda entry: (entry.update, ranks[entry.symbol], entry.at)))


def write_sets(sets: Iterable[SetValue]) -> str:
    """Format values as in an address."""
    return ";".join(map(str, sets))


def sets_text(value: object) -> str:
    """Format any value that was passed as `set` as the text in an address. Never raises.

    >>> sets_text((SetValue("x", (0, 0), 1.0), "b:0:2")), sets_text(3)
    ('x:0,0:1;b:0:2', '3')
    """
    try:
        if isinstance(value, tuple | list) and not any(isinstance(item, int | float) for item in value):
            return ";".join(map(str, value))
    except Exception:
        return f"a {type(value).__name__}"
    return any_text(value)


def refusal_reason(refused: Refused) -> Problem:
    """Return the reasons why entries are invalid, as a clause that completes a sentence."""
    if len(refused) == 1:
        return refused[0][1]
    reasons = [message("lesson.why.set_one", text=quote(entry), why=problem.message) for entry, problem in refused[:NAMED]]
    remaining = len(refused) - len(reasons)
    return Problem("lesson.why.set_more" if remaining else "lesson.why.set_each", reasons=reasons, n=remaining)


def with_image(x: np.ndarray, sets: Iterable[SetValue]) -> np.ndarray:
    """Return a copy of the image with the set pixels, or `x` itself if none is set."""
    return _apply_sets(x, [entry for entry in sets if entry.symbol == "x"])


def with_params(params: Params, sets: Iterable[SetValue]) -> Params:
    """Return the parameters with the set entries, or `params` itself if none is set."""
    by_name: dict[str, list[SetValue]] = {}
    for entry in sets:
        if entry.symbol != "x":
            by_name.setdefault(entry.symbol, []).append(entry)
    return params.replace(**{name: _apply_sets(params[name], entries) for name, entries in by_name.items()}) if by_name else params


def _apply_sets(array: np.ndarray, sets: Sequence[SetValue]) -> np.ndarray:
    if not sets:
        return array
    array = array.copy()
    for entry in sets:
        if len(entry.at) != array.ndim or any(index >= size for index, size in zip(entry.at, array.shape, strict=True)):
            raise Problem("lesson.set_elsewhere", text=quote(str(entry)), why=_no_cell(entry.symbol, array.shape).message)
        array[entry.at] = entry.value
    return freeze(array)


# ---- parsing


def _read(entry: str, program: Program) -> SetValue:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise Problem("lesson.why.set")
    symbol = settable_name(match[1], program)
    indices = array_index(symbol, tuple(map(int, match[2].split(","))), program)
    update = integer_parser(0, MAX_UPDATES)(match[4]) if match[4] is not None else 0
    return SetValue(symbol, indices, parse_number(match[3]), update)


def settable_name(symbol: str, program: Program) -> str:
    """Return the name of the image or parameter that `symbol` means; "f" may name the first convolution's filters.
    Raise Problem if it is neither.

    >>> from cnnviz.core.network.network import Network
    >>> settable_name("f", Network.parse("conv2x3-conv2x3-gap-mse").program((8, 8)))
    'f1'
    """
    if symbol == "f" and symbol not in program.parameters:
        symbol = next((name for name, shape in program.shapes.items() if name in program.parameters and len(shape) == 4), symbol)
    if symbol != "x" and symbol not in program.parameters:
        labels = [label(name) for name in ("x", *program.parameters)]
        raise Problem("lesson.why.set_array" if symbol in program.shapes else "lesson.why.no_array", symbol=symbol, known=labels)
    return symbol


def array_index(symbol: str, indices: tuple[int, ...], program: Program) -> tuple[int, ...]:
    """Return the indices of an entry in its array. Weights behind a map may also be indexed by the map's axes. Raise
    Problem if out of range.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> array_index("w", (4, 0, 1), Network.parse(DEFAULT).program((32, 32)))
    (120, 1)
    """
    shape = program.shown[symbol]
    cell_axes = shape if len(indices) == len(shape) else cell_shape(program, symbol) or shape
    if len(indices) != len(cell_axes) or any(index >= size for index, size in zip(indices, cell_axes, strict=True)):
        raise _no_cell(symbol, shape)
    return tuple(map(int, np.unravel_index(np.ravel_multi_index(indices, cell_axes), shape)))


def _no_cell(symbol: str, shape: tuple[int, ...]) -> Problem:
    return Problem("lesson.why.no_cell", label=label(symbol), shape=shape)

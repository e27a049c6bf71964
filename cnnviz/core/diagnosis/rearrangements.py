"""Rearrangements of a correct array: flipped, transposed, in another order, shifted, or with entries left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from cnnviz.core.mistakes.unlisted import OFF_BY_ONE, shift_maps
from cnnviz.core.network.program import Program
from cnnviz.words import Message, message

Array = np.ndarray


@dataclass(frozen=True)
class Rearrangement:
    """A rearrangement: its name, the function on arrays, and its code with {} for the array."""

    name: str
    of: Callable[[Array], Array]
    code: str

    @property
    def title(self) -> Message:
        """A short description, such as "flipped up-down"."""
        return message(f"own.turn.{self.name}")


MAPS = (
    Rearrangement("half_turn", lambda a: a[..., ::-1, ::-1], "{}[..., ::-1, ::-1]"),
    Rearrangement("up_down", lambda a: a[..., ::-1, :], "{}[..., ::-1, :]"),
    Rearrangement("left_right", lambda a: a[..., ::-1], "{}[..., ::-1]"),
    Rearrangement("transposed", lambda a: a.swapaxes(-1, -2), "{}.swapaxes(-1, -2)"),
    Rearrangement("quarter_turn", lambda a: np.rot90(a, 1, (-2, -1)), "np.rot90({}, 1, (-2, -1))"),
    Rearrangement("quarter_turn_back", lambda a: np.rot90(a, -1, (-2, -1)), "np.rot90({}, -1, (-2, -1))"),
    Rearrangement("transposed_and_turned", lambda a: a.swapaxes(-1, -2)[..., ::-1, ::-1], "{}.swapaxes(-1, -2)[..., ::-1, ::-1]"),
)
"""Rearrangements of arrays with rows and columns."""

REVERSED = Rearrangement("reversed", lambda a: a[..., ::-1], "{}[..., ::-1]")
EXCHANGED = Rearrangement("exchanged", lambda a: a.swapaxes(0, 1), "{}.swapaxes(0, 1)")


def rearrangements(program: Program, name: str) -> Iterator[Rearrangement]:
    """Yield every rearrangement of the gradient `name`, for the shape that the program's lines use.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((5, 4))
    >>> [turn.name for turn in rearrangements(program, "db")], "transposed" in [turn.name for turn in rearrangements(program, "dz1")]
    (['reversed', 'last_entry', 'first_entry'], False)
    """
    shape, unflattened = program.shapes[name[1:]], program.laid_out[name[1:]]
    if len(shape) == 1:
        yield REVERSED
    else:
        sample = np.empty(shape)
        yield from (rearrangement for rearrangement in MAPS if rearrangement.of(sample).shape == shape)
    if len(shape) == 4 and shape[0] == shape[1] > 1:
        yield EXCHANGED
    if len(unflattened) > len(shape):
        yield from _layouts(shape, unflattened)
    yield from omissions(program, name)
    yield from shifts(program, name)


def shifts(program: Program, name: str) -> Iterator[Rearrangement]:
    """Yield every shift of a gradient with rows and columns by one position, filled with zeros.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((5, 4))
    >>> len(list(shifts(program, "dz1"))), next(shifts(program, "dz1")).of(np.eye(3)).tolist()
    (8, [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    """
    if len(program.shapes[name[1:]]) > 2:
        for rows, columns in OFF_BY_ONE:
            yield Rearrangement("shifted", partial(shift_maps, rows=rows, columns=columns), f"shifted({{}}, {rows}, {columns})")


def reorderings(ours: Array, theirs: Array) -> Iterator[Rearrangement]:
    """Yield the order of a kernel's filters, and of its channels, in which `ours` is closest to `theirs`, both
    (M,C,K,K).

    >>> ours = np.arange(24.0).reshape(3, 2, 2, 2)
    >>> [(turn.name, turn.code) for turn in reorderings(ours, ours[[1, 0, 2]])]
    [('filters_reordered', '{}[[1, 0, 2]]')]
    """
    for axis, name, code in ((0, "filters_reordered", "{{}}[{order}]"), (1, "channels_reordered", "{{}}[:, {order}]")):
        order = _nearest_order(np.moveaxis(ours, axis, 0), np.moveaxis(theirs, axis, 0))
        if order and order != sorted(order):
            yield Rearrangement(name, partial(np.take, indices=order, axis=axis), code.format(order=order))


def _nearest_order(ours: Array, theirs: Array) -> list[int]:
    """Match each slice of `theirs` to the closest unused slice of `ours`, and return the indices. Return [] if a number
    is not finite, or if there are too many slices."""
    n = len(ours)
    ours, theirs = ours.reshape(n, -1), theirs.reshape(n, -1)
    if ours.size * n > MOST_COMPARED or not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        return []
    distances = np.abs(theirs[:, None] - ours).max(axis=-1)
    distances[np.arange(n), np.arange(n)] *= 1 - 1e-9  # among equal slices, prefer the original order
    order: list[int] = []
    for row in distances:
        row[order] = np.inf
        order.append(int(row.argmin()))
    return order


MOST_COMPARED = 20_000_000
"""Maximum number of pairs of numbers to compare when searching for an order."""


def omissions(program: Program, name: str) -> Iterator[Rearrangement]:
    """Yield every result of a loop over the gradient `name` that ends one step early or begins one step late.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((5, 4))
    >>> [turn.name for turn in omissions(program, "dz1")], [turn.name for turn in omissions(program, "db")]
    (['last_row', 'last_column', 'last_row_and_column', 'first_row', 'first_column', 'first_row_and_column'], ['last_entry', 'first_entry'])
    """
    shape = program.shapes[name[1:]]
    if len(shape) > 1:
        directions = {"row": (-2,), "column": (-1,), "row_and_column": (-2, -1)}
        directions = {direction: axes for direction, axes in directions.items() if min(shape[axis] for axis in axes) > 1}
        yield from (_omission(f"{end}_{direction}", axes, end, "{}[..., ") for end in ("last", "first") for direction, axes in directions.items())
    if len(shape) != 2 and shape[0] > 1:
        prefix = "{}[:, " if program.has_images(name) else "{}["
        yield from (_omission(f"{end}_{'entry' if len(shape) == 1 else 'channel'}", (-len(shape),), end, prefix) for end in ("last", "first"))


def _omission(name: str, axes: tuple[int, ...], end: str, code: str) -> Rearrangement:
    kept_slice = ":-1" if end == "last" else "1:"
    code += (", ".join(kept_slice if axis in axes else ":" for axis in (-2, -1)) if code.endswith("..., ") else kept_slice) + "]"
    return Rearrangement(name, partial(_zero_edges, axes=axes, position=-1 if end == "last" else 0), code)


def _zero_edges(a: Array, axes: tuple[int, ...], position: int) -> Array:
    """Set the last or the first entries along some axes to zero, in a copy."""
    result = np.array(a)
    for axis in axes:
        np.moveaxis(result, axis, 0)[position] = 0
    return result


def _layouts(shape: tuple[int, ...], unflattened: tuple[int, ...]) -> Iterator[Rearrangement]:
    """Yield other orders in which the rows of a dense layer may correspond to the cells of a map (C,H,W)."""
    columns, channels_last_axes = (0, 2, 1, *range(3, len(unflattened))), (1, 2, 0, *range(3, len(unflattened)))
    orders: Mapping[str, tuple[tuple[int, ...], bool]] = {"columns_first": (columns, min(unflattened[1:3]) > 1), "channels_last": (channels_last_axes, unflattened[0] > 1)}
    for name, (axes, is_different) in orders.items():
        if is_different:
            code = "{}.reshape" + f"{unflattened}.transpose{axes}.reshape{shape}"
            yield Rearrangement(name, partial(_reorder_map, map_shape=unflattened, axes=axes, axis_count=len(shape)), code)


def _reorder_map(a: Array, map_shape: tuple[int, ...], axes: tuple[int, ...], axis_count: int) -> Array:
    """Reorder the last `axis_count` axes, which are a flattened map. The axes before them belong to the images."""
    images = a.ndim - axis_count
    return a.reshape(*a.shape[:images], *map_shape).transpose(*range(images), *(images + axis for axis in axes)).reshape(a.shape)

"""Losses of many copies of a pass that differ in one entry of one array, computed for all copies together.

Each loss is that of a single pass, bit for bit. Operations that read the changed array run copy by copy, as for one image. The
others run along a leading axis, where sums over the last axes and products of stacked matrices add in the same order.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from cnnviz.core.network.layers.dense import connect
from cnnviz.core.network.named_arrays import Trace
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.training.sweep_lines import connect_each

BYTES = 16_000_000
"""Most bytes of a block of copies."""


def losses_along(
    program: Program, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray, symbol: str, at: tuple[int, ...], values: np.ndarray
) -> np.ndarray:
    """Return L (n,) with each of `values` (n,) in place of the entry `at` of `symbol`, the image or a parameter; the
    rest of the pass is unchanged.

    >>> from cnnviz import Setup, load_image, run_updates
    >>> snapshot, setup = run_updates(Setup(), load_image("test-0"), 0), Setup()
    >>> program = setup.network.program((32, 32))
    >>> bool(losses_along(program, snapshot.params, snapshot.trace, np.array(setup.y), "f", (1, 1), np.zeros(2))[0] == snapshot.losses[0])
    True
    """
    before, found = program.inner(params, trace) | {"y": y}, []
    place = (0,) * (len(program.shapes[symbol]) - len(at)) + at
    block = max(1, BYTES // _bytes_after(program, symbol))
    for start in range(0, len(values), block):
        check_wanted()
        found.append(_losses(program, before, symbol, place, values[start : start + block]))
    return np.concatenate(found)


def _losses(program: Program, before: PassValues, symbol: str, place: tuple[int, ...], values: np.ndarray) -> np.ndarray:
    """Return the losses of one block of copies."""
    one = before[symbol].copy()  # its entry is overwritten for each copy in turn
    moved: PassValues = {}
    if symbol == "x":
        moved["x"] = np.repeat(one[None], len(values), axis=0)
        moved["x"].reshape(len(values), -1)[:, np.ravel_multi_index(place, one.shape)] = values
    for line in program.forward_lines:
        if symbol != "x" and symbol in line.sources:
            moved[line.target] = np.stack([_copy(line, before | {symbol: _with(one, place, value)}, moved, n) for n, value in enumerate(values)])
        elif not moved.keys().isdisjoint(line.sources):
            moved[line.target] = _stacked(line)(*[moved[source] if source in moved else before[source] for source in line.sources])
    # Copy by copy, because the mean over a single row rounds differently from that of a row among many.
    return np.array([_copy(program.loss_line, before, moved, n) for n in range(len(values))])


def _with(array: np.ndarray, place: tuple[int, ...], value: float) -> np.ndarray:
    array[place] = value
    return array


def _copy(line: Op, before: PassValues, moved: PassValues, n: int) -> np.ndarray:
    """Return the result of a line for copy `n`, computed as for one image."""
    return line.run_one(*[moved[source][n] if source in moved else before[source] for source in line.sources])


def _stacked(line: Op) -> Callable[..., np.ndarray]:
    """Return the line's function for copies that differ in the arrays it reads, but share its parameters."""
    return replace(line, function=connect_each).run if line.function is connect else line.run


@lru_cache(maxsize=512)
def _bytes_after(program: Program, symbol: str) -> int:
    """Return the bytes of all arrays of one copy that depend on `symbol`."""
    values = {name: np.zeros(program.shapes[name]) for name in ("x", *program.parameters)} | program.given_to(None)
    after, made = {symbol}, program.run_forward(dict(values))
    for line in program.forward_lines:
        if not after.isdisjoint(line.sources):
            after.add(line.target)
    return sum(made[name].nbytes for name in after - {*program.parameters})

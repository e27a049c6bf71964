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
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.training.sweep_lines import connect_each

BYTES = 16_000_000
"""Maximum size of a block of copies in bytes."""


def losses_along(
    program: Program, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray, symbol: str, index: tuple[int, ...], values: np.ndarray
) -> np.ndarray:
    """Return L (n,) with each of `values` (n,) in place of the entry `index` of `symbol`, the image or a parameter; the
    rest of the pass is unchanged.

    >>> from cnnviz import Setup, load_image, run_updates
    >>> snapshot, setup = run_updates(Setup(), load_image("test-0"), 0), Setup()
    >>> program = setup.network.program((32, 32))
    >>> bool(losses_along(program, snapshot.params, snapshot.trace, np.array(setup.y), "f", (1, 1), np.zeros(2))[0] == snapshot.losses[0])
    True
    """
    original, losses = program.all_values(params, trace) | {"y": y}, []
    full_index = (0,) * (len(program.shapes[symbol]) - len(index)) + index
    block = max(1, BYTES // _dependent_bytes(program, symbol))
    for start in range(0, len(values), block):
        check_cancelled()
        losses.append(_losses(program, original, symbol, full_index, values[start : start + block]))
    return np.concatenate(losses)


def _losses(program: Program, original: PassValues, symbol: str, index: tuple[int, ...], values: np.ndarray) -> np.ndarray:
    """Return the losses of one block of copies."""
    array = original[symbol].copy()  # a writable array, whose entry is overwritten for each copy in turn
    copies: PassValues = {}
    if symbol == "x":
        copies["x"] = np.repeat(array[None], len(values), axis=0)
        copies["x"].reshape(len(values), -1)[:, np.ravel_multi_index(index, array.shape)] = values
    for line in program.forward_lines:
        if symbol != "x" and symbol in line.sources:
            copies[line.target] = np.stack([_run_copy(line, original | {symbol: _set_entry(array, index, value)}, copies, n) for n, value in enumerate(values)])
        elif not copies.keys().isdisjoint(line.sources):
            copies[line.target] = _batched_function(line)(*[copies[source] if source in copies else original[source] for source in line.sources])
    # Copy by copy, because the mean over a single row rounds differently from that of a row among many.
    return np.array([_run_copy(program.loss_line, original, copies, n) for n in range(len(values))])


def _set_entry(array: np.ndarray, index: tuple[int, ...], value: float) -> np.ndarray:
    array[index] = value
    return array


def _run_copy(line: Op, original: PassValues, copies: PassValues, n: int) -> np.ndarray:
    """Return the result of a line for copy `n`, computed as for one image."""
    return line.run_single_image(*[copies[source][n] if source in copies else original[source] for source in line.sources])


def _batched_function(line: Op) -> Callable[..., np.ndarray]:
    """Return the line's function for copies that differ in the arrays it reads, but share its parameters."""
    return replace(line, function=connect_each).run if line.function is connect else line.run


@lru_cache(maxsize=512)
def _dependent_bytes(program: Program, symbol: str) -> int:
    """Return the bytes of all arrays of one copy that depend on `symbol`."""
    values = {name: np.zeros(program.shapes[name]) for name in ("x", *program.parameters)} | program.pass_inputs(None)
    dependent_names, arrays = {symbol}, program.run_forward(dict(values))
    for line in program.forward_lines:
        if not dependent_names.isdisjoint(line.sources):
            dependent_names.add(line.target)
    return sum(arrays[name].nbytes for name in dependent_names - {*program.parameters})

"""A network's operations for many runs at once: arrays have a leading axis of runs, and each run has its own
parameters.

Each number is that of a single run, bit for bit. Matrix products are stacked, since one product of all runs would add in another
order. Element-wise functions and sums over the last axes are unchanged. Functions without an entry in BATCHED are
called once per run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from cnnviz.core.network.layers.conv import channel_sums, weigh, weigh_bound, weigh_df, weigh_dx
from cnnviz.core.network.layers.dense import connect, connect_bound, connect_db, connect_dw, connect_dx
from cnnviz.core.network.losses import mse
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues

Function = Callable[..., np.ndarray]

FEW = 4
"""Number of outputs up to which the gradients of their weights are computed output by output."""


def _rows(f: np.ndarray) -> np.ndarray:
    """Reshape filters (…,M,C,K,K) to (…,M,C·K·K)."""
    return f.reshape(*f.shape[:-3], -1)


def _weigh(windows: np.ndarray, f: np.ndarray, b: np.ndarray | None = None, *, shape: tuple[int, int]) -> np.ndarray:
    z = np.matmul(_rows(f), windows)
    if b is not None:
        z += b[..., None]
    return z.reshape(z.shape[:-1] + shape)


def _weigh_bound(bound: np.ndarray, f: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    bound = bound * _append_axes(np.abs(_rows(f)).sum(axis=-1).max(axis=-1), 3)
    return bound if b is None else bound + _append_axes(np.abs(b).max(axis=-1), 3)


def _weigh_df(windows: np.ndarray, dz: np.ndarray, f: np.ndarray) -> np.ndarray:
    products = np.matmul(windows, dz.reshape((*dz.shape[:-2], -1)).swapaxes(-1, -2))
    return products.swapaxes(-1, -2).reshape(f.shape)


def _channel_sums(dz: np.ndarray) -> np.ndarray:
    return dz.sum(axis=(-2, -1))


def connect_each(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute `connect` with a separate product for each run. `w` may be shared by all runs."""
    return np.matmul(x[..., None, :], w)[..., 0, :] + b


def _connect_bound(bound: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return bound * _append_axes(np.abs(w).sum(axis=-2).max(axis=-1), 1) + _append_axes(np.abs(b).max(axis=-1), 1)


def _connect_dw(x: np.ndarray, dz: np.ndarray) -> np.ndarray:
    result = np.empty((*dz.shape[:-1], x.shape[-1], dz.shape[-1]))
    if dz.shape[-1] <= FEW:  # for such short rows, np.dot costs more than its products
        for n in range(dz.shape[-1]):
            np.multiply(x, dz[..., n, None], out=result[..., n])
    else:
        rows = np.broadcast_to(x, (*dz.shape[:-1], x.shape[-1]))
        for run, (row, dz_row) in enumerate(zip(rows, dz, strict=True)):
            np.dot(row[:, None], dz_row[None], out=result[run])
    return result


def _connect_dx(dz: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.matmul(w, dz[..., None])[..., 0]


def _mse(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    error = o - y
    return np.matmul(error[..., None, :], error[..., None])[..., 0, 0] / error.shape[-1]


def _append_axes(numbers: np.ndarray, axes: int) -> np.ndarray:
    """Append `axes` axes of length 1 to an array with one number per run."""
    return numbers.reshape(*numbers.shape, *(1,) * axes)


BATCHED: Mapping[Function, Function] = {
    weigh: _weigh,
    weigh_bound: _weigh_bound,
    weigh_df: _weigh_df,
    weigh_dx: weigh_dx,
    channel_sums: _channel_sums,
    connect: connect_each,
    connect_bound: _connect_bound,
    connect_dw: _connect_dw,
    connect_dx: _connect_dx,
    connect_db: lambda dz: dz,
    mse: _mse,
}
"""Batched versions of the functions that read parameters, compute their gradients, or would otherwise add in another
order."""


class SweepLines:
    """The operations of a program for runs that differ in parameters, image or targets.

    `shared` are the symbols with one array for all runs: "x" or none. `fixed` computes the arrays that depend only on
    these, once.
    """

    def __init__(self, program: Program, shared: frozenset[str]):
        self.program, self.varying = program, {"x", "y", *program.parameters} - shared
        self._fixed: list[Op] = []
        self._forward: list[tuple[str, Function, tuple[str, ...]]] = []
        for line in program.forward_lines:
            if self.varying.isdisjoint(line.sources):
                self._fixed.append(line)
            else:
                self._forward.append(self._batched_line(line))
        self._loss = self._batched_line(program.loss_line)
        self._backward = [self._batched_line(line) for line in program.backward_lines[: program.needed_count]]

    def fixed(self, x: np.ndarray) -> PassValues:
        """Return the image and all arrays that depend only on it."""
        values: PassValues = {"x": x}
        for line in self._fixed:
            values[line.target] = line.run_single_image(*[values[source] for source in line.sources])
        return values

    def forward(self, values: PassValues) -> PassValues:
        """Run a forward pass on `values`: the arrays of `fixed`, the parameters and y. Add its arrays and L (R,) to
        `values`."""
        return _evaluate((*self._forward, self._loss), values)

    def backward(self, values: PassValues) -> PassValues:
        """Add every gradient that an update needs to `values`."""
        return _evaluate(self._backward, values)

    def _batched_line(self, line: Op) -> tuple[str, Function, tuple[str, ...]]:
        batched_function = BATCHED.get(line.function)
        is_parameter_gradient = line.target[:1] == "d" and line.target[1:] in self.program.parameters
        is_varying = [source in self.varying for source in line.sources]
        self.varying.add(line.target)
        if batched_function is not None:
            function = replace(line, function=batched_function).run
        elif is_parameter_gradient or not self.program.parameters.keys().isdisjoint(line.sources):
            function = _per_run(line, is_varying)
        else:
            function = line.run
        return line.target, function, line.sources


def _per_run(line: Op, is_varying: Sequence[bool]) -> Function:
    """Return a function that runs the line separately for each run, as for one image."""

    def run_each(*sources: np.ndarray) -> np.ndarray:
        runs = max(len(source) for source, varies in zip(sources, is_varying, strict=True) if varies)
        run_sources = ([source[run] if varies else source for source, varies in zip(sources, is_varying, strict=True)] for run in range(runs))
        return np.stack([line.run_single_image(*arrays) for arrays in run_sources])

    return run_each


def _evaluate(lines: Sequence[tuple[str, Function, tuple[str, ...]]], values: PassValues) -> PassValues:
    for target, function, sources in lines:
        values[target] = function(*[values[source] for source in sources])
    return values

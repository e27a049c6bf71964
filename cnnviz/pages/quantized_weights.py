"""Quantization of large parameters: these and their gradients are sent as int8 colours, and exact rows are sent for
the cells in focus. Other exact rows are a resource of their own."""

import re
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.wire.records import NetworkRecord

MOST_ENTRIES = {2: 40_000, 4: 16_000}
"""Largest numbers of weights (2 axes) and of filter entries (4 axes) that are sent exactly. Gradients of filters are
not outer products, so their limit is lower."""

SHADES = 127
"""Number of colour levels on either side of zero."""


def is_quantized(weights: np.ndarray) -> bool:
    """Return whether the parameter is finite and too large to be sent exactly."""
    return weights.size > MOST_ENTRIES.get(weights.ndim, weights.size) and bool(np.isfinite(weights).all())


def quantize(weights: np.ndarray) -> np.ndarray:
    """Quantize to colours from -SHADES to SHADES. Only entries of the largest magnitude reach the ends.

    >>> quantize(np.array([[0.5, -1.0, 0.999]]))
    array([[  64, -127,  126]], dtype=int8)
    """
    limit = np.abs(weights).max() or 1.0
    shades = np.rint(weights / limit * SHADES)  # divide first: `most` may be subnormal
    return np.where(np.abs(weights) < limit, shades.clip(1 - SHADES, SHADES - 1), shades).astype(np.int8)


def quantize_arrays(arrays: Mapping[str, np.ndarray], setup: Setup, program: Program, snapshot: Snapshot, record: NetworkRecord) -> dict[str, np.ndarray]:
    """Replace large parameters by colours, and add the exact rows in focus, named as in "f2:3,/f2".

    Gradients become colours, too, except that of weights from one image: it is an outer product and sent as such.
    """
    quantized = [name for name, weights in snapshot.params.items() if is_quantized(weights) and np.isfinite(snapshot.gradients[f"d{name}"]).all()]
    result = {name: array for name, array in arrays.items() if name.removesuffix("_next") not in quantized and name.partition(".")[2] not in quantized}
    for name in quantized:
        exact = _exact_arrays(setup, snapshot, name)
        result |= {key: quantize(exact[key]) for key in (name, f"d{name}") if key in exact}
        for line in _first_lines(name, program, snapshot, record):
            result |= {f"{name}:{line}/{key}": array[_line_index(line)] for key, array in exact.items()}
    return result


def _first_lines(name: str, program: Program, snapshot: Snapshot, record: NetworkRecord) -> list[str]:
    """Return the rows and columns that Numbers.missing (numbers.js) needs for the cells in focus."""
    maps, focus = record["maps"], record["focus"]
    largest = np.unravel_index(np.abs(snapshot.gradients[f"d{name}"]).argmax(), snapshot.params[name].shape)
    result = {f"{index[0]}," if maps[name]["kind"] == "filters" else f",{index[-1]}" for index in (focus[maps[name]["family"]], largest)}
    for symbol, links in program.links.items():
        for link in (link for link in links if link.source == name):
            cell = focus[maps[symbol]["family"]]
            unit = np.ravel_multi_index(cell, maps[symbol]["shape"])
            result |= {{"unit": f"{unit},", "channel": f"{cell[0]},", "passing": f",{cell[0]}", "last": f",{cell[-1]}"}.get(link.pattern, "")}
    return sorted(result - {""})


def _line_index(line: str) -> tuple[int | slice, ...]:
    """Return the index of "3," or ",3"."""
    first, second = line.split(",")
    return (int(first),) if first else (slice(None), int(second))


def _exact_arrays(setup: Setup, snapshot: Snapshot, name: str) -> dict[str, np.ndarray]:
    """Return a parameter, its updated value, the parts of its step, and its gradient if that is a sum over positions
    or images."""
    is_sum = snapshot.params[name].ndim == 4 or len(setup.images) > 1
    gradient = {f"d{name}": snapshot.gradients[f"d{name}"]} if is_sum else {}
    return {name: snapshot.params[name], f"{name}_next": snapshot.after[name]} | gradient | parts(setup, snapshot, name)


def parts(setup: Setup, snapshot: Snapshot, name: str) -> dict[str, np.ndarray]:
    """Return the parts of a parameter's step (`Optimizer.parts`), named as in "mean.f2"."""
    if not setup.optimizer.KEEPS:
        return {}
    return {f"{part}.{name}": array for part, array in setup.optimizer.parts(name, snapshot.state, snapshot.state_after).items()}


def exact_lines(setup: Setup, snapshot: Snapshot, part: str) -> Mapping[str, np.ndarray]:
    """Return the exact arrays that `part` names, or nothing if there are none.

    "w2:,57" are the weights to an output, "w2:12," those from a unit, "f2:3," is a filter, and "f2:,3" the kernels of a
    channel, each with its updated value, the parts of its step, and its gradient if that is sent as colours. "w2:" are all
    weights, and "start.f2" the initial filters.
    """
    start = part.removeprefix("start.")
    if start != part and start in snapshot.params:
        return {part: setup.first_params(snapshot.trace.x.shape)[start]}
    match = re.fullmatch(r"([wf][0-9]*):(?:([0-9]{1,7}),|,([0-9]{1,7}))?", part, re.ASCII)
    if not match or match[1] not in snapshot.params:
        return {}
    name, first, second = match.groups()
    exact, params = _exact_arrays(setup, snapshot, name), snapshot.params[name]
    if not first and not second:
        return {key: exact[key] for key in (name, f"d{name}") if key in exact}
    if int(first or 0) >= params.shape[0] or int(second or 0) >= params.shape[1]:
        return {}
    return {key: array[_line_index(part.partition(":")[2])] for key, array in exact.items()}

"""Parameters that are too many to travel whole: they and their gradients go as colours, with the exact ones that the stages are about first; those of
another filter, channel, unit or output are a resource of their own."""

import re
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.wire.records import NetworkRecord

MOST_ENTRIES = {2: 40_000, 4: 16_000}
"""Of the weights of one layer that travel whole, and of its filters, whose gradients are no product of two rows."""

SHADES = 127
"""Shades of a colour on either side of zero."""


def is_quantized(weights: np.ndarray) -> bool:
    """Tells whether these are a layer's weights or filters, and too many."""
    return weights.size > MOST_ENTRIES.get(weights.ndim, weights.size) and bool(np.isfinite(weights).all())


def coloured(weights: np.ndarray) -> np.ndarray:
    """Their colours, from -SHADES to SHADES, the largest of either sign at its end, and nothing else there.

    >>> coloured(np.array([[0.5, -1.0, 0.999]]))
    array([[  64, -127,  126]], dtype=int8)
    """
    most = np.abs(weights).max() or 1.0
    shades = np.rint(weights / most * SHADES)  # in this order: what divides may be next to nothing
    return np.where(np.abs(weights) < most, shades.clip(1 - SHADES, SHADES - 1), shades).astype(np.int8)


def lighter(arrays: Mapping[str, np.ndarray], setup: Setup, program: Program, snapshot: Snapshot, record: NetworkRecord) -> dict[str, np.ndarray]:
    """The arrays with colours in place of what is too many; and exactly, as "f2:3,/f2", the lines that the stages are about first.

    A gradient goes as colours, too, but for that of weights from one image, which is a product of two rows and goes whole.
    """
    quantized = [name for name, weights in snapshot.params.items() if is_quantized(weights) and np.isfinite(snapshot.gradients[f"d{name}"]).all()]
    found = {name: array for name, array in arrays.items() if name.removesuffix("_next") not in quantized and name.partition(".")[2] not in quantized}
    for name in quantized:
        exact = _exact(setup, snapshot, name)
        found |= {each: coloured(exact[each]) for each in (name, f"d{name}") if each in exact}
        for line in _first_lines(name, program, snapshot, record):
            found |= {f"{name}:{line}/{each}": array[_place(line)] for each, array in exact.items()}
    return found


def _first_lines(name: str, program: Program, snapshot: Snapshot, record: NetworkRecord) -> list[str]:
    """The lines that Numbers.missing (numbers.js) asks for, of the cells in focus."""
    maps, focus = record["maps"], record["focus"]
    largest = np.unravel_index(np.abs(snapshot.gradients[f"d{name}"]).argmax(), snapshot.params[name].shape)
    found = {f"{at[0]}," if maps[name]["kind"] == "filters" else f",{at[-1]}" for at in (focus[maps[name]["family"]], largest)}
    for symbol, links in program.links.items():
        for link in (link for link in links if link.source == name):
            cell = focus[maps[symbol]["family"]]
            unit = np.ravel_multi_index(cell, maps[symbol]["shape"])
            found |= {{"unit": f"{unit},", "channel": f"{cell[0]},", "passing": f",{cell[0]}", "last": f",{cell[-1]}"}.get(link.pattern, "")}
    return sorted(found - {""})


def _place(line: str) -> tuple[int | slice, ...]:
    """The place of a line: "3," or ",3"."""
    first, second = line.split(",")
    return (int(first),) if first else (slice(None), int(second))


def _exact(setup: Setup, snapshot: Snapshot, name: str) -> dict[str, np.ndarray]:
    """The parameter itself, what the update makes of it, its gradient where that is a sum over places or images, and the parts of its step."""
    is_sum = snapshot.params[name].ndim == 4 or len(setup.images) > 1
    gradient = {f"d{name}": snapshot.gradients[f"d{name}"]} if is_sum else {}
    return {name: snapshot.params[name], f"{name}_next": snapshot.after[name]} | gradient | parts(setup, snapshot, name)


def parts(setup: Setup, snapshot: Snapshot, name: str) -> dict[str, np.ndarray]:
    """The parts of a parameter's step (`Optimizer.parts`), by "mean.f2"."""
    if not setup.optimizer.KEEPS:
        return {}
    return {f"{part}.{name}": array for part, array in setup.optimizer.parts(name, snapshot.state, snapshot.state_after).items()}


def lines(setup: Setup, snapshot: Snapshot, of: str) -> Mapping[str, np.ndarray]:
    """Exactly, the weights "w2:,57" to an output or "w2:12," from a unit, the filter "f2:3," or the kernels "f2:,3" of a channel, what the
    update makes of them, and by which parts, with their gradients if these go as colours; "w2:" are all weights, "start.f2" the filters before
    the first update. Nothing where there are none.
    """
    start = of.removeprefix("start.")
    if start != of and start in snapshot.params:
        return {of: setup.first_params(snapshot.trace.x.shape)[start]}
    found = re.fullmatch(r"([wf][0-9]*):(?:([0-9]{1,7}),|,([0-9]{1,7}))?", of, re.ASCII)
    if not found or found[1] not in snapshot.params:
        return {}
    name, first, second = found.groups()
    exact, now = _exact(setup, snapshot, name), snapshot.params[name]
    if not first and not second:
        return {each: exact[each] for each in (name, f"d{name}") if each in exact}
    if int(first or 0) >= now.shape[0] or int(second or 0) >= now.shape[1]:
        return {}
    return {each: array[_place(of.partition(":")[2])] for each, array in exact.items()}

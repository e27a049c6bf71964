"""Records of all arrays that the Step page shows of any network: source, layout, colours and names.

Each symbol has one record on all pages, derived from the network's program.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from cnnviz.core.explain.rounding import largest as largest_of
from cnnviz.core.network.cell_links import source_ranges
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.network.symbols import Names
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.loss_change import step_for_size
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.colour_scales import SCALE_OF_RANGE, limits_of, value_ranges
from cnnviz.wire.records import Kind, MapRecord
from cnnviz.words import Message, message


def program_of(setup: Setup, snapshot: Snapshot) -> Program:
    """Return the program of the setup's network for the snapshot's image."""
    return setup.network.program(snapshot.trace.x.shape, training=snapshot.trace.training)


def symbols(program: Program) -> tuple[str, ...]:
    """Return every array that is shown, in the order of the layers: values and parameters, then gradients."""
    network = program.network
    values = ["x"]
    for layer, names in zip(network.layers, network.names, strict=True):
        values += ["v"] if names.flattens else []
        values += [*layer_parameters(layer, names), names.output]
    gradients = [f"d{name}" for name in values if name not in ("v", "o") or (name == "o" and not network.merged)]
    return (*values, "y", "L", *gradients)


def updated_parameters(program: Program, optimizer: str) -> tuple[str, ...]:
    """Return the parameters whose updated values are sent. For plain descent, the view computes large weights as θ -
    η · dθ."""
    return tuple(name for name in program.parameters if optimizer != "gd" or len(program.shapes[name]) != 2)


def layer_parameters(layer: Layer, names: Names) -> list[str]:
    """Return the parameters of one layer."""
    return [names.of(role[1:]) for role in layer.links() if role[0] == "d" and role not in ("dx", "dy")]


def array_of(symbol: str, setup: Setup, snapshot: Snapshot) -> np.ndarray:
    """Return the values of one symbol, in the shape that the core uses."""
    if symbol == "y":
        return np.array(setup.y, dtype=np.float64)
    if symbol == "L":
        return snapshot.losses[-1:]
    if symbol.endswith("_next"):
        return snapshot.after[symbol.removesuffix("_next")]
    for arrays in (snapshot.trace, snapshot.params, snapshot.gradients):
        if symbol in arrays:
            return arrays[symbol]
    raise KeyError(symbol)


def records(setup: Setup, program: Program, snapshot: Snapshot) -> dict[str, MapRecord]:
    """Return the record of every array, by its symbol."""
    ranges = value_ranges(program.network)
    all_records: dict[str, MapRecord] = {}
    for symbol, record in static_records(program).items():
        limits = limits_of(array_of(symbol, setup, snapshot), ranges.get(symbol, "signed"), setup.scale)
        all_records[symbol] = {**record, "limits": limits, "raised_by": step_for_size(max(map(abs, limits)))}
    for symbol in _round_off(setup, program, snapshot):
        all_records[symbol] |= {"round_off": True, "limits": (0.0, 0.0)}
    return all_records


LOST = 1e-9
"""Largest share of the incoming gradient at which a sum that is 0 mathematically counts as round-off, not as a
mistake."""

SEEN = 1e-7
"""Smallest share of its output at which a bias is visible. Adam with a large rate amplifies round-off to such steps."""


def _round_off(setup: Setup, program: Program, snapshot: Snapshot) -> Iterator[str]:
    """Yield gradients of biases that a normalization cancels, which are round-off, and biases that only round-off has
    moved from 0."""
    layers, names = program.network.layers, program.network.names
    for layer_index, (layer, layer_names) in enumerate(zip(layers, names, strict=True)):
        bias, gradient = layer_names.of("b"), f"d{layer_names.output}"
        next_layer = next((following for following in layers[layer_index + 1 :] if not following.passes_shifts), None)
        if bias not in layer_parameters(layer, layer_names) or not next_layer or not next_layer.subtracts_mean(program.shapes[bias][0]):
            continue
        starts_at_zero = all(following.symbol != bias for following in setup.set) and not setup.first_params()[bias].any()
        if starts_at_zero and largest_of(snapshot.after[bias]) > SEEN * largest_of(snapshot.trace[layer_names.output]):
            continue
        if largest_of(snapshot.gradients[f"d{bias}"]) <= LOST * largest_of(snapshot.gradients[gradient]):
            yield f"d{bias}"
            if starts_at_zero:
                yield bias


@lru_cache(maxsize=128)
def static_records(program: Program) -> dict[str, MapRecord]:
    """Return the parts of all records that do not depend on values."""
    layers, ranges = _layer_indices(program), value_ranges(program.network)
    return {symbol: _record(symbol, program, layers, ranges) for symbol in symbols(program)}


def _record(symbol: str, program: Program, layers: Mapping[str, int], ranges: Mapping[str, str]) -> MapRecord:
    base = symbol
    is_gradient = base not in program.shapes and base not in ("y", "L")
    base = base[1:] if is_gradient else base
    colours = SCALE_OF_RANGE[ranges.get(symbol, "signed")]
    row = {"y": program.shapes["o"], "L": (1,)}
    laid_out_shape = row.get(base) or program.laid_out[base]
    return MapRecord(
        symbol=symbol,
        label=label(symbol),
        words=message("ui.map.gradient", of=plain_name(base, program)) if is_gradient else plain_name(base, program),
        plain=message("ui.plain.gradient") if is_gradient else plain_name(symbol, program),
        kind=_kind(base, program, laid_out_shape),
        shape=laid_out_shape,
        index=row.get(base) or program.shown[base],
        layer=layers.get(base),
        family=_family(base, program),
        band="gradients" if is_gradient else "parameters" if base in program.parameters else "values",
        scale="answer" if symbol in ANSWERS and colours == "activation" else colours,
        limits=(0.0, 1.0),
        raised_by=0.0,
        round_off=False,
    )


ANSWERS = ("o", "y", "L")
"""Symbols with a single-hue colour ramp, if they are not negative."""


def _layer_indices(program: Program) -> dict[str, int]:
    """Return the index of the layer that computes or owns each symbol; -1 for the image."""
    indices = {"x": -1, "y": len(program.network.layers)}
    for layer_index, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        indices |= {name: layer_index for name in layer_parameters(layer, names)} | {names.output: layer_index}
        indices |= {"v": layer_index} if names.flattens else {}
    return indices


def _kind(base: str, program: Program, laid_out: tuple[int, ...]) -> Kind:
    if base == "L":
        return "loss"
    if base in program.parameters and len(program.shapes[base]) == 4:
        return "filters"
    if base in program.parameters and len(program.shapes[base]) == 2:
        return "weights"
    return "map" if len(laid_out) == 3 else "row"


def _family(base: str, program: Program) -> str:
    """Return the first symbol of a family of arrays with corresponding cells: z1, its activation, and v, which
    flattens it."""
    if base == "y":
        base = "o"
    for layer, names in reversed(list(zip(program.network.layers, program.network.names, strict=True))):
        if base == "v" and names.flattens:
            base = names.source
        elif base == names.output and layer.letter == "a":
            base = names.input
        elif base in layer_parameters(layer, names) and program.shapes[base] == program.shapes[names.output]:
            base = names.output
    return base


def plain_name(symbol: str, program: Program) -> Message:
    """Return the name of a value or parameter in a word or two."""
    if symbol in ("x", "v", "o", "y", "L"):
        return message(f"ui.plain.{symbol}")
    if symbol in program.parameters:
        return message(f"ui.plain.{symbol[0]}")
    return message(f"layer.{program.network.layers[_layer_indices(program)[symbol]].kind}.plain")


def default_cells(program: Program, snapshot: Snapshot, maps: Mapping[str, MapRecord]) -> dict[str, list[int]]:
    """Return the cell of each family to explain first. For a parameter it has the largest gradient. For a map it has
    the largest product of value and gradient, so that neither is near 0, or else the largest value."""
    cells: dict[str, list[int]] = {}
    for symbol, record in maps.items():
        name = record["family"]
        if name in cells or symbol not in (*snapshot.trace, *snapshot.params):
            continue
        values = snapshot.trace[symbol] if symbol in snapshot.trace else snapshot.params[symbol]
        gradient = snapshot.gradients.get(f"d{symbol}", values)
        importance = values if symbol == "x" else gradient * values if symbol in snapshot.trace else gradient
        active = importance * (gradient != 0) * (symbol in snapshot.params or values != 0)  # a silent cell explains nothing
        cells[name] = largest(next(filter(np.any, (active, gradient)), values), record["shape"])
    cells["L"] = [0]
    _align_cells(cells, program)
    return cells


def _align_cells(cells: dict[str, list[int]], program: Program) -> None:
    """Align cells that are explained together: a unit, an output and the weight between them; a unit and its window."""
    for layer, names in zip(program.network.layers, program.network.names, strict=True):
        if names.of("w") in layer_parameters(layer, names):
            cells[names.of("w")] = [*cells[_family(names.input, program)], *cells[_family(names.output, program)]]
        if names.source == "x" and layer.geometry():
            link = next(link for link in program.links[names.output] if link.source == "x")
            ranges = source_ranges(link, tuple(cells[names.output]), program.shapes["x"])
            cells["x"] = [start + count // 2 * step for start, count, step in ranges]
            cells["x"][0] = 0 if link.pattern == "window" else cells["x"][0]


def largest(array: np.ndarray, shape: Sequence[int]) -> list[int]:
    """Return the index of the entry of largest magnitude, in an array of the layout `shape`."""
    return [int(i) for i in np.unravel_index(np.abs(array).argmax(), tuple(shape))]

"""The path of a nudge through a network: the first array that changes, and the operations from there to the loss."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op

BYTES = 2**20
"""Maximum size of the largest array of a block of copies, in bytes. Fits into the processor's cache."""
PRODUCTS = 250_000
"""Maximum number of multiplications of one matrix product. From 262,144 on, OpenBLAS uses several threads, which wait
for each other when other visitors keep the processor busy: several times slower without a gain."""


@dataclass(frozen=True)
class Path:
    """The path of a nudge of a parameter. It first changes `target`, the output of layer `place`, or x if the image
    is nudged.

    `roles` are the symbols of that layer's arrays by role. `kinks` are the inputs (-1) and outputs (1) of lines with kinks,
    without symbols that are both. `own` is the line that computes the target, if any, and `lines` are the later ones up to
    the end of the pass, which the loss reads. Blocks have `block` entries in rows of `row`. `cost` is the count of numbers
    computed for all entries.
    """

    name: str
    size: int
    place: int | None
    target: str
    roles: Mapping[str, str]
    kinks: Mapping[str, int]
    own: tuple[Op, ...]
    lines: tuple[Op, ...]
    block: int
    row: int
    cost: int


@lru_cache(maxsize=1024)
def path(program: Program, name: str, images: int = 1) -> Path:
    """Return the path of a nudge of a parameter, or of "x", to the loss, for a batch of `images`."""
    network, size = program.network, math.prod(program.shapes[name]) * (images if name == "x" else 1)
    layer_of = {names.of(letter): n for n, names in enumerate(network.names) for letter in network.layers[n].parameters(program.inputs[n])}
    layer_index = None if name == "x" else layer_of[name]
    target = "x" if layer_index is None else network.names[layer_index].output
    targets = [line.target for line in program.forward_lines]
    start = 0 if layer_index is None else targets.index(target) + 1
    lines = tuple(line for line in program.forward_lines[start : targets.index(end_symbol(program)) + 1] if not line.target.endswith(".bound"))
    largest = max([math.prod(program.shapes[target]), *map(_result_size(program), lines)])
    block = max(1, BYTES // (16 * largest * images))
    # A row of copies is one product with a dense layer's w. If that product is too large even for a single copy, it
    # is multithreaded anyway, so rows are as long as possible.
    rows = [n for line in lines if line.role == "y" and network.layers[n := line.layer_index].input_kind == "row"]
    products = max([1, *(images * network.layers[n].multiplications(program.inputs[n]) for n in rows)])
    row = min(block, PRODUCTS // products) if products <= PRODUCTS // 4 else block
    cost = images * size * sum(_result_size(program)(line) for line in lines)
    own_lines = () if layer_index is None else (program.forward_lines[start - 1],)
    roles = {} if layer_index is None else {role: network.names[layer_index].of(role) for role in program.roles(layer_index)}
    return Path(name, size, layer_index, target, roles, _kinks(program, lines), own_lines, lines, block // row * row, row, cost)


def _kinks(program: Program, lines: tuple[Op, ...]) -> dict[str, int]:
    """Return the inputs of lines with kinks as -1 and their outputs as 1. Symbols that are both are left out."""
    kinks = [line for line in lines if line.layer is not None and program.network.layers[line.layer].has_kinks]
    inputs, outputs = {line.sources[0] for line in kinks}, {line.target for line in kinks}
    return dict.fromkeys(sorted(inputs - outputs), -1) | dict.fromkeys(sorted(outputs - inputs), 1)


def end_symbol(program: Program) -> str:
    """Return the symbol that the loss reads: o, or z if the loss is merged with the last layer."""
    return next(source for source in program.loss_line.sources if source != "y")


def _result_size(program: Program) -> Callable[[Op], int]:
    """Return a function that estimates the size of a line's result. Arrays kept for the backward pass are about K²
    times the size of their source."""

    def count(line: Op) -> int:
        if line.target in program.shapes:
            return math.prod(program.shapes[line.target])
        layer, shape = program.network.layers[line.layer_index], program.inputs[line.layer_index]
        return math.prod(shape[:1]) * layer.geometry().get("k", 1) ** 2 * math.prod(layer.shape(shape)[1:])

    return count

"""The way of a nudge through a network: which array it moves first, and the lines from there to the loss."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op

BYTES = 2**20
"""Memory for the largest array of a block of copies: more of them would leave the processor's cache."""
PRODUCTS = 250_000
"""Multiplications of one matrix product. OpenBLAS shares out those of 262,144 and more among threads, which wait
for each other where other visitors keep the processors busy: several times as long, for nothing."""


@dataclass(frozen=True)
class Path:
    """The way of a nudge of a parameter: it moves `target` first, the output of layer `place` (x for the image).

    `roles` are the symbols of that layer's arrays by what they are to it; `kinks` what goes into (-1) lines with kinks and
    comes out (1), but for what goes from one to the next. `own` is the line that makes the target, if one
    does, and `lines` are those after it up to the end, from which the loss is worked out. Blocks have `block` entries,
    in rows of `row`. `cost` are the numbers made for all entries.
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
    """The way of a parameter's nudge, or of one of "x", to the loss, through so many images."""
    network, size = program.network, math.prod(program.shapes[name]) * (images if name == "x" else 1)
    owners = {names.of(letter): n for n, names in enumerate(network.names) for letter in network.layers[n].parameters(program.inputs[n])}
    place = None if name == "x" else owners[name]
    target = "x" if place is None else network.names[place].output
    made = [line.target for line in program.forward_lines]
    start = 0 if place is None else made.index(target) + 1
    lines = tuple(line for line in program.forward_lines[start : made.index(end_of(program)) + 1] if not line.target.endswith(".bound"))
    largest = max([math.prod(program.shapes[target]), *map(_numbers(program), lines)])
    block = max(1, BYTES // (16 * largest * images))
    # A row of copies is one product with a dense layer's w. One that is too long for a single copy is
    # shared out anyway: then the fewer, the better.
    rows = [n for line in lines if line.role == "y" and network.layers[n := line.place].takes == "row"]
    products = max([1, *(images * network.layers[n].multiplications(program.inputs[n]) for n in rows)])
    row = min(block, PRODUCTS // products) if products <= PRODUCTS // 4 else block
    cost = images * size * sum(_numbers(program)(line) for line in lines)
    own = () if place is None else (program.forward_lines[start - 1],)
    roles = {} if place is None else {role: network.names[place].of(role) for role in program.roles(place)}
    return Path(name, size, place, target, roles, _kinks(program, lines), own, lines, block // row * row, row, cost)


def _kinks(program: Program, lines: tuple[Op, ...]) -> dict[str, int]:
    """The symbols that go into lines with kinks, -1, and those that come out, 1; no symbol that does both."""
    kinks = [line for line in lines if line.layer is not None and program.network.layers[line.layer].has_kinks]
    into, out = {line.sources[0] for line in kinks}, {line.target for line in kinks}
    return dict.fromkeys(sorted(into - out), -1) | dict.fromkeys(sorted(out - into), 1)


def end_of(program: Program) -> str:
    """The symbol from which the loss is worked out: o, or z where it merges with the last layer."""
    return next(source for source in program.loss_line.sources if source != "y")


def _numbers(program: Program) -> Callable[[Op], int]:
    """The count of numbers that a line makes; what it keeps for later is some K² times what it is kept of."""

    def count(line: Op) -> int:
        if line.target in program.shapes:
            return math.prod(program.shapes[line.target])
        layer, shape = program.network.layers[line.place], program.inputs[line.place]
        return math.prod(shape[:1]) * layer.geometry().get("k", 1) ** 2 * math.prod(layer.shape(shape)[1:])

    return count

"""Any network on many images at once: its outputs, and the gradients of their mean loss.

The lines are those of one image's pass (core/network/program.py), run on blocks of images with a batch axis in front; so
nothing of a network is written again here. A block is small enough to stay in the processor's cache. Two threads
take blocks in turn, and what they find is summed in the order of the blocks: the same numbers, bit for bit, on any
number of cores. Where batch normalisation mixes images, its statistics are made once from all blocks, between the lines
before and after it.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

import numpy as np

from cnnviz.core.network.named_arrays import Gradients
from cnnviz.core.network.network import Network
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues
from cnnviz.core.runtime.threads import shared_out
from cnnviz.words import Problem

Found = TypeVar("Found")
Parameters = Mapping[str, np.ndarray]

BLOCK = 8_000_000
"""Bytes of a block's forward pass, unless one image has more."""

SHARED = 1_000_000
"""Bytes from which on a second thread is worth its start."""


class GradientsAndBuffers(NamedTuple):
    """The gradients of the mean loss over an update's images, and what training then keeps of them."""

    gradients: Gradients
    buffers: PassValues


def batch_gradients(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None) -> Gradients:
    """The exact derivative of the mean loss for every parameter.

    `X` (B,C,H,W), or (B,H,W) for one channel; `Y` (B,N); `given` are buffers and masks (B,…) by name. All is worked out in the
    parameters' own precision, float64 or float32. Raises Problem, a ValueError, where a shape does not fit.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> params = network.init((4, 4), "zeros")
    >>> batch_gradients(network, params, np.zeros((5, 4, 4)), np.tile([1, 0], (5, 1)))["db"]
    array([-0.125,  0.125])
    """

    return gradients_and_buffers(network, params, X, Y, given).gradients


def gradients_and_buffers(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None) -> GradientsAndBuffers:
    """As `batch_gradients`, with the buffers after the pass."""
    program, blocks = _blocks(network, params, X, Y, given)
    values = [dict(block) for block in blocks]  # copies, from which arrays are given up
    for across, group in itertools.groupby(_steps(program), lambda step: step.line.target in program.across):
        steps = list(group)
        if across:
            _run_across(program, steps, values)
        else:
            shared_out(partial(_run, steps), values)
    gradients = {}
    for name in reversed(program.parameters):
        first, *others = (block[f"d{name}"] for block in values)
        mean = first if f"d{name}" in program.across else sum(others, start=first) / len(X)
        gradients[f"d{name}"] = mean.reshape(program.shown[name])
    buffers = {line.target: line.make(_of_all(program, line, values[0], len(X))) for line in program.buffer_lines}
    return GradientsAndBuffers(Gradients.made(gradients), buffers)


class _Step(NamedTuple):
    """A line, and the arrays that no line after it reads: their memory is the next arrays', while it is in the cache."""

    line: Op
    done: frozenset[str]


@lru_cache(maxsize=64)
def _steps(program: Program) -> list[_Step]:
    """The lines of both passes, as far as an update needs them."""
    read = {"x", *(f"d{name}" for name in program.parameters)}.union(*(line.sources for line in program.buffer_lines))
    steps = []
    for line in reversed(program.learning_lines):
        own = {line.target, *line.sources}
        steps.append(_Step(line, frozenset(own - read)))
        read |= own
    return steps[::-1]


def _run(steps: Sequence[_Step], values: PassValues) -> None:
    for step in steps:
        step.line.step(values)
        for name in step.done:
            del values[name]


def _run_across(program: Program, steps: Sequence[_Step], blocks: list[PassValues]) -> None:
    """Lines that look across the images, as means over them: of the blocks' means, or, of a parameter's gradient, of their sums."""
    counts = [len(block["x"]) for block in blocks]
    for line, done in steps:
        parts, adds_up = shared_out(line.make, blocks), line.target[1:] in program.parameters
        sums = [part if adds_up else part * count for part, count in zip(parts, counts, strict=True)]
        made = np.sum(sums, axis=0) / sum(counts)
        for block in blocks:
            block[line.target] = made
            for name in done:
                del block[name]


def _of_all(program: Program, line: Op, block: PassValues, images: int) -> PassValues:
    """The arrays that a buffer's line reads, from a block's: of those with images it reads how many numbers they have, and no number."""
    found = {name: block[name] for name in line.sources}
    return {name: np.broadcast_to(array[:1], (images, *array.shape[1:])) if program.has_images(name) else array for name, array in found.items()}


def batch_forward(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, look: Callable[[PassValues], Found],
    given: Parameters | None = None,
) -> list[Found]:  # fmt: skip
    """The results of `look` for each block of images after training: it is given the arrays of their forward passes by symbol, "L" (B,) and "y" too.

    `given` are the buffers that training has left.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> batch_forward(network, network.init((4, 4)), np.zeros((5, 4, 4)), np.zeros((5, 2)), lambda values: values["z1"].shape)
    [(5, 1, 2, 2)]
    """
    program, blocks = _blocks(network, params, X, Y, given, training=False)

    def forward(block: PassValues) -> Found:
        values = program.run_forward(dict(block))
        program.loss_line.step(values)
        return look(values)

    return shared_out(forward, blocks)


def _blocks(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None, training: bool = True
) -> tuple[Program, list[PassValues]]:
    """The arrays that a pass of each block starts from."""
    shape = np.shape(X)
    if len(shape) not in (3, 4) or not shape[0]:
        raise Problem("network.images", shape=shape)
    one = tuple(shape[1:]) if len(shape) == 4 else (1, *shape[1:])
    mixed = training and any(layer.across for layer in network.layers)
    program = network.program((1, *one) if mixed else one, many=True, training=training)
    start = program.start(params)
    dtype = next(iter(start.values())).dtype
    X, Y = np.asarray(X, dtype).reshape(-1, *program.x_shape), np.asarray(Y, dtype)
    if Y.shape != (len(X), *program.shapes["o"]):
        raise Problem("network.shape", name="Y", shape=Y.shape, wanted=(len(X), *program.shapes["o"]))
    network.loss_kind.check_targets(Y)
    count = _count(len(X), _numbers(program) * dtype.itemsize)
    blocks = [{**start, "x": x, "y": y} for x, y in zip(np.array_split(X, count), np.array_split(Y, count), strict=True)]
    for name, array in program.given_to(given, len(X)).items():
        parts = np.array_split(array.astype(dtype, copy=False), count) if name in program.draws else [array.astype(dtype, copy=False)] * count
        for block, part in zip(blocks, parts, strict=True):
            block[name] = part
    return program, blocks


def _count(images: int, size: int) -> int:
    """The number of blocks, for images of `size` bytes each. It follows from the work alone, since the order of the sum does from it."""
    if images * size < SHARED:
        return 1
    pairs = -(-images // (2 * max(1, BLOCK // size)))
    return min(images, 2 * pairs)  # an even number, for two threads


@lru_cache(maxsize=64)
def _numbers(program: Program) -> int:
    """Numbers that a forward pass of one image makes."""
    values = {name: np.zeros(program.shapes[name]) for name in program.parameters} | program.given_to(None, 1)
    values["x"] = np.zeros((1, *program.x_shape))
    program.run_forward(values)
    return sum(values[name].size for name in {line.target for line in program.forward_lines} if not name.endswith(".bound"))

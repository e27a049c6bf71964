"""Any network on many images at once: its outputs, and the gradients of their mean loss.

The lines are those of one image's pass (core/program.py), run on blocks of images with a batch axis in front; so
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

from cnnviz.core.line import Inner, Line
from cnnviz.core.network import Network
from cnnviz.core.program import Program
from cnnviz.core.threads import shared_out
from cnnviz.core.values import Gradients
from cnnviz.words import Problem

Found = TypeVar("Found")
Parameters = Mapping[str, np.ndarray]

BLOCK = 4_000_000
"""Bytes of a block's forward pass, unless one image has more."""

SHARED = 1_000_000
"""Bytes from which on a second thread is worth its start."""


class Learned(NamedTuple):
    """The gradients of the mean loss over an update's images, and what training then keeps of them."""

    gradients: Gradients
    buffers: Inner


def batch_gradients(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None) -> Gradients:
    """The exact derivative of the mean loss for every parameter.

    `X` (B,C,H,W), or (B,H,W) for one channel; `Y` (B,N); `given` are buffers and masks (B,…) by name. All is worked out in the
    parameters' own precision, float64 or float32. Raises Problem, a ValueError, where a shape does not fit.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> params = network.init((4, 4), "zeros")
    >>> batch_gradients(network, params, np.zeros((5, 4, 4)), np.tile([1, 0], (5, 1)))["db"]
    array([-0.125,  0.125])
    """

    return batch_learned(network, params, X, Y, given).gradients


def batch_learned(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None) -> Learned:
    """As `batch_gradients`, with the buffers after the pass."""

    def gradients(block: Inner) -> dict[str, np.ndarray]:
        values = program.run_backward(program.run_forward(dict(block)))  # a copy: its arrays are given up with it
        return {f"d{name}": values[f"d{name}"] for name in reversed(program.parameters)}

    program, blocks = _blocks(network, params, X, Y, given)
    buffers: Inner = {}
    if program.across:
        found, buffers = _side_by_side(program, blocks)
    else:
        found = shared_out(gradients, blocks)
    first, *others = found
    total = {}
    for name, array in first.items():
        summed = sum((block[name] for block in others), start=array) / len(X)
        total[name] = summed.reshape(program.shown[name[1:]])
    return Learned(Gradients.made(total), buffers)


def _side_by_side(program: Program, blocks: list[Inner]) -> tuple[list[Inner], Inner]:
    """The parameters' gradients of all blocks, and the buffers: a line that looks across the images is made once, for all of them."""
    values = [dict(block) for block in blocks]
    for across, group in itertools.groupby(program.learning_lines, lambda line: line.target in program.across):
        lines = list(group)
        if across:
            _made_of_all(program, lines, values)
        else:
            shared_out(partial(_run, lines), values)
    buffers = {line.target: line.make(_whole(program, line, values, {})) for line in program.buffer_lines}
    return [{f"d{name}": block[f"d{name}"] for name in reversed(program.parameters)} for block in values], buffers


def _run(lines: Sequence[Line], values: Inner) -> None:
    for line in lines:
        line.step(values)


def _made_of_all(program: Program, lines: Sequence[Line], blocks: list[Inner]) -> None:
    ends, joined = np.cumsum([len(block["x"]) for block in blocks])[:-1], dict[str, np.ndarray]()
    for line in lines:
        made = joined[line.target] = line.make(_whole(program, line, blocks, joined))
        parts = np.split(made, ends) if program.has_images(line.target) else [made] * len(blocks)
        for block, part in zip(blocks, parts, strict=True):
            block[line.target] = part


def _whole(program: Program, line: Line, blocks: list[Inner], joined: Inner) -> Inner:
    """The arrays that a line reads, of all images together; those that are `joined` already are taken from there."""
    for source in line.sources:
        if source not in joined:
            joined[source] = np.concatenate([block[source] for block in blocks]) if program.has_images(source) else blocks[0][source]
    return {source: joined[source] for source in line.sources}


def batch_forward(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, look: Callable[[Inner], Found],
    given: Parameters | None = None,
) -> list[Found]:  # fmt: skip
    """The results of `look` for each block of images after training: it is given the arrays of their forward passes by symbol, "L" (B,) and "y" too.

    `given` are the buffers that training has left.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> batch_forward(network, network.init((4, 4)), np.zeros((5, 4, 4)), np.zeros((5, 2)), lambda values: values["z1"].shape)
    [(5, 1, 2, 2)]
    """
    program, blocks = _blocks(network, params, X, Y, given, training=False)

    def forward(block: Inner) -> Found:
        values = program.run_forward(dict(block))
        program.loss_line.step(values)
        return look(values)

    return shared_out(forward, blocks)


def _blocks(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, given: Parameters | None = None, training: bool = True
) -> tuple[Program, list[Inner]]:
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

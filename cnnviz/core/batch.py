"""Any network on many images at once: its outputs, and the gradients of their mean loss.

The lines are those of one image's pass (core/program.py), run on blocks of images with a batch axis in front; so
nothing of a network is written again here. A block is small enough to stay in the processor's cache. Two threads
take blocks in turn, and what they find is summed in the order of the blocks: the same numbers, bit for bit, on any
number of cores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import numpy as np

from cnnviz.core.network import Network
from cnnviz.core.program import Inner, Program
from cnnviz.core.threads import shared_out
from cnnviz.core.values import Gradients
from cnnviz.words import Problem

Found = TypeVar("Found")
Parameters = Mapping[str, np.ndarray]

BLOCK = 4_000_000
"""Bytes of a block's forward pass, unless one image has more."""

SHARED = 1_000_000
"""Bytes from which on a second thread is worth its start."""


def batch_gradients(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray) -> Gradients:
    """The exact derivative of the mean loss for every parameter: the mean of what each image alone gives.

    `X` (B,C,H,W), or (B,H,W) for one channel; `Y` (B,N). All is worked out in the parameters' own precision,
    float64 or float32. Raises Problem, a ValueError, where a shape does not fit.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> params = network.init((4, 4), "zeros")
    >>> batch_gradients(network, params, np.zeros((5, 4, 4)), np.tile([1, 0], (5, 1)))["db"]
    array([-0.125,  0.125])
    """

    def gradients(block: Inner) -> dict[str, np.ndarray]:
        values = program.run_backward(program.run_forward(dict(block)))  # a copy: its arrays are given up with it
        return {f"d{name}": values[f"d{name}"] for name in reversed(program.parameters)}

    program, blocks = _blocks(network, params, X, Y)
    first, *others = shared_out(gradients, blocks)
    total = {}
    for name, array in first.items():
        summed = sum((block[name] for block in others), start=array) / len(X)
        total[name] = summed.reshape(program.shown[name[1:]])
    return Gradients.made(total)


def batch_forward(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, look: Callable[[Inner], Found]
) -> list[Found]:
    """What `look` makes of each block of images: it is given the arrays of their forward passes by symbol, "L" (B,) and "y" too.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> batch_forward(network, network.init((4, 4)), np.zeros((5, 4, 4)), np.zeros((5, 2)), lambda values: values["z1"].shape)
    [(5, 1, 2, 2)]
    """
    program, blocks = _blocks(network, params, X, Y)

    def forward(block: Inner) -> Found:
        values = program.run_forward(dict(block))
        program.loss_line.step(values)
        return look(values)

    return shared_out(forward, blocks)


def _blocks(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray) -> tuple[Program, list[Inner]]:
    """The arrays that a pass of each block starts from."""
    shape = np.shape(X)
    if len(shape) not in (3, 4) or not shape[0]:
        raise Problem("network.images", shape=shape)
    program = network.program(shape[1:], many=True)
    start = program.start(params)
    dtype = next(iter(start.values())).dtype
    X, Y = np.asarray(X, dtype).reshape(-1, *program.x_shape), np.asarray(Y, dtype)
    if Y.shape != (len(X), *program.shapes["o"]):
        raise Problem("network.shape", name="Y", shape=Y.shape, wanted=(len(X), *program.shapes["o"]))
    network.loss_kind.check_targets(Y)
    count = _count(len(X), _numbers(program) * dtype.itemsize)
    return program, [{**start, "x": x, "y": y} for x, y in zip(np.array_split(X, count), np.array_split(Y, count), strict=True)]


def _count(images: int, size: int) -> int:
    """How many blocks, for images of `size` bytes each. It follows from the work alone, since the order of the sum does from it."""
    if images * size < SHARED:
        return 1
    pairs = -(-images // (2 * max(1, BLOCK // size)))
    return min(images, 2 * pairs)  # an even number, for two threads


@lru_cache(maxsize=64)
def _numbers(program: Program) -> int:
    """Numbers that a forward pass of one image makes."""
    values = {name: np.zeros(program.shapes[name]) for name in program.parameters}
    values["x"] = np.zeros((1, *program.x_shape))
    program.run_forward(values)
    return sum(values[name].size for name in {line.target for line in program.forward_lines} if not name.endswith(".bound"))

"""Outputs of a network on many images, and gradients of their mean loss.

The operations of a pass on one image (core/network/program.py) run on blocks of images with a batch axis in front. A block
is small enough to stay in the processor's cache. Two threads take blocks in turn, and results are summed in the order of
the blocks, so that they are bit-identical for any number of cores. Batch normalization combines all blocks: its statistics
are computed once, between the operations before and after it.
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
from cnnviz.core.runtime.threads import map_parallel
from cnnviz.words import Problem

Result = TypeVar("Result")
Parameters = Mapping[str, np.ndarray]

BLOCK_BYTES = 8_000_000
"""Maximum bytes of a block's forward pass, unless a single image needs more."""

THREADING_BYTES = 1_000_000
"""Bytes of a batch's forward pass above which a second thread saves time."""


class GradientsAndBuffers(NamedTuple):
    """Gradients of the mean loss over an update's images, and the buffers after the pass."""

    gradients: Gradients
    buffers: PassValues


def batch_gradients(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, pass_inputs: Parameters | None = None) -> Gradients:
    """Return the exact derivative of the mean loss for every parameter.

    `X` is (B,C,H,W), or (B,H,W) for one channel, and `Y` (B,N). `pass_inputs` holds buffers and masks (B,…) by name.
    The computation uses the precision of the parameters, float64 or float32. Raise Problem, a ValueError, if a shape
    does not fit.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> params = network.init((4, 4), "zeros")
    >>> batch_gradients(network, params, np.zeros((5, 4, 4)), np.tile([1, 0], (5, 1)))["db"]
    array([-0.125,  0.125])
    """

    return gradients_and_buffers(network, params, X, Y, pass_inputs).gradients


def gradients_and_buffers(network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, pass_inputs: Parameters | None = None) -> GradientsAndBuffers:
    """Return the gradients of `batch_gradients` and the buffers after the pass."""
    program, blocks = _blocks(network, params, X, Y, pass_inputs)
    values = [dict(block) for block in blocks]  # copies, because arrays are deleted from them
    for combines_images, group in itertools.groupby(_steps(program), lambda step: step.line.target in program.targets_across_images):
        steps = list(group)
        if combines_images:
            _run_over_all_blocks(program, steps, values)
        else:
            map_parallel(partial(_run, steps), values)
    gradients = {}
    for name in reversed(program.parameters):
        total, *other_blocks = (block[f"d{name}"] for block in values)
        mean = total if f"d{name}" in program.targets_across_images else sum(other_blocks, start=total) / len(X)
        gradients[f"d{name}"] = mean.reshape(program.shown[name])
    buffers = {line.target: line.make(_buffer_sources(program, line, values[0], len(X))) for line in program.buffer_lines}
    return GradientsAndBuffers(Gradients.of_new(gradients), buffers)


class _BatchStep(NamedTuple):
    """An operation and the arrays that no later operation reads. They are deleted so that new arrays reuse their
    memory while it is in the cache."""

    line: Op
    done: frozenset[str]


@lru_cache(maxsize=64)
def _steps(program: Program) -> list[_BatchStep]:
    """Return the operations of both passes that an update needs."""
    live_names = {"x", *(f"d{name}" for name in program.parameters)}.union(*(line.sources for line in program.buffer_lines))
    steps = []
    for line in reversed(program.learning_lines):
        arrays = {line.target, *line.sources}
        steps.append(_BatchStep(line, frozenset(arrays - live_names)))
        live_names |= arrays
    return steps[::-1]


def _run(steps: Sequence[_BatchStep], values: PassValues) -> None:
    for step in steps:
        step.line.step(values)
        for name in step.done:
            del values[name]


def _run_over_all_blocks(program: Program, steps: Sequence[_BatchStep], blocks: list[PassValues]) -> None:
    """Run operations that combine images: means over all images, or sums for the gradient of a parameter."""
    counts = [len(block["x"]) for block in blocks]
    for line, unused in steps:
        parts, is_sum = map_parallel(line.make, blocks), line.target[1:] in program.parameters
        sums = [part if is_sum else part * count for part, count in zip(parts, counts, strict=True)]
        result = np.sum(sums, axis=0) / sum(counts)
        for block in blocks:
            block[line.target] = result
            for name in unused:
                del block[name]


def _buffer_sources(program: Program, line: Op, block: PassValues, images: int) -> PassValues:
    """Return the arrays that a buffer's operation reads. It uses only the size of arrays with an image axis, so one
    image is repeated."""
    arrays = {name: block[name] for name in line.sources}
    return {name: np.broadcast_to(array[:1], (images, *array.shape[1:])) if program.has_images(name) else array for name, array in arrays.items()}


def batch_forward(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, read: Callable[[PassValues], Result],
    pass_inputs: Parameters | None = None,
) -> list[Result]:  # fmt: skip
    """Run the forward pass in eval mode and return the result of `read` for each block of images. `read` gets the
    arrays by symbol, with "L" (B,) and "y".

    `pass_inputs` holds the buffers after training.

    >>> network = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")
    >>> batch_forward(network, network.init((4, 4)), np.zeros((5, 4, 4)), np.zeros((5, 2)), lambda values: values["z1"].shape)
    [(5, 1, 2, 2)]
    """
    program, blocks = _blocks(network, params, X, Y, pass_inputs, training=False)

    def forward(block: PassValues) -> Result:
        values = program.run_forward(dict(block))
        program.loss_line.step(values)
        return read(values)

    return map_parallel(forward, blocks)


def _blocks(
    network: Network, params: Parameters, X: np.ndarray, Y: np.ndarray, pass_inputs: Parameters | None = None, training: bool = True
) -> tuple[Program, list[PassValues]]:
    """Return the program, and for each block of images the arrays that its pass starts from."""
    shape = np.shape(X)
    if len(shape) not in (3, 4) or not shape[0]:
        raise Problem("network.images", shape=shape)
    image_shape = tuple(shape[1:]) if len(shape) == 4 else (1, *shape[1:])
    needs_image_axis = training and any(layer.roles_across_images for layer in network.layers)
    program = network.program((1, *image_shape) if needs_image_axis else image_shape, many=True, training=training)
    start = program.start(params)
    dtype = next(iter(start.values())).dtype
    X, Y = np.asarray(X, dtype).reshape(-1, *program.x_shape), np.asarray(Y, dtype)
    if Y.shape != (len(X), *program.shapes["o"]):
        raise Problem("network.shape", name="Y", shape=Y.shape, wanted=(len(X), *program.shapes["o"]))
    network.loss_kind.check_targets(Y)
    count = _block_count(len(X), _values_per_image(program) * dtype.itemsize)
    blocks = [{**start, "x": x, "y": y} for x, y in zip(np.array_split(X, count), np.array_split(Y, count), strict=True)]
    for name, array in program.pass_inputs(pass_inputs, len(X)).items():
        parts = np.array_split(array.astype(dtype, copy=False), count) if name in program.draws else [array.astype(dtype, copy=False)] * count
        for block, part in zip(blocks, parts, strict=True):
            block[name] = part
    return program, blocks


def _block_count(images: int, size: int) -> int:
    """Return the number of blocks for images of `size` bytes each. It depends only on the input, since it determines
    the order of summation."""
    if images * size < THREADING_BYTES:
        return 1
    pairs = -(-images // (2 * max(1, BLOCK_BYTES // size)))
    return min(images, 2 * pairs)  # an even number, for two threads


@lru_cache(maxsize=64)
def _values_per_image(program: Program) -> int:
    """Return the number of values that a forward pass of one image computes."""
    values = {name: np.zeros(program.shapes[name]) for name in program.parameters} | program.pass_inputs(None, 1)
    values["x"] = np.zeros((1, *program.x_shape))
    program.run_forward(values)
    return sum(values[name].size for name in {line.target for line in program.forward_lines} if not name.endswith(".bound"))

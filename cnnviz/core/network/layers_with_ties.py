"""Layers at which round-off decides, so that other programs may compute other gradients (core/network/ties.py)."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import PassValues


def layers_with_ties(
    program: Program, params: Mapping[str, np.ndarray], x: np.ndarray, given: Mapping[str, np.ndarray] | None = None
) -> set[int]:
    """Return the indices of the layers with ties for these parameters and the image x. `given` holds buffers and
    masks.

    >>> from cnnviz.core.network.network import Network
    >>> network, x = Network.parse("conv1x3-relu-max2-dense2-mse"), np.full((8, 8), 0.1)
    >>> sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
    >>> [layers_with_ties(network.program(x.shape), network.init(x.shape, f=f), x) for f in (sobel, abs(sobel), sobel - 1)]
    [{1}, {2}, set()]
    """
    start = program.start(params, x)
    values, found = program.run_forward(start | program.given_to(given, len(x) if program.run.images else None)), set[int]()
    rounded, idle = np.zeros(start["x"].shape, bool), np.zeros(start["x"].shape, bool)
    for place, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        read, made = values[names.input], values[names.output]
        rounded, idle = rounded.reshape(read.shape), idle.reshape(read.shape)
        tied = layer.tied(np.where(rounded & ~idle, read, np.nan), made, program.tie(values, names.input))
        if tied is not None and tied.any():
            found.add(place)
        silent = layer.silent(made)
        rounded, idle = _rounded(program, place, values, rounded), np.zeros(made.shape, bool) if silent is None else silent
    return found


def _rounded(program: Program, place: int, values: PassValues, given: np.ndarray) -> np.ndarray:
    """Return which output cells of a layer contain round-off. Sums of zero products and functions of exact cells do
    not."""
    names, layer = program.network.names[place], program.network.layers[place]
    line = next(line.unsettled for line in program.forward_lines if line.target == names.output)
    if layer.parameters(program.inputs[place]):
        sizes = {name: np.abs(values[name]) * (name != names.of("b")) for name in line.sources}
        found: np.ndarray = line.make(sizes) > 0
        return found
    return given if given.shape == values[names.output].shape else line.make({names.input: given.astype(float)}) > 0

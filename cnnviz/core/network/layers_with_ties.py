"""Layers at which round-off decides a tie, so that other programs may compute different gradients
(core/network/ties.py)."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import PassValues


def layers_with_ties(
    program: Program, params: Mapping[str, np.ndarray], x: np.ndarray, pass_inputs: Mapping[str, np.ndarray] | None = None
) -> set[int]:
    """Return the indices of the layers with ties for these parameters and the image x. `pass_inputs` holds buffers and
    masks.

    >>> from cnnviz.core.network.network import Network
    >>> network, x = Network.parse("conv1x3-relu-max2-dense2-mse"), np.full((8, 8), 0.1)
    >>> sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
    >>> [layers_with_ties(network.program(x.shape), network.init(x.shape, f=f), x) for f in (sobel, abs(sobel), sobel - 1)]
    [{1}, {2}, set()]
    """
    start = program.start(params, x)
    values, layer_indices = program.run_forward(start | program.pass_inputs(pass_inputs, len(x) if program.run.images else None)), set[int]()
    rounded, is_idle = np.zeros(start["x"].shape, bool), np.zeros(start["x"].shape, bool)
    for index, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        x_in, y_out = values[names.input], values[names.output]
        rounded, is_idle = rounded.reshape(x_in.shape), is_idle.reshape(x_in.shape)
        ties = layer.tie_mask(np.where(rounded & ~is_idle, x_in, np.nan), y_out, program.tie(values, names.input))
        if ties is not None and ties.any():
            layer_indices.add(index)
        silent = layer.silent(y_out)
        rounded, is_idle = _has_round_off(program, index, values, rounded), np.zeros(y_out.shape, bool) if silent is None else silent
    return layer_indices


def _has_round_off(program: Program, layer_index: int, values: PassValues, rounded_input: np.ndarray) -> np.ndarray:
    """Return a mask of the output cells of a layer that contain round-off. Sums of zero products and functions of exact
    cells do not."""
    names, layer = program.network.names[layer_index], program.network.layers[layer_index]
    line = next(line.without_rounding for line in program.forward_lines if line.target == names.output)
    if layer.parameters(program.inputs[layer_index]):
        sizes = {name: np.abs(values[name]) * (name != names.of("b")) for name in line.sources}
        mask: np.ndarray = line.make(sizes) > 0
        return mask
    return rounded_input if rounded_input.shape == values[names.output].shape else line.make({names.input: rounded_input.astype(float)}) > 0

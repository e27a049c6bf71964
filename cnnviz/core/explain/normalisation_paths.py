"""The gradient of a batch normalization, split into its three paths, and the size of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers._normalization import EPS, direct_term, mean_term, variance_term
from cnnviz.core.network.layers.batch_norm import normalise_dx
from cnnviz.core.network.named_arrays import Gradients, Trace
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op
from cnnviz.core.runtime.read_only import ReadOnly


@dataclass(frozen=True, eq=False)
class Paths(ReadOnly):
    """The gradient split by path: direct, through the mean and through the variance. `parts` (3,m,C,H,W) or (3,m,D)
    add up to the gradient.

    `shares` (3,C) are the shares of the paths in the sum of absolute values. `sizes` (4,C) are the norms of the gradient of each
    filter or unit of the layer before: from each path alone, and from all three. Its shape is (4,0) if that layer has no parameters.
    """

    parts: np.ndarray
    shares: np.ndarray
    sizes: np.ndarray


def gradient_paths(program: Program, params: Mapping[str, np.ndarray], trace: Trace, gradients: Gradients) -> dict[str, Paths]:
    """Return the paths of the input gradient of each batch normalization, by symbol. Empty in eval mode.

    >>> from cnnviz import Network
    >>> network, x = Network.parse("conv2x3-bn-gap-mse"), np.random.default_rng(0).random((3, 1, 5, 5))
    >>> params = network.init((5, 5))
    >>> trace = network.forward(params, x)
    >>> gradients = network.backward(params, trace, np.zeros((3, 2)))
    >>> found = gradient_paths(network.program(x.shape), params, trace, gradients)["dz1"]
    >>> bool(np.allclose(found.parts.sum(axis=0), gradients.dz1)), found.shares.shape, found.sizes.shape
    (True, (3, 2), (4, 2))
    """
    lines = [line for line in program.backward_lines if line.function is normalise_dx]
    values = {**program.all_values(params, trace), **gradients}
    return {line.target: _paths(program, line, values) for line in lines}


def _paths(program: Program, line: Op, values: Mapping[str, np.ndarray]) -> Paths:
    dn, g, hat, var = (values[source] for source in line.sources[:4])
    axes: tuple[int, ...] = line.settings["axes"]  # type: ignore[assignment]
    dhat, sigma = dn * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS)
    mean = mean_term(dhat, sigma, axes) + np.zeros_like(dhat)
    parts = np.stack([direct_term(dhat, sigma), mean, variance_term(dhat, hat, sigma, axes)])
    magnitudes = np.abs(parts).sum(axis=axes)
    return Paths(parts, magnitudes / np.maximum(magnitudes.sum(axis=0), np.finfo(float).tiny), _sizes(program, line.target, parts, values))


def _sizes(program: Program, symbol: str, parts: np.ndarray, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the norms of the previous layer's weight gradients, per filter or unit: one row for each path alone and
    one for their sum."""
    lines = (line for line in program.backward_lines if symbol in line.sources and line.target[1:] in program.parameters and line.role != "db")
    line = next(lines, None)
    if line is None:
        return np.zeros((4, 0))
    weight_gradients = [line.make({**values, symbol: part}) for part in (*parts, parts.sum(axis=0))]
    return np.array([np.sqrt((np.moveaxis(array, 0 if array.ndim == 4 else -1, 0).reshape(parts.shape[2], -1) ** 2).sum(axis=1)) for array in weight_gradients])

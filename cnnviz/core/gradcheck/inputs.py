"""Inputs of a gradient check: the pass and the gradients."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck.differences import Differences
from cnnviz.core.network.named_arrays import Gradients, Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import Padding, targets
from cnnviz.core.notebook.notebook_network import notebook_program
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.words import Problem


def differences(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    network: Network | None = None,
    dtype: type = np.float64,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
    training: bool = True,
) -> Differences:
    """Return the pass whose entries are nudged, in the precision `dtype`."""
    x = np.asarray(x, dtype=np.float64)
    program = network.program(x.shape, training=training) if network else notebook_program(params, x.shape, stride, padding)
    shape = (*x.shape[:1], *program.shapes["o"]) if program.run.images else program.shapes["o"]
    return Differences(program, params, x, network.targets(y, shape) if network else targets(y, shape), dtype, pass_inputs)


def is_finite(pass_differences: Differences, names: tuple[str, ...]) -> bool:
    """Return whether all arrays of the pass, its loss and the gradients of these parameters are finite."""
    loss = pass_differences.program.loss_line.make(pass_differences.values | {"y": pass_differences.y})
    arrays = (loss, *pass_differences.trace.values(), *(pass_differences.gradients[f"d{name}"] for name in names))
    return bool(np.isfinite(np.concatenate([array.reshape(-1) for array in arrays])).all())


def by_parameter(
    gradients: Gradients | Mapping[str, np.ndarray], pass_differences: Differences, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Return the gradients by parameter. Raise Problem if one is missing or has another shape."""
    result = {}
    for name in names:
        key = next((key for key in (f"d{name}", name) if key in gradients), None)
        if key is None:
            raise Problem("gradcheck.missing", name=name)
        result[name] = as_frozen(gradients[key])
        expected = pass_differences.trace.x.shape if name == "x" else pass_differences.program.shown[name]
        if result[name].shape != expected:
            raise Problem("gradcheck.shape", name=name, shape=result[name].shape, wanted=expected)
    return result

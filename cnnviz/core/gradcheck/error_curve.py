"""Error of central differences as a function of the step, in two precisions: the U curve."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck.differences import Differences
from cnnviz.core.gradcheck.inputs import by_parameter, differences
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import Padding
from cnnviz.core.runtime.read_only import ReadOnly

STEPS = tuple(float(f"1e-{n}") for n in range(1, 15))
"""The steps ε of a sweep, 1e-1 to 1e-14."""
SWEPT = 2_500
"""Maximum number of entries of a sweep, evenly spaced."""


@dataclass(frozen=True, eq=False)
class StepSweep(ReadOnly):
    """Distance of central differences from the backward pass, for each step and precision.

    `errors` maps "float32" and "float64" to ‖n - a‖ / max(‖a‖, ‖n‖) over all entries, (S,).
    """

    steps: np.ndarray
    errors: dict[str, np.ndarray]


@np.errstate(over="ignore", invalid="ignore")
def step_sweep(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    steps: tuple[float, ...] = STEPS,
    network: Network | None = None,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
) -> StepSweep:
    """Return the U curve: the error is dominated by truncation for large steps and by round-off for small ones.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> sweep = step_sweep(params, x, np.array([1, 0]))
    >>> [float(sweep.steps[error.argmin()]) for error in sweep.errors.values()]
    [0.01, 1e-05]
    """
    float64_pass = differences(params, x, y, stride, padding, network, pass_inputs=pass_inputs)
    program = float64_pass.program
    gradients = by_parameter(float64_pass.gradients, float64_pass, tuple(program.parameters))
    entries_of = {name: _spaced_entries(array.size, sum(map(np.size, gradients.values()))) for name, array in gradients.items()}
    a = np.concatenate([array.reshape(-1)[entries_of[name]] for name, array in gradients.items()])

    def error(pass_differences: Differences, step: float) -> float:
        n = np.concatenate([pass_differences.central(name, step, entries) for name, entries in entries_of.items()]).astype(np.float64)
        scale = max(np.linalg.norm(a), np.linalg.norm(n))
        return float(np.linalg.norm(n - a) / scale) if scale else 0.0

    precisions = {"float32": differences(params, x, y, stride, padding, network, np.float32, pass_inputs), "float64": float64_pass}
    errors = {name: np.array([error(pass_differences, step) for step in steps]) for name, pass_differences in precisions.items()}
    return StepSweep(np.array(steps), errors)


def _spaced_entries(size: int, of_all: int) -> np.ndarray:
    """Return evenly spaced flat indices into a parameter, or all indices if there are few."""
    return np.arange(size) if of_all <= SWEPT else np.unique(np.linspace(0, size - 1, max(20, size * SWEPT // of_all)).astype(int))

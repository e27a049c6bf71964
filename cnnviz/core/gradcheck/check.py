"""Gradient check of every entry of every parameter against central differences of the loss.

∂L/∂θ ≈ (L(θ + ε) - L(θ - ε)) / 2ε        the error falls as ε², until round-off in L takes over

If ReLU or max pooling has a kink at θ, the one-sided slopes differ, and the entry cannot be compared.

An entry is called wrong if |analytic - central| > bound, the larger of 4·error_bound and 1e-6·max(|analytic|, |central|). Let e be the error
of the central difference itself, which `error_bound` estimates:

    |analytic - slope| > bound + e    is always called wrong, since |analytic - central| ≥ |analytic - slope| - e
    |analytic - slope| ≤ bound - e    is never called wrong, and so no right entry is while e ≤ 4·error_bound

Between bound - e and bound + e, the sign of the central difference's error decides.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.gradcheck.inputs import by_parameter, differences, is_finite
from cnnviz.core.gradcheck.kinks import ParameterCheck, check_parameter
from cnnviz.core.gradcheck.result import GradientCheck
from cnnviz.core.gradcheck.verdict import TOLERANCE, UNDECIDED, marks, relative_error, threshold
from cnnviz.core.network.named_arrays import Gradients, Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import Padding
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.words import Problem

Progress = Callable[[float], None]
"""Callback that receives the completed share of the work, 0 … 1."""


@np.errstate(over="ignore", invalid="ignore")  # the network may have diverged
def check_gradients(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    step: float = 1e-5,
    gradients: Gradients | Mapping[str, np.ndarray] | None = None,
    network: Network | None = None,
    parameters: Iterable[str] | None = None,
    progress: Progress | None = None,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
    training: bool = True,
) -> GradientCheck:
    """Check every entry of `gradients`, by default those of our own backward pass, against central differences.

    The network is `network`, or the teaching notebook's with this stride and padding. `gradients` may be a
    Gradients, or a mapping by parameter ("w") or gradient ("dw"). `parameters` names those to be checked (default:
    all); "x" is the image. `x` may be several images, (m,C,H,W), with y (m,N). `pass_inputs` are buffers and masks, which stay
    fixed while batch means and variances are recomputed. `training` is False for eval mode. Raise Problem, a ValueError,
    if a gradient does not have its parameter's shape or the step is not positive.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> check_gradients(params, x, np.array([1, 0])).passed
    True
    >>> wrong = {"f": np.zeros((3, 3)), "w": np.zeros((4, 2)), "b": np.zeros(2)}
    >>> check_gradients(params, x, np.array([1, 0]), gradients=wrong).worst.relative_error
    1.0
    >>> network = Network.parse("conv2x3-relu-max2-dense3-softmax-ce")
    >>> check_gradients(network.init((4, 4)), x, np.eye(3)[0], network=network).count
    27
    """
    if not step > 0:
        raise Problem("gradcheck.step", step=step)
    pass_differences = differences(params, x, y, stride, padding, network, pass_inputs=pass_inputs, training=training)
    program = pass_differences.program
    names = tuple(program.parameters) if parameters is None else tuple(parameters)
    analytic = by_parameter(pass_differences.gradients if gradients is None else gradients, pass_differences, names)
    progress_for = _progress_callbacks(progress, {name: pass_differences.path(name).cost for name in names})
    checks = {name: check_parameter(pass_differences, name, analytic[name].reshape(-1), step, progress_for(name)) for name in names}
    return _result(analytic, checks, is_finite(pass_differences, names))


def _progress_callbacks(progress: Progress | None, costs: Mapping[str, int]) -> Callable[[str], Progress]:
    """Return a function from a parameter to its progress callback, which receives the increment of the completed
    share."""
    done, total = 0.0, max(1, sum(costs.values()))

    def callback_for(name: str) -> Progress:
        def tell(share: float) -> None:
            nonlocal done
            done += share * costs[name] / total
            if progress:
                progress(min(1.0, done))

        return tell

    return callback_for


def _result(analytic: dict[str, np.ndarray], checks: Mapping[str, ParameterCheck], finite: bool) -> GradientCheck:
    fields = [{name: checks[name][n].reshape(array.shape) for name, array in analytic.items()} for n in range(5)]
    central, error_bound, errors, structural, kinks = fields
    entry_marks = {name: marks(array, central[name], error_bound[name], structural[name], kinks[name]) for name, array in analytic.items()}
    if not finite:
        entry_marks = {name: np.full_like(array, UNDECIDED) for name, array in entry_marks.items()}
    return GradientCheck(analytic, central, errors, kinks, error_bound, entry_marks, finite, structural)


@np.errstate(all="ignore")  # a mistake may divide by 0
def recheck(check: GradientCheck, gradients: Mapping[str, np.ndarray]) -> GradientCheck:
    """Check other gradients of the same pass, reusing the central differences of an earlier check.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> right = check_gradients(params, x, np.array([1, 0]))
    >>> recheck(right, {"df": np.zeros((3, 3)), "dw": right.analytic["w"], "db": right.analytic["b"]}).wrong
    9
    """
    analytic = {name: as_frozen(gradients[f"d{name}"]) for name in check.analytic}
    if not check.finite:
        return replace(check, analytic=analytic)
    errors = {name: relative_error(array, check.numeric[name], threshold(check.error_bound[name]) / TOLERANCE) for name, array in analytic.items()}
    entry_marks = {name: marks(array, check.numeric[name], check.error_bound[name], check.structural[name], check.kinks[name]) for name, array in analytic.items()}
    return replace(check, analytic=analytic, relative_error=errors, marks=entry_marks)

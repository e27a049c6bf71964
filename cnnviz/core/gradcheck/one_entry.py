"""Nudges of one entry of a parameter by several steps ε, with both losses in full precision.

∂L/∂θ ≈ (L(θ + ε) - L(θ - ε)) / 2ε        the digits that both losses share cancel, and are lost
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck.verdict import relative_error
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.runtime.work_cancellation import check_cancelled


@dataclass(frozen=True)
class Nudge:
    """L(θ + ε), L(θ - ε) and the central difference, in float64."""

    step: float
    up: float
    down: float

    @property
    def central(self) -> float:
        """The central difference.

        >>> Nudge(0.5, 3.0, 1.0).central
        2.0
        """
        return (self.up - self.down) / (2 * self.step)


@np.errstate(all="ignore")  # a network that has diverged has no finite losses
def nudges(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    network: Network,
    name: str,
    index: tuple[int, ...],
    steps: Iterable[float],
    dtype: type[np.float64] | type[np.float32] = np.float64,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
    training: bool = True,
) -> list[Nudge]:
    """Nudge the entry `index` of the parameter `name`, or of "x", by each of `steps`, with two full forward passes
    each. `pass_inputs` are buffers and masks.

    >>> network = Network.parse("dense1-mse")
    >>> params = network.init((1, 1)).replace(w=np.array([[3.0]]))
    >>> [nudge.central for nudge in nudges(params, np.ones((1, 1)), np.array([1.0]), network, "w", (0, 0), [0.5])]
    [4.0]
    """
    program = network.program(x.shape, training=training)
    start = program.start(params, x) | program.pass_inputs(pass_inputs, len(x) if program.run.images else None)
    start = {symbol: array.astype(dtype) for symbol, array in start.items()}
    targets = network.targets(y, (*x.shape[:-3], *program.shapes["o"]) if program.run.images else program.shapes["o"]).astype(dtype)

    def loss(by: float) -> float:
        check_cancelled()
        array = start[name].copy()
        array.reshape(-1)[flat_index] += dtype(by)
        return float(program.loss_line.make({**program.run_forward({**start, name: array}), "y": targets}))

    flat_index = np.ravel_multi_index(index, x.shape if program.run.images and name == "x" else program.shown[name])
    return [Nudge(step, loss(step), loss(-step)) for step in steps]


@np.errstate(all="ignore")  # the gradient may be infinite
def central_errors(nudge_list: Iterable[Nudge], exact: float) -> np.ndarray:
    """Return the relative error of each central difference, (S,); 1 if a step is too small to change the loss.

    >>> central_errors([Nudge(0.5, 3.0, 1.0), Nudge(0.5, 1.0, 1.0)], 1.0).tolist()
    [0.5, 1.0]
    """
    return relative_error(np.array([nudge.central for nudge in nudge_list]), np.array(exact))


def digits_right(value: float, exact: float) -> int:
    """Return the number of significant digits in which `value` agrees with `exact`, at most 16. It is 0 if the
    magnitude or sign differs.

    >>> digits_right(0.013665, 0.013672), digits_right(-2.0, 2.0), digits_right(0.5, 0.5)
    (3, 0, 16)
    """
    if value == exact:
        return 16
    scale = max(abs(value), abs(exact))
    if not math.isfinite(value - exact) or not scale:
        return 0
    return min(16, max(0, math.floor(-math.log10(abs(value - exact) / scale))))

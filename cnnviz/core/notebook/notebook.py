"""The teaching notebook's algorithm: the exact step, with a switch for each of its deviations.

The notebook appends a 1 to v and keeps b as the last row of W, so w and b here are its W, cut in two. The row of b
follows the same learning rule, is reset to zero under `fresh_weights`, adds 1·(1 - 1) = 0 to the sum of
`scalar_sigmoid`, and is left out of the gradient passed back to the kernel. For N = 2, its -(y - o) is exactly the
derivative of mse.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from cnnviz.core.network.line_overrides import chain_overrides, override
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.notebook_ops import Padding, conv2d_shape, pad_widths, targets
from cnnviz.core.network.program_line import Override, PassValues
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.notebook.notebook_network import backward, forward, notebook_program, update
from cnnviz.words import Message

DEVIATIONS: tuple[str, ...] = tuple(DEVIATION_TABLE)
"""Names of the notebook's deviations."""
PROCEDURAL = frozenset(DEVIATIONS) - {"integer_gradient"}
"""Deviations of the notebook's function `forward_backward_propagation`."""
OBJECT_ORIENTED = frozenset(DEVIATIONS) - {"double_conv", "fresh_weights"}
"""Deviations of the notebook's class `forward_propagation`."""
CAUSES = tuple(sorted(DEVIATIONS, key=lambda name: name not in OBJECT_ORIENTED))
"""Deviations in the order in which the screen numbers them, from 1, with the class's deviations first."""


def deviation_effects(deviations: Iterable[str]) -> dict[str, Message]:
    """Return the effects of `deviations` in words, by the array that each changes first. Raise ValueError for an
    unknown name.

    >>> sorted(deviation_effects(PROCEDURAL))
    ['da1', 'df', 'dz1', 'update', 'w', 'z1']
    >>> print(deviation_effects(["integer_gradient"])["df"])
    The number that the notebook computes. ∂f is truncated to integers.
    """
    names = _checked_names(deviations)
    messages: dict[str, Message] = {}
    for name, deviation in DEVIATION_TABLE.items():
        if name in names:
            previous = messages.get(deviation.acts_at, Message("deviation.number"))
            messages[deviation.acts_at] = Message("deviation.and", {"before": previous, "effect": deviation.words})
    return messages


def notebook_step(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    learning_rate: float,
    deviations: Iterable[str] = (),
    stride: int = 1,
    padding: Padding = 0,
) -> tuple[Trace, Gradients, Params]:
    """Run one call of the notebook: forward, backward and update with these `deviations`, any of DEVIATIONS.

    Without deviations the result is that of `forward`, `backward` and `update`, bit for bit. `df` is the kernel's
    gradient by the notebook's rule, before multiplication by the learning rate. The notebook does not compute dx; here
    it follows from dz1. `integer_kernel` truncates the kernel after an update, but not the initial one. Raise ValueError
    for an unknown deviation, and if any is on, for what the notebook cannot run: a stride other than 1, padding, or a z1
    that is not square.

    >>> params = Params(np.array([[3, -1], [2, -2]]), np.zeros((4, 2)), np.zeros(2))
    >>> trace, gradients, after = notebook_step(params, np.full((3, 3), 200), 1, 0.5, OBJECT_ORIENTED)
    >>> trace.a1.tolist(), after.f.tolist()
    ([[1.0, 0.5], [0.5, 0.5]], [[5.0, 1.0], [4.0, 0.0]])
    """
    active = _checked_names(deviations)
    if not active:
        trace = forward(params, x, stride, padding)
        gradients = backward(params, trace, y)
        return trace, gradients, update(params, gradients, learning_rate)
    x = np.asarray(x, dtype=np.float64)
    _check_fit(params, x.shape, stride, padding)
    return _step(params_used(params, active), x, y, learning_rate, active)


def _step(
    params: Params, x: np.ndarray, y: np.ndarray, learning_rate: float, active: frozenset[str]
) -> tuple[Trace, Gradients, Params]:
    """Run the exact step with the lines of the deviations `active` overridden; stride 1, no padding."""
    program, changes = notebook_program(params, x.shape), _overrides(active, learning_rate)
    trace = program.forward(params, x, changes)
    gradients = program.backward(params, trace, targets(y, trace.o.shape), changes)
    return trace, gradients, _apply_deviations(update(params, gradients, learning_rate), "update", active)


@lru_cache(maxsize=64)
def _overrides(active: frozenset[str], learning_rate: float) -> dict[str, Override]:
    def find(values: PassValues, name: str) -> object:
        return learning_rate if name == "learning_rate" else values[name]

    active_deviations = [deviation for name, deviation in DEVIATION_TABLE.items() if name in active]
    return chain_overrides(
        (deviation.target, override(deviation.function, find))
        for deviation in active_deviations
        if deviation.target not in ("params", "update")
    )


def _apply_deviations(params: Params, target: str, active: frozenset[str]) -> Params:
    for name, deviation in DEVIATION_TABLE.items():
        if name in active and deviation.target == target:
            params = deviation.function(params)
    return params


def params_used(params: Params, deviations: Iterable[str]) -> Params:
    """Return the parameters that a step from `params` uses. Under `fresh_weights`, w and b are zeros.

    >>> params_used(Params(np.ones((2, 2)), np.ones((4, 2)), np.ones(2)), {"fresh_weights"}).b
    array([0., 0.])
    """
    return _apply_deviations(params, "params", _checked_names(deviations))


def _checked_names(deviations: Iterable[str]) -> frozenset[str]:
    names = frozenset([deviations] if isinstance(deviations, str) else deviations)
    unknown = sorted(str(name) for name in names if name not in DEVIATION_TABLE)
    if unknown:
        raise ValueError(f"notebook_step: {', '.join(unknown)} is no deviation; there are {', '.join(DEVIATIONS)}")
    return names


def _check_fit(params: Params, x_shape: tuple[int, ...], stride: int, padding: Padding) -> None:
    rows, columns = conv2d_shape(x_shape, params.f.shape, stride, padding)
    if params.w.shape != (rows * columns, *params.b.shape):
        raise ValueError(
            f"notebook_step: w has shape {params.w.shape} and b {params.b.shape}; "
            f"{rows * columns} units need ({rows * columns}, N) and (N,)"
        )
    if stride != 1:
        raise ValueError(
            f"notebook_step: stride is {stride}; the notebook's loops visit every pixel whatever the stride, "
            "and so run out of range with any other than 1"
        )
    if any(pad_widths(len(params.f), padding)):
        raise ValueError(f"notebook_step: padding is {padding!r}; the notebook fixes it at 0")
    if rows != columns:
        raise ValueError(
            f"notebook_step: x {x_shape} gives z1 the shape {(rows, columns)}; "
            "the notebook's reshape(n, n) needs a square one"
        )

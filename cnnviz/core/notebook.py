"""The seed notebook's algorithm: the exact step, with a named switch for each place where it deviates.

Bias: the notebook appends a 1 to v and keeps b as the last row of W. That row is trained by the same
rule as the rest, is zero again under `fresh_weights`, adds 1·(1 - 1) = 0 to the sum of
`scalar_sigmoid`, and is left out where W carries the gradient back to the kernel. So w and b here
are its W, cut in two. For N = 2 its -(y - o) is exactly the derivative of mse.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from cnnviz.core.network import Gradients, Params, Trace, backward, forward, update
from cnnviz.core.ops import (
    Padding,
    conv2d,
    conv2d_df,
    conv2d_dx,
    conv2d_shape,
    mse_prime,
    pad_widths,
    sigmoid,
    sigmoid_prime,
)


@dataclass(frozen=True)
class Deviation:
    """One place where the notebook leaves the exact step: the array that it acts on first, its line, what the line
    should be, and what comes of it."""

    acts_at: str
    notebook: str
    exact: str
    effect: str


DEVIATION_TABLE: dict[str, Deviation] = {
    "short_loop": Deviation(
        "z1",
        "for i in range(n - k):  # and for j in range(m - k):",
        "for i in range(n - k + 1):  # and for j in range(m - k + 1):",
        "The last row and column of z₁ are never computed and stay 0, so the units there are 0.5 whatever the image shows.",
    ),
    "double_conv": Deviation(
        "z1",
        "conv_matrix += convolution(img, kernel, stride)",
        "conv_matrix = convolution(img, kernel, stride)",
        "Every z₁ is doubled, which drives the units into the flat parts of σ, and the kernel's gradient misses the factor 2.",
    ),
    "update_first": Deviation(
        "da1",
        "W -= learning_rate * grad_w  # and then grad_f = np.dot(W[:-1, :], …",
        "grad_f = np.dot(W[:-1, :], …  # and then W -= learning_rate * grad_w",
        "The kernel hears from weights that did not make this output; with w at zero it moves where its exact gradient is 0.",
    ),
    "scalar_sigmoid": Deviation(
        "dz1",
        "np.dot(sigmoid_result_resize, (1 - sigmoid_result_resize).T)",
        "(sigmoid_flatten * (1 - sigmoid_flatten)).reshape(-1, 1)",
        "All units share one number, Σ a₁(1 − a₁): a saturated unit passes on as much as a lively one, and far more than its slope.",
    ),
    "one_pixel": Deviation(
        "df",
        "new_value = (img[i : i + stride, j : j + stride] * grad_f).sum()",
        "new_value = (img[i : i + n, j : j + n] * grad_f).sum()",
        "Kernel entry (u, v) hears of the one pixel x[u, v] instead of the whole window that it touched.",
    ),
    "integer_kernel": Deviation(
        "update",
        "kernels = np.random.randint(18, size=(2, 3, 3))",
        "kernels = np.random.randint(18, size=(2, 3, 3)).astype(float)",
        "Each updated entry loses its fraction: one at 10 that should fall to 9.99 falls to 9, and one that should rise to 10.99 stays at 10.",
    ),
    "integer_gradient": Deviation(
        "df",
        "self.kernel[i, j] -= self.learning_rate * int(new_value)",
        "self.kernel[i, j] -= self.learning_rate * new_value",
        "The kernel's gradient loses its fraction: any entry between −1 and 1 becomes 0.",
    ),
    "fresh_weights": Deviation(
        "w",
        "W = np.zeros((sigmoid_result_resize.shape[1], 2))  # inside the function",
        "W = np.zeros((sigmoid_result_resize.shape[1], 2))  # once, before the first call",
        "What w and b learned is thrown away: every call starts from the output 0.5, and only the kernel carries on.",
    ),
}  # fmt: skip

DEVIATIONS: tuple[str, ...] = tuple(DEVIATION_TABLE)
PROCEDURAL = frozenset(DEVIATIONS) - {"integer_gradient"}
"""What `forward_backward_propagation` does."""
OBJECT_ORIENTED = frozenset(DEVIATIONS) - {"double_conv", "fresh_weights"}
"""What the class `forward_propagation` does."""


def effects(deviations: Iterable[str]) -> dict[str, str]:
    """What `deviations` do, in words, by the array where each acts first; ValueError for a name that is none.

    >>> sorted(effects(PROCEDURAL))
    ['da1', 'df', 'dz1', 'update', 'w', 'z1']
    """
    names = _checked(deviations)
    found: dict[str, str] = {}
    for name, deviation in DEVIATION_TABLE.items():
        if name in names:
            so_far = found.get(deviation.acts_at, "The notebook's number.")
            found[deviation.acts_at] = f"{so_far} {deviation.effect}"
    return found


def notebook_step(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    learning_rate: float,
    deviations: Iterable[str] = (),
    stride: int = 1,
    padding: Padding = 0,
) -> tuple[Trace, Gradients, Params]:
    """One call of the notebook: forward, backward and update with these `deviations`, any of DEVIATIONS.

    With none it is `forward`, `backward` and `update`, bit for bit. `df` is the kernel's gradient as
    the notebook's rule has it, before the learning rate; the notebook works out no dx, so that
    one follows from dz1 as ever. `integer_kernel` truncates what an update leaves, and takes the
    kernel that it is given as it is. Raises ValueError for a name that is no deviation and, with
    any deviation, for what the notebook cannot run: a stride other than 1, padding, a z1 that is
    not square.

    >>> params = Params(np.array([[3, -1], [2, -2]]), np.zeros((4, 2)), np.zeros(2))
    >>> trace, gradients, after = notebook_step(params, np.full((3, 3), 200), 1, 0.5, OBJECT_ORIENTED)
    >>> trace.a1.tolist(), after.f.tolist()
    ([[1.0, 0.5], [0.5, 0.5]], [[5.0, 1.0], [4.0, 0.0]])
    """
    on = _checked(deviations)
    if not on:
        trace = forward(params, x, stride, padding)
        gradients = backward(params, trace, y)
        return trace, gradients, update(params, gradients, learning_rate)
    x = np.asarray(x, dtype=np.float64)
    _check_fit(params, x.shape, stride, padding)
    return _step(params_used(params, on), x, y, learning_rate, on)


def _step(
    params: Params, x: np.ndarray, y: np.ndarray, learning_rate: float, on: frozenset[str]
) -> tuple[Trace, Gradients, Params]:
    """The exact step, line by line as in `network`, with the switches that are `on`; stride 1, no padding."""
    z1 = conv2d(x, params.f)  # (H', W')
    if "double_conv" in on:
        z1 = z1 + z1
    if "short_loop" in on:
        z1[-1, :] = z1[:, -1] = 0
    a1 = sigmoid(z1)  # (H', W')
    v = a1.reshape(-1)  # (D,)
    z2 = v @ params.w + params.b  # (N,)
    o = sigmoid(z2)  # (N,)

    do = mse_prime(o, y)  # (N,)
    dz2 = do * sigmoid_prime(o)  # (N,)  also db
    dw = np.outer(v, dz2)  # (D, N)
    w = params.w - learning_rate * dw if "update_first" in on else params.w
    da1 = (w @ dz2).reshape(a1.shape)  # (H', W')
    dz1 = da1 * (_scalar_sigmoid(v) if "scalar_sigmoid" in on else sigmoid_prime(a1))  # (H', W')
    df = _one_pixel(x, dz1, len(params.f)) if "one_pixel" in on else conv2d_df(x, dz1, params.f)  # (K, K)
    if "integer_gradient" in on:
        df = _truncate(df)
    dx = partial(conv2d_dx, params.f, dz1, x.shape)  # (H, W)

    gradients = Gradients(do, dz2, dw, dz2, da1, dz1, df, dx)
    after = update(params, gradients, learning_rate)
    if "integer_kernel" in on:
        after = dataclasses.replace(after, f=_truncate(after.f))
    return Trace(x, z1, a1, v, z2, o), gradients, after


def params_used(params: Params, deviations: Iterable[str]) -> Params:
    """The parameters that a step from `params` computes with: under `fresh_weights`, w and b are zeros.

    >>> params_used(Params(np.ones((2, 2)), np.ones((4, 2)), np.ones(2)), {"fresh_weights"}).b
    array([0., 0.])
    """
    if "fresh_weights" not in _checked(deviations):
        return params
    return dataclasses.replace(params, w=np.zeros_like(params.w), b=np.zeros_like(params.b))


def _scalar_sigmoid(v: np.ndarray) -> float:
    """Σ s·(1 - s) over the notebook's row s = [v, 1]; in its order, so that truncation later on agrees."""
    s = np.append(v, 1.0)
    return np.dot(s, 1 - s)


def _one_pixel(x: np.ndarray, dz1: np.ndarray, k: int) -> np.ndarray:
    """df[u,v] = Σ_ij x[u,v] · dz1[i,j], (K, K)."""
    return (x[:k, :k, None] * dz1.reshape(-1)).sum(axis=-1)


def _truncate(values: np.ndarray) -> np.ndarray:
    """Toward zero, as `int()` and an integer array do; never -0.0."""
    return np.trunc(values) + 0.0


def _checked(deviations: Iterable[str]) -> frozenset[str]:
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

"""The eight deviations of the teaching notebook from the exact step, each as an override of one line.

A deviation overrides one line of the passes, or the step that follows. To add one, decorate a function below with
`@_deviation(...)`, and add its texts to the message catalogue under deviation.<name>.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers.dense import connect_dx
from cnnviz.core.network.line_overrides import Function
from cnnviz.core.network.named_arrays import Params
from cnnviz.words import Message


@dataclass(frozen=True)
class Deviation:
    """One deviation of the notebook from the exact step: the first array that it changes, the notebook's line, and
    the exact line.

    `function` computes `target` in place of the exact line; its arguments are named like the arrays it needs. If the target
    is "params", it computes the parameters before a step, and if it is "update", those after it.
    """

    name: str
    acts_at: str
    target: str
    notebook: str
    exact: str
    function: Callable[..., Any]

    @property
    def title(self) -> Message:
        """Title of the deviation."""
        return Message(f"deviation.{self.name}.title")

    @property
    def words(self) -> Message:
        """A sentence on its effect."""
        return Message(f"deviation.{self.name}.effect")


DEVIATION_TABLE: dict[str, Deviation] = {}
"""Deviations by name, in the order of the step. If two override the same line, they apply in this order."""


def _deviation(notebook: str, exact: str, target: str, acts_at: str = "") -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        name = function.__name__
        DEVIATION_TABLE[name] = Deviation(name, acts_at or target, target, notebook, exact, function)
        return function

    return register


@_deviation(
    "for i in range(n - k):  # and for j in range(m - k):",
    "for i in range(n - k + 1):  # and for j in range(m - k + 1):",
    "z1",
)
def short_loop(exact: np.ndarray) -> np.ndarray:
    """z1[-1, :] = z1[:, -1] = 0."""
    z1 = exact.copy()
    z1[..., -1, :] = z1[..., :, -1] = 0
    return z1


@_deviation(
    "conv_matrix += convolution(img, kernel, stride)",
    "conv_matrix = convolution(img, kernel, stride)",
    "z1",
)
def double_conv(exact: np.ndarray) -> np.ndarray:
    """z1 = z1 + z1."""
    return exact + exact


@_deviation(
    "W -= learning_rate * grad_w  # and then grad_f = np.dot(W[:-1, :], …",
    "grad_f = np.dot(W[:-1, :], …  # and then W -= learning_rate * grad_w",
    "dv",
    acts_at="da1",
)
def update_first(dz2: np.ndarray, w: np.ndarray, dw: np.ndarray, learning_rate: float) -> np.ndarray:
    """da1 = (w - η dw) · dz2."""
    return connect_dx(dz2, w - learning_rate * dw)


@_deviation(
    "np.dot(sigmoid_result_resize, (1 - sigmoid_result_resize).T)",
    "(sigmoid_flatten * (1 - sigmoid_flatten)).reshape(-1, 1)",
    "dz1",
)
def scalar_sigmoid(da1: np.ndarray, v: np.ndarray) -> np.ndarray:
    """dz1 = da1 · Σ s·(1 - s) over the notebook's row s = [v, 1]. It is summed in the notebook's order, so that a
    later truncation agrees."""
    s = np.append(v, 1.0)
    return da1 * np.dot(s, 1 - s)


@_deviation(
    "new_value = (img[i : i + stride, j : j + stride] * grad_f).sum()",
    "new_value = (img[i : i + n, j : j + n] * grad_f).sum()",
    "df",
)
def one_pixel(x: np.ndarray, dz1: np.ndarray, f: np.ndarray) -> np.ndarray:
    """df[u,v] = Σ_ij x[u,v] · dz1[i,j]."""
    k = f.shape[-1]
    return (x[0, :k, :k, None] * dz1.reshape(-1)).sum(axis=-1).reshape(f.shape)


@_deviation(
    "kernels = np.random.randint(18, size=(2, 3, 3))",
    "kernels = np.random.randint(18, size=(2, 3, 3)).astype(float)",
    "update",
)
def integer_kernel(params: Params) -> Params:
    """Truncate the kernel to integers."""
    return params.replace(f=_truncate(params.f))


@_deviation(
    "self.kernel[i, j] -= self.learning_rate * int(new_value)",
    "self.kernel[i, j] -= self.learning_rate * new_value",
    "df",
)
def integer_gradient(exact: np.ndarray) -> np.ndarray:
    """Truncate df to integers."""
    return _truncate(exact)


@_deviation(
    "W = np.zeros((sigmoid_result_resize.shape[1], 2))  # inside the function",
    "W = np.zeros((sigmoid_result_resize.shape[1], 2))  # once, before the first call",
    "params",
    acts_at="w",
)
def fresh_weights(params: Params) -> Params:
    """w = 0 and b = 0, discarding what was learned."""
    return params.replace(w=np.zeros_like(params.w), b=np.zeros_like(params.b))


def _truncate(values: np.ndarray) -> np.ndarray:
    """Round toward zero, as `int()` and an integer array do; never return -0.0."""
    return np.trunc(values) + 0.0

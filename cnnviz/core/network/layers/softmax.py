"""Softmax, which turns a row of numbers into probabilities that sum to 1."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers.layer import ONE, Call, Layer, Links, Run, Shape, call
from cnnviz.core.network.ties import saturating_bound


def softmax(z: np.ndarray) -> np.ndarray:
    """e^z[n] / Σ e^z over the last axis. The maximum is subtracted first, so that nothing overflows."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_dx(da: np.ndarray, a: np.ndarray) -> np.ndarray:
    """dz[n] = a[n] · (da[n] - Σ_k da[k] · a[k]). Every output depends on every input.

    Computed as a[n] · Σ_k a[k] · (da[n] - da[k]), which is equal because Σ a = 1 and loses no digits if one a is near 1.
    """
    differences = da[..., :, None] - da[..., None, :]
    return a * (differences * a[..., None, :]).sum(axis=-1)


MAX_EXPONENT = 80.0
"""Largest z for which `powers` shows e^z itself."""


def powers(z: np.ndarray) -> np.ndarray:
    """Return e^z of a row and their sum. If a power would be too large, subtract the maximum of z first.

    >>> powers(np.array([0.0, 1.0])).round(3).tolist(), powers(np.array([1000.0, 1000.0])).tolist()
    ([1.0, 2.718, 3.718], [1.0, 1.0, 2.0])
    """
    e = np.exp(z - z.max() if z.max() > MAX_EXPONENT else z)
    return np.append(e, e.sum())


@dataclass(frozen=True)
class Softmax(Layer):
    """The softmax function over a row."""

    kind = "softmax"
    text = re.compile("softmax")
    letter = "a"
    input_kind = output_kind = "row"
    scale = "share"

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"y": call(softmax, "x"), "y_bound": call(saturating_bound, "x_bound"), "dx": call(softmax_dx, "dy y")}

    def links(self) -> Links:
        return {"y": (("x", "all"),), "dx": (("dy", "all"), ("y", "all"))}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {
            "y": r"{y}[n] = e^{{{x}[n]}} / \sum_{{k}} e^{{{x}[k]}}",
            "dx": r"{dx}[n] = {y}[n] \cdot ({dy}[n] - \sum_{{k}} {dy}[k] \cdot {y}[k])",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "exp(x)/sum(exp(x))", "dx": "y*(dy-sum(dy*y))"}

    def intermediates(self, x: np.ndarray) -> dict[str, np.ndarray]:
        return {"powers": powers(x)}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ('Activation("softmax")',)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("Softmax(dim=1)",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.nn.softmax(x)

"""Sigmoid, which maps every number to 0 … 1."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import ONE, Call, Run, Shape, call
from cnnviz.core.network.ties import saturating_bound
from cnnviz.core.runtime.read_only import freeze

SATURATED = 0.01
"""Threshold of a·(1 - a) below which a unit is saturated: it passes less than 1/25 of the maximum gradient."""


@np.errstate(over="ignore")
def sigmoid(z: np.ndarray) -> np.ndarray:
    """σ(z) = 1 / (1 + e^(-z)), element-wise, for any magnitude.

    e^(-z) may overflow to infinity, but 1/∞ = 0 is then correct, so the warning is suppressed.
    """
    e = np.exp(-z)
    e += 1.0
    return 1.0 / e


def sigmoid_prime(a: np.ndarray) -> np.ndarray:
    """σ′ = a·(1 - a), element-wise, from the *activation* a = σ(z), not from z."""
    return a * (1.0 - a)


def sigmoid_dx(da: np.ndarray, a: np.ndarray) -> np.ndarray:
    """dz = da · a (1 - a)."""
    return da * (a * (1 - a))


@dataclass(frozen=True)
class Sigmoid(Activation):
    """The sigmoid function, element-wise."""

    kind = "sigmoid"
    function = "σ"
    text = re.compile("sigmoid")
    scale = "share"

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"y": call(sigmoid, "x"), "y_bound": call(saturating_bound, "x_bound"), "dx": call(sigmoid_dx, "dy y")}

    def single_image_functions(self, x: Shape) -> dict[str, Callable[..., np.ndarray]]:
        ones = freeze(np.ones(()))  # adding an array takes half the time of adding a float

        @np.errstate(over="ignore")
        def sigmoid(z: np.ndarray) -> np.ndarray:
            e = np.negative(z)
            np.exp(e, e)
            e += ones
            return np.divide(ones, e, e)

        def sigmoid_dx(da: np.ndarray, a: np.ndarray) -> np.ndarray:
            dz = ones - a
            dz *= a
            dz *= da
            return dz

        return {"y": sigmoid, "dx": sigmoid_dx}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {"y": r"{y} = \sigma({x}) = 1 / (1 + e^{{-{x}}})", "dx": r"{dx} = {dy} \odot {y} \odot (1 - {y})"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": "σ(x)", "dx": "dy*y*(1-y)"}

    def saturated(self, y: np.ndarray) -> np.ndarray:
        return sigmoid_prime(y) < SATURATED

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ('Activation("sigmoid")',)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("Sigmoid()",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.sigmoid(x)

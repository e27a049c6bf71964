"""Hyperbolic tangent, which maps every number to -1 … 1."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import ONE, Call, Run, Shape, call
from cnnviz.core.network.layers.sigmoid import SATURATED
from cnnviz.core.network.ties import bound_of_shares


def tanh(z: np.ndarray) -> np.ndarray:
    """tanh(z), element-wise."""
    return np.tanh(z)


def tanh_dx(da: np.ndarray, a: np.ndarray) -> np.ndarray:
    """dz = da · (1 - a²)."""
    return da * (1.0 - a * a)


@dataclass(frozen=True)
class Tanh(Activation):
    """The hyperbolic tangent, element-wise."""

    kind = "tanh"
    text = re.compile("tanh")

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"y": call(tanh, "x"), "y_bound": call(bound_of_shares, "x_bound"), "dx": call(tanh_dx, "dy y")}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {"y": r"{y} = \tanh({x})", "dx": r"{dx} = {dy} \odot (1 - {y}^2)"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": "tanh(x)", "dx": "dy*(1-y²)"}

    def saturated(self, y: np.ndarray) -> np.ndarray:
        return 1.0 - y * y < 4 * SATURATED  # the derivative at 0 is 1, four times that of the sigmoid

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ('Activation("tanh")',)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("Tanh()",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.tanh(x)

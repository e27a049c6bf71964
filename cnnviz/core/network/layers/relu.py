"""ReLU: keeps positive numbers and sets the others to 0."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers._rectifier import Rectifier
from cnnviz.core.network.layers.layer import ONE, Call, Run, Shape, call
from cnnviz.core.network.ties import TIE, settled


def relu(z: np.ndarray) -> np.ndarray:
    """max(0, z), element-wise."""
    return np.maximum(z, 0)


def relu_dx(da: np.ndarray, z: np.ndarray) -> np.ndarray:
    """dz = da if z > 0, else 0. At z = 0 the derivative is taken to be 0."""
    return da * (z > 0)


@dataclass(frozen=True)
class Relu(Rectifier):
    """max(0, z), element-wise. It has a kink at 0. Inputs that are 0 within round-off are set to 0
    (core/network/ties.py)."""

    kind = "relu"
    function = "ReLU"
    text = re.compile("relu")
    scale = "positive"

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"x": call(settled, "x x_bound", tie=TIE), "y": call(relu, "x"), "dx": call(relu_dx, "dy x")}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {"y": r"{y} = \max(0, {x})", "dx": r"{dx} = {dy} \odot [{x} > 0]"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": "max(0, x)", "dx": "dy*[x > 0]"}

    def silent(self, y: np.ndarray) -> np.ndarray:
        return y == 0

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ('Activation("relu")',)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("ReLU()",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.nn.relu(x)

"""Leaky ReLU: keeps positive numbers and scales negative ones down, so that every unit still learns."""

import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cnnviz.core.network.layers._rectifier import Rectifier
from cnnviz.core.network.layers.layer import ONE, Call, Groups, Run, Shape, call, parse_number
from cnnviz.core.network.ties import TIE, round_to_zero


def leaky_relu(z: np.ndarray, slope: float) -> np.ndarray:
    """z if z > 0, else slope·z, element-wise."""
    return np.where(z > 0, z, slope * z)


def leaky_relu_dx(da: np.ndarray, z: np.ndarray, slope: float) -> np.ndarray:
    """dz = da if z > 0, else slope·da. At z = 0 the derivative is taken to be `slope`."""
    return np.where(z > 0, da, slope * da)


@dataclass(frozen=True)
class LeakyRelu(Rectifier):
    """max(z, s·z), element-wise, with s = `percent` / 100. It has a kink at 0, like ReLU (core/network/ties.py)."""

    percent: int = 1

    kind = "leaky"
    function = "leaky ReLU"
    text = re.compile(r"leaky(?P<percent>\d+)?")

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(parse_number("leaky", "percent", groups["percent"], 1, 99))

    def __str__(self) -> str:
        return "leaky" if self.percent == 1 else f"leaky{self.percent}"

    @property
    def slope(self) -> float:
        return self.percent / 100

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {
            "x": call(round_to_zero, "x x_bound", tie=TIE),
            "y": call(leaky_relu, "x", slope=self.slope),
            "dx": call(leaky_relu_dx, "dy x", slope=self.slope),
        }

    def formulas(self, x: Shape) -> dict[str, str]:
        slope, difference = self.slope, (100 - self.percent) / 100
        return {"y": rf"{{y}} = \max({{x}}, {slope} \cdot {{x}})", "dx": rf"{{dx}} = {{dy}} \odot ({slope} + {difference} \cdot [{{x}} > 0])"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": f"max(x, {self.slope}*x)", "dx": f"dy*({self.slope}+{(100 - self.percent) / 100}*[x > 0])"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        # Keras' LeakyReLU stores the slope in single precision
        return (f"Activation(lambda z: ops.where(z > 0, z, {self.slope} * z))",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"LeakyReLU({self.slope})",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.where(x > 0, x, self.slope * x)  # tf.nn.leaky_relu stores the slope in single precision

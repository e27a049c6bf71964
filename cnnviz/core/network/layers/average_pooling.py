"""Average pooling: each window is reduced to its mean, and its gradient is distributed equally."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers._pooling import Pooling
from cnnviz.core.network.layers.layer import ONE, Call, Links, Run, Shape, call
from cnnviz.core.network.sliding import slices


def average_pool(x: np.ndarray, k: int, stride: int, shape: tuple[int, int]) -> np.ndarray:
    """p[c,i,j] = the mean of x[c, s·i … s·i + k - 1, s·j … s·j + k - 1], (…,C,H',W') with `shape` (H',W')."""
    first_slice, *other_slices = slices(k, stride, *shape)
    p = x[first_slice].copy()
    for index in other_slices:
        p += x[index]
    p *= 1 / k**2
    return p


def average_pool_dx(dp: np.ndarray, x: np.ndarray, k: int, stride: int) -> np.ndarray:
    """Add 1/k² of each output's gradient to every cell of its window."""
    dx = np.zeros(x.shape, dp.dtype)
    share = dp * (1 / k**2)
    for index in slices(k, stride, *dp.shape[-2:]):
        dx[index] += share
    return dx


@dataclass(frozen=True)
class AveragePooling(Pooling):
    """Average pooling."""

    kind = "avg"
    text = re.compile(r"avg(?P<k>\d+)(s(?P<stride>\d+))?")

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        sliding = {"k": self.k, "stride": self.stride}
        return {
            "y": call(average_pool, "x", **sliding, shape=self.shape(x)[1:]),
            "dx": call(average_pool_dx, "dy x", **sliding),
        }

    def links(self) -> Links:
        return {"y": (("x", "pool"),), "dx": (("dy", "unpool"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {
            "y": r"{y}[c,i,j] = \frac{{1}}{{" + str(self.k**2) + r"}} \sum_{{u,v}} {x}" + self.pixel,
            "dx": r"{dx}[c,r,s] = \frac{{1}}{{" + str(self.k**2) + r"}} \sum {dy}[c,i,j]",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "mean(x)", "dx": f"sum(dy)/{self.k**2}"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"AveragePooling2D({self.k}, strides={self.stride})",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"AvgPool2d({self.k}, stride={self.stride})",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.nn.avg_pool2d(x, self.k, self.stride, "VALID")

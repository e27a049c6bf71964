"""Max pooling: of each window the largest number goes on, and alone gets the gradient back."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from cnnviz.core.layers._pooling import Pooling
from cnnviz.core.layers.layer import Call, Shape, call
from cnnviz.core.sliding import slices


def max_pool(x: np.ndarray, k: int, stride: int, shape: tuple[int, int]) -> np.ndarray:
    """p[c,i,j] = the largest of x[c, s·i … s·i + k - 1, s·j … s·j + k - 1], (…,C,H',W') with `shape` (H',W')."""
    first, *others = slices(k, stride, *shape)
    p = x[first].copy()
    for under in others:
        np.maximum(p, x[under], out=p)
    return p


def max_pool_dx(dp: np.ndarray, x: np.ndarray, p: np.ndarray, k: int, stride: int) -> np.ndarray:
    """Each place hands its gradient to the winner of its window, the first of equal ones; where windows overlap, they add up."""
    dx = np.zeros(x.shape, dp.dtype)
    open_places = np.ones(p.shape, bool)
    for under in slices(k, stride, *p.shape[-2:]):
        wins = open_places & (x[under] == p)
        dx[under] += dp * wins
        open_places &= ~wins
    return dx


@dataclass(frozen=True)
class MaxPooling(Pooling):
    """The largest of each window. It has kinks where two of a window are equal."""

    kind = "max"
    text = re.compile(r"max(?P<k>\d+)(s(?P<stride>\d+))?")

    def calls(self, x: Shape, many: bool = False) -> dict[str, Call]:
        sliding = {"k": self.k, "stride": self.stride}
        return {
            "y": call(max_pool, "x", **sliding, shape=self.shape(x)[1:]),
            "dx": call(max_pool_dx, "dy x y", **sliding),
        }

    def links(self):
        return {"y": (("x", "winner"),), "dx": (("dy", "won"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {
            "y": r"{y}[c,i,j] = \max_{{u,v}} {x}" + f"[c, {self.stride}i+u, {self.stride}j+v]".replace("1i", "i").replace("1j", "j"),
            "dx": r"{dx}[c,r,s] = \sum {dy}[c,i,j]",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "max(x)", "dx": "sum(dy)"}

    def twin(self, tf, x):
        return tf.nn.max_pool2d(x, self.k, self.stride, "VALID")

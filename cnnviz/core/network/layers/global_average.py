"""Global average pooling: each channel is reduced to its mean."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers.layer import ONE, Call, Layer, Links, Run, Shape, call


def global_average(x: np.ndarray) -> np.ndarray:
    """p[c] = the mean of x[c], (…,C,H,W) -> (…,C)."""
    return x.mean(axis=(-2, -1))


def global_average_dx(dp: np.ndarray, x: np.ndarray) -> np.ndarray:
    """dx[c,i,j] = dp[c] / (H·W), the same for every cell of a channel."""
    height, width = x.shape[-2:]
    return np.broadcast_to((dp / (height * width))[..., None, None], x.shape).copy()


@dataclass(frozen=True)
class GlobalAverage(Layer):
    """The mean of each channel, as a row with one number per channel."""

    kind = "gap"
    text = re.compile("gap")
    letter = "p"
    input_kind, output_kind = "map", "row"
    scale = "same"
    passes_shifts = True

    def shape(self, x: Shape) -> Shape:
        return x[:1]

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"y": call(global_average, "x"), "y_bound": call(global_average, "x_bound"), "dx": call(global_average_dx, "dy x")}

    def links(self) -> Links:
        return {"y": (("x", "channel"),), "dx": (("dy", "channel"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        area = str(x[1] * x[2])
        return {
            "y": r"{y}[c] = \frac{{1}}{{" + area + r"}} \sum_{{i,j}} {x}[c,i,j]",
            "dx": r"{dx}[c,i,j] = {dy}[c] / " + area,
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "mean(x)", "dx": "dy/size(x)"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ("GlobalAveragePooling2D()",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("AdaptiveAvgPool2d(1)", "Flatten()")

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.reduce_mean(x, [1, 2])

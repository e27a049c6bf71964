"""Group normalization, over groups of an image's channels. It has no running statistics and is independent of other
images."""

import math
import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cnnviz.core.network.layers._normalization import (
    EPS,
    Axes,
    Normalization,
    direct_term,
    gain_dg,
    mean_term,
    normalized_bound,
    scale_and_shift,
    shift_ds,
    term_magnitudes,
    variance_term,
)
from cnnviz.core.network.layers.layer import ONE, Call, Groups, Run, Shape, Values, call, parse_number
from cnnviz.words import Problem


def grouped(x: np.ndarray, groups: int, image_axes: int) -> np.ndarray:
    """Reshape x (…,C,H,W) or (…,D), whose last `image_axes` axes belong to an image, to one row per group: (…,G,C/G·H·W)."""
    return x.reshape(*x.shape[: x.ndim - image_axes], groups, -1)


def group_mean(x: np.ndarray, groups: int, image_axes: int) -> np.ndarray:
    """Return μ of each group, (…,G)."""
    return grouped(x, groups, image_axes).mean(axis=-1)


def group_variance(x: np.ndarray, mean: np.ndarray, groups: int, image_axes: int) -> np.ndarray:
    """Return the mean of (x - μ)² of each group, (…,G)."""
    return ((grouped(x, groups, image_axes) - mean[..., None]) ** 2).mean(axis=-1)


def group_normalise(x: np.ndarray, mean: np.ndarray, var: np.ndarray, groups: int, image_axes: int) -> np.ndarray:
    """x̂ = (x - μ) / σ with σ = sqrt(var + 1e-5), both of the group."""
    hat = (grouped(x, groups, image_axes) - mean[..., None]) / np.sqrt(var[..., None] + EPS)
    return hat.reshape(x.shape)


def group_normalise_dx(dn: np.ndarray, g: np.ndarray, hat: np.ndarray, var: np.ndarray, groups: int, image_axes: int, axes: Axes) -> np.ndarray:
    """dx = (dx̂ - mean(dx̂) - x̂ · mean(dx̂ · x̂)) / σ with dx̂ = γ · dn and means over the group, as the sum of
    three terms."""
    dhat, hat = (grouped(a, groups, image_axes) for a in (dn * np.expand_dims(g, axes), hat))
    sigma = np.sqrt(var[..., None] + EPS)
    dx = direct_term(dhat, sigma) + mean_term(dhat, sigma, (-1,)) + variance_term(dhat, hat, sigma, (-1,))
    return dx.reshape(dn.shape)


@dataclass(frozen=True)
class GroupNorm(Normalization):
    """Normalization of each image over groups of channels and all positions. `groups` must divide the number of
    channels."""

    groups: int = 1

    kind = "gn"
    text = re.compile(r"gn(?P<groups>\d+)")

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(parse_number("gn", "groups", groups["groups"], 1, 64))

    def __str__(self) -> str:
        return f"gn{self.groups}"

    def subtracts_mean(self, channels: int) -> bool:
        return self.groups == channels

    def shape(self, x: Shape) -> Shape:
        if x[0] % self.groups:
            raise Problem("network.groups", groups=self.groups, n=x[0])
        return x

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        settings = {"groups": self.groups, "image_axes": len(x)}
        axes = {"axes": tuple(range(1 - len(x), 0))}
        return {
            "mean": call(group_mean, "x", **settings),
            "var": call(group_variance, "x mean", **settings),
            "hat": call(group_normalise, "x mean var", **settings),
            "y": call(scale_and_shift, "hat g s", **axes),
            "y_bound": call(normalized_bound, "x_bound var g s", over_images=False),
            "dx": call(group_normalise_dx, "dy g hat var", **settings, **axes),
            "dg": call(gain_dg, "dy hat", image_axes=len(x)),
            "ds": call(shift_ds, "dy", image_axes=len(x)),
        }

    def magnitude(self, values: Values) -> np.ndarray:
        x, image_axes = values["x"], 3 if values["x"].ndim > 2 else 1
        size = grouped(np.abs(x), self.groups, image_axes) + np.abs(values["mean"][..., None])
        size = (size / np.sqrt(values["var"][..., None] + EPS)).reshape(x.shape)
        return scale_and_shift(size, np.abs(values["g"]), np.abs(values["s"]), tuple(range(1 - image_axes, 0)))

    def mean_error(self, values: Values, dy: np.ndarray) -> np.ndarray:
        image_axes = 3 if dy.ndim > 2 else 1
        dhat = dy * np.expand_dims(values["g"], tuple(range(1 - image_axes, 0)))
        return np.abs(grouped(dhat, self.groups, image_axes).sum(axis=-1) * values["mean"]) / np.sqrt(values["var"] + EPS)

    def terms_of_dx(self, *sources: np.ndarray, **settings: Any) -> np.ndarray:
        (dn, g, hat, var), group_arguments = sources, (settings["groups"], settings["image_axes"])
        dhat, hat = grouped(dn * np.expand_dims(g, settings["axes"]), *group_arguments), grouped(hat, *group_arguments)
        return term_magnitudes(dhat, hat, np.sqrt(var[..., None] + EPS), (-1,)).reshape(dn.shape)

    def geometry(self) -> dict[str, int]:
        return {"groups": self.groups}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"GroupNormalization({self.groups}, epsilon={EPS})",)

    def refused_by_pytorch(self, x: Shape, images: int) -> bool:
        return images * math.prod(x) == self.groups  # as for batch norm, but per group

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"GroupNorm({self.groups}, {x[0]}, eps={EPS})",)

    def tensorflow(self, tf: Any, x: Any, g: Any, s: Any) -> Any:
        rows = tf.reshape(x, (*x.shape[:-1], self.groups, -1))
        axes = [*range(1, len(x.shape) - 1), len(x.shape)]
        mean, var = tf.nn.moments(rows, axes, keepdims=True)
        return g * tf.reshape((rows - mean) / tf.sqrt(var + EPS), x.shape) + s

"""Batch normalization, with a mean and variance per channel over all images and positions, or per unit over all
images."""

import math
import re
from dataclasses import dataclass
from typing import Any

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
from cnnviz.core.network.layers.identity import identity
from cnnviz.core.network.layers.layer import ONE, Buffer, Call, Run, Shape, Values, call

MOMENTUM = 0.1
"""Weight of the batch statistics in the running statistics. This is PyTorch's momentum; Keras' momentum is 1 minus
this."""


def mean(x: np.ndarray, axes: Axes) -> np.ndarray:
    """μ[c] = the mean of x[:,c], (…,C)."""
    return x.mean(axis=axes)


def variance(x: np.ndarray, mean: np.ndarray, axes: Axes) -> np.ndarray:
    """var[c] = the mean of (x[:,c] - μ[c])², (…,C)."""
    centred = x - np.expand_dims(mean, axes)
    return np.multiply(centred, centred, out=centred).mean(axis=axes)


def normalise(x: np.ndarray, mean: np.ndarray, var: np.ndarray, axes: Axes) -> np.ndarray:
    """x̂ = (x - μ) / σ with σ = sqrt(var + 1e-5)."""
    centred = x - np.expand_dims(mean, axes)
    return np.divide(centred, np.sqrt(np.expand_dims(var, axes) + EPS), out=centred)


def normalise_dx(dn: np.ndarray, g: np.ndarray, hat: np.ndarray, var: np.ndarray, axes: Axes) -> np.ndarray:
    """dx = (dx̂ - mean(dx̂) - x̂ · mean(dx̂ · x̂)) / σ with dx̂ = γ · dn, as the sum of three terms."""
    dhat, sigma = dn * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS)
    through_mean, through_variance = mean_term(dhat, sigma, axes), variance_term(dhat, hat, sigma, axes)
    dx = np.divide(dhat, sigma, out=dhat)  # the direct term
    dx += through_mean
    dx += through_variance
    return dx


def normalise_dx_by_sums(
    dn: np.ndarray, g: np.ndarray, hat: np.ndarray, var: np.ndarray, dg: np.ndarray, ds: np.ndarray, position_count: int, axes: Axes
) -> np.ndarray:
    """dx = γ / σ · (dn - dβ - x̂ · dγ). Here dγ and dβ are means over all images, with `position_count` positions each."""
    dx = hat * np.expand_dims(dg / -position_count, axes)
    dx += dn
    dx -= np.expand_dims(ds / position_count, axes)
    dx *= np.expand_dims(g / np.sqrt(var + EPS), axes)
    return dx


def affine_dx(dn: np.ndarray, g: np.ndarray, var: np.ndarray, axes: Axes) -> np.ndarray:
    """dx = dn · γ / σ in eval mode, where μ and σ are constants."""
    return direct_term(dn * np.expand_dims(g, axes), np.sqrt(np.expand_dims(var, axes) + EPS))


def running(statistic: np.ndarray, batch_statistic: np.ndarray) -> np.ndarray:
    """0.9 · statistic + 0.1 · batch_statistic, (C,)."""
    return (1 - MOMENTUM) * statistic + MOMENTUM * batch_statistic


def running_variance(statistic: np.ndarray, var: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the running statistic for the unbiased variance, var · n / (n - 1) with n numbers per channel (0 if n =
    1)."""
    n = x.size // var.size
    return running(statistic, var * (n / max(1, n - 1)))


@dataclass(frozen=True)
class BatchNorm(Normalization):
    """Normalization of each channel or unit over the batch, or with the running statistics in eval mode."""

    kind = "bn"
    text = re.compile("bn")
    roles_across_images = ("mean", "var", "dg", "ds")
    in_eval_mode = {"dx": (r"{dx} = {dy} \odot {g} / \sigma", "dy*g/sqrt({var}+0.00001)")}  # noqa: RUF012

    def subtracts_mean(self, channels: int) -> bool:
        return True

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        image_axes = len(x)
        position_axes = tuple(range(1 - image_axes, 0))
        axes = {"axes": (-image_axes - 1, *position_axes) if run.images else position_axes}
        over_images = run.images and run.training
        statistics = {"mean": call(mean, "x", **axes), "var": call(variance, "x mean", **axes)}
        if not run.training:
            statistics = {"mean": call(identity, "running_mean"), "var": call(identity, "running_var")}
        return statistics | {
            "hat": call(normalise, "x mean var", **axes),
            "y": call(scale_and_shift, "hat g s", **axes),
            "y_bound": call(normalized_bound, "x_bound var g s", over_images=over_images),
            "dx": self._dx(x, axes, run),
            "dg": call(gain_dg, "dy hat", image_axes=image_axes),
            "ds": call(shift_ds, "dy", image_axes=image_axes),
        }

    def _dx(self, x: Shape, axes: dict[str, Axes], run: Run) -> Call:
        if not run.training:
            return call(affine_dx, "dy g var", **axes)
        if run.many and run.images:
            return call(normalise_dx_by_sums, "dy g hat var dg ds", position_count=math.prod(x[1:]), **axes)
        return call(normalise_dx, "dy g hat var", **axes)

    def buffers(self, x: Shape) -> dict[str, Buffer]:
        return {
            "running_mean": Buffer(x[:1], 0.0, call(running, "running_mean mean")),
            "running_var": Buffer(x[:1], 1.0, call(running_variance, "running_var var x")),
        }

    def magnitude(self, values: Values) -> np.ndarray:
        y, channel_axis = values["y"], 3 if values["y"].ndim > 2 else 1
        axes = tuple(axis for axis in range(-y.ndim, 0) if axis != -channel_axis)
        size = np.abs(values["x"]) + np.abs(np.expand_dims(values["mean"], axes))
        return scale_and_shift(size / np.sqrt(np.expand_dims(values["var"], axes) + EPS), np.abs(values["g"]), np.abs(values["s"]), axes)

    def mean_error(self, values: Values, dy: np.ndarray) -> np.ndarray:
        return np.abs(shift_ds(dy, dy.ndim if dy.ndim in (1, 3) else dy.ndim - 1) * values["g"] * values["mean"]) / np.sqrt(values["var"] + EPS)

    def terms_of_dx(self, *sources: np.ndarray, **settings: Any) -> np.ndarray | None:
        if len(sources) < 4:  # in eval mode there is only the direct term
            return None
        (dn, g, hat, var), axes = sources, settings["axes"]
        return term_magnitudes(dn * np.expand_dims(g, axes), hat, np.sqrt(np.expand_dims(var, axes) + EPS), axes)

    def geometry(self) -> dict[str, int]:
        return {"groups": 0}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"BatchNormalization(momentum={1 - MOMENTUM}, epsilon={EPS})",)

    def refused_by_pytorch(self, x: Shape, images: int) -> bool:
        return images * math.prod(x[1:]) == 1  # "Expected more than 1 value per channel when training"

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"BatchNorm{'2d' if len(x) == 3 else '1d'}({x[0]}, eps={EPS})",)

    def tensorflow(self, tf: Any, x: Any, g: Any, s: Any, **statistics: Any) -> Any:
        mean, var = (statistics["running_mean"], statistics["running_var"]) if statistics else tf.nn.moments(x, list(range(len(x.shape) - 1)))
        return g * (x - mean) / tf.sqrt(var + EPS) + s

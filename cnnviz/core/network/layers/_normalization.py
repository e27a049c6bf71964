"""Base class of normalizations: scale to mean 0 and variance 1, then apply a gain γ and a shift β per channel.

`axes` are the axes over which a channel or unit is normalized, counted from the end: (-2, -1) for a map, none for a row,
plus that of images in batch normalization. Roles: "mean" and "var" are the statistics, "hat" is x̂, "g" is γ and "s" is β.
"""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers.layer import Layer, Links, Parameter, Shape, Values

EPS = 1e-5
"""Constant added to the variance, so that constant input does not divide by 0."""

Axes = tuple[int, ...]


def scale_and_shift(hat: np.ndarray, g: np.ndarray, s: np.ndarray, axes: Axes) -> np.ndarray:
    """n = γ · x̂ + β, with γ and β (C,), one per channel."""
    n = np.expand_dims(g, axes) * hat
    return np.add(n, np.expand_dims(s, axes), out=n)


def gain_dg(dn: np.ndarray, hat: np.ndarray, image_axes: int) -> np.ndarray:
    """dγ[c] = Σ dn · x̂ over all images and positions. `image_axes` is the number of axes of one image's array."""
    return shift_ds(dn * hat, image_axes)


def shift_ds(dn: np.ndarray, image_axes: int) -> np.ndarray:
    """dβ[c] = Σ dn over all images and positions."""
    dn = dn.reshape(-1, *dn.shape[dn.ndim - image_axes :])
    return dn.sum(axis=(0, *range(2, image_axes + 1)))


def direct_term(dhat: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Return the direct term of the gradient of x̂ = (x - μ) / σ: dx̂ / σ."""
    return dhat / sigma


def mean_term(dhat: np.ndarray, sigma: np.ndarray, axes: Axes) -> np.ndarray:
    """Return the term of the gradient through μ, which depends on all numbers: -mean(dx̂) / σ."""
    return -dhat.mean(axis=axes, keepdims=True) / sigma


def variance_term(dhat: np.ndarray, hat: np.ndarray, sigma: np.ndarray, axes: Axes) -> np.ndarray:
    """Return the term of the gradient through the variance: -x̂ · mean(dx̂ · x̂) / σ."""
    product = dhat * hat
    np.multiply(hat, -product.mean(axis=axes, keepdims=True), out=product)
    return np.divide(product, sigma, out=product)


def term_magnitudes(dhat: np.ndarray, hat: np.ndarray, sigma: np.ndarray, axes: Axes) -> np.ndarray:
    """Return the sum of the magnitudes of the three terms."""
    dhat, hat = np.abs(dhat), np.abs(hat)
    return direct_term(dhat, sigma) - mean_term(dhat, sigma, axes) - variance_term(dhat, hat, sigma, axes)


def normalized_bound(bound: np.ndarray, var: np.ndarray, g: np.ndarray, s: np.ndarray, over_images: bool) -> np.ndarray:
    """Return an upper bound of |γ · (x - μ) / σ + β|, term by term, to estimate round-off.

    `over_images` is whether μ and σ are those of all images.
    """
    limit = bound.max(axis=0, keepdims=True) if over_images else bound
    sigma = np.sqrt(var.min(axis=-1) + EPS)
    gain = np.abs(g).max() / sigma.reshape(sigma.shape + (1,) * (bound.ndim - sigma.ndim))
    return bound * 0 + 2 * limit * gain + np.abs(s).max()


@dataclass(frozen=True)
class Normalization(Layer):
    """A normalization with γ, initialized to 1, and β, initialized to 0, per channel or unit."""

    letter = "n"
    kept = ("mean", "var", "hat")

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        return {"g": Parameter(x[:1], ones=True), "s": Parameter(x[:1])}

    def words(self, role: str) -> str:
        """Return the message section of a role. All normalizations share those of the backward pass."""
        return super().words(role) if role == "y" else f"layer.normalisation.{role}"

    def links(self) -> Links:
        return {
            "y": (("x", "group"), ("g", "channel"), ("s", "channel")),
            "dx": (("dy", "group"), ("x", "group"), ("g", "group")),
            "dg": (("dy", "channel"), ("x", "group")),
            "ds": (("dy", "channel"),),
        }

    def formulas(self, x: Shape) -> dict[str, str]:
        numerator = r"{g} \odot {dy} - \text{{mean}}({g} \odot {dy}) - \hat{{x}} \odot \text{{mean}}({g} \odot {dy} \odot \hat{{x}})"
        return {
            "y": r"{y} = {g} \cdot ({x} - \mu) / \sigma + {s}",
            "dx": rf"{{dx}} = ({numerator}) / \sigma",
            "dg": r"{dg} = \sum {dy} \odot \hat{{x}}",
            "ds": r"{ds} = \sum {dy}",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": f"g*(x-{{mean}})/sqrt({{var}}+{EPS:f})+s".replace("0.000010", "0.00001"), "ds": "sum(dy)"}

    @abstractmethod
    def mean_error(self, values: Values, dy: np.ndarray) -> np.ndarray:
        """Return the change of the loss by the round-off of each mean, which all cells of its group share, divided by
        eps."""

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        hat = values["hat"]
        channel, entry = -3 if hat.ndim > 2 else -1, np.arange(len(entries))
        effect = np.zeros((len(entries), *hat.shape), hat.dtype)
        channels_first = np.moveaxis(effect, channel, 1)  # a view
        channels_first[entry, entries] = 1 if parameter == "s" else np.moveaxis(hat, channel, 0)[entries]
        return effect

"""Losses with their gradients, and their merged forms with the last layer.

A merged loss is computed from z, the input of the last layer, together with that layer: the logarithm of a softmax or
sigmoid is then numerically stable, and factors of the gradient cancel. Outputs are (…,N), one row per image; losses are
computed per row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.network.layers.layer import Call, call
from cnnviz.core.network.layers.sigmoid import sigmoid
from cnnviz.words import Problem


def mse(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(1/N) Σ (o - y)² of each row."""
    error = o - y
    return error @ error / error.size if error.ndim == 1 else np.mean(error**2, axis=-1)


def mse_change(o: np.ndarray, before: np.ndarray, y: np.ndarray) -> np.ndarray:
    """mse(o) - mse(before), as A² - B² = (A - B)(A + B): an output that does not change adds no round-off."""
    return ((o - before) * (o + before - 2 * y)).sum(axis=-1) / o.shape[-1]


def mse_terms(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each output's term of the loss, (…,N): (o - y)² / N."""
    return (o - y) ** 2 / o.shape[-1]


def mse_do(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """do = 2 (o - y) / N."""
    return 2.0 / o.shape[-1] * (o - y)


def cross_entropy(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """-Σ y · log o of each row, with 0 · log 0 = 0."""
    return -_times_log(y, o).sum(axis=-1)


def cross_entropy_terms(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each output's term of the loss, (…,N): -y · log o."""
    return 0.0 - _times_log(y, o)


def cross_entropy_do(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """do = -y / o."""
    return -_divide(y, o)


def softmax_cross_entropy(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Σ y · (log Σ e^z - z) of each row: numerically stable cross-entropy of softmax(z)."""
    # subtract first, so that small differences of large numbers keep their digits
    shifted_z = z - z.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(shifted_z).sum(axis=-1, keepdims=True))
    return np.where(y == 0, 0, y * (log_sum - shifted_z)).sum(axis=-1)


def softmax_cross_entropy_change(z: np.ndarray, before: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Σ_n y[n] · log Σ_k o[k]·e^(Δ[k] - Δ[n]) with o = softmax(before) and Δ = z - before. `y` is (N,), the same for
    all rows, or (m,N)."""
    delta = z - before
    if np.abs(delta).max(initial=0) > 1:
        return softmax_cross_entropy(z, y) - softmax_cross_entropy(before, y)
    e = np.exp(before - before.max(axis=-1, keepdims=True))
    o = e / e.sum(axis=-1, keepdims=True)
    return sum(
        (y[..., n] * np.log1p((o * np.expm1(delta - delta[..., n, None])).sum(axis=-1)) for n in np.flatnonzero(y.any(axis=tuple(range(y.ndim - 1))))),
        np.zeros(delta.shape[:-1], delta.dtype),
    )


def softmax_cross_entropy_dz(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dz = o · Σy - y, which is o - y if the targets sum to 1."""
    return o * y.sum(axis=-1, keepdims=True) - y


def sigmoid_cross_entropy(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Σ y · log(1 + e^-z) of each row: numerically stable cross-entropy of σ(z)."""
    return np.where(y == 0, 0, y * np.logaddexp(0, -z)).sum(axis=-1)


def sigmoid_cross_entropy_change(z: np.ndarray, before: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Σ y · (log(1 + e^-z) - log(1 + e^-before))."""
    return (y * _softplus_change(-z, -before)).sum(axis=-1)


def sigmoid_cross_entropy_dz(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dz = -y · (1 - σ(z)), computed as -y · σ(-z), which loses no digits if σ(z) is near 1."""
    return -y * sigmoid(-z)


def binary_cross_entropy(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """-(1/N) Σ (y · log o + (1 - y) · log(1 - o)) of each row, with 0 · log 0 = 0."""
    return -(_times_log(y, o) + _times_log(1 - y, 1 - o)).mean(axis=-1)


def binary_cross_entropy_terms(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each output's term of the loss, (…,N): -(y · log o + (1 - y) · log(1 - o)) / N."""
    return (0.0 - _times_log(y, o) - _times_log(1 - y, 1 - o)) / o.shape[-1]


def binary_cross_entropy_do(o: np.ndarray, y: np.ndarray) -> np.ndarray:
    """do = ((1 - y) / (1 - o) - y / o) / N."""
    return (_divide(1 - y, 1 - o) - _divide(y, o)) / o.shape[-1]


def sigmoid_binary_cross_entropy(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(1/N) Σ (y · log(1 + e^-z) + (1 - y) · log(1 + e^z)) of each row, numerically stable."""
    return (y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)).mean(axis=-1)


def sigmoid_binary_cross_entropy_change(z: np.ndarray, before: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean of y · (log(1 + e^-z) - log(1 + e^-before)) + (1 - y) · (log(1 + e^z) - log(1 + e^before))."""
    return (y * _softplus_change(-z, -before) + (1 - y) * _softplus_change(z, before)).mean(axis=-1)


def _softplus_change(z: np.ndarray, before: np.ndarray) -> np.ndarray:
    """log(1 + e^z) - log(1 + e^before), computed as log(1 + σ(before)·(e^Δ - 1)) with Δ = z - before if |Δ| ≤ 1."""
    delta = z - before
    if np.abs(delta).max(initial=0) > 1:
        return np.logaddexp(0, z) - np.logaddexp(0, before)
    return np.log1p(sigmoid(before) * np.expm1(delta))


def sigmoid_binary_cross_entropy_dz(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dz = (o - y) / N with o = σ(z), computed as (1 - y) · σ(z) - y · σ(-z), which loses no digits if σ(z) is near 0
    or 1."""
    return ((1 - y) * sigmoid(z) - y * sigmoid(-z)) / z.shape[-1]


def _times_log(y: np.ndarray, o: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y == 0, 0, y * np.log(o))


def _divide(y: np.ndarray, o: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y == 0, 0, y / o)


@dataclass(frozen=True)
class Merged:
    """A loss merged with the last layer. The role "z" of its operations is that layer's input.

    `links` are the cells of o and y from which a cell of dz is computed, by pattern. `change`(z, before, y) returns
    loss(z) - loss(before) without cancellation, and `tensorflow`(tf, z, y) the loss in TensorFlow. `code` is the loss in
    "keras" and "pytorch".
    """

    loss: Call
    dz: Call
    formulas: Mapping[str, str] = field(default_factory=dict)
    arithmetic: Mapping[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = (("o", "same"), ("y", "same"))
    change: Callable[..., np.ndarray] | None = None
    tensorflow: Callable[..., Any] = field(kw_only=True)
    code: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss:
    """A loss: its operation "L" and its gradient "do", from the outputs o and the targets y.

    `after` lists the kinds of last layers that it may follow (any if empty), and `targets` is the valid range. `terms`(o, y)
    returns each output's term of L. `merged` has the merged losses by kind of the last layer. `change`(o, before, y), if not
    None, returns loss(o) - loss(before) without cancellation. `tensorflow`(tf, o, y) returns the loss in TensorFlow for rows
    (N,), and `code` is the loss in "keras" and "pytorch".
    """

    name: str
    loss: Call
    do: Call
    terms: Callable[..., np.ndarray]
    formulas: Mapping[str, str]
    arithmetic: Mapping[str, str]
    after: tuple[str, ...] = ()
    targets: tuple[float, float] = (-np.inf, np.inf)
    merged: Mapping[str, Merged] = field(default_factory=dict)
    change: Callable[..., np.ndarray] | None = None
    tensorflow: Callable[..., Any] = field(kw_only=True)
    code: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loss) and other.name == self.name

    def depends_on(self, y: np.ndarray) -> np.ndarray:
        """Return a Boolean mask, with the shape of `y`, of the outputs that the loss depends on. Cross-entropy depends
        only on outputs whose target is not 0.

        >>> LOSSES["ce"].depends_on(np.array([1.0, 0.0])).tolist(), LOSSES["mse"].depends_on(np.array([1.0, 0.0])).tolist()
        ([True, False], [True, True])
        """
        zero, low, high = (np.full(y.shape, number) for number in (0.0, 0.25, 0.75))
        return np.asarray((y != 0) | (self.terms(low, zero) != self.terms(high, zero)))

    def check_targets(self, y: np.ndarray) -> None:
        """Raise Problem if a target is outside the range of this loss."""
        low, high = self.targets
        if not (np.isfinite(y).all() and y.min() >= low and y.max() <= high):
            raise Problem(f"network.targets.{self.name}", y=tuple(np.ravel(y).tolist()))

    def __str__(self) -> str:
        return self.name


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "mse",
            call(mse, "o y"),
            call(mse_do, "o y"),
            mse_terms,
            {"L": r"L = \frac{{1}}{{N}} \sum_{{n}} ({o}[n] - y[n])^2", "do": r"{do} = 2 ({o} - y) / N"},
            {"L": "mean((o-y)²)", "do": "2*(o-y)/N"},
            change=mse_change,
            tensorflow=lambda tf, o, y: tf.reduce_mean((o - y) ** 2),
            code={"keras": "ops.mean((o - y) ** 2)", "pytorch": "((o - y) ** 2).mean()"},
        ),
        Loss(
            "bce",
            call(binary_cross_entropy, "o y"),
            call(binary_cross_entropy_do, "o y"),
            binary_cross_entropy_terms,
            {
                "L": r"L = -\frac{{1}}{{N}} \sum_{{n}} (y[n] \log {o}[n] + (1 - y[n]) \log(1 - {o}[n]))",
                "do": r"{do} = ((1 - y) / (1 - {o}) - y / {o}) / N",
            },
            {"L": "-mean(y*log(o)+(1-y)*log(1-o))", "do": "((1-y)/(1-o)-y/o)/N"},
            ("sigmoid",),
            (0.0, 1.0),
            {
                "sigmoid": Merged(
                    call(sigmoid_binary_cross_entropy, "z y"),
                    call(sigmoid_binary_cross_entropy_dz, "z y"),
                    {"dz": r"{dz} = ({o} - y) / N"},
                    {"dz": "(o-y)/N"},
                    change=sigmoid_binary_cross_entropy_change,
                    tensorflow=lambda tf, z, y: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)),
                    code={
                        "keras": "keras.losses.binary_crossentropy(y, z, from_logits=True)",
                        "pytorch": "nn.functional.binary_cross_entropy_with_logits(z, y)",
                    },
                )
            },
            tensorflow=lambda tf, o, y: -tf.reduce_mean(y * tf.math.log(o) + (1 - y) * tf.math.log(1 - o)),
        ),
        Loss(
            "ce",
            call(cross_entropy, "o y"),
            call(cross_entropy_do, "o y"),
            cross_entropy_terms,
            {"L": r"L = -\sum_{{n}} y[n] \log {o}[n]", "do": r"{do} = -y / {o}"},
            {"L": "-sum(y*log(o))", "do": "-y/o"},
            ("softmax", "sigmoid"),
            (0.0, np.inf),
            {
                "softmax": Merged(
                    call(softmax_cross_entropy, "z y"),
                    call(softmax_cross_entropy_dz, "o y"),
                    {"dz": r"{dz} = {o} \sum_{{n}} y[n] - y"},
                    {"dz": "o*total(y)-y"},
                    (("o", "same"), ("y", "all")),
                    change=softmax_cross_entropy_change,
                    # softmax_cross_entropy_with_logits assumes Σy = 1 in its gradient, but not in its value.
                    tensorflow=lambda tf, z, y: -tf.reduce_sum(y * tf.nn.log_softmax(z)),
                    code={"keras": "-ops.sum(y * ops.log_softmax(z))", "pytorch": "-(y * torch.log_softmax(z, dim=0)).sum()"},
                ),
                "sigmoid": Merged(
                    call(sigmoid_cross_entropy, "z y"),
                    call(sigmoid_cross_entropy_dz, "z y"),
                    {"dz": r"{dz} = -y \odot (1 - {o})"},
                    {"dz": "-y*(1-o)"},
                    change=sigmoid_cross_entropy_change,
                    tensorflow=lambda tf, z, y: -tf.reduce_sum(y * tf.math.log_sigmoid(z)),
                    code={"keras": "-ops.sum(y * ops.log_sigmoid(z))", "pytorch": "-(y * nn.functional.logsigmoid(z)).sum()"},
                ),
            },
            tensorflow=lambda tf, o, y: -tf.reduce_sum(y * tf.math.log(o)),
        ),
    )
}
"""All losses by their name in a network's text."""

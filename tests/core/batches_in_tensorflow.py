"""A pass of several images once more, from the network's text alone, in TensorFlow's operations: an opinion that owes nothing to our layers."""

import re
from collections.abc import Mapping

import numpy as np
import pytest

from tests.core.in_tensorflow import _after, _letter

EPSILON = 1e-5
ROLES = "fwbgs"


def gradients(
    text: str, params: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, given: Mapping[str, np.ndarray], training: bool
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Every value by its symbol, the gradient of the mean loss by each of these and each parameter, and each image's loss (m,).

    `x` (m,C,H,W), `y` (m,N); `given` has the masks by "r1.mask", and running numbers.
    """
    tf = pytest.importorskip("tensorflow", reason="TensorFlow's answer is what this compares with")
    *words, loss = text.split("-")
    leaves = {name: tf.constant(array) for name, array in params.items()} | {"x": tf.constant(x)}
    counts, values = dict.fromkeys("zapnr", 0), {"x": leaves["x"]}
    several = {letter: sum(name[0] == letter for name in params) > 1 for letter in ROLES}
    with tf.GradientTape() as tape:
        tape.watch(list(leaves.values()))
        now = leaves["x"]
        for place, word in enumerate(words):
            kind, letter = re.match("[a-z]+", word)[0], _letter_of(word)
            counts[letter] += 1
            symbol = "o" if place == len(words) - 1 else f"{letter}{counts[letter]}"
            if kind == "dense" and len(now.shape) == 4:
                now = values["v"] = tf.reshape(now, (len(x), -1))
            own = {name: leaves.get(name + (str(counts[letter]) if several[name] else "")) for name in ROLES}
            now = values[symbol] = _made(tf, kind, word, now, own, symbol, given, training)
        losses = _losses(tf, loss, now, tf.constant(y))
        total = tf.reduce_sum(losses) / len(x)
    wanted = values | leaves
    result = tape.gradient(total, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {name: value.numpy() for name, value in values.items()}, {name: value.numpy() for name, value in result.items()}, losses.numpy()


def _letter_of(word: str) -> str:
    return "n" if word == "bn" or word[:2] in ("gn", "ln") else "r" if word[:4] == "drop" else _letter(word)


def _made(tf, kind: str, word: str, x, own, symbol: str, given, training: bool):
    if kind == "drop":
        return x * tf.constant(given[f"{symbol}.mask"]) if training else x
    if kind not in ("bn", "gn", "ln"):
        return tf.nn.softmax(x) if kind == "softmax" else _after(tf, kind, word, x, own)
    across = [1, -1] + [1] * (len(x.shape) - 2)
    g, s = (tf.reshape(own[name], across) for name in "gs")
    if kind == "bn":
        axes = [0, *range(2, len(x.shape))]
        if training:
            mean, var = tf.reduce_mean(x, axes, keepdims=True), tf.math.reduce_variance(x, axes, keepdims=True)
        else:
            mean, var = (tf.reshape(tf.constant(given[f"{symbol}.running_{name}"]), across) for name in ("mean", "var"))
        return g * (x - mean) / tf.sqrt(var + EPSILON) + s
    rows = tf.reshape(x, (len(x), int(word[2:] or 1), -1))
    mean, var = tf.reduce_mean(rows, -1, keepdims=True), tf.math.reduce_variance(rows, -1, keepdims=True)
    return g * tf.reshape((rows - mean) / tf.sqrt(var + EPSILON), x.shape) + s


def _losses(tf, loss: str, o, y):
    if loss == "mse":
        return tf.reduce_mean((o - y) ** 2, 1)
    if loss == "bce":
        return -tf.reduce_mean(y * tf.math.log(o) + (1 - y) * tf.math.log(1 - o), 1)
    return -tf.reduce_sum(y * tf.math.log(o), 1)

"""Any network's pass once more, from its text alone, in TensorFlow's operations: an opinion that owes nothing to our layers."""

import re

import numpy as np
import pytest

from tests.core.networks import Case


def gradients(case: Case) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Every value of the pass by its symbol, and "L"; and the gradient of each symbol and parameter, and of x."""
    tf = pytest.importorskip("tensorflow", reason="TensorFlow's answer is what this compares with")
    *words, loss = case.text.split("-")
    params = {name: tf.constant(array) for name, array in case.params.items()}
    x = tf.constant(case.x.reshape(case.x_shape[1:] if case.x_shape[0] == 1 and len(case.x_shape) == 3 else case.x_shape))
    values, counts = {"x": x}, {"z": 0, "a": 0, "p": 0}
    several = {letter: sum(name[0] == letter for name in params) > 1 for letter in "fwb"}
    with tf.GradientTape() as tape:
        tape.watch([x, *params.values()])
        now = tf.reshape(x, (1, -1, *case.x_shape[-2:]))  # as we have it, (1,C,H,W) or (1,D)
        for place, word in enumerate(words):
            kind, letter = re.match("[a-z]+", word)[0], _letter(word)
            counts[letter] += 1
            symbol = "o" if place == len(words) - 1 else f"{letter}{counts[letter]}"
            if kind == "dense" and len(now.shape) == 4:
                values["v"] = tf.reshape(now, [-1])
                now = values["v"][None]
            own = {name: params.get(name + (str(counts["z"]) if several[name] else "")) for name in "fwb"}
            now = values[symbol] = _shown(tf, _after(tf, kind, word, now, own))
            now = tf.reshape(now, (1, 1, *now.shape) if len(now.shape) == 2 else (1, *now.shape))
        row = tf.reshape(now, [-1])
        total = _loss(tf, loss, row, tf.constant(case.y))
    wanted = values | params
    result = tape.gradient(total, wanted, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    numbers = {name: value.numpy() for name, value in values.items()} | {"L": total.numpy()}
    return numbers, {name: value.numpy() for name, value in result.items()}


def _letter(word: str) -> str:
    return "z" if word[:4] in ("conv", "dens") else "p" if word[:3] in ("max", "avg", "gap") else "a"


def _shown(tf, now):
    """One image's array without a channel axis of 1."""
    shape = now.shape[2:] if len(now.shape) == 4 and now.shape[1] == 1 else now.shape[1:]
    return tf.reshape(now, shape)


def _after(tf, kind: str, word: str, x, own):
    if kind == "conv":
        return _convolved(tf, word, x, own["f"], own["b"] if "b" in word.split("x")[1] else None)
    if kind in ("max", "avg"):
        k, stride = re.fullmatch(r"[a-z]+(\d+)(?:s(\d+))?", word).groups()
        pool = tf.nn.max_pool2d if kind == "max" else tf.nn.avg_pool2d
        return tf.transpose(pool(tf.transpose(x, (0, 2, 3, 1)), int(k), int(stride or k), "VALID"), (0, 3, 1, 2))
    if kind == "gap":
        return tf.reduce_mean(x, (2, 3))
    if kind == "dense":
        return tf.matmul(x, own["w"]) + own["b"]
    return {
        "sigmoid": tf.sigmoid,
        "tanh": tf.tanh,
        "relu": tf.nn.relu,
        "leaky": lambda x: tf.where(x > 0, x, int(word[5:] or 1) / 100 * x),
        "identity": lambda x: 1 * x,
        "softmax": lambda x: tf.exp(x) / tf.reduce_sum(tf.exp(x)),
    }[kind](x)


def _convolved(tf, word: str, x, f, b):
    filters, k, stride, rate, zeros = re.fullmatch(r"conv(\d+)x(\d+)b?(?:s(\d+))?(?:d(\d+))?(.*)", word).groups()
    k, rate, stride = int(k), int(rate or 1), int(stride or 1)
    reach = rate * (k - 1)
    before, after = {"": (0, 0), "same": (reach // 2, reach - reach // 2), "full": (reach, reach)}.get(zeros) or 2 * (int(zeros[1:]),)
    kernels = tf.transpose(tf.reshape(f, (int(filters), -1, k, k)), (2, 3, 1, 0))
    margin = [[0, 0], [before, after], [before, after], [0, 0]]
    x = tf.pad(tf.transpose(x, (0, 2, 3, 1)), margin)
    z = tf.nn.conv2d(x, kernels, stride, "VALID") if rate == 1 else tf.nn.atrous_conv2d(x, kernels, rate, "VALID")[:, ::stride, ::stride]
    return tf.transpose(z if b is None else z + b, (0, 3, 1, 2))


def _loss(tf, loss: str, o, y):
    if loss == "mse":
        return tf.reduce_mean((o - y) ** 2)
    if loss == "bce":
        return -tf.reduce_mean(y * tf.math.log(o) + (1 - y) * tf.math.log(1 - o))
    return -tf.reduce_sum(y * tf.math.log(o))

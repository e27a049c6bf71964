"""The same network in TensorFlow, and what its GradientTape says: gradients by somebody else's code.

TensorFlow takes seconds to import and may not be there at all, so nothing here imports it until it is asked for.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from types import ModuleType

import numpy as np

from cnnviz.core.network import Network, Params
from cnnviz.core.ops import Padding, pad_widths, targets


class TensorFlowUnavailable(RuntimeError):
    """TensorFlow cannot be used here; the message is a sentence that says why."""


def import_tensorflow() -> ModuleType:
    """The module `tensorflow`, imported now if it was not yet; raises TensorFlowUnavailable where that fails.

    A broken installation may raise anything while it is imported, not ImportError alone.
    """
    first = "tensorflow" not in sys.modules
    try:
        import tensorflow
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise TensorFlowUnavailable(
                f"TensorFlow is installed, but {error.name} is missing, which it needs."
            ) from error
        raise TensorFlowUnavailable("TensorFlow is not installed here: `pip install tensorflow` adds it.") from error
    except Exception as error:
        raise TensorFlowUnavailable(
            f"TensorFlow is installed but could not be imported ({type(error).__name__}: {error})."
        ) from error
    if first:
        gc.freeze()  # what it brought stays for good: the collector need not go through it time and again (data/cifar10.py)
    return tensorflow


def tensorflow_gradients(
    params: Params, x: np.ndarray, y: np.ndarray, stride: int = 1, padding: Padding = 0
) -> dict[str, np.ndarray]:
    """∂L/∂f (K,K), ∂L/∂w (D,N) and ∂L/∂b (N,) as "f", "w" and "b", and the pass they belong to: "o" (N,) and "L".

    Built from tf.pad, tf.nn.conv2d, tf.sigmoid and tf.reduce_mean in float64 on the CPU, with the zeros
    where cnnviz puts them. Raises TensorFlowUnavailable where TensorFlow cannot be imported.
    """
    tf = import_tensorflow()
    zeros = pad_widths(len(params.f), padding)
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        f, w, b = (tf.Variable(array, dtype=tf.float64) for array in (params.f, params.w, params.b))
        image = tf.pad(tf.constant(x, dtype=tf.float64), [zeros, zeros])[None, :, :, None]  # (1, H, W, 1)
        z1 = tf.nn.conv2d(image, f[:, :, None, None], strides=stride, padding="VALID")  # (1, H', W', 1)
        v = tf.reshape(tf.sigmoid(z1), (1, -1))  # (1, D)
        o = tf.sigmoid(v @ w + b)[0]  # (N,)
        loss = tf.reduce_mean((o - targets(y, params.b.shape)) ** 2)
    df, dw, db = tape.gradient(loss, (f, w, b))
    return {"f": df.numpy(), "w": dw.numpy(), "b": db.numpy(), "o": o.numpy(), "L": loss.numpy()}


def network_gradients(network: Network, params: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """∂L/∂θ of every parameter of a network by its name: its layers' twins one after another, under TensorFlow's tape.

    In float64 on the CPU. Raises TensorFlowUnavailable where TensorFlow cannot be imported.
    """
    tf = import_tensorflow()
    program = network.program(x.shape)
    start = program.start(params, x)
    y = network.targets(y, program.shapes["o"])
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        values = {name: tf.Variable(start[name], dtype=tf.float64) for name in program.parameters}
        now = tf.transpose(tf.constant(start["x"][None], dtype=tf.float64), [0, 2, 3, 1])  # (1, H, W, C)
        for layer, names in zip(network.layers, network.names, strict=True):
            if names.flattens:
                now = tf.reshape(tf.transpose(now, [0, 3, 1, 2]), (1, -1))
            before = now
            letters = [role[1:] for role in layer.links() if role[0] == "d" and role not in ("dx", "dy")]
            now = layer.twin(tf, now, **{letter: values[names.of(letter)] for letter in letters})
        loss = _loss(tf, network, tf.reshape(before, [-1]), tf.reshape(now, [-1]), tf.constant(y, dtype=tf.float64))
    found = tape.gradient(loss, values, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {name: array.numpy().reshape(program.shown[name]) for name, array in found.items()}


def _loss(tf: ModuleType, network: Network, z, o, y):
    """The loss of a row of outputs `o` (N,), or of what the last layer was given, `z`, where it merges with that."""
    kind, last = str(network.loss_kind), network.layers[-1].kind
    if network.merged and kind == "bce":
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z))
    if network.merged:
        return -tf.reduce_sum(y * (tf.nn.log_softmax(z) if last == "softmax" else tf.math.log_sigmoid(z)))
    if kind == "mse":
        return tf.reduce_mean((o - y) ** 2)
    if kind == "bce":
        return -tf.reduce_mean(tf.math.xlogy(y, o) + tf.math.xlogy(1 - y, 1 - o))
    return -tf.reduce_sum(tf.math.xlogy(y, o))

"""The same network in TensorFlow, and what its GradientTape says: gradients by somebody else's code.

TensorFlow takes seconds to import and may not be there at all, so nothing here imports it until it is asked for.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from cnnviz.core.network import Network
from cnnviz.core.ops import Padding, targets
from cnnviz.core.program import Program
from cnnviz.core.seed_network import seed_program
from cnnviz.core.values import Params
from cnnviz.words import Problem


class TensorFlowUnavailable(Problem):
    """TensorFlow cannot be used here; its sentence says why."""


def import_tensorflow() -> ModuleType:
    """The module `tensorflow`, imported now if it was not yet; raises TensorFlowUnavailable where that fails.

    A broken installation may raise anything while it is imported, not ImportError alone.
    """
    first = "tensorflow" not in sys.modules
    try:
        import tensorflow
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise TensorFlowUnavailable("data.tensorflow.lacks", name=error.name) from error
        raise TensorFlowUnavailable("data.tensorflow.absent") from error
    except Exception as error:
        raise TensorFlowUnavailable("data.tensorflow.broken", reason=f"{type(error).__name__}: {error}") from error
    if first:
        gc.freeze()  # what it brought stays for good: the collector need not go through it time and again (data/cifar10.py)
    return tensorflow


def tensorflow_gradients(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    network: Network | None = None,
) -> dict[str, np.ndarray]:
    """∂L/∂θ for every parameter by its name, ∂L/∂x as "x", and the pass that they belong to: "o" (N,) and "L".

    Built in float64 on the CPU from the twins of the layers and of the loss: the teaching notebook's network with
    this stride and padding, unless another is given. Raises TensorFlowUnavailable where TensorFlow cannot be imported.
    """
    tf = import_tensorflow()
    x = np.asarray(x, dtype=np.float64)
    program = network.program(x.shape) if network else seed_program(params, x.shape, stride, padding)
    y = targets(y, program.shapes["o"])
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        leaves = {name: tf.Variable(array) for name, array in program.start(params, x).items()}
        z, o = _pass(tf, program, leaves)
        loss, merged = program.network.loss_kind, program.network.merged
        total = merged.twin(tf, z[0], tf.constant(y)) if merged else loss.twin(tf, o[0], tf.constant(y))
    found = tape.gradient(total, leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    shaped = {name: np.reshape(array.numpy(), program.shown[name]) for name, array in found.items()}
    return {**shaped, "o": o[0].numpy(), "L": total.numpy()}


def _pass(tf: ModuleType, program: Program, leaves: Mapping[str, Any]) -> tuple[Any, Any]:
    """What the last layer is given and what it makes, (1,N) both; channels come last in TensorFlow's maps."""
    before = now = tf.transpose(leaves["x"][None], (0, 2, 3, 1))
    for place, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        if names.flattens:  # channel by channel, as ours
            now = tf.reshape(tf.transpose(now, (0, 3, 1, 2)), (1, -1))
        own = {letter: leaves[names.of(letter)] for letter in layer.parameters(program.inputs[place])}
        before, now = now, layer.twin(tf, now, **own)
    return before, now

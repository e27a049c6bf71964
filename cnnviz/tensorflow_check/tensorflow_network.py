"""The same network in TensorFlow, and what its GradientTape says: gradients by somebody else's code.

TensorFlow takes seconds to import and may not be there at all, so nothing here imports it until it is asked for.
"""

import gc
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import Padding, targets
from cnnviz.core.network.program import Program
from cnnviz.core.notebook.notebook_network import notebook_program
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
    given: Mapping[str, np.ndarray] | None = None,
    training: bool = True,
) -> dict[str, np.ndarray]:
    """∂L/∂θ for every parameter by its name, ∂L/∂x as "x", and the pass that they belong to: "o" (N,) and "L".

    Built in float64 on the CPU from the `tensorflow` operations of the layers and of the loss: the teaching notebook's network with
    this stride and padding, unless another is given. Of several images, (m,C,H,W), L is the mean; `given` are buffers and masks,
    `training` says whether the pass is one in training. Raises TensorFlowUnavailable where TensorFlow cannot be imported.
    """
    tf = import_tensorflow()
    x = np.asarray(x, dtype=np.float64)
    program = network.program(x.shape, training=training) if network else notebook_program(params, x.shape, stride, padding)
    images = len(x) if program.run.images else None
    y = targets(y, (images, *program.shapes["o"]) if images else program.shapes["o"])
    held = {name: tf.constant(array) for name, array in program.given_to(given, images).items()}
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        leaves = {name: tf.Variable(array) for name, array in program.start(params, x).items()}
        z, o = _pass(tf, program, leaves, held)
        loss, merged = program.network.loss_kind, program.network.merged
        twin, ends = (merged.tensorflow, z) if merged else (loss.tensorflow, o)
        losses = [twin(tf, end, tf.constant(row)) for end, row in zip(tf.unstack(ends), np.atleast_2d(y), strict=True)]
        total = tf.reduce_mean(tf.stack(losses))
    found = tape.gradient(total, leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    shaped = {name: array.numpy() if program.has_images(name) else np.reshape(array.numpy(), program.shown[name]) for name, array in found.items()}
    return {**shaped, "o": o.numpy() if images else o[0].numpy(), "L": total.numpy()}


def _pass(tf: ModuleType, program: Program, leaves: Mapping[str, Any], held: Mapping[str, Any]) -> tuple[Any, Any]:
    """The input and the output of the last layer, (m,N) both; channels come last in TensorFlow's maps."""
    x = leaves["x"] if program.run.images else leaves["x"][None]
    before = now = tf.transpose(x, (0, 2, 3, 1))
    for place, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        if names.flattens:  # channel by channel, as ours
            now = tf.reshape(tf.transpose(now, (0, 3, 1, 2)), (len(now), -1))
        own = {letter: leaves[names.of(letter)] for letter in layer.parameters(program.inputs[place])}
        shape = program.inputs[place]
        given = layer.draws(shape) if program.run.training else layer.buffers(shape)
        own |= {role: _laid(tf, held[names.of(role)], now) for role in given}
        before, now = now, layer.tensorflow(tf, now, **own)
    return before, now


def _laid(tf: ModuleType, array: Any, now: Any) -> Any:
    """A layer's given array, laid out as TensorFlow has the layer's input: a mask of maps with channels last, and numbers of channels as they are."""
    if array.shape.rank == 1:
        return array
    array = tf.reshape(array, (len(now), *(now.shape[-1:] + now.shape[1:-1])))
    return tf.transpose(array, (0, 2, 3, 1)) if array.shape.rank == 4 else array

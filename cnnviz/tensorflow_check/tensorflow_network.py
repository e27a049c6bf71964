"""The same network in TensorFlow, with gradients from its GradientTape.

TensorFlow takes seconds to import and may not be installed, so it is imported on first use.
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
    """Raised if TensorFlow cannot be used; the message gives the reason."""


def import_tensorflow() -> ModuleType:
    """Import and return `tensorflow`. Raise TensorFlowUnavailable if that fails.

    A broken installation may raise any exception during import, not only ImportError.
    """
    is_first_import = "tensorflow" not in sys.modules
    try:
        import tensorflow
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise TensorFlowUnavailable("data.tensorflow.lacks", name=error.name) from error
        raise TensorFlowUnavailable("data.tensorflow.absent") from error
    except Exception as error:
        raise TensorFlowUnavailable("data.tensorflow.broken", reason=f"{type(error).__name__}: {error}") from error
    if is_first_import:
        # TensorFlow's objects are permanent, so the garbage collector need not visit them again (data/cifar10.py)
        gc.freeze()
    return tensorflow


def tensorflow_gradients(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    network: Network | None = None,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
    training: bool = True,
) -> dict[str, np.ndarray]:
    """Return ∂L/∂θ of every parameter by name, ∂L/∂x as "x", and the outputs "o" (N,) and loss "L" of the pass.

    Computed in float64 on the CPU with the `tensorflow` methods of the layers and of the loss. The network is `network`, or the
    teaching notebook's with this stride and padding. For several images, (m,C,H,W), L is the mean. `pass_inputs` are buffers and masks;
    `training` is False for eval mode. Raise TensorFlowUnavailable if TensorFlow cannot be imported.
    """
    tf = import_tensorflow()
    x = np.asarray(x, dtype=np.float64)
    program = network.program(x.shape, training=training) if network else notebook_program(params, x.shape, stride, padding)
    images = len(x) if program.run.images else None
    y = targets(y, (images, *program.shapes["o"]) if images else program.shapes["o"])
    constants = {name: tf.constant(array) for name, array in program.pass_inputs(pass_inputs, images).items()}
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        leaves = {name: tf.Variable(array) for name, array in program.start(params, x).items()}
        z, o = _pass(tf, program, leaves, constants)
        loss, merged = program.network.loss_kind, program.network.merged
        loss_function, ends = (merged.tensorflow, z) if merged else (loss.tensorflow, o)
        losses = [loss_function(tf, end, tf.constant(row)) for end, row in zip(tf.unstack(ends), np.atleast_2d(y), strict=True)]
        total = tf.reduce_mean(tf.stack(losses))
    derivatives = tape.gradient(total, leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    gradients = {name: array.numpy() if program.has_images(name) else np.reshape(array.numpy(), program.shown[name]) for name, array in derivatives.items()}
    return {**gradients, "o": o.numpy() if images else o[0].numpy(), "L": total.numpy()}


def _pass(tf: ModuleType, program: Program, leaves: Mapping[str, Any], constants: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the input and the output of the last layer, both (m,N). Channels come last in TensorFlow's maps."""
    x = leaves["x"] if program.run.images else leaves["x"][None]
    layer_input = output = tf.transpose(x, (0, 2, 3, 1))
    for layer_index, (layer, names) in enumerate(zip(program.network.layers, program.network.names, strict=True)):
        if names.flattens:  # channels first, as in our layers
            output = tf.reshape(tf.transpose(output, (0, 3, 1, 2)), (len(output), -1))
        layer_arrays = {letter: leaves[names.of(letter)] for letter in layer.parameters(program.inputs[layer_index])}
        shape = program.inputs[layer_index]
        roles = layer.draws(shape) if program.run.training else layer.buffers(shape)
        layer_arrays |= {role: _channels_last(tf, constants[names.of(role)], output) for role in roles}
        layer_input, output = output, layer.tensorflow(tf, output, **layer_arrays)
    return layer_input, output


def _channels_last(tf: ModuleType, array: Any, layer_input: Any) -> Any:
    """Return a layer's buffer or mask in TensorFlow's layout: channels come last in a mask of maps; arrays with one
    number per channel are unchanged."""
    if array.shape.rank == 1:
        return array
    array = tf.reshape(array, (len(layer_input), *(layer_input.shape[-1:] + layer_input.shape[1:-1])))
    return tf.transpose(array, (0, 2, 3, 1)) if array.shape.rank == 4 else array

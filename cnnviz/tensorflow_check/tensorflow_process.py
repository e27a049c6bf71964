"""TensorFlow as an independent check, started on demand in the background, once per process."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.notebook_ops import Padding
from cnnviz.tensorflow_check.tensorflow_network import TensorFlowUnavailable, import_tensorflow, tensorflow_gradients
from cnnviz.words import Message, message

_lock = threading.Lock()
_state: dict[str, Any] = {"is": "absent", "words": None}


def state() -> tuple[str, Message | None]:
    """Return "starting", "ready" or "failed", and a sentence on the state, or None. The first call starts
    TensorFlow."""
    with _lock:
        if _state["is"] == "absent":
            _state.update({"is": "starting", "words": message("data.tensorflow.starting")})
            threading.Thread(target=_start, daemon=True, name="tensorflow").start()
        return _state["is"], _state["words"]


def gradients(
    params: Params, x: np.ndarray, y: np.ndarray, stride: int = 1, padding: Padding = 0, network: Network | None = None,
    pass_inputs: Mapping[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Return TensorFlow's gradients by parameter, as `tensorflow_gradients` does. Call it only when the state is
    "ready"."""
    return tensorflow_gradients(params, x, y, stride, padding, network, pass_inputs)


def _start() -> None:
    try:
        import_tensorflow()
    except TensorFlowUnavailable as error:
        outcome = {"is": "failed", "words": error.message}
    else:
        outcome = {"is": "ready", "words": None}
    with _lock:
        _state.update(outcome)

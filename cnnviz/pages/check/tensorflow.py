"""TensorFlow's gradients as a third opinion; TensorFlow starts on request only."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.data.disabled_features import disabled_message
from cnnviz.tensorflow_check import tensorflow_process
from cnnviz.wire.check import ThirdData
from cnnviz.words import Message, message


def is_requested(query: Mapping[str, str]) -> bool:
    """Return whether the address requests TensorFlow's gradients.

    >>> is_requested({"tf": "1"}), is_requested({})
    (True, False)
    """
    return query.get("tf") == "1"


def tensorflow_gradients(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> tuple[dict[str, np.ndarray], Message | None]:
    """Return TensorFlow's gradients if requested and available, else nothing and a message if one is needed."""
    if not is_requested(query):
        return {}, None
    if disabled := disabled_message("tensorflow"):
        return {}, disabled
    state, reason = tensorflow_process.state()
    if state != "ready":
        return {}, reason
    gradients = tensorflow_process.gradients(snapshot.params, snapshot.trace.x, np.array(setup.y), network=setup.network, pass_inputs=snapshot.trace.kept)
    return {f"d{name}": gradients[name] for name in snapshot.params}, None


def tensorflow_record(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> ThirdData:
    """Return TensorFlow's row: whether it was requested, and the distance of its gradients from ours, or the reason
    why they are missing."""
    requested, (gradients, reason) = is_requested(query), tensorflow_gradients(setup, snapshot, query)
    sentence: Message | str = reason or (message("data.tensorflow.starting") if requested else "")
    distance = max((_relative_distance(snapshot.gradients[name], array) for name, array in gradients.items()), default=0.0)
    if gradients:
        sentence = message(f"ui.check.third.{'agrees' if distance <= TOLERANCE else 'differs'}", error=distance)
    return ThirdData(on=requested, change={"tf": "" if requested else "1"}, words=sentence, good=distance <= TOLERANCE if gradients else None)


def _relative_distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return ‖ours - theirs‖ / the larger of both norms, or 0 if both are 0."""
    norm = max(np.linalg.norm(ours), np.linalg.norm(theirs))
    return float(np.linalg.norm(ours - theirs) / norm) if norm else 0.0


def is_starting(query: Mapping[str, str]) -> bool:
    """Return whether TensorFlow was requested and is still starting. The first call starts it."""
    return is_requested(query) and not disabled_message("tensorflow") and tensorflow_process.state()[0] == "starting"

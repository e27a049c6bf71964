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


def asked_for(asked: Mapping[str, str]) -> bool:
    """Return whether the address requests TensorFlow's gradients.

    >>> asked_for({"tf": "1"}), asked_for({})
    (True, False)
    """
    return asked.get("tf") == "1"


def opinion(setup: Setup, snapshot: Snapshot, asked: Mapping[str, str]) -> tuple[dict[str, np.ndarray], Message | None]:
    """Return TensorFlow's gradients if requested and available, else nothing and a message if one is needed."""
    if not asked_for(asked):
        return {}, None
    if no := disabled_message("tensorflow"):
        return {}, no
    state, why_not = tensorflow_process.state()
    if state != "ready":
        return {}, why_not
    found = tensorflow_process.gradients(snapshot.params, snapshot.trace.x, np.array(setup.y), network=setup.network, given=snapshot.trace.kept)
    return {f"d{name}": found[name] for name in snapshot.params}, None


def line(setup: Setup, snapshot: Snapshot, asked: Mapping[str, str]) -> ThirdData:
    """Return TensorFlow's line: whether it was requested, and how far its gradients are from ours, or why they are
    missing."""
    on, (found, why_not) = asked_for(asked), opinion(setup, snapshot, asked)
    said: Message | str = why_not or (message("data.tensorflow.starting") if on else "")
    apart = max((_apart(snapshot.gradients[name], array) for name, array in found.items()), default=0.0)
    if found:
        said = message(f"ui.check.third.{'agrees' if apart <= TOLERANCE else 'differs'}", error=apart)
    return ThirdData(on=on, change={"tf": "" if on else "1"}, words=said, good=apart <= TOLERANCE if found else None)


def _apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return ‖ours - theirs‖ / the larger of both norms, or 0 if both are 0."""
    most = max(np.linalg.norm(ours), np.linalg.norm(theirs))
    return float(np.linalg.norm(ours - theirs) / most) if most else 0.0


def starting(asked: Mapping[str, str]) -> bool:
    """Return whether TensorFlow was requested and is still starting. The first call starts it."""
    return asked_for(asked) and not disabled_message("tensorflow") and tensorflow_process.state()[0] == "starting"

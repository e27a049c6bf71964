"""A third opinion: TensorFlow's gradients, started only where they are asked for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.checks import tensorflow_process
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.data.forbidden import excuse
from cnnviz.words import Message


def asked_for(asked: Mapping[str, str]) -> bool:
    """Tells whether the address asks for it.

    >>> asked_for({"tf": "1"}), asked_for({})
    (True, False)
    """
    return asked.get("tf") == "1"


def opinion(lesson: Lesson, moment: Moment, asked: Mapping[str, str]) -> tuple[dict[str, np.ndarray], Message | None]:
    """TensorFlow's gradients if they were asked for and it is there; else none, and a sentence if need be."""
    if not asked_for(asked):
        return {}, None
    if no := excuse("tensorflow"):
        return {}, no
    state, why_not = tensorflow_process.state()
    if state != "ready":
        return {}, why_not
    found = tensorflow_process.gradients(moment.params, moment.trace.x, np.array(lesson.y), network=lesson.network)
    return {f"d{name}": found[name] for name in moment.params}, None


def starting(asked: Mapping[str, str]) -> bool:
    """Tells whether TensorFlow was asked for and is on its way; the first time, this starts it."""
    return asked_for(asked) and not excuse("tensorflow") and tensorflow_process.state()[0] == "starting"

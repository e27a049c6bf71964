"""The check of a lesson's gradients, remembered: a large network's takes a while, and every mistake is held against it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, GradientCheck, check_gradients
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.core.values import Gradients


def checked(lesson: Lesson, moment: Moment, ours: Gradients) -> GradientCheck:
    """Every entry of every parameter of `ours` against central differences."""
    return _checked(lesson, moment.params, moment.trace.x, ours)


def _checked(lesson: Lesson, params: Mapping[str, np.ndarray], x: np.ndarray, ours: Gradients) -> GradientCheck:
    return check_gradients(params, x, np.array(lesson.y), gradients=ours, network=lesson.network)


def is_wrong(error: np.ndarray) -> np.ndarray:
    """Which entries are not within TOLERANCE; NaN is wrong."""
    return ~(error <= TOLERANCE)

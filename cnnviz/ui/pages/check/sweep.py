"""The U-curve: how far central differences are off, against their step."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnviz.core.gradcheck import StepSweep, step_sweep
from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.ui.charts import Chart, Line
from cnnviz.words import message


def sweep_chart(lesson: Lesson, moment: Moment) -> Chart:
    """Error of central differences against their step ε, in two precisions."""
    sweep = _sweep(lesson.start, lesson.k, moment.trace.x.tobytes(), moment.trace.x.shape)
    return Chart(
        "sweep",
        message("ui.check.sweep.title"),
        sweep.steps.tolist(),
        tuple(Line(name, [float(error) for error in errors]) for name, errors in sweep.errors.items()),
        message("ui.check.sweep.x"),
        message("ui.check.sweep.y"),
        log="xy",
        words=message("ui.check.sweep.words"),
    )


@lru_cache(maxsize=64)
def _sweep(lesson: Lesson, k: int, x: bytes, shape: tuple[int, ...]) -> StepSweep:
    """The same for every mistake: it tells of the step, not of our gradients."""
    image = np.frombuffer(x).reshape(shape)
    params = trajectory(lesson, image, k).params
    return step_sweep(params, image, np.array(lesson.y), network=lesson.network)

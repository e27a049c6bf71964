"""One image of several, and a pass as after training, as the live view shows them: in the shapes of one image.

What is shown of all images together says so: a parameter's gradient is the mean of the images' pulls, and the loss that
stands beside an image is its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.core.program import Program
from cnnviz.export.mathml import mathml
from cnnviz.pages.address import Now
from cnnviz.wire.records import NetworkRecord
from cnnviz.words import Message, message

MOST_PULLED = 60_000
"""Numbers of one parameter's pulls that are sent."""


def in_mode(now: Now) -> Now:
    """The moment in the mode that the lesson asks for: after training the same parameters make another pass."""
    return now if now.lesson.mode == "train" else replace(now, moment=now.moment.after_training)


def on_image(now: Now) -> Now:
    """The image that is shown, as if it were alone; its arrays are those of the pass of all."""
    lesson, moment = now.lesson, now.moment
    if moment.trace.x.ndim < 4:
        return now
    i, y = lesson.image, lesson.y[lesson.image]
    own = lesson.alone(i)
    trace, gradients = moment.trace.image(i), moment.gradients.image(i)
    return replace(now, lesson=own, moment=replace(moment, trace=trace, gradients=gradients, image=trace.x, y=np.array(y)))


def of_all(record: NetworkRecord, now: Now, program: Program) -> NetworkRecord:
    """The record of one image, where several make the gradients: what is a sum over all images has no arithmetic of its own."""
    m = len(now.lesson.images)
    start = next(line.target for line in program.backward_lines if line.layer is None and line.role in ("do", "dz"))
    arithmetic = {name: text for name, text in record["arithmetic"].items() if name[1:] not in program.parameters}
    arithmetic[start] = f"({arithmetic[start]})/{m}"
    formulas = dict(record["formulas"])
    for name in (start, *(f"d{name}" for name in program.parameters)):
        left, right = program.formulas[name].split(" = ", 1)
        formulas[name] = mathml(rf"{left} = ({right}) / {m}" if name == start else rf"{left} = \sum_{{1 \ldots {m}}} {right}")
    words = [message("ui.images.shown", n=n + 1, name=name) for n, name in enumerate(now.lesson.images)]
    return {**record, "arithmetic": arithmetic, "formulas": formulas, "images": words}


def images_arrays(now: Now) -> dict[str, np.ndarray]:
    """What of several images stands beside the one that is shown: its own loss as L, all losses, and each one's pull at every parameter."""
    lesson, moment = now.lesson, now.moment
    network, y = lesson.network, np.array(lesson.y)
    losses = network.losses(moment.trace, y)
    small = {name for name, pull in moment.params.items() if pull.size * len(losses) <= MOST_PULLED}
    pulls = network.pulls(moment.params, moment.trace, y)
    found = {f"pulls.d{name}": pulls[f"d{name}"] for name in moment.params if name in small}
    return found | {"L": losses[lesson.image : lesson.image + 1], "images.L": losses}


def loss_fact(now: Now) -> Message:
    """Whose loss stands as L, and the mean."""
    lesson = now.lesson
    return message("ui.images.loss", n=lesson.image + 1, m=len(lesson.images), mean=float(now.moment.losses[-1]))

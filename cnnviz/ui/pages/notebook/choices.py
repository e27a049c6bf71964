"""What can be chosen on the Notebook page: the story, a rule, and each deviation, with what it does here."""

from __future__ import annotations

import dataclasses

import numpy as np

from cnnviz.core.lesson import RULES, Lesson
from cnnviz.core.notebook import DEVIATION_TABLE, DEVIATIONS, notebook_step
from cnnviz.core.trajectory import Moment
from cnnviz.ui.maps import MAPS
from cnnviz.ui.pages.notebook.agreement import agreement
from cnnviz.ui.pages.notebook.story import story
from cnnviz.ui.switches import Group, Switch
from cnnviz.words import Message, message


def choices(lesson: Lesson, exact: Moment, columns: tuple[str, ...]) -> tuple[Group, ...]:
    """The story step by step, the rules that have a name, and the deviations one by one."""
    steps = tuple(
        Switch(f"story_{n}", message("ui.notebook.choices.step", place=n, title=step.title), step.words, False, step.lesson.to_query())
        for n, step in enumerate(story(), 1)
    )
    rules = tuple(
        Switch(f"rule_{name}", name, message("ui.notebook.choices.count", n=len(on)), lesson.rule == name, {"rule": name} | _fit(on))
        for name, on in RULES.items()
    )
    singles = tuple(_single(name, lesson, exact, columns) for name in DEVIATIONS)
    return (
        Group(message("ui.notebook.choices.story"), steps),
        Group(message("ui.notebook.choices.rule"), rules),
        Group(message("ui.notebook.choices.deviations"), singles),
    )


def _single(name: str, lesson: Lesson, exact: Moment, columns: tuple[str, ...]) -> Switch:
    chosen = lesson.deviations ^ {name}
    entry = DEVIATION_TABLE[name]
    words = message("ui.notebook.choices.lines", notebook=entry.notebook, exact=entry.exact, effect=entry.words)
    rule = ",".join(name for name in DEVIATIONS if name in chosen) or "exact"
    label, on, change = entry.title, name in lesson.deviations, {"rule": rule} | _fit(chosen)
    return Switch(f"deviation_{name}", label, words, on, change, _alone(name, lesson, exact, columns))


def _fit(deviations: frozenset[str]) -> dict[str, str]:
    """The notebook runs with stride 1 and no padding only: switching it on brings the lesson there."""
    return {"stride": "1", "pad": "valid"} if deviations else {}


def _alone(name: str, lesson: Lesson, exact: Moment, columns: tuple[str, ...]) -> Message:
    """What this deviation alone does to the exact step of this lesson, in numbers."""
    if lesson.stride != 1 or lesson.pad not in ("valid", 0):
        return message("ui.notebook.alone.not_here")
    trace, gradients, after = notebook_step(exact.params, exact.trace.x, np.array(lesson.y), lesson.lr, {name})
    alone = dataclasses.replace(exact, trace=trace, gradients=gradients, after=after)
    for symbol in columns:
        if not np.array_equal(MAPS[symbol].array(lesson, exact), MAPS[symbol].array(lesson, alone)):
            cosine, ratio = agreement(exact.gradients.df, gradients.df)
            how = "first" if np.isnan(cosine) else "first_and_kernel"
            return message(f"ui.notebook.alone.{how}", first=MAPS[symbol].label, cosine=round(cosine, 2), ratio=ratio)
    return message("ui.notebook.alone.fresh" if name == "fresh_weights" else "ui.notebook.alone.nothing")

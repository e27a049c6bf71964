"""What can be chosen on the Notebook page: the story, a rule, and each deviation, with what it does here."""

from __future__ import annotations

import dataclasses

import numpy as np

from cnnviz.core.lesson import LESSON_KEYS, RULES, Lesson
from cnnviz.core.notebook import DEVIATION_TABLE, DEVIATIONS, notebook_step
from cnnviz.core.stages import label
from cnnviz.core.trajectory import Moment
from cnnviz.ui.network_maps import array_of
from cnnviz.ui.pages.notebook.agreement import agreement
from cnnviz.ui.pages.notebook.story import story
from cnnviz.ui.switches import Group, Switch
from cnnviz.words import Message, message


def choices(lesson: Lesson, exact: Moment, columns: tuple[str, ...]) -> tuple[Group, ...]:
    """The story step by step, the rules that have a name, and the deviations one by one."""
    rules = tuple(
        Switch(f"rule_{name}", name, message("ui.notebook.choices.count", n=len(on)), lesson.rule == name, {"rule": name} | _fit(on))
        for name, on in RULES.items()
    )
    singles = tuple(_single(name, lesson, exact, columns) for name in DEVIATIONS)
    return (
        _story(),
        Group(message("ui.notebook.choices.rule"), rules),
        Group(message("ui.notebook.choices.deviations"), singles),
    )


def lead_back(lesson: Lesson) -> tuple[Group, ...]:
    """From another network to the notebook's own, on this image or in its story."""
    channel = {"ch": "red"} if lesson.ch == "rgb" else {}
    query = Lesson().changed({"img": lesson.img, "ch": lesson.ch, "scale": lesson.scale} | channel)[0].to_query()
    words = message("ui.notebook.choices.back.words", net=lesson.net)
    back = Switch("notebook_network", message("ui.notebook.choices.back.label"), words, False, _all(query))
    return (_story(), Group(message("ui.notebook.choices.network"), (back,)))


def _story() -> Group:
    steps = tuple(
        Switch(f"story_{n}", message("ui.notebook.choices.step", place=n, title=step.title), step.words, False, _all(step.lesson.to_query()))
        for n, step in enumerate(story(), 1)
    )
    return Group(message("ui.notebook.choices.story"), steps)


def _all(query: dict[str, str]) -> dict[str, str]:
    """A whole lesson as a change of the address: what it leaves out is taken away there."""
    return dict.fromkeys(sorted(LESSON_KEYS - query.keys()), "") | query


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
        if not np.array_equal(array_of(symbol, lesson, exact), array_of(symbol, lesson, alone)):
            cosine, ratio = agreement(exact.gradients.df, gradients.df)
            how = "first" if np.isnan(cosine) else "first_and_kernel"
            return message(f"ui.notebook.alone.{how}", first=label(symbol), cosine=round(cosine, 2), ratio=ratio)
    return message("ui.notebook.alone.fresh" if name == "fresh_weights" else "ui.notebook.alone.nothing")

"""What the Check page says: a title, a verdict, and where a mistake shows."""

from __future__ import annotations

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, GradientCheck
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistakes import Mistake
from cnnviz.core.stages import label
from cnnviz.words import Message, message


def title(lesson: Lesson, mistake: Mistake | None) -> Message:
    """What the board is about."""
    if mistake:
        return message("ui.check.title.mistake", mistake=mistake.title)
    return message("ui.check.title.notebook" if lesson.deviations else "ui.check.title.ours")


def whose(lesson: Lesson, mistake: Mistake | None) -> Message | str:
    """Whose backward pass is checked."""
    if mistake:
        return mistake.title
    return message("ui.check.rows.notebook" if lesson.deviations else "ui.check.rows.ours")


def verdict(check: GradientCheck) -> Message:
    """How many entries agree, and the worst one."""
    worst = check.worst
    return message(
        "ui.check.verdict.agree" if check.passed else "ui.check.verdict.wrong",
        n=check.wrong,
        count=check.count,
        tolerance=TOLERANCE,
        entry=f"{worst.parameter}[{', '.join(map(str, worst.index))}]",
        error=float(worst.relative_error),
    )


def largest(error: np.ndarray) -> Message:
    """The note below a map: its largest relative error."""
    return message("ui.check.largest", error=float(error.max())) if error.any() else message("ui.check.exact")


def sentences(lesson: Lesson, mistake: Mistake | None, hit: tuple[str, ...], excuse: str) -> tuple[Message | str, ...]:
    """Where a mistake shows and what it is, or which rule this is; and why there is no third opinion, if there is none."""
    found: list[Message | str] = []
    if hit:
        first, *later = map(label, hit)
        found.append(message("ui.check.shows.and_on" if later else "ui.check.shows.once", first=first, later=later))
    elif mistake:
        found.append(message("ui.check.shows.nowhere"))
    if mistake:
        found.append(mistake.sentence)
    elif lesson.deviations:
        found.append(message("ui.check.not_exact", rule=lesson.rule.replace("_", " ").split(",")))
    return (*found, excuse) if excuse else tuple(found)

"""What the Check page says: a title, a verdict, and where a mistake shows."""

from __future__ import annotations

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, GradientCheck
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistake_model import Placed
from cnnviz.core.stages import label, named
from cnnviz.pages.map_parts import Part
from cnnviz.words import Message, message


def title(lesson: Lesson, placed: Placed | None, hit: tuple[str, ...]) -> Message:
    """What the board is about; of a mistake, where it begins."""
    if placed:
        how = "mistake" if hit else "hidden"
        return message(f"ui.check.title.{how}", mistake=placed.title, first=named(hit[0]) if hit else "")
    return message("ui.check.title.notebook" if lesson.deviations else "ui.check.title.ours")


def whose(lesson: Lesson, placed: Placed | None) -> Message | str:
    """Whose backward pass is checked."""
    if placed:
        return placed.title
    return message("ui.check.rows.notebook" if lesson.deviations else "ui.check.rows.ours")


def verdict(check: GradientCheck) -> Message:
    """How many entries agree, and the worst one; or that nothing could be told."""
    if check.verdict == "not finite":
        return message("terminal.check.not_finite")
    worst = check.worst
    how = "agree_where_told" if check.untold else "agree_but_kinks" if check.at_kinks else "agree"
    entry = f"{label('d' + worst.parameter)}[{','.join(map(str, worst.index))}]"
    *before, last = (label(f"d{name}") for name in check.relative_error)
    return message(
        f"ui.check.verdict.{how if check.passed else check.verdict}",
        n=check.wrong,
        right=check.right,
        count=check.count,
        kinks=check.at_kinks,
        parameters=message("ui.check.verdict.and", before=before, last=last) if before else last,
        tolerance=TOLERANCE,
        worst=message("ui.check.verdict.worst", entry=entry, error=float(worst.relative_error)),
    )


def definitions() -> list[Message]:
    """What a central difference is, and a relative error: the formula and a sentence for each."""
    return [message(f"ui.check.definitions.{name}", tolerance=TOLERANCE) for name in ("central", "relative")]


def under_way(share: float) -> Message:
    """That the check takes a while, and how far it is."""
    return message("ui.check.verdict.under_way", share=share)


def largest(error: np.ndarray, part: Part) -> Message:
    """The note below a map: the largest relative error, of all channels."""
    told = error[~np.isnan(error)]
    if not told.size:
        return message("ui.check.untold_all")
    id, count = ("exact", 0) if not told.any() else ("largest", float(told.max()))
    if part.whole:
        return message(f"ui.check.{id}", error=count)
    return message(f"ui.check.{id}_of_all", error=count, count=error.size // (part.rows * part.columns * part.layers))


def sentences(
    lesson: Lesson, placed: Placed | None, hit: tuple[str, ...], check: GradientCheck | None, excuse: Message | None
) -> tuple[Message | str, ...]:
    """Where a mistake shows and what it is, or which rule this is; what stands at a kink; why there is no third opinion."""
    found: list[Message | str] = []
    if hit == ("dx",):
        found.append(message("ui.check.shows.image_only", first=label("dx")))
    elif hit:
        first, *later = map(named, hit)
        found.append(message("ui.check.shows.and_on" if later else "ui.check.shows.once", first=first, later=later))
    elif placed:
        found.append(message("ui.check.shows.nowhere"))
    if placed:
        found.append(placed.sentence)
    elif lesson.deviations:
        found.append(message("ui.check.not_exact", rule=lesson.rule.replace("_", " ").split(",")))
    if check and check.finite and check.untold:
        found.append(message("ui.check.untold", n=check.untold, count=check.count, floor=check.floor))
    if check and check.at_kinks:
        found.append(message("ui.check.kinks", n=check.at_kinks))
    return (*found, excuse) if excuse else tuple(found)

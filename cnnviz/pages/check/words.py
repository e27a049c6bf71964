"""Sentences of the Check page: title, verdict, where a mistake shows, and undecided entries."""

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, UNDECIDED, WRONG, GradientCheck
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.pages.check import one_entry
from cnnviz.pages.check.examined_pass import Examined
from cnnviz.pages.gradient_chain import operations
from cnnviz.pages.map_parts import Part
from cnnviz.words import Message, message

LISTED = 6
"""Largest number of gradients that a sentence names."""


def title(setup: Setup, placed: PlacedMistake | None, hit: tuple[str, ...], first: str, program: Program) -> Message:
    """Return the title of the chain; for a mistake, the two gradients between which it is."""
    if not placed:
        return message("ui.check.title.notebook" if setup.deviations else "ui.check.title.ours")
    if placed.is_forward and hit:
        return message("ui.check.title.forward", mistake=placed.title, stage=label(placed.stage))
    if not first:
        return message("ui.check.title.step" if hit else "ui.check.title.hidden", mistake=placed.title)
    source = next(one.source for one in operations(program) if one.makes == first)
    return message("ui.check.title.mistake", source=label(source), first=label(first))


def whose(setup: Setup, placed: PlacedMistake | None) -> Message | str:
    """Return the label of the backward pass under examination."""
    if placed:
        return message("ui.check.rows.broken")
    return message("ui.check.rows.notebook" if setup.deviations else "ui.check.rows.ours")


def verdict(here: Examined) -> Message:
    """Return the verdict: the number of entries that agree, or the first wrong array and those that inherit its
    error."""
    check = here.check
    assert check is not None
    if check.verdict == "not finite":
        return message("own.not_finite")
    if here.mistake and here.of_another_pass:
        return message("ui.check.shows.forward", stage=label(here.mistake.stage))
    if here.mistake and here.first:
        return _broken(here)
    how = "right_where_told" if check.passed and check.undecided + check.at_kinks else check.verdict
    pixels = check.marks["x"].size
    values = {"n": check.wrong, "right": check.right, "count": check.count, "pixels": pixels, "parameters": check.count - pixels}
    return message(f"ui.check.verdict.{how}", **values, worst=_worst(here, check))


def _worst(here: Examined, check: GradientCheck) -> Message:
    worst = (here.shown_check or check).worst
    return message("ui.check.verdict.worst", entry=one_entry.name_of(worst, here.one), error=float(worst.relative_error))


def _broken(here: Examined) -> Message:
    later = [label(name) for name in here.shown if name in here.wrong and name != here.first]
    if here.hit == ("dx",):
        return message("ui.check.shows.image_only", first=label("dx"))
    if also := [label(name) for name, state in here.states.items() if state == "wrong"]:
        return message("ui.check.shows.also_later" if len(later) > len(also) else "ui.check.shows.also", also=also)
    how = "once" if not later else "and_on" if len(later) <= LISTED else "and_many"
    return message(f"ui.check.shows.{how}", first=label(here.first), n=len(later), later=later)


def under_way(share: float) -> Message:
    """Return the sentence on the progress of the check."""
    return message("ui.check.verdict.under_way", share=share)


def largest(error: np.ndarray, part: Part) -> Message:
    """Return the sentence on the largest relative error of an array, over all its channels."""
    told = error[~np.isnan(error)]
    if not told.size:
        return message("ui.check.undecided_all")
    id, count = ("exact", 0) if not told.any() else ("largest", float(told.max()))
    if part.whole:
        return message(f"ui.check.{id}", error=count)
    return message(f"ui.check.{id}_of_all", error=count, count=error.size // (part.rows * part.columns * part.layers))


def sentences(here: Examined) -> tuple[Message | str, ...]:
    """Return sentences on a mistake's effect, or on a rule that is not exact."""
    placed, setup = here.mistake, here.setup
    if placed:
        nowhere = () if here.hit else (message(f"ui.check.shows.{'kept' if placed.is_forward else 'nowhere'}"),)
        return (*nowhere, placed.sentence)
    return (message("ui.check.not_exact", rule=setup.rule.replace("_", " ").split(",")),) if setup.deviations else ()


def foot(here: Examined) -> list[Message]:
    """Return sentences on the numbers of wrong and undecided entries and kinks; for another forward pass, of
    different entries."""
    check = here.check
    if not check or not check.finite:
        return []
    found = []
    if check.wrong:
        wrong = {name: int((marks == WRONG).sum()) for name, marks in check.marks.items()}
        names = [message("ui.check.foot.of", name=label(f"d{name}"), n=n, count=check.marks[name].size) for name, n in wrong.items() if n]
        how = "forward" if here.of_another_pass else "wrong" if len(names) <= LISTED else "wrong_in_many"
        found.append(message(f"ui.check.foot.{how}", n=check.wrong, count=check.count, names=names))
    if here.of_another_pass:
        return found
    if check.undecided:
        found.append(message(f"ui.check.foot.{_which(check)}", n=check.undecided, count=check.count, floor=check.floor))
    if check.at_kinks:
        found.append(message("ui.check.foot.kinks", n=check.at_kinks))
    return found or [message("ui.check.foot.all", count=check.count, tolerance=TOLERANCE, worst=_worst(here, check))]


def _which(check: GradientCheck) -> str:
    return "undecided_pixels" if int((check.marks["x"] == UNDECIDED).sum()) == check.undecided else "undecided"

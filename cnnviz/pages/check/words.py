"""Sentences of the Check page: title, verdict, the visible effect of a mistake, and undecided entries."""

import numpy as np

from cnnviz.core.gradcheck import TOLERANCE, UNDECIDED, WRONG, GradientCheck
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.pages.check import one_entry
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.gradient_chain import operations
from cnnviz.pages.map_parts import Part
from cnnviz.words import Message, message

LISTED = 6
"""Largest number of gradients that a sentence names."""


def title(setup: Setup, mistake: PlacedMistake | None, wrong_stages: tuple[str, ...], first: str, program: Program) -> Message:
    """Return the title of the chain. For a mistake, name the two gradients between which it occurs."""
    if not mistake:
        return message("ui.check.title.notebook" if setup.deviations else "ui.check.title.ours")
    if mistake.is_forward and wrong_stages:
        return message("ui.check.title.forward", mistake=mistake.title, stage=label(mistake.stage))
    if not first:
        return message("ui.check.title.step" if wrong_stages else "ui.check.title.hidden", mistake=mistake.title)
    source = next(operation.source for operation in operations(program) if operation.makes == first)
    return message("ui.check.title.mistake", source=label(source), first=label(first))


def pass_label(setup: Setup, mistake: PlacedMistake | None) -> Message | str:
    """Return the label of the backward pass under examination."""
    if mistake:
        return message("ui.check.rows.broken")
    return message("ui.check.rows.notebook" if setup.deviations else "ui.check.rows.ours")


def verdict(subject: ExaminedPass) -> Message:
    """Return the verdict: the number of entries that agree, or the first wrong array and the ones that inherit its
    error."""
    check = subject.check
    assert check is not None
    if check.verdict == "not finite":
        return message("own.not_finite")
    if subject.mistake and subject.is_another_pass:
        return message("ui.check.shows.forward", stage=label(subject.mistake.stage))
    if subject.mistake and subject.first_wrong:
        return _mistake_verdict(subject)
    kind = "right_where_told" if check.passed and check.undecided + check.at_kinks else check.verdict
    pixels = check.marks["x"].size
    values = {"n": check.wrong, "right": check.right, "count": check.count, "pixels": pixels, "parameters": check.count - pixels}
    return message(f"ui.check.verdict.{kind}", **values, worst=_worst(subject, check))


def _worst(subject: ExaminedPass, check: GradientCheck) -> Message:
    worst_entry = (subject.shown_check or check).worst
    return message("ui.check.verdict.worst", entry=one_entry.name_of(worst_entry, subject.image_program), error=float(worst_entry.relative_error))


def _mistake_verdict(subject: ExaminedPass) -> Message:
    inheriting = [label(name) for name in subject.gradient_symbols if name in subject.wrong_arrays and name != subject.first_wrong]
    if subject.wrong_stages == ("dx",):
        return message("ui.check.shows.image_only", first=label("dx"))
    if independent_labels := [label(name) for name, state in subject.states.items() if state == "wrong"]:
        return message("ui.check.shows.also_later" if len(inheriting) > len(independent_labels) else "ui.check.shows.also", also=independent_labels)
    extent = "once" if not inheriting else "and_on" if len(inheriting) <= LISTED else "and_many"
    return message(f"ui.check.shows.{extent}", first=label(subject.first_wrong), n=len(inheriting), later=inheriting)


def progress(share: float) -> Message:
    """Return the sentence on the progress of the check."""
    return message("ui.check.verdict.under_way", share=share)


def largest_error(error: np.ndarray, part: Part) -> Message:
    """Return the sentence on the largest relative error of an array, over all its channels."""
    decided_errors = error[~np.isnan(error)]
    if not decided_errors.size:
        return message("ui.check.undecided_all")
    id, value = ("exact", 0) if not decided_errors.any() else ("largest", float(decided_errors.max()))
    if part.is_complete:
        return message(f"ui.check.{id}", error=value)
    return message(f"ui.check.{id}_of_all", error=value, count=error.size // (part.rows * part.columns * part.layers))


def sentences(subject: ExaminedPass) -> tuple[Message | str, ...]:
    """Return sentences on a mistake's effect, or on a rule that is not exact."""
    mistake, setup = subject.mistake, subject.setup
    if mistake:
        no_effect = () if subject.wrong_stages else (message(f"ui.check.shows.{'kept' if mistake.is_forward else 'nowhere'}"),)
        return (*no_effect, mistake.sentence)
    return (message("ui.check.not_exact", rule=setup.rule.replace("_", " ").split(",")),) if setup.deviations else ()


def count_sentences(subject: ExaminedPass) -> list[Message]:
    """Return sentences on the numbers of wrong and undecided entries and kinks; for another forward pass, of
    different entries."""
    check = subject.check
    if not check or not check.finite:
        return []
    notes = []
    if check.wrong:
        wrong_counts = {name: int((marks == WRONG).sum()) for name, marks in check.marks.items()}
        names = [message("ui.check.foot.of", name=label(f"d{name}"), n=n, count=check.marks[name].size) for name, n in wrong_counts.items() if n]
        kind = "forward" if subject.is_another_pass else "wrong" if len(names) <= LISTED else "wrong_in_many"
        notes.append(message(f"ui.check.foot.{kind}", n=check.wrong, count=check.count, names=names))
    if subject.is_another_pass:
        return notes
    if check.undecided:
        notes.append(message(f"ui.check.foot.{_undecided_kind(check)}", n=check.undecided, count=check.count, floor=check.floor))
    if check.at_kinks:
        notes.append(message("ui.check.foot.kinks", n=check.at_kinks))
    return notes or [message("ui.check.foot.all", count=check.count, tolerance=TOLERANCE, worst=_worst(subject, check))]


def _undecided_kind(check: GradientCheck) -> str:
    return "undecided_pixels" if int((check.marks["x"] == UNDECIDED).sum()) == check.undecided else "undecided"

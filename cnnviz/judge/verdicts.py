"""The verdict on a function's runs: what is wrong, where, and, unless the course hides it, the mistake and its line."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.judge.case import POOLS, RETURNS, Case
from cnnviz.judge.courses import CS231n
from cnnviz.judge.returned_arrays import Returned, said, wrong_ones
from cnnviz.judge.search import nearest
from cnnviz.words import Problem, message

SHOW = "CNNVIZ_JUDGE_SHOW"
"""Environment variable with which a course hides the solution."""

SHOWN = ("fix", "place")
"""Levels of detail: the mistake with the correct line, or only which array is wrong, where, and in how many entries."""


@dataclass(frozen=True, eq=False)
class Run:
    """The arrays that a function returned in a case, and the names of the arguments that it overwrote."""

    case: Case
    arrays: Sequence[Returned]
    overwritten: Sequence[str] = ()

    @property
    def is_right(self) -> bool:
        """Whether all arrays are correct."""
        return not wrong_ones(self.arrays)


def shown(show: str | None) -> str:
    """Return the level of detail of verdicts: "place" if the argument or the environment variable says so, otherwise
    "fix".

    >>> shown(None), shown("place")
    ('fix', 'place')
    """
    settings = [one for one in (show, os.environ.get(SHOW)) if one]
    for one in settings:
        if one not in SHOWN:
            raise Problem("judge.show", show=repr(one), known=SHOWN)
    return "place" if "place" in settings else "fix"


def announce(course: CS231n, kind: str, runs: Sequence[Run], show: str, raised: Exception | None = None) -> None:
    """Raise AssertionError for the first wrong array in the order of return. Warn if all are correct but arguments
    were overwritten.

    `raised` is the first exception of the function in another case, or None.
    """
    names = list(dict.fromkeys(name for run in runs for name in run.overwritten))
    overwritten = [str(message("judge.overwritten", names=names))] if names else []
    if lines := _fault(course, kind, runs, show):
        other = [str(message("judge.also_raised", error=f"{type(raised).__name__}: {raised}"))] if raised else []
        raise AssertionError("\n".join([*lines, *other, *overwritten])) from raised
    if overwritten:
        warnings.warn(overwritten[0], stacklevel=3)


def _fault(course: CS231n, kind: str, runs: Sequence[Run], show: str) -> list[str]:
    for role in RETURNS[kind]:
        of_role = [one for run in runs for one in run.arrays if one.role == role]
        if wrong := wrong_ones(of_role):
            others = dict.fromkeys(one.name for run in runs for one in wrong_ones(run.arrays) if one.role != role)
            also = [str(message("judge.also", names=list(others)))] if others else []
            if show == "place":
                return [str(wrong[0].place), *also]
            return [str(wrong[0].fault), *_mistake(course, kind, of_role), *also]
    return []


def _mistake(course: CS231n, kind: str, of_role: list[Returned]) -> list[str]:
    """Return the sentence and lines on the mistake that reproduces the array, or an empty list if none does."""
    mistake = nearest(of_role)
    if mistake is None:
        return []
    wrong, ours = mistake.code(course.names(kind))
    layout = [str(message("judge.layout"))] if course.axes(kind, "x") else []
    return [str(message("judge.exactly", slip=mistake.title)), f"- {wrong}", f"+ {ours}", *layout]


def notes(course: CS231n, case: Case, runs: Sequence[Run], show: str) -> list[str]:
    """Return notes for an exception of the function: its case, and the likely cause, judging by the cases that
    succeeded before."""
    found = [str(message("judge.raised", case=said(course, case)))]
    if show == "fix" and case.kind in ("conv", *POOLS) and runs:
        before = [run.case for run in runs]
        if case.kind == "conv" and case.number("pad") == 0 and all(one.number("pad") for one in before):
            found.append(str(message("judge.raised_without_padding")))
        if any(not _is_square(case, windows) and all(_is_square(one, windows) for one in before) for windows in (False, True)):
            found.append(str(message("judge.raised_not_square")))
    return found


def _is_square(case: Case, windows_only: bool) -> bool:
    rows, columns = case.arrays["dout"].shape[2:]
    height, width = case.arrays["x"].shape[2:]
    return case.has_square_windows and (windows_only or (rows == columns and height == width))


# ---- arguments


def copies(given: Any, name: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return the arrays in an argument, each with a name and a copy."""
    if isinstance(given, np.ndarray):
        return [(name, given, given.copy())]
    if isinstance(given, dict):
        return [found for one in given.values() for found in copies(one, name)]
    return [found for one in given for found in copies(one, name)] if isinstance(given, tuple | list) else []


def overwritten(before: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> list[str]:
    """Return the names of the arrays that differ from their copies."""
    return list(dict.fromkeys(name for name, array, copy in before if not _same(array, copy)))


def _same(array: np.ndarray, copy: np.ndarray) -> bool:
    return bool(array.shape == copy.shape and array.tobytes() == copy.tobytes())

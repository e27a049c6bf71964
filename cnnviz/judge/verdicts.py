"""The verdict on a function's runs: the wrong array, the positions of its wrong entries, and, unless the course hides
it, the mistake and its line."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.judge.case import POOLS, RETURNS, Case
from cnnviz.judge.courses import CS231n
from cnnviz.judge.returned_arrays import ReturnedArray, describe_case, wrong_arrays
from cnnviz.judge.search import find_mistake
from cnnviz.words import Problem, message

SHOW = "CNNVIZ_JUDGE_SHOW"
"""Environment variable with which a course hides the solution."""

SHOWN = ("fix", "place")
"""Levels of detail: the mistake with the correct line, or only the wrong array with the positions and number of its
wrong entries."""


@dataclass(frozen=True, eq=False)
class Run:
    """The arrays that a function returned in a case, and the names of the arguments that it overwrote."""

    case: Case
    arrays: Sequence[ReturnedArray]
    overwritten: Sequence[str] = ()

    @property
    def is_right(self) -> bool:
        """Whether all arrays are correct."""
        return not wrong_arrays(self.arrays)


def detail_level(show: str | None) -> str:
    """Return the level of detail of verdicts: "place" if the argument or the environment variable selects it,
    otherwise "fix".

    >>> detail_level(None), detail_level("place")
    ('fix', 'place')
    """
    settings = [level for level in (show, os.environ.get(SHOW)) if level]
    for level in settings:
        if level not in SHOWN:
            raise Problem("judge.show", show=repr(level), known=SHOWN)
    return "place" if "place" in settings else "fix"


def announce(course: CS231n, kind: str, runs: Sequence[Run], show: str, raised: Exception | None = None) -> None:
    """Raise AssertionError for the first wrong array in the order of return. Warn if all are correct but arguments
    were overwritten.

    `raised` is the first exception of the function in another case, or None.
    """
    names = list(dict.fromkeys(name for run in runs for name in run.overwritten))
    overwritten_lines = [str(message("judge.overwritten", names=names))] if names else []
    if lines := _fault_lines(course, kind, runs, show):
        error_lines = [str(message("judge.also_raised", error=f"{type(raised).__name__}: {raised}"))] if raised else []
        raise AssertionError("\n".join([*lines, *error_lines, *overwritten_lines])) from raised
    if overwritten_lines:
        warnings.warn(overwritten_lines[0], stacklevel=3)


def _fault_lines(course: CS231n, kind: str, runs: Sequence[Run], show: str) -> list[str]:
    for role in RETURNS[kind]:
        of_role = [array for run in runs for array in run.arrays if array.role == role]
        if wrong := wrong_arrays(of_role):
            other_names = dict.fromkeys(array.name for run in runs for array in wrong_arrays(run.arrays) if array.role != role)
            other_lines = [str(message("judge.also", names=list(other_names)))] if other_names else []
            if show == "place":
                return [str(wrong[0].place), *other_lines]
            return [str(wrong[0].fault), *_mistake_lines(course, kind, of_role), *other_lines]
    return []


def _mistake_lines(course: CS231n, kind: str, of_role: list[ReturnedArray]) -> list[str]:
    """Return the sentence and lines on the mistake that reproduces the array, or an empty list if none does."""
    mistake = find_mistake(of_role)
    if mistake is None:
        return []
    wrong, correct = mistake.code(course.names(kind))
    layout = [str(message("judge.layout"))] if course.axes(kind, "x") else []
    return [str(message("judge.exactly", slip=mistake.title)), f"- {wrong}", f"+ {correct}", *layout]


def notes(course: CS231n, case: Case, runs: Sequence[Run], show: str) -> list[str]:
    """Return notes for an exception of the function: its case, and the likely cause, judging by the cases that
    succeeded before."""
    sentences = [str(message("judge.raised", case=describe_case(course, case)))]
    if show == "fix" and case.kind in ("conv", *POOLS) and runs:
        previous_cases = [run.case for run in runs]
        if case.kind == "conv" and case.number("pad") == 0 and all(previous.number("pad") for previous in previous_cases):
            sentences.append(str(message("judge.raised_without_padding")))
        if any(not _is_square(case, windows) and all(_is_square(previous, windows) for previous in previous_cases) for windows in (False, True)):
            sentences.append(str(message("judge.raised_not_square")))
    return sentences


def _is_square(case: Case, windows_only: bool) -> bool:
    rows, columns = case.arrays["dout"].shape[2:]
    height, width = case.arrays["x"].shape[2:]
    return case.has_square_windows and (windows_only or (rows == columns and height == width))


# ---- arguments


def copy_arrays(argument: Any, name: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return the arrays in an argument, each with a name and a copy."""
    if isinstance(argument, np.ndarray):
        return [(name, argument, argument.copy())]
    if isinstance(argument, dict):
        return [array_copy for part in argument.values() for array_copy in copy_arrays(part, name)]
    return [array_copy for part in argument for array_copy in copy_arrays(part, name)] if isinstance(argument, tuple | list) else []


def overwritten(array_copies: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> list[str]:
    """Return the names of the arrays that differ from their copies."""
    return list(dict.fromkeys(name for name, array, copy in array_copies if not _is_same_array(array, copy)))


def _is_same_array(array: np.ndarray, copy: np.ndarray) -> bool:
    return bool(array.shape == copy.shape and array.tobytes() == copy.tobytes())

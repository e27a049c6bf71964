"""Search for the mistake that explains a wrong array: it must reproduce the array exactly in every case in which that
is wrong.

Candidates, in order: known mistakes, the correct array times a factor, another returned array, and rearrangements.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from cnnviz.core.diagnosis.factors import ONE, Factor, named_factor
from cnnviz.core.diagnosis.rearrangements import EXCHANGED, MAPS, REVERSED
from cnnviz.judge.case import POOLS, RETURNS, Array
from cnnviz.judge.mistakes import Mistake, known_mistakes
from cnnviz.judge.mistakes.course_lines import Names, right_line
from cnnviz.judge.returned_arrays import ReturnedArray
from cnnviz.judge.right_gradients import CorrectResult
from cnnviz.words import message


def find_mistake(returned_arrays: Sequence[ReturnedArray]) -> Mistake | None:
    """Return the mistake that reproduces an array in each case in which it is wrong. None if there is none, or if
    only the shape is wrong.

    In a single case, different mistakes may have equal results: dividing by the number of images, or by that of a window's cells.
    """
    wrong = [returned_array for returned_array in returned_arrays if not returned_array.is_right]
    if all(returned_array.has_only_wrong_shape for returned_array in wrong):
        return None
    exact: dict[str, list[tuple[int, Mistake]]] = {}
    for place, returned_array in enumerate(wrong):
        for mistake in _candidates(returned_array):
            if mistake.role == returned_array.role and _reproduces(mistake, returned_array):
                exact.setdefault(mistake.name, []).append((place, mistake))
    for matches in exact.values():
        remaining = set(range(len(wrong))) - {place for place, _ in matches}
        if not any(_rules_out(matches, wrong[place]) for place in remaining):
            keys = [mistake.key for _, mistake in matches]
            return max((mistake for _, mistake in matches), key=lambda mistake: keys.count(mistake.key))
    return None


def _rules_out(matches: Sequence[tuple[int, Mistake]], returned_array: ReturnedArray) -> bool:
    """Return whether a case rules a mistake out. The core's mistakes are only possible with
    square windows."""
    lines = returned_array.right.lines
    return lines is None or lines.has_values or not any(mistake.of_core for _, mistake in matches)


@np.errstate(all="ignore")
def _reproduces(mistake: Mistake, returned_array: ReturnedArray) -> bool:
    array = mistake.make()
    return array is not None and returned_array.equals(np.asarray(array, np.float64))


def _candidates(returned_array: ReturnedArray) -> Iterator[Mistake]:
    yield from known_mistakes(returned_array.right)
    yield from _factor(returned_array)
    yield from _exchanged_arrays(returned_array)
    yield from _rearrangements(returned_array)


def _mistake(returned_array: ReturnedArray, key: str, title: object, make: Array, wrong: str) -> Mistake:
    """Return a mistake whose wrong line is `wrong`, with the correct right-hand side in place of "{}"."""

    def code(names: Names) -> tuple[str, str]:
        line = right_line(returned_array.right, returned_array.role, names)
        return f"{names[returned_array.role]} = {wrong.format(line)}", f"{names[returned_array.role]} = {line}"

    return Mistake(key, key, message("own.slip.title", words=title), returned_array.role, lambda: make, code)


def _factor(returned_array: ReturnedArray) -> Iterator[Mistake]:
    expected, returned = returned_array.expected, returned_array.array
    if returned.shape != expected.shape or not (np.isfinite(returned).all() and returned.any() and expected.any()):
        return
    number = float((returned * expected).sum() / (expected * expected).sum())
    counts = _counts(returned_array.right)
    for factor in dict.fromkeys(named_factor(number, {name: n}, max(returned_array.precision.relative, 1e-9)) for name, n in counts.items()):
        if factor != ONE and (factor.is_simple or np.count_nonzero(expected) > 1):
            key = f"factor {factor.name} {factor.inverse} {factor.number < 0}" if factor.name else f"factor {factor.number:.6g}"
            yield _mistake(returned_array, key, factor.words, factor.number * returned_array.right.gradients[returned_array.role], _times(factor))


def _times(factor: Factor) -> str:
    if factor.number == -1.0:
        return "-({})"
    return f"({{}}) / {factor.n:g}" if factor.inverse and factor.number > 0 else f"{factor.number:.6g} * ({{}})"


def _counts(right: CorrectResult) -> dict[str, float]:
    """Return the counts that may be factors, except counts of 1."""
    case, dx = right.case, right.gradients["dx"]
    counts = {"two": 2.0, "images": float(case.images)}
    if case.kind in ("conv", *POOLS):
        rows, columns = case.arrays["dout"].shape[-2:]
        counts |= {"window": case.window[0] * case.window[1], "places": rows * columns, "places_of_all": case.images * rows * columns}
    if case.kind == "softmax":
        counts["classes"] = dx.shape[1]
    return {name: float(n) for name, n in counts.items() if n > 1}


def _exchanged_arrays(returned_array: ReturnedArray) -> Iterator[Mistake]:
    """Yield the other returned arrays of the same size, in case two were exchanged."""
    for role in RETURNS[returned_array.right.case.kind]:
        gradient = returned_array.right.gradients[role]
        if role != returned_array.role and gradient.size == returned_array.array.size:

            def code(names: Names, role: str = role) -> tuple[str, str]:
                name, correct_result = names[returned_array.role], returned_array.right
                return f"{name} = {right_line(correct_result, role, names)}", f"{name} = {right_line(correct_result, returned_array.role, names)}"

            yield Mistake(f"exchanged {role}", f"exchanged {role}", message("judge.slip.exchanged"), returned_array.role, partial(np.array, gradient), code)


def _rearrangements(returned_array: ReturnedArray) -> Iterator[Mistake]:
    expected_array = returned_array.right.gradients[returned_array.role]
    rearrangements = [*(MAPS if expected_array.ndim > 1 else ()), *((REVERSED,) if expected_array.ndim == 1 else ()), *((EXCHANGED,) if expected_array.ndim == 4 else ())]
    for rearrangement in rearrangements:
        yield _mistake(returned_array, f"turned {rearrangement.name}", rearrangement.title, rearrangement.of(expected_array), rearrangement.code.format("({})"))


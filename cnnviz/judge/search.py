"""Search for the mistake behind a wrong array: it must reproduce the numbers exactly in every case in which the array
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
from cnnviz.judge.returned_arrays import Returned
from cnnviz.judge.right_gradients import Right
from cnnviz.words import message


def nearest(of_role: Sequence[Returned]) -> Mistake | None:
    """Return the mistake that reproduces an array in each case in which it is wrong. None if there is none, or if
    only the shape is wrong.

    In a single case, different mistakes may have equal results: dividing by the number of images, or by that of a window's cells.
    """
    wrong = [one for one in of_role if not one.is_right]
    if all(one.only_shape for one in wrong):
        return None
    exact: dict[str, list[tuple[int, Mistake]]] = {}
    for place, one in enumerate(wrong):
        for mistake in _candidates(one):
            if mistake.role == one.role and _gives(mistake, one):
                exact.setdefault(mistake.name, []).append((place, mistake))
    for found in exact.values():
        others = set(range(len(wrong))) - {place for place, _ in found}
        if not any(_tells_against(found, wrong[place]) for place in others):
            keys = [mistake.key for _, mistake in found]
            return max((mistake for _, mistake in found), key=lambda mistake: keys.count(mistake.key))
    return None


def _tells_against(found: Sequence[tuple[int, Mistake]], one: Returned) -> bool:
    """Return whether a case that a mistake does not explain rules it out. The core's mistakes are only possible with
    square windows."""
    lines = one.right.lines
    return lines is None or lines.has_values or not any(mistake.of_core for _, mistake in found)


@np.errstate(all="ignore")
def _gives(mistake: Mistake, one: Returned) -> bool:
    made = mistake.make()
    return made is not None and one.is_as(np.asarray(made, np.float64))


def _candidates(one: Returned) -> Iterator[Mistake]:
    yield from known_mistakes(one.right)
    yield from _factor(one)
    yield from _exchanged(one)
    yield from _turned(one)


def _mistake(one: Returned, key: str, title: object, make: Array, wrong: str) -> Mistake:
    """Return a mistake whose wrong line is `wrong`, with our right-hand side in place of "{}"."""

    def code(names: Names) -> tuple[str, str]:
        line = right_line(one.right, one.role, names)
        return f"{names[one.role]} = {wrong.format(line)}", f"{names[one.role]} = {line}"

    return Mistake(key, key, message("own.slip.title", words=title), one.role, lambda: make, code)


def _factor(one: Returned) -> Iterator[Mistake]:
    ours, theirs = one.wanted, one.array
    if theirs.shape != ours.shape or not (np.isfinite(theirs).all() and theirs.any() and ours.any()):
        return
    number = float((theirs * ours).sum() / (ours * ours).sum())
    counts = _counts(one.right)
    for factor in dict.fromkeys(named_factor(number, {name: n}, max(one.precision.relative, 1e-9)) for name, n in counts.items()):
        if factor != ONE and (factor.simple or np.count_nonzero(ours) > 1):
            key = f"factor {factor.name} {factor.inverse} {factor.number < 0}" if factor.name else f"factor {factor.number:.6g}"
            yield _mistake(one, key, factor.words, factor.number * one.right.gradients[one.role], _times(factor))


def _times(factor: Factor) -> str:
    if factor.number == -1.0:
        return "-({})"
    return f"({{}}) / {factor.n:g}" if factor.inverse and factor.number > 0 else f"{factor.number:.6g} * ({{}})"


def _counts(right: Right) -> dict[str, float]:
    """Return counts that a factor may be based on; counts of 1 are left out."""
    case, dx = right.case, right.gradients["dx"]
    found = {"two": 2.0, "images": float(case.images)}
    if case.kind in ("conv", *POOLS):
        rows, columns = case.arrays["dout"].shape[-2:]
        found |= {"window": case.window[0] * case.window[1], "places": rows * columns, "places_of_all": case.images * rows * columns}
    if case.kind == "softmax":
        found["classes"] = dx.shape[1]
    return {name: float(n) for name, n in found.items() if n > 1}


def _exchanged(one: Returned) -> Iterator[Mistake]:
    """Yield the other returned arrays of the same size, in case two were exchanged."""
    for role in RETURNS[one.right.case.kind]:
        other = one.right.gradients[role]
        if role != one.role and other.size == one.array.size:

            def code(names: Names, role: str = role) -> tuple[str, str]:
                return f"{names[one.role]} = {right_line(one.right, role, names)}", f"{names[one.role]} = {right_line(one.right, one.role, names)}"

            yield Mistake(f"exchanged {role}", f"exchanged {role}", message("judge.slip.exchanged"), one.role, partial(np.array, other), code)


def _turned(one: Returned) -> Iterator[Mistake]:
    ours = one.right.gradients[one.role]
    ways = [*(MAPS if ours.ndim > 1 else ()), *((REVERSED,) if ours.ndim == 1 else ()), *((EXCHANGED,) if ours.ndim == 4 else ())]
    for way in ways:
        yield _mistake(one, f"turned {way.name}", way.title, way.of(ours), way.code.format("({})"))


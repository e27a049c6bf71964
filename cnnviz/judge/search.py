"""The search for the slip behind a wrong array: what gives its numbers exactly, in as many cases as possible.

A known slip counts first; then numbers that are right but in other places, another array's, or times a factor.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from cnnviz.core.comparison.factors import ONE, Factor, named_factor
from cnnviz.core.comparison.rearrangements import EXCHANGED, MAPS, REVERSED
from cnnviz.judge.case import POOLS, RETURNS, Array
from cnnviz.judge.returned import Returned
from cnnviz.judge.right_gradients import Right
from cnnviz.judge.slips import Slip, known_slips
from cnnviz.judge.slips.lines import Names, right_line
from cnnviz.words import message

_ANY_FACTOR = "any factor"
"""The beginning of the key of a factor that is no count, which explains something only where it is the same in all cases."""


def nearest(of_role: Sequence[Returned]) -> Slip | None:
    """The slip that gives an array in most cases, of one in which it is wrong; None where none gives it in any of those."""
    wrong = [one for one in of_role if not one.is_right]
    exact: dict[str, list[Slip]] = {}
    for one in wrong:
        for slip in _candidates(one):
            if slip.role == one.role and _gives(slip, one):
                exact.setdefault(slip.key, []).append(slip)
    known = [slips for key, slips in exact.items() if len(slips) == len(wrong) or not key.startswith(_ANY_FACTOR)]
    return max(known, key=len)[0] if known else None


@np.errstate(all="ignore")
def _gives(slip: Slip, one: Returned) -> bool:
    made = slip.make()
    return made is not None and one.is_as(np.asarray(made, np.float64))


def _candidates(one: Returned) -> Iterator[Slip]:
    yield from known_slips(one.right)
    yield from _factor(one)
    yield from _exchanged(one)
    yield from _turned(one)


def _slip(one: Returned, key: str, title: object, make: Array, wrong: str) -> Slip:
    """Our line as `wrong` says, with "{}" for its right-hand side."""

    def code(names: Names) -> tuple[str, str]:
        line = right_line(one.right, one.role, names)
        return f"{names[one.role]} = {wrong.format(line)}", f"{names[one.role]} = {line}"

    return Slip(key, message("own.slip.title", words=title), one.role, lambda: make, code)


def _factor(one: Returned) -> Iterator[Slip]:
    ours, theirs = one.wanted, one.array
    if theirs.shape != ours.shape or not (np.isfinite(theirs).all() and ours.any()):
        return
    number = float((theirs * ours).sum() / (ours * ours).sum())
    factor = named_factor(number, _counts(one.right), max(one.precision.relative, 1e-9))
    if factor != ONE and (factor.simple or np.count_nonzero(ours) > 1):
        counts = factor.number and (factor.name or factor.simple)  # a case may leave nothing by chance
        key = f"factor {factor.name} {factor.inverse} {factor.number < 0}" if counts else f"{_ANY_FACTOR} {factor.number:.6g}"
        yield _slip(one, key, factor.words, factor.number * one.right.gradients[one.role], _times(factor))


def _times(factor: Factor) -> str:
    if factor.number in (0.0, -1.0):
        return "0 * ({})" if factor.number == 0 else "-({})"
    return f"({{}}) / {factor.n:g}" if factor.inverse and factor.number > 0 else f"{factor.number:.6g} * ({{}})"


def _counts(right: Right) -> dict[str, float]:
    """Counts that a factor may be; 1 is none."""
    case, dx = right.case, right.gradients["dx"]
    found = {"two": 2.0, "images": float(case.images)}
    if case.kind in ("conv", *POOLS):
        rows, columns = case.arrays["dout"].shape[-2:]
        k = case.arrays["w"].shape[-1] if case.kind == "conv" else case.number("k")
        found |= {"window": k**2, "places": rows * columns, "places_of_all": case.images * rows * columns}
    if case.kind == "softmax":
        found["classes"] = dx.shape[1]
    return {name: float(n) for name, n in found.items() if n > 1}


def _exchanged(one: Returned) -> Iterator[Slip]:
    """Another array of those that are returned."""
    for role in RETURNS[one.right.case.kind]:
        other = one.right.gradients[role]
        if role != one.role and other.size == one.array.size:

            def code(names: Names, role: str = role) -> tuple[str, str]:
                return f"{names[one.role]} = {right_line(one.right, role, names)}", f"{names[one.role]} = {right_line(one.right, one.role, names)}"

            yield Slip(f"exchanged {role}", message("judge.slip.exchanged"), one.role, partial(np.array, other), code)


def _turned(one: Returned) -> Iterator[Slip]:
    ours = one.right.gradients[one.role]
    ways = [*(MAPS if ours.ndim > 1 else ()), *((REVERSED,) if ours.ndim == 1 else ()), *((EXCHANGED,) if ours.ndim == 4 else ())]
    for way in ways:
        yield _slip(one, f"turned {way.name}", way.title, way.of(ours), way.code.format("({})"))


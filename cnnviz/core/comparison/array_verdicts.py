"""Somebody's gradients beside ours, array by array, each with what our line makes of what they had before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from cnnviz.core.comparison.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.comparison.tolerance import Tolerance, differing, largest
from cnnviz.core.program import Inner, Line, Override, Program
from cnnviz.core.stages import label
from cnnviz.core.values import Params, Trace
from cnnviz.words import Problem


@dataclass(frozen=True, eq=False)
class Given:
    """An array as somebody gave it; `turned` are the axes that were exchanged so that it fits."""

    array: np.ndarray
    turned: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Compared:
    """One array of somebody's beside ours, in the shape in which it is shown, and what our line makes of their own inputs.

    `wrong` marks the entries that differ from ours; `turned` are the axes that were exchanged so that it fits, where that was needed.
    `ties` entries differ, and are right all the same: round-off decides there.
    """

    name: str
    theirs: np.ndarray
    ours: np.ndarray
    redone: np.ndarray
    wrong: np.ndarray
    verdict: str
    turned: tuple[int, ...] = ()
    ties: int = 0


@np.errstate(all="ignore")
def compared(
    program: Program, params: Params, trace: Trace, y: np.ndarray, theirs: Mapping[str, Given], tolerance: float | Tolerance = 0.0
) -> dict[str, Compared]:
    """Each array of `theirs` beside ours, in the order of the backward pass."""
    exact = program.backward(params, trace, y)
    arrays = {name: fitting(program, name, given.array) for name, given in theirs.items() if name in exact}
    found: dict[str, Compared] = {}
    epsilon, smallest = (tolerance.epsilon, tolerance.smallest) if isinstance(tolerance, Tolerance) else (0.0, 0.0)

    def judging(line: Line) -> Override:
        target = line.target

        def judge(values: Inner, right: Callable[[], np.ndarray]) -> np.ndarray:
            redone, given = right(), arrays.get(target)
            if given is None:
                return redone
            least = epsilon * _made_from(program, line, values) + smallest
            ours, turned = fitting(program, target, exact[target]), theirs[target].turned
            decided = ~_undecided(program, line, values, given, epsilon) if epsilon and not turned else True
            apart = differing(given, ours, tolerance, least)
            wrong = apart & decided | bool(turned)
            verdict = RIGHT
            if wrong.any():
                verdict = WRONG if turned or (differing(given, redone, tolerance, least) & decided).any() else INHERITS
            shape = program.shown[target[1:]]
            shown = (given.reshape(shape), ours.reshape(shape), redone.reshape(shape), wrong.reshape(shape))
            found[target] = Compared(target, *shown, verdict, turned, int((apart & ~wrong).sum()))
            return given

        return judge

    dict(program.backward(params, trace, y, {line.target: judging(line) for line in program.backward_lines}))
    return _without_round_off(found)


def _made_from(program: Program, line: Line, values: Inner) -> np.ndarray | float:
    """The size of the numbers that each entry of a line is made from: what its own round-off is a share of.

    Of what is made entry by entry, also o - y, it is that entry's: where o is tiny and y is 0, so is the round-off.
    """
    target, before = line.target, [name for name in line.sources if name[0] == "d"]
    alike = {link.source for link in program.links.get(target, ()) if link.pattern == "same"} if before else {"o", "y"}
    made_from: np.ndarray | float = 0.0
    for name in before or line.sources:
        same = name in alike and values[name].shape == program.shapes[target[1:]]
        made_from = np.maximum(made_from, np.abs(values[name]) if same else largest(values[name]))
    return made_from


def _undecided(program: Program, line: Line, values: Inner, given: np.ndarray, epsilon: float) -> np.ndarray:
    """The entries of which round-off decides: at a tie of a pool, at a kink."""
    found = None
    if line.role == "dx" and line.layer is not None:
        sources = [values[name] for name in line.sources]
        doubt = epsilon * max(largest(array) for name, array in zip(line.sources, sources, strict=True) if name[0] != "d" or len(sources) == 1)
        found = program.network.layers[line.layer].undecided(given, doubt, *sources)
    return np.zeros(given.shape, bool) if found is None else found


def _without_round_off(found: dict[str, Compared]) -> dict[str, Compared]:
    """What differs before anything is wrong inherits round-off alone: it was let pass, and has grown on the way."""
    for name, one in found.items():
        if one.verdict == WRONG:
            break
        found[name] = replace(one, wrong=np.zeros_like(one.wrong), verdict=RIGHT)
    return found


def given(program: Program, name: str, array: np.ndarray, ours: np.ndarray) -> Given:
    """An array as ours is laid out: axes of length 1 come and go, a flattened map may be one row, and axes may be exchanged.

    Where several ways of exchanging them fit, it is the one that comes nearest to `ours`. Raises Problem where none does.

    >>> from cnnviz.core.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((4, 4))
    >>> given(program, "dw", np.zeros((2, 4)), np.zeros((4, 2))).turned, given(program, "db", np.zeros((1, 2)), np.zeros(2)).array.shape
    ((1, 0), (2,))
    """
    plain, shown, laid = name[1:], program.shown[name[1:]], program.laid_out[name[1:]]
    array = np.asarray(array, dtype=np.float64)
    if array.shape == program.shapes[plain] or _no_ones(array.shape) in (_no_ones(shown), _no_ones(laid)):
        return Given(array.reshape(shown))
    axes = [way for way in permutations(range(array.ndim)) if array.transpose(way).shape == shown]
    if not axes:
        raise Problem("own.shape", name=label(name), shape=str(array.shape), wanted=str(shown))
    nearest = min(axes, key=lambda way: float(np.nan_to_num(np.abs(array.transpose(way) - ours), nan=np.inf).sum()))
    return Given(array.transpose(nearest), nearest)


def _no_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def fitting(program: Program, name: str, array: np.ndarray) -> np.ndarray:
    """A gradient with every axis that the program's lines have."""
    inner = program.shapes[name[1:]]
    shown = program.shown[name[1:]]
    array = np.asarray(array, dtype=np.float64)
    if array.shape not in (inner, shown):
        raise Problem("network.shape", name=name, shape=array.shape, wanted=shown)
    return array.reshape(inner)

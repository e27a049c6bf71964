"""Which mistakes a question finds out: those with which its key, computed from a backward pass that makes them, is another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.mistakes import MISTAKES, Placed
from cnnviz.core.updating import Point, Updates, reached
from cnnviz.scripts.question import key_of, same, tolerance_of
from cnnviz.scripts.scene import MOST_WRONG, Scene, changed_lesson, lesson_of, query_of, scene
from cnnviz.scripts.script_file import Screen, Script
from cnnviz.words import Problem


@dataclass(frozen=True)
class Matrix:
    """Questions as rows, "kernel 6", and `mistakes` as columns: whether the key changes, None where the mistake cannot be made there."""

    mistakes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[bool | None, ...]], ...]

    def count(self, column: int) -> int:
        """How many keys change with the mistake of a column."""
        return sum(row[column] is True for _, row in self.rows)


def matrix(scripts: Sequence[Script]) -> Matrix:
    """The matrix of all questions of some scripts.

    >>> from cnnviz.scripts.library import bundled
    >>> found = matrix([next(script for script in bundled() if script.id == "kernel")])
    >>> found.rows[0][0], {*found.rows[0][1]} <= {False, None}
    ('kernel 1', True)
    """
    rows = [
        (f"{script.id} {number}", tuple(changes_key(screen, name) for name in MISTAKES))
        for script in scripts
        for number, screen in enumerate(script.screens, 1)
        if screen.asks
    ]
    return Matrix(tuple(MISTAKES), tuple(rows))


@np.errstate(all="ignore")  # what a mistake leads to may be infinite
def changes_key(screen: Screen, mistake: str) -> bool | None:
    """Tells whether a question's key is another one when the backward pass, and every update so far, makes this mistake
    in one of the places where it can be made; None where there is none, or nothing is computed, or the notebook's rule takes the exact one's place.
    """
    lesson = lesson_of(screen.at)
    if not screen.key or lesson.deviations:
        return None
    places = MISTAKES[mistake].places(lesson.network, lesson.opt)
    here = scene(lesson) if places else None
    return any(_changes(screen, here, place) for place in places) if here else None


def _changes(screen: Screen, here: Scene, mistake: Placed) -> bool:
    """Tells whether the key is another one with a mistake in one place."""
    key = key_of(screen, here)
    try:
        wrong = key_of(screen, _mistaken(here, mistake))
    except Problem:  # it is no number any more
        return True
    if screen.kind == "number":
        return not abs(float(wrong) - float(key)) <= max(tolerance_of(screen, here, key), 1e-12)
    return not same(wrong, key)


class Mistaken(Scene):
    """A moment of a lesson whose updates all make a mistake, and so at every other moment of it."""

    mistake: Placed

    def elsewhere(self, function: str, text: str) -> Scene:
        if function != "at":
            return super().elsewhere(function, text)
        there = changed_lesson(self.lesson, query_of(text))
        places = self.mistake.mistake.places(there.network, there.opt)
        return _mistaken(scene(there), places[-1]) if places and not there.deviations else scene(there)


def _mistaken(right: Scene, mistake: Placed) -> Scene:
    """The same moment, reached and looked at with the mistake."""
    lesson, network = right.lesson, right.lesson.network
    rule, y = mistake.optimizer(lesson.optimizer), np.array(lesson.y)
    start = scene(replace(lesson, k=0, cell=""))
    updates, losses = Updates(lesson, start.moment.image), list[float]()
    point = Point(start.moment.params, {}, start.moment.trace.x, start.moment.buffers)
    for k in range(min(lesson.k, MOST_WRONG) + 1):
        trace, state = network.forward(point.params, point.x, given=updates.given(point)), point.state or None
        losses.append(network.loss(trace, y))
        gradients = mistake.gradients(point.params, trace, y, lesson.optimizer, state)
        params, after = point.params, Point(*rule.step(point.params, gradients, state), point.x, network.next_buffers(trace), k + 1)
        point = reached(lesson, k + 1, after)
    arrays = {**right.arrays, **trace, **params, **{name: gradients[name] for name in right.moment.gradients if name in gradients}}
    arrays |= {f"{name}_next": after.params[name] for name in params} | {"L": np.array(losses[-1]), "losses": np.array(losses)}
    found = Mistaken(lesson, right.moment, arrays)
    vars(found)["mistake"] = mistake
    return found

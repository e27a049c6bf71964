"""Maps beside a screen's text: visible maps, maps hidden until the answer, and maps that appear with the answer.
"""

import ast
import re
from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.decks.deck import NO_TEXT, Screen, Shown
from cnnviz.decks.expression import cells_in, evaluate, parse
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.question import fill
from cnnviz.decks.scope import Scope
from cnnviz.words import LocalizedText, Problem

_NAMED = re.compile(r"`([a-z]{1,2}\d{0,2})`")


@dataclass(frozen=True, eq=False)
class Plate(ReadOnly):
    """A map on a screen: an array of the setup, or the value of an expression, with its label.

    If `hidden`, it is an empty frame until the answer is revealed. `mark` is the position on a curve at which its
    tangent is drawn, from 0.
    """

    of: str
    value: np.ndarray
    label: LocalizedText = NO_TEXT
    hidden: bool = False
    mark: float | None = None

    @property
    def like(self) -> str:
        """Name of the array whose colour scale is used: "z1" for z1[:3, :3] and at("k=1", z1), "" for computed
        values."""
        tree, _ = parse(self.of)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "at" and len(tree.args) == 2:
            tree = tree.args[1]
        if isinstance(tree, ast.Subscript):
            tree = tree.value
        return tree.id if isinstance(tree, ast.Name) else ""


def plates(screen: Screen, scope: Scope) -> list[Plate]:
    """Return the maps of a screen, in order: visible, hidden and revealed ones.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> from cnnviz.decks.question import setup_at
    >>> from cnnviz.decks.scope import scope_of
    >>> screen = bundled_lessons()[0].screens[2]
    >>> [(plate.of, plate.hidden) for plate in plates(screen, scope_of(setup_at(screen, {})))]
    [('x', False), ('f', False), ('z1', True)]
    """
    allowance, hidden_maps, question_cells = Allowance(), hidden(screen, scope), cells(screen, scope)
    first = [*(screen.show if screen.show is not None else _maps_in_text(screen, scope)), *_maps_to_click(screen, scope, hidden_maps)]
    question_map = [Shown(question_cells[0])] if question_cells and question_cells[0] in hidden_maps and question_cells[0] not in [entry.is_ for entry in first] else []
    plates_by_map: dict[str, Plate] = {}
    for is_revealed, entries in ((False, [*first, *question_map]), (True, screen.reveal)):
        for entry in entries:
            value = scope.arrays.get(entry.is_)
            value = evaluate(entry.is_, scope, allowance) if value is None else value
            label, is_hidden, mark = fill(entry.label, scope, allowance), is_revealed or entry.is_ in hidden_maps, _mark_of(entry, value, scope, allowance)
            plates_by_map.setdefault(entry.is_, Plate(entry.is_, value, label, is_hidden, mark))
    return list(plates_by_map.values())


def _mark_of(entry: Shown, value: np.ndarray, scope: Scope, allowance: Allowance) -> float | None:
    """Return the marked position, clamped to the curve. Raise Problem if it is not one number, or if there is no curve."""
    if not entry.mark:
        return None
    mark = evaluate(entry.mark, scope, allowance)
    if mark.size != 1 or value.ndim != 1:
        raise Problem("lessons.check.no_mark", text=entry.mark)
    return float(np.clip(mark.reshape(-1)[0], 0, max(value.size - 1, 0)))


def _maps_in_text(screen: Screen, scope: Scope) -> list[Shown]:
    """Return the maps that the texts name, in the order of the network."""
    words = " ".join(text for part in (screen.text, screen.ask) for text in part.by_language.values())
    symbols = set(_NAMED.findall(words))
    maps = [*scope.snapshot.trace, *scope.snapshot.params, *scope.snapshot.gradients]
    return [Shown(symbol) for symbol in maps if symbol in symbols]


def _maps_to_click(screen: Screen, scope: Scope, hidden_maps: tuple[str, ...]) -> list[Shown]:
    """Return the map to click, preceded by the map under its window if the clicked map is hidden."""
    if screen.kind != "click":
        return []
    stage = next((stage for stage in scope.setup.network.stages if screen.map in stage.makes), None)
    sources = [symbol for symbol in stage.inputs if symbol in scope.snapshot.trace] if stage and screen.map in hidden_maps else []
    return [Shown(symbol) for symbol in (*sources, screen.map)]


def cells(screen: Screen, scope: Scope) -> tuple[str, tuple[range, ...]] | None:
    """Return the cells that the question is about, as an array's name and one range per axis: from the screen's
    `cells`, or from its key. None if there are none.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> from cnnviz.decks.scope import setup_of, scope_of
    >>> screen = bundled_lessons()[0].screens[2]
    >>> cells(screen, scope_of(setup_of(screen.at)))
    ('z1', (range(14, 17), range(14, 17)))
    """
    text = screen.cells or (screen.key if screen.kind in ("choose", "number") else "")
    return cells_in(text, scope) if text else None


def hidden(screen: Screen, scope: Scope) -> tuple[str, ...]:
    """Return the maps that are hidden until the answer: the ones that the screen names, or all that its stage
    computes."""
    if screen.hide is not None:
        return screen.hide
    if screen.kind in ("", "construct", "order"):
        return ()
    return next(tuple(stage.makes) for stage in scope.setup.network.stages if str(stage) == scope.setup.stage)

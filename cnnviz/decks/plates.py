"""The maps beside a screen's words: those in sight from the first, those that are hidden until the answer, and those that come with it."""

import ast
import re
from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.decks.deck import NOTHING, Screen, Shown
from cnnviz.decks.expression import block, evaluate, parsed
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.question import filled
from cnnviz.decks.scope import Scope
from cnnviz.words import LocalizedText

_NAMED = re.compile(r"`([a-z]{1,2}\d{0,2})`")


@dataclass(frozen=True, eq=False)
class Plate(ReadOnly):
    """A map of the setup by its symbol, or what an expression comes to, with its label.

    `hidden` is shown as a place without numbers until the answer is out.
    """

    of: str
    value: np.ndarray
    label: LocalizedText = NOTHING
    hidden: bool = False

    @property
    def like(self) -> str:
        """The array in whose colours it is: of z1[:3, :3] and at("k=1", z1) z1, of what is worked out none."""
        tree, _ = parsed(self.of)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "at" and len(tree.args) == 2:
            tree = tree.args[1]
        if isinstance(tree, ast.Subscript):
            tree = tree.value
        return tree.id if isinstance(tree, ast.Name) else ""


def plates(screen: Screen, here: Scope) -> list[Plate]:
    """The maps of a screen, in order: what it names, what it hides, what its answer adds.

    >>> from cnnviz.decks.library import bundled
    >>> from cnnviz.decks.question import setup_at
    >>> from cnnviz.decks.scope import scope_of
    >>> screen = bundled()[0].screens[2]
    >>> [(plate.of, plate.hidden) for plate in plates(screen, scope_of(setup_at(screen, {})))]
    [('x', False), ('f', False), ('z1', True)]
    """
    allowance, covered, asked = Allowance(), hidden(screen, here), cells(screen, here)
    first = screen.show if screen.show is not None else _named(screen, here)
    about = [Shown(asked[0])] if asked and asked[0] in covered and asked[0] not in [one.is_ for one in first] else []
    found: dict[str, Plate] = {}
    for late, listed in ((False, [*first, *about]), (True, screen.reveal)):
        for one in listed:
            value = here.arrays.get(one.is_)
            value = evaluate(one.is_, here, allowance) if value is None else value
            found.setdefault(one.is_, Plate(one.is_, value, filled(one.label, here, allowance), late or one.is_ in covered))
    return list(found.values())


def _named(screen: Screen, here: Scope) -> list[Shown]:
    """The maps that the words name, in the order of the network."""
    words = " ".join(text for part in (screen.text, screen.ask) for text in part.by_language.values())
    named = set(_NAMED.findall(words))
    maps = [*here.snapshot.trace, *here.snapshot.params, *here.snapshot.gradients]
    return [Shown(symbol) for symbol in maps if symbol in named]


def cells(screen: Screen, here: Scope) -> tuple[str, tuple[range, ...]] | None:
    """The cells that are asked of, as an array and a range an axis: those that the screen says, or that its key names.

    >>> from cnnviz.decks.library import bundled
    >>> from cnnviz.decks.scope import setup_of, scope_of
    >>> screen = bundled()[0].screens[2]
    >>> cells(screen, scope_of(setup_of(screen.at)))
    ('z1', (range(14, 17), range(14, 17)))
    """
    text = screen.cells or (screen.key if screen.kind in ("choose", "number") else "")
    return block(text, here) if text else None


def hidden(screen: Screen, here: Scope) -> tuple[str, ...]:
    """The maps that are masked until the answer is given: as the screen says, else all that its stage makes."""
    if screen.hide is not None:
        return screen.hide
    if screen.kind in ("", "construct", "order"):
        return ()
    return next(tuple(stage.makes) for stage in here.setup.network.stages if str(stage) == here.setup.stage)

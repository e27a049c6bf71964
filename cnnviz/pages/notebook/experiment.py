"""The Experiment tab: which sets of the eight deviations move the kernel here, as a sentence and a picture, and the
stages at which each deviation is visible."""

from collections.abc import Hashable

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.notebook.notebook import CAUSES, DEVIATIONS
from cnnviz.core.notebook.notebook_deviation_sets import index_of, minimal_sets, moving_sets
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.notebook.choices import can_run_notebook, cause_of
from cnnviz.wire.notebook import ExperimentData, SetsData, SymbolLabel
from cnnviz.words import Message, message

DOTS = ("z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
"""The stages at which a deviation may show."""

MOST_NAMED = 3
"""Upper limit of minimal sets that the headline names."""


def experiment(setup: Setup, snapshot: Snapshot) -> ExperimentData:
    """Return the headline, all sets of deviations, and the stages at which deviations show, for this setup."""
    symbols = [SymbolLabel(symbol=symbol, label="f′" if symbol == "f_next" else label(symbol)) for symbol in DOTS]
    sets = _sets(_moves(setup, snapshot), setup) if can_run_notebook(setup) else None
    return ExperimentData(symbols=symbols, headline=headline(setup, snapshot), sets=sets)


def _moves(setup: Setup, snapshot: Snapshot) -> np.ndarray:
    key = (setup.start, setup.k, snapshot.trace.x.tobytes())
    return _SETS.get_or_make(key, lambda: moving_sets(snapshot.params, snapshot.trace.x, np.array(setup.y), setup.lr))


def headline(setup: Setup, snapshot: Snapshot) -> Message:
    """Return the result: which sets of deviations move the kernel."""
    if not can_run_notebook(setup):
        return message("ui.notebook.alone.not_here")
    moves = _moves(setup, snapshot)
    count, smallest = int(moves.sum()), minimal_sets(moves)
    if smallest == [()]:
        return message("ui.notebook.sets.itself", still=len(moves) - count, count=len(moves))
    if not smallest:
        return message("ui.notebook.sets.none", count=len(moves))
    set_words = [message("ui.notebook.sets.together", names=[cause_of(name)["title"] for name in names]) for names in smallest[:MOST_NAMED]]
    return message("ui.notebook.sets.only" if len(smallest) == 1 else "ui.notebook.sets.several", n=count, count=len(moves), sets=set_words, smallest=len(smallest))


def _sets(moves: np.ndarray, setup: Setup) -> SetsData:
    """Return all sets as a square picture: a column for each set of the first four causes, a row for each of the others.

    The first cause of each four is the highest bit, so that its sets are side by side.
    """
    half = len(CAUSES) // 2
    bits = [DEVIATIONS.index(name) for name in CAUSES]

    def index(row: int, column: int) -> int:
        on = [column >> half - 1 - n & 1 for n in range(half)] + [row >> half - 1 - n & 1 for n in range(half)]
        return sum(1 << bit for bit, is_on in zip(bits, on, strict=True) if is_on)

    order = [index(row, column) for row in range(1 << half) for column in range(1 << half)]
    return SetsData(moves=moves[order].astype(int).tolist(), now=order.index(index_of(setup.deviations)), causes=[cause_of(name) for name in CAUSES])


MOST_BYTES = 1_000_000
"""Cache size of all sets, in bytes."""

_SETS: LruCache[tuple[Hashable, ...], np.ndarray] = LruCache(MOST_BYTES, held_bytes)

"""The Experiment tab: eight deviations from the exact rule, which of them matter here, and which sets of them move
the kernel."""

from collections.abc import Hashable

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.notebook.notebook_deviation_sets import index_of, minimal_sets, moving_sets
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.notebook.choices import can_run_notebook
from cnnviz.words import Message, message

DOTS = ("z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
"""The stages at which a deviation may show."""


def experiment(setup: Setup, snapshot: Snapshot) -> dict[str, object]:
    """Return the stages at which deviations show, and all their sets, for this setup."""
    return {
        "symbols": [{"symbol": symbol, "label": "f′" if symbol == "f_next" else label(symbol)} for symbol in DOTS],
        "sets": _sets(setup, snapshot) if can_run_notebook(setup) else None,
    }


def _sets(setup: Setup, snapshot: Snapshot) -> dict[str, object]:
    """Return which of the 256 sets of deviations move f, from this snapshot's parameters."""
    key = (setup.start, setup.k, snapshot.trace.x.tobytes())
    moves = _SETS.get_or_make(key, lambda: moving_sets(snapshot.params, snapshot.trace.x, np.array(setup.y), setup.lr))
    count, smallest_sets = int(moves.sum()), minimal_sets(moves)
    words: list[Message] = [message("ui.notebook.sets.some", n=count, count=len(moves))]
    if smallest_sets == [()]:
        words.append(message("ui.notebook.sets.itself"))
    elif 0 < count < len(moves):
        set_names = [message("ui.notebook.sets.together", names=[DEVIATION_TABLE[deviation].title for deviation in names]) for names in smallest_sets[:3]]
        words.append(message("ui.notebook.sets.only" if len(smallest_sets) == 1 else "ui.notebook.sets.smallest", n=len(smallest_sets), sets=set_names))
    return {"moves": moves.astype(int).tolist(), "now": index_of(setup.deviations), "words": words}


MOST_BYTES = 1_000_000
"""Cache size of all sets, in bytes."""

_SETS: LruCache[tuple[Hashable, ...], np.ndarray] = LruCache(MOST_BYTES, held_bytes)

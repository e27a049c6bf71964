"""Search for the smallest sets of the notebook's deviations that change its kernel, by trying all sets."""

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.notebook.notebook import DEVIATIONS, notebook_step
from cnnviz.core.runtime.work_cancellation import check_cancelled


def moving_sets(params: Params, x: np.ndarray, y: np.ndarray, learning_rate: float) -> np.ndarray:
    """Return for each set of DEVIATIONS whether a step with it changes f, bool (2**8,). Bit n of the index is the
    n-th deviation.

    >>> params = Params(np.full((3, 3), 9.0), np.zeros((4, 2)), np.zeros(2))
    >>> moves = moving_sets(params, np.full((4, 4), 200.0), np.ones(2), 0.01)
    >>> bool(moves[0]), minimal_sets(moves)
    (False, [('short_loop', 'update_first')])
    """

    def moves(n: int) -> bool:
        check_cancelled()
        return bool((notebook_step(params, x, y, learning_rate, names_of(n))[2].f != params.f).any())

    return np.array([moves(n) for n in range(2 ** len(DEVIATIONS))])


def minimal_sets(moves: np.ndarray) -> list[tuple[str, ...]]:
    """Return the minimal ones among the sets that change the kernel."""
    minimal: list[int] = []
    for n in sorted(np.flatnonzero(moves).tolist(), key=int.bit_count):
        if not any(smaller & n == smaller for smaller in minimal):
            minimal.append(n)
    return [names_of(n) for n in minimal]


def names_of(index: int) -> tuple[str, ...]:
    """Return the set with this index.

    >>> names_of(5)
    ('short_loop', 'update_first')
    """
    return tuple(name for bit, name in enumerate(DEVIATIONS) if index >> bit & 1)


def index_of(names: frozenset[str]) -> int:
    """Return the index of a set.

    >>> index_of(frozenset(names_of(77)))
    77
    """
    return sum(1 << bit for bit, name in enumerate(DEVIATIONS) if name in names)

"""Parameters that came from elsewhere, a training or a file, held by name so that a lesson can start from them.

They are too many for a link: the link carries their name, which is a digest of their numbers. Only a
bounded number is held; whoever asks for one that is gone gets a sentence.
"""

from __future__ import annotations

import hashlib

from cnnviz.core.network import Params
from cnnviz.core.recent import Recent

MOST_HELD = 200
"""Sets of parameters; about 15 KB each for 32×32 images."""

_held: Recent[str, Params] = Recent(MOST_HELD)


class NotHeld(ValueError):
    """The parameters of that name are not held here; the text says what to do."""


def hold(params: Params) -> str:
    """Keeps w and b under a name, "held-" and 16 digits, that a lesson's `w` can carry; the same for the same numbers.

    >>> import numpy as np
    >>> name = hold(Params(np.eye(3), np.ones((4, 2)), np.zeros(2)))
    >>> held(name).w.shape
    (4, 2)
    """
    digest = hashlib.sha256(params.w.tobytes() + params.b.tobytes()).hexdigest()[:16]
    name = f"held-{digest}"
    _held.put(name, params)
    return name


def held(name: str) -> Params:
    """The parameters that `hold` named; raises NotHeld if they are gone."""
    params = _held.get(name)
    if params is None:
        raise NotHeld(
            "Starting weights: these came from a training or a file and are no longer held here. Train or import them again"
        )
    return params

"""The pictures of the images that a training shows: a resource of their own, the same for every training on these classes."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.training.training_history import shown_rows
from cnnviz.data.training_data import training_data
from cnnviz.pages.encoding import encode
from cnnviz.words import Problem

EXAMPLES = 9
"""Images of each class to learn from that are shown."""

_NAME = "images"


def images_part(source: str, names: Sequence[str]) -> str:
    """The name of the pictures' resource.

    >>> images_part("sample", ("cat", "dog"))
    'images:sample:cat,dog'
    """
    return f"{_NAME}:{source}:{','.join(names)}"


def images_of(part: str) -> bytes | None:
    """The pictures that `part` names: `held` (S,H,W,3), of the images held out those that are shown, and `learn` (N·EXAMPLES,H,W,3); None where there are none.

    >>> images_of("images:nowhere:cat,dog") is images_of("dz1") is None
    True
    """
    name, _, rest = part.partition(":")
    source, _, names = rest.partition(":")
    if name != _NAME:
        return None
    try:
        data = training_data(tuple(names.split(",")), source)
    except Problem:
        return None
    n, learn = len(data.names), data.train
    examples = np.concatenate([np.flatnonzero(learn.labels == label)[:EXAMPLES] for label in range(n)])
    held = data.held_out.images[shown_rows(data.held_out.labels, n)]
    return encode({}, {"held": held, "learn": learn.images[examples]})

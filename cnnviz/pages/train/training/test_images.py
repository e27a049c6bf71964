"""Pictures of the images of a training: a resource that all trainings on the same classes share."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.training.training_history import shown_rows
from cnnviz.data.training_data import training_data
from cnnviz.pages.encoding import encode
from cnnviz.words import Problem

EXAMPLES = 9
"""Number of training images shown for each class."""

_NAME = "images"


def images_part(source: str, names: Sequence[str]) -> str:
    """Return the name of the pictures' resource.

    >>> images_part("sample", ("cat", "dog"))
    'images:sample:cat,dog'
    """
    return f"{_NAME}:{source}:{','.join(names)}"


def images_of(part: str) -> bytes | None:
    """Return the pictures that `part` names, or None: `held_out` (S,H,W,3) shows held-out images, `learn`
    (N·EXAMPLES,H,W,3) training images.

    >>> images_of("images:nowhere:cat,dog") is images_of("dz1") is None
    True
    """
    name, _, source_and_names = part.partition(":")
    source, _, names = source_and_names.partition(":")
    if name != _NAME:
        return None
    try:
        data = training_data(tuple(names.split(",")), source)
    except Problem:
        return None
    n, learn = len(data.names), data.train
    examples = np.concatenate([np.flatnonzero(learn.labels == label)[:EXAMPLES] for label in range(n)])
    held_out = data.held_out.images[shown_rows(data.held_out.labels, n)]
    return encode({}, {"held": held_out, "learn": learn.images[examples]})

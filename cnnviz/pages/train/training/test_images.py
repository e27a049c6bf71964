"""Pictures of the images of a training: a resource that all trainings on the same classes share."""

from collections.abc import Sequence

from cnnviz.core.training.training_history import shown_rows
from cnnviz.data.training_data import training_data
from cnnviz.pages.encoding import encode
from cnnviz.words import Problem

_NAME = "images"


def images_part(source: str, names: Sequence[str]) -> str:
    """Return the name of the pictures' resource.

    >>> images_part("sample", ("cat", "dog"))
    'images:sample:cat,dog'
    """
    return f"{_NAME}:{source}:{','.join(names)}"


def images_of(part: str) -> bytes | None:
    """Return the pictures that `part` names, or None: `held` (S,H,W,3) shows held-out images.

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
    rows = shown_rows(data.held_out.labels, len(data.names))
    return encode({}, {"held": data.held_out.images[rows]})

"""Targets and names of outputs, parsed for a number of outputs and a loss."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.network.losses import Loss
from cnnviz.core.setup import setup_fields
from cnnviz.words import Message, Problem, message

DEFAULT_IMAGE = "test-0"
DEFAULT_CLASSES = ("cat", "dog")
"""Names of two outputs for the default image if no classes are set."""

Targets = tuple[float, ...]


class WrongLength(Problem):
    """Raised if targets have the wrong length. `y` holds them truncated or padded with 0, and `one` holds a single
    image's targets."""

    y: Targets | tuple[Targets, ...]
    one: Targets


def names_of_outputs(classes: tuple[str, ...], img: str, n: int) -> tuple[str | Message, ...]:
    """Return the name of each output: its class, or a number. The default classes of the default image are cat and
    dog.

    >>> names_of_outputs(("frog",), "test-3", 2)[0], str(names_of_outputs(("frog",), "test-3", 2)[1])
    ('frog', 'output 1')
    """
    if not classes and img == DEFAULT_IMAGE and n == len(DEFAULT_CLASSES):
        classes = DEFAULT_CLASSES
    return (*classes, *(message("lesson.output", n=number) for number in range(len(classes), n)))


def read_targets(text: str, names: Sequence[str | Message], classes: Sequence[str], loss: Loss) -> Targets:
    """Parse targets: one number per output, or the name of an output.

    Raise Refitted if the count of numbers is not that of outputs, and Problem if the loss does not accept the targets.

    >>> from cnnviz.core.network.losses import LOSSES
    >>> read_targets("dog", ("cat", "dog"), (), LOSSES["mse"]), read_targets("1,0.5", ("cat", "dog"), (), LOSSES["mse"])
    ((0.0, 1.0), (1.0, 0.5))
    """
    n = len(names)
    if text in names:
        return one_hot(names.index(text), n)
    y = _read_numbers(text, n, classes)
    padded_targets = (y + (0.0,) * n)[:n]
    loss.check_targets(np.array(padded_targets))
    if len(y) != n:
        refitted = WrongLength("lesson.why.length", n=len(y), outputs=n)
        refitted.y = refitted.one = padded_targets
        raise refitted
    return y


def read_each(text: str, images: int, names: Sequence[str | Message], classes: Sequence[str], loss: Loss) -> tuple[Targets, ...]:
    """Parse the targets of several images, separated by semicolons; a single one applies to all. Raises like
    `read_targets`.

    >>> from cnnviz.core.network.losses import LOSSES
    >>> read_each("cat;0,1", 2, ("cat", "dog"), (), LOSSES["mse"])
    ((1.0, 0.0), (0.0, 1.0))
    """
    parts = text.split(";")
    if len(parts) not in (1, images):
        raise Problem("lesson.why.each", n=len(parts), images=images)
    targets, refitted = [], None
    for part in parts:
        try:
            targets.append(read_targets(part.strip(), names, classes, loss))
        except WrongLength as why:
            refitted = why
            targets.append(why.one)
    rows = tuple(targets) if len(parts) > 1 else tuple(targets) * images
    if refitted:
        refitted.y = rows
        raise refitted
    return rows


def write_targets(y: object) -> str:
    """Format targets as in an address, with semicolons between images.

    >>> write_targets((1.0, 0.0)), write_targets(((1.0, 0.0), (0.0, 1.0)))
    ('1,0', '1,0;0,1')
    """
    if isinstance(y, tuple | list | np.ndarray) and len(y) and isinstance(y[0], tuple | list | np.ndarray):
        return ";".join(setup_fields.any_text(row) for row in y)
    return setup_fields.any_text(y)


def _read_numbers(text: str, n: int, classes: Sequence[str]) -> Targets:
    parts = setup_fields.split_text(text)
    if len(parts) == n:
        return setup_fields.parse_numbers(parts)
    try:
        if parts:
            return setup_fields.parse_numbers(parts)
    except Problem:
        pass
    raise Problem("lesson.why.targets" if classes else "lesson.why.many", n=n, classes=tuple(classes))


def one_hot(index: int, n: int) -> Targets:
    """Return a tuple of length `n` with 1.0 at one index and 0.0 elsewhere.

    >>> one_hot(1, 3)
    (0.0, 1.0, 0.0)
    """
    return tuple(float(output == index) for output in range(n))


def check_class_count(names: tuple[str, ...], n: int) -> tuple[str, ...]:
    """Return the names. Raise Problem if there are more than `n`."""
    if len(names) > n:
        raise Problem("lesson.why.many_classes", n=len(names), outputs=n)
    return names

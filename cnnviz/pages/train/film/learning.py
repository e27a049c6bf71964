"""What learns in a film: the weights of each output as they change, and what still pushes the first sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.core.film import Film, fall_shares, milestones
from cnnviz.core.lesson import Lesson
from cnnviz.core.stages import label
from cnnviz.pages.map_parts import Part, part
from cnnviz.wire.film import FilmMark, FilmShare
from cnnviz.words import Message, message

MOST_OUTPUTS = 2
"""Outputs of which the weights are shown."""
DECADES = 4
"""Powers of ten below the largest that a scale of gradients shows: what is smaller is as good as none."""
HALF = 127
"""Steps of a byte on either side of zero, which is 128."""


def last_weights(lesson: Lesson, x_shape: tuple[int, ...]) -> str | None:
    """The weights of the last dense layer, by their name.

    >>> last_weights(Lesson(), (32, 32))
    'w'
    """
    shapes = lesson.network.program(x_shape).shapes
    return next((name for name in reversed(lesson.network.parameters) if name[0] == "w" and name in shapes), None)


def pushed(lesson: Lesson) -> str:
    """The gradient that says how much still pushes: that of the first sums."""
    first = next(place for place, layer in enumerate(lesson.network.layers) if layer.letter == "z")
    output = lesson.network.names[first].output
    return f"d{output}"


def weights_of(lesson: Lesson, x_shape: tuple[int, ...]) -> tuple[Part, ...]:
    """A picture for the weights of each output, of the first outputs, where they lie as a map does; else of the whole matrix."""
    name = last_weights(lesson, x_shape)
    if name is None:
        return ()
    whole = part(lesson.network.program(x_shape), name)
    if len(whole.shape) != 4:
        return (whole,)
    outputs = range(min(whole.shape[3], MOST_OUTPUTS))
    return tuple(replace(whole, index=(*whole.index[:3], n), layers=1, rows=whole.shape[1], columns=whole.shape[2], flat=False) for n in outputs)


def symbol_of(part: Part, place: int) -> str:
    """How a picture of weights is called among the arrays.

    >>> [symbol_of(part, n) for n, part in enumerate(weights_of(Lesson(), (32, 32)))]
    ['w_0', 'w_1']
    """
    return f"{part.symbol}_{place}"


def changes(film: Film, part: Part) -> np.ndarray:
    """How far each weight of a picture has moved since the start, (F,rows·columns)."""
    frames = film.frames[part.symbol]
    shown = np.stack([part.of(frame).reshape(-1) for frame in frames]).astype(np.float64)
    return shown - shown[0]


def as_bytes(values: np.ndarray, most: float) -> np.ndarray:
    """Values from -most to most as bytes, 128 for zero."""
    return (128 + np.rint(HALF * np.clip(np.nan_to_num(values) / most, -1, 1))).astype(np.uint8) if most else np.full(values.shape, 128, np.uint8)


def log_bytes(values: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Values with their signs on powers of ten as bytes, 128 for zero, and the sizes at the ends of that scale.

    >>> log_bytes(np.array([1.0, -1e-2, 0.0, 1e-9]))
    (array([255,  64, 128, 128], dtype=uint8), (0.0001, 1.0))
    """
    sizes = np.abs(np.nan_to_num(values))
    most = float(sizes.max())
    if not most:
        return np.full(values.shape, 128, np.uint8), (0.0, 0.0)
    least = most / 10**DECADES
    share = np.log10(np.maximum(sizes, least) / least) / DECADES
    return (128 + np.rint(HALF * share * np.sign(values))).astype(np.uint8), (least, most)


def share_of_the_fall(film: Film, lesson: Lesson) -> tuple[np.ndarray, FilmShare] | None:
    """Each parameter's share of what the steps promise, (n+1,P), and over all of them; None without plain gradient descent."""
    if lesson.opt != "gd" or lesson.deviations:
        return None
    each, whole = fall_shares(film, lesson.lr)
    if not whole.sum():
        return None
    largest = int(np.argmax(whole))
    title = message("ui.train.film.share.title", name=label(film.parameters[largest]), share=float(whole[largest]))
    return each, FilmShare(names=[label(name) for name in film.parameters], all=whole.tolist(), title=title)


def falls(film: Film) -> tuple[list[FilmMark], Message | None]:
    """Where half, 90 % and 99 % of the fall of the loss have come, and that in a sentence."""
    found = milestones(film.losses)
    if not found:
        return [], None
    half, most, all_but = found.values()
    marks = [FilmMark(k=k, words=message("ui.train.film.fall.mark", share=share, k=k)) for share, k in found.items()]
    return marks, message("ui.train.film.fall.sentence", n=len(film.losses) - 1, half=half, most=most, all_but=all_but)

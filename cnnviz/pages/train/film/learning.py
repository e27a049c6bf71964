"""Learning in a recording: the weights of each output as they change, and the gradient that still drives the first
layer."""

import math
from dataclasses import replace

import numpy as np

from cnnviz.core.explain.rounding import largest
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film
from cnnviz.core.training.film_analysis import fall_shares, milestones, turning_points
from cnnviz.pages.map_parts import Part, part
from cnnviz.wire.film import FilmMark, FilmShare
from cnnviz.words import Message, message

MOST_OUTPUTS = 2
"""Largest number of outputs whose weights are shown."""
DECADES = 4
"""Powers of ten that a logarithmic scale of gradients covers; smaller values are negligible."""
HALF = 127
"""Levels of a byte on either side of zero, which is 128."""


def last_weights(setup: Setup, x_shape: tuple[int, ...]) -> str | None:
    """Return the name of the weights of the last dense layer, or None.

    >>> last_weights(Setup(), (32, 32))
    'w'
    """
    shapes = setup.network.program(x_shape).shapes
    return next((name for name in reversed(setup.network.parameters) if name[0] == "w" and name in shapes), None)


def first_gradient(setup: Setup) -> str:
    """Return the symbol of the gradient of the first pre-activations, which drives the first layer."""
    layer_index = next(index for index, layer in enumerate(setup.network.layers) if layer.letter == "z")
    output = setup.network.names[layer_index].output
    return f"d{output}"


def weights_of(setup: Setup, x_shape: tuple[int, ...]) -> tuple[Part, ...]:
    """Return a part for the weights of each of the first outputs, if they have the layout of a map, else the complete
    matrix."""
    name = last_weights(setup, x_shape)
    if name is None:
        return ()
    full_part = part(setup.network.program(x_shape), name)
    if len(full_part.shape) != 4:
        return (full_part,)
    outputs = range(min(full_part.shape[3], MOST_OUTPUTS))
    return tuple(replace(full_part, index=(*full_part.index[:3], n), layers=1, rows=full_part.shape[1], columns=full_part.shape[2], flat=False) for n in outputs)


def biases_of(setup: Setup, x_shape: tuple[int, ...]) -> Part | None:
    """Return the biases of the last layer that has some, or None."""
    name = next((name for name in reversed(setup.network.parameters) if name[0] == "b"), None)
    return part(setup.network.program(x_shape), name) if name else None


def symbol_of(part: Part, index: int) -> str:
    """Return the name of a part's array in the response.

    >>> [symbol_of(part, n) for n, part in enumerate(weights_of(Setup(), (32, 32)))]
    ['w_0', 'w_1']
    """
    return f"{part.symbol}_{index}"


def changes(film: Film, part: Part) -> np.ndarray:
    """Return the change of each weight of a part since the start, (F,rows·columns)."""
    frames = film.frames[part.symbol]
    values = np.stack([part.extract(frame).reshape(-1) for frame in frames]).astype(np.float64)
    return values - values[0]


def as_bytes(values: np.ndarray, limit: float) -> np.ndarray:
    """Map values from -most to most to bytes; 128 is zero."""
    return (128 + np.rint(HALF * np.clip(np.nan_to_num(values) / limit, -1, 1))).astype(np.uint8) if limit else np.full(values.shape, 128, np.uint8)


def log_bytes(values: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Map values to bytes on a signed logarithmic scale, 128 for zero; return them with the smallest and largest
    magnitude.

    >>> log_bytes(np.array([1.0, -1e-2, 0.0, 1e-9]))
    (array([255,  64, 128, 128], dtype=uint8), (0.0001, 1.0))
    """
    finite_values = np.nan_to_num(values)
    high = largest(values)
    if not high:
        return np.full(values.shape, 128, np.uint8), (0.0, 0.0)
    low = high / 10**DECADES
    share = np.log10(np.clip(np.abs(finite_values), low, high) / low) / DECADES
    return (128 + np.rint(HALF * share * np.sign(finite_values))).astype(np.uint8), (low, high)


def share_of_the_fall(film: Film, setup: Setup) -> tuple[np.ndarray, FilmShare] | Message:
    """Return each parameter's share of the promised fall of the loss, (n+1,P) and in total, or a message if there is
    none.

    >>> from cnnviz.core.training.film import film as filmed
    >>> run = filmed(Setup(lr=0.0), np.zeros((32, 32)), 1, most_frames=2)
    >>> print(share_of_the_fall(run, Setup(lr=0.0)))
    The gradient promises no fall.
    """
    if setup.deviations:
        return message("ui.train.film.share.rule")
    if not film.promised.size:
        return message("ui.train.film.share.checkpoints")
    by_update, total = fall_shares(film)
    if not total.sum():
        return message("ui.train.film.share.none" if np.isfinite(film.promised).all() else "ui.train.film.share.diverged")
    shapes = setup.network.program(setup.x_shape).shapes
    counts = [math.prod(shapes[name]) for name in film.parameters]
    return by_update, FilmShare(names=[label(name) for name in film.parameters], counts=counts, all=total.tolist())


def marks(film: Film) -> list[FilmMark]:
    """Return marks at 50 %, 90 % and 99 % of the fall of the loss, and where the run goes wrong; none for
    checkpoints."""
    if not film.promised.size:  # checkpoints have no updates to mark
        return []
    decreases = [
        FilmMark(k=k, name=message("ui.train.film.fall.half" if share == 0.5 else "ui.train.film.fall.share", share=share),
                 words=message("ui.train.film.fall.mark", share=share, k=k), wrong=False)
        for share, k in milestones(film.losses).items()
    ]  # fmt: skip
    fault_marks = [
        FilmMark(k=k, name=message(f"ui.train.film.turn.{kind}"), words=message("ui.train.film.choices.go_to", k=k), wrong=True)
        for k, kind in turning_points(film)
    ]
    return [*decreases, *fault_marks]

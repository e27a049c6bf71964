"""What of a film goes to the browser: frames of its maps in few bytes, and its curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.film import Film, maps_of
from cnnviz.core.lesson import Lesson
from cnnviz.ui.maps import MOST_PRINTED
from cnnviz.ui.pages.train.film.curves import CURVES, MOST_LINES, lines
from cnnviz.ui.parts import Part, part

MOST_BYTES = 2_000_000
"""What may go to the browser; the curves take their part, the frames of the maps the rest."""

WORDS = 40_000
"""Bytes of these that are kept for all that is no array; an uploaded image alone, in every link, takes half."""


def parts_of(lesson: Lesson, x_shape: tuple[int, ...]) -> tuple[Part, ...]:
    """What is shown in frames: maps of the first layers, a row where there are none."""
    program = lesson.network.program(x_shape)
    return tuple(part(program, symbol) for symbol in maps_of(lesson.network))


def kernel_of(lesson: Lesson, x_shape: tuple[int, ...]) -> Part | None:
    """The filter that is shown of every update: the first one's first channel; None where there is no convolution."""
    program = lesson.network.program(x_shape)
    first = next((name for name in program.parameters if len(program.shapes[name]) == 4), None)
    return part(program, first) if first else None


def frames_that_fit(n: int, cells: int, parts: int, maps: int = 3, numbers: int = 15) -> int:
    """How many frames a film of `n` updates may have, of maps with so many cells, as one of `parts` films.

    `numbers` are those of its curves for each update, float32, besides the loss.

    >>> frames_that_fit(200, 900, 1), frames_that_fit(200, 900, 2)
    (707, 351)
    """
    curves = (8 + numbers * 4) * (n + 1)
    frame = maps * (cells * (4 if cells <= MOST_PRINTED else 1) + 16) + 4  # with its ends, and its update
    return max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame)


def arrays(film: Film, lesson: Lesson, parts: tuple[Part, ...], kernel: Part | None) -> dict[str, np.ndarray]:
    """Frames of the maps and what each lies between, the first filter of every update, and curves."""
    found: dict[str, np.ndarray] = {"updates": film.updates.astype(np.float32), "losses": film.losses}
    for one in parts:
        frames = film.frames[one.symbol]
        found[one.symbol] = frames if frames[0].size <= MOST_PRINTED else _as_bytes(one.scale, frames)
        found[f"{one.symbol}_ends"] = _ends(frames)
    if kernel:
        found |= {kernel.symbol: kernel.of(lesson.kernel), "moved": _moved(film, kernel)}
    curves = {name: np.stack([*of.values()], axis=1) for name in CURVES if name != "losses" and (of := lines(film, lesson, name))}
    found |= {name: array.astype(np.float32) for name, array in (curves | {"saturated": film.saturated}).items()}
    if kernel and found["kernel"].shape == found["moved"].shape == film.kernel.shape:
        found["kernel"] = found["moved"]  # the very same, and sent once
    return found


def _moved(film: Film, kernel: Part) -> np.ndarray:
    """How far each weight of the filter's first channel has moved, (n+1,K·K)."""
    size = kernel.rows * kernel.columns
    return (film.kernel[:, :size] - film.kernel[0, :size]).astype(np.float32)


def _ends(maps: np.ndarray) -> np.ndarray:
    """The least and the largest value of each frame (F,2)."""
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    return np.stack([flat.min(axis=1), flat.max(axis=1)], axis=1)


def _as_bytes(scale: str, maps: np.ndarray) -> np.ndarray:
    """Frames as uint8: activations in 255 steps from 0 to the largest or 1; others in 127 steps on either side of zero, which is 128."""
    flat = maps.reshape(len(maps), -1)
    most = np.abs(flat).max(axis=1, keepdims=True)
    if scale == "activation":
        found = np.rint(flat / np.maximum(most, 1) * 255)
    else:
        found = 128 + np.rint(127 * np.divide(flat, most, out=np.zeros_like(flat), where=most > 0))
    return np.nan_to_num(found).astype(np.uint8).reshape(maps.shape)


def numbers_of(lesson: Lesson, kernel: Part | None) -> int:
    """How many numbers the curves of a film have for each update, besides the loss."""
    weights = kernel.rows * kernel.columns if kernel else 0
    lines = MOST_LINES if weights > MOST_LINES or lesson.ch == "rgb" else 0
    return 1 + len(lesson.y) + weights + lines + len(lesson.network.parameters)


def to_json(film: Film, lesson: Lesson, parts: tuple[Part, ...], kernel: Part | None) -> Mapping[str, object]:
    """What the component's film needs to know of a run's maps and curves."""
    maps = [*([kernel] if kernel else []), *parts]
    return {
        "maps": [one.to_json() | {"scale": one.scale, "kernel": one is kernel} for one in maps],
        "lines": {name: list(lines(film, lesson, name)) for name in CURVES},
    }

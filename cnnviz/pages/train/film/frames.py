"""The parts of a film that go to the browser: frames of its maps in few bytes, and its curves."""

import numpy as np

from cnnviz.core.explain.rounding import largest
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film
from cnnviz.core.training.film_analysis import loss_terms
from cnnviz.pages.map_parts import Part, part
from cnnviz.pages.map_settings import MOST_PRINTED
from cnnviz.pages.train.film.curves import CURVES, MOST_LINES, lines
from cnnviz.pages.train.film.learning import (
    as_bytes,
    biases_of,
    changes,
    log_bytes,
    marks,
    pushed,
    share_of_the_fall,
    symbol_of,
    weights_of,
)
from cnnviz.wire.film import FilmMap, FilmRun, Role
from cnnviz.wire.records import Text

MOST_BYTES = 2_000_000
"""The most bytes that go to the browser; the curves take their part, the frames of the maps the rest."""

WORDS = 40_000
"""Bytes of these that are kept for all that is no array; an uploaded image alone, in every link, takes half."""


def parts_of(setup: Setup, x_shape: tuple[int, ...]) -> tuple[Part, ...]:
    """The parts that are shown in frames: the weights of the first outputs, biases, and last the gradient that still pushes the first sums."""
    biases = biases_of(setup, x_shape)
    return (*weights_of(setup, x_shape), *([biases] if biases else []), part(setup.network.program(x_shape), pushed(setup)))


def kernel_of(setup: Setup, x_shape: tuple[int, ...]) -> Part | None:
    """The filter that is shown of every update: the first one's first channel; None where there is no convolution."""
    program = setup.network.program(x_shape)
    first = next((name for name in program.parameters if len(program.shapes[name]) == 4), None)
    return part(program, first) if first else None


def frames_that_fit(n: int, sizes: tuple[int, ...], parts: int, numbers: int = 15) -> int:
    """The number of frames that a film of `n` updates may have, of maps with so many cells each, as one of `parts` films.

    `numbers` are those of its curves for each update, float32, besides the loss.

    >>> frames_that_fit(200, (900, 900, 900), 1), frames_that_fit(200, (900, 900, 900), 2)
    (707, 351)
    """
    curves = (8 + numbers * 4) * (n + 1)
    frame = sum(cells * (4 if cells <= MOST_PRINTED else 1) + 16 for cells in sizes) + 4  # with its ends, and its update
    return max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame)


@np.errstate(over="ignore", invalid="ignore")  # of a run that has run away: too large to be drawn is infinite
def arrays(film: Film, setup: Setup, parts: tuple[Part, ...], kernel: Part | None, change: float) -> dict[str, np.ndarray]:
    """Frames in few bytes, the first filter of every update, and curves.

    Weights go as their start, and as their changes on one scale up to `change`, of few as numbers; the gradient on powers of ten.
    """
    *weights, push = parts
    found: dict[str, np.ndarray] = {"updates": film.updates.astype(np.float32), "losses": film.losses}
    for place, one in enumerate(weights):
        moved = changes(film, one)
        found[symbol_of(one, place)] = moved.astype(np.float32) if _few(one) else as_bytes(moved, change)
        found[f"{symbol_of(one, place)}_start"] = one.of(film.frames[one.symbol][0]).reshape(-1).astype(np.float32)
    found[push.symbol] = log_bytes(_frames(film, push))[0]
    pushes = _frames(film, push).astype(np.float64)
    found[f"{push.symbol}_ends"] = np.stack([pushes.min(axis=1), pushes.max(axis=1)], axis=1)
    if kernel:
        found |= {kernel.symbol: kernel.of(setup.kernel), "moved": _moved(film, kernel)}
    curves = {name: np.stack([*of.values()], axis=1) for name in CURVES if name != "losses" and (of := lines(film, setup, name))}
    terms = loss_terms(film, setup.network, np.array(setup.y))
    lost = terms.any(axis=1) & (np.abs(terms) < np.finfo(np.float32).tiny).all(axis=1)  # they would be sent as 0, beside a loss that is not
    curves["terms"] = np.where(lost[:, None], np.nan, terms)
    if isinstance(share := share_of_the_fall(film, setup), tuple):
        curves["shares"] = share[0]
    found |= {name: _narrow(array) for name, array in (curves | {"saturated": film.saturated}).items()}
    if kernel and found["kernel"].shape == found["moved"].shape == film.kernel.shape:
        found["kernel"] = found["moved"]  # the very same, and sent once
    return found


def largest_change(film: Film, parts: tuple[Part, ...], kernel: Part | None) -> float:
    """The largest move of any weight that is shown, by any frame."""
    moved = [changes(film, one) for one in parts[:-1]] + ([_moved(film, kernel)] if kernel else [])
    return max(map(largest, moved), default=0.0)


def _narrow(array: np.ndarray) -> np.ndarray:
    """In half the bytes; as it is where that would make a number infinite."""
    narrow = array.astype(np.float32)
    return narrow if np.array_equal(np.isfinite(narrow), np.isfinite(array)) else array


def _frames(film: Film, one: Part) -> np.ndarray:
    """The part's frames, (F,cells); of a map a film has its channel alone."""
    frames = film.frames[one.symbol]
    return frames.reshape(len(frames), -1)


def _moved(film: Film, kernel: Part) -> np.ndarray:
    """The move of each weight of the filter's first channel, (n+1,K·K)."""
    size = kernel.rows * kernel.columns
    return (film.kernel[:, :size] - film.kernel[0, :size]).astype(np.float32)


def numbers_of(setup: Setup, kernel: Part | None) -> int:
    """The count of numbers that the curves of a film have for each update, besides the loss."""
    weights = kernel.rows * kernel.columns if kernel else 0
    lines = MOST_LINES if weights > MOST_LINES or setup.ch == "rgb" else 0
    return 1 + 2 * len(setup.y) + weights + lines + 2 * len(setup.network.parameters)


def record(label: Text, film: Film, setup: Setup, parts: tuple[Part, ...], kernel: Part | None) -> FilmRun:
    """The record of a run's maps and curves for the component's film."""
    *weights, push = parts
    maps = [_map(kernel, kernel.symbol, "kernel", largest(film.kernel))] if kernel else []
    for place, one in enumerate(weights):
        role: Role = "biases" if one.symbol[0] == "b" else "weights"
        maps.append(_map(one, symbol_of(one, place), role, largest(film.frames[one.symbol])))
    maps.append(_map(push, push.symbol, "push", log_bytes(_frames(film, push))[1][1]))
    share = share_of_the_fall(film, setup)
    return FilmRun(
        label=label,
        maps=maps,
        lines={name: setup.output_words if name == "o" else list(lines(film, setup, name)) for name in CURVES},
        marks=marks(film),
        share=share[1] if isinstance(share, tuple) else None,
        unshared="" if isinstance(share, tuple) else share,
    )


def _few(one: Part) -> bool:
    """Tells whether a map's numbers are printed, and so sent as they are."""
    return one.rows * one.columns <= MOST_PRINTED


def _map(one: Part, symbol: str, role: Role, most: float) -> FilmMap:
    found = FilmMap(**one.record, scale=one.scale, role=role, most=most)
    found["symbol"] = symbol
    return found

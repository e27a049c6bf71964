"""The parts of a recording that are sent to the browser: compact frames of its maps, and its curves."""

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
    first_gradient,
    log_bytes,
    marks,
    share_of_the_fall,
    symbol_of,
    weights_of,
)
from cnnviz.wire.film import FilmMap, FilmRun, Role
from cnnviz.wire.records import Text

MOST_BYTES = 2_000_000
"""Limit of the response in bytes. Curves are sent completely, and frames use the rest."""

WORDS = 40_000
"""Bytes of these reserved for text. An uploaded image, which every link repeats, takes half."""


def parts_of(setup: Setup, x_shape: tuple[int, ...]) -> tuple[Part, ...]:
    """Return the parts shown in frames: the weights of the first outputs, biases, and the gradient of the first
    pre-activations."""
    biases = biases_of(setup, x_shape)
    return (*weights_of(setup, x_shape), *([biases] if biases else []), part(setup.network.program(x_shape), first_gradient(setup)))


def kernel_of(setup: Setup, x_shape: tuple[int, ...]) -> Part | None:
    """Return the first channel of the first filter, which is shown at every update, or None if there is no
    convolution."""
    program = setup.network.program(x_shape)
    kernel_name = next((name for name in program.parameters if len(program.shapes[name]) == 4), None)
    return part(program, kernel_name) if kernel_name else None


def frames_that_fit(n: int, sizes: tuple[int, ...], parts: int, numbers: int = 15) -> int:
    """Return the number of frames that fit a recording of `n` updates, for maps of `sizes` cells, as one of `parts`
    recordings.

    `numbers` is the count of float32 numbers that the curves have per update, besides the loss.

    >>> frames_that_fit(200, (900, 900, 900), 1), frames_that_fit(200, (900, 900, 900), 2)
    (707, 351)
    """
    curves = (8 + numbers * 4) * (n + 1)
    # with its two ends, and its update
    frame = sum(cells * (4 if cells <= MOST_PRINTED else 1) + 16 for cells in sizes) + 4
    return max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame)


# training may have diverged: numbers too large for float32 become infinite
@np.errstate(over="ignore", invalid="ignore")
def arrays(film: Film, setup: Setup, parts: tuple[Part, ...], kernel: Part | None, change: float) -> dict[str, np.ndarray]:
    """Return compact frames, the first filter at every update, and curves.

    Weights have their start and their changes, on a common scale up to `change`, or as float32 if there are few. The
    gradient is on a logarithmic scale.
    """
    *weights, push = parts
    result: dict[str, np.ndarray] = {"updates": film.updates.astype(np.float32), "losses": film.losses}
    for index, weight_part in enumerate(weights):
        weight_changes = changes(film, weight_part)
        result[symbol_of(weight_part, index)] = weight_changes.astype(np.float32) if _prints_numbers(weight_part) else as_bytes(weight_changes, change)
        result[f"{symbol_of(weight_part, index)}_start"] = weight_part.extract(film.frames[weight_part.symbol][0]).reshape(-1).astype(np.float32)
    result[push.symbol] = log_bytes(_frames(film, push))[0]
    pushes = _frames(film, push).astype(np.float64)
    result[f"{push.symbol}_ends"] = np.stack([pushes.min(axis=1), pushes.max(axis=1)], axis=1)
    if kernel:
        result |= {kernel.symbol: kernel.extract(setup.kernel), "moved": _kernel_changes(film, kernel)}
    curves = {name: np.stack([*curve_lines.values()], axis=1) for name in CURVES if name != "losses" and (curve_lines := lines(film, setup, name))}
    terms = loss_terms(film, setup.network, np.array(setup.y))
    # float32 would send these terms as 0, beside a loss that is not 0
    underflows = terms.any(axis=1) & (np.abs(terms) < np.finfo(np.float32).tiny).all(axis=1)
    curves["terms"] = np.where(underflows[:, None], np.nan, terms)
    if isinstance(share := share_of_the_fall(film, setup), tuple):
        curves["shares"] = share[0]
    result |= {name: _to_float32(array) for name, array in (curves | {"saturated": film.saturated}).items()}
    if kernel and result["kernel"].shape == result["moved"].shape == film.kernel.shape:
        result["kernel"] = result["moved"]  # the same array, so that it is sent once
    return result


def largest_change(film: Film, parts: tuple[Part, ...], kernel: Part | None) -> float:
    """The largest move of any weight that is shown, by any frame."""
    largest_changes = [changes(film, one) for one in parts[:-1]] + ([_kernel_changes(film, kernel)] if kernel else [])
    return max(map(largest, largest_changes), default=0.0)


def _to_float32(array: np.ndarray) -> np.ndarray:
    """Convert to float32, unless that would make a finite number infinite."""
    float32_array = array.astype(np.float32)
    return float32_array if np.array_equal(np.isfinite(float32_array), np.isfinite(array)) else array


def _frames(film: Film, part: Part) -> np.ndarray:
    """Return the part's frames, (F,cells); a recording holds only the part's channel of a map."""
    frames = film.frames[part.symbol]
    return frames.reshape(len(frames), -1)


@np.errstate(over="ignore", invalid="ignore")  # training may have diverged
def _kernel_changes(film: Film, kernel: Part) -> np.ndarray:
    """Return the change of each weight of the filter's first channel, (n+1,K·K)."""
    size = kernel.rows * kernel.columns
    return (film.kernel[:, :size] - film.kernel[0, :size]).astype(np.float32)


def numbers_per_update(setup: Setup, kernel: Part | None) -> int:
    """Return the count of float32 numbers that the curves have per update."""
    weights = kernel.rows * kernel.columns if kernel else 0
    lines = MOST_LINES if weights > MOST_LINES or setup.ch == "rgb" else 0
    return 1 + 2 * len(setup.y) + weights + lines + 2 * len(setup.network.parameters)


def record(label: Text, film: Film, setup: Setup, parts: tuple[Part, ...], kernel: Part | None) -> FilmRun:
    """Return the record of a run's maps and curves."""
    *weights, push = parts
    maps = [_map(kernel, kernel.symbol, "kernel", largest(film.kernel))] if kernel else []
    for index, weight_part in enumerate(weights):
        role: Role = "biases" if weight_part.symbol[0] == "b" else "weights"
        maps.append(_map(weight_part, symbol_of(weight_part, index), role, largest(film.frames[weight_part.symbol])))
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


def _prints_numbers(part: Part) -> bool:
    """Return whether a map prints its numbers, which are then sent as float32."""
    return part.rows * part.columns <= MOST_PRINTED


def _map(part: Part, symbol: str, role: Role, limit: float) -> FilmMap:
    map_record = FilmMap(**part.record, scale=part.scale, role=role, most=limit)
    map_record["symbol"] = symbol
    return map_record

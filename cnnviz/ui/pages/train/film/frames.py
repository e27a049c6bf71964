"""What of a film goes to the browser: frames of its maps in few bytes, and its curves."""

from __future__ import annotations

import numpy as np

from cnnviz.core.film import Film
from cnnviz.ui.maps import MOST_PRINTED
from cnnviz.ui.pages.train.film.curves import curve_values

MOST_BYTES = 2_000_000
"""What may go to the browser; the curves take their part, the frames of the maps the rest."""

WORDS = 40_000
"""Bytes of these that are kept for all that is no array; an uploaded image alone, in every link, takes half."""

MAPS_OF_FILM = ("z1", "a1", "dz1")


def frames_that_fit(n: int, cells: int, parts: int) -> int:
    """How many frames a film of `n` updates may have, of maps with so many cells, as one of `parts` films.

    >>> frames_that_fit(200, 900, 1), frames_that_fit(200, 900, 2)
    (706, 350)
    """
    curves = (3 * 8 + 13 * 4) * (n + 1)
    frame = len(MAPS_OF_FILM) * (cells * (4 if cells <= MOST_PRINTED else 1) + 16) + 4  # with its ends, and its update
    return max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame)


def arrays(film: Film, kernel: np.ndarray) -> dict[str, np.ndarray]:
    """Frames of the maps and what each lies between, the starting `kernel`, and curves."""
    found = {}
    for name in MAPS_OF_FILM:
        maps = getattr(film, name)
        found[name] = maps if maps[0].size <= MOST_PRINTED else _as_bytes(name, maps)
        found[f"{name}_ends"] = _ends(maps)
    found |= {"f": kernel, "updates": film.updates.astype(np.float32), "losses": film.losses, "o": film.o}
    return found | {name: curve_values(film, name).astype(np.float32) for name in ("kernel", "norms", "saturated")}


def _ends(maps: np.ndarray) -> np.ndarray:
    """The least and the largest value of each frame (F,2)."""
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    return np.stack([flat.min(axis=1), flat.max(axis=1)], axis=1)


def _as_bytes(name: str, maps: np.ndarray) -> np.ndarray:
    """Frames as uint8: a1 in 255 steps from 0 to 1; others in 127 steps on either side of zero, which is 128."""
    if name == "a1":
        return np.rint(maps * 255).astype(np.uint8)
    most = np.abs(maps).max(axis=(1, 2), keepdims=True)
    shares = np.divide(maps, most, out=np.zeros_like(maps), where=most > 0)
    return (128 + np.rint(127 * shares)).astype(np.uint8)

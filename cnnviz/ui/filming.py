"""The Train page's film: many updates of the lesson, and of a second start beside it, to be scrubbed in the browser."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from cnnviz.core.film import Film, film, turning_points
from cnnviz.core.lesson import MAX_UPDATES, Lesson, whole_number
from cnnviz.core.ops import conv2d_shape
from cnnviz.data.images import load_image
from cnnviz.ui import film_words
from cnnviz.ui.boards import Chart, Switch
from cnnviz.ui.maps import MOST_PRINTED

DEFAULT_UPDATES = 200
MOST_BYTES = 2_000_000
"""What may go to the browser; the curves take their part, the frames of the maps the rest."""

WORDS = 40_000
"""Bytes of these that are kept for all that is no array; an uploaded image alone, in every link, takes half."""


@dataclass(frozen=True)
class Curve:
    """A chart under the film: its title, its lines, and the axes that go by powers of ten, as in Chart."""

    title: str
    lines: tuple[str, ...]
    log: str = ""


CURVES = {
    "losses": Curve("loss L", ("L",)),
    "o": Curve("outputs o", ("o[0]", "o[1]")),
    "kernel": Curve("kernel f − f₀, nine entries", tuple(f"Δf[{u},{v}]" for u in range(3) for v in range(3))),
    "norms": Curve("gradient norms, log scale", ("‖∂f‖", "‖∂w‖", "‖∂b‖"), log="y"),
}
MAPS_OF_FILM = ("z1", "a1", "dz1")


@dataclass(frozen=True, eq=False)
class Run:
    """One start on the film: how it is called, its lesson, and its numbers."""

    label: str
    lesson: Lesson
    film: Film


@dataclass(frozen=True, eq=False)
class FilmPage:
    """What the film shows: one or two runs of n updates, sentences about them, and what can be compared."""

    n: int
    runs: tuple[Run, ...]
    sentences: tuple[str, ...]
    wrong: str
    switches: Mapping[str, tuple[Switch, ...]]

    def to_json(self) -> dict:
        """The header's part for web/pages/film.js."""
        return {
            "n": self.n,
            "runs": [{"label": f"{run.label} (dashed)" if place else run.label} for place, run in enumerate(self.runs)],
            "sentences": self.sentences,
            "wrong": self.wrong,
            "switches": [{"title": title, "options": [vars(s) for s in group]} for title, group in self.switches.items()],
        }

    def named_charts(self) -> dict[str, Chart]:
        """The curves by the name under which the component asks to see them large, complete."""
        return {f"film-{name}": self._chart(name, curve) for name, curve in CURVES.items()}

    def _chart(self, name: str, curve: Curve) -> Chart:
        versions = []
        for run in self.runs:
            values = _curves(run.film, name).reshape(self.n + 1, -1)
            labels = (f"{line}, compared" if versions else line for line in curve.lines)
            versions.append(dict(zip(labels, values.T, strict=True)))
        first, *second = versions
        dashed = frozenset(*second)
        x, series, title = np.arange(self.n + 1), first | dict(*second), curve.title
        return Chart(f"film-{name}", title, x, series, curve.log, dashed, self.runs[0].lesson.k, y_title=title)

    def arrays(self) -> dict[str, np.ndarray]:
        """Frames of the maps and what each lies between, the starting kernel, and curves; named "run.name"."""
        found = {}
        for place, run in enumerate(self.runs):
            for name in MAPS_OF_FILM:
                maps = getattr(run.film, name)
                found[f"{place}.{name}"] = maps if maps[0].size <= MOST_PRINTED else _as_bytes(name, maps)
                found[f"{place}.{name}_ends"] = _ends(maps)
            found[f"{place}.f"] = run.lesson.kernel
            found[f"{place}.updates"] = run.film.updates.astype(np.float32)
            found[f"{place}.losses"], found[f"{place}.o"] = run.film.losses, run.film.o
            for name in ("kernel", "norms", "saturated"):
                found[f"{place}.{name}"] = _curves(run.film, name).astype(np.float32)
        return found


def film_page(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> FilmPage:
    """The film that the address asks for: `n` updates, and `vs`, another lesson's query, beside it."""
    n, wrong = _updates(asked.get("n", ""), lesson.k)
    vs = asked.get("vs", "")
    runs = [Run("this lesson", lesson, _filmed(lesson, x, n, 2 if vs else 1))]
    if vs:
        try:
            other, sentence = _other(vs, lesson)
            if other.start == lesson.start:
                raise ValueError(sentence or "that is this lesson's own start.")
            film_of_other = _filmed(other, load_image(other.img, other.ch, other.scale), n, 2)
            runs.append(Run(film_words.difference(lesson, other), other, film_of_other))
        except ValueError as error:
            sentence = str(error)
        wrong = " ".join(filter(None, (wrong, sentence and f"Compare with: {sentence}")))
    turns = [(run, *turn) for run in runs for turn in turning_points(run.film)]
    sentences = [
        film_words.turning(run.lesson, run.film.losses, k, how, run.label if len(runs) > 1 else "") for run, k, how in turns
    ]
    frames = len(runs[0].film.updates)
    if frames < n + 1:
        sentences.append(f"The film shows {frames} of {n + 1:,} moments, evenly chosen; kernel and curves are complete.")
    return FilmPage(n, tuple(runs), tuple(sentences), wrong, film_words.switches(lesson, n, vs, {k for _, k, _ in turns}))


def _filmed(lesson: Lesson, x: np.ndarray, n: int, parts: int) -> Film:
    with _ONE_AT_A_TIME:
        return _kept(lesson.start, x.tobytes(), x.shape, n, parts)


_ONE_AT_A_TIME = threading.Lock()
"""A class that opens one link has its film computed once."""


@lru_cache(maxsize=4)  # a film of 10,000 updates holds 6 MB; visitors of one lesson share it
def _kept(start: Lesson, x: bytes, shape: tuple[int, int], n: int, parts: int) -> Film:
    curves = (3 * 8 + 13 * 4) * (n + 1)
    rows, columns = conv2d_shape(shape, start.kernel.shape, start.stride, start.pad)
    cells = rows * columns
    frame = len(MAPS_OF_FILM) * (cells * (4 if cells <= MOST_PRINTED else 1) + 16) + 4  # with what it lies between, and its update
    return film(start, np.frombuffer(x).reshape(shape), n, max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame))


def _updates(text: str, k: int) -> tuple[int, str]:
    """How many updates are asked for, and what was wrong with that; never fewer than the lesson has made."""
    n, wrong = DEFAULT_UPDATES, ""
    try:
        n = whole_number(1, MAX_UPDATES)(text or str(n))
    except ValueError as error:
        wrong = f"Updates: {text[:20]!r} {error}. It stays {n}."
    return n if k <= n else next(choice for choice in film_words.LENGTHS if k <= choice), wrong


def _other(text: str, lesson: Lesson) -> tuple[Lesson, str]:
    """The lesson to compare with, from a copied link or its query string, and a sentence on what was replaced in it.

    What the query leaves out is as in `lesson`: "lr=0.1" is the same start with that rate.
    """
    try:
        query = dict(parse_qsl(urlsplit(text).query or text.removeprefix("?")))
    except ValueError:
        query = {}
    if not query.keys() & Lesson().to_query().keys():
        raise ValueError("that is no lesson's link. Copy one with “Copy link” and paste it here.")
    other, wrong = Lesson.read(lesson.start.to_query() | query, instead=lesson)
    return other, " ".join(wrong.values())


def _curves(run: Film, name: str) -> np.ndarray:
    """A curve's numbers; the kernel's as changes since the start, which are small beside its weights."""
    values = getattr(run, name)
    return values - values[0] if name == "kernel" else values


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

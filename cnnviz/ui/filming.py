"""The Train page's film: many updates of the lesson, and of a second start beside it, to be scrubbed in the browser."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np

from cnnviz.core.film import Film, film, turning_points
from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, MAX_UPDATES, Lesson, whole_number
from cnnviz.core.network import WEIGHTS
from cnnviz.core.ops import conv2d_shape
from cnnviz.data.images import load_image
from cnnviz.ui.boards import Chart, Switch, true_minus

DEFAULT_UPDATES = 200
CHOICES = (50, 200, 1000, 10_000)
MOST_BYTES = 2_000_000
"""What may go to the browser; the curves take their part, the frames of the maps the rest."""

WORDS = 40_000
"""Bytes of these that are kept for all that is no array; an uploaded image alone, in every link, takes half."""

FEW_CELLS = 16
"""Cells up to which a map prints its numbers (stage/maps.js): these it gets as they are, not in 255 steps."""

CURVES = {"losses": "loss L", "o": "outputs o", "kernel": "kernel f − f₀", "norms": "gradient norms"}
_SERIES = {
    "losses": ("L",),
    "o": ("o[0]", "o[1]"),
    "kernel": tuple(f"Δf[{u},{v}]" for u in range(3) for v in range(3)),
    "norms": ("‖∂f‖", "‖∂w‖", "‖∂b‖"),
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
        """The header's part for stage/film.js."""
        return {
            "n": self.n,
            "runs": [{"label": f"{run.label} (dashed)" if place else run.label} for place, run in enumerate(self.runs)],
            "sentences": self.sentences,
            "wrong": self.wrong,
            "switches": [{"title": title, "options": [vars(s) for s in group]} for title, group in self.switches.items()],
        }

    def named_charts(self) -> dict[str, Chart]:
        """The curves by the name under which the component asks to see them large, complete."""
        return {f"film-{name}": self._chart(name, title) for name, title in CURVES.items()}

    def _chart(self, name: str, title: str) -> Chart:
        versions = []
        for run in self.runs:
            curves = _curves(run.film, name).reshape(self.n + 1, -1)
            labels = (f"{line}, compared" if versions else line for line in _SERIES[name])
            versions.append(dict(zip(labels, curves.T, strict=True)))
        first, *second = versions
        dashed = frozenset(*second)
        cursor, log = self.runs[0].lesson.k, "y" if name == "norms" else ""
        return Chart(f"film-{name}", title, np.arange(self.n + 1), first | dict(*second), log, dashed, cursor, y_title=title)

    def arrays(self) -> dict[str, np.ndarray]:
        """Frames of the maps and what each lies between, the starting kernel, and curves; named "run.name"."""
        found = {}
        for place, run in enumerate(self.runs):
            for name in MAPS_OF_FILM:
                maps = getattr(run.film, name)
                found[f"{place}.{name}"] = maps if maps[0].size <= FEW_CELLS else _as_bytes(name, maps)
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
            runs.append(Run(_difference(lesson, other), other, film_of_other))
        except ValueError as error:
            sentence = str(error)
        wrong = " ".join(filter(None, (wrong, sentence and f"Compare with: {sentence}")))
    turns = [(run, *turn) for run in runs for turn in turning_points(run.film)]
    sentences = [_turning(*turn, named=len(runs) > 1) for turn in turns]
    frames = len(runs[0].film.updates)
    if frames < n + 1:
        sentences.append(f"The film shows {frames} of {n + 1:,} moments, evenly chosen; kernel and curves are complete.")
    return FilmPage(n, tuple(runs), tuple(sentences), wrong, _switches(lesson, n, vs, {k for _, k, _ in turns}))


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
    frame = len(MAPS_OF_FILM) * (cells * (4 if cells <= FEW_CELLS else 1) + 16) + 4  # with what it lies between, and its update
    return film(start, np.frombuffer(x).reshape(shape), n, max(2, ((MOST_BYTES - WORDS) // parts - curves) // frame))


def _updates(text: str, k: int) -> tuple[int, str]:
    """How many updates are asked for, and what was wrong with that; never fewer than the lesson has made."""
    n, wrong = DEFAULT_UPDATES, ""
    try:
        n = whole_number(1, MAX_UPDATES)(text or str(n))
    except ValueError as error:
        wrong = f"Updates: {text[:20]!r} {error}. It stays {n}."
    return n if k <= n else next(choice for choice in CHOICES if k <= choice), wrong


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


_NAMES = {"img": "image", "ch": "channel", "scale": "pixels", "f": "kernel", "w": "w starts", "lr": "rate", "y": "targets"}


def _difference(lesson: Lesson, other: Lesson) -> str:
    """How the second start differs, in few words."""
    ours, theirs = lesson.start.to_query(), other.start.to_query()
    short = {"f": next((name for name, f in KERNELS.items() if f == other.f), theirs["f"])}
    short["w"] = theirs["w"] if theirs["w"] in WEIGHTS else "trained"
    differing = [key for key in ours if ours[key] != theirs[key]]
    text = ", ".join(f"{_NAMES.get(key, key)} {(theirs | short)[key]}" for key in differing)
    return text if len(text) <= 60 else text[:59] + "…"


def _turning(run: Run, k: int, how: str, named: bool) -> str:
    whose, lesson = f"“{run.label}”" if named else "This run", run.lesson
    rate = true_minus(f"learning rate {lesson.lr:,.15g}")
    before = f" Before it, at update {k - 1}, L was {run.film.losses[k - 1]:.4g}." if k else ""
    if how == "leaps":
        return f"{whose} leaps over the valley at update {k} ({rate}), and comes back."
    if how == "diverges":
        return f"{whose} diverges at update {k}: a step leaps over the valley ({rate}), and none leads back.{before}"
    why = "raw pixels make its sums so large that σ is flat" if lesson.scale == "raw" else "its kernel is too large for σ"
    if not k:
        return f"{whose} is saturated from the start: {why}."
    return f"{whose} saturates at update {k}: {why if lesson.scale == 'raw' else f'its kernel has grown too large for σ ({rate})'}.{before}"


def _switches(lesson: Lesson, n: int, vs: str, turns: set[int]) -> dict[str, tuple[Switch, ...]]:
    lengths = tuple(Switch(f"updates_{m}", f"{m:,}", f"{m:,} updates", n == m, {"n": str(m)}) for m in CHOICES)
    others = {
        "seed": ("another seed", {"seed": (lesson.seed + 1) % (MAX_SEED + 1), "w": "normal"}),
        "rate_up": ("10 × the rate", {"lr": min(lesson.lr * 10, 1e6)}),
        "rate_down": ("⅒ of the rate", {"lr": lesson.lr / 10}),
        "kernel": ("identity kernel", {"f": "identity"}),
        "pixels": ("raw pixels" if lesson.scale == "unit" else "pixels 0 … 1", {"scale": "raw" if lesson.scale == "unit" else "unit"}),
    }
    compare = [Switch("compare_none", "nothing", "One run alone", not vs, {"vs": ""})]
    for key, (label, change) in others.items():
        there = dataclasses.replace(lesson.start, **change).to_query()
        query = urlencode({name: there[name] for name in change if there[name] != lesson.start.to_query()[name]}, safe=",")
        if query:
            compare.append(Switch(f"compare_{key}", label, f"The same start with {label} beside it", vs == query, {"vs": query}))
    places = sorted({place for k in turns for place in (k - 1, k) if place >= 0})
    turning = tuple(Switch(f"turn_{k}", f"update {k:,}", f"Go to update {k:,}", False, {"k": str(k)}) for k in places)
    return {"Updates": lengths, "Compare with": tuple(compare)} | ({"Look at": turning} if len(turning) > 1 else {})


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

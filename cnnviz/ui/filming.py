"""The Train page's film: many updates of the lesson, and of a second start beside it, to be scrubbed in the browser."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np

from cnnviz.core.film import Film, film, turning_point
from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, MAX_UPDATES, Lesson, whole_number
from cnnviz.core.network import WEIGHTS
from cnnviz.core.ops import conv2d_shape
from cnnviz.data.images import load_image
from cnnviz.ui.boards import Chart, Switch

DEFAULT_UPDATES = 200
CHOICES = (50, 200, 1000, 10_000)
MOST_BYTES = 2_000_000
"""What may go to the browser; the curves take their part, the frames of the maps the rest."""

CURVES = {"losses": "loss L", "o": "outputs o", "kernel": "kernel f − f₀", "norms": "gradient norms"}
_SERIES = {
    "losses": ("L",),
    "o": ("o[0]", "o[1]"),
    "kernel": tuple(f"f[{u},{v}]" for u in range(3) for v in range(3)),
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
            "runs": [{"label": run.label} for run in self.runs],
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
            labels = (f"{line}, {run.label}" if len(self.runs) > 1 else line for line in _SERIES[name])
            versions.append(dict(zip(labels, curves.T, strict=True)))
        first, *second = versions
        dashed = frozenset(*second)
        cursor, log = self.runs[0].lesson.k, "y" if name == "norms" else ""
        return Chart(f"film-{name}", title, np.arange(self.n + 1), first | dict(*second), log, dashed, cursor, y_title=title)

    def arrays(self) -> dict[str, np.ndarray]:
        """Frames as bytes between the limits that each has, curves, and the exact kernels; named "run.name"."""
        found = {}
        for place, run in enumerate(self.runs):
            for name in MAPS_OF_FILM:
                found[f"{place}.{name}"], found[f"{place}.{name}_most"] = _as_bytes(name, getattr(run.film, name))
            found[f"{place}.f"], found[f"{place}.f_most"] = run.film.f, _peaks(run.film.f)
            found[f"{place}.updates"] = run.film.updates.astype(np.float32)
            found[f"{place}.losses"], found[f"{place}.o"] = run.film.losses, run.film.o
            for name in ("kernel", "norms", "saturated"):
                found[f"{place}.{name}"] = _curves(run.film, name).astype(np.float32)
        return found


def film_page(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> FilmPage:
    """The film that the address asks for: `n` updates, and `vs`, another lesson's query, beside it."""
    n, wrong = _updates(asked.get("n", ""))
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
            sentence = f"Compare with: {error}"
        wrong = " ".join(filter(None, (wrong, sentence)))
    sentences = [sentence for run in runs for sentence in _turning(run, len(runs) > 1)]
    frames = len(runs[0].film.updates)
    if frames < n + 1:
        sentences.append(f"The film shows {frames} of {n + 1:,} moments, evenly chosen; the curves are complete.")
    return FilmPage(n, tuple(runs), tuple(sentences), wrong, _switches(lesson, n, asked))


def _filmed(lesson: Lesson, x: np.ndarray, n: int, parts: int) -> Film:
    with _ONE_AT_A_TIME:
        return _kept(lesson.start, x.tobytes(), x.shape, n, parts)


_ONE_AT_A_TIME = threading.Lock()
"""A class that opens one link has its film computed once."""


@lru_cache(maxsize=4)  # a film of 10,000 updates holds 6 MB; visitors of one lesson share it
def _kept(start: Lesson, x: bytes, shape: tuple[int, int], n: int, parts: int) -> Film:
    curves = (3 * 8 + 13 * 4) * (n + 1)
    rows, columns = conv2d_shape(shape, start.kernel.shape, start.stride, start.pad)
    frame = len(MAPS_OF_FILM) * rows * columns + 120  # and the kernel, and the limits
    return film(start, np.frombuffer(x).reshape(shape), n, max(2, (MOST_BYTES // parts - curves) // frame))


def _updates(text: str) -> tuple[int, str]:
    try:
        return whole_number(1, MAX_UPDATES)(text) if text else DEFAULT_UPDATES, ""
    except ValueError as error:
        return DEFAULT_UPDATES, f"Updates: {text[:20]!r} {error}. It stays {DEFAULT_UPDATES}."


def _other(text: str, lesson: Lesson) -> tuple[Lesson, str]:
    """The lesson to compare with, from a copied link or its query string, and a sentence on what was replaced in it."""
    try:
        query = dict(parse_qsl(urlsplit(text).query or text.removeprefix("?")))
    except ValueError:
        query = {}
    if not query.keys() & Lesson().to_query().keys():
        raise ValueError("that is no lesson's link. Copy one with “Copy link” and paste it here.")
    other, wrong = Lesson.read(query, instead=lesson)
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


def _turning(run: Run, named: bool) -> list[str]:
    turn = turning_point(run.film)
    if turn is None:
        return []
    k, how = turn
    whose = f"“{run.label}” " if named else "This run "
    if how == "diverges":
        why = f"the learning rate of {run.lesson.lr:g} makes a step leap over the valley"
    elif run.lesson.scale == "raw":
        why = "raw pixels make the sums so large that σ is flat"
    else:
        why = f"the kernel has grown too large for σ (learning rate {run.lesson.lr:g})"
    before = f" Before it, at update {k - 1}, L was {run.film.losses[k - 1]:.4g}." if k else ""
    return [f"{whose}{how} at update {k}: {why}.{before}"]


def _switches(lesson: Lesson, n: int, asked: Mapping[str, str]) -> dict[str, tuple[Switch, ...]]:
    lengths = tuple(Switch(f"updates_{m}", f"{m:,}", f"{m:,} updates", n == m, {"n": str(m)}) for m in CHOICES)
    others = {
        "seed": ("another seed", {"seed": (lesson.seed + 1) % (MAX_SEED + 1), "w": "normal"}),
        "rate_up": ("10 × the rate", {"lr": min(lesson.lr * 10, 1e6)}),
        "rate_down": ("⅒ of the rate", {"lr": lesson.lr / 10}),
        "kernel": ("identity kernel", {"f": "identity"}),
        "pixels": ("raw pixels" if lesson.scale == "unit" else "pixels 0 … 1", {"scale": "raw" if lesson.scale == "unit" else "unit"}),
    }
    chosen = asked.get("vs", "")
    compare = [Switch("compare_none", "nothing", "One run alone", not chosen, {"vs": ""})]
    for key, (label, change) in others.items():
        query = urlencode(dataclasses.replace(lesson.start, **change).to_query(), safe=",")
        compare.append(Switch(f"compare_{key}", label, f"The same start with {label} beside it", chosen == query, {"vs": query}))
    return {"Updates": lengths, "Compare with": tuple(compare)}


def _curves(run: Film, name: str) -> np.ndarray:
    """A curve's numbers; the kernel's as changes since the start, which are small beside its weights."""
    values = getattr(run, name)
    return values - values[0] if name == "kernel" else values


def _peaks(maps: np.ndarray) -> np.ndarray:
    return np.abs(maps).reshape(len(maps), -1).max(axis=1).astype(np.float64)


def _as_bytes(name: str, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames as uint8, and what the highest byte of each stands for; zero is in the middle, in a1 it is the lowest."""
    if name == "a1":
        return np.rint(maps * 255).astype(np.uint8), np.ones(len(maps))
    peaks = _peaks(maps)
    shares = np.divide(maps, peaks[:, None, None], out=np.zeros_like(maps), where=peaks[:, None, None] > 0)
    return np.rint((shares + 1) / 2 * 255).astype(np.uint8), peaks

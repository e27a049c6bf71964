"""The Train page's film: many updates of the lesson, and of a second start beside it, to be scrubbed in the browser."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.film import Film, film, maps_of, turning_points
from cnnviz.core.lesson import Lesson
from cnnviz.data.images import load_image
from cnnviz.ui import switches
from cnnviz.ui.address import Now
from cnnviz.ui.charts import Chart, Line
from cnnviz.ui.component.answer import encode, header
from cnnviz.ui.pages.train.film.asked import DEFAULT_UPDATES, asked_other, asked_updates
from cnnviz.ui.pages.train.film.choices import choices
from cnnviz.ui.pages.train.film.curves import CURVES, Curve, curve_values
from cnnviz.ui.pages.train.film.frames import arrays, frames_that_fit
from cnnviz.ui.pages.train.film.words import difference, turning
from cnnviz.ui.switches import Group
from cnnviz.words import Message, message, written


@dataclass(frozen=True, eq=False)
class Run:
    """One start on the film: how it is called, its lesson, and its numbers."""

    label: Message | str
    lesson: Lesson
    film: Film


@dataclass(frozen=True, eq=False)
class FilmPage:
    """What the film shows: one or two runs of n updates, sentences about them, and what can be compared."""

    n: int
    runs: tuple[Run, ...]
    sentences: tuple[Message, ...]
    wrong: tuple[Message | str, ...]
    groups: tuple[Group, ...]

    def to_json(self) -> dict:
        """The header's part for the component."""
        labels = [message("ui.train.film.dashed", label=run.label) if place else run.label for place, run in enumerate(self.runs)]
        return {
            "n": self.n,
            "runs": [{"label": label} for label in labels],
            "sentences": self.sentences,
            "wrong": " ".join(map(written, self.wrong)),
            "switches": switches.to_json(self.groups),
        }

    def named_charts(self) -> dict[str, Chart]:
        """The curves by the name under which the component asks to see them large, complete."""
        return {f"film-{name}": self._chart(name, curve) for name, curve in CURVES.items()}

    def _chart(self, name: str, curve: Curve) -> Chart:
        lines = tuple(
            Line(message("ui.train.film.compared", line=label) if place else label, values, bool(place))
            for place, run in enumerate(self.runs)
            for label, values in zip(curve.lines, curve_values(run.film, name).reshape(self.n + 1, -1).T, strict=True)
        )
        x, x_title, cursor = np.arange(self.n + 1), message("ui.charts.updates"), self.runs[0].lesson.k
        return Chart(f"film-{name}", curve.title, x, lines, x_title, curve.title, curve.log, cursor)

    def arrays(self) -> dict[str, np.ndarray]:
        """What is drawn of each run, named "run.name"."""
        return {
            f"{place}.{name}": array
            for place, run in enumerate(self.runs)
            for name, array in arrays(run.film, run.lesson.kernel).items()
        }


def film_page(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> FilmPage:
    """The film that the address asks for: `n` updates, and `vs`, another lesson's query, beside it."""
    n, wrong_updates = asked_updates(asked.get("n", ""), lesson.k, lesson.most_updates)
    vs = asked.get("vs", "")
    runs = (Run(message("ui.train.film.this_lesson"), lesson, _filmed(lesson, x, n, 2 if vs else 1)),)
    wrong = (wrong_updates,) if wrong_updates else ()
    if vs:
        other, sentence = _compared(lesson, vs, n)
        runs += (other,) if other else ()
        wrong += (message("ui.train.film.wrong_other", sentence=sentence),) if sentence else ()
    turns = [(run, *turn) for run in runs for turn in turning_points(run.film)]
    sentences = [turning(run.lesson, run.film.losses, k, how, run.label if len(runs) > 1 else None) for run, k, how in turns]
    frames = len(runs[0].film.updates)
    if frames < n + 1:
        sentences.append(message("ui.train.film.thinned", frames=frames, moments=n + 1))
    return FilmPage(n, runs, tuple(sentences), wrong, choices(lesson, n, vs, {k for _, k, _ in turns}))


def _compared(lesson: Lesson, vs: str, n: int) -> tuple[Run | None, str]:
    """The second run, if it can be had, and a sentence on what could not be used."""
    try:
        other, sentence = asked_other(vs, lesson)
        x = load_image(other.img, other.ch, other.scale)
        shown = _filmed(other, x, n, 2)
    except ValueError as error:
        return None, str(error)
    return Run(difference(lesson, other), other, shown), sentence


def answer(now: Now, shown: FilmPage) -> bytes:
    """Everything that the film needs in the browser."""
    head = header("train", now)
    if "n" in now.extras or shown.n != DEFAULT_UPDATES:
        head["lesson"]["n"] = str(shown.n)
    return encode(head | {"film": shown.to_json()}, shown.arrays())


def _filmed(lesson: Lesson, x: np.ndarray, n: int, parts: int) -> Film:
    with _ONE_AT_A_TIME:
        return _remembered(lesson.start, x.tobytes(), x.shape, n, parts)


_ONE_AT_A_TIME = threading.Lock()
"""A class that opens one link has its film computed once."""


@lru_cache(maxsize=4)  # a film of 10,000 updates holds 6 MB; visitors of one lesson share it
def _remembered(start: Lesson, x: bytes, shape: tuple[int, int], n: int, parts: int) -> Film:
    cells = math.prod(start.network.program(shape).shapes[maps_of(start.network)[0]][-2:])
    return film(start, np.frombuffer(x).reshape(shape), n, frames_that_fit(n, cells, parts))

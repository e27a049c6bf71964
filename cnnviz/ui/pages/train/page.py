"""Many updates on one image as a film, another start beside it; and a training on a data set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.ui import address, dialogs
from cnnviz.ui.address import Now
from cnnviz.ui.component.mount import mount
from cnnviz.ui.pages.train import PAGE, film, training


def show() -> None:
    """The page from top to bottom."""
    opened = mount(PAGE.path, listens=True)
    training.show(address.current_lesson(), address.asked().get("train", ""))
    dialogs.show(opened, lambda now: _film(now).named_charts(), lambda now: _film(now).n)


def answer(now: Now) -> bytes:
    """Everything that the film shows; the training on a data set is not in it."""
    return film.answer(now, _film(now))


def _film(now: Now) -> film.FilmPage:
    return film.film_page(now.lesson, now.moment.trace.x, now.asked)


def seconds(lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> float:
    """About how long its film takes, where it is not remembered."""
    return film.seconds(lesson, x, asked)

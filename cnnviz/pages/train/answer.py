"""Many updates on one image as a film, another start beside it. The training on a data set is no answer: it is somebody's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.pages.address import Now
from cnnviz.pages.answers import Answers
from cnnviz.pages.charts import Chart
from cnnviz.pages.train import film


class _TrainAnswers(Answers):
    """Everything that the film shows."""

    def answer(self, now: Now) -> bytes:
        return film.answer(now, _film(now))

    def charts(self, now: Now) -> dict[str, Chart]:
        return _film(now).named_charts()

    def updates(self, now: Now) -> int:
        return _film(now).n

    def seconds(self, lesson: Lesson, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """About how long its film takes, where it is not remembered."""
        return film.seconds(lesson, x, asked)


def _film(now: Now) -> film.FilmPage:
    return film.film_page(now.lesson, now.moment.image, now.asked)


ANSWERS = _TrainAnswers()

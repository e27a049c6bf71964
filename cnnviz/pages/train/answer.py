"""Responses of the Train page: film, sweep and training pictures."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import PageRequest
from cnnviz.pages.answers import Answers
from cnnviz.pages.train import film, sweeping
from cnnviz.pages.train.training.test_images import images_of
from cnnviz.words import Message


class _TrainAnswers(Answers):
    """Responses of the Train page."""

    def answer(self, now: PageRequest) -> bytes:
        found = sweeping.swept(now)
        starts, beside = (sweeping.record(found), sweeping.arrays(found)) if found else (None, {})
        return film.answer(now, _film(now), starts, beside)

    def exact(self, now: PageRequest) -> dict[str, np.ndarray] | None:
        found = sweeping.swept(now)
        return found.arrays() if found else None

    def wrong(self, now: PageRequest) -> Mapping[str, Message]:
        return sweeping.wrong(now)

    def part(self, now: PageRequest, of: str) -> bytes | None:
        """Return the pictures of a training's images."""
        return images_of(of)

    def updates(self, now: PageRequest) -> int:
        return _film(now).n

    def seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Return the estimated time of the recording, if it is not cached, and of the sweep, in seconds."""
        return film.seconds(setup, x, _alone(asked)) + (sweeping.seconds(setup, x, asked) if asked.get("sweep") else 0.0)


def _film(now: PageRequest) -> film.FilmPage:
    return film.film_page(now.setup, now.snapshot.image, _alone(now.query))


def _alone(asked: Mapping[str, str]) -> Mapping[str, str]:
    """Drop the comparison and held parameters if the query has a sweep."""
    return {key: text for key, text in asked.items() if key not in ("vs", "hold")} if asked.get("sweep") else asked


ANSWERS = _TrainAnswers()

"""Responses of the Train page: film, sweep and training pictures."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import PageRequest
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.train import film, sweeping
from cnnviz.pages.train.training.test_images import images_of
from cnnviz.words import Message


class _TrainHandler(PageHandler):
    """Responses of the Train page."""

    def respond(self, now: PageRequest) -> bytes:
        sweep = sweeping.requested_sweep(now)
        starts, sweep_arrays = (sweeping.sweep_record(sweep), sweeping.sweep_arrays(sweep)) if sweep else (None, {})
        return film.encode_film(now, _film(now), starts, sweep_arrays)

    def exact_arrays(self, now: PageRequest) -> dict[str, np.ndarray] | None:
        sweep = sweeping.requested_sweep(now)
        return sweep.arrays() if sweep else None

    def own_errors(self, now: PageRequest) -> Mapping[str, Message]:
        return sweeping.sweep_errors(now)

    def part(self, now: PageRequest, of: str) -> bytes | None:
        """Return the pictures of a training's images."""
        return images_of(of)

    def last_update(self, now: PageRequest) -> int:
        return _film(now).n

    def estimate_seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Return the estimated time of the recording, if it is not cached, and of the sweep, in seconds."""
        return film.estimate_seconds(setup, x, _alone(asked)) + (sweeping.estimate_seconds(setup, x, asked) if asked.get("sweep") else 0.0)


def _film(now: PageRequest) -> film.FilmPage:
    return film.film_page(now.setup, now.snapshot.image, _alone(now.query))


def _alone(asked: Mapping[str, str]) -> Mapping[str, str]:
    """Drop the comparison and held parameters if the query has a sweep."""
    return {key: text for key, text in asked.items() if key not in ("vs", "hold")} if asked.get("sweep") else asked


HANDLER = _TrainHandler()

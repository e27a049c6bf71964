"""Responses of the Train page: film, sweep and training pictures."""

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import choice_parser
from cnnviz.pages.address import PageRequest
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.train import film, sweeping
from cnnviz.pages.train.film.choices import HALVES, MANY
from cnnviz.pages.train.film.query_parameters import check_checkpoints, check_held_parameters
from cnnviz.pages.train.training.settings import Settings
from cnnviz.pages.train.training.test_images import images_of
from cnnviz.words import Message


class _TrainHandler(PageHandler):
    """Responses of the Train page."""

    def respond(self, request: PageRequest) -> bytes:
        sweep = sweeping.requested_sweep(request)
        starts, sweep_arrays = (sweeping.sweep_record(sweep), sweeping.sweep_arrays(sweep)) if sweep else (None, {})
        return film.encode_film(request, _film(request), starts, sweep_arrays)

    def exact_arrays(self, request: PageRequest) -> dict[str, np.ndarray] | None:
        sweep = sweeping.requested_sweep(request)
        return sweep.arrays() if sweep else None

    def own_errors(self, request: PageRequest) -> Mapping[str, Message]:
        """Return messages for the keys of the page. The form of the training reports its settings while it is open."""
        settings = Settings.read(request.query.get("train", ""))[1] if request.query.get("of") != MANY else None
        return {**super().own_errors(request), **sweeping.sweep_errors(request), **({"train": settings} if settings else {})}

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        return {"of": choice_parser(HALVES), "hold": lambda text: check_held_parameters(text, request.setup), "checkpoints": check_checkpoints}

    def part(self, request: PageRequest, name: str) -> bytes | None:
        """Return the pictures of a training's images."""
        return images_of(name)

    def last_update(self, request: PageRequest) -> int:
        return _film(request).n

    def estimate_seconds(self, setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
        """Return the estimated time of the recording, if it is not cached, and of the sweep, in seconds."""
        return film.estimate_seconds(setup, x, _without_comparison(query)) + (sweeping.estimate_seconds(setup, x, query) if query.get("sweep") else 0.0)


def _film(request: PageRequest) -> film.FilmPage:
    return film.film_page(request.setup, request.snapshot.image, _without_comparison(request.query))


def _without_comparison(query: Mapping[str, str]) -> Mapping[str, str]:
    """Drop the comparison and held parameters if the query has a sweep."""
    return {key: text for key, text in query.items() if key not in ("vs", "hold")} if query.get("sweep") else query


HANDLER = _TrainHandler()

"""The curves under a film: which lines each has, and where its numbers come from."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film
from cnnviz.words import Message, message

MOST_LINES = 9
"""Entries of a filter that get a line: those that move most, where there are more."""


@dataclass(frozen=True)
class Curve:
    """A chart under the film: its title, and the axes that go by powers of ten, as in Chart."""

    title: Message
    log: str = ""


CURVES = {
    "losses": Curve(message("ui.train.film.curves.losses"), log="y"),
    "o": Curve(message("ui.train.film.curves.o")),
    "kernel": Curve(message("ui.train.film.curves.kernel")),
    "norms": Curve(message("ui.train.film.curves.norms"), log="y"),
}


def lines(film: Film, setup: Setup, name: str) -> dict[str, np.ndarray]:
    """The lines of a curve by their names, with a number for each update; none of a kernel where there is none."""
    if name == "losses":
        return {"L": film.losses}
    if name == "norms":
        return {f"‖∂{label(parameter)}‖": film.norms[:, place] for place, parameter in enumerate(film.parameters)}
    if name == "o":
        return {f"o[{n}]": of for n, of in enumerate(film.o.T)}
    moved = film.kernel - film.kernel[0]  # small beside the weights themselves
    shape = setup.kernel.shape[-3:] if setup.kernel.shape[-3:-2] != (1,) else setup.kernel.shape[-2:]
    first = np.sort(np.argsort(-np.abs(moved[-1]), kind="stable")[:MOST_LINES]) if moved.shape[1] > MOST_LINES else range(moved.shape[1])
    return {f"Δf[{','.join(map(str, np.unravel_index(place, shape)))}]": moved[:, place] for place in first}

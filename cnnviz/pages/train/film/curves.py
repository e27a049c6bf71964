"""Curves below a recording: their lines and numbers."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import Film
from cnnviz.words import Message, message

MOST_LINES = 9
"""Maximum number of filter entries with a line each. If there are more, only the ones that change most are drawn."""


@dataclass(frozen=True)
class Curve:
    """A chart below the recording: its title, and the logarithmic axes as in `chart`."""

    title: Message
    log: str = ""


CURVES = {
    "losses": Curve(message("ui.train.film.curves.losses"), log="y"),
    "o": Curve(message("ui.train.film.curves.o")),
    "kernel": Curve(message("ui.train.film.curves.kernel")),
    "norms": Curve(message("ui.train.film.curves.norms"), log="y"),
}


def lines(film: Film, setup: Setup, name: str) -> dict[str, np.ndarray]:
    """Return the lines of a curve by their names, with one number per update; no lines for a missing kernel."""
    if name == "losses":
        return {"L": film.losses}
    if name == "norms":
        return {f"‖∂{label(parameter)}‖": film.norms[:, index] for index, parameter in enumerate(film.parameters)}
    if name == "o":
        return {f"o[{n}]": values for n, values in enumerate(film.o.T)}
    changes = film.kernel - film.kernel[0]  # plot the change, which is small compared with the weights
    shape = setup.kernel.shape[-3:] if setup.kernel.shape[-3:-2] != (1,) else setup.kernel.shape[-2:]
    largest = np.sort(np.argsort(-np.abs(changes[-1]), kind="stable")[:MOST_LINES]) if changes.shape[1] > MOST_LINES else range(changes.shape[1])
    return {f"Δf[{','.join(map(str, np.unravel_index(index, shape)))}]": changes[:, index] for index in largest}

"""The curves under a film: which lines each has, and where its numbers come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.film import Film
from cnnviz.words import Message, message


@dataclass(frozen=True)
class Curve:
    """A chart under the film: its title, its lines, and the axes that go by powers of ten, as in Chart."""

    title: Message
    lines: tuple[str, ...]
    log: str = ""

    def to_json(self, name: str) -> dict:
        """As the component's film wants it."""
        return {"name": name, "title": str(self.title), "lines": self.lines, "log": self.log}


CURVES = {
    "losses": Curve(message("ui.train.film.curves.losses"), ("L",)),
    "o": Curve(message("ui.train.film.curves.o"), ("o[0]", "o[1]")),
    "kernel": Curve(message("ui.train.film.curves.kernel"), tuple(f"Δf[{u},{v}]" for u in range(3) for v in range(3))),
    "norms": Curve(message("ui.train.film.curves.norms"), ("‖∂f‖", "‖∂w‖", "‖∂b‖"), log="y"),
}


def curve_values(film: Film, name: str) -> np.ndarray:
    """A curve's numbers; the kernel's as changes since the start, which are small beside its weights."""
    values = getattr(film, name)
    return values - values[0] if name == "kernel" else values

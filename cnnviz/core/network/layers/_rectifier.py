"""Base of ReLU and its kin: a cell is 0 or has a slope of its own on each side of 0, where there is a kink."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import Call, Links, Shape, call


def gates(z: np.ndarray) -> np.ndarray:
    """The units that let their number pass."""
    return z > 0


@dataclass(frozen=True)
class Rectifier(Activation):
    """A cell as it is where it is above 0, and `slope` times itself elsewhere."""

    has_kinks = True

    @property
    def slope(self) -> float:
        """The slope below 0, and at 0."""
        return 0.0

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"), ("x", "same"))}

    def choice(self, x: Shape) -> Call:
        return call(gates, "x")

    def tied(self, x: np.ndarray, y: np.ndarray, tie: float) -> np.ndarray:
        return np.abs(x) < tie

    def undecided(self, dx: np.ndarray, doubt: float, errors: tuple[np.ndarray, np.ndarray], *sources: np.ndarray) -> np.ndarray | None:
        """Cells near 0 that are open or closed; one at 0 is closed, unless round-off may open it: that is no rule of its own."""
        dy, x = sources
        closed = np.isclose(dx, self.slope * dy, 1e-3, 0)
        opened = np.isclose(dx, dy, 1e-3, 0) & ((x != 0) | (np.abs(dx - self.slope * dy) <= 2 * errors[0]))
        found: np.ndarray = (np.abs(x) <= doubt) & (closed | opened)
        return found

"""Base class of ReLU and leaky ReLU: 0 is a kink between two slopes."""

from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import Call, Links, Shape, call


def is_active(z: np.ndarray) -> np.ndarray:
    """Return a mask of the active units."""
    return z > 0


@dataclass(frozen=True)
class Rectifier(Activation):
    """Element-wise z if z > 0, else `slope`·z."""

    has_kinks = True

    @property
    def slope(self) -> float:
        """Slope at and below 0."""
        return 0.0

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"), ("x", "same"))}

    def decisions(self, x: Shape) -> Call:
        return call(is_active, "x")

    def tie_mask(self, x: np.ndarray, y: np.ndarray, tie: float) -> np.ndarray:
        return np.abs(x) < tie

    def undecided(self, dx: np.ndarray, error_bound: float, errors: tuple[np.ndarray, np.ndarray], *sources: np.ndarray) -> np.ndarray | None:
        """Return a mask of the cells near 0 whose gradient is right for either slope. At exactly 0 only the lower slope
        is right, except within round-off."""
        dy, x = sources
        is_closed = np.isclose(dx, self.slope * dy, 1e-3, 0)
        is_open = np.isclose(dx, dy, 1e-3, 0) & ((x != 0) | (np.abs(dx - self.slope * dy) <= 2 * errors[0]))
        mask: np.ndarray = (np.abs(x) <= error_bound) & (is_closed | is_open)
        return mask

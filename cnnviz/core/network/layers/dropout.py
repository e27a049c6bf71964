"""Dropout: in training each number, or each whole map, is dropped with probability p or scaled by 1 / (1 - p); in eval
mode it does not change."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from cnnviz.core.network.layers.identity import identity
from cnnviz.core.network.layers.layer import ONE, Call, Draw, Groups, Layer, Links, Run, Shape, call, parse_number


def drawn_mask(rng: np.random.Generator, shape: Shape, p: float) -> np.ndarray:
    """Draw a mask of `shape`: 1 / (1 - p) with probability 1 - p, else 0."""
    return (rng.random(shape) >= p) / (1 - p)


def drawn_map_mask(rng: np.random.Generator, shape: Shape, p: float) -> np.ndarray:
    """Draw a mask of `shape` that drops whole maps, the last two axes."""
    return np.broadcast_to(drawn_mask(rng, (*shape[:-2], 1, 1), p), shape).copy()


def masked(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """r = x · mask."""
    return x * mask


def masked_dx(dr: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """dx = dr · mask."""
    return dr * mask


def masked_bound(bound: np.ndarray, p: float) -> np.ndarray:
    """Return an upper bound of |r|: bound / (1 - p)."""
    return bound / (1 - p)


def channel_sums(r: np.ndarray) -> np.ndarray:
    """Return the sum of each channel, (C,), or of a row, (1,)."""
    total: np.ndarray = r.sum(axis=(-2, -1)) if r.ndim > 2 else r.sum(axis=-1, keepdims=True)
    return total


def masked_sums(x: np.ndarray, draw: Draw, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw `n` masks and return the sums of x · mask, (n,C) or (n,1)."""
    return np.stack([channel_sums(masked(x, draw(rng, x.shape))) for _ in range(n)])


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout with a probability of `percent` / 100, of whole maps if `maps` is true, else of single numbers. In a row, single
    numbers are dropped in any case."""

    percent: int
    maps: bool = False

    kind = "drop"
    text = re.compile(r"drop(?P<percent>\d+)(?P<maps>m)?")
    letter = "r"
    scale = "same"
    in_eval_mode = {"y": ("{y} = {x}", "x"), "dx": ("{dx} = {dy}", "dy")}  # noqa: RUF012

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(parse_number("drop", "percent", groups["percent"], 50, 90), bool(groups["maps"]))

    def __str__(self) -> str:
        return f"drop{self.percent}{'m' if self.maps else ''}"

    @property
    def p(self) -> float:
        """Probability of being dropped."""
        return self.percent / 100

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        if not run.training:
            return {"y": call(identity, "x"), "dx": call(identity, "dy")}
        return {"y": call(masked, "x mask"), "y_bound": call(masked_bound, "x_bound", p=self.p), "dx": call(masked_dx, "dy mask")}

    def _drops_maps(self, x: Shape) -> bool:
        return self.maps and len(x) > 1

    def draws(self, x: Shape) -> dict[str, Draw]:
        return {"mask": partial(drawn_map_mask if self._drops_maps(x) else drawn_mask, p=self.p)}

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {"y": r"{y} = {x} \odot \text{{mask}}", "dx": r"{dx} = {dy} \odot \text{{mask}}"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": "x*{mask}", "dx": "dy*{mask}"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"{'SpatialDropout2D' if self._drops_maps(x) else 'Dropout'}({self.p})",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"{'Dropout2d' if self._drops_maps(x) else 'Dropout'}({self.p})",)

    def tensorflow(self, tf: Any, x: Any, mask: Any = None) -> Any:
        return x if mask is None else x * mask

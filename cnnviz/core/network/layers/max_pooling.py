"""Max pooling: each window is reduced to its maximum, which alone gets the gradient."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cnnviz.core.network.layers._pooling import Pooling
from cnnviz.core.network.layers.layer import ONE, Call, Links, Run, Shape, call
from cnnviz.core.network.sliding import Index, axis_slices, slices
from cnnviz.core.network.ties import TIE, tie_margin


def max_pool(x: np.ndarray, k: int, stride: int, shape: tuple[int, int]) -> np.ndarray:
    """p[c,i,j] = the maximum of x[c, s·i … s·i + k - 1, s·j … s·j + k - 1], (…,C,H',W') with `shape` (H',W').

    Columns are reduced first, then rows: 2k - 2 comparisons instead of k² - 1.
    """
    down, right = (axis_slices(k, stride, n) for n in shape)
    columns = reduce(np.maximum, (x[..., index, :] for index in down))
    return reduce(np.maximum, (columns[..., index] for index in right))


def first_winners(x: np.ndarray, p: np.ndarray, bound: np.ndarray, k: int, stride: int, tie: float) -> Iterator[tuple[Index, np.ndarray]]:
    """Iterate over the cells (u,v) of the window: the index of the pixels under it, and at which positions it wins.

    The winner is the first cell that equals the maximum within round-off: p - x <= margin.
    """
    threshold, open_places = p - tie_margin(bound, tie), np.ones(p.shape, bool)
    for index in slices(k, stride, *p.shape[-2:]):
        is_winner = x[index] >= threshold
        is_winner &= open_places
        open_places ^= is_winner
        yield index, is_winner


def max_pool_dx(
    dp: np.ndarray, x: np.ndarray, p: np.ndarray, bound: np.ndarray, k: int, stride: int, tie: float
) -> np.ndarray:
    """Add each output's gradient to the winner of its window, the first if several are equal."""
    dx = np.zeros(x.shape, dp.dtype)
    for index, is_winner in first_winners(x, p, bound, k, stride, tie):
        if stride < k:
            dx[index] += dp * is_winner
        else:
            np.multiply(dp, is_winner, out=dx[index])
    return dx


def winners(x: np.ndarray, k: int, stride: int, shape: tuple[int, int]) -> np.ndarray:
    """Return a mask of the cells of each window that equal its maximum, (k²,…,C,H',W') with `shape` (H',W')."""
    windows = np.stack([x[index] for index in slices(k, stride, *shape)])
    return windows == windows.max(axis=0)


def max_pool_undecided(
    dx: np.ndarray, error_bound: np.ndarray | float, error: np.ndarray | float, dp: np.ndarray, x: np.ndarray, p: np.ndarray, k: int, stride: int
) -> np.ndarray:
    """Return a mask of the cells that tie for a window's maximum and whose gradients in `dx` sum to `dp`, within
    `error`.

    Each cell may not get the full gradient: the sum over the tied cells must be that of the window, or, if windows overlap, that
    of all windows of the map with ties.
    """
    windows = list(slices(k, stride, *p.shape[-2:]))
    is_near, ties = _tied_cells(error_bound, x, p, windows)
    error = 2 * np.broadcast_to(error, dp.shape)
    if stride < k:
        tolerance = _sum_windows(error * is_near, x, windows)
        untied, available_dp = _sum_windows(dp * (is_near & ~ties), x, windows), _sum_windows(np.abs(dp) * ties, x, windows)
        size = np.where(available_dp > 0, 1e-3 * (available_dp + np.abs(untied)) + tolerance, 0)
        is_valid = _receives_all(np.where(available_dp > 0, dx - untied, 0), dp * ties.any(axis=0), size)
        return is_valid & (available_dp > 0) & (np.abs(dx - untied) <= 1.001 * available_dp + tolerance)
    received = np.where(is_near, np.stack([dx[index] for index in windows]), 0).sum(axis=0)
    is_valid = np.abs(received - dp) <= np.maximum(1e-3 * np.abs(dp), error)
    return _sum_windows(is_valid & ties, x, windows) > 0


def _tied_cells(error_bound: np.ndarray | float, x: np.ndarray, p: np.ndarray, windows: list[Index]) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the cells of each window that equal its maximum within `error_bound`, and of these cells in windows
    that have several, (k²,…,C,H',W')."""
    is_near = np.stack([p - x[index] <= error_bound for index in windows])
    return is_near, is_near & (is_near.sum(axis=0) > 1)


def _sum_windows(shares: np.ndarray, x: np.ndarray, windows: list[Index]) -> np.ndarray:
    """Add the shares (k²,…,C,H',W') of the cells of all windows, in the shape of x."""
    total = np.zeros(x.shape)
    for index, share in zip(windows, shares, strict=True):
        total[index] += share
    return total


def _receives_all(received: np.ndarray, gradient: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Return a mask of the maps whose tied cells together receive the gradient `gradient`, within `tolerance`,
    (…,C,1,1)."""
    received, gradient, tolerance = (array.sum(axis=(-2, -1), keepdims=True) for array in (received, gradient, tolerance))
    return np.abs(received - gradient) <= tolerance


@dataclass(frozen=True)
class MaxPooling(Pooling):
    """Max pooling. It has a kink wherever the two largest of a window are equal within round-off
    (core/network/ties.py)."""

    kind = "max"
    has_kinks = True
    text = re.compile(r"max(?P<k>\d+)(s(?P<stride>\d+))?")

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        sliding = {"k": self.k, "stride": self.stride}
        return {
            "y": call(max_pool, "x", **sliding, shape=self.shape(x)[1:]),
            "dx": call(max_pool_dx, "dy x y x_bound", **sliding, tie=TIE),
        }

    def decisions(self, x: Shape) -> Call:
        return call(winners, "x", k=self.k, stride=self.stride, shape=self.shape(x)[1:])

    def tie_mask(self, x: np.ndarray, y: np.ndarray, tie: float) -> np.ndarray:
        windows = list(slices(self.k, self.stride, *y.shape[-2:]))
        return _sum_windows(_tied_cells(tie, x, y, windows)[1], x, windows) > 0

    def undecided(self, dx: np.ndarray, error_bound: float, errors: tuple[np.ndarray, np.ndarray], *sources: np.ndarray) -> np.ndarray | None:
        dp, x, p, bound = sources
        return max_pool_undecided(dx, np.maximum(error_bound, tie_margin(bound, TIE)), errors[1], dp, x, p, self.k, self.stride)

    def movable_gradient(self, error_bound: float, *sources: np.ndarray) -> np.ndarray | None:
        dp, x, p, _ = sources
        windows = list(slices(self.k, self.stride, *p.shape[-2:]))
        return _sum_windows(np.abs(dp) * _tied_cells(error_bound, x, p, windows)[1], x, windows)

    def links(self) -> Links:
        return {"y": (("x", "winner"),), "dx": (("dy", "won"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {
            "y": r"{y}[c,i,j] = \max_{{u,v}} {x}" + self.pixel,
            "dx": r"{dx}[c,r,s] = \sum {dy}[c,i,j]",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "max(x)", "dx": "sum(dy)"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"MaxPooling2D({self.k}, strides={self.stride})",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"MaxPool2d({self.k}, stride={self.stride})",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.nn.max_pool2d(x, self.k, self.stride, "VALID")

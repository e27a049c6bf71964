"""Fully connected layer: every output is a weighted sum of all units, plus a bias."""

import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cnnviz.core.network.layers.layer import (
    ONE,
    Call,
    Groups,
    Layer,
    Links,
    Parameter,
    Run,
    Shape,
    Values,
    call,
    parse_number,
)


def connect(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """z[n] = Σ_d x[d] · w[d,n] + b[n]; `x` (…,D), `w` (D,N), `b` (N,) -> (…,N)."""
    return x.dot(w) + b


def connect_bound(bound: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return an upper bound of |z|: bound · max_n Σ_d |w[d,n]| + max |b|."""
    return bound * np.abs(w).sum(axis=0).max() + np.abs(b).max()


def connect_dw(x: np.ndarray, dz: np.ndarray) -> np.ndarray:
    """dw[d,n] = x[d] · dz[n], summed over leading axes. `dot` is several times faster than np.outer."""
    return x[:, None].dot(dz[None]) if x.ndim == 1 else x.reshape(-1, x.shape[-1]).T.dot(dz.reshape(-1, dz.shape[-1]))


def connect_db(dz: np.ndarray) -> np.ndarray:
    """db[n] = dz[n], summed over leading axes."""
    return dz if dz.ndim == 1 else dz.reshape(-1, dz.shape[-1]).sum(axis=0)


def connect_dx(dz: np.ndarray, w: np.ndarray) -> np.ndarray:
    """dx[d] = Σ_n w[d,n] · dz[n], (…,D)."""
    return w.dot(dz) if dz.ndim == 1 else dz.dot(w.T)


@dataclass(frozen=True)
class Dense(Layer):
    """Fully connected layer with `outputs` units. A map is flattened first (channel, row, column)."""

    outputs: int

    kind = "dense"
    text = re.compile(r"dense(?P<outputs>\d+)")
    letter = "z"
    input_kind = output_kind = "row"

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls(parse_number("dense", "outputs", groups["outputs"], 1, 512))

    def __str__(self) -> str:
        return f"dense{self.outputs}"

    def shape(self, x: Shape) -> Shape:
        return (self.outputs,)

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        return {"w": Parameter((x[0], self.outputs), x[0]), "b": Parameter((self.outputs,))}

    def multiplications(self, x: Shape) -> int:
        return x[0] * self.outputs

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {
            "y": call(connect, "x w b"),
            "y_bound": call(connect_bound, "x_bound w b"),
            "dx": call(connect_dx, "dy w"),
            "dw": call(connect_dw, "x dy"),
            "db": call(connect_db, "dy"),
        }

    def links(self) -> Links:
        return {
            "y": (("x", "all"), ("w", "last"), ("b", "same")),
            "dx": (("w", "unit"), ("dy", "all")),
            "dw": (("x", "unit"), ("dy", "last")),
            "db": (("dy", "same"),),
            "w": (("x", "unit"), ("y", "last")),
        }

    def formulas(self, x: Shape) -> dict[str, str]:
        return {
            "y": r"{y} = {x} \cdot {w} + {b}",
            "dx": r"{dx} = {w} \cdot {dy}",
            "dw": r"{dw} = {x}^T \cdot {dy}",
            "db": "{db} = {dy}",
        }

    def arithmetic(self) -> dict[str, str]:
        return {"y": "sum(x*w)+b", "dx": "sum(w*dy)", "dw": "x*dy", "db": "dy"}

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        x, n = values["x"], self.outputs
        units, outputs = (None, entries) if parameter == "b" else np.divmod(entries, n)
        effect = np.zeros((len(entries), *x.shape[:-1], n), x.dtype)
        effect[np.arange(len(entries)), ..., outputs] = 1 if units is None else np.moveaxis(x, -1, 0)[units]
        return effect

    axes = {"pytorch": {"w": (1, 0)}}  # noqa: RUF012

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"Dense({self.outputs})",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"Linear({x[0]}, {self.outputs})",)

    def tensorflow(self, tf: Any, x: Any, w: Any, b: Any) -> Any:
        return x @ w + b

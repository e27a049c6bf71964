"""Base class of max and average pooling, which reduce a window of each channel to one number."""

from dataclasses import dataclass
from typing import Self

from cnnviz.core.network.layers.layer import Groups, Layer, Shape, parse_number
from cnnviz.core.network.sliding import places
from cnnviz.words import Problem


@dataclass(frozen=True)
class Pooling(Layer):
    """Pooling over windows of `k`×`k`, `stride` apart. Windows that do not fit completely are dropped."""

    k: int
    stride: int

    letter = "p"
    input_kind = output_kind = "map"
    scale = "same"
    passes_shifts = True

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        k = parse_number(cls.kind, "window", groups["k"], 2, 8, least=1)
        return cls(k, parse_number(cls.kind, "stride", groups["stride"], k, 8))

    def __str__(self) -> str:
        return f"{self.kind}{self.k}{f's{self.stride}' if self.stride != self.k else ''}"

    def shape(self, x: Shape) -> Shape:
        if min(x[1:]) < self.k:
            raise Problem("sliding.window", k=self.k, n=min(x[1:]))
        return (x[0], *places(*x[1:], self.k, self.stride, 0)[:2])

    @property
    def pixel(self) -> str:
        """LaTeX index of the pixel under cell (u,v) of the window at position (i,j)."""
        i, j = (index if self.stride == 1 else f"{self.stride}{index}" for index in "ij")
        return f"[c, {i}+u, {j}+v]"

    def geometry(self) -> dict[str, int]:
        return {"k": self.k, "stride": self.stride, "before": 0, "dilation": 1}

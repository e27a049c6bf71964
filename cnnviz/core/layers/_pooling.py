"""What max and average pooling have in common: a window of each channel becomes one number."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.core.layers.layer import Layer, Shape, number
from cnnviz.core.sliding import places


@dataclass(frozen=True)
class Pooling(Layer):
    """Windows of `k`×`k`, `stride` apart; places that do not fit are left out."""

    k: int
    stride: int

    letter = "p"
    takes = gives = "map"
    scale = "same"

    @classmethod
    def from_groups(cls, groups):
        k = number(cls.kind, "window", groups["k"], 2, 8, least=1)
        return cls(k, number(cls.kind, "stride", groups["stride"], k, 8))

    def __str__(self) -> str:
        return f"{self.kind}{self.k}{f's{self.stride}' if self.stride != self.k else ''}"

    def shape(self, x: Shape) -> Shape:
        return (x[0], *places(*x[1:], self.k, self.stride, 0)[:2])

    def geometry(self) -> dict[str, int]:
        return {"k": self.k, "stride": self.stride, "before": 0, "dilation": 1}

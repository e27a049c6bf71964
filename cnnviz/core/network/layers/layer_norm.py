"""Layer normalization of rows. For maps use gn1, since PyTorch and Keras define layer normalization of maps
differently."""

import re
from dataclasses import dataclass
from typing import Self

from cnnviz.core.network.layers._normalization import EPS
from cnnviz.core.network.layers.group_norm import GroupNorm
from cnnviz.core.network.layers.layer import Groups, Shape


@dataclass(frozen=True)
class LayerNorm(GroupNorm):
    """Normalization of a row over all its units."""

    kind = "ln"
    text = re.compile("ln")
    input_kind = output_kind = "row"

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        return cls()

    def __str__(self) -> str:
        return "ln"

    def keras(self, x: Shape) -> tuple[str, ...]:
        return (f"LayerNormalization(epsilon={EPS})",)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return (f"LayerNorm({x[0]}, eps={EPS})",)

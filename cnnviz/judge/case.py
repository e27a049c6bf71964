"""One call of a backward function: its arrays in the core's layout, and its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.runtime.cached import cached_property

Array = np.ndarray

ELEMENTWISE = ("relu", "sigmoid", "tanh")
POOLS = ("max", "avg")

RETURNS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*ELEMENTWISE, *POOLS, "dropout"), ("dx",)),
    **dict.fromkeys(("dense", "conv"), ("dx", "dw", "db")),
    "batchnorm": ("dx", "dgamma", "dbeta"),
    "softmax": ("loss", "dx"),
}
"""The kinds of layers that can be judged, and the arrays that a backward function of each returns, in order."""


@dataclass(frozen=True, eq=False)
class Case:
    """Arrays by role, images first and channels second: "x" (N,…), "dout" with the shape of the output, "w", "b",
    "gamma", "beta", "mask".

    Softmax has the classes "y" (N,) and no "dout". `settings` are "stride" and "pad", the rows "k" and columns "across" of a
    pooling window, "eps" of batch normalization, "p" and "mode" of dropout, and "mean" if parameters' gradients are averaged over
    the images.
    """

    kind: str
    arrays: Mapping[str, Array]
    settings: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def images(self) -> int:
        """The number of images N."""
        x = self.arrays["x"]
        return len(x) if x.ndim else 1

    @cached_property
    def window(self) -> tuple[int, int]:
        """Rows and columns of a convolution's or pooling's window."""
        if self.kind in POOLS:
            return self.number("k"), self.number("across")
        rows, columns = self.arrays["w"].shape[2:]
        return rows, columns

    @property
    def has_square_windows(self) -> bool:
        """Whether the case has no windows, or only square ones."""
        has_window = self.kind in POOLS or (self.kind == "conv" and "w" in self.arrays)
        return not has_window or self.window[0] == self.window[1]

    def number(self, name: str) -> int:
        """Return an integer setting."""
        value = self.settings[name]
        assert isinstance(value, int)
        return value

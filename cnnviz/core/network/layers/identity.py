"""Identity, for comparing a network with and without an activation."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.layers.layer import ONE, Call, Links, Run, Shape, call


def identity(z: np.ndarray) -> np.ndarray:
    """Return z itself."""
    return z


@dataclass(frozen=True)
class Identity(Activation):
    """The identity function."""

    kind = "identity"
    text = re.compile("identity")
    scale = "same"
    passes_shifts = True

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        return {"y": call(identity, "x"), "dx": call(identity, "dy")}

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"),)}

    def formulas(self, x: Shape) -> dict[str, str]:
        return {"y": "{y} = {x}", "dx": "{dx} = {dy}"}

    def arithmetic(self) -> dict[str, str]:
        return {"y": "x", "dx": "dy"}

    def keras(self, x: Shape) -> tuple[str, ...]:
        return ('Activation("linear")',)

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        return ("Identity()",)

    def tensorflow(self, tf: Any, x: Any) -> Any:
        return tf.identity(x)

"""Base of all activations: each cell of the output is a function of the same cell of the input."""

from dataclasses import dataclass

from cnnviz.core.network.layers.layer import Layer, Links


@dataclass(frozen=True)
class Activation(Layer):
    """An elementwise function of what the layer before it gives."""

    letter = "a"

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"), ("y", "same"))}

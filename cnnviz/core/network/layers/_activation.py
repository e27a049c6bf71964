"""Base class of element-wise activations."""

from dataclasses import dataclass

from cnnviz.core.network.layers.layer import Layer, Links


@dataclass(frozen=True)
class Activation(Layer):
    """An element-wise function of the input."""

    letter = "a"

    def links(self) -> Links:
        return {"y": (("x", "same"),), "dx": (("dy", "same"), ("y", "same"))}

"""Share of hidden units that pass almost no gradient, as defined by each kind of layer."""

from typing import Literal

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.named_arrays import Trace


def hidden_share(network: Architecture, trace: Trace, kind: Literal["saturated", "silent"]) -> float:
    """Return the share (0 to 1) of hidden units that are "saturated" or "silent", or NaN if no layer here can be.

    >>> from cnnviz.core.network.network import Network
    >>> network, x = Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse"), np.zeros((8, 8))
    >>> trace = network.forward(network.init(x.shape, seed=0), x)
    >>> hidden_share(network, trace, "saturated"), hidden_share(network, trace, "silent")
    (0.0, nan)
    """
    masks = [getattr(layer, kind)(trace[names.output]) for layer, names in zip(network.layers, network.names, strict=True) if names.output != "o"]
    cells = [mask.reshape(-1) for mask in masks if mask is not None]
    if not cells:
        return np.nan
    return float(np.mean(cells[0] if len(cells) == 1 else np.concatenate(cells)))

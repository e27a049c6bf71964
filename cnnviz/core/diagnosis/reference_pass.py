"""The reference backward pass, with which submitted gradients are compared."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.network.named_arrays import Params, Trace
from cnnviz.core.network.optimizers import Optimizer, State
from cnnviz.core.network.program import Program


@dataclass(frozen=True, eq=False)
class ReferencePass:
    """Inputs of the reference backward pass, and the optimizer of the step after it."""

    program: Program
    params: Params
    trace: Trace
    y: np.ndarray
    optimizer: Optimizer
    state: State = field(default_factory=dict)

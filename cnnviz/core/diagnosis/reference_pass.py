"""The backward pass that another one is compared with."""

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.network.named_arrays import Params, Trace
from cnnviz.core.network.optimizers import Optimizer, State
from cnnviz.core.network.program import Program


@dataclass(frozen=True, eq=False)
class ReferencePass:
    """Inputs of our backward pass, and the optimizer that makes the step after it."""

    program: Program
    params: Params
    trace: Trace
    y: np.ndarray
    optimizer: Optimizer
    state: State = field(default_factory=dict)

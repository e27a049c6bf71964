"""Mistakes in an optimizer's step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistakes.registry import mistake
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.optimizers import Adam, Momentum, Optimizer, State

Array = np.ndarray


class UncorrectedAdam(Adam):
    """Adam without bias correction."""

    corrects = False


@mistake("adam_uncorrected", Adam, "update", wrong="θ -= lr * m / (sqrt(s) + 1e-8)", right="θ -= lr * m_hat / (sqrt(s_hat) + 1e-8)")
def adam_uncorrected(right: Optimizer) -> Optimizer:
    return UncorrectedAdam(right.lr)


@dataclass(frozen=True)
class Forgetful(Optimizer):
    """An optimizer that discards its state before every step."""

    right: Optimizer

    def step(self, params: Params, gradients: Mapping[str, np.ndarray], state: State | None = None) -> tuple[Params, State]:
        return self.right.step(params, gradients, None)


@mistake("state_forgotten", (Momentum, Adam), "update", wrong="θ, state = step(θ, dθ, None)", right="θ, state = step(θ, dθ, state)")
def state_forgotten(right: Optimizer) -> Optimizer:
    return Forgetful(right.lr, right)

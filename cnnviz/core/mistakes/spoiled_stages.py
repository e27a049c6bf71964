"""The stages of a backward pass that a mistake spoils: those whose arrays differ from the exact ones."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import Optimizer, State, gd

Arrays = Mapping[str, np.ndarray]


@np.errstate(all="ignore")  # a mistake may divide by 0
def stages_hit(
    mistaken: Arrays,
    exact: Arrays,
    params: Params,
    learning_rate: float | Optimizer,
    network: Architecture | None = None,
    wrong_step: Optimizer | None = None,
    state: State | None = None,
) -> tuple[str, ...]:
    """Return the stages whose arrays are wrong in `mistaken`, in order. The first stage contains the mistake, and the
    others inherit its effect.

    Stages are those of `network` (default: the teaching notebook's) from the loss back to the update; dw includes db.
    "dx" is not a stage, and is returned only if nothing else is wrong. `wrong_step` is the optimizer of the mistaken
    pass, if the mistake is in the optimizer. The result is empty if nothing differs.

    >>> from cnnviz.core.mistakes import MISTAKES
    >>> from cnnviz.core.notebook.notebook_network import backward, forward
    >>> params = Params(np.ones((2, 2)), np.ones((4, 2)), np.zeros(2))
    >>> trace = forward(params, np.arange(9.0).reshape(3, 3) / 9)
    >>> wrong = MISTAKES["sigmoid_prime_of_z"].gradients(params, trace, np.array([1, 0]), 0.1)
    >>> stages_hit(wrong, backward(params, trace, np.array([1, 0])), params, 0.1)
    ('dz1', 'df', 'update')
    """
    rule = learning_rate if isinstance(learning_rate, Optimizer) else gd(learning_rate)
    correct_params, mistaken_params = (step.step(params, gradients, state)[0] for step, gradients in ((wrong_step or rule, mistaken), (rule, exact)))
    wrong_stages = []
    for stage in (network or _default_network()).stages:
        pair = {"backward": (mistaken, exact), "update": (correct_params, mistaken_params)}.get(stage.phase)
        if pair and not all(arrays_equal(pair[0][name], pair[1][name]) for name in stage.makes):
            wrong_stages.append(str(stage))
    return tuple(wrong_stages) if wrong_stages or arrays_equal(mistaken["dx"], exact["dx"]) else ("dx",)


@lru_cache(maxsize=1)
def _default_network() -> Network:
    return Network.parse(DEFAULT)


def arrays_equal(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether all entries are equal; NaN equals NaN.

    >>> arrays_equal(np.array([1.0, np.nan]), np.array([1.0, np.nan])), arrays_equal(np.zeros(1), np.full(1, 1e-300))
    (True, False)
    """
    return np.array_equal(a, b, equal_nan=True)

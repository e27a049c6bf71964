"""Where a backward pass first goes wrong, and which of the stages after it are right given what they were handed.

The first wrong stage is the first, in the order of the backward pass, whose array differs although the right line,
fed with the same pass's own inputs, does not give it. A later stage that differs *inherits*: our line, fed with
their inputs, gives their array. If it does not, a second mistake was made there. Bias and filter make one
stage, and the row dv belongs to the map that it is laid out as; ∂x has no stage of its own and comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.comparison.tolerance import agree
from cnnviz.core.network import DEFAULT, Network
from cnnviz.core.optimizers import Optimizer, State, gd
from cnnviz.core.values import Params

Arrays = Mapping[str, np.ndarray]

RIGHT, INHERITS, WRONG = "right", "inherits", "wrong"
"""From good to bad: what a stage of several arrays is called is the worst of them."""


def first_wrong(found: Mapping[str, str]) -> str:
    """The first stage that is wrong by itself, or "" if there is none.

    >>> first_wrong({"dz2": "right", "da1": "wrong", "dz1": "inherits"})
    'da1'
    """
    return next((stage for stage, verdict in found.items() if verdict == WRONG), "")


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
    """The stages whose arrays `mistaken` has wrong, in order: the first is where it shows, the rest inherit it.

    Stages are those of `network` (the teaching notebook's unless given) from the loss back to update; dw stands for
    db too. ∂x has none, and is named only where nothing else is wrong. `wrong_step` is the rule that the
    mistaken pass steps by, where the mistake is in the rule. Empty if nothing shows.

    >>> from cnnviz.core.mistakes import MISTAKES
    >>> from cnnviz.core.seed_network import backward, forward
    >>> params = Params(np.ones((2, 2)), np.ones((4, 2)), np.zeros(2))
    >>> trace = forward(params, np.arange(9.0).reshape(3, 3) / 9)
    >>> wrong = MISTAKES["sigmoid_prime_of_z"].gradients(params, trace, np.array([1, 0]), 0.1)
    >>> stages_hit(wrong, backward(params, trace, np.array([1, 0])), params, 0.1)
    ('dz1', 'df', 'update')
    """
    rule = learning_rate if isinstance(learning_rate, Optimizer) else gd(learning_rate)
    theirs, ours = (step.step(params, of, state)[0] for step, of in ((wrong_step or rule, mistaken), (rule, exact)))
    found = []
    for stage in (network or _seed()).stages:
        sides = {"backward": (mistaken, exact), "update": (theirs, ours)}.get(stage.phase)
        if sides and not all(agree(sides[0][name], sides[1][name]) for name in stage.makes):
            found.append(str(stage))
    return tuple(found) if found or agree(mistaken["dx"], exact["dx"]) else ("dx",)


@lru_cache(maxsize=1)
def _seed() -> Network:
    return Network.parse(DEFAULT)


def by_stage(network: Architecture, found: Mapping[str, str]) -> dict[str, str]:
    """Verdicts on stages, in order, and on "dx", from those on arrays: of several the worst counts."""
    flattened = next((f"d{names.source}" for names in network.names if names.flattens), "")
    stages = {str(stage): stage.makes for stage in network.stages if stage.phase == "backward"} | {"dx": ("dx",)}
    worst = (RIGHT, INHERITS, WRONG).index
    judged: dict[str, str] = {}
    for stage, makes in stages.items():
        of = [found[name] for name in (*(["dv"] if stage == flattened else []), *makes) if name in found]
        if of:
            judged[stage] = max(of, key=worst)
    return judged

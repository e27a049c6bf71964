"""Snapshot of a setup whose backward pass contains a mistake."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.mistakes import MISTAKES, PlacedMistake, mistakes_for
from cnnviz.core.network.named_arrays import Trace
from cnnviz.core.network.network import Network
from cnnviz.core.network.program import get_program
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import estimated_seconds
from cnnviz.core.training.updates import Point, Updates, apply_set_values
from cnnviz.decks.scope import (
    MAX_MISTAKEN_UPDATES,
    SLOWER,
    Scope,
    changed_setup,
    query_of,
    running_statistics,
    scope_of,
)

MOST_SECONDS = 0.3
"""Upper limit of the estimated seconds for computing every mistake of a network while a user waits."""


def quick_mistakes(setup: Setup) -> list[PlacedMistake]:
    """Return every mistake that is possible in a setup, at each position, or [] if computing them takes too long.

    >>> quick_mistakes(Setup())[0].address, quick_mistakes(Setup(k=1_000))
    ('mean_forgotten@do', [])
    """
    mistakes = [] if setup.deviations else mistakes_for(setup.network, setup.opt, len(setup.images), setup.mode == "train")
    seconds = len(mistakes) * SLOWER * estimated_seconds(setup.network, setup.batch_shape, setup.k + 1)
    return mistakes if seconds <= MOST_SECONDS and setup.k <= MAX_MISTAKEN_UPDATES else []


def placed_mistakes(setup: Setup, mistake: str) -> tuple[PlacedMistake, ...]:
    """Return the positions at which a mistake is possible in a setup, with its number of images and its mode.

    >>> [mistake.address for mistake in placed_mistakes(Setup(), "sign_flipped")], placed_mistakes(Setup(), "images_summed")
    (['sign_flipped@do'], ())
    """
    return MISTAKES[mistake].places(setup.network, setup.opt, len(setup.images), setup.mode == "train")


class MistakenScope(Scope):
    """Scope of a setup in which all updates contain a mistake, also at other snapshots."""

    mistake: PlacedMistake

    def elsewhere(self, function: str, text: str) -> Scope:
        if function != "at":
            return super().elsewhere(function, text)
        other_setup = changed_setup(self.setup, query_of(text))
        candidates = placed_mistakes(other_setup, self.mistake.mistake.name)
        if not candidates or other_setup.deviations:
            return scope_of(other_setup)
        return mistaken_scope(scope_of(other_setup), next((candidate for candidate in candidates if candidate.stage == self.mistake.stage), candidates[-1]))


def mistaken_scope(exact_scope: Scope, mistake: PlacedMistake) -> Scope:
    """Return the scope of the same setup, with the mistake in all updates and in the last gradients.

    >>> from cnnviz.core.setup.setup import Setup
    >>> from cnnviz.core.mistakes import mistake_at
    >>> right = scope_of(Setup(k=1))
    >>> wrong = mistaken_scope(right, mistake_at("sign_flipped", right.setup.network))
    >>> bool(wrong.arrays["L"] > right.arrays["L"])
    True
    """
    setup, network = exact_scope.setup, exact_scope.setup.network
    optimizer, y = mistake.optimizer(setup.optimizer), np.array(setup.y)
    start = scope_of(replace(setup, k=0, cell="", mode="train")).snapshot
    updates, losses = Updates(setup, start.image), list[float]()
    next_point = Point(start.params, {}, start.trace.x, start.buffers)
    for k in range(min(setup.k, MAX_MISTAKEN_UPDATES) + 1):
        point = apply_set_values(setup, k, next_point) if k else next_point
        trace, state = _forward(network, mistake, point, updates.pass_inputs(point)), point.state or None
        losses.append(network.loss(trace, y))
        gradients = mistake.gradients(point.params, trace, y, setup.optimizer, state)
        buffers = mistake.next_buffers(network.program(trace.x.shape), trace)
        next_point = Point(*optimizer.step(point.params, gradients, state), point.x, buffers, k + 1)
    if setup.mode != "train":
        trace = _forward(network, mistake, point, point.buffers, training=False)
        losses[-1], gradients = network.loss(trace, y), mistake.gradients(point.params, trace, y, setup.optimizer)
    arrays = {**exact_scope.arrays, **trace, **point.params, **{name: gradients[name] for name in exact_scope.snapshot.gradients if name in gradients}}
    arrays |= {f"{name}_next": next_point.params[name] for name in point.params} | running_statistics(point.buffers, next_point.buffers)
    scope = MistakenScope(setup, exact_scope.snapshot, arrays | {"L": np.array(losses[-1]), "losses": np.array(losses)})
    vars(scope)["mistake"] = mistake
    return scope


def _forward(network: Network, mistake: PlacedMistake, point: Point, pass_inputs: Mapping[str, np.ndarray] | None, training: bool = True) -> Trace:
    """Run the forward pass, with the mistake if that affects it."""
    trace = network.forward(point.params, point.x, training=training, pass_inputs=pass_inputs)
    return mistake.forward(get_program(network, trace.x.shape, training=training), point.params, trace)

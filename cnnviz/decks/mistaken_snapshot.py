"""Snapshot of a setup whose backward pass contains a mistake."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.mistakes import MISTAKES, PlacedMistake, mistakes_for
from cnnviz.core.network.named_arrays import Trace
from cnnviz.core.network.network import Network
from cnnviz.core.network.program import program_of
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import estimate
from cnnviz.core.training.updates import Point, Updates, reached
from cnnviz.decks.scope import MOST_WRONG, SLOWER, Scope, changed_setup, kept, query_of, scope_of

MOST_SECONDS = 0.3
"""Upper limit of the estimated seconds for making every mistake of a network while a user waits."""


def quickly_made(setup: Setup) -> list[PlacedMistake]:
    """Return every mistake that is possible in a setup, at each position, or [] if computing them takes too long.

    >>> quickly_made(Setup())[0].address, quickly_made(Setup(k=1_000))
    ('mean_forgotten@do', [])
    """
    found = [] if setup.deviations else mistakes_for(setup.network, setup.opt, len(setup.images), setup.mode == "train")
    seconds = len(found) * SLOWER * estimate(setup.network, setup.batch_shape, setup.k + 1)
    return found if seconds <= MOST_SECONDS and setup.k <= MOST_WRONG else []


def places_in(setup: Setup, mistake: str) -> tuple[PlacedMistake, ...]:
    """Return the positions at which a mistake is possible in a setup, with its number of images and its mode.

    >>> [one.address for one in places_in(Setup(), "sign_flipped")], places_in(Setup(), "images_summed")
    (['sign_flipped@do'], ())
    """
    return MISTAKES[mistake].places(setup.network, setup.opt, len(setup.images), setup.mode == "train")


class Mistaken(Scope):
    """Scope of a setup in which all updates contain a mistake, also at other snapshots."""

    mistake: PlacedMistake

    def elsewhere(self, function: str, text: str) -> Scope:
        if function != "at":
            return super().elsewhere(function, text)
        there = changed_setup(self.setup, query_of(text))
        places = places_in(there, self.mistake.mistake.name)
        if not places or there.deviations:
            return scope_of(there)
        return mistaken(scope_of(there), next((one for one in places if one.stage == self.mistake.stage), places[-1]))


def mistaken(right: Scope, mistake: PlacedMistake) -> Scope:
    """Return the scope of the same setup, with the mistake in all updates and in the last gradients.

    >>> from cnnviz.core.setup.setup import Setup
    >>> from cnnviz.core.mistakes import placed
    >>> right = scope_of(Setup(k=1))
    >>> wrong = mistaken(right, placed("sign_flipped", right.setup.network))
    >>> bool(wrong.arrays["L"] > right.arrays["L"])
    True
    """
    setup, network = right.setup, right.setup.network
    rule, y = mistake.optimizer(setup.optimizer), np.array(setup.y)
    start = scope_of(replace(setup, k=0, cell="", mode="train")).snapshot
    updates, losses = Updates(setup, start.image), list[float]()
    after = Point(start.params, {}, start.trace.x, start.buffers)
    for k in range(min(setup.k, MOST_WRONG) + 1):
        point = reached(setup, k, after) if k else after
        trace, state = _passed(network, mistake, point, updates.given(point)), point.state or None
        losses.append(network.loss(trace, y))
        gradients = mistake.gradients(point.params, trace, y, setup.optimizer, state)
        buffers = mistake.next_buffers(network.program(trace.x.shape), trace)
        after = Point(*rule.step(point.params, gradients, state), point.x, buffers, k + 1)
    if setup.mode != "train":
        trace = _passed(network, mistake, point, point.buffers, training=False)
        losses[-1], gradients = network.loss(trace, y), mistake.gradients(point.params, trace, y, setup.optimizer)
    arrays = {**right.arrays, **trace, **point.params, **{name: gradients[name] for name in right.snapshot.gradients if name in gradients}}
    arrays |= {f"{name}_next": after.params[name] for name in point.params} | kept(point.buffers, after.buffers)
    found = Mistaken(setup, right.snapshot, arrays | {"L": np.array(losses[-1]), "losses": np.array(losses)})
    vars(found)["mistake"] = mistake
    return found


def _passed(network: Network, mistake: PlacedMistake, point: Point, given: Mapping[str, np.ndarray] | None, training: bool = True) -> Trace:
    """Run the forward pass, with the mistake if it is one of the forward pass."""
    trace = network.forward(point.params, point.x, training=training, given=given)
    return mistake.forward(program_of(network, trace.x.shape, training=training), point.params, trace)

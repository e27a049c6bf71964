"""Some updates more from a moment, with a mistake in the backward pass or without: does the loss fall all the same? And what a step promises."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.core.training.updates import Point, Updates, reached

UPDATES = 200
"""Updates that are made where the network is small."""
MOST_WORK = 60_000_000
"""Multiplications that they may take, some tens of milliseconds; but FEWEST are always made."""
FEWEST = 5


@np.errstate(all="ignore")  # what a mistake leads to may be infinite, and is shown as such
def descent(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake | None = None) -> np.ndarray:
    """The losses before and after each update from `moment` on, (n+1,): by the exact rule, or with the mistake in every one.

    >>> from cnnviz import load_image, run_updates
    >>> setup, x = Setup(), load_image("test-0")
    >>> bool(np.array_equal(descent(setup, run_updates(setup, x, 0)), run_updates(setup, x, 200).losses))
    True
    """
    return losses_on(setup, snapshot, _updates_that_fit(setup, snapshot.trace.x.shape), mistake)


def losses_on(setup: Setup, snapshot: Snapshot, n: int, mistake: PlacedMistake | None = None) -> np.ndarray:
    """The losses before and after each of `n` updates from `moment` on, (n + 1,)."""
    updates, right = Updates(setup, snapshot.image), setup.optimizer
    program, y, rule = updates.program, updates.y, mistake.optimizer(right) if mistake else right
    point, losses = Point(snapshot.params, snapshot.state, snapshot.trace.x, snapshot.buffers, len(snapshot.losses) - 1), []
    for k in range(first := point.k, first + n + 1):
        check_wanted()
        params, state = point.params, point.state or None
        trace = program.forward(params, point.x, given=updates.given(point))
        losses.append(updates.loss(trace))
        if k < first + n:
            gradients = mistake.run(program, params, trace, y, right, state) if mistake else program.backward(params, trace, y)
            after = Point(*rule.step(params, gradients, state), point.x, program.next_buffers(trace), k + 1)
            point = reached(setup, k + 1, after)
    return np.array(losses)


@dataclass(frozen=True)
class Promise:
    """The fall of the loss that one step of gradient descent promises, η·‖∂θ‖² to first order, and what it keeps.

    `shares`, of each parameter, add up to 1; `promised` is all of it, `before` and `after` are the loss itself.
    """

    shares: Mapping[str, float]
    promised: float
    before: float
    after: float

    @property
    def falls(self) -> float:
        """The real falls of the loss."""
        return self.before - self.after


@np.errstate(all="ignore")  # of a run that has run away
def promise(setup: Setup, snapshot: Snapshot) -> Promise | None:
    """The promise of a moment's step; None under another rule, and where nothing is promised.

    >>> from cnnviz import load_image, run_updates
    >>> setup = Setup()
    >>> found = promise(setup, run_updates(setup, load_image("test-0"), 3))
    >>> f"{found.shares['w']:.2%}", round(found.promised, 4), round(found.falls, 4)
    ('99.56%', 0.0235, 0.0215)
    """
    if setup.opt != "gd" or setup.deviations:
        return None
    falls = {name: setup.lr * float(np.sum(snapshot.gradients[f"d{name}"] ** 2)) for name in snapshot.params}
    promised = sum(falls.values())
    if not promised or not np.isfinite(promised):
        return None
    shares = {name: fall / promised for name, fall in falls.items()}
    return Promise(shares, promised, float(snapshot.losses[-1]), loss_after(setup, snapshot))


@np.errstate(all="ignore")
def loss_after(setup: Setup, snapshot: Snapshot) -> float:
    """The loss after the snapshot's step, by the exact forward pass; what is drawn is as before the step.

    >>> from cnnviz import load_image, run_updates
    >>> setup, x = Setup(opt="adam"), load_image("test-0")
    >>> loss_after(setup, run_updates(setup, x, 3)) == float(run_updates(setup, x, 4).losses[-1])
    True
    """
    network, x = setup.network, snapshot.trace.x
    return float(network.loss(network.program(x.shape).forward(snapshot.after, x, given=snapshot.trace.kept), np.array(setup.y)))


def _updates_that_fit(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """The number of updates of this setup that are little enough work.

    >>> _updates_that_fit(Setup(), (32, 32))
    200
    """
    work = max(1, step_work(setup.network, x_shape))
    return max(FEWEST, min(UPDATES, MOST_WORK // work))

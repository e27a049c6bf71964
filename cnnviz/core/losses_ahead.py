"""Some updates more from a moment, with a mistake in the backward pass or without: does the loss fall all the same? And what a step promises."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistake_model import Placed
from cnnviz.core.setup import Setup
from cnnviz.core.trajectory import Moment
from cnnviz.core.update_limits import step_work
from cnnviz.core.updates import Point, Updates, reached
from cnnviz.core.work_cancellation import check_wanted

UPDATES = 200
"""Updates that are made where the network is small."""
MOST_WORK = 60_000_000
"""Multiplications that they may take, some tens of milliseconds; but FEWEST are always made."""
FEWEST = 5


@np.errstate(all="ignore")  # what a mistake leads to may be infinite, and is shown as such
def descent(setup: Setup, moment: Moment, mistake: Placed | None = None) -> np.ndarray:
    """The losses before and after each update from `moment` on, (n+1,): by the exact rule, or with the mistake in every one.

    >>> from cnnviz import load_image, trajectory
    >>> setup, x = Setup(), load_image("test-0")
    >>> bool(np.array_equal(descent(setup, trajectory(setup, x, 0)), trajectory(setup, x, 200).losses))
    True
    """
    return losses_on(setup, moment, _updates_that_fit(setup, moment.trace.x.shape), mistake)


def losses_on(setup: Setup, moment: Moment, n: int, mistake: Placed | None = None) -> np.ndarray:
    """The losses before and after each of `n` updates from `moment` on, (n + 1,)."""
    updates, right = Updates(setup, moment.image), setup.optimizer
    program, y, rule = updates.program, updates.y, mistake.optimizer(right) if mistake else right
    point, losses = Point(moment.params, moment.state, moment.trace.x, moment.buffers, len(moment.losses) - 1), []
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
def promise(setup: Setup, moment: Moment) -> Promise | None:
    """The promise of a moment's step; None under another rule, and where nothing is promised.

    >>> from cnnviz import load_image, trajectory
    >>> setup = Setup()
    >>> found = promise(setup, trajectory(setup, load_image("test-0"), 3))
    >>> f"{found.shares['w']:.2%}", round(found.promised, 4), round(found.falls, 4)
    ('99.56%', 0.0235, 0.0215)
    """
    if setup.opt != "gd" or setup.deviations:
        return None
    falls = {name: setup.lr * float(np.sum(moment.gradients[f"d{name}"] ** 2)) for name in moment.params}
    promised = sum(falls.values())
    if not promised or not np.isfinite(promised):
        return None
    shares = {name: fall / promised for name, fall in falls.items()}
    return Promise(shares, promised, float(moment.losses[-1]), loss_after(setup, moment))


@np.errstate(all="ignore")
def loss_after(setup: Setup, moment: Moment) -> float:
    """The loss after the moment's step, by the exact forward pass; what is drawn is as before the step.

    >>> from cnnviz import load_image, trajectory
    >>> setup, x = Setup(opt="adam"), load_image("test-0")
    >>> loss_after(setup, trajectory(setup, x, 3)) == float(trajectory(setup, x, 4).losses[-1])
    True
    """
    network, x = setup.network, moment.trace.x
    return float(network.loss(network.program(x.shape).forward(moment.after, x, given=moment.trace.kept), np.array(setup.y)))


def _updates_that_fit(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """The number of updates of this setup that are little enough work.

    >>> _updates_that_fit(Setup(), (32, 32))
    200
    """
    work = max(1, step_work(setup.network, x_shape))
    return max(FEWEST, min(UPDATES, MOST_WORK // work))

"""Losses of the updates after a snapshot, correct or with a mistake in the backward pass, and the decrease that a
step promises."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import step_work
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.core.training.updates import Point, Updates, apply_set_values

UPDATES = 200
"""Number of updates for a small network."""
MOST_WORK = 60_000_000
"""Maximum number of multiplications of these updates, which take some tens of milliseconds. FEWEST updates are always
made."""
FEWEST = 5


@np.errstate(all="ignore")  # a mistake may lead to infinite values; the chart shows that
def descent(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake | None = None) -> np.ndarray:
    """Return the losses before and after each update from `snapshot` on, (n+1,), by the exact rule or with a mistake
    in every update.

    >>> from cnnviz import load_image, run_updates
    >>> setup, x = Setup(), load_image("test-0")
    >>> bool(np.array_equal(descent(setup, run_updates(setup, x, 0)), run_updates(setup, x, 200).losses))
    True
    """
    return losses_from(setup, snapshot, _updates_that_fit(setup, snapshot.trace.x.shape), mistake)


def losses_from(setup: Setup, snapshot: Snapshot, n: int, mistake: PlacedMistake | None = None) -> np.ndarray:
    """Return the losses before and after each of `n` updates from `snapshot` on, (n + 1,)."""
    updates, optimizer = Updates(setup, snapshot.image), setup.optimizer
    program, y, rule = updates.program, updates.y, mistake.optimizer(optimizer) if mistake else optimizer
    point, losses = Point(snapshot.params, snapshot.state, snapshot.trace.x, snapshot.buffers, len(snapshot.losses) - 1), []
    for k in range(start_k := point.k, start_k + n + 1):
        check_cancelled()
        params, state = point.params, point.state or None
        trace = program.forward(params, point.x, pass_inputs=updates.pass_inputs(point))
        losses.append(updates.loss(trace))
        if k < start_k + n:
            gradients = mistake.run(program, params, trace, y, optimizer, state) if mistake else program.backward(params, trace, y)
            next_point = Point(*rule.step(params, gradients, state), point.x, program.next_buffers(trace), k + 1)
            point = apply_set_values(setup, k + 1, next_point)
    return np.array(losses)


@dataclass(frozen=True)
class Promise:
    """The decrease of the loss that one step of gradient descent promises to first order, η·‖∂θ‖², and the actual
    one.

    `shares` of the parameters add up to 1; `promised` is the total; `before` and `after` are the losses before and after the step.
    """

    shares: Mapping[str, float]
    promised: float
    before: float
    after: float

    @property
    def falls(self) -> float:
        """The actual decrease of the loss."""
        return self.before - self.after


@np.errstate(all="ignore")  # a diverging run
def promise(setup: Setup, snapshot: Snapshot) -> Promise | None:
    """Return the promise of a snapshot's step. None for another optimizer or the notebook's deviations, or if the
    promise is 0 or not finite.

    >>> from cnnviz import load_image, run_updates
    >>> setup = Setup()
    >>> found = promise(setup, run_updates(setup, load_image("test-0"), 3))
    >>> f"{found.shares['w']:.2%}", round(found.promised, 4), round(found.falls, 4)
    ('99.56%', 0.0235, 0.0215)
    """
    if setup.opt != "gd" or setup.deviations:
        return None
    decreases = {name: setup.lr * float(np.sum(snapshot.gradients[f"d{name}"] ** 2)) for name in snapshot.params}
    total_decrease = sum(decreases.values())
    if not total_decrease or not np.isfinite(total_decrease):
        return None
    shares = {name: fall / total_decrease for name, fall in decreases.items()}
    return Promise(shares, total_decrease, float(snapshot.losses[-1]), loss_after(setup, snapshot))


@np.errstate(all="ignore")
def loss_after(setup: Setup, snapshot: Snapshot) -> float:
    """Return the loss after the snapshot's step, by the exact forward pass with the same dropout masks.

    >>> from cnnviz import load_image, run_updates
    >>> setup, x = Setup(opt="adam"), load_image("test-0")
    >>> loss_after(setup, run_updates(setup, x, 3)) == float(run_updates(setup, x, 4).losses[-1])
    True
    """
    network, x = setup.network, snapshot.trace.x
    return float(network.loss(network.program(x.shape).forward(snapshot.after, x, pass_inputs=snapshot.trace.kept), np.array(setup.y)))


def _updates_that_fit(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """Return the number of updates of this setup that stay within MOST_WORK.

    >>> _updates_that_fit(Setup(), (32, 32))
    200
    """
    work = max(1, step_work(setup.network, x_shape))
    return max(FEWEST, min(UPDATES, MOST_WORK // work))

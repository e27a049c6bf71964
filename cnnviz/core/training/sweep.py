"""Losses of many runs that differ in one value, computed in blocks of runs along a leading axis.

Each number is that of the single run, bit for bit (sweep_lines.py). A single run spends most of its time on call overhead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.optimizers import OPTIMIZERS, State
from cnnviz.core.network.program_line import PassValues
from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.runtime.threads import shared_out
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.set_values import with_image
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import MOST_WORK, estimate, step_work
from cnnviz.core.training.sweep_lines import SweepLines
from cnnviz.core.training.updates import Updates, reached

MOST_LOSSES = 400_000
"""Most losses of one sweep, runs · (n + 1)."""
BLOCK, LEAST_RUNS, MOST_RUNS = 4_000_000, 16, 64
"""Target size of a block's arrays in bytes, chosen to fit the processor's cache, and the least and most runs of a
block."""
MOST_BYTES = 64_000_000
"""Most bytes of a block's arrays. If necessary, a block has fewer than LEAST_RUNS runs."""

OVERHEAD, RATE = 15e-6, 2e9
"""Cost of one update of one run in a block: seconds for any network, and multiplications per second."""
MOST_SECONDS = 10.0
"""Most estimated seconds for runs that are computed one by one."""

Start = tuple[Setup, np.ndarray]
"""The start of a run: its setup and its image."""


@dataclass(frozen=True, eq=False)
class Runs(ReadOnly):
    """`losses` (R,n+1) and final `outputs` (R,N) of R runs of n updates. `reached` (R,) is the first update at which
    the largest output is that of the largest target and all are finite: 0 at the start, -1 never."""

    losses: np.ndarray
    outputs: np.ndarray
    reached: np.ndarray


def updates_that_fit(n: int, runs: int, setup: Setup, x_shape: tuple[int, ...], at_once: int | None = None) -> int:
    """Return how many of `n` updates that many runs may make. `at_once` is the number of runs computed together, all
    by default.

    >>> updates_that_fit(200, 1000, Setup(), (32, 32)), updates_that_fit(2000, 1000, Setup(), (32, 32))
    (200, 399)
    >>> updates_that_fit(2000, 1000, Setup(net="conv1x3-bn-relu-dense2-softmax-ce"), (32, 32))
    52
    """
    work = MOST_WORK // (runs * max(1, step_work(setup.network, x_shape)))
    singly = int(MOST_SECONDS / seconds_of_runs(1, at_once or runs, setup, x_shape)) if _runs_singly(setup) else n
    return max(0, min(n, setup.most_updates, work, singly, MOST_LOSSES // runs - 1))


def seconds_of_runs(n: int, runs: int, setup: Setup, x_shape: tuple[int, ...]) -> float:
    """Return about how many seconds `n` updates of that many runs take."""
    if _runs_singly(setup):
        return runs * estimate(setup.network, x_shape, n)
    return runs * n * (OVERHEAD + step_work(setup.network, x_shape) / RATE)


def _runs_singly(setup: Setup) -> bool:
    """Return whether runs cannot share a block: with notebook deviations, or layers with running statistics or random
    masks."""
    return bool(setup.deviations) or any(layer.kept or layer.draws(()) for layer in setup.network.layers)


@np.errstate(all="ignore")  # a run may diverge; its infinite values are shown
def runs_of(starts: Sequence[Start], n: int) -> Runs:
    """Run `n` updates from each start. All starts share network, optimizer and image shape. Raise NotKept if a start
    is gone.

    >>> import dataclasses
    >>> setups = [Setup(seed=seed) for seed in range(3)]
    >>> found = runs_of([(setup, np.eye(32)) for setup in setups], 4)
    >>> found.losses.shape, found.outputs.shape
    ((3, 5), (3, 2))
    """
    setup, x = starts[0]
    if _runs_singly(setup):
        parts = [_single(start, n) for start in starts]
    else:
        size = _block(setup, x.shape)
        parts = shared_out(lambda block: _together(block, n), [starts[at : at + size] for at in range(0, len(starts), size)])
    return Runs(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


Part = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Losses, outputs and `reached` of some runs."""


def _single(start: Start, n: int) -> Part:
    """Compute one run update by update, with the pass of its own rule."""
    updates = Updates(start[0], start[1])
    point, losses, won = updates.first, np.empty((1, n + 1)), -np.ones(1, int)
    for k in range(n + 1):
        check_wanted()
        trace, _, after = updates.step(point)
        losses[0, k] = updates.loss(trace)
        _note(won, k, trace.o[None], updates.y[None])
        point = reached(start[0], k + 1, after)
    return losses, trace.o[None], won


def _together(starts: Sequence[Start], n: int) -> Part:
    block = _Block(starts)
    losses, won = np.empty((len(starts), n + 1)), np.full(len(starts), -1)
    for k in range(n + 1):
        check_wanted()
        if k:
            block.step(k)
        values = block.forward()
        losses[:, k] = values["L"]
        outputs = np.broadcast_to(values["o"], block.y.shape)
        _note(won, k, outputs, block.y)
    return losses, np.array(outputs), won


def _note(won: np.ndarray, k: int, o: np.ndarray, y: np.ndarray) -> None:
    """Record update `k` for the runs that are correct for the first time."""
    right = (o.argmax(axis=-1) == y.argmax(axis=-1)) & np.isfinite(o).all(axis=-1)
    won[right & (won < 0)] = k


class _Block:
    """The current state of several runs, computed together."""

    def __init__(self, starts: Sequence[Start]):
        self.setups = [setup for setup, _ in starts]
        updates = [Updates(setup, x) for setup, x in starts]
        points, self.program, self.y = [one.first for one in updates], updates[0].program, np.stack([one.y for one in updates])
        self.params = {
            name: np.stack([point.params[name] for point in points]).reshape(-1, *shape)
            for name, shape in self.program.shapes.items()
            if name in self.program.parameters
        }
        rates, rule = np.array([setup.lr for setup in self.setups]), OPTIMIZERS[self.setups[0].opt]
        self.rules = {name: rule(rates.reshape(-1, *(1,) * (array.ndim - 1))) for name, array in self.params.items()}  # type: ignore[arg-type]
        self.state: State = {}
        self.set_at = frozenset(one.update for setup in self.setups for one in setup.set)
        self._show([point.x for point in points])

    def _show(self, images: Sequence[np.ndarray]) -> None:
        """Continue the runs with these images. What depends only on a common image is computed once."""
        one = all(x is images[0] or np.array_equal(x, images[0]) for x in images)
        self.images, self.lines = images, SweepLines(self.program, frozenset({"x"} if one else ()))
        x = images[0].reshape(self.program.x_shape) if one else np.stack(images).reshape(-1, *self.program.x_shape)
        self.fixed = self.lines.fixed(x)

    def forward(self) -> PassValues:
        """Run a forward pass of all runs. Return its arrays, including L (R,)."""
        self.values = self.lines.forward({**self.fixed, **self.params, "y": self.y})
        return self.values

    def step(self, k: int) -> None:
        """Make the update that leads to `k`, using the last pass, then set the values that are set by hand there."""
        values = self.lines.backward(self.values)
        kept: dict[str, np.ndarray] = {}
        for name, rule in self.rules.items():
            before = {key: self.state[f"{key}.{name}"] for key in rule.KEEPS} if self.state else None
            change, own = rule.change(values[f"d{name}"], before, k)
            self.params[name] = self.params[name] - change
            kept |= {f"{key}.{name}": value for key, value in own.items()}
        self.state = kept
        if k in self.set_at:
            self._set(k)

    def _set(self, k: int) -> None:
        images = []
        for run, (setup, x) in enumerate(zip(self.setups, self.images, strict=True)):
            sets = setup.set_at(k)
            images.append(with_image(x, sets))
            for one in sets:
                if one.symbol != "x":
                    self.params[one.symbol][run].reshape(self.program.shown[one.symbol])[one.at] = one.value
        self._show(images)


def _block(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """Return the number of runs per block."""
    program = setup.network.program(x_shape)
    counts = [math.prod(shape) for name, shape in program.shapes.items() if name != "x"]
    size = 2 * 8 * sum(counts)  # with the gradients
    return max(1, min(MOST_RUNS, max(LEAST_RUNS, BLOCK // size), MOST_BYTES // size))

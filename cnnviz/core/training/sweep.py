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
from cnnviz.core.runtime.threads import map_parallel
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.set_values import with_image
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import MOST_WORK, estimated_seconds, step_work
from cnnviz.core.training.sweep_lines import SweepLines
from cnnviz.core.training.updates import Updates, apply_set_values

MOST_LOSSES = 400_000
"""Maximum number of losses in one sweep, runs · (n + 1)."""
BLOCK, LEAST_RUNS, MOST_RUNS = 4_000_000, 16, 64
"""Target size of a block's arrays in bytes, chosen to fit the processor's cache, and the least and most runs of a
block."""
MOST_BYTES = 20_000_000
"""Maximum size of a block's arrays in bytes. A block may have fewer than LEAST_RUNS runs to meet it."""

OVERHEAD, RATE = 15e-6, 2e9
"""Cost of one update of one run in a block: seconds for any network, and multiplications per second."""
MOST_SECONDS = 10.0
"""Maximum estimated seconds for runs that are computed one by one."""

Start = tuple[Setup, np.ndarray]
"""The start of a run: its setup and its image."""


@dataclass(frozen=True, eq=False)
class Runs(ReadOnly):
    """`losses` (R,n+1) and final `outputs` (R,N) of R runs of n updates. `reached` (R,) is the first update at which
    the largest output is that of the largest target and all are finite: 0 at the start, -1 never."""

    losses: np.ndarray
    outputs: np.ndarray
    reached: np.ndarray


def updates_that_fit(n: int, runs: int, setup: Setup, x_shape: tuple[int, ...], block_runs: int | None = None) -> int:
    """Return the number of updates, at most `n`, that a sweep of `runs` runs may make. `block_runs` is the number of
    runs computed together, by default all.

    >>> updates_that_fit(200, 1000, Setup(), (32, 32)), updates_that_fit(2000, 1000, Setup(), (32, 32))
    (200, 399)
    >>> updates_that_fit(2000, 1000, Setup(net="conv1x3-bn-relu-dense2-softmax-ce"), (32, 32))
    52
    """
    work = MOST_WORK // (runs * max(1, step_work(setup.network, x_shape)))
    affordable = int(MOST_SECONDS / seconds_of_runs(1, block_runs or runs, setup, x_shape)) if _needs_single_runs(setup) else n
    return max(0, min(n, setup.most_updates, work, affordable, MOST_LOSSES // runs - 1))


def seconds_of_runs(n: int, runs: int, setup: Setup, x_shape: tuple[int, ...]) -> float:
    """Estimate the seconds that `n` updates of `runs` runs take."""
    if _needs_single_runs(setup):
        return runs * estimated_seconds(setup.network, x_shape, n)
    return runs * n * (OVERHEAD + step_work(setup.network, x_shape) / RATE)


def _needs_single_runs(setup: Setup) -> bool:
    """Return whether runs cannot share a block: with notebook deviations, or layers with running statistics or random
    masks."""
    return bool(setup.deviations) or any(layer.kept or layer.draws(()) for layer in setup.network.layers)


@np.errstate(all="ignore")  # a run may diverge to infinite values
def run_all(starts: Sequence[Start], n: int) -> Runs:
    """Run `n` updates from each start. All starts share network, optimizer and image shape. Raise NotStored if a start
    is gone.

    >>> import dataclasses
    >>> setups = [Setup(seed=seed) for seed in range(3)]
    >>> found = run_all([(setup, np.eye(32)) for setup in setups], 4)
    >>> found.losses.shape, found.outputs.shape
    ((3, 5), (3, 2))
    """
    setup, x = starts[0]
    if _needs_single_runs(setup):
        parts = [_run_singly(start, n) for start in starts]
    else:
        size = _block_size(setup, x.shape)
        parts = map_parallel(lambda block: _run_block(block, n), [starts[start : start + size] for start in range(0, len(starts), size)])
    return Runs(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


Part = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Losses, outputs and `reached` of some runs."""


def _run_singly(start: Start, n: int) -> Part:
    """Compute one run update by update, with the pass of its own rule."""
    updates = Updates(start[0], start[1])
    point, losses, success_updates = updates.first, np.empty((1, n + 1)), -np.ones(1, int)
    for k in range(n + 1):
        check_cancelled()
        trace, _, next_point = updates.step(point)
        losses[0, k] = updates.loss(trace)
        _record_success(success_updates, k, trace.o[None], updates.y[None])
        point = apply_set_values(start[0], k + 1, next_point)
    return losses, trace.o[None], success_updates


def _run_block(starts: Sequence[Start], n: int) -> Part:
    block = _Block(starts)
    losses, success_updates = np.empty((len(starts), n + 1)), np.full(len(starts), -1)
    for k in range(n + 1):
        check_cancelled()
        if k:
            block.step(k)
        values = block.forward()
        losses[:, k] = values["L"]
        outputs = np.broadcast_to(values["o"], block.y.shape)
        _record_success(success_updates, k, outputs, block.y)
    return losses, np.array(outputs), success_updates


def _record_success(success_updates: np.ndarray, k: int, o: np.ndarray, y: np.ndarray) -> None:
    """Record update `k` for the runs that are correct for the first time."""
    is_right = (o.argmax(axis=-1) == y.argmax(axis=-1)) & np.isfinite(o).all(axis=-1)
    success_updates[is_right & (success_updates < 0)] = k


class _Block:
    """The current state of several runs, computed together."""

    def __init__(self, starts: Sequence[Start]):
        self.setups = [setup for setup, _ in starts]
        updates = [Updates(setup, x) for setup, x in starts]
        points, self.program, self.y = [update.first for update in updates], updates[0].program, np.stack([update.y for update in updates])
        self.params = {
            name: np.stack([point.params[name] for point in points]).reshape(-1, *shape)
            for name, shape in self.program.shapes.items()
            if name in self.program.parameters
        }
        rates, rule = np.array([setup.lr for setup in self.setups]), OPTIMIZERS[self.setups[0].opt]
        self.rules = {name: rule(rates.reshape(-1, *(1,) * (array.ndim - 1))) for name, array in self.params.items()}  # type: ignore[arg-type]
        self.state: State = {}
        self.set_at = frozenset(update.update for setup in self.setups for update in setup.set)
        self._set_images([point.x for point in points])

    def _set_images(self, images: Sequence[np.ndarray]) -> None:
        """Continue the runs with these images. Arrays that depend only on a shared image are computed once."""
        is_shared = all(x is images[0] or np.array_equal(x, images[0]) for x in images)
        self.images, self.lines = images, SweepLines(self.program, frozenset({"x"} if is_shared else ()))
        x = images[0].reshape(self.program.x_shape) if is_shared else np.stack(images).reshape(-1, *self.program.x_shape)
        self.fixed = self.lines.fixed(x)

    def forward(self) -> PassValues:
        """Run a forward pass of all runs. Return its arrays, including L (R,)."""
        self.values = self.lines.forward({**self.fixed, **self.params, "y": self.y})
        return self.values

    def step(self, k: int) -> None:
        """Make the update that leads to `k`, using the last pass, then set the values that are set by hand there."""
        values = self.lines.backward(self.values)
        next_state: dict[str, np.ndarray] = {}
        for name, rule in self.rules.items():
            state = {key: self.state[f"{key}.{name}"] for key in rule.KEEPS} if self.state else None
            change, updated_state = rule.change(values[f"d{name}"], state, k)
            self.params[name] = self.params[name] - change
            next_state |= {f"{key}.{name}": value for key, value in updated_state.items()}
        self.state = next_state
        if k in self.set_at:
            self._set_by_hand(k)

    def _set_by_hand(self, k: int) -> None:
        images = []
        for run, (setup, x) in enumerate(zip(self.setups, self.images, strict=True)):
            sets = setup.sets_at(k)
            images.append(with_image(x, sets))
            for set_value in sets:
                if set_value.symbol != "x":
                    self.params[set_value.symbol][run].reshape(self.program.shown[set_value.symbol])[set_value.at] = set_value.value
        self._set_images(images)


def _block_size(setup: Setup, x_shape: tuple[int, ...]) -> int:
    """Return the number of runs per block."""
    program = setup.network.program(x_shape)
    counts = [math.prod(shape) for name, shape in program.shapes.items() if name != "x"]
    size = 2 * 8 * sum(counts)  # with the gradients
    return max(1, min(MOST_RUNS, max(LEAST_RUNS, BLOCK // size), MOST_BYTES // size))

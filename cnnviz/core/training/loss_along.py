"""The loss as a function of one number (a pixel, an entry of a parameter, a target or the learning rate), all else
fixed.

Each loss is that of a single pass with the changed number, bit for bit, so the curve can be compared with the gradient.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.gradcheck.differences import Differences
from cnnviz.core.gradcheck.kinks import is_at_kink
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.notebook.notebook import notebook_step
from cnnviz.core.runtime.read_only import ReadOnly, freeze
from cnnviz.core.setup.set_values import array_index, settable_name
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import parse_number
from cnnviz.core.training.losses_of_copies import losses_along
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.core.training.updates import Point, Updates, apply_set_values
from cnnviz.words import Problem

POINTS = 65
"""Points of a curve. The current value is the middle one, except for a learning rate of 0."""
SPANS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""Candidate spans of a curve to either side, from which a default is chosen."""
MOVED = 0.01
"""Minimum relative change of the loss within a default span."""
LR, FROM_0 = "lr", 0.02
"""The key of the learning rate, and the upper end of its curve if the rate is 0."""
TARGET = "y"
"""The key of the targets. They are the same for all updates, so the curve is only available before the first."""
STEP = 1e-5
"""Step of the gradient check."""

_SHARES = freeze(np.arange(POINTS) / (POINTS // 2) - 1)


@dataclass(frozen=True, eq=False)
class Curve(ReadOnly):
    """`loss` (65,) is L at each of `theta` (65,), around the current value `at`; `gradient` is the derivative there.

    `kink` is true if the one-sided slopes differ, so that no derivative exists. `span` is the reach to either side.
    """

    along: str
    at: float
    theta: np.ndarray
    loss: np.ndarray
    gradient: float
    kink: bool
    span: float


def read_along(text: str, setup: Setup, x_shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Return the symbol and indices of the number that `text` names: "f:1,1", "x:3,4", "w:120,0", "y:0" or "lr".
    Raise Problem if it names none.

    >>> read_along("w:4,0,1", Setup(), (32, 32)), read_along("lr", Setup(), (32, 32))
    (('w', (120, 1)), ('lr', ()))
    """
    if setup.mode == "eval":
        raise Problem("lesson.why.after_training")
    if text == LR:
        return LR, ()
    match = re.fullmatch(r"([a-z]{1,8}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3})", text, re.ASCII)
    if not match:
        raise Problem("lesson.why.along")
    if match[1] == TARGET:
        return TARGET, (_target(int(match[2]) if match[2].isdecimal() else len(setup.y), setup),)
    program = setup.network.program(x_shape)
    symbol = settable_name(match[1], program)
    if symbol == "x" and len(x_shape) == 4:
        raise Problem("lesson.why.set_images")
    return symbol, array_index(symbol, tuple(map(int, match[2].split(","))), program)


def _target(index: int, setup: Setup) -> int:
    if index >= len(setup.y):
        raise Problem("lesson.why.along")
    if setup.k or setup.deviations or len(setup.images) > 1:
        raise Problem("lesson.why.along_target")
    return index


def read_span(text: str) -> float:
    """Parse the span of a curve to either side. Raise Problem if it is not a positive number.

    >>> read_span("2")
    2.0
    """
    span = parse_number(text)
    if span <= 0:
        raise Problem("lesson.why.span")
    return span


@np.errstate(all="ignore")  # far from the current value, a loss may be infinite; the chart shows that
def curve(setup: Setup, x: np.ndarray, along: str, span: float | None = None) -> Curve:
    """Return L after `setup.k` updates on the image `x`, (H,W) or (C,H,W), as a function of the number `along`,
    within `span` to either side of its value.

    The default span is the smallest of SPANS in which the curve leaves its tangent and the loss changes by 1 %, or the full range
    of a pixel. For the learning rate, the curve is the loss after the next update, from 0 to twice its value. Raise Problem if
    `along` or `span` is invalid.

    >>> found = curve(Setup(), np.eye(32), "f:1,1", span=2)
    >>> found.theta[[0, 32, 64]].tolist(), found.loss.shape, found.kink
    ([-2.0, 0.0, 2.0], (65,), False)
    """
    x = np.asarray(x, dtype=np.float64)
    symbol, index = read_along(along, setup, x.shape)
    span = None if span is None else read_span(str(span))
    snapshot = run_updates(setup, x, setup.k)
    if symbol == LR:
        return _learning_rate_curve(setup, snapshot)
    if symbol == TARGET:
        return _target_curve(setup, snapshot, along, index[0], span or 1.0)
    losses, value = _losses(setup, snapshot, symbol, index), float((snapshot.trace if symbol == "x" else snapshot.params)[symbol][index])
    gradient = float(snapshot.gradients[f"d{symbol}"][index])
    if span is None:
        span = (255.0 if setup.scale == "raw" else 1.0) if symbol == "x" else _span(losses, value, gradient)
    theta = value + span * _SHARES
    return Curve(along, value, theta, losses(theta), gradient, _is_at_kink(setup, snapshot, symbol, index, gradient), span)


Losses = Callable[[np.ndarray], np.ndarray]
"""Function from values of a number to the losses."""


def _losses(setup: Setup, snapshot: Snapshot, symbol: str, index: tuple[int, ...]) -> Losses:
    x, y = snapshot.trace.x, np.array(setup.y)
    if not setup.deviations and x.ndim < 4:
        program = setup.network.program(x.shape)
        return lambda values: losses_along(program, snapshot.params, snapshot.trace, y, symbol, index, values)
    # The notebook has another forward pass, and stacking copies would change the order of sums over several images.
    updates = Updates(setup, x)

    def loss(value: float) -> float:
        array = (x if symbol == "x" else snapshot.params[symbol]).copy()
        array[index] = value
        params = snapshot.params if symbol == "x" else snapshot.params.replace(**{symbol: array})
        return _loss(updates, Point(params, {}, array if symbol == "x" else x, snapshot.buffers, len(snapshot.losses) - 1))

    return lambda values: np.array([loss(value) for value in values])


def _span(losses: Losses, value: float, gradient: float) -> float:
    """Return the smallest span in which the curve leaves its tangent and the loss changes, or 1 if there is none."""
    steps = np.array([[-span, span] for span in SPANS])
    values = losses(np.append(value + steps.reshape(-1), value))
    change, linear_change = (values[:-1] - values[-1]).reshape(steps.shape), gradient * steps
    leaves_tangent = np.abs(change - linear_change) >= (np.abs(change) + np.abs(linear_change)) / 2
    moves = np.abs(change) >= MOVED * np.abs(values[-1])
    is_enough = np.logical_or.accumulate(leaves_tangent.any(axis=1)) & np.logical_or.accumulate((moves & (change != 0)).any(axis=1))
    return SPANS[int(is_enough.argmax())] if is_enough.any() else 1.0


def _is_at_kink(setup: Setup, snapshot: Snapshot, symbol: str, index: tuple[int, ...], gradient: float) -> bool:
    """Return whether the gradient check marks the entry as lying at a kink."""
    x = snapshot.trace.x
    differences = Differences(setup.network.program(x.shape), snapshot.params, x, np.array(setup.y), pass_inputs=snapshot.trace.kept)
    entry = int(np.ravel_multi_index(index, snapshot.gradients[f"d{symbol}"].shape))
    return is_at_kink(differences, symbol, entry, gradient, STEP)


def _target_curve(setup: Setup, snapshot: Snapshot, along: str, index: int, span: float) -> Curve:
    """Return the loss over a target from 0 to 1. It is at most quadratic in the target, so three points give its
    slope."""

    def loss(value: float) -> float:
        return setup.network.loss(snapshot.trace, np.array([*setup.y[:index], value, *setup.y[index + 1 :]]))

    current = float(setup.y[index])
    theta = np.clip(current + span * _SHARES, min(0.0, current), max(1.0, current))
    low, middle, high = map(loss, (0.0, 0.5, 1.0))
    gradient = 4 * middle - 3 * low - high + 4 * current * (low - 2 * middle + high)
    return Curve(along, current, theta, np.array([loss(value) for value in theta]), gradient, False, span)


def _learning_rate_curve(setup: Setup, snapshot: Snapshot) -> Curve:
    """Return the loss after the next update over the learning rate of its step."""
    max_rate = 2 * setup.lr if setup.lr else FROM_0
    theta = max_rate * np.arange(POINTS) / (POINTS - 1)
    updates = Updates(setup, snapshot.image)

    def params_after(rate: float) -> Point:
        if setup.deviations:
            params = notebook_step(snapshot.params, snapshot.trace.x, updates.y, rate, setup.deviations, setup.stride, setup.pad)[2]
        else:
            params = OPTIMIZERS[setup.opt](rate).step(snapshot.params, snapshot.gradients, snapshot.state or None)[0]
        return apply_set_values(setup, len(snapshot.losses), Point(params, {}, snapshot.trace.x, snapshot.buffers_after, len(snapshot.losses)))

    losses = np.array([_loss(updates, point) for point in map(params_after, theta)])
    slopes, directions = updates.step(params_after(setup.lr))[1], _unit_steps(setup, snapshot)
    gradient = -sum(float(np.sum(direction * slopes[f"d{name}"])) for name, direction in directions.items())
    return Curve(LR, setup.lr, theta, losses, gradient, False, max_rate / 2)


def _loss(updates: Updates, point: Point) -> float:
    """Return L of a single pass, by the setup's rule."""
    setup = updates.setup
    if setup.deviations:
        return updates.loss(notebook_step(point.params, point.x, updates.y, setup.lr, setup.deviations, setup.stride, setup.pad)[0])
    return updates.loss(updates.program.forward(point.params, point.x, pass_inputs=updates.pass_inputs(point)))


def _unit_steps(setup: Setup, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return the amount that the next step subtracts from each parameter at a learning rate of 1. It is 0 for entries
    that this update sets by hand."""
    rule, state, directions = OPTIMIZERS[setup.opt](1.0), snapshot.state, {}
    for name in snapshot.params:
        previous = {key: state[f"{key}.{name}"] for key in rule.KEEPS} if state else None
        directions[name] = rule.change(snapshot.gradients[f"d{name}"], previous, int(state.get("t", 0)) + 1)[0].copy()
    for set_value in setup.sets_at(len(snapshot.losses)):
        if set_value.symbol in directions:
            directions[set_value.symbol][set_value.at] = 0
    return directions

"""The change of the loss when one entry of an array is raised: promised by its gradient, and actual."""

import math
from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck.nudge_path import end_symbol
from cnnviz.core.network.named_arrays import Trace
from cnnviz.core.network.program import Program

STEPS = (0.1, 0.01, 0.001)
"""Amounts by which an entry may be raised, largest first."""

FAR = 0.1
"""Largest relative difference between promised and actual change. Beyond it, a smaller step is taken."""


def steps_up_to(by: float) -> tuple[float, ...]:
    """Return the steps that are at most `by`, largest first.

    >>> steps_up_to(0.01)
    (0.01, 0.001)
    """
    return tuple(step for step in STEPS if step <= by)


def bends_within(promised: float, actual: float) -> bool:
    """Return whether the loss bends within a step: the actual change differs from the promised one by more than
    `FAR`.

    >>> bends_within(0.048, 0.0484), bends_within(0.048, 0.041)
    (False, True)
    """
    return abs(actual - promised) > FAR * abs(promised)


def step_for_size(size: float) -> float:
    """Return the largest available step that is at most a fifth of `size`, the largest absolute value of an array.

    >>> step_for_size(2.0), step_for_size(0.1), step_for_size(1e-9), step_for_size(0.0)
    (0.1, 0.01, 0.001, 0.1)
    """
    if not size or not math.isfinite(size):
        return STEPS[0]
    return next((step for step in STEPS if step <= size / 5), STEPS[-1])


@np.errstate(all="ignore")  # a diverging run
def change_of_loss(program: Program, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray, symbol: str, index: int, amount: float) -> float:
    """Return the change of the loss when entry `index` (flat index) of `symbol` is raised by `amount`. The forward
    pass is rerun from that array on.

    >>> from cnnviz import Setup, load_image, run_updates
    >>> setup, x = Setup(), load_image("test-0")
    >>> snapshot = run_updates(setup, x, 0)
    >>> program = setup.network.program(x.shape)
    >>> change = change_of_loss(program, snapshot.params, snapshot.trace, np.array(setup.y), "f", 4, 0.1)
    >>> f"promised {0.1 * snapshot.gradients.df[1, 1]:.5f}, really {change:.5f}"
    'promised 0.00234, really 0.00235'
    """
    original = program.all_values(params, trace)
    array = original[symbol].copy()
    array.reshape(-1)[index] += amount
    values, dependent_symbols = original | {symbol: array}, {symbol}
    for line in program.forward_lines:
        if line.target != symbol and not dependent_symbols.isdisjoint(line.sources):
            values[line.target] = line.make(values)
            dependent_symbols.add(line.target)
    end = end_symbol(program)
    return float(program.loss_change(values[end], original[end], y))

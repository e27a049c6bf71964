"""What a raised number does to the loss, against whole passes with that number in place."""

import numpy as np
import pytest

from cnnviz.core.training.loss_change import STEPS, change_of_loss, step_for_size
from tests.core.networks import ALL, Case

CASES = [case for case in ALL.values() if case.network.program(case.x_shape).multiplications < 300_000]


def _raised(array: np.ndarray, at: int, by: float) -> np.ndarray:
    moved = array.copy()
    moved.reshape(-1)[at] += by
    return moved


def _loss(case: Case, symbol: str, at: int, by: float) -> float:
    """The loss of a whole pass: with another parameter or image, or with another array in the place of what a line makes."""
    network, params, x = case.network, case.params, case.x
    program = network.program(x.shape)
    if symbol == "x":
        return network.loss(program.forward(params, _raised(x, at, by)), case.y)
    if symbol in program.parameters:
        return network.loss(program.forward(params.replace(**{symbol: _raised(params[symbol], at, by)}), x), case.y)
    override = {symbol: lambda values, exact: _raised(exact(), at, by)}
    return network.loss(program.forward(params, x, override), case.y)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_what_a_whole_pass_with_the_number_in_place_loses_more(case):
    program = case.network.program(case.x.shape)
    trace, rng = program.forward(case.params, case.x), np.random.default_rng(case.seed)
    before = case.network.loss(trace, case.y)
    for symbol in ("x", *program.parameters, *(symbol for symbol in case.network.symbols if symbol != "x")):
        at, by = int(rng.integers(np.prod(program.shapes[symbol]))), float(rng.choice(STEPS))
        change = change_of_loss(program, case.params, trace, case.y, symbol, at, by)
        if not (case.network.merged and symbol == "o"):  # the loss is worked out from z then
            assert change == pytest.approx(_loss(case, symbol, at, by) - before, rel=1e-9, abs=1e-12 * (1 + abs(before))), symbol


def test_a_step_is_a_power_of_ten_that_is_small_beside_the_array():
    for most in np.geomspace(5e-3, 1e6, 40):
        assert step_for_size(most) <= most / 5 or step_for_size(most) == STEPS[-1]
        assert step_for_size(most) == STEPS[0] or 10 * step_for_size(most) > most / 5

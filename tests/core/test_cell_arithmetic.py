"""The terms of a cell add up to the cell, in any network."""

import numpy as np
import pytest

from cnnviz.core.explain.cell_arithmetic import arithmetic_of
from tests.core.networks import OTHERS

SMALL = [case for case in OTHERS if np.prod(case.x_shape) <= 400]


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_the_terms_of_every_sum_come_to_its_cell(case):
    program, sums = case.network.program(case.x_shape), 0
    trace = program.forward(case.params, case.x)
    arrays = {**trace, **case.params} | {name: array for name, array in program.backward(case.params, trace, case.y).items()}
    values = {name: np.asarray(array).reshape(program.laid_out[name if name in program.laid_out else name[1:]]) for name, array in arrays.items()} | {"y": case.y}
    rng = np.random.default_rng(0)
    for target in [name for name in program.arithmetic if name in values and name != "v"]:
        for _ in range(5):
            cell = tuple(int(rng.integers(n)) for n in values[target].shape)
            result = arithmetic_of(program, target, cell, values)
            if result.terms:
                total = sum(term.product for term in result.terms) + sum(value for *_, value in result.added)
            elif result.text.startswith("sum(") and "/" not in result.text:
                total = sum(value for *_, value in result.numbers)
            else:
                continue
            sums += 1
            assert total == pytest.approx(values[target][cell], rel=1e-9, abs=1e-12), (target, cell)
    assert sums

"""The judgement of a gradient: every entry is right, wrong, at a kink or undecided, by the same few comparisons everywhere."""

import numpy as np
import pytest

from cnnviz.core.gradcheck import KINK, RIGHT, SAFETY, TOLERANCE, UNDECIDED, WRONG, marks

DOUBT = 1e-12


def one(given: float, central: float, error_bound: float = DOUBT, structural: bool = False, kink: bool = False) -> int:
    return int(marks(np.array(given), np.array(central), np.array(error_bound), np.array(structural), np.array(kink)))


@pytest.mark.parametrize("size", [1e-100, 1e-9, 1.0, 1e100])
def test_an_entry_is_wrong_above_both_bounds_alone(size):
    assert one(size, size, 1e-20 * size) == RIGHT
    assert one(size * (1 + 1.1 * TOLERANCE), size, 1e-20 * size) == WRONG
    assert one(size * (1 + 0.9 * TOLERANCE), size, 1e-20 * size) == RIGHT
    assert one(size * 1.1, size, 0.2 * size / SAFETY) == RIGHT
    assert one(size * 1.1, size, 0.05 * size / SAFETY) == WRONG


def test_entries_below_the_error_bound_are_undecided_unless_they_are_structural_zeros():
    assert one(3 * DOUBT, 0.0) == one(0.0, 0.0) == UNDECIDED
    assert one(5 * DOUBT, 5 * DOUBT) == RIGHT
    assert one(0.0, 0.0, structural=True) == RIGHT
    assert one(3 * DOUBT, 0.0, structural=True) == UNDECIDED
    assert one(0.0, 1e-3, structural=True) == WRONG
    assert one(0.0, 0.0, error_bound=0.0) == one(1e-300, 2e-300, error_bound=0.0) == UNDECIDED


def test_what_was_given_and_is_no_number_is_wrong_and_what_cannot_be_compared_is_undecided():
    assert one(np.nan, 1.0) == one(np.inf, 1.0) == one(np.nan, 1.0, kink=True) == one(np.nan, np.nan) == WRONG
    assert one(1.0, np.nan) == one(1.0, np.inf) == one(1.0, 1.0, error_bound=np.inf) == one(1.0, 1.0, error_bound=np.nan) == UNDECIDED


def test_a_kink_is_neither_right_nor_wrong():
    assert one(1.0, 0.5, kink=True) == one(1.0, 1.0, kink=True) == one(0.0, 0.0, kink=True) == KINK

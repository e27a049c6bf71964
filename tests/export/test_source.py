"""Functions as text: what a script prints is what the core runs, with the constants that it reads."""

import numpy as np
import pytest

from cnnviz.export.core_source import listing

SLOPE, LIMIT = 0.25, 1e-3


def leaky(z: np.ndarray) -> np.ndarray:
    """z, or SLOPE of it."""
    return np.where(z > LIMIT, z, SLOPE * z)


def slope_of(z: np.ndarray) -> np.ndarray:
    return np.where(z > LIMIT, 1.0, SLOPE)


TABLE = {1: 2}


def looked_up(z: int) -> int:
    return TABLE[z]


def test_a_functions_constants_go_along_once():
    text = listing([leaky], set())
    assert text.count("SLOPE = 0.25") == text.count("LIMIT = 0.001") == 1
    names = {"np": np}
    exec(text, names)
    z = np.array([-1.0, 1e-4, 2.0])
    np.testing.assert_array_equal(names["leaky"](z), leaky(z))
    known: set = set()
    listing([leaky], known)
    assert "SLOPE = " not in listing([slope_of], known)


def test_two_constants_of_one_name_are_refused():
    with pytest.raises(ValueError, match="SLOPE is 0.25"):
        listing([leaky], {"SLOPE = 0.5"})


def test_what_is_neither_a_function_nor_a_number_is_refused():
    with pytest.raises(ValueError, match="reads TABLE"):
        listing([looked_up], set())

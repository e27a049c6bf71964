"""Every rule of learning, step by step, against its paper's formula written out for single numbers."""

import math

import numpy as np
import pytest

from cnnviz import adam, gd, momentum
from cnnviz.core.network.named_arrays import Params

SLOPES = [(0.3, -2.0, 1e-9), (0.1, -3.0, 3e-9), (-0.2, 0.0, 1e-9), (0.4, 5.0, -2e-9)]
"""Gradients of three numbers in four steps; beside the third, Adam's 1e-8 counts."""
LR = 0.05


def plain_gd(slopes):
    return [LR * slope for slope in slopes]


def plain_momentum(slopes):
    velocity, result = 0.0, []
    for slope in slopes:
        velocity = 0.9 * velocity + slope
        result.append(LR * velocity)
    return result


def plain_adam(slopes):
    m = s = 0.0
    result = []
    for t, slope in enumerate(slopes, start=1):
        m, s = 0.9 * m + 0.1 * slope, 0.999 * s + 0.001 * slope**2
        result.append(LR * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8))
    return result


@pytest.mark.parametrize("made, plainly", [(gd, plain_gd), (momentum, plain_momentum), (adam, plain_adam)])
def test_steps_are_those_of_the_formula(made, plainly):
    params, state, theta = Params.of({"w": np.ones(3), "b": np.zeros(1)}), None, np.ones(3)
    changes = np.array([plainly(of_one) for of_one in zip(*SLOPES, strict=True)]).T
    for slopes, change in zip(SLOPES, changes, strict=True):
        theta = theta - change
        params, state = made(LR).step(params, {"dw": np.array(slopes), "db": np.zeros(1)}, state)
        np.testing.assert_allclose(params["w"], theta, rtol=1e-13)
        assert params["b"] == 0

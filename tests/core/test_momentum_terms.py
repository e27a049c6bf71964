"""The terms of a velocity against all gradients so far, and against the velocity that the optimizer keeps."""

import numpy as np
import pytest

from cnnviz import Setup, load_image
from cnnviz.core.training.momentum_terms import MOST, velocity_terms
from cnnviz.core.training.snapshots import run_updates, walk

SETUP = Setup(opt="momentum", net="conv2x3-relu-dense2-softmax-ce", w="he")


@pytest.mark.parametrize("k", [0, 1, MOST - 1, MOST, MOST + 1, 14])
@pytest.mark.parametrize("name, at", [("f", 7), ("w", 31), ("b", 1)])
def test_the_terms_are_the_gradients_so_far_and_add_up_to_the_velocity(k, name, at):
    x = load_image("test-0")
    slopes = [float(gradients[f"d{name}"].flat[at]) for _, _, gradients in walk(SETUP, x, k)]
    terms = velocity_terms(SETUP, x, k, name, at)
    told = min(k + 1, MOST)
    assert len(terms) == told + (k + 1 > MOST)
    np.testing.assert_array_equal(terms[-told:, 0], slopes[-told:])
    np.testing.assert_allclose(terms[-told:, 1], [slope * 0.9**age for slope, age in zip(slopes[-told:], reversed(range(told)), strict=True)])
    velocity = float(run_updates(SETUP, x, k).state_after[f"velocity.{name}"].flat[at])
    assert terms[:, 1].sum() == pytest.approx(velocity, rel=1e-12)
    if k + 1 > MOST:
        assert terms[0, 0] == pytest.approx(sum(slope * 0.9**age for age, slope in enumerate(reversed(slopes[:-MOST]))), rel=1e-12)

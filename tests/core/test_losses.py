"""The losses where floating point is hard: outputs that saturate, targets that do not sum to 1, magnitudes of 10⁴."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.network import Network

MERGED = [("softmax", "ce"), ("sigmoid", "ce"), ("sigmoid", "bce")]


def from_z(last: str, loss: str, z, y):
    """o, L, ∂z1 of a network whose z1 is the bias."""
    network = Network.parse(f"dense{len(z)}-{last}-{loss}")
    params = network.init((1, 1)).replace(b=z)
    trace = network.forward(params, np.ones((1, 1)) * 0)
    return trace.o, network.loss(trace, y), network.backward(params, trace, y)


def exactly(last: str, loss: str, z, y) -> tuple[float, np.ndarray]:
    """L and ∂z by their definitions in long doubles, whose exponents reach beyond e^±11,000."""
    z, y = np.array(z, dtype=np.longdouble), np.array(y, dtype=np.longdouble)
    if last == "softmax":
        e = np.exp(z)
        o, log_o = e / e.sum(), z - np.log(e.sum())
        return float(-(y * log_o).sum()), (o * y.sum() - y).astype(float)
    o, rest, log_o, log_rest = 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(z)), -np.log1p(np.exp(-z)), -np.log1p(np.exp(z))
    log_o, log_rest = np.where(z < -40, z, log_o), np.where(z > 40, -z, log_rest)
    if loss == "ce":
        return float(-(y * log_o).sum()), (-y * rest).astype(float)
    return float(-(y * log_o + (1 - y) * log_rest).mean()), (((1 - y) * o - y * rest) / len(z)).astype(float)


numbers = st.floats(-1e4, 1e4) | st.floats(-40, 40) | st.sampled_from([1e4, -1e4, 0.0, 710.0, -745.2, 37.0])


@pytest.mark.parametrize("last, loss", MERGED)
@given(st.integers(1, 10).flatmap(lambda n: st.tuples(st.lists(numbers, min_size=n, max_size=n), st.lists(st.floats(0, 1), min_size=n, max_size=n))))
def test_loss_and_gradient_are_right_at_any_magnitude(last, loss, both):
    z, y = both
    o, value, gradients = from_z(last, loss, z, y)
    wanted, slope = exactly(last, loss, z, y)
    assert value == pytest.approx(wanted, rel=1e-13, abs=1e-13)
    np.testing.assert_allclose(gradients.dz1, slope, rtol=1e-12, atol=1e-15)
    assert "do" not in gradients and np.isfinite(o).all()
    np.testing.assert_array_equal(gradients.db, gradients.dz1)


def test_nothing_is_lost_of_a_gradient_where_the_output_rounds_to_1():
    _, value, gradients = from_z("sigmoid", "bce", [50.0], [1.0])
    assert value == pytest.approx(np.exp(-50), rel=1e-14, abs=0) and gradients.dz1[0] == pytest.approx(-np.exp(-50), rel=1e-14, abs=0)
    _, value, gradients = from_z("sigmoid", "ce", [50.0, -50.0], [1.0, 0.0])
    assert value == pytest.approx(np.exp(-50), rel=1e-14, abs=0) and gradients.dz1.tolist() == [pytest.approx(-np.exp(-50), rel=1e-14, abs=0), 0]


@pytest.mark.parametrize("y", [[1, 0, 0], [0, 0, 0], [0.2, 0.2, 0.2], [2.0, 0.5, 3.0]])
def test_targets_need_not_sum_to_one(y):
    z = [1.0, -2.0, 0.5]
    o, _, gradients = from_z("softmax", "ce", z, y)
    np.testing.assert_allclose(gradients.dz1, o * sum(y) - y, rtol=1e-15, atol=1e-16)
    for n in range(3):  # and it is the slope of that loss
        moved = [np.array(z), np.array(z)]
        moved[0][n] += 1e-6
        moved[1][n] -= 1e-6
        plus, minus = (from_z("softmax", "ce", row, y)[1] for row in moved)
        assert gradients.dz1[n] == pytest.approx((plus - minus) / 2e-6, abs=1e-8)
    if sum(y) == 1:
        np.testing.assert_array_equal(gradients.dz1, o - y)


@pytest.mark.parametrize("last, loss", [*MERGED, ("sigmoid", "mse"), ("identity", "mse")])
def test_the_loss_of_bare_outputs_is_the_plain_formula(last, loss):
    network = Network.parse(f"dense3-{last}-{loss}")
    params = network.init((2, 2), seed=4)
    trace, y = network.forward(params, np.random.default_rng(0).random((2, 2))), np.array([0.3, 0.5, 0.9])
    assert network.loss(trace.o, y) == pytest.approx(network.loss(trace, y), rel=1e-13)
    assert network.loss(trace.o.tolist(), y) == network.loss(trace.o, y)


@pytest.mark.parametrize(
    "loss, o, y, value",
    [
        ("ce", [1.0, 0.0], [1.0, 0.0], 0.0),
        ("ce", [1.0, 0.0], [0.0, 1.0], np.inf),
        ("bce", [1.0, 0.0], [1.0, 0.0], 0.0),
        ("bce", [1.0, 0.0], [0.0, 0.0], np.inf),
        ("bce", [0.5], [0.5], np.log(2)),
        ("mse", [1.0, 0.0], [0.0, 0.0], 0.5),
    ],
)
def test_zero_times_log_zero_is_zero(loss, o, y, value):
    last = {"ce": "softmax", "bce": "sigmoid", "mse": "identity"}[loss]
    assert Network.parse(f"dense{len(o)}-{last}-{loss}").loss(np.array(o), y) == pytest.approx(value)


@pytest.mark.parametrize("name", LOSSES)
@given(st.lists(st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50), min_size=1, max_size=6), st.integers(0, 99))
def test_do_is_the_slope_of_the_loss(name, o, seed):
    loss, o = LOSSES[name], np.array([float(share) for share in o])
    y = np.random.default_rng(seed).random(len(o))
    do = loss.do.function(o, y)
    for n, step in enumerate(np.eye(len(o)) * 1e-6):
        slope = (loss.loss.function(o + step, y) - loss.loss.function(o - step, y)) / 2e-6
        assert do[n] == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3)])
def test_leading_axes_are_many_images(name, shape):
    rng, loss = np.random.default_rng(1), LOSSES[name]
    o, y = rng.uniform(0.1, 0.9, shape), rng.random(shape)
    for result in (loss.loss, loss.do, *(call for merged in loss.merged.values() for call in (merged.loss, merged.dz))):
        together = result.function(o, y)
        for at in np.ndindex(shape[:-1]):
            np.testing.assert_allclose(together[at], result.function(o[at], y[at]), rtol=1e-14, atol=1e-15)


CHANGES = {"mse": LOSSES["mse"]} | {f"{last}-{name}": LOSSES[name].merged[last] for last, name in MERGED}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("size", [1e-9, 0.3, 5.0, 900.0])
def test_a_change_is_the_difference_of_two_losses_near_and_far(name, size):
    of, rng = CHANGES[name], np.random.default_rng(2)
    before, y, way = rng.normal(size=3), np.array([0.2, 0.0, 0.9]), rng.normal(size=(4, 3))
    z = before + size * way
    plain = of.loss.function(z, np.broadcast_to(y, z.shape)) - of.loss.function(before, y)
    np.testing.assert_allclose(of.change(z, before, y), plain, rtol=1e-9, atol=1e-15)


def test_targets_that_are_no_numbers_are_refused():
    for bad in (np.inf, np.nan):
        with pytest.raises(ValueError, match="must be finite"):
            Network.parse("dense2-mse").loss(np.zeros(2), np.array([bad, 0]))

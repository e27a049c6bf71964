"""Each operation against somebody else's: scipy's correlation and logistic function, and its own definition."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from cnnviz.core.network.notebook_ops import (
    conv2d,
    conv2d_df,
    conv2d_dx,
    conv2d_shape,
    mse,
    mse_prime,
    output_size,
    pad_widths,
    saturated_share,
    sigmoid,
    sigmoid_prime,
    targets,
)
from cnnviz.core.network.sliding import view_windows

PADDINGS = st.sampled_from([0, 1, 2, 3, "valid", "same", "full"])


def zeros_around(k: int, padding: int | str) -> tuple[int, int]:
    """What a padding means, said again without the code under test."""
    if padding == "same":
        return (k - 1) // 2, k // 2
    return ({"valid": 0, "full": k - 1}.get(padding, padding),) * 2


def correlated(x: np.ndarray, f: np.ndarray, stride: int) -> np.ndarray:
    """scipy's correlation, (H',W')."""
    from scipy.signal import correlate2d  # which takes two seconds to import

    return correlate2d(x, f, mode="valid")[::stride, ::stride]


@dataclass(frozen=True)
class Case:
    """A convolution that fits: seeded normal numbers in a random geometry."""

    height: int
    width: int
    k: int
    stride: int
    padding: int | str
    seed: int

    @property
    def generator(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    @property
    def x(self) -> np.ndarray:
        return self.generator.normal(size=(self.height, self.width))

    @property
    def f(self) -> np.ndarray:
        return self.generator.normal(size=(self.k, self.k))

    @property
    def padded(self) -> np.ndarray:
        return np.pad(self.x, zeros_around(self.k, self.padding))

    @property
    def z1(self) -> np.ndarray:
        """scipy's answer, (H',W')."""
        return correlated(self.padded, self.f, self.stride)

    def gradient_at_z1(self) -> np.ndarray:
        return self.generator.normal(size=self.z1.shape)


@st.composite
def cases(draw, extra: int = 9) -> Case:
    k, stride, padding = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(PADDINGS)
    least = max(1, k - sum(zeros_around(k, padding)))
    height, width = (draw(st.integers(least, least + extra)) for _ in range(2))
    return Case(height, width, k, stride, padding, draw(st.integers(0, 2**32 - 1)))


@settings(deadline=None, max_examples=300)
@given(cases())
def test_conv2d_is_scipys_correlation(case):
    z1 = conv2d(case.x, case.f, case.stride, case.padding)
    assert z1.dtype == np.float64
    np.testing.assert_allclose(z1, case.z1, rtol=1e-12, atol=1e-12)


@settings(deadline=None)
@given(cases())
def test_the_output_size_is_the_size_that_comes_out(case):
    geometry = case.k, case.stride, case.padding
    assert (output_size(case.height, *geometry), output_size(case.width, *geometry)) == case.z1.shape
    assert conv2d_shape(case.x.shape, case.f.shape, case.stride, case.padding) == case.z1.shape
    assert pad_widths(case.k, case.padding) == zeros_around(case.k, case.padding)


@settings(deadline=None)
@given(cases())
def test_the_derivatives_are_the_transposes_of_the_convolution(case):
    """conv2d is linear in x and in f, so ⟨dz1, conv2d(x, f)⟩ = ⟨dx, x⟩ = ⟨df, f⟩ for any dz1."""
    x, f, dz1 = case.x, case.f, case.gradient_at_z1()
    df, dx = (
        conv2d_df(x, dz1, f, case.stride, case.padding),
        conv2d_dx(f, dz1, x.shape, case.stride, case.padding),
    )
    assert df.shape == f.shape and dx.shape == x.shape
    expected = pytest.approx(np.sum(dz1 * case.z1), rel=1e-10, abs=1e-10)
    assert np.sum(df * f) == expected
    assert np.sum(dx * x) == expected
    shares = view_windows(x, len(f), case.stride, case.padding) * dz1
    np.testing.assert_allclose(shares.sum((2, 3)), df, atol=1e-12)


@settings(deadline=None)
@given(cases())
def test_each_kernel_gradient_entry_is_the_loss_of_its_own_unit_kernel(case):
    """df[u,v] by the definition: how Σ dz1·z1 answers to f[u,v] alone."""
    dz1 = case.gradient_at_z1()
    df = conv2d_df(case.x, dz1, case.f, case.stride, case.padding)
    for cell in np.ndindex(df.shape):
        unit = np.zeros_like(case.f)
        unit[cell] = 1
        step = correlated(case.padded, unit, case.stride)
        assert df[cell] == pytest.approx(np.sum(dz1 * step), rel=1e-10, abs=1e-10)


@settings(deadline=None)
@given(cases(), st.sampled_from([np.uint8, np.int64, np.float32]))
def test_whole_numbers_and_strided_views_convolve_as_their_float64_values(case, dtype):
    x = (case.x * 50 + 100).clip(0, 255).astype(dtype)
    view = np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3]
    for given_x in (x, view, x.T.copy().T, x.tolist()):
        exact = conv2d(x.astype(np.float64), case.f, case.stride, case.padding)
        assert np.array_equal(conv2d(given_x, case.f.tolist(), case.stride, case.padding), exact)


@settings(deadline=None)
@given(cases())
def test_an_operation_changes_nothing_it_was_given_and_shares_nothing_with_it(case):
    x, f, dz1 = case.x, case.f, case.gradient_at_z1()
    before = [array.tobytes() for array in (x, f, dz1)]
    results = [
        conv2d(x, f, case.stride, case.padding),
        conv2d_df(x, dz1, f, case.stride, case.padding),
        conv2d_dx(f, dz1, x.shape, case.stride, case.padding),
        sigmoid(x),
        sigmoid_prime(x),
        mse_prime(x[0], x[-1]),
    ]
    assert [array.tobytes() for array in (x, f, dz1)] == before
    assert all(array.flags.writeable for array in (x, f, dz1))
    assert not any(np.shares_memory(result, array) for result in results for array in (x, f, dz1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: output_size(2, 3), ["conv2d", "kernel of 3", "2 cells", "minimum is 3"]),
        (lambda: output_size(2, 5, 1, 1), ["kernel of 5", "2 cells", "minimum is 3"]),
        (lambda: output_size(0, 1), ["input size 0"]),
        (lambda: output_size(4, 0), ["kernel size 0"]),
        (lambda: output_size(4.0, 3), ["input size 4.0", "not an integer"]),
        (lambda: conv2d(np.ones((3, 9)), np.ones((4, 4))), ["conv2d", "(3, 9)", "(4, 4)", "minimum is 4"]),
        (lambda: conv2d(np.ones((9, 3)), np.ones((4, 4))), ["(9, 3)", "(4, 4)", "minimum is 4"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), 0), ["conv2d", "stride 0", "at least 1", "(9, 9)"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), -1), ["stride -1", "at least 1", "(9, 9)"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), 1.0), ["stride 1.0", "not an integer", "(9, 9)"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), None), ["stride None", "not an integer"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), (1, 1)), ["stride (1, 1)", "not an integer"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), 1, -1), ["padding -1", "at least 0", "(9, 9)"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), 1, 0.0), ["padding 0.0", "not an integer"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 3)), 1, "SAME"), ["'SAME'", "valid, same, full", "(9, 9)"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones((3, 2))), ["conv2d", "(3, 2)", "square"]),
        (lambda: conv2d(np.ones((9, 9)), np.ones(3)), ["conv2d", "(3,)", "square"]),
        (lambda: conv2d(np.ones((9, 9)), 2.0), ["conv2d", "f has shape ()", "square"]),
        (lambda: conv2d(np.ones((9, 9, 3)), np.ones((3, 3))), ["conv2d", "(9, 9, 3)", "(H, W)"]),
        (lambda: conv2d(np.ones(9), np.ones((3, 3))), ["conv2d", "(9,)", "(H, W)"]),
        (lambda: conv2d(np.ones((0, 9)), np.ones((3, 3))), ["conv2d", "(0, 9)"]),
        (lambda: conv2d_df(np.ones((9, 9)), np.ones((9, 9)), np.ones((3, 3))), ["conv2d_df", "(9, 9)", "(7, 7)"]),
        (lambda: conv2d_dx(np.ones((3, 3)), np.ones((6, 7)), (9, 9)), ["conv2d_dx", "(6, 7)", "(7, 7)"]),
        (lambda: conv2d_dx(np.ones((3, 3)), np.ones((7, 7)), (9, 9), 0), ["stride 0", "at least 1"]),
        (lambda: mse(np.ones(2), np.ones(3)), ["mse", "(3,)", "(2,)"]),
        (lambda: mse_prime(np.ones(2), np.ones((2, 1))), ["mse", "(2, 1)", "(2,)"]),
        (lambda: mse_prime(np.ones(3), np.ones(1)), ["mse", "(1,)", "(3,)"]),
    ],
)
def test_an_impossible_size_is_said_with_operation_shape_and_need(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert not [word for word in words if word not in str(caught.value)], str(caught.value)


def test_a_number_that_was_right_once_is_still_checked_for_its_kind():
    x, f = np.ones((5, 5)), np.ones((3, 3))
    conv2d(x, f, 1, 1)
    for stride, padding in ((1.0, 1), (1, 1.0), (1, "1")):
        with pytest.raises(ValueError, match="conv2d"):
            conv2d(x, f, stride, padding)


@settings(deadline=None, max_examples=1000)
@given(st.floats(-700, 700))
def test_sigmoid_is_scipys_logistic_function_to_fourteen_digits(z):
    assert sigmoid(z) == pytest.approx(expit(z), rel=1e-14, abs=0)


def test_sigmoid_is_right_over_its_whole_range_and_warns_nowhere():
    z = np.concatenate([np.linspace(-700, 700, 200_001), np.geomspace(1e-300, 700, 1001)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_allclose(sigmoid(z), expit(z), rtol=1e-14, atol=0)
        far = np.array([-np.inf, -1e308, -1e4, -746.0, -710.0, 710.0, 1e4, 1e308, np.inf])
        assert sigmoid(far).tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]
        assert np.isnan(sigmoid(np.nan))
        assert sigmoid_prime(sigmoid(far)).tolist() == [0] * 9


def test_sigmoid_leaves_the_callers_error_settings_as_they_were():
    with np.errstate(over="raise"):
        sigmoid(np.array([-1e4]))
        assert np.geterr()["over"] == "raise"
        with pytest.raises(FloatingPointError):
            np.exp(np.array([1e4]))


@settings(deadline=None)
@given(st.floats(-30, 30))
def test_sigmoid_prime_takes_the_activation_and_is_the_slope(z):
    slope = expit(z) * expit(-z)
    assert sigmoid_prime(sigmoid(z)) == pytest.approx(slope, rel=1e-10, abs=1e-15)
    assert saturated_share(sigmoid(np.array([z]))) == (slope < 0.01)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_mse_is_the_mean_and_its_derivative_follows_from_the_definition(n, seed):
    o, y = np.random.default_rng(seed).normal(size=(2, n))
    assert mse(o, y) == pytest.approx(sum((a - b) ** 2 for a, b in zip(o, y, strict=True)) / n, rel=1e-14)
    step = 1e-6 * np.eye(n)
    slopes = [(mse(o + one, y) - mse(o - one, y)) / 2e-6 for one in step]
    np.testing.assert_allclose(mse_prime(o, y), slopes, rtol=1e-6, atol=1e-8)
    assert mse(o, 0.9) == mse(o, np.full(n, 0.9))
    assert targets(0.9, (n,)).shape == (n,)


def test_for_two_outputs_the_gradient_of_the_loss_is_the_notebooks():
    o, y = np.array([0.3, 0.8]), np.array([1.0, 0.0])
    assert np.array_equal(mse_prime(o, y), -(y - o))

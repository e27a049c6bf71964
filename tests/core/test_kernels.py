"""The named kernels are what their names say, and a random one can be drawn again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network.notebook_ops import conv2d
from cnnviz.core.setup.kernels import KERNELS, random_kernel
from cnnviz.core.setup.setup import Setup


def answer(name: str, x: np.ndarray) -> np.ndarray:
    return conv2d(x, np.reshape(KERNELS[name], (3, 3)))


X = np.random.default_rng(0).random((8, 9))
ROWS, COLUMNS = np.mgrid[:8, :9].astype(float)


def test_each_preset_of_the_lesson_is_there():
    named = {"identity", "sobel-x", "sobel-y", "blur", "sharpen", "laplacian", "emboss", "notebook"}
    assert set(KERNELS) == named
    assert all(len(f) == 9 and all(type(weight) is float for weight in f) for f in KERNELS.values())
    assert len(set(KERNELS.values())) == len(KERNELS)


def test_identity_leaves_the_image_and_blur_its_brightness():
    assert np.array_equal(answer("identity", X), X[1:-1, 1:-1])
    np.testing.assert_allclose(answer("blur", np.full((5, 5), 0.7)), 0.7)
    assert np.ptp(answer("blur", X)) < np.ptp(X)


@pytest.mark.parametrize("name", ["sobel-x", "sobel-y", "laplacian"])
def test_an_edge_kernel_answers_nothing_to_an_even_area(name):
    np.testing.assert_allclose(answer(name, np.full((5, 5), 0.7)), 0, atol=1e-15)


def test_sobel_x_sees_change_to_the_right_and_sobel_y_change_downwards():
    assert np.all(answer("sobel-x", COLUMNS) == 8) and np.all(answer("sobel-x", ROWS) == 0)
    assert np.all(answer("sobel-y", ROWS) == 8) and np.all(answer("sobel-y", COLUMNS) == 0)


def test_laplacian_sees_bends_only_and_sharpen_takes_them_off():
    np.testing.assert_allclose(answer("laplacian", ROWS + 2 * COLUMNS), 0, atol=1e-12)
    np.testing.assert_allclose(answer("laplacian", COLUMNS**2), 2)
    np.testing.assert_allclose(answer("sharpen", X), X[1:-1, 1:-1] - answer("laplacian", X))


def test_the_notebooks_kernel_holds_integers_from_0_to_17():
    assert all(weight in range(18) for weight in KERNELS["notebook"])


@settings(deadline=None)
@given(st.integers(0, 999_999_999))
def test_a_random_kernel_is_the_seeds_and_readable_and_travels_in_the_link(seed):
    f = random_kernel(seed)
    assert f == random_kernel(seed) and len(f) == 9
    assert all(weight == round(weight, 2) and "-0.0" != str(weight) for weight in f)
    drawn, wrong = Setup.from_query({"f": f"random-{seed}"})
    assert (drawn.f, wrong) == (f, [])
    assert Setup.from_query(drawn.to_query()) == (drawn, [])


def test_random_kernels_differ_and_are_standard_normal():
    draws = np.array([random_kernel(seed) for seed in range(1000)])
    assert len({tuple(draw) for draw in draws}) == 1000
    assert abs(draws.mean()) < 0.05 and abs(draws.std() - 1) < 0.05

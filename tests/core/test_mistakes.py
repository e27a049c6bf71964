import dataclasses

import numpy as np
import pytest

from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.kernels import KERNELS
from cnnviz.core.mistakes import MISTAKES, _backward_with, stages_hit
from cnnviz.core.network import backward, forward, init_params, update
from cnnviz.core.stages import STAGES
from cnnviz.data.images import load_image

Y = np.array([1.0, 0.0])
NAMES = ("do", "dz2", "dw", "db", "da1", "dz1", "df", "dx")

FROM_THE_START = ("do", "dz2", "dw", "da1", "dz1", "df", "update")
SHOWS = {
    "mean_forgotten": FROM_THE_START,
    "sign_flipped": FROM_THE_START,
    "output_sigmoid_forgotten": FROM_THE_START[1:],
    "weights_updated_first": ("da1", "dz1", "df", "update"),
    "sigmoid_prime_of_z": ("dz1", "df", "update"),
    "kernel_gradient_flipped": ("df", "update"),
    "stride_forgotten": ("df", "update"),
}
"""Where each first shows, and what inherits it. A new mistake is added here too."""


def case(stride=2, padding=0, weights="normal", image="test-0", kernel="sobel-x"):
    x = load_image(image, "red", "unit")
    params = init_params(np.reshape(KERNELS[kernel], (3, 3)), x.shape, 2, stride, padding, weights)
    return params, x, forward(params, x, stride, padding), stride, padding


def test_every_mistake_is_in_the_table_with_its_words():
    assert list(MISTAKES) == list(SHOWS)
    for name, mistake in MISTAKES.items():
        assert mistake.name == name == mistake.gradients.__name__
        assert mistake.title and mistake.sentence.endswith(".") and mistake.source.endswith(".")


@pytest.mark.parametrize("name", SHOWS)
@pytest.mark.parametrize(
    "stride, padding, kernel", [(1, 0, "sobel-x"), (2, 0, "emboss"), (3, "full", "sobel-y"), (2, "same", "blur")]
)
def test_the_check_catches_it_in_the_parameters_that_it_spoils(name, stride, padding, kernel):
    params, x, trace, *_ = case(stride, padding, kernel=kernel)
    check = check_gradients(params, x, Y, stride, padding, gradients=MISTAKES[name].gradients(params, trace, Y, 0.01))
    if name == "stride_forgotten" and stride == 1:  # then nothing was forgotten
        assert check.passed
        return
    assert not check.passed
    spoiled = {parameter for parameter in "fwb" if check.relative_error[parameter].max() > 1e-6}
    assert spoiled == ({"f", "w", "b"} if "dw" in SHOWS[name] else {"f"})


@pytest.mark.parametrize("name", SHOWS)
def test_it_first_shows_where_it_was_made_and_later_stages_inherit_it(name):
    params, _, trace, _, _ = case()
    wrong = MISTAKES[name].gradients(params, trace, Y, 0.01)
    assert stages_hit(wrong, backward(params, trace, Y), params, 0.01) == SHOWS[name]


def test_what_comes_before_a_mistake_is_exact_to_the_bit():
    params, _, trace, _, _ = case()
    exact = backward(params, trace, Y)
    for name, mistake in MISTAKES.items():
        wrong = mistake.gradients(params, trace, Y, 0.01)
        before = NAMES[: NAMES.index(SHOWS[name][0])]
        assert all(np.array_equal(getattr(wrong, n), getattr(exact, n)) for n in before), name
        assert all(getattr(wrong, n).shape == getattr(exact, n).shape for n in NAMES), name


@pytest.mark.parametrize("stride, padding", [(1, 0), (2, "same"), (3, "full")])
def test_a_backward_pass_with_nothing_wrong_in_it_is_ours(stride, padding):
    params, _, trace, _, _ = case(stride, padding)
    exact, ours = backward(params, trace, Y), _backward_with(params, trace, Y)
    assert all(np.array_equal(getattr(ours, name), getattr(exact, name)) for name in NAMES)
    assert stages_hit(ours, exact, params, 0.01) == ()


def test_where_a_mistake_does_not_show():
    params, _, trace, _, _ = case(stride=1)
    exact = backward(params, trace, Y)
    strided = MISTAKES["stride_forgotten"].gradients(params, trace, Y, 0.01)
    assert stages_hit(strided, exact, params, 0.01) == () and np.array_equal(strided.dx, exact.dx)
    assert stages_hit(MISTAKES["weights_updated_first"].gradients(params, trace, Y, 0), exact, params, 0) == ()


def test_an_entry_of_db_alone_shows_at_dw():
    params, _, trace, _, _ = case()
    exact = backward(params, trace, Y)
    assert stages_hit(dataclasses.replace(exact, db=exact.db * 2), exact, params, 0.01) == ("dw", "update")


def test_what_each_mistake_does():
    params, x, trace, _, _ = case()
    exact = backward(params, trace, Y)
    wrong = {name: mistake.gradients(params, trace, Y, 0.01) for name, mistake in MISTAKES.items()}
    assert np.array_equal(wrong["mean_forgotten"].df, 2 * exact.df)
    assert np.array_equal(wrong["sign_flipped"].dw, -exact.dw)
    assert np.array_equal(wrong["output_sigmoid_forgotten"].db, exact.do)
    assert np.array_equal(wrong["kernel_gradient_flipped"].df, np.rot90(exact.df, 2))
    np.testing.assert_allclose(wrong["sigmoid_prime_of_z"].dz1, exact.da1 * (trace.z1 - trace.z1**2), rtol=1e-12)
    after = update(params, exact, 0.01)
    np.testing.assert_allclose(wrong["weights_updated_first"].da1.reshape(-1), after.w @ exact.dz2, rtol=1e-12)
    # Forgotten, the stride pairs unit (i, j) with the pixel at (i + u, j + v).
    df = [[np.sum(x[u : u + 15, v : v + 15] * exact.dz1) for v in range(3)] for u in range(3)]
    np.testing.assert_allclose(wrong["stride_forgotten"].df, df, rtol=1e-12)
    dx = np.zeros((32, 32))
    for i, j in np.ndindex(15, 15):
        dx[i : i + 3, j : j + 3] += exact.dz1[i, j] * params.f
    np.testing.assert_allclose(wrong["stride_forgotten"].dx, dx, rtol=1e-12, atol=1e-15)


def test_the_stages_compared_are_those_of_the_lesson():
    assert [stage.symbol for stage in STAGES if stage.phase in ("backward", "update")] == list(FROM_THE_START)

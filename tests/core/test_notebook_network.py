"""The gradients against TensorFlow's and against central differences; what the values of a pass promise."""

import copy
import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.notebook_ops import conv2d_dx, mse, saturated_share
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.kernels import KERNELS
from tests.core.test_notebook_ops import Case, cases, zeros_around

NAMES = {Params: "f w b", Trace: "x z1 a1 v z2 o", Gradients: "do dz2 dw db da1 dz1 df dx"}


def arrays(value) -> dict[str, np.ndarray]:
    return {name: getattr(value, name) for name in NAMES[type(value)].split()}


def network(case: Case, n: int) -> tuple[Params, np.ndarray]:
    """Parameters and targets in the middle of the sigmoid's range, so that every gradient is alive."""
    generator = np.random.default_rng(case.seed + 1)
    d = case.z1.size
    w, b = generator.normal(size=(d, n)) / np.sqrt(d), generator.normal(size=n)
    return Params(case.f / case.k, w, b), generator.normal(size=n)


def a_pass(x_shape=(6, 7)) -> tuple[Params, Trace, Gradients]:
    params = init_params(np.eye(3), x_shape, weights="normal")
    trace = forward(params, np.random.default_rng(0).random(x_shape))
    return params, trace, backward(params, trace, np.array([1.0, 0.0]))


@settings(deadline=None, max_examples=60)
@given(cases(), st.integers(1, 4))
def test_every_gradient_is_tensorflows(case, n):
    tf = pytest.importorskip("tensorflow", reason="TensorFlow's answer is what this compares with")
    (params, y), x, margin = network(case, n), case.x, list(zeros_around(case.k, case.padding))
    with tf.GradientTape() as tape:
        watched = {"x": x, "f": params.f, "w": params.w, "b": params.b}
        watched = {name: tf.constant(value) for name, value in watched.items()}
        tape.watch(watched.values())
        image, kernel = watched["x"][None, :, :, None], watched["f"][:, :, None, None]
        z1 = tf.nn.conv2d(image, kernel, case.stride, [[0, 0], margin, margin, [0, 0]])[0, :, :, 0]
        a1 = tf.sigmoid(z1)
        z2 = tf.linalg.matvec(watched["w"], tf.reshape(a1, [-1]), transpose_a=True) + watched["b"]
        o = tf.sigmoid(z2)
        loss = tf.reduce_mean((o - y) ** 2)
    theirs = tape.gradient(loss, watched | {"z1": z1, "a1": a1, "z2": z2, "o": o})

    trace = forward(params, x, case.stride, case.padding)
    gradients = backward(params, trace, y)
    for name, value in {"z1": z1, "a1": a1, "z2": z2, "o": o}.items():
        np.testing.assert_allclose(getattr(trace, name), value.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)
    assert mse(trace.o, y) == pytest.approx(float(loss), rel=1e-12)
    for name, value in theirs.items():
        ours = getattr(gradients, f"d{name}")
        assert ours.shape == tuple(value.shape), name
        assert np.abs(ours - value.numpy()).max() <= 1e-10 * max(1, np.abs(value.numpy()).max()), name


@settings(deadline=None, max_examples=60)
@given(cases(extra=3), st.integers(1, 4))
def test_every_gradient_entry_is_what_the_loss_answers_to_a_nudge(case, n):
    """Central differences over ±h and ±2h: their own error falls as h⁴, so 1e-6 can be asked of every entry."""
    (params, y), h = network(case, n), 1e-3
    start = arrays(params) | {"x": case.x}
    gradients = backward(params, forward(params, case.x, case.stride, case.padding), y)

    def loss(name: str, cell: tuple[int, ...], change: float) -> float:
        nudged = {name: array.copy() for name, array in start.items()}
        nudged[name][cell] += change
        x = nudged.pop("x")
        return mse(forward(Params(**nudged), x, case.stride, case.padding).o, y)

    for name, array in start.items():
        for cell in np.ndindex(array.shape):
            near, far = ((loss(name, cell, m * h) - loss(name, cell, -m * h)) / (2 * m * h) for m in (1, 2))
            exact = getattr(gradients, f"d{name}")[cell]
            assert exact == pytest.approx((4 * near - far) / 3, rel=1e-6, abs=2e-11), (name, cell)


@settings(deadline=None)
@given(cases(), st.integers(1, 4), st.floats(0, 1e6))
def test_an_update_is_theta_minus_the_learning_rate_times_its_gradient(case, n, learning_rate):
    params, y = network(case, n)
    gradients = backward(params, forward(params, case.x, case.stride, case.padding), y)
    after = update(params, gradients, learning_rate)
    for name, old in arrays(params).items():
        assert np.array_equal(getattr(after, name), old - learning_rate * getattr(gradients, f"d{name}"))


@settings(deadline=None)
@given(cases(), st.integers(1, 4), st.sampled_from([np.float64, np.float32, np.int64]))
def test_a_pass_changes_nothing_it_was_given_and_nobody_can_change_what_it_gave(case, n, dtype):
    (params, y), x = network(case, n), (case.x * 3).astype(dtype)
    mine = {name: (array * 3).astype(dtype) for name, array in arrays(params).items()} | {"x": x, "y": y.astype(dtype)}
    before = {name: array.tobytes() for name, array in mine.items()}

    params = Params(mine["f"], mine["w"], mine["b"])
    trace = forward(params, x, case.stride, case.padding)
    gradients = backward(params, trace, mine["y"])
    results = {params: None, trace: None, gradients: None, update(params, gradients, 0.1): None}
    for value in results:
        results[value] = [array.tobytes() for array in arrays(value).values()]
        for name, array in arrays(value).items():
            assert array.dtype == np.float64
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, name, array)

    assert {name: array.tobytes() for name, array in mine.items()} == before
    for array in mine.values():
        array[...] = 7  # ours are still ours to write to …
    for value, old in results.items():  # … and theirs do not follow
        assert [array.tobytes() for array in arrays(value).values()] == old


def test_a_read_only_view_of_an_array_that_can_be_written_to_is_copied():
    owner = np.ones((5, 5))
    view = owner.view()
    view.setflags(write=False)
    trace = forward(init_params(np.eye(3), (5, 5)), view)
    broadcast = Params(np.broadcast_to(owner[:3, :1], (3, 3)), np.ones((9, 2)), np.zeros(2))
    owner[...] = 9
    assert np.all(trace.x == 1) and np.all(broadcast.f == 1)


def test_an_array_that_nobody_can_write_to_is_shared_not_copied():
    params, trace, _ = a_pass()
    assert forward(params, trace.x).x is trace.x
    assert Params(params.f, params.w, params.b).w is params.w


def test_params_trace_and_gradients_can_be_made_by_hand():
    params = Params([[1, 0], [0, 1]], w=[[1, 2]] * 4, b=(0, 0))
    trace = Trace(x=np.ones((3, 3)), z1=np.zeros((2, 2)), a1=np.full((2, 2), 0.5), v=[0.5] * 4, z2=[0, 0], o=[0.5, 0.5])
    assert (trace.stride, trace.padding) == (1, 0)
    gradients = backward(params, trace, 0.9)
    np.testing.assert_allclose(gradients.do, [-0.4, -0.4])
    np.testing.assert_allclose(gradients.df, np.full((2, 2), 4 * -0.3 * 0.25))  # da1 = -0.1·(1 + 2), at each of 4 units
    result = Gradients(**arrays(gradients))
    assert all(np.array_equal(getattr(result, name), array) for name, array in arrays(gradients).items())
    assert np.array_equal(update(params, result, 0.1).w, update(params, gradients, 0.1).w)


def test_dx_is_worked_out_once_and_when_first_asked_for():
    asked = []
    mine = np.ones((2, 2))
    gradients = Gradients(*[np.zeros(1)] * 7, dx=lambda: asked.append(1) or mine)
    assert not asked
    assert np.array_equal(gradients.dx, mine) and gradients.dx is gradients.dx
    assert asked == [1]
    assert mine.flags.writeable and not gradients.dx.flags.writeable


@settings(deadline=None)
@given(cases(), st.integers(1, 4))
def test_dx_asked_for_late_is_dx_worked_out_at_once(case, n):
    params, y = network(case, n)
    gradients = backward(params, forward(params, case.x, case.stride, case.padding), y)
    assert "dx" not in vars(gradients)
    eager = conv2d_dx(params.f, gradients.dz1, case.x.shape, case.stride, case.padding)
    assert np.array_equal(gradients.dx, eager)


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value)), dataclasses.replace],
    ids=["copy", "deepcopy", "pickle", "replace"],
)
@pytest.mark.parametrize("asked_first", [False, True])
def test_a_copy_is_equal_and_as_read_only_as_the_original(again, asked_first):
    for value in a_pass():
        if asked_first:
            getattr(value, "dx", None)
        twin = again(value)
        for name, array in arrays(value).items():
            assert np.array_equal(getattr(twin, name), array), name
            assert not getattr(twin, name).flags.writeable, name


def test_gradients_have_no_other_name_made_up():
    gradients = a_pass()[2]
    assert hasattr(gradients, "dx")
    with pytest.raises(AttributeError, match="'dy'"):
        gradients.dy  # noqa: B018
    with pytest.raises(AttributeError, match="'dx'"):
        object.__new__(Gradients).dx  # noqa: B018


def test_initial_weights_are_zeros_or_the_seeds_own():
    zeros = init_params(np.eye(3), (8, 5), n_outputs=3, stride=2, padding="same")
    assert zeros.w.shape == (4 * 3, 3) and not zeros.w.any() and not zeros.b.any()
    normal = [init_params(np.eye(3), (32, 32), weights="normal", seed=seed).w for seed in (0, 0, 1)]
    assert np.array_equal(normal[0], normal[1]) and not np.array_equal(normal[0], normal[2])
    assert np.array_equal(normal[0], np.random.default_rng(0).normal(size=(900, 2)) / 30)


P, X = init_params(np.ones((3, 3)), (6, 6)), np.ones((6, 6))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: init_params(np.ones((7, 7)), (6, 9)), ["conv2d", "(6, 9)", "(7, 7)", "minimum is 7"]),
        (lambda: init_params(np.ones((3, 4)), (6, 6)), ["(3, 4)", "square"]),
        (lambda: init_params(np.ones((3, 3)), (6, 6, 3)), ["(6, 6, 3)", "(H, W)"]),
        (lambda: init_params(np.ones((3, 3)), (6, 6), stride=0), ["stride 0", "at least 1"]),
        (lambda: init_params(np.ones((3, 3)), (6, 6), n_outputs=0), ["init_params", "n_outputs is 0", "at least 1"]),
        (lambda: init_params(np.ones((3, 3)), (6, 6), weights="ones"), ["init_params", "'ones'", "zeros, normal"]),
        (lambda: forward(P, np.ones((6, 7))), ["forward", "(16, 2)", "(20, N)"]),
        (lambda: forward(P, X, padding="same"), ["forward", "(16, 2)", "(36, N)"]),
        (lambda: forward(Params(P.f, np.ones(16), P.b), X), ["forward", "(16,)", "(16, N)"]),
        (lambda: forward(Params(P.f, np.ones((16, 0)), np.ones(0)), X), ["forward", "(16, 0)", "at least 1"]),
        (lambda: forward(Params(P.f, P.w, np.ones(3)), X), ["forward", "b has shape (3,)", "(2,)"]),
        (lambda: forward(P, np.ones((6, 6, 3))), ["conv2d", "(6, 6, 3)", "(H, W)"]),
        (lambda: forward(P, X, stride=1.5), ["conv2d", "stride 1.5", "not an integer"]),
        (lambda: backward(P, forward(P, X), np.ones(3)), ["mse", "y has shape (3,)", "(2,)"]),
    ],
)
def test_an_impossible_size_is_said_with_operation_shape_and_need(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert not [word for word in words if word not in str(caught.value)], str(caught.value)


def red_channel() -> np.ndarray:
    """The bundled image `test-0`, a cat, as bytes 0…255."""
    image = pytest.importorskip("PIL.Image", reason="Pillow reads the bundled image")
    path = Path(__file__).parents[2] / "assets" / "00_3.png"
    if not path.exists():
        pytest.skip("assets/00_3.png is not there")
    return np.asarray(image.open(path).convert("RGB"))[:, :, 0].astype(np.float64)


def test_the_numbers_are_those_of_the_drawing():
    x, y = red_channel() / 255, np.array([1.0, 0.0])
    params = init_params(np.reshape(KERNELS["sobel-x"], (3, 3)), x.shape, weights="normal", seed=0)
    for _ in range(3):
        params = update(params, backward(params, forward(params, x), y), 0.01)
    trace = forward(params, x)
    assert mse(trace.o, y) == pytest.approx(0.10286869, abs=5e-9)
    assert trace.o == pytest.approx([0.64046, 0.27653], abs=5e-6)
    assert backward(params, trace, y).df[0, 2] == pytest.approx(-0.00913765, abs=5e-9)


@pytest.mark.parametrize("kernel", ["notebook", "ones"])
def test_raw_pixels_under_positive_integers_saturate_every_unit_and_leave_no_kernel_gradient(kernel):
    f = np.ones((3, 3)) if kernel == "ones" else np.reshape(KERNELS[kernel], (3, 3))
    x = red_channel()
    params = init_params(f, x.shape, weights="normal")
    trace = forward(params, x)
    gradients = backward(params, trace, np.array([1.0, 0.0]))
    assert saturated_share(trace.a1) == 1
    assert np.all(gradients.df == 0) and np.any(gradients.dw != 0)

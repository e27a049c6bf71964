
import numpy as np
import pytest

from cnnviz.core.gradcheck import STEPS, TOLERANCE, check_gradients, relative_error, step_sweep
from cnnviz.core.gradcheck.inputs import differences
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.notebook_ops import mse
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import load_image

Y = np.array([1.0, 0.0])
PARAMETERS = ("f", "w", "b")


def after(k, params, x, y, stride=1, padding=0, learning_rate=0.1):
    for _ in range(k):
        params = update(params, backward(params, forward(params, x, stride, padding), y), learning_rate)
    return params


def setup(image="test-0", kernel="sobel-x", weights="normal", stride=1, padding=0, y=Y, k=0, scale="unit"):
    """Parameters, image, target, stride and padding after k updates."""
    x = load_image(image, "red", scale)
    params = init_params(np.reshape(KERNELS[kernel], (3, 3)), x.shape, len(y), stride, padding, weights)
    return after(k, params, x, y, stride, padding), x, y, stride, padding


SETUPS = {
    "the default": setup(),
    "zeros, after 3 updates": setup(weights="zeros", k=3),
    "trained for 6 updates": setup("test-3", "emboss", k=6, y=np.array([0.8, 0.3])),
    "stride 2": setup("test-1", "blur", stride=2),
    "stride 3, full padding": setup("test-5", "laplacian", stride=3, padding="full"),
    "same padding, 5 outputs": setup("test-7", "sharpen", padding="same", y=np.array([0, 0.2, 0.4, 0.9, 1])),
    "one output": setup("test-2", "identity", y=np.array([0.7])),
}


def gradients_of(case):
    params, x, y, stride, padding = case
    exact = backward(params, forward(params, x, stride, padding), y)
    return {name: getattr(exact, f"d{name}") for name in PARAMETERS}


# --- right gradients pass ------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETUPS)
def test_our_backward_pass_is_right_in_every_entry(name):
    check = check_gradients(*SETUPS[name])
    assert check.passed and check.worst.relative_error <= TOLERANCE
    for parameter in PARAMETERS:
        shape = getattr(SETUPS[name][0], parameter).shape
        for array in (check.analytic[parameter], check.numeric[parameter], check.relative_error[parameter]):
            assert array.shape == shape and array.dtype == np.float64


@pytest.mark.parametrize("seed", range(40))
def test_no_lesson_makes_it_cry_wolf(seed):
    """Raw pixels, kernels of any size, targets out of reach, outputs trained until the loss is 0 to the last bit."""
    rng = np.random.default_rng(seed)
    x = load_image(f"test-{rng.integers(20)}", "green", str(rng.choice(["unit", "raw"])))
    stride, padding = int(rng.choice([1, 1, 2, 8])), [0, "same", "full", 4][rng.integers(4)]
    y = [Y, rng.random(2), np.array([3.0, -2]), np.array([1e6, -5])][rng.integers(4)]
    f = rng.normal(size=(3, 3)) * 10.0 ** rng.choice([-3, 0, 0, 0, 3, 5])
    params = init_params(f, x.shape, 2, stride, padding, str(rng.choice(["zeros", "normal"])), seed)
    params = after(int(rng.choice([0, 1, 30, 1000])), params, x, y, stride, padding, 10 ** rng.uniform(-3, 1))
    check = check_gradients(params, x, y, stride, padding)
    assert check.worst.relative_error < TOLERANCE / 3, check.worst


@pytest.mark.parametrize("size", [500.37, 30_000.37])
@pytest.mark.parametrize("image", ["test-5", "test-8", "test-16"])
def test_sums_of_millions_round_off_before_they_cancel(image, size):
    x = load_image(image, "red", "raw")
    params = init_params(np.reshape(KERNELS["sobel-y"], (3, 3)) * size, x.shape, padding="same", weights="normal")
    assert check_gradients(params, x, Y, padding="same").worst.relative_error < TOLERANCE / 3


def test_a_saturated_lesson_has_exact_zeros_and_passes():
    params, x, y, *_ = setup(kernel="notebook", scale="raw")
    check = check_gradients(params, x, y)
    assert not check.analytic["f"].any() and not check.numeric["f"].any() and not check.relative_error["f"].any()
    assert check.passed


def test_every_parameter_of_the_default_lesson_is_checked():
    assert sum(array.size for array in check_gradients(*SETUPS["the default"]).numeric.values()) == 9 + 1800 + 2


# --- wrong gradients fail ------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1.001, 0.999, -1, 0])
@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("name", SETUPS)
def test_a_tenth_of_a_percent_is_seen_in_each_single_entry(name, parameter, factor):
    """Entries are judged one by one, so spoiling all of a parameter at once tries each by itself."""
    right = gradients_of(SETUPS[name])
    check = check_gradients(*SETUPS[name], gradients=right | {parameter: right[parameter] * factor})
    assert (check.relative_error[parameter] > TOLERANCE).all()
    assert not check.passed and check.worst.parameter == parameter
    for other in set(PARAMETERS) - {parameter}:
        assert (check.relative_error[other] <= TOLERANCE).all()


@pytest.mark.parametrize("parameter, index", [("f", (0, 2)), ("w", (417, 1)), ("w", (899, 0)), ("b", (1,))])
def test_the_worst_entry_is_named_with_its_numbers(parameter, index):
    case = SETUPS["the default"]
    right = gradients_of(case)
    spoiled = right[parameter].copy()
    spoiled[index] *= 1.001
    worst = check_gradients(*case, gradients=right | {parameter: spoiled}).worst
    assert (worst.parameter, worst.index) == (parameter, index)
    assert worst.backward == spoiled[index] and worst.central == pytest.approx(right[parameter][index], rel=1e-6)
    assert worst.relative_error == pytest.approx(1e-3, rel=0.01)


def test_an_entry_that_is_not_a_number_is_the_worst_of_all():
    right = gradients_of(SETUPS["the default"])
    spoiled = right["w"].copy()
    spoiled[5, 1] = np.nan
    check = check_gradients(*SETUPS["the default"], gradients=right | {"w": spoiled, "f": right["f"] * 2})
    assert (check.worst.parameter, check.worst.index) == ("w", (5, 1)) and not check.passed


def test_gradients_of_another_shape_are_refused_in_a_sentence():
    right = gradients_of(SETUPS["the default"])
    with pytest.raises(ValueError, match=r"the gradient of w has shape \(2, 900\), not \(900, 2\)"):
        check_gradients(*SETUPS["the default"], gradients=right | {"w": right["w"].T})


@pytest.mark.parametrize("step", [0, -1e-5, float("nan")])
def test_a_step_that_goes_nowhere_is_refused(step):
    with pytest.raises(ValueError, match="must be above 0"):
        check_gradients(*SETUPS["the default"], step=step)


def test_a_gradients_and_a_mapping_say_the_same():
    params, x, y, *_ = case = SETUPS["the default"]
    exact = backward(params, forward(params, x), y)
    by_object, by_name = check_gradients(*case, gradients=exact), check_gradients(*case, gradients=gradients_of(case))
    assert by_object.worst == by_name.worst == check_gradients(*case).worst


# --- the differences themselves ------------------------------------------------------------------


@pytest.mark.parametrize("stride, padding, scale", [(1, 0, 1), (2, "same", 1), (1, "full", 255)])
def test_batched_differences_are_those_of_one_entry_at_a_time(stride, padding, scale):
    rng = np.random.default_rng(2)
    x, y, step = rng.random((6, 7)) * scale, rng.random(2), 1e-3
    start = init_params(rng.normal(size=(3, 3)) / scale, x.shape, 2, stride, padding, "normal")
    params = Params(start.f, start.w, rng.normal(size=2))
    nudged = differences(params, x, y, stride, padding)

    def loss(name, index, shift):
        arrays = {other: getattr(params, other).copy() for other in PARAMETERS}
        arrays[name][index] += shift
        return mse(forward(Params(**arrays), x, stride, padding).o, y)

    for name in PARAMETERS:
        numeric = nudged.central(name, step).reshape(getattr(params, name).shape)
        h = step / max(1, x.max()) if name == "f" else step
        for index in np.ndindex(getattr(params, name).shape):
            slope = (loss(name, index, h) - loss(name, index, -h)) / (2 * h)
            assert numeric[index] == pytest.approx(slope, rel=1e-8, abs=1e-10)


def test_relative_error():
    errors = relative_error(np.array([2.0, 0, 0, 1e-9, -1]), np.array([1.0, 0, 1, 2e-9, 1]), floor=1e-3)
    assert errors == pytest.approx([0.5, 0, 1, 1e-6, 2])
    assert relative_error(np.zeros(2), np.zeros(2)).tolist() == [0, 0]


def test_the_sweep_is_a_u_with_both_regimes():
    sweep = step_sweep(*SETUPS["the default"])
    assert sweep.steps.tolist() == list(STEPS) and (sweep.steps[0], sweep.steps[-1]) == (1e-1, 1e-14)
    single, double = sweep.errors["float32"], sweep.errors["float64"]
    assert single.shape == double.shape == sweep.steps.shape
    # Truncation: a step a tenth as long, an error a hundredth as large.
    assert double[0] / double[1] == pytest.approx(100, rel=0.05)
    assert double[1] / double[2] == pytest.approx(100, rel=0.05)
    # Round-off: a step a tenth as long, an error ten times as large.
    assert np.all(np.diff(np.log10(double[5:])) > 0.5)
    assert np.all(np.diff(np.log10(single[1:6])) > 0.5)
    # float32 turns earlier, higher up, and in the end sees no difference at all.
    assert sweep.steps[single.argmin()] >= 1e-3 > sweep.steps[double.argmin()] >= 1e-6
    assert double.min() < 1e-9 < 1e-6 < single.min() and single[-1] == 1


def test_a_sweep_of_a_saturated_lesson_and_of_the_smallest_one_is_finite():
    params, x, y, *_ = setup(kernel="notebook", weights="zeros", scale="raw")
    tiny = init_params(np.ones((1, 1)), (1, 1), 1)
    for sweep in (step_sweep(params, x, y), step_sweep(tiny, np.zeros((1, 1)), np.array([0.5]))):
        assert all(np.isfinite(errors).all() for errors in sweep.errors.values())


def test_the_default_lesson_is_the_pages():
    params, _, y, *_ = SETUPS["the default"]
    page = Setup()
    assert np.array_equal(page.kernel, params.f) and page.y == tuple(y) and (page.img, page.w) == ("test-0", "normal")

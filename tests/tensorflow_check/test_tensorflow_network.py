import builtins
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.notebook_ops import mse
from cnnviz.core.notebook.notebook_network import backward, forward, init_params
from cnnviz.tensorflow_check.tensorflow_network import TensorFlowUnavailable, import_tensorflow, tensorflow_gradients
from tests.core.networks import ALL, Case, cases

ROOT = Path(__file__).parents[2]


def is_there() -> bool:
    try:
        import_tensorflow()
    except TensorFlowUnavailable:
        return False
    return True


@pytest.fixture(scope="module")
def tensorflow():
    if not is_there():
        pytest.skip("needs TensorFlow, which is not installed here or cannot be imported")


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 2, "valid", "same", "full"])
@pytest.mark.parametrize("shape, k, n", [((32, 32), 3, 2), ((9, 12), 4, 3), ((7, 6), 2, 1)])
def test_tensorflow_agrees_with_our_backward_pass(tensorflow, stride, padding, shape, k, n):
    rng = np.random.default_rng(stride)
    x, y = rng.random(shape), rng.random(n)
    start = init_params(rng.normal(size=(k, k)), shape, n, stride, padding, "normal")
    params = Params(start.f, start.w, rng.normal(size=n))
    trace = forward(params, x, stride, padding)
    ours, theirs = backward(params, trace, y), tensorflow_gradients(params, x, y, stride, padding)
    for name in "fwb":
        gradient = getattr(ours, f"d{name}")
        assert theirs[name].shape == gradient.shape and theirs[name].dtype == np.float64
        np.testing.assert_allclose(theirs[name], gradient, rtol=1e-10, atol=1e-10 * np.abs(gradient).max())
    np.testing.assert_allclose(theirs["o"], trace.o, rtol=1e-10)
    np.testing.assert_allclose(theirs["L"], mse(trace.o, y), rtol=1e-10)


def test_saturated_units_and_one_target_for_all(tensorflow):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (32, 32)).astype(float)
    params = init_params(rng.integers(1, 18, (3, 3)), x.shape, weights="normal")
    theirs = tensorflow_gradients(params, x, 0.9)
    ours = backward(params, forward(params, x), 0.9)
    np.testing.assert_allclose(theirs["w"], ours.dw, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(theirs["f"], ours.df, rtol=1e-10, atol=1e-15)


def assert_agrees(case: Case, x: np.ndarray, params: Params, y: np.ndarray):
    theirs = tensorflow_gradients(params, x, y, network=case.network)
    trace = case.network.forward(params, x)
    ours = case.network.backward(params, trace, y)
    assert list(theirs) == ["x", *case.params, "o", "L"]
    for name in ("x", *case.params):
        gradient = ours[f"d{name}"]
        assert theirs[name].shape == gradient.shape and theirs[name].dtype == np.float64
        np.testing.assert_allclose(theirs[name], gradient, rtol=1e-10, atol=1e-10 * np.abs(gradient).max() + 1e-15, err_msg=name)
    np.testing.assert_allclose(theirs["o"], trace.o, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(theirs["L"], case.network.loss(trace, y), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("CS231n", "Keras", "Deep Learning from Scratch")])
def test_the_twin_of_any_network_agrees(tensorflow, name):
    assert_agrees(ALL[name], ALL[name].x, ALL[name].params, ALL[name].y)


@given(case=cases())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_twin_of_a_random_network_agrees(tensorflow, case):
    assert_agrees(case, case.x, case.params, case.y)


@pytest.mark.parametrize("text", ["conv2x3b-relu-max2-dense2-softmax-ce", "conv2x2b-max3s2-relu-dense2-mse", "max2s1-dense2-mse"])
@pytest.mark.parametrize("seed", range(3))
def test_it_takes_the_same_side_of_a_kink(tensorflow, text, seed):
    """Zeros for ReLU, and ties for max pooling, by whole numbers, whose sums are exact: 0, and the first of equal ones."""
    case, rng = Case(text, (7, 8)), np.random.default_rng(seed)
    start = case.network.init((7, 8))
    whole = {name: rng.integers(-1, 2, array.shape) for name, array in start.items() if name[0] == "f"}
    assert_agrees(case, rng.integers(-1, 2, (7, 8)).astype(float), start.replace(**whole), np.array([1.0, 0.0]))


@pytest.mark.parametrize("text, y", [("dense3-softmax-ce", [2, 0, 0.5]), ("dense3-sigmoid-ce", [1, 0, 0.5]), ("dense3-sigmoid-bce", [1, 0, 0.5])])
def test_the_twin_is_right_where_outputs_saturate_and_targets_do_not_sum_to_one(tensorflow, text, y):
    case = Case(text, (2, 2))
    params = case.params.replace(b=np.array([-1e4, 30.0, 1e4]))
    assert_agrees(case, case.x, params, np.array(y))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_every_loss_has_a_twin_that_is_the_same_number(tensorflow, loss):
    import tensorflow as tf

    rng = np.random.default_rng(0)
    row, y = rng.uniform(0.1, 0.9, 4), rng.random(4)
    for result, twin in [(loss.loss, loss.tensorflow), *((merged.loss, merged.tensorflow) for merged in loss.merged.values())]:
        np.testing.assert_allclose(twin(tf, tf.constant(row), tf.constant(y)).numpy(), result.function(row, y), rtol=1e-12)


def test_the_garbage_collector_leaves_out_what_tensorflow_brought(tensorflow):
    script = """if True:
        import gc
        from cnnviz.tensorflow_check.tensorflow_network import import_tensorflow
        import_tensorflow()
        print(len(gc.get_objects()), gc.get_freeze_count())"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    collected, frozen = map(int, done.stdout.split())
    assert collected < 10_000 and frozen > 100_000


@pytest.mark.parametrize(
    "raised, sentence",
    [
        (ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow"), "is not installed"),
        (ModuleNotFoundError("No module named 'absl'", name="absl"), "but absl is missing"),
        (ImportError("libcuda.so.1: cannot open"), r"could not be imported \(ImportError: libcuda"),
        (AttributeError("_ARRAY_API not found"), r"could not be imported \(AttributeError"),
    ],
)
def test_where_tensorflow_cannot_be_imported_a_sentence_says_so(monkeypatch, raised, sentence):
    real = builtins.__import__

    def failing(name, *rest, **kwargs):
        if name == "tensorflow":
            raise raised
        return real(name, *rest, **kwargs)

    monkeypatch.setattr(builtins, "__import__", failing)
    params = init_params(np.ones((3, 3)), (6, 6))
    with pytest.raises(TensorFlowUnavailable, match=sentence) as caught:
        tensorflow_gradients(params, np.ones((6, 6)), 1)
    assert str(caught.value).endswith(".") and caught.value.__cause__ is raised


def test_importing_the_checks_does_not_import_tensorflow():
    code = "import sys, cnnviz.tensorflow_check.tensorflow_network, cnnviz.tensorflow_check.tensorflow_process; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

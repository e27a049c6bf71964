import builtins
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.checks.tensorflow_face import TensorFlowUnavailable, import_tensorflow, tensorflow_gradients
from cnnviz.core.network import Params, backward, forward, init_params
from cnnviz.core.ops import mse

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


def test_the_garbage_collector_leaves_out_what_tensorflow_brought(tensorflow):
    script = """if True:
        import gc
        from cnnviz.checks.tensorflow_face import import_tensorflow
        import_tensorflow()
        print(len(gc.get_objects()), gc.get_freeze_count())"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    collected, frozen = map(int, done.stdout.split())
    assert collected < 10_000 and frozen > 100_000


@pytest.mark.parametrize(
    "raised, sentence",
    [
        (ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow"), "is not installed here"),
        (ModuleNotFoundError("No module named 'absl'", name="absl"), "absl is missing"),
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
    code = "import sys, cnnviz.checks.tensorflow_face, cnnviz.checks.judge; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

import threading
import time

import numpy as np
import pytest

from cnnviz.core.network.network import Network
from cnnviz.core.notebook.notebook_network import backward, forward, init_params
from cnnviz.tensorflow_check import tensorflow_process
from cnnviz.tensorflow_check.tensorflow_network import TensorFlowUnavailable, import_tensorflow
from cnnviz.words import Message, message


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(monkeypatch):
    monkeypatch.setattr(tensorflow_process, "_state", {"is": "absent", "words": None})


def settle(seconds: float = 600) -> tuple[str, Message | None]:
    end = time.monotonic() + seconds
    while tensorflow_process.state()[0] == "starting" and time.monotonic() < end:
        time.sleep(0.01)
    return tensorflow_process.state()


def test_it_starts_once_in_the_background_and_then_is_ready(monkeypatch):
    calls, gate = [], threading.Event()

    def slow():
        calls.append(1)
        gate.wait(600)

    monkeypatch.setattr(tensorflow_process, "import_tensorflow", slow)
    for _ in range(3):
        assert tensorflow_process.state() == ("starting", message("data.tensorflow.starting"))
    gate.set()
    assert settle() == ("ready", None) and calls == [1]


def test_a_failure_is_kept_with_its_sentence(monkeypatch):
    def failing():
        raise TensorFlowUnavailable("data.tensorflow.absent")

    monkeypatch.setattr(tensorflow_process, "import_tensorflow", failing)
    tensorflow_process.state()
    assert settle() == ("failed", message("data.tensorflow.absent"))


def test_its_gradients_are_those_of_tensorflow():
    try:
        import_tensorflow()
    except TensorFlowUnavailable:
        pytest.skip("needs TensorFlow, which is not installed here or cannot be imported")
    x = np.random.default_rng(0).random((6, 6))
    params = init_params(np.ones((3, 3)), x.shape, stride=2, padding="same", weights="normal")
    exact = backward(params, forward(params, x, 2, "same"), np.array([1, 0]))
    theirs = tensorflow_process.gradients(params, x, np.array([1, 0]), 2, "same")
    np.testing.assert_allclose(theirs["f"], exact.df, rtol=1e-10)
    network = Network.parse("conv1x3s2same-sigmoid-dense2-sigmoid-mse")
    np.testing.assert_array_equal(tensorflow_process.gradients(params, x, np.array([1, 0]), network=network)["f"], theirs["f"])

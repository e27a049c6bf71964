"""How fast a batch of 256 images is learned from, beside PyTorch and TensorFlow.

    python -m tests.bench.batch

Forward, backward and update of the same network on 256 images 32×32, float64 each, on the CPU. All
take turns in one process, and what counts is the ratio of their medians: above 1 means that cnnviz is
faster. Each first shows that it comes to the same parameters. PyTorch and TensorFlow run as their
users run them, with as many threads as they like, and PyTorch once more with one: on a machine that
has other work too, its threads wait for each other. cnnviz always uses one thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from cnnviz.core.batch import backward_batch, forward_batch
from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Params, init_params, update

BATCH = 256
ROUNDS = 60
CALLS = 3
LEARNING_RATE = 0.01

Step = Callable[[], tuple[np.ndarray, ...]]
"""One update from the same start; gives f, w and b as something that `np.asarray` takes."""


def main() -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.random((BATCH, 32, 32)), np.eye(2)[rng.integers(0, 2, BATCH)]
    params = init_params(Lesson().kernel, (32, 32), weights="normal")
    contenders = {"cnnviz": cnnviz_step(params, X, Y)}
    for name, build in {"PyTorch": pytorch_steps, "TensorFlow": tensorflow_steps}.items():
        try:
            contenders |= build(params, X, Y)
        except ImportError as error:
            print(f"No comparison with {name}: {error}.")
    agree(contenders)
    medians = interleaved_medians(contenders)
    ours = medians.pop("cnnviz")
    print(f"forward + backward + update on {BATCH} images 32×32, median of {ROUNDS} rounds of {CALLS}:")
    print(f"    cnnviz {ours * 1e3:.2f} ms, {BATCH / ours:,.0f} images a second")
    for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"    {median / ours:7.2f} × as long: {name}, {median * 1e3:.2f} ms")


def agree(contenders: dict[str, Step]) -> None:
    """Raises AssertionError where one comes to other parameters than cnnviz."""
    expected = contenders["cnnviz"]()
    for name, step in contenders.items():
        for ours, theirs in zip(expected, step(), strict=True):
            theirs = np.asarray(theirs)
            assert theirs.dtype == np.float64, name
            np.testing.assert_allclose(theirs.reshape(ours.shape), ours, rtol=1e-9, atol=1e-12, err_msg=name)


def interleaved_medians(contenders: dict[str, Step]) -> dict[str, float]:
    """Seconds a call, by name: each contender runs in every round, so that a noisy moment meets all."""
    times = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, step in contenders.items():
            step()  # its threads awake, its data in the cache
            start = time.perf_counter()
            for _ in range(CALLS):
                step()
            times[name].append((time.perf_counter() - start) / CALLS)
    return {name: statistics.median(of_name) for name, of_name in times.items()}


def cnnviz_step(params: Params, X: np.ndarray, Y: np.ndarray) -> Step:
    def step():
        gradients = backward_batch(params, forward_batch(params, X), Y)
        after = update(params, gradients, LEARNING_RATE)
        return after.f, after.w, after.b

    return step


def pytorch_steps(params: Params, X: np.ndarray, Y: np.ndarray) -> dict[str, Step]:
    import torch

    images, targets = torch.tensor(X)[:, None], torch.tensor(Y)
    f, w, b = (torch.tensor(array, requires_grad=True) for array in (params.f, params.w, params.b))

    def step():
        z1 = torch.nn.functional.conv2d(images, f[None, None])
        o = torch.sigmoid(torch.sigmoid(z1).reshape(BATCH, -1) @ w + b)
        gradients = torch.autograd.grad(((o - targets) ** 2).mean(), (f, w, b))
        with torch.no_grad():
            return tuple(old - LEARNING_RATE * new for old, new in zip((f, w, b), gradients, strict=True))

    def with_threads(count: int) -> Step:
        def limited():
            torch.set_num_threads(count)
            return step()

        return limited

    counts = {torch.get_num_threads(), 1}
    return {f"PyTorch {torch.__version__}, threads: {count}": with_threads(count) for count in counts}


def tensorflow_steps(params: Params, X: np.ndarray, Y: np.ndarray) -> dict[str, Step]:
    import tensorflow as tf

    def compiled(jit_compile: bool) -> Step:
        with tf.device("CPU:0"):
            images, targets = tf.constant(X)[..., None], tf.constant(Y)
            start = tuple(tf.constant(array) for array in (params.f, params.w, params.b))

        @tf.function(jit_compile=jit_compile)
        def step(f, w, b, images, targets):
            with tf.GradientTape() as tape:
                tape.watch((f, w, b))
                z1 = tf.nn.conv2d(images, f[:, :, None, None], strides=1, padding="VALID")
                o = tf.sigmoid(tf.reshape(tf.sigmoid(z1), (BATCH, -1)) @ w + b)
                loss = tf.reduce_mean((o - targets) ** 2)
            gradients = tape.gradient(loss, (f, w, b))
            return tuple(old - LEARNING_RATE * new for old, new in zip((f, w, b), gradients, strict=True))

        def run():
            with tf.device("CPU:0"):
                return tuple(array.numpy() for array in step(*start, images, targets))

        return run

    return {
        f"TensorFlow {tf.__version__}, tf.function": compiled(False),
        f"TensorFlow {tf.__version__}, XLA": compiled(True),
    }


if __name__ == "__main__":
    main()

"""How fast a batch of 256 images is learned from, beside PyTorch and TensorFlow.

    python -m tests.bench.batch

Forward, backward and update of the same network on 256 images 32×32, float64 each, on the CPU. Each
library has a process of its own, since their threads would disturb each other in one, and they take
turns; what counts is the ratio of the medians. PyTorch and TensorFlow run with as many threads as they
like, and PyTorch once more with one; cnnviz always uses one. Before its time counts, each shows that
it comes to the same parameters.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np

from cnnviz.core.batch import backward_batch, forward_batch
from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Params, init_params, update

BATCH = 256
ROUNDS = 50
CALLS = 5
LEARNING_RATE = 0.01

Step = Callable[[], tuple]
"""One update, always from the same start; gives f, w and b as something that `np.asarray` takes."""


def main() -> None:
    context, turns = get_context("spawn"), {}
    for library, build in {"cnnviz": cnnviz_steps, "PyTorch": pytorch_steps, "TensorFlow": tensorflow_steps}.items():
        ours, theirs = context.Pipe()
        context.Process(target=take_turns, args=(theirs, build), daemon=True).start()
        names = ours.recv()
        if isinstance(names, str):
            print(f"No comparison with {library}: {names}.")
        else:
            turns |= dict.fromkeys(names, ours)
    medians = interleaved_medians(turns)
    ours = medians.pop("cnnviz")
    print(f"forward + backward + update on {BATCH} images 32×32, median of {ROUNDS} rounds of {CALLS}:")
    print(f"    cnnviz {ours * 1e3:.2f} ms, {BATCH / ours:,.0f} images a second")
    for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"    {median / ours:7.2f} × as long: {name}, {median * 1e3:.2f} ms")


def interleaved_medians(turns: dict[str, Connection]) -> dict[str, float]:
    """Seconds a call, by name: each contender runs in every round, so that a noisy moment meets all."""
    times = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, process in turns.items():
            process.send(name)
            times[name].append(process.recv())
    for process in set(turns.values()):
        process.send(None)
    return {name: statistics.median(of_name) for name, of_name in times.items()}


def take_turns(process: Connection, build: Callable[..., dict[str, Step]]) -> None:
    """In a process of its own: says which contenders there are, or why there are none, and then times the asked one."""
    rng = np.random.default_rng(0)
    X, Y = rng.random((BATCH, 32, 32)), np.eye(2)[rng.integers(0, 2, BATCH)]
    params = init_params(Lesson().kernel, (32, 32), weights="normal")
    try:
        contenders = build(params, X, Y)
    except ImportError as error:
        process.send(str(error))
        return
    for name, step in contenders.items():
        agrees(name, step(), cnnviz_steps(params, X, Y)["cnnviz"]())
    process.send(list(contenders))
    while name := process.recv():
        process.send(seconds(contenders[name]))


def seconds(step: Step) -> float:
    """Seconds a call, once its threads are awake and the caches full."""
    for _ in range(CALLS):
        step()
    start = time.perf_counter()
    for _ in range(CALLS):
        step()
    return (time.perf_counter() - start) / CALLS


def agrees(name: str, theirs: tuple, ours: tuple) -> None:
    """Raises AssertionError where a contender comes to other parameters than cnnviz, or not in float64."""
    for one, other in zip(theirs, ours, strict=True):
        array = np.asarray(one)
        assert array.dtype == np.float64, name
        np.testing.assert_allclose(array, other, rtol=1e-9, atol=1e-12, err_msg=name)


def cnnviz_steps(params: Params, X: np.ndarray, Y: np.ndarray) -> dict[str, Step]:
    def step():
        gradients = backward_batch(params, forward_batch(params, X), Y)
        after = update(params, gradients, LEARNING_RATE)
        return after.f, after.w, after.b

    return {"cnnviz": step}


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

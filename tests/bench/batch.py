"""How fast a batch of images is learned from, beside TensorFlow and JAX.

    python -m tests.bench.batch

Forward, backward and update of gradient descent, on the CPU. Each library has a process of its own, since their
threads would disturb each other in one, and they take turns; what counts is the ratio of the medians. All run with
as many threads as they like: cnnviz with two. TensorFlow and JAX get images and filters in the order that they like
best, channels last. Before its time counts, each shows that it comes to the same parameters.
"""

import statistics
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.batch import batch_gradients
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import gd

ROUNDS = 40
CALLS = 5
LEARNING_RATE = 0.01
TWO_BLOCKS = "conv10x3-relu-max2-conv10x3-relu-max2-dense10-softmax-ce"
NORMALISED = "conv10x3-bn-relu-max2-conv10x3-bn-relu-max2-dense10-softmax-ce"
TUTORIAL = "conv6x5b-relu-max2-conv16x5b-relu-max2-dense120-relu-dense84-relu-dense10-softmax-ce"

Step = Callable[[], dict[str, np.ndarray]]
"""One update, always from the same start; gives the parameters by name, in our order of axes."""


class Case(NamedTuple):
    """A network, its images and how they are computed."""

    network: str
    channels: int
    images: int
    dtype: str

    def __str__(self) -> str:
        return f"{self.network}, {self.images} images {self.channels}×32×32, {self.dtype}"

    @property
    def shape(self) -> tuple[int, int, int]:
        return (self.channels, 32, 32)

    def start(self) -> Params:
        params = Network.parse(self.network).init(self.shape, "he")
        return Params.of_new({name: array.astype(self.dtype) for name, array in params.items()})

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        rng, outputs = np.random.default_rng(0), Network.parse(self.network).outputs
        X = rng.random((self.images, *self.shape)).astype(self.dtype)
        return X, np.eye(outputs, dtype=self.dtype)[rng.integers(0, outputs, self.images)]


CASES = [
    Case(DEFAULT, 1, 256, "float64"),
    *(Case(TWO_BLOCKS, 3, 64, dtype) for dtype in ("float64", "float32")),
    *(Case(NORMALISED, 3, 64, dtype) for dtype in ("float64", "float32")),
    *(Case(TUTORIAL, 3, 64, dtype) for dtype in ("float64", "float32")),
]


def main() -> None:
    context = get_context("spawn")
    libraries = {"cnnviz": cnnviz_step, "TensorFlow, tf.function": tensorflow_step, "JAX, compiled": jax_step}
    processes = {}
    for library, build in libraries.items():
        ours, theirs = context.Pipe()
        context.Process(target=take_turns, args=(theirs, library, build), daemon=True).start()
        missing = ours.recv()
        if missing:
            print(f"No comparison with {library}: {missing}.")
        else:
            processes[library] = ours
    for case in CASES:
        medians = interleaved_medians(processes, case)
        ours, own = medians.pop("cnnviz")
        print(f"{case}:")
        print(f"    cnnviz {ours * 1e3:.2f} ms, {case.images / ours:,.0f} images a second; {own * 1e3:.2f} ms of processors")
        for name, (median, worked) in sorted(medians.items(), key=lambda pair: pair[1]):
            print(f"    {median / ours:7.2f} × as long: {name}, {median * 1e3:.2f} ms; {worked / own:.2f} × the work, {worked * 1e3:.2f} ms")
    for process in processes.values():
        process.send(None)  # no more cases: without it their ends would say that the pipe broke


def interleaved_medians(processes: dict[str, Connection], case: Case) -> dict[str, tuple[float, float]]:
    """Seconds a call, and of processors at work on it, by name: each contender runs in every round, so that a noisy snapshot meets all."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in processes}
    for _ in range(ROUNDS):
        for name, process in processes.items():
            process.send(case)
            times[name].append(process.recv())
    return {name: tuple(map(statistics.median, zip(*of_name, strict=True))) for name, of_name in times.items()}


def take_turns(process: Connection, library: str, build: Callable[[Case], Step]) -> None:
    """In a process of its own: says why there is no such library, or "", and then times the asked case."""
    try:
        build(CASES[0])
    except ImportError as error:
        process.send(str(error))
        return
    process.send("")
    steps: dict[Case, Step] = {}
    while case := process.recv():
        if case not in steps:
            steps[case] = build(case)
            agrees(library, steps[case](), cnnviz_step(case)())
        process.send(seconds(steps[case]))


def seconds(step: Step) -> tuple[float, float]:
    """Seconds a call, once its threads are awake and the caches full, and of all its threads' work: which tells more beside a busy machine."""
    step()
    start, worked = time.perf_counter(), time.process_time()
    for _ in range(CALLS):
        step()
    return (time.perf_counter() - start) / CALLS, (time.process_time() - worked) / CALLS


def agrees(name: str, theirs: dict[str, np.ndarray], ours: dict[str, np.ndarray]) -> None:
    """Raises AssertionError where a contender comes to other parameters than cnnviz, or not as precisely."""
    for parameter, array in ours.items():
        assert theirs[parameter].dtype == array.dtype, name
        close = {"rtol": 1e-9, "atol": 1e-12} if array.dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-6}
        np.testing.assert_allclose(theirs[parameter], array, **close, err_msg=f"{name}, {parameter}")


def cnnviz_step(case: Case) -> Step:
    network, params, (X, Y) = Network.parse(case.network), case.start(), case.data()
    return lambda: dict(gd(LEARNING_RATE).step(params, batch_gradients(network, params, X, Y))[0])


def tensorflow_step(case: Case) -> Step:
    import tensorflow as tf

    network, turned = Network.parse(case.network), Turned(Network.parse(case.network), case.shape)
    with tf.device("CPU:0"):
        X, Y = (tf.constant(array) for array in channels_last(case))
        start = {name: tf.constant(array) for name, array in turned.there(case.start()).items()}

    @tf.function
    def step(params):
        with tf.GradientTape() as tape:
            tape.watch(params)
            loss = tf.reduce_mean(losses(network, tensorflow_ops(Y), params, X))
        gradients = tape.gradient(loss, params)
        return {name: array - LEARNING_RATE * gradients[name] for name, array in params.items()}

    def run():
        with tf.device("CPU:0"):
            return turned.back({name: array.numpy() for name, array in step(start).items()})

    return run


def tensorflow_ops(Y) -> dict[str, Callable]:
    import tensorflow as tf

    return {
        "conv": lambda x, f, layer: tf.nn.conv2d(x, f, layer.stride, (layer.padding or "valid").upper()),
        "max": lambda x, layer: tf.nn.max_pool2d(x, layer.k, layer.stride, "VALID"),
        "bn": lambda x, g, s, _: tf.nn.batch_normalization(x, *tf.nn.moments(x, (0, 1, 2)), s, g, 1e-5),
        "relu": tf.nn.relu,
        "sigmoid": tf.sigmoid,
        "rows": lambda x: tf.reshape(x, (tf.shape(x)[0], -1)),
        "ce": lambda z: tf.nn.softmax_cross_entropy_with_logits(Y, z),
        "mse": lambda o: tf.reduce_mean((o - Y) ** 2, axis=-1),
    }


def jax_step(case: Case) -> Step:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    network, turned = Network.parse(case.network), Turned(Network.parse(case.network), case.shape)

    def conv(x, f, layer):
        return jax.lax.conv_general_dilated(x, f, (layer.stride,) * 2, (layer.padding or "valid").upper(), dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def normalised(x, g, s, _):
        return g * (x - x.mean((0, 1, 2))) / jnp.sqrt(x.var((0, 1, 2)) + 1e-5) + s

    def pool(x, layer):
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, layer.k, layer.k, 1), (1, layer.stride, layer.stride, 1), "VALID")

    def step(params, X, Y):
        ops = {"conv": conv, "max": pool, "bn": normalised, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}
        ops["rows"] = lambda x: x.reshape(len(x), -1)
        ops["ce"] = lambda z: -(Y * jax.nn.log_softmax(z)).sum(axis=-1)
        ops["mse"] = lambda o: ((o - Y) ** 2).mean(axis=-1)
        gradients = jax.grad(lambda params: losses(network, ops, params, X).mean())(params)
        return {name: array - LEARNING_RATE * gradients[name] for name, array in params.items()}

    compiled, arguments = jax.jit(step), jax.device_put((turned.there(case.start()), *channels_last(case)))
    return lambda: turned.back({name: np.asarray(array) for name, array in compiled(*arguments).items()})


def losses(network: Network, ops: dict[str, Callable], params: dict, x):
    """The loss of each image, by a library's operations."""
    for layer, names in zip(network.layers, network.names, strict=True):
        if names.flattens:
            x = ops["rows"](x)
        if layer.kind == "conv":
            x = ops["conv"](x, params[names.of("f")], layer)
            x = x + params[names.of("b")] if layer.bias else x
        elif layer.kind == "dense":
            x = x @ params[names.of("w")] + params[names.of("b")]
        elif layer.kind == "max":
            x = ops["max"](x, layer)
        elif layer.kind == "bn":
            x = ops["bn"](x, params[names.of("g")], params[names.of("s")], names.output)
        elif layer.kind != "softmax":
            x = ops[layer.kind](x)
    return ops[str(network.loss_kind)](x)


def channels_last(case: Case) -> tuple[np.ndarray, np.ndarray]:
    X, Y = case.data()
    return np.ascontiguousarray(X.transpose(0, 2, 3, 1)), Y


class Turned:
    """Parameters with the axes in the order of the other libraries, and back."""

    def __init__(self, network: Network, x_shape: tuple[int, int, int]):
        self.program = network.program(x_shape)
        flattening = next(names for names in network.names if names.flattens)
        self.first_dense, self.map = flattening.of("w"), self.program.shapes[flattening.source]

    def there(self, params: Params) -> dict[str, np.ndarray]:
        result = {}
        for name, array in params.items():
            if name[0] == "f":
                array = array.reshape(self.program.shapes[name]).transpose(2, 3, 1, 0)
            elif name == self.first_dense:
                array = array.reshape(*self.map, -1).transpose(1, 2, 0, 3).reshape(array.shape)
            result[name] = np.ascontiguousarray(array)
        return result

    def back(self, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        channels, rows, columns = self.map
        result = {}
        for name, array in params.items():
            if name[0] == "f":
                array = array.transpose(3, 2, 0, 1)
            elif name == self.first_dense:
                array = array.reshape(rows, columns, channels, -1).transpose(2, 0, 1, 3)
            result[name] = array.reshape(self.program.shown[name])
        return result


if __name__ == "__main__":
    main()

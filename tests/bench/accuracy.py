"""What PyTorch's tutorial network and one with batch normalisation learn from real images, and in how long, beside TensorFlow.

    python -m tests.bench.accuracy [seeds] [words of a task's name]

Adam, float32, the images and digits of ../shared/data. After every epoch the images that were held out are
measured; what counts is the mean over five starts, each at its best epoch, and also of the one epoch that is best for
all. TensorFlow starts from the same numbers and takes the same images in the same order, with its own Adam, and
measures the same images: so it shows both whether we come as far and whether we take longer. They take turns.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnnviz.core.training.evaluation import accuracy_range, in_precision
from cnnviz.core.training.training import MEASURED, Training, _batches, train
from tests.bench.batch import TUTORIAL, Turned, losses, tensorflow_ops

SHARED = Path(__file__).parents[3] / "shared" / "data"
SEEDS = 5
MOST_TIMES_AS_LONG = 2.0
NORMALISED = "conv32x3same-bn-relu-max2-conv64x3same-bn-relu-max2-conv64x3same-bn-relu-max2-dense10-softmax-ce"


class Task(NamedTuple):
    """Images to learn from, which classes of them, for how long, and how many of those held out are to be right."""

    name: str
    file: str
    classes: tuple[int, ...]
    epochs: int
    batch: int
    least: float
    network: str = TUTORIAL

    @property
    def net(self) -> str:
        return self.network.replace("dense10-", f"dense{len(self.classes)}-")

    def training(self, seed: int) -> Training:
        given = {"net": self.net, "opt": "adam", "dtype": "float32", "weights": "normal", "seed": seed, "shuffle": seed}
        return Training(learning_rate=0.001, batch=self.batch, epochs=self.epochs, reports=self.epochs, **given)

    def data(self) -> list[np.ndarray]:
        """X and Y to learn from, X and Y held out; X (M,3,H,W) or (M,H,W), as stored."""
        result = []
        with np.load(SHARED / self.file) as file:
            for part in ("train", "test"):
                X, labels = file[f"x_{part}"], file[f"y_{part}"].ravel()
                chosen = np.isin(labels, self.classes)
                X = X[chosen] if X.ndim == 3 else np.ascontiguousarray(X[chosen].transpose(0, 3, 1, 2))
                result += [X, (labels[chosen][:, None] == self.classes).astype(float)]
        return result


TASKS = (
    Task("cats against dogs", "cifar10_subset.npz", (3, 5), 30, 64, 0.65),
    Task("all ten classes of CIFAR-10", "cifar10_subset.npz", tuple(range(10)), 16, 64, 0.52),
    Task("all ten classes of CIFAR-10, normalised", "cifar10_subset.npz", tuple(range(10)), 10, 64, 0.60, NORMALISED),
    Task("digits", "digits_28x28.npz", tuple(range(10)), 20, 32, 0.96),
)


def main() -> int:
    seeds, good = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS, True
    words = " ".join(sys.argv[2:])
    for task in TASKS if not words else [task for task in TASKS if words in task.name]:
        if not (SHARED / task.file).exists():
            print(f"{task.name}: skipped, since {task.file} is not in ../shared/data.")
            continue
        good &= report(task, seeds)
    return not good


def report(task: Task, seeds: int) -> bool:
    data = task.data()
    print(f"\n{task.name}: {len(data[0]):,} images to learn from, {len(data[2]):,} held out; {task.net}", flush=True)
    accuracies, slower = [], 0.0
    for seed in range(seeds):
        runs = {"cnnviz": ours(task.training(seed), data)}
        if not seed:  # once is enough to compare
            try:
                runs["TensorFlow"] = tensorflows(task.training(seed), data)
            except ImportError as error:
                print(f"    no comparison with TensorFlow: {error}")
        of_epochs, seconds = by_turns(runs)
        accuracies.append(of_epochs["cnnviz"])
        for name, shares in of_epochs.items():
            best = int(np.argmax(shares))
            print(f"    {name}, start {seed}: {shares[best]:.1%} after epoch {best}, {sum(seconds[name]):.0f} s", flush=True)
        if "TensorFlow" in runs:
            slower = statistics.median(seconds["cnnviz"][1:]) / statistics.median(seconds["TensorFlow"][1:])
    return judge(task, np.array(accuracies), slower, len(data[2]))


def by_turns(runs: dict[str, Iterator[float]]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """What each tells after every epoch, and the seconds of it: an epoch of one, an epoch of the other."""
    told: dict[str, list[float]] = {name: [] for name in runs}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    while True:
        for name, run in runs.items():
            start = time.perf_counter()
            share = next(run, None)
            if share is None:
                return told, seconds
            told[name].append(share)
            seconds[name].append(time.perf_counter() - start)


def judge(task: Task, accuracies: np.ndarray, slower: float, held_out: int) -> bool:
    """Prints the figures; whether they are as wanted."""
    best, together = accuracies.max(axis=1).mean(), accuracies.mean(axis=0)
    low, high = accuracy_range(best, held_out)
    print(f"    mean of {len(accuracies)} starts, each at its best epoch: {best:.1%}; wanted: at least {task.least:.0%}")
    print(f"    (so many images tell {low:.0%} from {high:.0%}; all starts after epoch {together.argmax()}: {together.max():.1%})")
    if slower:
        print(f"    an epoch takes {slower:.2f} × as long as in TensorFlow; wanted: at most {MOST_TIMES_AS_LONG:g}")
    return best >= task.least and slower <= MOST_TIMES_AS_LONG


def ours(training: Training, data: list[np.ndarray]) -> Iterator[float]:
    return (progress.held_accuracy for progress in train(training, *data))


def tensorflows(training: Training, data: list[np.ndarray]) -> Iterator[float]:
    """The same training, step by step, in TensorFlow; ImportError at once where there is none."""
    import tensorflow as tf

    return _tensorflows(tf, training, data)


def _tensorflows(tf, training: Training, data: list[np.ndarray]) -> Iterator[float]:

    X, Y, X_held, Y_held = data
    X, X_held = (images[:, None] if images.ndim == 3 else images for images in (X, X_held))
    turned = Turned(training.network, X.shape[1:])
    start = turned.there(in_precision(training.start(X.shape[1:]), training.dtype))
    with tf.device("CPU:0"):
        learned = {name: tf.Variable(array) for name, array in start.items()}
        optimizer = tf.keras.optimizers.Adam(training.learning_rate, epsilon=1e-8)
        optimizer.build(list(learned.values()))

        program = training.network.program(X.shape[1:])
        running = {name: tf.Variable(array.astype(training.dtype)) for name, array in program.buffers_at_start.items()}

    def normalised(x, g, s, name):
        """As in training, where the batch moves the running numbers."""
        n = tf.cast(tf.size(x) / x.shape[-1], x.dtype)
        for of, now in zip(("mean", "var"), tf.nn.moments(x, (0, 1, 2)), strict=True):
            kept = running[f"{name}.running_{of}"]
            kept.assign(0.9 * kept + 0.1 * (now * n / (n - 1) if of == "var" else now))
        return tensorflow_ops(None)["bn"](x, g, s, name)

    def in_eval_mode(x, g, s, name):
        mean, var = (running[f"{name}.running_{of}"] for of in ("mean", "var"))
        return tf.nn.batch_normalization(x, mean, var, s, g, 1e-5)

    @tf.function(reduce_retracing=True)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(losses(training.network, tensorflow_ops(y) | {"bn": normalised}, learned, x))
        optimizer.apply_gradients(zip(tape.gradient(loss, list(learned.values())), learned.values(), strict=True))

    @tf.function(reduce_retracing=True)
    def outputs(x):
        return losses(training.network, tensorflow_ops(None) | {"ce": lambda z: z, "bn": in_eval_mode}, learned, x)

    def images(pixels):
        return np.ascontiguousarray(training.x(pixels).transpose(0, 2, 3, 1))

    def measured(X, Y):
        rows = np.linspace(0, len(Y) - 1, min(len(Y), MEASURED)).round().astype(int)
        o = np.concatenate([outputs(images(X[part])).numpy() for part in np.array_split(rows, max(1, len(rows) // 256))])
        return float(np.mean(o.argmax(axis=1) == Y[rows].argmax(axis=1)))

    of_epoch = -(-len(Y) // training.batch)
    with tf.device("CPU:0"):
        yield measured(X_held, Y_held)
        for n, rows in enumerate(_batches(training, len(Y)), start=1):
            step(images(X[rows]), Y[rows].astype(training.dtype))
            if n % of_epoch == 0:
                measured(X, Y)
                yield measured(X_held, Y_held)


if __name__ == "__main__":
    sys.exit(main())

"""Training on a data set: the one-kernel network, by mini-batches, as reports that a caller asks for one by one.

`train` is a generator. Whoever asks it for the next `Progress` sets the pace: asking later is a
pause, asking no more is a stop, and nothing runs in between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cnnviz.core.batch import backward_batch, forward_batch
from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_NUMBER, SCALES
from cnnviz.core.network import Params, init_params, update
from cnnviz.core.ops import Padding, mse, saturated_share

MEASURED = 2_000
"""The most images of each set that a report measures: the same ones each time, evenly spread."""

CHUNK = 256
"""Images that are measured at a time."""


class Pixels(Protocol):
    """One-channel images as stored, 0…255: an array (M,H,W), or what gives those of an array of indices."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, rows: np.ndarray, /) -> np.ndarray: ...


@dataclass(frozen=True)
class Training:
    """The settings of a training; together with the data they decide every number.

    `f` is the starting kernel, row by row; w and b start as `weights` and `seed` say (init_params).
    Images are shuffled anew each epoch, from `shuffle`, and come in batches of at most `batch`; for the
    `scale` "unit" pixels are divided by 255. `reports` is how often the run says how far it is, evenly
    spread, besides its start. Raises ValueError for what cannot be used.
    """

    f: tuple[float, ...] = KERNELS["sobel-x"]
    weights: str = "normal"
    seed: int = 0
    learning_rate: float = 0.05
    batch: int = 64
    epochs: int = 10
    shuffle: int = 0
    stride: int = 1
    padding: Padding = 0
    scale: str = "unit"
    reports: int = 60

    def __post_init__(self):
        object.__setattr__(self, "f", tuple(float(weight) for weight in np.ravel(self.f)))
        if not self.f or math.isqrt(len(self.f)) ** 2 != len(self.f):
            raise ValueError(f"Training: f has {len(self.f)} weights; it needs K·K of them")
        if not all(abs(weight) <= MAX_NUMBER for weight in self.f):  # written so that NaN fails too
            raise ValueError(f"Training: f holds {self.f}; it needs numbers of at most {MAX_NUMBER:,.0f}")
        if not 0 <= self.learning_rate <= MAX_NUMBER:
            raise ValueError(f"Training: learning_rate is {self.learning_rate}; it needs 0 to {MAX_NUMBER:,.0f}")
        for name in ("batch", "epochs", "reports"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"Training: {name} is {value!r}; it needs to be a whole number of at least 1")
        if self.scale not in SCALES:
            raise ValueError(f"Training: scale {self.scale!r} is none of {', '.join(SCALES)}")

    def x(self, pixels: np.ndarray) -> np.ndarray:
        """`pixels`, 0…255, as the network sees them: the numbers of `load_image`."""
        pixels = np.asarray(pixels, dtype=np.float64)
        return pixels / 255 if self.scale == "unit" else pixels


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a training stands after `step` of `steps` updates and `epoch` whole passes over the images.

    Losses and accuracies (0 to 1) are those of `params`, on at most MEASURED images of each set.
    `saturated` is the share of units, and `saturated_outputs` that of outputs, that pass almost no
    gradient (ops.saturated_share): with all outputs saturated, right or wrong, nothing learns any more.
    """

    step: int
    steps: int
    epoch: int
    params: Params
    loss: float
    accuracy: float
    held_loss: float
    held_accuracy: float
    saturated: float
    saturated_outputs: float

    @property
    def kernel(self) -> np.ndarray:
        """The kernel f (K,K): one frame of its film."""
        return self.params.f


@dataclass(frozen=True, eq=False)
class Outcome:
    """What parameters make of M images; `o` (M,N) are the outputs.

    `predictions` (M,): which output is the largest, the first of equal ones. `confusion` (N,N) counts
    images by [class, prediction]. `confidence` (M,) is how far the largest output lies above the next;
    `right` and `wrong` are the indices of the images predicted so, the most confident first.
    """

    o: np.ndarray
    loss: float
    accuracy: float
    predictions: np.ndarray
    confusion: np.ndarray
    confidence: np.ndarray
    right: np.ndarray
    wrong: np.ndarray


def train(training: Training, X: Pixels, Y: np.ndarray, X_held: Pixels, Y_held: np.ndarray) -> Iterator[Progress]:
    """Reports of a training on the images `X` (M,H,W) with one-hot targets `Y` (M,N), from before its first update on.

    The held-out images are measured, and never learned from. The same arguments give the same
    numbers, bit for bit. Raises ValueError, at once, where shapes do not fit.

    >>> X, Y = np.random.default_rng(0).integers(0, 256, (20, 8, 8)), np.eye(2)[[0, 1] * 10]
    >>> run = train(Training(batch=5, epochs=30, reports=3), X, Y, X, Y)
    >>> [(progress.step, progress.epoch) for progress in run]
    [(0, 0), (40, 10), (80, 20), (120, 30)]
    """
    Y, Y_held = _targets(X, Y), _targets(X_held, Y_held)
    if X.shape[1:] != X_held.shape[1:] or Y.shape[1:] != Y_held.shape[1:]:
        raise ValueError(f"train: held-out images {X_held.shape}, {Y_held.shape} need to be like {X.shape}, {Y.shape}")
    k, layout = math.isqrt(len(training.f)), (training.stride, training.padding)
    f = np.reshape(training.f, (k, k))
    params = init_params(f, X.shape[1:], Y.shape[1], *layout, training.weights, training.seed)
    return _run(training, params, (X, Y), (X_held, Y_held))


Images = tuple[Pixels, np.ndarray]
"""X (M,H,W) and Y (M,N)."""


def _run(training: Training, params: Params, learned: Images, held: Images) -> Iterator[Progress]:
    X, Y = learned
    of_epoch = math.ceil(len(Y) / training.batch)
    steps = of_epoch * training.epochs
    due = {round(i * steps / training.reports) for i in range(1, training.reports + 1)}
    yield _report(training, 0, of_epoch, params, learned, held)
    for step, rows in enumerate(_batches(training, len(Y)), start=1):
        trace = forward_batch(params, training.x(X[rows]), training.stride, training.padding)
        params = update(params, backward_batch(params, trace, Y[rows]), training.learning_rate)
        if step in due:
            yield _report(training, step, of_epoch, params, learned, held)


def _batches(training: Training, images: int) -> Iterator[np.ndarray]:
    """Indices of the images of each step: every epoch all of them, shuffled.

    Batches are as equal as they can be. A small one left over at the end would pull as hard as a full one.
    """
    rng = np.random.default_rng(training.shuffle)
    for _ in range(training.epochs):
        yield from np.array_split(rng.permutation(images), math.ceil(images / training.batch))


def _report(training: Training, step: int, of_epoch: int, params: Params, learned: Images, held: Images) -> Progress:
    loss, accuracy, *saturated = _measure(training, params, *learned)
    held_loss, held_accuracy, *_ = _measure(training, params, *held)
    steps, epoch = of_epoch * training.epochs, step // of_epoch
    return Progress(step, steps, epoch, params, loss, accuracy, held_loss, held_accuracy, *saturated)


def _measure(training: Training, params: Params, X: Pixels, Y: np.ndarray) -> tuple[float, float, float, float]:
    """Loss, accuracy, and the shares of saturated units and outputs on at most MEASURED images."""
    rows = np.linspace(0, len(Y) - 1, min(len(Y), MEASURED)).round().astype(int)
    o, saturated = _outputs(training, params, X, rows)
    accuracy = float(np.mean(o.argmax(axis=1) == Y[rows].argmax(axis=1)))
    return mse(o, Y[rows]), accuracy, saturated, saturated_share(o)


def _outputs(training: Training, params: Params, X: Pixels, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """o (R,N) of the images `rows`, and the share of their units that are saturated."""
    o, saturated = np.empty((len(rows), params.b.size)), 0.0
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        trace = forward_batch(params, training.x(X[rows[part]]), training.stride, training.padding)
        o[part] = trace.o
        saturated += saturated_share(trace.a1) * len(trace.o)
    return o, saturated / len(rows)


def outcome(training: Training, params: Params, X: Pixels, Y: np.ndarray) -> Outcome:
    """What `params`, which `training` led to, make of all the images `X` (M,H,W) with targets `Y` (M,N).

    >>> X, Y = np.zeros((3, 4, 4)), np.eye(2)[[0, 1, 1]]
    >>> result = outcome(Training(), Params(np.ones((3, 3)), np.zeros((4, 2)), np.array([0.0, 1.0])), X, Y)
    >>> result.confusion.tolist(), result.right.tolist(), result.wrong.tolist()
    ([[0, 1], [0, 2]], [1, 2], [0])
    """
    Y = _targets(X, Y)
    o, _ = _outputs(training, params, X, np.arange(len(Y)))
    classes, predictions = Y.argmax(axis=1), o.argmax(axis=1)
    confusion = np.zeros((Y.shape[1],) * 2, dtype=int)
    np.add.at(confusion, (classes, predictions), 1)
    ordered = np.sort(o, axis=1)
    confidence = ordered[:, -1] - ordered[:, -2]
    surest = np.argsort(-confidence, kind="stable")
    hit = (classes == predictions)[surest]
    arrays = (predictions, confusion, confidence, surest[hit], surest[~hit])
    for array in (o, *arrays):
        array.flags.writeable = False
    return Outcome(o, mse(o, Y), float(hit.mean()), *arrays)


def guessed_share(images: int) -> tuple[float, float]:
    """Between which shares of `images` guessing one of two classes is right, 19 times out of 20 (exact binomial).

    >>> guessed_share(4), guessed_share(2000)
    ((0.0, 1.0), (0.478, 0.522))
    """
    right, ways = 0, 1
    below = ways  # in how many of the 2^images ways to guess are at most `right` of them right
    while 40 * below <= 2**images:
        ways = ways * (images - right) // (right + 1)
        right += 1
        below += ways
    return right / images, 1 - right / images


def _targets(X: Pixels, Y: np.ndarray) -> np.ndarray:
    Y = np.asarray(Y, dtype=np.float64)
    if Y.ndim != 2 or Y.shape[1] < 2 or len(Y) != X.shape[0] or not len(Y):
        raise ValueError(f"train: X {tuple(X.shape)} and Y {Y.shape} need to be (M, H, W) and (M, N), N at least 2")
    return Y

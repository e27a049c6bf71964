"""Evaluation of parameters on a set of images: loss, accuracy with its confidence interval, and confusion matrix."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from cnnviz.core.network.batch import batch_forward
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.network.program_line import PassValues
from cnnviz.core.runtime.read_only import ReadOnly

CHUNK = 256
"""Number of images that are fetched at a time."""


class Pixels(Protocol):
    """Images as stored, 0…255: an array (M,H,W) or (M,C,H,W), or an object that returns such images for an index
    array."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, rows: np.ndarray, /) -> np.ndarray: ...


class Settings(Protocol):
    """The part of the training settings that an evaluation needs: network, precision, and the conversion of pixels to
    inputs."""

    @property
    def network(self) -> Network: ...

    @property
    def dtype(self) -> str: ...

    def x(self, pixels: np.ndarray, /) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Measurement(ReadOnly):
    """Results of parameters on some images: the outputs `o` (M,N), the mean loss and the accuracy.

    `saturated` is the share of hidden units that pass almost no gradient, `saturated_outputs` that of outputs, and
    `silent` the share of units that are 0 for all of the images.
    """

    o: np.ndarray
    loss: float
    accuracy: float
    saturated: float
    saturated_outputs: float
    silent: float


@np.errstate(over="ignore", invalid="ignore")
def measure(
    training: Settings, params: Params, X: Pixels, Y: np.ndarray, rows: np.ndarray, buffers: Mapping[str, np.ndarray] | None = None
) -> Measurement:
    """Measure `params` on the images `rows` of `X` (M,H,W) or (M,C,H,W), with targets `Y` (M,N), in eval mode with
    the running statistics `buffers`."""
    network = training.network

    def select_arrays(values: PassValues) -> tuple[np.ndarray, ...]:
        saturation_masks = [_flags(network, values, "saturated", layer_slice) for layer_slice in (slice(-1), slice(-1, None))]
        return values["o"], values["L"], *saturation_masks, np.all(_flags(network, values, "silent", slice(-1)), axis=0)

    parts = np.array_split(rows, math.ceil(len(rows) / CHUNK))
    results = [result for part in parts for result in batch_forward(network, params, training.x(X[part]), Y[part], select_arrays, buffers)]
    o, losses, hidden_units, outputs, silent = zip(*results, strict=True)
    o = np.concatenate(o).astype(np.float64)
    is_right = o.argmax(axis=1) == Y[rows].argmax(axis=1)
    shares = (np.concatenate(hidden_units), np.concatenate(outputs), np.logical_and.reduce(silent))
    return Measurement(o, float(np.concatenate(losses).mean(dtype=np.float64)), float(is_right.mean()), *map(_share, shares))


def _flags(network: Network, values: PassValues, what: str, layer_slice: slice) -> np.ndarray:
    """Return a mask (B,U) of the "saturated" or "silent" cells of the layers in `layer_slice`. U is 0 if no layer can
    have any."""
    pairs = list(zip(network.layers, network.names, strict=True))[layer_slice]
    if layer_slice.start is not None and network.merged:  # the slope of the output layer cancels against that of the loss
        pairs = []
    images = len(values["o"])
    masks = [flags.reshape(images, -1) for layer, names in pairs if (flags := getattr(layer, what)(values[names.output])) is not None]
    return np.concatenate([np.empty((images, 0), bool), *masks], axis=1)


def _share(flags: np.ndarray) -> float:
    return float(flags.mean()) if flags.size else 0.0


@dataclass(frozen=True, eq=False)
class Evaluation(ReadOnly):
    """Results of parameters on M images; `o` (M,N) are the outputs.

    `predictions` (M,) is the index of the largest output, the first one of a tie. `confusion` (N,N) counts
    images by [class, prediction].
    """

    o: np.ndarray
    loss: float
    accuracy: float
    predictions: np.ndarray
    confusion: np.ndarray


def evaluate(training: Settings, params: Params, X: Pixels, Y: np.ndarray, buffers: Mapping[str, np.ndarray] | None = None) -> Evaluation:
    """Evaluate `params`, with the running statistics `buffers`, on all images `X` (M,H,W) or (M,C,H,W) with targets
    `Y` (M,N).

    >>> from cnnviz.core.training.training import Training
    >>> X, Y = np.zeros((3, 4, 4)), np.eye(2)[[0, 1, 1]]
    >>> result = evaluate(Training(), Params(np.ones((3, 3)), np.zeros((4, 2)), np.array([0.0, 1.0])), X, Y)
    >>> result.predictions.tolist(), result.confusion.tolist()
    ([1, 1, 1], [[0, 1], [0, 2]])
    """
    Y = np.asarray(Y, dtype=np.float64)
    measurement = measure(training, in_precision(params, training.dtype), X, Y, np.arange(len(Y)), buffers)
    classes, predictions = Y.argmax(axis=1), measurement.o.argmax(axis=1)
    confusion = np.zeros((Y.shape[1],) * 2, dtype=int)
    np.add.at(confusion, (classes, predictions), 1)
    return Evaluation(measurement.o, measurement.loss, measurement.accuracy, predictions, confusion)


def in_precision(params: Params, dtype: str) -> Params:
    """Convert the parameters to "float64" or "float32", which determines the precision of every pass."""
    return Params.of_new({name: array.astype(dtype) for name, array in params.items()})


@cache
def guessing_range(images: int, classes: int = 2) -> tuple[float, float]:
    """Return the range of accuracies that guessing one of `classes` reaches on `images` images with 95 % probability
    (exact binomial).

    >>> guessing_range(4), guessing_range(2000), guessing_range(2000, 10)
    ((0.0, 1.0), (0.478, 0.522), (0.087, 0.1135))
    """
    # Of the classes**images possible guesses, `combination_count` have exactly `correct_count` correct images, and
    # `at_most` at most that number.
    correct_count, combination_count, total = 0, (classes - 1) ** images, classes**images
    at_most, low = combination_count, None
    while 40 * at_most < 39 * total:
        if low is None and 40 * at_most > total:
            low = correct_count
        combination_count = combination_count * (images - correct_count) // ((correct_count + 1) * (classes - 1))
        correct_count += 1
        at_most += combination_count
    return (correct_count if low is None else low) / images, correct_count / images


def accuracy_range(accuracy: float, images: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of an accuracy that was measured on `images` images.

    Source: Wilson, *Probable inference, the law of succession, and statistical inference* (1927).

    >>> low, high = accuracy_range(0.65, 400)
    >>> round(low, 3), round(high, 3)
    (0.602, 0.695)
    """
    z = 1.959964
    centre, half_width = accuracy + z**2 / (2 * images), z * math.sqrt(accuracy * (1 - accuracy) / images + (z / images) ** 2 / 4)
    return (centre - half_width) / (1 + z**2 / images), (centre + half_width) / (1 + z**2 / images)

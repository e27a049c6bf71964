"""Mini-batch training of any network on a data set, as a generator of progress reports.

`train` is a generator, so its caller sets the pace: it pauses between two `Progress` reports, and stops when no
more are requested.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cnnviz.core.network.batch import gradients_and_buffers
from cnnviz.core.network.layers.conv import Conv
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import OPTIMIZERS, Optimizer, State
from cnnviz.core.network.sliding import Padding
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import MAX_NUMBER, SCALES
from cnnviz.core.training.evaluation import Measurement, Pixels, in_precision, measure
from cnnviz.words import Problem

MEASURED = 2_000
"""Maximum number of images of each set that a report measures: always the same images, evenly spaced."""

DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Training:
    """Settings of a training. Together with the data they determine every number.

    `f` are the numbers of the first convolution's initial filters: none, one or several filters. The other parameters are
    drawn according to `weights` and `seed` (Network.init). `stride` and `padding` apply to the first convolution if the
    text of `net` has neither. Images are shuffled every epoch with the seed `shuffle`, and come in batches of at most
    `batch`. With the `scale` "unit", pixels are divided by 255. `reports` is the number of evenly spaced reports after
    the one at the start. `classes` are the names of the outputs, if any. Raise ValueError if a value is invalid.
    """

    f: tuple[float, ...] = ()
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
    net: str = DEFAULT
    opt: str = "gd"
    dtype: str = "float64"
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "f", tuple(float(weight) for weight in np.ravel(self.f)))
        if not all(abs(weight) <= MAX_NUMBER for weight in self.f):  # negated, so that NaN fails too
            raise Problem("training.numbers", f=self.f, most=MAX_NUMBER)
        if not 0 <= self.learning_rate <= MAX_NUMBER:
            raise Problem("training.rate", rate=self.learning_rate, most=MAX_NUMBER)
        for name in ("batch", "epochs", "reports"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise Problem("training.whole", name=name, value=repr(value))
        for name, allowed_values in (("scale", SCALES), ("opt", tuple(OPTIMIZERS)), ("dtype", DTYPES)):
            if getattr(self, name) not in allowed_values:
                raise Problem("training.option", name=name, value=repr(getattr(self, name)), known=allowed_values)
        Network.parse(self.net)

    @cached_property
    def network(self) -> Network:
        """The network, with `stride` and `padding` applied to its first convolution if its text gives neither."""
        network = Network.parse(self.net)
        convs = ((place, layer) for place, layer in enumerate(network.layers) if isinstance(layer, Conv))
        place, conv = next(convs, (0, None))
        if conv is None or (conv.stride, conv.padding) != (1, 0):
            return network
        conv = replace(conv, stride=self.stride, padding=self.padding)
        return replace(network, layers=(*network.layers[:place], conv, *network.layers[place + 1 :]))

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer with its learning rate."""
        return OPTIMIZERS[self.opt](self.learning_rate)

    def start(self, x_shape: tuple[int, ...]) -> Params:
        """Return the parameters before the first update, for images (H,W) or (C,H,W)."""
        params = self.network.init(x_shape, self.weights, self.seed)
        if not self.f:
            return params
        filter_name = next((name for name in params if name[0] == "f"), None)
        m, *filter_shape = self.network.program(x_shape).shapes[filter_name] if filter_name else (0, 1)
        count, remainder = divmod(len(self.f), math.prod(filter_shape))
        if filter_name is None or remainder or count > m:
            raise Problem("training.filters", n=len(self.f), m=m, size=math.prod(filter_shape))
        weights = np.concatenate([self.f, np.ravel(params[filter_name])[len(self.f) :]])
        return params.replace(**{filter_name: weights.reshape(params[filter_name].shape)})

    def x(self, pixels: np.ndarray) -> np.ndarray:
        """Return `pixels`, 0…255, scaled as the network's input, like `load_image`."""
        pixels = np.asarray(pixels, dtype=self.dtype)
        return pixels / 255 if self.scale == "unit" else pixels


@dataclass(frozen=True, eq=False)
class Progress:
    """Progress of a training after `step` of `steps` updates and `epoch` full passes over the images.

    Losses and accuracies (0 to 1) are those of `params`, on at most MEASURED images of each set. `saturated` is the
    share of hidden units, and `saturated_outputs` that of outputs, that pass almost no gradient: with all outputs
    saturated, nothing learns any more. `silent` is the share of ReLU units that are 0 for every measured image: they no
    longer learn.
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
    silent: float = 0.0
    buffers: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def kernel(self) -> np.ndarray:
        """The filters of the first convolution, (K,K) or (M,C,K,K), or an empty array without one."""
        return next((self.params[name] for name in self.params if name[0] == "f"), np.zeros(0))

    @property
    def diverged(self) -> bool:
        """Whether the loss is not finite any more, which ends the training."""
        return not math.isfinite(self.loss)


def train(
    training: Training, X: Pixels, Y: np.ndarray, X_held: Pixels, Y_held: np.ndarray, start: Params | None = None
) -> Iterator[Progress]:
    """Yield progress reports of a training on the images `X` (M,H,W) or (M,C,H,W) with one-hot targets `Y` (M,N), the
    first before any update.

    The training starts from `start`, by default `training.start`. Held-out images are only evaluated. Equal arguments
    give equal numbers, bit for bit. Raise ValueError at once if shapes do not fit.

    >>> X, Y = np.random.default_rng(0).integers(0, 256, (20, 8, 8)), np.eye(2)[[0, 1] * 10]
    >>> run = train(Training(batch=5, epochs=30, reports=3), X, Y, X, Y)
    >>> [(progress.step, progress.epoch) for progress in run]
    [(0, 0), (40, 10), (80, 20), (120, 30)]
    """
    Y, Y_held = _targets(X, Y), _targets(X_held, Y_held)
    if X.shape[1:] != X_held.shape[1:] or Y.shape[1:] != Y_held.shape[1:]:
        raise ValueError(f"train: held-out images {X_held.shape}, {Y_held.shape} need to be like {X.shape}, {Y.shape}")
    program = training.network.check(tuple(X.shape[1:]))
    if Y.shape[1:] != program.shapes["o"]:
        raise Problem("training.outputs", n=Y.shape[1], net=training.net, outputs=program.shapes["o"][0])
    if training.classes and len(training.classes) != Y.shape[1]:
        raise Problem("training.names", n=Y.shape[1], names=len(training.classes))
    params = training.start(tuple(X.shape[1:])) if start is None else start
    program.start(params)  # raises if the shapes do not fit
    return _run(training, in_precision(params, training.dtype), (X, Y), (X_held, Y_held))


Images = tuple[Pixels, np.ndarray]
"""Images X (M,H,W) or (M,C,H,W), and targets Y (M,N)."""


def _run(training: Training, params: Params, training_set: Images, held_out: Images) -> Iterator[Progress]:
    X, Y = training_set
    steps_per_epoch = math.ceil(len(Y) / training.batch)
    steps = steps_per_epoch * training.epochs
    report_steps = {round(i * steps / training.reports) for i in range(1, training.reports + 1)}
    state: State | None = None
    program = training.network.program(tuple(X.shape[1:]))
    buffers: Mapping[str, np.ndarray] = program.buffers_at_start
    yield _report(training, 0, steps_per_epoch, (params, buffers), training_set, held_out)
    for step, rows in enumerate(_batches(training, len(Y)), start=1):
        check_cancelled()
        pass_inputs = {**buffers, **program.draw_shown(training.seed, step - 1, len(rows))}
        params, state, buffers = _make_update(training, params, state, training.x(X[rows]), Y[rows], pass_inputs)
        if step in report_steps:
            report = _report(training, step, steps_per_epoch, (params, buffers), training_set, held_out)
            yield report
            if report.diverged:
                return


@np.errstate(over="ignore", invalid="ignore")
def _make_update(
    training: Training, params: Params, state: State | None, X: np.ndarray, Y: np.ndarray, pass_inputs: Mapping[str, np.ndarray]
) -> tuple[Params, State, Mapping[str, np.ndarray]]:
    """Make one update of all parameters. If the training diverges, values become infinite and the next report says
    so."""
    gradients, buffers = gradients_and_buffers(training.network, params, X, Y, pass_inputs)
    return *training.optimizer.step(params, gradients, state), buffers


def _batches(training: Training, images: int) -> Iterator[np.ndarray]:
    """Yield the image indices of each step: all images in every epoch, shuffled.

    Batch sizes differ by at most 1, since a small last batch would have as much weight as a full one.
    """
    rng = np.random.default_rng(training.shuffle)
    for _ in range(training.epochs):
        yield from np.array_split(rng.permutation(images), math.ceil(images / training.batch))


TrainedState = tuple[Params, Mapping[str, np.ndarray]]
"""The parameters and buffers after an update."""


def _report(training: Training, step: int, steps_per_epoch: int, state: TrainedState, training_set: Images, held_out: Images) -> Progress:
    params, buffers = state
    measurement, held_measured = (_measure_sample(training, state, *images) for images in (training_set, held_out))
    steps, epoch, params_copy = steps_per_epoch * training.epochs, step // steps_per_epoch, Params.of(params)
    accuracies = (measurement.loss, measurement.accuracy, held_measured.loss, held_measured.accuracy)
    return Progress(step, steps, epoch, params_copy, *accuracies, measurement.saturated, measurement.saturated_outputs, measurement.silent, buffers)


def _measure_sample(training: Training, state: TrainedState, X: Pixels, Y: np.ndarray) -> Measurement:
    rows = np.linspace(0, len(Y) - 1, min(len(Y), MEASURED)).round().astype(int)
    return measure(training, state[0], X, Y, rows, state[1])


def _targets(X: Pixels, Y: np.ndarray) -> np.ndarray:
    Y = np.asarray(Y, dtype=np.float64)
    if Y.ndim != 2 or Y.shape[1] < 2 or len(Y) != X.shape[0] or not len(Y):
        raise ValueError(f"train: X {tuple(X.shape)} and Y {Y.shape} need to be (M, H, W) and (M, N), N at least 2")
    return Y

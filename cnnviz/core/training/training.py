"""Training on a data set: any network, by mini-batches, as reports that a caller asks for one by one.

`train` is a generator. Its caller, by asking for the next `Progress`, sets the pace: asking later is a
pause, asking no more is a stop, and nothing runs in between.
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
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.setup import MAX_NUMBER, SCALES
from cnnviz.core.training.evaluation import Measured, Pixels, in_precision, measure
from cnnviz.words import Problem

MEASURED = 2_000
"""The most images of each set that a report measures: the same ones each time, evenly spread."""

DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Training:
    """The settings of a training; together with the data they decide every number.

    `f` are filters that the first convolution starts with, number by number: one, several, or none; what is not
    given is drawn as `weights` and `seed` say (Network.init). `stride` and `padding` are those of the first
    convolution where the text of `net` says neither. Images are shuffled anew each epoch, from `shuffle`, and come
    in batches of at most `batch`; for the `scale` "unit" pixels are divided by 255. `reports` is how often the run
    says how far it is, evenly spread, besides its start. `classes` names the outputs, where they have names.
    Raises ValueError for what cannot be used.
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
        if not all(abs(weight) <= MAX_NUMBER for weight in self.f):  # written so that NaN fails too
            raise Problem("training.numbers", f=self.f, most=MAX_NUMBER)
        if not 0 <= self.learning_rate <= MAX_NUMBER:
            raise Problem("training.rate", rate=self.learning_rate, most=MAX_NUMBER)
        for name in ("batch", "epochs", "reports"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise Problem("training.whole", name=name, value=repr(value))
        for name, known in (("scale", SCALES), ("opt", tuple(OPTIMIZERS)), ("dtype", DTYPES)):
            if getattr(self, name) not in known:
                raise Problem("training.option", name=name, value=repr(getattr(self, name)), known=known)
        Network.parse(self.net)

    @cached_property
    def network(self) -> Network:
        """The network, with stride and padding in its first convolution where its text says neither."""
        network = Network.parse(self.net)
        convs = ((place, layer) for place, layer in enumerate(network.layers) if isinstance(layer, Conv))
        place, conv = next(convs, (0, None))
        if conv is None or (conv.stride, conv.padding) != (1, 0):
            return network
        conv = replace(conv, stride=self.stride, padding=self.padding)
        return replace(network, layers=(*network.layers[:place], conv, *network.layers[place + 1 :]))

    @property
    def optimizer(self) -> Optimizer:
        """The rule by which a step follows from the gradients."""
        return OPTIMIZERS[self.opt](self.learning_rate)

    def start(self, x_shape: tuple[int, ...]) -> Params:
        """The parameters before the first update, for images (H,W) or (C,H,W)."""
        params = self.network.init(x_shape, self.weights, self.seed)
        if not self.f:
            return params
        first = next((name for name in params if name[0] == "f"), None)
        m, *of_one = self.network.program(x_shape).shapes[first] if first else (0, 1)
        count, left = divmod(len(self.f), math.prod(of_one))
        if first is None or left or count > m:
            raise Problem("training.filters", n=len(self.f), m=m, size=math.prod(of_one))
        given = np.concatenate([self.f, np.ravel(params[first])[len(self.f) :]])
        return params.replace(**{first: given.reshape(params[first].shape)})

    def x(self, pixels: np.ndarray) -> np.ndarray:
        """`pixels`, 0…255, as the network sees them: the numbers of `load_image`."""
        pixels = np.asarray(pixels, dtype=self.dtype)
        return pixels / 255 if self.scale == "unit" else pixels


@dataclass(frozen=True, eq=False)
class Progress:
    """The state of a training after `step` of `steps` updates and `epoch` whole passes over the images.

    Losses and accuracies (0 to 1) are those of `params`, on at most MEASURED images of each set. `saturated` is the
    share of hidden units, and `saturated_outputs` that of outputs, that pass almost no gradient: with all outputs
    saturated, right or wrong, nothing learns any more. `silent` is the share of ReLU's units that give 0 for every
    image that was measured: they learn no more.
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
        """The first convolution's filters, (K,K) or (M,C,K,K), if there is one: a frame of their film."""
        return next((self.params[name] for name in self.params if name[0] == "f"), np.zeros(0))

    @property
    def diverged(self) -> bool:
        """Tells whether numbers have grown beyond all bounds: the run ends here."""
        return not math.isfinite(self.loss)


def train(
    training: Training, X: Pixels, Y: np.ndarray, X_held: Pixels, Y_held: np.ndarray, start: Params | None = None
) -> Iterator[Progress]:
    """Reports of a training on the images `X` (M,H,W) or (M,C,H,W) with one-hot targets `Y` (M,N), from before its first update on.

    It starts from `start`, or as the settings say. The held-out images are measured, and never learned from. The
    same arguments give the same numbers, bit for bit. Raises ValueError, at once, where shapes do not fit.

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
    program.start(params)  # says what does not fit
    return _run(training, in_precision(params, training.dtype), (X, Y), (X_held, Y_held))


Images = tuple[Pixels, np.ndarray]
"""X (M,H,W) or (M,C,H,W), and Y (M,N)."""


def _run(training: Training, params: Params, learned: Images, held: Images) -> Iterator[Progress]:
    X, Y = learned
    of_epoch = math.ceil(len(Y) / training.batch)
    steps = of_epoch * training.epochs
    due = {round(i * steps / training.reports) for i in range(1, training.reports + 1)}
    state: State | None = None
    program = training.network.program(tuple(X.shape[1:]))
    buffers: Mapping[str, np.ndarray] = program.buffers_at_start
    yield _report(training, 0, of_epoch, (params, buffers), learned, held)
    for step, rows in enumerate(_batches(training, len(Y)), start=1):
        check_wanted()
        given = {**buffers, **program.drawn(training.seed, step - 1, len(rows))}
        params, state, buffers = _learn(training, params, state, training.x(X[rows]), Y[rows], given)
        if step in due:
            report = _report(training, step, of_epoch, (params, buffers), learned, held)
            yield report
            if report.diverged:
                return


@np.errstate(over="ignore", invalid="ignore")
def _learn(
    training: Training, params: Params, state: State | None, X: np.ndarray, Y: np.ndarray, given: Mapping[str, np.ndarray]
) -> tuple[Params, State, Mapping[str, np.ndarray]]:
    """One update: everything that learns takes a step. What diverges becomes infinite, and the next report says so."""
    gradients, buffers = gradients_and_buffers(training.network, params, X, Y, given)
    return *training.optimizer.step(params, gradients, state), buffers


def _batches(training: Training, images: int) -> Iterator[np.ndarray]:
    """Indices of the images of each step: every epoch all of them, shuffled.

    Batches are as equal as they can be. A small one left over at the end would pull as hard as a full one.
    """
    rng = np.random.default_rng(training.shuffle)
    for _ in range(training.epochs):
        yield from np.array_split(rng.permutation(images), math.ceil(images / training.batch))


Left = tuple[Params, Mapping[str, np.ndarray]]
"""The parameters and buffers that an update leaves."""


def _report(training: Training, step: int, of_epoch: int, left: Left, learned: Images, held: Images) -> Progress:
    params, buffers = left
    now, then = (_measured(training, left, *images) for images in (learned, held))
    steps, epoch, kept = of_epoch * training.epochs, step // of_epoch, Params.of(params)
    accuracies = (now.loss, now.accuracy, then.loss, then.accuracy)
    return Progress(step, steps, epoch, kept, *accuracies, now.saturated, now.saturated_outputs, now.silent, buffers)


def _measured(training: Training, left: Left, X: Pixels, Y: np.ndarray) -> Measured:
    rows = np.linspace(0, len(Y) - 1, min(len(Y), MEASURED)).round().astype(int)
    return measure(training, left[0], X, Y, rows, left[1])


def _targets(X: Pixels, Y: np.ndarray) -> np.ndarray:
    Y = np.asarray(Y, dtype=np.float64)
    if Y.ndim != 2 or Y.shape[1] < 2 or len(Y) != X.shape[0] or not len(Y):
        raise ValueError(f"train: X {tuple(X.shape)} and Y {Y.shape} need to be (M, H, W) and (M, N), N at least 2")
    return Y

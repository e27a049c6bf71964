"""Are these gradients right? Every entry of every parameter against central differences of the loss.

∂L/∂θ ≈ (L(θ + ε) - L(θ - ε)) / 2ε        the error falls as ε², until round-off in L takes over

Where ReLU or max pooling has a kink at θ, the slopes of its two sides differ, and there is nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.differences import Differences, Sides, path
from cnnviz.core.network import Network
from cnnviz.core.ops import Padding, targets
from cnnviz.core.program import Program
from cnnviz.core.seed_network import seed_program
from cnnviz.core.values import Gradients, Params
from cnnviz.words import Problem

PARAMETERS = ("f", "w", "b")
"""Those of the teaching notebook's network."""
TOLERANCE = 1e-6
"""The largest relative error of a gradient that is called right."""
SAFETY = 4
"""Safety factor on the estimated error of a central difference: so much of it is not held against a gradient."""
CLOSER = 10
"""Where a kink is suspected, the step is so many times smaller."""
STEPS = tuple(float(f"1e-{n}") for n in range(1, 15))
"""The steps ε of a sweep, 1e-1 to 1e-14."""
SWEPT = 2_500
"""Entries that a sweep takes at the most, evenly spread."""

Progress = Callable[[float], None]
"""Is told what share of the work is done, 0 … 1."""


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter's gradient, said twice: by the backward pass and by central differences."""

    parameter: str
    index: tuple[int, ...]
    backward: float
    central: float
    relative_error: float


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """Both gradients of each parameter and their relative error, each a dict of arrays shaped like the parameter.

    `kinks` marks the entries at a kink of ReLU or max pooling: they are neither right nor wrong.
    """

    analytic: dict[str, np.ndarray]
    numeric: dict[str, np.ndarray]
    relative_error: dict[str, np.ndarray]
    kinks: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def worst(self) -> Entry:
        """The entry with the largest relative error that is not at a kink; one that is not a number is worse than any."""
        judged = {name: np.where(np.isnan(error), np.inf, error) for name, error in self.relative_error.items()}
        judged = {name: np.where(self.kinks[name], -1.0, error) if name in self.kinks else error for name, error in judged.items()}
        name = max(judged, key=lambda name: judged[name].max())
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(judged[name])), judged[name].shape))
        return Entry(name, index, *(float(of[name][index]) for of in (self.analytic, self.numeric, self.relative_error)))

    @property
    def count(self) -> int:
        """How many entries there are, those at a kink too."""
        return sum(error.size for error in self.relative_error.values())

    @property
    def at_kinks(self) -> int:
        """How many entries are at a kink."""
        return sum(int(kinks.sum()) for kinks in self.kinks.values())

    @property
    def wrong(self) -> int:
        """How many entries are not within TOLERANCE, and not at a kink."""
        wrong = {name: ~(error <= TOLERANCE) for name, error in self.relative_error.items()}  # so that NaN is wrong
        return sum(int((array & ~self.kinks[name] if name in self.kinks else array).sum()) for name, array in wrong.items())

    @property
    def passed(self) -> bool:
        """Whether every entry that is not at a kink is within TOLERANCE."""
        return self.wrong == 0


@np.errstate(over="ignore", invalid="ignore")  # of a network that diverged; its errors are not numbers, and so wrong
def check_gradients(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    step: float = 1e-5,
    gradients: Gradients | Mapping[str, np.ndarray] | None = None,
    network: Network | None = None,
    parameters: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> GradientCheck:
    """Every entry of `gradients` (our own backward pass, unless given) against central differences.

    The network is the teaching notebook's with this stride and padding, or `network`. `gradients` may be a
    Gradients, or a mapping by parameter, "w" or "dw". `parameters` names those to be checked (unless given:
    all), "x" for the image among them. Raises Problem, a ValueError, where a gradient does not have its parameter's shape.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> check_gradients(params, x, np.array([1, 0])).passed
    True
    >>> wrong = {"f": np.zeros((3, 3)), "w": np.zeros((4, 2)), "b": np.zeros(2)}
    >>> check_gradients(params, x, np.array([1, 0]), gradients=wrong).worst.relative_error
    1.0
    >>> network = Network.parse("conv2x3-relu-max2-dense3-softmax-ce")
    >>> check_gradients(network.init((4, 4)), x, np.eye(3)[0], network=network).count
    27
    """
    nudged = differences(params, x, y, stride, padding, network)
    program = nudged.program
    names = tuple(program.parameters) if parameters is None else tuple(parameters)
    analytic = _by_parameter(nudged.gradients if gradients is None else gradients, program, names)
    paths = {name: path(program, name) for name in names}
    told, all_work, found = 0.0, sum(way.cost for way in paths.values()), {}
    for name, way in paths.items():

        def tell(entries: int, share: float = way.cost / way.size / max(1, all_work)) -> None:
            nonlocal told
            told += entries * share
            if progress:
                progress(min(1.0, told))

        found[name] = _judged(nudged, name, analytic[name].reshape(-1), step, tell)
    shaped = [{name: found[name][n].reshape(program.shown[name]) for name in names} for n in range(3)]
    return GradientCheck(analytic, *shaped)


def differences(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    network: Network | None = None,
    dtype: type = np.float64,
) -> Differences:
    """The pass from which entries are nudged, in the precision `dtype`."""
    x = np.asarray(x, dtype=np.float64)
    program = network.program(x.shape) if network else seed_program(params, x.shape, stride, padding)
    shape = program.shapes["o"]
    return Differences(program, params, x, network.targets(y, shape) if network else targets(y, shape), dtype)


def _judged(
    nudged: Differences, name: str, analytic: np.ndarray, step: float, told: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Central differences, relative errors and kinks of a parameter's entries, flat."""
    _check_step(step)
    at = nudged.sides(name, step, progress=told)
    central, kinks = at.central, np.zeros(analytic.size, bool)
    error = _error(analytic, central, at.doubt)
    one_sided = np.abs(at.apart) > np.abs(central) / 1000 + 2 * SAFETY * at.doubt
    look = np.flatnonzero(~(error <= TOLERANCE / 10) | one_sided)
    if look.size:
        central[look], error[look], kinks[look] = _looked_at(nudged, name, analytic[look], step, look, at)
    return central, error, kinks


def _looked_at(
    nudged: Differences, name: str, analytic: np.ndarray, step: float, entries: np.ndarray, at: Sides
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `_judged`, for some entries, from a longer step and from a smaller one too.

    Where the loss bends smoothly, its sides are apart by ε·L″ (`apart`); a kink within reach breaks that rule.
    If they are as far apart at a smaller step, the entry stands at the kink; if not, the smaller step has passed it by.
    """
    central, apart, doubt = at.central[entries], at.apart[entries], at.doubt[entries]
    twice, closer = nudged.sides(name, 2 * step, entries), nudged.sides(name, step / CLOSER, entries)
    # The error of a long step is ε²: doubling ε adds three times what it was.
    error = _error(analytic, central, doubt + np.abs(twice.central - central) / 3)
    sharp = (np.abs(twice.apart / 2 - apart) > 2 * SAFETY * doubt) | (
        np.abs(closer.apart - apart / CLOSER) > 2 * SAFETY * closer.doubt
    )
    stays = np.abs(closer.apart) > np.maximum(np.abs(apart) / 5, 2 * SAFETY * closer.doubt)
    passed_by = sharp & ~stays
    remains = _error(analytic, closer.central, closer.doubt + np.abs(closer.apart) / 2)
    return np.where(passed_by, closer.central, central), np.where(passed_by, remains, error), stays


def _error(analytic: np.ndarray, central: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    return relative_error(analytic, central, SAFETY * doubt / TOLERANCE)


def relative_error(a: np.ndarray, n: np.ndarray, floor: float | np.ndarray = 0.0) -> np.ndarray:
    """|a - n| / max(|a|, |n|, floor) for each entry; 0 where both are 0.

    The floor says how small an entry may be and still be told from 0: `check_gradients` puts it where
    SAFETY times what it cannot know about its own central difference is TOLERANCE of it. So round-off
    in a tiny entry does not cry wolf, and an error of 0.1 % is seen down to a thousandth of the floor.

    >>> relative_error(np.array([1.0, 0.0, 1e-12]), np.array([1.001, 0.0, 0.0]), floor=1e-6).round(9)
    array([9.99001e-04, 0.00000e+00, 1.00000e-06])
    """
    scale = np.maximum(np.maximum(np.abs(a), np.abs(n)), np.maximum(floor, np.finfo(np.float64).tiny))
    return np.abs(np.asarray(a) - n) / scale


@np.errstate(over="ignore", invalid="ignore")
def central_differences(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    step: float = 1e-5,
    dtype: type = np.float64,
    network: Network | None = None,
) -> dict[str, np.ndarray]:
    """(L(θ + ε) - L(θ - ε)) / 2ε for every entry θ of every parameter, in the precision `dtype`.

    ε is the smaller, the larger above 1 the inputs are that an entry is multiplied with. Raises Problem, a
    ValueError, if the step is not above 0.
    """
    _check_step(step)
    nudged = differences(params, x, y, stride, padding, network, dtype)
    shown = nudged.program.shown
    return {name: nudged.central(name, step).reshape(shown[name]) for name in nudged.program.parameters}


def _check_step(step: float) -> None:
    if not step > 0:
        raise Problem("gradcheck.step", step=step)


@dataclass(frozen=True, eq=False)
class StepSweep:
    """How far central differences are from the backward pass, for each step and precision.

    `errors` maps "float32" and "float64" to ‖n - a‖ / max(‖a‖, ‖n‖) over all entries, (S,).
    """

    steps: np.ndarray
    errors: dict[str, np.ndarray]


@np.errstate(over="ignore", invalid="ignore")
def step_sweep(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    steps: tuple[float, ...] = STEPS,
    network: Network | None = None,
) -> StepSweep:
    """The U curve: large steps leave out the loss's bend (truncation), small ones drown in round-off.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> sweep = step_sweep(params, x, np.array([1, 0]))
    >>> [float(sweep.steps[error.argmin()]) for error in sweep.errors.values()]
    [0.01, 1e-05]
    """
    double = differences(params, x, y, stride, padding, network)
    program = double.program
    gradients = _by_parameter(double.gradients, program, tuple(program.parameters))
    some = {name: _evenly(array.size, sum(map(np.size, gradients.values()))) for name, array in gradients.items()}
    a = np.concatenate([array.reshape(-1)[some[name]] for name, array in gradients.items()])

    def error(nudged: Differences, step: float) -> float:
        n = np.concatenate([nudged.central(name, step, entries) for name, entries in some.items()]).astype(np.float64)
        scale = max(np.linalg.norm(a), np.linalg.norm(n))
        return float(np.linalg.norm(n - a) / scale) if scale else 0.0

    precisions = {"float32": differences(params, x, y, stride, padding, network, np.float32), "float64": double}
    errors = {name: np.array([error(nudged, step) for step in steps]) for name, nudged in precisions.items()}
    return StepSweep(np.array(steps), errors)


def _evenly(size: int, of_all: int) -> np.ndarray:
    """The entries of a parameter that a sweep takes, by flat index: all where there are few."""
    return np.arange(size) if of_all <= SWEPT else np.unique(np.linspace(0, size - 1, max(20, size * SWEPT // of_all)).astype(int))


def _by_parameter(
    gradients: Gradients | Mapping[str, np.ndarray], program: Program, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """The gradients by parameter; Problem where one is missing or has another shape."""
    found = {}
    for name in names:
        key = next((key for key in (f"d{name}", name) if key in gradients), None)
        if key is None:
            raise Problem("gradcheck.missing", name=name)
        found[name] = np.asarray(gradients[key], dtype=np.float64)
        if found[name].shape != program.shown[name]:
            raise Problem("gradcheck.shape", name=name, shape=found[name].shape, wanted=program.shown[name])
    return found

"""Successive updates of a setup, without a cache: the basis of `run_updates` and `film`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.optimizers import State
from cnnviz.core.notebook.notebook import notebook_step, params_used
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.setup.first_params import first_buffers
from cnnviz.core.setup.set_values import with_image, with_params
from cnnviz.core.setup.setup import Setup
from cnnviz.words import Problem, message


@dataclass(frozen=True, eq=False)
class Point:
    """The start of update `k`: parameters, optimizer state ({} before the first step), image and running statistics."""

    params: Params
    state: State
    x: np.ndarray
    buffers: Mapping[str, np.ndarray] = field(default_factory=dict)
    k: int = 0

    @property
    def bytes(self) -> int:
        """The size of its arrays in bytes."""
        return sum(array.nbytes for arrays in (self.params, self.state, self.buffers) for array in arrays.values() if isinstance(array, np.ndarray))


Step = tuple[Trace, Gradients, Point]
"""A pass, its gradients, and the start of the next update."""


class Updates:
    """The updates of a setup on one image: the initial state, and the step from one state to the next.

    Raise Problem if x does not fit the setup, and NotStored if the setup's start parameters are gone.

    >>> updates = Updates(Setup(), np.zeros((32, 32)))
    >>> trace, gradients, after = updates.step(updates.first)
    >>> round(updates.loss(trace), 3), after.params.b.shape
    (0.229, (2,))
    """

    def __init__(self, setup: Setup, x: np.ndarray):
        check_shape(setup, x)
        self.setup, self.x = setup, x
        self.network = setup.network
        self.program = self.network.check(x.shape)
        self.y = as_frozen(setup.y)
        self._as_notebook = setup.net == DEFAULT and setup.opt == "gd" and x.ndim == 2
        self._optimizer = setup.optimizer

    @cached_property
    def first(self) -> Point:
        """The start of the first update."""
        buffers = first_buffers(self.network, self.x.shape, self.setup.w) if self.program.buffers else {}
        return apply_set_values(self.setup, 0, Point(self.setup.first_params(self.x.shape[-3:]), {}, self.x, buffers))

    def pass_inputs(self, point: Point) -> Mapping[str, np.ndarray] | None:
        """Return the inputs of an update's pass besides the image and the parameters: buffers and random masks. None
        if there are none."""
        program = self.program
        if not program.buffers and not program.draws:
            return None
        return {**point.buffers, **program.draw_shown(self.setup.seed, point.k, len(point.x) if program.run.images else None)}

    def step(self, point: Point) -> Step:
        """Make one update from `point`."""
        # deviations are implemented by the notebook's functions, which take stride and padding as arguments
        if self._as_notebook:
            setup = self.setup
            trace, gradients, next_point = notebook_step(
                point.params, point.x, self.y, setup.lr, setup.deviations, setup.stride, setup.pad
            )
            return trace, gradients, Point(next_point, {}, point.x, {}, point.k + 1)
        with np.errstate(all="ignore"):  # too large a learning rate leads to infinities, which the page shows
            trace = self.program.forward(point.params, point.x, pass_inputs=self.pass_inputs(point))
            gradients = self.program.backward(point.params, trace, self.y)
            next_point, state = self._optimizer.step(point.params, gradients, point.state or None)
            buffers = self.program.next_buffers(trace)
        return trace, gradients, Point(next_point, state, point.x, buffers, point.k + 1)

    def loss(self, trace: Trace) -> float:
        """Return L of a pass."""
        line = self.program.loss_line
        with np.errstate(all="ignore"):
            return float(line.function(*[self.y if source == "y" else trace[source] for source in line.sources]))

    def used_params(self, point: Point) -> Params:
        """Return the parameters that a step from `point` uses."""
        return params_used(point.params, self.setup.deviations)

    @property
    def filters(self) -> Callable[[Params], np.ndarray]:
        """A function that returns the first convolution's filters of given parameters, or an empty array if there is
        no convolution."""
        name = next((name for name, shape in self.program.shapes.items() if len(shape) == 4), None)
        return (lambda params: params[name]) if name else (lambda params: np.zeros(0))


def walk(setup: Setup, x: np.ndarray, k: int) -> Iterator[tuple[Params, Trace, Gradients]]:
    """Yield parameters, pass and gradients after 0, 1, … `k` updates: the numbers of `run_updates`, without caching.

    >>> len(list(walk(Setup(), np.zeros((32, 32)), 3)))
    4
    """
    updates = Updates(setup, np.asarray(x, dtype=np.float64))
    point = updates.first
    for i in range(k + 1):
        trace, gradients, next_point = updates.step(point)
        yield updates.used_params(point), trace, gradients
        point = apply_set_values(setup, i + 1, next_point)


def apply_set_values(setup: Setup, update: int, point: Point) -> Point:
    """Return the start of an update, with the values applied that the setup sets at it.

    >>> point = Point(Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), {}, np.zeros((4, 4)))
    >>> apply_set_values(Setup(set="b:1:5~2"), 2, point).params.b
    array([0., 5.])
    """
    sets = setup.sets_at(update) if setup.set else ()
    return replace(point, params=with_params(point.params, sets), x=with_image(point.x, sets)) if sets else point


def check_shape(setup: Setup, x: np.ndarray) -> None:
    """Raise Problem if x does not match the setup's channels and number of images."""
    expected = setup.batch_shape
    if len(expected) == 4 and (x.ndim != 4 or x.shape[:2] != expected[:2]):
        raise Problem("lesson.x_shape_of_several", shape=x.shape, wanted=expected, n=expected[0])
    if x.ndim != len(expected) or (x.ndim == 3 and len(x) != 3):
        channels = message("lesson.three_channels" if len(expected) == 3 else "lesson.one_channel")
        raise Problem("lesson.x_shape", shape=x.shape, wanted=expected, channels=channels)

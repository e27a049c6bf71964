"""An operation of a network's passes, which computes one array from others, by symbol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from cnnviz.core.network.layers.layer import Shape
from cnnviz.core.runtime.cached import cached_property

PassValues = dict[str, np.ndarray]
"""Arrays of a pass by symbol, with all axes."""

Override = Callable[[PassValues, Callable[[], np.ndarray]], np.ndarray]
"""A replacement for an operation, called with all arrays so far and a function that returns the original result."""


@dataclass(frozen=True)
class Op:
    """`target` = function(*sources, **settings). `layer` is the layer's index or None, and `role` the target's role
    in it.

    Before a kink, `rounding` is an operation that is applied to the result to round near-zero values to 0. Its bound is the last
    source.
    """

    target: str
    function: Callable[..., np.ndarray]
    sources: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    layer: int | None = None
    role: str = ""
    single_image_function: Callable[..., np.ndarray] | None = None
    """Faster function with the settings for one image and bit-identical results, if there is one (Layer.single_image_functions)."""
    rounding: Op | None = None

    @property
    def layer_index(self) -> int:
        """Index of the layer. Flattening and the loss belong to none."""
        assert self.layer is not None, self.target
        return self.layer

    @cached_property
    def run(self) -> Callable[..., np.ndarray]:
        """The function with its settings."""
        return self._with_rounding(partial(self.function, **self.settings) if self.settings else self.function)

    def _with_rounding(self, function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        if self.rounding is None:
            return function
        rounding = self.rounding.run
        return lambda *args: rounding(function(*args[:-1]), args[-1])

    @property
    def without_rounding(self) -> Op:
        """The operation without the rounding of near-zero values."""
        return replace(self, sources=self.sources[:-1], rounding=None) if self.rounding else self

    @property
    def run_single_image(self) -> Callable[..., np.ndarray]:
        """The function for one image."""
        return self._with_rounding(self.single_image_function) if self.single_image_function else self.run

    def make(self, values: PassValues) -> np.ndarray:
        """Compute the target from the arrays so far."""
        return self.run(*[values[source] for source in self.sources])

    @cached_property
    def step(self) -> Callable[[PassValues], None]:
        """A function that adds the target to the arrays so far. Unrolled for few sources, since call overhead matters
        in a pass of microseconds."""
        run, target, sources = self.run, self.target, self.sources
        if len(sources) == 1:
            (only_source,) = sources

            def step(values: PassValues) -> None:
                values[target] = run(values[only_source])
        elif len(sources) == 2:
            first_source, second_source = sources

            def step(values: PassValues) -> None:
                values[target] = run(values[first_source], values[second_source])
        elif len(sources) == 3:
            first_source, second_source, third_source = sources

            def step(values: PassValues) -> None:
                values[target] = run(values[first_source], values[second_source], values[third_source])
        else:

            def step(values: PassValues) -> None:
                values[target] = run(*[values[source] for source in sources])

        return step


def flatten(a: np.ndarray) -> np.ndarray:
    """v = a, channel by channel and row by row, as one row: (…,C,H,W) -> (…,D)."""
    return a.reshape(*a.shape[:-3], -1)


def share_of_mean(image_gradients: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean of m losses, given that of each loss, (m,N)."""
    return image_gradients / image_gradients.shape[-2]


def mean_loss(loss: Callable[..., np.ndarray], *inputs: np.ndarray) -> np.ndarray:
    """Return the mean of the images' losses, which are the last axis of the result of `loss`."""
    return np.mean(loss(*inputs), axis=-1)


def unflatten(dv: np.ndarray, shape: Shape) -> np.ndarray:
    """da = dv, reshaped to the map: (…,D) -> (…,C,H,W)."""
    return dv.reshape(*dv.shape[:-1], *shape)

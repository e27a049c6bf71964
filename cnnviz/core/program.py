"""A network for one size of image, as a list of lines: each line makes one array from others by their symbols.

Everything that follows from a network's layers follows from these lines: the passes, what a mistake replaces,
the exported script, the links between cells, the formulas. Arrays have any leading axes and always a channel
axis here; `shown` says how one image's array looks to everybody else, without a channel axis of 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from operator import methodcaller
from typing import NamedTuple

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.compiled import Made, compiled
from cnnviz.core.layers.layer import ONE, Buffer, Call, Draw, Layer, Parameter, Run, Shape
from cnnviz.core.links import Link
from cnnviz.core.read_only import lock, sealed
from cnnviz.core.sliding import Padding
from cnnviz.core.symbols import Names, is_parameter
from cnnviz.core.ties import TIE, largest, margin
from cnnviz.core.values import Gradients, Later, Params, Trace
from cnnviz.words import Problem

Inner = dict[str, np.ndarray]
"""Arrays by symbol as the lines have them."""

Override = Callable[[Inner, Callable[[], np.ndarray]], np.ndarray]
"""A function in a line's place: it is given all arrays so far, and the line itself to call."""


@dataclass(frozen=True)
class Line:
    """`target` = function(*sources, **settings). `layer` is the layer's place, or None, and `role` what target is to it.

    Where a kink follows, `settled` is what is made of that before anything reads it, with the last of the sources.
    """

    target: str
    function: Callable[..., np.ndarray]
    sources: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    layer: int | None = None
    role: str = ""
    for_one: Callable[..., np.ndarray] | None = None
    """The function with its settings for one image, the same bits in less time, where there is one (Layer.for_one)."""
    settled: Line | None = None

    @property
    def place(self) -> int:
        """The place of the layer that the line belongs to; flattening and the loss belong to none."""
        assert self.layer is not None, self.target
        return self.layer

    @cached_property
    def run(self) -> Callable[..., np.ndarray]:
        """The function with its settings."""
        return self._settling(partial(self.function, **self.settings) if self.settings else self.function)

    def _settling(self, made: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        if self.settled is None:
            return made
        settled = self.settled.run
        return lambda *given: settled(made(*given[:-1]), given[-1])

    @property
    def unsettled(self) -> Line:
        """The function alone."""
        return replace(self, sources=self.sources[:-1], settled=None) if self.settled else self

    @property
    def run_one(self) -> Callable[..., np.ndarray]:
        """The same for one image."""
        return self._settling(self.for_one) if self.for_one else self.run

    def make(self, values: Inner) -> np.ndarray:
        """The target, from the arrays so far."""
        return self.run(*[values[source] for source in self.sources])

    @cached_property
    def step(self) -> Callable[[Inner], None]:
        """Adds the target to the arrays so far; written out for few sources, since a pass of the seed takes microseconds."""
        run, target, sources = self.run, self.target, self.sources
        if len(sources) == 1:
            (only,) = sources

            def step(values: Inner) -> None:
                values[target] = run(values[only])
        elif len(sources) == 2:
            first, second = sources

            def step(values: Inner) -> None:
                values[target] = run(values[first], values[second])
        elif len(sources) == 3:
            first, second, third = sources

            def step(values: Inner) -> None:
                values[target] = run(values[first], values[second], values[third])
        else:

            def step(values: Inner) -> None:
                values[target] = run(*[values[source] for source in sources])

        return step


def flatten(a: np.ndarray) -> np.ndarray:
    """v = a, channel by channel and row by row, as one row: (…,C,H,W) -> (…,D)."""
    return a.reshape(*a.shape[:-3], -1)


def share_of_mean(each: np.ndarray) -> np.ndarray:
    """The slope of each image's loss, (m,N), as a part of that of the mean of m losses."""
    return each / each.shape[-2]


def mean_loss(loss: Callable[..., np.ndarray], *ends: np.ndarray) -> np.ndarray:
    """The mean of the images' losses, whose axis is the last that `loss` leaves."""
    return np.mean(loss(*ends), axis=-1)


def unflatten(dv: np.ndarray, shape: Shape) -> np.ndarray:
    """da = dv, laid out as the map again: (…,D) -> (…,C,H,W)."""
    return dv.reshape(*dv.shape[:-1], *shape)


class Pass(NamedTuple):
    """A forward pass: the program that ran, its parameters, and every array that its lines left, by symbol."""

    program: Program
    params: Mapping[str, np.ndarray]
    values: Inner


@dataclass(frozen=True)
class Way:
    """Lines of one image's pass, what makes the target of each, and the function that they are compiled to."""

    lines: tuple[Line, ...]
    functions: tuple[Callable[..., np.ndarray], ...]
    run: Callable[[Inner, Sequence[Callable[..., np.ndarray]]], Inner]

    def go(self, values: Inner, overrides: Mapping[str, Override] | None) -> Inner:
        """Adds the target of every line to `values`; those of `overrides` are made by these instead. What is shown of them, as it is shown."""
        if not overrides:
            return self.run(values, self.functions)
        functions = [
            _instead(line, values, overrides[line.target]) if line.target in overrides else function
            for line, function in zip(self.lines, self.functions, strict=True)
        ]
        return self.run(values, functions)


def _instead(line: Line, values: Inner, override: Override) -> Callable[..., np.ndarray]:
    """The result in place of a line; a copy of what it gives, which is not ours alone."""
    return lambda *_: sealed(override(values, partial(line.make, values)))


class Program:
    """The lines of a network for images of one shape (C,H,W), forward and backward. Problem where a layer does not fit.

    `run` says how: of one image, of several with their axis in front, or after training. `sliding` are the stride and padding
    that its traces name.
    """

    def __init__(self, network: Architecture, x_shape: Shape, run: Run = ONE, sliding: tuple[int, Padding] = (1, 0)):
        self.network, self.x_shape, self.mode, self.sliding = network, x_shape, run, sliding
        self.buffers: dict[str, Buffer] = {}
        self.draws: dict[str, tuple[int, Shape, Draw]] = {}  # each with the number of its layer, from 1, and its shape
        self.across: set[str] = set()  # the targets that are made from all images at once
        self.shapes: dict[str, Shape] = {"x": x_shape}
        self.parameters: dict[str, Parameter] = {}
        self.inputs: list[Shape] = []
        self.multiplications = 0
        self.forward_lines: list[Line] = []
        self._calls: list[dict[str, Call]] = []
        self._for_one: list[dict[str, Callable[..., np.ndarray]]] = []
        self._bounds = {"x": Line("x.bound", largest, ("x",))}
        for place, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
            self._add_layer(place, layer, names)
        if len(self.shapes["o"]) != 1:
            raise Problem("network.no_row", loss=str(network.loss_kind), shape=self.shapes["o"])
        self.loss_line = self._loss_line()
        self.backward_lines = self._backward_lines()
        self._place_bounds()
        learning = [n for n, line in enumerate(self.backward_lines) if line.target[1:] in self.parameters]
        self.needed = 1 + max(learning, default=-1)  # what comes after it is the gradient of the image, and of no use to an update
        self.shown = {name: self._shown(shape) for name, shape in self.shapes.items() if "." not in name}
        self._is_given = bool(self.buffers or self.draws)
        self._needed_lines, self._rest_lines = self.backward_lines[: self.needed], self.backward_lines[self.needed :]
        self._made_last = tuple(line.target for line in self._rest_lines)
        self._read_last = {source for line in self._rest_lines for source in line.sources}.difference(self._made_last)

    @cached_property
    def _way_forth(self) -> Way:  # compiled when a pass asks for it: many a program is there for its shapes alone
        return self._way(self.forward_lines)

    @cached_property
    def _way_back(self) -> Way:
        return self._way(self._needed_lines)

    @cached_property
    def _way_on(self) -> Way:
        return self._way(self._rest_lines)

    def _way(self, lines: Sequence[Line]) -> Way:
        """Lines as one function for one image."""

        def dropped(target: str) -> int | None:
            plain = target if target in self.shapes else target[1:]
            return len(self.shapes[plain]) - len(self.shown[plain]) if plain in self.shown else None

        return Way(tuple(lines), tuple(line.run_one for line in lines), compiled(tuple(Made(line.target, line.sources, dropped(line.target)) for line in lines)))

    # ---- the lines

    def _add_layer(self, place: int, layer: Layer, names: Names) -> None:
        shape = self.shapes[names.source]
        if names.flattens:
            self.shapes["v"] = (math.prod(shape),)
            self.forward_lines.append(Line("v", flatten, (names.source,), for_one=self._one(methodcaller("reshape", self.shapes["v"]))))
            shape = self.shapes["v"]
            self._bounds["v"] = Line("v.bound", flatten, (self._bounds[names.source].target,))
        try:
            out, parameters, calls = layer.shape(shape), layer.parameters(shape), layer.calls(shape, self.mode)
        except Problem as problem:
            raise Problem("network.fit", layer=str(layer), place=place + 1, why=problem) from None
        self.inputs.append(shape)
        self.shapes[names.output] = out
        for letter, parameter in parameters.items():
            self.parameters[names.of(letter)] = parameter
            self.shapes[names.of(letter)] = parameter.shape
        self._add_given(place, layer, names, shape)
        self.multiplications += layer.multiplications(shape)
        self._calls.append(calls)
        self._for_one.append({} if self.mode.images else layer.for_one(shape))
        self._bounds[names.output] = self._bounds[names.input]
        for role, made in calls.items():
            if role == "y_bound":
                self._bounds[names.output] = self._line(place, names, role, made)
            elif role == "x":
                self._settle(self._line(place, names, role, made))
            elif not _is_gradient(role, parameters):
                self.forward_lines.append(self._line(place, names, role, made))

    def _add_given(self, place: int, layer: Layer, names: Names, shape: Shape) -> None:
        """Adds the arrays that a pass is given beside its image and parameters: buffers, and in training what is drawn."""
        self.buffers |= {names.of(role): buffer for role, buffer in layer.buffers(shape).items()}
        if self.mode.training:
            self.draws |= {names.of(role): (place + 1, shape, draw) for role, draw in layer.draws(shape).items()}
            self.across |= {names.of(role) for role in layer.across if self.mode.images}

    def _one(self, function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray] | None:
        """The function that stands in for a line in the pass of one image."""
        return None if self.mode.images else function

    def _settle(self, by: Line) -> None:
        """Has an array settled by the line that makes it; an image is as it is given."""
        for place, line in enumerate(self.forward_lines):
            if line.target == by.target:
                self.forward_lines[place] = replace(line, sources=(*line.sources, by.sources[-1]), settled=by)

    def _line(self, place: int, names: Names, role: str, made: Call) -> Line:
        bound = self._bounds[names.input].target
        sources = tuple(bound if source == "x_bound" else names.of(source) for source in made.roles)
        return Line(names.of(role), made.function, sources, made.settings, place, role, self._for_one[place].get(role))

    def _place_bounds(self) -> None:
        """Puts each bound's line where all is made that it reads: mostly before all others."""
        for bound in self._bounds_read():
            made = [line.target for line in self.forward_lines]
            first = max((made.index(source) + 1 for source in bound.sources if source in made), default=0)
            self.forward_lines.insert(first, bound)

    def _bounds_read(self) -> list[Line]:
        """The lines of the bounds that are read (core/ties.py); none where no layer has a kink."""
        read = {source for line in (*self.forward_lines, *self.backward_lines) for source in line.sources}
        found: list[Line] = []
        for target, line in reversed({line.target: line for line in self._bounds.values()}.items()):
            if target in read:
                read |= {*line.sources}
                found.insert(0, line)
        return found

    def _loss_line(self) -> Line:
        made = (self.network.merged or self.network.loss_kind).loss
        self.losses_line = Line("L", made.function, self._loss_sources(made), made.settings, None, "L")
        return replace(self.losses_line, function=partial(mean_loss, made.function)) if self.averages else self.losses_line

    @property
    def averages(self) -> bool:
        """Tells whether L is the mean over several images. Of many that are cut into blocks the mean is taken of all blocks."""
        return self.mode.images and not self.mode.many

    def roles(self, place: int) -> tuple[str, ...]:
        """The roles of a layer that a forward pass has arrays of: x, its parameters, what it keeps, and y."""
        made = (line.role for line in self.forward_lines if line.layer == place)
        return tuple(dict.fromkeys(("x", *self.network.layers[place].parameters(self.inputs[place]), *made)))

    @cached_property
    def loss_change(self) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
        """L at one end of the pass less L at another, (…,N) each, given y: worked out so that digits do not cancel."""
        loss, change = self.loss_line.run, (self.network.merged or self.network.loss_kind).change
        if change is None:
            return lambda end, before, y: loss(end, y) - loss(before, y)
        return partial(mean_loss, change) if self.averages else change

    def _loss_sources(self, made: Call) -> tuple[str, ...]:
        z = self.network.names[-1].input
        return tuple(z if role == "z" else role for role in made.roles)

    def _backward_lines(self) -> list[Line]:
        network, lines = self.network, []
        if not network.merged:
            lines += self._slope_of_loss("do", network.loss_kind.do, "do")
        for place in reversed(range(len(network.layers))):
            layer, names, calls = network.layers[place], network.names[place], self._calls[place]
            parameters = layer.parameters(self.inputs[place])
            lines += [self._line(place, names, f"d{letter}", calls[f"d{letter}"]) for letter in parameters]
            if network.merged and place == len(network.layers) - 1:
                lines += self._slope_of_loss(f"d{names.input}", network.merged.dz, "dz")
            else:
                lines.append(self._line(place, names, "dx", calls["dx"]))
            if names.flattens:
                shape = self.shapes[names.source]
                lines.append(Line(f"d{names.source}", unflatten, ("dv",), {"shape": shape}, for_one=self._one(methodcaller("reshape", shape))))
        return lines

    def _slope_of_loss(self, target: str, made: Call, role: str) -> list[Line]:
        """The line with which the backward pass begins. Of several images: the slope of each one's loss, then its part of the mean's."""
        line = Line(target, made.function, self._loss_sources(made), made.settings, None, role)
        if not self.averages:
            return [line]
        each = f"{target}.each"
        return [replace(line, target=each, role=f"{role}.each"), Line(target, share_of_mean, (each,), {}, None, role)]

    def _shown(self, shape: Shape) -> Shape:
        """Maps drop a channel axis of 1, but not those of several images; a filter's first two axes go when both are 1."""
        if len(shape) == 4:
            return shape[2:] if shape[:2] == (1, 1) else shape
        if self.mode.images:
            return shape
        return shape[1:] if len(shape) == 3 and shape[0] == 1 else shape

    # ---- one image

    def start(self, params: Mapping[str, np.ndarray], x: np.ndarray | None = None) -> Inner:
        """The arrays that a pass starts from: parameters, and the image; ValueError where a shape does not fit."""
        values = {} if x is None else {"x": self._fitting("x", x)}
        given, shapes = vars(params) if type(params) is Params else params, self.shapes
        for name in self.parameters:
            array = given[name]
            values[name] = array if array.shape == shapes[name] else self._fitting(name, array)
        return values

    def _fitting(self, name: str, array: np.ndarray) -> np.ndarray:
        """An array with the axes that are not shown."""
        if array.shape == self.shapes[name] and not self.has_images(name):
            return array
        if self.has_images(name) and array.ndim and array.shape[1:] == self.shapes[name]:
            return array
        if array.shape != self.shown[name] or self.has_images(name):
            raise Problem("network.shape", name=name, shape=array.shape, wanted=self.shown[name])
        return array[None] if len(self.shapes[name]) - array.ndim == 1 else array[None, None]

    def has_images(self, name: str) -> bool:
        """Tells whether an array has the axis of images: all but parameters, buffers, and statistics of the images together."""
        plain = name[1:] if name[:1] == "d" else name
        return self.mode.images and plain not in self.parameters and name not in self.buffers and (name not in self.across or name[:1] == "d")

    # ---- buffers, and what is drawn

    @cached_property
    def buffers_at_start(self) -> Inner:
        """The buffers before the first update."""
        return {name: lock(np.full(buffer.shape, buffer.start)) for name, buffer in self.buffers.items()}

    def next_buffers(self, trace: Trace) -> Inner:
        """The buffers after a pass: those of one after training stay."""
        if not self.buffers:
            return {}
        values = self.inner({}, trace)
        if not self.mode.training:
            return {name: values[name] for name in self.buffers}
        return {line.target: lock(line.make(values)) for line in self.buffer_lines}

    @cached_property
    def buffer_lines(self) -> list[Line]:
        """The line of each buffer's next value."""
        found = []
        for place, (layer, names) in enumerate(zip(self.network.layers, self.network.names, strict=True)):
            found += [self._line(place, names, role, buffer.next) for role, buffer in layer.buffers(self.inputs[place]).items()]
        return found

    def drawn(self, seed: int, k: int, images: int | None = None) -> Inner:
        """The draws of update `k`, as its layers' outputs are shown: of one image, or of so many. Each has a generator of its own."""
        return {name: array if images else array[0].reshape(self._shown(array.shape[1:])) for name, array in self._drawn(seed, k, images or 1).items()}

    def _drawn(self, seed: int, k: int, images: int) -> Inner:
        return {
            name: lock(draw(np.random.default_rng([seed, k, place]), (images, *shape)))
            for name, (place, shape, draw) in self.draws.items()
        }

    def given_to(self, given: Mapping[str, np.ndarray] | None, images: int | None = None) -> Inner:
        """All that a pass is given, of one image or of so many: what is missing is as before update 0, masks of seed 0.

        Problem where a shape does not fit.
        """
        given = given or {}
        found = dict(self.buffers_at_start)
        if not self.draws.keys() <= given.keys():
            found |= {name: array if images else array[0] for name, array in self._drawn(0, 0, images or 1).items()}
        shapes = {name: buffer.shape for name, buffer in self.buffers.items()}
        shapes |= {name: ((images,) if images else ()) + shape for name, (_, shape, _) in self.draws.items()}
        for name, shape in shapes.items():
            if name in given:
                array = sealed(given[name])
                if array.size != math.prod(shape):
                    raise Problem("network.shape", name=name, shape=array.shape, wanted=shape)
                found[name] = array.reshape(shape)
        return found

    def kept(self, values: Inner) -> Inner:
        """The arrays that a trace shows beside the symbols, by name: statistics, what is normalised, masks, and the buffers."""
        found: Inner = {}
        for layer, names in zip(self.network.layers, self.network.names, strict=True):
            roles = dict.fromkeys((*layer.kept, *layer.draws(()), *layer.buffers((0,))))
            for name in (name for role in roles if (name := names.of(role)) in values):
                array = values[name]
                found[name] = lock(array.reshape(self._shown(array.shape))) if array.ndim == 3 and not self.mode.images else array
        return found

    def run_forward(self, values: Inner) -> Inner:
        """Adds the target of every line, of any leading axes."""
        return _run(self.forward_lines, values)

    @property
    def learning_lines(self) -> list[Line]:
        """The lines of both passes, without the loss, as far as an update needs them."""
        return [*self.forward_lines, *self._needed_lines]

    def run_backward(self, values: Inner) -> Inner:
        """Likewise, for the lines that an update needs; `values` are those of a forward pass, and the targets y."""
        return _run(self._needed_lines, values)

    def forward(
        self, params: Mapping[str, np.ndarray], x: np.ndarray, overrides: Mapping[str, Override] | None = None,
        given: Mapping[str, np.ndarray] | None = None,
    ) -> Trace:  # fmt: skip
        """Every value of a pass. `given` are buffers and what is drawn, by name."""
        x = sealed(x)
        params = params if type(params) is Params else Params.of(params)
        values = self.start(params, x)
        if self._is_given:
            values |= self.given_to(given, len(x) if self.mode.images else None)
        shown = {"x": x if x.shape == self.shown["x"] or self.mode.images else x[0]}
        shown.update(self._way_forth.go(values, overrides))
        stride, padding = self.sliding
        return Trace.locked(shown, stride, padding, Pass(self, params, values))

    def inner(self, params: Mapping[str, np.ndarray], trace: Trace) -> Inner:
        """The values of a pass with these parameters, with what its lines kept: as they are, or made again."""
        made_by = trace.made_by
        if isinstance(made_by, Pass) and made_by.program is self:
            return dict(made_by.values) if made_by.params is params or not params else {**made_by.values, **self.start(params)}
        values = {symbol: self._fitting(symbol, trace[symbol]) for symbol in self.network.symbols}
        if self._is_given:
            values |= self.given_to(trace.kept, len(values["x"]) if self.mode.images else None)
        start = self.start(params)
        for line in self.forward_lines:
            if line.target in trace.kept:  # of one image of several they cannot be made again
                kept, shape = trace.kept[line.target], values[self.network.names[line.place].output].shape
                values[line.target] = kept.reshape(shape) if kept.size == math.prod(shape) else kept
            elif line.target not in values:
                values[line.target] = line.make(values | start)
        return {**values, **start}

    def backward(
        self, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray, overrides: Mapping[str, Override] | None = None
    ) -> Gradients:
        """Every gradient of one image's pass; those that no update needs are worked out when one is asked for."""
        values = self.inner(params, trace)
        values["y"] = y
        gradients = self._way_back.go(values, overrides)
        if not self._rest_lines:
            return Gradients.locked(gradients)
        kept = values | {"y": sealed(y)} if overrides else {name: values[name] for name in self._read_last}
        rest = partial(self._go_on, kept, overrides)
        return Gradients.locked(gradients, Later(self._made_last, rest))

    def pulls(self, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray) -> Params:
        """∂Lᵢ/∂θ for each image's own loss, by "d" and parameter, (m,…): a backward pass for each that starts with its slope alone."""
        if not self.mode.images:
            gradients = self.backward(params, trace, y)
            return Params.locked({f"d{name}": gradients[f"d{name}"] for name in self.parameters})
        start = next(line.target for line in self.backward_lines if line.function is share_of_mean)
        values, found = self.inner(params, trace) | {"y": y}, []
        for alone in np.eye(len(y)):
            found.append(self._way_back.go(dict(values), {start: partial(_of_one_image, f"{start}.each", alone)}))
        return Params.made({f"d{name}": np.stack([one[f"d{name}"] for one in found]) for name in self.parameters})

    def _go_on(self, values: Inner, overrides: Mapping[str, Override] | None) -> Inner:
        """The gradients that no update needs. What is infinite has been warned of in the pass, and is shown as such."""
        with np.errstate(all="ignore"):
            return self._way_on.go(dict(values), overrides)

    # ---- cells

    def tie(self, values: Inner, symbol: str) -> float:
        """The difference up to which numbers of an array are equal (core/ties.py), given those of a pass; 0 where no kink follows."""
        bound = self._bounds[symbol].target
        return float(margin(values[bound], TIE).max()) if bound in values else 0.0

    def ties(self, values: Inner) -> dict[str, np.ndarray]:
        """`tie.<symbol>` (1,) for each array of which a pool takes the largest: the difference up to which its numbers are equal."""
        layers = zip(self.network.layers, self.network.names, strict=True)
        pooled = [names.source for layer, names in layers if "winner" in dict(layer.links()["y"]).values()]
        return {f"tie.{symbol}": np.array([self.tie(values, symbol)]) for symbol in pooled}

    @cached_property
    def links(self) -> dict[str, tuple[Link, ...]]:
        """For each symbol the links to what its cells are computed from, as arrays are laid out."""
        found: dict[str, tuple[Link, ...]] = {"v": (Link("v", self._flattened, "same"),)} if "v" in self.shapes else {}
        for place, (layer, names) in enumerate(zip(self.network.layers, self.network.names, strict=True)):
            rows, columns = self.shapes[names.output][-2:] if "k" in layer.geometry() else (0, 0)
            for role, reads in layer.links().items():
                target = names.of(role)
                if role == "dx":
                    target = f"d{names.source}"
                if layer.across and not self.mode.training and role in ("y", "dx"):  # each cell for itself
                    reads = tuple((source, "channel" if is_parameter(source) else "same") for source, _ in reads)
                if not (self.network.merged and place == len(self.network.layers) - 1 and role == "dx"):
                    found[target] = tuple(
                        Link(target, names.of(source), pattern, layer.geometry(), (rows, columns)) for source, pattern in reads
                    )
        return found | self._loss_links()

    def _loss_links(self) -> dict[str, tuple[Link, ...]]:
        z = self.network.names[-1].input
        found: dict[str, tuple[Link, ...]] = {"L": (Link("L", "o", "all"), Link("L", "y", "all"))}
        if self.network.merged:
            found[f"d{z}"] = tuple(Link(f"d{z}", source, pattern) for source, pattern in self.network.merged.links)
        else:
            found["do"] = (Link("do", "o", "same"), Link("do", "y", "same"))
        return found

    @property
    def _flattened(self) -> str:
        return next(names.source for names in self.network.names if names.flattens)

    @cached_property
    def laid_out(self) -> dict[str, Shape]:
        """The shape in which each symbol's cells are counted: v, and the rows of w behind it, as the map that is flattened."""
        shapes = {name: shape for name, shape in self.shapes.items() if "." not in name}
        for names in self.network.names:
            if names.flattens:
                shapes["v"] = shapes[names.source]
                shapes[names.of("w")] = (*shapes[names.source], *shapes[names.of("w")][1:])
        return shapes

    @cached_property
    def formulas(self) -> dict[str, str]:
        """LaTeX of each line by its target, with symbols in it."""
        found = {"v": rf"v = \text{{flatten}}({latex(self._flattened)})"} if "v" in self.shapes else {}
        for place, (layer, names) in enumerate(zip(self.network.layers, self.network.names, strict=True)):
            after = {} if self.mode.training else {role: text for role, (text, _) in layer.after_training.items()}
            for role, text in (layer.formulas(self.inputs[place]) | after).items():
                letters = ("x", "y", *layer.parameter_letters)
                roles = {name: latex(names.of(name)) for letter in letters for name in (letter, f"d{letter}")}
                target = f"d{names.source}" if role == "dx" else names.of(role)
                found[target] = text.format(**roles | ({"dx": latex(target)} if role == "dx" else {}))
        loss, merged = self.network.loss_kind, self.network.merged
        z = self.network.names[-1].input
        for role, text in {**loss.formulas, **(merged.formulas if merged else {})}.items():
            found[f"d{z}" if role == "dz" else role] = text.format(o="o", do=latex("do"), dz=latex(f"d{z}"))
        return found

    @cached_property
    def arithmetic(self) -> dict[str, str]:
        """The arithmetic of one cell, for each target, from the symbols that it is linked to: "sum(x*f)+b"."""
        found = {"v": self._flattened} if "v" in self.shapes else {}
        for layer, names in zip(self.network.layers, self.network.names, strict=True):
            computed = layer.links()
            after = {} if self.mode.training else {role: text for role, (_, text) in layer.after_training.items()}
            for role, text in (layer.arithmetic() | after).items():
                if role in computed:
                    target = f"d{names.source}" if role == "dx" else names.of(role)
                    found[target] = re.sub(r"\{(\w+)\}", partial(_symbol, names), _ROLE.sub(partial(_symbol, names), text))
        loss, merged = self.network.loss_kind, self.network.merged
        found["L"] = loss.arithmetic["L"]
        if not merged:
            return found | {"do": loss.arithmetic["do"]}
        return found | {f"d{self.network.names[-1].input}": merged.arithmetic["dz"]}


def program_of(network: Architecture, x_shape: Shape, many: bool = False, training: bool = True) -> Program:
    """The lines of a network for an image (H,W) or (C,H,W), or for several, (m,C,H,W), made once; Problem where a layer does not fit."""
    if len(x_shape) == 4:
        return _program_of(network, tuple(x_shape[1:]), Run(True, many, training))
    return _program_of(network, (1, *x_shape) if len(x_shape) == 2 else tuple(x_shape), Run(False, many, training))


@lru_cache(maxsize=512)
def _program_of(network: Architecture, x_shape: Shape, run: Run) -> Program:
    if len(x_shape) != 3 or min(x_shape) < 1:
        raise Problem("network.image", shape=x_shape)
    return Program(network, x_shape, run)


_ROLE = re.compile(r"\b(d?[a-z])(?![a-zA-Z0-9_])")


def _symbol(names: Names, role: re.Match[str]) -> str:
    return names.of(role[1])


def latex(symbol: str) -> str:
    r"""A symbol as LaTeX has it.

    >>> print(latex("dz12"), latex("f"))
    \partial z_{12} f
    """
    if len(symbol) > 1 and symbol[0] == "d":
        return rf"\partial {latex(symbol[1:])}"
    letter = {"g": r"\gamma", "s": r"\beta"}.get(symbol[0], symbol[0])
    return f"{letter}_{{{symbol[1:]}}}" if len(symbol) > 1 else letter


def _of_one_image(each: str, alone: np.ndarray, values: Inner, exact: Callable[[], np.ndarray]) -> np.ndarray:
    """The slope of one image's own loss; nothing comes from the others."""
    return np.where(alone[:, None] > 0, values[each], 0)


def _run(lines: Iterable[Line], values: Inner) -> Inner:
    for line in lines:
        line.step(values)
    return values


def _is_gradient(role: str, parameters: Mapping[str, Parameter]) -> bool:
    return role == "dx" or (role[:1] == "d" and role[1:] in parameters)

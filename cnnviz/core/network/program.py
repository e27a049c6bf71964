"""A network for one size of image, as a list of lines: each line makes one array from others by their symbols.

Everything that follows from a network's layers follows from these lines: the passes, what a mistake replaces,
the exported script, the links between cells, the formulas. Arrays have any leading axes and always a channel
axis here; `shown` says how one image's array looks to everybody else, without a channel axis of 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from operator import methodcaller
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.cell_links import Link
from cnnviz.core.network.cell_sources import arithmetic, formulas, laid_out, links
from cnnviz.core.network.compiled_lines import CompiledLines, Made, compiled
from cnnviz.core.network.layers.layer import ONE, Buffer, Call, Draw, Layer, Parameter, Run, Shape
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.program_line import Op, Override, PassValues, flatten, mean_loss, share_of_mean, unflatten
from cnnviz.core.network.sliding import Padding
from cnnviz.core.network.symbols import Names
from cnnviz.core.network.ties import TIE, bound_of_image, margin
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.read_only import as_frozen, freeze
from cnnviz.words import Problem


class Pass(NamedTuple):
    """A forward pass: the program that ran, its parameters, and every array that its lines left, by symbol."""

    program: Program
    params: Mapping[str, np.ndarray]
    values: PassValues


class Program:
    """The lines of a network for images of one shape (C,H,W), forward and backward. Problem where a layer does not fit.

    `run` says how: of one image, of several with their axis in front, or after training. `sliding` are the stride and padding
    that its traces name.
    """

    def __init__(self, network: Architecture, x_shape: Shape, run: Run = ONE, sliding: tuple[int, Padding] = (1, 0)):
        self.network, self.x_shape, self.run, self.sliding = network, x_shape, run, sliding
        self.buffers: dict[str, Buffer] = {}
        self.draws: dict[str, tuple[int, Shape, Draw]] = {}  # each with the number of its layer, from 1, and its shape
        self.across: set[str] = set()  # the targets that are made from all images at once
        self.shapes: dict[str, Shape] = {"x": x_shape}
        self.parameters: dict[str, Parameter] = {}
        self.inputs: list[Shape] = []
        self.multiplications = 0
        self.forward_lines: list[Op] = []
        self._calls: list[dict[str, Call]] = []
        self._for_one: list[dict[str, Callable[..., np.ndarray]]] = []
        self._bounds = {"x": Op("x.bound", bound_of_image, ("x",))}
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
        self._one_image = None if self.run.images else self.shown["x"]
        self._parameter_shapes = tuple((name, self.shapes[name], self.shown[name]) for name in self.parameters)
        self._is_given = bool(self.buffers or self.draws)
        self._needed_lines, self._rest_lines = self.backward_lines[: self.needed], self.backward_lines[self.needed :]
        self._made_last = tuple(line.target for line in self._rest_lines)

    @cached_property
    def _compiled_forward(self) -> CompiledLines:  # compiled when a pass asks for it: many a program is there for its shapes alone
        return self._compiled(self.forward_lines)

    @cached_property
    def _compiled_backward(self) -> CompiledLines:
        return self._compiled(self._needed_lines)

    @cached_property
    def _compiled_rest(self) -> CompiledLines:
        return self._compiled(self._rest_lines)

    def _compiled(self, lines: Sequence[Op]) -> CompiledLines:
        """Lines as one function for one image."""

        def dropped(target: str) -> int | None:
            plain = target if target in self.shapes else target[1:]
            return len(self.shapes[plain]) - len(self.shown[plain]) if plain in self.shown else None

        return CompiledLines(tuple(lines), tuple(line.run_one for line in lines), compiled(tuple(Made(line.target, line.sources, dropped(line.target)) for line in lines)))

    # ---- the lines

    def _add_layer(self, place: int, layer: Layer, names: Names) -> None:
        shape = self.shapes[names.source]
        if names.flattens:
            self.shapes["v"] = (math.prod(shape),)
            self.forward_lines.append(Op("v", flatten, (names.source,), for_one=self._one(methodcaller("reshape", self.shapes["v"]))))
            shape = self.shapes["v"]
            self._bounds["v"] = Op("v.bound", flatten, (self._bounds[names.source].target,))
        try:
            out, parameters, calls = layer.shape(shape), layer.parameters(shape), layer.calls(shape, self.run)
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
        self._for_one.append({} if self.run.images else layer.for_one(shape))
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
        if self.run.training:
            self.draws |= {names.of(role): (place + 1, shape, draw) for role, draw in layer.draws(shape).items()}
            self.across |= {names.of(role) for role in layer.across if self.run.images}

    def _one(self, function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray] | None:
        """The function that stands in for a line in the pass of one image."""
        return None if self.run.images else function

    def _settle(self, by: Op) -> None:
        """Has an array settled by the line that makes it; an image is as it is given."""
        for place, line in enumerate(self.forward_lines):
            if line.target == by.target:
                self.forward_lines[place] = replace(line, sources=(*line.sources, by.sources[-1]), settled=by)

    def _line(self, place: int, names: Names, role: str, made: Call) -> Op:
        bound = self._bounds[names.input].target
        sources = tuple(bound if source == "x_bound" else names.of(source) for source in made.roles)
        return Op(names.of(role), made.function, sources, made.settings, place, role, self._for_one[place].get(role))

    def _place_bounds(self) -> None:
        """Puts each bound's line where all is made that it reads: mostly before all others."""
        for bound in self._bounds_read():
            made = [line.target for line in self.forward_lines]
            first = max((made.index(source) + 1 for source in bound.sources if source in made), default=0)
            self.forward_lines.insert(first, bound)

    def _bounds_read(self) -> list[Op]:
        """The lines of the bounds that are read (core/network/ties.py); none where no layer has a kink."""
        read = {source for line in (*self.forward_lines, *self.backward_lines) for source in line.sources}
        found: list[Op] = []
        for target, line in reversed({line.target: line for line in self._bounds.values()}.items()):
            if target in read:
                read |= {*line.sources}
                found.insert(0, line)
        return found

    def _loss_line(self) -> Op:
        made = (self.network.merged or self.network.loss_kind).loss
        self.losses_line = Op("L", made.function, self._loss_sources(made), made.settings, None, "L")
        return replace(self.losses_line, function=partial(mean_loss, made.function)) if self.averages else self.losses_line

    @property
    def averages(self) -> bool:
        """Tells whether L is the mean over several images. Of many that are cut into blocks the mean is taken of all blocks."""
        return self.run.images and not self.run.many

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

    def _backward_lines(self) -> list[Op]:
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
                lines.append(Op(f"d{names.source}", unflatten, ("dv",), {"shape": shape}, for_one=self._one(methodcaller("reshape", shape))))
        return lines

    def _slope_of_loss(self, target: str, made: Call, role: str) -> list[Op]:
        """The line with which the backward pass begins. Of several images: the slope of each one's loss, then its part of the mean's."""
        line = Op(target, made.function, self._loss_sources(made), made.settings, None, role)
        if not self.averages:
            return [line]
        each = f"{target}.each"
        return [replace(line, target=each, role=f"{role}.each"), Op(target, share_of_mean, (each,), {}, None, role)]

    def _shown(self, shape: Shape) -> Shape:
        """Maps drop a channel axis of 1, but not those of several images; a filter's first two axes go when both are 1."""
        if len(shape) == 4:
            return shape[2:] if shape[:2] == (1, 1) else shape
        if self.run.images:
            return shape
        return shape[1:] if len(shape) == 3 and shape[0] == 1 else shape

    # ---- one image

    def start(self, params: Mapping[str, np.ndarray], x: np.ndarray | None = None) -> PassValues:
        """The arrays that a pass starts from: parameters, and the image; ValueError where a shape does not fit."""
        values: PassValues = {}
        if x is not None:
            values["x"] = x.reshape(self.x_shape) if x.shape == self._one_image else self._fitting("x", x)
        given = vars(params) if type(params) is Params else params
        for name, shape, shown in self._parameter_shapes:
            array = given[name]
            if array.shape == shape:
                values[name] = array
            elif array.shape == shown:
                values[name] = array.reshape(shape)
            else:
                values[name] = self._fitting(name, array)
        return values

    def _fitting(self, name: str, array: np.ndarray) -> np.ndarray:
        """An array with the axes that are not shown."""
        shape = self.shapes[name]
        if self.run.images and self.has_images(name):
            if array.ndim and array.shape[1:] == shape:
                return array
        elif array.shape in (shape, self.shown[name]):
            return array.reshape(shape)
        raise Problem("network.shape", name=name, shape=array.shape, wanted=self.shown[name])

    def has_images(self, name: str) -> bool:
        """Tells whether an array has the axis of images: all but parameters, buffers, and statistics of the images together."""
        plain = name[1:] if name[:1] == "d" else name
        return self.run.images and plain not in self.parameters and name not in self.buffers and (name not in self.across or name[:1] == "d")

    # ---- buffers, and what is drawn

    @cached_property
    def buffers_at_start(self) -> PassValues:
        """The buffers before the first update."""
        return {name: freeze(np.full(buffer.shape, buffer.start)) for name, buffer in self.buffers.items()}

    def next_buffers(self, trace: Trace) -> PassValues:
        """The buffers after a pass: those of one after training stay."""
        if not self.buffers:
            return {}
        values = self.inner({}, trace)
        if not self.run.training:
            return {name: values[name] for name in self.buffers}
        return {line.target: freeze(line.make(values)) for line in self.buffer_lines}

    @cached_property
    def buffer_lines(self) -> list[Op]:
        """The line of each buffer's next value."""
        found = []
        for place, (layer, names) in enumerate(zip(self.network.layers, self.network.names, strict=True)):
            found += [self._line(place, names, role, buffer.next) for role, buffer in layer.buffers(self.inputs[place]).items()]
        return found

    def drawn(self, seed: int, k: int, images: int | None = None) -> PassValues:
        """The draws of update `k`, as its layers' outputs are shown: of one image, or of so many. Each has a generator of its own."""
        return {name: array if images else array[0].reshape(self._shown(array.shape[1:])) for name, array in self._drawn(seed, k, images or 1).items()}

    def _drawn(self, seed: int, k: int, images: int) -> PassValues:
        return {
            name: freeze(draw(np.random.default_rng([seed, k, place]), (images, *shape)))
            for name, (place, shape, draw) in self.draws.items()
        }

    def given_to(self, given: Mapping[str, np.ndarray] | None, images: int | None = None) -> PassValues:
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
                array = as_frozen(given[name])
                if array.size != math.prod(shape):
                    raise Problem("network.shape", name=name, shape=array.shape, wanted=shape)
                found[name] = array.reshape(shape)
        return found

    def kept(self, values: PassValues) -> PassValues:
        """The arrays that a trace shows beside the symbols, by name: statistics, what is normalised, masks, and the buffers."""
        found: PassValues = {}
        for layer, names in zip(self.network.layers, self.network.names, strict=True):
            roles = dict.fromkeys((*layer.kept, *layer.draws(()), *layer.buffers((0,))))
            for name in (name for role in roles if (name := names.of(role)) in values):
                array = values[name]
                found[name] = freeze(array.reshape(self._shown(array.shape))) if array.ndim == 3 and not self.run.images else array
        return found

    def run_forward(self, values: PassValues) -> PassValues:
        """Adds the target of every line, of any leading axes."""
        return _run(self.forward_lines, values)

    @property
    def learning_lines(self) -> list[Op]:
        """The lines of both passes, without the loss, as far as an update needs them."""
        return [*self.forward_lines, *self._needed_lines]

    def run_backward(self, values: PassValues) -> PassValues:
        """Likewise, for the lines that an update needs; `values` are those of a forward pass, and the targets y."""
        return _run(self._needed_lines, values)

    def forward(
        self, params: Mapping[str, np.ndarray], x: np.ndarray, overrides: Mapping[str, Override] | None = None,
        given: Mapping[str, np.ndarray] | None = None,
    ) -> Trace:  # fmt: skip
        """Every value of a pass. `given` are buffers and what is drawn, by name."""
        x = as_frozen(x)
        params = params if type(params) is Params else Params.of(params)
        values = self.start(params, x)
        if self._is_given:
            values |= self.given_to(given, len(x) if self.run.images else None)
        shown = {"x": x if x.shape == self._one_image or self.run.images else x[0]}
        shown.update(self._compiled_forward.go(values, overrides))
        stride, padding = self.sliding
        return Trace.of_frozen(shown, stride, padding, Pass(self, params, values))

    def inner(self, params: Mapping[str, np.ndarray], trace: Trace) -> PassValues:
        """The values of a pass with these parameters, with what its lines kept: as they are, or made again."""
        made_by = trace.made_by
        if isinstance(made_by, Pass) and made_by.program is self:
            return dict(made_by.values) if made_by.params is params or not params else {**made_by.values, **self.start(params)}
        values = {symbol: self._fitting(symbol, trace[symbol]) for symbol in self.network.symbols}
        if self._is_given:
            values |= self.given_to(trace.kept, len(values["x"]) if self.run.images else None)
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
        gradients = self._compiled_backward.go(values, overrides)
        if not self._rest_lines:
            return Gradients.of_frozen(gradients)
        if overrides:
            values["y"] = as_frozen(y)
        return Gradients.of_frozen(gradients, (self._made_last, partial(self._go_on, values, overrides)))

    def per_image_gradients(self, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray) -> Params:
        """∂Lᵢ/∂θ for each image's own loss, by "d" and parameter, (m,…): a backward pass for each that starts with its slope alone."""
        if not self.run.images:
            gradients = self.backward(params, trace, y)
            return Params.of_frozen({f"d{name}": gradients[f"d{name}"] for name in self.parameters})
        start = next(line.target for line in self.backward_lines if line.function is share_of_mean)
        values, found = self.inner(params, trace) | {"y": y}, []
        for alone in np.eye(len(y)):
            found.append(self._compiled_backward.go(dict(values), {start: partial(_of_one_image, f"{start}.each", alone)}))
        return Params.made({f"d{name}": np.stack([one[f"d{name}"] for one in found]) for name in self.parameters})

    def _go_on(self, values: PassValues, overrides: Mapping[str, Override] | None) -> PassValues:
        """The gradients that no update needs. What is infinite has been warned of in the pass, and is shown as such."""
        with np.errstate(all="ignore"):
            return self._compiled_rest.go(dict(values), overrides)

    # ---- cells

    def tie(self, values: PassValues, symbol: str) -> float:
        """The difference up to which numbers of an array are equal (core/network/ties.py), given those of a pass; 0 where no kink follows."""
        bound = self._bounds[symbol].target
        return float(margin(values[bound], TIE).max()) if bound in values else 0.0

    def ties(self, values: PassValues) -> dict[str, np.ndarray]:
        """`tie.<symbol>` (1,) for each array of which a pool takes the largest: the difference up to which its numbers are equal."""
        layers = zip(self.network.layers, self.network.names, strict=True)
        pooled = [names.source for layer, names in layers if "winner" in dict(layer.links()["y"]).values()]
        return {f"tie.{symbol}": np.array([self.tie(values, symbol)]) for symbol in pooled}

    @cached_property
    def links(self) -> dict[str, tuple[Link, ...]]:
        """For each symbol the links to what its cells are computed from, as arrays are laid out."""
        return links(self.network, self.shapes, self.run.training)

    @cached_property
    def laid_out(self) -> dict[str, Shape]:
        """The shape in which each symbol's cells are counted: v, and the rows of w behind it, as the map that is flattened."""
        return laid_out(self.network, self.shapes)

    @cached_property
    def formulas(self) -> dict[str, str]:
        """LaTeX of each line by its target, with symbols in it."""
        return formulas(self.network, self.inputs, self.run.training)

    @cached_property
    def arithmetic(self) -> dict[str, str]:
        """The arithmetic of one cell, for each target, from the symbols that it is linked to: "sum(x*f)+b"."""
        return arithmetic(self.network, self.run.training)


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


def _of_one_image(each: str, alone: np.ndarray, values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
    """The slope of one image's own loss; nothing comes from the others."""
    return np.where(alone[:, None] > 0, values[each], 0)


def _run(lines: Iterable[Op], values: PassValues) -> PassValues:
    for line in lines:
        line.step(values)
    return values


def _is_gradient(role: str, parameters: Mapping[str, Parameter]) -> bool:
    return role == "dx" or (role[:1] == "d" and role[1:] in parameters)

"""A network for one image size, as a list of operations: each computes one array from others, by symbol.

The passes, mistakes, exported scripts, links between cells and formulas all derive from these operations. Here arrays have
any leading axes and always a channel axis. `shown` has the shapes outside this module, without channel axes of size 1.
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
from cnnviz.core.network.compiled_lines import CompiledLines, CompiledOp, compile_lines
from cnnviz.core.network.layers.layer import ONE, Buffer, Call, Draw, Layer, Parameter, Run, Shape
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.program_line import Op, Override, PassValues, flatten, mean_loss, share_of_mean, unflatten
from cnnviz.core.network.sliding import Padding
from cnnviz.core.network.symbols import Names
from cnnviz.core.network.ties import TIE, image_bound, margin
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.runtime.read_only import as_frozen, freeze
from cnnviz.words import Problem


class Pass(NamedTuple):
    """A completed forward pass: its program, its parameters, and all arrays by symbol."""

    program: Program
    params: Mapping[str, np.ndarray]
    values: PassValues


class Program:
    """The forward and backward operations of a network for images of one shape (C,H,W). Raise Problem if a layer does
    not fit.

    `run` selects one image or several, and training or eval mode. `sliding` is the stride and padding that traces report.
    """

    def __init__(self, network: Architecture, x_shape: Shape, run: Run = ONE, sliding: tuple[int, Padding] = (1, 0)):
        self.network, self.x_shape, self.run, self.sliding = network, x_shape, run, sliding
        self.buffers: dict[str, Buffer] = {}
        self.draws: dict[str, tuple[int, Shape, Draw]] = {}  # each draw's layer number (from 1), shape and function
        self.targets_across_images: set[str] = set()  # targets that are computed from all images at once
        self.shapes: dict[str, Shape] = {"x": x_shape}
        self.parameters: dict[str, Parameter] = {}
        self.inputs: list[Shape] = []
        self.multiplications = 0
        self.forward_lines: list[Op] = []
        self._calls: list[dict[str, Call]] = []
        self._single_image_functions: list[dict[str, Callable[..., np.ndarray]]] = []
        self._bounds = {"x": Op("x.bound", image_bound, ("x",))}
        for index, (layer, names) in enumerate(zip(network.layers, network.names, strict=True)):
            self._add_layer(index, layer, names)
        if len(self.shapes["o"]) != 1:
            raise Problem("network.no_row", loss=str(network.loss_kind), shape=self.shapes["o"])
        self.loss_line = self._loss_line()
        self.backward_lines = self._backward_lines()
        self._insert_bounds()
        learning_indices = [n for n, line in enumerate(self.backward_lines) if line.target[1:] in self.parameters]
        # later operations compute the image's gradient, which updates do not need
        self.needed_count = 1 + max(learning_indices, default=-1)
        self.shown = {name: self._shown_shape(shape) for name, shape in self.shapes.items() if "." not in name}
        self._one_image = None if self.run.images else self.shown["x"]
        self._parameter_shapes = tuple((name, self.shapes[name], self.shown[name]) for name in self.parameters)
        self._has_pass_inputs = bool(self.buffers or self.draws)
        self._needed_lines, self._rest_lines = self.backward_lines[: self.needed_count], self.backward_lines[self.needed_count :]
        self._rest_targets = tuple(line.target for line in self._rest_lines)

    @cached_property
    def _compiled_forward(self) -> CompiledLines:  # lazy, because many programs are only used for their shapes
        return self._compile_lines(self.forward_lines)

    @cached_property
    def _compiled_backward(self) -> CompiledLines:
        return self._compile_lines(self._needed_lines)

    @cached_property
    def _compiled_rest(self) -> CompiledLines:
        return self._compile_lines(self._rest_lines)

    def _compile_lines(self, lines: Sequence[Op]) -> CompiledLines:
        """Compile operations for one image."""

        def dropped_axes(target: str) -> int | None:
            base = target if target in self.shapes else target[1:]
            return len(self.shapes[base]) - len(self.shown[base]) if base in self.shown else None

        run = compile_lines(tuple(CompiledOp(line.target, line.sources, dropped_axes(line.target)) for line in lines))
        return CompiledLines(tuple(lines), tuple(line.run_single_image for line in lines), run)

    # ---- operations

    def _add_layer(self, index: int, layer: Layer, names: Names) -> None:
        shape = self.shapes[names.source]
        if names.flattens:
            self.shapes["v"] = (math.prod(shape),)
            self.forward_lines.append(Op("v", flatten, (names.source,), single_image_function=self._for_single_image(methodcaller("reshape", self.shapes["v"]))))
            shape = self.shapes["v"]
            self._bounds["v"] = Op("v.bound", flatten, (self._bounds[names.source].target,))
        try:
            out, parameters, calls = layer.shape(shape), layer.parameters(shape), layer.calls(shape, self.run)
        except Problem as problem:
            raise Problem("network.fit", layer=str(layer), place=index + 1, why=problem) from None
        self.inputs.append(shape)
        self.shapes[names.output] = out
        for letter, parameter in parameters.items():
            self.parameters[names.of(letter)] = parameter
            self.shapes[names.of(letter)] = parameter.shape
        self._add_pass_inputs(index, layer, names, shape)
        self.multiplications += layer.multiplications(shape)
        self._calls.append(calls)
        self._single_image_functions.append({} if self.run.images else layer.single_image_functions(shape))
        self._bounds[names.output] = self._bounds[names.input]
        for role, layer_call in calls.items():
            if role == "y_bound":
                self._bounds[names.output] = self._line(index, names, role, layer_call)
            elif role == "x":
                self._round_before_kink(self._line(index, names, role, layer_call))
            elif not _is_gradient(role, parameters):
                self.forward_lines.append(self._line(index, names, role, layer_call))

    def _add_pass_inputs(self, index: int, layer: Layer, names: Names, shape: Shape) -> None:
        """Add the arrays that a pass takes besides its image and parameters: buffers, and random draws in training.
       """
        self.buffers |= {names.of(role): buffer for role, buffer in layer.buffers(shape).items()}
        if self.run.training:
            self.draws |= {names.of(role): (index + 1, shape, draw) for role, draw in layer.draws(shape).items()}
            self.targets_across_images |= {names.of(role) for role in layer.roles_across_images if self.run.images}

    def _for_single_image(self, function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray] | None:
        """Return a function for single images, or None if this program runs on several."""
        return None if self.run.images else function

    def _round_before_kink(self, rounding: Op) -> None:
        """Make the operation that computes the same target as `rounding` also round near-zero values to 0. An image does
        not change."""
        for index, line in enumerate(self.forward_lines):
            if line.target == rounding.target:
                self.forward_lines[index] = replace(line, sources=(*line.sources, rounding.sources[-1]), rounding=rounding)

    def _line(self, layer_index: int, names: Names, role: str, layer_call: Call) -> Op:
        bound = self._bounds[names.input].target
        sources = tuple(bound if source == "x_bound" else names.of(source) for source in layer_call.roles)
        return Op(names.of(role), layer_call.function, sources, layer_call.settings, layer_index, role, self._single_image_functions[layer_index].get(role))

    def _insert_bounds(self) -> None:
        """Insert each bound's operation right after its sources, mostly at the beginning."""
        for bound in self._needed_bounds():
            targets = [line.target for line in self.forward_lines]
            first = max((targets.index(source) + 1 for source in bound.sources if source in targets), default=0)
            self.forward_lines.insert(first, bound)

    def _needed_bounds(self) -> list[Op]:
        """Return the operations that compute needed bounds (core/network/ties.py). There are none without a kink."""
        needed_symbols = {source for line in (*self.forward_lines, *self.backward_lines) for source in line.sources}
        bounds: list[Op] = []
        for target, line in reversed({line.target: line for line in self._bounds.values()}.items()):
            if target in needed_symbols:
                needed_symbols |= {*line.sources}
                bounds.insert(0, line)
        return bounds

    def _loss_line(self) -> Op:
        loss_call = (self.network.merged or self.network.loss_kind).loss
        self.losses_line = Op("L", loss_call.function, self._loss_sources(loss_call), loss_call.settings, None, "L")
        return replace(self.losses_line, function=partial(mean_loss, loss_call.function)) if self.averages_loss else self.losses_line

    @property
    def averages_loss(self) -> bool:
        """Whether L is the mean over several images. With `many`, images are split into blocks, and the caller
        averages."""
        return self.run.images and not self.run.many

    def roles(self, layer_index: int) -> tuple[str, ...]:
        """Return the roles of a layer that have arrays in a forward pass: x, its parameters, intermediate arrays, and
        y."""
        computed = (line.role for line in self.forward_lines if line.layer == layer_index)
        return tuple(dict.fromkeys(("x", *self.network.layers[layer_index].parameters(self.inputs[layer_index]), *computed)))

    @cached_property
    def loss_change(self) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
        """A function of two inputs of the loss (…,N) and y that returns the difference of their losses without
        cancellation."""
        loss, change = self.loss_line.run, (self.network.merged or self.network.loss_kind).change
        if change is None:
            return lambda end, before, y: loss(end, y) - loss(before, y)
        return partial(mean_loss, change) if self.averages_loss else change

    def _loss_sources(self, loss_call: Call) -> tuple[str, ...]:
        z = self.network.names[-1].input
        return tuple(z if role == "z" else role for role in loss_call.roles)

    def _backward_lines(self) -> list[Op]:
        network, lines = self.network, []
        if not network.merged:
            lines += self._loss_gradient_lines("do", network.loss_kind.do, "do")
        for index in reversed(range(len(network.layers))):
            layer, names, calls = network.layers[index], network.names[index], self._calls[index]
            parameters = layer.parameters(self.inputs[index])
            lines += [self._line(index, names, f"d{letter}", calls[f"d{letter}"]) for letter in parameters]
            if network.merged and index == len(network.layers) - 1:
                lines += self._loss_gradient_lines(f"d{names.input}", network.merged.dz, "dz")
            else:
                lines.append(self._line(index, names, "dx", calls["dx"]))
            if names.flattens:
                shape = self.shapes[names.source]
                lines.append(Op(f"d{names.source}", unflatten, ("dv",), {"shape": shape}, single_image_function=self._for_single_image(methodcaller("reshape", shape))))
        return lines

    def _loss_gradient_lines(self, target: str, gradient_call: Call, role: str) -> list[Op]:
        """Return the first operations of the backward pass. For several images these are the gradient of each image's
        loss and its division by m."""
        line = Op(target, gradient_call.function, self._loss_sources(gradient_call), gradient_call.settings, None, role)
        if not self.averages_loss:
            return [line]
        each_target = f"{target}.each"
        return [replace(line, target=each_target, role=f"{role}.each"), Op(target, share_of_mean, (each_target,), {}, None, role)]

    def _shown_shape(self, shape: Shape) -> Shape:
        """Return the shown shape. Maps drop a channel axis of size 1, except for several images; filters drop their
        first two axes if both are 1."""
        if len(shape) == 4:
            return shape[2:] if shape[:2] == (1, 1) else shape
        if self.run.images:
            return shape
        return shape[1:] if len(shape) == 3 and shape[0] == 1 else shape

    # ---- one image

    def start(self, params: Mapping[str, np.ndarray], x: np.ndarray | None = None) -> PassValues:
        """Return the arrays that a pass starts from: parameters and the image. Raise Problem if a shape does not fit.
       """
        values: PassValues = {}
        if x is not None:
            values["x"] = x.reshape(self.x_shape) if x.shape == self._one_image else self._with_all_axes("x", x)
        arrays = vars(params) if type(params) is Params else params
        for name, shape, shown_shape in self._parameter_shapes:
            array = arrays[name]
            if array.shape == shape:
                values[name] = array
            elif array.shape == shown_shape:
                values[name] = array.reshape(shape)
            else:
                values[name] = self._with_all_axes(name, array)
        return values

    def _with_all_axes(self, name: str, array: np.ndarray) -> np.ndarray:
        """Return an array with all axes, including hidden ones. Raise Problem if its shape does not fit."""
        shape = self.shapes[name]
        if self.run.images and self.has_images(name):
            if array.ndim and array.shape[1:] == shape:
                return array
        elif array.shape in (shape, self.shown[name]):
            return array.reshape(shape)
        raise Problem("network.shape", name=name, shape=array.shape, wanted=self.shown[name])

    def has_images(self, name: str) -> bool:
        """Return whether an array has an image axis. Parameters, buffers and batch statistics do not."""
        base = name[1:] if name[:1] == "d" else name
        return self.run.images and base not in self.parameters and name not in self.buffers and (name not in self.targets_across_images or name[:1] == "d")

    # ---- buffers and random draws

    @cached_property
    def buffers_at_start(self) -> PassValues:
        """Buffers before the first update."""
        return {name: freeze(np.full(buffer.shape, buffer.start)) for name, buffer in self.buffers.items()}

    def next_buffers(self, trace: Trace) -> PassValues:
        """Return the buffers after a pass. In eval mode they do not change."""
        if not self.buffers:
            return {}
        values = self.all_values({}, trace)
        if not self.run.training:
            return {name: values[name] for name in self.buffers}
        return {line.target: freeze(line.make(values)) for line in self.buffer_lines}

    @cached_property
    def buffer_lines(self) -> list[Op]:
        """The operations that compute the next value of each buffer."""
        lines = []
        for index, (layer, names) in enumerate(zip(self.network.layers, self.network.names, strict=True)):
            lines += [self._line(index, names, role, buffer.next) for role, buffer in layer.buffers(self.inputs[index]).items()]
        return lines

    def draw_shown(self, seed: int, k: int, images: int | None = None) -> PassValues:
        """Draw the random numbers of update `k`, shaped like the layers' shown outputs, for one image or for
        `images`. Each draw has its own generator."""
        return {name: array if images else array[0].reshape(self._shown_shape(array.shape[1:])) for name, array in self._draw(seed, k, images or 1).items()}

    def _draw(self, seed: int, k: int, images: int) -> PassValues:
        return {
            name: freeze(draw(np.random.default_rng([seed, k, number]), (images, *shape)))
            for name, (number, shape, draw) in self.draws.items()
        }

    def pass_inputs(self, user_inputs: Mapping[str, np.ndarray] | None, images: int | None = None) -> PassValues:
        """Return all buffers and draws of a pass, for one image or for `images`. Missing ones get their values before
        update 0, and masks of seed 0.

        Raise Problem if a shape does not fit.
        """
        user_inputs = user_inputs or {}
        inputs = dict(self.buffers_at_start)
        if not self.draws.keys() <= user_inputs.keys():
            inputs |= {name: array if images else array[0] for name, array in self._draw(0, 0, images or 1).items()}
        shapes = {name: buffer.shape for name, buffer in self.buffers.items()}
        shapes |= {name: ((images,) if images else ()) + shape for name, (_, shape, _) in self.draws.items()}
        for name, shape in shapes.items():
            if name in user_inputs:
                array = as_frozen(user_inputs[name])
                if array.size != math.prod(shape):
                    raise Problem("network.shape", name=name, shape=array.shape, wanted=shape)
                inputs[name] = array.reshape(shape)
        return inputs

    def kept(self, values: PassValues) -> PassValues:
        """Return the arrays that a trace shows beside the symbols, by name: statistics, normalized values, masks, and
        buffers."""
        arrays: PassValues = {}
        for layer, names in zip(self.network.layers, self.network.names, strict=True):
            roles = dict.fromkeys((*layer.kept, *layer.draws(()), *layer.buffers((0,))))
            for name in (name for role in roles if (name := names.of(role)) in values):
                array = values[name]
                arrays[name] = freeze(array.reshape(self._shown_shape(array.shape))) if array.ndim == 3 and not self.run.images else array
        return arrays

    def run_forward(self, values: PassValues) -> PassValues:
        """Run all forward operations on arrays with any leading axes."""
        return _run_lines(self.forward_lines, values)

    @property
    def learning_lines(self) -> list[Op]:
        """Operations of both passes that an update needs, without the loss."""
        return [*self.forward_lines, *self._needed_lines]

    def forward(
        self, params: Mapping[str, np.ndarray], x: np.ndarray, overrides: Mapping[str, Override] | None = None,
        given: Mapping[str, np.ndarray] | None = None,
    ) -> Trace:  # fmt: skip
        """Run a forward pass on `x`. `given` holds buffers and random draws by name."""
        x = as_frozen(x)
        params = params if type(params) is Params else Params.of(params)
        values = self.start(params, x)
        if self._has_pass_inputs:
            values |= self.pass_inputs(given, len(x) if self.run.images else None)
        shown = {"x": x if x.shape == self._one_image or self.run.images else x[0]}
        shown.update(self._compiled_forward.go(values, overrides))
        stride, padding = self.sliding
        return Trace.of_frozen(shown, stride, padding, Pass(self, params, values))

    def all_values(self, params: Mapping[str, np.ndarray], trace: Trace) -> PassValues:
        """Return all arrays of a pass, including the ones that the trace does not show. They are recomputed if the trace
        does not hold them."""
        forward_pass = trace.forward_pass
        if isinstance(forward_pass, Pass) and forward_pass.program is self:
            return dict(forward_pass.values) if forward_pass.params is params or not params else {**forward_pass.values, **self.start(params)}
        values = {symbol: self._with_all_axes(symbol, trace[symbol]) for symbol in self.network.symbols}
        if self._has_pass_inputs:
            values |= self.pass_inputs(trace.kept, len(values["x"]) if self.run.images else None)
        start = self.start(params)
        for line in self.forward_lines:
            if line.target in trace.kept:  # arrays of one image of a batch cannot be recomputed
                array, shape = trace.kept[line.target], values[self.network.names[line.layer_index].output].shape
                values[line.target] = array.reshape(shape) if array.size == math.prod(shape) else array
            elif line.target not in values:
                values[line.target] = line.make(values | start)
        return {**values, **start}

    def backward(
        self, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray, overrides: Mapping[str, Override] | None = None
    ) -> Gradients:
        """Run the backward pass. Gradients that no update needs are computed on first access."""
        values = self.all_values(params, trace)
        values["y"] = y
        gradients = self._compiled_backward.go(values, overrides)
        if not self._rest_lines:
            return Gradients.of_frozen(gradients)
        if overrides:
            values["y"] = as_frozen(y)
        return Gradients.of_frozen(gradients, (self._rest_targets, partial(self._compute_rest, values, overrides)))

    def per_image_gradients(self, params: Mapping[str, np.ndarray], trace: Trace, y: np.ndarray) -> Params:
        """Return ∂Lᵢ/∂θ of each image's loss, named "d" + parameter, (m,…). Each takes a backward pass that starts
        from that image's loss alone."""
        if not self.run.images:
            gradients = self.backward(params, trace, y)
            return Params.of_frozen({f"d{name}": gradients[f"d{name}"] for name in self.parameters})
        start = next(line.target for line in self.backward_lines if line.function is share_of_mean)
        values, gradients_by_image = self.all_values(params, trace) | {"y": y}, []
        for indicator in np.eye(len(y)):
            gradients_by_image.append(self._compiled_backward.go(dict(values), {start: partial(_gradient_of_image, f"{start}.each", indicator)}))
        return Params.of_new({f"d{name}": np.stack([gradient[f"d{name}"] for gradient in gradients_by_image]) for name in self.parameters})

    def _compute_rest(self, values: PassValues, overrides: Mapping[str, Override] | None) -> PassValues:
        """Compute the gradients that no update needs. The forward pass already warned about infinite values."""
        with np.errstate(all="ignore"):
            return self._compiled_rest.go(dict(values), overrides)

    # ---- cells

    def tie(self, values: PassValues, symbol: str) -> float:
        """Return the difference below which numbers of an array are equal (core/network/ties.py), or 0 if no kink
        follows."""
        bound = self._bounds[symbol].target
        return float(margin(values[bound], TIE).max()) if bound in values else 0.0

    def ties(self, values: PassValues) -> dict[str, np.ndarray]:
        """Return `tie.<symbol>` (1,) for the input of each max pool: the difference below which its numbers are
        equal."""
        layers = zip(self.network.layers, self.network.names, strict=True)
        pooled = [names.source for layer, names in layers if "winner" in dict(layer.links()["y"]).values()]
        return {f"tie.{symbol}": np.array([self.tie(values, symbol)]) for symbol in pooled}

    @cached_property
    def links(self) -> dict[str, tuple[Link, ...]]:
        """For each symbol, the links to the cells that its cells are computed from, in the layout of the screen."""
        return links(self.network, self.shapes, self.run.training)

    @cached_property
    def laid_out(self) -> dict[str, Shape]:
        """Shape that each symbol's cell indices refer to. For v, and the rows of w behind it, it is that of the
        flattened map."""
        return laid_out(self.network, self.shapes)

    @cached_property
    def formulas(self) -> dict[str, str]:
        """LaTeX formula of each operation by its target, with symbols."""
        return formulas(self.network, self.inputs, self.run.training)

    @cached_property
    def arithmetic(self) -> dict[str, str]:
        """Arithmetic of one cell for each target, in terms of the linked symbols: "sum(x*f)+b"."""
        return arithmetic(self.network, self.run.training)


def get_program(network: Architecture, x_shape: Shape, many: bool = False, training: bool = True) -> Program:
    """Return the cached program of a network for images (H,W) or (C,H,W), or several (m,C,H,W). Raise Problem if a
    layer does not fit."""
    if len(x_shape) == 4:
        return _program_of(network, tuple(x_shape[1:]), Run(True, many, training))
    return _program_of(network, (1, *x_shape) if len(x_shape) == 2 else tuple(x_shape), Run(False, many, training))


@lru_cache(maxsize=512)
def _program_of(network: Architecture, x_shape: Shape, run: Run) -> Program:
    if len(x_shape) != 3 or min(x_shape) < 1:
        raise Problem("network.image", shape=x_shape)
    return Program(network, x_shape, run)


def _gradient_of_image(each_target: str, indicator: np.ndarray, values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the gradient of one image's loss, with 0 for all other images."""
    return np.where(indicator[:, None] > 0, values[each_target], 0)


def _run_lines(lines: Iterable[Op], values: PassValues) -> PassValues:
    for line in lines:
        line.step(values)
    return values


def _is_gradient(role: str, parameters: Mapping[str, Parameter]) -> bool:
    return role == "dx" or (role[:1] == "d" and role[1:] in parameters)

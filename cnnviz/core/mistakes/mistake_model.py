"""A mistake in a forward or backward pass, and the layers of a network that it applies to.

A mistake overrides one or more lines of a pass, or the step that follows (core/network/line_overrides.py), and all later
lines inherit its effect. The other modules of core/mistakes define the mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnviz.core.mistakes.spoiled_stages import stages_hit
from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.line_overrides import arguments, override
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.optimizers import OPTIMIZERS, Optimizer, State, gd
from cnnviz.core.network.program import Program, get_program
from cnnviz.core.network.program_line import Op, Override, PassValues, share_of_mean
from cnnviz.core.network.source_lines import expression, line_as_code
from cnnviz.core.network.symbols import is_parameter
from cnnviz.core.notebook.notebook_network import notebook_program
from cnnviz.core.runtime.cached import cached_property
from cnnviz.words import Message, Problem, message

Kind = type | str
"""A class of layers or of optimizers, or the name of a loss."""


@dataclass(frozen=True)
class LineOverride:
    """The wrong version of one line: `function` replaces it, for the layers, losses or optimizers in `on`.

    `role` is the result of the line: "dx", "df" … of a layer, "do" of the loss, "share" for an image's part of the mean loss,
    "unflatten" for a row that is reshaped to a map, or "update" for the optimizer. In the forward pass it is "y", "mean", "hat" …
    of a layer, or the next value of a buffer ("running_mean"). The function's arguments are roles ("dy", "x", "y", "f"), settings
    of the layer ("k", "stride"), "exact" for the result of the correct line, and "w_next" for the weights after their step.
    `where` returns whether it fits a layer. `lines` are the wrong and the correct line as code, if they cannot be derived from
    the functions.
    """

    on: tuple[Kind, ...]
    role: str
    function: Callable[..., Any]
    where: Callable[[Architecture, int], bool]
    lines: tuple[str, str] | None = None

    @property
    def is_forward(self) -> bool:
        """Whether the line belongs to the forward pass or updates a buffer."""
        return self.role[0] != "d" and self.role not in ("share", "update", "unflatten")

    @property
    def is_buffer_update(self) -> bool:
        """Whether the line computes the next value of a buffer, which does not affect the current pass."""
        return self.role.startswith("running_")

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """Letters of the parameters that the function needs. It does not fit layers that lack one, such as a bias."""
        required_names = {name for name, is_required in arguments(self.function).items() if is_required}
        return frozenset(filter(is_parameter, (name.removeprefix("d") for name in (self.role, *required_names))))

    def fits(self, network: Architecture, layer_index: int) -> bool:
        """Return whether the override is possible in this layer."""
        layer, names = network.layers[layer_index], network.names[layer_index]
        if (self.role == "unflatten" and not names.flattens) or self._parameters - {*layer.parameter_letters}:
            return False
        return any(isinstance(kind, type) and isinstance(layer, kind) for kind in self.on) and self.where(network, layer_index)


@dataclass(frozen=True)
class Mistake:
    """A named mistake in one or more lines. Its texts are in the message catalogue.

    `several` means that it needs several images, and `after` that it shows only in eval mode.
    """

    name: str
    line_overrides: tuple[LineOverride, ...]
    several: bool = False
    after: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the layers, losses or optimizers that the mistake applies to.

        >>> from cnnviz.core.mistakes import MISTAKES
        >>> MISTAKES["overlap_assigned"].kinds, MISTAKES["adam_uncorrected"].kinds
        (('avg', 'conv', 'max'), ('adam',))
        """
        classes = {**LAYERS, **OPTIMIZERS}
        kinds = {kind for change in self.line_overrides for kind in change.on}
        names = {name for name, cls in classes.items() if any(isinstance(kind, type) and issubclass(cls, kind) for kind in kinds)}
        return (*(loss for loss in LOSSES if loss in kinds), *sorted(names))

    def places(self, network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> tuple[PlacedMistake, ...]:
        """Return every layer of a network, in order, at which the mistake is possible with that number of images, in
        training or eval mode."""
        roles = {change.role for change in self.line_overrides}
        if (self.several and images < 2) or self.after == training:
            return ()
        if roles & {"do", "share"}:
            return (PlacedMistake(self, network, None),) if network.loss_kind.name in self.kinds else ()
        if "update" in roles:
            name = optimizer if isinstance(optimizer, str) else optimizer.name
            return (PlacedMistake(self, network, None),) if name in self.kinds else ()
        layer_indices = (n for n in range(len(network.layers)) if any(change.fits(network, n) for change in self.line_overrides))
        return tuple(PlacedMistake(self, network, layer_index) for layer_index in layer_indices)

    def gradients(self, params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
        """Return the gradients of the teaching notebook's network with the mistake at the last layer that it fits."""
        program = notebook_program(params, trace.x.shape, trace.stride, trace.padding)
        return _last_placed(self, self.places(program.network)).run(program, params, trace, y, gd(learning_rate))


def _last_placed(mistake: Mistake, placed_mistakes: tuple[PlacedMistake, ...]) -> PlacedMistake:
    if not placed_mistakes:
        raise Problem("mistake.nowhere", name=mistake.name, kinds=mistake.kinds)
    return placed_mistakes[-1]


@dataclass(frozen=True)
class PlacedMistake:
    """A mistake at one layer of a network, or in the loss or the update (`place` is None)."""

    mistake: Mistake
    network: Architecture
    place: int | None

    @property
    def stage(self) -> str:
        """The first stage that the mistake spoils, such as "dz1" or "update". It may be "dx", although that is not a
        stage."""
        role = self.line_overrides[0].role
        if role == "update":
            return role
        if self.line_overrides[0].is_forward and self.place is not None:
            return self.network.names[self.place].output
        return self._stage_of(self.target(role))

    def _stage_of(self, target: str) -> str:
        if self.place is not None and target == f"d{self.network.names[self.place].input}":
            return f"d{self.network.names[self.place].source}"  # dv is not shown: v is reshaped to a map again
        return next((str(stage) for stage in self.network.stages if target in stage.makes), target)

    @property
    def is_forward(self) -> bool:
        """Whether the mistake changes the forward pass or the running statistics. If so, a matching backward pass
        passes the gradient check."""
        return any(change.is_forward for change in self.line_overrides)

    @property
    def backward(self) -> PlacedMistake | None:
        """The mistake limited to its lines in the backward pass, or None if it has none."""
        if not self.is_forward:
            return self
        line_overrides = tuple(change for change in self.line_overrides if not change.is_forward)
        return replace(self, mistake=replace(self.mistake, line_overrides=line_overrides)) if line_overrides else None

    @property
    def title(self) -> Message:
        """A short description."""
        return self._words("title")

    @property
    def sentence(self) -> Message:
        """A sentence on the mistake's effect."""
        return self._words("sentence")

    def _words(self, part: str) -> Message:
        """Return a text of the mistake, with the symbol of this layer's slope filled in: "σ′", "tanh′"."""
        layer = self.network.layers[-1 if self.place is None else self.place]
        return message(f"mistake.{self.mistake.name}.{part}", slope=f"{layer.function or layer.kind}′")

    @property
    def address(self) -> str:
        """The mistake's name in addresses: "flip_forgotten@dx"."""
        return f"{self.mistake.name}@{self.stage}"

    @property
    def line_overrides(self) -> tuple[LineOverride, ...]:
        """The mistake's overrides that apply to this layer."""
        if self.place is None:
            kinds = {self.network.loss_kind.name}
            return tuple(change for change in self.mistake.line_overrides if change.role == "update" or kinds & set(change.on))
        return tuple(change for change in self.mistake.line_overrides if change.fits(self.network, self.place))

    def target(self, role: str) -> str:
        """Return the symbol of the array that a role's line computes at this layer."""
        if self.place is None:
            return f"d{self.network.names[-1].input}" if self.network.merged else "do"
        names = self.network.names[self.place]
        return f"d{names.source}" if role == "unflatten" else names.of(role)

    # ---- effects

    def gradients(
        self, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer | float, state: State | None = None
    ) -> Gradients:
        """Return the gradients with this mistake. `optimizer` (or a learning rate, for gradient descent) matters if the
        mistake updates w first."""
        program = get_program(self.network, trace.x.shape, training=trace.training)
        rule = optimizer if isinstance(optimizer, Optimizer) else gd(optimizer)
        return self.run(program, params, trace, y, rule, state)

    def run(
        self, program: Program, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer, state: State | None = None
    ) -> Gradients:
        """Run the forward and backward pass with this mistake and return the gradients."""
        targets = self.network.targets(y, trace.o.shape)
        return program.backward(params, self.forward(program, params, trace), targets, self.overrides(program, optimizer, state))

    def forward(self, program: Program, params: Params, trace: Trace) -> Trace:
        """Return the forward pass with this mistake, with the same masks and buffers. A mistake in the backward pass
        leaves it unchanged."""
        lines = {line.target: line for line in program.forward_lines}
        line_overrides = [change for change in self.line_overrides if change.is_forward and not change.is_buffer_update]
        if not line_overrides:
            return trace
        overrides = {self.target(change.role): override(change.function, self._argument_resolver(lines[self.target(change.role)])) for change in line_overrides}
        return program.forward(params, trace.x, overrides, trace.kept)

    def next_buffers(self, program: Program, trace: Trace) -> Mapping[str, np.ndarray]:
        """Return the running statistics after the pass, with this mistake."""
        buffers, values = dict(program.next_buffers(trace)), program.all_values({}, trace)
        for change in self.line_overrides:
            if change.is_buffer_update:
                line = next(line for line in program.buffer_lines if line.target == self.target(change.role))
                buffers[line.target] = override(change.function, self._argument_resolver(line))(values, partial(line.make, values))
        return buffers

    def affected_stages(
        self, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer | float, state: State | None = None
    ) -> tuple[str, ...]:
        """Return the stages that the mistake spoils, in order. Empty if it has no effect
        (core/mistakes/spoiled_stages.py)."""
        program = get_program(self.network, trace.x.shape, training=trace.training)
        exact = program.backward(params, trace, self.network.targets(y, trace.o.shape))
        rule = optimizer if isinstance(optimizer, Optimizer) else gd(optimizer)
        wrong = self.gradients(params, trace, y, rule, state)
        return stages_hit(wrong, exact, params, rule, self.network, self.optimizer(rule), state)

    def optimizer(self, right: Optimizer) -> Optimizer:
        """Return the optimizer of the step, modified if the mistake is in the optimizer."""
        for change in self.line_overrides:
            if change.role == "update":
                right = change.function(right)
        return right

    def overrides(self, program: Program, optimizer: Optimizer, state: State | None = None) -> Mapping[str, Override]:
        """Return the overrides of the program's lines, by target."""
        lines = {line.target: line for line in program.backward_lines}
        result = {}
        for change in self.line_overrides:
            if change.role != "update" and not change.is_forward:
                line = lines[self.target(change.role)]
                if change.role == "do":  # with several images: the slope of each, before it is divided by their number
                    line = lines.get(f"{line.target}.each", line)
                line_override = override(change.function, self._argument_resolver(line, optimizer, state))
                parameter = program.parameters.get(line.target[1:])
                result[line.target] = _summed_over_images(line_override, len(parameter.shape)) if parameter else line_override
        return result

    def _argument_resolver(self, line: Op, optimizer: Optimizer | None = None, state: State | None = None) -> Callable[[PassValues, str], object]:
        """Return a function that resolves the arguments of an override at this layer by name."""

        def find(values: PassValues, name: str) -> object:
            if name in line.settings:
                return line.settings[name]
            # the bound belongs to the line that computed the array; other layers may be in between
            if name == "x_bound":
                return values[next(source for source in line.sources if source.endswith(".bound"))]
            if name == "w_next" and optimizer:
                w = self.symbol("w")
                return optimizer.step(Params.of({w: values[w]}), {f"d{w}": values[f"d{w}"]}, state)[0][w]
            if name == "dy" and self.is_merged_with_loss:
                return self._loss_gradient(values)
            if (symbol := self.symbol(name)) in values:
                return values[symbol]
            if self.place is not None and hasattr(layer := self.network.layers[self.place], name):
                return getattr(layer, name)
            raise KeyError(name)

        return find

    def symbol(self, role: str) -> str:
        """Return the symbol of a role at this layer."""
        if self.place is None:
            return self.network.names[-1].input if role == "z" else role
        return self.network.names[self.place].of(role)

    @property
    def is_merged_with_loss(self) -> bool:
        """Whether the loss is merged with this layer, so that no line computes ∂o. A mistake that needs ∂o computes it
        separately."""
        return self.place == len(self.network.layers) - 1 and self.network.merged is not None

    def _loss_gradient(self, values: PassValues) -> np.ndarray:
        loss_line = self.network.loss_kind.do
        gradient: np.ndarray = loss_line.function(*[values[role] for role in loss_line.roles])
        return share_of_mean(gradient) if gradient.ndim > 1 else gradient

    def code(self, program: Program) -> tuple[str, str]:
        """Return the wrong lines of code and the correct ones, in the network's symbols.

        >>> from cnnviz.core.mistakes import mistake_at
        >>> from cnnviz.core.network.network import Network
        >>> network = Network.parse("conv1x3-relu-dense2-softmax-ce")
        >>> print(*mistake_at("relu_gate_of_gradient", network).code(network.program((8, 8))), sep="\\n")
        dz1 = da1 * (da1 > 0)
        dz1 = da1 * (z1 > 0)
        """
        pairs = [change.lines if change.role == "update" else _both_lines(self, change, program) for change in self.line_overrides]
        wrong, correct = ("\n".join(lines) for lines in zip(*filter(None, pairs), strict=True))
        return wrong, correct


def any_layer(network: Architecture, layer_index: int) -> bool:
    """Return True: the mistake fits every layer."""
    return True


def add(table: dict[str, Mistake], key: str, name: str, change: LineOverride, several: bool = False, after: bool = False) -> None:
    """Add a line to the mistake with this key, or create a new mistake of this name."""
    table[key] = replace(table[key], line_overrides=(*table[key].line_overrides, change)) if key in table else Mistake(name, (change,), several, after)


def _summed_over_images(function: Override, axes: int) -> Override:
    """Return an override that sums a parameter's gradient over the images if `function` returns one per image. `axes`
    is the parameter's number of axes."""

    def summed(values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
        array = function(values, exact)
        return array.sum(axis=tuple(range(array.ndim - axes))) if array.ndim > axes else array

    return summed


def _both_lines(placed_mistake: PlacedMistake, change: LineOverride, program: Program) -> tuple[str, str]:
    """Return the wrong and the correct version of one line of a mistake, as code."""
    loss, target = placed_mistake.network.loss_kind, placed_mistake.target(change.role)
    lines = {line.target: line for line in (*program.forward_lines, *program.buffer_lines, *program.backward_lines)}
    line = lines[target] if change.role == "share" else lines.get(f"{target}.each", lines[target])
    correct_code = loss.arithmetic["do"] if target == "do" else line_as_code(line)

    def text(name: str) -> str:
        substitutions = {"exact": correct_code, "target": target, "each": f"{target}_each", "w_next": f"{placed_mistake.symbol('w')}_next"}
        if placed_mistake.is_merged_with_loss:
            substitutions["dy"] = "do"
        layer_fields = {} if placed_mistake.place is None else vars(placed_mistake.network.layers[placed_mistake.place])
        settings = {name: repr(value) for name, value in {**layer_fields, **line.settings}.items()}
        return (substitutions | settings).get(name) or placed_mistake.symbol(name)

    if change.lines:
        wrong, correct = (re.sub(r"{(\w+)}", lambda role: text(role[1]), code) for code in change.lines)
        return wrong, correct
    names = arguments(change.function)
    prefix = f"do = {loss.arithmetic['do']}; " if placed_mistake.is_merged_with_loss and "dy" in names else ""
    return f"{prefix}{target} = {expression(change.function, {name: text(name) for name in names})}", f"{target} = {correct_code}"

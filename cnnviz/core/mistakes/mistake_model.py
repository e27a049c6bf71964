"""A mistake in a forward or backward pass, and where in a network it can be made.

A mistake makes one line or more of a pass in another way, or the step that follows: it is an override
(core/network/line_overrides.py), and all that comes after inherits it. The mistakes themselves stand in core/mistakes.
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
from cnnviz.core.network.program import Program, program_of
from cnnviz.core.network.program_line import Op, Override, PassValues, share_of_mean
from cnnviz.core.network.source_lines import expression, line_as_code
from cnnviz.core.network.symbols import is_parameter
from cnnviz.core.notebook.notebook_network import notebook_program
from cnnviz.core.runtime.cached import cached_property
from cnnviz.words import Message, Problem, message

Kind = type | str
"""A class of layers or of optimizers, or a loss by its name."""


@dataclass(frozen=True)
class LineOverride:
    """A mistake in one line: `function` makes it in place of the right one, for layers, losses or optimizers of these kinds.

    `role` is what the line makes: a layer's "dx", "df" …, the loss's "do", its part of the mean of several ("share"), the map that
    a row is laid out as again ("unflatten"), or the optimizer ("update"); in the forward pass a layer's "y", "mean", "hat" …, or the
    next value of a buffer ("running_mean"). The function's arguments are roles too ("dy", "x", "y", "f"), settings
    of the layer ("k", "stride"), "exact", what the right line gives, and "w_next", the weights after their step.
    `where` says in which place of a network it fits; `lines` are both as code, wrong and right, where they are
    not to be read from the functions.
    """

    on: tuple[Kind, ...]
    role: str
    function: Callable[..., Any]
    where: Callable[[Architecture, int], bool]
    lines: tuple[str, str] | None = None

    @property
    def is_forward(self) -> bool:
        """Tells whether the line belongs to the forward pass, or to what is kept of it."""
        return self.role[0] != "d" and self.role not in ("share", "update", "unflatten")

    @property
    def of_buffer(self) -> bool:
        """Tells whether it makes the next value of a buffer: no pass is another one for it."""
        return self.role.startswith("running_")

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """The letters of the parameters that it needs; a layer without a bias has no b, whatever others have."""
        needed = {name for name, needed in arguments(self.function).items() if needed}
        return frozenset(filter(is_parameter, (name.removeprefix("d") for name in (self.role, *needed))))

    def fits(self, network: Architecture, place: int) -> bool:
        """Tells whether it can be made in this layer."""
        layer, names = network.layers[place], network.names[place]
        if (self.role == "unflatten" and not names.flattens) or self._parameters - {*layer.parameter_letters}:
            return False
        return any(isinstance(kind, type) and isinstance(layer, kind) for kind in self.on) and self.where(network, place)


@dataclass(frozen=True)
class Mistake:
    """A mistake by its name, in one or more lines; its words stand in the catalogue.

    One of `several` images cannot be made with one; one made `after` training shows in such a pass alone.
    """

    name: str
    line_overrides: tuple[LineOverride, ...]
    several: bool = False
    after: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of layers, losses or optimizers that it applies to, by name.

        >>> from cnnviz.core.mistakes import MISTAKES
        >>> MISTAKES["overlap_assigned"].kinds, MISTAKES["adam_uncorrected"].kinds
        (('avg', 'conv', 'max'), ('adam',))
        """
        named = {**LAYERS, **OPTIMIZERS}
        kinds = {kind for change in self.line_overrides for kind in change.on}
        found = {name for name, cls in named.items() if any(isinstance(kind, type) and issubclass(cls, kind) for kind in kinds)}
        return (*(loss for loss in LOSSES if loss in kinds), *sorted(found))

    def places(self, network: Architecture, optimizer: Optimizer | str = "gd", images: int = 1, training: bool = True) -> tuple[PlacedMistake, ...]:
        """Every place of a network where it can be made with so many images, in training or in eval mode, in the order of the layers."""
        roles = {change.role for change in self.line_overrides}
        if (self.several and images < 2) or self.after == training:
            return ()
        if roles & {"do", "share"}:
            return (PlacedMistake(self, network, None),) if network.loss_kind.name in self.kinds else ()
        if "update" in roles:
            name = optimizer if isinstance(optimizer, str) else optimizer.name
            return (PlacedMistake(self, network, None),) if name in self.kinds else ()
        fitting = (n for n in range(len(network.layers)) if any(change.fits(network, n) for change in self.line_overrides))
        return tuple(PlacedMistake(self, network, place) for place in fitting)

    def gradients(self, params: Params, trace: Trace, y: np.ndarray, learning_rate: float) -> Gradients:
        """The gradients that it leads to in the teaching notebook's network, in the last place where it fits."""
        program = notebook_program(params, trace.x.shape, trace.stride, trace.padding)
        return _last(self, self.places(program.network)).run(program, params, trace, y, gd(learning_rate))


def _last(mistake: Mistake, places: tuple[PlacedMistake, ...]) -> PlacedMistake:
    if not places:
        raise Problem("mistake.nowhere", name=mistake.name, kinds=mistake.kinds)
    return places[-1]


@dataclass(frozen=True)
class PlacedMistake:
    """A mistake in one place of a network: in the layer `place`, or in the loss or the step (None)."""

    mistake: Mistake
    network: Architecture
    place: int | None

    @property
    def stage(self) -> str:
        """The first stage that it spoils: "dz1", "update". ∂x is named too, although it has no stage of its own."""
        role = self.line_overrides[0].role
        if role == "update":
            return role
        if self.line_overrides[0].is_forward and self.place is not None:
            return self.network.names[self.place].output
        return self._stage_of(self.target(role))

    def _stage_of(self, target: str) -> str:
        if self.place is not None and target == f"d{self.network.names[self.place].input}":
            return f"d{self.network.names[self.place].source}"  # v is laid out as a map again: no stage shows dv
        return next((str(stage) for stage in self.network.stages if target in stage.makes), target)

    @property
    def is_forward(self) -> bool:
        """Tells whether the forward pass is another one, or what is kept of it: a backward pass that fits it passes the check of its own loss."""
        return any(change.is_forward for change in self.line_overrides)

    @property
    def backward(self) -> PlacedMistake | None:
        """Its lines on the way back alone, after a forward pass that is right; None where it has none."""
        if not self.is_forward:
            return self
        line_overrides = tuple(change for change in self.line_overrides if not change.is_forward)
        return replace(self, mistake=replace(self.mistake, line_overrides=line_overrides)) if line_overrides else None

    @property
    def title(self) -> Message:
        """A few words."""
        return self._words("title")

    @property
    def sentence(self) -> Message:
        """Its effect."""
        return self._words("sentence")

    def _words(self, part: str) -> Message:
        """Its words; where they speak of a slope, it is that of the layer here: "σ′", "tanh′"."""
        layer = self.network.layers[-1 if self.place is None else self.place]
        return message(f"mistake.{self.mistake.name}.{part}", slope=f"{layer.function or layer.kind}′")

    @property
    def address(self) -> str:
        """Its name in an address: "flip_forgotten@dx"."""
        return f"{self.mistake.name}@{self.stage}"

    @property
    def line_overrides(self) -> tuple[LineOverride, ...]:
        """The lines that it makes in another way here."""
        if self.place is None:
            kinds = {self.network.loss_kind.name}
            return tuple(change for change in self.mistake.line_overrides if change.role == "update" or kinds & set(change.on))
        return tuple(change for change in self.mistake.line_overrides if change.fits(self.network, self.place))

    def target(self, role: str) -> str:
        """The array that a role's line makes here."""
        if self.place is None:
            return f"d{self.network.names[-1].input}" if self.network.merged else "do"
        names = self.network.names[self.place]
        return f"d{names.source}" if role == "unflatten" else names.of(role)

    # ---- what it leads to

    def gradients(
        self, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer | float, state: State | None = None
    ) -> Gradients:
        """The gradients that it leads to. `optimizer`, or gradient descent's learning rate, matters where w is updated first."""
        program = program_of(self.network, trace.x.shape, training=trace.training)
        rule = optimizer if isinstance(optimizer, Optimizer) else gd(optimizer)
        return self.run(program, params, trace, y, rule, state)

    def run(
        self, program: Program, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer, state: State | None = None
    ) -> Gradients:
        """The program's backward pass with this mistake in it, after the forward pass that it leads to."""
        targets = self.network.targets(y, trace.o.shape)
        return program.backward(params, self.forward(program, params, trace), targets, self.overrides(program, optimizer, state))

    def forward(self, program: Program, params: Params, trace: Trace) -> Trace:
        """The pass that it leads to, with the same masks and buffers; the same one where it is made on the way back."""
        lines = {line.target: line for line in program.forward_lines}
        line_overrides = [change for change in self.line_overrides if change.is_forward and not change.of_buffer]
        if not line_overrides:
            return trace
        found = {self.target(change.role): override(change.function, self._finder(lines[self.target(change.role)])) for change in line_overrides}
        return program.forward(params, trace.x, found, trace.kept)

    def next_buffers(self, program: Program, trace: Trace) -> Mapping[str, np.ndarray]:
        """The buffers after the pass, with this mistake in them."""
        found, values = dict(program.next_buffers(trace)), program.inner({}, trace)
        for change in self.line_overrides:
            if change.of_buffer:
                line = next(line for line in program.buffer_lines if line.target == self.target(change.role))
                found[line.target] = override(change.function, self._finder(line))(values, partial(line.make, values))
        return found

    def hits(
        self, params: Params, trace: Trace, y: np.ndarray, optimizer: Optimizer | float, state: State | None = None
    ) -> tuple[str, ...]:
        """The stages that it has wrong, from the first; empty where it changes nothing (core/mistakes/spoiled_stages.py)."""
        program = program_of(self.network, trace.x.shape, training=trace.training)
        exact = program.backward(params, trace, self.network.targets(y, trace.o.shape))
        rule = optimizer if isinstance(optimizer, Optimizer) else gd(optimizer)
        wrong = self.gradients(params, trace, y, rule, state)
        return stages_hit(wrong, exact, params, rule, self.network, self.optimizer(rule), state)

    def optimizer(self, right: Optimizer) -> Optimizer:
        """The rule that takes the step: another one where the mistake is in the rule."""
        for change in self.line_overrides:
            if change.role == "update":
                right = change.function(right)
        return right

    def overrides(self, program: Program, optimizer: Optimizer, state: State | None = None) -> Mapping[str, Override]:
        """Functions in place of the program's lines, by their targets."""
        lines = {line.target: line for line in program.backward_lines}
        found = {}
        for change in self.line_overrides:
            if change.role != "update" and not change.is_forward:
                line = lines[self.target(change.role)]
                if change.role == "do":  # of several images each one's slope, before it is its part of the mean
                    line = lines.get(f"{line.target}.each", line)
                made = override(change.function, self._finder(line, optimizer, state))
                found[line.target] = _over_images(made, len(program.parameters[line.target[1:]].shape)) if line.target[1:] in program.parameters else made
        return found

    def _finder(self, line: Op, optimizer: Optimizer | None = None, state: State | None = None) -> Callable[[PassValues, str], object]:
        """The meaning of a mistake's argument in this place."""

        def find(values: PassValues, name: str) -> object:
            if name in line.settings:
                return line.settings[name]
            if name == "x_bound":  # it goes by the sums that the array was made of, which other layers may stand between
                return values[next(source for source in line.sources if source.endswith(".bound"))]
            if name == "w_next" and optimizer:
                w = self.symbol("w")
                return optimizer.step(Params.of({w: values[w]}), {f"d{w}": values[f"d{w}"]}, state)[0][w]
            if name == "dy" and self.unmerged:
                return self._do(values)
            if (symbol := self.symbol(name)) in values:
                return values[symbol]
            if self.place is not None and hasattr(layer := self.network.layers[self.place], name):
                return getattr(layer, name)
            raise KeyError(name)

        return find

    def symbol(self, role: str) -> str:
        """The array that a role stands for here."""
        if self.place is None:
            return self.network.names[-1].input if role == "z" else role
        return self.network.names[self.place].of(role)

    @property
    def unmerged(self) -> bool:
        """Tells whether this is the layer with which the loss merges: the mistake needs do by itself, which then has no line."""
        return self.place == len(self.network.layers) - 1 and self.network.merged is not None

    def _do(self, values: PassValues) -> np.ndarray:
        made = self.network.loss_kind.do
        found: np.ndarray = made.function(*[values[role] for role in made.roles])
        return share_of_mean(found) if found.ndim > 1 else found

    def code(self, program: Program) -> tuple[str, str]:
        """The wrong lines of code and the right ones, in the network's symbols.

        >>> from cnnviz.core.mistakes import placed
        >>> from cnnviz.core.network.network import Network
        >>> network = Network.parse("conv1x3-relu-dense2-softmax-ce")
        >>> print(*placed("relu_gate_of_gradient", network).code(network.program((8, 8))), sep="\\n")
        dz1 = da1 * (da1 > 0)
        dz1 = da1 * (z1 > 0)
        """
        pairs = [change.lines if change.role == "update" else _both_lines(self, change, program) for change in self.line_overrides]
        wrong, right = ("\n".join(lines) for lines in zip(*filter(None, pairs), strict=True))
        return wrong, right


def anywhere(network: Architecture, place: int) -> bool:
    """Every place will do."""
    return True


def add(table: dict[str, Mistake], key: str, name: str, change: LineOverride, several: bool = False, after: bool = False) -> None:
    """Add a line to the mistake with this key, or a new mistake of this name."""
    table[key] = replace(table[key], line_overrides=(*table[key].line_overrides, change)) if key in table else Mistake(name, (change,), several, after)


def _over_images(made: Override, axes: int) -> Override:
    """A parameter's gradient with so many axes, summed over the images, where each has its own."""

    def summed(values: PassValues, exact: Callable[[], np.ndarray]) -> np.ndarray:
        array = made(values, exact)
        return array.sum(axis=tuple(range(array.ndim - axes))) if array.ndim > axes else array

    return summed


def _both_lines(placed: PlacedMistake, change: LineOverride, program: Program) -> tuple[str, str]:
    """One line of a mistake in its place, wrong and right, as code."""
    loss, target = placed.network.loss_kind, placed.target(change.role)
    lines = {line.target: line for line in (*program.forward_lines, *program.buffer_lines, *program.backward_lines)}
    line = lines[target] if change.role == "share" else lines.get(f"{target}.each", lines[target])
    ours = loss.arithmetic["do"] if target == "do" else line_as_code(line)

    def text(name: str) -> str:
        special = {"exact": ours, "target": target, "each": f"{target}_each", "w_next": f"{placed.symbol('w')}_next"}
        if placed.unmerged:
            special["dy"] = "do"
        own = {} if placed.place is None else vars(placed.network.layers[placed.place])
        settings = {name: repr(value) for name, value in {**own, **line.settings}.items()}
        return (special | settings).get(name) or placed.symbol(name)

    if change.lines:
        wrong, right = (re.sub(r"{(\w+)}", lambda role: text(role[1]), code) for code in change.lines)
        return wrong, right
    names = arguments(change.function)
    before = f"do = {loss.arithmetic['do']}; " if placed.unmerged and "dy" in names else ""
    return f"{before}{target} = {expression(change.function, {name: text(name) for name in names})}", f"{target} = {ours}"

"""A network in plain NumPy, section by section: the functions of its layers, then one line for each operation of its
program.

The functions are those of the core (export/core_source.py) in the core's order, so that they give the same numbers.
For deviations, lines of the teaching notebook replace the exact ones.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.core.network import losses, ties
from cnnviz.core.network.optimizers import Optimizer
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, share_of_mean
from cnnviz.core.network.stages import Stage
from cnnviz.core.network.symbols import latex
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE, Deviation
from cnnviz.export.code_lines import align, call, expression, settle_call, variable, wrap
from cnnviz.export.core_source import listing, rule_of
from cnnviz.words import has_message, message, say


@dataclass(frozen=True)
class Section:
    """A section: its title, plain text, LaTeX formulas, and code."""

    title: str
    words: str
    formulas: tuple[str, ...]
    code: str


LOOP_DEVIATIONS = {
    "fresh_weights": "w, b = np.zeros_like(w), np.zeros_like(b)",
    "integer_kernel": "f = np.trunc(f) + 0.0",
}
"""Code of the notebook's deviations that change parameters before a pass or after an update. Other deviations replace a
line."""


@dataclass(frozen=True)
class Passes:
    """Code of one network for `images` images of one shape, with the deviations `on`. `sizes` are the shapes of all
    arrays by symbol."""

    program: Program
    optimizer: Optimizer
    on: frozenset[str]
    sizes: Mapping[str, tuple[int, ...]]
    images: int = 1

    # ---- layers

    def layer_sections(self, forward_only: bool = False, more: Iterable[Op] = ()) -> Iterator[Section]:
        """Yield the functions that the lines call, and the functions `more`, in the order of the forward pass: one
        section for each kind of layer, and one for the loss."""
        program, included, groups = self.program, set[Callable[..., Any] | str](), dict[str, list[Op]]()
        for line in (*program.forward_lines, program.losses_line, *(() if forward_only else program.backward_lines), *more):
            groups.setdefault(self._kind(line), []).append(line)
            if line.rounding:
                groups.setdefault(self._kind(line.rounding), []).append(line.rounding)
        for kind, lines in groups.items():
            drawing = [draw.func for index, _, draw in program.draws.values() if kind == f"layer.{program.network.layers[index - 1].kind}"]
            stages = [stage for stage in program.network.stages if self._words_of(stage) == kind]
            deviating = [deviation.function for line in lines for deviation in self._deviations(line)]
            code = listing([*drawing, *(line.function for line in lines), *deviating], included)
            if kind == "ties":
                yield section("ties", (), code)
            elif code:
                yield Section(str(stages[0].title), self._sentences(stages), self._formulas_of(lines), code)

    def _kind(self, line: Op) -> str:
        if line.function.__module__ == ties.__name__:
            return "ties"
        if line.layer is None or line.function.__module__ == losses.__name__:
            return "loss" if line.function.__module__ == losses.__name__ or line.function is share_of_mean else "v"
        return f"layer.{self.program.network.layers[line.layer].kind}"

    def _words_of(self, stage: Stage) -> str:
        if stage.layer is None or not stage.words.startswith("layer."):
            return "v" if stage == "v" else stage.words.partition(".")[0]
        return f"layer.{self.program.network.layers[stage.layer].kind}"

    @staticmethod
    def _sentences(stages: Iterable[Stage]) -> str:
        return " ".join(dict.fromkeys(str(stage.sentence) for stage in stages))

    def _formulas_of(self, lines: Sequence[Op]) -> tuple[str, ...]:
        """Return the LaTeX formulas of one layer's lines. Other layers of the kind have the same formulas with other
        symbols."""
        formulas, first_layer = self.program.formulas, lines[0].layer
        layer_formulas = [formulas[line.target] for line in lines if line.layer == first_layer and line.target in formulas]
        return tuple(dict.fromkeys(layer_formulas)) or tuple(formulas[line.target] for line in lines if line.target in formulas)

    # ---- passes

    def forward_section(self) -> Section:
        """Return the forward pass as a function of the image and the parameters."""
        lines = self.program.forward_lines
        code = self._function(self._name("forward"), self._forward_reads, self._rows(lines), self.forward_outputs)
        formulas = tuple(self.program.formulas[line.target] for line in lines if line.target in self.program.formulas)
        return section(self._name("forward"), formulas, code)

    def backward_section(self) -> Section:
        """Return the part of the backward pass that an update needs, as a function of its input arrays."""
        rows = self._rows(self._update_lines)
        code = self._function(self._name("backward"), self._inputs_of(rows), rows, self.backward_outputs)
        formulas = [self.program.formulas[line.target] for line in self._update_lines if line.target in self.program.formulas]
        return section(self._name("backward"), tuple(formulas), code)

    def _name(self, way: str) -> str:
        """Return the name of a pass's function, which differs in eval mode."""
        return way if self.program.run.training else f"{way}_after_training"

    def update_section(self) -> Section:
        """Return one step of the optimizer for every parameter, as a function."""
        names, code = list(self.program.parameters), ""
        args = [*names, *(f"d{name}" for name in names)]
        rows: list[tuple[str, str]] = []
        for name in names:
            if self.keeps:
                rows += [(f'change, memory["{name}"] = rule(d{name}, memory["{name}"], t)', ""), (f"{name} = {name} - change", self._size(name))]
            else:
                rows += [(f"{name} = {name} - learning_rate * d{name}", self._size(name))]
        if "integer_kernel" in self.on:
            rows.append((LOOP_DEVIATIONS["integer_kernel"], f"{self._size('f')}  integer_kernel"))
        if self.keeps:
            code = rule_of(self.optimizer).replace("def change(", "def rule(", 1) + "\n\n\n"
            memory_lines = wrap("memory = dict.fromkeys([", [f'"{name}"' for name in names], "])")
            code += f"{memory_lines}\n\n\n"
            args.append("t")
        code += self._function("update", args, rows, names)
        return section("update", self.optimizer.formulas, code)

    @property
    def keeps(self) -> bool:
        """Whether the optimizer has state."""
        return bool(self.optimizer.KEEPS)

    # ---- calls inside the loop

    @property
    def reset_lines(self) -> str:
        """Lines before a forward pass."""
        return f"{LOOP_DEVIATIONS['fresh_weights']}  # fresh_weights\n" if "fresh_weights" in self.on else ""

    @property
    def forward_call(self) -> str:
        """Call of the forward pass: z1_windows, z1, … = forward(x, f, w, b)"""
        return call(self.forward_outputs, self._name("forward"), self._forward_reads)

    @property
    def _forward_reads(self) -> list[str]:
        buffers = () if self.program.run.training else self.program.buffers
        return ["x", *self.program.parameters, *self._mask_names, *map(variable, buffers)]

    @property
    def kept(self) -> str:
        """Lines that update the running statistics: n1_running_mean = running(n1_running_mean, n1_mean)"""
        return "".join(f"{variable(line.target)} = {expression(line)}\n" for line in self.program.buffer_lines)

    @property
    def _mask_names(self) -> list[str]:
        """Names of the masks, which are drawn in each pass."""
        return [variable(name) for name in self.program.draws]

    def draws(self, seed: int, k: str) -> str:
        """Return the lines that draw masks, or "": r1_mask = drawn_mask(np.random.default_rng([0, k, 5]), (18,),
        p=0.5)"""
        return "".join(f"{variable(name)} = {call}\n" for name, call in draws(self.program, seed, k, self.images).items())

    @property
    def loss_call(self) -> str:
        """Call of the loss: mse(o, y), or np.mean(mse(o, y)) for several images."""
        losses = expression(self.program.losses_line)
        return f"np.mean({losses})" if self.program.averages_loss else losses

    @property
    def backward_call(self) -> str:
        """Call of the backward pass: do, dw, … = backward(w, …)"""
        return call(self.backward_outputs, self._name("backward"), self._inputs_of(self._rows(self._update_lines)))

    @property
    def rest(self) -> str:
        """Lines of the backward pass that no update needs."""
        return align([(f"{variable(line.target)} = {expression(line)}", self._size(line.target)) for line in self.program.backward_lines[self.program.needed_count :]])

    @property
    def update_call(self) -> str:
        """Call of the update: f, w, b = update(f, w, b, df, dw, db)"""
        names = list(self.program.parameters)
        return call(names, "update", [*names, *(f"d{name}" for name in names), *(["t"] if self.keeps else [])])

    @property
    def forward_outputs(self) -> list[str]:
        """Arrays that the forward pass returns. Bounds are included only if the backward pass reads them."""
        used_names = {source for line in self.program.backward_lines for source in line.sources}
        targets = (line.target for line in self.program.forward_lines)
        return [variable(name) for name in targets if name in used_names or not name.endswith(".bound")]

    @property
    def backward_outputs(self) -> list[str]:
        """Arrays that the backward pass returns."""
        return [variable(line.target) for line in self._update_lines]

    @property
    def _update_lines(self) -> list[Op]:
        return self.program.backward_lines[: self.program.needed_count]

    # ---- lines of code with shapes as comments

    def _rows(self, lines: Iterable[Op]) -> list[tuple[str, str]]:
        """Return each line as code, with deviations applied, and its shape."""
        rows = []
        for line in lines:
            code = expression(line.without_rounding)
            for deviation in self._deviations(line):
                args = [code if name == "exact" else name for name in inspect.signature(deviation.function).parameters]
                code = f"{deviation.name}({', '.join(args)})"
            name = variable(line.target)
            rows.append((f"{name} = {code}", self._size(line.target)))
            if line.rounding:
                rows.append((f"{name} = {settle_call(line.rounding, name)}", self._size(line.target)))
        return rows

    def _deviations(self, line: Op) -> list[Deviation]:
        """Return the deviations that replace a line, in order."""
        return [deviation for name, deviation in DEVIATION_TABLE.items() if name in self.on and deviation.target == line.target]

    def _size(self, symbol: str) -> str:
        symbol = symbol.removesuffix(".each")
        return str(self.sizes[symbol if symbol in self.sizes else symbol[1:]])

    def _inputs_of(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        """Return the arrays that the code reads without defining them: parameters, then arrays of the forward pass,
        then y."""
        defined_names, used_names = set[str](), set[str]()
        for code, _ in rows:
            names = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
            used_names |= {node.id for node in names if isinstance(node.ctx, ast.Load)} - defined_names
            defined_names |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        return [name for name in (*self.program.parameters, "x", *self._mask_names, *self.forward_outputs, "y") if name in used_names]

    @staticmethod
    def _function(name: str, args: Sequence[str], rows: Sequence[tuple[str, str]], results: Sequence[str]) -> str:
        head_lines, return_lines = wrap(f"def {name}(", args, "):"), wrap("return ", results, "", "(", ")")
        body = textwrap.indent(f"{align(rows)}\n{return_lines}", "    ")
        return f"{head_lines}\n{body}"


def draws(program: Program, seed: int, k: str, images: int = 1) -> dict[str, str]:
    """Return the draws of update `k` as code, by array."""
    lines = {}
    for name, (layer_number, shape, draw) in program.draws.items():
        shape = (images, *shape) if program.run.images else shape
        settings = "".join(f", {setting}={value!r}" for setting, value in draw.keywords.items())
        lines[name] = f"{draw.func.__name__}(np.random.default_rng([{seed}, {k}, {layer_number}]), {shape}{settings})"
    return lines


def section(name: str, formulas: Iterable[str], code: str, **values: object) -> Section:
    """Return a section with its title, and text if there is one, from the messages."""
    title, words = f"export.script.{name.partition('_')[0]}.title", f"export.script.{name}.words"
    return Section(say(title), str(message(words, **values)) if has_message(words) else "", tuple(formulas), code)


def chain(program: Program) -> str:
    """Return the network as one line of symbols, shapes and layers.

    >>> from cnnviz.core.network.network import Network
    >>> chain(Network.parse("conv1x3-dense2-mse").program((8, 8)))
    'x (8,8) --conv1x3--> z1 (6,6) --flatten--> v (36,) --dense2--> o (2,)'
    """
    network, shapes = program.network, {name: str(shape).replace(" ", "") for name, shape in program.shown.items()}
    text = f"x {shapes['x']}"
    for layer, names in zip(network.layers, network.names, strict=True):
        flattened = f" --flatten--> v {shapes['v']}" if names.flattens else ""
        text += f"{flattened} --{layer}--> {names.output} {shapes[names.output]}"
    return text


def start_formula(name: str, how: str) -> str:
    """Return the initialization of a parameter in LaTeX: "drawn", "zero", "one" or "given"."""
    symbol = latex(name)
    return {"drawn": rf"{symbol} \sim N(0, 1/n)", "zero": f"{symbol} = 0", "one": f"{symbol} = 1", "given": rf"{symbol} = {symbol}^{{(0)}}"}[how]


"""A line of a pass as code, in the network's symbols: "dz1 = da1 * (z1 > 0)", read from the function that makes it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cnnviz.core.overrides import arguments
from cnnviz.core.program import Line, Program

if TYPE_CHECKING:
    from cnnviz.core.mistake_model import Act, Placed


def line_as_code(line: Line) -> str:
    """What a line's right-hand side says: the function's own expression where it is a single one, else its call.

    >>> from cnnviz.core.network import Network
    >>> lines = Network.parse("conv1x3-relu-dense2-mse").program((8, 8)).backward_lines
    >>> {line.target: line_as_code(line) for line in lines}["dz1"]
    'da1 * (z1 > 0)'
    """
    names = inspect.signature(line.function).parameters
    symbols = dict(zip(names, line.sources, strict=False)) | {key: repr(value) for key, value in line.settings.items()}
    settings = [f"{key}={value!r}" for key, value in line.settings.items()]
    call = f"{line.function.__name__}({', '.join([*line.sources, *settings])})"
    return expression(line.function, symbols) or call


def expression(function: Callable[..., object], symbols: Mapping[str, str]) -> str | None:
    """What `function` returns, with its arguments replaced by these texts; None if it takes more than one expression.

    >>> from cnnviz.core.layers.relu import relu_dx
    >>> expression(relu_dx, {"da": "dp1 + 1", "z": "z1"})
    '(dp1 + 1) * (z1 > 0)'
    """
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    first, *others = [line for line in definition.body if not isinstance(line, ast.Expr)]  # without the docstring
    if others or not isinstance(first, ast.Return) or first.value is None or isinstance(first.value, ast.IfExp):
        return None
    return ast.unparse(_Named(symbols).visit(first.value))


def both_lines(placed: Placed, act: Act, program: Program) -> tuple[str, str]:
    """One line of a mistake in its place, wrong and right, as code."""
    loss, target = placed.network.loss_kind, placed.target(act.role)
    line = next(line for line in program.backward_lines if line.target == target)
    ours = loss.arithmetic["do"] if target == "do" else line_as_code(line)

    def text(name: str) -> str:
        special = {"exact": ours, "target": target, "w_next": f"{placed.symbol('w')}_next"}
        if placed.unmerged:
            special["dy"] = "do"
        own = {} if placed.place is None else vars(placed.network.layers[placed.place])
        settings = {name: repr(value) for name, value in {**own, **line.settings}.items()}
        return (special | settings).get(name) or placed.symbol(name)

    if act.lines:
        wrong, right = (re.sub(r"{(\w+)}", lambda role: text(role[1]), code) for code in act.lines)
        return wrong, right
    names = arguments(act.function)
    before = f"do = {loss.arithmetic['do']}; " if placed.unmerged and "dy" in names else ""
    return f"{before}{target} = {expression(act.function, {name: text(name) for name in names})}", f"{target} = {ours}"


class _Named(ast.NodeTransformer):
    """Arguments by the texts that stand for them; a helper's leading underscore is nobody's business."""

    def __init__(self, symbols: Mapping[str, str]):
        self.symbols = symbols

    def visit_Name(self, node: ast.Name) -> ast.expr:
        text = self.symbols.get(node.id, node.id.lstrip("_"))
        return ast.parse(text, mode="eval").body

"""Operations as code in the network's symbols: "dz1 = da1 * (z1 > 0)", read from the source of their functions."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping

from cnnviz.core.network.program_line import Op


def line_as_code(line: Op) -> str:
    """Return the right-hand side of an operation as code: the function's return expression if that is its only
    statement, else a call.

    >>> from cnnviz.core.network.network import Network
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
    """Return the expression that `function` returns, with its arguments replaced by `symbols`. None if the function has
    several statements.

    >>> from cnnviz.core.network.layers.relu import relu_dx
    >>> expression(relu_dx, {"da": "dp1 + 1", "z": "z1"})
    '(dp1 + 1) * (z1 > 0)'
    """
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    statement, *other_statements = [line for line in definition.body if not isinstance(line, ast.Expr)]  # without the docstring
    if other_statements or not isinstance(statement, ast.Return) or statement.value is None or isinstance(statement.value, ast.IfExp):
        return None
    return ast.unparse(_ArgumentReplacer(symbols).visit(statement.value))


class _ArgumentReplacer(ast.NodeTransformer):
    """AST transformer that replaces arguments by their symbols, and drops the leading underscore of helpers."""

    def __init__(self, symbols: Mapping[str, str]):
        self.symbols = symbols

    def visit_Name(self, node: ast.Name) -> ast.expr:
        text = self.symbols.get(node.id, node.id.lstrip("_"))
        return ast.parse(text, mode="eval").body

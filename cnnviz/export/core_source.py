"""Source of the core's functions as text that needs only NumPy, so that exported scripts run the same code as the
core.

Types, checks of arguments, caches and examples are removed. Computations stay as written.
"""

import ast
import builtins
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cnnviz.core.network.optimizers import Optimizer
from cnnviz.core.network.sliding import check_integer

CHECKS: Mapping[Callable[..., Any], int] = {check_integer: 1}
"""Functions that only check arguments, with the position of the argument that they return."""
WIDTH = 116
_DELETED = "\0"


@dataclass(frozen=True)
class Source:
    """A function as text, and the global names that it uses."""

    text: str
    names: tuple[str, ...]


def listing(functions: Iterable[Callable[..., Any]], known: set[Callable[..., Any] | str]) -> str:
    """Return the source of each function, preceded by its imports, its module's constants and the functions that it
    calls.

    Functions in `known` are skipped; the others are added to it.

    Raise ValueError if a function uses a global name that cannot be part of a script.

    >>> from cnnviz.core.network.layers.sigmoid import sigmoid_prime
    >>> print(listing([sigmoid_prime], set()))
    def sigmoid_prime(a):
        \"\"\"σ′ = a·(1 - a), element-wise, from the *activation* a = σ(z), not from z.\"\"\"
        return a * (1.0 - a)
    """
    texts = [text for function in functions for text in _sources(inspect.unwrap(function), known)]
    imports = [text for text in texts if text.startswith("from ")]
    return "\n\n\n".join((["\n".join(imports)] if imports else []) + [text for text in texts if text not in imports])


def _sources(function: Callable[..., Any], known: set[Callable[..., Any] | str]) -> Iterator[str]:
    if function in known:
        return
    known.add(function)
    source = source_of(function)
    for name in source.names:
        value = function.__globals__[name]
        if inspect.isfunction(inspect.unwrap(value)) and inspect.unwrap(value).__module__.startswith("cnnviz."):
            yield from _sources(inspect.unwrap(value), known)
        elif (module := getattr(value, "__module__", "").lstrip("_")) in sys.stdlib_module_names:
            if value not in known:
                known.add(value)
                yield f"from {module} import {name}"
        elif type(value) in (bool, int, float, str):
            yield from _constant(name, value, known)
        elif value is not np:
            raise ValueError(f"listing: {function.__qualname__} reads {name}, which a script cannot take along")
    yield source.text


def _constant(name: str, value: object, known: set[Callable[..., Any] | str]) -> Iterator[str]:
    """Yield the assignment of a module's constant, once. Raise ValueError if another module's constant has the same
    name and a different value."""
    line = f"{name} = {value!r}"
    if any(isinstance(other, str) and other != line and other.startswith(f"{name} = ") for other in known):
        raise ValueError(f"listing: {name} is {value!r}, and something else elsewhere")
    if line not in known:
        known.add(line)
        yield line


@lru_cache(maxsize=256)
def source_of(function: Callable[..., Any]) -> Source:
    """Return a function's source for export."""
    text, node = _parse(function)
    return clean(text, node, function.__globals__)


def _parse(function: Callable[..., Any]) -> tuple[str, ast.FunctionDef]:
    """Return a function's original source and its syntax tree."""
    text = textwrap.dedent(inspect.getsource(function))
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    return text, node


def rule_of(optimizer: Optimizer) -> str:
    """Return an optimizer's rule as a function of a gradient, its state, and the number of the step.

    Its settings are inserted as numbers; the learning rate keeps its name.
    """
    text, node = _parse(type(optimizer).change)
    node.args.args = [argument for argument in node.args.args if argument.arg != "self"]
    signature, body = clean(text, node, vars(sys.modules[type(optimizer).__module__]), optimizer).text.split("\n", 1)
    return f"{signature}\n    {docstring(type(optimizer).__doc__ or '')}\n{body}"


def clean(text: str, node: ast.FunctionDef, namespace: Mapping[str, object], owner: object = None) -> Source:
    """Return the source of the function at `node` of `text` for export. `namespace` holds its globals, and `owner` its
    `self`."""
    edits = _Edits(text, namespace, owner)
    for statement in node.body:
        edits.visit(statement)
    decorators = [f"@{ast.get_source_segment(text, decorator)}" for decorator in node.decorator_list if ast.unparse(decorator).startswith("np.")]
    head_lines = [*decorators, f"def {node.name}({_arguments(node.args)}):"]
    body = edits.text_between(node.body[0], node.body[-1]).splitlines()
    source = "\n".join([*head_lines, *(part for line in body if line.strip() != _DELETED for part in _split_comment(line))])
    return Source(source, _free_names(source, namespace))


def docstring(text: str, indent: str = "    ") -> str:
    """Return a docstring for export: without examples, exceptions and references to tests, and wrapped."""
    summary, *other_paragraphs = inspect.cleandoc(text).split("\n\n")
    parts = [re.sub(r"\s+Raise [^.]*\.", "", summary), *(part for part in other_paragraphs if not re.search(r">>>|Raise|tests/", part))]
    lines: list[str] = []
    for part in parts:
        lines += [""] if lines else []
        part_lines = part.splitlines()
        lines += part_lines if max(map(len, part_lines)) <= WIDTH - len(indent) - 3 else textwrap.wrap(" ".join(part_lines), WIDTH - len(indent) - 3)
    closing = '"""' if len(lines) == 1 else f'\n{indent}"""'
    return '"""' + "\n".join([lines[0], *(indent + line if line else "" for line in lines[1:])]) + closing


def _split_comment(line: str) -> list[str]:
    """Split a long line of code, with its comment moved above it."""
    code, separator, words = line.partition("  # ")
    if len(line) <= WIDTH or not separator:
        return [line]
    indent = code[: len(code) - len(code.lstrip())]
    return [*textwrap.wrap(words, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "), code]


def _arguments(arguments: ast.arguments) -> str:
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        argument.annotation = None
    return ast.unparse(arguments)


def _free_names(text: str, namespace: Mapping[str, object]) -> tuple[str, ...]:
    """Return the global names that a function uses, in the order of reading."""
    nodes = list(ast.walk(ast.parse(text)))
    local_names = {node.arg for node in nodes if isinstance(node, ast.arg)}
    local_names |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    read_names = [node.id for node in nodes if isinstance(node, ast.Name) and node.id not in local_names]
    return tuple(dict.fromkeys(name for name in read_names if name in namespace and not hasattr(builtins, name)))


class _Edits(ast.NodeVisitor):
    """Deletions and replacements in a source text, by byte offset."""

    def __init__(self, text: str, namespace: Mapping[str, object], owner: object = None):
        self._text, self._around, self._owner = text, namespace, owner
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[tuple[int, int, str]] = []

    def text_between(self, first: ast.stmt, last: ast.stmt) -> str:
        """Return the edited lines from one statement to another."""
        start, end = self._starts[first.lineno - 1], self._starts[_end(last)[0]]
        result, position = "", start
        for begin, stop, replacement in sorted(self._edits):
            result += self._bytes[position:begin].decode() + replacement
            position = stop
        return re.sub(r"  # (type: ignore|noqa|fmt).*", "", result + self._bytes[position:end].decode())

    def _put(self, node: ast.stmt | ast.expr, replacement: str) -> None:
        begin, (line, column) = self._starts[node.lineno - 1] + node.col_offset, _end(node)
        self._edits.append((begin, self._starts[line - 1] + column, replacement))

    def _segment(self, node: ast.expr) -> str:
        return ast.get_source_segment(self._text, node) or ""

    def visit_If(self, node: ast.If) -> None:
        """Delete checks completely."""
        if isinstance(node.body[0], ast.Raise) and not node.orelse:
            self._put(node, _DELETED)
        else:
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Delete `n = n`, which remains of a check."""
        if ast.unparse(node.targets[0]) == ast.unparse(_Unchecked(self._around).visit(ast.parse(ast.unparse(node.value), mode="eval"))):
            self._put(node, _DELETED)
        else:
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._put(node, f"{self._segment(node.target)} = {self._segment(node.value)}")

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            self._put(node, docstring(node.value.value))
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        position = _checked_argument(node, self._around)
        if position is None:
            self.generic_visit(node)
        else:
            self._put(node, self._segment(node.args[position]))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            self._put(node, "learning_rate" if node.attr == "lr" else repr(getattr(self._owner, node.attr)))
        else:
            self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Replace a choice that depends on the owner's settings by the chosen branch."""
        if isinstance(node.test, ast.Attribute) and isinstance(node.test.value, ast.Name) and node.test.value.id == "self":
            self._put(node, self._segment(node.body if getattr(self._owner, node.test.attr) else node.orelse))
        else:
            self.generic_visit(node)


def _end(node: ast.stmt | ast.expr) -> tuple[int, int]:
    """Return the line and byte column of the end of a node."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset


class _Unchecked(ast.NodeTransformer):
    """Transformer that removes checks from an expression."""

    def __init__(self, namespace: Mapping[str, object]):
        self._around = namespace

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        position = _checked_argument(node, self._around)
        return node if position is None else node.args[position]


def _checked_argument(node: ast.Call, namespace: Mapping[str, object]) -> int | None:
    """Return the position of the argument that a checking call returns, or None for other calls."""
    function = namespace.get(node.func.id) if isinstance(node.func, ast.Name) else None
    return CHECKS.get(function) if inspect.isfunction(function) else None

"""A layer as a model's text describes it: a name and arguments, which are constants. Nothing is executed."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_SHOWN = 80
"""Characters of a layer's text that are shown."""
LARGEST = 10**9
"""The largest whole number that is read, or worked out of others."""

_OPERATIONS: Mapping[type, Callable[[int, int], int]] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv}


class Unknown:
    """A value that is no constant, by its text."""

    def __init__(self, text: str):
        self.text = text


@dataclass(frozen=True)
class Described:
    """A layer: its class's name, its arguments by place and by name, and how it is written."""

    name: str
    placed: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Description:
    """Description of a model by its text: its layers in order, and the loss by its name, "" where there is none."""

    layers: tuple[Described, ...]
    loss: str = ""
    from_logits: bool = False
    own: frozenset[str] = frozenset()
    """The names of the functions and classes that the text itself has."""


def shortened(text: str) -> str:
    """A layer's text, on one line.

    >>> shortened("nn.Conv2d(1,\\n   8, 3)")
    'nn.Conv2d(1, 8, 3)'
    """
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def constant(node: ast.AST, known: Mapping[str, ast.AST] | None = None, depth: int = 8) -> Any:
    """The value of an expression of constants, small sums and products, and names that `known` gives; else an Unknown.

    >>> constant(ast.parse("(16 * n * 5, 'same', -1)", mode="eval").body, {"n": ast.Constant(5)})
    (400, 'same', -1)
    """
    known = known or {}
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | bool | None):
        large = isinstance(node.value, int) and abs(node.value) > LARGEST
        return Unknown(shortened(ast.unparse(node))) if large else node.value
    if depth and isinstance(node, ast.Tuple | ast.List):
        return tuple(constant(one, known, depth - 1) for one in node.elts[:16])
    if depth and isinstance(node, ast.Name | ast.Attribute) and (name := name_of(node)) in known:
        return constant(known[name], known, min(depth, 3) - 1)  # a name may stand for many others
    if depth and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand, known, depth - 1)
        return -value if isinstance(value, int | float) else Unknown(shortened(ast.unparse(node)))
    if depth and isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        left, right = (constant(one, known, depth - 1) for one in (node.left, node.right))
        if isinstance(left, int) and isinstance(right, int) and (right or not isinstance(node.op, ast.FloorDiv)):
            value = _OPERATIONS[type(node.op)](left, right)
            if abs(value) <= LARGEST:
                return value
    return Unknown(shortened(ast.unparse(node)))


def name_of(node: ast.AST) -> str:
    """A name as it is written, and an attribute of one: "self.width"; "" for all else."""
    if isinstance(node, ast.Attribute):
        return f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""
    return node.id if isinstance(node, ast.Name) else ""


def described(call: ast.Call, known: Mapping[str, ast.AST] | None = None) -> Described:
    """A call such as nn.Conv2d(1, 8, 3, padding="same").

    >>> described(ast.parse("nn.Conv2d(1, 8, kernel_size=3)", mode="eval").body).named
    {'kernel_size': 3}
    """
    placed = tuple(constant(one, known) for one in call.args[:16])
    named = {one.arg: constant(one.value, known) for one in call.keywords[:32] if one.arg}
    return Described(called(call), placed, named, shortened(ast.unparse(call)))


def called(call: ast.Call) -> str:
    """The name of what is called, without what it is of.

    >>> called(ast.parse("nn.ReLU()", mode="eval").body)
    'ReLU'
    """
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""

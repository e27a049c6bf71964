"""Expression language over named arrays, in which a screen's keys are computed. Nothing is ever passed to eval.

    z1[14:17, 14:17]        count(conv2d(x, replaced(f, 0, 0, 0)) != z1)        abs(dw) == max(abs(dw))

It has numbers, names of arrays, + - * / // % **, comparisons, and, or, not, cells and slices, .shape, .size, .T, and the
functions of expression_functions.py, some of which are also methods (z1.max()). A first pass only determines shapes. It refuses
expressions that are too long, too deep, too large or too much work (expression_limits.py) before anything is computed. During
that pass, only nodes on which a shape depends are computed, after their own first pass: indices, masks, conditions, other setups.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from cnnviz.decks.expression_functions import FUNCTIONS, REDUCTIONS, Function
from cnnviz.decks.expression_limits import (
    CHEAP,
    DIVISION,
    LOOK,
    PART,
    POWER,
    ROOT,
    Allowance,
    Budget,
    PlannedNode,
    broadcast_shape,
    wrap,
)
from cnnviz.words import Problem

MOST_TEXT, MOST_PARTS = 600, 240
"""Upper limits of an expression: characters, and nodes of its tree."""
MOST_SCOPES = 8
"""Maximum number of references to other setups in an expression."""

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide, ast.Mod: np.mod, ast.Pow: np.power,
}  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_COSTS: Mapping[type[ast.operator], int] = {ast.FloorDiv: DIVISION, ast.Mod: DIVISION, ast.Pow: POWER}
_ATTRIBUTES = ("shape", "size", "T")
_SCOPE_FUNCTIONS = ("at", "wrong")


class Names(Protocol):
    """Scope of an expression: its arrays by name, and access to other scopes."""

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """All arrays by name."""
        ...

    def elsewhere(self, function: str, text: str) -> Names:
        """Return the scope of at("k=1", …) or wrong("kernel_gradient_flipped@df", …). Raise Problem if
        there is none."""
        ...

    def seconds(self, function: str, text: str, updates: int = 0) -> float:
        """Return the estimated seconds to compute that scope."""
        ...

    def wrong_loss(self, mistake: str, updates: int) -> float:
        """Return the loss after `updates` updates with a mistake in the backward pass."""
        ...


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[ast.expr, int]:
    """Parse an expression and return its tree and number of nodes. Raise Problem if it is invalid or too long."""
    if len(text) > MOST_TEXT:
        raise Problem("lessons.expression.too_long", n=len(text), most=MOST_TEXT)
    try:
        tree = ast.parse(text.strip().replace("∂", "d"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problem("lessons.expression.syntax", text=text, why=getattr(error, "msg", None) or str(error)) from None
    parts = sum(1 for _ in ast.walk(tree))
    if parts > MOST_PARTS:
        raise Problem("lessons.expression.too_deep", n=parts, most=MOST_PARTS)
    return tree, parts


def names_in(text: str) -> set[str]:
    """Return all names in an expression, of arrays and of functions.

    >>> sorted(names_in("max(z1) > at('k=1', L)"))
    ['L', 'at', 'max', 'z1']
    """
    return {node.id for node in ast.walk(parse(text)[0]) if isinstance(node, ast.Name)}


def evaluate(text: str, names: Names, allowance: Allowance | None = None) -> np.ndarray:
    """Return the value of an expression as a read-only array of float64 or bool. Raise Problem if it is invalid.

    `allowance` is shared by all expressions of a question; a new one is used if it is None.
    """
    walk = _Planner(allowance or Allowance())
    try:
        with np.errstate(all="ignore"):
            tree, parts = parse(text)
            walk.allowance.take(PART * parts)
            value = np.asarray(walk.budget.compute(walk.plan(tree, names))).view()
    except Problem:
        raise
    except (ValueError, TypeError, IndexError, ArithmeticError, MemoryError, RecursionError) as error:
        raise Problem("lessons.expression.fails", text=text, why=str(error).rstrip(".")) from None
    value.flags.writeable = False
    return value


def cells_in(text: str, names: Names) -> tuple[str, tuple[range, ...]] | None:
    """Return the cells that an expression such as z1[14:17, 14:17] names, as an array's name and one range per axis.
    None if it is another kind of expression.

    Raise Problem if the cells do not exist.
    """
    tree, _ = parse(text)
    name = tree.value if isinstance(tree, ast.Subscript) else tree
    if not isinstance(name, ast.Name) or name.id not in names.arrays:
        return None
    shape, indices = names.arrays[name.id].shape, []
    if isinstance(tree, ast.Subscript):
        walk = _Planner(Allowance())
        indices = [walk._place(place, names) for place in (tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice])]
    if not all(isinstance(place, int | slice) for place in indices) or len(indices) > len(shape):
        return None
    ranges = [range(*place.indices(size)) if isinstance(place, slice) else range(size)[place : place + 1] for place, size in zip(indices, shape, strict=False)]
    if not all(ranges):
        raise Problem("lessons.expression.fails", text=text, why=str(shape))
    return name.id, (*ranges, *(range(size) for size in shape[len(indices) :]))


class _Planner:
    """Plans one expression node by node; `_<node type>` plans a node of that type."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance, self.budget = allowance, Budget(allowance)
        self.scopes = 0

    def plan(self, node: ast.expr, names: Names) -> PlannedNode:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        planned: PlannedNode = method(node, names)
        return planned

    def _value(self, node: ast.expr, names: Names) -> Any:
        """Compute a node on whose value the shape of another depends."""
        return self.budget.compute(self.plan(node, names))

    def _constant(self, node: ast.Constant, _: Names) -> PlannedNode:
        value = node.value
        if isinstance(value, bool):
            return wrap(np.bool_(value))
        if isinstance(value, int | float) and abs(value) <= 1e9:
            return wrap(np.float64(value))
        raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))

    def _name(self, node: ast.Name, names: Names) -> PlannedNode:
        array = names.arrays.get(node.id)
        if array is None:
            for match in get_close_matches(node.id, names.arrays, 1, 0.7):
                raise Problem("lessons.expression.unknown_near", name=node.id, near=match)
            raise Problem("lessons.expression.unknown", name=node.id, known=tuple(names.arrays))
        view = array.view()
        view.flags.writeable = False
        return wrap(view)

    def _elementwise(self, act: Callable[..., Any], parts: Sequence[PlannedNode], cost: int = CHEAP) -> PlannedNode:
        return self.budget.plan(broadcast_shape(*(part.shape for part in parts)), act, *parts, cost=cost * max(1, len(parts) - 1))

    def _binop(self, node: ast.BinOp, names: Names) -> PlannedNode:
        operation = _OPERATORS.get(type(node.op))
        if operation is None:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        is_square = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2
        cost = CHEAP if is_square else _COSTS.get(type(node.op), CHEAP)
        return self._elementwise(lambda a, b: operation(_to_float(a), _to_float(b)), [self.plan(node.left, names), self.plan(node.right, names)], cost)

    def _unaryop(self, node: ast.UnaryOp, names: Names) -> PlannedNode:
        part = self.plan(node.operand, names)
        if isinstance(node.op, ast.Not):
            _check_single(part.shape)
            return self.budget.plan((), lambda value: not _to_bool(value), part)
        if isinstance(node.op, ast.Invert):
            return self.budget.plan(part.shape, lambda value: ~np.asarray(value, dtype=np.bool_), part)
        return self.budget.plan(part.shape, lambda value: -_to_float(value), part) if isinstance(node.op, ast.USub) else part

    def _boolop(self, node: ast.BoolOp, names: Names) -> PlannedNode:
        operation = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return self._elementwise(lambda *values: reduce(operation, values), [self.plan(part, names) for part in node.values])

    def _compare(self, node: ast.Compare, names: Names) -> PlannedNode:
        if any(type(operation) not in _COMPARISONS for operation in node.ops):
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        acts = [_COMPARISONS[type(operation)] for operation in node.ops]

        def compare(*sides: Any) -> Any:
            return reduce(np.logical_and, (operation(a, b) for operation, a, b in zip(acts, sides, sides[1:], strict=False)))

        return self._elementwise(compare, [self.plan(side, names) for side in (node.left, *node.comparators)], 2 * CHEAP)

    def _subscript(self, node: ast.Subscript, names: Names) -> PlannedNode:
        part = self.plan(node.value, names)
        index_nodes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        index = tuple(self._place(place, names) for place in index_nodes)
        shape = np.broadcast_to(np.False_, part.shape)[index].shape
        if any(isinstance(place, np.ndarray) for place in index):
            return self.budget.plan(shape, lambda value: np.asarray(value)[index], part, cost=ROOT)
        return part.view(shape, lambda value: value[index])

    def _place(self, node: ast.expr, names: Names) -> Any:
        if isinstance(node, ast.Slice):
            return slice(*(None if end is None else _to_int(self._value(end, names)) for end in (node.lower, node.upper, node.step)))
        if isinstance(node, ast.Constant) and node.value is ...:
            return ...
        value = self._value(node, names)
        return value if getattr(value, "dtype", None) == np.bool_ and np.ndim(value) else _to_int(value)

    def _list(self, node: ast.List, names: Names) -> PlannedNode:
        parts = [self.plan(part, names) for part in node.elts]
        for first, second in pairwise(parts):
            if first.shape != second.shape:
                raise Problem("lessons.expression.shapes", one=first.shape, other=second.shape)
        shape = (len(parts), *(parts[0].shape if parts else ()))
        return self.budget.plan(shape, lambda *values: np.array([_to_float(value) for value in values]), *parts)

    def _ifexp(self, node: ast.IfExp, names: Names) -> PlannedNode:
        return self.plan(node.body if _to_bool(self._value(node.test, names)) else node.orelse, names)

    def _attribute(self, node: ast.Attribute, names: Names) -> PlannedNode:
        if node.attr not in _ATTRIBUTES:
            raise Problem("lessons.expression.no_attribute", name=node.attr, known=(*_ATTRIBUTES, *(f"{name}()" for name in REDUCTIONS)))
        part = self.plan(node.value, names)
        if node.attr == "T":
            return part.view(part.shape[::-1], np.transpose)
        return wrap(np.array(part.shape if node.attr == "shape" else math.prod(part.shape), dtype=np.float64))

    def _call(self, node: ast.Call, names: Names) -> PlannedNode:
        arguments = list(node.args)
        if isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
            name, arguments = node.func.attr, [node.func.value, *arguments]
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node.func))
        if name in _SCOPE_FUNCTIONS or name == "wrong_loss":
            return wrap(self._call_scope(name, node, names))
        function = _function(name)
        if not function.least <= len(arguments) <= function.most:
            raise Problem("lessons.expression.arity", name=name, takes=function.arity, n=len(arguments))
        if any(keyword.arg != "axis" or not function.axis for keyword in node.keywords):
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        settings = {str(keyword.arg): _to_int(self._value(keyword.value, names)) for keyword in node.keywords}
        return self._call_function(function, [self.plan(argument, names) for argument in arguments], settings)

    def _call_function(self, function: Function, parts: list[PlannedNode], settings: Mapping[str, int]) -> PlannedNode:
        array_count = function.arrays or len(parts)
        arrays, integers = parts[:array_count], [_to_int(self.budget.compute(part)) for part in parts[array_count:]]
        shapes = [*(part.shape for part in arrays), *integers]
        shape, products = function.shape(*shapes, **settings), function.products(*shapes)
        return self.budget.plan(shape, lambda *values: function.call(*values, *integers, **settings), *arrays, cost=function.cost, products=products)

    def _call_scope(self, name: str, node: ast.Call, names: Names) -> Any:
        first_argument = node.args[0] if len(node.args) == 2 and not node.keywords else None
        if not (isinstance(first_argument, ast.Constant) and isinstance(first_argument.value, str)):
            raise Problem("lessons.expression.elsewhere", name=name)
        self.scopes += 1
        if self.scopes > MOST_SCOPES:
            raise Problem("lessons.expression.too_many_scopes", most=MOST_SCOPES)
        self.allowance.take(LOOK)
        updates = _to_int(self._value(node.args[1], names)) if name == "wrong_loss" else 0
        self.allowance.wait(names.seconds(name, first_argument.value, updates))
        if name == "wrong_loss":
            return np.float64(names.wrong_loss(first_argument.value, updates))
        return self._value(node.args[1], names.elsewhere(name, first_argument.value))


def _function(name: str) -> Function:
    if name not in FUNCTIONS:
        for match in get_close_matches(name, FUNCTIONS, 1, 0.7):
            raise Problem("lessons.expression.no_function_near", name=name, near=match)
        raise Problem("lessons.expression.no_function", name=name, known=(*FUNCTIONS, *_SCOPE_FUNCTIONS, "wrong_loss"))
    return FUNCTIONS[name]


def _to_float(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64)


def _check_single(shape: tuple[int, ...]) -> None:
    if math.prod(shape) != 1:
        raise Problem("lessons.expression.not_one", shape=shape)


def _to_bool(value: Any) -> bool:
    _check_single(np.shape(value))
    return bool(np.asarray(value).reshape(-1)[0])


def _to_int(value: Any) -> int:
    number = float(np.asarray(value).reshape(-1)[0]) if np.size(value) == 1 else math.nan
    if not number.is_integer():
        raise Problem("lessons.expression.not_whole")
    return int(number)

"""A small closed language over named arrays: how a lesson's keys are computed. Nothing is ever handed to eval.

    z1[14:17, 14:17]        count(conv2d(x, replaced(f, 0, 0, 0)) != z1)        abs(dw) == max(abs(dw))

Numbers, the names of arrays, + - * / // % **, comparisons, and, or, not, cells and slices, .shape, .size, .T, and the
functions of functions.py, which may also be written behind an array (z1.max()). Length, depth and work are bounded.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from cnnviz.lessons.functions import FUNCTIONS, MOST_VALUES, REDUCTIONS, WITH_AXIS
from cnnviz.words import Problem

MOST_TEXT, MOST_PARTS, MOST_WORK = 600, 240, 20_000_000
"""Characters and parts of an expression, and numbers made on the way."""
MOST_SCENES = 8
"""How often an expression may look at another lesson."""
MOST_SECONDS = 3.0
"""About how long that may take altogether: somebody waits for it."""

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide, ast.Mod: np.mod, ast.Pow: np.power,
}  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_ATTRIBUTES = ("shape", "size", "T")
_ELSEWHERE = ("at", "wrong")


class Names(Protocol):
    """Where an expression is evaluated: its arrays by name, and other places to look from."""

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """Every array by its name."""
        ...

    def elsewhere(self, function: str, text: str) -> Names:
        """The place that at("k=1", …) or wrong("kernel_gradient_flipped@df", …) means; Problem where there is none."""
        ...

    def seconds(self, function: str, text: str, updates: int = 0) -> float:
        """About how long it takes to look there."""
        ...

    def wrong_loss(self, mistake: str, updates: int) -> float:
        """The loss after so many updates with a mistake in the backward pass."""
        ...


@lru_cache(maxsize=2048)
def parsed(text: str) -> ast.expr:
    """The expression as a tree; Problem where it is none, or too long."""
    if len(text) > MOST_TEXT:
        raise Problem("lessons.expression.too_long", n=len(text), most=MOST_TEXT)
    try:
        tree = ast.parse(text.strip().replace("∂", "d"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problem("lessons.expression.syntax", text=text, why=getattr(error, "msg", None) or str(error)) from None
    parts = sum(1 for _ in ast.walk(tree))
    if parts > MOST_PARTS:
        raise Problem("lessons.expression.too_deep", n=parts, most=MOST_PARTS)
    return tree


def evaluate(text: str, names: Names) -> np.ndarray:
    """What an expression comes to among these names, as an array of numbers or truths; Problem says what is wrong with it."""
    try:
        with np.errstate(all="ignore"):
            value = _Reader().value(parsed(text), names)
    except Problem:
        raise
    except (ValueError, TypeError, IndexError, ArithmeticError, MemoryError, RecursionError) as error:
        raise Problem("lessons.expression.fails", text=text, why=str(error).rstrip(".")) from None
    return np.asarray(value)


class _Reader:
    """Walks one expression; counts what it makes."""

    def __init__(self) -> None:
        self.work = 0
        self.scenes = 0
        self.seconds = 0.0

    def value(self, node: ast.expr, names: Names) -> Any:
        read = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read is None:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        return self._counted(read(node, names))

    def _counted(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            self.work += value.size
            if value.size > MOST_VALUES or self.work > MOST_WORK:
                raise Problem("lessons.expression.too_large", most=MOST_VALUES)
        return value

    def _constant(self, node: ast.Constant, _: Names) -> Any:
        value = node.value
        if isinstance(value, bool):
            return np.bool_(value)
        if isinstance(value, int | float) and abs(value) <= 1e9:
            return np.float64(value)
        raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))

    def _name(self, node: ast.Name, names: Names) -> Any:
        found = names.arrays.get(node.id)
        if found is None:
            for near in get_close_matches(node.id, names.arrays, 1, 0.7):
                raise Problem("lessons.expression.unknown_near", name=node.id, near=near)
            raise Problem("lessons.expression.unknown", name=node.id, known=tuple(names.arrays))
        return found

    def _binop(self, node: ast.BinOp, names: Names) -> Any:
        act = _OPERATORS.get(type(node.op))
        if act is None:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
        return self._both(act, self.value(node.left, names), self.value(node.right, names))

    def _both(self, act: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        """Before it is made, whether the result is small enough."""
        if np.prod(np.broadcast_shapes(np.shape(a), np.shape(b)), dtype=float) > MOST_VALUES:
            raise Problem("lessons.expression.too_large", most=MOST_VALUES)
        plain = [side.astype(np.float64) if getattr(side, "dtype", None) == np.bool_ and act in _OPERATORS.values() else side for side in (a, b)]
        return act(*plain)

    def _unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        value = self.value(node.operand, names)
        if isinstance(node.op, ast.Not):
            return np.bool_(not _truth(value))
        if isinstance(node.op, ast.Invert):
            return ~np.asarray(value, dtype=np.bool_)
        return -np.asarray(value, dtype=np.float64) if isinstance(node.op, ast.USub) else value

    def _boolop(self, node: ast.BoolOp, names: Names) -> Any:
        values = [np.asarray(self.value(part, names), dtype=np.bool_) for part in node.values]
        together = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        made = values[0]
        for value in values[1:]:
            made = self._both(together, made, value)
        return made

    def _compare(self, node: ast.Compare, names: Names) -> Any:
        sides = [self.value(side, names) for side in (node.left, *node.comparators)]
        made: Any = np.bool_(True)
        for act, a, b in zip(node.ops, sides, sides[1:], strict=False):
            if type(act) not in _COMPARISONS:
                raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
            made = np.logical_and(made, self._both(_COMPARISONS[type(act)], a, b))
        return made

    def _subscript(self, node: ast.Subscript, names: Names) -> Any:
        value = np.asarray(self.value(node.value, names))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return value[tuple(self._place(part, names) for part in parts)]

    def _place(self, node: ast.expr, names: Names) -> Any:
        if isinstance(node, ast.Slice):
            return slice(*(None if end is None else _whole(self.value(end, names)) for end in (node.lower, node.upper, node.step)))
        if isinstance(node, ast.Constant) and node.value is ...:
            return ...
        value = self.value(node, names)
        return value if getattr(value, "dtype", None) == np.bool_ and np.ndim(value) else _whole(value)

    def _list(self, node: ast.List, names: Names) -> Any:
        return np.array([np.asarray(self.value(part, names), dtype=np.float64) for part in node.elts])

    def _ifexp(self, node: ast.IfExp, names: Names) -> Any:
        return self.value(node.body if _truth(self.value(node.test, names)) else node.orelse, names)

    def _attribute(self, node: ast.Attribute, names: Names) -> Any:
        if node.attr not in _ATTRIBUTES:
            raise Problem("lessons.expression.no_attribute", name=node.attr, known=(*_ATTRIBUTES, *(f"{name}()" for name in REDUCTIONS)))
        value = np.asarray(self.value(node.value, names))
        return value.T if node.attr == "T" else np.array(getattr(value, node.attr), dtype=np.float64)

    def _call(self, node: ast.Call, names: Names) -> Any:
        arguments = list(node.args)
        if isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
            name, arguments = node.func.attr, [node.func.value, *arguments]
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            raise Problem("lessons.expression.not_allowed", text=ast.unparse(node.func))
        if name in _ELSEWHERE or name == "wrong_loss":
            return self._elsewhere(name, node, names)
        if name not in FUNCTIONS:
            for near in get_close_matches(name, FUNCTIONS, 1, 0.7):
                raise Problem("lessons.expression.no_function_near", name=name, near=near)
            raise Problem("lessons.expression.no_function", name=name, known=(*FUNCTIONS, *_ELSEWHERE, "wrong_loss"))
        settings = {}
        for keyword in node.keywords:
            if keyword.arg != "axis" or name not in WITH_AXIS:
                raise Problem("lessons.expression.not_allowed", text=ast.unparse(node))
            settings["axis"] = _whole(self.value(keyword.value, names))
        return FUNCTIONS[name](*[self.value(argument, names) for argument in arguments], **settings)

    def _elsewhere(self, name: str, node: ast.Call, names: Names) -> Any:
        first = node.args[0] if len(node.args) == 2 and not node.keywords else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            raise Problem("lessons.expression.elsewhere", name=name)
        self.scenes += 1
        if self.scenes > MOST_SCENES:
            raise Problem("lessons.expression.too_many_scenes", most=MOST_SCENES)
        updates = _whole(self.value(node.args[1], names)) if name == "wrong_loss" else 0
        self.seconds += names.seconds(name, first.value, updates)
        if self.seconds > MOST_SECONDS:
            raise Problem("lessons.scene.too_long", seconds=math.ceil(self.seconds), most=MOST_SECONDS)
        if name == "wrong_loss":
            return np.float64(names.wrong_loss(first.value, updates))
        return self.value(node.args[1], names.elsewhere(name, first.value))


def _truth(value: Any) -> bool:
    if np.size(value) != 1:
        raise Problem("lessons.expression.not_one", shape=np.shape(value))
    return bool(np.asarray(value).reshape(-1)[0])


def _whole(value: Any) -> int:
    if np.size(value) != 1 or not np.isfinite(value) or float(value) != int(value):
        raise Problem("lessons.expression.not_whole")
    return int(value)

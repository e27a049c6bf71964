"""A class's forward: which of its layers are called one after the other, followed through the text, never run.

One value goes through: x = self.pool(F.relu(self.conv1(x))). Where two meet, or something else is done to it, there is no telling.
"""

import ast
from collections.abc import Iterator, Mapping

from cnnviz.models.containers import Names, few, layers_in
from cnnviz.models.described import Described, described, shortened
from cnnviz.words import Problem

FUNCTIONS: Mapping[str, str] = {
    "relu": "ReLU", "relu_": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "log_softmax": "LogSoftmax", "leaky_relu": "LeakyReLU",
    "max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d", "adaptive_avg_pool2d": "AdaptiveAvgPool2d", "dropout": "Dropout", "dropout2d": "Dropout2d",
    "flatten": "Flatten", "view": "Flatten", "reshape": "Flatten",
}  # fmt: skip
"""Functions, and methods of a tensor, by the layer that they are."""

PASSED_ON = ("contiguous", "to", "float", "squeeze")


def layers_of_class(tree: ast.AST, names: Names) -> list[Described]:
    """The layers that the first class with forward calls, in order; none where there is no such class."""
    for cls in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        methods = {one.name: one for one in cls.body if isinstance(one, ast.FunctionDef)}
        forward = methods.get("forward") or methods.get("call")
        if forward is not None and "__init__" in methods and len(forward.args.args) > 1:
            return _Forward(_attributes(methods["__init__"]), names).layers(forward)
    return []


def _attributes(init: ast.FunctionDef) -> dict[str, ast.expr]:
    """The attributes that __init__ assigns to self."""
    return {
        node.targets[0].attr: node.value
        for node in ast.walk(init)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and isinstance(node.targets[0].value, ast.Name) and node.targets[0].value.id == "self"
    }


class _Forward:
    """The layers that each variable has come through, line by line."""

    def __init__(self, attributes: Mapping[str, ast.expr], names: Names):
        self.attributes, self.names = attributes, names
        self.values: dict[str, list[Described]] = {}

    def layers(self, forward: ast.FunctionDef) -> list[Described]:
        """Those that what is returned has come through."""
        self.values = {forward.args.args[1].arg: []}
        for line in forward.body:
            if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
                if self._concerns(line.value):
                    self.values[line.targets[0].id] = few(list(self._of(line.value)))
            elif isinstance(line, ast.Return) and line.value is not None:
                return list(self._of(line.value))
            elif not isinstance(line, ast.Expr) and self._concerns(line):
                raise Problem("model.forward", line=shortened(ast.unparse(line)))
        return []

    def _concerns(self, node: ast.AST) -> bool:
        return any(isinstance(one, ast.Name) and one.id in self.values for one in ast.walk(node))

    def _of(self, node: ast.expr, depth: int = 30) -> Iterator[Described]:
        if isinstance(node, ast.Name) and node.id in self.values:
            yield from self.values[node.id]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and depth:
            own, inner = node.func.value, node.args[0] if node.args else None
            if isinstance(own, ast.Name) and own.id == "self" and inner is not None and node.func.attr in self.attributes:
                yield from self._of(inner, depth - 1)
                yield from self._layer(self.attributes[node.func.attr])
            elif self._concerns(own):  # a method of the value itself: x.view(-1, 400), x.relu()
                yield from self._of(own, depth - 1)
                yield from self._function(node, [])
            elif inner is not None:
                yield from self._of(inner, depth - 1)
                yield from self._function(node, node.args[1:])
            else:
                raise Problem("model.forward", line=shortened(ast.unparse(node)))
        else:
            raise Problem("model.forward", line=shortened(ast.unparse(node)))

    def _layer(self, value: ast.expr) -> Iterator[Described]:
        yield from layers_in(value, self.names)

    def _function(self, call: ast.Call, arguments: list[ast.expr]) -> Iterator[Described]:
        assert isinstance(call.func, ast.Attribute)
        name = call.func.attr
        if name in PASSED_ON:
            return
        if name not in FUNCTIONS:
            raise Problem("model.forward", line=shortened(ast.unparse(call)))
        layer = ast.Call(ast.Name(FUNCTIONS[name]), arguments, call.keywords)
        read = described(layer, self.names.known)
        yield Described(read.name, read.placed, read.named, shortened(ast.unparse(call)))

"""A class's forward: which of its layers are called one after the other, followed through the text, never run.

One value goes through: x = self.pool(F.relu(self.conv1(x))). Where two meet, or something else is done to it, there is no telling.
"""

import ast
from collections.abc import Iterator, Mapping

from cnnviz.models.containers import CONTAINERS, Names, few, layers_in
from cnnviz.models.described_layers import Described, called, described, name_of, shortened
from cnnviz.words import Problem

FUNCTIONS: Mapping[str, str] = {
    "relu": "ReLU", "relu_": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "log_softmax": "LogSoftmax", "leaky_relu": "LeakyReLU",
    "max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d", "adaptive_avg_pool2d": "AdaptiveAvgPool2d", "dropout": "Dropout", "dropout2d": "Dropout2d",
    "flatten": "Flatten", "view": "Flatten", "reshape": "Flatten",
}  # fmt: skip
"""Functions, and methods of a tensor, by the layer that they are."""

PASSED_ON = ("contiguous", "to", "float", "squeeze")


def layers_of_class(tree: ast.AST, names: Names) -> list[Described]:
    """The layers that the first class with forward calls that is no part of another, in order.

    None where there is no such class, or where it is not made and a container stands beside it.
    """
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _methods(node)]
    parts = {called(node) for cls in classes for node in ast.walk(cls) if isinstance(node, ast.Call)}
    cls = next((one for one in classes if one.name not in parts), next(iter(classes), None))
    if cls is None:
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = next((node for node in calls if called(node) == cls.name), None)
    called_there = (own for name, own in names.own.items() if name in parts and name[:2] != "__")
    inside = {id(node) for one in (*classes, *called_there) for node in ast.walk(one)}
    if made is None and any(called(node) in CONTAINERS and id(node) not in inside for node in calls):
        return []
    return layers_of(cls, made or ast.Call(ast.Name(cls.name), [], []), names)


def layers_of(cls: ast.ClassDef, call: ast.Call, names: Names) -> list[Described]:
    """The layers of a class that is called so; none where it has no forward."""
    methods = _methods(cls)
    if not methods:
        return []
    init, forward = methods
    attributes = _attributes(init)
    return _Forward(attributes, names.inside(init.args, call, attributes)).layers(forward)


def layers_of_functions(tree: ast.AST, names: Names) -> list[Described]:
    """The layers that the outputs of a Keras Model have come through: x = Conv2D(8, 3)(x). Problem where they branch."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in ("Model", "Functional"))
    ends = ([*(one.value for one in call.keywords if one.arg == "outputs"), *call.args[1:2]] for call in calls)
    end = next((found[0] for found in ends if found), None)
    if end is None:
        return []
    through = _Forward({}, names)
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) not in ("Model", "Functional")]
    try:
        for line in sorted(lines, key=lambda node: node.lineno):
            through.follow(line)
        return list(through.of(end.elts[0] if isinstance(end, ast.List) and len(end.elts) == 1 else end))
    except Problem as problem:
        raise Problem("model.branches", name=problem.values.get("line", "")) from None


def _methods(cls: ast.ClassDef) -> tuple[ast.FunctionDef, ast.FunctionDef] | None:
    """__init__ and forward, or Keras' call."""
    methods = {one.name: one for one in cls.body if isinstance(one, ast.FunctionDef)}
    forward = methods.get("forward") or methods.get("call")
    if forward is not None and forward.args.vararg and len(forward.args.args) == 1:
        raise Problem("model.forward", line=shortened(ast.unparse(forward.args)))
    return (methods["__init__"], forward) if forward is not None and "__init__" in methods and len(forward.args.args) > 1 else None


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
            if isinstance(line, ast.Assign) and (_is_size(line.value) or isinstance(line.targets[0], ast.Name)):
                self.follow(line)
            elif isinstance(line, ast.Return) and line.value is not None:
                return list(self.of(line.value.elts[0] if isinstance(line.value, ast.Tuple) and line.value.elts else line.value))
            elif not isinstance(line, ast.Expr) and self._concerns(line):
                raise Problem("model.forward", line=shortened(ast.unparse(line)))
        return []

    def follow(self, line: ast.Assign) -> None:
        """Notes the layers that a line's value has come through; a size is none of them."""
        first = line.targets[0]
        made = isinstance(line.value, ast.Call) and called(line.value) == "Input"
        if isinstance(first, ast.Name) and not _is_size(line.value) and (made or self._concerns(line.value)):
            self.values[first.id] = few(list(self.of(line.value)))

    def _concerns(self, node: ast.AST) -> bool:
        return any(isinstance(one, ast.Name) and one.id in self.values for one in ast.walk(node))

    def of(self, node: ast.expr, depth: int = 30) -> Iterator[Described]:
        """The layers that a value has come through."""
        if isinstance(node, ast.Name) and node.id in self.values:
            yield from self.values[node.id]
        elif isinstance(node, ast.Call) and called(node) == "Input":
            yield described(node, self.names.known)
        elif isinstance(node, ast.Call) and node.args and depth and (isinstance(node.func, ast.Call) or name_of(node.func) in self.names.known):
            yield from self.of(node.args[0], depth - 1)
            yield from layers_in(node.func, self.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and depth:
            yield from self.of(node.args[0], depth - 1)
            yield from self._function(node, node.args[1:])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and depth:
            own, inner = node.func.value, node.args[0] if node.args else None
            if isinstance(own, ast.Name) and own.id == "self" and inner is not None and node.func.attr in self.attributes:
                yield from self.of(inner, depth - 1)
                yield from layers_in(node.func if f"self.{node.func.attr}" in self.names.grown else self.attributes[node.func.attr], self.names)
            elif self._concerns(own):  # a method of the value itself: x.view(-1, 400), x.relu()
                yield from self.of(own, depth - 1)
                yield from self._function(node, [])
            elif inner is not None:
                yield from self.of(inner, depth - 1)
                yield from self._function(node, node.args[1:])
            else:
                raise Problem("model.forward", line=shortened(ast.unparse(node)))
        else:
            raise Problem("model.forward", line=shortened(ast.unparse(node)))

    def _function(self, call: ast.Call, arguments: list[ast.expr]) -> Iterator[Described]:
        name = called(call)
        if name in PASSED_ON:
            return
        if name not in FUNCTIONS:
            raise Problem("model.forward", line=shortened(ast.unparse(call)))
        layer = ast.Call(ast.Name(FUNCTIONS[name]), arguments, call.keywords)
        read = described(layer, self.names.known)
        yield Described(read.name, read.placed, read.named, shortened(ast.unparse(call)))


def _is_size(node: ast.expr) -> bool:
    """Tells whether this is a size, such as x.size(0) or x.shape[0], of which no layer is made."""
    if isinstance(node, ast.Tuple) and node.elts:
        return all(map(_is_size, node.elts))
    inner = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Subscript) else node
    return isinstance(inner, ast.Attribute) and inner.attr in ("size", "shape")

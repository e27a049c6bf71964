"""The layers in a container such as nn.Sequential, as its text has them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from cnnviz.models.described_layers import Described, called, constant, described, name_of, shortened
from cnnviz.words import Problem

MOST_LAYERS = 200
MOST_STEPS = 20_000
"""Parts of containers that are looked at: a list may name another many times, and that one others."""
CONTAINERS = ("Sequential", "ModuleList")


Own = ast.FunctionDef | ast.ClassDef


@dataclass
class Names:
    """The values of names in a text, its own functions and classes, how the layers of such a class are found, and how much more may be read.

    What is `grown` is added to later, and has no value here.
    """

    known: Mapping[str, ast.AST]
    own: Mapping[str, Own] = field(default_factory=dict)
    follow: Callable[[ast.ClassDef, ast.Call, Names], list[Described]] | None = None
    grown: frozenset[str] = frozenset()
    left: list[int] = field(default_factory=lambda: [MOST_STEPS])
    depth: int = 6

    def step(self) -> None:
        """Counts a part; Problem where there are too many."""
        self.left[0] -= 1
        if self.left[0] < 0:
            raise Problem("model.too_many", n=MOST_STEPS, most=MOST_LAYERS)

    def inside(self, arguments: ast.arguments, call: ast.Call, attributes: Mapping[str, ast.expr] | None = None) -> Names:
        """The names in a function that is called so, or in a class with these attributes."""
        self.step()
        names = [one.arg for one in arguments.args if one.arg != "self"]
        given = dict(zip(names, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}
        values = {name: constant(value, self.known) for name, value in given.items()}
        passed = {name: ast.Constant(value) if isinstance(value, int | float | str | bool) else given[name] for name, value in values.items()}
        passed = {name: value for name, value in passed.items() if not (isinstance(value, ast.Name) and value.id == name)}
        own = {f"self.{name}": value for name, value in (attributes or {}).items() if f"self.{name}" not in self.grown}
        return replace(self, known={**self.known, **defaults(arguments), **own, **passed}, depth=self.depth - 1)


def defaults(arguments: ast.arguments) -> dict[str, ast.expr]:
    """The values that a function's arguments have where none are given."""
    last = zip(reversed(arguments.args), reversed(arguments.defaults), strict=False)
    return {one.arg: value for one, value in (*last, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)) if value is not None}


def layers_in(node: ast.AST, names: Names, depth: int = 12) -> Iterator[Described]:
    """The layers in a container's arguments, those of inner containers in their place."""
    names.step()
    if isinstance(node, ast.Name | ast.Attribute) and (name := name_of(node)) in names.known and depth:
        yield from layers_in(names.known[name], names, depth - 1)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield Described(name_of(node) or shortened(ast.unparse(node)), text=shortened(ast.unparse(node)))
    elif isinstance(node, ast.List | ast.Tuple):
        named = isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant)
        for one in node.elts[1:] if named else node.elts:  # ("conv1", nn.Conv2d(…))
            yield from layers_in(one, names, depth)
    elif isinstance(node, ast.Starred):
        yield from layers_in(node.value, names, depth)
    elif isinstance(node, ast.Call) and depth:
        if called(node) in (*CONTAINERS, "OrderedDict"):
            for one in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "layers")):
                yield from layers_in(one, names, depth - 1)
        elif (own := names.own.get(called(node))) is not None and (inner := _layers_of_own(own, node, names)) is not None:
            yield from inner
        else:
            yield described(node, names.known)
    elif not isinstance(node, ast.Constant):
        yield Described("", text=shortened(ast.unparse(node)))


def _layers_of_own(own: Own, call: ast.Call, names: Names) -> list[Described] | None:
    """The layers that the text's own function returns, or its own class calls; None where there is no telling."""
    if not names.depth:
        return None
    if isinstance(own, ast.ClassDef):
        return names.follow(own, call, names) or None if names.follow else None
    lines = [line for line in own.body if not isinstance(line, ast.Expr)]
    last = lines[-1] if len(lines) == 1 else None  # a list to which others append would not be whole
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Call) and called(last.value) in (*CONTAINERS, *names.own):
        return list(layers_in(last.value, names.inside(own.args, call)))
    return None


def few(layers: list[Described]) -> list[Described]:
    """The layers, if they are not too many; else Problem."""
    if len(layers) > MOST_LAYERS:
        raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
    return layers

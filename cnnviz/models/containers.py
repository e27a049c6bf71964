"""The layers in a container such as nn.Sequential, as its text has them."""

import ast
from collections.abc import Iterator, Mapping

from cnnviz.models.described import Described, described
from cnnviz.words import Problem

MOST_LAYERS = 200
MOST_STEPS = 20_000
"""Parts of containers that are looked at: a list may name another many times, and that one others."""
CONTAINERS = ("Sequential", "ModuleList")


class Names:
    """The values of names in a text, and how much more may be read."""

    def __init__(self, known: Mapping[str, ast.AST]):
        self.known, self.left = known, MOST_STEPS

    def step(self) -> None:
        """Counts a part; Problem where there are too many."""
        self.left -= 1
        if self.left < 0:
            raise Problem("model.too_many", n=MOST_STEPS, most=MOST_LAYERS)


def layers_in(node: ast.AST, names: Names, depth: int = 12) -> Iterator[Described]:
    """The layers in a container's arguments, those of inner containers in their place."""
    names.step()
    if isinstance(node, ast.Name) and node.id in names.known and depth:
        yield from layers_in(names.known[node.id], names, depth - 1)
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
        else:
            yield described(node, names.known)


def few(layers: list[Described]) -> list[Described]:
    """The layers, if they are not too many; else Problem."""
    if len(layers) > MOST_LAYERS:
        raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
    return layers


def called(call: ast.Call) -> str:
    """The name of what is called, without what it is of.

    >>> called(ast.parse("nn.ReLU()", mode="eval").body)
    'ReLU'
    """
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""

"""A model in Python's text: nn.Sequential, keras.Sequential, model.add(…), or a class with forward; read as text, never run."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from cnnviz.models.containers import CONTAINERS, MOST_LAYERS, Names, defaults, few, layers_in
from cnnviz.models.described_layers import Described, Description, called, described, name_of, shortened
from cnnviz.models.forward import layers_of, layers_of_class, layers_of_functions
from cnnviz.models.losses import loss_of
from cnnviz.words import Problem

MOST_NESTED = 60
"""Brackets in one another: Python's own reader takes no more than 200."""


def read_source(text: str) -> Description:
    """The layers and the loss in a piece of code. Problem where there are none.

    >>> found = read_source("model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())\\nloss = nn.CrossEntropyLoss()")
    >>> [layer.name for layer in found.layers], found.loss
    (['Conv2d', 'ReLU'], 'softmax-ce')
    """
    tree, fault = _tree(text)
    tree = _Unmoved().visit(tree)
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign) and len(node.targets) == 1)
    own = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    functions = [node.args for node in own.values() if isinstance(node, ast.FunctionDef)]
    known = {name: value for arguments in reversed(functions) for name, value in defaults(arguments).items()}
    known |= {name: node.value for node in assigned if (name := name_of(node.targets[0]))}
    grown = _grown(tree)
    names = Names({name: value for name, value in known.items() if name not in grown}, own, layers_of, grown)
    layers = layers_of_class(tree, names) or _sequential(tree, names) or layers_of_functions(tree, names)
    if not layers:
        raise fault or Problem("model.no_layers")
    return Description(tuple(few(layers)), *loss_of(tree), frozenset(own) | grown)


def _grown(tree: ast.AST) -> frozenset[str]:
    """The names of what a text adds to, such as a list: what is in it at the end is not told without running it."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    added = (func.value for func in calls if func.attr in ("append", "extend", "insert", "add_module"))
    return frozenset(map(name_of, (*added, *(node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign))))) - {""}


class _Unmoved(ast.NodeTransformer):
    """Leaves out where a model or a layer is moved to, which changes none: nn.Linear(4, 2).to(device).

    A class that is a Sequential gives its layers to super().__init__(…): self is one, then; where that is all, it is a function that returns one.
    """

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        init = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
        if init is None or not any(name_of(base).rpartition(".")[2] == "Sequential" for base in node.bases):
            return node
        init.body = [_own_start(line) for line in init.body]
        if len(node.body) == len(init.body) == 1 and isinstance(line := init.body[0], ast.Assign):
            return ast.copy_location(ast.FunctionDef(node.name, init.args, [ast.Return(line.value)], []), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call) and node.func.attr in _MOVES:
            return node.func.value
        return node


def _own_start(line: ast.stmt) -> ast.stmt:
    """self = Sequential(…) for super().__init__(…)."""
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and called(line.value) == "__init__":
        made = ast.Call(ast.Name("Sequential"), line.value.args, line.value.keywords)
        return ast.copy_location(ast.Assign([ast.Name("self")], made), line)
    return line


_MOVES = ("to", "cuda", "cpu", "float", "double", "half", "eval", "train")


def _tree(text: str) -> tuple[ast.Module, Problem | None]:
    """The text as Python reads it; of a text that is none, the first Sequential(…) in it, and where it is none."""
    _check_nesting(text)
    fault = None
    for part in (textwrap.dedent(text), _balanced(text)):
        try:
            return ast.parse(part), fault
        except SyntaxError as error:
            fault = fault or Problem("model.syntax", n=error.lineno or 1, line=shortened((error.text or "").strip()))
        except ValueError:
            continue
        except (RecursionError, MemoryError):
            break
    raise fault if fault and ("Sequential" in text or "Module" in text) else Problem("model.no_python")


def _check_nesting(text: str) -> None:
    depth = most = 0
    for bracket in re.findall(r"[\[({})\]]", text):
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        most = max(most, depth)
    if most > MOST_NESTED or re.search(r"[-+~]{200}|(?:not\s+){200}", text):
        raise Problem("model.nested")


def _balanced(text: str) -> str:
    """From the first "Sequential(" to its closing bracket."""
    start = re.search(r"\w*Sequential\s*\(", text)
    if start is None:
        return "?"
    depth = 0
    for place in range(start.end() - 1, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return text[start.start() : place + 1]
    return "?"


def _sequential(tree: ast.AST, names: Names) -> list[Described]:
    """The layers of the Sequential that has most, with those that model.add(…) adds to it: parts of it may stand apart."""
    assigned = {id(node.value): name_of(_target(node)) for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)}
    loops = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.For | ast.While) for inner in ast.walk(node)}
    made, named, inside = list[list[Described]](), dict[str, list[Described]](), _inside(tree, names)
    for call in (node for node in _in_order(tree) if isinstance(node, ast.Call)):
        here = inside.get(id(call), names)
        if called(call) in CONTAINERS and len(made) < MOST_LAYERS:
            named[assigned.get(id(call), "")] = layers = list(layers_in(call, here))
            made.append(layers)
        elif isinstance(call.func, ast.Attribute) and (call.func.attr, len(call.args)) in _ADDS:
            model, layer = name_of(call.func.value), call.args[-1]
            if model not in named and isinstance(layer, ast.Call) and call.func.attr in ("add", "add_module"):
                made.append(named.setdefault(model, []))
            if model in named:
                untold = id(call) in loops or call.func.attr in ("extend", "insert")
                named[model] += [Described("", text=shortened(ast.unparse(call)))] if untold else layers_in(layer, here)
    return max(made, key=len, default=[])


_ADDS = (("add", 1), ("append", 1), ("add_module", 2), ("extend", 1), ("insert", 2))
"""Methods that add to a Sequential, each with its number of arguments."""


def _target(node: ast.Assign | ast.AnnAssign) -> ast.expr:
    return node.target if isinstance(node, ast.AnnAssign) else node.targets[0]


def _inside(tree: ast.AST, names: Names) -> dict[int, Names]:
    """For what stands in a function of the text's own, or in the start of a class: the names as they are where it is called first."""
    found = dict[int, Names]()
    calls = {called(node): node for node in reversed([*_in_order(tree)]) if isinstance(node, ast.Call)}
    for name, own in names.own.items():
        start = own if isinstance(own, ast.FunctionDef) else next((one for one in own.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
        if start is not None and name in calls and name[:2] != "__":
            found |= dict.fromkeys(map(id, ast.walk(start)), names.inside(start.args, calls[name]))
    return found


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, in the order of the text."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed([*ast.iter_child_nodes(node)])


# ---- what print(model) says

_LINE = re.compile(r"^\s*\(([\w.]+)\):\s*(\w+)\((.*)\)\s*$")


_BARE = {word: ast.Constant(word) for word in ("same", "valid")}
"""Words that stand in it without quotes: padding=same."""


def is_printed(text: str) -> bool:
    """Tells whether this is what print(model) says: a name and a bracket, then lines such as "(0): ReLU()"."""
    return bool(re.search(r"^\s*\([\w.]+\):\s*\w+\(", text, re.MULTILINE))


def read_printed(text: str) -> Description:
    """The layers that print(model) lists, in their order. Problem where one cannot be read.

    >>> found = read_printed("Sequential(\\n  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))\\n  (1): ReLU()\\n)")
    >>> [layer.name for layer in found.layers], found.layers[0].named["kernel_size"]
    (['Conv2d', 'ReLU'], (3, 3))
    """
    layers = []
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match is None:
            continue
        try:
            node = ast.parse(f"{match[2]}({match[3][:2000]})", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Problem("model.line", line=line.strip()[:80]) from None
        if isinstance(node, ast.Call):
            layers.append(replace(layer := described(node, _BARE), name=layer.name.removeprefix("Lazy")))  # its channels are printed, as 0
    if not layers:
        raise Problem("model.no_layers")
    loss = next((layer for layer in few(layers) if layer.name in ("CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "MSELoss")), None)
    return Description(tuple(layer for layer in layers if layer is not loss), *loss_of(ast.parse(f"nn.{loss.name}()") if loss else ast.Module([], [])))

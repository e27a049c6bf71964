"""A model in Python's text: which of its models is meant, and the layers between the input and the loss. The text is never run."""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from cnnviz.models.described_layers import Described, Description, shortened
from cnnviz.models.interpreter import Interpreter
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.models.values import Class, Doubt, Flow, Function, Functional, Instance, Loss, Module, Sequence
from cnnviz.words import Problem, message

MOST_NESTED = 60
"""Brackets in one another: Python's own reader takes no more than 200."""
_KERAS = re.compile(r"\b(keras|tensorflow|Conv2D|Convolution2D|Dense|MaxPooling2D)\b")
_TORCH = re.compile(r"\b(torch|Conv2d|Linear|MaxPool2d)\b")
_KERAS_1 = re.compile(r"\b(border_mode|nb_epoch|nb_filter|nb_row|subsample|dim_ordering|samples_per_epoch)\b")
_LEARNING = re.compile(r"(Lazy)?(Conv|Linear|Dense|LSTM|GRU|RNN|Embedding|BatchNorm|Convolution|Transformer)")

Candidate = tuple[str, Callable[[], Any], int]
"""A model of the text: its name, what gives it, and its line."""


def read_source(text: str, name: str = "") -> Description:
    """The layers and the loss in a piece of code, of the model of this name if there are several. Raise Problem if there are none.

    >>> description = read_source("model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())\\nloss = nn.CrossEntropyLoss()")
    >>> [layer.name for layer in description.layers], description.loss
    (['Conv2d', 'ReLU'], 'softmax-ce')
    """
    source, tree, fault = _tree(text)
    keras = bool(_KERAS.search(text)) and not _TORCH.search(text)
    reader = _Source(source, keras or len(_KERAS.findall(text)) > len(_TORCH.findall(text)), bool(_KERAS_1.search(text)))
    reader.run(tree.body, reader.scope)
    flow = reader.named(name) if name else reader.only()
    if flow is None:
        raise fault or Problem("model.no_layers")
    return reader.description(flow)


def without_commands(text: str) -> str:
    """A notebook's cells without its commands, such as !pip and %matplotlib, and Python 2's print without brackets.

    >>> without_commands("!pip install torch\\n  %time fit()\\nx = 1")
    'pass\\n  pass\\nx = 1'
    """
    return re.sub(r"(?m)^([ \t]*)(?:[!%].*|print\s+(?![=(.\[]).*|print *>>.*)$", r"\1pass", text)


class _Source(Interpreter):
    """A text after its statements: its models and losses."""

    def __init__(self, text: str, keras: bool, keras_1: bool):
        super().__init__(text, keras)
        self.keras_1 = keras_1

    # ---- which model

    def only(self) -> Any:
        """The tensor that the model ends with: the one whose loss is computed, else the one that is compiled, else the only one. Problem if there are several."""
        flows = self._trained()
        if flows:
            return self._one([("", lambda flow=flow: flow, line) for flow, line in flows])  # type: ignore[misc]
        compiled = [module for module, _ in self.compiled if isinstance(module, Module)]
        if compiled:
            return self._one([(self.name_of(module), lambda module=module: self.flow_of(module), module.layer.line) for module in compiled])  # type: ignore[misc]
        return self._one(self._candidates())

    def named(self, name: str) -> Any:
        """The tensor that ends the model of this name, or of a class, or made at a line of this number."""
        modules = [*self.modules]
        found, value = self.scope.find(name)
        if not found and name.isdigit():
            value = next((module for module in modules if module.layer.line == int(name)), None)
        if isinstance(value, Class):
            value = next((module for module in modules if isinstance(module, Instance) and module.cls is value), value)
        if not isinstance(value, Module | Class | Function | Doubt):
            names = dict.fromkeys(candidate[0] for candidate in self._candidates())
            raise Problem("model.no_such_name", name=name, known=tuple(names))
        return self.made(value)

    def _trained(self) -> list[tuple[Flow, int]]:
        losses = [(loss, line) for loss, line in self.losses if isinstance(loss.flow, Flow) and loss.flow.chain is not None]
        best = [one for one in losses if one[0].backward] or losses
        return [(loss.flow, line) for loss, line in best]

    def _candidates(self) -> list[Candidate]:
        inner = {id(value) for module in self.modules for value in self._deep(module)}
        tops = [module for module in self.modules if id(module) not in inner and not (isinstance(module, Sequence) and not module.callable)]
        found: list[Candidate] = [(self.name_of(module), lambda module=module: self.made(module), module.layer.line) for module in tops]  # type: ignore[misc]
        used = {id(module.cls) for module in self.modules if isinstance(module, Instance)}
        classes = [value for value in self.scope.values.values() if isinstance(value, Class)]
        bases = {id(base) for cls in classes for base in cls.bases}
        unmade = [cls for cls in classes if id(cls) not in used | bases and (self.is_sequential(cls) or cls.lookup("forward") or cls.lookup("call") or cls.lookup("__init__"))]
        if not self._with_layers(found):
            called = {name for cls in unmade for inner in ast.walk(cls.node) if isinstance(inner, ast.Name) for name in [inner.id] if name != cls.node.name}
            found += [(cls.node.name, lambda cls=cls: self.made(cls), cls.node.lineno) for cls in unmade if cls.node.name not in called]  # type: ignore[misc]
            functions = [value for value in self.scope.values.values() if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef)]
            mentioned = {inner.id for node in [*(one.node for one in functions), *(one.node for one in unmade)] for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            for function in functions:
                name = getattr(function.node, "name", "")
                if name not in mentioned and _mentions_layers(function.node):
                    found.append((name, lambda function=function: self.made(function), function.node.lineno))  # type: ignore[misc]
        return found

    def _with_layers(self, candidates: list[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if _layers(candidate[1]())]

    def _one(self, candidates: list[Candidate]) -> Any:
        """The only network among the candidates. Problem if they are several, None if there is none."""
        networks: dict[Any, tuple[str, Any, int]] = {}
        for name, give, line in candidates[:60]:
            flow = give()
            layers = _layers(flow)
            if any(_LEARNING.match(layer.name) for layer in layers):
                networks.setdefault(_signature(layers), (name, flow, line))
        if len(networks) > 1:
            names = dict.fromkeys(name or str(line) for name, _, line in networks.values())
            if len(names) < len(networks):
                names = dict.fromkeys(str(line) for _, _, line in networks.values())
            raise Problem("model.several", n=len(networks), names=tuple(names))
        if not networks:
            flows = [candidate[1]() for candidate in candidates]
            return next((flow for flow in flows if _layers(flow)), None)
        return next(iter(networks.values()))[1]

    # ---- what a model gives

    def made(self, value: Any) -> Any:
        """The tensor that a model gives, or one that a class or a function without arguments makes."""
        node = ast.Pass(lineno=1, end_lineno=1, col_offset=0, end_col_offset=0)
        if isinstance(value, Class | Function):
            before = len(self.modules)
            node = value.node  # type: ignore[assignment]
            given = self.call(value, [], {}, node)
            new = self.modules[before:]
            inner = {id(part) for module in new for part in self._deep(module)}
            tops = [module for module in new if id(module) not in inner]
            if isinstance(given, tuple | list) and given:
                given = given[0]
            if isinstance(value, Function) and not isinstance(given, Module):
                given = tops[-1] if tops else given
            value = given
        return self.flow_of(value)

    def flow_of(self, value: Any) -> Any:
        """The tensor after a model whose input is data."""
        if not isinstance(value, Module):
            return value if isinstance(value, Flow | Doubt) else None
        node = ast.Pass(lineno=max(1, value.layer.line), end_lineno=max(1, value.layer.line), col_offset=0, end_col_offset=0)
        if isinstance(value, Instance) and value.children is None and not (value.cls.lookup("forward") or value.cls.lookup("call")):
            parts = [part for part in value.items.values() if isinstance(part, Sequence | Functional)]
            return self.flow_of(parts[0]) if len(parts) == 1 else None
        result = self.through(value, Flow(of_data=not isinstance(value, Functional)), [], {}, node)
        return result[0] if isinstance(result, tuple | list) and result else result

    def _deep(self, module: Any, depth: int = 8) -> Iterator[Any]:
        """The modules inside a module."""
        if not isinstance(module, Sequence) or not depth:
            return
        values = [*module.items.values(), *(module.children.items.values() if isinstance(module, Instance) and module.children else ())]
        if isinstance(module, Instance) and module.children is not None:
            yield module.children
        for value in values:
            for one in value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else [value]:
                if isinstance(one, Module):
                    yield one
                    yield from self._deep(one, depth - 1)

    def name_of(self, module: Module) -> str:
        """The name of a model in the text, else of its class."""
        names = [name for name, value in self.scope.values.items() if value is module]
        return names[0] if names else module.layer.name if isinstance(module, Instance) else ""

    # ---- the description

    def description(self, flow: Any) -> Description:
        """The layers of a tensor, and its loss. Problem if losses disagree."""
        layers = _layers(flow)
        if len(layers) > MOST_LAYERS:
            raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
        if not layers:
            raise Problem("model.no_layers")
        loss = self._loss_of(layers)
        refused = [*self.refused, *([loss.refused] if loss and loss.refused else [])]
        library = "keras 1" if self.keras_1 else ""
        layers = [Described(**{**layer.__dict__, "library": library}) if library and layer.library == "keras" else layer for layer in layers]
        return Description(tuple(layers), loss.name if loss else "", bool(loss and loss.from_logits), tuple(refused))

    def _loss_of(self, layers: list[Described]) -> Loss | None:
        own = [loss for loss, _ in self.losses if isinstance(loss.flow, Flow) and _signature(loss.flow.layers()) == _signature(layers)]
        compiled = [loss for module, loss in self.compiled if _signature(_layers(self.flow_of(module))) == _signature(layers)]
        losses = [loss for loss in own if loss.backward] or own or compiled or [loss for loss, _ in self.losses] or self._unused_losses()
        distinct = {(loss.name, loss.from_logits, loss.refused.refused.id if loss.refused and loss.refused.refused else ""): loss for loss in losses}
        if len(distinct) > 1:
            found = [*distinct.values()]
            part = Described("", text=", ".join(loss.name or "?" for loss in found), refused=message("model.losses"))
            return Loss(found[0].name, None, found[0].from_logits, part)
        return next(iter(distinct.values()), None)

    def _unused_losses(self) -> list[Loss]:
        """The losses in functions and methods that the text never calls."""
        marked, refused = len(self.modules), [*self.refused]
        functions = [value for value in self.scope.values.values() if isinstance(value, Function)]
        for cls in [value for value in self.scope.values.values() if isinstance(value, Class)]:
            functions += [value for name, value in cls.attributes.items() if isinstance(value, Function) and name not in ("__init__", "forward", "call", "__call__")]
        doubted = [(module, [*module.doubts]) for module in self.modules]
        for function in functions[:60]:
            self.branch(lambda function=function: str(self.call_function(function, [], {}, function.node) and ""))  # type: ignore[misc]
        for module, doubts in doubted:
            module.doubts[:] = doubts
        del self.modules[marked:]
        self.refused = refused
        return [loss for loss, _ in self.losses]


def _layers(flow: Any) -> list[Described]:
    if isinstance(flow, Doubt):
        return [flow.part]
    return flow.layers() if isinstance(flow, Flow) else []


def _signature(layers: list[Described]) -> Any:
    return tuple((layer.name, repr(layer.placed), repr(sorted(layer.named.items(), key=lambda item: item[0])), layer.text if not layer.name else "") for layer in layers)


def _mentions_layers(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Call) and _LEARNING.match(getattr(one.func, "attr", "") or getattr(one.func, "id", "")) for one in ast.walk(node))


# ---- the text as Python reads it


def _tree(text: str) -> tuple[str, ast.Module, Problem | None]:
    """The text as Python reads it; of a text that is not Python, the first Sequential(…) in it, and where it is not."""
    _check_nesting(text)
    fault = None
    plain = textwrap.dedent(text)
    for part in (plain, without_commands(plain), _balanced(text)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a text's own escapes
                return part, ast.parse(part), fault
        except SyntaxError as error:
            fault = fault or Problem("model.syntax", n=error.lineno or 1, line=shortened((error.text or "").strip()))
        except ValueError:
            continue
        except (RecursionError, MemoryError):
            break
    raise fault if fault and re.search(r"Sequential|Module|\bclass |\bdef |\bimport ", text) else Problem("model.no_python")


def _check_nesting(text: str) -> None:
    depth = most = 0
    for bracket in re.findall(r"[\[({})\]]", text):
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        most = max(most, depth)
    if most > MOST_NESTED or re.search(r"[-+~]{200}|(?:not\s+){200}", text):
        raise Problem("model.nested")


def _balanced(text: str) -> str:
    """From the first "Sequential(" to its closing bracket."""
    start = re.search(r"(?:\w+\.)*Sequential\s*\(", text)
    if start is None:
        return "?"
    depth = 0
    for place in range(start.end() - 1, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return text[start.start() : place + 1]
    return "?"



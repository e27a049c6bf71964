"""Model in Python source: chooses among its models and extracts the layers between input and loss. The text is never
run."""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from cnnviz.models.described_layers import LayerDescription, ModelDescription, shorten
from cnnviz.models.interpreter import Interpreter
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.models.values import Class, Doubt, Flow, Function, Functional, Instance, Loss, Module, Sequence
from cnnviz.words import Problem, message

MOST_NESTED = 60
"""Upper limit of nested brackets; Python's parser accepts at most 200."""
_KERAS = re.compile(r"\b(keras|tensorflow|Conv2D|Convolution2D|Dense|MaxPooling2D)\b")
_TORCH = re.compile(r"\b(torch|Conv2d|Linear|MaxPool2d)\b")
_KERAS_1 = re.compile(r"\b(border_mode|nb_epoch|nb_filter|nb_row|subsample|dim_ordering|samples_per_epoch)\b")
_BEFORE_KERAS_3 = re.compile(r"\bnp_utils\b|keras\.layers\.(core|convolutional|pooling|normalization|advanced_activations)\b|\b(fit|evaluate|predict)_generator\b")
_LEARNING = re.compile(r"(Lazy)?(Conv|Linear|Dense|LSTM|GRU|RNN|Embedding|BatchNorm|Convolution|Transformer)")

Candidate = tuple[str, Callable[[], Any], int]
"""A candidate for the model: its name, a function that returns its tensor, and its line."""


def read_source(text: str, name: str = "") -> ModelDescription:
    """Return the layers and the loss in a piece of code, of the model `name` if given. Raise Problem if there are
    none, or several.

    >>> description = read_source("model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())\\nloss = nn.CrossEntropyLoss()")
    >>> [layer.name for layer in description.layers], description.loss
    (['Conv2d', 'ReLU'], 'softmax-ce')
    """
    source, tree, error = _parse(text)
    keras = bool(_KERAS.search(text)) and not _TORCH.search(text)
    reader = _Source(source, keras or len(_KERAS.findall(text)) > len(_TORCH.findall(text)), _keras_version(text))
    reader.run(tree.body, reader.scope)
    flow = reader.model_named(name) if name else reader.find_model()
    if flow is None:
        raise error or Problem("model.only_layers" if _mentions_layers(tree) else "model.no_layers")
    return reader.description(flow)


def without_commands(text: str) -> str:
    """Replace IPython commands, such as !pip and %matplotlib, and Python 2's print statements by pass.

    >>> without_commands("!pip install torch\\n  %time fit()\\nprint('%d'\\n  %(n))")
    "pass\\n  pass\\nprint('%d'\\n  %(n))"
    """
    return _COMMAND.sub(lambda command: f"{command[1]}pass" + "\n" * command[0].count("\n"), text)


_COMMAND = re.compile(r"(?m)^([ \t]*)(?:!(?:.*\\\n)*.*|%%?[A-Za-z].*|print\s+(?![=(.\[]).*|print *>>.*)$")
"""A line of IPython or Python 2, with the lines that continue a shell command."""


class _Source(Interpreter):
    """Interpreter that finds the model among the objects of a text."""

    def __init__(self, text: str, keras: bool, version: str):
        super().__init__(text, keras)
        self.version = version

    # ---- choice of the model

    def find_model(self) -> Any:
        """Return the output tensor of the model: the one with a loss, else the compiled one, else the only one. Raise
        Problem if there are several."""
        trained_candidates: list[Candidate] = [
            (self.name_of(module), lambda module=module: self.flow_of(module), module.layer.line)  # type: ignore[misc]
            for module, _ in self.compiled if isinstance(module, Module)
        ]  # fmt: skip
        trained_candidates += [("", lambda flow=flow: flow, line) for flow, line in self._flows_with_loss()]  # type: ignore[misc]
        return self._only_network(trained_candidates or self._candidates())

    def model_named(self, name: str) -> Any:
        """Return the output tensor of the model with this name, class or line number."""
        modules = [*self.modules]
        is_found, value = self.scope.find(name)
        if not is_found and name.isdigit():
            value = next((module for module in modules if module.layer.line == int(name)), None)
        if isinstance(value, Class):
            value = next((module for module in modules if isinstance(module, Instance) and module.cls is value), value)
        if value is None and name.isdigit():
            value = next((flow for flow, line in self._flows_with_loss() if line == int(name)), None)
        if isinstance(value, Flow):
            return value
        if not isinstance(value, Module | Class | Function | Doubt):
            names = dict.fromkeys(candidate[0] for candidate in self._candidates())
            raise Problem("model.no_such_name", name=name, known=tuple(names))
        return self.output_of(value)

    def _flows_with_loss(self) -> list[tuple[Flow, int]]:
        losses = [(loss, line) for loss, line in self.losses if isinstance(loss.flow, Flow) and loss.flow.chain is not None]
        preferred = [candidate for candidate in losses if candidate[0].backward] or losses
        return [(loss.flow, line) for loss, line in preferred]

    def _candidates(self) -> list[Candidate]:
        inner = {id(value) for module in self.modules for value in self._inner_modules(module)}
        outer_modules = [module for module in self.modules if id(module) not in inner and not (isinstance(module, Sequence) and not module.callable)]
        module_keys = {(module.layer.line, module.layer.text) for module in outer_modules if self._variable_of(module)}
        outer_modules = [module for module in outer_modules if self._variable_of(module) or (module.layer.line, module.layer.text) not in module_keys]
        candidates: list[Candidate] = [(self.name_of(module), lambda module=module: self.output_of(module), module.layer.line) for module in outer_modules]  # type: ignore[misc]
        used_ids = {id(module.cls) for module in self.modules if isinstance(module, Instance)}
        classes = [value for value in self.scope.values.values() if isinstance(value, Class)]
        bases = {id(base) for cls in classes for base in cls.bases}
        unused_classes = [
            cls for cls in classes if id(cls) not in used_ids | bases and (self.is_sequential(cls) or any(cls.lookup(name) for name in ("forward", "call", "__init__")))
        ]
        if not self._with_layers(candidates):
            called = {name for cls in unused_classes for inner in ast.walk(cls.node) if isinstance(inner, ast.Name) for name in [inner.id] if name != cls.node.name}
            candidates += [(cls.node.name, lambda cls=cls: self.output_of(cls), cls.node.lineno) for cls in unused_classes if cls.node.name not in called]  # type: ignore[misc]
            functions = [value for value in self.scope.values.values() if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef)]
            definitions = [*(function.node for function in functions), *(cls.node for cls in unused_classes)]
            mentioned = {inner.id for node in definitions for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            for function in functions:
                name = getattr(function.node, "name", "")
                if name not in mentioned and _mentions_layers(function.node):
                    candidates.append((name, lambda function=function: self.output_of(function), function.node.lineno))  # type: ignore[misc]
        return candidates

    def _with_layers(self, candidates: list[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if _layers(candidate[1]())]

    def _only_network(self, candidates: list[Candidate]) -> Any:
        """Return the only network among the candidates, or None. Raise Problem if there are several."""
        networks: dict[Any, tuple[str, Any, int]] = {}
        for name, compute_output, line in candidates[:60]:
            flow = compute_output()
            layers = _layers(flow)
            if any(_LEARNING.match(layer.name) for layer in layers):
                networks.setdefault(_signature(layers), (name, flow, line))
        if len(networks) > 1:
            found_names = [name or self._name_of_flow(flow) for name, flow, _ in networks.values()]
            lines = [str(line) for _, _, line in networks.values()]
            names = dict.fromkeys(name if name and found_names.count(name) == 1 else line for name, line in zip(found_names, lines, strict=True))
            if len({*found_names}) == 1 and len({_named_signature(flow) for _, flow, _ in networks.values()}) == 1:  # more of it is refused in some
                return max((flow for _, flow, _ in networks.values()), key=lambda flow: len(_layers(flow)))
            raise Problem("model.several", n=len(networks), names=tuple(names))
        if not networks:
            flows = [candidate[1]() for candidate in candidates]
            return next((flow for flow in flows if _layers(flow)), None)
        return next(iter(networks.values()))[1]

    def _name_of_flow(self, flow: Any) -> str:
        """Return the name of the model whose output a tensor is, or ""."""
        signature = _named_signature(flow)
        modules = [module for module in self.modules if self.name_of(module)]
        return next((self.name_of(module) for module in modules if _named_signature(self.flow_of(module)) == signature), "")

    # ---- output of a model

    def output_of(self, value: Any) -> Any:
        """Return the output tensor of a model, or of one that a class or function creates without arguments."""
        node = ast.Pass(lineno=1, end_lineno=1, col_offset=0, end_col_offset=0)
        if isinstance(value, Class | Function):
            module_count = len(self.modules)
            node = value.node  # type: ignore[assignment]
            result = self.call(value, [], {}, node)
            new_modules = self.modules[module_count:]
            inner = {id(part) for module in new_modules for part in self._inner_modules(module)}
            outer_modules = [module for module in new_modules if id(module) not in inner]
            if isinstance(result, tuple | list) and result:
                result = result[0]
            if isinstance(value, Function) and not isinstance(result, Module):
                result = outer_modules[-1] if outer_modules else result
            value = result
        return self.flow_of(value)

    def flow_of(self, value: Any) -> Any:
        """Return the tensor after a model whose input is data."""
        if not isinstance(value, Module):
            return value if isinstance(value, Flow | Doubt) else None
        node = ast.Pass(lineno=max(1, value.layer.line), end_lineno=max(1, value.layer.line), col_offset=0, end_col_offset=0)
        if isinstance(value, Instance) and value.children is None and not (value.cls.lookup("forward") or value.cls.lookup("call")):
            parts = [part for part in value.items.values() if isinstance(part, Sequence | Functional)]
            return self.flow_of(parts[0]) if len(parts) == 1 else None
        result = self.through(value, Flow(of_data=not isinstance(value, Functional)), [], {}, node)
        return result[0] if isinstance(result, tuple | list) and result else result

    def _inner_modules(self, module: Any, depth: int = 8) -> Iterator[Any]:
        """Yield the modules inside a module."""
        if not isinstance(module, Sequence) or not depth:
            return
        values = [*module.items.values(), *(module.children.items.values() if isinstance(module, Instance) and module.children else ())]
        if isinstance(module, Instance) and module.children is not None:
            yield module.children
        for value in values:
            for element in value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else [value]:
                if isinstance(element, Module):
                    yield element
                    yield from self._inner_modules(element, depth - 1)

    def name_of(self, module: Module) -> str:
        """Return the name of a model's variable, of a later model of the same code, else of its class."""
        twins = [other for other in self.modules if (other.layer.line, other.layer.text) == (module.layer.line, module.layer.text)]
        names = [name for other in (module, *twins) if (name := self._variable_of(other))]
        return names[0] if names else module.layer.name if isinstance(module, Instance) else ""

    def _variable_of(self, module: Module) -> str:
        return next((name for name, value in self.scope.values.items() if value is module), "")

    # ---- description

    def description(self, flow: Any) -> ModelDescription:
        """Return the layers of a tensor, and its loss."""
        layers = _layers(flow)
        if len(layers) > MOST_LAYERS:
            raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
        if not layers:
            raise Problem("model.no_layers")
        loss = self._loss_of(layers)
        refusals = [*self.refused, *([loss.refused] if loss and loss.refused else [])]
        library = self.version
        layers = [LayerDescription(**{**layer.__dict__, "library": library}) if library and layer.library == "keras" else layer for layer in layers]
        return ModelDescription(tuple(layers), loss.name if loss else "", bool(loss and loss.from_logits), tuple(refusals))

    def _loss_of(self, layers: list[LayerDescription]) -> Loss | None:
        exact_matches = [loss for loss, _ in self.losses if isinstance(loss.flow, Flow) and _signature(loss.flow.layers()) == _signature(layers)]
        compiled = [loss for module, loss in self.compiled if _signature(_layers(self.flow_of(module))) == _signature(layers)]
        losses = [loss for loss in exact_matches if loss.backward] or exact_matches or compiled or [loss for loss, _ in self.losses] or self._unused_losses()
        losses = [loss for loss in losses if loss.backward] or losses  # others are only reported
        losses = [loss for loss in losses if not loss.seeded] or losses
        distinct = {(loss.name, loss.from_logits, loss.refused.refused.id if loss.refused and loss.refused.refused else ""): loss for loss in losses}
        if len(distinct) > 1:
            losses_found = [*distinct.values()]
            part = LayerDescription("", text=", ".join(loss.name or "?" for loss in losses_found), refused=message("model.losses"))
            return Loss(losses_found[0].name, None, losses_found[0].from_logits, part)
        return next(iter(distinct.values()), None)

    def _unused_losses(self) -> list[Loss]:
        """Return the losses in functions and methods that the text never calls."""
        marked, refusals = len(self.modules), [*self.refused]
        functions = [value for value in self.scope.values.values() if isinstance(value, Function)]
        for cls in [value for value in self.scope.values.values() if isinstance(value, Class)]:
            functions += [value for name, value in cls.attributes.items() if isinstance(value, Function) and name not in ("__init__", "forward", "call", "__call__")]
        doubted = [(module, [*module.doubts]) for module in self.modules]
        self.in_unused = True
        for function in functions[:60]:
            self.branch(lambda function=function: str(self.call_function(function, [], {}, function.node) and ""))  # type: ignore[misc]
        self.in_unused = False
        for module, doubts in doubted:
            module.doubts[:] = doubts
        del self.modules[marked:]
        self.refused = refusals
        return [loss for loss, _ in self.losses]


def _layers(flow: Any) -> list[LayerDescription]:
    if isinstance(flow, Doubt):
        return [flow.part]
    return flow.layers() if isinstance(flow, Flow) else []


def _signature(layers: list[LayerDescription]) -> Any:
    return tuple((layer.name, repr(layer.placed), repr(sorted(layer.named.items(), key=lambda item: item[0])), layer.text if not layer.name else "") for layer in layers)


def _named_signature(flow: Any) -> Any:
    return _signature([layer for layer in _layers(flow) if layer.name])


def _mentions_layers(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call) and _LEARNING.match(getattr(inner.func, "attr", "") or getattr(inner.func, "id", "")) for inner in ast.walk(node))


# ---- parsing


def _keras_version(text: str) -> str:
    """Return "keras 1" if the text has arguments of Keras 1, "keras 2" if its imports are gone in Keras 3, "keras 2 or 3" if
    it may be either, otherwise ""."""
    code = re.sub(r"#.*", "", text)
    if _KERAS_1.search(code):
        return "keras 1"
    if not re.search(r"(?m)^[ \t]*(from|import) keras\b", code) or re.search(r"\btensorflow\b", code):
        return ""
    return "keras 2" if _BEFORE_KERAS_3.search(code) else "keras 2 or 3"


def _parse(text: str) -> tuple[str, ast.Module, Problem | None]:
    """Parse the text. If that fails, parse it without IPython commands, or only its first Sequential(…) if the rest is
    prose. Return the source, its tree, and the first error or None."""
    if is_nested(text):
        raise Problem("model.nested")
    fault: Problem | None = None
    dedented = textwrap.dedent(text)
    command_free = without_commands(dedented)
    for part in dict.fromkeys((dedented, command_free, _sequential_in(text))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about invalid escapes in the text
                return part, ast.parse(part), None if part is command_free else fault
        except SyntaxError as error:
            if fault is None or part is command_free:
                fault = Problem("model.syntax", n=error.lineno or 1, line=shorten((error.text or "").strip()))
        except ValueError:
            continue
        except (RecursionError, MemoryError):
            break
    raise fault if fault and _CODE.search(text) else Problem("model.no_python")


_CODE = re.compile(r"(?m)\b(Sequential|Module)\b|^[ \t]*(class \w+.*:|def \w+\(|import \w+|from [\w.]+ import )")
"""Signs of Python in a text that Python cannot parse."""


def is_nested(text: str) -> bool:
    """Return whether a text is nested too deeply for Python's parser.

    >>> is_nested("f(" * 90), is_nested("f(x)" * 90)
    (True, False)
    """
    depth = max_depth = 0
    for bracket in re.findall(r"[\[({})\]]", text):
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        max_depth = max(max_depth, depth)
    return max_depth > MOST_NESTED or bool(re.search(r"[-+~]{200}|(?:not\s+){200}", text))


_STATEMENT = re.compile(r"(?m)^[ \t]*(?:class|def|import|from|return|for|if|with|while|@)\b|^[ \t]*[\w.\[\]]+[ \t]*[-+*/|]?=(?!=)|[\w\])]\.\w+\(|\w\[[^]]*\]|\bself\b")
"""A statement that may change a model."""


def _sequential_in(text: str) -> str:
    """Return the text from the first "Sequential(" to its closing bracket, or "?" if there is none or the rest has
    statements."""
    start = re.search(r"(?:\w+\.)*Sequential\s*\(", text)
    if start is None:
        return "?"
    depth = 0
    for index in range(start.end() - 1, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            before = re.sub(r"[ \t]*[\w.]+[ \t]*=[ \t]*\Z", "", text[: start.start()])
            rest = f"{before}\n{text[index + 1 :]}"
            return "?" if _STATEMENT.search(rest) else text[start.start() : index + 1]
    return "?"



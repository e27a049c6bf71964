"""Model of the libraries: their layers, tensor functions, containers and losses, and harmless uses of a model.
Everything else results in a doubt."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cnnviz.models.described_layers import LayerDescription, Unknown
from cnnviz.models.losses import BY_NAME, is_loss, loss_of_code, refused_settings
from cnnviz.models.script_classes import DROPOUTS, known_class
from cnnviz.models.values import (
    BoundMethod,
    Class,
    Dim,
    Doubt,
    Flow,
    Function,
    Functional,
    Instance,
    Library,
    Loss,
    Module,
    ModulePart,
    Partial,
    Scope,
    Sequence,
    Shape,
    Super,
    Values,
    model_values_in,
)  # fmt: skip
from cnnviz.words import Message, Problem, message

MOST_LAYERS = 200

FUNCTIONS: Mapping[str, str] = {
    "relu": "ReLU", "relu_": "ReLU", "sigmoid": "Sigmoid", "sigmoid_": "Sigmoid", "tanh": "Tanh", "tanh_": "Tanh", "softmax": "Softmax", "log_softmax": "LogSoftmax",
    "leaky_relu": "LeakyReLU", "leaky_relu_": "LeakyReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "swish": "Swish", "softplus": "Softplus",
    "relu6": "ReLU6", "mish": "Mish", "hardtanh": "Hardtanh", "hardswish": "Hardswish", "celu": "CELU", "softsign": "Softsign", "hard_sigmoid": "Hardsigmoid",
}  # fmt: skip
"""Activations that are functions or tensor methods in both libraries, with their layers."""
TORCH_FUNCTIONS: Mapping[str, str] = {
    "max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d", "adaptive_avg_pool2d": "AdaptiveAvgPool2d", "dropout": "Dropout", "dropout2d": "Dropout2d",
}  # fmt: skip
VALUE_METHODS = ("contiguous", "to", "float", "double", "cuda", "cpu", "type", "requires_grad_", "squeeze", "unsqueeze", "clone")
"""Tensor methods that keep the values; squeeze and unsqueeze only if the layers' rules allow them."""
WEIGHT_LISTS = ("trainable_variables", "trainable_weights", "non_trainable_variables", "non_trainable_weights", "variables", "weights")
"""Attributes of a Keras model with its parameters, whose numbers training changes anyway."""
NUMBER_METHODS = ("dim", "numel", "nelement", "item", "tolist", "data_ptr", "ndimension")
"""Tensor methods whose results are numbers, not tensors."""
READ_METHODS = ("size", "numpy", "backward", "retain_grad", "argmax", "max", "min", "topk", "eq", "sum", "mean",
    "is_cuda", "device", "dtype", "ndim", "name", "detach", "data")
"""Tensor methods that only read: their results are not the model's output."""

CONTAINERS = ("Sequential", "ModuleList")
MODULE_METHODS = {"to", "cuda", "cpu", "float", "double", "train", "eval", "build", "cuda_", "requires_grad_", "to_device", "share_memory"}
"""Methods that return the module itself."""
HARMLESS = {
    "parameters", "named_parameters", "state_dict", "load_state_dict", "zero_grad", "summary", "fit", "fit_generator", "evaluate",
    "evaluate_generator", "predict", "predict_generator", "predict_classes",
    "predict_proba", "predict_on_batch", "train_on_batch", "test_on_batch", "save", "save_weights", "load_weights", "set_weights", "get_weights",
    "to_json", "to_yaml", "get_config", "count_params", "register_buffer",
    "save_pretrained", "extra_repr", "get_params", "trainable_variables", "trainable_weights", "weights", "inputs", "outputs", "input", "output",
    "input_shape", "output_shape",
    "variables", "losses", "metrics", "optimizer", "loss", "history", "stop_training", "name", "training", "compiled_metrics", "log", "log_dict",
    "dtype", "device", "state_updates", "buffers", "save_hyperparameters", "hparams", "add_graph", "add_scalar", "add_histogram", "watch", "validate", "test",
    "add_image", "gradient", "apply_gradients", "minimize", "compute_output_shape", "load_from_checkpoint",
}  # fmt: skip
"""Methods and attributes of a model that do not change its layers."""
_SPECIAL = {"trainable", "training", "requires_grad", "_modules", "__class__", "__dict__", "forward", "call", "__call__"}
"""Attributes with a special meaning, which are not stored as a model's own."""

TORCH_PATHS = {"torch", "nn", "F", "functional", "modules", "pl", "pytorch_lightning", "lightning", "special", ""}
KERAS_PATHS = {"keras", "tensorflow", "tf", "tf_keras", "python", "layers", "models", "core", "convolutional", "pooling", "normalization",
    "advanced_activations", "noise", "nn", "activations", "backend", "K", "ops", "engine", "input_layer", "training", "sequential", "api", "compat",
    "v1", "v2", "_v2", "losses", ""}
HARMLESS_PATHS = re.compile(
    r"(torch\.)?(optim|save|onnx|load|autograd|no_grad|manual_seed|cuda|backends|profiler|jit\.(save|trace)|utils\.data|set_grad_enabled|enable_grad|inference_mode|amp)\b.*"
    r"|(torch\.)?(nn\.)?init\.\w+|(nn\.|torch\.nn\.)?(utils\.)?clip_grad\w*|(torch\.)?nn\.utils\.clip_grad\w*"
    r"|(torchsummary|torchinfo|torchviz|torchstat|thop|ptflops|torchvision\.utils|numpy|np|matplotlib|plt|wandb|mlflow|logging|tqdm|pickle|os|sys|time|random|copy\.deepcopy_)\b.*"
    r"|(tf\.|tensorflow\.|keras\.)*(keras\.)?(optimizers|callbacks|metrics|utils|preprocessing|datasets|wrappers|models\.save_model|applications_|regularizers|initializers|saving)\b.*"
    r"|(tf|tensorflow)\.(function|device|name_scope|GradientTape|distribute|summary|saved_model|train|lite|random|config|constant|convert_to_tensor|cast|reduce_mean|argmax|data)\b.*"
    r"|print|len|str|repr|type|isinstance|id|issubclass|summary|plot_model|hasattr|sum|next|iter|display|optim\w*|Adam|SGD|RMSprop|AdamW|Adagrad|Adadelta|model_to_dot|SVG|KerasClassifier|make_dot|any|all|format|callable|dir|sorted"
)
"""Functions that may receive a model or parts of it without changing its layers."""
HARMLESS_DECORATORS = re.compile(
    r"(torch\.)?(no_grad|enable_grad|compile|autocast|cuda\.amp\.autocast|jit\.export|inference_mode)|(tf|tensorflow)\.(function|name_scope)"
    r"|(keras|tf\.keras)\.(saving|utils)\.register_keras_serializable|staticmethod|(typing\.)?override|typechecked|tf\.Module"
)
"""Decorators and contexts that do not change a function's result."""
WRAPPERS = re.compile(r"(torch\.)?(nn\.)?(parallel\.)?(DataParallel|DistributedDataParallel)|torch\.compile|(torch\.)?jit\.script|DDP|(torch\.autograd\.)?Variable")
METRIC = re.compile(r"(tf\.|tensorflow\.|keras\.)*metrics\.\w+\(")
_SCALER = re.compile(r"([\w.]+\.)?GradScaler\(")
PARSER, OPTIONS = "an argument parser", "the options of an argument parser"
UNSAFE = {"exec", "eval", "globals", "locals", "vars", "__import__", "compile", "delattr"}
DATACLASS = ("dataclass", "dataclasses.dataclass")
"""Decorator of a class whose fields are its arguments."""
_BASES = {"Module", "Model", "Layer", "LightningModule", "Sequential", "object", "ABC", "Generic", "Protocol"}


class LibraryCalls:
    """Effects of calls, attributes and items of values."""

    def __init__(self, keras: bool):
        self.keras = keras
        self.refused: list[LayerDescription] = []
        self.losses: list[tuple[Loss, int]] = []
        """All losses in the text, with the line where they are computed or created."""
        self.modules: list[Module] = []
        """All models that are created: objects of the text's classes, containers, Keras Models."""
        self.compiled: list[tuple[Any, Loss]] = []
        self.patched: dict[str, Any] = {}
        self.foreign_star = ""
        self.options: dict[str, Any] = {}
        self.in_forward = 0
        self.in_unused = False
        """Whether the function that is read is never called in the text."""

    if TYPE_CHECKING:  # implemented by the interpreter
        block: int
        scope: Scope

        def part(self, node: ast.AST, why: Message | None = None) -> LayerDescription: ...
        def text(self, node: ast.AST) -> str: ...
        def refuse(self, node: ast.AST, why: Message | None = None) -> None: ...
        def touch(self, values: Any, node: ast.AST, why: Message | None = None) -> None: ...
        def doubt(self, value: Any, part: LayerDescription) -> None: ...
        def set_chain(self, flow: Flow, part: LayerDescription) -> None: ...
        def bind(self, values: dict[str, Any], name: str, value: Any) -> None: ...
        def may_change(self, value: Any, node: ast.AST) -> bool: ...
        def unknown_result(self, values: list[Any], node: ast.AST) -> Any: ...
        def call_function(self, function: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any: ...
        def call(self, called: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any: ...
        def truth(self, value: Any) -> bool | None: ...
        def entries(self, value: Any) -> list[Any] | None: ...

    # ---- names

    def import_star(self, path: str) -> None:
        """Handle `from path import *`: a module outside the known libraries may define any name."""
        root = path.partition(".")[0]
        if root not in ("torch", "keras", "tensorflow", "numpy", "math", "matplotlib", "pylab", "typing", "tkinter", "os", "random"):
            self.foreign_star = path

    def undefined_name(self, name: str) -> Any:
        """Return the value of a name that the text does not define."""
        if name in self.patched:
            return self.patched[name]
        if name in ("True", "False", "None"):
            return {"True": True, "False": False, "None": None}[name]
        if name == "__name__":
            return "__main__"
        return Library(f"{self.foreign_star}.{name}" if self.foreign_star and name not in _BUILTINS else name)

    def library_of(self, path: str) -> str:
        """Return "pytorch" or "keras" for a path in these libraries, otherwise ""."""
        *outer_names, _ = path.split(".")
        if not outer_names:
            return "keras" if self.keras else "pytorch"
        if outer_names[0] in ("torch", "F", "functional", "pl", "pytorch_lightning", "lightning") or (outer_names[0] == "nn" and not self.keras):
            return "pytorch" if {*outer_names} <= TORCH_PATHS | {"conv", "activation", "pooling", "linear", "container", "batchnorm", "dropout", "loss"} else ""
        if outer_names[0] in ("keras", "tensorflow", "tf", "tf_keras", "layers", "models", "K", "losses", "activations", "nn", "ops"):
            return "keras" if {*outer_names} <= KERAS_PATHS else ""
        return ""

    def keeps_result(self, value: Any) -> bool:
        """Return whether a decorator or context leaves a function's result unchanged. no_grad does not, inside a
        forward."""
        if not isinstance(value, Library | Unknown):
            return False
        path = value.path if isinstance(value, Library) else value.text.partition("(")[0]
        return bool(HARMLESS_DECORATORS.fullmatch(path)) and not (self.in_forward and re.search("no_grad|inference", path))

    def script_loss(self, node: ast.Assign, scope: Scope) -> Loss | None:
        """Return the loss in a line of cnnviz's exported scripts, L = … of the tensor z or o. None for other lines."""
        if not (isinstance(node.targets[0], ast.Name) and node.targets[0].id == "L" and (code := loss_of_code(node.value))):
            return None
        name, variable = code
        flow = scope.find(variable)[1]
        loss = Loss(name, Flow(flow.chain, flow.of_data, flow.root, flow.count) if isinstance(flow, Flow) else None, backward=True)
        self.losses.append((loss, node.lineno))
        return loss

    # ---- containers

    def is_container(self, value: Any) -> bool:
        return (isinstance(value, Sequence) and not isinstance(value, Instance)) or (isinstance(value, Instance) and value.children is not None)

    def items(self, value: Any) -> dict[str, Any]:
        """Return the layers of a container, by name."""
        items: dict[str, Any] = (value.children if isinstance(value, Instance) else value).items
        return items

    def is_sequential(self, cls: Class) -> bool:
        return any(isinstance(base, Library) and base.last == "Sequential" and self.library_of(base.path) for base in cls.library_bases)

    def fill(self, container: Sequence, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> None:
        """Add the arguments of a Sequential or ModuleList to the container."""
        if len(arguments) == 1 and isinstance(arguments[0], list | tuple | dict):
            entries: Any = arguments[0]
        elif not arguments and "layers" in keywords:
            entries = keywords["layers"]
        else:
            entries = arguments
        if isinstance(entries, dict):
            entries = [*entries.items()]
        if not isinstance(entries, list | tuple):
            entries = [entries]
        if len(entries) > 10 * MOST_LAYERS:
            raise Problem("model.too_many", n=len(entries), most=MOST_LAYERS)
        for entry in entries:
            if isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str | int | Unknown):
                container.add(self.module(entry[1], node), entry[0] if isinstance(entry[0], str) else "")
            else:
                container.add(self.module(entry, node))

    def module(self, value: Any, node: ast.AST) -> Any:
        """Return a value as a layer of a container."""
        if isinstance(value, Module | Doubt):
            return value
        if isinstance(value, Flow) and value.root is value:  # keras.Input(…)
            return Module(value.layers()[0], self.block)
        if isinstance(value, Library):
            return Doubt(LayerDescription("", text=self.text(node), line=getattr(node, "lineno", 0), refused=message("model.unknown_layer", name=value.path)))
        if isinstance(value, Function | Class | Flow):
            return Doubt(self.part(node))
        text = value.text if isinstance(value, Unknown) else ""
        return Doubt(LayerDescription("", text=text or self.text(node), line=getattr(node, "lineno", 0), refused=message("model.unknown_layer", name=text or self.text(node))))

    def set_item(self, owner: Any, key: int | str, value: Any) -> bool:
        items = self.items(owner)
        names = [*items]
        if isinstance(key, int) and not -len(names) <= key < len(names):
            return False
        items[key if isinstance(key, str) else names[key]] = self.module(value, ast.Pass())
        return True

    def delete_item(self, owner: Any, key: int) -> bool:
        items = self.items(owner)
        names = [*items]
        if not -len(names) <= key < len(names):
            return False
        del items[names[key]]
        values = [*items.values()]
        if all(name.isdigit() for name in items):
            items.clear()
            items.update({str(n): value for n, value in enumerate(values)})
        return True

    def item(self, owner: Any, key: Any, node: ast.AST) -> Any:
        """Return the value of owner[key]."""
        if isinstance(owner, list | tuple | str) and isinstance(key, int | slice):
            try:
                entry = owner[key]
            except IndexError:
                return Unknown(self.text(node))
            return Values(entry, self.block) if isinstance(owner, list) and isinstance(key, slice) else entry
        if isinstance(owner, dict):
            return owner[key] if isinstance(key, int | str) and key in owner else self.unknown_result([*owner.values()], node)
        if isinstance(owner, Shape):
            if isinstance(key, int) and not owner.start and key >= 0:
                return Dim((key,), owner.chain)
            if isinstance(key, slice) and (key.start, key.stop, key.step) == (1, None, None) and not owner.start:
                return Shape(owner.flow, owner.chain, 1)
            return Unknown(self.text(node))
        if self.is_container(owner) and isinstance(key, int | str | slice):
            names = [*self.items(owner)]
            try:
                if isinstance(key, slice):
                    part = Sequence(owner.layer, self.block)
                    part.items = {name: self.items(owner)[name] for name in names[key]}
                    return part
                return self.items(owner)[key if isinstance(key, str) else names[key]]
            except (KeyError, IndexError):
                return Doubt(self.part(node))
        if isinstance(owner, Flow):
            if key == 0 and not isinstance(key, bool) and owner.of_data and not self.in_forward:
                return owner  # the only image of a batch
            return self.after_layer(owner, self.part(node))
        if isinstance(owner, BoundMethod) and isinstance(owner.owner, Loss) and owner.name == "data":  # loss.data[0]
            return Unknown(self.text(node))
        if isinstance(owner, ModulePart | Doubt | Loss):
            return owner
        return self.unknown_result([owner], node)

    # ---- attributes

    def attribute(self, owner: Any, name: str, node: ast.AST) -> Any:
        """Return the value of owner.name."""
        if isinstance(owner, Library):
            path = f"{owner.path}.{name}"
            return self.patched.get(path, Library(path))
        if isinstance(owner, Instance):
            return self._instance_attribute(owner, name, node)
        if isinstance(owner, Super):
            member = owner.instance.cls.lookup(name, owner.cls)
            return BoundMethod(owner.instance, name, member) if isinstance(member, Function) else BoundMethod(owner, name)
        if isinstance(owner, Class):
            member = owner.lookup(name)
            return member if member is not None else Unknown(self.text(node))
        if isinstance(owner, Flow):
            if name in ("shape", "output_shape"):
                return Shape(owner, owner.chain)
            if name in ("data", "grad", "T", "H", "mT", "real"):
                return self.after_layer(owner, self.part(node, message("model.stops_gradient") if name == "data" else None))
            return BoundMethod(owner, name)
        if isinstance(owner, Sequence):
            if name in owner.items:
                return owner.items[name]
            if name in WEIGHT_LISTS:
                return Unknown(self.text(node))
            if name == "layers":
                return Values([value for value in owner.items.values() if not (isinstance(value, Module) and value.layer.name in ("Input", "InputLayer"))], -1)
            if name == "_modules":
                return owner.items
            return BoundMethod(owner, name)
        if isinstance(owner, Module):
            if isinstance(owner, Functional) and name == "layers":
                self.doubt(owner, self.part(node))
            if isinstance(owner, Functional) and name in WEIGHT_LISTS:
                return Unknown(self.text(node))
            return BoundMethod(owner, name) if not name.startswith(("weight", "bias", "kernel", "running")) else ModulePart(owner)
        if isinstance(owner, Doubt):
            return owner
        if isinstance(owner, ModulePart | Loss | list | dict | str | tuple):
            return BoundMethod(owner, name)
        if owner == Unknown(PARSER) or (isinstance(owner, Unknown) and _SCALER.match(owner.text)):
            return BoundMethod(owner, name)
        if owner == Unknown(OPTIONS) and name in self.options:
            return self.options[name]
        return Unknown(self.text(node))

    def _instance_attribute(self, owner: Instance, name: str, node: ast.AST) -> Any:
        if name in owner.items:
            return owner.items[name]
        if owner.children is not None and name in owner.children.items:
            return owner.children.items[name]
        attribute = owner.cls.lookup(name)
        if isinstance(attribute, Function):
            is_static = any(isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in getattr(attribute.node, "decorator_list", ()))
            return attribute if is_static else BoundMethod(owner, name, attribute)
        if attribute is not None:
            return attribute
        if name in ("training", "device", "dtype", "name", "hparams", "optimizer", *WEIGHT_LISTS):
            return Unknown(self.text(node))
        if name in ("layers", "_modules", "__dict__"):
            self.doubt(owner, self.part(node))
        return BoundMethod(owner, name)

    def set_attribute(self, owner: Any, name: str, value: Any, node: ast.AST) -> None:
        """Handle owner.name = value."""
        is_plain = owner.children is None or not isinstance(value, Module | Doubt) if isinstance(owner, Instance) else False
        if is_plain and name not in _SPECIAL:
            self.bind(owner.items, name, value)
        elif isinstance(owner, Library):
            self.bind(self.patched, f"{owner.path}.{name}", value)
        elif isinstance(owner, Class):
            self.bind(owner.attributes, name, value)
        elif isinstance(owner, ModulePart) and name in ("data", "grad"):
            if [*model_values_in(value)]:
                self.touch(owner, node)  # weight sharing
        elif isinstance(owner, Module) and (name == "name" or (name == "mask" and owner.layer.name in DROPOUTS)):
            return
        else:
            self.touch((owner, value), node)

    # ---- tensors

    def after_layer(self, flow: Flow, part: LayerDescription, inplace: bool = False, view: bool = False) -> Flow:
        """Return the tensor after a layer, which may change it in place or share its memory."""
        if inplace:
            self.set_chain(flow, part)
            return flow
        if flow.count >= 20 * MOST_LAYERS:
            raise Problem("model.too_many", n=flow.count, most=MOST_LAYERS)
        return Flow((flow.chain, part), flow.of_data, flow.root, flow.count + 1, flow.store if view else [])

    def apply(self, module: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the result of a layer or model for its arguments."""
        values = [*arguments, *keywords.values()]
        first_argument = arguments[0] if arguments else keywords.get("inputs", keywords.get("x", keywords.get("input")))
        if isinstance(module, Module) and self._is_loss(module):
            return self.loss_of(module.layer.name, module.layer.library, arguments, {**self._loss_settings(module), **keywords}, node)
        if isinstance(first_argument, list | tuple) and len(first_argument) == 1 and isinstance(first_argument[0], Flow):
            first_argument = first_argument[0]
        flows = [value for value in model_values_in(values) if isinstance(value, Flow)]
        if isinstance(module, Doubt):
            return self.after_layer(flows[0], module.part) if flows else module
        if isinstance(first_argument, Doubt):
            return first_argument
        if len({id(flow) for flow in flows}) > 1:
            return self.after_layer(flows[0], self.part(node, message("model.two_paths")))
        if not isinstance(first_argument, Flow):
            if isinstance(first_argument, Module | Loss | ModulePart):
                self.touch(values, node)
                return Doubt(self.part(node))
            if not arguments and not keywords:
                return Doubt(self.part(node))
            first_argument = Flow()
        extra = {name: value for name, value in keywords.items() if name not in ("inputs", "x", "input", "training")}
        in_one_phase = isinstance(keywords.get("training"), bool) and (self.in_forward or not first_argument.of_data) and not _is_variable(node, "training")
        if not isinstance(module, Instance) and (len(arguments) > 1 or extra or in_one_phase):
            return self.after_layer(first_argument, self.part(node))
        return self.through(module, first_argument, [*arguments[1:]], {**extra, **({"training": keywords["training"]} if "training" in keywords else {})}, node)

    def through(self, module: Any, flow: Flow, more: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the tensor that results from applying a module."""
        if isinstance(module, Doubt):
            return self.after_layer(flow, module.part)
        result: Any = flow
        if isinstance(module, Instance) and not (module.children is not None and not isinstance(module.cls.lookup("forward") or module.cls.lookup("call"), Function)):
            result = self._forward(module, flow, more, keywords, node)
        elif isinstance(module, Sequence) and not module.callable:
            result = self.after_layer(flow, self.part(node))
        elif isinstance(module, Sequence):
            for item in self.items(module).values():
                result = self.through(item, result, [], {}, node) if isinstance(result, Flow) else Doubt(self.part(node))
        elif isinstance(module, Functional):
            for layer in module.end.layers() if isinstance(module.end, Flow) else [module.end.part]:
                result = self.after_layer(result, layer)
        elif isinstance(module, Module):
            result = self._layer(module, flow)
        for part in module.doubts:
            result = self.after_layer(result, part) if isinstance(result, Flow) else result
        return result

    def _layer(self, module: Module, flow: Flow) -> Flow:
        layer = module.layer
        inplace = layer.named.get("inplace", next(iter(layer.placed), None) if layer.name in ("ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid") else None)
        if layer.name in ("Dropout", "Dropout2d", "LeakyReLU", "ELU") and len(layer.placed) > 1:
            inplace = layer.placed[1]
        return self.after_layer(flow, layer, inplace=layer.library == "pytorch" and inplace not in (None, False), view=layer.name in ("Flatten", "Identity"))

    def _forward(self, module: Instance, flow: Flow, more: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the result of the text's forward, or Keras's call, for a tensor."""
        function = module.items.get("forward") or module.cls.lookup("forward") or module.cls.lookup("call")
        if not isinstance(function, Function) or module.cls.lookup("__call__") is not None:
            return self.after_layer(flow, LayerDescription("", text=module.layer.text, line=module.layer.line, refused=message("model.own", name=module.layer.name)))
        for base in module.cls.library_bases:
            if not (isinstance(base, Library) and base.last in _BASES and (self.library_of(base.path) or base.root in ("pl", "abc", "typing"))):
                part = self.part(module.cls.node, message("model.base", name=base.path if isinstance(base, Library) else module.layer.name))
                return self.after_layer(flow, part)
        if isinstance(function.node, ast.FunctionDef) and function.node.name == "call":
            keywords = {**keywords, **self._training_phase(function, more)}
        self.in_forward += 1
        result = self.call_function(function, [module, flow, *more], keywords, node)
        self.in_forward -= 1
        if isinstance(result, Flow | Doubt | tuple | list):
            return result
        return self.after_layer(flow, self.part(function.node, message("model.no_output", name=module.layer.name)))

    def _training_phase(self, function: Function, more: list[Any]) -> dict[str, Any]:
        """Return the arguments of a Keras `call` that select training or inference. Both modes are read as one model.
       """
        signature = function.node.args
        positional = [argument.arg for argument in signature.args]
        names = [*positional[2 + len(more) :], *(argument.arg for argument in signature.kwonlyargs)]
        return {name: Unknown(name) for name in names if name == "training"}

    # ---- functions and methods

    def method(self, owner: Any, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the value of owner.name(…), unless it is a method defined by the text."""
        if isinstance(owner, Super):
            return self._base_method(owner, name, arguments, keywords, node)
        if isinstance(owner, Flow):
            return self._flow_method(owner, name, arguments, keywords, node)
        if isinstance(owner, Module):
            return self._module_method(owner, name, arguments, keywords, node)
        if isinstance(owner, Loss):
            if name == "backward":
                owner.backward = True
            if name in ("item", "detach", "data", "numpy"):  # a number to report: no gradient passes
                return Unknown(self.text(node))
            return owner if name in ("cpu", "mean", "to", "cuda") else self.unknown_result([owner], node)
        if isinstance(owner, ModulePart):
            if name in ("requires_grad_", "register_hook"):
                self.touch(owner, node)
            return owner
        if isinstance(owner, list | dict | str | tuple):
            return self._list_method(owner, name, arguments, keywords, node)
        if owner == Unknown(PARSER):
            return self._parser_method(name, arguments, keywords)
        if isinstance(owner, Unknown) and name == "scale" and len(arguments) == 1:  # undone before the update
            return arguments[0]
        return self.unknown_result([owner, *arguments, *keywords.values()], node)

    def _parser_method(self, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Handle argparse: options have their default values."""
        if name == "add_argument":
            default = keywords.get("default", {"store_true": False, "store_false": True}.get(str(keywords.get("action")), Unknown("an option")))
            for option in [*arguments, keywords.get("dest")]:
                if isinstance(option, str):
                    self.options[option.lstrip("-").replace("-", "_")] = _plain_argument(default)
        return Unknown(OPTIONS if name == "parse_args" else PARSER)

    def _list_method(self, owner: Any, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        first_argument = arguments[0] if arguments else None
        if isinstance(owner, Values) and name in ("append", "extend", "insert", "pop", "reverse"):
            if not self.may_change(owner, node):
                return Unknown(self.text(node))
            if name == "append" and len(arguments) == 1:
                owner.append(first_argument)
            elif name == "extend" and (entries := self.entries(first_argument)) is not None and len(owner) + len(entries) < 20_000:
                owner.extend(entries)
            elif name == "insert" and len(arguments) == 2 and isinstance(first_argument, int):
                owner.insert(first_argument, arguments[1])
            elif name == "pop" and (not arguments or (isinstance(first_argument, int) and -len(owner) <= first_argument < len(owner))) and owner:
                return owner.pop(*arguments)
            elif name == "reverse":
                owner.reverse()
            else:
                owner.append(Doubt(self.part(node)))
            return None
        if isinstance(owner, dict) and name in ("items", "keys", "values", "get"):
            if name == "get":
                if not isinstance(first_argument, int | str):
                    return self.unknown_result([*owner.values()], node)
                return owner.get(first_argument, arguments[1] if len(arguments) > 1 else None)
            return Values([(key, value) for key, value in owner.items()] if name == "items" else owner.values() if name == "values" else owner, self.block)
        if isinstance(owner, str):
            if name in ("lower", "upper", "strip") and not arguments:
                return getattr(owner, name)()
            return Unknown(self.text(node))
        self.touch([owner, *arguments, *keywords.values()], node)
        if isinstance(owner, dict) and name in ("update", "pop", "clear", "setdefault", "popitem"):
            owner["?"] = Doubt(self.part(node))
        return self.unknown_result([owner, *arguments], node)

    def _base_method(self, owner: Super, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        if name == "__init__":
            if owner.instance.children is not None:
                self.fill(owner.instance.children, arguments, {key: value for key, value in keywords.items() if key == "layers"}, node)
            elif any(key in ("inputs", "outputs") for key in keywords) or [*model_values_in(arguments)]:
                self.doubt(owner.instance, self.part(node))
            return None
        if name in ("forward", "call", "__call__") and owner.instance.children is not None and arguments and isinstance(arguments[0], Flow):
            return self.through(owner.instance.children, arguments[0], [], {}, node)
        if name in HARMLESS | MODULE_METHODS | {"build", "train", "eval", "add_module"}:
            return self._module_method(owner.instance, name, arguments, keywords, node)
        self.touch([owner.instance, *arguments], node)
        return self.unknown_result(arguments, node)

    def _flow_method(self, flow: Flow, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        if name in FUNCTIONS or name in ("log_softmax",):
            return self.function_of(name, flow, arguments, keywords, node, "pytorch")
        if name in ("view", "reshape"):
            return self.after_layer(flow, self._view(flow, arguments, keywords, node), view=True)
        if name == "flatten":
            start, end = [*arguments, keywords.get("start_dim", 0), keywords.get("end_dim", -1)][:2] if not arguments else [arguments[0],
    arguments[1] if len(arguments) > 1 else keywords.get("end_dim", -1)]
            return self.after_layer(flow, self._flatten(start, end, node), view=True)
        if name in ("squeeze", "unsqueeze"):
            return self.after_layer(flow, LayerDescription(name, tuple(arguments), keywords, self.text(node), getattr(node, "lineno", 0), "pytorch"), view=True)
        if name in VALUE_METHODS and not [*model_values_in([arguments, keywords])]:
            if name == "requires_grad_" or name != "clone":
                return flow
            return Flow(flow.chain, flow.of_data, flow.root, flow.count)
        if name in ("size", "shape"):
            if arguments and isinstance(arguments[0], int) and arguments[0] >= 0:
                return Dim((arguments[0],), flow.chain)
            return Shape(flow, flow.chain) if not arguments else Unknown(self.text(node))
        if name == "backward":
            reason = message("model.unknown_loss", name=self.text(node))
            loss = Loss("", Flow(flow.chain, flow.of_data, flow.root, flow.count), False, self.part(node, reason), True, seeded=bool(arguments or keywords))
            self.losses.append((loss, getattr(node, "lineno", 0)))
        if name in NUMBER_METHODS:
            return Unknown(self.text(node))
        if name in READ_METHODS:
            return self.after_layer(flow, self.part(node, message("model.stops_gradient") if name in ("detach", "data") else None))
        flows = [value for value in model_values_in([arguments, keywords]) if isinstance(value, Flow) and value is not flow]
        part = self.part(node, message("model.two_paths") if flows else None)
        return self.after_layer(flow, part, inplace=name.endswith("_") or bool(flows))

    def _flatten(self, start: Any, end: Any, node: ast.AST) -> LayerDescription:
        return LayerDescription("Flatten", (start, end), {}, self.text(node), getattr(node, "lineno", 0), "pytorch")

    def _view(self, flow: Flow, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> LayerDescription:
        """Return the layer for view(-1, 400) or view(x.size(0), -1), one row per image; for the input, a map."""
        if len(arguments) == 1 and isinstance(arguments[0], list | tuple):
            arguments = [*arguments[0]]
        text, line = self.text(node), getattr(node, "lineno", 0)
        if len(arguments) == 4 and flow.chain is None and arguments[0] in (-1, Dim((0,), None)):
            return LayerDescription("Input", (), {}, text, line, "pytorch")
        if len(arguments) == 2 and not keywords:
            first, second = arguments
            batch = isinstance(first, Dim) and first.axes == (0,)
            covers_rest = isinstance(second, Dim) and second.axes == (1, 2, 3) and second.chain is flow.chain
            count = isinstance(second, int) and not isinstance(second, bool) and second > 0
            if (batch and (second == -1 or count or covers_rest)) or (first == -1 and (count or covers_rest)):
                return LayerDescription("Flatten", (), {"view": second} if count else {}, text, line, "pytorch")
            if isinstance(second, Unknown | Dim) and first == -1:
                return LayerDescription("", text=text, line=line, refused=message("model.view_unknown", value=getattr(second, "text", text)))
        return LayerDescription("", text=text, line=line, refused=message("model.view"))

    def _module_method(self, owner: Any, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        first_argument = arguments[0] if arguments else None
        if name in ("forward", "call", "__call__"):
            return self.apply(owner, arguments, keywords, node)
        if name in MODULE_METHODS:
            if name == "requires_grad_" and first_argument is not True and (arguments or keywords):
                self.touch(owner, node)
            return owner
        if name in ("parameters", "named_parameters"):
            return Values([(Unknown("name"), ModulePart(owner)) if name == "named_parameters" else ModulePart(owner)], self.block)
        if name in ("children", "modules", "named_children", "named_modules"):
            modules = self._modules_in(owner, deep="modules" in name)
            return Values([(Unknown("name"), child) for child in modules] if name.startswith("named") else modules, self.block)
        if name == "apply" and len(arguments) == 1:
            for module in self._modules_in(owner, deep=True):
                self.call(first_argument, [module], {}, node)
            return owner
        if name == "compile":
            self.compile(owner, keywords.get("loss", arguments[1] if len(arguments) > 1 else None), keywords, node)
            return None
        registers = isinstance(owner, Instance) and owner.children is None and len(arguments) == 2 and isinstance(first_argument, str)
        if registers and name in ("add_module", "register_module", "register_parameter"):
            if name != "register_parameter":
                self.bind(owner.items, str(first_argument), self.module(arguments[1], node))
            return None
        if self.is_container(owner):
            container = owner.children if isinstance(owner, Instance) else owner
            if (name, len(arguments)) in (("add", 1), ("append", 1), ("add_module", 2), ("extend", 1), ("insert", 2), ("pop", 0), ("pop", 1)) and not keywords:
                return self._change_container(container, name, arguments, node) if self.may_change(container, node) else None
            if name == "get_layer" and isinstance(first_argument, str | int):
                return self._layer_by_name(container, first_argument, node)
            if name in ("items", "values", "keys"):
                return Values([*container.items.items()] if name == "items" else [*container.items.values()] if name == "values" else [*container.items], self.block)
        if isinstance(owner, Functional) and name == "get_layer":
            return Doubt(self.part(node))
        if isinstance(owner, Instance) and isinstance(first_argument, Flow) and self._has_known_bases(owner.cls):
            return self.after_layer(first_argument, self.part(node, message("model.never_made", name=f"self.{name}")))
        if name not in HARMLESS:
            self.touch([owner, *arguments, *keywords.values()], node)
            return Doubt(self.part(node))
        return Unknown(self.text(node))

    def _has_known_bases(self, cls: Class) -> bool:
        return all(isinstance(base, Library) and base.last in _BASES and self.library_of(base.path) for base in cls.library_bases)

    def _modules_in(self, owner: Any, deep: bool, depth: int = 8) -> list[Any]:
        if isinstance(owner, Sequence) and depth:
            values = owner.items.values() if not (isinstance(owner, Instance) and owner.children is not None) else owner.children.items.values()
            modules = [value for value in values if isinstance(value, Module) and not self._is_loss(value)]
            return modules + [inner for module in modules for inner in self._modules_in(module, True, depth - 1)] if deep else modules
        return []

    def _change_container(self, container: Sequence, name: str, arguments: list[Any], node: ast.AST) -> Any:
        """Add a layer to a container, or remove one."""
        names, last_argument = [*container.items], arguments[-1] if arguments else -1
        if name == "pop":
            if not isinstance(last_argument, int) or not -len(names) <= last_argument < len(names):
                self.touch(container, node)
                return Doubt(self.part(node))
            value = container.items[names[last_argument]]
            self.delete_item(container, last_argument)
            return value
        if name == "extend":
            entries = self.entries(last_argument)
            if entries is None:
                container.add(Doubt(self.part(node)))
            for entry in entries or ():
                container.add(self.module(entry, node))
        elif name == "insert":
            values = [*container.items.values()]
            if not isinstance(arguments[0], int) or not all(key.isdigit() for key in names):
                container.add(Doubt(self.part(node)))
                return None
            values.insert(arguments[0], self.module(last_argument, node))
            container.items = {str(n): value for n, value in enumerate(values)}
        elif name == "add_module" and isinstance(arguments[0], str):
            container.items[arguments[0]] = self.module(last_argument, node)
        else:
            container.add(self.module(last_argument, node))
        if len(container.items) > 10 * MOST_LAYERS:
            raise Problem("model.too_many", n=len(container.items), most=MOST_LAYERS)
        return None

    def _layer_by_name(self, container: Sequence, name: str | int, node: ast.AST) -> Any:
        for value in container.items.values():
            if isinstance(value, Module) and value.layer.named.get("name") == name:
                return value
        return Doubt(self.part(node))

    def function_of(self, name: str, flow: Flow, arguments: list[Any], keywords: dict[str, Any], node: ast.AST, library: str) -> Flow:
        """Return the tensor after a functional activation, pooling or dropout."""
        layer = FUNCTIONS.get(name) or TORCH_FUNCTIONS[name]
        settings = dict(keywords)
        if library == "keras" and layer in ("LeakyReLU",):
            settings.setdefault("negative_slope", arguments[0] if arguments else settings.pop("alpha", 0.2))
            arguments = []
        inplace = name.endswith("_") or settings.pop("inplace", None) not in (None, False)
        if layer in ("Dropout", "Dropout2d"):
            positional = dict(zip(("p", "training", "inplace"), arguments, strict=False))
            inplace = inplace or positional.pop("inplace", False) is not False
            settings, arguments = {"training": True, **positional, **settings}, []
            if settings.pop("training") is True:
                settings["always"] = True
            elif (arguments, settings.get("training")) == ([], False) or keywords.get("training") is False:
                return flow
        settings.pop("_stacklevel", None)
        if "dtype" in settings and settings["dtype"] is None:
            del settings["dtype"]
        return self.after_layer(flow, LayerDescription(layer, tuple(arguments), settings, self.text(node), getattr(node, "lineno", 0), library), inplace=inplace)

    def library_call(self, callee: Library, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return the result of a function or class that the text does not define."""
        path, name, values = callee.path, callee.last, [*arguments, *keywords.values()]
        if path in _BUILTINS and (path not in ("print",)) and (result := self._builtin(path, arguments, keywords, node)) is not _NOT_HANDLED:
            return result
        library = self.library_of(path)
        if name in UNSAFE and path in (name, f"builtins.{name}"):
            self.refuse(node, message("model.unsafe", name=name))
            return Unknown(self.text(node))
        if WRAPPERS.fullmatch(path):
            return arguments[0] if arguments else Unknown(self.text(node))
        if path in ("partial", "functools.partial") and arguments:
            return Partial(arguments[0], tuple(arguments[1:]), dict(keywords))
        if name in ("OrderedDict",):
            entries = self.entries(arguments[0]) if arguments else []
            if entries is not None and all(isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str | int) for entry in entries):
                return dict(entries) if not isinstance(arguments[0] if arguments else None, dict) else dict(arguments[0])
            return arguments[0] if arguments and isinstance(arguments[0], dict) else Doubt(self.part(node))
        if library and (name in (*CONTAINERS, "ModuleDict", "Input") or (name in ("Model", "Functional") and values)):
            return self._create_object(name, path, library, arguments, keywords, node)
        flows = [value for value in model_values_in(values) if isinstance(value, Flow)]
        if is_loss(name) and library and (keywords or arguments) and (flows or not name[:1].isupper()):
            return self.loss_of(name, library, arguments, keywords, node)
        if flows:
            return self._tensor_function(path, name, library, arguments, keywords, node, flows)
        if name == "ArgumentParser":
            return Unknown(PARSER)
        if name[:1].isupper() and not HARMLESS_PATHS.fullmatch(path):
            return self._create_object(name, path, library, arguments, keywords, node)
        if not HARMLESS_PATHS.fullmatch(path):
            self.touch(values, node)
            return self.unknown_result(values, node)
        return self._returned(path, name, values, node)

    def _returned(self, path: str, name: str, values: list[Any], node: ast.AST) -> Any:
        if name in ("constant", "cast", "convert_to_tensor", "deepcopy"):
            return self.unknown_result(values, node)
        return Unknown(self.text(node))

    def _tensor_function(self, path: str, name: str, library: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST, flows: list[Flow]) -> Any:
        """Return the result of a library function of tensors."""
        first_argument = arguments[0] if arguments else keywords.pop("input", keywords.pop("x", None))
        if isinstance(first_argument, Flow) and len({id(flow) for flow in flows}) == 1 and library:
            if name in FUNCTIONS or (library == "pytorch" and name in TORCH_FUNCTIONS):
                return self.function_of(name, first_argument, arguments[1:], keywords, node, library)
            if library == "pytorch" and name == "flatten":
                start = arguments[1] if len(arguments) > 1 else keywords.get("start_dim", 0)
                end = arguments[2] if len(arguments) > 2 else keywords.get("end_dim", -1)
                return self.after_layer(first_argument, self._flatten(start, end, node), view=True)
            if name == "reshape" or (library == "pytorch" and name in ("squeeze", "unsqueeze")):
                return self._flow_method(first_argument, name, arguments[1:], keywords, node)
        has_two_inputs = len({id(flow) for flow in flows}) > 1
        if HARMLESS_PATHS.fullmatch(path) and not has_two_inputs:
            return self.after_layer(flows[0], self.part(node))
        part = self.part(node, message("model.two_paths") if has_two_inputs else message("model.unknown_function", name=name))
        is_pure = library and "." in path and not name.endswith("_") and "out" not in keywords and "inplace" not in keywords
        if not is_pure:
            self.touch([*arguments, *keywords.values()], node)
        return self.after_layer(flows[0], part)

    def _create_object(self, name: str, path: str, library: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Create a layer, container, model or loss."""
        line, values = getattr(node, "lineno", 0), [*arguments, *keywords.values()]
        if not library:
            self.touch(values, node)
            reason = message("model.foreign", name=path) if not path.startswith("?") else message("model.unknown", name=name)
            return Module(LayerDescription(name, text=self.text(node), line=line, refused=reason), self.block)
        if name in (*CONTAINERS, "ModuleDict"):
            layers = Sequence(LayerDescription(name, text=self.text(node), line=line, library=library), self.block, callable=name == "Sequential")
            extra = {key for key in keywords if key not in ("layers", "name")}
            self.fill(layers, arguments[:1] if library == "keras" else arguments, keywords, node)
            if extra:
                self.doubt(layers, self.part(node))
            self.modules.append(layers)
            return layers
        if name in ("Model", "Functional") and (keywords.keys() & {"inputs", "outputs", "input", "output"} or len(arguments) > 1):
            return self._functional(arguments, keywords, node)
        if name == "Input":
            start = Flow(of_data=False)
            plain_arguments = {key: _plain_argument(value) for key, value in keywords.items()}
            start.chain = (None, LayerDescription("Input", tuple(_plain_argument(argument) for argument in arguments), plain_arguments, self.text(node), line, library))
            start.root = start
            return start
        if [*model_values_in([value for value in values if not isinstance(value, ModulePart)])] and not is_loss(name):
            activation = keywords.get("activation")
            if not (isinstance(activation, Module) and len([*model_values_in(values)]) == 1):
                self.touch(values, node)
        positional, plain_keywords = tuple(map(_plain_argument, arguments)), {key: _plain_argument(value) for key, value in keywords.items()}
        layer = LayerDescription(name, positional, plain_keywords, self.text(node), line, library)
        made_layer = Module(layer, self.block)
        made_layer.layer = LayerDescription(**{**layer.__dict__, "module": made_layer})
        if is_loss(name):
            self.losses.append((self._loss(name, library, self._loss_settings(made_layer), node, None), line))
        return made_layer

    def _functional(self, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Create Keras's Model(inputs, outputs)."""
        start = keywords.get("inputs", keywords.get("input", arguments[0] if arguments else None))
        end = keywords.get("outputs", keywords.get("output", arguments[1] if len(arguments) > 1 else None))
        start, end = (tensor[0] if isinstance(tensor, list | tuple) and len(tensor) == 1 else tensor for tensor in (start, end))
        model = Functional(LayerDescription("Model", text=self.text(node), line=getattr(node, "lineno", 0), library="keras"), self.block)
        if isinstance(end, Flow) and isinstance(start, Flow) and end.root is start.root and start.chain is not None and start.chain[0] is None:
            model.end = Flow(end.chain, False, end.root, end.count)
        else:
            is_from_input = not isinstance(end, Flow) or end.root is not None
            model.end = Doubt(self.part(node, message("model.two_paths") if is_from_input else message("model.not_from_input")))
        self.modules.append(model)
        return model

    # ---- losses

    def _is_loss(self, module: Module) -> bool:
        return is_loss(module.layer.name) and not isinstance(module, Sequence)

    def _loss_settings(self, module: Module) -> dict[str, Any]:
        return {**{f"#{n}": value for n, value in enumerate(module.layer.placed)}, **module.layer.named}

    def loss_of(self, name: str, library: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Loss:
        """Return a loss of a tensor, and record it."""
        is_keras = library == "keras"
        names = ("y_true", "y_pred") if is_keras else ("input", "target")
        tensors = {**dict(zip(names, arguments, strict=False)), **{key: value for key, value in keywords.items() if key in names}}
        settings = {**{f"#{n}": value for n, value in enumerate(arguments[2:])}, **{key: value for key, value in keywords.items() if key not in names}}
        output, target = (tensors.get(key) for key in (names if not is_keras else names[::-1]))
        loss = self._loss(name, library, settings, node, output if isinstance(output, Flow) else None)
        if isinstance(output, Doubt):
            loss.refused = loss.refused or output.part
        if isinstance(target, Flow):
            loss.refused = loss.refused or self.part(node, message("model.loss_target"))
        self.losses.append((loss, getattr(node, "lineno", 0)))
        return loss

    def _loss(self, name: str, library: str, settings: Mapping[str, Any], node: ast.AST, flow: Flow | None) -> Loss:
        reason = refused_settings(name, settings)
        # a copy, since later in-place changes do not affect the loss
        flow_copy = Flow(flow.chain, flow.of_data, flow.root, flow.count) if flow is not None else None
        return Loss(BY_NAME.get(name, ""), flow_copy, settings.get("from_logits") is True, self.part(node, reason) if reason else None)

    def compile(self, model: Any, loss: Any, keywords: dict[str, Any], node: ast.AST) -> None:
        """Handle model.compile(loss=…)."""
        line = getattr(node, "lineno", 0)
        if loss is None:
            return
        if isinstance(loss, list | tuple) and len(loss) == 1:
            loss = loss[0]
        if isinstance(loss, str):
            compiled_loss = self._loss(loss, "keras", {}, node, None)
        elif isinstance(loss, Library):
            compiled_loss = self._loss(loss.last if self.library_of(loss.path) else "", "keras", {}, node, None)
        elif isinstance(loss, Module) and self._is_loss(loss):
            compiled_loss = self._loss(loss.layer.name, "keras", self._loss_settings(loss), node, None)
        else:
            compiled_loss = Loss("", None, False, self.part(node, message("model.unknown_loss", name=self.text(node))))
        if "loss_weights" in keywords or keywords.get("weighted_metrics"):
            compiled_loss.refused = compiled_loss.refused or self.part(node)
        self.losses.append((compiled_loss, line))
        self.compiled.append((model, compiled_loss))

    # ---- builtins

    def _builtin(self, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        first_argument = arguments[0] if arguments else None
        if name == "setattr" and len(arguments) == 3:
            if isinstance(arguments[1], str):
                self.set_attribute(first_argument, arguments[1], arguments[2], node)
            else:
                self.touch((first_argument, arguments[2]), node)
            return None
        if name == "getattr" and len(arguments) >= 2:
            if isinstance(arguments[1], str):
                return self.attribute(first_argument, arguments[1], node)
            return Doubt(self.part(node)) if [*model_values_in(first_argument)] or isinstance(first_argument, Library) else Unknown(self.text(node))
        if name == "range" and arguments and all(isinstance(argument, int) for argument in arguments) and (len(arguments) < 3 or arguments[2]):
            return range(*arguments)
        if name == "len" and isinstance(first_argument, list | tuple | dict | str):
            return len(first_argument)
        if name == "len" and self.is_container(first_argument):
            return len(self.items(first_argument))
        if name in ("list", "tuple") and len(arguments) <= 1:
            entries = self.entries(first_argument) if arguments else []
            if entries is not None:
                return Values(entries, self.block) if name == "list" else tuple(entries)
        if name == "dict" and not arguments:
            return dict(keywords)
        if name in ("reversed", "enumerate", "zip"):
            lists = [self.entries(argument) for argument in arguments]
            if lists and all(entries is not None for entries in lists) and not keywords:
                known: list[list[Any]] = [entries for entries in lists if entries is not None]
                return Values(known[0][::-1] if name == "reversed" else enumerate(known[0]) if name == "enumerate" else zip(*known, strict=False), self.block)
        if name in ("int", "float", "str", "bool", "abs", "round") and len(arguments) == 1 and isinstance(first_argument, int | float) and not keywords:
            try:
                return _NUMBER_FUNCTIONS[name](first_argument)
            except (OverflowError, ValueError):
                return Unknown(self.text(node))
        if name in ("max", "min") and len(arguments) > 1 and all(isinstance(argument, int | float) for argument in arguments):
            return max(arguments) if name == "max" else min(arguments)
        if name == "isinstance" and len(arguments) == 2 and isinstance(first_argument, Module) and isinstance(arguments[1], Library):
            return first_argument.layer.name == arguments[1].last if not isinstance(first_argument, Instance) else Unknown(self.text(node))
        return _NOT_HANDLED

    def script_class(self, cls: Class, arguments: list[Any], keywords: dict[str, Any], node: ast.AST) -> Any:
        """Return a layer whose class is copied from cnnviz's exported scripts, or None for other classes."""
        name = known_class(cls.node)
        if not name:
            return None
        settings = {key: _plain_argument(value) for key, value in keywords.items()}
        library = "keras" if self.keras else "pytorch"
        layer = LayerDescription(name, tuple(_plain_argument(argument) for argument in arguments), settings, self.text(node), getattr(node, "lineno", 0), library)
        module = Module(layer, self.block)
        module.layer = LayerDescription(**{**layer.__dict__, "module": module})
        return module


_NOT_HANDLED = object()
_NUMBER_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"int": int, "float": float, "str": str, "bool": bool, "abs": abs, "round": round}
_BUILTINS = {
    "setattr", "getattr", "range", "len", "list", "tuple", "dict", "reversed", "enumerate", "zip", "int", "float", "str", "bool", "abs", "round", "max", "min", "isinstance",
    "print", "super", "type", "sum", "map", "filter", "sorted", "hasattr", "set", "open", "iter", "next", "any", "all", "object", "staticmethod",
    "property", "classmethod", "repr", "format", "id", "callable",
    "Exception", "ValueError", "NotImplementedError", "RuntimeError", "TypeError", "exec", "eval", "globals", "locals", "vars",
}  # fmt: skip


def _is_variable(call: ast.AST, keyword: str) -> bool:
    """Return whether a call has a keyword argument that is a variable."""
    return any(argument.arg == keyword and isinstance(argument.value, ast.Name) for argument in getattr(call, "keywords", ()))


def _plain_argument(value: Any) -> Any:
    """Return a layer's argument: a constant as it is, a function by name, and anything else as Unknown."""
    if isinstance(value, bool | int | float | str | type(None) | Unknown):
        return value
    if isinstance(value, list | tuple):
        return tuple(_plain_argument(argument) for argument in [*value][:16])
    if isinstance(value, Library):
        return Unknown(value.path)
    if isinstance(value, Module):
        return value.layer
    if isinstance(value, Dim | Shape):
        return Unknown("a size of a tensor")
    if isinstance(value, Function) and isinstance(value.node, ast.Lambda) and value.node.end_lineno == value.node.lineno and (value.node.end_col_offset or 999) < 999:
        return Unknown(ast.unparse(value.node))
    return Unknown(getattr(getattr(value, "node", None), "name", "") or getattr(getattr(value, "part", None), "text", "") or type(value).__name__.lower())

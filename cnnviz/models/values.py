"""Values of the abstract interpreter: constants, layers, tensors, and unknown values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.models.described_layers import LayerDescription

Chain = tuple[Any, LayerDescription] | None
"""Layers that a tensor has passed, as a linked list with the last layer first."""


@dataclass(frozen=True)
class Library:
    """A name that the text does not define, such as an import, by its full path."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def root(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True)
class Dim:
    """Product of sizes of a tensor, by their axes: (0,) for the first axis, (1, 2, 3) for all others."""

    axes: tuple[int, ...]
    chain: Chain = field(compare=False)


@dataclass(eq=False)
class Module:
    """A library's layer with its own parameters, which several uses of it share."""

    layer: LayerDescription
    block: int = 0
    doubts: list[LayerDescription] = field(default_factory=list)
    """Uses of the module that are not understood."""


@dataclass(eq=False)
class Sequence(Module):
    """A container of modules by name, in the order of calls."""

    items: dict[str, Any] = field(default_factory=dict)
    callable: bool = True

    def add(self, module: Any, name: str = "") -> None:
        number = len(self.items)
        while not name or (name.isdigit() and name in self.items):
            name, number = str(number), number + 1
        self.items[name] = module


@dataclass(eq=False)
class Functional(Module):
    """A Keras Model, with its output tensor `end`."""

    end: Any = None


@dataclass(eq=False)
class Scope:
    """A scope: names and values, and the enclosing scope."""

    values: dict[str, Any] = field(default_factory=dict)
    around: Scope | None = None
    outer_names: set[str] = field(default_factory=set)

    def find(self, name: str) -> tuple[bool, Any]:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return True, scope.values[name]
            scope = scope.around
        return False, None


@dataclass(eq=False)
class Function:
    """A function of the text, with the values of its defaults; `of` is its class if it is a method."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: Mapping[str, Any]
    of: Class | None = None


@dataclass(eq=False)
class Class:
    """A class of the text."""

    node: ast.ClassDef
    bases: tuple[Any, ...]
    attributes: dict[str, Any]
    fields: tuple[str, ...] | None = None
    """Names of the fields of a dataclass, in order; None if it is not one."""

    def lookup(self, name: str, after: Class | None = None) -> Any:
        """Return an attribute of the class or of its bases in the text, or None. With `after`, search only the bases
        after that class."""
        order = list(self._order())
        for cls in order[order.index(after) + 1 :] if after in order else order:
            if name in cls.attributes:
                return cls.attributes[name]
        return None

    def _order(self, depth: int = 8) -> Iterator[Class]:
        yield self
        for base in self.bases:
            if isinstance(base, Class) and depth:
                yield from base._order(depth - 1)

    @property
    def library_bases(self) -> list[Any]:
        return [base for cls in self._order() for base in cls.bases if not isinstance(base, Class)]


@dataclass(eq=False)
class Instance(Sequence):
    """An object of a class of the text: `items` are its attributes."""

    cls: Class = None  # type: ignore[assignment]  # always given
    children: Any = None
    """Its layers as a Sequence, if the class derives from Sequential."""


@dataclass(frozen=True, eq=False)
class BoundMethod:
    """A method of a value: a function of the text, or only a name."""

    owner: Any
    name: str
    function: Function | None = None


@dataclass(frozen=True)
class Super:
    """Result of super(): attributes of an instance from the classes after `cls`."""

    instance: Instance
    cls: Class


@dataclass(frozen=True, eq=False)
class Partial:
    """A functools.partial: a callable with some of its arguments."""

    callee: Any
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]


@dataclass(frozen=True)
class ModulePart:
    """A part of a module that is not a layer, such as a weight."""

    owner: Any


@dataclass(eq=False)
class Flow:
    """A tensor computed from the input. Tensors that share memory are all in the list `store`."""

    chain: Chain = None
    of_data: bool = True
    root: object = None
    count: int = 0
    store: list[Flow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.append(self)

    def layers(self) -> list[LayerDescription]:
        reversed_layers, chain = [], self.chain
        while chain is not None:
            chain, layer = chain
            reversed_layers.append(layer)
        return reversed_layers[::-1]


@dataclass(frozen=True, eq=False)
class Shape:
    """The shape of a tensor, starting from an axis."""

    flow: Flow
    chain: Chain
    start: int = 0


@dataclass(eq=False)
class Loss:
    """A loss by name, and its tensor if known; `refused` is a part of it that is not understood."""

    name: str
    flow: Any = None
    from_logits: bool = False
    refused: LayerDescription | None = None
    backward: bool = False
    seeded: bool = False
    """Whether backward of an output was called with a gradient, as demonstrations do."""


@dataclass(eq=False)
class Doubt:
    """A value of the model that is known only at run time, with the part of the text that is the reason."""

    part: LayerDescription


class Values(list[Any]):
    """A list, with the block of the text that created it."""

    def __init__(self, values: Any = (), block: int = 0):
        super().__init__(values)
        self.block = block


MODEL_VALUES = (Module, Flow, Doubt, ModulePart, Loss)


def model_values_in(value: Any, depth: int = 3) -> Iterator[Any]:
    """Yield the modules and tensors in a value, including those in lists and dicts."""
    if isinstance(value, MODEL_VALUES):
        yield value
    elif depth and isinstance(value, list | tuple | set):
        for entry in [*value][:400]:
            yield from model_values_in(entry, depth - 1)
    elif depth and isinstance(value, dict):
        for entry in [*value.values()][:400]:
            yield from model_values_in(entry, depth - 1)
    elif isinstance(value, BoundMethod):
        yield from model_values_in(value.owner, depth)
    elif depth and isinstance(value, Partial):
        yield from model_values_in([value.callee, *value.arguments, *value.named.values()], depth - 1)

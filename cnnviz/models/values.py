"""Values that the reader follows through a text: constants, layers, tensors, and whatever it does not understand."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.models.described_layers import Described

Chain = tuple[Any, Described] | None
"""The layers that a tensor has come through: a linked list, the last one outside."""


@dataclass(frozen=True)
class Library:
    """A name that the text does not define: what it imports, or what it takes for imported, by its full path."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def root(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True)
class Dim:
    """The product of some sizes of a tensor: of axis 0, or of all the others, which are (1,)."""

    axes: tuple[int, ...]
    chain: Chain = field(compare=False)


@dataclass(eq=False)
class Module:
    """A layer of a library, which has its own parameters: two uses of it share them."""

    layer: Described
    block: int = 0
    doubts: list[Described] = field(default_factory=list)
    """What else happens to it, which is not understood."""


@dataclass(eq=False)
class Sequence(Module):
    """A container of modules, by name, in the order in which they are called."""

    items: dict[str, Any] = field(default_factory=dict)
    callable: bool = True

    def add(self, module: Any, name: str = "") -> None:
        number = len(self.items)
        while not name or (name.isdigit() and name in self.items):
            name, number = str(number), number + 1
        self.items[name] = module


@dataclass(eq=False)
class Functional(Module):
    """A Keras Model: the tensor that it ends with."""

    end: Any = None


@dataclass(eq=False)
class Scope:
    """Names and their values, in a scope around it."""

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
    """A function of the text's own, with the values of its defaults; `of` is the class whose method it is."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: Mapping[str, Any]
    of: Class | None = None


@dataclass(eq=False)
class Class:
    """A class of the text's own."""

    node: ast.ClassDef
    bases: tuple[Any, ...]
    attributes: dict[str, Any]

    def lookup(self, name: str, after: Class | None = None) -> Any:
        """An attribute of the class or of the text's own classes that it derives from; of those after `after` alone; None where there is none."""
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
    """An object of the text's own class: `items` are its attributes."""

    cls: Class = None  # type: ignore[assignment]  # always given
    children: Any = None
    """Its layers, a Sequence, if it is a Sequential."""


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of a value: of the text's own class, or by its name alone."""

    owner: Any
    name: str
    function: Function | None = None


@dataclass(frozen=True)
class Super:
    """super(): the attributes of an instance's classes after `cls`."""

    instance: Instance
    cls: Class


@dataclass(frozen=True)
class Inner:
    """Something of a module that is no layer, such as its weight."""

    owner: Any


@dataclass(eq=False)
class Flow:
    """A tensor on its way from the input. Tensors that share memory share `store`, in which each has a place."""

    chain: Chain = None
    of_data: bool = True
    root: object = None
    count: int = 0
    store: list[Flow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.append(self)

    def layers(self) -> list[Described]:
        found, chain = [], self.chain
        while chain is not None:
            chain, layer = chain
            found.append(layer)
        return found[::-1]


@dataclass(frozen=True, eq=False)
class Shape:
    """The shape of a tensor from an axis on."""

    flow: Flow
    chain: Chain
    start: int = 0


@dataclass(eq=False)
class Loss:
    """A loss by its name, of a tensor where that is known; `refused` is what of it is not understood."""

    name: str
    flow: Any = None
    from_logits: bool = False
    refused: Described | None = None
    backward: bool = False


@dataclass(eq=False)
class Doubt:
    """A value of the model that cannot be told without running the text; the part of the text that is the reason."""

    part: Described


class Values(list[Any]):
    """A list, with the block of the text in which it is made."""

    def __init__(self, values: Any = (), block: int = 0):
        super().__init__(values)
        self.block = block


MODEL_VALUES = (Module, Flow, Doubt, Inner, Loss)


def concerned(value: Any, depth: int = 3) -> Iterator[Any]:
    """The modules and tensors in a value, in lists and tables too."""
    if isinstance(value, MODEL_VALUES):
        yield value
    elif depth and isinstance(value, list | tuple | set):
        for entry in [*value][:400]:
            yield from concerned(entry, depth - 1)
    elif depth and isinstance(value, dict):
        for entry in [*value.values()][:400]:
            yield from concerned(entry, depth - 1)
    elif isinstance(value, Bound):
        yield from concerned(value.owner, depth)

"""What learns, what a forward pass gives, and its gradients: read-only arrays by name, as mappings and as attributes.

One symbol means one thing in code, formula and label; `d<name>` is ∂L/∂<name> and has its shape. The fields
written out below are those of the teaching notebook's network; any other network's arrays go by its own symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import FrozenInstanceError, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from cnnviz.core.sliding import Padding

if TYPE_CHECKING:
    from cnnviz.core.program import Program


class Arrays(Mapping[str, np.ndarray]):
    """Arrays by name, float64 and read-only, so that a shared value cannot change; in the order of the layers.

    An array that somebody else could still write to is copied first: freezing it in place would
    be a mutation, and keeping it would let the value change behind our back.
    """

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name[0] != "_" and isinstance(value, (np.ndarray, list, tuple)):
                object.__setattr__(self, name, sealed(value))

    def __setstate__(self, state: dict[str, object]) -> None:
        # Pickle and deepcopy give back arrays that can be written to.
        vars(self).update(state)
        Arrays.__post_init__(self)

    @classmethod
    def of(cls, arrays: Mapping[str, object]) -> Self:
        """These arrays, under any names."""
        self = object.__new__(cls)
        vars(self).update({name: sealed(value) for name, value in arrays.items()})
        return self

    @classmethod
    def made(cls, arrays: dict[str, np.ndarray]) -> Self:
        """As `of`, for arrays that we have just made: they are sealed where they are."""
        self = object.__new__(cls)
        for value in arrays.values():
            value.setflags(False)  # type: ignore[call-arg]  # write, by place as in Program
        vars(self).update(arrays)
        return self

    @classmethod
    def read_only(cls, arrays: dict[str, np.ndarray]) -> Self:
        """As `made`, for arrays that are read-only already."""
        self = object.__new__(cls)
        vars(self).update(arrays)
        return self

    def replace(self, **changes: object) -> Self:
        """The same with some arrays changed."""
        return type(self).of({**self, **changes})

    def __getitem__(self, name: str) -> np.ndarray:
        value = vars(self).get(name)
        if type(value) is not np.ndarray:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, value in vars(self).items() if type(value) is np.ndarray])

    def __len__(self) -> int:
        return sum(type(value) is np.ndarray for value in vars(self).values())

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name} {self[name].shape}' for name in self)})"

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def plain(arrays: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The same to be read from in half the time; what was put off is not in it."""
    return vars(arrays) if isinstance(arrays, Arrays) else arrays


def sealed(values: object) -> np.ndarray:
    """`values` as a float64 array that nobody can write to; a copy unless they are one already."""
    if type(values) is np.ndarray and values.dtype == np.float64 and not _writable(values):
        return values
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def _writable(array: np.ndarray) -> bool:
    """Whether somebody can write to `array`, or to the array that it is a view of."""
    return array.flags.writeable or (isinstance(array.base, np.ndarray) and array.base.flags.writeable)


@dataclass(frozen=True, eq=False, repr=False)
class Params(Arrays):
    """What learns: kernel `f` (K,K), weights `w` (D,N) as in Keras' Dense, bias `b` (N,); in other networks f1, b1, f2 …

    >>> params = Params(f=np.ones((3, 3)), w=np.zeros((900, 2)), b=np.zeros(2))
    >>> params.f is params["f"], list(params)
    (True, ['f', 'w', 'b'])
    """

    f: np.ndarray
    w: np.ndarray
    b: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Arrays):
    """Every value of one forward pass, and the stride and padding that the backward pass needs again.

    For an image `x` (32,32): `z1` and `a1` (30,30), `v` (900,), `z2` and `o` (2,). Other networks' arrays go by their symbols.
    """

    x: np.ndarray
    z1: np.ndarray
    a1: np.ndarray
    v: np.ndarray
    z2: np.ndarray
    o: np.ndarray
    stride: int = 1
    padding: Padding = 0

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_inner"}

    def inner(self, program: Program) -> tuple[Mapping[str, np.ndarray] | None, dict[str, np.ndarray] | None]:
        """The parameters of this pass, and its values as `program` left them, if it was this one: with what it keeps."""
        made_by, params, values = vars(self).get("_inner", (None, None, None))
        return (params, values) if made_by is program else (None, None)


@dataclass(frozen=True, eq=False, repr=False)
class Gradients(Arrays):
    """∂L/∂<name> for each name, from the loss back. `dx` may be given as a function: it is called when first asked for.

    No update needs dx, and it costs as much as the rest of the backward pass. Each has the shape of what it is the gradient of.
    """

    do: np.ndarray
    dz2: np.ndarray
    dw: np.ndarray
    db: np.ndarray
    da1: np.ndarray
    dz1: np.ndarray
    df: np.ndarray
    dx: np.ndarray | Callable[[], np.ndarray]

    def __post_init__(self) -> None:
        work_out = vars(self).pop("dx")
        if callable(work_out):
            vars(self)["_later"] = (("dx",), lambda: {"dx": work_out()})
        else:
            vars(self)["dx"] = work_out
        super().__post_init__()

    def __getstate__(self) -> dict[str, object]:
        self._work_out()
        return dict(vars(self))

    def _work_out(self) -> None:
        """Works out what was put off, all at once."""
        if "_later" in vars(self):
            _, make = vars(self).pop("_later")
            vars(self).update({name: sealed(array) for name, array in make().items()})

    def __getattr__(self, name: str) -> np.ndarray:
        # Reached only for an attribute that is not there yet.
        if name in vars(self).get("_later", ((), None))[0]:
            self._work_out()
            return vars(self)[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in vars(self) and name in vars(self).get("_later", ((), None))[0]:
            self._work_out()
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        later = vars(self).get("_later", ((), None))[0]
        return iter([*super().__iter__(), *later])

    def __len__(self) -> int:
        return super().__len__() + len(vars(self).get("_later", ((), None))[0])

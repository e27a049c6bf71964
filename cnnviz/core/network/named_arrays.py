"""Parameters, traces and gradients: read-only arrays by name, as mappings and as attributes.

A symbol has the same meaning in code, formulas and labels. `d<name>` is ∂L/∂<name> and has the shape of <name>. The fields
declared below are those of the teaching notebook's network; arrays of other networks are named by their own symbols.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import FrozenInstanceError, dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from cnnviz.core.network.sliding import Padding
from cnnviz.core.network.symbols import is_parameter
from cnnviz.core.runtime.read_only import as_frozen, freeze


class Arrays(Mapping[str, np.ndarray]):
    """Read-only float64 arrays by name, in the order of the layers. The arrays are the only attributes.

    Writable arrays are copied: freezing one in place would modify the caller's array, and sharing it would let it change.
    """

    __slots__ = ("__dict__", "__weakref__")  # subclasses keep other values in their own slots

    def __init__(self, **arrays: object) -> None:
        vars(self).update({name: as_frozen(values) for name, values in arrays.items()})

    @classmethod
    def of(cls, arrays: Mapping[str, object], *settings: Any) -> Self:
        """Create an instance from arrays with any names."""
        return cls.of_frozen({name: as_frozen(values) for name, values in arrays.items()}, *settings)

    @classmethod
    def of_new(cls, arrays: dict[str, np.ndarray]) -> Self:
        """Create an instance from new arrays of any precision, and freeze them in place."""
        for array in arrays.values():
            array.setflags(False)  # type: ignore[call-arg]  # a positional argument takes half the time of `write=False`
            if array.base is not None:
                freeze(array)
        return cls.of_frozen(arrays)

    @classmethod
    def of_frozen(cls, arrays: dict[str, np.ndarray]) -> Self:
        """Create an instance from a dict of read-only arrays, which the caller must not use any more."""
        self = object.__new__(cls)
        _set_arrays(self, arrays)
        return self

    def replace(self, **changes: object) -> Self:
        """Return a copy with some arrays replaced."""
        return self.of({**self, **changes}, *self._settings)

    @property
    def _settings(self) -> tuple[Any, ...]:
        """Arguments of `of` after the arrays."""
        return ()

    def __getitem__(self, name: str) -> np.ndarray:
        return vars(self)[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*vars(self)])

    def __len__(self) -> int:
        return len(vars(self))

    def items(self) -> ItemsView[str, np.ndarray]:  # several times faster than Mapping's, like `values`
        return vars(self).items()

    def values(self) -> ValuesView[np.ndarray]:
        return vars(self).values()

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:  # otherwise pickle and copy would create writable arrays
        return self.of, (dict(self), *self._settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name} {self[name].shape}' for name in self)})"

    __eq__ = object.__eq__
    __hash__ = object.__hash__


_set = object.__setattr__
"""Setter for slots during construction."""

_with_fields = dataclass(init=False, repr=False, eq=False)
"""Decorator that declares the teaching notebook's arrays as fields for dataclasses.fields and dataclasses.replace."""


@_with_fields
class Params(Arrays):
    """Parameters: kernel `f` (K,K), weights `w` (D,N) as in Keras' Dense, bias `b` (N,). Other networks have f1, b1,
    f2 …

    >>> params = Params(f=np.ones((3, 3)), w=np.zeros((900, 2)), b=np.zeros(2))
    >>> params.f is params["f"], list(params)
    (True, ['f', 'w', 'b'])
    """

    f: np.ndarray
    w: np.ndarray
    b: np.ndarray

    def __init__(self, f: object, w: object, b: object) -> None:
        super().__init__(f=f, w=w, b=b)


class Mode(NamedTuple):
    """Mode of a pass, training or eval, and the arrays that its layers kept, by name."""

    training: bool = True
    kept: Mapping[str, np.ndarray] = {}


@_with_fields
class Trace(Arrays):
    """All arrays of one forward pass, and the stride and padding that the backward pass needs. For an image `x`
    (32,32): `z1` and `a1` (30,30), `v` (900,), `z2` and `o` (2,). Other networks have arrays by their symbols.
    """

    __slots__ = ("_made_by", "_mode", "padding", "stride")

    x: np.ndarray
    z1: np.ndarray
    a1: np.ndarray
    v: np.ndarray
    z2: np.ndarray
    o: np.ndarray
    stride: int
    padding: Padding

    def __init__(
        self, x: object, z1: object, a1: object, v: object, z2: object, o: object, stride: int = 1, padding: Padding = 0
    ) -> None:
        super().__init__(x=x, z1=z1, a1=a1, v=v, z2=z2, o=o)
        _set(self, "stride", stride)
        _set(self, "padding", padding)

    @classmethod
    def of_frozen(
        cls, arrays: dict[str, np.ndarray], stride: int = 1, padding: Padding = 0, made_by: object = None, mode: Mode | None = None
    ) -> Self:
        self = object.__new__(cls)
        _set_arrays(self, arrays)
        _set_stride(self, stride)
        _set_padding(self, padding)
        _set_made_by(self, made_by)
        if mode:
            _set(self, "_mode", mode)
        return self

    @property
    def mode(self) -> Mode:
        """Mode of the pass, with the arrays that the layers kept."""
        mode: Mode | None = getattr(self, "_mode", None)
        if mode is None:
            made_by: Any = self.forward_pass
            mode = Mode(made_by.program.run.training, made_by.program.kept(made_by.values)) if made_by else Mode()
            _set(self, "_mode", mode)
        return mode

    @property
    def training(self) -> bool:
        """Whether the pass ran in training mode."""
        return self.mode.training

    @property
    def kept(self) -> Mapping[str, np.ndarray]:
        """Arrays that the layers kept in addition to the symbols, by name: "n1.mean", "n1.var", "n1.hat", "r1.mask",
        and the buffers."""
        return self.mode.kept

    def image(self, i: int) -> Trace:
        """Return the trace of image `i` of a batch, in the shapes of a single image."""
        arrays = {name: freeze(one_image(array, i)) for name, array in self.items()}
        layer_arrays = {name: freeze(one_image(array, i)) if array.ndim > 1 else array for name, array in self.kept.items()}
        return Trace.of_frozen(arrays, self.stride, self.padding, None, Mode(self.training, layer_arrays))

    @property
    def forward_pass(self) -> object:
        """The pass that produced the trace, with all arrays for the backward pass (core/network/program.py). None if
        it was created directly."""
        return getattr(self, "_made_by", None)

    @property
    def _settings(self) -> tuple[Any, ...]:
        return self.stride, self.padding, None, self.mode


def one_image(array: np.ndarray, i: int) -> np.ndarray:
    """Return image `i` of an array (m,…), without a channel axis of size 1.

    >>> one_image(np.zeros((3, 1, 5, 4)), 2).shape, one_image(np.zeros((3, 2)), 0).shape
    ((5, 4), (2,))
    """
    image: np.ndarray = array[i]
    return image[0] if image.ndim == 3 and len(image) == 1 else image


Deferred = tuple[tuple[str, ...], Callable[[], Mapping[str, np.ndarray]]]
"""Gradients that are not computed yet: their names, and a function that computes all of them."""


@_with_fields
class Gradients(Arrays):
    """∂L/∂<name> for each name, in the order of the backward pass. `dx` may be a function, which is called on first
    access.

    No update needs dx, and it costs as much as the rest of the backward pass. Each gradient has the shape of its array.
    """

    __slots__ = ("_later",)

    do: np.ndarray
    dz2: np.ndarray
    dw: np.ndarray
    db: np.ndarray
    da1: np.ndarray
    dz1: np.ndarray
    df: np.ndarray
    dx: np.ndarray

    def __init__(
        self, do: object, dz2: object, dw: object, db: object, da1: object, dz1: object, df: object, dx: object
    ) -> None:
        eager = {} if callable(dx) else {"dx": dx}
        super().__init__(do=do, dz2=dz2, dw=dw, db=db, da1=da1, dz1=dz1, df=df, **eager)
        _set(self, "_later", (("dx",), lambda: {"dx": dx()}) if callable(dx) else None)

    @classmethod
    def of_frozen(cls, arrays: dict[str, np.ndarray], deferred: Deferred | None = None) -> Self:
        self = object.__new__(cls)
        _set_arrays(self, arrays)
        _set_later(self, deferred)
        return self

    def image(self, i: int) -> Gradients:
        """Return the gradients of image `i` of a batch, in the shapes of a single image. Gradients of parameters are
        those of the batch."""
        return Gradients.of_frozen({name: array if is_parameter(name[1]) else freeze(one_image(array, i)) for name, array in self.items()})

    def _deferred_names(self) -> tuple[str, ...]:
        deferred: Deferred | None = getattr(self, "_later", None)
        return deferred[0] if deferred else ()

    def _compute_deferred(self) -> None:
        """Compute all deferred gradients. If two threads do so at once, the arrays of the first are used."""
        deferred: Deferred | None = getattr(self, "_later", None)
        for name, array in deferred[1]().items() if deferred else ():
            vars(self).setdefault(name, as_frozen(array))
        _set(self, "_later", None)

    def __getattr__(self, name: str) -> np.ndarray:
        # Called only for attributes that are not set yet.
        if name != "_later" and name in self._deferred_names():
            self._compute_deferred()
        try:
            return vars(self)[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no {name!r}") from None

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in vars(self) and name in self._deferred_names():
            self._compute_deferred()
        return vars(self)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*vars(self), *self._deferred_names())))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def items(self) -> ItemsView[str, np.ndarray]:
        self._compute_deferred()
        return super().items()

    def values(self) -> ValuesView[np.ndarray]:
        self._compute_deferred()
        return super().values()


# Direct setters for slots that every pass sets, which take half the time of `_set`.
_set_arrays = vars(Arrays)["__dict__"].__set__
_set_stride, _set_padding, _set_made_by = (vars(Trace)[slot].__set__ for slot in ("stride", "padding", "_made_by"))
_set_later = vars(Gradients)["_later"].__set__

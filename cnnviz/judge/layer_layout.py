"""The layout of a layer class's arrays: letters for the axes of its input, and its own shapes for its parameters."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.judge.case import Array, Case
from cnnviz.judge.courses import CS231n, Shape
from cnnviz.words import Problem

AXES: Mapping[str, str] = {"conv": "NCHW", "max": "NCHW", "avg": "NCHW", "batchnorm": "NC"}
"""Default letters of the input's axes: N images, C channels, H rows, W columns, X numbers of a row. Other kinds have
"NX"."""

_ROW = "NX"


@dataclass(frozen=True, eq=False)
class LayerLayout(CS231n):
    """A course with the array layout of a layer class.

    `letters` name its input's axes; a missing axis has length 1. `shapes` are those of its parameters by role, and `orders`
    the order of the core's axes in them. With `mean`, its parameters' gradients are averaged over the images.
    """

    kind: str
    letters: str
    shapes: dict[str, Shape] = field(default_factory=dict)
    mean: bool = False
    orders: dict[str, Shape] = field(default_factory=dict)

    @property
    def core(self) -> str:
        """Letters of the input's axes in the core's order."""
        if self.kind in ("conv", "max", "avg") or set(self.letters) & set("HW"):
            return "NCHW"
        return "NC" if self.kind == "batchnorm" else _ROW

    def axes(self, kind: str, role: str) -> Shape | None:
        """Return None in the core's layout, otherwise (). Reports show lines of code in the core's layout, with a note
        if the layer's differs."""
        return None if self.letters == self.core else ()

    def to_course_layout(self, case: Case, role: str, array: Array) -> Array:
        base_role = role.removeprefix("d")
        if self.mean and role in ("dw", "db", "dgamma", "dbeta"):
            array = array / case.images
        if base_role in self.shapes and np.size(array) == np.prod(self.shapes[base_role]):
            return np.array(self._parameter(base_role, array))
        if base_role in ("x", "out"):
            letters = self.out_letters(np.shape(array)) if role in ("dout", "out") else self.letters
            return np.array(from_core_axes(array, self.core, letters))
        return np.array(array)

    def out_letters(self, shape: Shape) -> str:
        """Return the letters of the output's axes. A map without a channel axis gets one at the end if there are
        several filters."""
        if "C" in self.letters or self.core != "NCHW" or shape[1] == 1:
            return self.letters
        return f"{self.letters}C"

    def _parameter(self, role: str, array: Array) -> Array:
        order = self.orders.get(role)
        return (array if order is None or np.ndim(array) != len(order) else array.transpose(order)).reshape(self.shapes[role])

    def parameter(self, role: str, array: Array, core: Shape) -> Array:
        """Convert a parameter of the layer to the core's layout, with the shape `core`."""
        order = self.orders.get(role)
        return array.reshape(core) if order is None else array.reshape([core[axis] for axis in order]).transpose(np.argsort(order))

    def to_core_layout(self, kind: str, role: str, array: Array) -> Array:
        """Convert an output to the core's layout. Return it unchanged if its number of axes does not fit."""
        array = np.asarray(array)
        for letters in dict.fromkeys((self.letters, *_with_channels(self.letters))):
            if array.ndim == len(letters) and set(letters) <= set(self.core):
                return to_core_axes(array, letters, self.core)
        return array


def _with_channels(letters: str) -> tuple[str, ...]:
    return () if "C" in letters else (f"{letters}C",)


def from_core_axes(array: Array, core: str, letters: str) -> Array:
    """Transpose an array from the core's axes to others, dropping axes of length 1. An array that does not fit is
    returned unchanged.

    >>> from_core_axes(np.zeros((1, 2, 3, 4)), "NCHW", "HWC").shape
    (3, 4, 2)
    """
    order = [core.index(letter) for letter in letters]
    absent_axes = [axis for axis in range(len(core)) if axis not in order]
    if array.ndim != len(core) or any(array.shape[axis] > 1 for axis in absent_axes):
        return array  # a mistake may return an array of another shape
    return array.transpose(order + absent_axes).reshape([array.shape[axis] for axis in order])


def to_core_axes(array: Array, letters: str, core: str) -> Array:
    """Transpose an array with these axes to the core's, adding axes of length 1.

    >>> to_core_axes(np.zeros((3, 4, 2)), "HWC", "NCHW").shape
    (1, 2, 3, 4)
    """
    present = [letters.index(letter) for letter in core if letter in letters]
    sizes = [array.shape[letters.index(letter)] if letter in letters else 1 for letter in core]
    return array.transpose(present).reshape(sizes)


def parameter_orders(kind: str, core: Shape, shape: Shape) -> list[Shape | None]:
    """Return the orders of the core's axes that fit a weight of this shape, rows before columns. Axes of length 1 are
    ignored.

    >>> parameter_orders("conv", (4, 2, 3, 3), (3, 3, 2, 4)), parameter_orders("dense", (6, 5), (5, 6))
    ([(2, 3, 1, 0)], [(1, 0)])
    """
    sizes = [n for n in shape if n > 1]
    permutations = [axes for axes in itertools.permutations(range(len(core))) if kind != "conv" or axes.index(2) < axes.index(3)]
    orders = {tuple(axis for axis in axes if core[axis] > 1): axes for axes in reversed(permutations) if [core[axis] for axis in axes if core[axis] > 1] == sizes}
    return [*reversed(orders.values())]


_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(?:'([^']*)'|\"([^\"]*)\"|(-?\d+))\]")


def read_attribute(layer: object, path: str) -> Any:
    """Return the value at a path such as "params['W']" or "gradients[-1]". Raise LookupError if there is none.

    >>> import types
    >>> read_attribute(types.SimpleNamespace(params={"W": [1, 2]}), "params['W'][-1]")
    2
    """
    position, value = 0, layer
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise Problem("judge.layer_path", path=path)
        name, *keys, index = step.groups()
        try:
            key = next((key for key in keys if key is not None), None)
            value = getattr(value, name) if name else value[key if index is None else int(index)]  # type: ignore[index]
        except (AttributeError, KeyError, IndexError, TypeError) as error:
            raise LookupError(path) from error
        position = step.end()
    return value

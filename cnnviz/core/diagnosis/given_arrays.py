"""Submitted gradients, converted to the layout of the reference."""

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from cnnviz.core.diagnosis.precision import EXACT, Precision
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.words import Problem


@dataclass(frozen=True, eq=False)
class SubmittedArray:
    """A submitted array in the reference's shape, with its precision. `turned` is the applied permutation of axes, or
    ()."""

    array: np.ndarray
    turned: tuple[int, ...] = ()
    precision: Precision = EXACT


def read_submitted(program: Program, name: str, array: np.ndarray, ours: np.ndarray, precision: Precision = EXACT) -> SubmittedArray:
    """Return an array in the layout of `ours`: axes of length 1 are added or removed, a map may be flattened, and
    axes may be permuted.

    If several permutations fit, the one closest to `ours` is used. Raise Problem if none fits.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((4, 4))
    >>> read_submitted(program, "dw", np.zeros((2, 4)), np.zeros((4, 2))).turned, read_submitted(program, "db", np.zeros((1, 2)), np.zeros(2)).array.shape
    ((1, 0), (2,))
    """
    array, reference_shape = np.asarray(array, dtype=np.float64), ours.shape
    images = reference_shape[:1] if program.has_images(name) else ()
    inner_shape, unflattened = images + program.shapes[name[1:]], images + program.laid_out[name[1:]]
    if array.shape == inner_shape or _without_ones(array.shape) in (_without_ones(reference_shape), _without_ones(unflattened)):
        return SubmittedArray(array.reshape(reference_shape), (), precision)
    if name[1] == "b" and (bias := _bias_gradient(program, name, array)) is not None:
        return SubmittedArray(bias, (), precision)
    axes = [permutation for permutation in permutations(range(array.ndim)) if array.transpose(permutation).shape == reference_shape]
    if not axes:
        raise Problem("own.shape", name=label(name), shape=str(array.shape), wanted=str(reference_shape))
    nearest = min(axes, key=lambda permutation: float(np.nan_to_num(np.abs(array.transpose(permutation) - ours), nan=np.inf).sum()))
    return SubmittedArray(array.transpose(nearest), nearest, precision)


def _bias_gradient(program: Program, name: str, array: np.ndarray) -> np.ndarray | None:
    """Return a bias gradient from an array of another shape, or None. A single number is broadcast; an unsummed map
    contributes its last position."""
    shape, line = program.shown[name[1:]], next(line for line in program.backward_lines if line.target == name)
    if array.size == 1:
        return np.full(shape, array.reshape(()))
    source_shape = program.shapes[line.sources[0][1:]]
    return array.reshape(source_shape)[:, -1, -1] if array.size == math.prod(source_shape) and len(source_shape) == 3 else None


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def in_program_shape(program: Program, name: str, array: np.ndarray) -> np.ndarray:
    """Return a gradient in the shape that the program's lines use."""
    array = np.asarray(array, dtype=np.float64)
    images = array.shape[:1] if program.has_images(name) else ()
    inner_shape, shown_shape = (images + shapes[name[1:]] for shapes in (program.shapes, program.shown))
    if array.shape not in (inner_shape, shown_shape):
        raise Problem("network.shape", name=name, shape=array.shape, wanted=shown_shape)
    return array.reshape(inner_shape)


def replace_nonfinite(submitted: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """Return the submitted array with reference values in place of NaN and infinities, so that these do not
    propagate."""
    is_finite = np.isfinite(submitted)
    return submitted if is_finite.all() else np.where(is_finite, submitted, ours)

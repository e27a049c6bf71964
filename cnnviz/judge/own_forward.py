"""The user's own forward function, which defines the meaning of its eps, mask and cache."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.core.diagnosis.precision import DOUBLE, precisions
from cnnviz.judge.case import Array, Case
from cnnviz.judge.courses import CS231n
from cnnviz.judge.returned_arrays import as_numbers, call_function, describe_case
from cnnviz.judge.right_gradients import CorrectResult, right
from cnnviz.words import message

Function = Callable[..., Any]

STEP = 1e-3
"""Step of a central difference. Differences with this step and with twice the step are combined to fourth order."""


def sibling_forward(function: Function) -> Function | None:
    """Return the forward function from a backward function's module, such as batchnorm_forward for
    batchnorm_backward_alt, or None.

    >>> sibling_forward(len) is None
    True
    """
    name, names = getattr(function, "__name__", ""), getattr(function, "__globals__", {})
    if "backward" not in name:
        return None
    candidates = (name.replace("backward", "forward"), name[: name.index("backward")] + "forward")
    return next((names[candidate] for candidate in candidates if inspect.isfunction(names.get(candidate))), None)


def correct_by_forward(course: CS231n, case: Case, forward: Function) -> tuple[CorrectResult, Any]:
    """Return the correct gradients for a forward function, and its cache. Raise AssertionError if its output is
    wrong."""
    result = call_function(forward, course.forward_arguments(case))
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise AssertionError(str(message("judge.forward_returns")))
    out, cache = result
    if out is None:
        return right(case), cache

    def output_for(case: Case) -> Any:
        return call_function(forward, course.forward_arguments(case))[0]

    return correct_by_output(course, case, out, output_for), cache


def correct_by_output(course: CS231n, case: Case, out: Any, forward: Callable[[Case], Any]) -> CorrectResult:
    """Return the correct gradients for a pass with this output, in the course's layout. `forward` returns the output
    for other arrays.

    The mask of dropout is its output divided by its input. Batch normalization gets the eps that yields its output; if there is
    none, its gradients are central differences of its outputs. Raise AssertionError if the output is wrong in any other way.
    """
    output = as_numbers("out", out)
    array, x = np.asarray(course.to_core_layout(case.kind, "out", output), np.float64), case.arrays["x"]
    wrong = AssertionError(str(message("judge.forward_wrong", case=describe_case(course, case))))
    if case.kind == "dropout":
        if array.size != x.size:
            raise wrong
        return right(replace(case, arrays={**case.arrays, "mask": array.reshape(x.shape) / x}))
    textbook = right(case)
    reference = textbook.between["out"]
    is_double = precisions({"out": output})["out"] is DOUBLE
    if array.shape != reference.shape:
        raise wrong
    if case.kind == "batchnorm" and is_double and not np.allclose(array, reference, 1e-11, 1e-12):
        eps = _eps(case, array)
        if eps is not None:
            return right(replace(case, settings={**case.settings, "eps": eps}))
        if _is_normalized(case, array):
            return _differences(course, case, textbook, forward)
    if not np.allclose(array, reference, 1e-3, 1e-5):
        raise wrong
    return textbook


def _rows(case: Case, array: Array) -> Array:
    """Reshape an array to one column per channel."""
    return np.moveaxis(array, 1, -1).reshape(-1, case.arrays["gamma"].size)


def _centred_and_normalized(case: Case, output: Array) -> tuple[Array, Array]:
    """Return the normalized x that the output implies, and x minus its mean, with one column per channel."""
    x = _rows(case, case.arrays["x"])
    return (_rows(case, output) - case.arrays["beta"]) / case.arrays["gamma"], x - x.mean(axis=0)


@np.errstate(all="ignore")
def _eps(case: Case, output: Array) -> float | None:
    """Return the eps that reproduces this output, or None."""
    hat, centred = _centred_and_normalized(case, output)
    var = (centred**2).mean(axis=0)
    estimate = float(np.median((centred**2).sum(axis=0) / (hat**2).sum(axis=0) - var))
    candidates = (0.0, float(f"{estimate:.3g}"), estimate)
    return next((eps for eps in candidates if np.all(var + eps > 0) and np.allclose(hat, centred / np.sqrt(var + eps), 1e-10, 1e-12)), None)


@np.errstate(all="ignore")
def _is_normalized(case: Case, output: Array) -> bool:
    """Return whether an output is γ·(x - mean)·c + β, with c near 1/σ: another definition of the variance, or eps
    outside of the root."""
    hat, centred = _centred_and_normalized(case, output)
    scale = (hat * centred).sum(axis=0) / (centred**2).sum(axis=0)
    size = scale * centred.std(axis=0)
    return bool(np.allclose(hat, scale * centred, 1e-8, 1e-10) and np.all((size > 0.5) & (size < 2)))


def _differences(course: CS231n, case: Case, textbook: CorrectResult, forward: Callable[[Case], Any]) -> CorrectResult:
    """Return the textbook result with its gradients replaced by central differences of Σ dout·out."""
    dout = np.asarray(case.arrays["dout"], np.float64)

    def value(role: str, array: Array) -> float:
        output = forward(replace(case, arrays={**case.arrays, role: array}))
        return float((dout * np.asarray(course.to_core_layout(case.kind, "out", np.asarray(output)), np.float64)).sum())

    gradients = {}
    for role in ("x", "gamma", "beta"):
        array = np.asarray(case.arrays[role], np.float64)
        slopes = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            near_slope, far_slope = (_slope(value, role, array, index, step) for step in (STEP, 2 * STEP))
            slopes[index] = (4 * near_slope - far_slope) / 3
        gradients[f"d{role}"] = slopes
    sizes = {role: np.full(array.shape, 1e7 * np.abs(array).max()) for role, array in gradients.items()}
    return replace(textbook, gradients=gradients, sizes=sizes)


def _slope(value: Callable[[str, Array], float], role: str, array: Array, index: tuple[int, ...], step: float) -> float:
    ends = []
    for sign in (1, -1):
        nudged_array = array.copy()
        nudged_array[index] += sign * step
        ends.append(value(role, nudged_array))
    return (ends[0] - ends[1]) / (2 * step)

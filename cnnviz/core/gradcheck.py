"""Are these gradients right? Every entry of f, w and b against central differences of the loss.

∂L/∂θ ≈ (L(θ + ε) - L(θ - ε)) / 2ε        the error falls as ε², until round-off in L takes over
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network import Gradients, Params, Trace, backward, forward
from cnnviz.core.ops import Padding, kernel_shares, targets

PARAMETERS = ("f", "w", "b")
TOLERANCE = 1e-6
"""The largest relative error of a gradient that is called right."""
SAFETY = 4
"""How many times as far off as estimated a central difference may be and not be held against a gradient."""
STEPS = tuple(float(f"1e-{n}") for n in range(1, 15))
"""The steps ε of a sweep, 1e-1 to 1e-14."""


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter's gradient, said twice: by the backward pass and by central differences."""

    parameter: str
    index: tuple[int, ...]
    backward: float
    central: float
    relative_error: float


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """Both gradients of f, w and b and their relative error, each a dict of arrays shaped like the parameter."""

    analytic: dict[str, np.ndarray]
    numeric: dict[str, np.ndarray]
    relative_error: dict[str, np.ndarray]

    @property
    def worst(self) -> Entry:
        """The entry with the largest relative error; one that is not a number is worse than any."""
        peaks = {name: int(np.argmax(error)) for name, error in self.relative_error.items()}
        name = max(peaks, key=lambda name: np.nan_to_num(self.relative_error[name].flat[peaks[name]], nan=np.inf))
        index = tuple(int(i) for i in np.unravel_index(peaks[name], self.relative_error[name].shape))
        return Entry(
            name, index, *(float(of[name][index]) for of in (self.analytic, self.numeric, self.relative_error))
        )

    @property
    def passed(self) -> bool:
        """Whether every entry is within TOLERANCE."""
        return self.worst.relative_error <= TOLERANCE


def check_gradients(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    step: float = 1e-5,
    gradients: Gradients | Mapping[str, np.ndarray] | None = None,
) -> GradientCheck:
    """Every entry of `gradients` (our own backward pass, unless given) against central differences.

    `gradients` may be a Gradients, or a mapping with the gradients of "f", "w" and "b". Raises
    ValueError where one does not have its parameter's shape.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> check_gradients(params, x, np.array([1, 0])).passed
    True
    >>> wrong = {"f": np.zeros((3, 3)), "w": np.zeros((4, 2)), "b": np.zeros(2)}
    >>> check_gradients(params, x, np.array([1, 0]), gradients=wrong).worst.relative_error
    1.0
    """
    trace = forward(params, x, stride, padding)
    exact = backward(params, trace, y)
    analytic = _by_parameter(exact if gradients is None else gradients, params)
    numeric = central_differences(params, x, y, stride, padding, step)
    twice = central_differences(params, x, y, stride, padding, 2 * step)
    round_off = _round_off(params, trace, exact, step)
    # The error of a long step is ε²: doubling ε adds three times what it was.
    doubt = {name: round_off[name] + np.abs(twice[name] - numeric[name]) / 3 for name in PARAMETERS}
    errors = {
        name: relative_error(analytic[name], numeric[name], SAFETY * doubt[name] / TOLERANCE) for name in PARAMETERS
    }
    return GradientCheck(analytic, numeric, errors)


def relative_error(a: np.ndarray, n: np.ndarray, floor: float | np.ndarray = 0.0) -> np.ndarray:
    """|a - n| / max(|a|, |n|, floor) for each entry; 0 where both are 0.

    The floor says how small an entry may be and still be told from 0: `check_gradients` puts it where
    SAFETY times what it cannot know about its own central difference is TOLERANCE of it. So round-off
    in a tiny entry does not cry wolf, and an error of 0.1 % is seen down to a thousandth of the floor.

    >>> relative_error(np.array([1.0, 0.0, 1e-12]), np.array([1.001, 0.0, 0.0]), floor=1e-6).round(9)
    array([9.99001e-04, 0.00000e+00, 1.00000e-06])
    """
    scale = np.maximum(np.maximum(np.abs(a), np.abs(n)), np.maximum(floor, np.finfo(np.float64).tiny))
    return np.abs(np.asarray(a) - n) / scale


def _round_off(params: Params, trace: Trace, exact: Gradients, step: float) -> dict[str, float | np.ndarray]:
    """By how much round-off may put a central difference off: what it does to L, over ε. In b's shape for w and b.

    An output n moves L by do[n] times its own error, eps·o[n] with that of z2[n] in it. For the kernel the
    errors of all outputs come together, and those of two sums: of v·w, and of x·f below it. The true
    error stayed under this on thousands of lessons, once at 0.93 of it; SAFETY comes on top.
    """
    eps = np.finfo(np.float64).eps
    output = eps * trace.o * (1 + np.abs(trace.z2) * (1 - trace.o)) * (np.abs(exact.do) + step)  # (N,)
    sums = 4 * np.linalg.norm(trace.v[:, None] * params.w * exact.dz2)
    pixel = float(np.max(np.abs(trace.x)))
    units = np.abs(params.f).sum() * pixel * np.linalg.norm(exact.dz1)
    kernel = (output.sum() + eps * (sums + units)) / _kernel_step(trace.x, step)
    return {"f": kernel, "w": output / step, "b": output / step}


def _kernel_step(x: np.ndarray, step: float) -> float:
    """ε for the kernel: pixels above 1 multiply what a weight moves z1 by, so the step is that much smaller."""
    return step / max(1.0, float(np.max(np.abs(x))))


def central_differences(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    step: float = 1e-5,
    dtype: type = np.float64,
) -> dict[str, np.ndarray]:
    """(L(θ + ε) - L(θ - ε)) / 2ε for every entry θ of "f", "w" and "b", in the precision `dtype`.

    All losses of a parameter are worked out at once. Each weight of the kernel gets two forward
    passes of its own. An entry w[d,n] moves z2[n] by ±ε·v[d] and nothing else, and b[n] by ±ε·1,
    so these need only what comes after z2. Raises ValueError if the step is not above 0.
    """
    if not step > 0:
        raise ValueError(f"central_differences: step is {step!r}; it needs to be above 0")
    windows = kernel_shares(x, np.ones(forward(params, x, stride, padding).z1.shape), params.f, stride, padding)
    windows = windows.reshape(params.f.size, -1).astype(dtype)  # (K·K, D)
    f, w, b = (array.astype(dtype) for array in (params.f, params.w, params.b))
    y = targets(y, b.shape).astype(dtype)

    shifts = np.eye(f.size, dtype=dtype) * dtype(_kernel_step(x, step))  # (K·K, K·K), one kernel a row
    plus, minus = f.reshape(-1) + shifts, f.reshape(-1) - shifts
    change = _loss_change(_sigmoid(plus @ windows) @ w + b, _sigmoid(minus @ windows) @ w + b, y)
    df = _quotient(change, np.diagonal(plus - minus))  # (K·K,)

    v = _sigmoid(f.reshape(-1) @ windows)  # (D,)
    z2 = v @ w + b  # (N,)
    inputs = np.append(v, dtype(1))  # (D + 1,), what each row of w multiplies, and b
    shifts = dtype(step) * inputs[:, None, None] * np.eye(b.size, dtype=dtype)  # (D + 1, N, N)
    slopes = _quotient(_loss_change(z2 + shifts, z2 - shifts, y), dtype(2 * step))  # (D + 1, N)
    return {"f": df.reshape(f.shape), "w": slopes[:-1], "b": slopes[-1]}


@dataclass(frozen=True, eq=False)
class StepSweep:
    """How far central differences are from the backward pass, for each step and precision.

    `errors` maps "float32" and "float64" to ‖n - a‖ / max(‖a‖, ‖n‖) over all entries, (S,).
    """

    steps: np.ndarray
    errors: dict[str, np.ndarray]


def step_sweep(
    params: Params,
    x: np.ndarray,
    y: np.ndarray,
    stride: int = 1,
    padding: Padding = 0,
    steps: tuple[float, ...] = STEPS,
) -> StepSweep:
    """The U curve: large steps leave out the loss's bend (truncation), small ones drown in round-off.

    >>> params, x = Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), np.arange(16.0).reshape(4, 4) / 16
    >>> sweep = step_sweep(params, x, np.array([1, 0]))
    >>> [float(sweep.steps[error.argmin()]) for error in sweep.errors.values()]
    [0.01, 1e-05]
    """
    exact = _by_parameter(backward(params, forward(params, x, stride, padding), y), params)
    a = np.concatenate([exact[name].reshape(-1) for name in PARAMETERS])

    def error(step: float, dtype: type) -> float:
        numeric = central_differences(params, x, y, stride, padding, step, dtype)
        n = np.concatenate([numeric[name].reshape(-1) for name in PARAMETERS]).astype(np.float64)
        scale = max(np.linalg.norm(a), np.linalg.norm(n))
        return float(np.linalg.norm(n - a) / scale) if scale else 0.0

    precisions = {"float32": np.float32, "float64": np.float64}
    errors = {name: np.array([error(step, dtype) for step in steps]) for name, dtype in precisions.items()}
    return StepSweep(np.array(steps), errors)


def _by_parameter(gradients: Gradients | Mapping[str, np.ndarray], params: Params) -> dict[str, np.ndarray]:
    if isinstance(gradients, Gradients):
        gradients = {name: gradients[f"d{name}"] for name in PARAMETERS}
    arrays = {name: np.asarray(gradients[name], dtype=np.float64) for name in PARAMETERS}
    for name, array in arrays.items():
        if array.shape != getattr(params, name).shape:
            raise ValueError(
                f"check_gradients: the gradient of {name} has shape {array.shape}; "
                f"it needs {name}'s, {getattr(params, name).shape}"
            )
    return arrays


def _loss_change(plus: np.ndarray, minus: np.ndarray, y: np.ndarray) -> np.ndarray:
    """L at z2 = `plus` less L at z2 = `minus`, for many z2 (…, N) at once, in their precision.

    A² - B² as (A + B)(A - B): the same number, but an output that did not move adds no round-off.
    """
    plus, minus = _sigmoid(plus), _sigmoid(minus)
    return np.mean((plus - minus) * (plus + minus - 2 * y), axis=-1)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    """`ops.sigmoid` in z's own precision."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def _quotient(change: np.ndarray, width: np.ndarray) -> np.ndarray:
    """change / width, and 0 where a step is too small for the precision to move θ at all."""
    return np.divide(change, width, out=np.zeros_like(change), where=np.asarray(width) != 0)

"""Run a user's layer class on cases and report the errors in its gradients."""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnnviz.core.network.sliding import output_size
from cnnviz.judge.case import ELEMENTWISE, POOLS, RETURNS, Array, Case
from cnnviz.judge.cases import draw, draw_distinct
from cnnviz.judge.layer_layout import AXES, LayerLayout, from_core_axes, parameter_orders, read_attribute
from cnnviz.judge.own_forward import correct_by_output
from cnnviz.judge.returned_arrays import as_numbers, compare_with_correct, describe_case
from cnnviz.judge.right_gradients import CorrectResult
from cnnviz.judge.verdicts import Run, announce, copy_arrays, detail_level, notes, overwritten
from cnnviz.words import Problem, message

KINDS = tuple(kind for kind in RETURNS if kind != "softmax")
"""The kinds of layers that classes can be judged as."""

Method = str | Callable[..., Any]


@dataclass(frozen=True)
class LayerSize:
    """Sizes for the construction of a layer. `shape` is the input shape in the layer's own axes; `inputs` and
    `units` are a dense layer's."""

    images: int = 2
    channels: int = 2
    height: int = 5
    width: int = 7
    filters: int = 4
    k: int = 3
    stride: int = 1
    pad: int = 0
    inputs: int = 6
    units: int = 5
    p: float = 0.5
    shape: tuple[int, ...] = ()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of one image."""
        return self.channels, self.height, self.width


_SIZES: Mapping[str, Sequence[Mapping[str, int | float]]] = {
    "conv": (
        {"height": 6, "width": 6, "pad": 1},
        {"pad": 1},
        {"images": 3, "channels": 5, "height": 7, "width": 5},
        {"height": 7, "width": 9, "stride": 2, "pad": 1},
        {"channels": 3, "height": 4, "width": 6, "filters": 5, "k": 1},
        {"channels": 1, "height": 8, "width": 6, "filters": 3, "k": 2, "stride": 2},
    ),
    **dict.fromkeys(
        POOLS,
        (
            {"height": 6, "width": 6, "k": 2, "stride": 2},
            {"height": 6, "width": 8, "k": 2, "stride": 2},
            {"images": 3, "channels": 2, "height": 9, "width": 7, "k": 3, "stride": 2},
            {"height": 5, "width": 4, "k": 2, "stride": 1},
        ),
    ),
    "dense": ({"images": 3}, {"images": 4, "inputs": 3, "units": 2}, {"images": 1, "inputs": 4, "units": 3}),
    "batchnorm": ({"images": 5}, {"images": 7, "channels": 2}),
    "dropout": ({"images": 6, "inputs": 8}, {"images": 4, "inputs": 9}),
    **dict.fromkeys(ELEMENTWISE, ({"images": 4}, {"images": 1, "inputs": 9}, {"images": 3, "inputs": 2})),
}

_PARAMETERS: Mapping[str, tuple[str, ...]] = {"conv": ("w", "b"), "dense": ("w", "b"), "batchnorm": ("gamma", "beta")}
_WEIGHTS = ("W", "w", "weights", "weight", "filters", "kernels", "kernel", "K")
_BIASES = ("b", "biases", "bias", "B")
_PLACES = ("{0}", "params['{0}']", "_{0}")
_USUAL: Mapping[str, Sequence[str]] = {
    "w": (*(place.format(name) for name in _WEIGHTS for place in _PLACES), *(f"{name}['val']" for name in ("W", "weights"))),
    "b": (*(place.format(name) for name in _BIASES for place in _PLACES), *(f"{name}['val']" for name in ("b", "biases"))),
    "gamma": ("gamma", "params['gamma']", "weight", "scale"),
    "beta": ("beta", "params['beta']", "bias", "shift"),
}
_GRADIENTS = (
    "d{0}", "d_{0}", "grad_{0}", "gradient_{0}", "{0}_grad", "{0}_gradient", "{0}_gradients", "grads['{0}']", "grads['d{0}']", "gradients['{0}']", "gradients['d{0}']",
    "{0}['grad']", "{0}.grad",
)  # fmt: skip
_FORWARD = ("forward", "__call__", "forward_propagate", "forward_pass", "forward_prop", "forward_propagation")
_BACKWARD = (
    "backward", "backprop", "backpropagate", "back_propagate", "backward_propagate", "backward_pass", "backward_prop", "backward_propagation", "backpropagation",
)  # fmt: skip


def judge_layer(
    make: Callable[..., object],
    kind: str,
    *,
    axes: str | None = None,
    weights: Mapping[str, str] | None = None,
    gradients: Mapping[str, str] | None = None,
    rate: float | None = None,
    update: str | None = None,
    forward: Method | None = None,
    backward: Method | None = None,
    arrays: Sequence[str] | None = None,
    fixed: Mapping[str, int | float] | None = None,
    mean: bool = False,
    show: str | None = None,
) -> None:
    """Run a layer class forward and backward on our cases. Return None if every gradient is correct.

    `make` is a function from a `LayerSize` to a new layer, or a class without arguments. `kind` is conv, dense, relu,
    sigmoid, tanh, max, avg, batchnorm or dropout. The layer's own output shows which variant it computes.

    - `axes`: letters of the input's axes, "NCHW", "NHWC", "HWC" or "HW" for images, "NX", "XN" or "X" for rows of numbers.
    - `weights`: attributes of the parameters by role, `{"w": "params['W']", "b": "bias"}`. Common names need not be
    given.
    - `gradients`: attributes of their gradients, `{"dw": "grads['W']"}`. With `rate`, gradients are computed from the change
      of a weight instead, (before - after) / rate. The rate is passed to `backward` if it takes it, or else to `update`.
    - `forward`, `backward`: names of the methods, or functions of the layer and an array.
    - `arrays`: the gradients to judge, such as `["dw", "db"]` for a first layer.
    - `fixed`: fields of `LayerSize` that the layer cannot change, such as `{"k": 3, "pad": 0}`.
    - `mean`: whether the parameters' gradients are averaged over the images.

    Raise AssertionError if an array is wrong, as `judge` does.

    >>> class Dense:
    ...     def __init__(self, inputs, units):
    ...         self.W, self.b = np.random.randn(inputs, units), np.zeros(units)
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x @ self.W + self.b
    ...     def backward(self, dout, learning_rate):
    ...         dx = dout @ self.W.T
    ...         self.W -= learning_rate * self.x.T @ dout
    ...         self.b -= learning_rate * dout.mean(axis=0)
    ...         return dx
    >>> judge_layer(lambda size: Dense(size.inputs, size.units), "dense", rate=0.1)
    Traceback (most recent call last):
    AssertionError: db is wrong, for x (3, 6), w (6, 5): 5 of 5 numbers. At (0,) it is 0.11847, not 0.35541.
    It is exactly this mistake: times 1/3, one over the number of images: averaged, not summed.
    - db = (dout.sum(axis=0)) / 3
    + db = dout.sum(axis=0)
    """
    show = detail_level(show)
    if kind not in KINDS:
        raise Problem("judge.kind", kind=repr(kind), known=KINDS)
    letters = _letters(kind, axes)
    if unknown := sorted({*(weights or {}), *(role.removeprefix("d") for role in gradients or {})} - set(_PARAMETERS.get(kind, ()))):
        raise Problem("judge.layer_role", names=unknown, known=_PARAMETERS.get(kind, ()))
    if arrays is not None and (not arrays or not set(arrays) <= set(RETURNS[kind])):
        raise Problem("judge.layer_arrays", names=list(arrays), known=RETURNS[kind])
    source = _Source(kind, weights or {}, gradients or {}, rate, update, forward, backward, arrays)
    runs: list[Run] = []
    first_error: Exception | None = None
    for number, size in enumerate(_sizes(kind, letters, fixed or {})):
        layout, case = _make_case(kind, letters, size, mean, np.random.default_rng(number))
        size = replace(size, shape=layout.to_course_layout(case, "x", case.arrays["x"]).shape)
        try:
            with _fixed_draws():
                layer = make(size) if _wants_size(make) else make()
                runs.append(_run(layer, layout, case, source))
        except (Problem, AssertionError):
            raise
        except Exception as error:
            if first_error is None:
                first_error = error
                for note in notes(layout, case, runs, show):
                    error.add_note(note)
    if first_error is not None and all(run.is_right for run in runs):
        raise first_error
    announce(layout, kind, runs, show, first_error)


@dataclass(frozen=True)
class _Source:
    """Names of a layer's parameters, gradients and methods."""

    kind: str
    weights: Mapping[str, str]
    gradients: Mapping[str, str]
    rate: float | None
    update: str | None
    forward: Method | None
    backward: Method | None
    arrays: Sequence[str] | None

    def path(self, layer: object, role: str) -> str | None:
        """Return the attribute of a parameter, or None if there is none with a common name."""
        if role in self.weights:
            if _read_array(layer, self.weights[role]) is None:
                raise Problem("judge.layer_missing", path=self.weights[role], role=role)
            return self.weights[role]
        return next((path for path in _USUAL[role] if _read_array(layer, path) is not None), None)

    def gradient_path(self, layer: object, role: str, parameter: str | None) -> str | None:
        """Return the attribute of a parameter's gradient, or None if there is none with a common name."""
        if f"d{role}" in self.gradients:
            path = self.gradients[f"d{role}"]
            if _read_array(layer, path) is None:
                raise Problem("judge.layer_missing", path=path, role=f"d{role}")
            return path
        names = dict.fromkeys([*([_base_name(parameter)] if parameter else []), *({"w": _WEIGHTS, "b": _BIASES}.get(role, (role,)))])
        return next((path.format(name) for name in names for path in _GRADIENTS if _read_array(layer, path.format(name)) is not None), None)


def _base_name(path: str) -> str:
    """Return the base name of a path: "W" for "params['W']" and for "W['val']"."""
    return path.removeprefix("params['").split("[")[0].removesuffix("']").split(".")[-1]


def _read_array(layer: object, path: str) -> Array | None:
    """Return the array of numbers at a path, or None if there is none."""
    try:
        value = read_attribute(layer, path)
    except LookupError:
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    return array if array.dtype.kind in "fiu" and array.ndim else None


# ---- cases


def _letters(kind: str, axes: str | None) -> str:
    letters = AXES.get(kind, "NX") if axes is None else axes
    allowed_letters = "NCHW" if "H" in letters else "NC" if kind == "batchnorm" else "NX"
    required_letters = "HW" if kind in ("conv", *POOLS) else "C" if kind == "batchnorm" else "X" if kind == "dense" else ""
    if not letters or len(set(letters)) < len(letters) or not set(required_letters) <= set(letters) <= set(allowed_letters) or (kind == "dense" and allowed_letters == "NCHW"):
        raise Problem("judge.layer_axes", axes=repr(axes), kind=kind)
    return letters


def _sizes(kind: str, letters: str, fixed: Mapping[str, int | float]) -> list[LayerSize]:
    """Return the sizes of the cases, with the fixed fields, and with rows and columns that fit the stride."""
    if unknown := sorted(set(fixed) - set(LayerSize.__dataclass_fields__) | (set(fixed) & {"shape"})):
        raise Problem("judge.layer_fixed", names=unknown, known=[name for name in LayerSize.__dataclass_fields__ if name != "shape"])
    absent_axes = ({} if "N" in letters else {"images": 1}) | ({} if "C" in letters or "X" in letters else {"channels": 1})
    sizes = []
    for fields in _SIZES[kind]:
        size = LayerSize(**{**fields, **absent_axes, **fixed})  # type: ignore[arg-type]
        if kind in ("conv", *POOLS):
            height, width = (_fitted_side(n, size) for n in (size.height, size.width))
            size = replace(size, height=fixed.get("height", height), width=fixed.get("width", width))  # type: ignore[arg-type]
        sizes.append(size)
    return list(dict.fromkeys(sizes))


def _fitted_side(n: int, size: LayerSize) -> int:
    n = max(n, size.k)
    return n + -(n + 2 * size.pad - size.k) % size.stride


def _make_case(kind: str, letters: str, size: LayerSize, mean: bool, rng: np.random.Generator) -> tuple[LayerLayout, Case]:
    """Return a case without parameters; the layer provides them."""
    layout = LayerLayout(kind, letters, {}, mean)
    maps = (size.images, size.channels, size.height, size.width)
    shape = maps if layout.core == "NCHW" else (size.images, size.channels if kind == "batchnorm" else size.inputs)
    output_shape = shape
    settings: dict[str, object] = {}
    if kind in ("conv", *POOLS):
        pad = size.pad if kind == "conv" else 0
        rows, columns = (output_size(n, size.k, size.stride, pad) for n in (size.height, size.width))
        output_shape = (size.images, size.filters if kind == "conv" else size.channels, rows, columns)
        settings = {"stride": size.stride, "pad": pad} if kind == "conv" else {"k": size.k, "across": size.k, "stride": size.stride}
    elif kind == "dense":
        output_shape = (size.images, size.units)
    elif kind == "batchnorm":
        settings = {"eps": 1e-5}
    elif kind == "dropout":
        settings = {"p": size.p, "mode": "train"}
    x = draw_distinct(shape, rng) if kind in POOLS else draw(shape, rng, kind)
    return layout, Case(kind, {"x": x, "dout": draw(output_shape, rng, "dout")}, settings)


@contextlib.contextmanager
def _fixed_draws() -> Iterator[None]:
    """Make random draws repeatable, and restore NumPy's global random state afterwards."""
    state = np.random.get_state()
    np.random.seed(1)
    try:
        yield
    finally:
        np.random.set_state(state)


def _wants_size(make: Callable[..., object]) -> bool:
    positional_kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = [parameter for parameter in inspect.signature(make).parameters.values() if parameter.kind in positional_kinds and parameter.default is parameter.empty]
    except (TypeError, ValueError):
        return False
    if isinstance(make, type):
        if parameters:
            raise Problem("judge.layer_make", name=make.__name__)
        return False
    return bool(parameters)


# ---- a run


def _method(layer: object, method_name: Method | None, usual: Sequence[str], role: str) -> Callable[..., Any]:
    if callable(method_name):
        return partial(method_name, layer)
    name = method_name or next((name for name in usual if hasattr(layer, name)), role)
    method = getattr(layer, name, None)
    if not callable(method):
        raise Problem("judge.layer_method", name=name, type=type(layer).__name__, role=role)
    bound_method: Callable[..., Any] = method
    return bound_method


def _run(layer: object, layout: LayerLayout, case: Case, source: _Source) -> Run:
    """Run a forward and a backward pass."""
    forward, backward = _method(layer, source.forward, _FORWARD, "forward"), _method(layer, source.backward, _BACKWARD, "backward")
    x = layout.to_course_layout(case, "x", case.arrays["x"])
    output = _output(forward, x.copy())
    paths = {role: source.path(layer, role) for role in _PARAMETERS.get(case.kind, ())}
    path = paths.get("w")
    weight = None if path is None else _read_array(layer, path)
    if path is not None and weight is not None and not np.any(weight):
        start = read_attribute(layer, path)
        if isinstance(start, np.ndarray):  # zero weights would hide mistakes
            start[...] = np.random.default_rng(2).normal(size=start.shape)
        output = _output(forward, x.copy())

    def output_for(other: Case) -> Any:
        return _output(forward, layout.to_course_layout(other, "x", other.arrays["x"]))

    exact = _correct_gradients(layer, layout, case, paths, lambda case, bias: correct_by_output(layout, case, output if bias is None else output - bias, output_for))
    if case.kind == "batchnorm":
        output = _output(forward, x.copy())  # the layer may have seen other inputs since
    backward_arguments = [layout.to_course_layout(case, "dout", case.arrays["dout"]), *_rate_argument(backward, source)]
    array_copies = copy_arrays(backward_arguments[0], "dout")
    starts = {role: np.array(_read_array(layer, path), np.float64) for role, path in paths.items() if path is not None}
    result = backward(*backward_arguments)
    changed_names = overwritten(array_copies)
    if source.update is not None:
        step = _method(layer, source.update, (), "update")
        step(*([source.rate] if source.rate is not None and _takes_at_least(step, 1) else []))
    roles, arrays, exact = _gradients(layer, exact, source, paths, starts, result)
    return Run(exact.case, compare_with_correct(layout, exact, roles, arrays), changed_names)


def _output(forward: Callable[..., Any], x: Array) -> Any:
    output = forward(x)
    return np.array(as_numbers("out", output[0] if isinstance(output, tuple) and output else output))


def _rate_argument(backward: Callable[..., Any], source: _Source) -> list[float]:
    """Return the learning rate as a list of arguments, or [] if `backward` takes none. The default 0 has no effect.
   """
    needs_rate = _takes_at_least(backward, 2) or (source.rate is not None and not source.update and _accepts(backward, 2))
    return [source.rate if source.rate is not None else 0.0] if needs_rate else []


def _takes_at_least(function: Callable[..., Any], count: int) -> bool:
    """Return whether a function needs at least `count` arguments."""
    return not _accepts(function, count - 1) and _accepts(function, count)


def _accepts(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def _correct_gradients(layer: object, layout: LayerLayout, case: Case, paths: Mapping[str, str | None], compare: Callable[..., CorrectResult]) -> CorrectResult:
    """Return the correct gradients for the layer's parameters. If several orders of a weight's axes fit, use the one
    that yields the layer's output."""
    arrays: dict[str, Array] = {}
    orders: list[tuple[int, ...] | None] = [None]
    position_bias = None
    for role, path in paths.items():
        core_shape = _shape(case, role, None if path is None else _read_array(layer, path))
        if path is None:
            if role == "w":
                raise Problem("judge.layer_weights", type=type(layer).__name__)
            arrays[role] = np.ones(core_shape) if role == "gamma" else np.zeros(core_shape)
            continue
        array = np.array(_read_array(layer, path), np.float64)
        if role == "b" and _is_of_places(case, layout, array):
            layout.shapes[role], arrays[role], position_bias = array.shape, np.zeros(core_shape), array
            continue
        if array.size != np.prod(core_shape):
            raise Problem("judge.layer_shape", path=path, shape=str(array.shape), wanted=str(core_shape), case=str(describe_case(layout, case)))
        layout.shapes[role], arrays[role] = array.shape, array
        if role == "w":
            orders = list(parameter_orders(case.kind, core_shape, array.shape)) or orders
    for order in orders:
        if order is not None:
            layout.orders["w"] = order
        core_arrays = {role: layout.parameter(role, array, _shape(case, role, array)) for role, array in arrays.items()}
        try:
            exact = compare(replace(case, arrays={**case.arrays, **core_arrays}), position_bias)
            return exact if position_bias is None else _with_places(exact, layout)
        except AssertionError:
            if order == orders[-1]:
                raise
    raise AssertionError


def _is_of_places(case: Case, layout: LayerLayout, bias: Array) -> bool:
    """Return whether a convolution's bias has one value per position, in the layer's axes, instead of one per filter."""
    dout = case.arrays["dout"][0]
    return case.kind == "conv" and "C" in layout.letters and bias.shape == _of_places(dout, layout).shape and dout[0].size > 1


def _of_places(array: Array, layout: LayerLayout) -> Array:
    """Return an array (channels, rows, columns) in the order of the layer's axes."""
    return from_core_axes(array, "CHW", layout.letters.replace("N", ""))


def _with_places(exact: CorrectResult, layout: LayerLayout) -> CorrectResult:
    """Return the gradients of a convolution whose bias has one value per position."""
    dout = exact.case.arrays["dout"]
    gradients, sizes = {**exact.gradients, "db": _of_places(dout.sum(axis=0), layout)}, {**exact.sizes, "db": _of_places(np.abs(dout).sum(axis=0), layout)}
    return replace(exact, gradients=gradients, sizes=sizes)


def _shape(case: Case, role: str, array: Array | None) -> tuple[int, ...]:
    """Return the core's shape of a parameter. A kernel's side follows from the number of weights."""
    channels, units = case.arrays["x"].shape[1], case.arrays["dout"].shape[1]
    if role != "w":
        return (units,)
    if case.kind == "dense":
        return channels, units
    side = round((0 if array is None else array.size / (channels * units)) ** 0.5)
    return units, channels, side, side


def _gradients(
    layer: object, exact: CorrectResult, source: _Source, paths: Mapping[str, str | None], starts: Mapping[str, Array], returned: Any
) -> tuple[list[str], list[Any], CorrectResult]:
    """Return the roles and arrays to judge, and the correct gradients, with the round-off of a weight's change
    included in their sizes."""
    results = dict(zip(RETURNS[exact.case.kind], returned if isinstance(returned, tuple) else (returned,), strict=False))
    arrays: dict[str, Any] = {"dx": results.get("dx")}
    for role, path in paths.items():
        name = f"d{role}"
        if source.arrays is not None and name not in source.arrays:
            continue
        if source.rate is not None and name not in source.gradients and path is not None:
            start = starts[role]
            after = np.asarray(_read_array(layer, path))
            arrays[name] = ((start - after) / source.rate).astype(after.dtype if after.dtype.kind == "f" else np.float64)
            sizes = exact.sizes[name] + np.abs(start).max() / abs(source.rate)
            exact = replace(exact, sizes={**exact.sizes, name: sizes})
        elif name in results:
            arrays[name] = results[name]
        elif (attribute_path := source.gradient_path(layer, role, path)) is not None:
            arrays[name] = _read_array(layer, attribute_path)
        elif path is not None:
            raise Problem("judge.layer_gradient", name=name, type=type(layer).__name__)
    roles = [role for role in RETURNS[exact.case.kind] if role in (source.arrays or arrays)]
    if missing_roles := [role for role in roles if role not in arrays]:
        raise Problem("judge.layer_gradient", name=missing_roles[0], type=type(layer).__name__)
    if "dx" in roles and arrays["dx"] is None:
        raise AssertionError(str(message("judge.layer_no_dx")))
    return roles, [arrays[role] for role in roles], exact

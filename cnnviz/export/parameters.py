"""Parameters as JSON: written in full precision, and read back from untrusted files."""

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import MOST_PARAMETERS
from cnnviz.core.network.program import Program
from cnnviz.core.network.stored_params import TrainingInfo, store_params
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.filters import banks
from cnnviz.core.setup.setup import MAX_NUMBER, Setup
from cnnviz.words import Message, Problem, message

FORMAT, VERSION = "cnnviz parameters", 1
MAX_BYTES = 1_000_000
"""Upper limit of a file's bytes, unless its header declares more numbers: ten times the teaching notebook's size."""
MAX_NUMBER_BYTES = 30
"""Upper limit of bytes for a number with its separators."""
MOST_BYTES = MAX_BYTES + MAX_NUMBER_BYTES * MOST_PARAMETERS
"""Upper limit of the bytes of any file."""
MAX_VALUE = 1e100
"""Upper limit of a parameter's magnitude, beyond which sums could overflow."""


def parameters_json(setup: Setup, params: Params, buffers: Mapping[str, np.ndarray] | None = None) -> str:
    """Return every parameter as JSON, one row per line, with their setup and the running statistics in `buffers`.

    Numbers are read back bit for bit. Raise Problem if one is not finite, or too large for a setup to start from.

    >>> text = parameters_json(Setup(), Params(np.eye(3), np.ones((4, 2)), np.zeros(2)))
    >>> read_parameters(text).w.shape, json.loads(text)["shapes"]["w"]
    ((4, 2), [4, 2])
    """
    if problem := divergence(params):
        raise problem
    numbers = {**params, **(buffers or {})}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "lesson": setup.to_query(),
        "shapes": {name: list(array.shape) for name, array in numbers.items()},
    }
    lines = [f'"{key}": {json.dumps(value)}' for key, value in header.items()]
    lines += [f'"{name}": {_rows(array.tolist())}' for name, array in numbers.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def divergence(params: Params) -> Problem | None:
    """Return the reason why a setup cannot start from these parameters, or None.

    >>> print(divergence(Params(np.eye(3), np.ones((4, 2)), np.zeros(2))))
    None
    """
    for name, array in params.items():
        limit = MAX_NUMBER if _is_filter(name) else MAX_VALUE
        if not (np.abs(array) <= limit).all():  # written so that NaN fails too
            return Problem("export.parameters.diverged", name=name, most=limit)
    return None


def read_parameters(text: str | bytes, units: int | None = None, program: Program | None = None) -> Params:
    """Return the parameters, and existing buffers, from a file of `parameters_json`. Nothing in it is executed or
    unpickled.

    They must fit `program`. If it is None, they must fit the network that the file names, for images of any size, or with
    `units` units before its first dense layer. Raise Problem if `text` is invalid in any way.

    >>> read_parameters("[1, 2]")
    Traceback (most recent call last):
    cnnviz.words.Problem: The file has no cnnviz parameters.
    """
    data = _load(text)
    file_setup = _setup(data)[0]
    file_program = file_setup.network.program(file_setup.x_shape)
    shapes, flattened_weight = _expected_shapes(program or file_program)
    shapes |= {name: buffer.shape for name, buffer in (program or file_program).buffers.items() if name in data}
    if program is not None and _size_independent_shapes(file_program) != _size_independent_shapes(program):
        raise Problem("export.parameters.other_network", found=file_setup.net, net=str(program.network))
    arrays = {name: _array(data, name, shapes, flattened_weight) for name in shapes}
    if program is not None:
        units = shapes[flattened_weight][0] if flattened_weight else None
    for name, array in arrays.items():
        has_free_rows = name == flattened_weight and array.ndim == 2 and len(array)
        if array.shape != ((len(array), *shapes[name][1:]) if has_free_rows else shapes[name]):
            raise Problem("export.parameters.wrong_shape", name=name, shape=str(array.shape), needed=_required_shape(name, shapes, flattened_weight))
    for name, array in arrays.items():
        if _is_filter(name) and np.abs(array).max() > MAX_NUMBER:
            raise Problem("export.parameters.too_large", name=name, most=MAX_NUMBER)
        if name == flattened_weight and units is not None and len(array) != units:
            raise Problem("export.parameters.other_units", found=len(array), units=units)
    return Params.of(arrays)


def _expected_shapes(program: Program) -> tuple[dict[str, tuple[int, ...]], str | None]:
    """Return the shape of each parameter, and the name of the weights behind the flattened maps (or None), whose
    number of rows depends on the image's size."""
    flattened_weight = next((names.of("w") for names in program.network.names if names.flattens), None)
    return {name: program.shown[name] for name in program.parameters}, flattened_weight


def _size_independent_shapes(program: Program) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all parameters without the part that depends on the image's size."""
    expected_shapes, flattened_weight = _expected_shapes(program)
    return {name: shape[1:] if name == flattened_weight else shape for name, shape in expected_shapes.items()}


def starting_from(setup: Setup, start: Mapping[str, np.ndarray], learned: TrainingInfo | None = None) -> Setup:
    """Store the parameters and buffers in `start`, with `learned`, a description of their training. Return the setup
    that starts from them.

    >>> starting_from(Setup(), Params(f=np.eye(3), w=np.zeros((900, 2)), b=np.zeros(2))).f[:4]
    (1.0, 0.0, 0.0, 0.0)
    """
    names = [bank.name for bank in banks(setup.network, setup.x_shape)]
    filters: dict[str, Any] = {name if index else "f": start[name] for index, name in enumerate(names)}
    return dataclasses.replace(setup, w=store_params(start, learned), **filters)


def read_setup(text: str | bytes) -> tuple[Setup, list[Message | str]]:
    """Return the setup of a file's parameters, and a note for each replaced value.

    Raise Problem if the text is not from `parameters_json`.

    >>> params = Params(f=np.eye(3), w=np.zeros((900, 2)), b=np.zeros(2))
    >>> setup, replaced = read_setup(parameters_json(Setup(img="test-3"), params))
    >>> setup.img, replaced
    ('test-3', [])
    """
    return _setup(_load(text))


def _setup(data: dict[str, Any]) -> tuple[Setup, list[Message | str]]:
    query = data.get("lesson")
    if not isinstance(query, dict):
        return Setup(), [message("export.parameters.no_lesson")]
    setup, errors = Setup.from_query(query)
    return setup, list(errors)


def _is_filter(name: str) -> bool:
    return name[0] == "f"


def _required_shape(name: str, expected_shapes: dict[str, tuple[int, ...]], flattened_weight: str | None) -> Message | str:
    """Return the required shape of a parameter as text; the number of rows of `flattened_weight` depends on the image."""
    if name == flattened_weight:
        return message("export.parameters.needed", shape=f"(D, {expected_shapes[name][1]})")
    return str(expected_shapes[name])


def _rows(values: list[Any]) -> str:
    """Return a vector on one line, and other arrays with one row per line."""
    if not isinstance(values[0], list):
        check_cancelled()
        return json.dumps(values)
    return "[\n  " + ",\n  ".join(map(_rows, values)) + "\n]"


def _load(text: str | bytes) -> dict[str, Any]:
    if len(text) > _max_bytes(text):
        raise Problem("export.parameters.too_long", megabytes=_max_bytes(text) / 1e6)
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):  # invalid UTF-8 and overlong numbers raise ValueError, too
        raise Problem("export.parameters.no_json") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Problem("export.parameters.no_parameters")
    if data.get("version") != VERSION:
        raise Problem("export.parameters.other_version", version=VERSION)
    return data


def _max_bytes(text: str | bytes) -> int:
    """Return the upper limit of this file's bytes, which is increased only if its header declares the shapes."""
    start = text[:20_000]
    head = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    match = re.search(r'"shapes": (\{[^{}]*\})', head)
    if not match:
        return MAX_BYTES
    shapes = re.findall(r"\[([\d, ]{1,40})\]", match[1])
    count = sum(math.prod(int(size) for size in re.findall(r"\d{1,7}", shape)) for shape in shapes)
    return MAX_BYTES + MAX_NUMBER_BYTES * min(count, MOST_PARAMETERS)


def _array(data: dict[str, Any], name: str, expected_shapes: dict[str, tuple[int, ...]], flattened_weight: str | None) -> np.ndarray:
    if name not in data:
        raise Problem("export.parameters.lacks", name=name, names=list(expected_shapes))
    numbers = _numbers(data[name], name, max(2, len(expected_shapes[name])))
    try:
        array = np.array(numbers, dtype=np.float64)
    except ValueError:
        raise Problem("export.parameters.ragged", name=name, needed=_required_shape(name, expected_shapes, flattened_weight)) from None
    shapes = data.get("shapes")
    declared_shape = shapes.get(name) if isinstance(shapes, dict) else None
    if declared_shape != list(array.shape):
        raise Problem("export.parameters.other_shape", name=name, said=str(declared_shape)[:40], found=str(list(array.shape)))
    return array


def _numbers(value: object, name: str, depth: int) -> float | list[Any]:
    """Return `value` if it is a finite number, or nested lists of finite numbers at most `depth` deep. Raise Problem
    for other JSON values."""
    if isinstance(value, list) and depth:
        return [_numbers(entry, name, depth - 1) for entry in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem("export.parameters.no_number", name=name)
    if not abs(value) <= MAX_VALUE:  # in this form, NaN fails too
        raise Problem("export.parameters.huge", name=name)
    return float(value)

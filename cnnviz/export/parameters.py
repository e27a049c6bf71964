"""Parameters as JSON: written to the last digit, and read back from whatever anybody chooses as a file."""

from __future__ import annotations

import json

import numpy as np

from cnnviz.core.lesson import MAX_NUMBER, Lesson
from cnnviz.core.network import Params
from cnnviz.words import Message, Problem, message

FORMAT, VERSION = "cnnviz parameters", 1
MAX_BYTES = 1_000_000
"""Ten times what the largest lesson's parameters take."""
MAX_VALUE = 1e100
"""Beyond this the sums of a forward and a backward pass could overflow."""


def parameters_json(lesson: Lesson, params: Params) -> str:
    """f (3,3), w (D,2) and b (2,) as JSON, a row a line, with the lesson that they come from.

    Every number is written so that it is read back bit for bit. Raises Problem where one is too
    large for a lesson to start from, or not finite.

    >>> text = parameters_json(Lesson(), Params(np.eye(3), np.ones((4, 2)), np.zeros(2)))
    >>> read_parameters(text).w.shape, json.loads(text)["shapes"]["w"]
    ((4, 2), [4, 2])
    """
    arrays = {name: getattr(params, name) for name in ("f", "w", "b")}
    for name, array in arrays.items():
        most = MAX_NUMBER if name == "f" else MAX_VALUE
        if not (np.abs(array) <= most).all():  # written so that NaN fails too
            raise Problem("export.parameters.diverged", name=name, most=most)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "lesson": lesson.to_query(),
        "shapes": {name: list(array.shape) for name, array in arrays.items()},
    }
    lines = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    lines += [f'"{name}": {_rows(array)}' for name, array in arrays.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_parameters(text: str | bytes, units: int | None = None) -> Params:
    """The parameters in a file from `parameters_json`; nothing in it is executed or unpickled.

    `units` is the number D of units that w has to fit, where that is known already. Raises
    Problem, a sentence for the learner, whatever `text` holds.

    >>> read_parameters("[1, 2]")
    Traceback (most recent call last):
    cnnviz.words.Problem: The file holds no parameters of cnnviz: choose a JSON file that was saved here.
    """
    data = _load(text)
    params = Params(**{name: _array(data, name) for name in ("f", "w", "b")})
    wanted = {"f": (3, 3), "w": (max((1, *params.w.shape[:1])), 2), "b": (2,)}
    for name, shape in wanted.items():
        found = getattr(params, name).shape
        if found != shape:
            raise Problem("export.parameters.wrong_shape", name=name, shape=str(found), needed=_needed(name))
    if np.abs(params.f).max() > MAX_NUMBER:
        raise Problem("export.parameters.too_large", most=MAX_NUMBER)
    if units is not None and len(params.w) != units:
        raise Problem("export.parameters.other_units", found=len(params.w), units=units)
    return params


def read_lesson(text: str | bytes) -> tuple[Lesson, list[Message | str]]:
    """The lesson that a file's parameters come from, and a sentence for each thing in it that was replaced."""
    query = _load(text).get("lesson")
    if not isinstance(query, dict):
        return Lesson(), [message("export.parameters.no_lesson")]
    return Lesson.from_query(query)


def _needed(name: str) -> Message:
    """The shape that the parameter `name` needs, in words."""
    return message(f"export.parameters.needed.{name}")


def _rows(array: np.ndarray) -> str:
    """A vector on one line, a matrix with a row a line."""
    if array.ndim == 1:
        return json.dumps(array.tolist())
    return "[\n  " + ",\n  ".join(json.dumps(row) for row in array.tolist()) + "\n]"


def _load(text: str | bytes) -> dict:
    if len(text) > MAX_BYTES:
        raise Problem("export.parameters.too_long", megabytes=MAX_BYTES / 1e6)
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):  # bad UTF-8 and numbers of too many digits are ValueErrors too
        raise Problem("export.parameters.no_json") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Problem("export.parameters.no_parameters")
    if data.get("version") != VERSION:
        raise Problem("export.parameters.other_version", version=VERSION)
    return data


def _array(data: dict, name: str) -> np.ndarray:
    if name not in data:
        raise Problem("export.parameters.lacks", name=name)
    numbers = _numbers(data[name], name)
    try:
        array = np.array(numbers, dtype=np.float64)
    except ValueError:
        raise Problem("export.parameters.ragged", name=name, needed=_needed(name)) from None
    shapes = data.get("shapes")
    said = shapes.get(name) if isinstance(shapes, dict) else None
    if said != list(array.shape):
        raise Problem("export.parameters.other_shape", name=name, said=str(said)[:40], found=str(list(array.shape)))
    return array


def _numbers(value, name: str, depth: int = 0):
    """`value` if it is a finite number, or lists of such at most two deep; what else JSON knows is refused."""
    if isinstance(value, list) and depth < 2:
        return [_numbers(entry, name, depth + 1) for entry in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem("export.parameters.no_number", name=name)
    if not abs(value) <= MAX_VALUE:  # written so that NaN fails too
        raise Problem("export.parameters.huge", name=name)
    return float(value)

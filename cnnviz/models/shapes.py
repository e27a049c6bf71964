"""Layers that only shape what they are given: Flatten and its kin, and what stands before the first layer."""

from collections.abc import Mapping
from typing import Any

from cnnviz.models.arguments import Arguments, Before, Rule, Untaken, shown
from cnnviz.words import Message, message

Result = tuple[list[str], list[Message]]


def flatten(given: Arguments, before: Before) -> Result:
    start, end, count = given.get("start", 1), given.get("end", -1), given.get("view")
    if start != 1 or end not in (-1, 3) or isinstance(start, bool):
        raise Untaken(message("model.flatten", value=f"{shown(start)}, {shown(end)}"))
    if before.state == "row" and count is not None and count != before.gives:
        raise Untaken(message("model.view"))
    if before.state != "row":
        before.gives = before.gives if before.state == "ones" else None
        before.flat = count
    before.state, before.permuted = "row", False
    return [], []


def squeeze(given: Arguments, before: Before) -> Result:
    """What leaves axes of one out: the map of one pixel that an average leaves."""
    dim = given.get("dim")
    if before.state == "ones" and (dim is None or dim in ((2, 3), (-1, -2), (-2, -1))):
        before.state = "row"
    elif before.state == "ones" and dim in (-1, 3):
        before.state = "ones of one axis"
    elif before.state == "ones of one axis" and dim in (-1, 2):
        before.state = "row"
    elif not (before.state == "row" and (dim is None or (dim in (-1, 1) and before.gives == 1))):
        raise Untaken(message("model.view"))
    return [], []


def at_start(given: Arguments, before: Before) -> Result:
    """What is done to the image before the first layer: it is chosen apart."""
    if before.words or before.state not in ("start", "map", "other", "row"):
        raise Untaken(message("model.at_start", name=given["class"]))
    return [], []


def image(given: Arguments, before: Before) -> Result:
    """Keras' Input, whose shape says whether it is a map or a row."""
    at_start(given, before)
    whole = next((given[name] for name in ("batch_shape", "batch_input_shape") if isinstance(given.get(name), tuple)), None)
    shape = whole[1:] if whole is not None else next((given[name] for name in ("shape", "input_shape") if isinstance(given.get(name), tuple)), None)
    if shape is not None and given["library"].startswith("keras"):
        before.state = {3: "map", 1: "row"}.get(len(shape), "other")
        before.gives = shape[-1] if isinstance(shape[-1] if shape else None, int) else None
    return [], []


def reshape(given: Arguments, before: Before) -> Result:
    """Keras' Reshape: to an image at the start, to a row after a map."""
    shape: Any = given.get("shape")
    if shape in ((-1,), -1) and before.state in ("map", "start", "row"):
        before.state, before.gives = "row", None
        return [], []
    at_start(given, before)
    if not isinstance(shape, tuple) or len(shape) != 3:
        raise Untaken(message("model.view"))
    before.state, before.gives = "map", None
    return [], []


def permute(given: Arguments, before: Before) -> Result:
    if before.state != "map" or given.get("dims") != (3, 1, 2):
        raise Untaken(message("model.permute"))
    before.permuted = True  # as cnnviz' own scripts in Keras do before they flatten
    return [], []


RULES: Mapping[str, Rule] = {
    "Flatten": flatten, "squeeze": squeeze, "unsqueeze": at_start, "Rescaling": at_start, "Input": image, "InputLayer": image,
    "Reshape": reshape, "Unflatten": at_start, "Permute": permute,
}  # fmt: skip
"""By the layer's name."""

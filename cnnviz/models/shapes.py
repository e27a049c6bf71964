"""Rules for layers that only change shapes, such as Flatten, and for layers before the first one."""

import math
from collections.abc import Mapping
from typing import Any

from cnnviz.models.arguments import Arguments, Context, Rule, UnsupportedLayer, format_value
from cnnviz.words import Message, message

Result = tuple[list[str], list[Message]]


def flatten(arguments: Arguments, context: Context) -> Result:
    start, end, count = arguments.get("start", 1), arguments.get("end", -1), arguments.get("view")
    if start != 1 or end not in (-1, 3) or isinstance(start, bool):
        raise UnsupportedLayer(message("model.flatten", value=f"{format_value(start)}, {format_value(end)}"))
    if context.state == "row" and count is not None and count != context.gives:
        raise UnsupportedLayer(message("model.view"))
    if context.state != "row":
        context.gives = context.gives if context.state == "ones" else None
        context.flat = count
    context.state, context.permuted = "row", False
    return [], []


def squeeze(arguments: Arguments, context: Context) -> Result:
    """Convert a squeeze, which removes axes of length 1 after an average."""
    dim = arguments.get("dim")
    if context.state == "ones" and (dim is None or dim in ((2, 3), (-1, -2), (-2, -1))):
        context.state = "row"
    elif context.state == "ones" and dim in (-1, 3):
        context.state = "ones of one axis"
    elif context.state == "ones of one axis" and dim in (-1, 2):
        context.state = "row"
    elif not (context.state == "row" and (dim is None or (dim in (-1, 1) and context.gives == 1))):
        raise UnsupportedLayer(message("model.view"))
    return [], []


def at_start(arguments: Arguments, context: Context) -> Result:
    """Accept a transformation of the image before the first layer, since images are chosen separately."""
    if context.words or context.state not in ("start", "map", "other", "row"):
        raise UnsupportedLayer(message("model.at_start", name=arguments["class"]))
    return [], []


def rescaling(arguments: Arguments, context: Context) -> Result:
    """Accept pixels scaled to 0 … 1 at the start, as our images are."""
    at_start(arguments, context)
    for name, fits, text in (("scale", 1 / 255, "1/255"), ("offset", 0, "0")):
        value = arguments.get(name, 0 if name == "offset" else None)
        if not (isinstance(value, int | float) and math.isclose(value, fits, rel_tol=1e-6)):
            raise UnsupportedLayer(message("model.argument", name=name, value=format_value(value), fits=text))
    return [], []


def image(arguments: Arguments, context: Context) -> Result:
    """Convert Keras's Input, whose shape determines whether it is a map or a row."""
    at_start(arguments, context)
    batch_shape = next((arguments[name] for name in ("batch_shape", "batch_input_shape") if isinstance(arguments.get(name), tuple)), None)
    shape = batch_shape[1:] if batch_shape is not None else next((arguments[name] for name in ("shape", "input_shape") if isinstance(arguments.get(name), tuple)), None)
    if shape is not None and arguments["library"].startswith("keras"):
        context.state = {3: "map", 1: "row"}.get(len(shape), "other")
        context.gives = shape[-1] if isinstance(shape[-1] if shape else None, int) else None
    return [], []


def reshape(arguments: Arguments, context: Context) -> Result:
    """Convert Keras's Reshape: to an image at the start, or to a row after a map."""
    shape: Any = arguments.get("shape")
    if shape in ((-1,), -1) and context.state in ("map", "start", "row"):
        context.state, context.gives = "row", None
        return [], []
    at_start(arguments, context)
    if not isinstance(shape, tuple) or len(shape) != 3:
        raise UnsupportedLayer(message("model.view"))
    context.state, context.gives = "map", None
    return [], []


def permute(arguments: Arguments, context: Context) -> Result:
    if context.state != "map" or arguments.get("dims") != (3, 1, 2):
        raise UnsupportedLayer(message("model.permute"))
    context.permuted = True  # cnnviz's exported Keras scripts do this before Flatten
    return [], []


RULES: Mapping[str, Rule] = {
    "Flatten": flatten, "squeeze": squeeze, "unsqueeze": at_start, "Rescaling": rescaling, "Input": image, "InputLayer": image,
    "Reshape": reshape, "Unflatten": at_start, "Permute": permute,
}  # fmt: skip
"""Rules by the layer's name."""

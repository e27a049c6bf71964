"""Equivalents of convolutions, pooling and zero padding."""

from collections.abc import Mapping
from typing import Any

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.sliding import pad_widths
from cnnviz.models.arguments import (
    Arguments,
    Context,
    Rule,
    UnsupportedLayer,
    activation_words,
    count_argument,
    fit_word,
    format_value,
    has_bias,
    integer_argument,
)
from cnnviz.words import Message, message


def conv(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    k, stride, dilation = integer_argument(arguments, "k"), integer_argument(arguments, "stride", 1), integer_argument(arguments, "dilation", 1)
    if integer_argument(arguments, "groups", 1) != 1:
        raise UnsupportedLayer(message("model.groups"))
    if arguments.get("mode", "zeros") != "zeros":
        raise UnsupportedLayer(message("model.argument", name="padding_mode", value=format_value(arguments["mode"]), fits="zeros"))
    bias, reach = "b" if has_bias(arguments) else "", dilation * (k - 1) + 1
    spelling, zeros, notes = _padding(arguments, context, reach, stride)

    def word(n: Mapping[str, int]) -> str:
        sliding = f"s{n['stride']}" if n["stride"] != 1 else ""
        dilation_word = f"d{n['dilation']}" if n["dilation"] != 1 else ""
        padding_word = spelling or (f"p{n['padding']}" if n["padding"] else "")
        return f"conv{n['filters']}x{n['k']}{bias}{sliding}{dilation_word}{padding_word}"

    filters, count_notes = count_argument(arguments, "filters", FILTERS)
    numbers = {"filters": filters, "k": k, "stride": stride, "dilation": dilation, "padding": zeros}
    text, limits = fit_word(word, "conv", numbers)
    activation, activation_notes = activation_words(arguments)
    return [text, *activation], [*notes, *count_notes, *limits, *activation_notes]


FILTERS = 8
"""Default number of filters if the text does not specify it."""


def _padding(arguments: Arguments, context: Context, reach: int, stride: int) -> tuple[str, int, list[Message]]:
    """Return the padding as a word or a number, and notes on it."""
    value = arguments.get("padding", 0)
    notes: list[Message] = []
    if value == "same":
        widths = pad_widths(reach, "same")
        if stride != 1:
            notes.append(message("model.same"))
    else:
        zeros = 0 if value == "valid" else integer_argument(arguments, "padding", 0)
        widths = (zeros, zeros)
    before, after = (a + b for a, b in zip(context.zeros, widths, strict=True))
    context.zeros = (0, 0)
    if before == after:
        return "", before, notes
    if (before, after) == pad_widths(reach, "same"):
        return "same", 0, notes
    raise UnsupportedLayer(message("model.zeros", before=before, after=after))


def zero_padding(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
    value = arguments.get("padding", 1)
    pairs: list[Any] = [value, value] if isinstance(value, int) else list(value) if isinstance(value, tuple | list) else []
    if len(pairs) == 4:  # left, right, top, bottom
        pairs = [tuple(pairs[:2]), tuple(pairs[2:])]
    pairs = [(pair, pair) if isinstance(pair, int) else tuple(pair) if isinstance(pair, tuple | list) else () for pair in pairs]
    if len(pairs) != 2 or pairs[0] != pairs[1] or len(pairs[0]) != 2 or not all(isinstance(n, int) for n in pairs[0]):
        raise UnsupportedLayer(message("model.argument", name="padding", value=format_value(value), fits=1))
    context.zeros = (context.zeros[0] + pairs[0][0], context.zeros[1] + pairs[0][1])
    return [], []


def pool(kind: str) -> Rule:
    def rule(arguments: Arguments, context: Context) -> tuple[list[str], list[Message]]:
        k = integer_argument(arguments, "k", 2)
        stride = integer_argument(arguments, "stride", k)
        notes: list[Message] = []
        if arguments.get("padding", 0) not in (0, (0, 0), "valid", None):
            notes.append(message("model.pool_padding"))
        if arguments.get("ceil", False) is not False:
            notes.append(message("model.ceil"))
        if k == 1 and not notes and context.words and context.words[-1].startswith("conv") and _move_stride(context, stride):
            return [], notes

        def word(n: Mapping[str, int]) -> str:
            return f"{kind}{n['window']}" + (f"s{n['stride']}" if n["stride"] != n["window"] else "")

        text, limits = fit_word(word, kind, {"window": k, "stride": stride})
        return [text], [*notes, *limits]

    return rule


def _move_stride(context: Context, stride: int) -> bool:
    """Move a stride, which Keras applies after a dilated convolution, into the convolution. Return whether that is
    possible."""
    layer = LAYERS["conv"].parse(context.words[-1])
    if layer is None or layer.geometry()["dilation"] == 1 or layer.geometry()["stride"] != 1:
        return False
    prefix, separator, suffix = context.words[-1].partition("d")
    context.words[-1] = f"{prefix}s{stride}{separator}{suffix}"
    return True


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv2d", "Conv2D", "LazyConv2d"), conv),
    **dict.fromkeys(("ZeroPad2d", "ZeroPadding2D"), zero_padding),
    **dict.fromkeys(("MaxPool2d", "MaxPooling2D"), pool("max")),
    **dict.fromkeys(("AvgPool2d", "AveragePooling2D"), pool("avg")),
}
"""Rules by the layer's name."""

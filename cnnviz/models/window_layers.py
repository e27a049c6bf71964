"""Equivalents of convolutions, pools and zeros around a map."""

from collections.abc import Mapping
from typing import Any

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.sliding import pad_widths
from cnnviz.models.arguments import (
    Arguments,
    Before,
    Rule,
    Untaken,
    activation_words,
    count,
    fitting,
    has_bias,
    shown,
    side,
)
from cnnviz.words import Message, message


def conv(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    k, stride, dilation = side(given, "k"), side(given, "stride", 1), side(given, "dilation", 1)
    if side(given, "groups", 1) != 1:
        raise Untaken(message("model.groups"))
    if given.get("mode", "zeros") != "zeros":
        raise Untaken(message("model.argument", name="padding_mode", value=shown(given["mode"]), fits="zeros"))
    bias, reach = "b" if has_bias(given) else "", dilation * (k - 1) + 1
    spelling, zeros, notes = _padding(given, before, reach, stride)

    def word(n: Mapping[str, int]) -> str:
        sliding = f"s{n['stride']}" if n["stride"] != 1 else ""
        apart = f"d{n['dilation']}" if n["dilation"] != 1 else ""
        around = spelling or (f"p{n['padding']}" if n["padding"] else "")
        return f"conv{n['filters']}x{n['k']}{bias}{sliding}{apart}{around}"

    filters, unsaid = count(given, "filters", FILTERS)
    numbers = {"filters": filters, "k": k, "stride": stride, "dilation": dilation, "padding": zeros}
    text, limits = fitting(word, "conv", numbers)
    activation, none = activation_words(given)
    return [text, *activation], [*notes, *unsaid, *limits, *none]


FILTERS = 8
"""As many as are taken where the text does not say how many."""


def _padding(given: Arguments, before: Before, reach: int, stride: int) -> tuple[str, int, list[Message]]:
    """The zeros around as a spelling or a number; and a note on them."""
    value = given.get("padding", 0)
    notes: list[Message] = []
    if value == "same":
        own = pad_widths(reach, "same")
        if stride != 1:
            notes.append(message("model.same"))
    else:
        zeros = 0 if value == "valid" else side(given, "padding", 0)
        own = (zeros, zeros)
    first, last = (a + b for a, b in zip(before.zeros, own, strict=True))
    before.zeros = (0, 0)
    if first == last:
        return "", first, notes
    if (first, last) == pad_widths(reach, "same"):
        return "same", 0, notes
    raise Untaken(message("model.zeros", before=first, after=last))


def zeros_around(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
    value = given.get("padding", 1)
    pairs: list[Any] = [value, value] if isinstance(value, int) else list(value) if isinstance(value, tuple | list) else []
    if len(pairs) == 4:  # left, right, top, bottom
        pairs = [tuple(pairs[:2]), tuple(pairs[2:])]
    pairs = [(one, one) if isinstance(one, int) else tuple(one) if isinstance(one, tuple | list) else () for one in pairs]
    if len(pairs) != 2 or pairs[0] != pairs[1] or len(pairs[0]) != 2 or not all(isinstance(n, int) for n in pairs[0]):
        raise Untaken(message("model.argument", name="padding", value=shown(value), fits=1))
    before.zeros = (before.zeros[0] + pairs[0][0], before.zeros[1] + pairs[0][1])
    return [], []


def pool(kind: str) -> Rule:
    def rule(given: Arguments, before: Before) -> tuple[list[str], list[Message]]:
        k = side(given, "k", 2)
        stride = side(given, "stride", k)
        notes: list[Message] = []
        if given.get("padding", 0) not in (0, (0, 0), "valid", None):
            notes.append(message("model.pool_padding"))
        if given.get("ceil", False) is not False:
            notes.append(message("model.ceil"))
        if k == 1 and not notes and before.words and before.words[-1].startswith("conv") and _thins(before, stride):
            return [], notes

        def word(n: Mapping[str, int]) -> str:
            return f"{kind}{n['window']}" + (f"s{n['stride']}" if n["stride"] != n["window"] else "")

        text, limits = fitting(word, kind, {"window": k, "stride": stride})
        return [text], [*notes, *limits]

    return rule


def _thins(before: Before, stride: int) -> bool:
    """Gives a dilated convolution the stride that Keras takes after it."""
    layer = LAYERS["conv"].parse(before.words[-1])
    if layer is None or layer.geometry()["dilation"] == 1 or layer.geometry()["stride"] != 1:
        return False
    head, mark, tail = before.words[-1].partition("d")
    before.words[-1] = f"{head}s{stride}{mark}{tail}"
    return True


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv2d", "Conv2D", "LazyConv2d"), conv),
    **dict.fromkeys(("ZeroPad2d", "ZeroPadding2D"), zeros_around),
    **dict.fromkeys(("MaxPool2d", "MaxPooling2D"), pool("max")),
    **dict.fromkeys(("AvgPool2d", "AveragePooling2D"), pool("avg")),
}
"""By the layer's name."""

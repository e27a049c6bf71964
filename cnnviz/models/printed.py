"""Parser for print(model) of an nn.Sequential. The output for other classes does not describe forward."""

import ast
import re
from dataclasses import replace
from typing import Any

from cnnviz.models.described_layers import LARGEST, LayerDescription, ModelDescription, Unknown, shorten
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.models.losses import BY_NAME, is_loss
from cnnviz.words import Problem

_LINE = re.compile(r"\((?P<name>[\w.\- ]+)\): (?:(?P<times>\d+) x )?(?P<kind>\w+)\((?P<rest>.*)$")
_ROOT = re.compile(r"(?P<kind>\w+)\((?P<rest>.*)$")


def is_printed(text: str) -> bool:
    """Return whether this is the output of print(model), with lines such as "(0): ReLU()"."""
    return bool(re.search(r"^[ \t]*\([\w.\- ]+\): (?:\d+ x )?\w+\(", text, re.MULTILINE))


def read_printed(text: str) -> ModelDescription:
    """Return the layers that print(model) lists, in order. Raise Problem if a line cannot be read, or if a class may
    have its own forward.

    >>> description = read_printed("Sequential(\\n  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))\\n  (1): ReLU()\\n)")
    >>> [layer.name for layer in description.layers], description.layers[0].named["kernel_size"]
    (['Conv2d', 'ReLU'], (3, 3))
    """
    layers = list[LayerDescription]()
    open_times, loss = [1], ""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        match = _LINE.fullmatch(line) or (_ROOT.fullmatch(line) if len(open_times) == 1 else None)
        if match is None:
            if line == ")" and len(open_times) > 1:
                open_times.pop()
            elif line and len(open_times) > 1:
                raise Problem("model.line", line=line[:80])
            continue
        kind, arguments_text, times = match["kind"], match["rest"], int(match.groupdict().get("times") or 1)
        if not arguments_text:
            if kind != "Sequential":
                raise Problem("model.printed_class", name=kind)
            open_times.append(open_times[-1] * times)
        elif is_loss(kind):
            loss = BY_NAME.get(kind, "")
        elif match.re is _LINE or arguments_text.endswith(")"):
            layers += [_layer(kind, arguments_text, line, number)] * min(times * open_times[-1], MOST_LAYERS + 1)
        if len(layers) > MOST_LAYERS:
            raise Problem("model.too_many", n=len(layers), most=MOST_LAYERS)
    if not layers:
        raise Problem("model.no_layers")
    return ModelDescription(tuple(layers), loss)


def _layer(kind: str, arguments_text: str, line: str, number: int) -> LayerDescription:
    """Parse a line as a layer. print(model) omits the quotes of "same" and "valid"."""
    try:
        node = ast.parse(f"f({arguments_text[:2000]}", mode="eval").body
        assert isinstance(node, ast.Call)
        positional = tuple(_constant(argument) for argument in node.args)
        keywords = {str(keyword.arg): _constant(keyword.value) for keyword in node.keywords}
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError):
        raise Problem("model.line", line=line[:80]) from None
    # lazy layers print their unknown channels as 0
    layer = LayerDescription(kind.removeprefix("Lazy"), positional, keywords, shorten(f"{kind}({arguments_text}"), number, "pytorch")
    return replace(layer, named={key: value for key, value in keywords.items() if key != "in_channels" or value})


def _constant(node: ast.expr) -> Any:
    value = node.id if isinstance(node, ast.Name) else ast.literal_eval(node)
    if not isinstance(value, int | float | str | bool | tuple | None):
        raise ValueError(value)
    return Unknown(shorten(ast.unparse(node))) if isinstance(value, int) and abs(value) > LARGEST else value

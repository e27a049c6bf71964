"""Operations of a program as Python code: each line assigns a call to the array's name."""

import inspect
import textwrap
from collections.abc import Sequence

from cnnviz.core.network.program_line import Op

WIDTH = 112
"""Upper limit of characters of a line, except for long words."""


def variable(symbol: str) -> str:
    """Return the name of an array in code.

    >>> variable("z1.windows"), variable("dz1")
    ('z1_windows', 'dz1')
    """
    return symbol.replace(".", "_")


def expression(line: Op) -> str:
    """Return the call of a line, without settings that equal the function's defaults.

    >>> from cnnviz.core.network.layers.conv import windows
    >>> expression(Op("z1.windows", windows, ("x",), {"k": 3, "stride": 1, "padding": "same"}))
    'windows(x, k=3, padding="same")'
    """
    if line.rounding:
        return settle_call(line.rounding, expression(line.without_rounding))
    function, args = line.function, [*map(variable, line.sources)]
    if function.__module__ == "numpy":
        return f"np.{function.__name__}({', '.join(map(_literal, line.settings.values()))})"
    return _call_with(line, args)


def settle_call(line: Op, array_code: str) -> str:
    """Return the call that rounds ties to zero in an array; `array_code` is the array."""
    return _call_with(line, [array_code, variable(line.sources[-1])])


def _call_with(line: Op, args: list[str]) -> str:
    """Return a call of the line's function with the arguments `args`, followed by its settings."""
    parameters = inspect.signature(line.function).parameters
    args += [f"{name}={_literal(value)}" for name, value in line.settings.items() if value != parameters[name].default]
    return f"{line.function.__name__}({', '.join(args)})"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def call(targets: Sequence[str], name: str, args: Sequence[str]) -> str:
    """Return the assignment of a call, `targets = name(args)`, wrapped if it is long.

    >>> print(call(["z1", "o"], "forward", ["x", "f"]))
    z1, o = forward(x, f)
    """
    line = f"{', '.join(targets)} = {name}({', '.join(args)})"
    return line if len(line) <= WIDTH - 4 else wrap("", targets, f" = {wrap(f'{name}(', args, ')')}", "(", ")")


def wrap(prefix: str, names: Sequence[str], suffix: str, opening: str = "", closing: str = "") -> str:
    """Join names in a row, or in an indented block if that is too long; a block is surrounded by `opening` and
    `closing`."""
    line = prefix + ", ".join(names) + suffix
    if len(line.splitlines()[0]) <= WIDTH - 4:
        return line
    block = textwrap.fill(", ".join(names) + ",", WIDTH - 8, break_long_words=False)
    return f"{prefix}{opening}\n{textwrap.indent(block, '    ')}\n{closing}{suffix}"


def align(rows: Sequence[tuple[str, str]]) -> str:
    """Join code and trailing comments to lines. Align the comments if the code is short.

    >>> print(align([("a = f(x)", "(2,)"), ("b = a", "")]))
    a = f(x)  # (2,)
    b = a
    """
    width = max((len(code) for code, words in rows if words and len(code) <= 70), default=0)
    return "\n".join(f"{code:<{width}}  # {words}" if words else code for code, words in rows)

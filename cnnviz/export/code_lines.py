"""Lines of a program as Python code: each one call, named after its array."""

import inspect
import textwrap
from collections.abc import Sequence

from cnnviz.core.network.program_line import Op

WIDTH = 112
"""Characters of a line of code, unless one word is longer."""


def variable(symbol: str) -> str:
    """The name of an array in code.

    >>> variable("z1.windows"), variable("dz1")
    ('z1_windows', 'dz1')
    """
    return symbol.replace(".", "_")


def expression(line: Op) -> str:
    """The call of a line; settings that are the function's own are left out.

    >>> from cnnviz.core.network.layers.conv import windows
    >>> expression(Op("z1.windows", windows, ("x",), {"k": 3, "stride": 1, "padding": "same"}))
    'windows(x, k=3, padding="same")'
    """
    if line.settled:
        return settling(line.settled, expression(line.unsettled))
    function, given = line.function, [*map(variable, line.sources)]
    if function.__module__ == "numpy":
        return f"np.{function.__name__}({', '.join(map(_written, line.settings.values()))})"
    return _called(line, given)


def settling(line: Op, given: str) -> str:
    """The code that settles an array, which stands as `given`."""
    return _called(line, [given, variable(line.sources[-1])])


def _called(line: Op, given: list[str]) -> str:
    """The line's function with these arguments, and with its settings."""
    parameters = inspect.signature(line.function).parameters
    given += [f"{name}={_written(value)}" for name, value in line.settings.items() if value != parameters[name].default]
    return f"{line.function.__name__}({', '.join(given)})"


def _written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def call(made: Sequence[str], name: str, given: Sequence[str]) -> str:
    """`made = name(given)`, on as many lines as it needs.

    >>> print(call(["z1", "o"], "forward", ["x", "f"]))
    z1, o = forward(x, f)
    """
    line = f"{', '.join(made)} = {name}({', '.join(given)})"
    return line if len(line) <= WIDTH - 4 else wrapped("", made, f" = {wrapped(f'{name}(', given, ')')}", "(", ")")


def wrapped(before: str, names: Sequence[str], after: str, opening: str = "", closing: str = "") -> str:
    """Names in a row, or in an indented block where that is too long; a block gets `opening` and `closing` around it."""
    line = before + ", ".join(names) + after
    if len(line.splitlines()[0]) <= WIDTH - 4:
        return line
    block = textwrap.fill(", ".join(names) + ",", WIDTH - 8, break_long_words=False)
    return f"{before}{opening}\n{textwrap.indent(block, '    ')}\n{closing}{after}"


def aligned(rows: Sequence[tuple[str, str]]) -> str:
    """Lines of code with what they are behind them, one below the other where they are short.

    >>> print(aligned([("a = f(x)", "(2,)"), ("b = a", "")]))
    a = f(x)  # (2,)
    b = a
    """
    width = max((len(code) for code, words in rows if words and len(code) <= 70), default=0)
    return "\n".join(f"{code:<{width}}  # {words}" if words else code for code, words in rows)

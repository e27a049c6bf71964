"""Compilation of a pass into one Python function: for a small network, overhead per operation exceeds the arithmetic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from cnnviz.core.network.program_line import Op, Override, PassValues
from cnnviz.core.runtime.read_only import as_frozen


class CompiledOp(NamedTuple):
    """An operation's target, its sources, and the number of leading axes of size 1 to drop for display, or None if it
    is not shown."""

    target: str
    sources: tuple[str, ...]
    dropped_axes: int | None


@lru_cache(maxsize=512)  # compiling a deep network takes milliseconds, and the result does not depend on the image size
def compile_lines(lines: tuple[CompiledOp, ...]) -> Callable[[PassValues, Sequence[Callable[..., np.ndarray]]], PassValues]:
    """Compile operations into a function of the arrays so far and one function per operation. It adds all targets and
    returns the shown ones.

    All results and their bases become read-only.

    >>> run = compile_lines((CompiledOp("y", ("x",), None), CompiledOp("z", ("y", "x"), 1)))
    >>> values = {"x": np.ones((1, 2))}
    >>> run(values, [np.negative, np.subtract])
    {'z': array([-2., -2.])}
    >>> values["y"].flags.writeable
    False
    """
    variables: dict[str, str] = {}
    text, shown_symbols = [], []
    for n, (target, sources, dropped) in enumerate(lines):
        arguments = ", ".join(variables.get(source, f"values[{source!r}]") for source in sources)
        variables[target] = name = f"{target.replace('.', '_')}_"
        text.append(_LINE.format(name=name, target=target, n=n, sources=arguments))
        if dropped is not None:
            shown_symbols.append(f"{target!r}: {name}{['', '[0]', '[0, 0]'][dropped]}")
    scope: dict[str, Any] = {}
    # Users cannot inject text here: symbols consist of a layer's letter and a number.
    exec(_FUNCTION.format(makers=", ".join(f"make{n}" for n in range(len(lines))), lines="".join(text), shown=", ".join(shown_symbols)), scope)
    run: Callable[[PassValues, Sequence[Callable[..., np.ndarray]]], PassValues] = scope["run"]
    return run


_FUNCTION = """
def run(values, functions):
    [{makers}] = functions
{lines}
    return {{{shown}}}
"""
_LINE = """
    {name} = values[{target!r}] = make{n}({sources})
    {name}.setflags(False)
    if {name}.base is not None:
        {name}.base.setflags(False)
"""


@dataclass(frozen=True)
class CompiledLines:
    """The operations of a pass on one image, their functions, and the compiled function."""

    lines: tuple[Op, ...]
    functions: tuple[Callable[..., np.ndarray], ...]
    run: Callable[[PassValues, Sequence[Callable[..., np.ndarray]]], PassValues]

    def execute(self, values: PassValues, overrides: Mapping[str, Override] | None) -> PassValues:
        """Add the target of every operation to `values`, using `overrides` by target, and return the shown arrays in
        their shown shapes."""
        if not overrides:
            return self.run(values, self.functions)
        functions = [
            _override_function(line, values, overrides[line.target]) if line.target in overrides else function
            for line, function in zip(self.lines, self.functions, strict=True)
        ]
        return self.run(values, functions)


def _override_function(line: Op, values: PassValues, override: Override) -> Callable[..., np.ndarray]:
    """Return a function that calls the override. It copies the result, which the override may still hold."""
    return lambda *_: as_frozen(override(values, partial(line.make, values)))

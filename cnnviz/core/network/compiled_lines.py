"""Lines of a pass as one Python function: for a network of few numbers what stands around a line takes longer than the line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from cnnviz.core.network.program_line import Op, Override, PassValues
from cnnviz.core.runtime.read_only import as_frozen


class Made(NamedTuple):
    """A line's target, the arrays that it reads, and how many axes of 1 in front are not shown; None where nothing of it is."""

    target: str
    sources: tuple[str, ...]
    dropped: int | None


@lru_cache(maxsize=512)  # it takes milliseconds for a deep network, and is the same for images of any size
def compiled(lines: tuple[Made, ...]) -> Callable[[PassValues, Sequence[Callable[..., np.ndarray]]], PassValues]:
    """A function that is given the arrays so far and a function for each line; it adds what they make, and gives what is shown.

    All that is made is read-only, as is what it is a view of.

    >>> run = compiled((Made("y", ("x",), None), Made("z", ("y", "x"), 1)))
    >>> values = {"x": np.ones((1, 2))}
    >>> run(values, [np.negative, np.subtract])
    {'z': array([-2., -2.])}
    >>> values["y"].flags.writeable
    False
    """
    made: dict[str, str] = {}
    text, shown = [], []
    for n, (target, sources, dropped) in enumerate(lines):
        read = ", ".join(made.get(source, f"values[{source!r}]") for source in sources)
        made[target] = name = f"{target.replace('.', '_')}_"
        text.append(_LINE.format(name=name, target=target, n=n, sources=read))
        if dropped is not None:
            shown.append(f"{target!r}: {name}{['', '[0]', '[0, 0]'][dropped]}")
    scope: dict[str, Any] = {}
    # Nothing that a visitor writes is in this text: symbols are made of a layer's letter and a number.
    exec(_FUNCTION.format(makers=", ".join(f"make{n}" for n in range(len(lines))), lines="".join(text), shown=", ".join(shown)), scope)
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
    """Lines of one image's pass, what makes the target of each, and the function that they are compiled to."""

    lines: tuple[Op, ...]
    functions: tuple[Callable[..., np.ndarray], ...]
    run: Callable[[PassValues, Sequence[Callable[..., np.ndarray]]], PassValues]

    def go(self, values: PassValues, overrides: Mapping[str, Override] | None) -> PassValues:
        """Adds the target of every line to `values`; those of `overrides` are made by these instead. What is shown of them, as it is shown."""
        if not overrides:
            return self.run(values, self.functions)
        functions = [
            _instead(line, values, overrides[line.target]) if line.target in overrides else function
            for line, function in zip(self.lines, self.functions, strict=True)
        ]
        return self.run(values, functions)


def _instead(line: Op, values: PassValues, override: Override) -> Callable[..., np.ndarray]:
    """The result in place of a line; a copy of what it gives, which is not ours alone."""
    return lambda *_: as_frozen(override(values, partial(line.make, values)))

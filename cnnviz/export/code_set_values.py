"""The values that a setup sets by hand, as code: a function of the update that is reached."""

import textwrap
from collections.abc import Callable, Iterable

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.setup.set_values import SetValue
from cnnviz.core.setup.setup import Setup
from cnnviz.export.code_lines import call
from cnnviz.export.code_network import Section, section


def set_arrays(setup: Setup, program: Program) -> list[str]:
    """The arrays of which an entry is set at any update, the image first."""
    sets = {one.symbol for one in setup.set}
    return [name for name in ("x", *program.parameters) if name in sets]


def by_hand_call(setup: Setup, program: Program, k: str) -> str:
    """`x, w = by_hand(k, x, w)` and a new line; nothing where nothing is set."""
    names = set_arrays(setup, program)
    return f"{call(names, 'by_hand', [k, *names])}\n" if names else ""


def by_hand_section(setup: Setup, program: Program) -> Section:
    """The function that `by_hand_call` calls: arrays in, new arrays out."""
    names = set_arrays(setup, program)
    copies = f"{', '.join(names)} = {', '.join(f'{name}.copy()' for name in names)}"
    body = "\n".join([copies, cases(setup, lambda one: assignment(one, program)), f"return {', '.join(names)}"])
    return section("set", [], f"def by_hand(k, {', '.join(names)}):\n{textwrap.indent(body, '    ')}")


def cases(setup: Setup, line: Callable[[SetValue], str]) -> str:
    """Under `if k == …` the code of each value that is set there."""
    updates = dict.fromkeys(one.update for one in setup.set)
    return "\n".join(f"if k == {k}:\n{textwrap.indent(lines(line, setup.set_at(k)), '    ')}" for k in updates)


def lines(line: Callable[[SetValue], str], sets: Iterable[SetValue]) -> str:
    """The code of each value, one below the other."""
    return "\n".join(map(line, sets))


def assignment(one: SetValue, program: Program) -> str:
    """`f[0, 0, 1, 1] = 0.5`, in the array with all its axes."""
    shape = program.shapes[one.symbol]
    at = np.unravel_index(np.ravel_multi_index(one.at, program.shown[one.symbol]), shape)
    return f"{one.symbol}[{', '.join(map(str, map(int, at)))}] = {one.value!r}"

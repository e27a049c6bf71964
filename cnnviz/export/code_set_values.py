"""Entries that a setup sets by hand, as code: a function of the number of updates."""

import textwrap
from collections.abc import Callable, Iterable

import numpy as np

from cnnviz.core.network.program import Program
from cnnviz.core.setup.set_values import SetValue
from cnnviz.core.setup.setup import Setup
from cnnviz.export.code_lines import call
from cnnviz.export.code_network import Section, section


def set_arrays(setup: Setup, program: Program) -> list[str]:
    """Return the names of the arrays in which an entry is set, the image first."""
    sets = {set_value.symbol for set_value in setup.set}
    return [name for name in ("x", *program.parameters) if name in sets]


def by_hand_call(setup: Setup, program: Program, k: str) -> str:
    """Return `x, w = by_hand(k, x, w)` and a newline, or "" if nothing is set."""
    names = set_arrays(setup, program)
    return f"{call(names, 'by_hand', [k, *names])}\n" if names else ""


def by_hand_section(setup: Setup, program: Program) -> Section:
    """Return the section with the function that `by_hand_call` calls; it returns changed copies."""
    names = set_arrays(setup, program)
    copies = f"{', '.join(names)} = {', '.join(f'{name}.copy()' for name in names)}"
    body = "\n".join([copies, set_value_cases(setup, lambda set_value: assignment(set_value, program)), f"return {', '.join(names)}"])
    return section("set", [], f"def by_hand(k, {', '.join(names)}):\n{textwrap.indent(body, '    ')}")


def set_value_cases(setup: Setup, line: Callable[[SetValue], str]) -> str:
    """Return the code of all set values, grouped under `if k == …`."""
    updates = dict.fromkeys(set_value.update for set_value in setup.set)
    return "\n".join(f"if k == {k}:\n{textwrap.indent(lines(line, setup.sets_at(k)), '    ')}" for k in updates)


def lines(line: Callable[[SetValue], str], sets: Iterable[SetValue]) -> str:
    """Return the code of each value, one per line."""
    return "\n".join(map(line, sets))


def assignment(set_value: SetValue, program: Program) -> str:
    """Return the assignment of one value, as `f[0, 0, 1, 1] = 0.5`, with all axes of the array."""
    shape = program.shapes[set_value.symbol]
    index = np.unravel_index(np.ravel_multi_index(set_value.at, program.shown[set_value.symbol]), shape)
    return f"{set_value.symbol}[{', '.join(map(str, map(int, index)))}] = {set_value.value!r}"

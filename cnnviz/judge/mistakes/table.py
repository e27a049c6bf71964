"""The table of mistakes that need a batch: their results and their lines of code.

To add a mistake that is a line of NumPy, write `line(...)` in a file of this folder; the line is evaluated as shown. Use
`add_replacement(...)` for a result that is correct for other arrays, and a function under `@mistake(...)` for anything longer. They
can read a case's arrays and settings by name, intermediate results ("out", "p", "hat" …), the number of images "N" ("n" in a
function), "case", and the correct array "exact". The result may have another shape. It is None if the mistake is impossible
in this case. The texts are in the message catalogue under judge.slip.<name>, or under mistake.<name> for the core's mistakes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.network.layers.sigmoid import sigmoid
from cnnviz.core.network.line_overrides import arguments
from cnnviz.judge.case import RETURNS, Array, Case
from cnnviz.judge.mistakes.course_lines import right_line, value_of
from cnnviz.judge.right_gradients import CorrectResult, right
from cnnviz.words import Message, has_message, message

Names = Mapping[str, str]
Maker = Callable[..., Array | None]
CaseValues = Mapping[str, Any]
"""Arrays, settings and intermediate results by name."""


@dataclass(frozen=True, eq=False)
class Mistake:
    """A mistake in the line that computes a role's array. `code` returns the wrong line and the correct one, with a
    course's names.

    `key` is unique, while a mistake `name` may have several variants. `of_core` is whether it is one of the core's mistakes.
    """

    key: str
    name: str
    title: Message
    role: str
    make: Callable[[], Array | None]
    code: Callable[[Names], tuple[str, str]]
    of_core: bool = False


@dataclass(frozen=True)
class Entry:
    """An entry of the table. `wrong` and `right` are code with roles in braces; an empty `right` means the layer's
    own line.

    `key` is unique within a name and role.
    """

    name: str
    kinds: tuple[str, ...]
    role: str
    key: str
    make: Callable[[CaseValues], Array | None]
    wrong: str
    right: str

    @property
    def title(self) -> Message:
        """Short description of the mistake."""
        message_id = f"judge.slip.{self.name}"
        return message(message_id) if has_message(message_id) else message(f"mistake.{self.name}.title", slope="softmax′")

    def mistake_for(self, right: CorrectResult) -> Mistake:
        """Return the mistake for a case."""

        def make() -> Array | None:
            case = right.case
            numbers = {"N": case.images, "n": case.images, "exact": right.gradients[self.role]}
            with np.errstate(all="ignore"):
                return self.make({**case.settings, **right.between, **case.arrays, **numbers, "case": case})

        def code(names: Names) -> tuple[str, str]:
            substitutions = {**names, **{key: str(value) for key, value in right.case.settings.items()}, "out": value_of(right.case.kind, names)}
            correct_line = self.right.format(**substitutions) if self.right else f"{names[self.role]} = {right_line(right, self.role, names)}"
            return self.wrong.format(**substitutions), correct_line

        return Mistake(f"{self.name}.{self.role}.{self.key}", self.name, self.title, self.role, make, code)


ENTRIES: list[Entry] = []
"""All mistakes of the table, in the order of the modules."""


def mistake(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "") -> Callable[[Maker], Maker]:
    """Add the decorated function to the table."""

    def register(function: Maker) -> Maker:
        add_entry(name, kinds, role, function.__name__, lambda values: function(**{name: values[name] for name in arguments(function)}), wrong, right)
        return function

    return register


def line(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "", made: str = "") -> None:
    """Add a line that is evaluated as shown. For a line of a loop, `made` is the expression for the resulting array."""
    add_entry(name, kinds, role, wrong, compile_line(f"{role} = {made}" if made else wrong), wrong, right)


def add_replacement(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "", **arrays: str) -> None:
    """Add a mistake whose result is correct for other arrays, given as expressions."""
    replacements = {array: compile_line(f"{array} = {expression}") for array, expression in arrays.items()}

    def make(values: CaseValues) -> Array:
        case: Case = values["case"]
        return result_with(case, **{array: other(values) for array, other in replacements.items()}).gradients[role]

    add_entry(name, kinds, role, wrong, make, wrong, right)


def compile_line(line: str, then: str = "") -> Callable[[CaseValues], Array]:
    """Return a function that evaluates a line, or the expression `then` that reads its result."""
    target, _, value = _ROLE.sub(r"\1", line).partition(" = ")
    value_code, result_code = (compile(text, line, "eval") for text in (value, then or target))

    def run(values: CaseValues) -> Array:
        names = {"np": np, "sigmoid": sigmoid, "one_hot": lambda _: values["targets"], **values}
        return np.asarray(eval(result_code, names | {target: eval(value_code, names)}), np.float64)

    return run


_ROLE = re.compile(r"{(\w+)}")


def add_entry(name: str, kinds: str | tuple[str, ...], role: str, key: str, make: Callable[[CaseValues], Array | None], wrong: str, right: str) -> None:
    """Add a mistake to the table."""
    ENTRIES.append(Entry(name, (kinds,) if isinstance(kinds, str) else kinds, role, key, make, wrong, right))


def possible_mistakes(correct: CorrectResult) -> Iterator[Mistake]:
    """Return the table's mistakes that are possible in this case."""
    kind = correct.case.kind
    return (entry.mistake_for(correct) for entry in ENTRIES if kind in entry.kinds and entry.role in RETURNS[kind])


def result_with(case: Case, **arrays: Array) -> CorrectResult:
    """Return the correct result with some arrays replaced."""
    return right(Case(case.kind, {**case.arrays, **arrays}, case.settings))

"""The table of the mistakes that a batch makes possible: what each makes, and its lines.

To add one that a line of NumPy makes, write the line in a file of this folder, as `line(...)`: it is run as it is shown. What
is right for other arrays is said by `instead(...)`, and what is not said in one line is a function under `@mistake(...)`. All
take a case's arrays and settings by their names, numbers on the way ("out", "p", "hat" …) and "N", the number of images ("n"
in a function), "case", and "exact", what is right; an array that it may make of another shape is compared as it is. `None`
says that it cannot be made in this case. Its words stand under judge.slip.<name>, or under mistake.<name> where it is one of
the core's.
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
from cnnviz.judge.right_gradients import Right, right
from cnnviz.words import Message, has, message

Names = Mapping[str, str]
Maker = Callable[..., Array | None]
Found = Mapping[str, Any]
"""Arrays, settings and numbers on the way, by name."""


@dataclass(frozen=True, eq=False)
class Mistake:
    """One way in which the array of a role is made wrong; `code` gives the wrong line and the right one in a course's names.

    `key` tells it from all others, `name` is that of the mistake, which may be made in several ways. `of_core` says whether it
    is one of the core's mistakes.
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
    """A mistake as it stands in the table; `wrong` and `right` are code with roles in braces, `right` the layer's own where it is "".

    `key` tells it from others of a kind.
    """

    name: str
    kinds: tuple[str, ...]
    role: str
    key: str
    make: Callable[[Found], Array | None]
    wrong: str
    right: str

    @property
    def title(self) -> Message:
        """A few words."""
        own = f"judge.slip.{self.name}"
        return message(own) if has(own) else message(f"mistake.{self.name}.title", slope="softmax′")

    def of(self, right: Right) -> Mistake:
        """The mistake in a case."""

        def make() -> Array | None:
            case = right.case
            numbers = {"N": case.images, "n": case.images, "exact": right.gradients[self.role]}
            with np.errstate(all="ignore"):
                return self.make({**case.settings, **right.between, **case.arrays, **numbers, "case": case})

        def code(names: Names) -> tuple[str, str]:
            said = {**names, **{key: str(value) for key, value in right.case.settings.items()}, "out": value_of(right.case.kind, names)}
            ours = self.right.format(**said) if self.right else f"{names[self.role]} = {right_line(right, self.role, names)}"
            return self.wrong.format(**said), ours

        return Mistake(f"{self.name}.{self.role}.{self.key}", self.name, self.title, self.role, make, code)


ENTRIES: list[Entry] = []
"""Every mistake of the table, in the order of the files."""


def mistake(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "") -> Callable[[Maker], Maker]:
    """Enters what is below into the table."""

    def entered(function: Maker) -> Maker:
        enter(name, kinds, role, function.__name__, lambda found: function(**{name: found[name] for name in arguments(function)}), wrong, right)
        return function

    return entered


def line(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "", made: str = "") -> None:
    """Enters a line that is run as it is shown, or where that is one of a loop, the expression by which the array is `made` at once."""
    enter(name, kinds, role, wrong, running(f"{role} = {made}" if made else wrong), wrong, right)


def instead(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "", **arrays: str) -> None:
    """Enters what would be right if some of the arrays were others, each an expression."""
    others = {array: running(f"{array} = {made}") for array, made in arrays.items()}

    def make(found: Found) -> Array:
        case: Case = found["case"]
        return again(case, **{array: other(found) for array, other in others.items()}).gradients[role]

    enter(name, kinds, role, wrong, make, wrong, right)


def running(line: str, then: str = "") -> Callable[[Found], Array]:
    """The result of a line, or of the expression `then` that reads what it makes."""
    made, _, value = _ROLE.sub(r"\1", line).partition(" = ")
    first, last = (compile(text, line, "eval") for text in (value, then or made))

    def run(found: Found) -> Array:
        names = {"np": np, "sigmoid": sigmoid, "one_hot": lambda _: found["targets"], **found}
        return np.asarray(eval(last, names | {made: eval(first, names)}), np.float64)

    return run


_ROLE = re.compile(r"{(\w+)}")


def enter(name: str, kinds: str | tuple[str, ...], role: str, key: str, make: Callable[[Found], Array | None], wrong: str, right: str) -> None:
    """Enters a mistake."""
    ENTRIES.append(Entry(name, (kinds,) if isinstance(kinds, str) else kinds, role, key, make, wrong, right))


def entered(of: Right) -> Iterator[Mistake]:
    """Those of the table that can be made in this case."""
    kind = of.case.kind
    return (entry.of(of) for entry in ENTRIES if kind in entry.kinds and entry.role in RETURNS[kind])


def again(case: Case, **arrays: Array) -> Right:
    """The right result with other arrays."""
    return right(Case(case.kind, {**case.arrays, **arrays}, case.settings))

"""The table of the slips that a batch makes possible: what each makes, and its lines.

To add one, write what it makes in a file of this folder, under `@slip(...)`. Its arguments are a case's arrays and settings, numbers
on the way ("out", "o", "hat" …), "n", the number of images, "case", and "exact", what is right; an array that it may make of
another shape is compared as it is. `None` says that it cannot be made in this case. Its words stand under judge.slip.<name>, or
under mistake.<name> where it is one of the core's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.overrides import arguments
from cnnviz.judge.case import RETURNS, Array, Case
from cnnviz.judge.right import Right, right
from cnnviz.judge.slips.lines import right_line, value_of
from cnnviz.words import Message, has, message

Names = Mapping[str, str]
Maker = Callable[..., Array | None]


@dataclass(frozen=True, eq=False)
class Slip:
    """One way in which the array of a role is made wrong; `code` gives the wrong line and the right one in a course's names."""

    key: str
    title: Message
    role: str
    make: Callable[[], Array | None]
    code: Callable[[Names], tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """A slip as it stands in the table; `wrong` and `right` are code with roles in braces, `right` the layer's own where it is ""."""

    name: str
    kinds: tuple[str, ...]
    role: str
    function: Maker
    wrong: str
    right: str

    @property
    def title(self) -> Message:
        """A few words."""
        own = f"judge.slip.{self.name}"
        return message(own) if has(own) else message(f"mistake.{self.name}.title", slope="softmax′")

    def of(self, right: Right) -> Slip:
        """The slip in a case."""

        def make() -> Array | None:
            case = right.case
            found: dict[str, Any] = {**case.settings, **right.between, **case.arrays, "n": case.images, "exact": right.gradients[self.role], "case": case}
            with np.errstate(all="ignore"):
                return self.function(**{name: found[name] for name in arguments(self.function)})

        def code(names: Names) -> tuple[str, str]:
            said = {**names, **{key: str(value) for key, value in right.case.settings.items()}, "out": value_of(right.case.kind, names)}
            ours = self.right.format(**said) if self.right else f"{names[self.role]} = {right_line(right, self.role, names)}"
            return self.wrong.format(**said), ours

        return Slip(f"{self.name}.{self.role}.{self.function.__name__}", self.title, self.role, make, code)


ENTRIES: list[Entry] = []
"""Every slip of the table, in the order of the files."""


def slip(name: str, kinds: str | tuple[str, ...], role: str, wrong: str, right: str = "") -> Callable[[Maker], Maker]:
    """Enters what is below into the table."""

    def enter(function: Maker) -> Maker:
        ENTRIES.append(Entry(name, (kinds,) if isinstance(kinds, str) else kinds, role, function, wrong, right))
        return function

    return enter


def entered(of: Right) -> Iterator[Slip]:
    """Those of the table that can be made in this case."""
    kind = of.case.kind
    return (entry.of(of) for entry in ENTRIES if kind in entry.kinds and entry.role in RETURNS[kind])


def again(case: Case, **arrays: Array) -> Right:
    """The right result with other arrays."""
    return right(Case(case.kind, {**case.arrays, **arrays}, case.settings))

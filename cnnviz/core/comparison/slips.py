"""What a wrong stage looks like: a classic mistake, numbers in the wrong places, a factor; and how near that comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cnnviz.core.comparison.rearrangements import Rearrangement
from cnnviz.core.program import Program
from cnnviz.core.source_lines import line_as_code
from cnnviz.core.stages import label
from cnnviz.words import Message, message

if TYPE_CHECKING:
    from cnnviz.core.mistaken import Placed

AXES = Rearrangement("axes", lambda a: a, "{}.T")
"""Axes exchanged, so that the shape is another one too."""


@dataclass(frozen=True)
class Factor:
    """A number, and the name of what it may be: "minus", "outputs", "" …"""

    number: float
    name: str = ""

    @property
    def simple(self) -> bool:
        """Whether it has a name, or is a whole number, or one by a whole number."""
        return bool(self.name) or self.number == round(self.number) or 1 / self.number == round(1 / self.number)


ONE = Factor(1.0)


def named_factor(number: float, names: Mapping[str, float], tolerance: float) -> Factor:
    """The number as a factor, exactly the named or simple one that it comes near to.

    >>> named_factor(-1 + 1e-9, {"minus": -1.0}, 1e-6), named_factor(0.2500000001, {}, 1e-6)
    (Factor(number=-1.0, name='minus'), Factor(number=0.25, name=''))
    """
    for name, exact in names.items():
        if abs(number - exact) <= tolerance * abs(exact):
            return Factor(exact, name)
    for simple in (round(number), 1 / round(1 / number) if number and round(1 / number) else 0.0):
        if simple and abs(number - simple) <= tolerance * abs(simple):
            return Factor(float(simple))
    return Factor(number)


@dataclass(frozen=True)
class Slip:
    """A mistake in its place, or our line where there is none, turned at `target` and times a factor."""

    placed: Placed | None = None
    turn: Rearrangement | None = None
    target: str = ""
    factor: Factor = ONE

    @property
    def parts(self) -> int:
        """How much is made up to explain it: a classic mistake counts less than a turn or a factor."""
        return 2 * (self.turn is not None) + 2 * (self.factor != ONE) + (self.placed is not None)

    def times(self, factor: Factor) -> Slip:
        """The same times a factor."""
        return replace(self, factor=factor)

    @property
    def made_at(self) -> str:
        """The stage or the array that it is made at; "" for a factor, which shows only where it does."""
        return self.placed.stage if self.placed else self.target

    @property
    def title(self) -> Message:
        """What it is, in a few words."""
        words: list[Message | str] = [self.placed.mistake.title] if self.placed else []
        if self.turn:
            words.append(message("own.slip.turned", target=label(self.target), turn=self.turn.title))
        if self.factor != ONE:
            words.append(message(f"own.factor.{self.factor.name or 'number'}", factor=self.factor.number))
        return message("own.slip.title", words=words)

    def code(self, program: Program, stage: str, wrong: tuple[str, ...]) -> tuple[str, str]:
        """The wrong lines of code and the right ones, for the arrays `wrong` of the stage."""
        lines = {line.target: line for line in program.backward_lines}
        if self.placed:
            before, right = self.placed.code(program)
        else:
            names = [self.target] if self.target else wrong
            before = right = "\n".join(f"{name} = {_ours(program, name, line_as_code(lines[name]))}" for name in names)
        return "\n".join(self._spoiled(line) for line in before.split("\n")), right

    def _spoiled(self, line: str) -> str:
        name, equals, made = line.partition(" = ")
        if self.turn:
            made = self.turn.code.format(f"({made})" if " " in made and self.turn.code[0] == "{" else made)
        if self.factor != ONE:
            made = f"0 * ({made})" if not self.factor.number else f"-({made})" if self.factor.number == -1 else f"{self.factor.number:.6g} * ({made})"
        return name + equals + made


def _ours(program: Program, name: str, code: str) -> str:
    """A line as a reader would write it: laying out a row again names the shape."""
    return f"dv.reshape{program.shown[name[1:]]}" if code.startswith("dv.reshape(") else code


@dataclass(frozen=True)
class Match:
    """How near a slip comes to a wrong stage: how many `of` its wrong numbers it gives, and how many right ones it would spoil.

    `left` is the share of the error that it leaves unexplained, as a root of squares.
    """

    slip: Slip
    stage: str
    reproduced: int
    of: int
    spoiled: int
    left: float

    @property
    def exact(self) -> bool:
        """Whether it gives every number of the stage."""
        return self.reproduced == self.of and not self.spoiled

    @property
    def near(self) -> bool:
        """Whether it is worth telling: it gives some of the wrong numbers, or takes most of the error away."""
        return self.reproduced > 0 or self.left < 0.5

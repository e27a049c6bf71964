"""Explanations that a wrong stage looks like: a classic mistake, numbers in the wrong places, a factor; and how near that comes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cnnviz.core.diagnosis.factors import ONE, Factor
from cnnviz.core.diagnosis.rearrangements import Rearrangement
from cnnviz.core.mistakes import mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program import Program
from cnnviz.core.network.source_lines import line_as_code
from cnnviz.core.network.stages import label
from cnnviz.words import Message, message

AXES = Rearrangement("axes", lambda a: a, "{}.T")
"""Axes exchanged, so that the shape is another one too."""


@dataclass(frozen=True)
class Explanation:
    """A mistake in its place, or our line where there is none, turned at `target` and times a factor.

    With a `source` it is not the target that is turned, but what its line reads, or `instead` stands in place of the source, as code.
    """

    placed: PlacedMistake | None = None
    turn: Rearrangement | None = None
    target: str = ""
    source: str = ""
    factor: Factor = ONE
    instead: str = ""

    @property
    def parts(self) -> int:
        """The length of the explanation: a classic mistake counts less than a turn or a factor."""
        return 2 * (self.turn is not None or bool(self.instead)) + 2 * (self.factor != ONE) + (self.placed is not None)

    def times(self, factor: Factor) -> Explanation:
        """The same times a factor."""
        return replace(self, factor=factor)

    @property
    def made_at(self) -> str:
        """The stage or the array that it is made at; "" for a factor, which shows only where it does."""
        return self.placed.stage if self.placed else self.target

    @property
    def title(self) -> Message:
        """Its description in a few words."""
        words: list[Message | str] = [self.placed.title] if self.placed else []
        if self.instead:
            other = label(self.instead) if self.instead.isidentifier() else self.instead
            words.append(message(f"own.slip.{'other_target' if self.source == 'y' else 'instead'}", target=label(self.target), source=label(self.source), other=other))
        elif self.turn and self.source:
            words.append(message("own.slip.source", target=label(self.target), source=label(self.source), turn=self.turn.title))
        elif self.turn:
            words.append(message("own.slip.turned", target=label(self.target), turn=self.turn.title))
        if self.factor != ONE:
            words += self.factor.words
        return message("own.slip.title", words=words)

    def code(self, program: Program, stage: str, wrong: tuple[str, ...]) -> tuple[str, str]:
        """The wrong lines of code and the right ones, for the arrays `wrong` of the stage."""
        if self.placed:
            before, right = ("\n".join(lines) for lines in zip(*self._lines(program, wrong), strict=True))
        else:
            before = right = right_lines(program, [self.target] if self.target else wrong)
        if self.instead:
            before = re.sub(rf"\b{self.source}\b", self.instead, before)
        elif self.source and self.turn:
            return re.sub(rf"\b{self.source}\b", self.turn.code.format(self.source), before), right
        return "\n".join(self._spoiled(line) for line in before.split("\n")), right

    def _lines(self, program: Program, wrong: tuple[str, ...]) -> list[tuple[str, str]]:
        """Each line of the mistake, wrong and right: those of the arrays `wrong` alone, where it makes any of them."""
        assert self.placed
        both = [*zip(*(lines.split("\n") for lines in self.placed.code(program)), strict=True)]
        return [lines for lines in both if any(_makes(lines[1], name) for name in wrong)] or both

    def _spoiled(self, line: str) -> str:
        *before, last = line.split("; ")
        name, equals, made = re.fullmatch(r"(.*?)( \+?= )(.*)", last).groups()  # type: ignore[union-attr]
        after = ""
        if self.turn and equals == " += ":
            array = name.partition("[")[0]
            after = f"; {array} = {self.turn.code.format(array)}"
        elif self.turn:
            made = self.turn.code.format(f"({made})" if " " in made and self.turn.code[0] == "{" else made)
        if self.factor != ONE:
            made = f"0 * ({made})" if not self.factor.number else f"-({made})" if self.factor.number == -1 else f"{self.factor.number:.6g} * ({made})"
        return "; ".join([*before, name + equals + made]) + after


def right_lines(program: Program, names: Iterable[str]) -> str:
    """The lines of code that make these gradients: as they are written beside a known mistake, where they would call a function of ours."""
    lines = {line.target: line for line in program.backward_lines}
    written = [line for one in mistakes_for(program.network) for line in one.code(program)[1].split("\n") if not _CALLS.search(line)]
    ours = {name: _ours(program, name, line_as_code(lines[name])) for name in names}
    return "\n".join(next((line for line in written if _makes(line, name)), f"{name} = {code}") if _CALLS.search(code) else f"{name} = {code}" for name, code in ours.items())


_CALLS = re.compile(r"(?<![.\w])[a-z_]+_(df|dx|dw|db|ds|sums)\(")
"""A call of a layer's own function."""


def _makes(line: str, name: str) -> bool:
    """Tells whether the array `name` is what a line of code makes."""
    return re.search(rf"(^|; ){name}(\[[^=]*\])? \+?= ", line) is not None


def _ours(program: Program, name: str, code: str) -> str:
    """A line as a reader would write it: laying out a row again names the shape."""
    return f"dv.reshape{program.shown[name[1:]]}" if code.startswith("dv.reshape(") else code


NEAR = 0.9
"""The share of the wrong numbers, or of the error, that an explanation explains which is called near."""


@dataclass(frozen=True)
class Match:
    """The nearness of an explanation to a wrong stage: how many `of` its wrong numbers it gives, and how many right ones it would spoil.

    `left` is the share of the error that it leaves unexplained, as a root of squares.
    """

    explanation: Explanation
    stage: str
    reproduced: int
    of: int
    spoiled: int
    left: float

    @property
    def exact(self) -> bool:
        """Tells whether it gives every number of the stage."""
        return self.reproduced == self.of and not self.spoiled

    @property
    def near(self) -> bool:
        """Tells whether it is worth telling: it gives most of the wrong numbers and few others, or takes most of the error away."""
        return (self.reproduced >= NEAR * self.of and self.spoiled <= (1 - NEAR) * self.of) or self.left <= 1 - NEAR

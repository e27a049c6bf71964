"""Explanations of a wrong stage (a mistake, a rearrangement or a factor), and how well each fits."""

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
"""Transposition, which also changes the shape."""


@dataclass(frozen=True)
class Explanation:
    """A mistake at a layer, or else the reference line. Optionally the array `target` is rearranged by `turn` and
    multiplied by a factor. With a `source`, the array that the target's line reads is rearranged, or replaced by the
    code `instead`; without one, `instead` replaces the whole line.
    """

    placed: PlacedMistake | None = None
    turn: Rearrangement | None = None
    target: str = ""
    source: str = ""
    factor: Factor = ONE
    instead: str = ""

    @property
    def parts(self) -> int:
        """The complexity of the explanation. A mistake counts less than a rearrangement or a factor."""
        return 2 * (self.turn is not None or bool(self.instead)) + 2 * (self.factor != ONE) + (self.placed is not None)

    def times(self, factor: Factor) -> Explanation:
        """Return this explanation with a factor."""
        return replace(self, factor=factor)

    @property
    def location(self) -> str:
        """The stage or array that contains the error, or "" for a factor alone, whose origin cannot be determined."""
        return self.placed.stage if self.placed else self.target

    @property
    def title(self) -> Message:
        """A short description."""
        words: list[Message | str] = [self.placed.title] if self.placed else []
        if self.instead and not self.source:
            words.append(message("own.slip.replaced", target=label(self.target), other=label(self.instead)))
        elif self.instead:
            replacement = label(self.instead) if self.instead.isidentifier() else self.instead
            words.append(message(f"own.slip.{'other_target' if self.source == 'y' else 'instead'}", target=label(self.target), source=label(self.source), other=replacement))
        elif self.turn and self.source:
            words.append(message("own.slip.source", target=label(self.target), source=label(self.source), turn=self.turn.title))
        elif self.turn:
            words.append(message("own.slip.turned", target=label(self.target), turn=self.turn.title))
        if self.factor != ONE:
            words += self.factor.words
        return message("own.slip.title", words=words)

    def code(self, program: Program, stage: str, wrong: tuple[str, ...]) -> tuple[str, str]:
        """Return the wrong lines of code and the correct ones, for the arrays `wrong` of the stage."""
        if self.placed:
            mistaken, correct = ("\n".join(lines) for lines in zip(*self._relevant_lines(program, wrong), strict=True))
        else:
            mistaken = correct = correct_lines(program, [self.target] if self.target else wrong)
        if self.instead and not self.source:
            mistaken = f"{self.target} = {self.instead}"
        elif self.instead:
            mistaken = re.sub(rf"\b{self.source}\b", self.instead, mistaken)
        elif self.source and self.turn:
            return re.sub(rf"\b{self.source}\b", self.turn.code.format(self.source), mistaken), correct
        return "\n".join(self._spoil(line) for line in mistaken.split("\n")), correct

    def _relevant_lines(self, program: Program, wrong: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return the wrong and the correct lines of the mistake, limited to assignments to the arrays `wrong` if there
        are any."""
        assert self.placed
        line_pairs = [*zip(*(lines.split("\n") for lines in self.placed.code(program)), strict=True)]
        return [lines for lines in line_pairs if any(_assigns_to(lines[1], name) for name in wrong)] or line_pairs

    def _spoil(self, line: str) -> str:
        *preceding, assignment = line.split("; ")
        name, equals, value = re.fullmatch(r"(.*?)( \+?= )(.*)", assignment).groups()  # type: ignore[union-attr]
        suffix = ""
        if self.turn and equals == " += ":
            array = name.partition("[")[0]
            suffix = f"; {array} = {self.turn.code.format(array)}"
        elif self.turn:
            value = self.turn.code.format(f"({value})" if " " in value and self.turn.code[0] == "{" else value)
        if self.factor != ONE:
            value = f"0 * ({value})" if not self.factor.number else f"-({value})" if self.factor.number == -1 else f"{self.factor.number:.6g} * ({value})"
        return "; ".join([*preceding, name + equals + value]) + suffix


def correct_lines(program: Program, names: Iterable[str]) -> str:
    """Return the code that computes these gradients. Calls of our own functions are replaced by the code of a
    catalogued mistake's correct version."""
    lines = {line.target: line for line in program.backward_lines}
    catalogued_lines = [line for mistake in mistakes_for(program.network) for line in mistake.code(program)[1].split("\n") if not _CALLS.search(line)]
    own_code = {name: _readable_line(program, name, line_as_code(lines[name])) for name in names}
    own_lines = {name: f"{name} = {code}" for name, code in own_code.items()}
    for name, line in own_lines.items():
        if _CALLS.search(line):
            own_lines[name] = next((catalogued_line for catalogued_line in catalogued_lines if _assigns_to(catalogued_line, name)), line)
    return "\n".join(own_lines.values())


_CALLS = re.compile(r"(?<![.\w])[a-z_]+_(df|dx|dw|db|ds|sums)\(")
"""A call of a layer's own function."""


def _assigns_to(line: str, name: str) -> bool:
    """Return whether `line` assigns to the array `name`."""
    return re.search(rf"(^|; ){name}(\[[^=]*\])? \+?= ", line) is not None


def _readable_line(program: Program, name: str, code: str) -> str:
    """Return a line as a learner would write it: reshaping a row to a map names the shape."""
    return f"dv.reshape{program.shown[name[1:]]}" if code.startswith("dv.reshape(") else code


NEAR = 0.9
"""Minimum share of the wrong numbers, or of the error, that a near explanation reproduces."""


@dataclass(frozen=True)
class Match:
    """The fit of an explanation to a wrong stage: it reproduces `reproduced` of the `of` wrong numbers and changes
    `spoiled` correct numbers. `left` is the unexplained share of the error (Euclidean norm).
    """

    explanation: Explanation
    stage: str
    reproduced: int
    of: int
    spoiled: int
    left: float

    @property
    def exact(self) -> bool:
        """Whether the explanation reproduces every number of the stage."""
        return self.reproduced == self.of and not self.spoiled

    @property
    def near(self) -> bool:
        """Whether the explanation reproduces most of the wrong numbers and spoils few correct ones, or explains most of
        the error."""
        return (self.reproduced >= NEAR * self.of and self.spoiled <= (1 - NEAR) * self.of) or self.left <= 1 - NEAR

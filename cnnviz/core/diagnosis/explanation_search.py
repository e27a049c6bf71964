"""Search for the explanation of a wrong stage: compute each candidate from the arrays before the stage, and compare the
result.

Candidates are the catalogued mistakes (core/mistakes), our line with its numbers rearranged or partly left out
(core/diagnosis/rearrangements.py), our line times a factor, and combinations of two. If arrays are missing, the error may be in one
of the missing arrays that the stage depends on.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import ArrayComparison
from cnnviz.core.diagnosis.explanations import AXES, Explanation, Match
from cnnviz.core.diagnosis.factors import ONE, named_factor
from cnnviz.core.diagnosis.given_arrays import in_program_shape
from cnnviz.core.diagnosis.rearrangements import Rearrangement, omissions, rearrangements, reorderings, shifts
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import RIGHT, WRONG, by_stage
from cnnviz.core.gradcheck.verdict import KINK
from cnnviz.core.mistakes import mistakes_for, unlisted_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.program_line import Op, Override, PassValues

Arrays = Mapping[str, np.ndarray]
MOST_CLASSES, MOST_WRITTEN = 64, 40
"""Largest number of outputs for which other targets are tried, and largest size of a target whose numbers the code
shows."""


class Suspect:
    """A wrong stage: its submitted arrays (`own`), all operations that may contain the error (`open`), and the
    submitted arrays before it (`arrays`)."""

    def __init__(self, reference: ReferencePass, arrays: Arrays, comparisons: Mapping[str, ArrayComparison], stage: str):
        self.reference, self.stage, self.found = reference, stage, comparisons
        self.own = [name for name in comparisons if stage in by_stage(reference.program.network, {name: RIGHT})]
        self.wrong = [name for name in self.own if comparisons[name].verdict == WRONG]
        self.turned = any(comparisons[name].turned for name in self.own)
        self.fed = {name: in_program_shape(reference.program, name, array) for name, array in arrays.items() if name not in self.own}
        self.open = self._find_open_lines()
        lines = reference.program.backward_lines
        line_indices = [index for index, line in enumerate(lines) if line.target in self.open]
        self.values = self._run(reference.program.all_values(reference.params, reference.trace) | {"y": reference.y}, 0, line_indices[0], {})
        self.first, self.last = line_indices[0], max(index for index in line_indices if lines[index].target in self.own) + 1

    def _find_open_lines(self) -> set[str]:
        """Return the stage's arrays and the missing arrays that they depend on."""
        names = set(self.own)
        for line in reversed(self.reference.program.backward_lines):
            if line.target in names:
                names |= {name for name in line.sources if name[0] == "d" and name not in self.fed}
        return names

    def _run(self, values: PassValues, first: int, last: int, overrides: Mapping[str, Override]) -> PassValues:
        for line in self.reference.program.backward_lines[first:last]:
            if line.target in self.fed:
                values[line.target] = self.fed[line.target]
            elif override := overrides.get(line.target):
                values[line.target] = override(values, partial(line.make, values))
            else:
                line.step(values)
        return values

    def _arrays_with(self, overrides: Mapping[str, Override]) -> Arrays:
        """Return the stage's arrays with some lines overridden."""
        values = self._run(dict(self.values), self.first, self.last, overrides)
        return {name: values[name].reshape(self.found[name].theirs.shape) for name in self.own}

    # ---- candidates

    def matches(self) -> tuple[Match, ...]:
        """Return the matching explanations, best first. If some are exact, return only the simplest of these."""
        baseline = self._arrays_with({})
        self.wrong = [name for name in self.own if name in self.wrong or not matching_entries(self.found[name], baseline[name]).all()]
        mistakes = [*self._forward_mistakes(), *((Explanation(mistake), self._arrays_with(overrides)) for mistake, overrides in self._mistakes())]
        mistakes = [(explanation, arrays) for explanation, arrays in mistakes if self._makes_difference(arrays, baseline)]
        lines = [(explanation, arrays) for explanation, arrays in self._other_lines() if self._makes_difference(arrays, baseline)]
        candidates = [self._match(explanation, arrays) for explanation, arrays in (*mistakes, *lines)]
        if self.turned:
            candidates.append(self._match(Explanation(turn=AXES, target=self.wrong[0]), baseline))
        candidates += self._scaled_matches(Explanation(), baseline)
        if not any(match.exact for match in candidates):
            for explanation, arrays in (*lines, *mistakes):
                candidates += self._scaled_matches(explanation, arrays)
            for explanation, arrays in mistakes:
                candidates += [
                    self._match(replace(explanation, turn=rearrangement, target=target), rearranged)
                    for target, rearrangement, rearranged in self._rearranged_results(arrays)
                ]
        return rank_matches(candidates, self.own)

    def _makes_difference(self, arrays: Arrays, plain: Arrays) -> bool:
        return any(not np.array_equal(arrays[name], plain[name], equal_nan=True) for name in self.own)

    def _mistakes(self) -> Iterator[tuple[PlacedMistake, Mapping[str, Override]]]:
        reference = self.reference
        for mistake in filter(None, (placed_mistake.backward for placed_mistake in self._mistakes_of_network())):
            if (overrides := mistake.overrides(reference.program, reference.optimizer, reference.state)) and self.open & set(overrides):
                yield mistake, overrides

    def _mistakes_of_network(self) -> list[PlacedMistake]:
        program = self.reference.program
        images = len(self.reference.y) if program.run.images else 1
        listed = mistakes_for(program.network, self.reference.optimizer, images, program.run.training)
        return [*listed, *unlisted_for(program.network, images, program.run.training)]

    def _forward_mistakes(self) -> Iterator[tuple[Explanation, Arrays]]:
        """Yield the stage's arrays after forward passes with a mistake, which affects the first wrong array."""
        reference = self.reference
        if next(comparison for comparison in self.found.values() if comparison.verdict == WRONG).name not in self.own:
            return
        for mistake in self._mistakes_of_network():
            if mistake.is_forward:
                gradients = mistake.run(reference.program, reference.params, reference.trace, reference.y, reference.optimizer, reference.state)
                yield Explanation(mistake), {name: gradients[name].reshape(self.found[name].theirs.shape) for name in self.own}

    def _other_lines(self) -> Iterator[tuple[Explanation, Arrays]]:
        """Yield the stage's arrays with the result of one open line rearranged, with entries left out, or replaced by the
        forward array."""
        program = self.reference.program
        for line in (line for line in program.backward_lines if line.target in self.open and "." not in line.target):
            forward = line.target[1:]
            if forward in self.values and self.values[forward].any():
                yield Explanation(target=line.target, instead=forward), self._arrays_with({line.target: partial(_replace_result, self.values[forward])})
            for rearrangement in (*rearrangements(program, line.target), *self._reorderings(line)):
                yield Explanation(turn=rearrangement, target=line.target), self._arrays_with({line.target: partial(_rearrange_result, rearrangement)})
            for source in {name for name in line.sources if name[0] == "d" and "." not in name and line.role != ""}:
                for rearrangement in (*omissions(program, source), *shifts(program, source)):
                    override = partial(_rearrange_source, line, source, rearrangement)
                    yield Explanation(turn=rearrangement, target=line.target, source=source), self._arrays_with({line.target: override})
            for source, code, array in self._other_sources(line):
                yield Explanation(target=line.target, source=source, instead=code), self._arrays_with({line.target: partial(_replace_source, line, source, array)})

        yield from self._other_targets()

    def _reorderings(self, line: Op) -> Iterator[Rearrangement]:
        """Yield the orders of filters and channels in which a kernel's gradient may have been submitted."""
        if line.target in self.own and len(self.reference.program.shapes[line.target[1:]]) == 4:
            submitted = in_program_shape(self.reference.program, line.target, self.found[line.target].theirs)
            yield from reorderings(line.make(self._run(dict(self.values), self.first, self.last, {})), submitted)

    def _other_sources(self, line: Op) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield each gradient that the line reads, with the arrays of the same shape that it may be confused with:
        earlier gradients and the forward array."""
        lines = {backward_line.target: backward_line for backward_line in self.reference.program.backward_lines}
        for source in line.sources:
            if source[0] != "d" or "." in source or source not in self.values:
                continue
            shape, names = self.values[source].shape, [source[1:]]
            previous = self._upstream_gradient(lines[source])
            while previous in self.values and self.values[previous].shape == shape:
                names.append(previous)
                previous = self._upstream_gradient(lines[previous])
            for name in names:
                if name in self.values and self.values[name].shape == shape:
                    yield source, name, self.values[name]

    @staticmethod
    def _upstream_gradient(line: Op) -> str:
        """Return the gradient that a line reads, or "" for the line of the loss."""
        return next((name for name in line.sources if name[0] == "d" and name != line.target), "")

    def _other_targets(self) -> Iterator[tuple[Explanation, Arrays]]:
        """Yield the loss gradient for other targets: the best-fitting class of each image, and 1 - y."""
        line = next(line for line in self.reference.program.backward_lines if "y" in line.sources)
        target, y = line.target.removesuffix(".each"), self.reference.y
        if target not in self.own or line.target not in self.open or y.shape[-1] > MOST_CLASSES:
            return
        classes = [np.broadcast_to(row, y.shape) for row in np.eye(y.shape[-1])]
        gradients = [self._arrays_with({line.target: partial(_replace_source, line, "y", target_row)})[target] for target_row in classes]
        distances = [np.nan_to_num(np.abs(array - self.found[target].theirs), nan=np.inf).max(axis=-1) for array in gradients]
        nearest = np.eye(y.shape[-1])[np.argmin(distances, axis=0)]
        for other_targets in (nearest, 1 - y):
            if not np.array_equal(other_targets, y):
                code = f"np.array({np.array2string(other_targets, separator=', ', threshold=MOST_WRITTEN).replace(chr(10), '')})"
                yield Explanation(target=target, source="y", instead=code), self._arrays_with({line.target: partial(_replace_source, line, "y", other_targets)})

    def _rearranged_results(self, arrays: Arrays) -> Iterator[tuple[str, Rearrangement, Arrays]]:
        """Yield the arrays with a rearrangement applied to one wrong array."""
        for target in self.wrong:
            for rearrangement in rearrangements(self.reference.program, target):
                array = rearrangement.of(in_program_shape(self.reference.program, target, arrays[target]))
                yield target, rearrangement, {**arrays, target: array.reshape(arrays[target].shape)}

    def _scaled_matches(self, explanation: Explanation, arrays: Arrays) -> list[Match]:
        """Return the explanation times the factor that fits the wrong arrays best, or an empty list if none fits."""
        pairs = [(self.found[name].theirs, arrays[name]) for name in self.wrong]
        finite_masks = [np.isfinite(theirs) & np.isfinite(ours) for theirs, ours in pairs]
        largest = max((float(np.abs(ours[is_finite]).max(initial=0)) for (_, ours), is_finite in zip(pairs, finite_masks, strict=True)), default=0.0)
        if not largest:
            return []
        size = sum(float(((ours[is_finite] / largest) ** 2).sum()) for (_, ours), is_finite in zip(pairs, finite_masks, strict=True))
        number = sum(float((theirs[is_finite] / largest * (ours[is_finite] / largest)).sum()) for (theirs, ours), is_finite in zip(pairs, finite_masks, strict=True)) / size
        if not np.isfinite(number):
            return []
        factor = named_factor(number, self._named_factors(), max(self.found[name].precision.relative for name in self.wrong))
        if not factor.is_simple and sum(int(np.count_nonzero(ours)) for _, ours in pairs) < 2:
            return []  # any two numbers differ only by a factor
        scaled = {name: factor.number * array if name in self.wrong else array for name, array in arrays.items()}
        match = self._match(explanation.times(factor), scaled)
        return [match] if match.exact and factor != ONE else []

    def _named_factors(self) -> Mapping[str, float]:
        """Return known factors by name: sizes of the summed or averaged axes, and settings."""
        program, target = self.reference.program, self.wrong[0]
        line = next(line for line in program.backward_lines if line.target == target)
        outputs, settings = {"outputs": self.reference.trace.o.shape[-1]}, {"rate": self.reference.optimizer.lr, "pixels": 255.0}
        images = {"images": float(len(self.reference.y))} if program.run.images and len(self.reference.y) > 1 else {}
        if line.layer is None and line.role:
            return {**images, **outputs, "outputs_squared": outputs["outputs"] ** 2, "two": 2.0, **settings}
        counts = {name: n for name, n in self._counts(line).items() if n > 2}
        return {**images, "two": 2.0, **counts, **{name: n for name, n in outputs.items() if n > 1}, **settings}

    def _counts(self, line: Op) -> dict[str, float]:
        """Return the counts by which a layer's line may divide: cells of the window, positions of the map, rows …"""
        program, counts = self.reference.program, {}
        shape = program.shapes[line.target[1:]]
        if line.layer is not None:
            layer, names = program.network.layers[line.layer], program.network.names[line.layer]
            if line.role != "dx":
                shape = program.shapes[names.output]
            if layer.input_kind == "map" and layer.output_kind == "row":
                counts["places"] = position_count = math.prod(program.inputs[line.layer][1:])
                counts["places_squared"] = position_count**2
            elif cells := layer.geometry().get("k", 0) ** 2:
                counts |= {"window": cells, "window_squared": cells**2} if not layer.parameter_letters else {"window": cells}
        if len(shape) == 3:
            counts |= {"places": shape[1] * shape[2], "rows": shape[1], "columns": shape[2], "channels": shape[0], "numbers": math.prod(shape)}
        elif len(shape) == 1:
            counts["units"] = shape[0]
        return {name: float(n) for name, n in counts.items()}

    def _match(self, explanation: Explanation, arrays: Arrays) -> Match:
        reproduced = wrong_count = spoiled = 0
        remaining_error = original_error = 0.0
        for name in self.own:
            comparison, wrong = self.found[name], self.found[name].wrong
            is_equal = matching_entries(comparison, arrays[name])
            reproduced, wrong_count = reproduced + int((is_equal & wrong).sum()), wrong_count + int(wrong.sum())
            spoiled += int((~is_equal & ~wrong & (comparison.marks != KINK)).sum())
            remaining_error += float(((comparison.theirs - arrays[name]) ** 2).sum())
            original_error += float(((comparison.theirs - comparison.redone) ** 2).sum())
        share = math.sqrt(remaining_error / original_error) if original_error and math.isfinite(remaining_error / original_error) else math.inf
        return Match(explanation, self.stage, reproduced, wrong_count, spoiled, share)


def matching_entries(comparison: ArrayComparison, array: np.ndarray) -> np.ndarray:
    """Return the entries that are equal up to the precision of the submitted array."""
    return comparison.precision.equal_entries(comparison.theirs, array, comparison.error_bound)


def _rearrange_result(rearrangement: Rearrangement, values: PassValues, compute_correct: Callable[[], np.ndarray]) -> np.ndarray:
    return rearrangement.of(compute_correct())


def _replace_result(array: np.ndarray, values: PassValues, compute_correct: Callable[[], np.ndarray]) -> np.ndarray:
    return array


def _rearrange_source(line: Op, source: str, rearrangement: Rearrangement, values: PassValues, compute_correct: Callable[[], np.ndarray]) -> np.ndarray:
    return line.make({**values, source: rearrangement.of(values[source])})


def _replace_source(line: Op, source: str, array: np.ndarray, values: PassValues, compute_correct: Callable[[], np.ndarray]) -> np.ndarray:
    return line.make({**values, source: array})


def rank_matches(matches: Iterable[Match], own_arrays: Iterable[str]) -> tuple[Match, ...]:
    """Return the simplest exact matches, limited to the stage's `own_arrays` arrays if possible, followed by all others,
    best first."""
    exact = [match for match in matches if match.exact]
    if exact:
        fewest_parts = min(match.explanation.parts for match in exact)
        exact = [match for match in exact if match.explanation.parts == fewest_parts]
        exact = [match for match in exact if match.explanation.target in ("", *own_arrays)] or exact
    inexact = sorted((match for match in matches if not match.exact), key=lambda match: (-match.reproduced, match.explanation.parts if match.near else math.inf, match.left))
    return (*exact, *inexact)


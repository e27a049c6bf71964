"""Text report on a user's gradients, and an example of wrong gradients."""

from collections.abc import Iterator, Mapping

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import ArrayComparison
from cnnviz.core.diagnosis.diagnosis import Diagnosis, gradient_names
from cnnviz.core.diagnosis.explanations import Match
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.diagnosis.worst_entry import worst_entry
from cnnviz.core.mistakes import mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.layers._activation import Activation
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.words import Message, message, say

SHOWN = 3
"""Upper limit of inexact explanations shown for a wrong stage."""


def reference_of(setup: Setup, snapshot: Snapshot) -> ReferencePass:
    """Return the exact backward pass at this snapshot, in its mode, ignoring the setup's deviations."""
    x, network, training = snapshot.trace.x, setup.network, snapshot.trace.training
    program = network.program(x.shape, training=training)
    trace = program.forward(snapshot.params, x, pass_inputs=snapshot.trace.kept if training else snapshot.buffers)
    y = network.targets(np.array(setup.y), trace.o.shape)
    return ReferencePass(program, snapshot.params, trace, as_frozen(y), setup.optimizer, snapshot.state)


def report(diagnosis: Diagnosis, file: str, passed_over: int = 0) -> Iterator[str]:
    """Yield each array with its verdict, then explanations for each wrong stage."""
    names = gradient_names(diagnosis.reference.program)
    yield f"# {say('terminal.check.file_has', file=file, n=len(diagnosis.arrays), count=len(names) - ('dv' in names and 'dv' not in diagnosis.arrays))}"
    if diagnosis.missing:
        yield f"# {say('terminal.check.missing', names=[label(name) for name in diagnosis.missing])}"
    if passed_over:
        yield f"# {say('own.some_checked', n=len(diagnosis.arrays), count=len(diagnosis.arrays) + passed_over)}"
    if words := diagnosis.precision.words:
        yield f"# {words}"
    if not diagnosis.is_reference_finite:
        yield f"# {say('own.not_finite')}"
    for name, comparison in diagnosis.arrays.items():
        yield f"{name:<5} {comparison.theirs.shape!s:<15} {_verdict(diagnosis, comparison)}"
        if comparison.ties:
            yield f"# {say('own.ties', n=comparison.ties, name=label(name))}"
    yield from (f"# {words}" for words in undecided_messages(diagnosis))
    if other_pass := diagnosis.forward_mistake:
        yield f"# {say('own.another_pass', mistake=other_pass.title, stage=label(other_pass.stage))}"
    for stage, matches in diagnosis.matches.items():
        yield from _explain(diagnosis, stage, matches)


def undecided_messages(diagnosis: Diagnosis) -> Iterator[Message]:
    """Yield messages on the number of undecided entries, and on arrays in which no entry is decided."""
    if diagnosis.undecided:
        yield message("own.undecided", n=diagnosis.undecided, count=diagnosis.count)
    if names := [label(name) for name, comparison in diagnosis.arrays.items() if comparison.nothing_decided and diagnosis.is_reference_finite]:
        yield message("own.round_off", names=names)


def summary_line(diagnosis: Diagnosis) -> str:
    """Return a machine-readable summary: "first wrong: dz1", "all right" or "nothing told"."""
    return f"first wrong: {diagnosis.first}" if diagnosis.verdict == "wrong" else "all right" if diagnosis.verdict == "right" else "nothing told"


def _verdict(diagnosis: Diagnosis, comparison: ArrayComparison) -> str:
    if comparison.verdict == RIGHT:
        return say("terminal.check.undecided" if comparison.nothing_decided else "terminal.check.right")
    if comparison.verdict == INHERITS:
        return say("terminal.check.inherits", n=int(comparison.wrong.sum()), count=comparison.wrong.size)
    return say("terminal.check.wrong", n=int(comparison.wrong.sum()), count=comparison.wrong.size)


def _explain(diagnosis: Diagnosis, stage: str, matches: tuple[Match, ...]) -> Iterator[str]:
    wrong_arrays = [array for array in diagnosis.arrays.values() if diagnosis.stage_of(array.name) == stage and array.verdict == WRONG]
    yield ""
    yield f"# {say('terminal.check.first' if stage == diagnosis.first else 'terminal.check.also', stage=label(stage))}"
    for array in wrong_arrays:
        yield from _worst(array)
    matches_shown = close_matches(matches)
    yield from (f"# {words}" for words in match_messages(diagnosis, stage, matches_shown))
    if matches_shown:
        wrong, correct = matches_shown[0].explanation.code(diagnosis.reference.program, stage, tuple(array.name for array in wrong_arrays))
        yield from (f"- {line}" for line in wrong.split("\n"))
        yield from (f"+ {line}" for line in correct.split("\n"))


def close_matches(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return the matches worth showing: the exact ones, or the first few close ones."""
    return tuple(match for match in matches if match.exact) or tuple(match for match in matches if match.near)[:SHOWN]


def match_messages(diagnosis: Diagnosis, stage: str, matches: tuple[Match, ...]) -> Iterator[Message]:
    """Yield messages on the fit of each match, the location of the mistake, and other possible causes."""
    if not matches:
        yield message("own.unknown")
    for match in matches:
        yield message("own.exact" if match.exact else "own.nearest", slip=match.explanation.title, n=match.reproduced, count=match.of)
    if matches and (origin_stage := matches[0].explanation.location) and origin_stage != stage:
        yield message("own.made_before", made=label(origin_stage), stage=label(stage))
    if not matches and stage == diagnosis.reference.program.backward_lines[0].target:
        yield message("own.same_lesson", stage=label(stage))


def _worst(comparison: ArrayComparison) -> Iterator[str]:
    if comparison.turned:
        shape = tuple(comparison.theirs.shape[comparison.turned.index(axis)] for axis in range(len(comparison.turned)))
        yield f"# {say('own.other_shape', name=label(comparison.name), shape=str(shape), wanted=str(comparison.ours.shape))}"
        return
    worst = worst_entry(comparison)
    yield f"# {say('own.worst', entry=worst.entry, yours=worst.yours, ours=worst.ours, error=worst.error)}"
    if worst.ratios:
        yield f"# {say('own.ratio', low=worst.ratios[0], high=worst.ratios[1])}"


def example_of(reference: ReferencePass) -> tuple[PlacedMistake, Mapping[str, np.ndarray]] | None:
    """Return a typical mistake in the first hidden activation and the resulting gradients, or None if no such layer
    exists.

    >>> from cnnviz.core.setup.setup import Setup
    >>> from cnnviz.core.training.snapshots import run_updates
    >>> mistake, gradients = example_of(reference_of(Setup(), run_updates(Setup(), np.zeros((32, 32)), 0)))
    >>> mistake.address, sorted(gradients)
    ('sigmoid_prime_of_z@dz1', ['da1', 'db', 'df', 'do', 'dw', 'dz1', 'dz2'])
    """
    network = reference.program.network
    candidates = [
        candidate
        for candidate in mistakes_for(network, reference.optimizer)
        if candidate.place is not None and candidate.place < len(network.layers) - 1 and isinstance(network.layers[candidate.place], Activation)
    ]
    if not candidates:
        return None
    mistake = min(candidates, key=lambda candidate: candidate.place or 0)
    gradients = mistake.run(reference.program, reference.params, reference.trace, reference.y, reference.optimizer, reference.state)
    return mistake, {name: gradients[name] for name in gradients if name not in ("dx", "dv")}

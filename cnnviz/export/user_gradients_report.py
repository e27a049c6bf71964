"""Text report on the defects of a user's gradients, and an example with a defect."""

from collections.abc import Iterator, Mapping

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import Compared
from cnnviz.core.diagnosis.diagnosis import Diagnosis, gradient_names
from cnnviz.core.diagnosis.explanations import Match
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.diagnosis.worst_entry import worst_of
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
    trace = program.forward(snapshot.params, x, given=snapshot.trace.kept if training else snapshot.buffers)
    y = network.targets(np.array(setup.y), trace.o.shape)
    return ReferencePass(program, snapshot.params, trace, as_frozen(y), setup.optimizer, snapshot.state)


def report(found: Diagnosis, file: str, passed_over: int = 0) -> Iterator[str]:
    """Yield each array with its verdict, then explanations for each wrong stage."""
    names = gradient_names(found.reference.program)
    yield f"# {say('terminal.check.file_has', file=file, n=len(found.arrays), count=len(names) - ('dv' in names and 'dv' not in found.arrays))}"
    if found.missing:
        yield f"# {say('terminal.check.missing', names=[label(name) for name in found.missing])}"
    if passed_over:
        yield f"# {say('own.some_checked', n=len(found.arrays), count=len(found.arrays) + passed_over)}"
    if words := found.precision.words:
        yield f"# {words}"
    if not found.ours_finite:
        yield f"# {say('own.not_finite')}"
    for name, one in found.arrays.items():
        yield f"{name:<5} {one.theirs.shape!s:<15} {_verdict(found, one)}"
        if one.ties:
            yield f"# {say('own.ties', n=one.ties, name=label(name))}"
    yield from (f"# {words}" for words in undecided(found))
    if other := found.another_pass:
        yield f"# {say('own.another_pass', mistake=other.title, stage=label(other.stage))}"
    for stage, matches in found.matches.items():
        yield from _explained(found, stage, matches)


def undecided(found: Diagnosis) -> Iterator[Message]:
    """Yield messages with the number of undecided entries, and the arrays without any decided entry."""
    if found.undecided:
        yield message("own.undecided", n=found.undecided, count=found.count)
    if names := [label(name) for name, one in found.arrays.items() if one.nothing_decided and found.ours_finite]:
        yield message("own.round_off", names=names)


def last_line(found: Diagnosis) -> str:
    """Return a machine-readable summary: "first wrong: dz1", "all right" or "nothing told"."""
    return f"first wrong: {found.first}" if found.verdict == "wrong" else "all right" if found.verdict == "right" else "nothing told"


def _verdict(found: Diagnosis, one: Compared) -> str:
    if one.verdict == RIGHT:
        return say("terminal.check.undecided" if one.nothing_decided else "terminal.check.right")
    if one.verdict == INHERITS:
        return say("terminal.check.inherits", n=int(one.wrong.sum()), count=one.wrong.size)
    return say("terminal.check.wrong", n=int(one.wrong.sum()), count=one.wrong.size)


def _explained(found: Diagnosis, stage: str, matches: tuple[Match, ...]) -> Iterator[str]:
    own = [one for one in found.arrays.values() if found.stage_of(one.name) == stage and one.verdict == WRONG]
    yield ""
    yield f"# {say('terminal.check.first' if stage == found.first else 'terminal.check.also', stage=label(stage))}"
    for one in own:
        yield from _worst(one)
    near = near_ones(matches)
    yield from (f"# {words}" for words in said(found, stage, near))
    if near:
        wrong, right = near[0].explanation.code(found.reference.program, stage, tuple(one.name for one in own))
        yield from (f"- {line}" for line in wrong.split("\n"))
        yield from (f"+ {line}" for line in right.split("\n"))


def near_ones(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return the matches worth showing: the exact ones, or the first few close ones."""
    return tuple(match for match in matches if match.exact) or tuple(match for match in matches if match.near)[:SHOWN]


def said(found: Diagnosis, stage: str, near: tuple[Match, ...]) -> Iterator[Message]:
    """Yield messages on how well each match explains the gradient, where the mistake was made, and other possible
    causes."""
    if not near:
        yield message("own.unknown")
    for match in near:
        yield message("own.exact" if match.exact else "own.nearest", slip=match.explanation.title, n=match.reproduced, count=match.of)
    if near and (made := near[0].explanation.made_at) and made != stage:
        yield message("own.made_before", made=label(made), stage=label(stage))
    if not near and stage == found.reference.program.backward_lines[0].target:
        yield message("own.same_lesson", stage=label(stage))


def _worst(one: Compared) -> Iterator[str]:
    if one.turned:
        shape = tuple(one.theirs.shape[one.turned.index(axis)] for axis in range(len(one.turned)))
        yield f"# {say('own.other_shape', name=label(one.name), shape=str(shape), wanted=str(one.ours.shape))}"
        return
    worst = worst_of(one)
    yield f"# {say('own.worst', entry=worst.entry, yours=worst.yours, ours=worst.ours, error=worst.error)}"
    if worst.ratios:
        yield f"# {say('own.ratio', low=worst.ratios[0], high=worst.ratios[1])}"


def example_of(reference: ReferencePass) -> tuple[PlacedMistake, Mapping[str, np.ndarray]] | None:
    """Return a typical mistake in the first hidden activation and the gradients that result from it, or None if there
    is no such layer.

    >>> from cnnviz.core.setup.setup import Setup
    >>> from cnnviz.core.training.snapshots import run_updates
    >>> mistake, gradients = example_of(reference_of(Setup(), run_updates(Setup(), np.zeros((32, 32)), 0)))
    >>> mistake.address, sorted(gradients)
    ('sigmoid_prime_of_z@dz1', ['da1', 'db', 'df', 'do', 'dw', 'dz1', 'dz2'])
    """
    network = reference.program.network
    hidden = [
        one
        for one in mistakes_for(network, reference.optimizer)
        if one.place is not None and one.place < len(network.layers) - 1 and isinstance(network.layers[one.place], Activation)
    ]
    if not hidden:
        return None
    mistake = min(hidden, key=lambda one: one.place or 0)
    made = mistake.run(reference.program, reference.params, reference.trace, reference.y, reference.optimizer, reference.state)
    return mistake, {name: made[name] for name in made if name not in ("dx", "dv")}

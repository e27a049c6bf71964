"""The tab of the user's gradients beside ours: the first wrong stage, stages that inherit its error, and the mistake
it looks like."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import Compared
from cnnviz.core.diagnosis.diagnosis import Diagnosis, diagnose
from cnnviz.core.diagnosis.explanations import right_lines
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.diagnosis.worst_entry import worst_of
from cnnviz.core.gradcheck import relative_error, verdict
from cnnviz.core.network.named_arrays import one_image
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.isolation import isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.read_only import freeze_all
from cnnviz.data.user_gradients import UserGradients, read_gradients_of
from cnnviz.export.user_gradients_report import example_of, near_ones, reference_of, said, undecided
from cnnviz.pages.address import PageRequest
from cnnviz.pages.check.checked_chain import drawn_errors
from cnnviz.pages.check.tabs import tabs, views
from cnnviz.pages.gradient_chain import ERROR, RATIO, GradientChain, Operation, Row, operations
from cnnviz.pages.map_parts import Part, filled_part, part
from cnnviz.pages.map_records import largest
from cnnviz.wire.check import CheckData, CodeData, ExplanationData, UserGradientsData, UserStage
from cnnviz.wire.gradient_chain import CardState
from cnnviz.words import Message, Problem, languages, message, say

SHOWN = 3
"""Number of mistakes that are shown beside each other."""

File = tuple[str, bytes]
"""Name and content of an uploaded file."""

Found = tuple[UserGradients, Diagnosis] | Problem | None


def found_in(now: PageRequest, file: File | None) -> Found:
    """Return the file's gradients compared with this setup, a Problem if that is impossible, or None without a file."""
    if file is None:
        return None
    name = (now.setup.start, now.setup.k, now.setup.mode, now.snapshot.trace.x.tobytes(), hashlib.sha256(file[1]).digest())
    return _known.get_or_make(name, lambda: _compared(now, file[1]))


def _compared(now: PageRequest, data: bytes) -> Found:
    reference = reference_of(now.setup, now.snapshot)
    try:
        own = isolated(read_gradients_of, data, now.setup, now.snapshot.trace.x.shape)
        freeze_all(dict(own.arrays))  # arrays from the worker process are writable again
        return own, diagnose(reference, own.arrays, own.precisions)
    except Problem as problem:
        return problem


MOST_BYTES = 20_000_000
"""Cache size of all comparisons, in bytes."""

_known: LruCache[tuple[Hashable, ...], Found] = LruCache(MOST_BYTES, held_bytes)


def chain(now: PageRequest, file: File | None, found: Found) -> GradientChain:
    """Return the chain of yours, ours, their ratio and the errors; ours alone if no file can be compared."""
    reference = reference_of(now.setup, now.snapshot)
    exact = reference.program.backward(reference.params, reference.trace, reference.y)
    # one image of several is shown
    one = now.setup.network.program(now.setup.x_shape, training=now.snapshot.trace.training)
    ways = operations(one)

    def of_image(name: str, array: np.ndarray) -> np.ndarray:
        return one_image(array, now.setup.image) if reference.program.has_images(name) else array

    right = {way.makes: of_image(way.makes, exact[way.makes]) for way in ways}
    ours = Row("ours", message("ui.check.own.ours"), right)
    if not isinstance(found, tuple):
        return _alone(one, ways, ours, found)
    own, diagnosis = found
    arrays = {way.makes: diagnosis.arrays[way.makes] for way in ways if way.makes in diagnosis.arrays}
    errors = {name: of_image(name, _errors(array)) for name, array in arrays.items()}
    apart = {name: of_image(name, _apart(array)) for name, array in arrays.items()}
    parts = tuple(_part(one, way.makes, right[way.makes], apart.get(way.makes)) for way in ways)
    yours = Row("yours", message("ui.check.own.yours"), {name: of_image(name, array.theirs) for name, array in arrays.items()})
    return GradientChain(
        title=_title(diagnosis),
        verdict=_verdict(file[0] if file else "", diagnosis),
        good=None if diagnosis.verdict == "not finite" or diagnosis.another_pass else diagnosis.verdict == "right",
        rows=(yours, ours, *_ratio(yours.arrays, right, bool(diagnosis.first)), Row("error", message("ui.check.rows.error"), errors, ERROR)),
        parts=parts,
        operations=ways,
        subject=next((name for name in arrays if arrays[name].verdict == WRONG), next(iter(arrays), ways[-1].makes)),
        states={way.makes: _state(diagnosis, way.makes) for way in ways},
        mistakes=_explanations(diagnosis),
        sentences=(*_sentences(own, diagnosis), *own.notes),
        cells=_cells(parts, apart, right, diagnosis.first),
        tabs=tabs("own"),
        views=views(now.setup, "own"),
    )


def _alone(program: Program, ways: tuple[Operation, ...], ours: Row, problem: Problem | None) -> GradientChain:
    """Return the chain of our gradients alone, with instructions, or the reason why a file cannot be compared."""
    verdict = problem.message if problem else message("ui.check.own.choose")
    parts = tuple(filled_part(program, way.makes, ours.arrays[way.makes]) for way in ways)
    title = message("ui.check.own.question")
    return GradientChain(title, verdict, False if problem else None, (ours,), parts, ways, ways[-1].makes, {}, sentences=_how(ways), tabs=tabs("own"))


def _explanations(found: Diagnosis) -> dict[str, Message]:
    """Return the mistake that each wrong array looks like, if known."""
    near = {stage: near_ones(matches) for stage, matches in found.matches.items()}
    return {name: near[found.stage_of(name)][0].explanation.title for name, one in found.arrays.items() if one.verdict == WRONG and near.get(found.stage_of(name))}


def _errors(one: Compared) -> np.ndarray:
    """Return the error of each entry; NaN if undecided or dominated by round-off."""
    with np.errstate(all="ignore"):
        return drawn_errors(relative_error(one.theirs, one.ours), one.marks <= verdict.WRONG)


def _apart(one: Compared) -> np.ndarray:
    """Return the absolute errors of wrong entries, and 0 for others."""
    with np.errstate(all="ignore"):
        return np.where(one.wrong, np.nan_to_num(np.abs(one.theirs - one.ours), nan=np.inf, posinf=np.inf), 0.0)


def _ratio(yours: Mapping[str, np.ndarray], ours: Mapping[str, np.ndarray], wrong: bool) -> tuple[Row, ...]:
    """Return the row of yours ÷ ours, which reveals a factor, a sign or a flip; 1 if both are 0. No row if all are
    right."""
    if not wrong:
        return ()
    with np.errstate(all="ignore"):
        ratios = {name: np.where(array == ours[name], 1.0, array / ours[name]) for name, array in yours.items()}
    return (Row("ratio", message("ui.check.rows.ratio"), ratios, RATIO),)


def _how(ways: tuple[Operation, ...]) -> tuple[Message, ...]:
    """Return instructions to save gradients by their names in this network."""
    names = [way.makes for way in ways if way.makes != "dx"]
    return (message("ui.check.own.how", save=", ".join(f"{name}={name}" for name in names)), message("ui.check.own.exercise"))


def _wrong_in(found: Diagnosis, stage: str) -> tuple[str, ...]:
    """Return the wrong arrays of a stage: ∂b alone, for example, if ∂w of the same stage is right."""
    return tuple(name for name, one in found.arrays.items() if one.verdict == WRONG and found.stage_of(name) == stage)


def _label(found: Diagnosis, stage: str) -> str:
    """Return the label of a wrong stage: that of its first wrong array."""
    return label(next(iter(_wrong_in(found, stage)), stage))


def _title(found: Diagnosis) -> Message:
    if found.another_pass:
        return message("ui.check.own.another_pass.title")
    if found.verdict == "wrong":
        return message("ui.check.own.wrong", stage=_label(found, found.first))
    return message("ui.check.own.all_right" if found.verdict == "right" else "ui.check.own.nothing_decided")


def _verdict(file: str, found: Diagnosis) -> Message:
    if found.verdict == "not finite":
        return message("own.not_finite")
    if found.verdict == "undecided":
        return message("own.undecided", n=found.undecided, count=found.count)
    name = file[:60]
    if not found.first:
        return message("ui.check.own.agree_where_told" if found.undecided else "ui.check.own.agree", n=found.count - found.undecided, count=found.count, file=name)
    if other := found.another_pass:
        return message("ui.check.own.another_pass.words", mistake=other.title, stage=label(other.stage), file=name)
    return message("ui.check.own.differ", n=found.wrong, count=found.count, stage=_label(found, found.first), file=name)


def _sentences(own: UserGradients, found: Diagnosis) -> list[Message]:
    said_of: list[Message] = []
    if found.first:
        wrong = next(one for one in found.arrays.values() if one.verdict == WRONG)
        worst = worst_of(wrong)
        if worst.ratios and not wrong.turned:
            low, high = worst.ratios
            one = np.isclose(low, high, rtol=1e-3)
            if one or low * high > 0:  # ratios of both signs are not meaningful
                said_of.append(message("own.one_ratio" if one else "own.ratio", low=low, high=high))
    inherit = [label(stage) for stage, verdict in found.stages.items() if verdict == INHERITS]
    if inherit and not found.another_pass:
        said_of.append(message("ui.check.own.inherit", n=len(inherit), stages=inherit))
    if also := [_label(found, stage) for stage, verdict in found.stages.items() if verdict == WRONG and stage != found.first]:
        said_of.append(message("ui.check.own.also", stages=also))
    said_of += [message("own.ties", n=one.ties, name=label(name)) for name, one in found.arrays.items() if one.ties]
    said_of += undecided(found)
    if own.passed_over:
        said_of.append(message("own.some_checked", n=len(found.arrays), count=len(found.arrays) + len(own.passed_over)))
    if words := found.precision.words:
        said_of.append(words)
    if found.missing:
        said_of.append(message("ui.check.own.missing", names=[label(name) for name in found.missing]))
    return said_of


def _state(found: Diagnosis, symbol: str) -> CardState:
    one = found.arrays.get(symbol)
    if one is None:
        return "missing"
    if found.another_pass and one.verdict != RIGHT:
        return "another"
    if one.verdict == WRONG:
        return "first" if found.stage_of(symbol) == found.first else "wrong"
    if one.verdict == INHERITS:
        return "inherits"
    return "undecided" if one.nothing_decided else "right"


def _part(program: Program, symbol: str, ours: np.ndarray, apart: np.ndarray | None) -> Part:
    """Return the channel with the largest error, else the first with a number."""
    first = filled_part(program, symbol, ours)
    if apart is None or not np.any(apart):
        return first
    return part(program, symbol, tuple(largest(apart, first.shape)))


def _cells(parts: Sequence[Part], apart: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray], first: str) -> dict[str, list[int]]:
    """Return the selected cell of each array; maps of the first wrong array's size use its cell, since selection is
    shared."""
    found = {part.symbol: _cell(part, apart.get(part.symbol), right[part.symbol]) for part in parts}
    sizes = {part.symbol: part.of(right[part.symbol]).shape for part in parts}
    return {symbol: found[first] if sizes[symbol] == sizes.get(first) else cell for symbol, cell in found.items()}


def _cell(one: Part, apart: np.ndarray | None, ours: np.ndarray) -> list[int]:
    """Return the cell with the largest error, or the largest gradient if nothing is wrong."""
    of = one.of(apart if apart is not None and np.any(apart) else np.abs(ours))
    return largest(np.nan_to_num(of, nan=0.0), of.shape)


# ---- records besides the chain


def more(now: PageRequest, file: File | None, found: Found) -> Mapping[str, object]:
    """Return the records besides the chain: the file, the mistake that each wrong stage looks like, and its line of
    code."""
    own = UserGradientsData(file=file[0][:60] if file else "", example="", stages=[])
    check = CheckData(tab="own", entry=None, code=None, falls="", best=None, foot=[], third=None, own=own)
    if isinstance(found, tuple):
        stages = [_looks_like(found[1], stage) for stage in found[1].matches]
        own["stages"] = [_without_code(stage) for stage in stages] if _is_example(own["file"]) else stages
    elif file is None:
        check["own"] = _example(now)
    return {"check": check}


def _is_example(file: str) -> bool:
    """Return whether a file has the name of our example."""
    return any(file == say("ui.check.own.example_file", lang) for lang in languages())


def _without_code(stage: UserStage) -> UserStage:
    """Remove a stage's lines, which would give away the solution of an exercise."""
    return {**stage, "code": CodeData(wrong="", right="")}


def _example(now: PageRequest) -> UserGradientsData:
    """Return the response to an example with one mistake, without the right line."""
    reference = reference_of(now.setup, now.snapshot)
    made = example_of(reference)
    found = diagnose(reference, made[1]) if made else None
    if not made or not found or not found.first:
        return UserGradientsData(file="", example="", stages=[])
    inherit = [label(stage) for stage, verdict in found.stages.items() if verdict == INHERITS]
    values = {"mistake": made[0].title, "first": _label(found, found.first), "n": found.wrong, "count": found.count}
    words = message("ui.check.own.example", **values)
    if inherit:
        words = message("words.sentences", first=words, second=message("ui.check.own.inherit", n=len(inherit), stages=inherit))
    return UserGradientsData(file="", example=words, stages=[_without_code(_looks_like(found, found.first))])


def _looks_like(found: Diagnosis, stage: str) -> UserStage:
    matches = found.matches[stage]
    near = near_ones(matches)
    others = [match for match in matches if near and match not in near and match.explanation.placed]
    shown = (*near, *others)[:SHOWN]
    own = _wrong_in(found, stage)
    title = near[0].explanation.title if near else message("own.unknown")
    how = message("ui.check.own.nearest" if near else "ui.check.own.none", stage=_label(found, stage))
    if near and near[0].exact:
        how = message("ui.check.own.exact", stage=_label(found, stage))
    program = found.reference.program
    wrong, right = near[0].explanation.code(program, stage, own) if near else ("", right_lines(program, own))
    counts = [
        ExplanationData(title=one.explanation.title, share=one.reproduced / max(1, one.of), count=message("ui.check.own.count", n=one.reproduced, count=one.of))
        for one in shown
    ]
    words = [one for one in said(found, stage, near) if one.id in ("own.made_before", "own.same_lesson")]
    return UserStage(how=how, title=title, matches=counts, code=CodeData(wrong=wrong, right=right), words=words)

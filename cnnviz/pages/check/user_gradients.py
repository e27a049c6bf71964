"""The tab that compares the user's gradients with ours: the first wrong stage, stages that inherit its error, and the
mistake that explains it."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from cnnviz.core.diagnosis.array_verdicts import ArrayComparison
from cnnviz.core.diagnosis.diagnosis import Diagnosis, diagnose
from cnnviz.core.diagnosis.explanations import correct_lines
from cnnviz.core.diagnosis.stage_verdicts import INHERITS, RIGHT, WRONG
from cnnviz.core.diagnosis.worst_entry import worst_entry
from cnnviz.core.gradcheck import relative_error, verdict
from cnnviz.core.network.named_arrays import one_image
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.isolation import run_isolated
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.runtime.read_only import freeze_all
from cnnviz.data.user_gradients import UserGradients, read_gradients_of
from cnnviz.export.user_gradients_report import (
    close_matches,
    example_of,
    match_messages,
    reference_of,
    undecided_messages,
)
from cnnviz.pages.address import PageRequest
from cnnviz.pages.check.checked_chain import mask_undecided
from cnnviz.pages.check.tabs import tabs, view_switches
from cnnviz.pages.gradient_chain import ERROR, RATIO, GradientChain, Operation, Row, operations
from cnnviz.pages.map_parts import Part, filled_part, part
from cnnviz.pages.map_records import largest
from cnnviz.wire.check import CheckData, CodeData, ExplanationData, UserGradientsData, UserStage
from cnnviz.wire.gradient_chain import CardState
from cnnviz.words import Message, Problem, languages, message, say

SHOWN = 3
"""Number of mistakes that are shown side by side."""

File = tuple[str, bytes]
"""Name and content of an uploaded file."""

Comparison = tuple[UserGradients, Diagnosis] | Problem | None


def compare_file(request: PageRequest, file: File | None) -> Comparison:
    """Return the file's gradients compared with this setup, a Problem if that is impossible, or None without a file."""
    if file is None:
        return None
    key = (request.setup.start, request.setup.k, request.setup.mode, request.snapshot.trace.x.tobytes(), hashlib.sha256(file[1]).digest())
    return _COMPARISONS.get_or_make(key, lambda: _compare(request, file[1]))


def _compare(request: PageRequest, data: bytes) -> Comparison:
    reference = reference_of(request.setup, request.snapshot)
    try:
        gradients = run_isolated(read_gradients_of, data, request.setup, request.snapshot.trace.x.shape)
        freeze_all(dict(gradients.arrays))  # arrays from the worker process are writable again
        return gradients, diagnose(reference, gradients.arrays, gradients.precisions)
    except Problem as problem:
        return problem


MOST_BYTES = 20_000_000
"""Cache size of all comparisons, in bytes."""

_COMPARISONS: LruCache[tuple[Hashable, ...], Comparison] = LruCache(MOST_BYTES, held_bytes)


def chain(request: PageRequest, file: File | None, comparison: Comparison) -> GradientChain:
    """Return the chain of the user's gradients, ours, their ratio and the errors, or only ours if no file can be
    compared."""
    reference = reference_of(request.setup, request.snapshot)
    exact = reference.program.backward(reference.params, reference.trace, reference.y)
    # one image of several is shown
    program = request.setup.network.program(request.setup.x_shape, training=request.snapshot.trace.training)
    steps = operations(program)

    def of_image(name: str, array: np.ndarray) -> np.ndarray:
        return one_image(array, request.setup.image) if reference.program.has_images(name) else array

    exact_arrays = {operation.makes: of_image(operation.makes, exact[operation.makes]) for operation in steps}
    our_row = Row("ours", message("ui.check.own.ours"), exact_arrays)
    if not isinstance(comparison, tuple):
        return _exact_chain(program, steps, our_row, comparison)
    gradients, diagnosis = comparison
    arrays = {operation.makes: diagnosis.arrays[operation.makes] for operation in steps if operation.makes in diagnosis.arrays}
    errors = {name: of_image(name, _errors(array)) for name, array in arrays.items()}
    distances = {name: of_image(name, _absolute_errors(array)) for name, array in arrays.items()}
    parts = tuple(_part(program, operation.makes, exact_arrays[operation.makes], distances.get(operation.makes)) for operation in steps)
    your_row = Row("yours", message("ui.check.own.yours"), {name: of_image(name, array.theirs) for name, array in arrays.items()})
    return GradientChain(
        title=_title(diagnosis),
        verdict=_verdict(file[0] if file else "", diagnosis),
        good=None if diagnosis.verdict == "not finite" or diagnosis.forward_mistake else diagnosis.verdict == "right",
        rows=(your_row, our_row, *_ratio(your_row.arrays, exact_arrays, bool(diagnosis.first)), Row("error", message("ui.check.rows.error"), errors, ERROR)),
        parts=parts,
        operations=steps,
        subject=next((name for name in arrays if arrays[name].verdict == WRONG), next(iter(arrays), steps[-1].makes)),
        states={operation.makes: _state(diagnosis, operation.makes) for operation in steps},
        mistakes=_explanations(diagnosis),
        sentences=(*_sentences(gradients, diagnosis), *gradients.notes),
        cells=_cells(parts, distances, exact_arrays, diagnosis.first),
        tabs=tabs("own"),
        views=view_switches(request.setup, "own"),
    )


def _exact_chain(program: Program, steps: tuple[Operation, ...], ours: Row, problem: Problem | None) -> GradientChain:
    """Return the chain of our gradients alone, with instructions, or the reason why a file cannot be compared."""
    verdict = problem.message if problem else message("ui.check.own.choose")
    parts = tuple(filled_part(program, operation.makes, ours.arrays[operation.makes]) for operation in steps)
    title = message("ui.check.own.question")
    return GradientChain(title, verdict, False if problem else None, (ours,), parts, steps, steps[-1].makes, {}, sentences=_instructions(steps), tabs=tabs("own"))


def _explanations(diagnosis: Diagnosis) -> dict[str, Message]:
    """Return the mistake that each wrong array looks like, if known."""
    near_matches = {stage: close_matches(matches) for stage, matches in diagnosis.matches.items()}
    stages = {name: diagnosis.stage_of(name) for name, array in diagnosis.arrays.items() if array.verdict == WRONG}
    return {name: near_matches[stage][0].explanation.title for name, stage in stages.items() if near_matches.get(stage)}


def _errors(array: ArrayComparison) -> np.ndarray:
    """Return the error of each entry; NaN if undecided or dominated by round-off."""
    with np.errstate(all="ignore"):
        return mask_undecided(relative_error(array.theirs, array.ours), array.marks <= verdict.WRONG)


def _absolute_errors(array: ArrayComparison) -> np.ndarray:
    """Return the absolute errors of wrong entries, and 0 for others."""
    with np.errstate(all="ignore"):
        return np.where(array.wrong, np.nan_to_num(np.abs(array.theirs - array.ours), nan=np.inf, posinf=np.inf), 0.0)


def _ratio(yours: Mapping[str, np.ndarray], ours: Mapping[str, np.ndarray], is_wrong: bool) -> tuple[Row, ...]:
    """Return the row of yours ÷ ours, which reveals a factor, a sign or a flip; 1 if both are 0. No row if all are
    right."""
    if not is_wrong:
        return ()
    with np.errstate(all="ignore"):
        ratios = {name: np.where(array == ours[name], 1.0, array / ours[name]) for name, array in yours.items()}
    return (Row("ratio", message("ui.check.rows.ratio"), ratios, RATIO),)


def _instructions(steps: tuple[Operation, ...]) -> tuple[Message, ...]:
    """Return instructions to save gradients by their names in this network."""
    names = [operation.makes for operation in steps if operation.makes != "dx"]
    return (message("ui.check.own.how", save=", ".join(f"{name}={name}" for name in names)), message("ui.check.own.exercise"))


def _wrong_arrays(diagnosis: Diagnosis, stage: str) -> tuple[str, ...]:
    """Return the wrong arrays of a stage: ∂b alone, for example, if ∂w of the same stage is right."""
    return tuple(name for name, array in diagnosis.arrays.items() if array.verdict == WRONG and diagnosis.stage_of(name) == stage)


def _label(diagnosis: Diagnosis, stage: str) -> str:
    """Return the label of a wrong stage: that of its first wrong array."""
    return label(next(iter(_wrong_arrays(diagnosis, stage)), stage))


def _title(diagnosis: Diagnosis) -> Message:
    if diagnosis.forward_mistake:
        return message("ui.check.own.another_pass.title")
    if diagnosis.verdict == "wrong":
        return message("ui.check.own.wrong", stage=_label(diagnosis, diagnosis.first))
    return message("ui.check.own.all_right" if diagnosis.verdict == "right" else "ui.check.own.nothing_decided")


def _verdict(file: str, diagnosis: Diagnosis) -> Message:
    if diagnosis.verdict == "not finite":
        return message("own.not_finite")
    if diagnosis.verdict == "undecided":
        return message("own.undecided", n=diagnosis.undecided, count=diagnosis.count)
    name = file[:60]
    if not diagnosis.first:
        message_key = "agree_where_told" if diagnosis.undecided else "agree"
        return message(f"ui.check.own.{message_key}", n=diagnosis.count - diagnosis.undecided, count=diagnosis.count, file=name)
    if mistake := diagnosis.forward_mistake:
        return message("ui.check.own.another_pass.words", mistake=mistake.title, stage=label(mistake.stage), file=name)
    return message("ui.check.own.differ", n=diagnosis.wrong, count=diagnosis.count, stage=_label(diagnosis, diagnosis.first), file=name)


def _sentences(gradients: UserGradients, diagnosis: Diagnosis) -> list[Message]:
    sentences: list[Message] = []
    if diagnosis.first:
        wrong = next(one for one in diagnosis.arrays.values() if one.verdict == WRONG)
        worst = worst_entry(wrong)
        if worst.ratios and not wrong.turned:
            low, high = worst.ratios
            one = np.isclose(low, high, rtol=1e-3)
            if one or low * high > 0:  # ratios of both signs are not meaningful
                sentences.append(message("own.one_ratio" if one else "own.ratio", low=low, high=high))
    inheriting = [label(stage) for stage, verdict in diagnosis.stages.items() if verdict == INHERITS]
    if inheriting and not diagnosis.forward_mistake:
        sentences.append(message("ui.check.own.inherit", n=len(inheriting), stages=inheriting))
    if other_stages := [_label(diagnosis, stage) for stage, verdict in diagnosis.stages.items() if verdict == WRONG and stage != diagnosis.first]:
        sentences.append(message("ui.check.own.also", stages=other_stages))
    sentences += [message("own.ties", n=one.ties, name=label(name)) for name, one in diagnosis.arrays.items() if one.ties]
    sentences += undecided_messages(diagnosis)
    if gradients.passed_over:
        sentences.append(message("own.some_checked", n=len(diagnosis.arrays), count=len(diagnosis.arrays) + len(gradients.passed_over)))
    if words := diagnosis.precision.words:
        sentences.append(words)
    if diagnosis.missing:
        sentences.append(message("ui.check.own.missing", names=[label(name) for name in diagnosis.missing]))
    return sentences


def _state(diagnosis: Diagnosis, symbol: str) -> CardState:
    array = diagnosis.arrays.get(symbol)
    if array is None:
        return "missing"
    if diagnosis.forward_mistake and array.verdict != RIGHT:
        return "another"
    if array.verdict == WRONG:
        return "first" if diagnosis.stage_of(symbol) == diagnosis.first else "wrong"
    if array.verdict == INHERITS:
        return "inherits"
    return "undecided" if array.nothing_decided else "right"


def _part(program: Program, symbol: str, ours: np.ndarray, distances: np.ndarray | None) -> Part:
    """Return the channel with the largest error, else the first with a number."""
    default_part = filled_part(program, symbol, ours)
    if distances is None or not np.any(distances):
        return default_part
    return part(program, symbol, tuple(largest(distances, default_part.shape)))


def _cells(parts: Sequence[Part], distances: Mapping[str, np.ndarray], exact: Mapping[str, np.ndarray], first: str) -> dict[str, list[int]]:
    """Return the selected cell of each array; maps of the first wrong array's size use its cell, since selection is
    shared."""
    cells = {part.symbol: _cell(part, distances.get(part.symbol), exact[part.symbol]) for part in parts}
    sizes = {part.symbol: part.extract(exact[part.symbol]).shape for part in parts}
    return {symbol: cells[first] if sizes[symbol] == sizes.get(first) else cell for symbol, cell in cells.items()}


def _cell(part: Part, distances: np.ndarray | None, ours: np.ndarray) -> list[int]:
    """Return the cell with the largest error, or the largest gradient if nothing is wrong."""
    values = part.extract(distances if distances is not None and np.any(distances) else np.abs(ours))
    return largest(np.nan_to_num(values, nan=0.0), values.shape)


# ---- records besides the chain


def file_records(request: PageRequest, file: File | None, comparison: Comparison) -> Mapping[str, object]:
    """Return the records besides the chain: the file, the mistake that each wrong stage resembles, and its line of
    code."""
    record = UserGradientsData(file=file[0][:60] if file else "", example="", stages=[])
    check = CheckData(tab="own", entry=None, code=None, falls="", best=None, foot=[], third=None, own=record)
    if isinstance(comparison, tuple):
        stages = [_explained_stage(comparison[1], stage) for stage in comparison[1].matches]
        record["stages"] = [_without_code(stage) for stage in stages] if _is_example(record["file"]) else stages
    elif file is None:
        check["own"] = _example(request)
    return {"check": check}


def _is_example(file: str) -> bool:
    """Return whether a file has the name of our example."""
    return any(file == say("ui.check.own.example_file", lang) for lang in languages())


def _without_code(stage: UserStage) -> UserStage:
    """Remove a stage's lines, which would give away the solution of an exercise."""
    return {**stage, "code": CodeData(wrong="", right="")}


def _example(request: PageRequest) -> UserGradientsData:
    """Return the response to an example with one mistake, without the right line."""
    reference = reference_of(request.setup, request.snapshot)
    example = example_of(reference)
    diagnosis = diagnose(reference, example[1]) if example else None
    if not example or not diagnosis or not diagnosis.first:
        return UserGradientsData(file="", example="", stages=[])
    inheriting = [label(stage) for stage, verdict in diagnosis.stages.items() if verdict == INHERITS]
    values = {"mistake": example[0].title, "first": _label(diagnosis, diagnosis.first), "n": diagnosis.wrong, "count": diagnosis.count}
    words = message("ui.check.own.example", **values)
    if inheriting:
        words = message("words.sentences", first=words, second=message("ui.check.own.inherit", n=len(inheriting), stages=inheriting))
    return UserGradientsData(file="", example=words, stages=[_without_code(_explained_stage(diagnosis, diagnosis.first))])


def _explained_stage(diagnosis: Diagnosis, stage: str) -> UserStage:
    matches = diagnosis.matches[stage]
    near_matches = close_matches(matches)
    other_matches = [match for match in matches if near_matches and match not in near_matches and match.explanation.placed]
    shown_matches = (*near_matches, *other_matches)[:SHOWN]
    wrong_names = _wrong_arrays(diagnosis, stage)
    title = near_matches[0].explanation.title if near_matches else message("own.unknown")
    quality = message("ui.check.own.nearest" if near_matches else "ui.check.own.none", stage=_label(diagnosis, stage))
    if near_matches and near_matches[0].exact:
        quality = message("ui.check.own.exact", stage=_label(diagnosis, stage))
    program = diagnosis.reference.program
    wrong, correct = near_matches[0].explanation.code(program, stage, wrong_names) if near_matches else ("", correct_lines(program, wrong_names))
    counts = [
        ExplanationData(title=match.explanation.title, share=match.reproduced / max(1, match.of), count=message("ui.check.own.count", n=match.reproduced, count=match.of))
        for match in shown_matches
    ]
    words = [match for match in match_messages(diagnosis, stage, near_matches) if match.id in ("own.made_before", "own.same_lesson")]
    return UserStage(how=quality, title=title, matches=counts, code=CodeData(wrong=wrong, right=correct), words=words)

"""The Check page's content: are these gradients right, and where would a classic mistake show?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import streamlit as st

from cnnviz.checks import judge
from cnnviz.core.gradcheck import TOLERANCE, GradientCheck, StepSweep, check_gradients, relative_error, step_sweep
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistakes import MISTAKES, Mistake, stages_hit
from cnnviz.core.network import Gradients, backward, forward
from cnnviz.core.stages import STAGES
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.ui.boards import ERROR, Board, Chart, Row, Switch, true_minus

COLUMNS = ("dx", "df", "dz1", "da1", "dw", "db", "dz2", "do")
_LABELS = {stage.symbol: stage.label for stage in STAGES}
PARAMETERS = {"df": "f", "dw": "w", "db": "b"}


def board(lesson: Lesson, moment: Moment, asked: Mapping[str, str]) -> Board:
    """Backward pass, central differences and TensorFlow side by side, with the error of every entry."""
    x, y, mistake = moment.trace.x, np.array(lesson.y), MISTAKES.get(asked.get("mistake", ""))
    trace = forward(moment.params, x, lesson.stride, lesson.pad)
    exact = backward(moment.params, trace, y)
    # A mistake is made in the exact pass, whatever the rule: one thing at a time.
    ours = mistake.gradients(moment.params, trace, y, lesson.lr) if mistake else moment.gradients
    check = check_gradients(moment.params, x, y, lesson.stride, lesson.pad, gradients=ours)
    hit = stages_hit(ours, exact, moment.params, lesson.lr)
    wrong = frozenset(name for name in COLUMNS if not np.array_equal(getattr(ours, name), getattr(exact, name)))
    rows = [Row("ours", mistake.title if mistake else _whose(lesson), _arrays(ours))]
    rows.append(Row("central", "central differences", {symbol: check.numeric[name] for symbol, name in PARAMETERS.items()}))
    tensorflow, words = _tensorflow(lesson, moment, y, asked)
    if tensorflow:
        rows.append(Row("tensorflow", "TensorFlow", {f"d{name}": tensorflow[name] for name in "fwb"}))
    errors = _errors(ours, exact, check) if wrong else {symbol: check.relative_error[name] for symbol, name in PARAMETERS.items()}
    rows.append(Row("error", "relative error, 1e−16 … 1", errors, ERROR))
    worst = check.worst
    return Board(
        title=f"{mistake.title}: where does it show?" if mistake else _title(lesson),
        verdict=_verdict(check),
        good=check.passed,
        rows=tuple(rows),
        columns=COLUMNS,
        subject=(f"d{worst.parameter}", _cell(worst.parameter, worst.index, moment.trace.z1.shape)),
        sentences=_sentences(lesson, mistake, hit, words),
        notes={symbol: _largest(error) for symbol, error in errors.items()},
        first=hit[0] if hit else "",
        inherits=wrong - set(hit[:1]),
        switches=_switches(mistake.name if mistake else "", asked),
        charts=(sweep_chart(lesson, moment),),
    )


def sweep_chart(lesson: Lesson, moment: Moment) -> Chart:
    """The U-curve: error of central differences against their step ε, in two precisions."""
    sweep = _sweep(dataclasses.replace(lesson, stage="x"), moment.trace.x.tobytes(), moment.trace.x.shape)
    series = {name: [float(error) for error in errors] for name, errors in sweep.errors.items()}
    return Chart(
        "sweep",
        "error against the step ε",
        sweep.steps.tolist(),
        series,
        log="xy",
        x_title="step ε",
        y_title="relative error",
        words=(
            "Right of the dip the curve bends under a long step (truncation, error ~ ε²); left of it the two losses "
            "differ by less than a float holds (round-off, ~ 1/ε)."
        ),
    )


@lru_cache(maxsize=64)
def _sweep(lesson: Lesson, x: bytes, shape: tuple[int, int]) -> StepSweep:
    """The same for every mistake: it tells of the step, not of our gradients."""
    image = np.frombuffer(x).reshape(shape)
    params = trajectory(lesson, image, lesson.k).params
    return step_sweep(params, image, np.array(lesson.y), lesson.stride, lesson.pad)


def _arrays(gradients: Gradients) -> dict[str, np.ndarray]:
    return {symbol: getattr(gradients, symbol) for symbol in COLUMNS}


def _errors(ours: Gradients, exact: Gradients, check: GradientCheck) -> dict[str, np.ndarray]:
    """f, w and b against central differences; the stages between, which have none, against our own exact pass."""
    between = {symbol: relative_error(getattr(ours, symbol), getattr(exact, symbol)) for symbol in COLUMNS}
    return between | {symbol: check.relative_error[name] for symbol, name in PARAMETERS.items()}


def _largest(error: np.ndarray) -> str:
    return true_minus(f"≤\u00a0{error.max():.0e}".replace("e+00", "")) if error.any() else "exact"


def _verdict(check: GradientCheck) -> str:
    worst = check.worst
    where = f"The worst is {worst.parameter}[{', '.join(map(str, worst.index))}], relative error {worst.relative_error:.2g}."
    count = sum(error.size for error in check.relative_error.values())
    if check.passed:
        text = f"All {count:,} entries of f, w and b agree within {TOLERANCE:g}. {where}"
    else:
        wrong = sum(int((~(error <= TOLERANCE)).sum()) for error in check.relative_error.values())
        text = f"{wrong:,} of {count:,} entries are wrong. {where}"
    return true_minus(text)


def _title(lesson: Lesson) -> str:
    return "Are the notebook's gradients right?" if lesson.deviations else "Are these gradients right?"


def _whose(lesson: Lesson) -> str:
    return "the notebook's backward pass" if lesson.deviations else "our backward pass"


def _sentences(lesson: Lesson, mistake: Mistake | None, hit: tuple[str, ...], words: str) -> tuple[str, ...]:
    found = []
    if hit:
        first, *later = (_LABELS[symbol] for symbol in hit)
        found.append(" and goes on to ".join([f"It first shows at {first}", *([", ".join(later)] if later else [])]) + ".")
    elif mistake:
        found.append("In this lesson it does not show: stride, padding or zeros hide it. Try another lesson.")
    if mistake:
        found.append(mistake.sentence)
    elif lesson.deviations:
        found.append(f"The rule is {lesson.rule.replace('_', ' ').replace(',', ', ')}, not exact: the Notebook page tells what it does.")
    return (*found, words) if words else tuple(found)


def _switches(chosen: str, asked: Mapping[str, str]) -> dict[str, tuple[Switch, ...]]:
    broken = [Switch("mistake_none", "nothing", "The backward pass as it is", not chosen, {"mistake": ""})]
    for name, mistake in MISTAKES.items():
        words = f"{mistake.sentence}\n{mistake.source}"
        broken.append(Switch(f"mistake_{name}", mistake.title, words, name == chosen, {"mistake": name}))
    on = asked.get("tf") == "1"
    third = Switch("tensorflow", "TensorFlow's GradientTape", "Start TensorFlow and compare", on, {"tf": "" if on else "1"})
    return {"Break it": tuple(broken), "Third opinion": (third,)}


def _tensorflow(lesson: Lesson, moment: Moment, y: np.ndarray, asked: Mapping[str, str]):
    """TensorFlow's gradients if they were asked for and it is there; else None, and a sentence if need be."""
    if asked.get("tf") != "1":
        return None, ""
    state, words = judge.state()
    if state != "ready":
        return None, words
    return judge.gradients(moment.params, moment.trace.x, y, lesson.stride, lesson.pad), ""


def _cell(parameter: str, index: tuple[int, ...], unit_shape: tuple[int, int]) -> list[int]:
    """An entry of a parameter as a cell of its map: a row of w is laid out as a unit."""
    if parameter == "w":
        return [*divmod(index[0], unit_shape[1]), index[1]]
    return [*index, 0] if parameter == "b" else list(index)


def await_tensorflow(asked: Mapping[str, str]) -> None:
    """Runs the page again once TensorFlow has started, if it was asked for and is on its way."""
    if asked.get("tf") == "1" and judge.state()[0] == "starting":
        _wait()


@st.fragment(run_every=0.5)
def _wait() -> None:
    if judge.state()[0] != "starting":
        st.rerun()

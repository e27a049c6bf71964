"""The Check page's board: are these gradients right, and where would a classic mistake show?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck import GradientCheck, check_gradients, relative_error
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistakes import stages_hit
from cnnviz.core.network import Gradients, backward, forward, seed_program
from cnnviz.core.trajectory import Moment
from cnnviz.ui.boards import ERROR, Board, Row
from cnnviz.ui.pages.check import tensorflow, words
from cnnviz.ui.pages.check.choices import choices, mistake_in
from cnnviz.ui.pages.check.sweep import sweep_chart
from cnnviz.words import Message, message

COLUMNS = ("dx", "df", "dz1", "da1", "dw", "db", "dz2", "do")
Arrays = Mapping[str, np.ndarray]
PARAMETERS = {"df": "f", "dw": "w", "db": "b"}


def board(lesson: Lesson, moment: Moment, asked: Mapping[str, str]) -> Board:
    """Backward pass, central differences and TensorFlow side by side, with the error of every entry."""
    x, y = moment.trace.x, np.array(lesson.y)
    network = seed_program(moment.params, x.shape, lesson.stride, lesson.pad).network
    mistake = mistake_in(asked, network)
    trace = forward(moment.params, x, lesson.stride, lesson.pad)
    exact = backward(moment.params, trace, y)
    # A mistake is made in the exact pass, whatever the rule: one thing at a time.
    ours = mistake.gradients(moment.params, trace, y, lesson.lr) if mistake else moment.gradients
    check = check_gradients(moment.params, x, y, lesson.stride, lesson.pad, gradients=ours)
    hit = stages_hit(ours, exact, moment.params, lesson.lr)
    wrong = frozenset(name for name in COLUMNS if not np.array_equal(getattr(ours, name), getattr(exact, name)))
    third, excuse = tensorflow.opinion(lesson, moment, asked)
    errors = _errors(ours, exact, check, between=bool(wrong))
    worst = check.worst
    return Board(
        title=words.title(lesson, mistake),
        verdict=words.verdict(check),
        good=check.passed,
        rows=_rows(words.whose(lesson, mistake), ours, check, third, errors),
        columns=COLUMNS,
        subject=(f"d{worst.parameter}", _cell(worst.parameter, worst.index, moment.trace.z1.shape)),
        sentences=words.sentences(lesson, mistake, hit, excuse),
        notes={symbol: words.largest(error) for symbol, error in errors.items()},
        first=hit[0] if hit else "",
        inherits=wrong - set(hit[:1]),
        groups=choices(network, mistake, asked),
        charts=(sweep_chart(lesson, moment),),
    )


def _rows(whose: Message | str, ours: Gradients, check: GradientCheck, third: Arrays, errors: Arrays) -> tuple[Row, ...]:
    rows = [
        Row("ours", whose, {symbol: getattr(ours, symbol) for symbol in COLUMNS}),
        Row("central", message("ui.check.rows.central"), {symbol: check.numeric[name] for symbol, name in PARAMETERS.items()}),
    ]
    if third:
        rows.append(Row("tensorflow", message("ui.check.rows.tensorflow"), third))
    return (*rows, Row("error", message("ui.check.rows.error"), errors, ERROR))


def _errors(ours: Gradients, exact: Gradients, check: GradientCheck, between: bool) -> dict[str, np.ndarray]:
    """f, w and b against central differences; the stages `between`, which have none, against our own exact pass."""
    checked = {symbol: check.relative_error[name] for symbol, name in PARAMETERS.items()}
    if not between:
        return checked
    return {symbol: relative_error(getattr(ours, symbol), getattr(exact, symbol)) for symbol in COLUMNS} | checked


def _cell(parameter: str, index: tuple[int, ...], unit_shape: tuple[int, int]) -> list[int]:
    """An entry of a parameter as a cell of its map: a row of w is laid out as a unit."""
    if parameter == "w":
        return [*divmod(index[0], unit_shape[1]), index[1]]
    return [*index, 0] if parameter == "b" else list(index)

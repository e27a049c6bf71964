"""The Check page's board: are these gradients right, and where would a classic mistake show?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.gradcheck import WRONG, GradientCheck, relative_error
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistake_model import Placed
from cnnviz.core.network import Network
from cnnviz.core.program import Program
from cnnviz.core.spoiled_stages import stages_hit
from cnnviz.core.trajectory import Moment
from cnnviz.core.values import Gradients
from cnnviz.pages.boards import ERROR, Board, Row
from cnnviz.pages.charts import Chart
from cnnviz.pages.check import broken, tensorflow, words
from cnnviz.pages.check.checking import Checking, checked, is_wrong
from cnnviz.pages.check.choices import choices, mistake_in
from cnnviz.pages.check.digits import digits
from cnnviz.pages.check.sweep import sweep_chart
from cnnviz.pages.check.tabs import tab_of, tabs
from cnnviz.pages.map_parts import Part, part, pinned
from cnnviz.pages.map_records import largest
from cnnviz.pages.switches import Group
from cnnviz.words import Message, message

Arrays = Mapping[str, np.ndarray]


def columns(network: Architecture) -> tuple[str, ...]:
    """The gradients from the image's to the last, stage by stage.

    >>> columns(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse"))
    ('dx', 'df', 'dz1', 'da1', 'dw', 'db', 'dz2', 'do')
    """
    backward = [stage for stage in network.stages if stage.phase == "backward"]
    return ("dx", *(symbol for stage in reversed(backward) for symbol in stage.makes))


def board(lesson: Lesson, moment: Moment, asked: Mapping[str, str]) -> Board:
    """Backward pass, central differences and TensorFlow side by side, with the error of every entry."""
    x, network = moment.trace.x, lesson.network
    program, shown = network.program(x.shape), columns(network)
    trace = program.forward(moment.params, x)  # the exact pass: a mistake is made there, whatever the rule
    y = network.targets(np.array(lesson.y), trace.o.shape)
    exact = program.backward(moment.params, trace, y)
    tab, (mistake, unusable) = tab_of(asked), mistake_in(asked, network, lesson.opt)
    ours = mistake.run(program, moment.params, trace, y, lesson.optimizer, moment.state) if mistake else moment.gradients
    checking = checked(lesson, moment, ours, mistake.address if mistake else "")
    check = checking.check
    hit = _hit(mistake, lesson, moment, ours, exact)
    wrong = frozenset(name for name in shown if not np.array_equal(ours[name], exact[name], equal_nan=True))
    first = _first(network, hit, wrong)
    third, excuse = tensorflow.opinion(lesson, moment, asked)
    with np.errstate(all="ignore"):  # a mistake may divide by 0
        errors = {symbol: drawn_errors(relative_error(ours[symbol], exact[symbol])) for symbol in (shown if wrong else ())} | _errors(check)
    parts = tuple(_part(program, symbol, errors.get(symbol), lesson) for symbol in shown)
    subject = f"d{check.worst.parameter}" if check else f"d{network.parameters[0]}"
    groups = choices(network, lesson.opt, mistake, asked, tab)
    if mistake and not hit and (switch := broken.where_it_shows(lesson, mistake)):
        groups += (Group(message("ui.check.shows.there.title"), (switch,)),)
    return Board(
        title=words.title(lesson, mistake, hit),
        verdict=words.verdict(check) if check else words.under_way(checking.share),
        good={"right": True, "wrong": False}.get(check.verdict) if check else None,
        rows=_rows(words.whose(lesson, mistake), {symbol: ours[symbol] for symbol in shown}, exact if mistake else None, check, third, errors),
        parts=parts,
        subject=subject,
        sentences=((unusable,) if unusable else ()) + words.sentences(lesson, mistake, hit, check, excuse),
        notes={part.symbol: words.largest(errors[part.symbol], part) for part in parts if part.symbol in errors},
        first=first,
        inherits=wrong - {first},
        groups=groups,
        charts=_charts(lesson, moment, mistake, checking),
        tabs=tabs(tab),
        cells={part.symbol: _worst(part.of(errors[part.symbol])) for part in parts if part.symbol == subject and check},
    )


def _hit(mistake: Placed | None, lesson: Lesson, moment: Moment, ours: Gradients, exact: Gradients) -> tuple[str, ...]:
    """The stages at which they differ from the exact ones, the first one first."""
    step = mistake.optimizer(lesson.optimizer) if mistake else None
    return stages_hit(ours, exact, moment.params, lesson.optimizer, lesson.network, step, moment.state)


def _first(network: Network, hit: tuple[str, ...], wrong: frozenset[str]) -> str:
    """The array in which the first wrong stage is wrong: "db", where dw is right; "" where no array is."""
    makes = {str(stage): stage.makes for stage in network.stages} | {"dx": ("dx",)}
    return next((name for stage in hit[:1] for name in makes[stage] if name in wrong), "")


def _charts(lesson: Lesson, moment: Moment, mistake: Placed | None, checking: Checking) -> tuple[Chart, ...]:
    """What a mistake does to the loss, or how long a nudge should be."""
    if mistake:
        slope = broken.slope_chart(lesson, moment, mistake)
        return (broken.runs(lesson, moment, mistake)[0], *((slope,) if slope else ()))
    return (sweep_chart(checking.sweep),) if checking.sweep and checking.check and checking.check.finite else ()


def more(lesson: Lesson, moment: Moment, asked: Mapping[str, str]) -> dict[str, object]:
    """What the page shows besides its board: the digits that cancel, or a mistake's line of code."""
    mistake, _ = mistake_in(asked, lesson.network, lesson.opt)
    found: dict[str, object] = {"tab": tab_of(asked), "definitions": words.definitions(), "digits": None, "code": None, "falls": "", "own": None}
    if mistake:
        found |= {"code": broken.code(mistake, moment), "falls": broken.runs(lesson, moment, mistake)[1]}
        return {"check": found}
    checking = checked(lesson, moment, moment.gradients, "")
    if checking.check and checking.sweep:
        found["digits"] = digits(lesson, moment, checking.check.worst, checking.sweep)
    return {"check": found}


def _rows(
    whose: Message | str, ours: Arrays, exact: Gradients | None, check: GradientCheck | None, third: Arrays, errors: Arrays
) -> tuple[Row, ...]:
    """Ours, central differences and TensorFlow's; of a mistake, what it makes and what is right."""
    rows = [Row("ours", whose, ours)]
    if exact:
        rows.append(Row("exact", message("ui.check.rows.right"), {symbol: exact[symbol] for symbol in ours}))
    elif check:
        central = {f"d{name}": array for name, array in check.numeric.items()}
        rows.append(Row("central", message("ui.check.rows.central"), central))
    if third:
        rows.append(Row("tensorflow", message("ui.check.rows.tensorflow"), third))
    return (*rows, Row("error", message("ui.check.rows.error"), errors, ERROR)) if errors else tuple(rows)


def _errors(check: GradientCheck | None) -> dict[str, np.ndarray]:
    """Of each parameter against central differences, where they could be told."""
    if not check:
        return {}
    return {f"d{name}": drawn_errors(error, check.marks[name] <= WRONG) for name, error in check.relative_error.items()}


def drawn_errors(error: np.ndarray, told: np.ndarray | bool = True) -> np.ndarray:
    """Errors as they are drawn: NaN where nothing could be told, ∞ where an error is no number.

    >>> drawn_errors(np.array([0.5, np.nan, 0.1]), np.array([True, True, False])).tolist()
    [0.5, inf, nan]
    """
    return np.where(told, np.where(np.isnan(error), np.inf, error), np.nan)


def _part(program: Program, symbol: str, error: np.ndarray | None, lesson: Lesson) -> Part:
    """What is shown of a gradient: the pinned cell's channel, else that of the worst error, else the first."""
    at = pinned(lesson.pinned, program).get(symbol, ())
    first = part(program, symbol)
    if not at and error is not None and is_wrong(error).any():
        at = tuple(largest(np.nan_to_num(error), first.shape))
    return part(program, symbol, at) if at else first


def _worst(error: np.ndarray) -> list[int]:
    return largest(np.nan_to_num(error), error.shape)

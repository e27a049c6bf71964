"""The Notebook page's board: the exact rule and the notebook's beside each other, from the same start."""

from __future__ import annotations

import dataclasses

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.network import DEFAULT
from cnnviz.core.ops import sigmoid_prime
from cnnviz.core.stages import label
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.ui.boards import Board, Row
from cnnviz.ui.charts import Chart, Line
from cnnviz.ui.network_maps import array_of
from cnnviz.ui.pages.notebook.agreement import agreement
from cnnviz.ui.pages.notebook.choices import choices, lead_back
from cnnviz.ui.parts import part
from cnnviz.words import Message, message

COLUMNS = ("f", "z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
MOST_POINTS = 200


def board(lesson: Lesson, moment: Moment) -> Board:
    """What each rule computes at this update, stage by stage, and how far apart they are.

    With another network than the notebook's there is one row, and a switch that leads back.
    """
    if lesson.net != DEFAULT or lesson.ch == "rgb" or lesson.opt != "gd":
        return _elsewhere(lesson, moment)
    program = lesson.network.program(moment.trace.x.shape)
    exact = trajectory(dataclasses.replace(lesson, rule="exact"), moment.trace.x, lesson.k)
    pairs = {symbol: (array_of(symbol, lesson, exact), array_of(symbol, lesson, moment)) for symbol in COLUMNS}
    differing = [symbol for symbol, (ours, theirs) in pairs.items() if not np.array_equal(ours, theirs)]
    second = message("ui.notebook.rows.exact_too" if lesson.rule == "exact" else "ui.notebook.rows.notebook")
    return Board(
        title=message("ui.notebook.title"),
        verdict=_verdict(lesson, differing),
        good=not differing,
        rows=(
            Row("exact", message("ui.notebook.rows.exact"), {symbol: ours for symbol, (ours, _) in pairs.items()}),
            Row("rule", second, {symbol: theirs for symbol, (_, theirs) in pairs.items()}),
        ),
        parts=tuple(part(program, symbol) for symbol in COLUMNS),
        subject="df",
        sentences=_sentences(lesson, exact, moment),
        notes={symbol: _note(*pair) for symbol, pair in pairs.items()},
        first=differing[0] if differing else "",
        inherits=frozenset(differing[1:]),
        groups=choices(lesson, exact, COLUMNS),
        charts=_charts(lesson, exact, moment),
        cells={"df": [0, 0]},
    )


def _elsewhere(lesson: Lesson, moment: Moment) -> Board:
    """This lesson's own pass alone: the notebook's deviations are those of its own network."""
    program = lesson.network.program(moment.trace.x.shape)
    backward = [symbol for stage in lesson.network.stages if stage.phase == "backward" for symbol in stage.makes]
    shown = [*lesson.network.symbols[1:], *backward]
    exact = Row("exact", message("ui.notebook.rows.exact"), {symbol: array_of(symbol, lesson, moment) for symbol in shown})
    return Board(
        title=message("ui.notebook.title"),
        verdict=message("ui.notebook.elsewhere", net=DEFAULT),
        good=None,
        rows=(exact,),
        parts=tuple(part(program, symbol) for symbol in shown),
        subject=backward[-1],
        groups=lead_back(lesson),
    )


def _charts(lesson: Lesson, exact: Moment, moment: Moment) -> tuple[Chart, ...]:
    """Both losses, and all entries of both kernels, over the updates so far."""
    updates = np.unique(np.linspace(0, lesson.k, min(lesson.k + 1, MOST_POINTS)).round().astype(int))
    both = (("exact", exact), ("notebook", moment))
    losses = [Line(message(f"ui.notebook.rows.{rule}"), run.losses[updates].tolist(), run is moment) for rule, run in both]
    kernels = [
        Line(message(f"ui.notebook.charts.{rule}", entry=f"f[{u},{v}]"), run.kernels[updates, u, v].tolist(), run is moment)
        for rule, run in both
        for u, v in np.ndindex(lesson.kernel.shape)
    ]
    return tuple(
        Chart(name, message(f"ui.notebook.charts.{name}"), updates.tolist(), tuple(lines), message("ui.charts.updates"), symbol, cursor=lesson.k)
        for name, symbol, lines in (("losses", "L", losses), ("kernels", "f", kernels))
    )


def _note(ours: np.ndarray, theirs: np.ndarray) -> Message:
    """How far one stage's arrays are apart."""
    if np.array_equal(ours, theirs):
        return message("ui.notebook.note.same")
    if not ours.any():
        return message("ui.notebook.note.zero", most=float(np.abs(theirs).max()))
    cosine, ratio = agreement(ours, theirs)
    return message("ui.notebook.note.apart", cosine=round(cosine, 3), ratio=ratio)


def _verdict(lesson: Lesson, differing: list[str]) -> Message:
    if lesson.rule == "exact":
        return message("ui.notebook.verdict.exact")
    if not differing:
        return message("ui.notebook.verdict.same")
    return message(
        "ui.notebook.verdict.apart", first=label(differing[0]), count=len(differing), stages=len(COLUMNS), update=lesson.k
    )


def _sentences(lesson: Lesson, exact: Moment, moment: Moment) -> tuple[Message, ...]:
    found = []
    if not exact.gradients.df.any() and moment.gradients.df.any():
        found.append(message("ui.notebook.moves"))
    if "scalar_sigmoid" in lesson.deviations:
        a1 = moment.trace.a1
        border = int((a1 == 0.5).sum())
        found.append(message("ui.notebook.one_number", total=float(sigmoid_prime(a1).sum()), n=border, part=border / 4))
    if lesson.deviations and lesson.scale == "unit":
        found.append(message("ui.notebook.raw"))
    return tuple(found)

"""The Notebook page's board finds where the rules part, and its story is true."""

from __future__ import annotations

from cnnviz import Lesson
from cnnviz.ui.pages.notebook.board import board as board_of
from cnnviz.ui.pages.notebook.story import story
from tests.ui.running import now


def test_the_notebook_board_finds_where_the_rules_part():
    exact = now(Lesson(k=1))
    assert board_of(exact.lesson, exact.moment).good
    start = now(Lesson(rule="one_pixel"))
    board = board_of(start.lesson, start.moment)
    assert board.first == "df"
    assert board.inherits == {"f_next"}


def test_the_story_is_true():
    steps = [now(step.lesson) for step in story()]
    saturated, zero, moves, border, pixel, alive = (here.moment for here in steps)
    assert (saturated.trace.a1 * (1 - saturated.trace.a1) < 0.01).all()
    assert not zero.gradients.df.any()
    assert (moves.after.f != moves.params.f).any()
    a1 = border.trace.a1
    assert (a1 * (1 - a1)).sum() == 14.75 == (a1 == 0.5).sum() / 4
    assert pixel.gradients.df.any()
    assert (alive.trace.a1 * (1 - alive.trace.a1) > 0.01).all() and alive.gradients.df.any()

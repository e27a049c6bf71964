"""The Notebook page's board finds where the rules part, and its story is true."""

from __future__ import annotations

import pytest

from cnnviz import Lesson
from cnnviz.core.network import DEFAULT
from cnnviz.ui.pages.notebook.board import board as board_of
from cnnviz.ui.pages.notebook.story import story
from tests.ui.networks import LESSONS
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


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda lesson: lesson.net)
def test_elsewhere_it_says_so_and_leads_back(lesson):
    here = now(lesson)
    board = board_of(here.lesson, here.moment)
    assert board.good is None and DEFAULT in str(board.verdict)
    for switch in (switch for group in board.groups for switch in group.switches):
        query = {key: text for key, text in (lesson.to_query() | switch.change).items() if text}
        there, wrong = Lesson.understand(query)
        assert not wrong and (there.net, there.opt) == (DEFAULT, "gd") and there.ch != "rgb"
        if switch.key == "notebook_network":
            assert there.img == lesson.img

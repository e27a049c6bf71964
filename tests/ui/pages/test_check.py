"""The Check page's board says what the core says."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import Lesson
from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.mistakes import MISTAKES, mistakes_for
from cnnviz.core.network import DEFAULT, Network
from cnnviz.ui.pages.check.board import COLUMNS
from cnnviz.ui.pages.check.board import board as board_of
from tests.ui.running import now

HERE = [place.mistake.name for place in mistakes_for(Network.parse(DEFAULT))]


@pytest.mark.parametrize("mistake", ["", *HERE])
def test_the_check_board_says_what_the_core_says(mistake):
    here = now(Lesson(k=2, stride=2, scale="unit"))
    board = board_of(here.lesson, here.moment, {"mistake": mistake})
    ours = board.arrays()
    check = check_gradients(here.moment.params, here.moment.trace.x, np.array(here.lesson.y), 2)
    np.testing.assert_array_equal(ours["central.df"], check.numeric["f"])
    spoiled = {symbol for symbol in ("df", "dw", "db") if not np.array_equal(ours[f"ours.{symbol}"], here.moment.gradients[symbol])}
    assert board.good == (not spoiled)
    assert bool(mistake) == bool(spoiled or board.first == "dx")
    assert bool(board.first) == bool(mistake)
    assert "461 entries" in str(board.verdict)  # 9 + 225 · 2 + 2
    unlike = {s for s in COLUMNS if not np.array_equal(ours[f"ours.{s}"], getattr(here.moment.gradients, s))}
    assert unlike == board.inherits | ({board.first} if board.first else set())


def test_the_check_board_says_whose_gradients_are_wrong_under_the_notebooks_rule():
    here = now(Lesson(k=1, rule="one_pixel"))
    board = board_of(here.lesson, here.moment, {})
    assert not board.good and board.first == "df"
    assert str(board.title) == "Are the notebook's gradients right?" and str(board.rows[0].label) == "the notebook's backward pass"
    assert any("one pixel" in str(sentence) for sentence in board.sentences)
    broken = board_of(here.lesson, here.moment, {"mistake": "mean_forgotten"})
    assert broken.first == "do"  # in the exact pass


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_that_cannot_be_made_here_is_not_offered_and_not_made(mistake):
    here = now(Lesson(stride=3))
    board = board_of(here.lesson, here.moment, {"mistake": mistake})
    offered = {switch.key: switch.on for switch in board.groups[0].switches}
    assert offered.get(f"mistake_{mistake}", False) != offered["mistake_none"]
    assert ("mistake_overlap_assigned" in offered, "mistake_flip_forgotten" in offered) == (False, True)

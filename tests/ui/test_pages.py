"""Every page runs for any address: no exception, the lesson in the component, sentences for what was wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz import Lesson
from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.mistakes import MISTAKES
from cnnviz.ui import boards, checking, comparing, explain
from cnnviz.ui.spec import EXTRA_KEYS
from tests.ui.test_stage import decode, now

PAGES = Path(boards.__file__).parent / "pages"
KEYS = [*Lesson().to_query(), *EXTRA_KEYS]


def run(page: str, query: dict[str, str]) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{page}.py"))
    test.query_params.update(query)
    return test.run(timeout=60)


def sent(test: AppTest):
    """What the page gave the component."""
    component = test.get("bidi_component")[0]
    return decode(component.proto.bytes)


@pytest.mark.parametrize("name", ["step", "train", "check", "notebook"])
def test_a_page_shows_the_lesson_of_its_address(name):
    lesson = Lesson(img="test-3", k=2, lr=0.1, stage="z1")
    test = run(name, lesson.to_query())
    header, _ = sent(test)
    assert not test.exception
    assert {key: header["lesson"][key] for key in lesson.to_query()} == lesson.to_query()
    assert header["wrong"] == {}


@pytest.mark.parametrize("name", ["step", "train", "check", "notebook"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=20), min_size=1))
def test_nonsense_in_the_address_gives_sentences_and_never_an_exception(name, query):
    query.pop("tf", None)  # it would start TensorFlow
    test = run(name, query)
    assert not test.exception
    header, _ = sent(test)
    assert all(sentence.endswith(".") and "Traceback" not in sentence for sentence in header["wrong"].values())


@pytest.mark.parametrize(
    "query, words",
    [
        ({"n": "0000000019999999999"}, "Updates: '0000000019999999999' is not a whole number"),
        ({"n": "0"}, "Updates: '0' is not a whole number"),
        ({"vs": "http://["}, "that is no lesson's link"),
        ({"vs": "w=held-0123456789abcdef"}, "no longer held"),
        ({"vs": "img=train-7&k=1"}, "train-7"),
        ({"vs": "lr=fast&seed=3"}, "Learning rate: 'fast' is not a number"),
        ({"seed": "999999999", "n": "10"}, ""),
    ],
)
def test_what_the_film_cannot_use_gets_a_sentence(query, words, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    test = run("train", query)
    assert not test.exception and not test.error
    header, _ = sent(test)
    assert words in header["film"]["wrong"] and bool(words) == bool(header["film"]["wrong"])


def test_parameters_that_are_not_held_give_a_sentence():
    header, _ = sent(run("step", {"w": "held-0123456789abcdef"}))
    assert "no longer held" in header["wrong"]["w"]
    assert header["lesson"]["w"] == "normal"


def test_an_image_that_is_not_there_keeps_the_lesson(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    header, _ = sent(run("step", {"img": "train-777", "k": "2"}))
    assert "train-777" in header["wrong"]["img"]
    assert (header["lesson"]["img"], header["lesson"]["k"]) == ("test-0", "2")


@pytest.mark.parametrize("mistake", ["", *MISTAKES])
def test_the_check_board_says_what_the_core_says(mistake):
    here = now(Lesson(k=2, stride=2, scale="unit"))
    board = checking.board(here.lesson, here.moment, {"mistake": mistake})
    ours = board.arrays()
    check = check_gradients(here.moment.params, here.moment.trace.x, np.array(here.lesson.y), 2)
    np.testing.assert_array_equal(ours["central.df"], check.numeric["f"])
    assert board.good == (not mistake)
    assert bool(board.first) == bool(mistake)
    assert "461 entries" in board.verdict  # 9 + 225 · 2 + 2
    unlike = {s for s in checking.COLUMNS if not np.array_equal(ours[f"ours.{s}"], getattr(here.moment.gradients, s))}
    assert unlike == board.inherits | ({board.first} if board.first else set())


def test_the_check_board_says_whose_gradients_are_wrong_under_the_notebooks_rule():
    here = now(Lesson(k=1, rule="one_pixel"))
    board = checking.board(here.lesson, here.moment, {})
    assert not board.good and board.first == "df"
    assert board.title == "Are the notebook's gradients right?" and board.rows[0].label == "the notebook's backward pass"
    assert any("one pixel" in sentence for sentence in board.sentences)
    broken = checking.board(here.lesson, here.moment, {"mistake": "mean_forgotten"})
    assert broken.first == "do"  # in the exact pass


def test_the_notebook_board_finds_where_the_rules_part():
    exact = now(Lesson(k=1))
    assert comparing.board(exact.lesson, exact.moment).good
    start = now(Lesson(rule="one_pixel"))
    board = comparing.board(start.lesson, start.moment)
    assert board.first == "df"
    assert board.inherits == {"f_next"}


def test_the_story_is_true():
    steps = [now(lesson) for _, _, lesson in comparing.story_steps()]
    saturated, zero, moves, border, pixel, alive = (here.moment for here in steps)
    assert (saturated.trace.a1 * (1 - saturated.trace.a1) < 0.01).all()
    assert not zero.gradients.df.any()
    assert (moves.after.f != moves.params.f).any()
    a1 = border.trace.a1
    assert (a1 * (1 - a1)).sum() == 14.75 == (a1 == 0.5).sum() / 4
    assert pixel.gradients.df.any()
    assert alive.gradients.df.any()


def test_remarks_name_saturation_zero_weights_and_divergence():
    assert "exactly zero" in explain.remarks(*_told(Lesson(scale="raw", f="notebook")))[0]
    assert any("All of w is zero" in remark for remark in explain.remarks(*_told(Lesson(w="zeros"))))
    assert explain.remarks(*_told(Lesson())) == []


def test_a_remark_is_true_under_the_notebooks_rule():
    zero, fresh, flat = (
        explain.remarks(*_told(Lesson(**keys)))
        for keys in ({"w": "zeros", "rule": "update_first"}, {"w": "zeros", "rule": "fresh_weights"}, {"f": (10,) * 9})
    )
    assert not any("nothing reaches the kernel" in remark for remark in zero)  # here something does
    assert "starts from zeros again" in fresh[0]
    assert flat[0].startswith("All of the units are saturated") and "few others" not in flat[0]
    losing = explain.remarks(*_told(Lesson(lr=1, k=1, y=(0.3, 0.6))))
    assert any("leaps over the valley" in remark for remark in losing)


def _told(lesson: Lesson):
    return lesson, now(lesson).moment

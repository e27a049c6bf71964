"""A second try has another case: other numbers, about which the same texts are true, also where learners change nothing."""

import pytest

from cnnviz.core.setup.setup import Setup
from cnnviz.decks.deck import Screen
from cnnviz.decks.deck_checker import check
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.plates import plates
from cnnviz.decks.question import another_try, ask, other_setup, setup_at
from cnnviz.decks.scope import query_of, scope_of
from cnnviz.view.constants import gallery
from tests.pages.running import shown

QUESTIONS = [pytest.param(deck, number, id=f"{deck.id} {number}") for deck in bundled_lessons() for number in range(1, len(deck.screens) + 1)]

ALIKE = {("notebook", 3)}
"""Questions whose second try shows what the first one has shown. Remove one when it is mended; never add one."""


@pytest.mark.parametrize(("deck", "number"), QUESTIONS)
def test_each_question_has_another_case(deck, number):
    screen = deck.screens[number - 1]
    assert (screen.change == "nothing") == bool(screen.other) or screen.kind == "construct"
    if not screen.other:
        return
    first, second = setup_at(screen, {}), other_setup(screen)
    assert second not in (None, first)
    there, back = another_try(screen, first), another_try(screen, second)
    assert setup_at(screen, there) == second and setup_at(screen, back) == first
    assert setup_at(screen, Setup.parse_query(second.to_query(), second)[0].to_query()) == second, "the whole address names the case too"
    question = ask(screen, second)
    assert len([option for option in question.options if option.right]) == (screen.kind == "choose")


@pytest.mark.parametrize(("deck", "number"), [each for each in QUESTIONS if each.values[0].screens[each.values[1] - 1].kind == "number"])
def test_a_number_that_was_told_after_one_case_is_wrong_in_the_next(deck, number):
    """The second case of the file; or, where the learner chooses the image, one of the gallery's."""
    screen = deck.screens[number - 1]
    first = ask(screen, setup_at(screen, {}))
    setups = [other_setup(screen)] if screen.other else [setup_at(screen, {"img": image.id}) for image in gallery()]
    assert any(abs(question.key - first.key) > max(question.tolerance, first.tolerance) for question in (ask(screen, setup) for setup in setups if setup))


def in_sight(screen: Screen, setup: Setup) -> tuple:
    """What a learner sees before and after the answer; of an order also the lines that name the stages."""
    question, scope = ask(screen, setup), scope_of(setup)
    words = [text.say("en") for text in (question.text, question.right)]
    lines = setup.net if screen.kind == "order" else ""
    return words, lines, [(plate.value.shape, plate.value.round(9).tolist()) for plate in plates(screen, scope)]


@pytest.mark.parametrize(("deck", "number"), QUESTIONS)
def test_a_second_try_shows_something_else(deck, number):
    screen = deck.screens[number - 1]
    if screen.other and (deck.id, number) not in ALIKE:
        assert in_sight(screen, setup_at(screen, {})) != in_sight(screen, other_setup(screen))


def test_the_response_leads_from_each_case_to_the_other():
    step = shown("learn", {"lesson": "blame", "step": "5"})[0]["learn"]["step"]
    assert step["another"] == {"img": "digit7-3"} and step["value"] == 900
    other = shown("learn", {"lesson": "blame", "step": "5", **step["another"]})[0]["learn"]["step"]
    assert other["another"] == {"img": "test-0"} and other["value"] == 26 * 26
    assert shown("learn", {"lesson": "blame", "step": "5", "img": "test-7"})[0]["learn"]["step"]["value"] == 900
    assert shown("learn", {"lesson": "kernel", "step": "1"})[0]["learn"]["step"]["another"] == {}


LESSON = """id = "mine"
title = "T"
goal = "see"
[[step]]
at = "img=test-3&stage=do"
{other}
text = "Look."
ask = "What is the sign of `do`[0]?"
kind = "choose"
key = "sign(do[0])"
right = "It is."
answers = [
  {{ label = "positive", is = "1", say = "No." }},
  {{ label = "negative", is = "-1", say = "No." }},
]
"""


@pytest.mark.parametrize(("other", "words"), [
    ('other = "img=test-4"', None),
    ('other = "img=test-3"', "same case"),
    ('other = "img=none"', "not an image"),
    ('other = "colour=red"', "colour"),
    ('change = "image"\nother = "img=test-4"', "Remove “other”"),
])  # fmt: skip
def test_the_checker_tries_the_other_case(other, words):
    diagnostics = check(LESSON.format(other=other).encode())[1]
    assert [diagnostic.line for diagnostic in diagnostics] == ([] if words is None else [6 + other.count("\n")])
    if words:
        assert words in str(diagnostics[0].what)


def test_a_case_that_cannot_be_read_changes_nothing():
    screen = bundled_lessons()[1].screens[0]
    assert setup_at(screen, {key: "none" for key in query_of(screen.other)}) == setup_at(screen, {})

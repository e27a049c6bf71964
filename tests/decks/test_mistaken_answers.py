"""What is said to a wrong answer: one that a mistake in the backward pass gives has feedback of its own, and no usual guess is right by chance."""

import numpy as np
import pytest

from cnnviz.core.mistakes import mistakes_for
from cnnviz.decks.deck import Screen
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.mistaken_snapshot import mistaken_scope
from cnnviz.decks.question import ask, is_same_answer, key_of, setup_at
from cnnviz.decks.scope import scope_of
from cnnviz.decks.votes import group_answers, group_index
from cnnviz.words import Problem, languages

ASKED = [pytest.param(screen, id=f"{deck.id}-{n}") for deck in bundled_lessons() for n, screen in enumerate(deck.screens, 1) if screen.key and screen.kind != "construct"]
TYPED = [pytest.param(*one.values, id=one.id) for one in ASKED if one.values[0].kind in ("number", "click")]


def wrong_keys(screen: Screen):
    """What each mistake makes of the key."""
    here = scope_of(setup_at(screen, {}))
    for mistake in [] if here.setup.deviations else mistakes_for(here.setup.network, here.setup.opt, len(here.setup.images), here.setup.mode == "train"):
        try:
            yield mistake, key_of(screen, mistaken_scope(here, mistake))
        except Problem:
            continue


@pytest.mark.parametrize("screen", TYPED)
def test_an_answer_that_a_mistake_gives_has_feedback_of_its_own(screen: Screen):
    question = ask(screen, setup_at(screen, {}))
    rest = 1 + len(question.options)
    with np.errstate(all="ignore"):
        for mistake, value in wrong_keys(screen):
            given = np.flatnonzero(value & ~question.key) if screen.kind == "click" else [float(value)]
            assert all(group_index(screen, question, float(answer)) < rest for answer in given), mistake.address


def test_the_feedback_names_the_mistake_in_every_language():
    """The gradient of a sum before σ, worked out with the mean forgotten."""
    screen = next(deck for deck in bundled_lessons() if deck.id == "blame").screens[1]
    (answer,) = [option for option in ask(screen, setup_at(screen, {})).options if option.is_mistake and option.label.say("en") == "1/N forgotten"]
    key = key_of(screen, scope_of(setup_at(screen, {})))
    assert answer.value == pytest.approx(2 * key)
    assert {*answer.say.by_language} == {*languages()} and "1/N forgotten" in answer.say.say("en") and "N times too large" in answer.say.say("en")


def test_what_a_mistake_gives_is_a_group_of_an_audience_where_it_was_given():
    screen = next(deck for deck in bundled_lessons() if deck.id == "blame").screens[1]
    question = ask(screen, setup_at(screen, {}))
    answer = next(option for option in question.options if option.is_mistake)
    without, given = (group_answers(screen, question, [answers]) for answers in ([0.0], [float(answer.value)]))
    assert answer.label.say("en") not in [group.label for group in without]
    assert len(given) == len(without) + 1 and sum(group.counts[0] for group in given) == 1


@pytest.mark.parametrize("screen", ASKED)
def test_on_its_own_image_no_usual_guess_is_right_or_the_same_as_another(screen: Screen):
    """The image and the kernel of a question are such that what people guess is wrong there, and far enough from what is right."""
    question = ask(screen, setup_at(screen, {}))
    guesses = [option for option in question.options if not option.right and not option.is_mistake]
    assert len(guesses) == len(screen.answers) - (screen.kind == "choose")
    for guess in guesses:
        if screen.kind == "number":
            assert abs(float(guess.value) - float(question.key)) > 3 * question.tolerance
        if screen.kind == "click":
            assert guess.value.any() and not (guess.value & question.key).any()
        if screen.kind == "choose":
            assert not is_same_answer(guess.value, question.key)
            assert np.linalg.norm(guess.value - question.key * 1.0) > 0.02 * np.linalg.norm(question.key)
    message = [option.say.say("en") for option in guesses]
    assert len({*message}) == len(message)

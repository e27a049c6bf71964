"""What the lessons say is true for the setup that they link to."""

import re

import numpy as np
import pytest

from cnnviz.core.mistakes import mistake_at
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_images
from cnnviz.decks.deck import Screen
from cnnviz.decks.library import bundled_lessons, lectures
from cnnviz.decks.plates import cells, plates
from cnnviz.decks.question import ask, other_setup, setup_at
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.view.constants import gallery
from cnnviz.words import format_value, languages


def screen_of(id: str, number: int) -> Screen:
    return next(deck for deck in bundled_lessons() if deck.id == id).screens[number - 1]


def test_the_weight_that_is_asked_for_has_the_gradient_furthest_from_0_and_a_negative_one_is_not_the_largest():
    screen = screen_of("blame", 3)
    assert "furthest from 0" in screen.ask.say("en")
    dw = scope_of(setup_at(screen, {})).arrays["dw"][:, 0]
    assert (dw < 0).all() and int(ask(screen, setup_at(screen, {})).key) == np.abs(dw).argmax() == dw.argmin()


def test_the_errors_of_weights_updated_first_are_those_of_the_default_rate_which_is_named():
    """So Check of the same setup shows the same errors."""
    screen = screen_of("check", 4)
    setup = setup_of(screen.at)
    assert setup.lr == Setup().lr and "{lr}" in screen.text.say("en") and "{lr}" in screen.text.say("fr")
    snapshot = run_updates(setup, load_images(setup), 0)
    wrong = mistake_at("weights_updated_first", setup.network, setup.opt).gradients(snapshot.params, snapshot.trace, np.array(setup.y), setup.optimizer)
    shown = {plate.of: float(plate.value) for plate in plates(screen, scope_of(setup)) if plate.value.ndim == 0}
    for name in ("dw", "da1", "df"):
        error = float(np.abs(wrong[name] - snapshot.gradients[name]).max())
        assert shown[f"max(abs(wrong('weights_updated_first', {name}) - {name}))"] == pytest.approx(error, rel=1e-12)


def test_the_curve_of_sigma_is_marked_where_the_sum_is_on_every_image():
    screen = screen_of("blame", 2)
    for change in ({}, *({"img": image.id} for image in gallery())):
        scope = scope_of(setup_at(screen, change))
        (curve,) = [plate for plate in plates(screen, scope) if plate.mark is not None]
        z = np.linspace(-6, 6, curve.value.size)
        np.testing.assert_allclose(curve.value, 1 / (1 + np.exp(-z)), rtol=1e-12)
        assert np.interp(curve.mark, np.arange(z.size), z) == pytest.approx(float(scope.arrays["z2"][0]), abs=1e-9)


def test_every_question_of_the_lessons_has_one_or_two_hints_in_every_language():
    for deck in bundled_lessons():
        for number, screen in enumerate(deck.screens, 1):
            hints = ask(screen, setup_at(screen, {})).hints
            assert 1 <= len(hints) <= 2, (deck.id, number)
            for hint in hints:
                assert {*hint.by_language} == {*languages()} and len({hint.say(lang) for lang in languages()}) == len(languages())


def test_a_lesson_takes_minutes_and_a_lecture_what_its_screens_plan():
    assert all(4 <= deck.minutes <= 20 for deck in bundled_lessons())
    for deck in lectures():
        if all(screen.seconds for screen in deck.screens):
            assert deck.minutes == round(sum(screen.seconds for screen in deck.screens) / 60)
    short, long = (Screen("", text=screen_of("kernel", 1).text, kind=kind) for kind in ("choose", "construct"))
    assert short.duration < long.duration


def cases(screen: Screen) -> list[Setup]:
    """The setups of a question: its own, and that of a second try."""
    return [setup_at(screen, {}), *filter(None, [other_setup(screen)])]


def numbers_in(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"(?<![\w\[,])−?\d+\.\d+", text)]


def test_the_gradients_of_windows_that_overlap_add_up_as_they_are_printed():
    screen = screen_of("sums", 3)
    for setup in cases(screen):
        question = ask(screen, setup)
        first, second = numbers_in(question.text.say("en"))
        assert first + second == pytest.approx(numbers_in(question.right.say("en"))[0], abs=1.01e-4)


def test_the_pictures_of_flipped_gradients_have_the_digits_that_the_text_names():
    """Pictures are printed in thousandths, with one decimal, if their largest number is between 0.01 and 0.1."""
    screen = screen_of("check", 7)
    for setup in cases(screen):
        question = ask(screen, setup)
        assert all(0.01 <= np.abs(option.value).max() < 0.1 for option in question.options)
        key = np.asarray(question.key)
        for lang in languages():
            first, last = (format_value(float(1000 * key[place, place]), "3", lang) for place in (2, 0))
            assert re.findall(r"[\d.,]+(?= · 10⁻³)", question.text.say(lang)) == [first, last]


def test_what_is_cut_off_has_decimals():
    """The sum was once printed with three digits, so that 10 became 10."""
    screen = screen_of("notebook", 4)
    for setup in cases(screen):
        up = next(option for option in ask(screen, setup).options if option.value[1] == 11)
        assert f"{10 + setup.lr} becomes 10" in up.say.say("en")


def test_two_digits_of_the_slope_are_left_with_the_smallest_nudge():
    screen = screen_of("check", 3)
    for setup in cases(screen):
        question, scope = ask(screen, setup), scope_of(setup)
        error = next(float(plate.value) for plate in plates(screen, scope) if "1e-14" in plate.of)
        assert 0.001 < error / abs(scope.arrays["db"][0]) < 0.05
        (smallest,) = (option for option in question.options if option.value == 2)
        assert "about two digits" in question.right.say("en") and "only two digits" in smallest.say.say("en")


@pytest.mark.parametrize(("id", "number"), [("channels", 2), ("sums", 6)])
def test_the_gradient_of_equal_units_goes_to_the_first_as_the_answer_says(id, number):
    """A map whose units are all 0 consists of such windows."""
    screen = screen_of(id, number)
    scope = scope_of(setup_at(screen, {}))
    windows, reached = (
        np.lib.stride_tricks.sliding_window_view(scope.arrays[name], (1, 2, 2))[:, ::2, ::2].reshape(-1, 4) for name in ("a1", "da1")
    )
    ties = (windows == windows.max(axis=1, keepdims=True)).sum(axis=1) > 1
    assert ties.any() and (reached != 0).sum() == len(windows)
    assert ((reached != 0).argmax(axis=1) == windows.argmax(axis=1)).all()
    assert "or the first of several equal ones" in ask(screen, scope.setup).right.say("en")


def test_each_answer_names_both_gradients():
    """The answers are mixed: the first one cannot refer to another."""
    screen = screen_of("check", 4)
    for option in ask(screen, setup_at(screen, {})).options:
        assert all("∂w" in option.label.say(lang) and "∂f" in option.label.say(lang) for lang in languages())


def test_ten_updates_with_adam_have_the_digits_of_the_picture_and_name_the_rate():
    screen = screen_of("rate", 6)
    for setup in cases(screen):
        question = ask(screen, setup)
        after = next(plate.value for plate in plates(screen, scope_of(setup)) if plate.hidden)
        assert f"learning rate of {setup.lr}" in question.text.say("en")
        assert question.right.say("en").startswith(f"{abs(after).max() / setup.lr:.3g} rates")


@pytest.mark.parametrize(
    ("id", "number", "sentence"), [("channels", 4, "This sum is positive"), ("norm", 6, "This one was kept")]
)
def test_a_wrong_click_is_explained_by_its_own_cell_and_not_by_a_mistake_in_code(id, number, sentence):
    screen = screen_of(id, number)
    question = ask(screen, setup_at(screen, {}))
    (option,) = question.options
    assert (option.value == ~question.key).all() and option.say.say("en").startswith(sentence) and not option.is_mistake


def test_two_equal_filters_move_visibly_and_stay_equal():
    """Their change is shown: next to their weights, it is too small to be seen."""
    screen = screen_of("zero", 2)
    for setup in cases(screen):
        change = next(plate.value for plate in plates(screen, scope_of(setup)) if plate.hidden)
        assert (change[0] == change[1]).all() and change.all()


def test_no_two_questions_ask_the_same():
    """Neither of the same setup, nor in the same words about the same key."""
    questions = [(deck.id, number, screen) for deck in bundled_lessons() for number, screen in enumerate(deck.screens, 1) if screen.kind]
    for told in (lambda screen: (setup_of(screen.at), screen.key, screen.stages), lambda screen: (screen.text.say("en"), screen.ask.say("en"))):
        places: dict[object, list[tuple[str, int]]] = {}
        for id, number, screen in questions:
            places.setdefault(told(screen), []).append((id, number))
        assert [same for same in places.values() if len(same) > 1] == []


def test_the_units_that_a_short_loop_leaves_out_are_the_only_ones_at_one_half():
    screen = screen_of("notebook", 3)
    for setup in cases(screen):
        a1 = scope_of(setup).arrays["a1"]
        assert (a1[:-1, :-1] != 0.5).all() and (a1[-1] == 0.5).all() and (a1[:, -1] == 0.5).all()


def test_a_step_that_shuts_no_unit_keeps_the_signs_of_all_weights_and_one_that_shuts_all_turns_them():
    screen = screen_of("dead", 2)
    opened = [(float(ask(screen, setup).key), scope_of(setup).arrays["z1"].size, scope_of(setup).arrays["f_next"]) for setup in cases(screen)]
    assert [(key, (weights > 0).all(), (weights < 0).all()) for key, _, weights in opened] == [(0, False, True), (opened[1][1], True, False)]


def test_the_largest_sum_is_found_in_a_map_of_any_width():
    """Row and column follow the size of the map."""
    for id, number in (("kernel", 7), ("saturated", 1)):
        screen = screen_of(id, number)
        setup, _ = Setup.parse_query(setup_at(screen, {}).to_query() | {"img": "digit7-3"})
        (rows, columns) = cells(screen, scope_of(setup))[1]
        z1 = scope_of(setup).arrays["z1"]
        assert z1[rows.start, columns.start] == z1.max()

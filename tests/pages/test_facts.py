"""Facts of a lesson are true of its numbers."""

import numpy as np
import pytest

from cnnviz import Lesson, load_image, trajectory
from cnnviz.core.losses_ahead import promise
from cnnviz.pages.facts import facts
from cnnviz.words import written
from tests.pages.running import now

SMALL = "conv2x3-relu-max2-dense8-tanh-dense3-softmax-ce"


def _said(lesson: Lesson) -> dict[str, str]:
    return {stage: str(fact) for stage, fact in facts(lesson, lesson.network, now(lesson).moment, promise(lesson, now(lesson).moment)).items()}


@pytest.mark.parametrize("lesson", [Lesson(), Lesson(k=3), Lesson(net=SMALL)], ids=["start", "k=3", "relu"])
def test_the_promised_fall_is_that_of_a_tiny_step_of_each_parameter_alone(lesson):
    moment, network = now(lesson).moment, lesson.network
    trace = moment.trace

    def fall(name: str) -> float:
        params = {key: array - 1e-5 * moment.gradients[f"d{key}"] * (key == name) for key, array in moment.params.items()}
        after = network.forward(moment.params.replace(**params), trace.x)
        return network.loss(trace, np.array(lesson.y)) - network.loss(after, np.array(lesson.y))

    falls = {name: fall(name) for name in moment.params}
    found = promise(lesson, moment)
    assert found is not None
    for name, share in found.shares.items():
        assert share == pytest.approx(falls[name] / sum(falls.values()), abs=5e-4), name


@pytest.mark.parametrize("lesson", [Lesson(), Lesson(k=9, opt="momentum"), Lesson(opt="adam", lr=0.1), Lesson(lr=80.0), Lesson(lr=0.0)])
def test_the_loss_of_the_next_update_is_said(lesson):
    before, after = trajectory(lesson, load_image(lesson.img), lesson.k + 1).losses[-2:]
    moves = f"{'falls' if after < before else 'rises'} from {written(before, '4')} to {written(after, '4')}" if after != before else f"stays {written(before, '4')}"
    assert _said(lesson)["update"] == f"With η = {lesson.lr:g} the loss {moves}."


def test_what_is_too_little_to_be_seen_in_print_is_not_said_with_the_same_digits():
    before, after = trajectory(Lesson(lr=1e-7), load_image("test-0"), 1).losses
    assert _said(Lesson(lr=1e-7))["update"] == f"With η = 1e−7 the loss falls by {written(before - after, '2')}, from {written(before, '4')}."
    assert _said(Lesson(k=1000, lr=1.0))["dz2"] == "All units together pass less than 0.1% of the gradient."


@pytest.mark.filterwarnings("ignore")
def test_of_gradients_that_are_no_numbers_it_is_not_said_what_passes():
    lesson = Lesson(net="conv2x3-tanh-dense2-mse", lr=50.0, k=40)
    assert np.isnan(now(lesson).moment.gradients["dz1"]).any() and "dz1" not in _said(lesson)


def test_of_a_loss_with_a_mask_it_is_said_that_the_next_update_draws_another():
    lesson = Lesson(net="conv2x3-relu-drop50-dense2-sigmoid-mse")
    assert _said(lesson)["update"].endswith(" This holds for this mask; the next update draws another.")
    assert trajectory(lesson, load_image("test-0"), 1).losses[-1] != pytest.approx(promise(lesson, now(lesson).moment).after, rel=1e-3)


def test_under_the_notebook_s_rule_no_loss_is_said():
    assert "update" not in _said(Lesson(rule="procedural"))


def test_what_it_says_is_set_beside_the_target():
    assert _said(Lesson(k=3))["o"] == "It says cat (0.64); the target is cat: right."
    assert _said(Lesson(y=(0, 1)))["o"] == "It says cat (0.43); the target is dog."
    assert _said(Lesson(y=(0.5, 0.5)))["o"] == "It says cat (0.43)."


def test_an_image_that_is_none_of_the_classes_is_said_to_be():
    ship = Lesson(img="test-1", classes="cat,dog")
    assert _said(ship)["o"].endswith(" The image, ship, belongs to none of these classes.")
    for lesson in (Lesson(), Lesson(img="test-1"), Lesson(img="test-1", classes="ship,dog"), Lesson(img="pattern-edges", classes="cat,dog")):
        assert "none of these" not in _said(lesson)["o"]


def test_saturated_and_silent_units_are_counted():
    assert _said(Lesson())["a1"] == "Saturated units: 0 of 900."
    assert _said(Lesson(scale="raw", f="notebook"))["a1"] == "Saturated units: 900 of 900."
    lesson = Lesson(net=SMALL)
    positive = int(np.count_nonzero(now(lesson).moment.trace.z1 > 0))
    assert f"Silent units: {1800 - positive:,} of 1,800." in _said(lesson)["a1"]
    assert f"Open gates: {positive:,} of 1,800." in _said(lesson)["dz1"]

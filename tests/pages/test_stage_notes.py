"""Facts of a setup are true of its numbers."""

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.core.training.losses_ahead import promise
from cnnviz.pages.stage_notes import stage_notes
from cnnviz.words import format_value
from tests.pages.running import now

SMALL = "conv2x3-relu-max2-dense8-tanh-dense3-softmax-ce"


def _said(setup: Setup) -> dict[str, str]:
    return {stage: str(fact) for stage, fact in stage_notes(setup, setup.network, now(setup).snapshot, promise(setup, now(setup).snapshot)).items()}


@pytest.mark.parametrize("setup", [Setup(), Setup(k=3), Setup(net=SMALL)], ids=["start", "k=3", "relu"])
def test_the_promised_fall_is_that_of_a_tiny_step_of_each_parameter_alone(setup):
    snapshot, network = now(setup).snapshot, setup.network
    trace = snapshot.trace

    def fall(name: str) -> float:
        params = {key: array - 1e-5 * snapshot.gradients[f"d{key}"] * (key == name) for key, array in snapshot.params.items()}
        after = network.forward(snapshot.params.replace(**params), trace.x)
        return network.loss(trace, np.array(setup.y)) - network.loss(after, np.array(setup.y))

    falls = {name: fall(name) for name in snapshot.params}
    result = promise(setup, snapshot)
    assert result is not None
    for name, share in result.shares.items():
        assert share == pytest.approx(falls[name] / sum(falls.values()), abs=5e-4), name


@pytest.mark.parametrize("setup", [Setup(), Setup(k=9, opt="momentum"), Setup(opt="adam", lr=0.1), Setup(lr=80.0), Setup(lr=0.0)])
def test_the_loss_of_the_next_update_is_said(setup):
    before, after = run_updates(setup, load_image(setup.img), setup.k + 1).losses[-2:]
    old, new = format_value(before, "4"), format_value(after, "4")
    moves = f"{'falls' if after < before else 'rises'} from {old} to {new}" if after != before else f"stays {old}"
    assert _said(setup)["update"] == f"With η = {setup.lr:g}, L {moves}."


def test_what_is_too_little_to_be_seen_in_print_is_not_said_with_the_same_digits():
    before, after = run_updates(Setup(lr=1e-7), load_image("test-0"), 1).losses
    assert _said(Setup(lr=1e-7))["update"] == f"With η = 1e−7, L falls by {format_value(before - after, '2')} from {format_value(before, '4')}."
    assert _said(Setup(k=1000, lr=1.0))["dz2"] == "All units together pass less than 0.1% of the gradient."


@pytest.mark.filterwarnings("ignore")
def test_of_gradients_that_are_no_numbers_it_is_not_said_what_passes():
    setup = Setup(net="conv2x3-tanh-dense2-mse", lr=50.0, k=40)
    assert np.isnan(now(setup).snapshot.gradients["dz1"]).any() and "dz1" not in _said(setup)


def test_of_a_loss_with_a_mask_it_is_said_that_the_next_update_draws_another():
    setup = Setup(net="conv2x3-relu-drop50-dense2-sigmoid-mse")
    assert _said(setup)["update"].endswith(" The next update draws another mask.")
    assert run_updates(setup, load_image("test-0"), 1).losses[-1] != pytest.approx(promise(setup, now(setup).snapshot).after, rel=1e-3)


def test_under_the_notebook_s_rule_no_loss_is_said():
    assert "update" not in _said(Setup(rule="procedural"))


def test_what_it_says_is_set_beside_the_target():
    assert _said(Setup(k=3))["o"] == "It says cat (0.64); the target is cat: right."
    assert _said(Setup(y=(0, 1)))["o"] == "It says cat (0.43); the target is dog."
    assert _said(Setup(y=(0.5, 0.5)))["o"] == "It says cat (0.43)."


def test_an_image_that_is_none_of_the_classes_is_said_to_be():
    ship = Setup(img="test-1", classes="cat,dog")
    assert _said(ship)["o"].endswith(" The image, ship, is in none of these classes.")
    for setup in (Setup(), Setup(img="test-1"), Setup(img="test-1", classes="ship,dog"), Setup(img="pattern-edges", classes="cat,dog")):
        assert "none of these" not in _said(setup)["o"]


def test_saturated_and_silent_units_are_counted():
    assert _said(Setup())["a1"] == "Saturated units: 0 of 900."
    assert _said(Setup(scale="raw", f="notebook"))["a1"] == "Saturated units: 900 of 900."
    setup = Setup(net=SMALL)
    positive = int(np.count_nonzero(now(setup).snapshot.trace.z1 > 0))
    assert f"Silent units: {1800 - positive:,} of 1,800." in _said(setup)["a1"]
    assert f"Open gates: {positive:,} of 1,800." in _said(setup)["dz1"]

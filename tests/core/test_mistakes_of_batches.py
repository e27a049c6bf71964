"""Mistakes that show in several images, in the forward pass, or in what training keeps: where each is made, what it spoils, and who sees it."""

import numpy as np
import pytest

from cnnviz.core.diagnosis.diagnosis import diagnose, gradient_names
from cnnviz.core.diagnosis.reference_pass import ReferencePass
from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.mistakes import MISTAKES, mistake_at, mistakes_for
from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import gd
from cnnviz.words import Problem, has_message
from tests.core.networks import Batch

NET = "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce"
BATCH = Batch(NET, (4, 2, 9, 10), seed=1)
NETWORK, Y = BATCH.network, np.eye(2)[[0, 1, 1, 0]]
PROGRAM = NETWORK.program(BATCH.x_shape)
TRACE = PROGRAM.forward(BATCH.params, BATCH.x, pass_inputs=BATCH.given)
EXACT = PROGRAM.backward(BATCH.params, TRACE, Y)
OF_SEVERAL = {"images_summed": "dz2", "images_divided_twice": "dw", "places_forgotten": "n1"}
FORWARD = {"mask_not_scaled": "r1", "running_reversed": "n1"}


def run(address, images=4, training=True):
    return mistake_at(address, NETWORK, images=images, training=training)


def gradients(address):
    return run(address).run(PROGRAM, BATCH.params, TRACE, Y, gd(0.1))


def test_those_of_the_batch_need_two_images_and_each_has_its_stage():
    offered = {one.mistake.name: one.stage for one in reversed(mistakes_for(NETWORK, images=4))}
    alone = {one.mistake.name for one in mistakes_for(NETWORK)}
    assert {**OF_SEVERAL, **FORWARD}.items() <= offered.items() and not {*OF_SEVERAL, "batch_statistics"} & alone
    for name in OF_SEVERAL:
        with pytest.raises(Problem, match="has no effect with one image"):
            mistake_at(name, NETWORK)
    with pytest.raises(Problem, match="only with mode=eval"):
        run("batch_statistics@n1")


def test_sums_and_means_over_images():
    for name, array in gradients("images_summed").items():
        np.testing.assert_allclose(array, 4 * EXACT[name], rtol=1e-12)
    twice = gradients("images_divided_twice@dw")
    np.testing.assert_array_equal(twice["dw"], EXACT["dw"] / 4)
    assert all(np.array_equal(twice[name], EXACT[name]) for name in EXACT if name != "dw")


@pytest.mark.parametrize("name", [one.address for one in mistakes_for(NETWORK, images=4)])
def test_whether_the_check_of_its_own_loss_sees_it(name):
    """A forward pass that is another one has gradients that fit it; all else is caught, or changes no gradient."""
    one = run(name)
    wrong = one.run(PROGRAM, BATCH.params, TRACE, Y, gd(0.1))
    if not one.is_forward:
        hidden = all(np.allclose(wrong[f"d{parameter}"], EXACT[f"d{parameter}"], atol=1e-12) for parameter in BATCH.params)
        result = check_gradients(BATCH.params, BATCH.x, Y, network=NETWORK, gradients=wrong, pass_inputs=BATCH.given)
        assert result.passed == hidden
        return
    for parameter in ("f", "w", "g"):
        array, at = wrong[f"d{parameter}"], np.unravel_index(np.argmax(np.abs(wrong[f"d{parameter}"])), BATCH.params[parameter].shape)

        def loss(by, parameter=parameter, at=at):
            moved = BATCH.params[parameter].copy()
            moved[at] += by
            params = BATCH.params.replace(**{parameter: moved})
            return NETWORK.loss(one.forward(PROGRAM, params, PROGRAM.forward(params, BATCH.x, pass_inputs=BATCH.given)), Y)

        assert array[at] == pytest.approx((loss(1e-6) - loss(-1e-6)) / 2e-6, rel=1e-5)


def test_statistics_of_places_are_those_over_the_images_alone():
    mistaken = run("places_forgotten@n1").forward(PROGRAM, BATCH.params, TRACE)
    z = TRACE["z1"]
    hat = (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5)
    np.testing.assert_allclose(mistaken["n1"], BATCH.params.g[:, None, None] * hat + BATCH.params.s[:, None, None], rtol=1e-12)


def test_what_stays_is_as_it_was_where_the_mask_is_not_scaled():
    mistaken = run("mask_not_scaled").forward(PROGRAM, BATCH.params, TRACE)
    np.testing.assert_array_equal(mistaken["r1"], TRACE["p1"] * (TRACE.kept["r1.mask"] > 0))


def test_running_numbers_the_other_way_round_change_no_gradient():
    one = run("running_reversed@n1")
    assert one.affected_stages(BATCH.params, TRACE, Y, 0.1) == () and one.is_forward
    mistaken, right = one.next_buffers(PROGRAM, TRACE), PROGRAM.next_buffers(TRACE)
    for name in right:
        now = (right[name] - 0.9 * TRACE.kept[name]) / 0.1
        np.testing.assert_allclose(mistaken[name], 0.1 * TRACE.kept[name] + 0.9 * now, rtol=1e-12)


def test_the_batchs_own_statistics_after_training_give_an_image_alone_another_answer():
    one = run("batch_statistics@n1", training=False)
    program = NETWORK.program(BATCH.x_shape, training=False)
    trace = program.forward(BATCH.params, BATCH.x, pass_inputs=BATCH.given)
    together, two = (one.forward(p, BATCH.params, p.forward(BATCH.params, x, pass_inputs=BATCH.given)) for p, x in ((program, BATCH.x), (program, BATCH.x[:2])))
    assert not np.allclose(together["o"][:2], two["o"]) and np.array_equal(trace["o"][:2], program.forward(BATCH.params, BATCH.x[:2], pass_inputs=BATCH.given)["o"])
    in_training = NETWORK.program(BATCH.x_shape).forward(BATCH.params, BATCH.x, pass_inputs=BATCH.given)
    np.testing.assert_allclose(together["n1"], in_training["n1"], rtol=1e-12)


@pytest.mark.parametrize("name", ["images_summed", "images_divided_twice@dw", "images_divided_twice@df", "places_forgotten", "mask_not_scaled"])
def test_it_is_found_in_gradients_of_ones_own(name):
    theirs = gradients(name)
    result = diagnose(ReferencePass(PROGRAM, BATCH.params, TRACE, Y, gd(0.1)), {array: theirs[array] for array in gradient_names(PROGRAM)})
    exact = [match.explanation.placed for match in result.matches[result.first] if match.exact and match.explanation.placed]
    assert run(name) in exact


@pytest.mark.parametrize("text", [NET, "conv2x3b-bn-tanh-drop20-dense3-bn-sigmoid-mse", "conv2x3-bn-gap-sigmoid-bce"])
@pytest.mark.parametrize("training", [True, False])
def test_both_lines_as_code(text, training):
    network = Network.parse(text)
    for one in mistakes_for(network, images=4, training=training):
        wrong, right = one.code(network.program((4, 2, 9, 10), training=training))
        assert "{" not in wrong + right and (wrong != right or one.mistake.name == "stride_forgotten"), one.address


def test_groups_of_an_images_own_channels_have_their_mistakes():
    """An image of three channels, as far as the network says."""
    result = {one.address for one in mistakes_for(Network.parse("gn3-conv2x3-dense2-mse"))}
    assert {"mean_path_forgotten@dx", "channels_not_summed@dn1", "sign_flipped@do"} <= result


def test_every_one_of_them_has_words():
    for name in (*OF_SEVERAL, *FORWARD, "batch_statistics"):
        assert all(has_message(f"mistake.{name}.{part}") for part in ("title", "sentence")) and MISTAKES[name].kinds

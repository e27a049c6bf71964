"""Several images at once: normalisation over them, dropout, buffers, the mean of their losses, and each image's own pull."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.network.network import Network
from cnnviz.tensorflow_check.tensorflow_network import tensorflow_gradients
from tests.core import batches_in_tensorflow
from tests.core.networks import ALL, Batch, Case, batches, cases

NET = "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce"
BATCHES = [
    Batch(NET, (4, 1, 8, 8)),
    Batch(NET, (1, 3, 8, 8)),
    Batch("bn-conv4x3b-gn2-leaky-drop30-dense5-ln-tanh-drop20-dense3-bn-sigmoid-bce", (3, 3, 6, 6)),
    Batch("drop10-conv4x3-gn4-sigmoid-avg2-bn-gap-ln-dense3-softmax-mse", (5, 2, 7, 8)),
    Batch("dense6-bn-tanh-dense3-bn-mse", (4, 1, 3, 3)),
    Batch("conv3x3bs2d2same-bn-relu-conv4x3-bn-relu-gap-drop40-dense4-sigmoid-ce", (2, 3, 12, 11)),
    Batch("conv4x3b-relu-max2-dense10-softmax-ce", (8, 3, 10, 10)),
]
some = pytest.mark.parametrize("case", BATCHES, ids=str)


def passes(case: Batch, training: bool = True):
    trace = case.network.forward(case.params, case.x, training, case.given)
    return trace, case.network.backward(case.params, trace, case.y)


# --- numbers --------------------------------------------------------------------------------------


def assert_as_tensorflow(case: Batch, training: bool) -> None:
    values, theirs, losses = batches_in_tensorflow.gradients(case.text, case.params, case.x, case.y, case.given, training)
    trace, ours = passes(case, training)
    for name, value in trace.items():
        np.testing.assert_allclose(value, values[name], rtol=1e-9, atol=1e-10 * np.abs(value).max(), err_msg=name)
    np.testing.assert_allclose(case.network.losses(trace, case.y), losses, rtol=1e-10)
    np.testing.assert_allclose(case.network.loss(trace, case.y), losses.mean(), rtol=1e-10)
    # Behind a normalisation some gradients are 0 but for round-off: its paths cancel.
    scale = 1e-12 * max(1.0, *(np.abs(gradient).max() for gradient in theirs.values()))
    for name, gradient in ours.items():
        wanted = theirs[name[1:]]
        assert gradient.shape == wanted.shape, name
        np.testing.assert_allclose(gradient, wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max() + scale, err_msg=name)


@some
@pytest.mark.parametrize("training", [True, False])
def test_every_value_and_gradient_is_tensorflows(case, training):
    assert_as_tensorflow(case, training)
    twin = tensorflow_gradients(case.params, case.x, case.y, network=case.network, pass_inputs=case.given, training=training)
    ours = passes(case, training)[1]
    for name in (*case.params, "x"):
        np.testing.assert_allclose(ours[f"d{name}"], twin[name], rtol=1e-10, atol=1e-12, err_msg=name)


@given(batches())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_networks_values_and_gradients_are_tensorflows(case):
    assert_as_tensorflow(case, True)


@some
def test_the_gradient_check_holds_masks_and_lets_statistics_follow(case):
    result = check_gradients(case.params, case.x, case.y, network=case.network, pass_inputs=case.given, parameters=(*case.params, "x"))
    assert result.verdict == "right"
    spoiled = {name: array.copy() for name, array in passes(case)[1].items() if name[1:] in case.params}
    name = "dw" if "dw" in spoiled else next(name for name in spoiled if name[1] in "wf")
    spoiled[name].flat[np.abs(spoiled[name]).argmax()] *= 1.001
    assert check_gradients(case.params, case.x, case.y, network=case.network, pass_inputs=case.given, gradients=spoiled).wrong == 1


@given(batches())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_the_check_raises_no_false_alarm(case):
    assert check_gradients(case.params, case.x, case.y, network=case.network, pass_inputs=case.given).wrong == 0


# --- one image, and many that are apart -----------------------------------------------------------


@given(cases())
@settings(max_examples=40)
def test_images_that_nothing_mixes_are_each_as_alone(case):
    shape = case.x_shape if len(case.x_shape) == 3 else (1, *case.x_shape)
    batch = Batch(case.text, (3, *shape), case.seed)
    trace = case.network.forward(case.params, batch.x)
    gradients = case.network.backward(case.params, trace, batch.y)
    alone = [case.network.forward(case.params, x.reshape(case.x_shape)) for x in batch.x]
    back = [case.network.backward(case.params, one, y) for one, y in zip(alone, batch.y, strict=True)]
    for i, (one, own) in enumerate(zip(alone, back, strict=True)):
        for name, array in trace.image(i).items():
            np.testing.assert_allclose(array, one[name], rtol=1e-12, atol=1e-12 * np.abs(one[name]).max())
        for name, array in gradients.image(i).items():
            if name[1:] not in case.params:
                np.testing.assert_allclose(3 * array, own[name], rtol=1e-9, atol=1e-10 * np.abs(own[name]).max(initial=1e-5), err_msg=name)
    for name in case.params:
        mean = np.mean([own[f"d{name}"] for own in back], axis=0)
        np.testing.assert_allclose(gradients[f"d{name}"], mean, rtol=1e-9, atol=1e-10 * np.abs(mean).max(initial=1e-5))


@pytest.mark.parametrize("name", ["vzhou842", "Tiny VGG", "TheIndependentCode"])
def test_the_shapes_of_several_images_begin_with_their_axis(name):
    case = ALL[name]
    shape = case.x_shape if len(case.x_shape) == 3 else (1, *case.x_shape)
    trace = case.network.forward(case.params, np.zeros((1, *shape)))
    program = case.network.program(case.x_shape)
    assert {name: array.shape for name, array in trace.items()} == {name: (1, *program.shapes[name]) for name in trace}
    gradients = case.network.backward(case.params, trace, np.zeros((1, *program.shapes["o"])))
    assert all(gradients[f"d{name}"].shape == array.shape for name, array in case.params.items())


# --- pulls ----------------------------------------------------------------------------------------


@some
def test_the_mean_of_the_pulls_is_the_gradient_and_each_is_a_slope_of_its_own_loss(case):
    trace, gradients = passes(case)
    per_image_gradients, h = case.network.per_image_gradients(case.params, trace, case.y), 1e-6
    assert set(per_image_gradients) == {f"d{name}" for name in case.params}
    for name, array in case.params.items():
        of_images = per_image_gradients[f"d{name}"]
        assert of_images.shape == (len(case.x), *array.shape)
        np.testing.assert_allclose(of_images.mean(axis=0), gradients[f"d{name}"], rtol=1e-9, atol=1e-12)
    name = next(name for name in reversed([*case.params]) if name[0] == "w")
    sides = []
    for sign in (1, -1):
        moved = case.params[name].copy()
        moved.flat[0] += sign * h
        params = case.params.replace(**{name: moved})
        sides.append(case.network.losses(case.network.forward(params, case.x, pass_inputs=case.given), case.y))
    np.testing.assert_allclose((sides[0] - sides[1]) / (2 * h), per_image_gradients[f"d{name}"].reshape(len(case.x), -1)[:, 0], rtol=1e-5, atol=1e-8)


# --- what is kept ---------------------------------------------------------------------------------


def test_statistics_and_running_numbers_are_those_of_the_batch():
    case = BATCHES[0]
    trace, _ = passes(case)
    z, start = trace["z1"], case.given
    np.testing.assert_allclose(trace.kept["n1.mean"], z.mean(axis=(0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(trace.kept["n1.var"], z.var(axis=(0, 2, 3)), rtol=1e-12)
    hat = (z - z.mean(axis=(0, 2, 3), keepdims=True)) / np.sqrt(z.var(axis=(0, 2, 3), keepdims=True) + 1e-5)
    np.testing.assert_allclose(trace.kept["n1.hat"], hat, rtol=1e-9, atol=1e-12)
    after = case.network.next_buffers(trace)
    np.testing.assert_allclose(after["n1.running_mean"], 0.9 * start["n1.running_mean"] + 0.1 * z.mean(axis=(0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(after["n1.running_var"], 0.9 * start["n1.running_var"] + 0.1 * z.var(axis=(0, 2, 3), ddof=1), rtol=1e-12)
    assert set(trace.kept) == {"n1.mean", "n1.var", "n1.hat", "n1.running_mean", "n1.running_var", "r1.mask"}
    assert trace.kept["r1.mask"].shape == trace["r1"].shape and trace.kept["n1.mean"].shape == (2,)


def test_buffers_start_at_0_and_1_and_stay_as_they_are_after_training():
    network, x = Network.parse(NET), np.zeros((2, 1, 8, 8))
    start = network.buffers(x.shape)
    assert start["n1.running_mean"].tolist() == [0, 0] and start["n1.running_var"].tolist() == [1, 1]
    after = network.next_buffers(network.forward(network.init((8, 8)), x, training=False))
    assert all(np.array_equal(after[name], start[name]) for name in start)


def test_one_number_normalised_is_the_shift_and_nothing_comes_back():
    network = Network.parse("dense3-bn-tanh-dense2-mse")
    params = network.init((4, 4)).replace(s=np.array([0.5, -1.0, 2.0]))
    trace = network.forward(params, np.random.default_rng(0).random((4, 4)))
    assert trace["n1"].tolist() == [0.5, -1.0, 2.0]
    gradients = network.backward(params, trace, np.ones(2))
    assert not gradients["dz1"].any() and gradients["ds"].any()
    assert network.next_buffers(trace)["n1.running_var"].tolist() == pytest.approx([0.9] * 3)


def test_masks_are_drawn_by_seed_update_and_place():
    network = Network.parse(NET)
    masks = network.masks((4, 1, 8, 8), 7, 3)["r1.mask"]
    drawn = np.random.default_rng([7, 3, 5]).random((4, 2, 3, 3)) >= 0.5
    assert np.array_equal(masks, np.where(drawn, 2.0, 0.0))
    assert np.array_equal(network.masks((2, 1, 8, 8), 7, 3)["r1.mask"], masks[:2])
    assert np.array_equal(network.masks((8, 8), 7, 3)["r1.mask"], masks[0])
    rare = Network.parse("conv1x3-drop90-dense2-mse").masks((8, 8), 0, 0)["r1.mask"]
    assert rare.shape == (6, 6)  # as r1 is shown
    assert {*rare.ravel().tolist()} <= {0.0, 1 / 0.09999999999999998}


def test_dropout_of_maps_keeps_or_drops_each_map_of_each_image_and_in_a_row_each_number():
    masks = Network.parse("conv9x3-drop50m-dense40-drop50m-dense2-mse").masks((6, 1, 8, 8), 0, 0)
    assert masks["r1.mask"].shape == (6, 9, 6, 6) and masks["r2.mask"].shape == (6, 40)
    assert (masks["r1.mask"] == masks["r1.mask"][..., :1, :1]).all()
    assert {*np.unique(masks["r1.mask"][..., 0, 0])} == {*np.unique(masks["r2.mask"])} == {0.0, 2.0}


def test_after_training_nothing_is_dropped_and_images_are_apart():
    case = BATCHES[0]
    trace, _ = passes(case, training=False)
    assert np.array_equal(trace["r1"], trace["p1"]) and "r1.mask" not in trace.kept
    alone = case.network.forward(case.params, case.x[1:2], False, case.given)
    np.testing.assert_allclose(alone["o"][0], trace["o"][1], rtol=1e-13)


@some
@pytest.mark.parametrize("training", [True, False])
def test_a_trace_can_be_pickled_with_its_mode(case, training):
    trace, gradients = passes(case, training)
    again = pickle.loads(pickle.dumps(trace))
    back = case.network.backward(case.params, again, case.y)
    assert again.training == training and set(again.kept) == set(trace.kept)
    for name, array in gradients.items():
        assert np.array_equal(back[name], array), name


@pytest.mark.parametrize("text, code", [
    ("conv6x3-gn4-dense2-mse", "cannot form"), ("conv2x3-ln-dense2-mse", "ln"), ("drop95-dense2-mse", "1 to 90"), ("drop0-dense2-mse", "1 to 90"),
])  # fmt: skip
def test_what_does_not_fit_is_said(text, code):
    with pytest.raises(ValueError, match=code):
        Network.parse(text).init((8, 8))


def test_masks_of_another_shape_are_refused():
    case = BATCHES[0]
    with pytest.raises(ValueError, match=r"r1\.mask has shape"):
        case.network.forward(case.params, case.x, pass_inputs={"r1.mask": np.ones((3, 2, 3, 3))})


def test_a_single_image_is_what_it_was():
    case = Case("conv2x3b-relu-max2-dense3-softmax-ce", (3, 9, 8))
    one, many = replace(case), Batch(case.text, (1, *case.x_shape))
    assert one.network.forward(case.params, case.x)["z1"].shape == (2, 7, 6)
    assert many.network.forward(case.params, many.x)["z1"].shape == (1, 2, 7, 6)

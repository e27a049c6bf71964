"""Any network: what follows from its text, and its passes against TensorFlow's and against differences of the loss."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnviz.core.network.network import DEFAULT, Network
from tests.core import in_tensorflow
from tests.core.networks import ALL, COURSES, Case, cases

EPSILON = 1e-6


# --- text, symbols, shapes, stages ----------------------------------------------------------------


@pytest.mark.parametrize("text", [case.text for case in ALL.values()])
def test_the_text_comes_back_and_equal_texts_are_equal_networks(text):
    network = Network.parse(text)
    assert str(network) == text
    assert network == Network.parse(text) and hash(network) == hash(Network.parse(text))
    assert network != Network.parse("conv3x3same-dense7-mse")


@given(cases())
def test_any_text_comes_back(case):
    assert str(Network.parse(case.text)) == case.text and Network.parse(f" {case.text}\n") == case.network


@pytest.mark.parametrize(
    "text, short",
    [
        ("conv1x3s1p0-dense2-mse", "conv1x3-dense2-mse"),
        ("conv1x3bs1same-max2s2-avg3s3-dense2-mse", "conv1x3bsame-max2-avg3-dense2-mse"),
        ("conv1x3s2p0-max1s1-dense2-mse", "conv1x3s2-max1-dense2-mse"),
    ],
)
def test_defaults_are_dropped(text, short):
    assert str(Network.parse(text)) == short and Network.parse(text) == Network.parse(short)


@pytest.mark.parametrize("one, other", [("conv2x3same", "conv2x3p1"), ("conv2x3", "conv2x3b"), ("conv2x1full", "conv2x1")])
def test_another_spelling_is_another_network(one, other):
    assert Network.parse(f"{one}-dense2-mse") != Network.parse(f"{other}-dense2-mse")


SYMBOLS = {
    "the notebook": "x z1 a1 v z2 o | f w b",
    "vzhou842": "x z1 p1 v z2 o | f w b",
    "LeNet": "x z1 a1 p1 z2 a2 p2 v z3 a3 z4 a4 z5 o | f1 b1 f2 b2 w3 b3 w4 b4 w5 b5",
    "Tiny VGG": "x z1 a1 z2 a2 p1 z3 a3 z4 a4 p2 v z5 o | f1 b1 f2 b2 f3 b3 f4 b4 w b5",
    "TheIndependentCode": "x z1 a1 v z2 a2 z3 o | f b1 w2 b2 w3 b3",
    "conv4x3full-relu-conv3x3b-gap-softmax-ce": "x z1 a1 z2 p1 o | f1 f2 b",
    "conv5x3b-tanh-gap-mse": "x z1 a1 o | f b",
    "dense2-mse": "x v o | w b",
    "relu-conv2x3-max2-dense2-mse": "x a1 z1 p1 v o | f w b",
    "tanh-dense6-softmax-dense5-relu-dense3-softmax-ce": "x a1 v z1 a2 z2 a3 z3 o | w1 b1 w2 b2 w3 b3",
    "conv6x5s4-relu-gap-dense4-tanh-dense10-sigmoid-bce": "x z1 a1 p1 z2 a2 z3 o | f w2 b2 w3 b3",
}


@pytest.mark.parametrize("name", SYMBOLS)
def test_every_letter_counts_for_itself_and_parameters_bear_the_number_of_their_z(name):
    symbols, parameters = (tuple(part.split()) for part in SYMBOLS[name].split("|"))
    case = ALL[name]
    assert (case.network.symbols, case.network.parameters) == (symbols, parameters)
    assert (tuple(case.network.forward(case.params, case.x)), tuple(case.params)) == (symbols, parameters)


@pytest.mark.parametrize(
    "text, x_shape, shapes",
    [
        ("conv1x3b-max2-dense2-mse", (7, 9), {"x": (7, 9), "f": (3, 3), "b1": (1,), "z1": (5, 7), "p1": (2, 3), "v": (6,), "o": (2,)}),
        ("conv1x3b-max2-dense2-mse", (1, 7, 9), {"x": (7, 9), "f": (3, 3), "z1": (5, 7)}),
        ("conv1x3-relu-gap-mse", (3, 7, 9), {"x": (3, 7, 9), "f": (1, 3, 3, 3), "z1": (5, 7), "a1": (5, 7), "o": (1,)}),
        ("conv2x2s2same-conv1x3p1-dense1-mse", (5, 4),
         {"f1": (2, 1, 2, 2), "z1": (2, 3, 2), "f2": (1, 2, 3, 3), "z2": (3, 2), "w": (6, 1), "b": (1,), "o": (1,)}),
        ("dense3-dense2-mse", (2, 3, 4), {"v": (24,), "w1": (24, 3), "z1": (3,), "w2": (3, 2), "b2": (2,)}),
    ],
)  # fmt: skip
def test_maps_and_filters_drop_axes_of_one_and_rows_keep_theirs(text, x_shape, shapes):
    network = Network.parse(text)
    params = network.init(x_shape)
    x = np.random.default_rng(0).random(x_shape)
    trace = network.forward(params, x)
    gradients = network.backward(params, trace, 0.5)
    everything = {**params, **trace}
    assert {name: everything[name].shape for name in shapes} == shapes
    assert {name: gradients[f"d{name}"].shape for name in shapes} == {name: everything[name].shape for name in shapes}


@pytest.mark.parametrize(
    "text, count",
    [
        (DEFAULT, 14),
        ("conv4x3-relu-max2-conv4x3-relu-max2-dense10-softmax-ce", 22),
        (COURSES["Tiny VGG"].text, 32),
        (COURSES["LeNet"].text, 32),
    ],
)
def test_that_many_stages(text, count):
    assert len(Network.parse(text).stages) == count


@pytest.mark.parametrize(
    "text, stages",
    [
        (DEFAULT, "x z1 a1 v z2 o L do dz2 dw da1 dz1 df update"),
        ("conv3x3-max2-dense4-softmax-ce", "x z1 p1 v z2 o L dz2 dw dp1 dz1 df update"),
        ("dense2-mse", "x v o L do dw update"),
        ("relu-dense3-tanh-dense2-sigmoid-bce", "x a1 v z1 a2 z2 o L dz2 dw2 da2 dz1 dw1 da1 update"),
        ("conv2x3b-gap-mse", "x z1 o L do dz1 df update"),
    ],
)
def test_the_stages_come_in_the_contracts_order(text, stages):
    network = Network.parse(text)
    assert list(network.stages) == stages.split()
    assert [stage.phase for stage in network.stages][-1] == "update"
    result = [name for stage in network.stages if stage.phase == "backward" for name in stage.makes]
    for name in network.parameters:
        assert f"d{name}" in result


@given(cases())
@settings(max_examples=40)
def test_every_stage_makes_what_the_passes_have_and_reads_what_came_before(case):
    network = case.network
    trace = network.forward(case.params, case.x)
    gradients = network.backward(case.params, trace, case.y)
    known = {"y", *case.params}
    for stage in network.stages:
        assert set(stage.inputs) <= known | set(gradients), stage
        if stage.phase == "backward":
            assert set(stage.makes) <= set(gradients)
            assert {name for name in stage.inputs if name[0] == "d"} <= known, stage
        known |= set(stage.makes)
        assert str(stage.title) and str(stage.sentence) and stage.label
    assert set(trace) | {"L"} <= known
    assert set(gradients) - known <= {"dv", "dx"}
    assert set(gradients) == {f"d{name}" for name in [*trace, *case.params]} - ({"do"} if network.merged else set())


# --- against TensorFlow ---------------------------------------------------------------------------


def assert_as_tensorflow(case: Case):
    values, theirs = in_tensorflow.gradients(case)
    trace = case.network.forward(case.params, case.x)
    ours = case.network.backward(case.params, trace, case.y)
    for name, value in trace.items():
        np.testing.assert_allclose(value, values[name], rtol=1e-10, atol=1e-10 * np.abs(value).max(), err_msg=name)
    np.testing.assert_allclose(case.network.loss(trace, case.y), values["L"], rtol=1e-10)
    assert set(ours) >= {f"d{name}" for name in theirs if name != "o"}
    # Where terms cancel, as in the softmax of one output, theirs leaves the round-off of the values that were multiplied.
    round_off = 1e-14 * max(1.0, *(np.abs(value).max() for value in trace.values()))
    for name, gradient in ours.items():
        wanted = theirs[name[1:]]
        assert gradient.shape == wanted.shape == {**trace, **case.params}[name[1:]].shape, name
        np.testing.assert_allclose(gradient, wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max() + round_off, err_msg=name)


@pytest.mark.parametrize("name", ALL)
def test_every_value_and_gradient_is_tensorflows(name):
    assert_as_tensorflow(ALL[name])


@given(cases())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_networks_values_and_gradients_are_tensorflows(case):
    assert_as_tensorflow(case)


# --- against differences of the loss --------------------------------------------------------------


def slope(case: Case, name: str, at: int) -> tuple[float, float]:
    """The central difference of one entry, and how far its two sides are apart: at a kink, by more than the loss bends."""
    arrays = {**case.params, "x": case.x}

    def loss(shift: float) -> float:
        moved = arrays[name].copy()
        moved.flat[at] += shift
        given = arrays | {name: moved}
        return case.network.loss(case.network.forward(given, given["x"]), case.y)

    plus, middle, minus = loss(EPSILON), loss(0), loss(-EPSILON)
    return (plus - minus) / (2 * EPSILON), abs(plus - 2 * middle + minus) / EPSILON


def assert_as_differences(case: Case, each: int) -> float:
    """Compares some entries of each array; the share of them that have no kink within reach."""
    gradients = case.network.backward(case.params, case.network.forward(case.params, case.x), case.y)
    rng, smooth = np.random.default_rng(case.seed), []
    for name, array in {**case.params, "x": case.x}.items():
        gradient = gradients[f"d{name}"].reshape(array.shape)
        most = np.abs(gradient).max()
        for at in rng.permutation(array.size)[:each]:
            central, apart = slope(case, name, at)
            assert abs(central - gradient.flat[at]) <= 1e-6 * most + 2e-9 + apart, (name, at)
            smooth.append(apart <= 1e-4 * most + 1e-8)
    return np.mean(smooth)


@pytest.mark.parametrize("name", ALL)
def test_every_networks_gradients_are_slopes_of_its_loss(name):
    assert assert_as_differences(ALL[name], 8) > 0.7


@given(cases())
@settings(max_examples=40)
def test_any_networks_gradients_are_slopes_of_its_loss(case):
    assert_as_differences(case, 4)


def test_a_backward_pass_takes_the_parameters_that_it_is_given():
    case = ALL["vzhou842"]
    trace = case.network.forward(case.params, case.x)
    others = case.params.replace(w=2 * case.params["w"])
    ours, theirs = (case.network.backward(params, trace, case.y) for params in (others, case.params))
    np.testing.assert_array_equal(ours["dv"], 2 * theirs["dv"])


@pytest.mark.parametrize("name, wrong", [("w", lambda w: w.T), ("f", lambda f: f.reshape(-1)), ("b", lambda b: b[:, None])])
def test_parameters_of_another_shape_are_refused(name, wrong):
    case = ALL["vzhou842"]
    with pytest.raises(ValueError, match=f"{name} has shape"):
        case.network.forward(case.params.replace(**{name: wrong(case.params[name])}), case.x)


def test_what_is_worked_out_later_heeds_what_was_set_when_it_was_asked_for():
    case = Case("conv1x3-dense1-mse", (4, 4))
    large = case.params.replace(f=np.full((3, 3), 1e200), w=np.full((4, 1), 1e200))
    with np.errstate(all="ignore"):
        gradients = case.network.backward(large, case.network.forward(large, np.zeros((4, 4))), np.ones(1))
    assert not np.isfinite(gradients["dx"]).any()

"""Texts that are no network, and networks that do not fit: each is refused with the layer, its place and what fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.network import Network
from cnnviz.core.network.network_text import MOST_TEXT
from cnnviz.words import Problem
from tests.core.networks import cases

REFUSED = [
    # what is no word of it
    ("", "ends with its loss, one of mse, bce, ce"),
    ("mse", "Add conv or dense"),
    ("-mse", "Word 1, ''"),
    ("conv1x3--dense2-mse", "Word 2, ''"),
    ("conv1x3-dense2", "ends with its loss.*not with 'dense2'"),
    ("conv1x3-dense2-mae", "not with 'mae'"),
    ("conv1x3-mse-dense2-mse", "Word 2, 'mse', is not a layer.*; at the end mse"),
    ("conv1x3-swish-dense2-mse", "Word 2, 'swish', is not a layer. Known: .*relu"),
    ("conv1x3-Relu-dense2-mse", "Word 2, 'Relu'"),
    ("conv1x3 -dense2-mse", "Word 1, 'conv1x3 '"),
    ("conv1x3-dense2-mse-", "''"),
    ("x" * 120 + "-dense2-mse", "Word 1, 'x+…'"),
    ("dense2-" + "x" * 120, "not with 'x+…'"),
    # what is not written as such a layer is
    ("conv-dense2-mse", "Word 1, 'conv', is malformed.*conv4x3"),
    ("conv4-dense2-mse", "Word 1, 'conv4', is malformed"),
    ("conv4x3x3-dense2-mse", "Word 1, 'conv4x3x3', is malformed"),
    ("conv4x3s2b-dense2-mse", "Word 1, 'conv4x3s2b', is malformed.*then b, s2, d2, p1"),
    ("conv4x3p1s2-dense2-mse", "Word 1, .*then b, s2, d2, p1"),
    ("conv4x3d2s2-dense2-mse", "Word 1, .*then b, s2, d2, p1"),
    ("conv4x3p1same-dense2-mse", "Word 1"),
    ("conv4x-3-dense2-mse", "Word 1, 'conv4x', is malformed"),
    ("conv٣x3-dense2-mse", "Word 1, 'conv٣x3', is malformed"),
    ("conv4x3-max-dense2-mse", "Word 2, 'max', is malformed.*max2"),
    ("conv4x3-max2p1-dense2-mse", "Word 2, 'max2p1'"),
    ("dense-mse", "Word 1, 'dense', is malformed.*dense10"),
    ("dense2.5-mse", "Word 1, 'dense2.5'"),
    ("dense2b-mse", "Word 1, 'dense2b'"),
    ("dense2-softmax2-ce", "Word 2, 'softmax2'"),
    ("conv2x3-gap2-mse", "Word 2, 'gap2'"),
    # the order
    ("dense4-conv1x3-dense2-mse", "Layer 2, conv1x3, needs a map.*before dense or gap"),
    ("conv1x3-gap-max2-dense2-mse", "Layer 3, max2, needs a map"),
    ("dense4-relu-avg2-dense2-mse", "Layer 3, avg2, needs a map"),
    ("dense4-gap-dense2-mse", "Layer 2, gap, needs a map"),
    ("conv1x3-softmax-dense2-mse", "Layer 2, softmax, needs a vector.*dense or gap before it"),
    ("softmax-dense2-mse", "Layer 1, softmax, needs a vector"),
    ("relu-max2-gap-mse", "Add conv or dense"),
    ("conv1x3-relu-mse", "mse needs 1 to 10 outputs, but layer 2, relu, gives a map. Put dense or gap after it"),
    ("conv1x3-dense2-ce", "ce must follow softmax, sigmoid, not layer 2, dense2"),
    ("conv1x3-dense2-tanh-ce", "ce must follow softmax, sigmoid, not layer 3, tanh"),
    ("conv1x3-dense2-softmax-bce", "bce must follow sigmoid, not layer 3, softmax"),
    ("conv1x3-gap-bce", "bce must follow sigmoid, not layer 2, gap"),
    # the limits
    ("conv129x3-dense2-mse", "Word 1, 'conv129x3': the number of filters is 129; it must be 1 to 128"),
    ("conv0x3-dense2-mse", "the number of filters is 0; .*1 to 128"),
    ("conv1x8-dense2-mse", "Word 1, .*is 8; .*1 to 7"),
    ("conv1x0-dense2-mse", "is 0; .*1 to 7"),
    ("conv1x3s9-dense2-mse", "the stride is 9; .*1 to 8"),
    ("conv1x3s0-dense2-mse", "the stride is 0; .*1 to 8"),
    ("conv1x3d5-dense2-mse", "the dilation is 5; .*1 to 4"),
    ("conv1x3d0-dense2-mse", "the dilation is 0; .*1 to 4"),
    ("conv1x3p7-dense2-mse", "the padding is 7; .*0 to 6"),
    ("conv1x3-max9-dense2-mse", "Word 2, 'max9': the size of a window is 9; .*1 to 8"),
    ("conv1x3-avg0-dense2-mse", "Word 2, .*the size of a window is 0; .*1 to 8"),
    ("conv1x3-max2s9-dense2-mse", "Word 2, .*the stride is 9; .*1 to 8"),
    ("conv1x3-max2s0-dense2-mse", "Word 2, .*the stride is 0; .*1 to 8"),
    ("dense513-dense2-mse", "Word 1, .*the number of outputs is 513; .*1 to 512"),
    ("dense0-mse", "the number of outputs is 0; .*1 to 512"),
    ("dense" + "9" * 90 + "-mse", "Word 1, .*it must be 1 to 512"),
    ("dense11-softmax-ce", "Layer 1, dense11, gives 11 outputs, not 1 to 10"),
    ("dense11-dense11-mse", "Layer 2, dense11, gives 11 outputs, not 1 to 10"),
    ("conv1x1-" * 5 + "dense2-mse", "Layer 5, conv1x1: at most 4 convolutions"),
    ("dense9-" * 4 + "mse", "Layer 4, dense9: at most 3 dense layers"),
    ("relu-" * 11 + "max1-avg1-" * 3 + "dense2-mse", "Layer 17, avg1: at most 16 activations"),
    ("conv128x1-relu-conv128x1-conv128x1-conv1x1-dense2-mse", "Layer 5, conv1x1: 385 filters in all, over 384"),
]


@pytest.mark.parametrize("text, sentence", REFUSED)
def test_nonsense_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(Problem, match=sentence) as refused:
        Network.parse(text)
    assert len(str(refused.value)) < 400 and refused.value.code.startswith("network.")


@pytest.mark.parametrize(
    "text",
    [
        "conv32x7bs8d4p6-conv32x1-dense128-dense128-dense10-mse",
        "conv1x1-" * 4 + "max8s8-avg8-max8s1-gap-dense2-mse",
        "relu-" * 12 + "dense10-mse",
        "max1s8-relu-dense1-mse",
        "conv32x3-gap-dense10-mse",
    ],
)
def test_what_is_just_within_the_limits_is_a_network(text):
    assert Network.parse(text)


@pytest.mark.parametrize("text", [None, 3, b"dense2-mse", ["dense2", "mse"], float("nan")])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(Problem, match="A network is a string such as conv1x3-sigmoid-dense2-sigmoid-mse"):
        Network.parse(text)


def test_two_hundred_characters_are_read_and_one_more_is_not():
    text = "dense2-mse"
    full = " " * (MOST_TEXT - len(text)) + text
    assert MOST_TEXT == 200 and str(Network.parse(full)) == text
    with pytest.raises(Problem, match="has 201 characters; the limit is 200"):
        Network.parse(" " + full)
    with pytest.raises(Problem, match="has 1,000,000 characters"):
        Network.parse("-" * 1_000_000)


WORDS = [*LAYERS, "mse", "bce", "ce", "-", "-", "-", "x", "s", "p", "b", "same", "full", "3", "0", "12", " ", "é", "٣", "\n", "1e9"]


@given(st.one_of(st.text(max_size=220), st.lists(st.sampled_from(WORDS), max_size=30).map("".join)))
def test_any_text_is_a_network_or_a_problem(text):
    try:
        network = Network.parse(text)
    except Problem as problem:
        assert str(problem)
    else:
        assert Network.parse(str(network)) == network and str(Network.parse(str(network))) == str(network)


@given(cases(), st.data())
def test_a_network_with_one_character_changed_is_a_network_or_a_problem(case, data):
    at = data.draw(st.integers(0, len(case.text) - 1))
    text = case.text[:at] + data.draw(st.sampled_from("0139-xbspaf ")) + case.text[at + 1 :]
    try:
        network = Network.parse(text)
        params = network.init(case.x_shape)
    except Problem as problem:
        assert str(problem)
    else:
        assert np.isfinite(network.forward(params, case.x).o).all()


@pytest.mark.parametrize(
    "text, x_shape, sentence",
    [
        ("conv1x5-conv1x5-conv1x3-dense2-mse", (9, 9), "Layer 3, conv1x3, does not fit: .*3"),
        ("conv1x3-max4-max8-dense2-mse", (20, 32), "Layer 3, max8, does not fit: a window of 8 does not fit into 4 cells"),
        ("conv1x3-max4-max8-dense2-mse", (34, 32), "Layer 3, max8, does not fit"),
        ("conv32x3-gap-mse", (8, 8), "Layer 2, gap, gives 32 outputs, not 1 to 10"),
        ("conv11x3-gap-mse", (3, 8, 8), "Layer 2, gap, gives 11 outputs"),
        ("conv32x3same-relu-dense128-relu-dense10-softmax-ce", (32, 32), "Layer 3, dense128, has 4,194,304"),
        ("conv32x7same-conv32x7same-max8-dense10-softmax-ce", (3, 64, 64), "Layer 2, conv32x7same, takes 205,520,896"),
        ("dense2-mse", (4,), r"An image has shape \(H, W\) or \(C, H, W\), not \(4\)"),
        ("dense2-mse", (0, 4), "An image has shape"),
        ("dense2-mse", (1, 1, 1, 4, 4), "An image has shape"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_image_names_the_layer(text, x_shape, sentence):
    with pytest.raises(Problem, match=sentence):
        Network.parse(text).init(x_shape)


def test_parameters_and_multiplications_have_limits_of_their_own():
    with pytest.raises(Problem, match="4,196,010 parameters; the limit is 1,300,000"):
        Network.parse("conv32x3same-relu-dense128-relu-dense10-softmax-ce").init((32, 32))
    with pytest.raises(Problem, match="multiplications; the limit is 24,000,000"):
        Network.parse("conv32x7same-conv32x7same-max8-dense10-softmax-ce").init((3, 64, 64))


TARGETS = [
    ("dense2-softmax-ce", (-0.1, 1), "-?0.1.*must be at least 0"),
    ("dense2-sigmoid-bce", (0, 1.1), "must be from 0 to 1"),
    ("dense2-sigmoid-bce", (-0.1, 1), "must be from 0 to 1"),
    ("dense2-mse", (np.nan, 1), "must be finite"),
    ("dense2-softmax-ce", (np.inf, 1), "must be at least 0|must be finite"),
    ("dense2-softmax-ce", (np.nan, 1), "must be at least 0|must be finite"),
]


@pytest.mark.parametrize("text, y, sentence", TARGETS)
def test_targets_that_the_loss_cannot_take_are_refused(text, y, sentence):
    network = Network.parse(text)
    trace = network.forward(network.init((2, 2)), np.ones((2, 2)))
    for ask in (lambda: network.loss(trace, y), lambda: network.backward(network.init((2, 2)), trace, y), lambda: network.loss(trace.o, y)):
        with pytest.raises(Problem, match=sentence):
            ask()


@pytest.mark.parametrize("y", [(1, 0, 0), (1,), ((1, 0),), ()])
def test_targets_of_another_length_are_refused(y):
    network = Network.parse("dense2-mse")
    trace = network.forward(network.init((2, 2)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="2"):
        network.backward(network.init((2, 2)), trace, y)


def test_an_image_or_a_parameter_of_another_shape_is_refused():
    network = Network.parse("conv2x3-dense2-mse")
    params = network.init((5, 5))
    with pytest.raises(Problem, match=r"f has shape \(2, 1, 3, 3\), not \(2, 3, 3, 3\)"):
        network.forward(params, np.ones((3, 5, 5)))
    with pytest.raises(Problem, match=r"w has shape \(18, 2\), not \(32, 2\)"):
        network.forward(params, np.ones((6, 6)))

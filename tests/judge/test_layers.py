"""Layer classes judged: right ones pass in their own layouts, and of a wrong one the array and the mistake are named."""

import numpy as np
import pytest

from cnnviz.judge import LayerSize, judge_layer
from cnnviz.judge.layer_judging import KINDS
from cnnviz.judge.layer_layout import from_core_axes, read_attribute, to_core_axes
from cnnviz.words import Problem, say
from tests.judge import layers

RIGHT = {
    "one image without channels": (
        lambda size: layers.Conv3x3(size.filters), "conv",
        {"axes": "HW", "rate": 0.5, "arrays": ["dw"], "fixed": {"k": 3, "stride": 1, "pad": 0}},
    ),
    "as many channels as a kernel has rows": (
        lambda size: layers.ConvLast(size.filters, size.k, size.stride, size.pad), "conv", {"axes": "NHWC", "fixed": {"channels": 3, "k": 3}},
    ),
    "a bias for each place": (
        lambda size: layers.ConvOfPlaces(size.input_shape, size.k, size.filters), "conv", {"axes": "CHW", "rate": 0.1, "fixed": {"stride": 1, "pad": 0}},
    ),
    "a bias for each place, channels last": (
        lambda size: layers.ConvOfPlacesLast(size.input_shape, size.k, size.filters), "conv", {"axes": "HWC", "rate": 0.1, "fixed": {"stride": 1, "pad": 0}},
    ),
    "lists of gradients": (
        lambda size: layers.Lists(size.inputs, size.units), "dense", {"gradients": {"dw": "weight_gradients[-1]", "db": "bias_gradients[-1]"}},
    ),
    "a function as backward, which applies the rate itself": (
        lambda size: layers.Columns(size.inputs, size.units), "dense",
        {"axes": "XN", "mean": True, "rate": 0.5, "backward": lambda layer, dout: (layer.backward(dout), layer.update(0.5))[0]},
    ),
    "channels last": (lambda size: layers.ConvLast(size.filters, size.k, size.stride, size.pad), "conv", {"axes": "NHWC"}),
    "change of a weight": (
        lambda size: layers.Columns(size.inputs, size.units), "dense", {"axes": "XN", "mean": True, "rate": 1e-2, "update": "update"},
    ),
    "attributes": (lambda size: layers.Columns(size.inputs, size.units), "dense", {"axes": "XN", "mean": True, "gradients": {"dw": "dW", "db": "db"}}),
    "one image, channels last": (lambda size: layers.MaxPool(size.k, size.stride), "max", {"axes": "HWC"}),
    "no arguments": (layers.ReLU, "relu", {}),
    "maps": (layers.ReLU, "relu", {"axes": "NHWC"}),
    "functions": (
        layers.Dropout, "dropout",
        {"forward": lambda layer, x: (layer.forward_pass(x, True), layer.output)[1], "backward": lambda layer, d: (layer.backward_pass(d), layer.dinputs)[1]},
    ),
    "no eps": (lambda size: layers.BatchNorm(size.channels), "batchnorm", {"axes": "NCHW"}),
}  # fmt: skip


def judged(*arguments, **more):
    """What is said of a layer; "" if all is right."""
    try:
        judge_layer(*arguments, **more)
    except AssertionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_passes(name):
    make, kind, more = RIGHT[name]
    state = np.random.get_state()[1].copy()
    assert judged(make, kind, **more) == ""
    assert (np.random.get_state()[1] == state).all()  # the user's own draws are not disturbed


@pytest.mark.parametrize(
    "name, method, change, array, mistake",
    [
        ("one image without channels", "backprop", lambda right: lambda layer, d, rate: right(layer, 2 * d, rate), "dw", "times 2"),
        ("channels last", "backward", lambda right: lambda layer, d: 0.5 * right(layer, d), "dx", "times 1/2"),
        ("a bias for each place", "backward", lambda right: lambda layer, d, rate: (right(layer, d, rate), right(layer, d, 0))[0] * 2, "dx", "times 2"),
        ("change of a weight", "update", lambda right: lambda layer, rate: right(layer, -rate), "dw", "minus"),
        ("one image, channels last", "backward", lambda right: lambda layer, d: -right(layer, d), "dx", "minus"),
        ("no arguments", "backward", lambda right: lambda layer, d: d, "dx", "forgotten in a hidden layer"),
        ("no eps", "backward", lambda right: lambda layer, d: right(layer, d) * layer.sigma, "dx", "not divided by the standard deviation"),
    ],
)
def test_a_wrong_layer_is_named(name, method, change, array, mistake, monkeypatch):
    make, kind, more = RIGHT[name]
    owner = type(make(LayerSize()) if make is not layers.ReLU else make())
    monkeypatch.setattr(owner, method, change(getattr(owner, method)))
    message = judged(make, kind, **more)
    assert message.startswith(f"{array} is wrong") and "exactly" in message and (mistake in message or mistake == "minus")
    place = judged(make, kind, **more, show="place")
    assert place.startswith(f"{array} is wrong") and "exactly" not in place and "the first at" in place


def test_a_change_of_a_weight_in_single_precision_is_judged_as_such():
    class Single(layers.Columns):
        def __init__(self, inputs, units):
            super().__init__(inputs, units)
            self.W, self.b = self.W.astype(np.float32), self.b.astype(np.float32)

        def update(self, rate):
            super().update(np.float32(rate))
            self.W, self.b = self.W.astype(np.float32), self.b.astype(np.float32)

    more = {"axes": "XN", "mean": True, "rate": 1e-2, "update": "update"}
    assert judged(lambda size: Single(size.inputs, size.units), "dense", **more) == ""


def test_a_layer_that_overwrites_its_gradient_is_warned_of():
    with pytest.warns(UserWarning, match="overwrites its arguments.*: copy dout first"):
        judge_layer(layers.InPlaceReLU, "relu")


def test_a_wrong_forward_pass_is_said_first():
    class Leaky(layers.ReLU):
        def forward(self, x):
            self.x = x
            return np.where(x > 0, x, 0.1 * x)

    assert judged(Leaky, "relu").startswith(say("judge.forward_wrong", case="")[:30])


class OnlySquare(layers.MaxPool):
    def forward(self, x):
        if x.shape[0] != x.shape[1]:
            raise ValueError("not square")
        return super().forward(x)


class NoKernelOfOne(layers.ConvLast):
    def backward(self, dout):
        if self.k == 1:
            raise ValueError("no kernel of 1")
        return super().backward(dout)


@pytest.mark.parametrize(
    "make, kind, axes, said",
    [
        (lambda size: OnlySquare(size.k, size.stride), "max", "HWC", "It works if rows and columns are equal"),
        (lambda size: NoKernelOfOne(size.filters, size.k, size.stride, size.pad), "conv", "NHWC", "raised for"),
    ],
)
def test_what_a_layer_raises_has_a_note(make, kind, axes, said):
    with pytest.raises(ValueError) as raised:
        judge_layer(make, kind, axes=axes)
    assert str(raised.value) in ("not square", "no kernel of 1") and any(said in note for note in raised.value.__notes__)


def test_a_layer_without_a_gradient_of_its_input_is_told_how_to_leave_it_out():
    make, kind, more = RIGHT["one image without channels"]
    assert "arrays=[" in judged(make, kind, **{**more, "arrays": None})


@pytest.mark.parametrize(
    "make, kind, more, code",
    [
        (layers.ReLU, "softmax", {}, "judge.kind"),
        (layers.ReLU, "relu", {"axes": "NQ"}, "judge.layer_axes"),
        (layers.ReLU, "conv", {"axes": "NX"}, "judge.layer_axes"),
        (layers.ReLU, "relu", {"weights": {"w": "W"}}, "judge.layer_role"),
        (layers.ReLU, "relu", {"arrays": ["dw"]}, "judge.layer_arrays"),
        (layers.ReLU, "relu", {"fixed": {"kernel": 3}}, "judge.layer_fixed"),
        (layers.Columns, "dense", {}, "judge.layer_make"),
        (layers.ReLU, "relu", {"backward": "backprop"}, "judge.layer_method"),
        (layers.ReLU, "dense", {}, "judge.layer_weights"),
        (lambda size: layers.Columns(size.inputs, size.units), "dense", {"axes": "XN", "weights": {"w": "weight"}}, "judge.layer_missing"),
        (lambda size: layers.Columns(size.inputs, size.units), "dense", {"axes": "XN", "weights": {"w": "W!"}}, "judge.layer_path"),
        (lambda size: layers.Columns(size.inputs, 9), "dense", {"axes": "XN"}, "judge.layer_shape"),
        (lambda size: layers.Conv3x3(size.filters), "conv", {"axes": "HW", "fixed": {"k": 3, "stride": 1, "pad": 0}}, "judge.layer_gradient"),
        (layers.ReLU, "relu", {"show": "all"}, "judge.show"),
    ],
)
def test_what_cannot_be_judged_is_a_problem(make, kind, more, code):
    with pytest.raises(Problem) as raised:
        judge_layer(make, kind, **more)
    assert raised.value.code == code and str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_cases_that_differ(kind):
    seen = []

    def make(size):
        seen.append(size)
        raise LookupError

    with pytest.raises(LookupError):
        judge_layer(make, kind)
    assert isinstance(seen[0], LayerSize) and seen[0].shape


@pytest.mark.parametrize("letters", ["NCHW", "NHWC", "CHW", "HWC", "HW", "WH"])
def test_a_layouts_way_back_is_the_array_itself(letters):
    shape = tuple(n if letter in letters else 1 for letter, n in zip("NCHW", (2, 3, 4, 5), strict=True))
    array = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(to_core_axes(from_core_axes(array, "NCHW", letters), letters, "NCHW"), array)


def test_paths_of_attributes():
    class Layer:
        params = {"W": {"val": [1, 2]}}  # noqa: RUF012

    assert read_attribute(Layer(), "params['W']['val'][1]") == read_attribute(Layer(), 'params["W"]["val"][1]') == 2
    with pytest.raises(LookupError):
        read_attribute(Layer(), "params['V']")

"""How a network starts: each parameter has its own generator, given ones are not drawn, and nothing else moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.notebook.notebook_network import init_params
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import forget
from cnnviz.words import Problem
from tests.core.networks import ALL, COURSES, cases

LENET = COURSES["LeNet"].text


def same(one, other, but=()):
    assert list(one) == list(other)
    return all(np.array_equal(one[name], other[name]) for name in one if name not in but)


@pytest.mark.parametrize("weights", ["zeros", "normal", "he"])
@pytest.mark.parametrize("seed", [0, 1, 12_345])
def test_the_seeds_network_starts_bit_for_bit_as_its_own_function_does(weights, seed):
    f = np.arange(9.0).reshape(3, 3)
    ours = Network.parse(DEFAULT).init((32, 28), weights, seed, f)
    assert same(ours, init_params(f, (32, 28), weights=weights, seed=seed))


@given(cases(), st.sampled_from(["normal", "he"]), st.integers(0, 99))
def test_each_parameter_comes_from_its_own_generator(case, weights, seed):
    network, params = case.network, case.network.init(case.x_shape, weights, seed)
    channels = {"x": 1 if len(case.x_shape) == 2 else case.x_shape[0]}
    words = [word for word in case.text.split("-") if word[:4] in ("conv", "dens")]
    last = max((n for n, word in enumerate(words, start=1) if word[:5] == "dense"), default=0)
    names = iter(params)
    for z, word in enumerate(words, start=1):
        name = next(names)
        if word[:4] == "conv":
            filters, k = (int(n) for n in word[4:].rstrip("bsamefulp").split("b")[0].split("s")[0].split("d")[0].split("p")[0].split("x"))
            shape, fan_in = (filters, channels["x"], k, k), channels["x"] * k * k
            channels["x"] = filters
        else:
            shape, fan_in = params[name].shape, params[name].shape[0]
        rng = np.random.default_rng(seed if z == last else [seed, z])
        drawn = rng.normal(size=shape) / np.sqrt(fan_in / (2 if weights == "he" else 1))
        np.testing.assert_allclose(params[name].reshape(shape), drawn, rtol=1e-15)
        if "b" in word[4:].removeprefix("dense") or word[:5] == "dense":
            assert not params[next(names)].any()
    assert next(names, None) is None and list(params) == list(network.parameters)


def test_zeros_are_for_dense_layers_alone():
    network = Network.parse(LENET)
    zeros, normal = network.init((32, 32), "zeros", 3), network.init((32, 32), "normal", 3)
    for name in zeros:
        assert np.array_equal(zeros[name], normal[name]) if name[0] == "f" else not zeros[name].any()


@pytest.mark.parametrize("text", [LENET, COURSES["Tiny VGG"].text, COURSES["deeplearning.ai"].text])
def test_filters_that_are_given_move_nothing_else(text):
    network, x_shape = Network.parse(text), (3, 32, 32)
    start = network.init(x_shape, seed=5)
    for name in network.parameters:
        given = np.full(start[name].shape, 0.25)
        moved = network.init(x_shape, seed=5, f={name: given})
        assert same(start, moved, but=[name]) and np.array_equal(moved[name], given)
    first = np.ones(start.f1.shape)
    by_array, by_name, by_letter = (network.init(x_shape, seed=5, f=f) for f in (first, {"f1": first}, {"f": first}))
    assert same(by_array, by_name) and same(by_array, by_letter) and by_array.f1.min() == 1
    assert same(start, by_array, but=["f1"])


@given(st.integers(0, 99), st.integers(0, 99))
def test_the_bits_are_the_seeds(one, other):
    network = Network.parse("conv2x3-relu-conv2x3b-dense4-dense2-mse")
    a, b = network.init((9, 9), seed=one), network.init((9, 9), seed=other)
    assert same(a, network.init((9, 9), seed=one))
    for name in ("f1", "f2", "w3", "w4"):
        assert np.array_equal(a[name], b[name]) == (one == other)
    assert len({a[name].flat[0] for name in ("f1", "f2", "w3", "w4")}) == 4


def test_what_is_given_is_copied_and_nothing_can_be_written_to():
    f = np.ones((2, 1, 3, 3))
    params = Network.parse("conv2x3-dense2-mse").init((5, 5), f=f)
    f[0] = 7
    assert params.f.max() == 1
    for name in params:
        with pytest.raises(ValueError, match="read-only"):
            params[name][...] = 0


@pytest.mark.parametrize("name", ALL)
def test_a_pass_changes_nothing_that_it_is_given_and_comes_out_read_only(name):
    case = ALL[name]
    before = {**{n: a.copy() for n, a in case.params.items()}, "x": case.x.copy(), "y": case.y.copy()}
    trace = case.network.forward(case.params, case.x)
    gradients = case.network.backward(case.params, trace, case.y)
    _ = gradients["dx"]
    for symbol, array in before.items():
        assert np.array_equal(array, {**case.params, "x": case.x, "y": case.y}[symbol])
    for values in (trace, gradients):
        assert not any(array.flags.writeable for array in values.values())
    assert not np.shares_memory(trace.x, case.x)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"weights": "ones"}, "'ones' is not an initialization. Known: zeros, normal, he"),
        ({"f": np.ones((3, 3))}, r"f1 has shape \(3, 3\), not \(4, 1, 3, 3\)"),
        ({"f": {"f2": np.ones((2, 3, 3, 3))}}, r"f2 has shape \(2, 3, 3, 3\), not \(2, 4, 3, 3\)"),
        ({"f": {"g": np.ones((3, 3))}}, "no parameter g, only f1, f2, w, b"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, sentence):
    with pytest.raises(Problem, match=sentence):
        Network.parse("conv4x3-conv2x3-dense2-mse").init((9, 9), **arguments)


def test_a_start_is_drawn_once_for_a_lessons_answers_and_filters_that_are_given_are_not_remembered(monkeypatch):
    setup, draws = Setup(net="conv2x3-relu-gap-dense2-mse", seed=77), []
    forget()
    real = Network.init
    monkeypatch.setattr(Network, "init", lambda *args: draws.append(args) or real(*args))
    first, given = setup.first_params(), setup.with_query({"f": "blur"})[0].first_params()
    assert len(draws) == 1 and not np.array_equal(first["f"], given["f"])
    assert all(np.array_equal(array, first[name]) for name, array in setup.first_params().items())
    setup.with_query({"seed": "78"})[0].first_params()
    assert len(draws) == 2

"""The error that a right pass may have: the sizes of what each line adds up, and what round-off makes of them."""

import numpy as np
import pytest

from cnnviz.core.diagnosis.precision import DOUBLE, SINGLE
from cnnviz.core.explain.rounding import error_bounds, largest, sizes
from cnnviz.core.network.network import Network

NETWORKS = {
    "conv2x2b-max2-relu-dense3-tanh-dense2-softmax-ce": (2, 5, 5),
    "conv2x2-avg2-bn-leaky20-gap-drop30-dense2-sigmoid-mse": (3, 1, 5, 5),
    "dense4-gn2-ln-sigmoid-identity-dense2-softmax-mse": (2, 1, 3, 2),
}
SHARE = 1e-6


def values_of(text, shape, seed=0, size=1.0):
    """A program, and all values and gradients of a pass of normal numbers."""
    network, rng = Network.parse(text), np.random.default_rng(seed)
    x, params = rng.normal(size=shape), network.init(shape, "he", seed)
    params = params.replace(**{name: size * rng.normal(size=params[name].shape) for name in params})
    program, trace = network.program(shape), network.forward(params, x, pass_inputs=network.masks(shape, seed, 1))
    values = program.all_values(params, trace) | {"y": rng.random(trace.o.shape)}
    for line in program.backward_lines:
        line.step(values)
    return program, values


def terms(line, values, source):
    """The sum of what each number of a source adds to each of a line's, in size: the line's change by a share of the number, per share."""
    created, result = line.run(*(values[name] for name in line.sources)), np.zeros(np.shape(values[line.target]))
    for at in np.ndindex(values[source].shape):
        moved = values[source].copy()
        moved[at] *= 1 + SHARE
        result = result + np.abs(line.run(*(moved if name == source else values[name] for name in line.sources)) - created) / SHARE
    return result


def cases(phase, *seeds, program=False):
    """Each layer's line of each network, with its layer, its size and all values; and the program, if it is asked for."""
    for text, shape in NETWORKS.items():
        for seed in seeds:
            of, values = values_of(text, shape, seed)
            for line in getattr(of, f"{phase}_lines"):
                if line.layer is not None:
                    size = np.broadcast_to(sizes(of, line, values), values[line.target].shape)
                    yield line, of.network.layers[line.layer], size, values, *([of] if program else [])


def test_the_size_of_a_gradient_is_that_of_the_terms_of_its_sum_whatever_cancels():
    for line, layer, size, values in cases("backward", 0, 1):
        result, of = np.abs(values[line.target]), terms(line, values, next(name for name in line.sources if name[0] == "d"))
        assert (size >= (1 - 1e-3) * np.maximum(result, of)).all(), line.target
        if (layer.parameter_letters and layer.kind not in ("bn", "gn", "ln")) or line.role != "dx":
            np.testing.assert_allclose(size, of, rtol=1e-3, err_msg=line.target)


def test_the_size_of_a_slope_is_how_it_answers_to_all_that_it_is_made_of():
    """Of a tanh near 1 that is more than itself: 1 - a² cancels. It is never less, however small the number."""
    for line, layer, size, values, program in cases("backward", 0, 1, program=True):
        if layer.kind in ("sigmoid", "tanh", "leaky", "drop"):
            of = sum(terms(line, values, name) for name in line.sources[:2])
            np.testing.assert_allclose(size, np.maximum(np.abs(values[line.target]), of), rtol=2e-5, err_msg=line.target)
            smallest = values | {line.sources[0]: np.full_like(values[line.sources[0]], 5e-324)}
            line.step(smallest)
            assert (sizes(program, line, smallest) >= np.abs(smallest[line.target])).all(), line.target


def test_the_size_of_an_outputs_error_is_that_of_the_output_or_the_target():
    for text, shape in NETWORKS.items():
        program, values = values_of(text, shape)
        for y in (values["y"], 100 + values["y"]):
            values["y"], of = y, np.maximum(np.abs(values["o"]), np.abs(y))
            line = program.backward_lines[0]
            line.step(values)
            np.testing.assert_array_equal(sizes(program, line, values), np.maximum(np.abs(values[line.target]), of))


def test_a_gradient_that_is_read_counts_as_the_least_that_is_no_smaller_number():
    for line, layer, _, values, program in cases("backward", 0, program=True):
        least = 1e3 * np.abs(values[next(name for name in line.sources if name[0] == "d")]).max()
        if layer.kind not in ("sigmoid", "tanh", "identity", "leaky", "drop", "relu", "max", "bn", "gn", "ln"):
            fed = [np.full_like(values[name], least) if name[0] == "d" else np.abs(values[name]) for name in line.sources]
            np.testing.assert_allclose(sizes(program, line, values, least), least if layer.kind == "softmax" else line.run(*fed), rtol=1e-9)


def test_the_largest_entry_is_a_number():
    assert largest(np.array([1.0, np.nan, np.inf, -2.0])) == 2 and largest(np.array([np.nan])) == 0


def test_the_size_of_an_output_is_that_of_its_terms_and_a_pools_winner_and_a_statistic_that_is_not_kept_have_none():
    for line, layer, size, values in cases("forward", 0, 1):
        if line.role == "y" and layer.parameter_letters:
            biases = [np.abs(values[name]) for name in line.sources if name[0] in "bs"]
            of, least = terms(line, values, line.sources[0]), min([0.0, *(one.min() for one in biases)])
            most = max([0.0, *(one.max() for one in biases)])
            assert ((size >= (1 - 1e-3) * of + least) & (size <= (1 + 1e-3) * of + most)).all(), line.target
            assert not biases or (size > (1 + 1e-3) * of).any(), line.target
        elif line.role == "y":
            of = {"max": 0.0, "avg": 1.0, "gap": 1.0}.get(layer.kind)
            np.testing.assert_allclose(size, np.abs(values[line.target]) if of is None else of * terms(line, values, line.sources[0]), rtol=1e-3)
        else:
            assert not size.any() if line.role not in layer.kept else (size == np.abs(values[line.target])).all(), line.target


def test_what_is_0_whatever_is_rounded_is_told_from_what_cancels():
    """Two images whose errors are opposite: of the bias nothing is left, of a black pixel's weight nothing comes."""
    network, x = Network.parse("dense1-mse"), np.array([[[[1.0, 0.0]]], [[[1.0, 0.0]]]])
    program, params = network.program(x.shape), network.init(x.shape, "zeros")
    values = program.all_values(params, network.forward(params, x)) | {"y": np.array([[0.5], [-0.5]])}
    result = error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest)
    assert not result["db"].structural.any() and (result["db"].size > 1e-17).all()
    assert result["dw"].structural.reshape(-1).tolist() == [False, True] and result["dw"].size.flat[1] < 1e-300 < result["dw"].size.flat[0]


@pytest.mark.parametrize("precision", [DOUBLE, SINGLE])
@pytest.mark.parametrize("seed", range(8))
def test_the_error_bound_of_a_chain_of_few_terms_is_their_largest_round_off(seed, precision):
    """Of o = w·v, ∂o = 2(o - y) and ∂w = v·∂o: a share of the larger of o and y, and of ∂o and ∂w themselves."""
    program, values = values_of("dense1-mse", (1, 1), seed)
    v, w, b, o, y, do = (float(np.ravel(values[name])[0]) for name in ("v", "w", "b", "o", "y", "do"))
    most = abs(v) * (2 * (abs(v * w) + abs(b)) + 2 * max(abs(o), abs(y), abs(do)) + abs(do)) * precision.epsilon
    result = error_bounds(program, values, precision.epsilon, precision.smallest)["dw"].size.item()
    assert 0.4 * most < result < 1.01 * most


def test_below_the_smallest_number_round_off_does_not_shrink_and_each_term_has_its_own():
    """Of 16 images each may be so far off, and two layers on, whose weights are large, so much more."""
    network, shape = Network.parse("dense1-dense1-dense1-mse"), (16, 1, 1, 1)
    params = network.init(shape, "zeros").replace(w1=np.full((1, 1), 1e6), w2=np.full((1, 1), 1e6), w3=np.ones((1, 1)))
    program, x = network.program(shape), np.zeros(shape)
    values = program.all_values(params, network.forward(params, x)) | {"y": np.full((16, 1), 1e-40)}
    result, least = error_bounds(program, values, SINGLE.epsilon, SINGLE.smallest), SINGLE.epsilon * SINGLE.smallest
    assert (result["dz2"].size >= 0.99 * least).all() and result["db2"].size.item() >= 15.9 * least and (result["dx"].size >= 0.9e12 * least).all()


def test_round_off_of_a_large_pass_is_handed_on_too():
    program, values = values_of("dense1-mse", (120, 100))
    added = np.abs(values["x"].reshape(-1) * values["w"].reshape(-1)).sum()
    assert error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest)["db"].size.item() > 0.5 * added * DOUBLE.epsilon


def test_a_pools_tie_is_settled_in_our_own_pass_and_open_where_other_gradients_are_given():
    """Of equal cells the first has what comes back; elsewhere any may have it."""
    network, x = Network.parse("conv1x1-max2-dense1-mse"), np.full((2, 2), 1 / 3)
    program, params = network.program(x.shape), network.init(x.shape, f=np.full((1, 1), 0.7))
    values = program.all_values(params, network.forward(params, x)) | {"y": np.ones(1)}
    ours, theirs = (error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest, given)["dz1"].size.reshape(-1) for given in (None, {}))
    assert ours.max() < 1e-14 < 1e-3 < theirs.min()


def test_what_stays_0_in_each_pass_decides_no_winner():
    """Behind gates that are shut all cells of a window are 0: of two others the first wins in each program."""
    network, x = Network.parse("conv1x1-relu-max2-dense1-mse"), -np.ones((2, 2))
    params = network.init(x.shape, f=np.ones((1, 1)))
    program = network.program(x.shape)
    values = program.all_values(params, network.forward(params, x)) | {"y": np.ones(1)}
    result = error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest, {})["da1"]
    assert result.structural.reshape(-1).tolist() == [False, True, True, True] and (result.size.reshape(-1)[1:] < 1e-14).all()  # no more than round-off of what comes back


def test_where_a_pass_that_rounds_otherwise_is_no_number_the_others_tell():
    network, x = Network.parse("dense1-mse"), np.ones((1, 1))
    program, half = network.program(x.shape), np.finfo(float).max / 2
    params = network.init(x.shape, "zeros").replace(w=np.full((1, 1), np.nextafter(half, 0)))
    result = error_bounds(program, program.all_values(params, network.forward(params, x)) | {"y": np.zeros(1)}, DOUBLE.epsilon, DOUBLE.smallest)
    assert 1e290 < result["do"].size.item() < np.inf


def test_gradients_that_were_given_are_what_the_next_are_made_of():
    program, values = values_of("dense2-tanh-dense1-mse", (1, 3))
    plain = error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest)
    fed = error_bounds(program, values, DOUBLE.epsilon, DOUBLE.smallest, {"da1": 1e6 * np.ones(np.shape(values["da1"]))})
    assert (fed["dw1"].size > 1e3 * plain["dw1"].size).all() and (fed["dw1"].size < 1e-8).all() and (fed["dw2"].size <= 3 * plain["dw2"].size).all()
    larger = plain["dw1"].maximum(fed["dw1"])
    assert (larger.size == fed["dw1"].size).all() and (fed["dw1"].maximum(plain["dw1"]).size == fed["dw1"].size).all()
